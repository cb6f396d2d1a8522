"""The totals of a batch: n of N reports, the matrix, which queries occur together, and the years.

Memory use does not depend on the number of mentions: one number per report and query, and one bit per paragraph and
query.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, Self

from corpus.report import Report
from search.diagnostics import Code, diagnostic
from search.results import Expansion
from search.sheets.query_sheet import Question
from search.statistics.association import TwoByTwo

NO_HIT, NOT_SEARCHED = -1, -2  # instead of a number of mentions
SMALL = 5
"""Published counts of reports below this number can identify people."""


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """The answer to one query of a batch. `counts` has the (report id, mentions) of each matching report.

    `question` is the row of the sheet. `error` says why the query could not be run, or is "". `of` is the N of "n of
    N". `passages` is the number of passages with a mention. For plain words, `together` is how many reports have them
    in one paragraph, and `apart` how many do not. `most` are reports with most of the words, each with those it lacks,
    if they were requested.
    """

    question: Question
    parsed: str = ""
    expansions: tuple[Expansion, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    cases: int = 0
    of: int = 0
    passages: int = 0
    together: int | None = None
    apart: int | None = None
    most: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], ids: Sequence[str]) -> Self:
        """Return the answer that was stored as JSON. Its counts are pairs of index in `ids` and number of mentions."""
        fields = {
            **stored,
            "question": Question.from_dict(stored["question"]),
            "expansions": tuple(map(Expansion.from_dict, stored["expansions"])),
            "warnings": tuple(stored["warnings"]),
            "most": tuple((report, lacks) for report, lacks in stored.get("most", ())),
            "counts": tuple((ids[report], mentions) for report, mentions in stored["counts"]),
        }
        return cls(**fields)

    @property
    def cause(self) -> str:
        """Return the error without the line of the sheet, for use where the line is shown next to it."""
        return self.error.removeprefix(self.question.place)

    @property
    def filters(self) -> str:
        """Return the filters as text: "year: 2015; section: findings"."""
        return "; ".join(f"{name}: {value}" for name, value in self.question.given)

    @property
    def reports(self) -> int | None:
        """The number of matching reports, which is the n of "n of N", or None for a query that could not be run."""
        return None if self.error else len(self.counts)

    @property
    def mentions(self) -> int | None:
        """The number of mentions in all reports, or None for a query that could not be run."""
        return None if self.error else sum(mentions for _, mentions in self.counts)

    @property
    def share(self) -> float | None:
        """n / N, between 0 and 1, or None if N is 0 or the query could not be run."""
        return len(self.counts) / self.of if self.of and not self.error else None


class Tally:
    """The totals of a batch. `reports` are all reports as the index describes them, in the order of the matrix."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self.reports = reports
        self.answers: list[QueryAnswer] = []
        self._index = {report.id: n for n, report in enumerate(reports)}
        self._counts: list[array[int]] = []
        self._numbers = [array("I") for _ in reports]  # the bit of each paragraph, 0 if no query mentions it
        self._last = 0  # the highest of these bits
        self._reports: list[int] = []  # one bit per report
        self._searchable = [n for n, report in enumerate(reports) if report.searchable]
        self._paragraphs: list[int] = []  # one bit per paragraph
        self._is_searchable = [report.searchable for report in reports]
        self._every = _bits(self._searchable)
        self._scopes: list[int] = []  # one bit per searchable report that passes the filters

    def add(
        self,
        answer: QueryAnswer,
        paragraphs: Iterable[tuple[int, Sequence[int]]],
        scope: Iterable[int] | None = None,
    ) -> None:
        """Add the next answer.

        `paragraphs` has the (index of the report, ordinals) of all paragraphs with a mention. `scope` has the indexes
        of the searchable reports that pass the filters, or None for all that are searchable.
        """
        counts = array("i", [NOT_SEARCHED]) * len(self.reports)
        within = () if answer.error else self._searchable if scope is None else tuple(scope)
        for n in within:
            counts[n] = NO_HIT
        for report, mentions in answer.counts:
            counts[self._index[report]] = mentions
        self.answers.append(answer)
        self._counts.append(counts)
        self._reports.append(_bits(n for n, count in enumerate(counts) if count > NO_HIT))
        self._paragraphs.append(_bits(number for report, some in paragraphs for number in self._bits_of(report, some)))
        self._scopes.append(self._every if within is self._searchable else _bits(within))

    def _bits_of(self, report: int, ordinals: Sequence[int]) -> Iterator[int]:
        """Yield the bits of some paragraphs. A paragraph that no query has mentioned yet gets the next bit."""
        numbers = self._numbers[report]
        numbers.extend(repeat(0, max(ordinals, default=-1) + 1 - len(numbers)))
        for ordinal in ordinals:
            if not numbers[ordinal]:
                self._last += 1
                numbers[ordinal] = self._last
            yield numbers[ordinal]

    def in_scope(self, report: int, query: int) -> bool:
        """Return whether a report is one of the N of a query, both by index.

        Always False for a query that could not be run.
        """
        return self._counts[query][report] != NOT_SEARCHED

    def count(self, report: int, query: int) -> int | None:
        """Return the mentions of a query in a report, both by index, or None if the report is not one of its N."""
        count = self._counts[query][report]
        return None if count == NOT_SEARCHED else max(0, count)

    def together(self, one: int, other: int) -> tuple[int, int]:
        """Return the number of reports, and of paragraphs, that mention both of two queries."""
        reports = (self._reports[one] & self._reports[other]).bit_count()
        return reports, (self._paragraphs[one] & self._paragraphs[other]).bit_count()

    def scope(self, query: int) -> int:
        """Return the searchable reports that pass the filters of a query, one bit each."""
        return self._scopes[query]

    def scope_reports(self, query: int) -> list[int]:
        """Return the searchable reports that pass the filters of a query, by index."""
        scope = self._scopes[query]
        return [n for n in self._searchable if scope >> n & 1]

    def matching(self, query: int) -> Iterator[tuple[int, int]]:
        """Yield the searchable reports that match a query, by index, each with its number of mentions."""
        return ((n, count) for n, count in enumerate(self._counts[query]) if count > NO_HIT and self._is_searchable[n])

    def two_by_two(self, one: int, other: int) -> TwoByTwo:
        """Count how many searchable reports that pass the filters of both queries match both, one or neither of
        them.
        """
        both_asked = self._scopes[one] & self._scopes[other]
        a, b = self._reports[one] & both_asked, self._reports[other] & both_asked
        both = (a & b).bit_count()
        only_one, only_other = a.bit_count() - both, b.bit_count() - both
        return TwoByTwo(both, only_one, only_other, both_asked.bit_count() - both - only_one - only_other)

    def held_by_year(self) -> dict[int | None, int]:
        """Return the number of searchable reports of each year, with the unknown year last."""
        held = Counter(report.year for report in self.reports if report.searchable)
        return {year: held[year] for year in sorted(held, key=lambda year: (year is None, year))}

    def searched_by_year(self, query: int) -> dict[int | None, int]:
        """Return the number of searchable reports of each year that pass the filters of a query.

        Years without any are absent.
        """
        counts = self._counts[query]
        return dict(Counter(self.reports[n].year for n in self._searchable if counts[n] != NOT_SEARCHED))

    def by_year(self, query: int) -> dict[int | None, int]:
        """Return the number of searchable reports of each year that match a query."""
        counts = self._counts[query]
        matching = (report for n, report in enumerate(self.reports) if counts[n] > NO_HIT)
        return dict(Counter(report.year for report in matching if report.searchable))


def counted(answers: Iterable[QueryAnswer]) -> str:
    """Return what the numbers of several queries count: "reports", "texts" (near-duplicates count once), or both.

    This depends on the filters of the queries.
    """
    return " or ".join(sorted({answer.question.counted for answer in answers})) or "reports"


def with_unread(answer: QueryAnswer, unread: int) -> QueryAnswer:
    """Add the unread reports that match a query to its N, with a warning.

    Otherwise n could exceed N: an unread report can match `year:2015` by its catalogue entry, and `NOT neglect` because
    it has no text.
    """
    if not unread:
        return answer
    note = diagnostic(Code.UNREADABLE, number=unread)
    return replace(answer, of=answer.of + unread, warnings=(*answer.warnings, str(note)))


def _bits(numbers: Iterable[int]) -> int:
    packed = bytearray()
    for number in numbers:
        if number >> 3 >= len(packed):
            packed.extend(bytes((number >> 3) + 1 - len(packed) + len(packed) // 8))  # more than one at a time
        packed[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(packed, "little")
