"""The totals of a batch: n of N reports, the matrix, which queries occur together, and the years.

Memory does not grow with the number of mentions: a number per report and query, and a bit per paragraph and query.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from corpus.report import Report
from search.diagnostics import Code, diagnostic
from search.results import Expansion

NO_HIT = -1
SMALL = 5
"""Counts of reports below this can identify people when published."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer to one query. counts: report id → mentions, for each report that matches. of: the N of "n of N".

    question: the row of the sheet. error: why the query could not be run, else "". passages: how many have a mention.
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

    @classmethod
    def from_dict(cls, told: Mapping[str, Any], ids: Sequence[str]) -> Self:
        """The answer that was kept as JSON, its counts as pairs: position of the report in `ids`, mentions."""
        fields = {
            **told,
            "expansions": tuple(map(Expansion.from_dict, told["expansions"])),
            "warnings": tuple(told["warnings"]),
        }
        return cls(**fields | {"counts": tuple((ids[place], mentions) for place, mentions in told["counts"])})

    @property
    def filters(self) -> str:
        """The filters as text: "year: 2015; section: findings"."""
        return "; ".join(f"{name}: {value}" for name, value in self.question["filters"].items())

    @property
    def reports(self) -> int:
        """How many reports match: the n of "n of N"."""
        return len(self.counts)

    @property
    def mentions(self) -> int:
        """All matches in all of them."""
        return sum(mentions for _, mentions in self.counts)

    @property
    def share(self) -> float | None:
        """n / N, between 0 and 1; None where N is 0 or the query could not be run."""
        return self.reports / self.of if self.of and not self.error else None


class Tally:
    """The totals of a batch. reports: all reports in the index, as it describes them, in the order of the matrix."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self.reports = reports
        self.asked: list[Asked] = []
        self._place = {report.id: n for n, report in enumerate(reports)}
        self._counts: list[array[int]] = []
        self._numbers: dict[int, int] = {}  # of the paragraphs that some query mentions
        self._reports: list[int] = []  # a bit for each report
        self._paragraphs: list[int] = []  # a bit for each paragraph

    def add(self, asked: Asked, paragraphs: Iterable[tuple[int, int]]) -> None:
        """Add the next answer. paragraphs: (place of the report, ordinal) of each that has a mention."""
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
        """Mentions of a query in a report, both by their place; None when the report does not match."""
        count = self._counts[query][report]
        return None if count == NO_HIT else count

    def together(self, one: int, other: int) -> tuple[int, int]:
        """The number of reports, and of paragraphs, that mention both of two queries."""
        reports = (self._reports[one] & self._reports[other]).bit_count()
        return reports, (self._paragraphs[one] & self._paragraphs[other]).bit_count()

    def held_by_year(self) -> dict[int | None, int]:
        """The number of searchable reports of each year, the unknown year last."""
        held = Counter(report.year for report in self.reports if report.searchable)
        return {year: held[year] for year in sorted(held, key=lambda year: (year is None, year))}

    def by_year(self, query: int) -> dict[int | None, int]:
        """The number of searchable reports of each year that match a query."""
        counts = self._counts[query]
        answering = (report for n, report in enumerate(self.reports) if counts[n] != NO_HIT)
        return dict(Counter(report.year for report in answering if report.searchable))


def with_unread(asked: Asked, unread: int) -> Asked:
    """Count reports that match although they could not be read in the N as well, and add a warning. Otherwise n could
    exceed N: such a report matches `year:2015` by its catalogue entry, and `NOT neglect` because it has no text.
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
