"""Rows of plain values as CSV, JSON Lines, Parquet or a workbook: written one by one, complete or not at all."""

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
    """A cell that a spreadsheet does not take for a formula: an apostrophe before what would begin one."""
    return guarded(value) if isinstance(value, str) else value


def _as_it_is(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def csv_rows(file: TextIO, columns: Sequence[str], *, header: bool = True, raw: bool = False) -> Write:
    """Write the header now, if there is to be one, and a row at each call. raw: for programs, not for Excel."""
    writer = csv.writer(file)
    cell = _as_it_is if raw else safe_cell
    if header:
        if not raw:
            file.write("\ufeff")  # without it Excel takes UTF-8 for cp1252
        writer.writerow([cell(column) for column in columns])

    def write(row: Row) -> None:
        writer.writerow([cell(row.get(column)) for column in columns])

    return write


def json_rows(file: TextIO, columns: Sequence[str], *, header: bool = True, raw: bool = False) -> Write:
    """Write an object at each call, with every column as a key. Nothing in JSON needs a guard."""

    def write(row: Row) -> None:
        file.write(json.dumps({column: row.get(column) for column in columns}, ensure_ascii=False) + "\n")

    return write


class _Writer(Protocol):
    def __call__(self, file: TextIO, columns: Sequence[str], *, header: bool = True, raw: bool = False) -> Write: ...


TEXT_FORMS: dict[str, _Writer] = {"csv": csv_rows, "jsonl": json_rows}
FORMS = ("xlsx", *TEXT_FORMS, "parquet")


def form_of(out: Path, form: str | None) -> str:
    """The format to write: the one given, or else the one that the file's ending says.

    Raises UsageError for an ending that is none of FORMS, and for Parquet where pyarrow is not installed.
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
    """A new text file, UTF-8. What UTF-8 cannot hold becomes a question mark."""
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        yield file


@contextmanager
def disk_of(out: Path, more: str = "") -> Iterator[None]:
    """Turn errors of the disk into a sentence that says what to do. more: a further sentence."""
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
    """A new table in CSV, JSON Lines or Parquet, to which each call adds a row.

    text, whole: columns that hold text, or whole numbers, whatever they are called (for the types of Parquet). raw: CSV
    for programs, without the guard against formulas.
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
    """Write a table to a .csv, .jsonl, .parquet or .xlsx file, complete or not at all. Returns the number of rows.

    max_rows: of a sheet of a workbook, with its header. Raises LimitHit when there are more.
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
    from search.tables.workbook import Book, sheet_name  # XlsxWriter is loaded only when it is needed

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
    """The rows as a pandas DataFrame. Raises UsageError where pandas is not installed."""
    try:
        import pandas
    except ImportError as error:
        raise UsageError("pandas is not installed. Run `pip install pandas`, or use the rows as they are.") from error
    return pandas.DataFrame(list(rows), columns=list(columns) if columns else None)
