"""The lines of a page, their positions and fonts, in a few calls of PDFium for each line instead of one per letter."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import overload

from ingest.structure.page import LETTERS_A_PAGE, Line, RawPage
from ingest.worker import glyphs
from ingest.worker.pdfium import documents, textpage
from ingest.worker.pdfium.binding import Box

_TOO_WIDE = 0.54  # of the letter size: wider than most text faces on average; then a wide gap is looked for
_GAP = 1.2  # of the letter size: wider than any space between two words, even in justified text
_SLANTED = 0.2  # rise over run: a steeper line is a watermark or a label of a chart
_MOST_PIECES = 200  # of a line that are looked at
_BOLD = 600  # weight of a font
_BOLD_NAME = re.compile(rb"bold|heavy|demi|[-,]black", re.IGNORECASE)
_ITALIC_NAME = re.compile(rb"italic|oblique|kursiv", re.IGNORECASE)
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_SPACES = re.compile(" +")
_LINE_END = re.compile("([\r\n\ufffe])")  # PDFium puts U+FFFE where a line ends in a hyphen


def read(handle: int, text_page: int, page: RawPage) -> list[Sequence[int]]:
    """Add the lines to the page, in the order of the file. Return the positions of the letters of each line."""
    count = min(textpage.count_letters(text_page), LETTERS_A_PAGE)
    if count <= 0:
        return []
    text = textpage.letters(text_page, count)
    # Letters that have no Unicode are in the count but not in the text; then places must be translated, one call each.
    found = _Lines(text_page, documents.view(handle), page, straight=len(text) == count)
    start = 0
    for at, piece in enumerate(_LINE_END.split(text)):
        if at % 2 == 0:
            found.add(piece, start)
        elif piece == "\ufffe":
            found.ends_in_hyphen()
        start += len(piece)
    if found.sideways > found.upright:  # the page is read turned: what is sideways on it is upright to its reader
        page.width, page.height = page.height, page.width
        for line in found.lines:
            line.sideways = not line.sideways
    page.lines = found.lines
    return found.places


class _Lines:
    """The lines of a page so far. upright, sideways: how many letters are upright, and how many sideways."""

    def __init__(self, text_page: int, seen: documents.View, page: RawPage, *, straight: bool) -> None:
        self._text_page, self._seen, self._straight = text_page, seen, straight
        self._width, self._height = page.width, page.height
        self.lines: list[Line] = []
        self.places: list[Sequence[int]] = []
        self.upright = self.sideways = 0

    def ends_in_hyphen(self) -> None:
        """PDFium has taken a hyphen from the end of the last line."""
        if self.lines:
            self.lines[-1].hyphen = True

    def add(self, piece: str, offset: int) -> None:
        """A line with the space around it, and where it begins in the text of the page."""
        stripped = piece.strip()
        if not stripped:
            return
        if len(stripped) < len(piece):
            offset += piece.index(stripped[0])
        first, last = self._ends(offset, len(stripped))
        along, base = textpage.origin(self._text_page, first)
        x0, y0 = self._seen(along, base)
        left, bottom, right, top = textpage.loose_box(self._text_page, last)
        corner, other = self._seen(left, bottom), self._seen(right, top)
        # What comes first may be a bullet of another font, a number or a raised mark, what comes last a page number.
        by_first = stripped[0].isalpha() or (stripped[0].isdigit() and stripped[-1].isdigit())
        size = glyphs.size(self._text_page, first if by_first else last)
        line = Line(stripped, x0, max(corner[0], other[0]), y0, size, _is_bold(self._text_page, first))
        xe, ye = x0, y0
        if not (y0 - size < corner[1] < y0 + size and y0 - size < other[1] < y0 + size):
            xe, ye = self._seen(*textpage.origin(self._text_page, last))  # else it stands beside the first
        offsets: Sequence[int] = range(len(stripped))
        pieces: list[Box] = []
        if abs(ye - y0) > max(abs(xe - x0), size):
            self._turn(line, min(corner[1], other[1]), max(corner[1], other[1]), climbs=ye < y0)
            self.sideways += len(stripped)
        else:
            line.slanted = abs(ye - y0) > _SLANTED * abs(xe - x0)
            self.upright += len(stripped)
            pieces = textpage.pieces(self._text_page, first, last - first + 1, _MOST_PIECES)
            offsets = self._as_printed(line, first, offset, base, pieces)
        line.italic = _names_italic(textpage.font_name(self._text_page, (first + last) // 2))
        line.bold_end = line.bold
        if line.sideways or len(pieces) > 1:
            mark = len(line.text) - len(line.text.rstrip(_RAISED))
            line.bold_end = _is_bold(self._text_page, max(first, last - mark))  # the mark of a footnote is set plain
        self.lines.append(line)
        held: Sequence[int] = (
            range(first, last + 1) if self._straight else _Places(self._text_page, offset, len(stripped))
        )
        self.places.append(held if isinstance(offsets, range) else [held[at] for at in offsets])

    def _ends(self, offset: int, count: int) -> tuple[int, int]:
        """The places of the first and the last letter of a line."""
        first, last = offset, offset + count - 1
        if not self._straight:
            first = max(0, textpage.place_of(self._text_page, first))
            last = max(first, textpage.place_of(self._text_page, last))
        return first, last

    def _turn(self, line: Line, top: float, bottom: float, *, climbs: bool) -> None:
        """Give a sideways line its place when the page is turned so that the line is upright."""
        line.sideways = True
        x, y = line.x0, line.y
        if climbs:
            line.x0, line.x1, line.y = self._height - y, self._height - top, x
        else:
            line.x0, line.x1, line.y = y, bottom, self._width - x

    def _as_printed(self, line: Line, first: int, offset: int, base: float, pieces: list[Box]) -> Sequence[int]:
        """Give an upright line its gaps, and its text as a reader sees it. Returns the offset of each letter."""
        text, size = line.text, line.size
        wide = line.x1 - line.x0 > _TOO_WIDE * size * len(text) or _parted(pieces, size)
        if wide and " " in text:
            found = _gaps(self._text_page, text, first, size, self._seen, self._straight, offset)
            line.gaps, line.gap_edges = tuple(at for at, _ in found), tuple(edges for _, edges in found)
        letters = glyphs.Line(self._text_page, text, offset, self._straight)
        line.text, line.gaps, offsets = glyphs.as_printed(letters, line.gaps, base, size, pieces)
        return offsets


def _is_bold(text_page: int, place: int) -> bool:
    """Whether a letter is set in bold: by the weight of its font, or by the font's name if it declares no weight."""
    return textpage.font_weight(text_page, place) >= _BOLD or _names_bold(textpage.font_name(text_page, place))


