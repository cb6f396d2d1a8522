"""Maintenance of an index in a cluster."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from corpus.settings import Settings
from corpus.storage.store import Store
from index.opensearch.access import access
from index.opensearch.client import Cluster
from index.opensearch.publishing import build, checking, erasing
from index.opensearch.publishing.state import Published, pointer
from index.storage import generations
from index.upkeep import Built, Progress

if TYPE_CHECKING:
    from index.build import Ahead


class Remote:
    """An `index.upkeep.Upkeep` for a cluster."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._cluster = Cluster(access(settings))
        self._pointer = pointer(self._cluster, settings)
        self._library = settings.opensearch_library

    def ahead(self, store: Store) -> Ahead | None:
        return None

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
        built = build.build(
            store, self._settings, self._cluster, rebuild=rebuild, clean=clean, interim=interim, progress=progress
        )
        return _built(built) if built else None

    def check(self, store: Store, *, full: bool = False, built: Built | None = None) -> list[str]:
        return checking.problems(store, self._settings, self._cluster, full=full)

    def use(self, generation: str) -> Built:
        return _built(build.use(self._settings, self._cluster, generation))

    def current(self) -> Built:
        """Return what is published now, for all libraries together."""
        state = self._pointer.read()
        reports = sum(each.reports for each in state.published)
        missing = tuple(checking.copies_missing(self._cluster, state.published))
        return Built(state.generation, state.built_at, state.coverage, reports, missing)

    def holds_any(self, reports: Collection[str], readings: Collection[int]) -> bool:
        if generations.holds_any(self._settings.index, reports, readings):  # from before the cluster
            return True
        return erasing.holds_any(self._cluster, self._pointer, self._library, reports)

    def keep_only_current(self) -> None:
        if self._settings.index.is_dir():
            generations.keep_only(self._settings.index, "")
        erasing.keep_only_current(self._cluster, self._pointer, self._library, time.sleep)


def _built(published: Published) -> Built:
    return Built(published.id, published.built_at, published.coverage, published.reports)
