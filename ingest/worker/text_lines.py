"""Which lines stand on a page, where, and how are they set? A few calls of PDFium a line, not one a letter."""

import math
import re
from collections.abc import Sequence
from typing import overload

from ingest.structure import normalise
from ingest.structure.page import LETTERS_A_PAGE, Line, RawPage
from ingest.worker import pdfium
from ingest.worker.ink import View, view

_TOO_WIDE = 0.54  # of the letter size: wider than most text faces on average; then a wide gap is looked for
_GAP = 1.2  # of the letter size: wider than any space between two words, also in justified text
_SMALL = 0.8  # of the size of the letter beside it: a raised digit
_BOLD = 600  # weight of a font
_MARK = re.compile(r"(?<=[^\W\d]|[.,;:!?)\]\"'’”])\d{1,3}(?![\w%])")  # a number glued to a word
_NOTE = re.compile(r"^\d{1,3}\s?(?=[^\W\d])")
_DIGIT = re.compile("[0-9]")
_SPACES = re.compile(" +")
_LINE_END = re.compile("([\r\n\ufffe])")  # PDFium puts U+FFFE where a line ends in a hyphen


def read(handle: int, text_page: int, page: RawPage) -> list[Sequence[int]]:
    """Give the page its lines in the order of the file; for each the places of its letters are told."""
    width, height = page.width, page.height
    count = min(pdfium.count_letters(text_page), LETTERS_A_PAGE)
    if count <= 0:
        return []
    text = pdfium.letters(text_page, count)
    seen = view(handle)
    # Letters that have no Unicode are in the count but not in the text; then places must be translated, one call each.
    straight = len(text) == count

    lines: list[Line] = []
    places: list[Sequence[int]] = []
    upright = sideways = 0
    start = 0
    for at, piece in enumerate(_LINE_END.split(text)):
        offset, start = start, start + len(piece)
        if at % 2:
            if piece == "\ufffe" and lines:
                lines[-1].hyphen = True
            continue
        stripped = piece.strip()
        if not stripped:
            continue
        if len(stripped) < len(piece):
            offset += piece.index(stripped[0])
        first, last = offset, offset + len(stripped) - 1
        if not straight:
            first = max(0, pdfium.place_of(text_page, first))
            last = max(first, pdfium.place_of(text_page, last))

        x0, y0 = seen(*pdfium.origin(text_page, first))
        left, bottom, right, top = pdfium.loose_box(text_page, last)
        corner, other = seen(left, bottom), seen(right, top)
        # What comes first may be a bullet of another font, a number or a raised mark, what comes last a page number.
        by_first = stripped[0].isalpha() or (stripped[0].isdigit() and stripped[-1].isdigit())
        size = _size(text_page, first if by_first else last)
        bold = pdfium.font_weight(text_page, first) >= _BOLD
        bold_end = pdfium.font_weight(text_page, last) >= _BOLD
        x1 = max(corner[0], other[0])
        line = Line(stripped, x0, x1, y0, size, bold, bold_end)
        xe, ye = x0, y0
        if not (y0 - size < corner[1] < y0 + size and y0 - size < other[1] < y0 + size):
            xe, ye = seen(*pdfium.origin(text_page, last))  # else it stands beside the first
        if abs(ye - y0) > max(abs(xe - x0), size):
            line.sideways = True
            # As it stands when the page is turned so that this line is upright.
            if ye < y0:
                line.x0, line.x1, line.y = height - y0, height - min(corner[1], other[1]), x0
            else:
                line.x0, line.x1, line.y = y0, max(corner[1], other[1]), width - x0
            sideways += len(stripped)
        else:
            upright += len(stripped)
            if x1 - x0 > _TOO_WIDE * size * len(stripped) and " " in stripped:
                line.gaps = _gaps(text_page, stripped, first, size, seen, straight, offset)
        if straight and _DIGIT.search(stripped) and (_MARK.search(stripped) or _NOTE.match(stripped)):
            line.text = _raised(text_page, stripped, first)
        lines.append(line)
        places.append(range(first, last + 1) if straight else _Places(text_page, offset, len(stripped)))
    if sideways > upright:  # the page is read turned: what is sideways on it is upright to its reader
        page.width, page.height = height, width
        for line in lines:
            line.sideways = not line.sideways
    page.lines = lines
    return places


class _Places(Sequence[int]):
    """The places of the letters of a line on a page that has letters without Unicode: each is asked for when needed."""

    def __init__(self, text_page: int, offset: int, count: int) -> None:
        self._text_page, self._offsets = text_page, range(offset, offset + count)

    def __len__(self) -> int:
        return len(self._offsets)

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> list[int]: ...
    def __getitem__(self, at: int | slice) -> int | list[int]:
        if isinstance(at, slice):
            return [self[n] for n in range(len(self))[at]]
        return max(0, int(pdfium.place_of(self._text_page, self._offsets[at])))


def _raised(text_page: int, text: str, offset: int) -> str:
    """The text with small digits after a word, the marks of footnotes, as raised digits: `guidance1` is `guidance¹`."""

    def height(place: int) -> float:
        return _size(text_page, offset + place)

    def after_word(found: re.Match[str]) -> str:
        small = height(found.start()) < _SMALL * height(found.start() - 1)
        return found.group().translate(normalise.RAISED) if small else found.group()

    def before_note(found: re.Match[str]) -> str:
        small = height(found.start()) < _SMALL * height(found.end())
        return found.group().translate(normalise.RAISED) if small else found.group()

    return _MARK.sub(after_word, _NOTE.sub(before_note, text))


def _size(text_page: int, place: int) -> float:
    """The size in which a letter is printed: its font's, scaled by its matrix."""
    size: float = pdfium.font_size(text_page, place) * (math.hypot(*pdfium.stretch(text_page, place)) or 1.0)
    return size


def _gaps(
    text_page: int, text: str, first: int, size: float, seen: View, straight: bool, offset: int
) -> tuple[int, ...]:
    """Offsets of the letters that follow a gap too wide to be a space between words."""
    found = []
    for space in _SPACES.finditer(text):
        before, after = first + space.start() - 1, first + space.end()
        if not straight:
            before = pdfium.place_of(text_page, offset + space.start() - 1)
            after = pdfium.place_of(text_page, offset + space.end())
        one, other = pdfium.letter_box(text_page, before), pdfium.letter_box(text_page, after)
        end = max(seen(one[0], one[1])[0], seen(one[2], one[3])[0])
        if min(seen(other[0], other[1])[0], seen(other[2], other[3])[0]) - end > _GAP * size:
            found.append(space.end())
    return tuple(found)
