"""Find the header of a table of recommendations, which says what is in each column."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.structure.page import Line
from ingest.structure.tables.cells import EDGE, Cell
from ingest.structure.tables.roles import Role, role_of

_HINT = re.compile("[Aa]ction|ecommendation|ECOMMENDATION|CTION|^W(?:hat|HAT) |uestions? for")  # one is in every header
_LONGEST = 70  # letters of a heading of a column
_LEVEL = 0.5  # share of the letter size: baselines that differ by less are at the same height
_HEAD_STEP = 1.4  # times the letter size: a larger step separates a header from other bold text
_KNOWN = 0.5  # share of the headings of a header in bold that must be known; in plain type, all must
_HIGHEST = 5.0  # times the letter size: no header is higher


@dataclass(slots=True)
class Header:
    """The header of a table: its cells, each with the heading of its column, and what the columns contain."""

    cells: list[Cell]
    texts: list[str]
    spans: list[tuple[float, float]]
    roles: list[Role | None]

    @property
    def asking(self) -> int:
        """The column of the recommendations, or else of the actions."""
        return self.roles.index(Role.REQUEST if Role.REQUEST in self.roles else Role.ACTION)

    @property
    def top(self) -> float:
        return min(cell.line.y for cell in self.cells)

    @property
    def bottom(self) -> float:
        return max(cell.line.y for cell in self.cells)


def may_begin(line: Line) -> bool:
    """Return whether the header of such a table may be in a line. This is a quick test."""
    text = line.text
    # Searching for parts of these words is much faster than matching the pattern.
    may = "ti" in text or "TI" in text or text[:1] == "W"
    return may and (bool(line.gaps) or len(text) < _LONGEST) and _HINT.search(text) is not None


def headers(cells: Sequence[Cell]) -> Iterator[Header]:
    """Yield the headers of tables of recommendations or actions on a page, from the top."""
    end = -1.0
    for cell in cells:
        if cell.line.y > end and may_begin(cell.line) and role_of(cell.line.text) in (Role.REQUEST, Role.ACTION):
            header = _header_at(cell, cells)
            if header is not None:
                end = header.bottom
                yield header


def _header_at(first: Cell, cells: Sequence[Cell]) -> Header | None:
    """Return the header that a cell belongs to, if it is one: its other cells are level with it and set like it."""
    band = _set_like(first, cells)
    columns: list[list[Cell]] = []
    for cell in sorted(band, key=lambda cell: cell.line.x0):
        if columns and cell.line.x0 < max(other.line.x1 for other in columns[-1]) - 1:
            columns[-1].append(cell)
        else:
            columns.append([cell])
    for column in columns:
        column.sort(key=lambda cell: cell.line.y)
    texts = [" ".join(cell.line.text for cell in column) for column in columns]
    roles = [role_of(text) for text in texts]
    known = sum(role is not None for role in roles)
    needed = max(2, len(roles) * (_KNOWN if first.line.bold else 1))
    if known < needed or not {Role.REQUEST, Role.ACTION} & set(roles):
        return None
    spans = [(min(cell.line.x0 for cell in column), max(cell.line.x1 for cell in column)) for column in columns]
    return Header([cell for column in columns for cell in column], texts, spans, roles)


def _set_like(first: Cell, cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells that are level with one, and those above and below in bold if it is bold."""
    y, size = first.line.y, first.line.size
    band = [cell for cell in cells if abs(cell.line.y - y) < _LEVEL * size]
    if not first.line.bold:
        return band
    like = [cell for cell in cells if cell.line.bold and abs(cell.line.size - size) < _LEVEL]
    top = bottom = y
    while True:
        reach = _HEAD_STEP * size
        grown = [cell for cell in like if top - reach < cell.line.y < bottom + reach]
        if len(grown) <= len(band) or bottom - top > _HIGHEST * size:
            return band
        band, top, bottom = grown, grown[0].line.y, grown[-1].line.y


def starts_of_columns(header: Header, below: Sequence[Cell]) -> list[float]:
    """Return where the columns start: below the start of their heading or, if that is centred, left of it."""
    starts = Counter(round(cell.line.x0) for cell in below)
    lefts = []
    for at, (left, _) in enumerate(header.spans):
        before = header.spans[at - 1][1] if at else left - 200
        near = [start for start in starts if before < start <= left + EDGE]
        best = max(near, key=lambda start: (starts[start], start), default=left)
        lefts.append(min(left, best))
    return lefts
