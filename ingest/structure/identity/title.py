"""Find the title of a report on its first page. The PDF's own properties are used only if the page confirms them."""

import re
from collections.abc import Iterable, Sequence

from corpus.model import Found, SectionKind
from ingest.structure.draft import Draft
from ingest.structure.identity.bodies import council, is_board
from ingest.structure.normalise import fold_spaces, repair
from ingest.structure.parts.section_kinds import NUMBERED, kind_of

_LARGE = 1.12  # times the size of the body: larger counts as set large
_OF_LARGEST = 0.5  # share of the largest letters of the cover: smaller text is not a title
_LINES = 5  # of a title, at most
_SEVERAL = 3  # words
_SMALLER = 0.92  # times the letters of the title: those of a heading on the same page are smaller
_PROSE, _NEXT = 80, 3  # characters of a text below a heading, at least, and the paragraphs of which it is one
_SAME_POINTS = 0.3  # points: sizes that differ by less are the same
_HEADING = 100  # characters of a heading, at most
_RECURS = 2  # other headings that look the same, at least
_LABEL = re.compile(
    r"(?:child(?:ren)?|baby|family|siblings?|young person|case|report|review|in respect) ", re.IGNORECASE
)
_MARKS = "⁰¹²³⁴⁵⁶⁷⁸⁹*†‡"  # of a footnote
_FILE_NAME = re.compile(r"^(?:microsoft word|untitled|document\d*|.*\.(?:docx?|indd|pdf|pptx?|pub)$)", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"^(?:\w+ ){0,3}template$|\bLA NAME\b|[\[<{](?:insert|name|title|date|add|enter|local|LA)\b[^\]>}]*[\]>}]"
    r"|\binsert (?:the )?(?:name|title|date|text)\b|\bclick (?:here|or tap)\b|\blorem ipsum\b"
    r"|^(?:report |document )?title(?: of (?:the )?report)?$|\bX{3,}\b",
    re.IGNORECASE,
)
_PUBLISHER = re.compile(
    r"^(?:Ofsted|Estyn|HMICFRS|Care Quality Commission|CQC|HM Inspectorate of .{3,60}|(?:The )?Department (?:for|of) "
    r".{3,40}|(?:The )?Ministry of .{3,40}|(?:The )?Home Office|HM Government)$",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"\b(?:(?:re-?)?inspections?|reviews?|reports?|responses?|inquiry|investigation|visit|assessment|recommendations?"
    r"|summary|briefing|plan|statement|newsletter|study|audit|evaluation|letter)\b",
    re.IGNORECASE,
)
_ABOUT_A_PLACE = re.compile(r"\b(?:inspection|visit|assessment|monitoring|audit|local authority)\b", re.IGNORECASE)
_DATES = re.compile(r"\bdates?\b", re.IGNORECASE)
_GREETING = re.compile(r"^dear\b", re.IGNORECASE)
_SUBJECT = re.compile(r"^(?:re|subject|title)\s*:\s*", re.IGNORECASE)
_LABELLED = re.compile(r"^[\w’' ]{2,30}:(?:\s|$)")  # "Inspection dates: …", "Lead inspector: …"
_OF_REVIEW = re.compile(r"^(?:[A-Z][\w’'-]*\s+){0,5}(?:[Rr]eview|[Ii]nquiry):\s")  # "Serious Case Review: Child Rowan"
_COMMON = frozenset(  # capitalised words that are not names of places
    fold_spaces(
        """local authority area partnership partnerships safeguarding children children’s children's child adults
        service services social care board joint targeted focused monitoring visit inspection inspections re-inspection
        review report special educational needs disabilities and education health early help framework single the a an
        of for in"""
    ).split()
)
_NOISE = 0.5  # share of the letters of a line: if fewer are in words, OCR read it from a picture
_PIECES, _PIECE, _LONG = 4, 2.8, 5  # so many pieces, so short on average, and no word so long: read from a picture, too
_WORD = re.compile(r"[^\W\d_]['’a-zŵŷ]{2,}|[A-Z’'ŴŶ]{3,}")  # with no letter in a strange case
_VOWEL = re.compile(r"[aeiouyŵŷ]", re.IGNORECASE)
_UNFINISHED = re.compile(r"(\b(?:and|of|in|for|the|to|on|with|by|upon)|[&,]) – ")


def find(
    cover: Sequence[Draft],
    first_page: Iterable[str],
    other: re.Pattern[str],
    size: float,
    properties: dict[str, str],
    *,
    by_ocr: bool = False,
) -> Found | None:
    """Return the title, or None if neither the page nor the properties have one.

    `cover` are the short pieces of text at the beginning, and `first_page` is all text of the first page. `other`
    matches dates and authors. `size` is the letter size of the body. `by_ocr` means that the page was read by OCR: its
    sizes are uncertain, and parts of a picture can be read as large letters, so lines that are no words are left out,
    and a line that names a document is better.
    """
    page = list(first_page)
    if by_ocr:
        cover = [draft for draft in cover if not _is_noise(draft.text)]
    lines = _set_large(cover, other, size)
    if by_ocr and not _names_document(lines):
        lines = _naming_document(cover, other) or lines
    title = _join(lines)
    if len(title.split()) >= 2:
        return Found(_with_place(title, cover, page), "cover", 0.8)
    subject = _subject(cover, other)
    if subject:
        return Found(_with_place(subject, cover, page), "cover", 0.7)
    told = repair(properties.get("title", ""))
    if (
        len(told.split()) >= 3
        and not _FILE_NAME.match(told)
        and not _PLACEHOLDER.search(told)
        and _borne_out(told, page)
    ):
        return Found(told, "pdf properties", 0.5)
    return Found(title, "cover", 0.3) if title else None


