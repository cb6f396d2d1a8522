"""The record of a batch: everything that somebody else needs to repeat the search and to see what has changed since."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from search.batch.tally import Asked
from search.filters import of_cells
from search.searcher import Searcher
from search.sheets.query_sheet import Question

VERSION = 1
"""Of the file. It grows when a key changes its meaning or goes."""


@dataclass(frozen=True, slots=True)
class About:
    """What was asked of what, when, and what the counts were.

    asked_at: UTC, ISO 8601. reports: id → title, of all. sheet: its name. read: what of it the queries are.
    """

    asked_at: str
    versions: Mapping[str, str]
    generation: Mapping[str, str]
    coverage: Mapping[str, int]
    sheet: str
    reports: Mapping[str, str]
    asked: Sequence[Asked]
    read: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON. `counts` of a query are pairs: place of the report in `reports`, mentions."""
        place = {report: n for n, report in enumerate(self.reports)}
        return {
            "version": VERSION,
            "asked_at": self.asked_at,
            "versions": dict(self.versions),
            "generation": dict(self.generation),
            "coverage": dict(self.coverage),
            "sheet": self.sheet,
            "read": self.read,
            "reports": [{"id": report, "title": title} for report, title in self.reports.items()],
            "queries": [
                {
                    **asked.question,
                    "parsed": asked.parsed,
                    "expansions": list(asked.expansions),
                    "warnings": list(asked.warnings),
                    "error": asked.error,
                    "reports": asked.reports,
                    "cases": asked.cases,
                    "mentions": asked.mentions,
                    "passages": asked.passages,
                    "of": asked.of,
                    "counts": [[place[report], mentions] for report, mentions in asked.counts],
                }
                for asked in self.asked
            ],
        }

    def questions(self) -> list[Question]:
        """The same questions, to be asked again. A row that could not be asked is left as it was."""
        found = []
        for asked in self.asked:
            told = asked.question
            row = Question(
                told["id"],
                told["query"],
                told["line"],
                given=tuple(told["filters"].items()),
                extra=tuple(told["extra"].items()),
                error=told["unusable"],
            )
            if not row.error:
                row = replace(row, filters=of_cells(told["filters"]))
            found.append(row)
        return found


def versions() -> dict[str, str]:
    """What answered."""
    return {"program": metadata.version("safeguarding-reviews"), "python": platform.python_version()}


def about(searcher: Searcher, sheet: str, asked: Sequence[Asked], read: str = "") -> About:
    """The record of a batch that was asked now."""
    return About(
        asked_at=datetime.now(UTC).isoformat(timespec="seconds"),
        versions=versions(),
        generation={"id": searcher.generation, "built_at": searcher.built_at},
        coverage=searcher.coverage.to_dict(),
        sheet=sheet,
        reports={report["id"]: report["title"] for report in searcher.reports()},
        asked=asked,
        read=read,
    )


def load(path: Path) -> About:
    """A record that a batch wrote. Raises UsageError when the file is none."""
    try:
        told = json.loads(path.read_text("utf-8"))
        if told["version"] != VERSION:
            raise UsageError(
                f"{path} has format {told['version']}, but this program reads format {VERSION}. Update the program."
            )
        reports = {report["id"]: report["title"] for report in told["reports"]}
        ids = list(reports)
        asked = [
            Asked(
                question={name: row[name] for name in ("id", "line", "query", "filters", "extra", "unusable")},
                parsed=row["parsed"],
                expansions=tuple(row["expansions"]),
                warnings=tuple(row["warnings"]),
                error=row["error"],
                counts=tuple((ids[place], mentions) for place, mentions in row["counts"]),
                cases=row["cases"],
                of=row["of"],
                passages=row["passages"],
            )
            for row in told["queries"]
        ]
        return About(
            told["asked_at"],
            told["versions"],
            told["generation"],
            told["coverage"],
            told["sheet"],
            reports,
            asked,
            told.get("read", ""),
        )
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise UsageError(f"{path} is not a record of a batch. Give the file that ends in .about.json.") from error


@dataclass(frozen=True, slots=True)
class Change:
    """How one query answers now and answered then. came, went: ids of reports; more, fewer mentions in the others."""

    id: str
    query: str
    before: tuple[int, int]
    after: tuple[int, int]
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
    """What is different since a record was made. new, gone: reports in the library, id → title."""

    since: str
    new: Mapping[str, str]
    gone: Mapping[str, str]
    coverage: tuple[Mapping[str, int], Mapping[str, int]]
    queries: tuple[Change, ...]
    asked: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "since": self.since,
            "queries": self.asked,
            "new_reports": [{"id": report, "title": title} for report, title in self.new.items()],
            "gone_reports": [{"id": report, "title": title} for report, title in self.gone.items()],
            "coverage": {"before": dict(self.coverage[0]), "after": dict(self.coverage[1])},
            "changes": [change.to_dict() for change in self.queries],
        }


def changes(before: About, after: About) -> Changes:
    """Compare two runs of the same questions."""
    found = []
    for then, now in zip(before.asked, after.asked, strict=True):
        old, new = dict(then.counts), dict(now.counts)
        if old == new and bool(then.error) == bool(now.error):
            continue
        found.append(
            Change(
                id=then.question["id"],
                query=then.question["query"],
                before=(then.reports, then.mentions),
                after=(now.reports, now.mentions),
                came=tuple(report for report in new if report not in old),
                went=tuple(report for report in old if report not in new),
                other=tuple(report for report in new if report in old and old[report] != new[report]),
                error=now.error,
            )
        )
    return Changes(
        since=before.asked_at,
        new={report: title for report, title in after.reports.items() if report not in before.reports},
        gone={report: title for report, title in before.reports.items() if report not in after.reports},
        coverage=(before.coverage, after.coverage),
        queries=tuple(found),
        asked=len(after.asked),
    )
