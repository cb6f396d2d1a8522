"""Detect print on a page that is missing from its text.

Examples are a scan under a running header, and text drawn as curves or as small pictures. All of them look like lines
of print.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby

from ingest.structure.page import Line, RawPage
from ingest.worker.pdfium import documents, drawing, objects
from ingest.worker.visible import geometry
from ingest.worker.visible.ink import left_out, paper
from ingest.worker.visible.page_objects import PageObjects

_SCALE = 1.5  # pixels per point: enough to show the strokes of the smallest print
_PIXELS = 3_000_000  # maximum to render; a very large page is rendered smaller
_DARK = 60  # of 255: the minimum by which ink is darker than its paper
_STROKES = 8  # across a row: fewer may be a line, a frame or a logo
_LINE = (3.0, 40.0)  # points: how high a line of print is
_FULL = 0.4  # share of the page height: if letters fill more, there is no unread scan under them
_MARGIN = 0.12  # share of the page height, at the top and bottom, where running matter is
_SHAPES = 12  # letters drawn as shapes; fewer are a logo
_SEGMENTS = 6  # minimum segments of the shape of a letter; a box has five
_LONG = 60  # segments: a shape with more may be a whole line of letters
_LINES = 2  # lines of print on a page with few letters, and one more on others: fewer are a logo
_FEW_LETTERS = 50
_PART = 0.04  # of the page: smaller pictures are ignored
_LINES_IN_PART, _STROKES_IN_PART = 4, 20  # of print in a picture among text; photographs and crests have fewer
_FAINT, _DARKEST = 25, 0.001  # of 255, share: ink of a scan with fewer dark pixels than that
_SLOPES = [
    n / 115 for n in range(-10, 11) if n
]  # of the lines of a scan that went through at an angle: 5° in steps of 0.5°
_STRIPS = 3  # of the page, from top to bottom, in which such a scan has lines at least; there are twice as many
_SLICES = 24  # of a page that are shifted against each other to make such lines level
_RULE = 64  # pixels, a power of two: higher than a line of print
_PAD = 0.35  # of the letter size: ink around a letter that is still its own


def look(handle: int, page: RawPage, things: PageObjects) -> tuple[bool, bool]:
    """Return whether lines of print are drawn where the text of the page has no line, and whether a picture is lost
    because it cannot be decoded.
    """
    body = [line for line in page.lines if _MARGIN * page.height < line.y < (1 - _MARGIN) * page.height]
    few = sum(len(line.text) for line in body) < _FEW_LETTERS
    scan = _may_be_scan(handle, page, things, body, few)
    curves = scan or _may_be_curves(things)
    whole = curves or (few and len(things.of_kind(objects.PATH)) >= _SHAPES)
    pictured = bool(things.pictures) and geometry.share(things.pictures, documents.page_box(handle)) >= _PART
    if not (whole or pictured):
        return False, False
    seen = documents.view(handle)
    drawn = _Drawn(handle, page, things)
    parts = [(*seen(left, bottom), *seen(right, top)) for left, bottom, right, top in things.pictures]
    if whole:
        found = drawn.lines_of_print([], _STROKES, rules=curves) >= (_LINES if few else _LINES + 1)
        found = found or (scan and few and drawn.has_poor_print())
    else:
        found = drawn.lines_of_print(parts, _STROKES_IN_PART) >= _LINES_IN_PART
    blank = (thing for thing, part in zip(things.picturing, parts, strict=True) if pictured and drawn.is_blank(part))
    return found, any(map(things.is_lost, blank))


def _may_be_scan(handle: int, page: RawPage, things: PageObjects, body: Sequence[Line], few: bool) -> bool:
    """Return whether what fills the page may be a scan.

    `body` are its lines outside the margins. With `few`, they have few letters.
    """
    sheet = documents.page_box(handle)
    if few and not things.pictures:  # a pattern, a mask or a shading may show print as well
        drawn = (box for box, kind in zip(things.bounds, things.kinds, strict=True) if kind != objects.TEXT)
        return geometry.is_scan(list(drawn), sheet)
    if not things.pictures or not geometry.is_scan(things.pictures, sheet):
        return False
    return (
        len({int(line.y // 4) for line in body} | {int((line.y - line.size) // 4) for line in body})
        < (_FULL * page.height / 4)
        and sum(1.2 * line.size for line in body) < _FULL * page.height
    )


def _may_be_curves(things: PageObjects) -> bool:
    return sum(_letters(things)) >= _SHAPES


def _letters(things: PageObjects) -> Iterator[int]:
    """Return how many letters each shape on the page may be."""
    for z in things.others:
        thing, kind, box = things.objects[z], things.kinds[z], things.bounds[z]
        if kind == objects.FORM:
            for shape in things.shapes_in_forms.get(thing, ()):
                yield _letters_of(shape, objects.kind_of(shape), _LINE[0], _LINE[0])
        elif kind != objects.TEXT and box[3] - box[1] >= 1:
            yield _letters_of(thing, kind, box[2] - box[0], box[3] - box[1])


def _letters_of(shape: int, kind: int, wide: float, high: float) -> int:
    if kind == objects.PATH:
        segments: int = objects.count_segments(shape)
        if segments >= _LONG:
            return segments // _LONG + 1
        return int(segments >= _SEGMENTS and high < _LINE[1])
    if kind not in (objects.IMAGE, objects.SHADING) or high >= _LINE[1]:
        return 0
    return max(1, round(wide / high)) if high >= _LINE[0] else 1  # it may show a whole line


class _Drawn:
    """A page drawn without its text."""

    def __init__(self, handle: int, page: RawPage, things: PageObjects) -> None:
        wide, high = documents.page_width(handle), documents.page_height(handle)
        self._scale = min(_SCALE, (_PIXELS / max(1.0, wide * high)) ** 0.5)
        width, height = max(1, int(wide * self._scale)), max(1, int(high * self._scale))
        texts = [things.objects[z] for z in things.of_kind(objects.TEXT)] + things.texts_in_forms
        with left_out(texts):
            self._rows = drawing.rows(handle, width, height, depth=1, notes=False)
        self._ground = paper(self._rows)
        self._lines = page.lines

    def lines_of_print(self, within: Sequence[geometry.Box], strokes: int, *, rules: bool = True) -> int:
        """Return how many lines of print are drawn where the text has no line.

        `within` are parts of the page to examine, or nothing for the whole page. Without `rules`, upright lines longer
        than letters do not count, as those of an empty table.
        """
        ink = self._dark
        ink = ink if rules else _without_rules(ink)
        if not within:
            return _count(ink, self._scale, strokes)
        return sum(_count(self._cut(ink, part), self._scale, strokes) for part in within)

    def has_poor_print(self) -> bool:
        """Return whether there are lines of print that are faint, or not level."""
        ink = self._dark
        if sum(row.count(1) for row in ink) < _DARKEST * len(ink) * len(ink[0]):
            ink = self._ink(_FAINT)
            if _count(ink, self._scale, _STROKES) >= _LINES:
                return True
        # A narrow strip of such lines is nearly level.
        wide = len(ink[0]) // (2 * _STRIPS)
        strips = ([row[n * wide : (n + 1) * wide] for row in ink] for n in range(2 * _STRIPS))
        if sum(_count(strip, self._scale, _STROKES // 2) >= _LINES for strip in strips) < _STRIPS:
            return False
        return any(_count(_level(ink, slope), self._scale, _STROKES) >= _LINES for slope in _SLOPES)

    @cached_property
    def _dark(self) -> list[bytes]:
        return self._ink(_DARK)

    def _ink(self, least: int) -> list[bytes]:
        """Return the picture with 1 for each pixel of ink outside the known lines."""
        black = bytes(abs(level - self._ground) > least for level in range(256))
        return [row.translate(black) for row in _blanked(self._rows, self._ground, self._lines, self._scale)]

    def is_blank(self, part: geometry.Box) -> bool:
        """Return whether nothing is drawn in a part of the page."""
        plain = bytes((self._ground,))
        return all(len(row) == row.count(plain) for row in self._cut(self._rows, part))

    def _cut(self, rows: Sequence[bytes], part: geometry.Box) -> list[bytes]:
        left, right = (max(0, int(self._scale * x)) for x in sorted(part[::2]))
        top, bottom = (max(0, int(self._scale * y)) for y in sorted(part[1::2]))
        return [row[left:right] for row in rows[top:bottom]]


def _blanked(rows: Sequence[bytes], ground: int, lines: Sequence[Line], scale: float) -> list[bytes]:
    """Return the rows of a picture with known lines painted over in the colour of the paper."""
    cleared = [bytearray(row) for row in rows]
    for line in lines:
        if line.sideways:
            continue
        pad = _PAD * line.size
        left, right = max(0, int((line.x0 - pad) * scale)), max(0, int((line.x1 + pad) * scale))
        top, bottom = int((line.y - line.size - pad) * scale), int((line.y + pad + 0.25 * line.size) * scale)
        for y in range(max(0, top), min(len(cleared), bottom)):
            end = min(right, len(cleared[y]))
            if end > left:
                cleared[y][left:end] = bytes((ground,)) * (end - left)
    return [bytes(row) for row in cleared]


def _without_rules(ink: Sequence[bytes]) -> list[bytes]:
    """Return a picture of ink without its upright runs that are longer than a letter."""
    rows = [int.from_bytes(row, "big") for row in ink]
    held, step = rows, 1
    while step < _RULE:
        held = [one & other for one, other in zip(held, held[step:] + [0] * step, strict=True)]
        step *= 2
    while step > 1:
        step //= 2
        held = [one | other for one, other in zip(held, [0] * step + held[:-step], strict=True)]
    wide = len(ink[0])
    return [(row & ~run).to_bytes(wide, "big") for row, run in zip(rows, held, strict=True)]


def _level(ink: Sequence[bytes], slope: float) -> list[bytes]:
    """Return a picture of ink with its upright slices shifted, so that lines with this slope are level."""
    wide = -(-len(ink[0]) // _SLICES)
    shifts = [round(slope * (n + 0.5 - _SLICES / 2) * wide) for n in range(_SLICES)]
    most = max(map(abs, shifts))
    blank = [bytes(len(ink[0]))] * most
    padded = [*blank, *ink, *blank]
    slices = [
        [row[n * wide : (n + 1) * wide] for row in padded[most + shift : most + shift + len(ink)]]
        for n, shift in enumerate(shifts)
    ]
    return list(map(b"".join, zip(*slices, strict=True)))


def _count(rows: Sequence[bytes], scale: float, least: int) -> int:
    """Runs of rows with many strokes, as high as a line of print and with hardly any stroke above and below."""
    strokes = [row.count(b"\x00\x01") if 1 in row else 0 for row in rows]  # most rows are empty
    upright = sorted(strokes)[len(strokes) // 5] if strokes else 0  # the rules of a table run through most rows
    found = 0
    for many, run in groupby(strokes, key=lambda number: number >= least + upright):
        high = len(list(run)) / scale
        found += many and _LINE[0] <= high <= _LINE[1]
    return found
