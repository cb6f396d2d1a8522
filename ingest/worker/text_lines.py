"""Which lines stand on a page, where, and how are they set? A few calls of PDFium a line, not one a letter."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import overload

from ingest.structure.page import LETTERS_A_PAGE, Line, RawPage
from ingest.worker import glyphs, pdfium
from ingest.worker.ink import View, view

_TOO_WIDE = 0.54  # of the letter size: wider than most text faces on average; then a wide gap is looked for
_GAP = 1.2  # of the letter size: wider than any space between two words, also in justified text
_SLANTED = 0.2  # rise over run: a steeper line is a watermark or a label of a chart
_MOST_PIECES = 200  # of a line that are looked at
_BOLD = 600  # weight of a font
_BOLD_NAME = re.compile(rb"bold|heavy|demi|[-,]black", re.IGNORECASE)
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
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

        along, base = pdfium.origin(text_page, first)
        x0, y0 = seen(along, base)
        left, bottom, right, top = pdfium.loose_box(text_page, last)
        corner, other = seen(left, bottom), seen(right, top)
        # What comes first may be a bullet of another font, a number or a raised mark, what comes last a page number.
        by_first = stripped[0].isalpha() or (stripped[0].isdigit() and stripped[-1].isdigit())
        size = glyphs.size(text_page, first if by_first else last)
        bold = _is_bold(text_page, first)
        x1 = max(corner[0], other[0])
        pieces: list[pdfium.Box] = []
        line = Line(stripped, x0, x1, y0, size, bold)
        offsets: Sequence[int] = range(len(stripped))
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
            line.slanted = abs(ye - y0) > _SLANTED * abs(xe - x0)
            upright += len(stripped)
            pieces = pdfium.pieces(text_page, first, last - first + 1, _MOST_PIECES)
            wide = x1 - x0 > _TOO_WIDE * size * len(stripped) or _parted(pieces, size)
            if wide and " " in stripped:
                found = _gaps(text_page, stripped, first, size, seen, straight, offset)
                line.gaps, line.gap_edges = tuple(at for at, _ in found), tuple(edges for _, edges in found)
            letters = glyphs.Line(text_page, stripped, offset, straight)
            line.text, line.gaps, offsets = glyphs.as_printed(letters, line.gaps, base, size, pieces)
        line.bold_end = bold
        if line.sideways or len(pieces) > 1:
            mark = len(line.text) - len(line.text.rstrip(_RAISED))
            line.bold_end = _is_bold(text_page, max(first, last - mark))  # the mark of a footnote is set plain
        lines.append(line)
        held: Sequence[int] = range(first, last + 1) if straight else _Places(text_page, offset, len(stripped))
        places.append(held if isinstance(offsets, range) else [held[at] for at in offsets])
    if sideways > upright:  # the page is read turned: what is sideways on it is upright to its reader
        page.width, page.height = height, width
        for line in lines:
            line.sideways = not line.sideways
    page.lines = lines
    return places


def _is_bold(text_page: int, place: int) -> bool:
    """Whether a letter is set in bold: by the weight of its font, or by its name where the weight is not told."""
    return pdfium.font_weight(text_page, place) >= _BOLD or _names_bold(pdfium.font_name(text_page, place))


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


@lru_cache(maxsize=1_000)
def _names_bold(name: bytes) -> bool:
    return _BOLD_NAME.search(name) is not None


def _parted(pieces: list[pdfium.Box], size: float) -> bool:
    """Whether a gap too wide to be a space between words lies between two pieces of a line."""
    return any(other[0] - one[2] > _GAP * size for one, other in pairwise(pieces))


def _gaps(
    text_page: int, text: str, first: int, size: float, seen: View, straight: bool, offset: int
) -> list[tuple[int, tuple[float, float]]]:
    """Offsets of the letters that follow a gap too wide to be a space between words; where each gap starts and ends."""
    found = []
    for space in _SPACES.finditer(text):
        before, after = first + space.start() - 1, first + space.end()
        if not straight:
            before = pdfium.place_of(text_page, offset + space.start() - 1)
            after = pdfium.place_of(text_page, offset + space.end())
        one, other = pdfium.letter_box(text_page, before), pdfium.letter_box(text_page, after)
        end = max(seen(one[0], one[1])[0], seen(one[2], one[3])[0])
        start = min(seen(other[0], other[1])[0], seen(other[2], other[3])[0])
        if start - end > _GAP * size:
            found.append((space.end(), (end, start)))
    return found
