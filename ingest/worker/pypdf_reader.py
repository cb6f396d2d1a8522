"""The second reader: pypdf, for a file or a page that PDFium cannot read or reads badly.

Only this module imports pypdf. Runs in the child process.
"""

import io
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import pypdf
from pypdf.errors import FileNotDecryptedError

from corpus.reasons import Reason
from ingest.structure.page import LETTERS_A_PAGE, Line, RawPage
from ingest.worker import dictionaries, typed
from ingest.worker.dictionaries import Box
from ingest.worker.properties import LABEL_LENGTH, OUTLINE_ENTRIES, VALUE_LENGTH, one_line

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it would log a line for each irregularity of each page

# Stricter than pypdf's own limits, which are made for editing. A page of a report needs a fraction of these.
pypdf.overwrite_configuration(
    maximum_declared_stream_length=50_000_000,
    zlib_maximum_output_length=50_000_000,
    lzw_maximum_output_length=50_000_000,
    run_length_maximum_output_length=50_000_000,
    array_based_stream_maximum_output_length=50_000_000,
    jbig2dec_binary=None,
    outline_maximum_entries=5_000,
    outline_maximum_depth=20,
    page_tree_maximum_depth=50,
    xform_maximum_invocations_per_extraction=500,
)

_EMPTY = 20  # bytes: nothing, packed

_T = TypeVar("_T")


