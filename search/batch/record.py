"""The record of a batch, which lets others repeat the search and see what has changed."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from corpus.disk.typed_json import has_form, typed
from corpus.errors import UsageError
from corpus.report import Coverage
from search.batch.tally import QueryAnswer, counted
from search.searcher import Searcher
from search.sheets.query_sheet import Question, text_of, with_filters

VERSION = 1
"""The version of the format. It increases when a key changes its meaning or is removed."""


_ANSWER = ("parsed", "expansions", "warnings", "error", "counts")
_COUNTS = ("reports", "cases", "mentions", "passages", "of")  # null, not 0, for a query that could not be run
_FORM = {
    "asked_at": str,
    "versions": {"program": str},
    "generation": {"id": str, "built_at": str},
    "sheet": str,
    "read?": str,
    "coding?": [{str: object}],
    "reports": [{"id": str, "title": str}],
    "queries": [
        {
            "parsed": str,
            "warnings": [str],
            "error": str,
            "counts": [[int]],
            **dict.fromkeys(_COUNTS, (int, None)),
            "together?": (int, None),
            "apart?": (int, None),
        }
    ],
}
_LATER = ("together", "apart")  # missing from records of earlier versions


@dataclass(frozen=True, slots=True)
class About:
    """Which queries were run, on what and when, with their counts.

    `asked_at` is UTC, ISO 8601. `reports` maps the ids of all reports to their titles. `sheet` is the name of the
    sheet, and `read` the part of it that was read.
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
        """What n and N count. See `search.batch.tally.counted`."""
        return counted(self.answers)

    @property
    def searched(self) -> str:
        """Return how much of the library could be searched, as text."""
        return f"{self.coverage.searchable} of {self.coverage.reports} reports"

    @property
    def not_searched(self) -> str:
        """Return what could not be read and was therefore not searched, as text."""
        waiting = f", {self.coverage.waiting} files not read yet" if self.coverage.waiting else ""
        return f"{self.coverage.unread_pages} pages, {self.coverage.failures} files{waiting}"

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON. The `counts` of a query are pairs of index in `reports` and number of mentions."""
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
        """Return the recorded queries, to run them again. A row that could not be run stays unchanged."""
        return [with_filters(answer.question) for answer in self.answers]


def versions() -> dict[str, str]:
    """Return the versions of this program and of Python."""
    return {"program": metadata.version("safeguarding-reviews"), "python": platform.python_version()}


def about(searcher: Searcher, sheet: str, answers: Sequence[QueryAnswer], read: str = "") -> About:
    """Return the record of a batch that has just run."""
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
    """Load the record of a batch. Raises UsageError if the file is not a record."""
    try:
        return read(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error


def read(data: bytes, name: str) -> About:
    """Parse an untrusted record. `name` is the file name, for messages. Raises UsageError if it is not a record."""
    try:
        stored = typed(data, {"version": object})
        if stored["version"] != VERSION:
            raise UsageError(
                f"{name} is in format {str(stored['version'])[:20]}, but this program reads format {VERSION}. "
                "Update the program."
            )
        if not has_form(stored, _FORM):
            raise ValueError("not a record")
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
    """How the answer to one query has changed.

    `before` and `after` are (reports, mentions), None if the query could not be run. `came` and `went` are ids of
    reports that match only now, or no longer. `other` are ids of reports with a different number of mentions.
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
    """What has changed since a record was made. `new` and `gone` map ids of reports in the library to titles."""

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
        both = not (then.error or now.error)  # otherwise it is unknown what has come or gone
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
