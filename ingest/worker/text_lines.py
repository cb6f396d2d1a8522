"""Read the lines of a page, their positions and fonts, with a few PDFium calls per line instead of one per letter."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import overload

from ingest.structure.page import LETTERS_A_PAGE, Line, RawPage
from ingest.worker import glyphs
from ingest.worker.pdfium import documents, textpage
from ingest.worker.pdfium.binding import Box

_TOO_WIDE = 0.54  # share of the letter size: wider than most text faces on average, so the line may have a wide gap
_GAP = 1.2  # of the letter size: wider than any space between two words, even in justified text
_SLANTED = 0.2  # gradient: a steeper line is a watermark or a label of a chart
_BOLD = 600  # weight of a font
_BOLD_NAME = re.compile(rb"bold|heavy|demi|[-,]black", re.IGNORECASE)
_ITALIC_NAME = re.compile(rb"italic|oblique|kursiv", re.IGNORECASE)
_SIGN_NAME = re.compile(rb"wingdings|webdings", re.IGNORECASE)
_SIGNS = dict(
    zip("§¨nlmoqrtuvwØÜàèðü√ûþýxFJ", "▪▫■●○❑❑❒◆◆❖◆➢➢→➔→✓✓✗☑☒☒☞☺", strict=True)
)  # what Wingdings draws for letters
_CLOSING = ",.;:)]’”"  # what a line may go on with where PDFium has split it at a mark
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_SPACES = re.compile(" +")


def read(handle: int, text_page: textpage.TextPage, page: RawPage) -> list[Sequence[int]]:
    """Add the lines to the page in the order of the file. Returns the positions of the letters of each line."""
    count = min(textpage.count_letters(text_page), LETTERS_A_PAGE)
    if count <= 0:
        return []
    text = _without_nul(text_page, textpage.letters(text_page, count))
    # Letters that have no Unicode are in the count but not in the text; then places must be translated, one call each.
    apart = glyphs.may_be_apart(text.replace("\ufffe", "\n"))
    found = _Lines(text_page, documents.views(handle), page, straight=len(text) == count, apart=apart)
    start = 0
    for row in text.replace("\r", "\n").split("\n"):
        for number, piece in enumerate(row.split("\ufffe")):  # PDFium puts U+FFFE where a line ends in a hyphen
            if number:
                found.ends_in_hyphen()
                start += 1
            if piece and not piece.isspace():
                found.add(piece, start)
            start += len(piece)
        start += 1
    found.measure()
    if found.sideways > found.upright:  # the page is read turned: sideways text is upright for its reader
        page.width, page.height = page.height, page.width
        for line in found.lines:
            line.sideways = not line.sideways
    page.lines = found.lines
    return found.places


def _without_nul(text_page: textpage.TextPage, text: str) -> str:
    """Return the text of a page with U+FFFD for letters that the font maps to U+0000.

    PDFium uses U+FFFE for them, as it does for a hyphen.
    """
    if "\ufffe" not in text:
        return text
    first, *others = text.split("\ufffe")
    found, at = [first], len(first)
    for piece in others:
        nul = not textpage.letter_at(text_page, textpage.place_of(text_page, at))
        found += "\ufffd" if nul else "\ufffe", piece
        at += 1 + len(piece)
    return "".join(found)


class _Lines:
    """The lines of a page so far. `upright` and `sideways` count the letters in each direction.

    `straight` means that the text has every letter of the page. `apart` means that it may have letter-spaced words.
    """

    def __init__(
        self, text_page: textpage.TextPage, seen: documents.Views, page: RawPage, *, straight: bool, apart: bool
    ) -> None:
        self._text_page, self._seen, self._straight, self._apart = text_page, seen, straight, apart
        self._width, self._height = page.width, page.height
        self._texts: list[str] = []
        self._offsets: list[int] = []  # where each line begins in the text of the page
        self._broken: set[int] = set()
        self._bold: dict[int, bool] = {}
        self._italic: dict[int, bool] = {}
        self._of_signs: dict[int, bool] = {}
        self.lines: list[Line] = []
        self.places: list[Sequence[int]] = []
        self.upright = self.sideways = 0

    def ends_in_hyphen(self) -> None:
        """Record that PDFium has removed a hyphen from the end of the last line."""
        self._broken.add(len(self._texts) - 1)

    def add(self, piece: str, offset: int) -> None:
        """Add a line, including the white space around it, and its offset in the text of the page."""
        stripped = piece.strip()
        if len(stripped) < len(piece):
            offset += piece.index(stripped[0])
        self._texts.append(stripped)
        self._offsets.append(offset)

    def measure(self) -> None:
        """Turn everything that was added into lines.

        They are measured together, because that needs far fewer PDFium calls.
        """
        texts, text_page = self._texts, self._text_page
        firsts, lasts = self._ends()
        sizes = textpage.sizes(
            text_page,
            [first if _sized_by_first(text) else last for text, first, last in zip(texts, firsts, lasts, strict=True)],
        )
        things, last_things = textpage.text_objects(text_page, firsts), textpage.text_objects(text_page, lasts)
        in_one = [  # drawn in one piece, and plain ASCII
            self._straight and thing == last != 0 and size > 0 and text.isascii()
            for text, thing, last, size in zip(texts, things, last_things, sizes, strict=True)
        ]
        bold, bold_ends, italic, signs = self._faces(firsts, lasts, things, last_things, in_one)
        origins, ends = textpage.origins(text_page, firsts), textpage.loose_boxes(text_page, lasts)
        several = [at for at, one in enumerate(in_one) if not one]
        pieces = textpage.pieces(text_page, [firsts[at] for at in several], [lasts[at] for at in several])
        measured = zip(
            [_as_sign(text) if sign else text for text, sign in zip(texts, signs, strict=True)],
            self._offsets,
            firsts,
            lasts,
            [None if one else next(pieces) for one in in_one],
            self._seen(origins),
            [base for _, base in origins],
            self._seen([(x, y) for x, y, _, _ in ends]),
            self._seen([(x, y) for _, _, x, y in ends]),
            sizes,
            bold,
            bold_ends,
            italic,
            strict=True,
        )
        for text, offset, first, last, drawn, (x0, y0), base, (xc, yc), (xo, yo), size, *faces in measured:
            line = Line(text, x0, xc if xc > xo else xo, y0, size, *faces)
            self.lines.append(line)
            held: Sequence[int] = range(first, last + 1)
            if not self._straight:
                held = _Places(text_page, offset, len(text))
            offsets: Sequence[int] | None = None
            xe, ye = x0, y0
            if not (y0 - size < yc < y0 + size and y0 - size < yo < y0 + size):
                ((xe, ye),) = self._seen([textpage.origin(text_page, last)])  # otherwise it is beside the first
            if abs(ye - y0) > max(abs(xe - x0), size):
                self._turn(line, min(yc, yo), max(yc, yo), climbs=ye < y0)
                self.sideways += len(text)
            else:
                line.slanted = abs(ye - y0) > _SLANTED * abs(xe - x0)
                self.upright += len(text)
                if drawn is None:
                    offsets = self._in_one(line, offset, first)
                else:
                    offsets = self._in_pieces(line, offset, first, last, base, drawn)
            self.places.append(held if offsets is None else [held[at] for at in offsets])
        for at in self._broken:
            if at >= 0:
                self.lines[at].hyphen = True

    def _ends(self) -> tuple[list[int], list[int]]:
        """Return the positions of the first and last letter of each line."""
        lasts = [offset + len(text) - 1 for offset, text in zip(self._offsets, self._texts, strict=True)]
        if self._straight:
            return self._offsets, lasts
        firsts = [max(0, textpage.place_of(self._text_page, offset)) for offset in self._offsets]
        places = (textpage.place_of(self._text_page, offset) for offset in lasts)
        return firsts, [max(first, place) for first, place in zip(firsts, places, strict=True)]

    def _faces(
        self, firsts: list[int], lasts: list[int], things: list[int], last_things: list[int], in_one: list[bool]
    ) -> tuple[list[bool], list[bool], list[bool], list[bool]]:
        """Return whether each line begins in bold, ends in bold, is italic in the middle, and begins in a font of
        signs.

        Each font is examined once.
        """
        middles = [(first + last) // 2 for first, last in zip(firsts, lasts, strict=True)]
        # The middle of a line in one piece belongs to that piece, unless it is a space that PDFium has inserted.
        asked = [
            at
            for at, (text, one) in enumerate(zip(self._texts, in_one, strict=True))
            if not one or text[middles[at] - firsts[at]] == " "
        ]
        middle_things = list(things)
        found = textpage.text_objects(self._text_page, [middles[at] for at in asked])
        for at, thing in zip(asked, found, strict=True):
            middle_things[at] = thing
        everything = list({*things, *last_things, *middle_things})
        fonts = dict(zip(everything, textpage.fonts(everything), strict=True))
        for thing, place in dict(zip(things + last_things, firsts + lasts, strict=True)).items():
            if fonts[thing] not in self._bold:
                self._bold[fonts[thing]] = _is_bold(self._text_page, place)
                self._of_signs[fonts[thing]] = _names_signs(textpage.font_name(self._text_page, place))
        for thing, place in dict(zip(middle_things, middles, strict=True)).items():
            if fonts[thing] not in self._italic:
                self._italic[fonts[thing]] = _names_italic(textpage.font_name(self._text_page, place))
        return (
            [self._bold[fonts[thing]] for thing in things],
            [self._bold[fonts[thing]] for thing in last_things],
            [self._italic[fonts[thing]] for thing in middle_things],
            [self._of_signs.get(fonts[thing], False) for thing in things],
        )

    def _in_one(self, line: Line, offset: int, first: int) -> Sequence[int] | None:
        """Set the text of an upright line in one piece to what is printed.

        Returns the offset of each letter if the text has changed.
        """
        text = line.text
        line.bold_end = line.bold
        if line.x1 - line.x0 > _TOO_WIDE * line.size * len(text) and " " in text:
            self._part(line, offset, first)
        if not (
            self._apart
            or "`" in text
            or "^" in text
            or text.startswith("o ")
            or (text[0].isdigit() and glyphs.is_split(text))
        ):
            return None
        return self._as_printed(line, offset, [])

    def _in_pieces(
        self, line: Line, offset: int, first: int, last: int, base: float, pieces: list[Box]
    ) -> Sequence[int] | None:
        """Like `_in_one`, for a line that may consist of several pieces.

        `base` is the height of its first letter above the bottom of the page.
        """
        text, size = line.text, line.size
        wide = line.x1 - line.x0 > _TOO_WIDE * size * len(text)
        if (wide or _parted(pieces, size)) and " " in text:
            self._part(line, offset, first)
        raised = glyphs.raised(pieces, base, size) if pieces else pieces
        asked = raised or self._apart or glyphs.asks(text) or (text[0].isdigit() and glyphs.is_split(text))
        offsets = self._as_printed(line, offset, raised) if asked else None
        if len(pieces) < 2:
            line.bold_end = line.bold
        elif line.text[-1:] in _RAISED:  # footnote marks are not bold
            mark = len(line.text) - len(line.text.rstrip(_RAISED))
            line.bold_end = self._is_bold(max(first, last - mark))
        return offsets

    def _part(self, line: Line, offset: int, first: int) -> None:
        """Set the gaps of a line."""
        found = _gaps(self._text_page, line.text, first, line.size, self._seen, self._straight, offset)
        line.gaps, line.gap_edges = tuple(at for at, _ in found), tuple(edges for _, edges in found)

    def _as_printed(self, line: Line, offset: int, raised: list[Box]) -> Sequence[int] | None:
        """Set the text of an upright line to what a reader sees."""
        apart = glyphs.is_split(line.text) or (self._apart and glyphs.may_be_apart(line.text))
        if not (raised or apart or glyphs.asks(line.text)):
            return None
        letters = glyphs.Line(self._text_page, line.text, offset, self._straight)
        line.text, line.gaps, offsets = glyphs.as_printed(letters, line.gaps, line.size, raised, apart=apart)
        return offsets

    def _is_bold(self, place: int) -> bool:
        """Return whether a letter is bold. Each font of the page is examined once."""
        (font,) = textpage.fonts(textpage.text_objects(self._text_page, [place]))
        if font not in self._bold:
            self._bold[font] = _is_bold(self._text_page, place)
        return self._bold[font]

    def _turn(self, line: Line, top: float, bottom: float, *, climbs: bool) -> None:
        """Set the position of a sideways line on the page as turned to make the line upright."""
        line.sideways = True
        x, y = line.x0, line.y
        if climbs:
            line.x0, line.x1, line.y = self._height - y, self._height - top, x
        else:
            line.x0, line.x1, line.y = y, bottom, self._width - x


def _sized_by_first(text: str) -> bool:
    """Return whether the first letter of a line has the size of the line.

    A line may start with a bullet in another font, a number or a raised mark, and may end in a page number.
    """
    return text[0].isalpha() or text[0] in _CLOSING or (text[0].isdigit() and text[-1].isdigit())


def _as_sign(text: str) -> str:
    """Return a line with the sign that it begins with, if a font of signs names it as a letter."""
    if text[1:2] not in ("", " ") or ord(text[0]) > 0xFF or not (text[0].isalpha() or text[0] in _SIGNS):
        return text
    return _SIGNS.get(text[0], "•") + text[1:]


def _is_bold(text_page: textpage.TextPage, place: int) -> bool:
    """Return whether a letter is bold, by the weight of its font or, if the font declares none, by the font's name."""
    return textpage.font_weight(text_page, place) >= _BOLD or _names_bold(textpage.font_name(text_page, place))


