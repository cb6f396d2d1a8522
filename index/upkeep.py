"""Maintenance of a library's index for any engine: build, check, go back, erase."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from corpus.report import Coverage
from corpus.settings import Settings
from corpus.storage.store import Store
from index.storage import generations

if TYPE_CHECKING:
    from index.build import Ahead
    from index.storage.generations import Generation

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Built:
    """A generation in use. `reports` is their number. `warnings` say what was wrong with newer ones."""

    id: str
    built_at: str
    coverage: Coverage
    reports: int
    warnings: tuple[str, ...] = ()


class Upkeep(Protocol):
    """The maintenance operations of an engine.

    The errors are those of `index.build` and `index.storage.generations`.
    """

    def ahead(self, store: Store) -> Ahead | None:
        """Return the next segment, started while files are still being read, or None if the engine does not support
        that.
        """

    def build(
        self,
        store: Store,
        *,
        rebuild: bool = False,
        clean: bool = False,
        interim: bool = False,
        ahead: Ahead | None = None,
        progress: Progress = lambda done, total: None,
    ) -> Built | None:
        """Bring the index up to date with the corpus. Returns None if nothing had changed. See `index.build.build`."""

    def check(self, store: Store, *, full: bool = False, built: Built | None = None) -> list[str]:
        """Return the problems with the index as sentences.

        `built` is what this run has built, and so has already verified.
        """

    def use(self, generation: str) -> Built:
        """Switch to a generation that is kept, older or newer."""

    def current(self) -> Built:
        """Return the generation in use. Raises NoIndex if there is none."""

    def holds_any(self, reports: Collection[str], readings: Collection[int]) -> bool:
        """Return whether anything may contain text of one of the reports or readings, even if it is no longer
        searched.
        """

    def keep_only_current(self) -> None:
        """Erase everything that is not in the current generation from all disks."""


class Embedded:
    """The index in the library's folder."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def ahead(self, store: Store) -> Ahead | None:
        from index.build import Ahead

        return Ahead(store)

    def build(
        self,
        store: Store,
        *,
        rebuild: bool = False,
        clean: bool = False,
        interim: bool = False,
        ahead: Ahead | None = None,
        progress: Progress = lambda done, total: None,
    ) -> Built | None:
        from index import build

        index, jobs = self._settings.index, self._settings.jobs
        built = build.build(
            store, index, jobs=jobs, rebuild=rebuild, clean=clean, interim=interim, ahead=ahead, progress=progress
        )
        return _built(built) if built else None

    def check(self, store: Store, *, full: bool = False, built: Built | None = None) -> list[str]:
        from index import build

        return build.check(store, self._settings.index, full=full, built=built.id if built else "")

    def use(self, generation: str) -> Built:
        return _built(generations.use(self._settings.index, generation))

    def current(self) -> Built:
        return _built(generations.current(self._settings.index))

    def holds_any(self, reports: Collection[str], readings: Collection[int]) -> bool:
        return generations.holds_any(self._settings.index, reports, readings)

    def keep_only_current(self) -> None:
        index = self._settings.index
        generations.keep_only(index, generations.current(index).manifest.id)


def _built(generation: Generation) -> Built:
    manifest = generation.manifest
    return Built(manifest.id, manifest.built_at, manifest.coverage, len(manifest.live), generation.warnings)
