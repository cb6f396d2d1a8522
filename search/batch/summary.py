"""The summary of a batch, with a row per query, and the matrix of reports and queries, as table rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from search.batch.columns import MATRIX, extra_cells
from search.batch.tally import QueryAnswer, Tally, counted
from search.statistics.intervals import per_10000, rounded, wilson

_SHOWN = ("reports", "of", "together", "apart", "cases", "mentions", "passages", "parsed")


def summary_row(answer: QueryAnswer, words: int) -> dict[str, Any]:
    """Return the row of one query. `words` is how many words were searched, in all reports that pass its filters."""
    row: dict[str, Any] = {
        **extra_cells(answer),
        "id": answer.question.id,
        "query": answer.question.query,
        "filters": answer.filters,
        "error": answer.error,
    }
    if not answer.error:
        row |= {name: getattr(answer, name) for name in _SHOWN}
        low, high = wilson(len(answer.counts), answer.of) if answer.of else (None, None)
        row |= {"share": rounded(answer.share), "low": rounded(low), "high": rounded(high), "words": words}
        row |= {"counted": answer.question.counted}
        row |= {"rate": per_10000(answer.mentions or 0, words), "warnings": " ".join(answer.warnings)}
    return row


def matrix_names(tally: Tally) -> list[str]:
    """Return the columns of the queries in the matrix: their ids, which are unique."""
    ids = [answer.question.id for answer in tally.answers]
    return [f"query {name}" if name in MATRIX else name for name in ids]


def by_title(tally: Tally) -> list[int]:
    """Return the indexes of the reports in the tally, sorted by title."""
    reports = tally.reports
    return sorted(range(len(reports)), key=lambda n: (reports[n].title.casefold(), reports[n].year or 0, n))


def matrix_rows(tally: Tally, missing: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of the matrix: the numbers of mentions, including 0.

    `missing` is the value for a report that was not searched.
    """

    def cell(report: int, query: int) -> int | str | None:
        count = tally.count(report, query)
        return missing if count is None else count

    return _by_report(tally, cell)


def scope_rows(tally: Tally) -> Iterator[dict[str, Any]]:
    """Yield the rows of the matrix's mask: 1 if a report is one of the N of a query, otherwise 0."""
    return _by_report(tally, lambda report, query: int(tally.in_scope(report, query)))


def _by_report(tally: Tally, cell: Callable[[int, int], int | str | None]) -> Iterator[dict[str, Any]]:
    names, what = matrix_names(tally), counted(tally.answers)
    for n in by_title(tally):
        report = tally.reports[n]
        row = {name: getattr(report, "id" if name == "report" else name) for name in MATRIX if name != "counted"}
        yield {**row, "counted": what, **{name: cell(n, query) for query, name in enumerate(names)}}


def most_rows(tally: Tally) -> Iterator[dict[str, Any]]:
    """Yield the rows of the reports with most of the words of each query."""
    reports = {report.id: report for report in tally.reports}
    for answer in tally.answers:
        for found, lacks in answer.most:
            report = reports[found]
            said = {"id": answer.question.id, "query": answer.question.query, "report": found, "lacks": lacks}
            said["counted"] = answer.question.counted
            yield {**said, **{name: getattr(report, name) for name in ("title", "board", "year", "year_source")}}


def term_rows(tally: Tally) -> Iterator[dict[str, Any]]:
    """Yield the rows of the parts of each query.

    `reports` counts the reports of the whole library that have the part, whatever the filters, so near-duplicates are
    all counted.
    """
    for answer in tally.answers:
        for part in answer.expansions:
            counts = {"reports": part.reports, "mentions": part.mentions, "counted": "reports"}
            said = {"id": answer.question.id, "query": answer.question.query, "term": part.text}
            yield {**said, "terms": "; ".join(part.terms), **counts}
