"""The catalogue: what people know about the reports, one row each, in a CSV file that they edit in Excel.

So the file is read as Excel leaves it: UTF-8 with or without BOM, UTF-16 or cp1252; commas, semicolons or tabs; columns
in any order and more of them. What is wrong is told with its line and column, and spoils nothing else. Which row
describes which report is decided in corpus/matching.py.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from corpus.errors import LimitHit
from corpus.model import METADATA, Report

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
    "notes",
)
"""The columns that we know; a file may hold them in any order, and others beside them."""

_NAMES = ("file", "sha256", "title")  # what a row can be recognised by
_LONGEST_CELL = 200  # lines that one quoted cell may run over
_UNENDED = "unexpected end of data"  # what Python's csv says of a quoted cell that does not end
_FORMULA = re.compile(r"[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Row:
    """One report in the catalogue. line: where the row starts in the file, the header being line 1.

    cells: the filled cells by column, as text; columns that are not ours are kept too.
    """

    line: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """The cell as it stands, or "" where it is empty."""
        return self.cells.get(column, "")

    def value(self, column: str) -> str:
        """The cell in our form (a date as 2020-11-19), or "" where it is empty or cannot be what its column says."""
        return _value(column, self.get(column)) or ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place of the catalogue; column is "" where the whole row is meant."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}{f', column {self.column}' if self.column else ''}: {self.message}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The rows of one file, its columns in their order, and what is wrong with it."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()


def load(path: Path) -> Catalogue:
    """Read a catalogue. A file that is not there is a catalogue without rows."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Catalogue(COLUMNS, ())
    except OSError as error:
        raise LimitHit(f"{path} cannot be read ({error.strerror}). Close it in Excel, or check your rights.") from error
    return parse(data)


def parse(data: bytes) -> Catalogue:
    """The catalogue that these bytes of a CSV file are."""
    problems: list[Problem] = []
    lines = _decoded(data)
    delimiter, skipped = _delimiter(lines)
    records = _records(lines[skipped:], skipped + 1, delimiter, problems)
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
            named = {column: _unguarded(cell) for column, cell in zip(columns, cells, strict=False)}
            rows.append(Row(line, {column: cell for column, cell in named.items() if cell}))
    problems += check(rows)
    return Catalogue(columns, tuple(rows), tuple(sorted(problems, key=lambda problem: problem.line)))


def check(rows: Iterable[Row]) -> list[Problem]:
    """What is wrong with the cells of the rows, each by itself and as duplicates of each other."""
    problems = []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        if not any(row.get(name) for name in _NAMES):
            problems.append(Problem(row.line, "", f"fits no report: fill {', '.join(_NAMES[:-1])} or {_NAMES[-1]}"))
        for column, wanted in _FORMS.items():
            if row.get(column) and not row.value(column):
                message = f"{row.get(column)[:40]!r} is not {wanted}; the cell is not used"
                problems.append(Problem(row.line, column, message))
        for column in _NAMES:
            # The same title twice is common ("Executive summary") where a file tells the two apart.
            if row.get(column) and (column != "title" or not (row.get("file") or row.get("sha256"))):
                earlier = seen.setdefault((column, row.get(column).casefold()), row.line)
                if earlier != row.line:
                    message = f"the same as in line {earlier}, so neither row can be told from the other; remove one"
                    problems.append(Problem(row.line, column, message))
    return problems


def suggest(reports: Iterable[Report]) -> list[dict[str, str]]:
    """Rows, by column, for reports that the catalogue does not describe yet: what was read; `notes` says where.

    Nothing is proposed that was only taken from the file's name or follows from other columns.
    """
    rows = []
    for report in reports:
        if "catalogue" in report.provenance.values():
            continue
        told = report.to_dict()
        sources = {name: report.provenance.get(name, "") for name in METADATA}
        read = {
            name: str(told[name])
            for name, source in sources.items()
            if source and source not in ("file name", DERIVED) and told[name] is not None
        }
        file = report.files[0].removeprefix("reports/") if report.files else ""
        notes = "; ".join(f"{name} from {sources[name]}" for name in read)
        rows.append({"file": file, "sha256": report.id, **read, "notes": notes})
    return rows


