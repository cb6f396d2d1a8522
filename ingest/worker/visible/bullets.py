"""Find bullets that are drawn as shapes, as browsers do, and put them in the text as signs."""

from collections import defaultdict

from ingest.structure.page import Line, RawPage
from ingest.worker.pdfium import objects
from ingest.worker.pdfium.documents import View
from ingest.worker.visible.page_objects import PageObjects

_SIGN = "• "
_LEAST, _MOST = 0.15, 0.65  # times the letter size: how wide and high a bullet is
_SQUARE = 0.25  # how far the width and height of a bullet differ, as a share
_REACH = 2.5  # times the letter size: the text is no further to the right
_LOW, _HIGH = 0.0, 0.8  # times the letter size above the baseline, where the middle of a bullet is
_SMALLEST, _LARGEST = 1.5, 12.0  # points: other shapes are not examined
_ROUND = 4  # segments: an outline with more is a circle; one with fewer is a box to be ticked
_TOGETHER = 2  # bullets of one colour below each other; a legend has one of each colour

_Look = tuple[int, int, tuple[int, int, int]]


def mark(page: RawPage, things: PageObjects, seen: View) -> None:
    """Put a bullet before each line that has one. `seen` converts points of the file to points of the page."""
    small = _small(things)
    if len(small) < _TOGETHER:
        return
    lists: dict[_Look, list[tuple[Line, float]]] = defaultdict(list)
    for z, colour in zip(small, objects.fill_colours([things.prepared[z] for z in small]), strict=True):
        left, bottom, right, top = things.bounds[z]
        (x0, y0), (x1, y1) = seen(left, bottom), seen(right, top)
        start, wide, middle = min(x0, x1), abs(x1 - x0), (y0 + y1) / 2
        for line in page.lines if _may_be_bullet(things.objects[z]) else ():
            if _is_before(line, start, wide, middle):
                lists[round(start), round(wide), colour].append((line, start))
    for found in lists.values():
        if len({id(line) for line, _ in found}) < _TOGETHER:
            continue
        for line, start in found:
            if not line.text.startswith(_SIGN):
                line.text = _SIGN + line.text
                line.gaps = tuple(gap + len(_SIGN) for gap in line.gaps)
                line.x0 = start


def _small(things: PageObjects) -> list[int]:
    """Return the places in the drawing order of paths that are as wide as high, and small."""
    found = []
    for z in things.others:
        left, bottom, right, top = things.bounds[z]
        wide, high = right - left, top - bottom
        if _SMALLEST <= wide <= _LARGEST and abs(wide - high) <= _SQUARE * wide and things.kinds[z] == objects.PATH:
            found.append(z)
    return found


def _may_be_bullet(path: int) -> bool:
    filled, stroke = objects.painted(path)
    return filled or (stroke > 0 and objects.count_segments(path) > _ROUND)


def _is_before(line: Line, start: float, wide: float, middle: float) -> bool:
    """Return whether a shape is level with a line and before it."""
    above = (line.y - middle) / line.size
    return (
        0 < line.x0 - start - wide < _REACH * line.size
        and _LOW < above < _HIGH
        and _LEAST * line.size <= wide <= _MOST * line.size
        and not (line.sideways or line.slanted)
    )
