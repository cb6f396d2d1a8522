"""The nightly update: read new files, bring the index up to date, check both and record the run.

Modules that are only needed after reading are imported later, so that reading starts a quarter of a second sooner.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.catalogue import rows as catalogue_rows
from corpus.catalogue.rows import Problem
from corpus.errors import Corrupt, LimitHit, ReviewsError
from corpus.settings import Settings
from corpus.storage.store import Store
from index.vectors.model import is_wanted
from ingest.run import ingest
from ingest.summary import IngestSummary
from reviews.maintenance import erase, run_log
from reviews.maintenance.engine import upkeep
from reviews.maintenance.lock import writing
from reviews.maintenance.publisher import Publisher

if TYPE_CHECKING:
    from index.upkeep import Built
    from reviews.maintenance.follows import News

Progress = Callable[[str, int, int], None]
"""Called with ("reading", "indexing" or "reading for meaning", done, total)."""


def _quiet(step: str, done: int, total: int) -> None:
    pass


@dataclass(slots=True)
class Run:
    """What one run did.

    `generation` is the one it built, or None if the index was up to date. `meaning` is what a language model did, or
    None without one. `followed` is what is new in followed searches. `seconds` is the duration of each step.
    """

    command: str = "update"
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    ingested: IngestSummary | None = None
    generation: Built | None = None
    catalogue_problems: list[Problem] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    meaning: dict[str, Any] | None = None
    followed: list[News] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def note_ingested(self, summary: IngestSummary) -> None:
        self.ingested = summary

    def to_dict(self) -> dict[str, Any]:
        return {
            "ingest": self.ingested.to_dict() if self.ingested else None,
            "index": {
                "changed": self.generation is not None,
                "generation": self.generation.id if self.generation else None,
            },
            "catalogue": [str(problem) for problem in self.catalogue_problems],
            "problems": self.problems,
            "meaning": self.meaning,
            "followed": [each.to_dict() for each in self.followed],
            "seconds": {step: round(seconds, 3) for step, seconds in self.seconds.items()},
        }


def run(
    settings: Settings,
    paths: Sequence[Path],
    *,
    read: bool = True,
    index: bool = True,
    rebuild: bool = False,
    verify: bool = False,
    allow_withdrawals: bool = False,
    allow_copies: bool = False,
    progress: Progress = _quiet,
    clock: Callable[[], float] = time.monotonic,
) -> Run:
    """Hold the library's lock, perform the steps and record the run in runs/, even if it fails.

    `read` and `index` select the steps. With `rebuild`, the index is built from scratch. With `verify`, every file is
    read to see whether it has changed. With `allow_withdrawals`, the reports of a folder are withdrawn even if it is
    suddenly empty. With `allow_copies`, files whose text is almost identical to that of a removed report are read.
    Raises Locked if another run holds the lock, and Corrupt if the check finds a fault.

    A run that is stopped by the user or the system publishes what it has read. `clock` decides when it is time to
    publish while files are still being read.
    """
    done = Run("update" if read and index else "ingest" if read else "index")
    with recorded(settings, done), Store.open(settings.database) as store:
        unfinished = erase.catch_up(settings, store)
        read_catalogue = catalogue_rows.load(settings.catalogue)
        done.catalogue_problems = list(read_catalogue.problems)
        store.set_catalogue(read_catalogue.rows)
        publisher = Publisher(store, settings, clock) if index else None
        if read:
            with _timed(done, "ingest"), _published_if_stopped(done, publisher):
                done.ingested = ingest(
                    store,
                    settings,
                    paths,
                    jobs=settings.jobs,
                    verify=verify,
                    allow_withdrawals=allow_withdrawals,
                    allow_copies=allow_copies,
                    progress=lambda n, of: progress("reading", n, of),
                    meanwhile=publisher.take if publisher else lambda readings: None,
                    stored=publisher.stored if publisher else lambda: None,
                    stopped=done.note_ingested,
                )
        if publisher:
            _index(settings, store, done, publisher, progress, rebuild=rebuild, unfinished=bool(unfinished))
            if is_wanted(settings.meaning_model) and not done.problems:
                with _timed(done, "meaning"):
                    done.meaning = _read_for_meaning(settings, store, progress)
        if done.problems:
            raise Corrupt(" ".join(done.problems))
    return done


@contextmanager
def _published_if_stopped(done: Run, publisher: Publisher | None) -> Iterator[None]:
    """Publish what was read if the user or the system stops the run inside the block."""
    try:
        yield
    except KeyboardInterrupt:
        if publisher:
            publisher.publish(interim=True)
        raise
    finally:
        done.generation = publisher.generation if publisher else None


def _index(
    settings: Settings,
    store: Store,
    done: Run,
    publisher: Publisher,
    progress: Progress,
    *,
    rebuild: bool,
    unfinished: bool,
) -> None:
    """Bring the index up to date, finish removals, and check the corpus and the index."""
    if rebuild:  # the cache may belong to a corpus that was replaced from a backup
        erase.forget_worked_out(settings)
    with _timed(done, "index"):
        publisher.publish(rebuild=rebuild, clean=unfinished, progress=lambda n, of: progress("indexing", n, of))
    done.generation = publisher.generation
    if unfinished:
        erase.finish(settings, store)
    with _timed(done, "check"):
        done.problems = upkeep(settings).check(store, built=done.generation)
    if done.generation and not done.problems:
        _count_themes(settings, done.generation.reports)
    if not done.problems and settings.follows.exists():
        from reviews.maintenance import follows

        with _timed(done, "follow"):
            done.followed = follows.look(settings)


@contextmanager
def recorded(settings: Settings, run: Run, result: Callable[[], dict[str, Any]] | None = None) -> Iterator[None]:
    """Hold the library's lock, and write the record of the run when the block ends.

    `result` returns what to record about the run, by default `run.to_dict`. If another run holds the lock, nothing is
    recorded.
    """
    result = result or run.to_dict
    with ExitStack() as stack:
        try:
            stack.enter_context(writing(settings.library))
        except LimitHit as error:  # disk full or no permission: the run has failed, so record it if possible
            with suppress(LimitHit):
                run_log.write(settings.runs, run.started, run.command, str(error), result())
            raise
        number = None
        try:
            number = run_log.begin(settings.runs, run.started, run.command)
            yield
        except BaseException as error:
            # Only our own messages are known to hold no report text. For other errors, record the type alone.
            if isinstance(error, KeyboardInterrupt):
                why = f"Interrupted ({str(error) or 'Ctrl-C'})."
            else:
                why = str(error) if isinstance(error, ReviewsError) else type(error).__name__
            with suppress(LimitHit):  # the disk may be the cause, and the first error is more informative
                run_log.write(settings.runs, run.started, run.command, why, result(), number)
            raise
        run_log.write(settings.runs, run.started, run.command, None, result(), number)


def go_back(settings: Settings, generation: str) -> Built:
    """Make an older generation the current one. Every byte of it is checked first."""
    with writing(settings.library):
        return upkeep(settings).use(generation)


def _count_themes(settings: Settings, reports: int) -> None:
    """Count the themes of a large library in advance, so that the first search is fast."""
    from search.answering import theme_index

    if reports >= theme_index.MANY:
        from corpus.themes import load_themes
        from search.opening import open_searcher

        with open_searcher(settings, load_themes(settings.themes)) as searcher:
            searcher.themed()


def _read_for_meaning(settings: Settings, store: Store, progress: Progress) -> dict[str, Any]:
    """Process new text with the language model. The index is complete without it, so an error does not end the run."""
    from index.vectors.refresh import refresh

    try:
        done = refresh(
            store,
            settings.vectors,
            {reading for reading, _ in store.readings.current()},
            settings.meaning_model,
            threads=settings.jobs,
            progress=lambda n, of: progress("reading for meaning", n, of),
        )
    except ReviewsError as error:
        return {"reports": 0, "paragraphs": 0, "problem": str(error)}
    return {"reports": done.reports, "paragraphs": done.paragraphs, "problem": None}


@contextmanager
def _timed(run: Run, step: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        run.seconds[step] = time.perf_counter() - began
