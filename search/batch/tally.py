"""What a batch adds up to: n of N reports, the matrix, who stands beside whom, and the years.

It stays small however many mentions there are: a number for each report and query, a bit for each paragraph and query.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpus.report import Report
from search.diagnostics import Code, diagnostic
from search.results import Expansion

NO_HIT = -1
SMALL = 5
"""Counts of reports below this can identify people when they are published."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of one question. counts: report id → mentions, of every report that answers. of: the N of "n of N".

    question: as the sheet has it. error: why there is no answer, else "". passages: how many have a mention.
    """

    question: dict[str, Any]
    parsed: str = ""
    expansions: tuple[Expansion, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    cases: int = 0
    of: int = 0
    passages: int = 0

    @property
    def reports(self) -> int:
        """How many reports answer: the n of "n of N"."""
        return len(self.counts)

    @property
    def mentions(self) -> int:
        """All matches in all of them."""
        return sum(mentions for _, mentions in self.counts)

    @property
    def share(self) -> float | None:
        """n / N, between 0 and 1; None of nothing."""
        return self.reports / self.of if self.of and not self.error else None


class Tally:
    """The sums of a batch. reports: all that were asked, as the index describes them, in the order of the matrix."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self.reports = reports
        self.asked: list[Asked] = []
        self._place = {report.id: n for n, report in enumerate(reports)}
        self._counts: list[array[int]] = []
        self._numbers: dict[int, int] = {}  # of the paragraphs that some query mentions
        self._reports: list[int] = []  # a bit for each report
        self._paragraphs: list[int] = []  # a bit for each paragraph

    def add(self, asked: Asked, paragraphs: Iterable[tuple[int, int]]) -> None:
        """Take the next answer in. paragraphs: (place of the report, ordinal) of each that has a mention."""
        counts = array("i", [NO_HIT]) * len(self.reports)
        for report, mentions in asked.counts:
            counts[self._place[report]] = mentions
        numbers = self._numbers
        found = {numbers.setdefault(report << 32 | n, len(numbers)) for report, n in paragraphs}
        self.asked.append(asked)
        self._counts.append(counts)
        self._reports.append(_bits(n for n, count in enumerate(counts) if count != NO_HIT))
        self._paragraphs.append(_bits(found))

    def count(self, report: int, query: int) -> int | None:
        """Mentions of a query in a report, both by their place; None when the report does not answer it."""
        count = self._counts[query][report]
        return None if count == NO_HIT else count

    def together(self, one: int, other: int) -> tuple[int, int]:
        """In how many reports, and in how many paragraphs, two queries stand together."""
        reports = (self._reports[one] & self._reports[other]).bit_count()
        return reports, (self._paragraphs[one] & self._paragraphs[other]).bit_count()

    def held_by_year(self) -> dict[int | None, int]:
        """How many searchable reports there are of each year, the unknown year last."""
        held = Counter(report.year for report in self.reports if report.searchable)
        return {year: held[year] for year in sorted(held, key=lambda year: (year is None, year))}

    def by_year(self, query: int) -> dict[int | None, int]:
        """In how many searchable reports of each year a query is."""
        counts = self._counts[query]
        answering = (report for n, report in enumerate(self.reports) if counts[n] != NO_HIT)
        return dict(Counter(report.year for report in answering if report.searchable))


def with_unread(asked: Asked, unread: int) -> Asked:
    """The answer with so many reports counted in the N, and told, that answer although they could not be read: to
    `year:2015` by what is known of them, to `NOT neglect` because nothing of what they say is. Else n would pass N.
    """
    if not unread:
        return asked
    note = diagnostic(Code.UNREADABLE, number=unread)
    return replace(asked, of=asked.of + unread, warnings=(*asked.warnings, str(note)))


def _bits(numbers: Iterable[int]) -> int:
    wanted = list(numbers)
    packed = bytearray(max(wanted, default=0) // 8 + 1)
    for number in wanted:
        packed[number // 8] |= 1 << number % 8
    return int.from_bytes(packed, "little")
