"""Trends: the share of reports that mention something, by year, board, area, kind or type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from corpus.errors import QueryRefused
from search.batch.tally import SMALL
from search.filters import EVERYTHING, Filters
from search.request import SearchRequest
from search.searcher import Searcher
from search.statistics.intervals import per_10000, wilson

By = Literal["year", "board", "area", "kind", "type"]
COLUMNS = ("query", "value", "reports", "of", "share", "low", "high", "mentions", "words", "rate", "small", "counted")


@dataclass(frozen=True, slots=True)
class Point:
    """A query in the reports with one value, such as a year.

    `reports` and `of` are the n and N of "n of N reports"; each is None if it is small and hidden. `value` is
    None for reports whose value is unknown. `small` means 1 to 4 reports. `words` is how many words were searched in
    the N reports. `counted` is "reports", or "texts" if near-duplicates count once.
    """

    query: str
    value: str | int | None
    reports: int | None
    of: int | None
    mentions: int | None
    small: bool
    words: int = 0
    counted: str = "reports"

    @property
    def share(self) -> float | None:
        """n / N, or None if one of them is hidden."""
        return None if self.reports is None or not self.of else self.reports / self.of

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95% interval of the share by Wilson's method, or None if one of them is hidden."""
        return None if self.reports is None or not self.of else wilson(self.reports, self.of)

    def to_dict(self) -> dict[str, Any]:
        low, high = self.interval or (None, None)
        return {
            "query": self.query,
            "value": self.value,
            "reports": self.reports,
            "of": self.of,
            "share": None if self.share is None else round(self.share, 4),
            "low": None if low is None else round(low, 4),
            "high": None if high is None else round(high, 4),
            "mentions": self.mentions,
            "words": self.words,
            "rate": None if self.mentions is None else per_10000(self.mentions, self.words),
            "small": self.small,
            "counted": self.counted,
        }


def trends(
    searcher: Searcher,
    queries: Sequence[str],
    by: By = "year",
    filters: Filters = EVERYTHING,
    *,
    suppress_small: bool = False,
) -> list[Point]:
    """Return a point for each query and each value in the searchable reports: years in order, other values by
    frequency.

    With `suppress_small`, counts of 1 to 4 are hidden, both n and N, with the figures that would reveal them. Raises
    QueryRefused for an empty query.
    """
    held = Counter(getattr(report, by) for report in searcher.reports(filters) if report.searchable)
    searched = searcher.words(filters.sections)
    words: Counter[Any] = Counter()
    for report in searcher.reports(filters):
        if report.searchable:
            words[getattr(report, by)] += searched[report.id]
    order = sorted((v for v in held if v is not None), key=lambda v: v if by == "year" else (-held[v], str(v)))
    values = [*order, *([None] if None in held else [])]
    points = []
    for query in queries:
        head, hits = searcher.stream(SearchRequest.everything(query, filters, per_report=0, facets=False))
        if not head.parsed:
            raise QueryRefused("The query is empty. Give a word, for example neglect.")
        reports: Counter[Any] = Counter()
        mentions: Counter[Any] = Counter()
        for hit in hits:
            if hit.report.searchable:
                reports[getattr(hit.report, by)] += 1
                mentions[getattr(hit.report, by)] += hit.mentions
        for value in values:
            small = 0 < reports[value] < SMALL
            hidden = small and suppress_small
            points.append(
                Point(
                    query,
                    value,
                    None if hidden else reports[value],
                    None if suppress_small and 0 < held[value] < SMALL else held[value],
                    None if hidden else mentions[value],
                    small,
                    words[value],
                    filters.counted,
                )
            )
    return points
