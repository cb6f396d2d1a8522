"""What is written of a batch: every mention, and beside it the sums, the matrix and the record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from corpus.atomic import move_atomic
from corpus.names import real_path
from corpus.report import Report
from search.batch.record import About
from search.batch.tally import SMALL, Asked, Tally
from search.results import Hit
from search.tables.sheet_rows import Kept, Link
from search.tables.workbook import MAX_COLUMNS, MAX_ROWS, WIDTHS, Book, Sheet, lines_of
from search.tables.writers import TEXT_FORMS, Write, text_file

COLUMNS = (
    "id",
    "query",
    "error",
    "warnings",
    "report",
    "title",
    "board",
    "child",
    "case",
    "kind",
    "type",
    "year",
    "file",
    "page",
    "page_end",
    "page_label",
    "paragraph",
    "ordinal",
    "section",
    "heading",
    "mentions",
    "match",
    "text",
    "link",
)
"""Of a row of mentions: a passage that has some. mentions: how many; match: what was found, as it stands there."""

SUMMARY = (
    "id",
    "query",
    "filters",
    "reports",
    "of",
    "share",
    "cases",
    "mentions",
    "passages",
    "parsed",
    "warnings",
    "error",
)
"""Of the summary: a row a query. reports of: the n of N."""

_BOOK = ("id", "query", "title", "board", "year", "page", "page_label", "paragraph", "section", "heading", "mentions",
         "match", "text", "link", "kind", "child", "case", "file", "report")  # fmt: skip
_ID = 12  # characters of the id of a report, by which `reviews show` finds it, in a workbook
_OF_A_REPORT = ("title", "board", "child", "case", "kind", "type", "year", "file")
_NAMES = {
    "page_label": "printed page",
    "share": "share of N",
    "of": "N",
    "reports": "n reports",
    "parsed": "read as",
    "match": "found",
}

Pieces = list[tuple[int, int]]
"""(rows, their bytes in a workbook at most) of one piece of an answer after the other."""


class Links:
    """Where a page of a report can be opened: our own web page when its address is given, else the PDF."""

    def __init__(self, library: Path, web: str = "") -> None:
        self._library = library.resolve()
        self._web = web.rstrip("/")
        self._files: dict[str, str] = {}

    def to(self, report: Report, page: int) -> str:
        """The address of a page."""
        if self._web:
            return f"{self._web}/reports/{report.id}/pages/{page}"
        if not report.files:
            return ""
        if report.id not in self._files:
            self._files[report.id] = real_path(self._library, report.files[0]).as_uri()
        return f"{self._files[report.id]}#page={page}"


@dataclass(frozen=True, slots=True)
class Plan:
    """How the mentions are to be written, so that another process can do it. extras: the sheet's own columns."""

    form: str
    extras: tuple[str, ...]
    library: Path
    web: str


