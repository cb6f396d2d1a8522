"""Limit how many of the threads of a server can do slow work at the same time."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from corpus.errors import LimitHit


class Turns:
    """Gives turns to people: at most `most` at once, and `each` to one person. `said` refuses all others.

    Nobody waits for a turn, because whoever waits keeps a thread from answering other people.
    """

    def __init__(self, most: int, each: int, said: str) -> None:
        self._most, self._each, self._said = most, each, said
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, person: str) -> Iterator[None]:
        """Take a turn. Raises LimitHit if there is none."""
        with self._lock:
            if self._taken.total() >= self._most or self._taken[person] >= self._each:
                raise LimitHit(self._said)
            self._taken[person] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[person] -= 1
                self._taken += Counter()  # drops the people who have none
