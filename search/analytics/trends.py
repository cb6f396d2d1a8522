"""How often do reports speak of something, year by year or board by board? As a share of the reports there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from corpus.errors import QueryRefused
from search.batch.tally import SMALL, searchable
from search.filters import EVERYTHING, Filters
from search.searcher import Searcher

By = Literal["year", "board", "area", "kind", "type"]
COLUMNS = ("query", "value", "reports", "of", "share", "mentions", "small")


@dataclass(frozen=True, slots=True)
class Point:
    """A query among the reports of one value. reports of: n of the N that are held of that value; None: kept back,
    because the number is small. value None: of which it is not known. small: 1 to 4 reports.
    """

    query: str
    value: str | int | None
    reports: int | None
    of: int
    mentions: int | None
    small: bool

    @property
    def share(self) -> float | None:
        """n / N; None where n is kept back."""
        return None if self.reports is None or not self.of else self.reports / self.of

    def to_dict(self) -> dict[str, Any]:
        return {
            "query": self.query,
            "value": self.value,
            "reports": self.reports,
            "of": self.of,
            "share": None if self.share is None else round(self.share, 4),
            "mentions": self.mentions,
            "small": self.small,
        }


def trends(
    searcher: Searcher,
    queries: Sequence[str],
    by: By = "year",
    filters: Filters = EVERYTHING,
    *,
    suppress_small: bool = False,
) -> list[Point]:
    """A point for each query and each value that some searched report has: years in order, else the commonest first.

    suppress_small: counts of 1 to 4 are kept back, with everything that they follow from. Raises QueryRefused.
    """
    held = Counter(report[by] for report in searcher.reports(filters) if searchable(report))
    order = sorted((v for v in held if v is not None), key=lambda v: v if by == "year" else (-held[v], str(v)))
    values = [*order, *([None] if None in held else [])]
    points = []
    for query in queries:
        head, hits = searcher.stream(query, filters, per_report=0, count=False)
        if not head.parsed:
            raise QueryRefused("The query is empty. Type a word, for example neglect.")
        reports: Counter[Any] = Counter()
        mentions: Counter[Any] = Counter()
        for hit in hits:
            if searchable(hit.report):
                reports[hit.report[by]] += 1
                mentions[hit.report[by]] += hit.mentions
        for value in values:
            small = 0 < reports[value] < SMALL
            hidden = small and suppress_small
            points.append(
                Point(
                    query,
                    value,
                    None if hidden else reports[value],
                    held[value],
                    None if hidden else mentions[value],
                    small,
                )
            )
    return points
