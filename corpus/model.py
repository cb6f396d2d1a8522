"""What we hold: reports, pages, sections, paragraphs, failures and coverage, as plain frozen values.

`number` is 1-based and `ordinal` 0-based, always. A report's id is the SHA-256 of its bytes in lower-case hex.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePath
from typing import Any, NamedTuple


class Reason(StrEnum):
    """Why a file could not become a report."""

    NOT_PDF = "not_pdf"
    ENCRYPTED = "encrypted"
    CORRUPT = "corrupt"
    EMPTY = "empty"
    NO_TEXT = "no_text"
    NO_WORDS = "no_words"
    TOO_LARGE = "too_large"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    UNREADABLE = "unreadable"
    REMOVED = "removed"


REASONS: dict[Reason, str] = {
    Reason.NOT_PDF: "it is not a PDF, whatever its name says; open it to see what it is, and save the report as PDF",
    Reason.ENCRYPTED: "it is locked with a password; ask the publisher for an open copy",
    Reason.CORRUPT: "it is damaged; download it again",
    Reason.EMPTY: "it has no pages or no bytes; download it again",
    Reason.NO_TEXT: "its pages are pictures without text; install Tesseract (see docs/library.md), then run this again",
    Reason.NO_WORDS: "its pages are pictures in which OCR found no words; look at them in the PDF",
    Reason.TOO_LARGE: "it is larger than the limit for one file; see max_bytes and max_pages in docs/library.md",
    Reason.TIMED_OUT: "reading it took longer than the limit; see max_seconds in docs/library.md",
    Reason.OUT_OF_MEMORY: "reading it needed more memory than the limit; see max_memory_mb in docs/library.md",
    Reason.CRASHED: "the reader crashed on it; the other files are not affected",
    Reason.UNREADABLE: "the file cannot be opened; check that it still exists and that you may read it",
    Reason.REMOVED: "it was removed for good by `reviews remove`, and is not read again",
}
"""A sentence for each reason, to be shown after "<file> was not read: "."""


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
    """Text that a person can see on the page but that is kept out of search and out of counts."""

    HEADER = "header"
    FOOTER = "footer"
    PAGE_NUMBER = "page number"
    CONTENTS = "contents"
    COVER_SHEET = "cover sheet"


class Hidden(StrEnum):
    """How text is hidden that nobody can see on a page; MARKED: it can be seen, but is marked to be redacted."""

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

    label: the number printed on it ("iv", "A-2"), or its number as text where the document states none.
    reader: "pdfium", "pypdf" or "ocr"; None when nothing could be read.
    unread: why no text could be taken from it ("no_text", "timed_out" …), else None. A truly blank page is not unread.
    confidence: of the OCR, 0 to 100; None when the text was not read by OCR.
    withheld: how each piece of text was hidden that nobody can see on the page and that was therefore not taken; and
    one MARKED for each mark that asks for a redaction that was never carried out.
    """

    number: int
    label: str
    reader: str | None = "pdfium"
    unread: str | None = None
    confidence: float | None = None
    withheld: tuple[Hidden, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report with its heading as printed. Paragraphs before the first stand in section 0, heading ""."""

    ordinal: int
    kind: SectionKind
    heading: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The citable unit. Headings are paragraphs too (`heading` is true): they are searched and cited like any other.

    ordinal: 0-based in the report; page: where it starts, 1-based; number: as printed ("4.3.2") or None.
    section: ordinal of the Section it stands in.
    text: verbatim after the documented repairs, lines joined by one space.
    turns: (offset, page) for each page break inside the text: from `offset` on, the text stands on `page`.
    """

    ordinal: int
    page: int
    number: str | None
    section: int
    text: str
    heading: bool = False
    turns: tuple[tuple[int, int], ...] = ()

    def page_at(self, offset: int) -> int:
        """The page on which the character at `offset` of the text stands."""
        page = self.page
        for start, number in self.turns:
            if start <= offset:
                page = number
        return page


@dataclass(frozen=True, slots=True)
class Aside:
    """A piece of a page that is shown, not searched. `before`: ordinal of the paragraph that follows it on the page."""

    page: int
    before: int
    role: AsideRole
    text: str


class ScanLine(NamedTuple):
    """A line that OCR read, in pixels of the picture: from left to right edge, on a baseline counted from the top.

    gaps: offsets in the text of letters that follow a wide gap.
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    gaps: tuple[int, ...] = ()

    @classmethod
    def of(cls, row: Sequence[Any]) -> "ScanLine":
        """The line that JSON made a list of."""
        text, left, right, baseline, size, gaps = row
        return cls(text, left, right, baseline, size, tuple(gaps))


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
    """A recommendation or a finding: one paragraph, or several with its bullets.

    number: as printed ("Recommendation 6", "7.2") or None. text: without the number, a line for each paragraph.
    page: where it starts. first, last: ordinals of its paragraphs. addressee: who is asked, where the words say so.
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
        lines = [words_of(head), *(paragraph.text for paragraph in paragraphs[1:])]
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
    return text.removeprefix("•").lstrip()


@dataclass(frozen=True, slots=True)
class Found:
    """A value with where it was found ("catalogue", "cover sheet", "cover", "file name" …) and how sure we are, 0 to
    1.
    """

    value: str
    source: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Text:
    """Everything that was read from one file: what `ingest` hands to the corpus.

    id: SHA-256 of the bytes. reader: names and versions of what read it, so that a better one knows what to read again.
    found: metadata told by the file itself, by field name (title, board, child, kind, type, year, published, author).
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


METADATA = ("title", "board", "area", "child", "kind", "type", "year", "published", "case", "author", "language")
"""The fields that describe a report, in the order in which they are shown. Each may be unknown (None)."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it is shown: the catalogue's word first, then what was found in the file; None is unknown.

    files: the names under which the same bytes were found, the first in alphabetical order first.
    pages, unread_pages: counts. provenance: for each known field, where its value came from.
    """

    id: str
    files: tuple[str, ...]
    title: str
    pages: int
    unread_pages: int
    board: str | None = None
    area: str | None = None
    child: str | None = None
    kind: str | None = None
    type: str | None = None
    year: int | None = None
    published: str | None = None
    case: str | None = None
    author: str | None = None
    language: str | None = None
    provenance: dict[str, str] = field(default_factory=dict)

    @property
    def searchable(self) -> bool:
        """Whether any page of it could be read."""
        return self.unread_pages < self.pages

    def to_dict(self) -> dict[str, object]:
        """The report as the JSON API shows it."""
        return {
            "id": self.id,
            "title": self.title,
            "board": self.board,
            "area": self.area,
            "child": self.child,
            "kind": self.kind,
            "type": self.type,
            "year": self.year,
            "published": self.published,
            "case": self.case,
            "author": self.author,
            "language": self.language,
            "file": PurePath(self.files[0]).name if self.files else None,
            "files": list(self.files),
            "pages": self.pages,
            "unread_pages": self.unread_pages,
            "provenance": self.provenance,
        }


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What is known about one file on disk, so that an unchanged file is not read again.

    path: relative to the library with "/" when the file lies inside it, else absolute.
    size: bytes; mtime_ns: the time of its last change, as the file system tells it.
    report: id of the report that its bytes are, or None when it could not become one; reason then says why.
    detail: for a technician, no text of the file. reader: what read it (or failed to), as in Text.reader.
    """

    path: str
    size: int
    mtime_ns: int
    report: str | None
    reason: Reason | None = None
    detail: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that is not a report, and why. `detail` is for a technician and holds no text of the file."""

    file: str
    reason: Reason
    detail: str = ""

    def to_dict(self) -> dict[str, str]:
        """The failure as the JSON API shows it."""
        return {
            "file": self.file,
            "reason": self.reason.value,
            "explanation": REASONS[self.reason],
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was searched and what was not: part of every answer."""

    reports: int
    searchable: int
    unread_pages: int
    failures: int

    def to_dict(self) -> dict[str, int]:
        """The coverage as the JSON API shows it."""
        return {
            "reports": self.reports,
            "searchable": self.searchable,
            "unread_pages": self.unread_pages,
            "failures": self.failures,
        }


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A report that was held and has no file any more.

    file: where it was last. date: when that was found (UTC, 2026-03-14). replaced_by: the report that the same file is
    now, None when the file is gone.
    """

    report: str
    title: str
    file: str
    date: str
    replaced_by: str | None = None

    def to_dict(self) -> dict[str, str | None]:
        return {
            "report": self.report,
            "title": self.title,
            "file": self.file,
            "date": self.date,
            "replaced_by": self.replaced_by,
        }


@dataclass(frozen=True, slots=True)
class Removal:
    """A report that was removed for good. done: whether nothing of its text is left anywhere in the library."""

    report: str
    date: str
    reason: str
    done: bool
