"""The letters of a page: their text, positions and fonts."""

import ctypes
import struct
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import pypdfium2.raw as pdfium

from ingest.worker.pdfium.binding import (
    ADDRESS,
    D0,
    D1,
    D2,
    D3,
    DOUBLE,
    F0,
    FLOAT,
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

_MOST_PIECES = 200  # of a line that are looked at
_pieces = (DOUBLE * (4 * _MOST_PIECES))()
_LEFTS, _BOTTOMS, _RIGHTS, _TOPS = (
    range(ctypes.addressof(_pieces) + 8 * n, ctypes.addressof(_pieces) + ctypes.sizeof(_pieces), 32) for n in range(4)
)
_bytes_of_pieces = memoryview(_pieces).cast("B")
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


def origins(text: int, places: Sequence[int]) -> list[tuple[float, float]]:
    """The positions of many letters, at a fraction of the cost of asking for each."""
    held = (DOUBLE * (2 * len(places)))()
    start, end = ctypes.addressof(held), ctypes.addressof(held) + ctypes.sizeof(held)
    deque(map(_origin, repeat(text), places, range(start, end, 16), range(start + 8, end, 16)), 0)
    return list(struct.iter_unpack("2d", held)) if places else []


def loose_box(text: int, place: int) -> Box:
    """A letter with the room that its font gives it."""
    _loose_box(text, place, F0)
    left, top, right, bottom = four_floats(floats)
    return left, bottom, right, top


def loose_boxes(text: int, places: Sequence[int]) -> list[Box]:
    """Many letters with the room that the font gives each."""
    return [(left, bottom, right, top) for left, top, right, bottom in _by_fours(_loose_box, text, places)]


def sizes(text: int, places: Sequence[int]) -> list[float]:
    """The sizes in which letters are printed, in points: those of their fonts, scaled by their matrices."""
    known = map(font_size, repeat(text), places)
    return [
        size * ((along * along + up * up) ** 0.5 or 1.0)
        for size, (_, _, along, up) in zip(known, _by_fours(_matrix, text, places, room=6), strict=True)
    ]


def fonts(text: int, places: Sequence[int]) -> list[int]:
    """The address of the font of each letter; 0 for a letter without one."""
    return [font or 0 for font in map(font_of, map(text_object, repeat(text), places))]


def _by_fours(
    function: Any, text: int, places: Sequence[int], room: int = 4
) -> list[tuple[float, float, float, float]]:
    """The first four of the numbers that a function gives for each letter. room: how many it gives."""
    held = (FLOAT * (room * len(places)))()
    start, end = ctypes.addressof(held), ctypes.addressof(held) + ctypes.sizeof(held)
    deque(map(function, repeat(text), places, range(start, end, 4 * room)), 0)
    return list(struct.iter_unpack(f"4f{4 * (room - 4)}x", held)) if places else []


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


def pieces(text: int, first: int, count: int) -> list[Box]:
    """Where the pieces are in which the file draws letters of a line; none when it is one piece, and 200 at most."""
    number = _rects(text, first, count)
    if number < 2:
        return []
    number = min(number, _MOST_PIECES)
    deque(map(_rect, repeat(text), range(number), _LEFTS, _TOPS, _RIGHTS, _BOTTOMS), 0)
    return list(struct.iter_unpack("4d", _bytes_of_pieces[: 32 * number]))


def rectangles(text: int, first: int, count: int, most: int) -> Iterator[Box]:
    """One for each line that the letters stand in."""
    for at in range(min(_rects(text, first, count), most)):
        _rect(text, at, D0, D1, D2, D3)
        left, top, right, bottom = four_doubles(doubles)
        yield left, bottom, right, top
