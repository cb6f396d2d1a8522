"""A sheet of queries in, one row a passage out. A bad query is a row with its error; the rest goes on."""

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

from corpus.errors import LimitHit, ReviewsError, UsageError
from search.results import Results

COLUMNS = (
    "id",
    "query",
    "error",
    "warnings",
    "report",
    "title",
    "board",
    "child",
    "kind",
    "type",
    "year",
    "file",
    "page",
    "page_label",
    "paragraph",
    "ordinal",
    "section",
    "mentions",
    "text",
)
"""Of a row of the output. mentions: matches in this passage; text: the passage, verbatim."""

_ID_NAMES = ("id", "no", "number", "ref")
_QUERY_NAMES = ("query", "search", "term")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Question:
    """One row of the sheet. line: 1-based in the file. id: as given, else the line."""

    id: str
    query: str
    line: int


@dataclass(slots=True)
class BatchSummary:
    """What a batch did."""

    queries: int = 0
    errors: int = 0
    rows: int = 0

    def to_dict(self) -> dict[str, int]:
        return {"queries": self.queries, "errors": self.errors, "rows": self.rows}


class Search(Protocol):
    """The search of a library: the same that answers a single question."""

    def __call__(self, query: str, /, *, limit: None, per_report: None) -> Results: ...


def questions(data: bytes) -> list[Question]:
    """The questions in a file: CSV with a column `query`, or one query a line. Raises UsageError if it has none."""
    text = _decode(data)
    rows = _sheet(text)
    if rows is None:
        lines = enumerate(text.splitlines(), 1)
        found = [Question(str(n), line.strip(), n) for n, line in lines if line.strip()]
    else:
        found = rows
    if not found:
        raise UsageError("The file has no queries. Give one query a line, or a CSV file with a column called query.")
    return found


def run(
    asked: Sequence[Question],
    search: Search,
    out: Path,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> BatchSummary:
    """Answer every question and write all passages to `out` (.csv or .jsonl). The file appears whole or not at all."""
    writer = _writer(out)
    summary = BatchSummary()
    with _whole(out) as file:
        write = writer(file)
        for question in asked:
            summary.queries += 1
            try:
                results = search(question.query, limit=None, per_report=None)
            except ReviewsError as error:
                summary.errors += 1
                write({"id": question.id, "query": question.query, "error": f"line {question.line}: {error}"})
            else:
                for row in _rows(question, results):
                    summary.rows += 1
                    write(row)
            progress(summary.queries, len(asked))
    return summary


def _rows(question: Question, results: Results) -> Iterator[dict[str, Any]]:
    said = {"id": question.id, "query": question.query, "warnings": " ".join(results.warnings)}
    empty = True
    for hit in results:
        report = {name: hit.report[name] for name in ("title", "board", "child", "kind", "type", "year", "file")}
        for passage in hit.passages:
            empty = False
            yield {
                **said,
                "report": hit.report["id"],
                **report,
                "page": passage.page,
                "page_label": passage.page_label,
                "paragraph": passage.paragraph,
                "ordinal": passage.ordinal,
                "section": passage.section_kind.value,
                "mentions": len(passage.highlights),
                "text": passage.text,
            }
        if not hit.passages:  # an answer without words of its own, such as year:2015
            empty = False
            yield {**said, "report": hit.report["id"], **report, "mentions": 0}
    if empty:
        yield {**said, "mentions": 0}


def _sheet(text: str) -> list[Question] | None:
    """The rows of a CSV with a column for the query, or None when it is not such a sheet."""
    lines = text.splitlines()
    if not lines:
        return None
    separator = max(",;\t", key=lines[0].count)
    header = [cell.strip().lower() for cell in next(csv.reader([lines[0]], delimiter=separator))]
    query = next((header.index(name) for name in _QUERY_NAMES if name in header), None)
    if query is None:
        return None
    identifier = next((header.index(name) for name in _ID_NAMES if name in header), None)
    found = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 1
    for cells in reader:
        first, line = line, reader.line_num + 1
        if first == 1 or not any(cell.strip() for cell in cells):
            continue
        given = cells[identifier].strip() if identifier is not None and identifier < len(cells) else ""
        found.append(Question(given or str(first), cells[query].strip() if query < len(cells) else "", first))
    return found


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # what Excel writes


Row = Mapping[str, Any]


def _writer(out: Path) -> Callable[[TextIO], Callable[[Row], None]]:
    writers = {".csv": _csv, ".jsonl": _jsonl}
    try:
        return writers[out.suffix.lower()]
    except KeyError:
        raise UsageError(f"{out.name} must end in .csv or .jsonl: the ending says what is written.") from None


def _csv(file: TextIO) -> Callable[[Row], None]:
    file.write("\ufeff")  # without it Excel takes UTF-8 for cp1252
    writer = csv.writer(file)
    writer.writerow(COLUMNS)

    def write(row: Row) -> None:
        writer.writerow([safe_cell(row.get(column)) for column in COLUMNS])

    return write


def _jsonl(file: TextIO) -> Callable[[Row], None]:
    def write(row: Row) -> None:
        file.write(json.dumps({column: row.get(column) for column in COLUMNS}, ensure_ascii=False) + "\n")

    return write


def safe_cell(value: object) -> object:
    """A cell that a spreadsheet does not take for a formula: an apostrophe before what would begin one."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


@contextmanager
def _whole(out: Path) -> Iterator[TextIO]:
    """A file that takes its name only when all of it is on the disk."""
    beside = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
        beside = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(out)
        beside = None
    except OSError as error:
        raise LimitHit(
            f"{out} cannot be written ({error.strerror}). Check the folder, the disk and your rights."
        ) from error
    finally:
        if beside is not None:
            with suppress(OSError):  # what went wrong first is what the person should read
                beside.unlink(missing_ok=True)
