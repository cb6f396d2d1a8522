"""The page labels, properties and outline of a PDF, from PDFium."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import PurePath

from corpus.disk.names import safe_name
from ingest.worker.pdfium import documents

LABEL_LENGTH = 20
VALUE_LENGTH = 500
OUTLINE_ENTRIES = 2_000
ATTACHED = 1_000
NAME_LENGTH = 200
_ENDING = 10  # characters
_DAY = re.compile(r"(?:D:)?\s*(\d{4})(\d\d)?(\d\d)?")


def labels(document: int, pages: int) -> list[str]:
    """Return the printed number of each page, "" if the document does not give one."""
    return [one_line(documents.label(document, index), LABEL_LENGTH) for index in range(pages)]


def properties(document: int) -> dict[str, str]:
    """Return the title, the author and the creation date (ISO), if the file has them."""
    told = {
        "title": one_line(documents.meta(document, "Title"), VALUE_LENGTH),
        "author": one_line(documents.meta(document, "Author"), VALUE_LENGTH),
        "created": _day(documents.meta(document, "CreationDate")),
    }
    return {name: value for name, value in told.items() if value}


def outline(document: int) -> list[str]:
    """Return the titles of the bookmarks in order."""
    titles = (one_line(title, VALUE_LENGTH) for title in documents.bookmarks(document, OUTLINE_ENTRIES))
    return [title for title in titles if title]


def attachments(document: int, associated: Sequence[tuple[str, bytes]] = ()) -> list[str]:
    """Return the names of the attached files in order, made unique: "Report.pdf", "Report (2).pdf".

    `associated` are the names and bytes of more files. A PDF without the extension .pdf gets it. If there are too many
    files, the last name says how many are not listed.
    """
    found: dict[str, str] = {}  # by what the corpus makes of the name
    attached = documents.attachments(document, ATTACHED)
    for number, name in enumerate([*attached, *(name for name, _ in associated)]):
        plain = PurePath(re.sub(r"[/\\|]", "_", " ".join(name.split())) or f"attachment {number + 1}")
        ending = plain.suffix[:_ENDING]
        more = number - len(attached)
        if not ending and (
            documents.is_pdf(associated[more][1]) if more >= 0 else documents.is_attached_pdf(document, number)
        ):
            ending = ".pdf"
        stem = plain.stem[: NAME_LENGTH - 2 * _ENDING]
        at, distinct = 1, f"{stem}{ending}"
        while safe_name(distinct).casefold() in found:
            at += 1
            distinct = f"{stem} ({at}){ending}"
        found[safe_name(distinct).casefold()] = distinct
    left = documents.count_attachments(document) - len(attached)
    return [*found.values(), *([f"{left} more files"] if left > 0 else [])]


def one_line(text: str, longest: int) -> str:
    """Collapse white space to single spaces, and cut the text at `longest` characters."""
    return " ".join(text.split())[:longest]


def _day(stamp: str) -> str:
    """Convert "D:20140722100404Z" to 2014-07-22."""
    found = _DAY.match(stamp)
    if found is None:
        return ""
    try:
        return date(int(found.group(1)), int(found.group(2) or 1), int(found.group(3) or 1)).isoformat()
    except ValueError:
        return ""
