"""The letters of a page: their text, positions and fonts."""

import ctypes
from collections.abc import Iterator, Sequence
from itertools import islice, repeat

import pypdfium2.raw as pdfium

from ingest.worker.pdfium.binding import (
    ADDRESS,
    DOUBLE,
    INT,
    ULONG,
    Box,
    Prepared,
    Rows,
    all_prepared,
    buffer,
    doubles,
    floats,
    four_doubles,
    four_floats,
    plain,
    prepared,
    quick,
)

TextPage = Prepared
"""The letters of a page. They belong to PDFium, and must be closed."""

_load_text = quick(pdfium.FPDFText_LoadPage, ADDRESS, ADDRESS)
close_text = plain(pdfium.FPDFText_ClosePage, None)
count_letters = plain(pdfium.FPDFText_CountChars, INT)
letter_at = plain(pdfium.FPDFText_GetUnicode, ctypes.c_uint)
place_of = plain(pdfium.FPDFText_GetCharIndexFromTextIndex, INT)
_unmapped = plain(pdfium.FPDFText_HasUnicodeMapError, INT)
offset_of = plain(pdfium.FPDFText_GetTextIndexFromCharIndex, INT)
font_weight = plain(pdfium.FPDFText_GetFontWeight, INT)
font_size = plain(pdfium.FPDFText_GetFontSize, DOUBLE)
text_object = plain(pdfium.FPDFText_GetTextObject, ADDRESS)
_font_of = plain(pdfium.FPDFTextObj_GetFont, ADDRESS)
_base_name = quick(pdfium.FPDFFont_GetBaseFontName, ULONG, ADDRESS, ADDRESS, ULONG)
_get_text = plain(pdfium.FPDFText_GetText, INT)
_text_of = quick(pdfium.FPDFTextObj_GetText, ULONG, ADDRESS, ADDRESS, ADDRESS, ULONG)
_origin = plain(pdfium.FPDFText_GetCharOrigin, INT)
_font_name = plain(pdfium.FPDFText_GetFontInfo, ctypes.c_ulong)
_letter_near = quick(pdfium.FPDFText_GetCharIndexAtPos, INT, ADDRESS, DOUBLE, DOUBLE, DOUBLE, DOUBLE)
_loose_box = plain(pdfium.FPDFText_GetLooseCharBox, INT)
_char_box = plain(pdfium.FPDFText_GetCharBox, INT)
_matrix = plain(pdfium.FPDFText_GetMatrix, INT)
_rects = plain(pdfium.FPDFText_CountRects, INT)
_rect = plain(pdfium.FPDFText_GetRect, INT)

_SAMPLE = 8  # letters that show which way up a page is
_MOST_PIECES = 200  # pieces of a line that are examined
_ORIGINS, _LOOSE_BOXES, _MATRICES = Rows("2d", 0, 1), Rows("4f", 0), Rows("8x2f8x", 0)
_INK, _RECTANGLES = Rows("4d", 0, 2, 1, 3), Rows("4d", 0, 3, 2, 1)  # PDFium returns left, right, … and left, top, …
_name = ctypes.create_string_buffer(256)
_NAME = prepared(ctypes.addressof(_name))
_D0, _D1, _D2, _D3 = all_prepared(ctypes.addressof(doubles) + 8 * n for n in range(4))
_F0 = prepared(ctypes.addressof(floats))


def load_text(page: int) -> TextPage | None:
    """Return the letters of a page, or None if they cannot be loaded."""
    found = _load_text(page)
    return prepared(found) if found else None


def letters(text: TextPage, count: int) -> str:
    """Return the first `count` letters of a page."""
    room, place = buffer(4 * count + 4)
    written = _get_text(text, 0, count, prepared(place))
    return room[: 2 * max(0, written - 1)].decode("utf-16-le", "surrogatepass")


def origin(text: TextPage, place: int) -> tuple[float, float]:
    """Return the position of a letter on its baseline."""
    _origin(text, place, _D0, _D1)
    return doubles[0], doubles[1]


def origins(text: TextPage, places: Sequence[int]) -> list[tuple[float, float]]:
    """Return the positions of many letters, at a fraction of the cost of one call per letter."""
    return _ORIGINS.ask(_origin, places, text)


def loose_box(text: TextPage, place: int) -> Box:
    """Return the box of a letter, including the space that its font gives it."""
    _loose_box(text, place, _F0)
    left, top, right, bottom = four_floats(floats)
    return left, bottom, right, top


def loose_boxes(text: TextPage, places: Sequence[int]) -> list[tuple[float, float, float, float]]:
    """Return the boxes of many letters, including the space that the font gives each: left, top, right, bottom."""
    return _LOOSE_BOXES.ask(_loose_box, places, text)


