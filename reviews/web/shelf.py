"""The library behind the page: one opened Library for each thread, and never more searches at once than it can bear."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import LimitHit
from reviews.library import Library
from reviews.web.batches import Batches
from reviews.web.picture import Pictures

_PATIENCE = 20.0  # seconds to wait for one's turn


class Shelf:
    """Gives each thread a library of its own: neither SQLite nor an index searcher may be shared between threads."""

    def __init__(self, path: Path, searches: int) -> None:
        self._path = path
        self._mine = threading.local()
        self._turns = threading.BoundedSemaphore(searches)
        self.settings = Library(path).settings  # says at once when there is no library
        self.pictures = Pictures(self.settings.max_memory_mb)
        self.batches = Batches(path)

    def library(self) -> Library:
        """This thread's own. It follows the index to each new generation by itself."""
        library: Library | None = getattr(self._mine, "library", None)
        if library is None:
            library = self._mine.library = Library(self._path)
        return library

    @contextmanager
    def turn(self) -> Iterator[Library]:
        """This thread's library, once it is its turn to search. Raises LimitHit when too many others are waiting."""
        if not self._turns.acquire(timeout=_PATIENCE):
            raise LimitHit("Too many people are searching at this moment. Wait a little, then ask again.")
        try:
            yield self.library()
        finally:
            self._turns.release()

    def close(self) -> None:
        """End the child process that draws, and close this thread's library."""
        self.pictures.close()
        self.batches.close()
        self.library().close()
