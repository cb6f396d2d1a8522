"""Cache answers for repeated requests: the next page, going back, a popular theme.

An answer is only as good as what it was made of, so its key holds all of that: generation, its reports that are still
there, themes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

from search.request import SearchRequest
from search.results import Results

_MOST = 256  # answers, about 60 KB each


class KeptAnswers:
    """A thread-safe cache of the most recently used answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Hashable, SearchRequest], Results] = OrderedDict()
        self._again: OrderedDict[SearchRequest, None] = OrderedDict()
        self._round = 0

    def get(self, made_of: Hashable, request: SearchRequest, make: Callable[[], Results]) -> Results:
        """The answer to a request; it is made and kept if there is none of the same."""
        key = made_of, request
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                self._again[request] = None
                self._again.move_to_end(request)
                while len(self._again) > _MOST:
                    self._again.popitem(last=False)
                return known
            began = self._round
        made = make()
        with self._lock:
            if began == self._round:
                self._kept[key] = made
                while len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
        return made

    def asked_again(self, most: int) -> Sequence[SearchRequest]:
        """The requests that somebody repeated since the answers were let go, the latest first."""
        with self._lock:
            return list(reversed(self._again))[:most]

    def let_go(self) -> None:
        """Drop all answers, including those that are being made."""
        with self._lock:
            self._kept.clear()
            self._again.clear()
            self._round += 1
