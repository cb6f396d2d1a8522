"""The content of a report (pages, sections, paragraphs, recommendations and metadata) as plain immutable values.

`number` is always 1-based and `ordinal` 0-based. A report's id is the SHA-256 of its bytes in lower-case hex.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class SectionKind(StrEnum):
    """What a section of a report is for.

    Stored by name. The order of the members is the order of the codes in an index.
    """

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
    """Why visible text on a page is not searched or counted."""

    HEADER = "header"
    FOOTER = "footer"
    PAGE_NUMBER = "page number"
    CONTENTS = "contents"
    COVER_SHEET = "cover sheet"
    ILLEGIBLE = "hardly legible"


class Hidden(StrEnum):
    """How invisible text on a page is hidden. MARKED text is visible, but is marked for redaction."""

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
"""A description of each, to be shown before "on page 12"."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a PDF.

    `label` is what the PDF calls it ("iv", "A-2"), or otherwise its number as text. `reader` is "pdfium", "pypdf" or
    "ocr", or None if nothing could be read. `unread` is why some or all of it could not be read ("no_text",
    "partly_read" …), or None. A blank page is not unread. `confidence` is that of the OCR, from 0 to 100, or None if
    the text was not read by OCR. `withheld` says how each piece of text that was left out is hidden, with a MARKED for
    each redaction mark that was never applied.
    """

    number: int
    label: str
    reader: str | None = "pdfium"
    unread: str | None = None
    confidence: float | None = None
    withheld: tuple[Hidden, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a report with its heading as printed.

    Text before the first heading is in section 0, whose heading is "".
    """

    ordinal: int
    kind: SectionKind
    heading: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The citable unit. Headings are paragraphs too (`heading` is true), and are searched and cited like any other.

    `ordinal` is its index in the report (0-based). `page` is where it starts (1-based). `number` is as printed
    ("4.3.2") or None. `section` is the ordinal of its Section. `text` is verbatim after the documented repairs, with
    lines joined by one space. `turns` has (offset, page) for each page break inside the text: from `offset` on, the
    text is on `page`.
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
        """Return whether any of it is on a page."""
        return self.page <= page <= self.last_page

    @property
    def searched(self) -> str:
        """The text as it is searched. It has the same length, with blanks for the printed number."""
        return searched(self.text, self.number)

    def page_at(self, offset: int) -> int:
        """Return the page of the character at `offset` of the text."""
        page = self.page
        for start, number in self.turns:
            if start <= offset:
                page = number
        return page


# What has the form of a number but may be part of the text: "15 June 2023", "24 Hours", "12.03.14". Searches need no
# regular expression of this module, so they are compiled on first use.
_SAID = (
    r"(?:[0-9]{1,3}\s+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Minute|Hour|Day|Week|Month|Year)"
    r"|[0-9]{1,2}\.0[0-9]\.[0-9]{2}(?![0-9])|0[0-9]\.[0-9]{1,2}\.[0-9]{2}(?![0-9]))"
)


def searched(text: str, number: str | None) -> str:
    """Return the text of a paragraph as it is searched: with blanks for its printed number ("4.3.2", "47").

    The number is not a mention of anything. A number with a word in it ("Recommendation 3") stays, as does anything
    that may be a date or an age. The length does not change.
    """
    if not number or " " in number or not text.startswith(number) or re.match(_SAID, text):
        return text
    return " " * len(number) + text[len(number) :]


@dataclass(frozen=True, slots=True)
class Aside:
    """A piece of a page that is shown but not searched.

    `before` is the ordinal of the paragraph that follows it on the page.
    """

    page: int
    before: int
    role: AsideRole
    text: str


class ScanLine(NamedTuple):
    """A line that OCR read, in pixels of the image: its left and right edges, and its baseline measured from the top.

    `gaps` are the offsets in the text of letters that follow a wide gap. `legible` means that the confidence is high
    enough to search it.
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
        """Return the line from its JSON list."""
        text, left, right, baseline, size, gaps, *legible = row
        return cls(text, left, right, baseline, size, tuple(gaps), *legible)


@dataclass(frozen=True, slots=True)
class Scan:
    """What OCR read on one page of a report.

    `languages` are the OCR languages ("eng"). `engine` includes the version. `confidence` is from 0 to 100. `width` is
    the width of the image in pixels. `turned` is by how many degrees the page was turned clockwise before it was read.
    """

    page: int
    languages: str
    engine: str
    confidence: float
    width: int
    turned: int
    lines: tuple[ScanLine, ...]


class ItemKind(StrEnum):
    """The kinds of item that people look for first in a report."""

    RECOMMENDATION = "recommendation"
    FINDING = "finding"


@dataclass(frozen=True, slots=True)
class Item:
    """A recommendation or a finding: one paragraph, or several with its bullets, without footnotes between them.

    `number` is as printed ("Recommendation 6", "7.2") or None. `text` leaves out the number and has one line per
    paragraph. `page` is where it starts. `first` and `last` are the ordinals of its paragraphs. `addressee` is who
    should act, if the text says so.
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
        """Return the item that consists of these paragraphs."""
        head, tail = paragraphs[0], paragraphs[-1]
        rest = (paragraph for paragraph in paragraphs[1:] if not is_footnote(paragraph))
        lines = [words_of(head), *(paragraph.text for paragraph in rest)]
        text = "\n".join(line for line in lines if line)
        return cls(kind, head.number, text, head.page, section, head.ordinal, tail.ordinal, addressee)

    def to_dict(self) -> dict[str, object]:
        """Return the item as it appears in the JSON API."""
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
    """Return the text of a paragraph without its printed number or bullet."""
    text = paragraph.text
    if paragraph.number and text.startswith(paragraph.number):
        text = text[len(paragraph.number) :].lstrip(".:) –-")
    return text[len(bullet_of(text)) :].lstrip()


BULLETS = frozenset("•‣⁃∙▪▫●○◦■□◼◻◾◽►▶➢➤➔❖♦◆◉⦿·–—−─-*❏❑❒☐☑☒☞✓✔✗→»›>")
"""The characters that mark list items. They stay in the text as printed."""


def bullet_of(text: str) -> str:
    """Return the bullet at the start of a paragraph or a line, or "".

    A single "o" is one, because Word uses it at the second level.
    """
    sign, after = text[:1], text[1:2]
    return sign if (sign in BULLETS or sign == "o") and after in ("", " ") else ""


def is_footnote(paragraph: Paragraph) -> bool:
    """Return whether a paragraph starts with a footnote mark: a superscript number, or one that is not a paragraph
    number.
    """
    return paragraph.number is None and re.match(_FOOTNOTE, paragraph.text) is not None


_FOOTNOTE = r"(?:[⁰¹²³⁴-⁹]+|\d{1,3}(?=\s))\s?\S"


@dataclass(frozen=True, slots=True)
class Found:
    """A value with its source ("catalogue", "cover sheet", "cover", "file name" …) and the confidence in it, from 0 to
    1.
    """

    value: str
    source: str
    confidence: float


ATTACHED_APART = " | "
"""Separates the names of attached files in `Text.found["attachments"]`."""


@dataclass(frozen=True, slots=True)
class Text:
    """Everything that was read from one file, which `ingest` passes to the corpus.

    `id` is the SHA-256 of the bytes. `reader` has the names and versions of what read it, so that a better reader knows
    what to read again. `found` is metadata from the file itself, by field name (title, board, child, kind, type, year,
    published, author), and the names of the files inside it (attachments). `items` are its recommendations and
    findings, in order. `scans` are the pages that OCR would read, or read better; they are not stored.
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
