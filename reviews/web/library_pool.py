"""A pool of open libraries, each lent to one request at a time. Limits memory and concurrent searches."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

from corpus.errors import LimitHit, ReviewsError
from reviews.library import Library
from reviews.web.batch_jobs import Batches, removals_seen
from reviews.web.reading.page_images import Pictures
from reviews.web.serving import memory
from reviews.web.serving.kept_answers import KeptAnswers
from search.opening import pointer

_PATIENCE = 20.0  # seconds that a request waits for its turn
_SOON = 0.5  # seconds that a request waits for a new generation before it uses the old one
_LOOK = 2.0  # seconds between two checks for a removal when there are no requests


class LibraryPool:
    """A pool of open libraries. Neither SQLite nor a searcher can be used by two threads at the same time.

    The library returned last is lent first, so that only a few are needed for a few people. A new generation is opened
    in the background, and requests use the old one until it is ready.
    """

    def __init__(self, path: Path, searches: int, batches: Batches | None = None) -> None:
        self._path = path
        self._turns = threading.BoundedSemaphore(searches)
        self._lock = threading.Lock()
        self._idle: list[Library] = []
        self._lent: dict[int, int] = {}  # id of a library → the round in which it was lent
        self._round = 0
        self._follower: tuple[threading.Thread, float] | None = None
        self._closed = False
        self._ended = threading.Event()
        self._removals = removals_seen(path)
        self.settings = Library(path).settings  # raises immediately if there is no library
        self._pointer = b""
        with suppress(ReviewsError):  # if the cluster is down, each request says so
            self._pointer = pointer(self.settings)
        self.pictures = Pictures(self.settings.max_memory_mb)
        self.answers = KeptAnswers()
        self.batches = batches or Batches(path)

    def take(self) -> Library:
        """Borrow a library. Return it with `give_back`. Raises LimitHit if too many others are waiting."""
        if not self._turns.acquire(timeout=_PATIENCE):
            raise LimitHit("Too many people are searching at the moment. Wait a minute, then try again.")
        try:
            self.look()
            self._follow()
            with self._lock:
                library = self._idle.pop() if self._idle else Library(self._path, follows=False)
                self._lent[id(library)] = self._round
            return library
        except BaseException:
            self._turns.release()
            raise

    def give_back(self, library: Library) -> None:
        """Return a library to the pool. It is closed if its generation has been replaced."""
        with self._lock:
            keep = self._lent.pop(id(library)) == self._round and not self._closed
            if keep:
                self._idle.append(library)
        if not keep:
            library.close()
            del library
            memory.give_back()  # its caches refer to each other, so Python would keep them for long
        self._turns.release()

    def watch(self) -> None:
        """Start checking for removals, so that they are noticed even without requests."""

        def look() -> None:
            while not self._ended.wait(_LOOK):
                with suppress(ReviewsError, OSError):  # the next check or request tries again
                    self.look()

        threading.Thread(target=look, daemon=True).start()

    def look(self) -> None:
        """Drop everything if a report has been removed since the last check."""
        seen = removals_seen(self._path)
        if seen != self._removals:
            self._removals = seen
            self.let_go()
        elif self.settings.engine == "opensearch":  # there, a removal is a new generation
            self._follow()

    def let_go(self) -> None:
        """Drop what is cached about reports: open libraries, answers, pictures, workbooks.

        What a request is still using is dropped when the request ends. Python frees the memory but does not overwrite
        it.
        """
        with self._lock:
            self._round += 1
            idle, self._idle = self._idle, []
        for library in idle:
            library.close()
        self.answers.let_go()
        self.pictures.let_go()
        self.batches.let_go()
        memory.give_back()

    def close(self) -> None:
        """End the drawing process and close every library. One that is lent is closed when it is returned."""
        self._closed = True
        self._ended.set()
        if self._follower:
            self._follower[0].join()
        with self._lock:
            idle, self._idle = self._idle, []
        for library in idle:
            library.close()
        self.pictures.close()
        self.batches.close()

    def _follow(self) -> None:
        """Start opening a newer generation, if there is one, and wait briefly for it."""
        with self._lock:
            if self._follower is None:
                named = pointer(self.settings)
                if named == self._pointer or self._closed:
                    return
                thread = threading.Thread(target=self._open, args=(named,), daemon=True)
                self._follower = thread, time.monotonic()
                thread.start()
            thread, began = self._follower
        thread.join(max(0.0, began + _SOON - time.monotonic()))

    def _open(self, named: bytes) -> None:
        try:
            library = Library(self._path, follows=False)
        except ReviewsError:  # for example a wrong setting: the old one stays in use, and the next request tries again
            with self._lock:
                self._follower = None
            return
        with suppress(ReviewsError):  # the next request reports it
            library.searcher().themed()
        with self._lock:
            self._pointer, self._follower = named, None
            self._round += 1
            old, self._idle = self._idle, [library]
        self.answers.let_go()
        while old:
            old.pop().close()
        memory.give_back()
