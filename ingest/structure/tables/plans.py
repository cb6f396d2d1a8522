"""Read tables of recommendations whose header says what is in each column, such as action plans.

Other tables are read by `rows`, from the positions of their cells alone. Here the header gives the columns, so cells
are told apart even if the file draws a table line by line, and a row is one paragraph, also where it goes on over the
page. Cells in front of the recommendation, such as the finding from which it follows, are a paragraph of their own.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from corpus.model import BULLETS, AsideRole
from ingest.structure.draft import Draft, Row, Style, ends_sentence
from ingest.structure.page import Line, RawPage
from ingest.structure.tables.cells import EDGE, SAME, Cell, cells_of, draft_of, put, text_of, whole
from ingest.structure.tables.grid import in_columns
from ingest.structure.tables.header import Header, headers, may_begin, starts_of_columns
from ingest.structure.tables.roles import Role

_LEVEL = 0.5  # share of the letter size: baselines that differ by less are at the same height
_TIGHT = 1.18  # times the distance of two lines within a cell: a larger step may separate two rows
_IN_CELL = 2.0  # times the letter size: lines further apart show nothing about the lines within a cell
_STEPS_NEEDED = 3  # steps between lines of a cell that show how far they are apart
_FAR = 6.0  # times the letter size: text further down is not in the table
_UNFINISHED = re.compile(r"(?:[,&/:–-]|\b(?:and|or|of|for|the|to|with|in|by|a))$")
_FIRST_CELLS = 12  # of a table, which show its size
_LARGER = 1.15  # times the size of the table's text: a heading below it
_ROW_SPACE = 1.5  # points by which the space between rows varies


@dataclass(slots=True)
class _Table:
    """A table that may go on on the next page. `lefts` is where its columns start."""

    header: Header
    lefts: list[float]


@dataclass(slots=True)
class _Band:
    """Lines of a table with no border of rows between them: a row, or a part of one.

    `space` is the step from the band above in points.
    """

    cells: list[Cell]
    space: float

    @property
    def columns(self) -> set[int]:
        return {cell.column for cell in self.cells}

    @property
    def bold(self) -> bool:
        return all(cell.line.bold and cell.line.bold_end for cell in self.cells)


def read(pages: list[RawPage], style: Style) -> dict[int, list[list[Draft]]]:
    """Return the rows of the tables on each page that has such tables.

    The lines on these pages are replaced by their cells. A header that a table repeats on its next page is marked as a
    running header.
    """
    found: dict[int, list[list[Draft]]] = {}
    table: _Table | None = None
    for page in pages:
        if table is not None or any(map(may_begin, page.lines)):
            table = _read_page(page, table, style, found)
    return found


def _read_page(
    page: RawPage, carried: _Table | None, style: Style, found: dict[int, list[list[Draft]]]
) -> _Table | None:
    """Read the tables of a page. Returns the last one, if nothing is below it.

    `carried` is the table at the end of the previous page.
    """
    cells = cells_of(page, None, AsideRole.HEADER)
    last: _Table | None = None
    for table, inside, goes_on in _tables(cells, carried):
        header = [cell for cell in table.header.cells if table is not carried and cell.source.role is None]
        bands = _table_bands(inside, table, style, goes_on=goes_on)
        last = None
        if not bands or not whole([*header, *(cell for band in bands for cell in band.cells)]):
            continue
        drafts = list(_rows(bands, table, page.number, style, goes_on=goes_on))
        if header and goes_on:
            for cell in header:
                cell.source.role = AsideRole.HEADER
        elif header:
            drafts.insert(0, draft_of(header, page.number, Row()))
        used = [cell for band in bands for cell in band.cells] + ([] if goes_on else header)
        put(page, used, drafts)
        found.setdefault(page.number, []).append(drafts)
        end = max(cell.line.y for cell in used)
        last = None if any(cell.line.y > end + SAME and cell.source.role is None for cell in cells) else table
    return last


def _tables(cells: list[Cell], carried: _Table | None) -> Iterator[tuple[_Table, list[Cell], bool]]:
    """Yield the tables that may be on a page, each with the text that may be in it, and whether it is the carried one,
    which goes on.
    """
    heads = list(headers(cells))
    text = [cell for cell in cells if cell.source.role is None]
    ends = [header.top - SAME for header in heads] + [float("inf")]
    at_top = bool(heads) and (not text or heads[0].top <= text[0].line.y + SAME)
    if carried is not None and not at_top:
        yield carried, [cell for cell in text if cell.line.y < ends[0]], True
    for header, end in zip(heads, ends[1:], strict=True):
        below = [cell for cell in text if header.bottom < cell.line.y < end]
        again = carried is not None and at_top and header is heads[0] and header.texts == carried.header.texts
        yield _Table(header, starts_of_columns(header, below)), below, again


# ---------------------------------------------------------------- the rows


def _table_bands(below: list[Cell], table: _Table, style: Style, *, goes_on: bool) -> list[_Band]:
    """Return the bands of a table: of the text below its header, those up to the last one that is in the table."""
    inside = in_columns(below, table.lefts, table.header.asking)
    if not inside:
        return []
    size = median(cell.line.size for cell in inside[:_FIRST_CELLS])
    bands = _bands(inside, table.header.asking, size, style)
    end = 0
    for at, band in enumerate(bands):
        outside = any(cell.line.x0 < table.lefts[0] - EDGE or cell.line.size > _LARGER * size for cell in band.cells)
        if outside or (at and band.space > _FAR * size) or (-1 in band.columns and not band.bold):
            break
        near = bool(at) and band.space < _row_space(bands[:at]) - _ROW_SPACE
        part = near and end == at and not band.bold
        rest = goes_on and at == 0 and band.cells[0].line.text[:1].islower()  # of a row on the page before
        if len(band.columns) > 1 or part or rest:
            end = at + 1
    return bands[:end]


def _bands(cells: list[Cell], asking: int, size: float, style: Style) -> list[_Band]:
    """Divide cells where no column has two lines that belong together on both sides."""
    by_column: dict[int, list[Line]] = {}
    for cell in cells:
        by_column.setdefault(cell.column, []).append(cell.line)
    within = [
        below.y - above.y
        for column in by_column.values()
        for above, below in pairwise(column)
        if below.text[:1].islower() and _LEVEL * size < below.y - above.y < _IN_CELL * size
    ]
    tight = _TIGHT * (median(within) if len(within) >= _STEPS_NEEDED else style.leading * size)
    bands = [_Band([cells[0]], 0.0)]
    bottom = cells[0].line.y
    for cell in cells[1:]:
        y = cell.line.y
        if y - bottom > _LEVEL * size and _parted(by_column, asking, bottom, y, tight):
            bands.append(_Band([], y - bottom))
        bands[-1].cells.append(cell)
        bottom = y
    return bands


def _parted(columns: Mapping[int, list[Line]], asking: int, upper: float, lower: float, tight: float) -> bool:
    """Return whether there may be a border of rows between two baselines.

    A cell may end there in every column: the next line is further down than within a cell. Where rows have no space
    between them, the recommendation must end its sentence, and another cell begin at this height, or all.
    """
    begins = together = False
    level = 0
    for number, column in columns.items():
        at = bisect_left(column, lower - SAME, key=_baseline)
        if at == len(column):
            continue
        above, below = column[at - 1] if at else None, column[at]
        level += below.y - lower < SAME
        if above is not None and below.y - above.y <= tight:
            together = True
            if _reads_on(above.text, below.text) or (number == asking and not ends_sentence(above.text)):
                return False
        else:
            begins |= below.y - lower < SAME
    return begins or not together or level == len(columns) > 2


def _reads_on(above: str, below: str) -> bool:
    """Return whether the lower of two lines of a cell must belong to the upper one."""
    return below[:1].islower() or below[:1] in BULLETS or _UNFINISHED.search(above) is not None


def _baseline(line: Line) -> float:
    return line.y


def _row_space(bands: list[_Band]) -> float:
    """Return the smallest space above a row of several cells."""
    return min((band.space for band in bands[1:] if len(band.columns) > 1), default=0.0)


def _rows(bands: list[_Band], table: _Table, page: int, style: Style, *, goes_on: bool) -> Iterator[Draft]:
    """Yield the rows of a table. `goes_on` means that the first one may continue the last one of the previous page."""
    asking = table.header.asking
    space = _row_space(bands)
    above: tuple[str, ...] = (table.header.texts[asking],)
    row: list[list[Cell]] = []  # the cells of a row, and of those below it with which its recommendation is merged
    for at, band in enumerate(bands):
        near = at > 0 and band.space < space - _ROW_SPACE
        alone = len(band.columns) == 1
        topic = alone and band.bold and not near and band.columns <= {-1, 0} and at + 1 < len(bands)
        if row and (topic or not (asking not in band.columns or (alone and near))):
            yield from _row(row, above, table.header, page, style)
            row = []
        if topic:
            above = (table.header.texts[asking], text_of(band.cells, band.cells[0].column, style))
            yield draft_of(band.cells, page, Row())
        elif row and near:
            row[-1] += band.cells
        else:
            row.append(list(band.cells))
        if goes_on and row and at == 0:
            asked = [cell.line.text for cell in band.cells if cell.column == asking]
            if not asked or asked[0][:1].islower():
                yield draft_of(band.cells, page, Row(continues=True))
                row = []
    if row:
        yield from _row(row, above, table.header, page, style)


def _row(row: list[list[Cell]], above: tuple[str, ...], header: Header, page: int, style: Style) -> Iterator[Draft]:
    """Yield the paragraphs of a row: what is in front of the recommendation, if it is more than a number, and the
    rest.
    """
    for part in row:
        part.sort(key=lambda cell: (cell.column, cell.line.y))
    asking = header.asking
    front = [cell for cell in row[0] if 0 <= cell.column < asking]
    if any(header.roles[cell.column] is not Role.NUMBER for cell in front):
        yield draft_of(front, page, Row())
        row[0] = [cell for cell in row[0] if cell not in front]
    owners = [at for at, role in enumerate(header.roles) if role is Role.OWNER]
    owner = next((text for part in (front, *row) for at in owners if (text := text_of(part, at, style))), "")
    request = text_of(row[0], asking, style)
    yield draft_of(
        [cell for part in row for cell in part],
        page,
        Row(request, owner or None, above, action=header.roles[asking] is Role.ACTION),
    )
