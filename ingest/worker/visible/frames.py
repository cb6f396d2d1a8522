"""Find frames and coloured backgrounds around text, such as the box in which a response prints a recommendation.

Find underlines, too.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import combinations

from ingest.structure.page import Line, RawPage
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
_THIN = 2.0  # points: the height of an underline is less, and its width more
_BELOW = 0.35  # of the letter size: how far an underline is below the baseline, at most
_LOWEST = 20.0  # points: no underline is further below
_REACHES = 0.5  # of the letter size by which it may go beyond the text
_DRAWN = 0.6  # share of the text below which it is drawn
_LONGEST = 120  # letters: longer text is no heading
_WHITE = (0xFF, 0xFF, 0xFF)


def mark(page: RawPage, things: PageObjects, seen: View) -> None:
    """Set the number of the box that each line is in, and which lines are underlined.

    `seen` converts points of the file to points of the page.
    """
    paths = list(_paths(things, seen))
    if not paths:
        return
    _underline(page, [box for _, box in paths], [_as_seen(link, seen) for link in things.links])
    boxes = [*_grounds(page, things, paths), *_ruled(page, paths)]
    boxes.sort(key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
    for line in page.lines if boxes else ():
        for number, (left, top, right, bottom) in enumerate(boxes, 1):
            if left - _REACH <= line.x0 and line.x1 <= right + _REACH and top < line.y < bottom + _EDGE:
                line.box = number
                break


def _underline(page: RawPage, paths: list[Box], links: list[Box]) -> None:
    """Mark the lines of text below which a line is drawn from their start to their end, unless they are links.

    Browsers leave gaps in it where letters descend.
    """
    rules = [box for box in paths if box[3] - box[1] < _THIN and box[2] - box[0] > _THIN]
    if not rules or len(rules) > _MOST:
        return
    lines = sorted(page.lines, key=_baseline)
    heights = list(map(_baseline, lines))
    below: dict[int, list[Box]] = {}  # the rules below each line
    for rule in rules:
        for at in range(bisect_left(heights, rule[3] - _LOWEST), bisect_left(heights, rule[3])):
            line = lines[at]
            if rule[3] - line.y < _BELOW * line.size and rule[0] < line.x1 and rule[2] > line.x0:
                below.setdefault(at, []).append(rule)
    for at, level in below.items():
        line = lines[at]
        near = _REACHES * line.size
        inside = all(line.x0 - near <= rule[0] and rule[2] <= line.x1 + near for rule in level)
        if not inside or len(line.text) > _LONGEST or line.sideways or line.slanted:
            continue
        drawn = sum(rule[2] - rule[0] for rule in level)
        linked = any(link[1] < line.y < link[3] + near and link[0] < line.x1 and link[2] > line.x0 for link in links)
        line.underlined = drawn > _DRAWN * (line.x1 - line.x0) and not linked


def _baseline(line: Line) -> float:
    return line.y


def _grounds(page: RawPage, things: PageObjects, paths: list[tuple[int, Box]]) -> list[Box]:
    """Return rectangles with a fill colour or an outline.

    Parts that touch, such as one per line of text, are joined.
    """
    found = []
    for place, box in paths:
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


def _ruled(page: RawPage, paths: list[tuple[int, Box]]) -> Iterator[Box]:
    """Yield the areas between two vertical rules of the same height with no other rule between them, as there would be
    in a table.
    """
    rules = [box for _, box in paths if box[2] - box[0] < _RULE and box[3] - box[1] >= _HEIGHT]
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
        yield place, _as_seen(things.bounds[place], seen)


def _as_seen(box: Box, seen: View) -> Box:
    left, bottom, right, top = box
    (x, y), (other_x, other_y) = seen(left, bottom), seen(right, top)
    return min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)


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
