"""The tables of a data package: those of a study, and the reports, paragraphs and queries that they refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corpus.report import Report
from search.analytics.paragraphs import COLUMNS as PARAGRAPHS
from search.analytics.paragraphs import paragraphs
from search.batch.columns import SUMMARY
from search.batch.study import Study
from search.filters import EVERYTHING, Filters
from search.searcher import Searcher
from search.tables.frames import Table

REPORTS = (
    *("report", "title", "board", "area", "child", "case", "kind", "type", "year", "year_source", "published"),
    *("author", "language", "url", "accessed", "file", "pages", "unread_pages", "searchable", "words"),
)
COUNTS = ("id", "report", "mentions", "counted")


@dataclass(frozen=True, slots=True)
class Resource:
    """A table of a package.

    `about` says what a row is. `key` are the columns that identify a row. `to` are the columns that refer to a row of
    another table.
    """

    name: str
    about: str
    table: Table
    key: tuple[str, ...] = ()
    to: Mapping[str, tuple[str, str]] | None = None


_REPORT = ("reports", "report")
_QUERY = ("queries", "id")


def resources(
    searcher: Searcher, study: Study, filters: Filters = EVERYTHING, *, text: bool = False
) -> Iterator[Resource]:
    """Yield the tables. A table comes after those that it refers to.

    `filters` select the paragraphs. With `text`, every paragraph is included.
    """
    questions = [answer.question for answer in study.about.answers]
    extras = tuple(name for name in study.summary.columns if name not in SUMMARY)
    rows = [
        {**dict(each.extra), "id": each.id, "query": each.query, "filters": answer.filters}
        | {"parsed": answer.parsed, "counted": each.counted}
        for each, answer in zip(questions, study.about.answers, strict=True)
    ]
    queries = Table(rows, ("id", "query", "filters", "parsed", "counted", *extras), text=extras)
    yield Resource("queries", "A query.", queries, ("id",))
    known = searcher.reports()
    words = searcher.words()
    reports = Table([_report(report, words) for report in known], REPORTS)
    yield Resource("reports", "A report of the library.", reports, ("report",))
    by_query = {"id": _QUERY}
    yield Resource("summary", "A query with its counts.", study.summary, ("id",), by_query)
    by_key = ("id", "grouping", "period", "board", "area", "kind", "type")
    yield Resource("by", "A query in the reports of one group.", study.by, by_key, by_query)
    pairs = {"id_a": _QUERY, "id_b": _QUERY}
    yield Resource("pairs", "Two queries together.", study.pairs, ("id_a", "id_b"), pairs)
    yield Resource("terms", "A part of a query on its own.", study.terms, (), by_query)
    counts = Table(_counts(study), COUNTS)
    both = {"id": _QUERY, "report": _REPORT}
    yield Resource("counts", "A report that was searched for a query; 0: no mention.", counts, ("id", "report"), both)
    yield Resource("passages", "A passage with a mention.", study.passages, (), both)
    yield Resource("mentions", "A mention.", study.mentions, ("id", "mention"), both)
    if text:
        table = Table(paragraphs(searcher, "", filters), PARAGRAPHS)
        yield Resource("paragraphs", "A paragraph of a report.", table, ("report", "ordinal"), {"report": _REPORT})


def _report(report: Report, words: Mapping[str, int]) -> dict[str, Any]:
    row = {name: getattr(report, name) for name in REPORTS if name not in ("report", "words")}
    return {**row, "report": report.id, "words": words[report.id]}


def _counts(study: Study) -> Iterator[dict[str, Any]]:
    """Yield the matrix with a row for each report and query that belong together."""
    names = study.matrix.columns[-len(study.about.answers) :]
    for answer, name in zip(study.about.answers, names, strict=True):
        about = {"id": answer.question.id, "counted": answer.question.counted}
        for row in study.matrix:
            if row[name] is not None:
                yield {**about, "report": row["report"], "mentions": row[name]}
