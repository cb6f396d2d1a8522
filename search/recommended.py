"""Every recommendation and finding of all reports as one table, or those that answer a query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from corpus.model import ItemKind
from search.filters import EVERYTHING, Filters
from search.searcher import Searcher

COLUMNS = ("kind", "number", "text", "addressee", "report", "title", "board", "child", "year", "page", "heading")


def recommended(
    searcher: Searcher, query: str = "", filters: Filters = EVERYTHING, *, kind: ItemKind | None = None
) -> Iterator[dict[str, Any]]:
    """A row for each, report by report: newest first without a query, else as the search orders them.

    query: only those with a mention in them; every word of it need not stand in the same one.
    """
    mentioned: dict[str, set[int]] = {}
    if query:
        _, hits = searcher.stream(query, filters, count=False)
        for hit in hits:
            mentioned[hit.report["id"]] = {passage.ordinal for passage in hit.passages if passage.highlights}
    reports = {report["id"]: report for report in searcher.reports(filters)}
    order = list(mentioned) if query else sorted(reports, key=lambda r: (-(reports[r]["year"] or 0), r))
    for report in order:
        known = reports[report]
        for item in searcher.text(report).items:
            if kind not in (None, item.kind):
                continue
            if query and mentioned[report].isdisjoint(range(item.first, item.last + 1)):
                continue
            yield {
                "kind": item.kind.value,
                "number": item.number,
                "text": item.text,
                "addressee": item.addressee,
                "report": report,
                **{name: known[name] for name in ("title", "board", "child", "year")},
                "page": item.page,
                "heading": item.section.heading,
            }
