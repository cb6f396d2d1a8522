"""Recognise headings by their size, weight and case, and by the text around them."""

import re
from collections.abc import Collection

from corpus.model import SectionKind, bullet_of
from ingest.structure.draft import Draft
from ingest.structure.parts.section_kinds import NUMBERED, kind_of, plain

_LONGEST = 160  # characters of a heading
_BODY_SIZE = 0.95  # share of the size of the body: smaller letters do not belong to the body
_SMALLEST = 0.75  # of the size of the body: no heading is smaller
_SMALL_LENGTH = 80  # characters of a heading smaller than the body
_LABEL = re.compile(  # a label of a table or picture, a lettered item, a person
    r"^(?:(?:table|figure|fig\.|box|chart|graph|diagram)\s*\d|\(?[a-z]\)|signed\b|yours\b"
    r"|(?:the )?(?:rt hon|right honourable|sir|dame|dr|mr|mrs|ms|miss|prof(?:essor)?|lord|lady|baroness)\b\.?"
    r"(?:\s+\S+){1,7}$)",
    re.IGNORECASE,
)
_ANSWER = re.compile(r"^(?:this|these) recommendations? (?:is|are|was|were|has|have)\b", re.IGNORECASE)
_CLOSING = re.compile(r"(?:^|[.!?] )(?:yours (?:sincerely|faithfully|truly)|(?:kind|best) regards|signed)\W*$", re.I)
_OUT_OF_PLACE = re.compile(r"[.;,][”’\"']?$|^[\d\W]*$|@|^www\.|^https?:")
_ASKS = re.compile(r"\b(?:should|must)\b", re.IGNORECASE)
_SENTENCE = 80  # characters: longer bold text that asks for something is the text of a recommendation
_LINES = 4  # of a heading, at most
_LOOK_BELOW = 3  # paragraphs below, of which the first that is not a footnote is examined
_LARGE = 1.08  # times the size of the body: set larger than it
_VERY_LARGE = 1.25  # times the size of the body: a heading, whatever is next to it
_BOLD_LENGTH = 120  # characters of a heading in bold of the size of the body
_TEXT = 80  # characters of a text below an underlined heading, at least
_CAPITALS = 0.9  # share of the letters of a heading set in capitals
_KNOWN_LENGTH = 45  # characters of a heading that is only recognised by its wording
_KNOWN_WORDS = 4  # words of such a heading without a number


def mark(drafts: list[Draft], numbers: list[str | None], listed: Collection[str], size: float) -> list[bool]:
    """Return whether each draft is a heading.

    `numbers` are their printed numbers. `listed` are the headings in the contents list or the bookmarks, normalised by
    `plain`. `size` is the letter size of the body in points.
    """
    return [_is_heading(at, drafts, numbers, listed, size) for at in range(len(drafts))]


def _is_heading(at: int, drafts: list[Draft], numbers: list[str | None], listed: Collection[str], size: float) -> bool:
    draft, number = drafts[at], numbers[at]
    if not _may_be_heading(draft) or (at and _CLOSING.search(drafts[at - 1].text)):  # it is who signs
        return False
    large = draft.size > _LARGE * size
    of_body_size = draft.size > _BODY_SIZE * size
    if plain(draft.text) in listed and (large or draft.bold or draft.alone) and of_body_size:
        return True
    below = next(
        (place for place in range(at + 1, min(at + 1 + _LOOK_BELOW, len(drafts))) if not drafts[place].note), None
    )
    if _OUT_OF_PLACE.search(draft.text) and not _ends_as_headings_may(
        draft, number, below is not None and numbers[below] is not None
    ):
        return False
    if large:
        return draft.alone or draft.size > _VERY_LARGE * size
    if not draft.alone or below is None:
        return False
    if draft.bold:
        return _is_bold_heading(draft, drafts[below], size)
    if draft.underlined and of_body_size and _is_underlined_heading(draft, drafts[below]):
        return True
    return of_body_size and draft.space_above and (_is_in_capitals(draft) or _is_known(draft, number))


def _may_be_heading(draft: Draft) -> bool:
    """Return whether a paragraph has the form of a heading: short, upright, and not an item, label or continued
    sentence.
    """
    text, first = draft.text, draft.lines[0]
    if draft.note or not 3 <= len(text) <= _LONGEST or len(draft.lines) > _LINES or draft.turns:
        return False
    if len(text) > _SENTENCE and _ASKS.search(text):
        return False
    words = NUMBERED.sub("", text)
    if not any(letter.isalpha() for letter in words) or words[:1].islower() or bullet_of(first.text):
        return False
    return not (first.sideways or first.slanted or _LABEL.match(text) or _ANSWER.match(text))


def _ends_as_headings_may(draft: Draft, number: str | None, counted: bool) -> bool:
    """Return whether bold text that ends in a full stop may be a heading.

    `counted` means that the paragraph below has a printed number.
    """
    if not draft.bold:
        return False
    named = number is not None and number[0].isalpha() and len(number) > 6  # "Finding 1: …" may be a sentence
    # Some authors end headings with a full stop. Above numbered paragraphs it is a heading, elsewhere a bold sentence.
    stopped = draft.text.endswith(".") and not re.search(r"[.;]\s", draft.text) and number is None and counted
    return named or (stopped and draft.space_above)


def _is_bold_heading(draft: Draft, following: Draft, size: float) -> bool:
    """Return whether a bold line stands above text that is not bold.

    Several bold lines in a row are a table, unless there is space between them.
    """
    if draft.size > _BODY_SIZE * size:
        return len(draft.text) < _BOLD_LENGTH and (not following.bold or draft.space_above)
    over_text = not following.bold and following.size > draft.size and draft.space_above
    return over_text and draft.size > _SMALLEST * size and len(draft.text) < _SMALL_LENGTH and draft.text[-1].isalnum()


def _is_underlined_heading(draft: Draft, following: Draft) -> bool:
    """Return whether an underlined line stands above a text. Links in a list or a table are underlined, too."""
    words = len(draft.text) < _BOLD_LENGTH and draft.text[0].isupper() and draft.text[-1] not in ")]"
    return words and draft.space_above and not following.underlined and len(following.text) >= _TEXT


def _is_in_capitals(draft: Draft) -> bool:
    words = NUMBERED.sub("", draft.text)
    capitals = sum(letter.isupper() for letter in words)
    return capitals > _CAPITALS * sum(letter.isalpha() for letter in words) and len(words) > 6


def _is_known(draft: Draft, number: str | None) -> bool:
    """Return whether plain text in the size of the body is short and worded like a known kind of heading."""
    words = NUMBERED.sub("", draft.text)
    short = len(words) < _KNOWN_LENGTH and (number is not None or len(words.split()) <= _KNOWN_WORDS)
    kind = kind_of(draft.text)
    if draft.text.endswith(":"):
        return short and kind is SectionKind.RECOMMENDATIONS
    return short and draft.text[-1].isalnum() and kind is not None
