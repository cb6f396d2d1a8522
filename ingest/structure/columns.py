"""Find the right edge of the column that each line is in, and the lines that are side by side."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from ingest.structure.draft import WIDE_STEP, Style, ends_sentence
from ingest.structure.page import Line
from ingest.structure.reading_order import is_prose, overlaps

MARGIN = 0.6
"""A share of the letter size. Justified text never leaves more room than this beyond the first word of the next
line."""

_RUN_STEP = 2.5  # a multiple of the leading: a larger step ends a run of lines with the same right edge
_OTHER_SIZE = 0.15  # share of the letter size: text that differs by more has its own width
_SHORT_RUN = 2  # lines: too few to tell the right edge of their column
_LEFT_STEP = 4  # points: left edges that differ by less count as the same
_LEVEL = 0.6  # share of the letter size: baselines that differ by less are at the same height
_TOUCH = 1.0  # point by which adjacent texts may overlap
_SAME_SIZE = 0.5  # points by which the size of body text varies
_SAME_LEFT = 0.3  # of the letter size by which the left edge of one paragraph varies
_UNEVEN = 0.15  # of the letter size: left edges that differ by less may be aligned by their ink
_SHORT_LINE = 0.6  # share of the column width: a shorter line that ends a sentence clearly ends its paragraph
_NEXT_STEP = 4.0  # times the letter size: a line further down is not the next one
_SAME_RIGHT = 1.0  # point: right edges that differ by less count as the same
_OWN_MEASURE_LINES = 3  # lines needed to show a separate width
_OWN_MEASURE_STEP = 1.8  # times the letter size: a larger step separates two texts
_NARROWER = 2.0  # times the letter size by which such a text must be narrower than the text around it
_ENDS_NEEDED = 3  # such paragraph ends needed to decide how a document separates paragraphs
_UNEVEN_LINES = 0.6  # share of the lines of a text set flush right that have a left edge of their own
_MOSTLY = 0.8  # share of these ends that space must follow


def right_edges(lines: list[Line], style: Style) -> list[float]:
    """Return the right edge of each line's column, judged by the lines around it."""
    edges: list[float] = []
    start = 0
    for at in range(1, len(lines) + 1):
        if at < len(lines) and _same_run(lines[at - 1], lines[at], style):
            continue
        edges += [max([line.x1 for line in lines[start:at]])] * (at - start)
        start = at
    # A short run is weak evidence: its edge is that of any text of its size with the same left edge.
    lefts = [(round(line.x0 / _LEFT_STEP), round(line.size)) for line in lines]
    by_left: dict[tuple[int, int], float] = {}
    for line, left in zip(lines, lefts, strict=True):
        if line.x1 > by_left.get(left, 0.0):
            by_left[left] = line.x1
    runs = Counter(edges)
    edges = [
        max(edge, by_left.get(left, 0.0)) if runs[edge] <= _SHORT_RUN else edge
        for edge, left in zip(edges, lefts, strict=True)
    ]
    for first, end, edge in _own_measures(lines, edges):
        edges[first:end] = [edge] * (end - first)
    return edges


def move_flush_right(lines: list[Line]) -> None:
    """Move text with an uneven left edge to the left, so that its paragraphs are found like those of other text."""
    run: list[Line] = []
    for above, line in pairwise(lines):
        if abs(line.x1 - above.x1) < _SAME_RIGHT and _goes_on_flush_right(above, line):
            run = [*(run or [above]), line]
        elif run:
            _move_left(run)
            run = []
    _move_left(run)


def _move_left(run: list[Line]) -> None:
    if len(run) >= _OWN_MEASURE_LINES and _is_flush_right(run):
        left = min([line.x0 for line in run])
        for line in run:
            line.x0, line.x1 = left, line.x1 - (line.x0 - left)


def _goes_on_flush_right(above: Line, line: Line) -> bool:
    return (
        0 < line.y - above.y < _OWN_MEASURE_STEP * line.size
        and abs(line.size - above.size) < _SAME_SIZE
        and not (line.sideways or line.gaps or above.gaps)
    )


