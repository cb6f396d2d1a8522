"""Find frames and coloured backgrounds around text, such as the box in which a response prints a recommendation."""

from collections.abc import Iterator
from itertools import combinations

from ingest.structure.page import RawPage
from ingest.worker.pdfium import objects
from ingest.worker.pdfium.binding import Box, prepared
from ingest.worker.pdfium.documents import View
from ingest.worker.visible.page_objects import PageObjects

_WIDTH, _HEIGHT = 80.0, 12.0  # points: the minimum size of a box
_PART = 4.0  # points: the minimum height of a part of a box
_RULE = 3.0  # points: anything narrower is a line
_TOUCH = 3.0  # points between two parts of one box
_EDGE = 2.0  # points by which the edges of the parts of a box vary
_REACH = 3.0  # points by which letters may extend beyond their box
_PAGE_WIDTH, _PAGE_HEIGHT = 0.9, 0.8  # share of the page: anything larger is the background of the whole page
_SEGMENTS = 20  # a path with more is a drawing
_MOST = 300  # boxes on a page that are examined
_MOST_RULES = 60  # rules on a page: more are those of a table
_WHITE = (0xFF, 0xFF, 0xFF)


def mark(page: RawPage, things: PageObjects, seen: View) -> None:
    """Set the number of the box that each line is in. `seen` converts points of the file to points of the page."""
    boxes = [*_grounds(page, things, seen), *_ruled(page, things, seen)]
    boxes.sort(key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
    for line in page.lines if boxes else ():
        for number, (left, top, right, bottom) in enumerate(boxes, 1):
            if left - _REACH <= line.x0 and line.x1 <= right + _REACH and top < line.y < bottom + _EDGE:
                line.box = number
                break


def _grounds(page: RawPage, things: PageObjects, seen: View) -> list[Box]:
    """Return rectangles with a fill colour or an outline.

    Parts that touch, such as one per line of text, are joined.
    """
    found = []
    for place, box in _paths(things, seen):
        wide, high = box[2] - box[0], box[3] - box[1]
        whole_page = wide > _PAGE_WIDTH * page.width and high > _PAGE_HEIGHT * page.height
        if wide >= _WIDTH and high >= _PART and not whole_page and _is_painted(things.objects[place]):
            found.append(box)
        if len(found) == _MOST:
            break
    return [box for box in _joined(found) if box[3] - box[1] >= _HEIGHT]


def _is_painted(path: int) -> bool:
    if objects.count_segments(path) > _SEGMENTS:
        return False
    filled, stroke = objects.painted(path)
    return stroke > 0 or (filled and objects.fill_colours([prepared(path)]) != [_WHITE])


def _ruled(page: RawPage, things: PageObjects, seen: View) -> Iterator[Box]:
    """Yield the areas between two vertical rules of the same height with no other rule between them, as there would be
    in a table.
    """
    rules = [box for _, box in _paths(things, seen) if box[2] - box[0] < _RULE and box[3] - box[1] >= _HEIGHT]
    rules = _joined(rules)
    if len(rules) > _MOST_RULES:
        return
    for left, right in combinations(sorted(rules), 2):
        level = abs(left[1] - right[1]) < _REACH and abs(left[3] - right[3]) < _REACH
        if level and right[0] - left[2] >= _WIDTH and left[3] - left[1] < _PAGE_HEIGHT * page.height:
            between = (rule for rule in rules if left[2] + _RULE < rule[0] < right[0] - _RULE)
            if not any(rule[1] < left[3] and rule[3] > left[1] for rule in between):
                yield left[0], left[1], right[2], left[3]


def _paths(things: PageObjects, seen: View) -> Iterator[tuple[int, Box]]:
    """Yield the position of each path among the page's objects, and its box on the page as displayed."""
    for place in things.of_kind(objects.PATH):
        left, bottom, right, top = things.bounds[place]
        (x, y), (other_x, other_y) = seen(left, bottom), seen(right, top)
        yield place, (min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y))


def _joined(boxes: list[Box]) -> list[Box]:
    """Join boxes that are stacked and have the same left and right edges."""
    result: list[Box] = []
    for box in sorted(boxes, key=lambda box: (round(box[0] / _EDGE), round(box[2] / _EDGE), box[1])):
        last = result[-1] if result else None
        same = last is not None and abs(last[0] - box[0]) < _EDGE and abs(last[2] - box[2]) < _EDGE
        if last is not None and same and box[1] - last[3] < _TOUCH:
            result[-1] = (last[0], last[1], last[2], max(last[3], box[3]))
        else:
            result.append(box)
    return result
