"""A sheet of questions: what people type into Excel, a text editor or a program, and what each row asks.

CSV, TSV or XLSX with a column `query`, JSON Lines, or one query a line. A row that cannot be asked says why; it never
spoils another one.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from corpus.catalogue.text_table import decoded, folded, records_of, separator, unguarded
from corpus.errors import UsageError
from search.filters import EVERYTHING, Filters, section_kind

MAX_BYTES = 100_000_000
_UNPACKED = 25_000_000  # bytes of a workbook: 16,000 queries take 2 million, and 25 million four seconds
MAX_QUESTIONS = 16_000
"""Of one sheet: a spreadsheet has no room for more columns in a matrix."""

ID, QUERY = "id", "query"
_OTHER_NAMES = {"no": ID, "number": ID, "ref": ID, "search": QUERY, "term": QUERY, "years": "year", "in": "section"}
FILTERS = {
    "year": "years",
    "board": "boards",
    "area": "areas",
    "child": "children",
    "case": "cases",
    "kind": "kinds",
    "type": "types",
    "section": "sections",
    "theme": "themes",
}
"""The columns that narrow a search, and the filter each one sets. Several values stand with ; between."""
_KNOWN = frozenset((ID, QUERY, *_OTHER_NAMES, *FILTERS))

_SPREADSHEET = re.compile(r"#(NAME\?|REF!|VALUE!|DIV/0!|NUM!|NULL!|N/A|SPILL!|CALC!)")
_FORMULA = re.compile(r"\s*(@|[=+]\s*[A-Za-z][\w.]*\(|[=+]\s*[\w.$]+(?:[+*/^&!]\S|\|'))")
_WORD_FORMULA = re.compile(r"=\s*(\w+)")


@dataclass(frozen=True, slots=True)
class Question:
    """One row. id: as given, else its line; unique in the sheet. line: 1-based in the file, or row of the spreadsheet.

    given: the filters as they were typed. extra: the other columns, carried through. error: why it cannot be asked.
    """

    id: str
    query: str
    line: int
    filters: Filters = EVERYTHING
    given: tuple[tuple[str, str], ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    error: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The row as a batch records it."""
        return {
            "id": self.id,
            "line": self.line,
            "query": self.query,
            "filters": dict(self.given),
            "extra": dict(self.extra),
            "unusable": self.error,
        }


def questions(data: bytes, name: str = "") -> list[Question]:
    """The questions in a file. name: of the file, whose ending says what it is; without it the content tells.

    Raises UsageError when there are none. A row that cannot be asked is a Question with its error.
    """
    if len(data) > MAX_BYTES:
        raise UsageError(f"The sheet is larger than {MAX_BYTES // 1_000_000} MB. Split it.")
    ending = name.lower().rpartition(".")[2]
    if data.startswith(b"PK\x03\x04"):
        rows = _spreadsheet(data)
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UsageError("The sheet is in the format of Excel 97 (.xls). Save it as .xlsx or as CSV.")
    else:
        lines = decoded(data)
        objects = ending in ("jsonl", "ndjson") or (ending not in ("csv", "tsv", "txt") and _is_json(lines))
        rows = _objects(lines) if objects else _table(lines)
    found = list(islice(_asked(rows), MAX_QUESTIONS + 1))
    if not found:
        raise UsageError(
            "The sheet has no queries. Give one query a line, or a table with a column called query; "
            "`reviews batch --template` writes an example."
        )
    if len(found) > MAX_QUESTIONS:
        raise UsageError(f"The sheet has more than {MAX_QUESTIONS:,} queries. So many fit into one batch: split it.")
    return found


def years(text: str) -> tuple[int | None, int | None]:
    """A year or a range of years (2015, 2015..2020, 2015.., ..2020). Raises UsageError."""
    match = re.fullmatch(r"\s*(\d{4})?(?:\.0)?\s*(\.\.|-|–|—|…|to)?\s*(\d{4})?\s*", text)
    if not match or not (match[1] or match[3]) or (match[1] and match[3] and not match[2]):
        raise UsageError(f"{text[:40]} is no year: write 2015, 2015..2020, 2015.. or ..2020.")
    first, last = (int(year) if year else None for year in (match[1], match[3]))
    if not match[2]:
        return (first, first)
    if first and last and first > last:
        raise UsageError(f"{text[:40]} runs backwards: the earlier year comes first, as in 2015..2020.")
    return first, last


