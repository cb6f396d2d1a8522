"""Join the cells of a table row into one paragraph."""

import re

from ingest.structure.draft import Draft
from ingest.structure.reading_order import is_prose

_ROW_OVERLAP = 0.3  # minimum share of the letter size by which the cells of a row overlap vertically
_CELL_OVERLAP = 0.5  # share of the letter size by which a cell may start left of the end of the previous one
_LEFT_STEP = 3  # points: cells whose left edges differ by less are in the same column
_NEAR_ROWS = 4  # rows above and below that may show that two cells are a table row
_ROW_CELLS = 3  # cells that are enough to form a table row
_COLUMN_LINES = 8  # lines: cells of a table are hardly ever all so long
_SAYS_SOMETHING = 5  # words beside a recommendation: the learning from which it follows, not its number or topic
_RECOMMENDATION = re.compile(r"(?:\w+ )?recommendations?", re.IGNORECASE)

_Box = tuple[float, float, float, float]


def join_rows(blocks: list[Draft]) -> list[Draft]:
    """Return the blocks with the cells of each table row joined.

    A row has three or more cells, or two that are below those of another row. A recommendation beside the learning from
    which it follows stays apart, if the head of its column says what it is. Blocks that are side by side without
    forming a row are marked as not alone.
    """
    boxes = [_box(block) for block in blocks]
    rows = _rows(blocks, boxes)
    lefts = [{round(boxes[cell][2] / _LEFT_STEP) for cell in row} for row in rows]
    result: list[Draft] = []
    apart: float | None = None  # where the column starts that is headed "Recommendation", if it is not the first
    for at, row in enumerate(rows):
        apart = _headed(blocks, row) or apart
        if not _is_table_row(at, row, lefts) or _are_columns([blocks[cell] for cell in row]):
            for cell in row:
                blocks[cell].alone = len(row) == 1
            result += [blocks[cell] for cell in row]
            continue
        whole = blocks[row[0]]
        whole.alone = False
        result.append(whole)
        for cell in row[1:]:
            here = apart is not None and abs(boxes[cell][2] - apart) < _LEFT_STEP
            if here and _words(whole) >= _SAYS_SOMETHING:
                whole = blocks[cell]
                whole.alone = False
                result.append(whole)
            else:
                whole.absorb(blocks[cell])
    return result


def _headed(blocks: list[Draft], row: list[int]) -> float | None:
    """Return where a column headed "Recommendation" starts, if the row is the head of a table that has one beside
    another.
    """
    lines = [blocks[cell].lines[0] for cell in row]
    lefts = [line.x0 for line in lines[1:]]
    texts = [line.text for line in lines[1:]]
    if len(lines) == 1:  # the whole head is one line
        line = lines[0]
        lefts = [right for _, right in line.gap_edges]
        texts = [line.text[start:end].strip() for start, end in zip(line.gaps, [*line.gaps[1:], None], strict=False)]
    for left, text in zip(lefts, texts, strict=False):
        if _RECOMMENDATION.fullmatch(text):
            return left
    return None


def _words(block: Draft) -> int:
    return sum(line.text.count(" ") + 1 for line in block.lines)


def _rows(blocks: list[Draft], boxes: list[_Box]) -> list[list[int]]:
    """Return the groups of blocks that are side by side, as indexes from left to right."""
    rows: list[list[int]] = []
    row_top = row_bottom = row_right = 0.0
    for at, (top, bottom, left, right) in enumerate(boxes):
        size = blocks[at].size
        level = min(bottom, row_bottom) - max(top, row_top) > _ROW_OVERLAP * size
        if rows and level and left >= row_right - _CELL_OVERLAP * size:
            rows[-1].append(at)
            row_top, row_bottom, row_right = min(top, row_top), max(bottom, row_bottom), max(right, row_right)
        else:
            rows.append([at])
            row_top, row_bottom, row_right = top, bottom, right
    return rows


def _is_table_row(at: int, row: list[int], lefts: list[set[int]]) -> bool:
    near = lefts[max(0, at - _NEAR_ROWS) : at] + lefts[at + 1 : at + 1 + _NEAR_ROWS]
    return len(row) >= _ROW_CELLS or (len(row) == 2 and any(len(other & lefts[at]) >= 2 for other in near))


def _are_columns(row: list[Draft]) -> bool:
    """Return whether blocks that are side by side are columns of a text: long prose that begins at one height."""
    return all(
        len(block.lines) >= _COLUMN_LINES
        and abs(block.lines[0].y - row[0].lines[0].y) < 1
        and is_prose([line.text for line in block.lines[1:]])
        for block in row
    )


def _box(block: Draft) -> _Box:
    """Return the top, bottom, left and right of a block."""
    lines = block.lines
    first = lines[0]
    if len(lines) == 1:
        return first.y - first.size, first.y, first.x0, first.x1
    return (
        first.y - first.size,
        max([line.y for line in lines]),
        min([line.x0 for line in lines]),
        max([line.x1 for line in lines]),
    )