class Book:
    """A document read by pypdf. What it cannot read is left out. It raises nothing but MemoryError."""

    def __init__(self, data: bytes) -> None:
        self.locked = False
        self.error = ""
        self._data = data
        self._cut: dict[int, bool] = {}  # by address of the stream, which stays in memory
        self._reader = self._attempt(self._decrypted)

    @property
    def opened(self) -> bool:
        return self._reader is not None

    def _decrypted(self) -> pypdf.PdfReader:
        reader = pypdf.PdfReader(io.BytesIO(self._data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            self.locked = True
            raise FileNotDecryptedError("a password is needed")
        return reader

    def _attempt(self, work: Callable[[], _T]) -> _T | None:
        """Return the result of `work`, or None if pypdf fails.

        pypdf raises nearly any exception on broken files, so nearly all are caught.
        """
        try:
            return work()
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - see above; the page or the file is reported as unread
            self.error = type(error).__name__
            return None

    def count(self) -> int | None:
        """Return the number of pages, or None if pypdf cannot tell."""
        reader = self._reader
        return None if reader is None else self._attempt(lambda: len(reader.pages))

    def lost(self) -> int:
        """Return how many pages the file lists that are not in it."""
        reader = self._reader
        return (reader and self._attempt(lambda: dictionaries.lost_pages(reader.root_object))) or 0

    def page(self, index: int) -> RawPage | None:
        """Return a page as read by pypdf.

        pypdf returns text without positions, so it is laid out as if typewritten. Later steps then need no special
        case.
        """
        reader = self._reader
        if reader is None:
            return None
        text = self._attempt(lambda: str(reader.pages[index].extract_text()))
        if text is None:
            return None
        page = RawPage(index + 1, str(index + 1), 595.0, 842.0, typewritten(text[:LETTERS_A_PAGE]), reader="pypdf")
        if len(text) > LETTERS_A_PAGE:
            page.unread = Reason.PARTLY_READ.value
        if not page.lines:
            page.image = bool(self._attempt(lambda: "/XObject" in (reader.pages[index].get("/Resources") or {})))
            if page.image:
                page.unread, page.reader, page.scan = Reason.NO_TEXT.value, None, True
        return page

    def has_fields(self) -> bool:
        """Return whether the file has a form with fields."""
        reader = self._reader
        return reader is not None and bool(self._attempt(lambda: len(_fields(reader))))

    def is_damaged(self, index: int, *, empty: bool) -> bool:
        """Return whether drawing commands of a page, or what its fonts say of their letters, are missing or cannot be
        decoded to the end. `empty` means that PDFium finds nothing on the page.
        """
        reader = self._reader
        if reader is None:
            return False
        if self._attempt(lambda: dictionaries.is_cut(reader.pages[index], self._cut)):
            return True
        held = self._attempt(lambda: _coded(reader.pages[index].get("/Contents")))
        if not held or held <= _EMPTY:
            return False
        if empty and self._attempt(lambda: dictionaries.is_packed_otherwise(reader.pages[index])):
            return True
        return not self._attempt(lambda: _drawing(reader.pages[index]))

    def painted(self, index: int) -> list[tuple[Box, Box]]:
        """Return what the notes of a page paint that have no appearance in the file: the box of each note, and a box
        that it paints.
        """
        reader = self._reader
        return (reader and self._attempt(lambda: dictionaries.painted(reader.pages[index]))) or []

    def typed(self, index: int) -> list[tuple[Box, str]]:
        """Return the fields and notes of a page that have no appearance in the file: the box of each, and the text that
        a viewer shows in it.
        """
        reader = self._reader
        return (reader and self._attempt(lambda: typed.of_page(reader.pages[index], reader.root_object))) or []

    def off(self, index: int) -> list[Box]:
        """Return the boxes of the notes of a page that are in layers that are off."""
        reader = self._reader
        return (reader and self._attempt(lambda: typed.off(reader.pages[index], reader.root_object))) or []

    def associated(self, most: int) -> list[tuple[str, bytes]]:
        """Return the name and bytes of up to `most` files that are associated with the document or a page, or attached
        to a place on a page, and not attached to the document as well.
        """
        reader = self._reader
        return (reader and self._attempt(lambda: dictionaries.associated(reader.root_object, reader.pages, most))) or []

    def labels(self, pages: int) -> list[str]:
        """Return the printed number of each page, "" if the document does not give one."""
        reader = self._reader
        # Asking for labels means walking through all pages, so do it only if there are any.
        if reader is None or not self._attempt(lambda: "/PageLabels" in reader.root_object):
            return [""] * pages
        labels = self._attempt(lambda: list(reader.page_labels))
        if labels is None or len(labels) != pages:
            return [""] * pages
        return [one_line(str(label), LABEL_LENGTH) for label in labels]

    def properties(self) -> dict[str, str]:
        """Return the title, the author and the creation date (ISO) from the file's properties."""
        reader = self._reader
        if reader is None:
            return {}
        found: dict[str, str] = {}
        for name, work in (
            ("title", lambda: reader.metadata and reader.metadata.title),
            ("author", lambda: reader.metadata and reader.metadata.author),
            ("created", lambda: reader.metadata and (day := reader.metadata.creation_date) and day.date().isoformat()),
        ):
            value = self._attempt(work)
            if isinstance(value, str) and value.strip():
                found[name] = one_line(value, VALUE_LENGTH)
        return found

    def outline(self) -> list[str]:
        """Return the titles of the bookmarks in order."""
        reader = self._reader
        nested = None if reader is None else self._attempt(lambda: reader.outline)
        titles: list[str] = []
        waiting: list[Any] = list(reversed(nested or []))
        while waiting and len(titles) < OUTLINE_ENTRIES:
            entry = waiting.pop()
            if isinstance(entry, list):
                waiting.extend(reversed(entry))
            elif title := self._attempt(partial(_title, entry)):
                titles.append(one_line(title, VALUE_LENGTH))
        return titles


def _fields(reader: Any) -> Any:
    return reader.root_object["/AcroForm"]["/Fields"]


def _coded(contents: Any) -> int:
    """Return how many bytes the drawing commands of a page take in the file."""
    held = None if contents is None else contents.get_object()
    parts = [part.get_object() for part in held] if isinstance(held, list) else [held]
    return sum(len(part._data) for part in parts if part is not None)


def _drawing(page: Any) -> bytes:
    contents = page.get_contents()
    return b"" if contents is None else bytes(contents.get_data())


def _title(entry: Any) -> str:
    return str(entry.title)  # only accessed now, because pypdf may find it broken


def typewritten(text: str) -> list[Line]:
    """Return lines with made-up positions, set 10 points high, as if typewritten."""
    lines = []
    y = 60.0
    for row in text.split("\n"):
        y += 12.0
        if stripped := row.strip():
            hyphen = stripped.endswith(("\u00ad", "-")) and len(stripped) > 2 and stripped[-2].isalpha()
            width = 5.0 * len(stripped)
            lines.append(Line(stripped[:-1] if hyphen else stripped, 60.0, 60.0 + width, y, 10.0, hyphen=hyphen))
    return lines
