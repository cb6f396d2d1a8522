"""The catalogue: what people know about the reports, one row each, in a CSV file that they edit in Excel.

The file is read as Excel saves it: UTF-8 with or without BOM, UTF-16 or cp1252; commas, semicolons or tabs; columns in
any order, and extra columns. Each problem is reported with its line and column, and does not affect other cells.
`corpus.catalogue.row_matching` decides which row describes which report.
"""

import codecs
import csv
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unicodedata import normalize

from corpus.catalogue.text_table import decoded, folded, guarded, printable, records_of, separator, unguarded
from corpus.disk.disk_errors import refused
from corpus.disk.regular_file import read_list
from corpus.errors import LimitHit
from corpus.report import METADATA, Report

COLUMNS = (
    "file",
    "sha256",
    "title",
    "board",
    "area",
    "child",
    "kind",
    "type",
    "year",
    "published",
    "case",
    "author",
    "language",
    "url",
    "accessed",
    "notes",
)
"""The known columns. A file may have them in any order, and other columns too."""

_NAMES = ("file", "sha256", "title")  # columns that a row can be matched by
_TELL_APART = ("board", "area", "child", "year")  # columns that distinguish rows with the same title


@dataclass(frozen=True, slots=True)
class Row:
    """One report in the catalogue. `line` is where the row starts in the file; the header is line 1.

    `cells` are the filled cells by column, as text. Unknown columns are kept.
    """

    line: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """Return the cell as it is, or "" if it is empty."""
        return self.cells.get(column, "")

    def value(self, column: str) -> str:
        """Return the cell in standard form (a date as 2020-11-19), or "" if it is empty or invalid."""
        return _value(column, self.get(column)) or ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem in the catalogue. `column` is "" if it concerns the whole row."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}{f', column {self.column}' if self.column else ''}: {self.message}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The rows of one file, its columns in order, and its problems."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()


def load(path: Path) -> Catalogue:
    """Read a catalogue. If the file does not exist, the catalogue is empty."""
    try:
        data = read_list(path)
    except FileNotFoundError:
        return Catalogue(COLUMNS, ())
    except OSError as error:
        if os.name == "nt":
            raise LimitHit(
                f"{path} cannot be read ({error.strerror}). Close it in Excel, or check the file's permissions."
            ) from error
        raise refused(path, error, doing="read") from error
    return parse(data)


def parse(data: bytes) -> Catalogue:
    """Parse the bytes of a CSV file."""
    problems: list[Problem] = []
    lines = decoded(data)
    delimiter, skipped = separator(lines, COLUMNS)
    records = records_of(
        lines[skipped:], skipped + 1, delimiter, lambda line, said: problems.append(Problem(line, "", said))
    )
    start, header = next(records, (1, []))
    columns = _columns(start, header, problems)
    if not set(columns) & set(_NAMES):
        message = f"the first line must name the columns, at least one of {', '.join(_NAMES)}; no row can be used"
        return Catalogue(COLUMNS, (), (Problem(start, "", message),))
    rows = []
    for line, cells in records:
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > len(columns):
            message = (
                f"has {len(cells)} cells for {len(columns)} columns, so it is not used; put text with commas in quotes"
            )
            problems.append(Problem(line, "", message))
        elif cells:
            named = {
                column: normalize("NFC", printable(unguarded(cell)))
                for column, cell in zip(columns, cells, strict=False)
            }
            rows.append(Row(line, {column: cell for column, cell in named.items() if cell}))
    problems += check(rows)
    return Catalogue(columns, tuple(rows), tuple(sorted(problems, key=lambda problem: problem.line)))


def check(rows: Iterable[Row]) -> list[Problem]:
    """Return the problems in the cells, and duplicate rows."""
    problems = []
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        if not any(row.get(name) for name in _NAMES):
            problems.append(
                Problem(row.line, "", f"matches no report: fill in {', '.join(_NAMES[:-1])} or {_NAMES[-1]}")
            )
        for column, wanted in _FORMS.items():
            if row.get(column) and not row.value(column):
                message = f"{row.get(column)[:40]!r} is not {wanted}; the cell is not used"
                problems.append(Problem(row.line, column, message))
        year, published = row.value("year"), row.value("published")
        if year and published and published[:4] < year:
            message = f"{row.get('published')} is before {year}, the year of the review; correct one of them"
            problems.append(Problem(row.line, "published", message))
        for column in _NAMES:
            # Repeated titles are common ("Executive summary"), and fine if a file, board or child distinguishes them.
            if row.get(column) and (column != "title" or not (row.get("file") or row.get("sha256"))):
                more = [row.get(name).casefold() for name in _TELL_APART] if column == "title" else []
                earlier = seen.setdefault((column, row.get(column).casefold(), *more), row.line)
                if earlier != row.line:
                    message = f"the same as in line {earlier}, so the rows cannot be told apart; remove one"
                    problems.append(Problem(row.line, column, message))
    return problems


