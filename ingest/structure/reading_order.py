"""Put the lines of a page in reading order.

The order in the file is nearly always the order in which the author wrote, so it is kept unless the page itself
contradicts it. Rows that run across two columns are taken apart, and a block that comes late in the file but is higher
up in the same column is moved up.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from corpus.model import AsideRole
from ingest.structure import gutters, initials
from ingest.structure.draft import ends_sentence
from ingest.structure.normalise import RAISED
from ingest.structure.page import Line, RawPage

_COLUMN_ROWS = 6  # consecutive rows with a gap in the same place form two columns; fewer may be a table
_LINE_NUMBER = re.compile(r"([\d⁰¹²³⁴-⁹]{1,4})(?:\s+(\S.*)|$)")  # small ones look raised
_LEVELLED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_COUNTED, _MOSTLY_COUNTED = 10, 0.8  # lines of a page, and share of them, that are numbered one by one
_COUNT_EDGE = 12.0  # points by which the left edge of these numbers may vary, with the number of their digits
_GUTTERS = 2  # gaps of such a row: three columns
_COMMENT = re.compile(r"(?:Commented? \[\w+\]|Commented|Deleted|Formatted): ?|Commented? \[\w+\]")
# What may be raised at the start of a piece of a line that PDFium has split there.
_MARK = re.compile(r"(?:[⁰¹²³⁴-⁹]+|\d{1,3}(?:, ?\d{1,3})*|st|nd|rd|th|[ivxlc]{1,6}|[a-z]|[*†‡])(?![^\W_])")
_ORDINAL = re.compile("st|nd|rd|th")
_COMMENT_EDGE = 6.0  # points by which the left edge of a comment may vary
_COMMENT_STEP = 2.0  # times the letter size: the next line of a comment is no further down
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,4}[.)]?")
_NUMBER_REACH = 90.0  # maximum distance in points between a number in the margin and its text
_LEVEL = 0.4  # share of the letter size: baselines that differ by less are at the same height
_WORD_SPACE = 0.8  # times the letter size: the widest space on each side of a piece that is drawn apart
_BESIDE = 0.7  # share by which the height and width of two columns side by side agree
_HOLE = 2.5  # times the letter size: the smallest step between two lines that leaves room for others
_SENTENCES = 2  # lines within sentences that show how far the lines of a paragraph are apart
_NUMBERS_NEEDED = 2  # numbers in a column for them to be paragraph numbers


def in_reading_order(page: RawPage) -> list[Line]:
    """Return the lines of a page in the order in which a person reads them."""
    lines, counted = _without_line_numbers(page.lines)
    return _top_down(_numbers_beside(_comments_last(_apart(_whole(_filled(initials.join(lines))))))) + counted


def overlaps(one: Line, other: Line) -> bool:
    """Return whether two lines are one above the other, for at least half the width of the shorter one."""
    # Called several times for every pair of neighbours, for which min and max would take twice as long.
    left = one.x0 if one.x0 > other.x0 else other.x0
    right = one.x1 if one.x1 < other.x1 else other.x1
    first, second = one.x1 - one.x0, other.x1 - other.x0
    return right - left > 0.5 * (first if first < second else second)


def body_size(pages: Iterable[RawPage]) -> float:
    """Return the size, to half a point, in which most of the text is set."""
    printed: dict[float, int] = {}
    for page in pages:
        for line in page.lines:
            if line.role is None:
                printed[line.size] = printed.get(line.size, 0) + len(line.text)
    sizes: Counter[float] = Counter()
    for size, letters in printed.items():
        sizes[round(size * 2) / 2] += letters
    return sizes.most_common(1)[0][0] if sizes else 10.0


def leading(pages: Iterable[RawPage]) -> float:
    """Return the usual distance between two lines of a paragraph, as a multiple of their size."""
    steps: Counter[float] = Counter()
    within: Counter[float] = Counter()  # where a sentence goes on
    for page in pages:
        for above, line in zip(page.lines, page.lines[1:], strict=False):
            step = (line.y - above.y) / (line.size or 1.0)
            if 0.8 <= step <= 2.6 and abs(line.size - above.size) < 0.5 and overlaps(above, line):
                steps[round(step, 2)] += 1
                if line.text[:1].islower():
                    within[round(step, 2)] += 1
    if within.total() >= _SENTENCES:
        steps = within
    if not steps:
        return 1.2
    # Neighbouring hundredths are the same distance, rounded differently: find the window with the most.
    return max(steps, key=lambda step: sum(steps[round(step + off / 100, 2)] for off in (-2, -1, 0, 1, 2)))


def _without_line_numbers(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Return the lines of a page without the numbers that count all of them in the margin, and these numbers."""
    numbered = [line for line in lines if line.text[:1].isdigit()]
    if len(numbered) < max(_COUNTED, _MOSTLY_COUNTED * (len(lines) - len(numbered))):
        return lines, []
    found = [(line, match) for line in numbered if (match := _LINE_NUMBER.match(line.text)) and not line.sideways]
    numbers = [int(match.group(1).translate(_LEVELLED)) for _, match in found]
    steps = sum(other == one + 1 for one, other in pairwise(numbers))
    held = {id(line) for line, _ in found}
    prose = [match.group(2) for _, match in found if match.group(2)] + [
        line.text for line in lines if id(line) not in held
    ]
    places = [line.x0 for line, _ in found]
    if (
        steps < _MOSTLY_COUNTED * max(len(numbered), len(prose))
        or max(places) - min(places) > _COUNT_EDGE
        or not is_prose(prose)
    ):
        return lines, []
    counted = []
    for line, match in found:
        width = (line.x1 - line.x0) * len(match.group(1)) / len(line.text)
        gap = next((edges for at, edges in zip(line.gaps, line.gap_edges, strict=False) if at == match.start(2)), None)
        end = gap[0] if gap else line.x0 + width
        counted.append(
            Line(match.group(1).translate(_LEVELLED), line.x0, end, line.y, line.size, role=AsideRole.PAGE_NUMBER)
        )
        line.x0 = gap[1] if gap else line.x0 + width + line.size
        line.text = match.group(2)
        line.gaps = tuple(at - match.start(2) for at in line.gaps if at > match.start(2))
        line.gap_edges = line.gap_edges[len(line.gap_edges) - len(line.gaps) :]
    return [line for line in lines if line.text], counted


