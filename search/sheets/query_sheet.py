"""Read a sheet of queries from Excel, a text editor or a program.

The sheet is CSV, TSV or XLSX with a column `query`, JSON Lines, or one query per line. A row that cannot be run says
why, and does not affect the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Self

from corpus.catalogue.text_table import guarded
from corpus.errors import UsageError
from search.filters import EVERYTHING, FILTERS, Filters, of_cells
from search.sheets.header import Header
from search.sheets.table import Row, table_of

MAX_BYTES = 100_000_000
MAX_QUESTIONS = 16_000
"""The maximum number of queries in one sheet. The matrix has a column for each, and Excel allows no more."""

ID, QUERY = "id", "query"
_NARROWING = tuple(each.name for each in FILTERS)  # columns; several values are separated by `;`
_OTHER_NAMES = {"no": ID, "number": ID, "ref": ID, "search": QUERY, "term": QUERY} | {
    other: each.name for each in FILTERS for other in each.also
}
_HEADER = Header(
    {**_OTHER_NAMES, **{name: name for name in (ID, QUERY, *_NARROWING)}}, QUERY, (QUERY, *_NARROWING), "queries"
)

_SPREADSHEET = re.compile(r"#(NAME\?|REF!|VALUE!|DIV/0!|NUM!|NULL!|N/A|SPILL!|CALC!|GETTING_DATA|FIELD!|BLOCKED!)")
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CONVERTED = re.compile(rf"\d\d?-{_MONTH}|{_MONTH}-\d\d|\d\.\d\dE[+-]\d\d")  # what Excel makes of 24/7, 7/24 and 1e5
_FORMULA = re.compile(r"\s*(@|[=+]\s*[A-Za-z][\w.]*\(|[=+]\s*[\w.$]+(?:[+*/^&!]\S|\|'))")


@dataclass(frozen=True, slots=True)
class Question:
    """One row.

    `id` is as given, otherwise its line; it is unique in the sheet. `line` is the line in the file (1-based) or the
    spreadsheet row. `given` are the filters as typed. `extra` are the other columns, copied to the output. `error` says
    why the query cannot be run.
    """

    id: str
    query: str
    line: int
    filters: Filters = EVERYTHING
    given: tuple[tuple[str, str], ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    error: str = ""

    @property
    def place(self) -> str:
        """Return the location of the row, as used at the start of its error."""
        return f"line {self.line}: "

    @property
    def counted(self) -> str:
        """What its n and N count. A stored answer only has its filters as typed."""
        return "texts" if dict(self.given).get("copies") else self.filters.counted

    def to_dict(self) -> dict[str, Any]:
        """Return the row as a batch records it."""
        return {
            "id": self.id,
            "line": self.line,
            "query": self.query,
            "filters": dict(self.given),
            "extra": dict(self.extra),
            "unusable": self.error,
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Self:
        """Return the row that `to_dict` recorded. Its filters are as typed, and not parsed yet.

        Raises KeyError, TypeError or AttributeError for anything else.
        """
        if type(row["line"]) is not int:
            raise TypeError("line")
        return cls(
            text_of(row["id"]),
            text_of(row["query"]),
            row["line"],
            given=tuple((text_of(name), text_of(cell)) for name, cell in row["filters"].items()),
            extra=tuple((text_of(name), text_of(cell)) for name, cell in row["extra"].items()),
            error=text_of(row["unusable"]),
        )


def text_of(value: object) -> str:
    """Return a text from untrusted JSON. Raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value.encode("utf-8", "replace").decode()  # JSON can contain a lone surrogate


@dataclass(frozen=True, slots=True)
class Sheet:
    """The queries of a file.

    `read` is the part of it that was read, such as "sheet Round 1, column B, 12 queries; …".
    """

    questions: list[Question]
    read: str


def questions(data: bytes, name: str = "") -> list[Question]:
    """Return the queries in a file. See `read`."""
    return read(data, name).questions


def read(data: bytes, name: str = "") -> Sheet:
    """Read the queries in a file.

    `name` is the file name, whose extension decides the format; without it, the content decides. Raises UsageError if
    there are no queries. A row that cannot be run becomes a Question with an error.
    """
    if len(data) > MAX_BYTES:
        raise UsageError(f"The sheet is larger than {MAX_BYTES // 1_000_000} MB. Split it into smaller sheets.")
    table = table_of(data, name.lower().rpartition(".")[2], _HEADER)
    found = list(islice(_asked(table.rows), MAX_QUESTIONS + 1))
    if not found:
        raise UsageError(
            "The sheet has no queries. Write one query per line, or a table with a column called query, "
            "as in the example sheet."
        )
    if len(found) > MAX_QUESTIONS:
        raise UsageError(
            f"The sheet has more than {MAX_QUESTIONS:,} queries, the most that one batch can take. Split it."
        )
    counted = f"{len(found):,} {'query' if len(found) == 1 else 'queries'}"
    not_read = f"; not read: {', '.join(table.not_read)}" if table.not_read else ""
    said = f"{table.where}, {counted}{not_read}{''.join(f'; {note}' for note in table.notes)}"
    return Sheet(found, "".join(letter if letter.isprintable() else " " for letter in said))


def with_filters(question: Question) -> Question:
    """Return the query with its filters parsed, or with the error if they are invalid."""
    try:
        return replace(question, filters=of_cells(dict(question.given)))
    except UsageError as wrong:
        return replace(question, error=question.error or str(wrong))


def narrowed(question: Question, filters: Filters) -> Question:
    """Return the query with the filters that apply to every row. Its own filters take precedence."""
    own = dict(question.given)
    typed = {name: "; ".join(values) for name, values in filters.typed().items()}
    given = {name: cell for name in _NARROWING if (cell := own.get(name) or typed.get(name))}
    question = replace(question, given=tuple(given.items()))
    return question if question.error else replace(question, filters=of_cells(given))


def _asked(rows: Iterator[Row]) -> Iterator[Question]:
    lines: dict[str, int] = {}
    for line, cells, error in rows:
        given = {name: cells[name] for name in _NARROWING if cells.get(name)}
        known = (ID, QUERY, *_NARROWING)
        extra = tuple((name, cell) for name, cell in cells.items() if name not in known)
        query = cells.get(QUERY, "")
        name = cells.get(ID, "") or (f"line {line}" if error else str(line))
        if guarded(name) != name:
            error = error or f"the id {name} looks like a formula, which CSV would have to change: choose another id"
            name = f"line {line}"
        if name in lines:  # ids identify the rows and columns of the output
            name = f"{name} (line {line})"
        lines[name] = line
        question = Question(name, query, line, given=tuple(given.items()), extra=extra, error=error or _slip(query))
        yield with_filters(question)


def _slip(query: str) -> str:
    """Return why the text of a cell is not a query, as far as can be known without parsing it, or ""."""
    if not query:
        return "the row has no query"
    if "\ufffd" in query:
        return "the query has characters that cannot be read: save the sheet as UTF-8"
    if found := _SPREADSHEET.match(query):
        return f"Excel read the query as a formula and saved {found[0]}: type an apostrophe before it, such as '=DNA"
    if _FORMULA.match(query):
        return "this is a spreadsheet formula, not a query"
    if _CONVERTED.fullmatch(query):
        return f"Excel turned what was typed into {query}: format the cell as Text, type it again and save the sheet"
    return ""
