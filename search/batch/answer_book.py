"""The workbook of a batch: summary, matrix, mentions, co-occurrence, years, errors and the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from search.batch.columns import MOST, NOT_SEARCHED, REPORT_COLUMNS, SUMMARY
from search.batch.mentions import Plan, kept_rows
from search.batch.record import About
from search.batch.summary import by_title, most_rows, summary_row
from search.batch.tally import SMALL, QueryAnswer, Tally
from search.batch.tidy import Tidy
from search.citation import printed
from search.hits.expansions import with_other_words
from search.tables.cell_text import shortened
from search.tables.column_types import MAX_COLUMNS, WIDTHS
from search.tables.workbook import Book, Link, Sheet

_MENTIONS = ("id", "query", "title", "board", "year", "year_source", "page", "page_label", "paragraph", "section",
             "heading", "mentions", "match", "text", "link", "kind", "child", "case", "file", "report",
             "ordinal", "mention_ids")  # fmt: skip
_MATRIX = ("board", "year", "year_source", "report", "counted")  # columns of the sheet Matrix, after the title
MAX_MENTIONS = 1_048_575
"""The maximum number of rows of the sheet Mentions, not counting the header, which is the limit of an Excel sheet."""
ALL_ROWS = "For all rows, run the batch again with --out answers.csv, answers.jsonl or answers.parquet."

_QUERY, _TITLE = 60, 64  # characters in the header and the first column of the matrix


def write_book(
    path: Path,
    folder: Path,
    tally: Tally,
    tidy: Tidy,
    parts: Mapping[Path, int],
    plan: Plan,
    about: About,
    max_rows: int,
) -> None:
    """Write the workbook.

    `folder` is for temporary files. `parts` has the stored mentions of each query, with their number of rows.
    `max_rows` is the limit of the sheet Mentions, not counting its header. Rows beyond it are left out, and the
    workbook says so.
    """
    left_out = rows_left_out(list(parts.values()), max_rows)
    with Book(path, folder) as book:
        # The order of the sheets. Each is written from top to bottom.
        summary = book.sheet("Summary", (*SUMMARY, *plan.extras))
        matrix = book.sheet("Matrix", ("title", *_MATRIX), widths={**WIDTHS, "title": 56})
        mentions = book.sheet("Mentions", (*_MENTIONS, *plan.extras))
        _summary(summary, tally, tidy, plan.extras, left_out)
        _matrix(matrix, tally, about)
        _mentions(mentions, tally, parts, max_rows)
        _together(book, tally)
        _years(book, tally)
        if plan.most:
            most = book.sheet("Most of the words", MOST)
            most.header()
            for row in most_rows(tally):
                most.write(row)
        errors = book.sheet("Errors", ("line", "id", "query", "error"))
        errors.header()
        for answer in tally.answers:
            if answer.error:
                errors.write({**answer.question.to_dict(), "error": answer.error})
        _about(book, about, sum(parts.values()), sum(left_out))


def rows_left_out(rows: Sequence[int], max_rows: int) -> list[int]:
    """Return how many rows of each query do not fit on the sheet. Earlier queries take precedence."""
    left, found = max_rows, []
    for count in rows:
        found.append(max(0, count - left))
        left = max(0, left - count)
    return found


def _mentions(sheet: Sheet, tally: Tally, parts: Mapping[Path, int], max_rows: int) -> None:
    sheet.header(sheet.columns, keep=1)
    sheet.narrow(
        name
        for name in REPORT_COLUMNS
        if name in _MENTIONS and not any(getattr(report, name) for report in tally.reports)
    )
    for row in islice(kept_rows(parts), max_rows):
        link = Link(row["link"], f"page {printed(row['page_label'], 0) or row['page']}") if row["link"] else None
        sheet.write({**row, "link": link})
    sheet.finish()


def _summary(sheet: Sheet, tally: Tally, tidy: Tidy, extras: Sequence[str], left_out: Sequence[int]) -> None:
    sheet.header((*SUMMARY, *extras), keep=2)
    used: set[str] = set()
    for n, (answer, missing) in enumerate(zip(tally.answers, left_out, strict=True)):
        row = summary_row(answer, tidy.words(n))
        if row.get("parsed") == row["query"]:
            row["parsed"] = None  # only of interest if the query was read differently
        if missing:
            said = f"The sheet Mentions is full: {missing:,} rows of this query are not on it (see About)."
            row["warnings"] = f"{row['warnings']} {said}".lstrip()
        sheet.write(row)
        used.update(name for name, value in row.items() if value not in (None, ""))
    sheet.narrow(name for name in ("filters", "parsed", "warnings", "error") if name not in used)
    sheet.finish()


def _matrix(sheet: Sheet, tally: Tally, about: About) -> None:
    """Write the matrix of reports and queries: the number of mentions, or NA for a report that was not searched."""
    shown = range(min(len(tally.answers), MAX_COLUMNS - 1 - len(_MATRIX)))
    answer = [tally.answers[query] for query in shown]
    sheet.columns_like([7] * len(answer), 1 + len(_MATRIX))
    bold, blank = sheet.total, [None] * len(_MATRIX)
    sheet.cells(["reports", *blank, *(_or_na(a.reports) for a in answer)], bold)
    sheet.cells(["mentions", *blank, *(_or_na(a.mentions) for a in answer)], bold)
    names = [f"{a.question.id}  {shortened(a.question.query, _QUERY)}" for a in answer]
    sheet.header(["title", *_MATRIX, *names], upright=5, keep=1)
    for n in by_title(tally):
        report = tally.reports[n]
        cells = [shortened(report.title, _TITLE), report.board, report.year, report.year_source, report.id]
        sheet.cells([*cells, about.counted, *(_or_na(tally.count(n, query)) for query in shown)])
    if not any(report.board for report in tally.reports):
        sheet.narrow(["board"])
    sheet.finish(1 + len(_MATRIX) + len(answer))


def _or_na(count: int | None) -> int | str:
    return NOT_SEARCHED if count is None else count


def _together(book: Book, tally: Tally) -> None:
    """Write two sheets of queries against queries: the number of reports, and of paragraphs, that mention both."""
    shown = [n for n, answer in enumerate(tally.answers) if not answer.error][: MAX_COLUMNS - 2]
    names = [tally.answers[n].question.id for n in shown]
    rows = [[tally.together(one, other) for other in shown] for one in shown]
    for which, name in enumerate(("Same report", "Same paragraph")):
        sheet = book.sheet(name, ("id", "query"))
        sheet.columns_like([6] * len(shown), 2)
        sheet.header(["id", "query", *names], upright=0, keep=2)
        for one, row in zip(shown, rows, strict=True):
            question = tally.answers[one].question
            sheet.cells([question.id, question.query, *(pair[which] for pair in row)])


def _years(book: Book, tally: Tally) -> None:
    """Write the reports per year: n, N and n / N. N differs by query, because of filters, and by year."""
    held = tally.held_by_year()
    names = ["unknown" if year is None else str(year) for year in held]
    answered = [(n, answer) for n, answer in enumerate(tally.answers) if not answer.error]
    for name in ("By year", "By year (N)", "By year (share)"):
        sheet = book.sheet(name, ("id", "query"))
        sheet.columns_like([9] * len(held), 2)
        sheet.header(["id", "query", *names], keep=2)
        sheet.cells(["", "reports held", *held.values()], sheet.total)
        for n, answer in answered:
            found, searched = tally.by_year(n), tally.searched_by_year(n)
            counts = [found.get(year, 0) if year in searched else None for year in held]
            shown = _shown(name, counts, [searched.get(year) for year in held])
            small = [name != "By year (N)" and 0 < (count or 0) < SMALL for count in counts]
            sheet.marked([answer.question.id, answer.question.query], shown, small)


def _shown(name: str, counts: Sequence[int | None], searched: Sequence[int | None]) -> Sequence[float | None]:
    """Return a row of one of the sheets by year. None means that no report of that year was searched."""
    if name == "By year (share)":
        return [count / of if count is not None and of else None for count, of in zip(counts, searched, strict=True)]
    return counts if name == "By year" else searched


def _about(book: Book, about: About, rows: int, left_out: int) -> None:
    sheet = book.sheet("About", ("name", "value"), widths={"name": 44, "value": 110})
    sheet.header(["About this search", ""])
    for name, value in _facts(about, rows, left_out):
        sheet.cells([name, value])
    for answer in about.answers:
        if not answer.error:
            sheet.cells([])
            for name, value in _reading(answer):
                sheet.cells([name, value])


def _facts(about: About, rows: int, left_out: int) -> Iterator[tuple[str, str]]:
    """Yield what was searched, the versions used, and what the numbers mean."""
    wrong = sum(bool(answer.error) for answer in about.answers)
    if left_out:
        yield (
            "NOT ALL MENTIONS ARE HERE",
            (
                f"The sheet Mentions holds {rows - left_out:,} of {rows:,} rows, those of the first queries; "
                f"{left_out:,} are left out. The other sheets are complete. {ALL_ROWS}"
            ),
        )
    yield "searched on", about.asked_at
    yield "sheet of queries", about.sheet
    if about.read:
        yield "read from it", about.read
    yield "queries", f"{len(about.answers)}, of which {wrong} could not be run"
    yield "searched", about.searched
    yield "could not be read", about.not_searched
    yield "index", f"generation {about.generation['id']}, built {about.generation['built_at']}"
    yield "software", ", ".join(f"{name} {version}" for name, version in about.versions.items())
    yield "n and N count", f"{about.counted}{_ONCE if 'texts' in about.counted else ''}"
    yield "reports", "reports that match the query; `of` beside it: reports searched that meet its filters"
    yield "low, high", "the 95% interval of the share (Wilson 1927)"
    yield "words, rate", "words searched in these reports; mentions for each 10,000 of them"
    yield (
        "mentions",
        (
            "matches, each counted once. A row of the sheet Mentions is a passage, with its number of mentions. A row "
            "with 0 and no passage is a report that matches without one: its words are never in one paragraph, or the "
            "query has no words, only filters"
        ),
    )
    yield "cases", "reports that belong together, counted once"
    yield (
        "Matrix",
        (
            "0: the report was searched and has no mention; NA: it was not searched, because a filter left it out, it "
            "could not be read, or the query could not be run"
        ),
    )
    yield "By year", "empty: no report of that year met the filters of the query, so none was searched"
    yield (
        "small numbers",
        f"1 to {SMALL - 1} reports in a year are in italics, because they can identify people if you publish them",
    )


_ONCE = ": of reports that are at least 98% alike, one is counted, if the filter copies is given with the query"


def _reading(answer: QueryAnswer) -> Iterator[tuple[str, str]]:
    """Yield one query and how it was understood."""
    question = answer.question
    yield f"query {question.id}", question.query
    for name, value in question.given:
        yield f"   {name}", value
    if answer.parsed != question.query:
        yield "   read as", answer.parsed
    if len(answer.expansions) > 1:
        yield "   searched for", "; ".join(expansion.text for expansion in answer.expansions)
    for expansion in with_other_words(answer.expansions):
        yield f"   {shortened(expansion.text, _QUERY)} includes", ", ".join(expansion.terms)
    for warning in answer.warnings:
        yield "   note", warning
