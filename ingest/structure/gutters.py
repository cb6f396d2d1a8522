"""Find the space between columns of text, where the file draws them row by row, and split lines at it."""

from ingest.structure.page import Line

_NEXT_ROW, _NEXT_PARAGRAPH = 2.0, 3.0  # times the letter size: the next row is nearer, or has a space above it
_WIDEST = 0.6  # share of the letter size: the maximum average width of the letters of a text
_EDGE = 3.0  # points by which the left edge of a column varies
_SAME_SIZE = 0.5  # points by which the size of the letters in a column varies


def split_cells(line: Line) -> list[Line]:
    """Split a line at its wide gaps, and return the parts as lines."""
    if not line.gaps:
        return [line]
    starts = [0, *line.gaps]
    known = len(line.gap_edges) == len(line.gaps)
    width = min((line.x1 - line.x0) / max(1, len(line.text)), _WIDEST * line.size)
    cells = []
    for at, (start, end) in enumerate(zip(starts, [*line.gaps, len(line.text)], strict=True)):
        text = line.text[start:end].strip()
        last = end == len(line.text)
        x0, x1 = line.x0, line.x1
        if start:
            x0 = line.gap_edges[at - 1][1] if known else line.x1 - width * len(text)
        if not last:
            x1 = line.gap_edges[at][0] if known else line.x0 + width * (end - start)
        cells.append(
            Line(
                text,
                x0,
                x1,
                line.y,
                line.size,
                line.bold,
                line.bold_end,
                line.italic,
                line.box,
                hyphen=line.hyphen and last,
            )
        )
    return cells


def goes_on(run: list[Line], line: Line) -> bool:
    """Return whether a line is the next row of columns, or the next line of one of two where the other has none."""
    step = (line.y - run[-1].y) / (run[-1].size or 1.0)
    if line.sideways or not 0.5 < step < _NEXT_PARAGRAPH:
        return False
    if line.gaps:
        return len(line.gaps) == len(run[0].gaps) and (step < _NEXT_ROW or bool(_gutter([*run, line])))
    same = line.bold == run[0].bold and abs(line.size - run[0].size) < _SAME_SIZE and step < _NEXT_ROW
    return same and column_of(run, line) is not None


def without_labels(lines: list[Line]) -> list[Line]:
    """Separate the text from the bold label beside it, where a line is the last one of the label and the first one of
    the text.
    """
    result = lines[:1]
    for above, line, below in zip(lines, lines[1:], [*lines[2:], None], strict=False):
        if below is None or not _splits_label(above, line, below):
            result.append(line)
            continue
        label, text = split_cells(line)
        label.bold_end, text.bold, text.size = True, False, below.size
        result += [label, text]
    return result


def _splits_label(above: Line, line: Line, below: Line) -> bool:
    """Return whether a line is the last one of a bold label and the first one of the text beside it.

    Browsers draw these one after the other, so that PDFium takes them for one line.
    """
    if len(line.gap_edges) != 1 or not line.bold or line.bold_end or line.sideways:
        return False
    _, start = line.gap_edges[0]
    return (
        above.bold
        and above.bold_end
        and abs(above.x0 - line.x0) < _EDGE
        and above.x1 < start
        and 0 < line.y - above.y < _NEXT_ROW * above.size
        and abs(below.x0 - start) < _EDGE
        and not below.bold
        and 0 < below.y - line.y < _NEXT_ROW * below.size
    )


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
