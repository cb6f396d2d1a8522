"""The content of a report: pages, sections, paragraphs, recommendations and metadata, as plain frozen values.

`number` is 1-based and `ordinal` 0-based, always. A report's id is the SHA-256 of its bytes in lower-case hex.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class SectionKind(StrEnum):
    """What a part of a report is for. Stored by name; the order of members is the order of the codes in an index."""

    BODY = "body"
    FOREWORD = "foreword"
    SUMMARY = "summary"
    INTRODUCTION = "introduction"
    TERMS_OF_REFERENCE = "terms of reference"
    METHODOLOGY = "methodology"
    FAMILY = "family"
    CHRONOLOGY = "chronology"
    ANALYSIS = "analysis"
    GOOD_PRACTICE = "good practice"
    FINDINGS = "findings"
    LEARNING = "learning"
    CONCLUSIONS = "conclusions"
    RECOMMENDATIONS = "recommendations"
    ACTION_PLAN = "action plan"
    APPENDIX = "appendix"


class AsideRole(StrEnum):
    """Why text that can be seen on the page is kept out of search and out of counts."""

    HEADER = "header"
    FOOTER = "footer"
    PAGE_NUMBER = "page number"
    CONTENTS = "contents"
    COVER_SHEET = "cover sheet"
    ILLEGIBLE = "hardly legible"


class Hidden(StrEnum):
    """How text that cannot be seen on a page is hidden. MARKED: it can be seen, but is marked for redaction."""

    BOX = "box"
    INVISIBLE = "invisible"
    OFF_PAGE = "off_page"
    MARKED = "marked"


HIDDEN: dict[Hidden, str] = {
    Hidden.BOX: "text under a black box or a picture",
    Hidden.INVISIBLE: "text drawn invisibly",
    Hidden.OFF_PAGE: "text off the page",
    Hidden.MARKED: "text marked for redaction that was never redacted",
}
"""Words for each, to be shown before "on page 12"."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a PDF.

    label: the number printed on it ("iv", "A-2"), or else its number as text.
    reader: "pdfium", "pypdf" or "ocr"; None when nothing could be read.
    unread: why none or not all of it could be read ("no_text", "partly_read" …), else None. A blank page is not unread.
    confidence: of the OCR, 0 to 100; None when the text was not read by OCR.
    withheld: how each piece of text that was left out is hidden, and a MARKED for each redaction mark that was never
    applied.
    """

    number: int
    label: str
    reader: str | None = "pdfium"
    unread: str | None = None
    confidence: float | None = None
    withheld: tuple[Hidden, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report with its heading as printed. Text before the first heading is in section 0, heading ""."""

    ordinal: int
    kind: SectionKind
    heading: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The citable unit. Headings are paragraphs too (`heading` is true): they are searched and cited like any other.

    ordinal: 0-based in the report; page: where it starts, 1-based; number: as printed ("4.3.2") or None.
    section: ordinal of the Section it is in.
    text: verbatim after the documented repairs, lines joined by one space.
    turns: (offset, page) for each page break inside the text: from `offset` on, the text is on `page`.
    """

    ordinal: int
    page: int
    number: str | None
    section: int
    text: str
    heading: bool = False
    turns: tuple[tuple[int, int], ...] = ()

    @property
    def last_page(self) -> int:
        """The page on which it ends."""
        return self.turns[-1][1] if self.turns else self.page

    def is_on(self, page: int) -> bool:
        """Whether any of it is on a page."""
        return self.page <= page <= self.last_page

    @property
    def searched(self) -> str:
        """The text as it is searched: as long, with blanks for the printed number."""
        return searched(self.text, self.number)

    def page_at(self, offset: int) -> int:
        """The page that the character at `offset` of the text is on."""
        page = self.page
        for start, number in self.turns:
            if start <= offset:
                page = number
        return page


# What is numbered by its form and may yet be said: "15 June 2023", "24 Hours", "12.03.14".
_SAID = re.compile(
    r"(?:[0-9]{1,3}\s+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Minute|Hour|Day|Week|Month|Year)"
    r"|[0-9]{1,2}\.0[0-9]\.[0-9]{2}(?![0-9])|0[0-9]\.[0-9]{1,2}\.[0-9]{2}(?![0-9]))"
)


def searched(text: str, number: str | None) -> str:
    """The text of a paragraph as it is searched: as long, with blanks for its printed number ("4.3.2", "47").

    The number is no mention of anything. One with a word in it ("Recommendation 3") stays, and so does what may be a
    date or an age.
    """
    if not number or " " in number or not text.startswith(number) or _SAID.match(text):
        return text
    return " " * len(number) + text[len(number) :]


@dataclass(frozen=True, slots=True)
class Aside:
    """A piece of a page that is shown, not searched. `before`: ordinal of the paragraph that follows it on the page."""

    page: int
    before: int
    role: AsideRole
    text: str


class ScanLine(NamedTuple):
    """A line that OCR read, in pixels of the picture: from left to right edge, on a baseline counted from the top.

    gaps: offsets in the text of letters that follow a wide gap. legible: OCR is sure enough of it to search it.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    gaps: tuple[int, ...] = ()
    legible: bool = True

    @classmethod
    def of(cls, row: Sequence[Any]) -> "ScanLine":
        """The line that JSON made a list of."""
        text, left, right, baseline, size, gaps, *legible = row
        return cls(text, left, right, baseline, size, tuple(gaps), *legible)


