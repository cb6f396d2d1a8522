"""A few figures about a library, for the first page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from corpus.report import Report
from reviews.maintenance import run_log
from search.searcher import Searcher

_RUNS = 50  # runs examined to find the last one that added reports
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Holdings:
    """Figures about a library.

    `reports` and `boards` are counts. `first` and `last` are years of the reports, None if no year is known. `updated`
    is when the index was built (UTC, ISO 8601). `added` are the most recent reports, newest first, and `added_on` is
    when they were added, or "" if unknown.
    """

    reports: int
    boards: int
    first: int | None
    last: int | None
    updated: str
    added: tuple[Report, ...]
    added_on: str

    @classmethod
    def of(cls, searcher: Searcher, runs: Path) -> Self:
        """Return the figures of what is searched. `runs` is the folder of the records of past runs."""
        reports = searcher.read_last()
        years = [report.year for report in reports if report.year]
        number, day = _came_last(runs)
        return cls(
            len(reports),
            len({report.board for report in reports if report.board}),
            min(years, default=None),
            max(years, default=None),
            searcher.built_at,
            tuple(reports[: min(number, _NAMED)]),
            day,
        )


def _came_last(runs: Path) -> tuple[int, str]:
    """Return how many reports the last run that added any has added, and on which day.

    Returns nothing if a later run read reports again, because these are then the ones read last.
    """
    for record in run_log.latest(runs, _RUNS):
        done = record.get("ingest")
        if not isinstance(done, dict):
            continue
        new, again = done.get("new", 0), done.get("changed", 0) + done.get("reread", 0)
        if again:
            return 0, ""
        if new:
            return new, (record.get("finished_at") or "")[:10]
    return 0, ""
