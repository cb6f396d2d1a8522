"""Render part of a page, to find out what a person can see there when objects overlap."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import sub

from ingest.worker.pdfium import documents, drawing, objects
from ingest.worker.visible import geometry

_SCALE = 2.0  # pixels a point
_PIXELS = 6_000_000  # of a part at most; a larger one is drawn smaller
_SAME_COLOUR = 26  # of 255: two colours that differ less are the same to the eye in letters of a text
_SAME_IN_LARGE, _LARGE = 12, 20.0  # the same in letters that are so many points high
_BUSY = 0.1  # share of a letter's place: hatching leaves at least that much, or covers it
_DARK = 80  # of 255: below that, colours cannot be told apart by their hue, only by their brightness
_CONTRAST = 1.35  # contrast ratio (WCAG 2): two dark colours with less look the same
_LINEAR = [n / 12.92 if n <= 0.04045 else ((n + 0.055) / 1.055) ** 2.4 for n in (level / 255 for level in range(256))]
_GREY = 40  # of 255: how far red, green and blue of a grey are apart at most


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

    def changed(self, other: "Part", area: geometry.Box, upright: bool = True) -> tuple[int, int]:
        """Return in how many rows an area differs from another drawing of the same part, and how many rows it has.

        `upright` is False for text that runs up or down the page. Its rows are columns of the page.
        """
        rows, columns = self.cut(area)
        ones, others = ([row[columns] for row in part.rows[rows]] for part in (self, other))
        if not upright:
            ones, others = _turned(ones), _turned(others)
        pairs = list(zip(ones, others, strict=True))
        differing = [pair for pair in pairs if pair[0] != pair[1]]
        least = _SAME_IN_LARGE if area[3] - area[1] > _LARGE else _SAME_COLOUR
        # The middle of a letter is nearly always enough to tell.
        if differing and 2 * len(differing) > len(pairs) and _differ(*differing[len(differing) // 2], least):
            return len(differing), len(pairs)
        return sum(_differ(one, two, least) for one, two in differing), len(pairs)

    def count(self, other: "Part", area: geometry.Box) -> int:
        """Return in how many pixels an area differs from another drawing of the same part."""
        rows, columns = self.cut(area)
        found = 0
        for one, two in zip(self.rows[rows], other.rows[rows], strict=True):
            apart = list(map(abs, map(sub, one[columns], two[columns])))
            found += sum(max(apart[at : at + 3]) > _SAME_COLOUR for at in range(0, len(apart), 4))
        return found

    def is_busy(self, area: geometry.Box) -> bool:
        """Return whether an area has many pixels of another colour than its commonest, as under hatching."""
        rows, columns = self.cut(area)
        middle = self.rows[(rows.start + rows.stop) // 2][columns] if rows.start < rows.stop else b""
        if middle == middle[:4] * (len(middle) // 4):  # as nearly always
            return False
        levels = self.levels(area)
        return self._spread(levels) > _BUSY * len(levels)

    @staticmethod
    def _spread(levels: Sequence[int]) -> int:
        lightest, darkest = max(levels), min(levels)
        middle = (lightest + darkest) / 2
        light = sum(level > middle for level in levels)
        return min(light, len(levels) - light) if lightest - darkest > _SAME_COLOUR else 0

    def levels(self, area: geometry.Box) -> list[int]:
        """Return the brightness of each pixel of an area, from 0 to 255. The green channel is used."""
        return list(self._values(area)[1::4])

    def level_rows(self, area: geometry.Box) -> list[bytes]:
        """Return the brightness of each pixel of an area, row by row."""
        rows, columns = self.cut(area)
        return [row[columns][1::4] for row in self.rows[rows]]

    def is_coloured(self, area: geometry.Box) -> bool:
        """Return whether most of an area is neither grey, black nor white."""
        values = self._values(area)
        middles = [sorted(values[n::4])[len(values) // 8] for n in range(3)] if values else [0]
        return max(middles) - min(middles) > _GREY

    def _values(self, area: geometry.Box) -> bytes:
        rows, columns = self.cut(area)
        return b"".join([row[columns] for row in self.rows[rows]])


def _turned(rows: Sequence[bytes]) -> list[bytes]:
    """Return the columns of pixels of a picture."""
    width = len(rows[0]) if rows else 0
    return [b"".join([row[at : at + 4] for row in rows]) for at in range(0, width, 4)]


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


def _differ(one: bytes, two: bytes, least: int) -> bool:
    """Return whether two rows of pixels differ to the eye anywhere: by more than `least` or, if both are dark, by their
    contrast.
    """
    apart = list(map(abs, map(sub, one, two)))
    most = max(apart)
    if most <= least:
        return False
    at = apart.index(most) & ~3  # the pixel that differs most is nearly always enough to tell
    if max(one[at : at + 3] + two[at : at + 3]) > _DARK:
        return True
    return any(
        max(apart[at : at + 3]) > least
        and (
            max(one[at : at + 3] + two[at : at + 3]) > _DARK
            or _contrast(one[at : at + 3], two[at : at + 3]) > _CONTRAST
        )
        for at in range(0, len(apart), 4)
    )


def _contrast(one: bytes, two: bytes) -> float:
    """Return the contrast ratio of two colours (blue, green, red), from 1 to 21."""
    darker, lighter = sorted((_luminance(*one), _luminance(*two)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(blue: int, green: int, red: int) -> float:
    return 0.0722 * _LINEAR[blue] + 0.7152 * _LINEAR[green] + 0.2126 * _LINEAR[red]
