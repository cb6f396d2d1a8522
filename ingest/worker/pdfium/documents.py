"""Open documents and pages, and read their sizes and the document's own properties."""

import ctypes
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.worker.pdfium.binding import ADDRESS, F0, FLOAT, INT, ULONG, Box, address, floats, four_floats, quick

Point = tuple[float, float]
View = Callable[[float, float], Point]
Views = Callable[[Iterable[Point]], list[Point]]

AS_SHOWN = pdfium.FLAT_NORMALDISPLAY
"""How notes are made part of a page: as they are shown on a screen."""

DYNAMIC_FORM = pdfium.FORMTYPE_XFA_FULL
"""The type of a form whose pages are made by the program that shows it; other programs show a notice."""

_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_SECURITY_ERROR = 5  # FPDF_ERR_SECURITY: a kind of encryption that PDFium does not know
_LONGEST = 100_000  # bytes of a label, a title or a property; what is longer is none
_LARGEST_LOOKED_AT = 50_000_000  # bytes of an attached file

count_pages = quick(pdfium.FPDF_GetPageCount, INT, ADDRESS)
load_page = quick(pdfium.FPDF_LoadPage, ADDRESS, ADDRESS, INT)
close_page = quick(pdfium.FPDF_ClosePage, None, ADDRESS)
page_width = quick(pdfium.FPDF_GetPageWidthF, FLOAT, ADDRESS)
page_height = quick(pdfium.FPDF_GetPageHeightF, FLOAT, ADDRESS)
flatten_page = quick(pdfium.FPDFPage_Flatten, INT, ADDRESS, INT)
form_type = quick(pdfium.FPDF_GetFormType, INT, ADDRESS)
count_attachments = quick(pdfium.FPDFDoc_GetAttachmentCount, INT, ADDRESS)
page_rotation = quick(pdfium.FPDFPage_GetRotation, INT, ADDRESS)
_attachment_at = quick(pdfium.FPDFDoc_GetAttachment, ADDRESS, ADDRESS, INT)
_attachment_name = quick(pdfium.FPDFAttachment_GetName, ULONG, ADDRESS, ADDRESS, ULONG)
_attachment_file = quick(pdfium.FPDFAttachment_GetFile, INT, ADDRESS, ADDRESS, ULONG, ADDRESS)
_page_box = quick(pdfium.FPDF_GetPageBoundingBox, INT, ADDRESS, ADDRESS)
_meta = quick(pdfium.FPDF_GetMetaText, ULONG, ADDRESS, ctypes.c_char_p, ADDRESS, ULONG)
_page_label = quick(pdfium.FPDF_GetPageLabel, ULONG, ADDRESS, INT, ADDRESS, ULONG)
_first_mark = quick(pdfium.FPDFBookmark_GetFirstChild, ADDRESS, ADDRESS, ADDRESS)
_next_mark = quick(pdfium.FPDFBookmark_GetNextSibling, ADDRESS, ADDRESS, ADDRESS)
_mark_title = quick(pdfium.FPDFBookmark_GetTitle, ULONG, ADDRESS, ADDRESS, ULONG)


class Unopened(Exception):
    """Raised when PDFium cannot open the file.

    `locked` means that it has a password or an unknown kind of encryption.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.locked = code in (_PASSWORD_ERROR, _SECURITY_ERROR)


@contextmanager
def opened(data: bytes) -> Iterator[int]:
    """Open the document in `data`. Raises Unopened. A cached document stays open."""
    if _held and _held[0].data is data:
        yield address(_held[0].document().raw)
        return
    document = _open(data)
    try:
        yield address(document.raw)
    finally:
        document.close()


def hold(data: bytes) -> None:
    """Cache the document in `data`: open it when it is first needed, and keep it open until `release`."""
    release()
    _held.append(_Held(data))


def release() -> None:
    """Close the cached document, if any."""
    while _held:
        _held.pop().close()


class _Held:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self._document: Any = None

    def document(self) -> Any:
        self._document = self._document or _open(self.data)
        return self._document

    def close(self) -> None:
        if self._document is not None:
            self._document.close()


_held: list[_Held] = []  # one at most


def _open(data: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Unopened(error.err_code or 0) from error


def may_have_layers(data: bytes) -> bool:
    """Return whether a file may have layers (optional content).

    A compressed file may have them even if none are found.
    """
    return b"OCProperties" in data or b"ObjStm" in data


def page_box(page: int) -> Box:
    """Return the visible part of the page."""
    _page_box(page, F0)
    left, top, right, bottom = four_floats(floats)
    return left, bottom, right, top


def view(page: int) -> View:
    """Return a function that converts a point in the file's coordinates to the page as displayed: rotated, cropped, y
    down from the top.
    """
    left, bottom, right, top = page_box(page)
    turn = page_rotation(page)
    if turn == 1:
        return lambda x, y: (y - bottom, x - left)
    if turn == 2:
        return lambda x, y: (right - x, y - bottom)
    if turn == 3:
        return lambda x, y: (top - y, right - x)
    return lambda x, y: (x - left, top - y)


def views(page: int) -> Views:
    """Return a function that converts many points like `view` does."""
    if page_rotation(page):
        seen = view(page)
        return lambda points: [seen(x, y) for x, y in points]
    left, _, _, top = page_box(page)
    return lambda points: [(x - left, top - y) for x, y in points]


def label(document: int, index: int) -> str:
    """Return the printed number of a page (0-based index), or "" if the document does not give one."""
    return _told(_page_label, document, index)


def meta(document: int, name: str) -> str:
    """Return a property of the file by its PDF name, such as "CreationDate"."""
    return _told(_meta, document, name.encode())


def attachments(document: int, most: int) -> list[str]:
    """Return the names of the files attached to a document, including the contents of a portfolio."""
    count = min(count_attachments(document), most)
    return [_told(_attachment_name, _attachment_at(document, index)) for index in range(count)]


def attached(document: int, index: int, most: int) -> bytes | None:
    """Return the bytes of an attached file, or None if they cannot be read or exceed `most`."""
    attachment = _attachment_at(document, index) if 0 <= index < count_attachments(document) else 0
    if not attachment:
        return None
    size = ctypes.c_ulong()
    place = ctypes.addressof(size)
    if not _attachment_file(attachment, None, 0, place) or not 0 < size.value <= most:
        return None
    buffer = ctypes.create_string_buffer(size.value)
    if not _attachment_file(attachment, ctypes.addressof(buffer), size.value, place):
        return None
    return buffer.raw[: size.value]


def is_attached_pdf(document: int, index: int) -> bool:
    """Return whether an attached file is a PDF, by its first bytes. Very large files are not examined."""
    return b"%PDF-" in (attached(document, index, _LARGEST_LOOKED_AT) or b"")[:1_024]


def bookmarks(document: int, most: int) -> Iterator[str]:
    """Yield up to `most` titles of the outline in order, each once, even if the outline has a cycle."""
    known: set[int] = set()
    waiting: list[int | None] = [_first_mark(document, None)]
    while waiting and len(known) < most:
        mark = waiting.pop()
        if mark and mark not in known:
            known.add(mark)
            yield _told(_mark_title, mark)
            waiting += [_next_mark(document, mark), _first_mark(document, mark)]


def _told(function: Any, *arguments: Any) -> str:
    """Return the string from a PDFium function that fills a buffer with UTF-16.

    Returns "" if the string is implausibly long.
    """
    size = function(*arguments, None, 0)
    if not 2 < size <= _LONGEST:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*arguments, ctypes.addressof(buffer), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")
