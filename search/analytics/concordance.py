"""Concordance (keyword in context): one line per mention, with the match in the middle and a citation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from corpus.errors import UsageError
from corpus.report import Report
from index import analyser
from search.filters import EVERYTHING, Filters
from search.request import SearchRequest
from search.results import Hit, Passage
from search.searcher import Searcher

Order = Literal["report", "left", "right", "match"]
CONTEXT = 80
"""The number of characters on either side of a match, in whole words."""

COLUMNS = (
    *("left", "match", "right", "report", "title", "board", "year", "year_source", "page", "page_label"),
    *("paragraph", "section", "confidence", "mention", "ordinal", "start", "end"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One mention.

    `left` and `right` are the words around it in the passage. `start` and `end` are its offsets in the passage's text.
    """

    left: str
    match: str
    right: str
    report: Report
    passage: Passage
    start: int
    end: int

    @property
    def mention(self) -> str:
        """The id of the mention. See `Passage.mention_ids`."""
        return f"{self.report.id}:{self.passage.ordinal}:{self.passage.offset + self.start}"

    def to_dict(self) -> dict[str, Any]:
        return {
            "left": self.left,
            "match": self.match,
            "right": self.right,
            "report": self.report.id,
            "title": self.report.title,
            "board": self.report.board,
            "year": self.report.year,
            "year_source": self.report.year_source,
            "page": self.passage.page,
            "page_label": self.passage.page_label,
            "paragraph": self.passage.paragraph,
            "section": self.passage.section_kind.value,
            "confidence": self.passage.confidence,
            "mention": self.mention,
            "ordinal": self.passage.ordinal,
            "start": self.passage.offset + self.start,
            "end": self.passage.offset + self.end,
        }


def in_order_of_reports(
    searcher: Searcher, query: str, filters: Filters = EVERYTHING, context: int = CONTEXT
) -> Iterator[Line]:
    """Yield all mentions of a query, in the search order of the reports. Each is computed on demand."""
    _, hits = searcher.stream(SearchRequest.everything(query, filters, facets=False))
    for hit in hits:
        yield from _lines(hit, context)


def number_of_mentions(searcher: Searcher, query: str, filters: Filters = EVERYTHING) -> int:
    """Return how many mentions of a query there are. No text is read for this."""
    _, hits = searcher.stream(SearchRequest.everything(query, filters, per_report=0, facets=False))
    return sum(hit.mentions for hit in hits)


def concordance(
    searcher: Searcher,
    query: str,
    filters: Filters = EVERYTHING,
    *,
    order: Order = "report",
    context: int = CONTEXT,
    most: int | None = None,
) -> list[Line]:
    """Return all mentions of a query.

    `order` sorts them in the search order of the reports, by the words before the match (nearest first), by the words
    after it, or by the match itself. Raises UsageError if there are more than `most`.
    """
    stop = None if most is None else most + 1
    lines = list(islice(in_order_of_reports(searcher, query, filters, context), stop))
    if most is not None and len(lines) > most:
        raise UsageError(
            f"There are more than {most:,} mentions, which is too many to list here in this order. Choose a board or "
            "years, or a longer phrase."
        )
    if order == "left":
        lines.sort(key=lambda line: _words(line.left)[::-1])
    elif order == "right":
        lines.sort(key=lambda line: _words(line.right))
    elif order == "match":
        lines.sort(key=lambda line: (_words(line.match), _words(line.right)))
    return lines


def _lines(hit: Hit, context: int) -> Iterator[Line]:
    for passage in hit.passages:
        for start, end in passage.mentions:
            left = " ".join(passage.text[max(0, start - 2 * context) : start].split())
            right = " ".join(passage.text[end : end + 2 * context].split())
            if len(left) > context:
                left = left[-context:].partition(" ")[2]
            if len(right) > context:
                right = right[:context].rpartition(" ")[0]
            yield Line(left, " ".join(passage.text[start:end].split()), right, hit.report, passage, start, end)


def _words(text: str) -> list[str]:
    return [term for term, _ in analyser.terms(text)]
