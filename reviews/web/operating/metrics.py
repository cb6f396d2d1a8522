"""Count and time requests for Prometheus.

The metrics contain no text: neither queries nor names of people or reports.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from flask import Flask, Response, g, request

_BOUNDS = (0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the times that are counted together, in seconds."""


class Metrics:
    """The requests that one process has answered since it started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: Counter[tuple[str, str]] = Counter()  # by page and status class
        self._times: Counter[tuple[str, float]] = Counter()  # by page and bound
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def install(self, app: Flask) -> None:
        """Count the requests of an application."""
        app.before_request(self._begin)
        app.after_request(self._end)

    @staticmethod
    def _begin() -> None:
        g.began = time.perf_counter()

    def _end(self, response: Response) -> Response:
        page = request.endpoint or "none"
        took = time.perf_counter() - g.get("began", time.perf_counter())
        with self._lock:
            self._answers[page, f"{response.status_code // 100}xx"] += 1
            self._seconds[page] += took
            for bound in _BOUNDS:
                if took <= bound:
                    self._times[page, bound] += 1
        return response

    def lines(self, gauges: Mapping[str, tuple[str, float]]) -> Iterator[str]:
        """Yield the Prometheus text format. `gauges` are further figures, each with its description."""
        process = f'process="{os.getpid()}"'
        with self._lock:
            answers, times, seconds = dict(self._answers), dict(self._times), dict(self._seconds)
        yield "# HELP reviews_requests_total Requests answered, by page and class of status."
        yield "# TYPE reviews_requests_total counter"
        for (page, status), count in sorted(answers.items()):
            yield f'reviews_requests_total{{page="{page}",status="{status}",{process}}} {count}'
        yield "# HELP reviews_request_seconds Time to answer a request, in seconds."
        yield "# TYPE reviews_request_seconds histogram"
        for page in sorted(seconds):
            total = sum(count for (each, _), count in answers.items() if each == page)
            for bound in _BOUNDS:
                count = times.get((page, bound), 0)
                yield f'reviews_request_seconds_bucket{{page="{page}",le="{bound}",{process}}} {count}'
            yield f'reviews_request_seconds_bucket{{page="{page}",le="+Inf",{process}}} {total}'
            yield f'reviews_request_seconds_sum{{page="{page}",{process}}} {seconds[page]:.6f}'
            yield f'reviews_request_seconds_count{{page="{page}",{process}}} {total}'
        for name, (said, value) in gauges.items():
            yield f"# HELP reviews_{name} {said}"
            yield f"# TYPE reviews_{name} gauge"
            yield f"reviews_{name} {value:g}"
