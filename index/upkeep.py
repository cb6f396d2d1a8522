"""The index of a library as whoever maintains it uses it, whichever engine answers: build, check, go back, erase."""

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
    """A generation that answers, as people see it. reports: how many. warnings: what was wrong with newer ones."""

    id: str
    built_at: str
    coverage: Coverage
    reports: int
    warnings: tuple[str, ...] = ()


class Upkeep(Protocol):
    """What an engine does for maintenance. The errors are those of `index.build` and `index.storage.generations`."""

    def ahead(self, store: Store) -> Ahead | None:
        """The next segment, begun while files are still being read; None for an engine that cannot begin early."""

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
        """Bring the index up to date with the corpus. None when nothing had changed. See `index.build.build`."""

    def check(self, store: Store, *, full: bool = False, built: Built | None = None) -> list[str]:
        """What is wrong with the index, in sentences. built: what this run has built, and so has verified already."""

    def use(self, generation: str) -> Built:
        """Go back (or forward) to a kept generation."""

    def current(self) -> Built:
        """The generation that answers. Raises NoIndex when there is none."""

    def holds_any(self, reports: Collection[str], readings: Collection[int]) -> bool:
        """Whether anything may hold text of one of the reports or readings, even if it does not answer."""

    def keep_only_current(self) -> None:
        """Let nothing stay of what the generation that answers does not hold: not a byte on any disk."""


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
