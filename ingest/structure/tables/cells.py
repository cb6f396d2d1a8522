"""The cells of tables whose columns are known, and how they become paragraphs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.model import AsideRole
from ingest.structure import normalise
from ingest.structure.draft import Draft, Row, Style
from ingest.structure.gutters import split_cells
from ingest.structure.page import Line, RawPage

EDGE = 3.0
"""Points by which the left edge of a column varies."""

SAME = 1.0
"""Points by which the baselines of one line vary."""

_MOST = 2_000  # cells of a page


@dataclass(slots=True)
class Cell:
    """A piece of a line, and the column that it is in, or -1 if it extends over several."""

    line: Line
    source: Line
    column: int = 0


def cells_of(page: RawPage, *roles: AsideRole | None) -> list[Cell]:
    """Return the pieces of the lines of a page with these roles, from the top, and in reading order at one height.

    Returns none if there are more than on any printed page, because they would take too long.
    """
    cells = [
        Cell(piece, line)
        for line in page.lines
        if line.role in roles and not (line.sideways or line.slanted)
        for piece in split_cells(line)
        if piece.text
    ]
    cells.sort(key=lambda cell: cell.line.y)
    return cells if len(cells) <= _MOST else []


def whole(used: Sequence[Cell]) -> bool:
    """Return whether these cells are all cells of their lines, so that no text is lost."""
    letters: Counter[int] = Counter()
    for cell in used:
        letters[id(cell.source)] += len(cell.line.text.replace(" ", ""))
    return all(letters[id(cell.source)] == len(cell.source.text.replace(" ", "")) for cell in used)


def put(page: RawPage, used: Sequence[Cell], drafts: list[Draft]) -> None:
    """Put the cells of a table where the lines of the page are that they come from."""
    sources = {id(cell.source) for cell in used}
    at = next(place for place, line in enumerate(page.lines) if id(line) in sources)
    rest = [line for line in page.lines if id(line) not in sources]
    page.lines = [*rest[:at], *(line for draft in drafts for line in draft.lines), *rest[at:]]


def text_of(cells: Sequence[Cell], column: int, style: Style) -> str:
    """Return the text of the cells in a column."""
    text, hyphen = "", False
    for cell in cells:
        if cell.column == column:
            text = normalise.join(text, cell.line.text, hyphen, style.words, style.hyphenated, typeset=style.typeset)
            hyphen = cell.line.hyphen
    return text


def draft_of(cells: Sequence[Cell], page: int, row: Row) -> Draft:
    """Return the paragraph that these cells form."""
    return Draft([cell.line for cell in cells], [page] * len(cells), alone=False, row=row)
