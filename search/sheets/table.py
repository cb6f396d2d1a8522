"""Read a file into the rows of a table: CSV, TSV or other text, JSON Lines or an Excel workbook.

search/sheets/query_sheet.py interprets the rows. A row that cannot be used says why, and does not affect the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from corpus.catalogue.text_table import cells_of, declared_separator, decoded, folded, records_of, unguarded, written
from corpus.errors import UsageError
from search.sheets.cell import Cell, seen, too_large
from search.sheets.header import LOOKED_AT, Header
from search.sheets.spreadsheet import Workbook
from search.sheets.spreadsheet_xml import Grid, letters

_APOSTROPHE = re.compile(r"'(?=[^\s'])(?!.*'(?:\W|$))", re.DOTALL)  # without a second one that ends a phrase
_HEADINGS = frozenset(
    f"{kind}{name}"
    for name in ("queries", "searches", "search terms", "search term", "search strings", "search string")
    for kind in ("", "list of ", "my ", "the ")
) | {"query text", "query string", "keywords", "keyword", "search phrase", "search phrases", "search words"}
_MOST = 2_000_000  # rows times columns of a workbook, filled or not
_JUDGED = 1_000  # lines that are examined to decide whether a text is a table
_NOT_A_SHEET = (
    (re.compile(rb"%PDF-"), "a PDF"),
    (re.compile(rb"\{\\rtf"), "a document (RTF)"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml)", re.IGNORECASE), "a page (HTML or XML)"),
)

Row = tuple[int, Mapping[str, str], str]
"""Line, cells by column, and why the row cannot be used, or ""."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    `where` is the part of the file that has the queries. `not_read` and `notes` are for the person who made the file.
    """

    rows: Iterator[Row]
    where: str
    not_read: Sequence[str] = ()
    notes: Sequence[str] = ()


def table_of(data: bytes, ending: str, header: Header) -> Table:
    """Return the rows in a file. `ending` is its extension in lower case. Raises UsageError if there are none."""
    if data.startswith(b"PK\x03\x04"):
        return _workbook(data, header)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UsageError(
            "The sheet is in the old .xls format or has a password. Save it as .xlsx without a password, or as CSV."
        )
    if ending.startswith(("xls", "ods")):
        raise UsageError(
            f"The sheet is not a workbook, although its name ends in .{ending}. Save it as .xlsx, or as CSV."
        )
    if kind := next((kind for begins, kind in _NOT_A_SHEET if begins.match(data)), None):
        raise UsageError(f"The file is {kind}, not a sheet of queries. Save the queries as .xlsx, CSV or plain text.")
    lines = decoded(data)
    if any("\0" in line for line in lines):
        raise UsageError("The file is not text. Save the queries as .xlsx, CSV or plain text.")
    if ending in ("jsonl", "ndjson", "json") or (ending not in ("csv", "tsv", "txt") and _is_json(lines)):
        return Table(_objects(lines, header), "one object per line")
    return _text(lines, ending, header)


def _text(lines: list[str], ending: str, header: Header) -> Table:
    """Read a text table, or one query per line."""
    is_table = ending in ("csv", "tsv")
    declared = declared_separator(lines)
    numbered = [(n, line) for n, line in enumerate(lines, 1) if line.strip()][bool(declared) :]
    head = [line for _, line in numbered[:LOOKED_AT]]
    if declared:
        delimiter, place = declared, header.find([cells_of(line, declared) for line in head])
    else:
        delimiter, place = header.best_delimiter(head)
    if place is None:
        if columns := header.of_table([line for _, line in numbered[:_JUDGED]], is_table=is_table or bool(declared)):
            raise header.missing(columns)
        delimiter = declared or ("\t" if ending == "tsv" else ",")
        rows = ((n, *_alone(line, delimiter if is_table or declared else "")) for n, line in numbered)
        return Table(
            ((n, {header.key: query}, said or _heading(query, n, numbered[0][0])) for n, query, said in rows),
            "one query per line",
        )
    first = numbered[place][0]
    columns = header.columns(cells_of(lines[first - 1], delimiter))
    above = [f"{place} {'line' if place == 1 else 'lines'} above the header"] if place else []
    return Table(_records(lines, first, delimiter, columns, header.key), _where(columns, header.key), above)


def _heading(query: str, line: int, first: int) -> str:
    """Return why the first line is not a query, if it is a usual title of such a list."""
    if line == first and folded(query).rstrip(":") in _HEADINGS:
        return "the line looks like the name of the column: call it `query`, or write it without this line"
    return ""


def _where(columns: Sequence[str], key: str) -> str:
    return f"column {letters(columns.index(key))}"


def _alone(line: str, delimiter: str) -> tuple[str, str]:
    """Return a line as a query, and why it is not one. In a CSV file it may be a quoted cell that contains commas."""
    cells = [cell.strip() for cell in cells_of(line, delimiter)] if delimiter else []
    filled = [cell for cell in cells if cell]
    if len(filled) > 1:
        said = f"the line has {len(filled)} cells, and no column is called query: put a query with a comma in quotes"
        return seen(line), said
    if filled and written(filled[0], delimiter) == line.strip().rstrip(delimiter):
        return _typed(seen(filled[0])), ""
    return _typed(seen(line)), ""


def _records(lines: list[str], first: int, delimiter: str, columns: list[str], key: str) -> Iterator[Row]:
    """Yield the rows below the header, which is line `first`."""
    bad: list[tuple[int, str]] = []
    records = records_of(lines[first - 1 :], first, delimiter, lambda line, said: bad.append((line, said)))
    _, names = next(records)
    for line, cells in records:
        yield from _given_up(bad, lines, key)
        said = ""
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            said = f"it has {len(cells)} cells for {len(columns)} columns: put a query with a comma in quotes"
        elif cells == names:
            said = "the row is the header again"
        elif len(cells) < len(columns) and any(
            len(cells_of(lines[line - 1], other)) == len(columns) for other in ",;\t" if other != delimiter
        ):
            said = "its cells are separated differently from those of the header: save the sheet again, or use quotes"
        yield line, {name: _typed(seen(cell)) for name, cell in zip(columns, cells, strict=False)}, said
    yield from _given_up(bad, lines, key)


def _given_up(bad: list[tuple[int, str]], lines: list[str], key: str) -> Iterator[Row]:
    for line, said in bad:
        yield line, {key: lines[line - 1].strip()}, f"the line {said}"
    bad.clear()


def _objects(lines: list[str], header: Header) -> Iterator[Row]:
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            yield n, {header.key: line.strip()}, "the line is not JSON"
            continue
        if isinstance(value, str):
            value = {header.key: value}
        if not isinstance(value, dict):
            yield n, {header.key: line.strip()}, "the line is not an object with a key query"
            continue
        try:
            names = header.columns(list(value))
        except UsageError as error:
            yield n, {header.key: line.strip()}, str(error)
            continue
        cells = dict(zip(names, value.values(), strict=True))
        try:
            told = {name: seen(_told(cell)) for name, cell in cells.items()}
        except RecursionError:
            yield n, {header.key: line.strip()}, "a value has too many lists inside each other"
            continue
        wrong = isinstance(cells.get(header.key), (bool, list)) or any(
            isinstance(cells.get(name), (bool, dict)) for name in header.asks
        )
        said = "the query, or a filter, is not text" if wrong else ""
        yield n, told, said


def _workbook(data: bytes, header: Header) -> Table:
    """Read the first visible sheet with a column of queries.

    Hidden rows and columns are skipped, because they are not meant to be searched.
    """
    book = Workbook(data)
    visible = [n for n, (_, hidden) in enumerate(book.sheets) if not hidden]
    shown: list[str] = []
    covered = False
    for sheet in visible:
        grid = book.grid(sheet)
        covered = covered or bool(grid.hidden)
        heads = [
            [_shown(grid, line.cells) for line in islice((n for n in grid.lines if n.hidden is hidden), LOOKED_AT)]
            for hidden in (False, True)
        ]
        for rows, hidden in zip(heads, (False, True), strict=True):
            place = header.find(rows)
            if place is not None:
                line = [line for line in grid.lines if line.hidden is hidden][place]
                return _of_grid(book, sheet, grid, line.number, header.columns(rows[place]), header)
        shown = shown or next((row for row in (*heads[0], *heads[1]) if any(row)), [])
    raise header.missing(shown, hidden=len(visible) < len(book.sheets) or covered)


def _shown(grid: Grid, cells: Mapping[int, Cell]) -> list[str]:
    """Return the texts of a row, from the first column to the last filled one, with "" for hidden columns."""
    return [
        "" if column in grid.hidden or column not in cells else cells[column].text for column in range(max(cells) + 1)
    ]


def _of_grid(book: Workbook, sheet: int, grid: Grid, top: int, columns: Sequence[str], header: Header) -> Table:
    """Read the table below a header. `top` is the row of the header."""
    if len(columns) * len(grid.lines) > _MOST:
        raise too_large()
    filled = grid.fill(top)
    below = [line for line in grid.lines if line.number > top]
    hidden = sum(line.hidden for line in below)
    others = [n for n in range(len(book.sheets)) if n != sheet and not book.is_empty(n)]
    not_read = [f"{'hidden ' if book.sheets[n][1] else ''}sheet {book.sheets[n][0]}" for n in others]
    if hidden:
        not_read.append(f"{hidden:,} hidden {'row' if hidden == 1 else 'rows'}")
    covered = sorted(grid.hidden & {column for line in grid.lines for column in line.cells})
    if covered:
        named = f"{'column' if len(covered) == 1 else 'columns'} {', '.join(map(letters, covered[:5]))}"
        not_read.append(f"hidden {named}{' …' if len(covered) > 5 else ''}")
    above = sum(line.number < top for line in grid.lines)
    if above:
        not_read.append(f"{above} {'row' if above == 1 else 'rows'} above the header")
    notes = []
    if filled:
        named = f"merged {'cell' if len(filled) == 1 else 'cells'} {', '.join(filled[:3])}"
        notes.append(f"{named}{' …' if len(filled) > 3 else ''} read in each row")
    rows = (
        _row(
            line.number,
            {name: line.cells.get(n, Cell("")) for n, name in enumerate(columns) if n not in grid.hidden},
            header,
        )
        for line in below
        if not line.hidden
    )
    return Table(
        (row for row in rows if any(row[1].values())),
        f"sheet {book.sheets[sheet][0]}, {_where(columns, header.key)}",
        not_read,
        notes,
    )


def _row(number: int, cells: Mapping[str, Cell], header: Header) -> Row:
    """Read a row of a workbook. A query or filter must be shown as it was typed; other cells are copied unchanged."""
    said = ""
    for name in header.asks:
        if name in cells and cells[name].doubt and not said:
            said = cells[name].doubt if name == header.key else f"column {name}: {cells[name].doubt}"
    return number, {name: _typed(cell.text) for name, cell in cells.items()}, said


def _typed(cell: str) -> str:
    """Return the cell as displayed, without the apostrophe that marks it as text."""
    text = unguarded(cell)
    return text[1:] if _APOSTROPHE.match(text) else text


def _told(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(map(_told, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else value if isinstance(value, str) else str(value)


def _is_json(lines: list[str]) -> bool:
    first = next((line for line in lines if line.strip()), "").strip()
    if not (first.startswith("{") and first.endswith("}")):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False
