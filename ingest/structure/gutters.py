"""Find the space between columns of text, where the file draws them row by row."""

from ingest.structure.page import Line

_NEXT_ROW, _NEXT_PARAGRAPH = 2.0, 3.0  # times the letter size: the next row is nearer, or has a space above it
_SAME_SIZE = 0.5  # points by which the size of the letters in a column varies


def goes_on(run: list[Line], line: Line) -> bool:
    """Return whether a line is the next row of columns, or the next line of one of two where the other has none."""
    step = (line.y - run[-1].y) / (run[-1].size or 1.0)
    if line.sideways or not 0.5 < step < _NEXT_PARAGRAPH:
        return False
    if line.gaps:
        return len(line.gaps) == len(run[0].gaps) and (step < _NEXT_ROW or bool(_gutter([*run, line])))
    same = line.bold == run[0].bold and abs(line.size - run[0].size) < _SAME_SIZE and step < _NEXT_ROW
    return same and column_of(run, line) is not None


def _gutter(run: list[Line]) -> tuple[float, float] | None:
    """Return where the space between two columns starts and ends, or None if there is none or more than one."""
    edges = [row.gap_edges[0] for row in run if len(row.gap_edges) == len(row.gaps) == 1]
    start, end = max((left for left, _ in edges), default=0.0), min((right for _, right in edges), default=0.0)
    return (start, end) if start < end else None


def column_of(run: list[Line], line: Line) -> int | None:
    """Return in which of two columns a line is, or None if it is in both, or there are not two."""
    gutter = _gutter(run)
    if gutter is None or line.x0 < gutter[1] - 1 < line.x1:
        return None
    return 0 if line.x0 < gutter[0] else 1
