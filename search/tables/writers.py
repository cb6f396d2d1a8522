"""Rows of plain values as CSV, JSON Lines or a workbook: written one by one, seen whole or not at all."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Protocol, TextIO

from corpus.atomic import beside
from corpus.catalogue.text_table import guarded
from corpus.errors import LimitHit, UsageError

Row = Mapping[str, Any]
Write = Callable[[Row], None]


def safe_cell(value: object) -> object:
    """A cell that a spreadsheet does not take for a formula: an apostrophe before what would begin one."""
    return guarded(value) if isinstance(value, str) else value


def csv_rows(file: TextIO, columns: Sequence[str], *, header: bool = True) -> Write:
    """Writes the header now, unless it stands elsewhere, and a row at each call."""
    writer = csv.writer(file)
    if header:
        file.write("\ufeff")  # without it Excel takes UTF-8 for cp1252
        writer.writerow([safe_cell(column) for column in columns])

    def write(row: Row) -> None:
        writer.writerow([safe_cell(row.get(column)) for column in columns])

    return write


def json_rows(file: TextIO, columns: Sequence[str], *, header: bool = True) -> Write:
    """Writes an object at each call, with every column as a key."""

    def write(row: Row) -> None:
        file.write(json.dumps({column: row.get(column) for column in columns}, ensure_ascii=False) + "\n")

    return write


class _Writer(Protocol):
    def __call__(self, file: TextIO, columns: Sequence[str], *, header: bool = True) -> Write: ...


TEXT_FORMS: dict[str, _Writer] = {"csv": csv_rows, "jsonl": json_rows}


def form_of(out: Path, form: str | None, known: Sequence[str]) -> str:
    """What to write: as asked, else as the file's ending says. Raises UsageError when that is none of the known."""
    chosen = form or out.suffix.lower().removeprefix(".")
    if chosen not in known:
        endings = ", ".join(f".{name}" for name in known)
        raise UsageError(f"{out.name} must end in one of {endings}. Rename it, or choose the format with --format.")
    return chosen


@contextmanager
def text_file(path: Path) -> Iterator[TextIO]:
    """A new text file, UTF-8. What cannot be written as UTF-8 becomes a question mark."""
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        yield file


@contextmanager
def disk_of(out: Path, more: str = "") -> Iterator[None]:
    """Errors of the disk as a sentence that says what to do. more: a further sentence."""
    try:
        yield
    except OSError as error:
        said = f"{out} cannot be written ({error.strerror or error}). Check the folder, the disk and your rights."
        raise LimitHit(f"{said} {more}".rstrip()) from error


def write_rows(out: Path, rows: Iterable[Row], columns: Sequence[str], *, form: str | None = None) -> int:
    """Write a table to a .csv, .jsonl or .xlsx file, whole or not at all. Returns the number of rows."""
    chosen = form_of(out, form, (*TEXT_FORMS, "xlsx"))
    count = 0
    with disk_of(out), beside(out) as path:
        if chosen == "xlsx":
            from search.tables.sheet_rows import Kept  # XlsxWriter is loaded by who needs it
            from search.tables.workbook import Book, lines_of

            with TemporaryFile() as lines:
                line, kept = lines_of(columns).line, Kept(lines)
                for row in rows:
                    kept.write(line(row))
                    count += 1
                lines.seek(0)
                with Book(path) as book:
                    book.table(out.stem, columns, iter(lines), kept.pieces())
        else:
            with text_file(path) as file:
                write = TEXT_FORMS[chosen](file, columns)
                for row in rows:
                    write(row)
                    count += 1
    return count


def frame(rows: Iterable[Row], columns: Sequence[str] | None = None) -> Any:
    """The rows as a pandas DataFrame. Raises UsageError where pandas is not installed."""
    try:
        import pandas
    except ImportError as error:
        raise UsageError("pandas is not installed. Run `pip install pandas`, or use the rows.") from error
    return pandas.DataFrame(list(rows), columns=list(columns) if columns else None)