class Mentions:
    """Writes the mentions of one question after the other, each into a file of its own, as they will stand in the
    output; so what is left to do at the end is to put them one behind the other.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._links = Links(plan.library, plan.web)
        self._lines = lines_of((*_BOOK, *plan.extras)) if plan.form == "xlsx" else None

    def write(self, path: Path, asked: Asked, hits: Iterable[Hit]) -> Pieces:
        """The rows of one question; in text, one for an error or an answer without hits. Returns how many, and for a
        workbook how many bytes they will have there, in pieces.
        """
        said = {**extra_cells(asked), "id": asked.question["id"], "query": asked.question["query"]}
        said |= {"error": asked.error, "warnings": " ".join(asked.warnings)}
        rows = (row for hit in hits for row in self._rows(said, hit))
        if self._lines:
            with path.open("wb") as data:
                kept = Kept(data)
                for row in rows:
                    row["report"] = row["report"][:_ID]
                    if row.get("link"):
                        row["link"] = Link(row["link"], f"page {row['page_label']}")
                    kept.write(self._lines.line(row))
            return kept.pieces()
        count = 0
        with text_file(path) as file:
            write = TEXT_FORMS[self._plan.form](file, (*COLUMNS, *self._plan.extras), header=False)
            for row in rows:
                write(row)
                count += 1
            if not count:
                write({**said, "mentions": None if asked.error else 0})
        return [(count or 1, 0)]

    def _rows(self, said: Mapping[str, Any], hit: Hit) -> Iterator[dict[str, Any]]:
        known = {**said, "report": hit.report.id, **{name: getattr(hit.report, name) for name in _OF_A_REPORT}}
        if not hit.mentions:  # an answer without words of its own, such as year:2015
            yield {**known, "mentions": 0}
            return
        for passage in filter(lambda passage: passage.highlights, hit.passages):
            found = dict.fromkeys(" ".join(passage.text[a:b].split()) for a, b in passage.highlights)
            yield {
                **known,
                "page": passage.page,
                "page_end": passage.page_end,
                "page_label": passage.page_label,
                "paragraph": passage.paragraph,
                "ordinal": passage.ordinal,
                "section": passage.section_kind.value,
                "heading": passage.section_heading,
                "mentions": len(passage.highlights),
                "match": "; ".join(found),
                "text": passage.text,
                "link": self._links.to(hit.report, passage.page),
            }


def extra_cells(asked: Asked) -> dict[str, str]:
    """The sheet's own columns. One that has the name of one of ours is called `sheet …`."""
    taken = (*COLUMNS, *SUMMARY)
    return {f"sheet {name}" if name in taken else name: cell for name, cell in asked.question["extra"].items()}


def summary_row(asked: Asked) -> dict[str, Any]:
    """The sums of one question."""
    filters = "; ".join(f"{name}: {value}" for name, value in asked.question["filters"].items())
    row = {
        **extra_cells(asked),
        "id": asked.question["id"],
        "query": asked.question["query"],
        "filters": filters,
        "error": asked.error,
    }
    if not asked.error:
        row |= {name: getattr(asked, name) for name in ("reports", "of", "cases", "mentions", "passages", "parsed")}
        row |= {"share": None if asked.share is None else round(asked.share, 4), "warnings": " ".join(asked.warnings)}
    return row


def write(
    plan: Plan,
    out: Path,
    folder: Path,
    tally: Tally,
    parts: Mapping[Path, Pieces],
    about: About,
    *,
    max_rows: int = MAX_ROWS,
) -> list[Path]:
    """Write all files in `folder`, then give them their names, the main one last. Returns them, the main one first.

    parts: what `Mentions` wrote, and told of it, in the order of the sheet. about: the record.
    """
    fresh: dict[Path, Path] = {}

    def place(path: Path) -> Path:
        fresh[path] = folder / f"out-{len(fresh)}"
        return fresh[path]

    if plan.form == "xlsx":
        with Book(place(out), folder) as book:
            _workbook(book, tally, parts, plan.extras, about, max_rows)
    else:
        with ExitStack() as stack:

            def table(path: Path, columns: Sequence[str]) -> Write:
                return TEXT_FORMS[plan.form](stack.enter_context(text_file(path)), columns)

            sums = table(place(out.with_suffix(f".summary.{plan.form}")), (*SUMMARY, *plan.extras))
            for asked in tally.asked:
                sums(summary_row(asked))
            matrix = table(place(out.with_suffix(f".matrix.{plan.form}")), (*_MATRIX, *_names(tally)))
            _matrix_file(tally, matrix)
            table(folder / "head", (*COLUMNS, *plan.extras))
        with place(out).open("wb") as every:
            for path in (folder / "head", *parts):
                with path.open("rb") as part:
                    shutil.copyfileobj(part, every)
    text = json.dumps(about.to_dict(), ensure_ascii=False, indent=1)
    place(out.with_suffix(".about.json")).write_text(text, "utf-8", errors="replace")
    files = sorted(fresh, key=lambda path: path != out)
    for path in reversed(files):
        fresh[path].chmod(0o600)
        move_atomic(fresh[path], path)
    return files


_MATRIX = ("report", "title", "board", "year")


