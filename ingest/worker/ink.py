"""What does a part of a page look like? The proof of what a person can see there, whatever was drawn over what."""

import math
from collections.abc import Callable

from ingest.worker import geometry, pdfium

View = Callable[[float, float], tuple[float, float]]

_SCALE = 3.0  # pixels a point, where it is looked whether letters can be seen
_BLACK = 80  # of 255: the lightest that a black box in a scan is anywhere
_SAME_COLOUR = 12  # of 255: two colours that differ less are the same to the eye


def view(page: int) -> View:
    """From a point in the space of the file to the page as it is seen: turned, cropped, y down from the top."""
    left, bottom, right, top = pdfium.page_box(page)
    turn = pdfium.page_rotation(page)
    if turn == 1:
        return lambda x, y: (y - bottom, x - left)
    if turn == 2:
        return lambda x, y: (right - x, y - bottom)
    if turn == 3:
        return lambda x, y: (top - y, right - x)
    return lambda x, y: (x - left, top - y)


class Part:
    """A part of a page in colour, large enough to see each letter."""

    def __init__(self, page: int, area: geometry.Box) -> None:
        self._view = view(page)
        left, top, right, bottom = self._seen(area)
        self._left, self._top = int(left * _SCALE) - 4, int(top * _SCALE) - 4
        self._width, height = int((right - left) * _SCALE) + 8, int((bottom - top) * _SCALE) + 8
        self._rows: list[bytes] = []
        if self._width < 10_000 and height < 2_000:
            whole = (int(pdfium.page_width(page) * _SCALE), int(pdfium.page_height(page) * _SCALE))
            corner = (self._left, self._top)
            self._rows = pdfium.rows(page, self._width, height, depth=4, whole=whole, corner=corner)

    def _seen(self, area: geometry.Box) -> tuple[float, float, float, float]:
        (x0, y0), (x1, y1) = self._view(area[0], area[1]), self._view(area[2], area[3])
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def anything(self, area: geometry.Box | None = None) -> bool:
        """Whether there is more than one colour in an area. What cannot be drawn counts as seen."""
        rows = self._rows
        start, end = 0, self._width
        if area is not None:
            left, top, right, bottom = self._seen(area)
            start, end = (max(0, int(side * _SCALE) - self._left) for side in (left, right))
            first, last = (max(0, int(side * _SCALE) - self._top) for side in (top, bottom))
            rows = rows[first:last]
        if not rows or end <= start:
            return True
        cut = b"".join([row[4 * start : 4 * end] for row in rows])
        for colour in range(3):
            values = cut[colour::4]
            one = values[0]
            # Whether any differs from the first by more is told at once, and is so of nearly all letters.
            if values.translate(None, bytes(range(max(0, one - _SAME_COLOUR), min(255, one + _SAME_COLOUR) + 1))):
                return True
            if max(values) - min(values) > _SAME_COLOUR:
                return True
        return False


class Grey:
    """A scan in grey, to see where it is black."""

    def __init__(self, page: int) -> None:
        self._view = view(page)
        wide, high = pdfium.page_width(page), pdfium.page_height(page)
        self._scale = min(1.5, math.sqrt(4_000_000 / max(1.0, wide * high)))
        width, height = max(1, int(wide * self._scale)), max(1, int(high * self._scale))
        self._rows = pdfium.rows(page, width, height, depth=1)

    def black(self, area: geometry.Box) -> bool:
        """Whether no part of an area is light."""
        (x0, y0), (x1, y1) = self._view(area[0], area[1]), self._view(area[2], area[3])
        start, end = (max(0, int(x * self._scale)) for x in (min(x0, x1), max(x0, x1)))
        first, last = (max(0, int(y * self._scale)) for y in (min(y0, y1), max(y0, y1)))
        values = b"".join(row[start : end + 1] for row in self._rows[first : last + 1])
        return bool(values) and max(values) < _BLACK
