"""Which paragraphs are headings, and what is the part of the report for that a heading opens?"""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from corpus.model import Section, SectionKind, bullet_of
from ingest.structure.draft import Draft

# In this order: the first whose words a heading has names its kind. A line break separates alternatives, as "|" does.
_WORDS: dict[SectionKind, str] = {
    SectionKind.APPENDIX: """appendix|appendices|annex(?:e|es)?|glossary|bibliography|references
        acronyms|abbreviations|atodiad""",
    SectionKind.ACTION_PLAN: """action plans?|improvement plans?|implementation plans?""",
    SectionKind.FOREWORD: """foreword|preface|rhagair""",
    SectionKind.SUMMARY: """executive summary|summary|crynodeb""",
    SectionKind.RECOMMENDATIONS: r"""recommendations?|argymhellion
        (?:questions?|considerations?|issues) for (?:[\w’']+ ){0,4}(?:boards?|partnerships?|partners|agencies)
        (?:areas?|priorities) for (?:further )?(?:improvement|(?:priority )?action)
        priority actions|improvement priorities
        what (?:needs to|should|must) (?:improve|change)""",
    SectionKind.TERMS_OF_REFERENCE: """terms of reference|scope(?: of (?:the|this) review)?|lines of enquiry""",
    SectionKind.METHODOLOGY: """method(?:ology|s)?|review process|process of the review|conduct of the review
        how (?:the|this) review was (?:done|conducted|carried out)|learning together|silp|the review team
        about this inspection|inspection team|how we (?:did|carried out)""",
    SectionKind.GOOD_PRACTICE: """(?:good|effective|positive) practice|strengths|what (?:worked|went|was done) well
        arfer da""",
    SectionKind.CHRONOLOGY: """chronology|chronological|time ?line|narrative|key (?:practice )?(?:episodes|events)
        (?:sequence|summary) of events|case history|what happened|cronoleg""",
    SectionKind.FAMILY: """family|families|genogram|household|parents|pen picture""",
    SectionKind.LEARNING: """learning|lessons?|what we (?:have )?learn(?:t|ed)|gwersi""",
    SectionKind.CONCLUSIONS: """conclusions?|concluding|final (?:remarks|thoughts|comments)|casgliad(?:au)?""",
    SectionKind.FINDINGS: """findings?|(?:inspection )?judgements?|what (?:the review|we) found|canfyddiadau""",
    SectionKind.ANALYSIS: """analysis|appraisal|appraising|evaluation|themes?|lived experience|voice of the child
        child(?:ren)?(?:'s|’s) experiences?|dadansoddiad""",
    SectionKind.INTRODUCTION: """introduction|background|context|circumstances|purpose
        reasons? for (?:the|this|conducting)
        why (?:the|this) (?:case|review)|about (?:the|this) (?:review|report|local authority)|cyflwyniad""",
}
_KINDS = tuple(
    (kind, re.compile(r"\b(?:" + re.sub(r"\s*\n\s*", "|", words) + r")\b", re.IGNORECASE))
    for kind, words in _WORDS.items()
)
_NUMBERED = re.compile(
    r"^(?:(?:section|part|chapter)\s+)?(?:\d{1,3}(?:[.-]\d{1,3})*|[A-Z](?=[.:)])|[ivx]+(?=[.)]))[.:)]?\s+",
    re.IGNORECASE,
)
_NAMES = {
    "finding": SectionKind.FINDINGS,
    "recommendation": SectionKind.RECOMMENDATIONS,
    "learning point": SectionKind.LEARNING,
    "lesson": SectionKind.LEARNING,
}
_NAMED = re.compile(rf"({'|'.join(_NAMES)})\s+\d", re.IGNORECASE)
_LONGEST = 160  # characters of a heading
_OUT_OF_PLACE = re.compile(r"[.;,]$|^[\d\W]*$|@|^www\.|^https?:")


def kind_of(heading: str) -> SectionKind | None:
    """What the part under a heading is for, as its words say; None when they do not."""
    named = _NAMED.match(heading)
    if named:
        return _NAMES[named.group(1).lower()]
    words = _NUMBERED.sub("", heading)
    for kind, pattern in _KINDS:
        found = pattern.search(words)
        if found is None:
            continue
        # "Recommendations for the partnership" yes, "The police and the recommendations of an earlier report" no.
        if len(words) <= 45 or found.start() < 12 or len(found.group()) * 3 > len(words):
            return kind
    return None


def plain(heading: str) -> str:
    """A heading without its number, its case and its signs: to compare it with a contents list or a bookmark."""
    return " ".join(re.findall(r"\w+", _NUMBERED.sub("", heading).lower()))