def to_csv(rows: Iterable[Mapping[str, str]], columns: Sequence[str] = COLUMNS) -> bytes:
    """The rows as a CSV file that Excel opens rightly: UTF-8 with BOM, nothing in it can run as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_guarded(row.get(column, "")) for column in columns] for row in rows)
    return codecs.BOM_UTF8 + text.getvalue().encode("utf-8", "replace")


DERIVED = "board, child and year"
"""The provenance of a case that nobody named."""


def case_id(board: str | None, child: str | None, year: int | str | None) -> str | None:
    """The case that a report belongs to: board + child label + year, or None unless all three are known.

    "Child A" alone is not unique, and neither is "Child A" of one board.
    """
    return f"{board} / {child} / {year}" if board and child and year else None


_FORMS = {
    "sha256": "the SHA-256 of a file (64 letters and digits)",
    "year": "a year like 2019",
    "published": "a date like 2019-03-31, 31/03/2019 or 2019",
}
"""The columns whose cells must have a form, and how to say it."""


def _value(column: str, cell: str) -> str | None:
    if column == "sha256":
        return cell.lower() if re.fullmatch(r"[0-9a-fA-F]{64}", cell) else None
    if column == "year":
        return cell if re.fullmatch(r"(19|20)[0-9]{2}", cell) else None
    if column == "published":
        return _date(cell)
    return cell


def _date(cell: str) -> str | None:
    """A date as 2019, 2019-03 or 2019-03-31. Excel makes 31/03/2019 of it; the day comes first, as in Britain."""
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


def _decoded(data: bytes) -> list[str]:
    """The lines. In a file of mixed encodings, made by pasting, each line is read as what it is."""
    for bom, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(bom):
            return _lines(data[2:].decode(encoding, "replace"))
    if data[1:2] == b"\0":
        return _lines(data.decode("utf-16-le", "replace"))
    try:
        return _lines(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        lines = data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        return [_line(line) for line in lines]


def _line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _delimiter(lines: list[str]) -> tuple[str, int]:
    """What parts the cells (what shows most of our columns in the header), and the lines to skip: Excel's `sep=;`."""
    if lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        return lines[0][4], 1
    header = next((line for line in lines if line.strip()), "")

    def known(delimiter: str) -> int:
        return len({_folded(cell) for cell in header.split(delimiter)} & set(COLUMNS))

    return max(",;\t", key=known), 0


def _columns(line: int, header: list[str], problems: list[Problem]) -> tuple[str, ...]:
    """The names of the columns, ours in our spelling. One without a name, or with one already taken, gets another."""
    while header and not header[-1].strip():
        header.pop()
    columns: list[str] = []
    for number, cell in enumerate(header, 1):
        name = _folded(cell) if _folded(cell) in COLUMNS else cell.strip() or f"column {number}"
        if name in columns:
            problems.append(Problem(line, name, "the column stands there twice; the first one is used"))
            name = f"{name} ({number})"
        columns.append(name)
    return tuple(columns)


def _folded(cell: str) -> str:
    return cell.strip().strip('"').strip().casefold()


def _records(lines: list[str], first: int, delimiter: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each record.

    A quoted cell may run over several lines. A quotation mark without a partner would swallow all rows up to the next
    one; so lines are joined only if that makes a record of the right width, and else the one bad line is given up.
    """
    width, n = 0, 0
    while n < len(lines):
        cells, used = _record([lines[n]], delimiter), 1
        while cells == _UNENDED and used < min(_LONGEST_CELL, len(lines) - n):
            used += 1
            if '"' in lines[n + used - 1]:
                cells = _record(lines[n : n + used], delimiter)
        if isinstance(cells, str) or (used > 1 and width and _swallowed(cells, lines[n : n + used], delimiter, width)):
            message = 'has a quotation mark without a partner, so it is not used; write " inside a cell as ""'
            problems.append(Problem(first + n, "", message))
            used = 1
        elif any(cell.strip() for cell in cells):
            width = width or len(cells)
            yield first + n, cells
        n += used


def _swallowed(cells: list[str], lines: list[str], delimiter: str, width: int) -> bool:
    """Whether joining these lines made one row of two: the wrong width, or both ends are as wide as a row."""
    ends_are_rows = width > 2 and all(line.count(delimiter) >= width - 1 for line in (lines[0], lines[-1]))
    return len(cells) != width or ends_are_rows


def _record(lines: list[str], delimiter: str) -> list[str] | str:
    """The cells, or what is wrong with the quotation marks."""
    try:
        records = list(csv.reader([line + "\n" for line in lines], delimiter=delimiter, strict=True))
    except csv.Error as error:
        return str(error)
    return records[0] if records else []


def _guarded(cell: str) -> str:
    """The apostrophe is how Excel itself writes text that looks like a formula; `_unguarded` takes it away again."""
    return "'" + cell if _FORMULA.match(cell) or _GUARDED.match(cell) else cell


def _unguarded(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if _GUARDED.match(cell) else cell