def _names(tally: Tally) -> list[str]:
    """What the columns of the matrix are called: the ids of the questions, which are unique."""
    taken = set(_MATRIX)
    ids = [asked.question["id"] for asked in tally.asked]
    return [f"query {name}" if name in taken else name for name in ids]


def _by_title(tally: Tally) -> list[int]:
    """The places of the reports in the order in which a person looks for one."""
    reports = tally.reports
    return sorted(range(len(reports)), key=lambda n: (reports[n].title.casefold(), reports[n].year or 0, n))


def _matrix_file(tally: Tally, write: Write) -> None:
    names = _names(tally)
    for n in _by_title(tally):
        report = tally.reports[n]
        row = {name: getattr(report, "id" if name == "report" else name) for name in _MATRIX}
        write({**row, **{name: tally.count(n, query) for query, name in enumerate(names)}})


# The workbook


def _workbook(
    book: Book, tally: Tally, parts: Mapping[Path, Pieces], extras: Sequence[str], about: About, max_rows: int
) -> None:
    summary = book.sheet("Summary", (*SUMMARY, *extras))
    matrix = book.sheet("Matrix", ("report title", "board", "year", "report"), widths={**WIDTHS, "report title": 56})

    def lines() -> Iterator[bytes]:
        for path in parts:
            with path.open("rb") as part:
                yield from part

    pieces = chain.from_iterable(parts.values())
    empty = [
        name for name in _OF_A_REPORT if name in _BOOK and not any(getattr(report, name) for report in tally.reports)
    ]
    columns = (*_BOOK, *extras)
    sheets = book.table("Mentions", columns, lines(), pieces, max_rows=max_rows, keep=1, names=_NAMES, narrow=empty)
    _summary(summary, tally, extras)
    _matrix(matrix, tally)
    _together(book, tally)
    _years(book, tally)
    errors = book.sheet("Errors", ("line", "id", "query", "error"))
    errors.header()
    for asked in tally.asked:
        if asked.error:
            errors.write({**asked.question, "error": asked.error})
    _about(book, about, sheets, max_rows)


def _summary(sheet: Sheet, tally: Tally, extras: Sequence[str]) -> None:
    sheet.header([_NAMES.get(name, name) for name in (*SUMMARY, *extras)], keep=2)
    used: set[str] = set()
    for asked in tally.asked:
        row = summary_row(asked)
        if row.get("parsed") == row["query"]:
            row["parsed"] = None  # only what was read otherwise than it was written is worth a look
        sheet.write(row)
        used.update(name for name, value in row.items() if value not in (None, ""))
    sheet.narrow(name for name in ("filters", "parsed", "warnings", "error") if name not in used)
    sheet.finish()


def _matrix(sheet: Sheet, tally: Tally) -> None:
    """Reports × queries. Empty: the report does not answer; 0: it answers without a mention, as to `year:2015`."""
    shown = range(min(len(tally.asked), MAX_COLUMNS - 4))
    asked = [tally.asked[query] for query in shown]
    sheet.columns_like([7] * len(asked), 4)
    bold = sheet.total
    sheet.cells(["n reports", None, None, None, *(None if a.error else a.reports for a in asked)], bold)
    sheet.cells(["mentions", None, None, None, *(None if a.error else a.mentions for a in asked)], bold)
    names = [f"{a.question['id']}  {_short(a.question['query'])}" for a in asked]
    sheet.header(["title", "board", "year", "report", *names], upright=4, keep=1)
    for n in _by_title(tally):
        report = tally.reports[n]
        cells = [_short(report.title, 64), report.board, report.year, report.id[:_ID]]
        sheet.cells([*cells, *(tally.count(n, query) for query in shown)])
    if not any(report.board for report in tally.reports):
        sheet.narrow(["board"])
    sheet.finish(4 + len(asked))


