"""The work of a night: read what is new, bring the index up to date, check both, and leave a record."""

import json
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corpus import catalogue
from corpus.catalogue import Problem
from corpus.errors import Corrupt
from corpus.settings import Settings
from corpus.store import Store
from corpus.whole import write_whole
from index import build
from index.generations import Generation
from ingest.run import ingest
from ingest.summary import IngestSummary
from reviews.lock import writing

Progress = Callable[[str, int, int], None]
"""Called with ("reading" or "indexing", done, total)."""


def _quiet(step: str, done: int, total: int) -> None:
    pass


@dataclass(slots=True)
class Run:
    """What one run did. generation: the new one, None when the index was up to date. seconds: by step."""

    ingested: IngestSummary | None = None
    generation: Generation | None = None
    catalogue_problems: list[Problem] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "ingest": self.ingested.to_dict() if self.ingested else None,
            "index": {
                "changed": self.generation is not None,
                "generation": self.generation.manifest.id if self.generation else None,
            },
            "catalogue": [str(problem) for problem in self.catalogue_problems],
            "problems": self.problems,
            "seconds": {step: round(seconds, 3) for step, seconds in self.seconds.items()},
        }


def run(
    settings: Settings,
    paths: Sequence[Path],
    *,
    read: bool = True,
    index: bool = True,
    rebuild: bool = False,
    progress: Progress = _quiet,
) -> Run:
    """Do the steps that are asked for, holding the library's lock, and leave a record in runs/.

    Raises Locked when another run holds it, Corrupt when the check finds a fault (the record is written first).
    """
    done = Run()
    with writing(settings.library), Store.open(settings.database) as store:
        read_catalogue = catalogue.load(settings.catalogue)
        done.catalogue_problems = list(read_catalogue.problems)
        store.set_catalogue(read_catalogue.rows)
        if read:
            with _timed(done, "ingest"):
                done.ingested = ingest(
                    store, settings, paths, jobs=settings.jobs, progress=lambda n, of: progress("reading", n, of)
                )
        if index:
            with _timed(done, "index"):
                done.generation = build.build(
                    store,
                    settings.index,
                    jobs=settings.jobs,
                    rebuild=rebuild,
                    progress=lambda n, of: progress("indexing", n, of),
                )
            with _timed(done, "check"):
                done.problems = build.check(store, settings.index)
        _record(settings.runs, done)
    if done.problems:
        raise Corrupt(" ".join(done.problems))
    return done


@contextmanager
def _timed(run: Run, step: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        run.seconds[step] = time.perf_counter() - began


def _record(runs: Path, done: Run) -> None:
    """Ids, names and counts only: no text of a report, no query."""
    runs.mkdir(mode=0o700, exist_ok=True)
    now = datetime.now(UTC)
    record = {
        "finished_at": now.isoformat(timespec="seconds"),
        "versions": {"program": version("safeguarding-reviews"), "python": platform.python_version()},
        **done.to_dict(),
    }
    path = runs / f"{now:%Y%m%dT%H%M%S.%fZ}.json"
    write_whole(path, (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode())
