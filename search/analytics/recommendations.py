"""All recommendations and findings as one table, or those that mention a query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from corpus.model import ItemKind
from search.filters import EVERYTHING, Filters
from search.request import SearchRequest
from search.searcher import Searcher

COLUMNS = (
    *("kind", "number", "text", "addressee", "report", "title", "board", "child", "year", "year_source", "page"),
    "heading",
)


def recommended(
    searcher: Searcher, query: str = "", filters: Filters = EVERYTHING, *, kind: ItemKind | None = None
) -> Iterator[dict[str, Any]]:
    """One row for each recommendation, grouped by report: newest report first or, with a query, in search order.

    query: only items that contain a mention; its words need not all be in the same item. filters: a filter by section
    applies to the items too.
    """
    reports = {report.id: report for report in searcher.reports(filters)}
    found: Iterable[tuple[str, set[int]]]
    if query:
        _, hits = searcher.stream(SearchRequest.everything(query, filters, facets=False))
        found = ((hit.report.id, {p.ordinal for p in hit.passages if p.mentions}) for hit in hits)
    else:
        found = ((report, set()) for report in sorted(reports, key=lambda r: (-(reports[r].year or 0), r)))
    for report, mentioned in found:  # one at a time: a page of them need not wait for all
        known = reports[report]
        for item in searcher.items(report, kind):
            if filters.sections and item.section.kind.value not in filters.sections:
                continue
            if query and mentioned.isdisjoint(range(item.first, item.last + 1)):
                continue
            yield {
                "kind": item.kind.value,
                "number": item.number,
                "text": item.text,
                "addressee": item.addressee,
                "report": report,
                **{name: getattr(known, name) for name in ("title", "board", "child", "year", "year_source")},
                "page": item.page,
                "heading": item.section.heading,
            }
