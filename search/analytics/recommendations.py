"""List recommendations and findings, all or those that mention a query, with their location, and as table rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.model import Item, ItemKind, Paragraph, is_footnote, words_of
from corpus.report import Report
from search.filters import EVERYTHING, Filters
from search.request import SearchRequest
from search.searcher import Searcher

COLUMNS = (
    *("kind", "number", "text", "addressee", "report", "title", "board", "child", "year", "year_source", "page"),
    "heading",
)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Recommended:
    """A recommendation or finding of a report.

    `page_label` is the label of the page in the PDF. `marks` has the (start, end) of each match in its text, in
    characters.
    """

    report: Report
    item: Item
    page_label: str
    marks: tuple[Span, ...] = ()

    def row(self) -> dict[str, Any]:
        """Return a row with the columns in COLUMNS, and the ordinals of its first and last paragraph."""
        item, known = self.item, self.report
        return {
            "kind": item.kind.value,
            "number": item.number,
            "text": item.text,
            "addressee": item.addressee,
            "report": known.id,
            **{name: getattr(known, name) for name in ("title", "board", "child", "year", "year_source")},
            "page": item.page,
            "heading": item.section.heading,
            "first": item.first,
            "last": item.last,
        }


def recommended(
    searcher: Searcher, query: str = "", filters: Filters = EVERYTHING, *, kind: ItemKind | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the rows of `recommendations`, which takes the same arguments."""
    return (each.row() for each in recommendations(searcher, query, filters, kind=kind))


def recommendations(
    searcher: Searcher, query: str = "", filters: Filters = EVERYTHING, *, kind: ItemKind | None = None
) -> Iterator[Recommended]:
    """Yield recommendations and findings by report, the newest report first or, with a query, in search order.

    With a query, only items that contain a mention are included; its words need not all be in the same item. A filter
    by section applies to the items too.
    """
    reports = {report.id: report for report in searcher.reports(filters)}
    found: Iterable[tuple[str, dict[int, list[Span]]]]
    if query:
        _, hits = searcher.stream(SearchRequest.everything(query, filters, facets=False))
        found = ((hit.report.id, _highlights(hit.passages)) for hit in hits)
    else:
        found = ((report, {}) for report in sorted(reports, key=lambda r: (-(reports[r].year or 0), r)))
    for report, mentioned in found:  # one at a time, so that a page of them need not wait for all
        items = [
            item
            for item in searcher.items(report, kind)
            if (not filters.sections or item.section.kind.value in filters.sections)
            and (not query or not mentioned.keys().isdisjoint(range(item.first, item.last + 1)))
        ]
        labels = searcher.page_labels(report, {item.page for item in items}) if items else {}
        for item in items:
            marks: tuple[Span, ...] = ()
            if query:
                paragraphs = searcher.paragraphs(report, range(item.first, item.last + 1))
                marks = tuple(_marks(item, paragraphs, mentioned))
            yield Recommended(reports[report], item, labels[item.page], marks)


def number_of_recommendations(
    searcher: Searcher, query: str = "", filters: Filters = EVERYTHING, *, kind: ItemKind | None = None
) -> int | None:
    """Return how many items `recommendations` yields for the same arguments, or None if they would have to be read."""
    if query or filters.sections:
        return None
    return searcher.number_of_items([report.id for report in searcher.reports(filters)], kind)


def _highlights(passages: Iterable[Any]) -> dict[int, list[Span]]:
    """Return the highlights of the paragraphs that have a mention, by ordinal, in characters of the paragraph."""
    found: dict[int, list[Span]] = {}
    for passage in passages:
        if passage.mentions:
            places = found.setdefault(passage.ordinal, [])
            places += [(start + passage.offset, end + passage.offset) for start, end in passage.highlights]
    return found


def _marks(item: Item, paragraphs: Sequence[Paragraph], highlights: Mapping[int, Sequence[Span]]) -> Iterator[Span]:
    """Yield the highlights in the text of an item, which leaves out the numbers and footnotes of its paragraphs."""
    at = 0
    for paragraph in paragraphs:
        if paragraph.ordinal != item.first and is_footnote(paragraph):
            continue
        line = words_of(paragraph) if paragraph.ordinal == item.first else paragraph.text
        left_out = len(paragraph.text) - len(line)
        for start, end in sorted(highlights.get(paragraph.ordinal, ())):
            if end > left_out:
                yield at + max(0, start - left_out), at + end - left_out
        at += len(line) + 1 if line else 0
