"""Cache answers for repeated requests: the next page, going back, a popular theme.

An answer depends on the generation, on which of its reports are still there, and on the themes. All of these are part
of its key.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

from search.request import SearchRequest
from search.results import Results

_MOST = 256  # answers, about 60 KB each


class AnswerCache:
    """A thread-safe cache of the most recently used answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[Hashable, SearchRequest], Results] = OrderedDict()
        self._again: OrderedDict[SearchRequest, None] = OrderedDict()
        self._round = 0

    def get(self, state_key: Hashable, request: SearchRequest, make: Callable[[], Results]) -> Results:
        """Return the answer to a request. It is made and cached if there is none."""
        key = state_key, request
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

    def repeated(self, most: int) -> Sequence[SearchRequest]:
        """Return the requests that were repeated since the cache was cleared, the latest first."""
        with self._lock:
            return list(reversed(self._again))[:most]

    def clear(self) -> None:
        """Drop all answers, including those that are being made."""
        with self._lock:
            self._kept.clear()
            self._again.clear()
            self._round += 1