def _filled(lines: list[Line]) -> list[Line]:
    """Put a piece of a line that is drawn apart, such as a word with a shadow, in the hole that it leaves."""
    holed = [line for line in lines if line.gap_edges and len(line.gap_edges) == len(line.gaps)]
    if not holed:
        return lines
    placed = {id(line) for line in lines if not (line.gaps or line.sideways) and _fills_hole(line, holed)}
    return [line for line in lines if id(line) not in placed] if placed else lines


def _fills_hole(piece: Line, holed: list[Line]) -> bool:
    """Put a piece in the hole of the line that it fits in. Returns whether there is one."""
    for line in holed:
        if abs(line.y - piece.y) > 0.3 * line.size or abs(line.size - piece.size) > 0.2 * line.size:
            continue
        for n, (left, right) in enumerate(line.gap_edges):
            before, after = piece.x0 - left, right - piece.x1
            if all(-0.3 * line.size < space < _WORD_SPACE * line.size for space in (before, after)):
                at = line.gaps[n]
                text = piece.text + " " * (after > 0.12 * line.size)
                line.text = line.text[:at] + text + line.text[at:]
                line.gaps = (*line.gaps[:n], *(gap + len(text) for gap in line.gaps[n + 1 :]))
                line.gap_edges = (*line.gap_edges[:n], *line.gap_edges[n + 1 :])
                return True
    return False


def _whole(lines: list[Line]) -> list[Line]:
    """Join the pieces of a printed line that PDFium has split because something raised is between them."""
    result: list[Line] = []
    for line in lines:
        above = result[-1] if result else None
        if above is None or line.sideways or above.sideways or above.hyphen:
            result.append(line)
            continue
        space = line.x0 - above.x1
        raised = line.size < 0.8 * above.size and line.text.isdigit() and len(line.text) <= 3
        level = abs(line.y - above.y) < (0.6 if raised or len(above.text) <= 3 else 0.15) * max(above.size, line.size)
        mark = None if level or not 0 < above.y - line.y < 0.6 * above.size else _MARK.match(line.text)
        if mark and abs(space) < 0.3 * above.size and not line.gaps:
            level = True
        if not level or not -0.3 * above.size < space < 1.2 * above.size:
            result.append(line)
            continue
        if raised and space < 0.3 * above.size:
            above.text += line.text.translate(RAISED)
        elif mark:
            above.text += _raised(mark) + line.text[mark.end() :]
            above.bold_end = line.bold_end
        else:
            above.text += (" " if space > 0.12 * above.size else "") + line.text
            above.bold_end = line.bold_end
        above.x1 = max(above.x1, line.x1)
        above.hyphen = line.hyphen
        above.size = max(above.size, line.size)
    return result


