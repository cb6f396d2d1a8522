"""Export the text of the reports for other tools, with one row per paragraph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from corpus.report import Report
from search.filters import EVERYTHING, Filters
from search.request import SearchRequest
from search.searcher import Searcher

COLUMNS = (
    "report",
    "title",
    "board",
    "year",
    "year_source",
    "page",
    "page_end",
    "page_label",
    "paragraph",
    "ordinal",
    "section",
    "heading",
    "is_heading",
    "confidence",
    "text",
)


def chosen(searcher: Searcher, query: str = "", filters: Filters = EVERYTHING) -> list[Report]:
    """Return the reports that match a query and pass the filters, sorted by id."""
    reports = searcher.reports(filters)
    if not query:
        return reports
    _, hits = searcher.stream(SearchRequest.everything(query, filters, per_report=0, facets=False))
    answering = {hit.report.id for hit in hits}
    return [report for report in reports if report.id in answering]


def paragraphs(searcher: Searcher, query: str = "", filters: Filters = EVERYTHING) -> Iterator[dict[str, Any]]:
    """Yield every paragraph of those reports in full. With a filter by section, only those in such a section."""
    for report in chosen(searcher, query, filters):
        text = searcher.text(report.id)
        for paragraph in text.paragraphs:
            section = text.sections[paragraph.section]
            if filters.sections and section.kind.value not in filters.sections:
                continue
            yield {
                **{name: getattr(report, name) for name in ("title", "board", "year", "year_source")},
                "report": report.id,
                "page": paragraph.page,
                "page_end": paragraph.last_page,
                "page_label": text.pages[paragraph.page - 1].label,
                "paragraph": paragraph.number,
                "ordinal": paragraph.ordinal,
                "section": section.kind.value,
                "heading": section.heading,
                "is_heading": paragraph.heading,
                "confidence": text.pages[paragraph.page - 1].confidence,
                "text": paragraph.text,
            }