def sizes(text: TextPage, places: Sequence[int]) -> list[float]:
    """Return the printed sizes of letters in points: the font sizes, scaled by their matrices."""
    known = map(font_size, repeat(text), places)
    return [
        size * ((along * along + up * up) ** 0.5 or 1.0)
        for size, (along, up) in zip(known, _MATRICES.ask(_matrix, places, text), strict=True)
    ]


def text_objects(text: TextPage, places: Sequence[int]) -> list[int]:
    """Return the text object of each letter, 0 for a letter that PDFium has inserted."""
    return [thing or 0 for thing in map(text_object, repeat(text), places)]


def fonts(things: Sequence[int]) -> list[int]:
    """Return the address of the font of each text object, 0 if it has none."""
    return [font or 0 for font in map(_font_of, all_prepared(things))]


def in_type3(texts: Sequence[Prepared]) -> list[bool]:
    """Return, for each text object, whether its letters are drawings in the file (Type 3). Such a font has no name."""
    found = list(map(_font_of, texts))
    named = {font: _base_name(font, None, 0) > 1 for font in set(found)}
    return [not named[font] for font in found]


def unmapped(text: TextPage, places: Sequence[int]) -> list[bool]:
    """Return, for each letter, whether its font does not identify it, so that the text has its number instead."""
    return [found == 1 for found in map(_unmapped, repeat(text), places)]


def any_unmapped(text: TextPage, places: Sequence[int]) -> bool:
    """Return whether the font of any of these letters does not identify it."""
    return 1 in map(_unmapped, repeat(text), places)


def letter_box(text: TextPage, place: int) -> Box:
    """Return the box around the ink of a letter."""
    if not _char_box(text, place, _D0, _D1, _D2, _D3):
        return 0.0, 0.0, 0.0, 0.0
    left, right, bottom, top = four_doubles(doubles)
    return left, bottom, right, top


def letter_boxes(text: TextPage, places: Sequence[int]) -> list[Box]:
    """Return the boxes around the ink of many letters."""
    return _INK.ask(_char_box, places, text)


def text_of(text: TextPage, thing: int) -> str:
    """Return the letters of a text object."""
    size = _text_of(thing, text, None, 0)
    if size <= 2:
        return ""
    room, place = buffer(size)
    _text_of(thing, text, place, size)
    return room[: size - 2].decode("utf-16-le", "replace")


def font_name(text: TextPage, place: int) -> bytes:
    """Return the font name of a letter as given in the file, empty if there is none."""
    length = _font_name(text, place, _NAME, len(_name), None)
    return ctypes.string_at(_name, length - 1) if 0 < length <= len(_name) else b""


def letter_near(text: TextPage, x: float, y: float, reach: float) -> int:
    """Return the index of the letter at a point or, if there is none, of the nearest one within `reach`, or -1."""
    found: int = _letter_near(text, x, y, reach, reach)
    return found


def stretch(text: TextPage, place: int) -> tuple[float, float]:
    """Return the second column of a letter's matrix: the direction and amount of its vertical scaling."""
    if not _matrix(text, place, _F0):
        return 0.0, 0.0
    return floats[2], floats[3]


def is_upside_down(text: TextPage, rotation: int) -> bool:
    """Return whether most letters are upside down on a page with this rotation, in quarters of a turn."""
    count = count_letters(text)
    upright = 0
    for place in range(0, count if rotation % 2 == 0 else 0, 1 + count // _SAMPLE):
        if _matrix(text, place, _F0) and floats[0] * floats[3] > 0:
            upright += 1 if (floats[3] > 0) == (rotation == 0) else -1
    return upright < 0


def pieces(text: TextPage, firsts: Sequence[int], lasts: Sequence[int]) -> Iterator[list[Box]]:
    """Return the boxes of the pieces in which the file draws each line, at most 200 for each.

    A line in one piece has none.
    """
    numbers = []

    def turns() -> Iterator[range]:
        for first, last in zip(firsts, lasts, strict=True):
            number = _rects(text, first, last - first + 1)
            numbers.append(min(number, _MOST_PIECES) if number > 1 else 0)
            yield range(numbers[-1])

    boxes = iter(_RECTANGLES.ask_in_turns(_rect, turns(), text))
    return (list(islice(boxes, number)) for number in numbers)


def rectangles(text: TextPage, first: int, count: int, most: int) -> Iterator[Box]:
    """Yield a rectangle for each line on which the letters are printed."""
    yield from _RECTANGLES.ask(_rect, range(min(_rects(text, first, count), most)), text)