def _together(book: Book, tally: Tally) -> None:
    """Two sheets, queries × queries: the reports, and the paragraphs, in which both stand."""
    shown = [n for n, asked in enumerate(tally.asked) if not asked.error][: MAX_COLUMNS - 2]
    names = [tally.asked[n].question["id"] for n in shown]
    rows = [[tally.together(one, other) for other in shown] for one in shown]
    for which, name in enumerate(("Same report", "Same paragraph")):
        sheet = book.sheet(name, ("id", "query"))
        sheet.columns_like([6] * len(shown), 2)
        sheet.header(["id", "query", *names], upright=0, keep=2)
        for one, row in zip(shown, rows, strict=True):
            question = tally.asked[one].question
            sheet.cells([question["id"], question["query"], *(pair[which] for pair in row)])


def _years(book: Book, tally: Tally) -> None:
    """Reports of each year, and their share of the reports held of that year, whose number changes."""
    held = tally.held_by_year()
    names = ["unknown" if year is None else str(year) for year in held]
    answered = [(n, asked) for n, asked in enumerate(tally.asked) if not asked.error]
    for share in (False, True):
        sheet = book.sheet("By year (share)" if share else "By year", ("id", "query"))
        sheet.columns_like([9] * len(held), 2)
        sheet.header(["id", "query", *names], keep=2)
        sheet.cells(["", "reports held", *held.values()], sheet.total)
        for n, asked in answered:
            found = tally.by_year(n)
            counts = [found.get(year, 0) for year in held]
            shown = [count / of for count, of in zip(counts, held.values(), strict=True)] if share else counts
            small = [0 < count < SMALL for count in counts]
            sheet.marked([asked.question["id"], asked.question["query"]], shown, small)


def _about(book: Book, about: About, sheets: int, max_rows: int) -> None:
    sheet = book.sheet("About", ("name", "value"), widths={"name": 44, "value": 110})
    sheet.header(["About this search", ""])
    coverage = about.coverage
    answered = [asked for asked in about.asked if not asked.error]
    sheet.cells(["asked", about.asked_at])
    sheet.cells(["sheet of queries", about.sheet])
    if about.read:
        sheet.cells(["what was read of it", about.read])
    sheet.cells(["queries", f"{len(about.asked)}, of which {len(about.asked) - len(answered)} could not be answered"])
    sheet.cells(["searched", f"{coverage.searchable} of {coverage.reports} reports"])
    not_searched = f"{coverage.unread_pages} pages that could not be read, {coverage.failures} files"
    sheet.cells(["not searched", not_searched])
    sheet.cells(["generation of the index", f"{about.generation['id']}, built {about.generation['built_at']}"])
    sheet.cells(["program", ", ".join(f"{name} {version}" for name, version in about.versions.items())])
    sheet.cells(
        ["n reports", "reports that answer the query; the N beside it: reports searched that its filters let through"]
    )
    sheet.cells(
        [
            "mentions",
            "places that match, each once. A row of the sheet Mentions is a passage, with its number of mentions",
        ]
    )
    sheet.cells(["cases", "reports that belong together, counted once"])
    sheet.cells(["Matrix", "empty: the report does not answer; 0: it answers without a mention (year:2015, -word)"])
    sheet.cells(
        ["small numbers", f"1 to {SMALL - 1} reports of a year stand in italics: published, they can identify people"]
    )
    if sheets > 1:
        sheet.cells(["Mentions", f"stand on {sheets} sheets: one holds {max_rows:,} rows"])
    for asked in answered:
        question = asked.question
        sheet.cells([])  # each query is a block of its own
        sheet.cells([f"query {question['id']}", question["query"]])
        for name, value in question["filters"].items():
            sheet.cells([f"   {name}", value])
        if asked.parsed != question["query"]:
            sheet.cells(["   read as", asked.parsed])
        if len(asked.expansions) > 1:
            sheet.cells(["   searched for", "; ".join(expansion.text for expansion in asked.expansions)])
        for expansion in asked.expansions:
            if len(expansion.terms) > 1:
                sheet.cells([f"   {_short(expansion.text)} stands for", ", ".join(expansion.terms)])
        for warning in asked.warnings:
            sheet.cells(["   note", warning])


def _short(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
