"""Open what is published in a cluster. The searchers of a process share what it uses to query the cluster."""

import os
import threading
import time
from functools import lru_cache

from corpus.settings import Settings
from corpus.themes import Themes
from index.opensearch.access import Access, access
from index.opensearch.asking.opening import Opened, opened
from index.opensearch.client import Cluster
from index.opensearch.publishing.state import FINGERPRINT, Pointer, State
from search.cluster_session import ClusterSession
from search.searcher import Searcher

_FRESH = 1.0  # seconds before what is published is requested again


class _Published:
    """What is published under a prefix. It is requested at most once a second."""

    def __init__(self, access: Access, prefix: str) -> None:
        self.cluster = Cluster(access)
        self._pointer = Pointer(self.cluster, prefix)
        self._lock, self._opening = threading.Lock(), threading.Lock()
        self._read: tuple[float, State] | None = None
        self._opened: tuple[State, Opened] | None = None

    def state(self, *, now: bool = False) -> State:
        """Return what is published. With `now`, request it even if that was done less than a second ago."""
        with self._lock:
            if now or self._read is None or time.monotonic() - self._read[0] >= _FRESH:
                self._read = time.monotonic(), self._pointer.read()
            return self._read[1]

    def opened(self, state: State) -> Opened:
        """Return the metadata of a state.

        It is read once per generation, while other threads wait, and shared by all readers.
        """
        with self._opening:
            if self._opened is None or self._opened[0].version != state.version:
                self._opened = state, opened(self.cluster, state.indices, state.query())
            return self._opened[1]


class _Open(ClusterSession):
    """A session that can tell whether its generation may still be read."""

    published: _Published
    state: State

    def lost(self) -> bool:
        return not self.published.state().keeps(self.state)


@lru_cache(4)
def _shared(access: Access, prefix: str, process: int) -> _Published:
    return _Published(access, prefix)  # connections are never shared with a forked process


def _published(settings: Settings) -> _Published:
    return _shared(access(settings), settings.opensearch_index, os.getpid())


def pointer(settings: Settings) -> bytes:
    """See `search.opening.pointer`."""
    term, number = _published(settings).state().version
    return f"{term} {number}".encode() if number or term else b""


def open_searcher(settings: Settings, themes: Themes) -> Searcher:
    """Return a searcher for what is published now. Raises NoIndex if nothing is."""
    published = _published(settings)
    state = published.state(now=True)
    session = _Open(
        published.cluster,
        published.opened(state),
        settings.library,
        themes,
        generation=state.generation,
        built_at=state.built_at,
        fingerprint=f"{FINGERPRINT}, {state.indices} of {settings.opensearch_url}",  # of what is kept for the themes
        coverage=state.coverage,
    )
    session.published, session.state = published, state
    return Searcher.over(session)
