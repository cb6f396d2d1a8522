"""What is known about the files on disk: what they became, why some failed, what is searched and what is gone.

Plain frozen values. A report's id is the SHA-256 of its bytes in lower-case hex.
"""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a file could not become a report."""

    NOT_PDF = "not_pdf"
    ENCRYPTED = "encrypted"
    CORRUPT = "corrupt"
    EMPTY = "empty"
    NO_TEXT = "no_text"
    NO_WORDS = "no_words"
    PARTLY_READ = "partly_read"
    GARBLED = "garbled"
    DYNAMIC_FORM = "dynamic_form"
    TOO_LARGE = "too_large"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    UNREADABLE = "unreadable"
    REMOVED = "removed"


REASONS: dict[Reason, str] = {
    Reason.NOT_PDF: "it is not a PDF, despite its name; open it to see what it is, and save the report as a PDF",
    Reason.ENCRYPTED: "it needs a password; ask the publisher for a copy without one",
    Reason.CORRUPT: "it is damaged; download it again",
    Reason.EMPTY: "it has no pages or no bytes; download it again",
    Reason.NO_TEXT: "its pages are pictures without text; install Tesseract (see docs/library.md), then run this again",
    Reason.NO_WORDS: "its pages are pictures and OCR found no words in them; look at the PDF",
    Reason.PARTLY_READ: "part of its text is a picture or drawn as shapes, and only the rest was read; install "
    "Tesseract (see docs/library.md), then run this again",
    Reason.GARBLED: "a font in it does not say which letters it shows; install Tesseract (see docs/library.md), then "
    "run this again, or look at the PDF",
    Reason.DYNAMIC_FORM: "it is a dynamic form (XFA), whose text only Adobe Acrobat shows; print it to a new PDF there",
    Reason.TOO_LARGE: "it is larger than the limit for one file; see max_bytes and max_pages in docs/library.md",
    Reason.TIMED_OUT: "reading it took longer than the limit; see max_seconds in docs/library.md",
    Reason.OUT_OF_MEMORY: "reading it needed more memory than the limit; see max_memory_mb in docs/library.md",
    Reason.CRASHED: "the PDF library crashed on it; other files are not affected",
    Reason.UNREADABLE: "the file cannot be opened; check that it still exists and that you may read it",
    Reason.REMOVED: "it was removed permanently by `reviews remove`, so it is not read again",
}
"""A sentence for each reason, to be shown after "<file> was not read: "."""


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
class Withdrawal:
    """A report that was held and no longer has a file.

    file: where it was last. date: the day that was noticed (UTC, 2026-03-14). replaced_by: the report that the same
    file is now, None when the file is gone.
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
class MissingFolder:
    """A folder that was suddenly empty or absent, as a share that is not mounted. Its reports are still held.

    since: the day that was noticed (UTC, 2026-03-14).
    """

    folder: str
    since: str

    def to_dict(self) -> dict[str, str]:
        return {"folder": self.folder, "since": self.since}


@dataclass(frozen=True, slots=True)
class Removal:
    """A report that was removed for good. done: no text of it is left anywhere in the library."""

    report: str
    date: str
    reason: str
    done: bool
