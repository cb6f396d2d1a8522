"""Cache answers for repeated requests: the next page, going back, a popular theme.

The key of an answer contains everything that it was made from: generation, corpus and themes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from search.results import Results

_MOST = 256  # answers, about 60 KB each


class KeptAnswers:
    """A thread-safe cache of the most recently used answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Results] = OrderedDict()
        self._round = 0

    def get(self, key: Hashable, make: Callable[[], Results]) -> Results:
        """Return the cached answer with that key, or make and cache it."""
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
            began = self._round
        made = make()
        with self._lock:
            if began == self._round:
                self._kept[key] = made
                while len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
        return made

    def let_go(self) -> None:
        """Drop all answers, including those that are being made."""
        with self._lock:
            self._kept.clear()
            self._round += 1
