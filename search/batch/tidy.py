"""Tidy tables of a batch: each query by period, place, kind and type, and each pair of queries.

Both tables count only searchable reports that pass the filters of the query, or of both queries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from corpus.report import Report
from search.batch.tally import SMALL, Tally
from search.filters import of_cells
from search.periods import UNKNOWN, Periods, period_of
from search.statistics.association import TwoByTwo
from search.statistics.intervals import per_10000, rounded, wilson

ALL = "all"
"""The value of a column by which a row is not grouped."""

DIMENSIONS = ("period", "board", "area", "kind", "type")
GROUPINGS = ((), *((name,) for name in DIMENSIONS), ("period", "kind"), ("period", "type"))
"""The groupings of the rows of `by`, in order."""

BY = (
    *("id", "query", "grouping", *DIMENSIONS, "reports", "of", "share", "low", "high", "cases"),
    *("mentions", "words", "rate", "small", "counted"),
)
PAIRS = (
    *("id_a", "query_a", "id_b", "query_b", "of", "both", "only_a", "only_b", "neither", "jaccard"),
    *(
        "odds_ratio",
        "odds_low",
        "odds_high",
        "corrected",
        "chi_square",
        "p",
        "expected",
        "paragraphs",
        "small",
        "counted",
    ),
)
MOST_PAIRS = 1_000
"""The maximum number of queries for which a table of pairs is written. It would have half a million rows or more."""

Words = Callable[[Sequence[str]], dict[str, int]]
"""Returns the number of searched words of each report, by its id, in some kinds of section."""


@dataclass(slots=True)
class _Group:
    """The searched reports of one row of `by`, regardless of the query.

    `of` is their number, and `words` their number of words.
    """

    of: int = 0
    words: int = 0


class Tidy:
    """The tidy tables of a tally.

    `words` is computed as by `Searcher.words`. If `periods` is empty, single years are used.
    """

    def __init__(self, tally: Tally, words: Words, periods: Periods = ()) -> None:
        self._tally = tally
        self._words = words
        self._keys = [_keys(report, periods) for report in tally.reports]
        self._known: dict[tuple[object, ...], dict[tuple[str, ...], _Group]] = {}

    def by(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of `by`. A query that could not be run has none."""
        for number, answer in enumerate(self._tally.answers):
            if not answer.error:
                yield from self._rows(number)

    def words(self, query: int) -> int:
        """Return how many words a query searched."""
        if self._tally.answers[query].error:
            return 0
        return next((group.words for key, group in self._groups(query).items() if key[0] == ALL), 0)

    def _rows(self, query: int) -> Iterator[dict[str, Any]]:
        tally, question = self._tally, self._tally.answers[query].question
        reports: Counter[tuple[str, ...]] = Counter()
        mentions: Counter[tuple[str, ...]] = Counter()
        cases: dict[tuple[str, ...], set[str]] = {}
        for n, count in tally.matching(query):
            report = tally.reports[n]
            for key in self._keys[n]:
                reports[key] += 1
                mentions[key] += count
                cases.setdefault(key, set()).add(report.case or report.id)
        for key, group in self._groups(query).items():
            n, of = reports[key], group.of
            low, high = wilson(n, of) if of else (None, None)
            yield {
                "id": question.id,
                "query": question.query,
                "grouping": key[0],
                **dict(zip(DIMENSIONS, key[1:], strict=True)),
                "reports": n,
                "of": of,
                "share": rounded(n / of) if of else None,
                "low": rounded(low),
                "high": rounded(high),
                "cases": len(cases.get(key, ())),
                "mentions": mentions[key],
                "words": group.words,
                "rate": per_10000(mentions[key], group.words),
                "small": 0 < n < SMALL,
                "counted": question.counted,
            }

    def _groups(self, query: int) -> dict[tuple[str, ...], _Group]:
        """Return the searched reports of a query, in the order of the table. Most queries have the same ones."""
        given = self._tally.answers[query].question.given  # a stored answer has its filters as typed
        sections = of_cells(dict(given)).sections
        scope = self._tally.scope(query)
        known = self._known.get((sections, scope))
        if known is None:
            words = self._words(sections)
            found = {(ALL, *(ALL for _ in DIMENSIONS)): _Group()}  # also if no report was searched
            for n in self._tally.scope_reports(query):
                for key in self._keys[n]:
                    group = found.setdefault(key, _Group())
                    group.of += 1
                    group.words += words[self._tally.reports[n].id]
            order = {" and ".join(names) or ALL: number for number, names in enumerate(GROUPINGS)}
            known = {key: found[key] for key in sorted(found, key=lambda key: (order[key[0]], *map(_last, key[1:])))}
            self._known[sections, scope] = known
        return known

    def pairs(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of `pairs`: every two queries once, or none if there are more than MOST_PAIRS queries."""
        answered = [n for n, answer in enumerate(self._tally.answers) if not answer.error]
        if len(answered) > MOST_PAIRS:
            return
        for one, other in combinations(answered, 2):
            yield self._pair(one, other)

    def _pair(self, one: int, other: int) -> dict[str, Any]:
        tally = self._tally
        table = tally.two_by_two(one, other)
        a, b = tally.answers[one].question, tally.answers[other].question
        low, high = table.odds_ratio_interval or (None, None)
        return {
            "id_a": a.id,
            "query_a": a.query,
            "id_b": b.id,
            "query_b": b.query,
            "of": table.total,
            "both": table.both,
            "only_a": table.only_one,
            "only_b": table.only_other,
            "neither": table.neither,
            "jaccard": rounded(table.jaccard),
            "odds_ratio": rounded(table.odds_ratio),
            "odds_low": rounded(low),
            "odds_high": rounded(high),
            "corrected": table.corrected,
            "chi_square": rounded(table.chi_square),
            "p": None if table.p is None else float(f"{table.p:.4g}"),
            "expected": rounded(table.least_expected),
            "paragraphs": tally.together(one, other)[1],
            "small": _is_small(table),
            "counted": a.counted if a.counted == b.counted else "texts",
        }


def _keys(report: Report, periods: Periods) -> list[tuple[str, ...]]:
    """Return the rows of `by` that a report belongs to: each dimension with the report's value."""
    values = {name: str(getattr(report, name) or UNKNOWN) for name in DIMENSIONS[1:]}
    values["period"] = period_of(report.year, periods)
    return [
        (" and ".join(names) or ALL, *(values[name] if name in names else ALL for name in DIMENSIONS))
        for names in GROUPINGS
    ]


def _last(value: str) -> tuple[bool, str]:
    """Return a sort key that puts unknown values last."""
    return value == UNKNOWN, value.casefold()


def _is_small(table: TwoByTwo) -> bool:
    return any(0 < cell < SMALL for cell in (table.both, table.only_one, table.only_other, table.neither))