def suggest(reports: Iterable[Report]) -> list[dict[str, str]]:
    """Return rows, by column, for reports that are not in the catalogue, filled in from their text.

    The column `notes` gives the sources. Values from the file name, or derived from other columns, are left out.
    """
    rows = []
    for report in reports:
        if "catalogue" in report.provenance.values():
            continue
        known = report.to_dict()
        sources = {name: report.provenance.get(name, "") for name in METADATA}
        read = {
            name: str(known[name])
            for name, source in sources.items()
            if source and source not in ("file name", DERIVED) and known[name] is not None
        }
        file = report.files[0].removeprefix("reports/") if report.files else ""
        notes = "; ".join(f"{name} from {sources[name]}" for name in read)
        rows.append({"file": file, "sha256": report.id, **read, "notes": notes})
    return rows


def to_csv(rows: Iterable[Mapping[str, str]], columns: Sequence[str] = COLUMNS) -> bytes:
    """Return the rows as a CSV file for Excel: UTF-8 with BOM, and no cell can run as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([guarded(row.get(column, "")) for column in columns] for row in rows)
    return codecs.BOM_UTF8 + text.getvalue().encode("utf-8", "replace")


DERIVED = "board, child and year"
"""The provenance of a case that was derived, not given."""


def case_id(board: str | None, child: str | None, year: int | str | None) -> str | None:
    """Return the case of a report (board, child label and year), or None unless all three are known.

    "Child A" alone is not unique, not even within one board.
    """
    return f"{board} / {child} / {year}" if board and child and year else None


_FORMS = {
    "sha256": "the SHA-256 of a file (64 letters and digits)",
    "year": "a year like 2019",
    "published": "a date like 2019-03-31, 31/03/2019 or 2019",
    "url": "an address that begins with http:// or https://",
    "accessed": "a date like 2019-03-31, 31/03/2019 or 2019",
}
"""The columns that require a certain format, and how messages describe it."""


def _value(column: str, cell: str) -> str | None:
    if column == "sha256":
        return cell.lower() if re.fullmatch(r"[0-9a-fA-F]{64}", cell) else None
    if column == "year":
        return cell if re.fullmatch(r"(19|20)[0-9]{2}", cell) else None
    if column in ("published", "accessed"):
        return _date(cell)
    if column == "url":
        return cell if re.fullmatch(r"https?://[^\s/]\S*", cell, re.IGNORECASE) else None
    return cell


def _date(cell: str) -> str | None:
    """Return a date as 2019, 2019-03 or 2019-03-31, or None.

    Also accepts Excel's 31/03/2019, day first as in Britain.
    """
    if match := re.fullmatch(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})", cell):
        day, month, year = map(int, match.groups())
        cell = f"{year}-{month:02}-{day:02}"
    if not re.fullmatch(r"(19|20)[0-9]{2}(-[0-9]{2}(-[0-9]{2})?)?", cell):
        return None
    try:
        date.fromisoformat(f"{cell}-01-01"[:10] if len(cell) < 10 else cell)
    except ValueError:
        return None
    return cell


def _columns(line: int, header: list[str], problems: list[Problem]) -> tuple[str, ...]:
    """Return the column names, known ones in their standard spelling. A missing or repeated name is replaced."""
    while header and not header[-1].strip():
        header.pop()
    columns: list[str] = []
    for number, cell in enumerate(header, 1):
        name = folded(cell) if folded(cell) in COLUMNS else cell.strip() or f"column {number}"
        if name in columns:
            problems.append(Problem(line, name, "this column appears twice; the first one is used"))
            name = f"{name} ({number})"
        columns.append(name)
    return tuple(columns)
