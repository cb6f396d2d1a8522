"""Index during a long run.

The next segment is built while files are being read, and everything read so far is published every few minutes, so that
the first reports can be searched long before the last are read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from corpus.settings import Settings
from corpus.storage.store import Store
from reviews.maintenance.engine import upkeep

if TYPE_CHECKING:
    from index.build import Ahead
    from index.upkeep import Built

EVERY = 180.0
"""The number of seconds between interim generations, if reports have been stored in the meantime."""

_SHARE = 0.1  # share of the time of a run: publishing takes no more, however large the library is


class Publisher:
    """Builds generations for one run. `clock` returns seconds, from any starting point."""

    def __init__(self, store: Store, settings: Settings, clock: Callable[[], float]) -> None:
        self.generation: Built | None = None
        self._store = store
        self._upkeep = upkeep(settings)
        self._clock = clock
        self._ahead: Ahead | None = None
        self._due = clock() + EVERY

    def take(self, readings: Sequence[int]) -> None:
        """Index new readings of the corpus in memory."""
        # Loaded now, because the caller has time: the first call comes while the worker processes start.
        from search.answering import theme_index  # noqa: F401 - only loaded

        self._ahead = self._ahead or self._upkeep.ahead(self._store)
        if self._ahead:
            for reading in readings:
                self._ahead.take(reading)

    def stored(self) -> None:
        """Publish what has been read, if the last time was long enough ago."""
        began = self._clock()
        if began < self._due:
            return
        self.publish(interim=True)
        ended = self._clock()
        self._due = ended + max(EVERY, (ended - began) / _SHARE)

    def publish(
        self,
        *,
        interim: bool = False,
        rebuild: bool = False,
        clean: bool = False,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """Bring the index up to date with the corpus. See `index.build.build`."""
        ahead, self._ahead = self._ahead, None
        built = self._upkeep.build(
            self._store,
            rebuild=rebuild,
            clean=clean,
            interim=interim,
            ahead=ahead,
            progress=progress,
        )
        self.generation = built or self.generation