def _is_flush_right(run: list[Line]) -> bool:
    """Return whether lines with the same right edge are prose whose left edge is uneven.

    Justified text has one or two left edges, and numbers in front of them another.
    """
    lefts = sorted(line.x0 for line in run)
    different = 1 + sum(other - one > _UNEVEN * run[0].size for one, other in pairwise(lefts))
    if different < max(_OWN_MEASURE_LINES, _UNEVEN_LINES * len(run)):
        return False
    full = all(
        ends_sentence(above.text) or above.x0 - lefts[0] <= width_of_first_word(line) + MARGIN * line.size
        for above, line in pairwise(run)
    )
    return full and is_prose([line.text for line in run[1:]])


def width_of_first_word(line: Line) -> float:
    """Return the approximate width in points of a line's first word and the space after it."""
    end = line.text.find(" ")
    letters = len(line.text)
    return (line.x1 - line.x0) * ((letters if end < 0 else end) + 1) / (letters or 1)


def _own_measures(lines: list[Line], edges: list[float]) -> Iterator[tuple[int, int, float]]:
    """Find prose in a narrower column, such as a block quote or text next to a picture.

    Yields the index of its first line, the index after its last line, and its right edge. In such prose, consecutive
    lines have the same left edge and leave no room for the first word of the next line.
    """
    start = 0
    while start < len(lines):
        end, edge = start + 1, lines[start].x1
        tightest = float("inf")  # the rightmost edge at which no line has room for the next word
        while end < len(lines) and _goes_on_below(lines[end - 1], lines[end]):
            limit = lines[end - 1].x1 + width_of_first_word(lines[end]) + MARGIN * lines[end].size
            if max(edge, lines[end].x1) >= min(tightest, limit):
                break
            edge, tightest = max(edge, lines[end].x1), min(tightest, limit)
            end += 1
        narrower = end - start >= _OWN_MEASURE_LINES and edge < edges[start] - _NARROWER * lines[start].size
        if narrower and is_prose([line.text for line in lines[start + 1 : end]]):
            yield start, end, edge
        start = max(end - 1, start + 1) if end - start > 1 else end


def _goes_on_below(above: Line, line: Line) -> bool:
    step = line.y - above.y
    return (
        0 < step < _OWN_MEASURE_STEP * line.size
        and abs(line.x0 - above.x0) < _LEFT_STEP
        and abs(line.size - above.size) < _SAME_SIZE
        and not line.sideways
    )


def _same_run(above: Line, line: Line, style: Style) -> bool:
    near = 0 < line.y - above.y < _RUN_STEP * style.leading * max(line.size, above.size)
    return near and abs(line.size - above.size) < _OTHER_SIZE * line.size and overlaps(above, line)


def space_ends_paragraphs(free: list[list[Line]], edges: list[list[float]], style: Style) -> bool:
    """Return whether there is space after nearly every paragraph that clearly ends in a short line."""
    ends = wide = 0
    for lines, reach in zip(free, edges, strict=True):
        if any(line.sideways for line in lines):
            lines = [line for line in lines if not line.sideways]
            reach = right_edges(lines, style)
        for above, line, edge in zip(lines, lines[1:], reach, strict=False):
            if _ends_short(above, line, edge, style):
                ends += 1
                wide += line.y - above.y > WIDE_STEP * style.leading * line.size
    return ends >= _ENDS_NEEDED and wide >= _MOSTLY * ends


def _ends_short(above: Line, line: Line, edge: float, style: Style) -> bool:
    """Return whether `above` ends its paragraph in a short line, with body text at the same left edge below."""
    same = abs(above.size - style.size) < _SAME_SIZE and abs(line.x0 - above.x0) < _SAME_LEFT * style.size
    short = above.x1 - above.x0 < _SHORT_LINE * (edge - above.x0)
    return same and short and 0 < line.y - above.y < _NEXT_STEP * line.size and ends_sentence(above.text)


def beside(lines: list[Line]) -> list[bool]:
    """Return, for each line, whether there is other text beside it at the same height: table cells, boxes or
    columns.
    """
    found = [False] * len(lines)
    order = sorted(range(len(lines)), key=lambda at: lines[at].y)
    for rank, at in enumerate(order):
        line = lines[at]
        for other in order[rank + 1 :]:
            if lines[other].y - line.y > _LEVEL * line.size:
                break
            if lines[other].x0 >= line.x1 - _TOUCH or lines[other].x1 <= line.x0 + _TOUCH:
                found[at] = found[other] = True
    return found
