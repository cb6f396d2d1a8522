"""Why a file or a page was not read.

To add a reason, add its code to `Reason` and its explanation to `REASONS`, and describe it in docs/glossary.md. The
worker process reports a file by raising `Unreadable` (`ingest.structure.page`), and a page by setting its `unread`.
"""

from enum import StrEnum


class Reason(StrEnum):
    """The code of a reason. It is stored, and appears as `reason` in JSON, so a code must never change."""

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
    NOT_REACHED = "not_reached"
    UNREADABLE = "unreadable"
    REMOVED = "removed"
    LIKE_REMOVED = "like_removed"


REASONS: dict[Reason, str] = {
    Reason.NOT_PDF: "it is not a PDF, despite its name; open it to see what it is, and save the report as a PDF",
    Reason.ENCRYPTED: "it needs a password; ask the publisher for a copy without one",
    Reason.CORRUPT: "it is damaged; download it again",
    Reason.EMPTY: "it has no pages or no bytes; download it again",
    Reason.NO_TEXT: "it is a picture without text; install Tesseract (see docs/library.md), then run this again",
    Reason.NO_WORDS: "it is a picture in which OCR found no words, so it may be blank; look at the PDF",
    Reason.PARTLY_READ: "part of its text is a picture or drawn as shapes, and only the rest was read; install "
    "Tesseract (see docs/library.md), then run this again",
    Reason.GARBLED: "a font in it does not say which letters it shows; install Tesseract (see docs/library.md), then "
    "run this again, or look at the PDF",
    Reason.DYNAMIC_FORM: "it is a dynamic form (XFA), whose text only Adobe Acrobat shows; print it to a new PDF there",
    Reason.TOO_LARGE: "it is larger than the limit for one file; see max_bytes and max_pages in docs/library.md",
    Reason.TIMED_OUT: "reading it took longer than the limit; see max_seconds in docs/library.md",
    Reason.OUT_OF_MEMORY: "reading it needed more memory than the limit; see max_memory_mb in docs/library.md",
    Reason.CRASHED: "the PDF library crashed on it; other files are not affected",
    Reason.NOT_REACHED: "the PDF that contains it has too many others, or takes too long to read; save it as a file of "
    "its own",
    Reason.UNREADABLE: "the file cannot be opened; check that it still exists and that you may read it",
    Reason.REMOVED: "it was removed permanently by `reviews remove`, so it is not read again; delete the file",
    Reason.LIKE_REMOVED: (
        "its text is almost that of a report that was removed by `reviews remove`; delete it or, if it may be "
        "searched, run `reviews update --allow-copies`"
    ),
}
"""A clause for each reason, which follows "<file> was not read: " and says what to do."""


TAKEN_DOWN = frozenset((Reason.REMOVED, Reason.LIKE_REMOVED))
"""Reasons of files that are a removed report or a copy of one.

There is nothing wrong with these files, and coverage does not count them as failures.
"""


def explain(reason: str) -> str:
    """Return the explanation of a stored code, or the code itself if this version does not know it."""
    return next((explanation for known, explanation in REASONS.items() if known.value == reason), reason)
