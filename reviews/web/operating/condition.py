"""The condition of a library for its operator, even if it cannot be searched."""

from __future__ import annotations

import platform
import shutil
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Self

from corpus.errors import ReviewsError
from corpus.report import Coverage
from corpus.settings import Settings
from corpus.storage.store import Store
from reviews.maintenance import run_log
from reviews.maintenance.engine import upkeep
from reviews.maintenance.lock import held

_RUNS = 10


def _store(settings: Settings) -> AbstractContextManager[Store | None]:
    """Return the corpus, or None on a web server of a cluster, which has none."""
    if settings.engine == "opensearch" and not settings.database.exists():
        return nullcontext()
    return Store.open(settings.database, read_only=True)


@dataclass(frozen=True, slots=True)
class Condition:
    """The condition of a library.

    `problems` are the reasons why parts of it are unknown, as sentences. `age` is the time since the last successful
    update, in seconds. `failures` counts the files that could not be read, by reason. `disk` is (free, total) bytes of
    the library's disk.
    """

    library: str
    updating: bool
    runs: tuple[dict[str, Any], ...]
    age: float | None
    generation: str | None
    built_at: str | None
    coverage: Coverage | None
    failures: dict[str, int]
    missing_folders: tuple[str, ...]
    disk: tuple[int, int]
    versions: dict[str, str]
    problems: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Examine a library without changing it."""
        problems: list[str] = []
        coverage, failures, missing = None, Counter[str](), tuple[str, ...]()
        try:
            with _store(settings) as store:
                if store:
                    coverage = store.coverage()
                    failures.update(failure.reason.value for failure in store.failures())
                    missing = tuple(each.folder for each in store.missing_folders())
        except ReviewsError as error:
            problems.append(str(error))
        generation = None
        try:
            generation = upkeep(settings).current()
            problems += generation.warnings
            coverage = coverage or generation.coverage
        except ReviewsError as error:
            problems.append(str(error))
        age = run_log.age(settings.runs)
        disk = shutil.disk_usage(settings.library)
        return cls(
            str(settings.library),
            held(settings.library),
            tuple(run_log.latest(settings.runs, _RUNS)),
            age.total_seconds() if age is not None else None,
            generation.id if generation else None,
            generation.built_at if generation else None,
            coverage,
            dict(failures.most_common()),
            missing,
            (disk.free, disk.total),
            {"program": version("safeguarding-reviews"), "python": platform.python_version()},
            tuple(problems),
        )

    def gauges(self) -> dict[str, tuple[str, float]]:
        """Return the figures for Prometheus, each with its description."""
        found: dict[str, tuple[str, float]] = {
            "updating": ("1 while an update runs.", float(self.updating)),
            "disk_free_bytes": ("Free space on the disk that holds the library.", float(self.disk[0])),
            "problems": ("Problems of the corpus and the index.", float(len(self.problems))),
            "missing_folders": ("Folders that were missing in the last run.", float(len(self.missing_folders))),
        }
        if self.age is not None:
            found["last_update_age_seconds"] = ("Time since the last successful update.", self.age)
        if self.coverage:
            found |= {
                "reports": ("Reports in the library.", float(self.coverage.reports)),
                "reports_searchable": ("Reports with any searchable text.", float(self.coverage.searchable)),
                "pages_unread": ("Pages that could not be read in full.", float(self.coverage.unread_pages)),
                "files_unread": ("Files that could not be read.", float(self.coverage.failures)),
                "files_waiting": ("Files that no run has read yet.", float(self.coverage.waiting)),
            }
        return found

    def to_dict(self) -> dict[str, Any]:
        return {
            "library": self.library,
            "updating": self.updating,
            "runs": list(self.runs),
            "age_seconds": None if self.age is None else round(self.age),
            "generation": self.generation,
            "built_at": self.built_at,
            "coverage": self.coverage.to_dict() if self.coverage else None,
            "failures": self.failures,
            "missing_folders": list(self.missing_folders),
            "disk_free_bytes": self.disk[0],
            "disk_total_bytes": self.disk[1],
            "versions": self.versions,
            "problems": list(self.problems),
        }