def _raised(mark: re.Match[str]) -> str:
    """Return the raised mark at the start of a piece of a line, as `glyphs` writes it."""
    text = mark.group()
    if text[0].isdigit():
        return text.translate(RAISED)
    return text if _ORDINAL.fullmatch(text) or not text.isalpha() else f" {text}"


def _apart(lines: list[Line]) -> list[Line]:
    """Separate rows that run across columns of prose: first the left column, then those to the right of it."""
    if any(line.gaps and line.bold and not line.bold_end for line in lines):
        lines = gutters.without_labels(lines)
    result: list[Line] = []
    run: list[Line] = []
    for line in [*lines, None]:
        if line is not None and run and gutters.goes_on(run, line):
            run.append(line)
            continue
        result += _columns(run)
        run = [line] if line is not None and 0 < len(line.gaps) <= _GUTTERS and not line.sideways else []
        if line is not None and not run:
            result.append(line)
    return result


def _columns(run: list[Line]) -> list[Line]:
    if sum(bool(line.gaps) for line in run) < _COLUMN_ROWS:
        return run
    columns: list[list[Line]] = [[] for _ in range(len(run[0].gaps) + 1)]
    for line in run:
        if line.gaps:
            for column, cell in zip(columns, gutters.split_cells(line), strict=True):
                column.append(cell)
        else:
            columns[gutters.column_of(run, line) or 0].append(line)
    if not all(is_prose([cell.text for cell in column]) for column in columns):
        return run
    return [cell for column in columns for cell in column]


def is_prose(rows: list[str]) -> bool:
    """Return whether consecutive rows form prose: many begin in lower case and few end a sentence."""
    return sum(row[:1].islower() for row in rows) >= 0.4 * len(rows) and sum(len(row) for row in rows) > 12 * len(rows)


def _comments_last(lines: list[Line]) -> list[Line]:
    """Move comments that Word prints in the margin to after the text beside them."""
    if not any(_may_be_comment(line.text) for line in lines):
        return lines
    text: list[Line] = []
    comments: list[Line] = []
    for line in lines:
        cells = gutters.split_cells(line)
        at = next((at for at, cell in enumerate(cells) if _COMMENT.match(cell.text)), None)
        if at is None and comments and len(cells) > 1 and _goes_on_comment(comments[-1], cells[-1]):
            at = len(cells) - 1
        if at is None and comments and _goes_on_comment(comments[-1], line):
            at = 0
        if at is None:
            text.append(line)
            continue
        text += cells[:at]
        comments += cells[at:]
    return text + comments


def _may_be_comment(text: str) -> bool:
    # Searching for single words is much faster than matching the pattern.
    return ("Comment" in text or "Deleted" in text or "Formatted" in text) and _COMMENT.search(text) is not None


def _goes_on_comment(above: Line, line: Line) -> bool:
    near = 0 < line.y - above.y < _COMMENT_STEP * line.size
    return near and abs(line.x0 - above.x0) < _COMMENT_EDGE and abs(line.size - above.size) < 1


def _numbers_beside(lines: list[Line]) -> list[Line]:
    """Move each number that the file draws in a separate column to before the line beside it."""
    alone = [line for line in lines if line.text[:1].isdecimal() and _NUMBER.fullmatch(line.text) and not line.sideways]
    if len(alone) < _NUMBERS_NEEDED:
        return lines
    places = {id(line): at for at, line in enumerate(lines)}
    before: dict[int, Line] = {}
    for number in alone:
        level = [
            line
            for line in lines
            if abs(line.y - number.y) < _LEVEL * number.size and 0 < line.x0 - number.x1 < _NUMBER_REACH
        ]
        nearest = min(level, key=lambda line: line.x0, default=None)
        apart = nearest is not None and abs(places[id(nearest)] - places[id(number)]) > 1
        if nearest is not None and apart and " " in nearest.text and id(nearest) not in before:
            before[id(nearest)] = number
    if len(before) < _NUMBERS_NEEDED:
        return lines
    moved = {id(number) for number in before.values()}
    result: list[Line] = []
    for line in lines:
        if id(line) in moved:
            continue
        beside = before.get(id(line))
        if beside is not None:
            line.text, line.x0 = f"{beside.text} {line.text}", beside.x0
            line.gaps = tuple(gap + len(beside.text) + 1 for gap in line.gaps)
        result.append(line)
    return result


