"""The lines of a page, their positions and fonts, in a few calls of PDFium for each line instead of one per letter."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, overload

from ingest.structure.page import LETTERS_A_PAGE, Line, RawPage
from ingest.worker import glyphs
from ingest.worker.pdfium import documents, textpage
from ingest.worker.pdfium.binding import Box

_TOO_WIDE = 0.54  # of the letter size: wider than most text faces on average; then a wide gap is looked for
_GAP = 1.2  # of the letter size: wider than any space between two words, even in justified text
_SLANTED = 0.2  # rise over run: a steeper line is a watermark or a label of a chart
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
    apart = glyphs.may_be_apart(text.replace("\ufffe", "\n"))
    found = _Lines(text_page, documents.view(handle), page, straight=len(text) == count, apart=apart)
    start = 0
    for at, piece in enumerate(_LINE_END.split(text)):
        if at % 2 == 0:
            found.add(piece, start)
        elif piece == "\ufffe":
            found.ends_in_hyphen()
        start += len(piece)
    found.measure()
    if found.sideways > found.upright:  # the page is read turned: what is sideways on it is upright to its reader
        page.width, page.height = page.height, page.width
        for line in found.lines:
            line.sideways = not line.sideways
    page.lines = found.lines
    return found.places


class _Row(NamedTuple):
    """A line before it is measured: where it begins in the text of the page, and the places of its first and last
    letter.
    """

    text: str
    offset: int
    first: int
    last: int


class _Lines:
    """The lines of a page so far. upright, sideways: how many letters are upright, and how many sideways.

    straight: the text has every letter of the page. apart: letters may be set apart in it.
    """

    def __init__(self, text_page: int, seen: documents.View, page: RawPage, *, straight: bool, apart: bool) -> None:
        self._text_page, self._seen, self._straight, self._apart = text_page, seen, straight, apart
        self._width, self._height = page.width, page.height
        self._rows: list[_Row] = []
        self._broken: set[int] = set()
        self._bold: dict[int, bool] = {}
        self._italic: dict[int, bool] = {}
        self.lines: list[Line] = []
        self.places: list[Sequence[int]] = []
        self.upright = self.sideways = 0

    def ends_in_hyphen(self) -> None:
        """PDFium has taken a hyphen from the end of the last line."""
        self._broken.add(len(self._rows) - 1)

    def add(self, piece: str, offset: int) -> None:
        """A line with the space around it, and where it begins in the text of the page."""
        stripped = piece.strip()
        if not stripped:
            return
        if len(stripped) < len(piece):
            offset += piece.index(stripped[0])
        self._rows.append(_Row(stripped, offset, *self._ends(offset, len(stripped))))

    def measure(self) -> None:
        """Make lines of what was added. PDFium is asked about all of them at once: that costs much less."""
        rows, text_page = self._rows, self._text_page
        firsts, lasts = [row.first for row in rows], [row.last for row in rows]
        sizes = textpage.sizes(text_page, [row.first if _sized_by_first(row.text) else row.last for row in rows])
        fonts = textpage.fonts(text_page, firsts)
        last_fonts = textpage.fonts(text_page, lasts)
        for font, place in dict(zip(fonts + last_fonts, firsts + lasts, strict=True)).items():
            self._bold[font] = _is_bold(text_page, place)
        middles = [(row.first + row.last) // 2 for row in rows]
        slopes = textpage.fonts(text_page, middles)
        for font, place in dict(zip(slopes, middles, strict=True)).items():
            self._italic[font] = _names_italic(textpage.font_name(text_page, place))
        measured = zip(
            rows,
            textpage.origins(text_page, firsts),
            textpage.loose_boxes(text_page, lasts),
            sizes,
            fonts,
            last_fonts,
            slopes,
            strict=True,
        )
        for row, origin, end, size, font, last_font, slope in measured:
            line = Line(
                row.text, 0.0, 0.0, 0.0, size, self._bold[font], self._bold[last_font], italic=self._italic[slope]
            )
            self._place(line, row, origin, end)
        for at in self._broken:
            if at >= 0:
                self.lines[at].hyphen = True

    def _place(self, line: Line, row: _Row, origin: tuple[float, float], end: Box) -> None:
        """Give a line its position and its text as printed. origin: of its first letter. end: the box of its last."""
        text, offset, first, last = row
        size, base = line.size, origin[1]
        x0, y0 = self._seen(origin[0], base)
        corner, other = self._seen(end[0], end[1]), self._seen(end[2], end[3])
        line.x0, line.x1, line.y = x0, max(corner[0], other[0]), y0
        xe, ye = x0, y0
        if not (y0 - size < corner[1] < y0 + size and y0 - size < other[1] < y0 + size):
            xe, ye = self._seen(*textpage.origin(self._text_page, last))  # else it stands beside the first
        offsets: Sequence[int] = range(len(text))
        pieces: list[Box] = []
        if abs(ye - y0) > max(abs(xe - x0), size):
            self._turn(line, min(corner[1], other[1]), max(corner[1], other[1]), climbs=ye < y0)
            self.sideways += len(text)
        else:
            line.slanted = abs(ye - y0) > _SLANTED * abs(xe - x0)
            self.upright += len(text)
            pieces = textpage.pieces(self._text_page, first, last - first + 1)
            offsets = self._as_printed(line, first, offset, base, pieces)
        if not line.sideways and len(pieces) < 2:
            line.bold_end = line.bold
        elif line.text[-1:] in _RAISED:  # the mark of a footnote is set plain
            mark = len(line.text) - len(line.text.rstrip(_RAISED))
            line.bold_end = self._is_bold(max(first, last - mark))
        self.lines.append(line)
        held: Sequence[int] = range(first, last + 1) if self._straight else _Places(self._text_page, offset, len(text))
        self.places.append(held if isinstance(offsets, range) else [held[at] for at in offsets])

    def _is_bold(self, place: int) -> bool:
        """Whether a letter is set in bold; each font of the page is examined once."""
        font = textpage.font_of(textpage.text_object(self._text_page, place)) or 0
        if font not in self._bold:
            self._bold[font] = _is_bold(self._text_page, place)
        return self._bold[font]

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
        raised = glyphs.raised(pieces, base, size)
        apart = self._apart and glyphs.may_be_apart(text)
        if not (raised or apart or glyphs.asks(text)):
            return range(len(text))
        letters = glyphs.Line(self._text_page, text, offset, self._straight)
        line.text, line.gaps, offsets = glyphs.as_printed(letters, line.gaps, size, raised, apart=apart)
        return offsets


def _sized_by_first(text: str) -> bool:
    """Whether the first letter of a line has the size of the line. What comes first may be a bullet of another font, a
    number or a raised mark, what comes last a page number.
    """
    return text[0].isalpha() or (text[0].isdigit() and text[-1].isdigit())


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
    return len(pieces) > 1 and any(other[0] - one[2] > _GAP * size for one, other in pairwise(pieces))


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
