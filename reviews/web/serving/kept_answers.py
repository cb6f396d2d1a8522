"""Answers that were given, kept for whoever asks the same again: the next page, a way back, a theme that many look for.

An answer is only as good as what it was made of, so its key holds all of that: generation, corpus and themes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from search.results import Results

_MOST = 256  # answers, about 60 KB each


class KeptAnswers:
    """The answers that were used last. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Results] = OrderedDict()
        self._round = 0

    def get(self, key: Hashable, make: Callable[[], Results]) -> Results:
        """The answer with that key; otherwise it is made and kept."""
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
        """Forget all of them, and those that are being made."""
        with self._lock:
            self._kept.clear()
            self._round += 1