def above_text(cover: Sequence[Draft], drafts: Sequence[Draft], size: float) -> Sequence[Draft]:
    """Return the short pieces at the beginning without the first heading of the text on the same page, and what follows
    it.

    `cover` are the first of the `drafts`. Only pieces below the name of a document are headings.
    """
    for at, draft in enumerate(cover):
        above = [other for other in cover[:at] if other.size > _LARGE * size and _DOCUMENT.search(other.text)]
        if not above or draft.size > _SMALLER * max(other.size for other in above):
            continue
        below = (other for other in drafts[at + 1 : at + 1 + _NEXT] if other.page == draft.page)
        prose = any(len(other.text) > _PROSE and other.size < _LARGE * size for other in below)
        if prose and _is_heading(draft, drafts[at + 1 :]):
            return cover[:at]
    return cover


def _is_heading(draft: Draft, below: Sequence[Draft]) -> bool:
    """Return whether a line above text begins a section, by its words or number, or as it looks like others."""
    if kind_of(draft.text) is SectionKind.SUMMARY or _LABEL.match(draft.text):
        return False
    if kind_of(draft.text) is not None or NUMBERED.match(draft.text):
        return True
    alike = (other for other in below if len(other.text) < _HEADING and abs(other.size - draft.size) < _SAME_POINTS)
    return sum(other.bold == draft.bold for other in alike) >= _RECURS


def is_placeholder(text: str) -> bool:
    """Return whether a text is the placeholder title of a template."""
    return _PLACEHOLDER.search(text) is not None


def _set_large(cover: Sequence[Draft], other: re.Pattern[str], size: float) -> list[str]:
    """Return the large lines of a cover.

    If they only name a body, add the bold line below that says what the document is.
    """
    largest = max((draft.size for draft in cover), default=0.0)
    lines: list[str] = []
    for draft in cover:
        words = draft.text
        if _is_no_title(words, other) or is_board(words):
            large = False
        else:
            large = draft.size > _LARGE * size and draft.size > _OF_LARGEST * largest and len(lines) < _LINES
        if large:
            lines.append(words)
        elif lines:
            if draft.bold and not _LABELLED.match(words) and _DOCUMENT.search(words) and not _names_document(lines):
                lines.append(words)
            break
    return lines


def _naming_document(cover: Sequence[Draft], other: re.Pattern[str]) -> list[str]:
    """Return the first line of several words that says what the document is, or nothing."""
    several = (draft.text for draft in cover if len(draft.text.split()) >= _SEVERAL)
    return next(([words] for words in several if _DOCUMENT.search(words) and not _is_no_title(words, other)), [])


def _names_document(lines: Iterable[str]) -> bool:
    return any(_DOCUMENT.search(line) for line in lines)


def _is_noise(text: str) -> bool:
    """Return whether hardly any of a line is words, as when OCR reads a picture or a logo."""
    pieces = text.split()
    letters = sum(map(len, pieces))
    words = [word for piece in pieces for word in re.findall(r"[^\W\d_][\w’']+", piece) if _is_word(word)]
    short = len(pieces) >= _PIECES and letters < _PIECE * len(pieces) and max(map(len, words), default=0) < _LONG
    return short or sum(map(len, words)) < _NOISE * letters


def _is_word(piece: str) -> bool:
    return _WORD.fullmatch(piece) is not None and _VOWEL.search(piece) is not None


def _is_no_title(words: str, other: re.Pattern[str]) -> bool:
    return bool(
        len(words) < 3
        or other.search(words)
        or _GREETING.match(words)
        or _PLACEHOLDER.search(words)
        or _PUBLISHER.match(words)
    )


def _join(lines: Iterable[str]) -> str:
    title = " – ".join(dict.fromkeys(line.rstrip(_MARKS).strip(" :–-") for line in lines))
    title = re.sub(r" – (?=[a-z])", " ", title)  # a title that spans two lines
    return _UNFINISHED.sub(r"\1 ", title)


def _subject(cover: Sequence[Draft], other: re.Pattern[str]) -> str | None:
    """Return the bold line that gives the subject of a letter or a plain document, after the greeting if there is
    one.
    """
    greeting = next((at for at, draft in enumerate(cover) if _GREETING.match(draft.text)), -1)
    for draft in [*cover[greeting + 1 :], *cover[: greeting + 1]]:
        words = _SUBJECT.sub("", draft.text)
        named = len(words.split()) >= 3 and not words.endswith(".") and _DOCUMENT.search(words)
        labelled = _LABELLED.match(words) and not _OF_REVIEW.match(words)
        if named and draft.bold and not (_is_no_title(words, other) or labelled or is_board(words)):
            return words.rstrip(_MARKS).strip(" :–-")
    return None


def _with_place(title: str, cover: Sequence[Draft], page: Sequence[str]) -> str:
    """Prefix the title with the council or partnership that it concerns, if the title does not name it and the page
    names only one.
    """
    if not _ABOUT_A_PLACE.search(title) or _names_place(title):
        return title
    body = council(draft.text for draft in cover) or council(page)
    return f"{body} – {title}" if body else title


def _names_place(title: str) -> bool:
    """Return whether a title contains a name."""
    words = re.findall(r"[\w’'-]+", title)
    return any(word[0].isupper() and not word.isupper() and word.lower() not in _COMMON for word in words)


def _borne_out(told: str, page: Sequence[str]) -> bool:
    """Return whether every name and number of a title is on the page.

    A reused template can carry the title of another report.
    """
    seen = set(re.findall(r"\w+", " ".join(page).casefold()))
    words = re.findall(r"\w+", _DOCUMENT.sub(" ", told))
    names = [word for word in words if word.isdigit() or (word[0].isupper() and word.lower() not in _COMMON)]
    return all(word.casefold() in seen for word in names)
