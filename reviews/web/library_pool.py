"""A pool of open libraries, each lent to one request at a time. Limits memory and concurrent searches."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corpus.errors import LimitHit, QueryRefused, ReviewsError
from reviews.library import Library
from reviews.web.batch_jobs import Batches, removals_seen
from reviews.web.reading.page_images import Pictures
from reviews.web.serving import memory
from reviews.web.serving.answer_cache import AnswerCache
from search.opening import pointer

_PATIENCE = 20.0  # seconds that a request waits for its turn
_SOON = 0.5  # seconds that a request waits for a new generation before it uses the old one
_REPEATED = 100  # requests that are answered from a new generation before anybody asks
_REPEATING = 30.0  # seconds that this may take
_YIELDS = 0.1  # seconds that each of them waits for people who are asking
_LOOK = 2.0  # seconds between two looks for a removal while nobody asks anything


class LibraryPool:
    """A pool of open libraries. Neither SQLite nor a searcher can be used by two threads at the same time.

    The library returned last is lent first, so that a few people need only a few of them. A new generation is opened in
    the background, and what several people asked is answered from it there; requests use the old one until it is ready.
    """

    def __init__(self, path: Path, searches: int, batches: Batches | None = None) -> None:
        self._path = path
        self._turns = threading.BoundedSemaphore(searches)
        self._lock, self._opening = threading.Lock(), threading.Lock()
        self._first: Library | None = None  # never lent: the others share the index that it has open
        self._idle: list[Library] = []
        self._lent: dict[int, int] = {}  # id of a library → the round in which it was lent
        self._round = 0
        self._follower: _Follower | None = None
        self._closed = False
        self._ended = threading.Event()
        self._removals = removals_seen(path)
        self.settings = Library(path).settings  # raises immediately if there is no library
        self._pointer = b""
        with suppress(ReviewsError):  # if the cluster is down, each request says so
            self._pointer = pointer(self.settings)
        self.pictures = Pictures(self.settings.max_memory_mb)
        self.answers = AnswerCache()
        self.batches = batches or Batches(path)

    def take(self) -> Library:
        """Borrow a library. Return it with `give_back`. Raises LimitHit if too many others are waiting."""
        if not self._turns.acquire(timeout=_PATIENCE):
            raise LimitHit("Too many people are searching at the moment. Wait a minute, then try again.")
        try:
            self.look()
            self._follow()
            with self._lock:
                now = self._round
                library = self._idle.pop() if self._idle else None
            if library is None:
                library = self._another(now)
            with self._lock:
                self._lent[id(library)] = now
            return library
        except BaseException:
            self._turns.release()
            raise

    def _another(self, now: int) -> Library:
        """Return a further library of the current generation. It shares what the others have read of the index.

        `now` is the current round.
        """
        with self._opening:
            first = self._first
            if first is None:
                first = Library(self._path, follows=False)
                if self.settings.engine == "opensearch":  # where they share anyway
                    return first
                try:
                    first.searcher().prepare()
                except ReviewsError:  # the borrower gets the error
                    return first
                with self._lock:
                    if self._round != now or self._closed:
                        return first
                    self._first = first
            with self._lock:
                return first.for_another_thread() if first is self._first else Library(self._path, follows=False)

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
        """Open a library before anybody asks, and look for removals every few seconds."""

        def look() -> None:
            with suppress(ReviewsError, OSError):  # the first request says what is wrong
                self.give_back(self.take())
            while not self._ended.wait(_LOOK):
                with suppress(ReviewsError, OSError):  # the next check or request tries again
                    self.look()

        threading.Thread(target=look, daemon=True).start()

    def look(self) -> None:
        """Drop everything if a report has been removed since the last check."""
        seen = removals_seen(self._path)
        if seen != self._removals:
            self._removals = seen
            self.clear()
        elif self.settings.engine == "opensearch":  # there, a removal is a new generation
            self._follow()

    def clear(self) -> None:
        """Drop what is cached about reports: open libraries, answers, pictures, workbooks.

        What a request is still using is dropped when the request ends. Python frees the memory but does not overwrite
        it.
        """
        with self._lock:
            self._round += 1
            idle = self._emptied()
        for library in idle:
            library.close()
        self.answers.clear()
        self.pictures.clear()
        self.batches.delete_finished()
        memory.give_back()

    def close(self) -> None:
        """End the drawing process and close every library. One that is lent is closed when it is returned."""
        self._closed = True
        self._ended.set()
        if self._follower:
            self._follower.thread.join()
        with self._lock:
            idle = self._emptied()
        for library in idle:
            library.close()
        self.pictures.close()
        self.batches.close()

    def _emptied(self) -> list[Library]:
        """Take out all libraries that nobody uses, to be closed."""
        idle = self._idle if self._first is None else [*self._idle, self._first]
        self._idle, self._first = [], None
        return idle

    def _follow(self) -> None:
        """Start opening a newer generation, if there is one, and wait briefly for it."""
        with self._lock:
            if self._follower is None:
                named = pointer(self.settings)
                if named == self._pointer or self._closed:
                    return
                opened = threading.Event()
                thread = threading.Thread(target=self._open, args=(named, opened), daemon=True)
                self._follower = _Follower(thread, opened, time.monotonic())
                thread.start()
            follower = self._follower
        follower.opened.wait(max(0.0, follower.began + _SOON - time.monotonic()))

    def _open(self, named: bytes, opened: threading.Event) -> None:
        try:
            self._replace(named, opened)
        finally:
            opened.set()

    def _replace(self, named: bytes, opened: threading.Event) -> None:
        began = self._round
        try:
            library = Library(self._path, follows=False)
        except ReviewsError:  # for example a wrong setting: the old one stays in use, and the next request tries again
            with self._lock:
                self._follower = None
            return
        answers, sound = AnswerCache(), False
        with suppress(ReviewsError):  # the next request reports it
            library.searcher().prepare()
            self._repeat(library, answers, opened)
            sound = True
        with self._lock:
            if self._round != began:  # a report was removed meanwhile
                answers.clear()
                library.close()
                sound = False
            self.answers.clear()
            self.answers = answers
            self._pointer, self._follower = named, None
            self._round += 1
            old = self._emptied()
            if sound and self.settings.engine != "opensearch":
                self._first = library
            else:
                self._idle = [library]
        while old:
            old.pop().close()
        memory.give_back()

    def _repeat(self, library: Library, answers: AnswerCache, opened: threading.Event) -> None:
        """Answer the repeated requests again, so that nobody has to wait for them.

        `opened` is set as soon as other requests need not wait any longer.
        """
        until = time.monotonic() + _REPEATING
        for request in self.answers.repeated(_REPEATED):
            opened.set()
            others = time.monotonic() + _YIELDS
            while self._lent and time.monotonic() < others:
                self._ended.wait(0.005)
            if self._closed or time.monotonic() > until:
                return
            with suppress(QueryRefused):
                answers.get(library.searcher().state_key, request, partial(library.search, request))


@dataclass(frozen=True, slots=True)
class _Follower:
    """The thread that opens a newer generation. `opened` is set when it has ended or may take longer."""

    thread: threading.Thread
    opened: threading.Event
    began: float