class _Places(Sequence[int]):
    """The letter positions of a line on a page that has letters without Unicode.

    Each is looked up when it is needed.
    """

    def __init__(self, text_page: textpage.TextPage, offset: int, count: int) -> None:
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
def _names_signs(name: bytes) -> bool:
    return _SIGN_NAME.search(name) is not None


@lru_cache(maxsize=1_000)
def _names_bold(name: bytes) -> bool:
    return _BOLD_NAME.search(name) is not None


def _parted(pieces: list[Box], size: float) -> bool:
    """Return whether two pieces of a line are separated by a gap too wide to be a word space."""
    end = float("inf")
    for left, _, right, _ in pieces:
        if left - end > _GAP * size:
            return True
        end = right
    return False


def _gaps(
    text_page: textpage.TextPage, text: str, first: int, size: float, seen: documents.Views, straight: bool, offset: int
) -> list[tuple[int, tuple[float, float]]]:
    """Return the gaps that are too wide to be word spaces.

    Each has the offset of the letter that follows it, and where it starts and ends.
    """
    spaces = list(_SPACES.finditer(text))
    before, after = [first + space.start() - 1 for space in spaces], [first + space.end() for space in spaces]
    if not straight:
        before = [textpage.place_of(text_page, offset + space.start() - 1) for space in spaces]
        after = [textpage.place_of(text_page, offset + space.end()) for space in spaces]
    apart = [
        (space.end(), one, other)
        for space, one, other in zip(
            spaces, textpage.letter_boxes(text_page, before), textpage.letter_boxes(text_page, after), strict=True
        )
        if _are_apart(one, other, _GAP * size - 0.01)
    ]
    if not apart:
        return []
    ends = [right for _, right in _across([one for _, one, _ in apart], seen)]
    starts = [left for left, _ in _across([other for _, _, other in apart], seen)]
    return [
        (at, (end, start))
        for (at, _, _), end, start in zip(apart, ends, starts, strict=True)
        if start - end > _GAP * size
    ]


def _are_apart(one: Box, other: Box, by: float) -> bool:
    """Return whether two boxes are at least this far apart, in whichever direction the page is turned."""
    return other[0] - one[2] > by or one[0] - other[2] > by or other[1] - one[3] > by or one[1] - other[3] > by


def _across(boxes: list[Box], seen: documents.Views) -> Iterator[tuple[float, float]]:
    """Yield the start and end of each box, measured from the left of the page as displayed."""
    one = seen([(x, y) for x, y, _, _ in boxes])
    other = seen([(x, y) for _, _, x, y in boxes])
    return ((min(x0, x1), max(x0, x1)) for (x0, _), (x1, _) in zip(one, other, strict=True))