class _Places(Sequence[int]):
    """The places of the letters of a line on a page that has letters without Unicode. Each is looked up when needed."""

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
        return max(0, int(textpage.place_of(self._text_page, self._offsets[at])))


@lru_cache(maxsize=1_000)
def _names_italic(name: bytes) -> bool:
    return _ITALIC_NAME.search(name) is not None


@lru_cache(maxsize=1_000)
def _names_bold(name: bytes) -> bool:
    return _BOLD_NAME.search(name) is not None


def _parted(pieces: list[Box], size: float) -> bool:
    """Whether a gap too wide to be a space between words lies between two pieces of a line."""
    return any(other[0] - one[2] > _GAP * size for one, other in pairwise(pieces))


def _gaps(
    text_page: int, text: str, first: int, size: float, seen: documents.View, straight: bool, offset: int
) -> list[tuple[int, tuple[float, float]]]:
    """Offsets of the letters that follow a gap too wide to be a space between words; where each gap starts and ends."""
    found = []
    for space in _SPACES.finditer(text):
        before, after = first + space.start() - 1, first + space.end()
        if not straight:
            before = textpage.place_of(text_page, offset + space.start() - 1)
            after = textpage.place_of(text_page, offset + space.end())
        one, other = textpage.letter_box(text_page, before), textpage.letter_box(text_page, after)
        end = max(seen(one[0], one[1])[0], seen(one[2], one[3])[0])
        start = min(seen(other[0], other[1])[0], seen(other[2], other[3])[0])
        if start - end > _GAP * size:
            found.append((space.end(), (end, start)))
    return found
