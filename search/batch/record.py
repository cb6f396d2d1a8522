"""The record of a batch: what somebody else needs to repeat the search and see what has changed since."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from corpus.report import Coverage
from search.batch.tally import QueryAnswer, counted
from search.searcher import Searcher
from search.sheets.query_sheet import Question, text_of, with_filters

VERSION = 1
"""Version of the format. It increases when a key changes its meaning or is removed."""


_ANSWER = ("parsed", "expansions", "warnings", "error", "counts")
_COUNTS = ("reports", "cases", "mentions", "passages", "of")  # null, not 0, for a query that could not be run
_LATER = ("together", "apart")  # a record of an earlier version has none of them


@dataclass(frozen=True, slots=True)
class About:
    """Which queries were run, on what and when, with their counts.

    asked_at: UTC, ISO 8601. reports: id → title, for all reports. sheet: its name. read: which part of it was read.
    """

    asked_at: str
    versions: Mapping[str, str]
    generation: Mapping[str, str]
    coverage: Coverage
    sheet: str
    reports: Mapping[str, str]
    answers: Sequence[QueryAnswer]
    read: str = ""

    @property
    def counted(self) -> str:
        """What n and N count: see `search.batch.tally.counted`."""
        return counted(self.answers)

    @property
    def searched(self) -> str:
        """How much of the library could be searched, as text."""
        return f"{self.coverage.searchable} of {self.coverage.reports} reports"

    @property
    def not_searched(self) -> str:
        """What could not be read, and so not searched, as text."""
        waiting = f", {self.coverage.waiting} files not read yet" if self.coverage.waiting else ""
        return f"{self.coverage.unread_pages} pages, {self.coverage.failures} files{waiting}"

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON. `counts` of a query are pairs: index of the report in `reports`, mentions."""
        index = {report: n for n, report in enumerate(self.reports)}
        return {
            "version": VERSION,
            "asked_at": self.asked_at,
            "versions": dict(self.versions),
            "generation": dict(self.generation),
            "coverage": self.coverage.to_dict(),
            "counted": self.counted,
            "sheet": self.sheet,
            "read": self.read,
            "reports": [{"id": report, "title": title} for report, title in self.reports.items()],
            "queries": [
                {
                    **answer.question.to_dict(),
                    "parsed": answer.parsed,
                    "expansions": [expansion.to_dict() for expansion in answer.expansions],
                    "warnings": list(answer.warnings),
                    "error": answer.error,
                    "counted": answer.question.counted,
                    **{name: None if answer.error else getattr(answer, name) for name in _COUNTS},
                    "together": answer.together,
                    "apart": answer.apart,
                    "counts": [[index[report], mentions] for report, mentions in answer.counts],
                }
                for answer in self.answers
            ],
        }

    def questions(self) -> list[Question]:
        """The same queries, to be run again. A row that could not be run is left as it was."""
        return [with_filters(answer.question) for answer in self.answers]


def versions() -> dict[str, str]:
    """The versions of this program and of Python."""
    return {"program": metadata.version("safeguarding-reviews"), "python": platform.python_version()}


def about(searcher: Searcher, sheet: str, answers: Sequence[QueryAnswer], read: str = "") -> About:
    """The record of a batch that ran now."""
    return About(
        asked_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions(),
        generation={"id": searcher.generation, "built_at": searcher.built_at},
        coverage=searcher.coverage,
        sheet=sheet,
        reports={report.id: report.title for report in searcher.reports()},
        answers=answers,
        read=read,
    )


def load(path: Path) -> About:
    """Load a record that a batch wrote. Raises UsageError when the file is not one."""
    try:
        return read(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def read(data: bytes, name: str) -> About:
    """The record in a file, which may come from anybody. name: of the file, for messages. Raises UsageError."""
    try:
        stored = json.loads(data)
        if stored["version"] != VERSION:
            raise UsageError(
                f"{name} is in format {str(stored['version'])[:20]}, but this program reads format {VERSION}. "
                "Update the program."
            )
        reports = {text_of(report["id"]): text_of(report["title"]) for report in stored["reports"]}
        ids = list(reports)
        answers = [
            QueryAnswer.from_dict(
                {
                    "question": row,
                    **{name: row[name] for name in _ANSWER},
                    **{name: row[name] or 0 for name in ("cases", "passages", "of")},
                    **{name: row.get(name) for name in _LATER},
                    "counts": [(_index(report, len(ids)), _index(mentions)) for report, mentions in row["counts"]],
                },
                ids,
            )
            for row in stored["queries"]
        ]
        datetime.fromisoformat(stored["asked_at"])
        return About(
            text_of(stored["asked_at"]),
            stored["versions"],
            stored["generation"],
            Coverage.from_dict(stored["coverage"]),
            text_of(stored["sheet"]),
            reports,
            answers,
            text_of(stored.get("read", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise UsageError(f"{name} is not the record of a batch. Give the file that ends in .about.json.") from error


def _index(value: object, end: int | None = None) -> int:
    if type(value) is not int or value < 0 or (end is not None and value >= end):
        raise TypeError("not a number of this kind")
    return value


@dataclass(frozen=True, slots=True)
class Change:
    """How the answer to one query has changed. before, after: (reports, mentions), None where it could not be run.

    came, went: ids of reports that match now, or no longer match. other: ids of reports with a different number of
    mentions.
    """

    id: str
    query: str
    before: tuple[int | None, int | None]
    after: tuple[int | None, int | None]
    came: tuple[str, ...]
    went: tuple[str, ...]
    other: tuple[str, ...]
    error: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "query": self.query,
            "before": {"reports": self.before[0], "mentions": self.before[1]},
            "after": {"reports": self.after[0], "mentions": self.after[1]},
            "came": list(self.came),
            "went": list(self.went),
            "changed": list(self.other),
            "error": self.error or None,
        }


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed since a record was made. new, gone: reports in the library, id → title."""

    since: str
    new: Mapping[str, str]
    gone: Mapping[str, str]
    coverage: tuple[Coverage, Coverage]
    changes: tuple[Change, ...]
    queries: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "since": self.since,
            "queries": self.queries,
            "new_reports": [{"id": report, "title": title} for report, title in self.new.items()],
            "gone_reports": [{"id": report, "title": title} for report, title in self.gone.items()],
            "coverage": {"before": self.coverage[0].to_dict(), "after": self.coverage[1].to_dict()},
            "changes": [change.to_dict() for change in self.changes],
        }


def changes(before: About, after: About) -> Changes:
    """Compare two runs of the same queries."""
    found = []
    for then, now in zip(before.answers, after.answers, strict=True):
        old, new = dict(then.counts), dict(now.counts)
        if old == new and bool(then.error) == bool(now.error):
            continue
        both = not (then.error or now.error)  # else nothing is known to have come or gone
        found.append(
            Change(
                id=then.question.id,
                query=then.question.query,
                before=(then.reports, then.mentions),
                after=(now.reports, now.mentions),
                came=tuple(report for report in new if both and report not in old),
                went=tuple(report for report in old if both and report not in new),
                other=tuple(report for report in new if report in old and old[report] != new[report]),
                error=now.error,
            )
        )
    return Changes(
        since=before.asked_at,
        new={report: title for report, title in after.reports.items() if report not in before.reports},
        gone={report: title for report, title in before.reports.items() if report not in after.reports},
        coverage=(before.coverage, after.coverage),
        changes=tuple(found),
        queries=len(after.answers),
    )
