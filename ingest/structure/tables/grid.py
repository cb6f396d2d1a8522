"""Assign the pieces of lines to the columns of a table, and divide those that extend over two."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from ingest.structure.page import Line
from ingest.structure.tables.cells import EDGE, SAME, Cell

_LETTERS = 12  # in a line that shows how wide the letters are
_GUESS = 1.2  # times the letter size by which the place of a word can be misjudged
_NARROW = frozenset(" iljtfr.,:;’'()I-")  # letters of half the usual width


def in_columns(cells: Sequence[Cell], lefts: Sequence[float], asking: int) -> list[Cell]:
    """Return the cells with their columns, where pieces of one line in the same column are one cell.

    `lefts` is where the columns start. A cell that extends over several has the column -1. If other cells are beside
    it, the spaces between them are too narrow to be seen: it is divided, or else it is in the column `asking` if it
    reaches that.
    """
    result: list[Cell] = []
    joined = _joined(cells, lefts)
    scale = _scale(joined)
    for cell in joined:
        after = cell.column + 1
        if after == len(lefts) or cell.line.x1 <= lefts[after] + EDGE:
            result.append(cell)
            continue
        if not any(other is not cell and abs(other.line.y - cell.line.y) < SAME for other in joined):
            cell.column = -1
            result.append(cell)
            continue
        within = after + 1 == len(lefts) or cell.line.x1 <= lefts[after + 1] + EDGE
        parts = _divided(cell.line, lefts[after], scale) if within else None
        if parts:
            result += [Cell(part, cell.source, cell.column + n) for n, part in enumerate(parts)]
        else:
            cell.column = asking if cell.column < asking and cell.line.x1 > lefts[asking] + EDGE else cell.column
            result.append(cell)
    return result


def _joined(cells: Sequence[Cell], lefts: Sequence[float]) -> list[Cell]:
    result: list[Cell] = []
    for cell in cells:
        line = cell.line
        column = max((at for at, left in enumerate(lefts) if left - EDGE <= line.x0), default=0)
        last = result[-1] if result else None
        if last is not None and last.source is cell.source and last.column == column:
            last.line.text += f" {line.text}"
            last.line.x1, last.line.bold_end, last.line.hyphen = line.x1, line.bold_end, line.hyphen
        else:
            result.append(Cell(line, cell.source, column))
    return result


def _scale(cells: Sequence[Cell]) -> float:
    """Return how wide a letter of the usual width is, in points."""
    lines = [cell.line for cell in cells if len(cell.line.text) >= _LETTERS]
    return median((line.x1 - line.x0) / _width(line.text) for line in lines) if lines else 1.0


def _width(text: str) -> float:
    """Return the width of a text, in letters of the usual width."""
    narrow = sum(map(_NARROW.__contains__, text))
    wide = sum(letter.isupper() or letter in "mw" for letter in text)
    return len(text) - 0.5 * narrow + 0.3 * wide


def _divided(line: Line, left: float, scale: float) -> tuple[Line, Line] | None:
    """Return the two parts of a line, if the words after one of its spaces begin where a column does."""
    text = line.text
    starts = {at + 1: abs(line.x1 - scale * _width(text[at + 1 :]) - left) for at, c in enumerate(text) if c == " "}
    at = min(starts, key=starts.__getitem__, default=0)
    if not at or starts[at] > _GUESS * line.size:
        return None
    first = replace(line, text=text[: at - 1], hyphen=False, x1=left - EDGE, gaps=(), gap_edges=())
    return first, replace(line, text=text[at:], x0=left, gaps=(), gap_edges=())
