"""The letters of a page: their text, positions and fonts."""

import ctypes
from collections.abc import Iterator

import pypdfium2.raw as pdfium

from ingest.worker.pdfium.binding import (
    ADDRESS,
    D0,
    D1,
    D2,
    D3,
    DOUBLE,
    F0,
    INT,
    ULONG,
    Box,
    doubles,
    floats,
    four_doubles,
    four_floats,
    quick,
)

load_text = quick(pdfium.FPDFText_LoadPage, ADDRESS, ADDRESS)
close_text = quick(pdfium.FPDFText_ClosePage, None, ADDRESS)
count_letters = quick(pdfium.FPDFText_CountChars, INT, ADDRESS)
letter_at = quick(pdfium.FPDFText_GetUnicode, ctypes.c_uint, ADDRESS, INT)
place_of = quick(pdfium.FPDFText_GetCharIndexFromTextIndex, INT, ADDRESS, INT)
offset_of = quick(pdfium.FPDFText_GetTextIndexFromCharIndex, INT, ADDRESS, INT)
font_weight = quick(pdfium.FPDFText_GetFontWeight, INT, ADDRESS, INT)
font_size = quick(pdfium.FPDFText_GetFontSize, DOUBLE, ADDRESS, INT)
text_object = quick(pdfium.FPDFText_GetTextObject, ADDRESS, ADDRESS, INT)
font_of = quick(pdfium.FPDFTextObj_GetFont, ADDRESS, ADDRESS)
_get_text = quick(pdfium.FPDFText_GetText, INT, ADDRESS, INT, INT, ADDRESS)
_origin = quick(pdfium.FPDFText_GetCharOrigin, INT, ADDRESS, INT, ADDRESS, ADDRESS)
_font_name = quick(pdfium.FPDFText_GetFontInfo, ULONG, ADDRESS, INT, ADDRESS, ULONG, ADDRESS)
_letter_near = quick(pdfium.FPDFText_GetCharIndexAtPos, INT, ADDRESS, DOUBLE, DOUBLE, DOUBLE, DOUBLE)
_loose_box = quick(pdfium.FPDFText_GetLooseCharBox, INT, ADDRESS, INT, ADDRESS)
_char_box = quick(pdfium.FPDFText_GetCharBox, INT, ADDRESS, INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS)
_matrix = quick(pdfium.FPDFText_GetMatrix, INT, ADDRESS, INT, ADDRESS)
_rects = quick(pdfium.FPDFText_CountRects, INT, ADDRESS, INT, INT)
_rect = quick(pdfium.FPDFText_GetRect, INT, ADDRESS, INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS)

_name = ctypes.create_string_buffer(256)
_NAME = ctypes.addressof(_name)


def letters(text: int, count: int) -> str:
    """The first `count` letters of a page."""
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = _get_text(text, 0, count, ctypes.addressof(buffer))
    return ctypes.string_at(buffer, 2 * max(0, written - 1)).decode("utf-16-le", "surrogatepass")


def origin(text: int, place: int) -> tuple[float, float]:
    """The position of a letter on its line."""
    _origin(text, place, D0, D1)
    return doubles[0], doubles[1]


def loose_box(text: int, place: int) -> Box:
    """A letter with the room that its font gives it."""
    _loose_box(text, place, F0)
    left, top, right, bottom = four_floats(floats)
    return left, bottom, right, top


def letter_box(text: int, place: int) -> Box:
    """The ink of a letter."""
    if not _char_box(text, place, D0, D1, D2, D3):
        return 0.0, 0.0, 0.0, 0.0
    left, right, bottom, top = four_doubles(doubles)
    return left, bottom, right, top


def font_name(text: int, place: int) -> bytes:
    """The name of the font of a letter, as the file has it; empty when it has none."""
    length = _font_name(text, place, _NAME, len(_name), 0)
    return ctypes.string_at(_NAME, length - 1) if 0 < length <= len(_name) else b""


def letter_near(text: int, x: float, y: float, reach: float) -> int:
    """The place of the letter at a point, or the nearest one within reach; -1 when there is none."""
    found: int = _letter_near(text, x, y, reach, reach)
    return found


def stretch(text: int, place: int) -> tuple[float, float]:
    """The second column of the matrix of a letter: by how much, and where to, it makes the letter higher."""
    if not _matrix(text, place, F0):
        return 0.0, 0.0
    return floats[2], floats[3]


def pieces(text: int, first: int, count: int, most: int) -> list[Box]:
    """Where the pieces are in which the file draws letters of a line; none when it is one piece."""
    number = _rects(text, first, count)
    found: list[Box] = []
    for at in range(min(number, most) if number > 1 else 0):
        _rect(text, at, D0, D1, D2, D3)
        left, top, right, bottom = four_doubles(doubles)
        found.append((left, bottom, right, top))
    return found


def rectangles(text: int, first: int, count: int, most: int) -> Iterator[Box]:
    """One for each line that the letters stand in."""
    for at in range(min(_rects(text, first, count), most)):
        _rect(text, at, D0, D1, D2, D3)
        left, top, right, bottom = four_doubles(doubles)
        yield left, bottom, right, top