def divide(
    drafts: list[Draft], numbers: list[str | None], listed: Collection[str], size: float
) -> tuple[list[Section], list[int], list[bool]]:
    """Sections, the section of each draft, and whether each draft is a heading.

    listed: headings that the contents list or the bookmarks name, as `plain` has them. size: of the letters of the
    body.
    """
    headings = [_is_heading_at(at, drafts, numbers, listed, size) for at in range(len(drafts))]
    ranks = [
        _rank(draft, number) if heading else 0.0
        for draft, number, heading in zip(drafts, numbers, headings, strict=True)
    ]
    levels = Counter(round(rank, 1) for rank in ranks if rank)
    sections = [Section(0, SectionKind.BODY, "")]
    places: list[int] = []
    largest = max((draft.size for draft in drafts if draft.page == 1), default=0.0)
    enclosing: list[_Enclosing] = []
    for draft, number, heading, rank in zip(drafts, numbers, headings, ranks, strict=True):
        if heading:
            while enclosing and not _encloses(enclosing[-1], rank, number):
                enclosing.pop()
            # The title of a report says what it is, not what a part of it is.
            title = draft.page == 1 and draft.size >= max(largest, 1.2 * size) and number is None
            own = None if title else kind_of(draft.text)
            kind = own or (enclosing[-1].kind if enclosing else SectionKind.BODY)
            level = number is not None or levels[round(rank, 1)] > 1
            enclosing.append(_Enclosing(rank, number, kind if level else SectionKind.BODY))
            sections.append(Section(len(sections), kind, draft.text))
        places.append(len(sections) - 1)
    if len(drafts) and 0 not in places:
        # Section 0 is for what stands before the first heading; where nothing does, it is not there.
        sections = [Section(section.ordinal - 1, section.kind, section.heading) for section in sections[1:]]
        places = [place - 1 for place in places]
    return sections, places, headings


@dataclass(frozen=True, slots=True)
class _Enclosing:
    """A heading above others, and the kind that it hands down.

    Letters alone say little: an introduction that is set larger than all other headings says nothing about them. So a
    heading hands down its kind only where it has a number, or another heading is set like it.
    """

    rank: float
    number: str | None
    kind: SectionKind


def _encloses(outer: _Enclosing, rank: float, number: str | None) -> bool:
    """Whether a heading stands under another one: its number says so, or else its letters."""
    if outer.number and number and outer.number[0].isdigit() and number[0].isdigit():
        return number.startswith((f"{outer.number}.", f"{outer.number}-"))
    return outer.rank > rank


def _rank(draft: Draft, number: str | None) -> float:
    """How high a heading stands: size first, then bold, then the depth of its number. Larger encloses smaller."""
    depth = len(re.findall(r"\d+", number)) if number and number[0].isdigit() else 1
    letters = [letter for letter in draft.text if letter.isalpha()]
    capitals = 0.25 if letters and all(letter.isupper() for letter in letters) else 0.0
    return round(draft.size * 2) / 2 + (0.3 if draft.bold else 0.0) + capitals - 0.05 * depth


def _is_heading_at(
    at: int, drafts: list[Draft], numbers: list[str | None], listed: Collection[str], size: float
) -> bool:
    below = next((place for place in range(at + 1, min(at + 4, len(drafts))) if not drafts[place].note), None)
    following = None if below is None else drafts[below]
    counted = below is not None and numbers[below] is not None
    return _is_heading(drafts[at], following, numbers[at], listed, size, counted)


def _is_heading(
    draft: Draft, following: Draft | None, number: str | None, listed: Collection[str], size: float, counted: bool
) -> bool:
    """counted: the paragraph below has a printed number."""
    text = draft.text
    if draft.note or len(text) > _LONGEST or len(text) < 3 or len(draft.lines) > 4 or draft.turns:
        return False
    words = _NUMBERED.sub("", text)
    if not any(letter.isalpha() for letter in words) or words[:1].islower() or bullet_of(draft.lines[0].text):
        return False
    if draft.lines[0].sideways or draft.lines[0].slanted:
        return False
    large = draft.size > 1.08 * size
    if plain(text) in listed and (large or draft.bold or draft.alone) and draft.size > 0.95 * size:
        return True
    named = number is not None and number[0].isalpha() and len(number) > 6  # "Finding 1: …" may be a sentence
    # Some print a full stop after a heading; over numbered paragraphs it is one, elsewhere it is a sentence in bold.
    stopped = text.endswith(".") and not re.search(r"[.;]\s", text) and number is None and counted
    if _OUT_OF_PLACE.search(text) and not (draft.bold and (named or (stopped and draft.space_above))):
        return False
    if large:
        return draft.alone or draft.size > 1.25 * size
    if not draft.alone or draft.size < 0.95 * size or following is None:
        return False
    if draft.bold:
        # A bold line over text that is not bold; bold lines in a row are a table or a title page.
        return len(text) < 120 and (not following.bold or draft.space_above)
    capitals = sum(letter.isupper() for letter in words)
    if capitals > 0.9 * sum(letter.isalpha() for letter in words) and len(words) > 6:
        return draft.space_above
    known = kind_of(text)
    return (
        known is not None
        and len(words) < 45
        and draft.space_above
        and not text.endswith((":", "?"))
        and text[-1].isalnum()
        and (number is not None or len(words.split()) <= 4)
    )
