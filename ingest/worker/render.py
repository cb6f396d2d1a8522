"""Render pages: for people, with the matches highlighted, and for OCR. Runs in the child process."""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from corpus.reasons import Reason
from ingest.sandbox.protocol import PIXELS, SCAN_PIXELS
from ingest.structure.page import LETTERS_A_PAGE, Pixels, Unreadable
from ingest.worker import mend, notes, survey
from ingest.worker.pdfium import documents, drawing, textpage
from ingest.worker.visible import actual_text, hidden_text

if TYPE_CHECKING:
    from ingest.worker.pypdf_reader import Book

_PALER = bytes(n * 221 // 255 for n in range(256))  # white becomes the yellow of the page's own marks
_BOXES = 50  # of one mark


def picture(data: bytes, number: int, width: int, marks: Sequence[tuple[str, str, str]]) -> Pixels:
    """Return a page (1-based) as PDFium renders it, `width` pixels wide, with the marks highlighted as by a marker pen.

    Each of `marks` is the text to highlight, with some text before and after it to locate it. Only letters and digits
    are compared. A mark that cannot be found is skipped. Raises Unreadable.
    """
    with _page(data, number) as (page, wide, high):
        scale = min(width / wide, math.sqrt(0.9 * PIXELS / (wide * high)))  # a very large page gets a smaller picture
        drawn = _drawn(page, scale * wide, scale * high, 3)
        paint = bytearray(drawn.data)
        for left, top, right, bottom in _marked(page, drawn.width, drawn.height, marks):
            for at in range(top, bottom):
                green, blue = (
                    slice(3 * (at * drawn.width + left) + n, 3 * (at * drawn.width + right), 3) for n in (1, 2)
                )
                paint[green] = paint[green].translate(_PALER)
                paint[blue] = bytes(len(paint[blue]))
        return Pixels(drawn.width, drawn.height, bytes(paint))


def scan(data: bytes, number: int, dpi: int) -> Pixels:
    """Return a page (1-based) in grey at the resolution for OCR.

    A very large page gets a lower resolution. Raises Unreadable.
    """
    with _page(data, number) as (page, wide, high):
        scale = min(dpi / 72, math.sqrt(0.9 * SCAN_PIXELS / (wide * high)))
        return _drawn(page, scale * wide, scale * high, 1)


@contextmanager
def _page(data: bytes, number: int) -> Iterator[tuple[int, float, float]]:
    """Yield a page with its width and height. Raises Unreadable if it does not exist or cannot be rendered."""
    try:
        with mend.opened(data, number) as book:
            count = documents.count_pages(book)
            if not 1 <= number <= count:
                raise Unreadable(Reason.EMPTY, f"{count} pages")
            found = survey.survey(data)
            painted = _second(data).painted(number - 1) if found.painted else ()
            noted = notes.load(
                book, number - 1, painted, (lambda: _second(data).off(number - 1)) if found.layers else tuple
            )
            page = noted.handle
            if not page:
                raise Unreadable(Reason.CORRUPT, "a page that cannot be loaded")
            try:
                wide, high = documents.page_width(page), documents.page_height(page)
                if not (wide > 0 and high > 0):
                    raise Unreadable(Reason.CORRUPT, "a page without size")
                if found.says:
                    actual_text.read_as_drawn(page)
                hidden_text.leave_out(page, noted.covers)
                yield page, wide, high
            finally:
                documents.close_page(page)
    except documents.Unopened as error:
        raise Unreadable(Reason.CORRUPT, str(error)) from error


def _second(data: bytes) -> "Book":
    from ingest.worker.pypdf_reader import Book  # few files need it, and loading it takes long

    return Book(data)


def _drawn(page: int, wide: float, high: float, depth: int) -> Pixels:
    width, height = math.ceil(wide), math.ceil(high)
    rows = drawing.rows(page, width, height, depth=depth)
    if not rows:
        raise Unreadable(Reason.OUT_OF_MEMORY, "a picture")
    return Pixels(width, height, b"".join(rows), depth)


def _marked(
    page: int, width: int, height: int, marks: Sequence[tuple[str, str, str]]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield the boxes of the marks in pixels of a picture of that size: left, top, right, bottom."""
    text_page = textpage.load_text(page)
    if not text_page:
        return

    def seen(across: float, up: float) -> tuple[int, int]:
        x, y = drawing.device(page, width, height, across, up)
        return max(0, min(width, x)), max(0, min(height, y))

    try:
        count = min(textpage.count_letters(text_page), LETTERS_A_PAGE)
        letters = [chr(textpage.letter_at(text_page, at) or 0xFFFD) for at in range(count)]
        for first, last in places(letters, marks):
            for x0, y0, x1, y1 in list(textpage.rectangles(text_page, first, last - first + 1, _BOXES)):
                corner, other = seen(x0, y0), seen(x1, y1)
                left, right = sorted((corner[0], other[0]))
                top, bottom = sorted((corner[1], other[1]))
                yield max(0, left - 1), max(0, top - 1), min(width, right + 1), min(height, bottom + 1)
    finally:
        textpage.close_text(text_page)


def places(letters: Sequence[str], marks: Sequence[tuple[str, str, str]]) -> list[tuple[int, int]]:
    """Return the (first, last) index of each mark in the letters of a page, for marks that can be located without
    doubt.
    """
    plain: list[str] = []
    home: list[int] = []
    for at, letter in enumerate(letters):
        for each in _plain_letters(letter):
            plain.append(each)
            home.append(at)
    page = "".join(plain)
    found = []
    for before, text, after in marks:
        wanted = _plain_letters(text)
        if not wanted:
            continue
        ahead, behind = _plain_letters(before), _plain_letters(after)
        for left, right in ((ahead, behind), (ahead, ""), ("", behind), (ahead[-8:], behind[:8]), ("", "")):
            if page.count(left + wanted + right) == 1:
                start = page.index(left + wanted + right) + len(left)
                found.append((home[start], home[start + len(wanted) - 1]))
                break
    return found


def _plain_letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
