"""A briefing on a theme: what the reports say about it, assembled from counts and quotations. No text is generated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from corpus.errors import NotFound
from corpus.model import ItemKind
from corpus.report import Coverage
from corpus.themes import Theme
from search.analytics.recommendations import Recommended, recommendations
from search.analytics.trends import Point, trends
from search.batch.tally import SMALL
from search.filters import EVERYTHING, Filters
from search.request import SearchRequest
from search.results import Listed
from search.searcher import Searcher

TELLING = ("findings", "learning", "conclusions")
"""The kinds of section whose passages are quoted, unless a filter names others."""
_PASSAGES = 12
_RECOMMENDATIONS = 100
_RELATED = 8
_TOGETHER = 2  # minimum reports with both themes


@dataclass(frozen=True, slots=True)
class Related:
    """Another theme.

    `here` is how many of the reports with the briefing's theme also have this one; `elsewhere` is how many of the
    `others`.
    """

    name: str
    here: int
    elsewhere: int
    others: int


@dataclass(frozen=True, slots=True)
class Briefing:
    """What the reports that pass the filters say about a theme.

    `reports` and `of` are the n and N of "n of N searchable reports". `having` is how many of the reports with the
    theme can be searched, for the related themes. `cases` and `of_cases` count cases; a report without a known case
    counts as its own case. `knows_cases` is whether any report of the library has a case: if not, they say no more than
    the reports. `more` is the number of recommendations that mention the theme but are not listed.
    `hides_small` means that counts of 1 to 4 must not be shown.
    """

    theme: Theme
    filters: Filters
    query: str
    reports: int
    having: int
    of: int
    cases: int
    of_cases: int
    knows_cases: bool
    years: tuple[Point, ...]
    boards: tuple[Point, ...]
    passages: tuple[Listed, ...]
    recommendations: tuple[Recommended, ...]
    more: int
    related: tuple[Related, ...]
    coverage: Coverage
    generation: str
    built_at: str
    hides_small: bool

    def count(self, number: int | None) -> str:
        """Return a count in the form in which it may be shown."""
        return f"1 to {SMALL - 1}" if self._is_hidden(number) else f"{number:,}"

    def held(self, number: int | None) -> str:
        """Return the N of "n of N" in the form in which it may be shown: a small one would reveal n."""
        return f"fewer than {SMALL}" if self._is_hidden(number) else f"{number:,}"

    def _is_hidden(self, number: int | None) -> bool:
        return number is None or (self.hides_small and 0 < number < SMALL)

    def to_dict(self) -> dict[str, Any]:
        """Return the briefing for programs. A hidden count is null."""

        def shown(number: int) -> int | None:
            return None if self._is_hidden(number) else number

        return {
            "theme": self.theme.name,
            "note": self.theme.note or None,
            "looked_for": list(self.theme.queries),
            "query": self.query,
            "filters": {name: list(values) for name, values in self.filters.typed().items()},
            "reports": shown(self.reports),
            "of": shown(self.of),
            "cases": shown(self.cases),
            "of_cases": shown(self.of_cases),
            "by_year": [point.to_dict() for point in self.years],
            "by_board": [point.to_dict() for point in self.boards],
            "passages": [each.to_dict() for each in self.passages],
            "recommendations": [each.row() for each in self.recommendations],
            "more_recommendations": self.more,
            "related": [
                {
                    "theme": each.name,
                    "here": shown(each.here),
                    "elsewhere": shown(each.elsewhere),
                    "others": shown(each.others),
                }
                for each in self.related
            ],
            "coverage": self.coverage.to_dict(),
            "generation": self.generation,
            "built_at": self.built_at,
        }


def briefing(
    searcher: Searcher, theme: str, filters: Filters = EVERYTHING, *, suppress_small: bool = False
) -> Briefing:
    """Return the briefing on a theme, given by name.

    With `suppress_small`, counts of 1 to 4 are hidden, because they can identify people. Raises NotFound if there is no
    such theme.
    """
    found = searcher.themes.find(theme)
    if found is None:
        near = " or ".join(f"“{each}”" for each in searcher.themes.close(theme))
        raise NotFound(
            f"There is no theme “{theme[:80]}”. " + (f"Did you mean {near}?" if near else "See the list of themes.")
        )
    query = f'theme:"{found.name}"'
    head = searcher.search(SearchRequest.everything(query, filters, per_report=0, facets=False))
    searchable = [report for report in searcher.reports(filters) if report.searchable]
    inside = filters if filters.sections else replace(filters, sections=TELLING)
    told = searcher.search(SearchRequest(query, inside, view="passages", limit=_PASSAGES, facets=False))
    items = recommendations(searcher, query, filters, kind=ItemKind.RECOMMENDATION)
    listed = tuple(islice(items, _RECOMMENDATIONS))
    return Briefing(
        theme=found,
        filters=filters,
        query=query,
        reports=head.total,
        having=len(searcher.themed()[found.name] & searcher.documents(filters)),
        of=len(searchable),
        cases=head.cases,
        of_cases=len({report.case or report.id for report in searchable}),
        knows_cases=any(report.case for report in searcher.reports()),
        years=tuple(trends(searcher, [query], "year", filters, suppress_small=suppress_small)),
        boards=tuple(
            point
            for point in trends(searcher, [query], "board", filters, suppress_small=suppress_small)
            if point.reports != 0
        ),
        passages=told.passages or (),
        recommendations=listed,
        more=sum(1 for _ in items),
        related=_related(searcher, found, filters),
        coverage=searcher.coverage,
        generation=searcher.generation,
        built_at=searcher.built_at,
        hides_small=suppress_small,
    )


def _related(searcher: Searcher, theme: Theme, filters: Filters) -> tuple[Related, ...]:
    """Return the themes that reports with this one have more often than other reports, the largest difference first."""
    themed, every = searcher.themed(), searcher.documents(filters)
    having = themed[theme.name] & every
    without = every - having
    found = [
        Related(name, len(documents & having), len(documents & without), len(without))
        for name, documents in themed.items()
        if name != theme.name and len(documents & having) >= _TOGETHER
    ]

    def difference(each: Related) -> float:
        return each.here / len(having) - (each.elsewhere / each.others if each.others else 0.0)

    found.sort(key=lambda each: (-difference(each), -each.here, each.name))
    return tuple(each for each in found if difference(each) > 0)[:_RELATED]