@dataclass(frozen=True, slots=True)
class Scan:
    """What OCR read on one page of a report.

    languages: that it looked for ("eng"); engine: with version; confidence: 0 to 100; width: of the picture, in pixels.
    turned: degrees, clockwise, by which the page was turned before it was read.
    """

    page: int
    languages: str
    engine: str
    confidence: float
    width: int
    turned: int
    lines: tuple[ScanLine, ...]


class ItemKind(StrEnum):
    """What people look for first in a report."""

    RECOMMENDATION = "recommendation"
    FINDING = "finding"


@dataclass(frozen=True, slots=True)
class Item:
    """A recommendation or a finding: one paragraph, or several with its bullets, without footnotes between them.

    number: as printed ("Recommendation 6", "7.2") or None. text: without the number, a line for each paragraph. page:
    where it starts. first, last: ordinals of its paragraphs. addressee: who should act, if the text says so.
    """

    kind: ItemKind
    number: str | None
    text: str
    page: int
    section: Section
    first: int
    last: int
    addressee: str | None = None

    @classmethod
    def of(
        cls, kind: ItemKind, paragraphs: Sequence[Paragraph], section: Section, addressee: str | None = None
    ) -> "Item":
        """The item that these paragraphs are."""
        head, tail = paragraphs[0], paragraphs[-1]
        rest = (paragraph for paragraph in paragraphs[1:] if not is_footnote(paragraph))
        lines = [words_of(head), *(paragraph.text for paragraph in rest)]
        text = "\n".join(line for line in lines if line)
        return cls(kind, head.number, text, head.page, section, head.ordinal, tail.ordinal, addressee)

    def to_dict(self) -> dict[str, object]:
        """The item as the JSON API shows it."""
        return {
            "kind": self.kind.value,
            "number": self.number,
            "text": self.text,
            "page": self.page,
            "section": {"kind": self.section.kind.value, "heading": self.section.heading},
            "first": self.first,
            "last": self.last,
            "addressee": self.addressee,
        }


def words_of(paragraph: Paragraph) -> str:
    """The text of a paragraph without its printed number or bullet."""
    text = paragraph.text
    if paragraph.number and text.startswith(paragraph.number):
        text = text[len(paragraph.number) :].lstrip(".:) –-")
    return text[len(bullet_of(text)) :].lstrip()


BULLETS = frozenset("•‣⁃∙▪▫●○◦■□◼◻◾◽►▶➢➤❖♦◆·–—−─-*❑❒✓✔→»")
"""The characters that mark an item of a list. They stay in the text as printed."""


def bullet_of(text: str) -> str:
    """The bullet that a paragraph or a line starts with, or "". An "o" alone is one: Word sets it as second level."""
    sign, after = text[:1], text[1:2]
    return sign if (sign in BULLETS or sign == "o") and after in ("", " ") else ""


def is_footnote(paragraph: Paragraph) -> bool:
    """Whether a paragraph starts with the mark of a footnote: a raised number, or a number that numbers nothing."""
    return paragraph.number is None and _FOOTNOTE.match(paragraph.text) is not None


_FOOTNOTE = re.compile(r"(?:[⁰¹²³⁴-⁹]+|\d{1,3}(?=\s))\s?\S")


@dataclass(frozen=True, slots=True)
class Found:
    """A value with where it was found ("catalogue", "cover sheet", "cover", "file name" …) and how sure we are, 0 to
    1.
    """

    value: str
    source: str
    confidence: float


ATTACHED_APART = " | "
"""Between the names of attached files in `Text.found["attachments"]`."""


@dataclass(frozen=True, slots=True)
class Text:
    """Everything that was read from one file: what `ingest` hands to the corpus.

    id: SHA-256 of the bytes. reader: names and versions of what read it, so that a better one knows what to read again.
    found: metadata from the file itself, by field name (title, board, child, kind, type, year, published, author),
    and the names of the files in it (attachments).
    items: its recommendations and findings, in order. scans: the pages that OCR would read, or read better; not stored.
    """

    id: str
    pages: tuple[Page, ...]
    sections: tuple[Section, ...]
    paragraphs: tuple[Paragraph, ...]
    asides: tuple[Aside, ...] = ()
    found: dict[str, Found] = field(default_factory=dict)
    reader: str = ""
    items: tuple[Item, ...] = ()
    scans: tuple[int, ...] = ()