def filters_of(given: Mapping[str, str]) -> Filters:
    """The filters that cells or a record ask for. Raises UsageError for one that cannot be."""
    values: dict[str, Any] = {}
    for name, cell in given.items():
        several = tuple(value for part in cell.split(";") if (value := part.strip()))
        if name == "year":
            values["years"] = years(cell)
        elif name == "section":
            values["sections"] = tuple(section_kind(value) for value in several)
        else:
            values[FILTERS[name]] = several
    return Filters(**values)


Row = tuple[int, Mapping[str, str], str]
"""Line, cells by column, and why the row cannot be used, or ""."""


def _asked(rows: Iterator[Row]) -> Iterator[Question]:
    lines: dict[str, int] = {}
    for line, cells, error in rows:
        given = {name: cells[name] for name in FILTERS if cells.get(name)}
        known = (ID, QUERY, *FILTERS)
        extra = tuple((name, cell) for name, cell in cells.items() if name not in known)
        query = cells.get(QUERY, "")
        name = cells.get(ID, "") or (f"line {line}" if error else str(line))
        if name in lines:  # else the rows and columns of the answer could not be told apart
            name = f"{name} (line {line})"
        lines[name] = line
        question = Question(name, query, line, given=tuple(given.items()), extra=extra, error=error or _slip(query))
        try:
            question = replace(question, filters=filters_of(given))
        except UsageError as wrong:
            question = replace(question, error=question.error or str(wrong))
        yield question


def _slip(query: str) -> str:
    """Why what stands in a cell is no query, as far as that can be seen without reading it."""
    if not query:
        return "the row has no query"
    if "\ufffd" in query:
        return "the query has letters that cannot be read: save the sheet as UTF-8"
    if found := _SPREADSHEET.match(query):
        return f"Excel took the query for a formula and saved {found[0]}: write an apostrophe before it, such as '=DNA"
    if _FORMULA.match(query):
        return "this is a formula of a spreadsheet, no query"
    return ""


def _table(lines: list[str]) -> Iterator[Row]:
    delimiter, skipped = separator(lines, _KNOWN)
    header = next((line for line in lines[skipped:] if line.strip()), "")
    if not any(_column(cell) == QUERY for cell in header.split(delimiter)):
        yield from ((n, {QUERY: line.strip()}, "") for n, line in enumerate(lines, 1) if line.strip())
        return
    bad: list[tuple[int, str]] = []
    records = records_of(lines[skipped:], skipped + 1, delimiter, lambda line, said: bad.append((line, said)))
    columns: list[str] = []
    for line, cells in records:
        yield from _given_up(bad, lines)
        if not columns:
            columns = _columns(cells)
        elif len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            said = f"it has {len(cells)} cells for {len(columns)} columns: put a query with a comma in quotes"
            yield line, dict(zip(columns, map(unguarded, cells), strict=False)), said
        else:
            yield line, dict(zip(columns, map(unguarded, cells), strict=False)), ""
    yield from _given_up(bad, lines)


def _given_up(bad: list[tuple[int, str]], lines: list[str]) -> Iterator[Row]:
    for line, said in bad:
        yield line, {QUERY: lines[line - 1].strip()}, f"the line {said}"
    bad.clear()


def _objects(lines: list[str]) -> Iterator[Row]:
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            yield n, {QUERY: line.strip()}, "the line is not JSON"
            continue
        if isinstance(value, str):
            value = {QUERY: value}
        if not isinstance(value, dict):
            yield n, {QUERY: line.strip()}, "the line is not an object with a key query"
            continue
        names = _columns(list(value))
        yield n, {name: _clean(_told(cell)) for name, cell in zip(names, value.values(), strict=True)}, ""


