"""Serve fifty people alongside very slow connections: `python -m benchmarks.serving.trickling LIBRARY`.

PEOPLE read pages of `reviews serve` as in `benchmarks.serving`, for SECONDS without and SECONDS with CONNECTIONS that
start a request and send a byte every ten seconds. A connection that the server closes is opened again. The two take
turns, PAIRS times, with the same requests, so that other load on the computer affects both. Writes JSON to stdout: the
95th percentile of every pair and the median of the ratios. Times are wall time in milliseconds.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import selectors
import shutil
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import tree_cpu_seconds
from benchmarks.serving.__main__ import PEOPLE, READS, Response, Server, many, one_person, serving

CONNECTIONS, EVERY = 100, 10.0
SECONDS, PAIRS = 30.0, 5


class Trickle:
    """Connections from one address that never finish a request. `reopened` is how many the server has closed."""

    def __init__(self, port: int, count: int) -> None:
        self.reopened = -count
        self._port = port
        self._selector = selectors.DefaultSelector()
        self._over = threading.Event()
        self._due: dict[socket.socket, float] = {}
        for number in range(count):
            self._open(EVERY * number / count)
        self._thread = threading.Thread(target=self._run)

    def _open(self, wait: float) -> None:
        made = socket.create_connection(("127.0.0.1", self._port))
        made.send(b"GET /?q=child HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        made.setblocking(False)
        self._selector.register(made, selectors.EVENT_READ)
        self._due[made] = time.monotonic() + wait
        self.reopened += 1

    def _run(self) -> None:
        while not self._over.is_set():
            closed = [key.fileobj for key, _ in self._selector.select(0.1)]
            for made in [each for each, due in self._due.items() if each in closed or due <= time.monotonic()]:
                try:
                    if made in closed:
                        raise ConnectionResetError
                    made.send(b"x")
                    self._due[made] += EVERY
                except OSError:
                    self._close(made)
                    self._open(EVERY)

    def _close(self, made: socket.socket) -> None:
        self._selector.unregister(made)
        self._due.pop(made)
        made.close()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Send slowly until the end of the block."""
        self._thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._thread.join()
            for made in list(self._due):
                self._close(made)
            self._selector.close()


def p95(answers: list[Response]) -> float:
    """Return the 95th percentile of the results pages, in milliseconds."""
    times = sorted(each.ms for each in answers if each.what == "results")
    return times[int(0.95 * len(times))]


def turn(server: Server, people: int, seconds: float, connections: int) -> dict[str, Any]:
    """Let the people read, alongside `connections` slow connections."""
    before = tree_cpu_seconds(server.process.pid)
    told: dict[str, Any] = {}
    if connections:
        trickle = Trickle(server.port, connections)
        with trickle.running():
            answers = many(server, people, seconds, READS)
        told["closed_by_the_server"] = trickle.reopened
    else:
        answers = many(server, people, seconds, READS)
    wrong = sum(each.status != 200 for each in answers)
    spent = (tree_cpu_seconds(server.process.pid) - before) * 1000 / len(answers)
    return {
        "asked": len(answers),
        "errors": wrong,
        "p95": round(p95(answers), 1),
        "cpu_ms_a_page": round(spent, 2),
        **told,
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serving.trickling",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("library", type=Path)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = Path(shutil.copytree(asked.library, Path(folder) / "library"))
        with serving(library, None) as server:
            one_person(server)
            pairs = []
            for number in range(asked.pairs):
                order = (0, asked.connections) if number % 2 else (asked.connections, 0)  # neither is always first
                done = {count: turn(server, asked.people, asked.seconds, count) for count in order}
                pairs.append({"without": done[0], "with": done[asked.connections]})
    ratios = [pair["with"]["p95"] / pair["without"]["p95"] for pair in pairs]
    cpu = [pair["with"]["cpu_ms_a_page"] / pair["without"]["cpu_ms_a_page"] for pair in pairs]
    figures = {
        "cores": os.cpu_count(),
        "load": [round(x, 1) for x in os.getloadavg()],
        "pairs": pairs,
        "p95_ratios": [round(each, 2) for each in sorted(ratios)],
        "p95_ratio_median": round(statistics.median(ratios), 2),
        "cpu_ratio_median": round(statistics.median(cpu), 2),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
