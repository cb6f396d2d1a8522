"""Read tables that are a form for each recommendation: a column of labels in bold, such as "Recommendation", "Action"
and "Lead", with a text beside each.
"""

import re
from collections.abc import Iterator, Sequence

from ingest.structure.draft import Draft, Row, Style
from ingest.structure.page import RawPage
from ingest.structure.tables.cells import EDGE, SAME, Cell, cells_of, draft_of, put, text_of, whole
from ingest.structure.tables.roles import Role, role_of

_HINT = re.compile("recommendation", re.IGNORECASE)
_NUMBERED = re.compile(r"recommendation (?:no\.? ?)?\d{1,3}[.:]?", re.IGNORECASE)
_LABELS_NEEDED = 3  # of two kinds, the recommendation and something about it
_STEP = 1.7  # times the letter size: a larger step ends the text of the last label


def read(pages: list[RawPage], style: Style) -> dict[int, list[list[Draft]]]:
    """Return the rows of the forms on each page that has some. The lines of these pages are replaced by their cells."""
    found: dict[int, list[list[Draft]]] = {}
    for page in pages:
        if any(line.bold and _HINT.match(line.text) for line in page.lines):
            drafts = _read_page(page, style)
            if drafts:
                found[page.number] = [drafts]
    return found


def _read_page(page: RawPage, style: Style) -> list[Draft]:
    cells = cells_of(page, None)
    labels = _labels(cells)
    if len(labels) < _LABELS_NEEDED or len({_role(label) for label in labels}) < 2:
        return []
    rows = list(_rows(labels, cells))
    used = [cell for row in rows for cell in row]
    if not whole(used):
        return []
    drafts = list(_drafts(rows, page.number, style))
    put(page, used, drafts)
    return drafts


def _role(label: Cell) -> Role | None:
    return Role.REQUEST if _NUMBERED.fullmatch(label.line.text) else role_of(label.line.text)


def _labels(cells: Sequence[Cell]) -> list[Cell]:
    """Return the labels of a form: words in bold in one column, each with a text beside it that is no label."""
    first = next((cell for cell in cells if cell.line.bold and _role(cell) is Role.REQUEST), None)
    found: list[Cell] = []
    for cell in cells if first is not None else ():
        if not cell.line.bold or first is None or abs(cell.line.x0 - first.line.x0) > EDGE or _role(cell) is None:
            continue
        level = [other for other in cells if abs(other.line.y - cell.line.y) < SAME and other is not cell]
        if len(level) == 1 and level[0].line.x0 > cell.line.x1 and not (level[0].line.bold and level[0].line.bold_end):
            level[0].column = 1
            found.append(cell)
    texts = [cell.line.x0 for cell in cells if cell.column == 1]
    return found if found and found[0] is first and max(texts) - min(texts) < EDGE else []


def _rows(labels: list[Cell], cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    """Yield each label with the lines of its text."""
    left = min(cell.line.x0 for cell in cells if cell.column == 1)
    for label, following in zip(labels, [*labels[1:], None], strict=True):
        row, bottom = [label], label.line.y
        end = following.line.y - SAME if following else float("inf")
        for cell in cells:
            if cell is label or not label.line.y - SAME < cell.line.y < end:
                continue
            if cell.line.x0 < left - EDGE or cell.line.y - bottom > _STEP * cell.line.size:
                break
            cell.column = 1
            row.append(cell)
            bottom = cell.line.y
        yield row


def _drafts(rows: list[list[Cell]], page: int, style: Style) -> Iterator[Draft]:
    """Yield the paragraphs: a recommendation apart from its label, unless that has its number."""
    for at, row in enumerate(rows):
        label, *text = row
        if _role(label) is not Role.REQUEST:
            yield draft_of(row, page, Row())
            continue
        owner = None
        for other in rows[at + 1 :]:
            if _role(other[0]) is Role.REQUEST:
                break
            if _role(other[0]) is Role.OWNER:
                owner = owner or text_of(other, 1, style)
        request = Row(text_of(text, 1, style), owner)
        if _NUMBERED.fullmatch(label.line.text):
            yield draft_of(row, page, request)
        else:
            yield draft_of([label], page, Row())
            yield draft_of(text, page, request)