def _spreadsheet(data: bytes) -> Iterator[Row]:
    from openpyxl import load_workbook  # takes a fifth of a second, so only who needs it waits

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _UNPACKED:
                raise UsageError("The workbook is too large when unpacked. Keep only the columns that are needed.")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        for sheet in book.worksheets:
            rows = sheet.iter_rows()
            header = next((row for row in rows if any(cell.value is not None for cell in row)), ())
            columns = _columns([_told(cell.value) for cell in header])
            if QUERY in columns:
                break
        else:
            raise UsageError("No sheet of the workbook has a column called query in its first row.")
        for row in rows:
            if not any(cell.value is not None for cell in row):
                continue
            told = [_cell(cell) for cell in row[: len(columns)]]
            error = next((said for name, (_, said) in zip(columns, told, strict=False) if said and name == QUERY), "")
            yield _line(row), dict(zip(columns, (text for text, _ in told), strict=False)), error
        book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, TypeError, AttributeError, SyntaxError) as error:
        # openpyxl checks little and fails anywhere on a broken file. SyntaxError: of the XML in it.
        raise UsageError("The workbook is damaged or no .xlsx file. Save it again, or as CSV.") from error


def _line(row: Any) -> int:
    return next(int(cell.row) for cell in row if cell.value is not None)


def _cell(cell: Any) -> tuple[str, str]:
    """The text of a cell, and why it is no query."""
    text = _clean(_told(cell.value))
    if cell.value is not None and cell.data_type == "f" and not _WORD_FORMULA.fullmatch(text):
        # `=DNA`, typed without an apostrophe, is a formula to Excel and a query to us: it is taken as it was typed.
        return text, "the cell holds a formula, no query"
    return text, ""


def _told(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(map(_told, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else value if isinstance(value, str) else str(value)


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode().strip()  # half a pair of surrogates can be in no file


def _columns(header: list[str]) -> list[str]:
    columns: list[str] = []
    for number, cell in enumerate(header, 1):
        name = _column(cell) or f"column {number}"
        columns.append(f"{name} ({number})" if name in columns else name)
    return columns


def _column(cell: str) -> str:
    name = folded(cell)
    name = _OTHER_NAMES.get(name, name)
    return name if name in _KNOWN else _clean(cell).strip('"').strip()


def _is_json(lines: list[str]) -> bool:
    first = next((line for line in lines if line.strip()), "").strip()
    if not (first.startswith("{") and first.endswith("}")):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


TEMPLATE = (
    ("id", "query", "year", "section", "note"),
    ("N1", "neglect", "", "", "the word and its forms"),
    ("N2", '"voice of the child"', "2015..2020", "", "a phrase, in the reports of some years"),
    ("N3", "neglect* NEAR/10 adolescent*", "", "findings; recommendations", "near each other, in one of two sections"),
    ("N4", '"professional curiosity" OR "respectful uncertainty"', "", "", "either phrase"),
    ("N5", "'=DNA", "", "", "DNA in capitals only; the apostrophe keeps Excel from taking it for a formula"),
    ("N6", 'theme:"voice of the child"', "", "", "a theme: `reviews themes` lists them"),
)
"""An example sheet. Columns of your own, such as `note`, come back in the answer."""


def template(form: str) -> bytes:
    """The example sheet as csv, tsv, xlsx or jsonl. Raises UsageError for another form."""
    writers: dict[str, Callable[[], bytes]] = {
        "csv": lambda: _template_text(","),
        "tsv": lambda: _template_text("\t"),
        "xlsx": _template_workbook,
        "jsonl": _template_objects,
    }
    if form not in writers:
        raise UsageError(f"The template can be .csv, .tsv, .xlsx or .jsonl, not .{form}.")
    return writers[form]()


def _template_text(delimiter: str) -> bytes:
    import csv

    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(TEMPLATE)
    return ("\ufeff" + text.getvalue()).encode()


def _template_objects() -> bytes:
    header, *rows = TEMPLATE
    objects = ({n: unguarded(c) for n, c in zip(header, row, strict=True) if c} for row in rows)
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in objects).encode()


def _template_workbook() -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Queries")
        bold = book.add_format({"bold": True, "bottom": 1})
        typed = book.add_format({"quote_prefix": True})
        for y, row in enumerate(TEMPLATE):
            for x, cell in enumerate(row):
                sheet.write_string(y, x, unguarded(cell), bold if y == 0 else typed)
        for x, wide in enumerate((8, 56, 14, 28, 60)):
            sheet.set_column(x, x, wide)
        sheet.freeze_panes(1, 0)
    return file.getvalue()