def _top_down(lines: list[Line]) -> list[Line]:
    """Move a block that comes late in the file to before the text that is below it on the page."""
    runs: list[list[Line]] = []
    for line in lines:
        above = runs[-1][-1] if runs else None
        if (
            above is None
            or line.y < above.y - 0.6 * above.size
            or not (overlaps(above, line) or abs(line.y - above.y) < 2)
        ):
            runs.append([line])
        else:
            runs[-1].append(line)
    if len(runs) < 2:
        return lines
    runs, moved = _margin_last([part for run in runs for part in _parted(run, runs)])
    placed: list[list[Line]] = []
    for run in runs:
        bottom = max(line.y for line in run)
        at = len(placed)
        while at > 0 and (_stands_above(run, bottom, placed[at - 1]) or _is_left_column(run, placed[at - 1])):
            at -= 1
        if at and all(_is_higher(run, bottom, other) for other in placed):
            at = 0
        moved = moved or at < len(placed)
        placed.insert(at, run)
    return [line for run in placed for line in run] if moved else lines


def _margin_last(runs: list[list[Line]]) -> tuple[list[list[Line]], bool]:
    """Move what is drawn first in the margin on the right, as browsers do, after the text beside it.

    Returns whether there is any.
    """
    text = max(runs, key=len)
    at = runs.index(text)
    first = [run for run in runs[:at] if run[0].y > text[0].y + run[0].size and run[-1].y <= text[-1].y]
    right = max(line.x1 for line in text) if first else 0.0
    margin = [run for run in first if min(line.x0 for line in run) > right]
    if not margin or not is_prose([line.text for line in text]):
        return runs, False
    kept = [run for run in runs[:at] if not any(run is other for other in margin)]
    return [*kept, text, *margin, *runs[at + 1 :]], True


def _parted(run: list[Line], runs: list[list[Line]]) -> Iterator[list[Line]]:
    """Split a run of lines where another run fills a gap between two of them.

    Some programs draw the boxes of a page first and the text around them later. A sentence is never broken up.
    """
    start = 0
    for at in range(1, len(run)):
        above, line = run[at - 1], run[at]
        if line.y - above.y < _HOLE * line.size or (line.text[:1].islower() and not ends_sentence(above.text)):
            continue
        if any(other is not run and _fills(other, above, line) for other in runs):
            yield run[start:at]
            start = at
    yield run[start:]


def _fills(run: list[Line], above: Line, below: Line) -> bool:
    """Return whether a run is between two lines, in the same column."""
    if not all(above.y < line.y < below.y for line in run):
        return False
    return overlaps(run[0], above) or overlaps(run[0], below)


def _is_left_column(run: list[Line], other: list[Line]) -> bool:
    """Return whether a run of lines is the column on the left of another, which the file draws first."""
    if min(len(run), len(other)) < _COLUMN_ROWS or max(line.x1 for line in run) >= min(line.x0 for line in other):
        return False
    top, bottom, start, end = (each.y for each in (run[0], run[-1], other[0], other[-1]))
    wide, high = (
        ([max(line.x1 for line in part) - min(line.x0 for line in part) for part in (run, other)]),
        bottom - top,
    )
    return (
        abs(top - start) < run[0].size
        and min(bottom, end) - max(top, start) > _BESIDE * max(high, end - start)
        and min(wide) > _BESIDE * max(wide)
        and abs(run[0].size - other[0].size) < 1
        and is_prose([line.text for line in run])
        and is_prose([line.text for line in other])
    )


def _is_higher(run: list[Line], bottom: float, other: list[Line]) -> bool:
    return bottom <= min(line.y for line in other) - 0.5 * run[-1].size


def _stands_above(run: list[Line], bottom: float, other: list[Line]) -> bool:
    if not _is_higher(run, bottom, other):
        return False
    left, right = min(line.x0 for line in run), max(line.x1 for line in run)
    return min(right, max(line.x1 for line in other)) - max(left, min(line.x0 for line in other)) > 0
