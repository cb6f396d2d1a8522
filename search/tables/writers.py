"""Write rows of plain values as CSV, JSON Lines, Parquet or a workbook.

Files are written row by row, and are complete or absent.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TextIO

from corpus.catalogue.text_table import guarded
from corpus.disk.atomic import beside
from corpus.disk.disk_errors import refused
from corpus.errors import LimitHit, UsageError
from search.tables.column_types import MAX_ROWS, types_of
from search.tables.parquet import arrow, parquet_rows

Row = Mapping[str, Any]
Write = Callable[[Row], None]


def safe_cell(value: object) -> object:
    """Return a cell that a spreadsheet does not treat as a formula: text that would start one gets an apostrophe in
    front.
    """
    return guarded(value) if isinstance(value, str) else value


def _lower(value: object) -> str:
    return str(value).lower()


def csv_rows(file: TextIO, columns: Sequence[str], *, header: bool = True, raw: bool = False) -> Write:
    """Write the header, if requested, and return a function that writes a row.

    `raw` is for programs, without the guard against formulas for Excel.
    """
    writer = csv.writer(file)
    changed: type[object] = bool if raw else str
    cell: Callable[[Any], str] = _lower if raw else guarded
    if header:
        if not raw:
            file.write("\ufeff")  # without it, Excel reads UTF-8 as cp1252
        writer.writerow(columns if raw else map(guarded, columns))

    def write(row: Row) -> None:
        writer.writerow([cell(value) if isinstance(value, changed) else value for value in map(row.get, columns)])

    return write


def json_rows(file: TextIO, columns: Sequence[str], *, header: bool = True, raw: bool = False) -> Write:
    """Return a function that writes a JSON object with every column as a key. JSON needs no guard against formulas."""

    def write(row: Row) -> None:
        file.write(json.dumps({column: row.get(column) for column in columns}, ensure_ascii=False) + "\n")

    return write


class _Writer(Protocol):
    def __call__(self, file: TextIO, columns: Sequence[str], *, header: bool = True, raw: bool = False) -> Write: ...


TEXT_FORMS: dict[str, _Writer] = {"csv": csv_rows, "jsonl": json_rows}
FORMS = ("xlsx", *TEXT_FORMS, "parquet")


def form_of(out: Path, form: str | None) -> str:
    """Return the format to write: the one given, or else the one that matches the file's extension.

    Raises UsageError for an extension that is not in FORMS, and for Parquet if pyarrow is not installed.
    """
    chosen = form or out.suffix.lower().removeprefix(".")
    if chosen not in FORMS:
        endings = ", ".join(f".{name}" for name in FORMS)
        raise UsageError(f"{out.name} must end in one of {endings}, or say with --format what to write.")
    if chosen == "parquet":
        arrow()
    return chosen


@contextmanager
def text_file(path: Path) -> Iterator[TextIO]:
    """Open a new UTF-8 text file. Characters that UTF-8 cannot encode become question marks."""
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        yield file


@contextmanager
def disk_of(out: Path, more: str = "") -> Iterator[None]:
    """Turn disk errors into a sentence that says what to do. `more` is an additional sentence."""
    try:
        yield
    except OSError as error:
        raise LimitHit(f"{refused(out, error, doing='written')} {more}".rstrip()) from error


@contextmanager
def table(
    path: Path,
    form: str,
    columns: Sequence[str],
    *,
    text: Collection[str] = (),
    whole: Collection[str] = (),
    raw: bool = False,
) -> Iterator[Write]:
    """Create a table in CSV, JSON Lines or Parquet, and yield a function that adds a row.

    `text` and `whole` are columns that contain text, or whole numbers, whatever their names (for Parquet types). `raw`
    writes CSV for programs, without the guard against formulas.
    """
    if form == "parquet":
        with parquet_rows(path, types_of(columns, text=text, whole=whole)) as write:
            yield write
    else:
        with text_file(path) as file:
            yield TEXT_FORMS[form](file, columns, raw=raw)


def write_rows(
    out: Path,
    rows: Iterable[Row],
    columns: Sequence[str],
    *,
    form: str | None = None,
    max_rows: int = MAX_ROWS,
    raw: bool = False,
) -> int:
    """Write a table to a .csv, .jsonl, .parquet or .xlsx file, completely or not at all. Returns the number of rows.

    `max_rows` is the limit of a workbook sheet, including its header. Raises LimitHit if there are more.
    """
    chosen = form_of(out, form)
    with disk_of(out), beside(out) as path:
        if chosen == "xlsx":
            return _write_sheet(path, out, rows, columns, max_rows)
        count = 0
        with table(path, chosen, columns, raw=raw) as write:
            for row in rows:
                write(row)
                count += 1
        return count


def _write_sheet(path: Path, out: Path, rows: Iterable[Row], columns: Sequence[str], max_rows: int) -> int:
    from search.tables.workbook import Book, sheet_name  # XlsxWriter is only loaded when it is needed

    with Book(path, path.parent) as book:
        sheet = book.sheet(sheet_name(out.stem), columns)
        sheet.header()
        for count, row in enumerate(rows, 1):
            if count >= max_rows:
                raise LimitHit(
                    f"{out.name} was not written: there are more than {max_rows - 1:,} rows, and an Excel sheet holds "
                    "no more. Write .csv, .jsonl or .parquet instead, or narrow the query."
                )
            sheet.write(row)
        sheet.finish()
        return sheet.row - 1


def frame(rows: Iterable[Row], columns: Sequence[str] | None = None) -> Any:
    """Return the rows as a pandas DataFrame. Raises UsageError if pandas is not installed."""
    try:
        import pandas
    except ImportError as error:
        raise UsageError("pandas is not installed. Run `pip install pandas`, or use the rows as they are.") from error
    return pandas.DataFrame(list(rows), columns=list(columns) if columns else None)
