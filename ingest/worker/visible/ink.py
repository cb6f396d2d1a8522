"""Render part of a page, to find out what a person can see there when objects overlap."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import sub

from ingest.worker.pdfium import documents, drawing, objects
from ingest.worker.visible import geometry

_SCALE = 2.0  # pixels per point
_PIXELS = 6_000_000  # maximum size of a part; a larger one is rendered smaller
_SAME_COLOUR = 12  # of 255: colours that differ by less look the same
_BLACK = 80  # of 255: the lightest level of a black box in a scan
_LABEL = 0.15  # maximum share of a black box in a scan that the light letters of a label cover


class Part:
    """Part of a page in colour, as currently rendered, large enough to see each letter."""

    def __init__(self, page: int, area: geometry.Box, *, notes: bool = True) -> None:
        self._view = documents.view(page)
        self._upright = documents.page_rotation(page) == 0
        self._x, _, _, self._y = documents.page_box(page)
        (x0, y0), (x1, y1) = self._view(area[0], area[1]), self._view(area[2], area[3])
        wide, high = documents.page_width(page), documents.page_height(page)
        left, right = max(0.0, min(x0, x1) - 1), min(wide, max(x0, x1) + 1)
        top, bottom = max(0.0, min(y0, y1) - 1), min(high, max(y0, y1) + 1)
        self.rows: list[bytes] = []
        self._left = self._top = self._width = 0
        self._scale = _SCALE
        if left < right and top < bottom:
            self._scale = min(_SCALE, math.sqrt(_PIXELS / ((right - left) * (bottom - top))))
            self._left, self._top = int(left * self._scale), int(top * self._scale)
            self._width = math.ceil(right * self._scale) - self._left
            self.rows = drawing.rows(
                page,
                self._width,
                math.ceil(bottom * self._scale) - self._top,
                depth=4,
                whole=(int(wide * self._scale), int(high * self._scale)),
                corner=(self._left, self._top),
                notes=notes,
            )
            if not self.rows:
                raise MemoryError

    def cut(self, area: geometry.Box) -> tuple[slice, slice]:
        """Return the rows that an area covers, and the slice of each row."""
        if self._upright:  # as nearly always; this is called for every letter
            x0, y0, x1, y1 = area[0] - self._x, self._y - area[3], area[2] - self._x, self._y - area[1]
        else:
            (x0, y0), (x1, y1) = self._view(area[0], area[1]), self._view(area[2], area[3])
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        left, top = math.floor(x0 * self._scale), math.floor(y0 * self._scale)
        right, bottom = math.ceil(x1 * self._scale), math.ceil(y1 * self._scale)
        first, last = max(0, top - self._top), min(len(self.rows), max(bottom, top + 1) - self._top)
        start, end = max(0, left - self._left), min(self._width, max(right, left + 1) - self._left)
        return slice(first, max(first, last)), slice(4 * start, 4 * max(start, end))

    def changed(self, other: "Part", area: geometry.Box) -> tuple[int, int]:
        """Return how many rows of an area differ from another rendering of the same part, and how many rows there
        are.
        """
        rows, columns = self.cut(area)
        pairs = [(one[columns], two[columns]) for one, two in zip(self.rows[rows], other.rows[rows], strict=True)]
        differing = [pair for pair in pairs if pair[0] != pair[1]]
        # The middle of a letter is nearly always enough to decide.
        if differing and 2 * len(differing) > len(pairs) and _differ(*differing[len(differing) // 2]):
            return len(differing), len(pairs)
        return sum(_differ(one, two) for one, two in differing), len(pairs)

    def dark(self, area: geometry.Box) -> bool:
        """Return whether an area is black, except for a label on it."""
        rows, columns = self.cut(area)
        values = b"".join([row[columns] for row in self.rows[rows]])
        light = sum(max(pixel) >= _BLACK for pixel in zip(values[::4], values[1::4], values[2::4], strict=True))
        return bool(4 * light < _LABEL * len(values))

    def contrast(self, area: geometry.Box) -> int:
        """Return the difference between the lightest and the darkest pixel of an area, from 0 to 255."""
        rows, columns = self.cut(area)
        values = b"".join([row[columns] for row in self.rows[rows]])
        return max((max(values[n::4]) - min(values[n::4]) for n in range(3)), default=0) if values else 0


def paper(rows: Sequence[bytes]) -> int:
    """Return the most common grey level of a page."""
    some = b"".join(rows[::7])
    white = some.count(b"\xff")  # nearly always white; counting all 256 levels takes long
    return 255 if 2 * white > len(some) else max(range(256), key=some.count)


@contextmanager
def left_out(wanted: Iterable[int]) -> Iterator[None]:
    """Exclude some objects from rendering while the context is active."""
    left = list(wanted)
    for thing in left:
        objects.set_active(thing, 0)
    try:
        yield
    finally:
        for thing in left:
            objects.set_active(thing, 1)


def _differ(one: bytes, two: bytes) -> bool:
    """Return whether two rows of pixels look different."""
    return bool(max(map(abs, map(sub, one, two))) > _SAME_COLOUR)
