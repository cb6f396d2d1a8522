"""Load on the web page: `python -m benchmarks.serving LIBRARY` runs `reviews serve` on a copy of the library.

1. One person asks for the results page of each typical query, once, after a first query that opens the index.
2. PEOPLE at once, for MINUTES. Each reads a page for 4 to 12 seconds (8 on average), then asks for the next. Of ten
   pages, seven are results (a quarter of them with years, another order, or a further page), two are reports with every
   mention and one is a page of a report. Once a minute a report is added and a new generation is published.
3. PEOPLE at once who do not stop to read. Each asks again as soon as the answer arrives. This shows the highest rate
   that the computer can serve.

Then measures the size of the pages. Writes JSON to stdout. Times are wall time in milliseconds, including sending.
Memory is that of the server and its children, with each shared page counted once (Linux only). `--short` takes one
minute.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException  # noqa: TID251 - it asks our own server
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.measure import tree_cpu_seconds, tree_mb
from benchmarks.searching import national
from benchmarks.searching.queries import TYPICAL
from corpus.storage.store import Store

PEOPLE, MINUTES = 50, 5.0
READS = (4.0, 12.0)  # seconds that a person reads a page
CLOSED_SECONDS = 30.0
_SHOWN = 5  # errors
_POOL = 40  # readings; the added reports are made of their paragraphs
_COMMAND = [sys.executable, "-c", "from reviews.cli.main import main; main()"]


@dataclass(slots=True)
class Response:
    """One request and how long it took. `at` is in seconds from the start."""

    what: str
    path: str
    at: float
    ms: float
    status: int
    bytes: int


@dataclass(slots=True)
class Server:
    """`reviews serve`, running."""

    process: subprocess.Popen[str]
    port: int
    answers: list[Response] = field(default_factory=list)

    def ask(self, link: HTTPConnection, what: str, path: str, began: float) -> bytes:
        """Request a page and record the result."""
        start = time.perf_counter()
        try:
            link.request("GET", path)
            answer = link.getresponse()
            body, status = answer.read(), answer.status
        except (OSError, HTTPException):
            link.close()
            body, status = b"", 0
        ms = (time.perf_counter() - start) * 1000
        self.answers.append(Response(what, path, start - began, ms, status, len(body)))
        return body

    def link(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=60)


@contextlib.contextmanager
def serving(library: Path, processes: int | None = None) -> Iterator[Server]:
    """Serve a library with `processes` processes, or with the usual number."""
    command = [*_COMMAND, "--library", str(library), "serve", "--port", "0", "--rate", "0"]
    if processes:
        command += ["--processes", str(processes)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.search(r":(\d+)/", line)
        if found is None:
            raise RuntimeError(f"`reviews serve` did not print its address: {line!r}")
        yield Server(process, int(found[1]))
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def results_path(chance: random.Random) -> str:
    """Return the path of a typical results page."""
    asked: dict[str, object] = {"q": chance.choice(TYPICAL)}
    if chance.random() < 0.25:
        first = 2000 + chance.randrange(20)
        asked |= chance.choice(
            ({"from": first, "to": first + 5}, {"sort": "newest"}, {"page": 2}, {"sort": "mentions"})
        )
    return "/?" + urlencode(asked)


def person(server: Server, seed: int, began: float, until: float, reads: tuple[float, float] | None) -> None:
    """Act as one person who requests a page, reads it and requests the next.

    `reads` is None for somebody who does not stop to read.
    """
    chance = random.Random(seed)
    link = server.link()
    found: list[bytes] = []
    if reads:
        time.sleep(chance.uniform(0, reads[1]))  # they do not all start at the same time
    while time.perf_counter() < until:
        kind = chance.random() if reads and found else 0.0
        if kind < 0.7:
            body = server.ask(link, "results", results_path(chance), began)
            found = re.findall(rb'href="(/reports/[0-9a-f]+(?:/pages/\d+)?)\?', body) or found
        else:
            page = kind >= 0.9
            fit = [path for path in found if (b"/pages/" in path) is page] or found
            what = "page" if page else "report"
            server.ask(link, what, chance.choice(fit).decode() + "?q=neglect", began)
        if reads:
            time.sleep(max(0.0, min(chance.uniform(*reads), until - time.perf_counter())))
    link.close()


def many(server: Server, people: int, seconds: float, reads: tuple[float, float] | None) -> list[Response]:
    """Simulate `people` people for `seconds` seconds."""
    server.answers = []
    began = time.perf_counter()
    threads = [
        threading.Thread(target=person, args=(server, seed, began, began + seconds, reads)) for seed in range(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return server.answers


def publish(library: Path, pool: list[str], number: int) -> bool:
    """Add a report and publish a new generation with `reviews index`."""
    national.generate(library, pool, 1, first=number)
    return subprocess.run([*_COMMAND, "--library", str(library), "index"], capture_output=True).returncode == 0


def told(answers: list[Response]) -> dict[str, Any]:
    """Return the figures of some answers, by kind of page."""
    figures: dict[str, Any] = {}
    for what in sorted({each.what for each in answers}):
        ms = sorted(each.ms for each in answers if each.what == what)
        figures[what] = {
            "asked": len(ms),
            "p50": round(statistics.median(ms), 1),
            "p95": round(ms[int(0.95 * len(ms))], 1),
            "p99": round(ms[int(0.99 * len(ms))], 1),
            "slowest": round(ms[-1], 1),
        }
    wrong = [(each.status, each.path) for each in answers if each.status != 200]
    return {**figures, "errors": len(wrong), "first_errors": wrong[:_SHOWN]}


def one_person(server: Server) -> dict[str, Any]:
    """Run each typical query once."""
    link = server.link()
    server.ask(link, "first", "/?q=child", time.perf_counter())
    server.answers = []
    before = tree_cpu_seconds(server.process.pid)
    for query in TYPICAL:
        server.ask(link, "results", "/?" + urlencode({"q": query}), time.perf_counter())
    spent = tree_cpu_seconds(server.process.pid) - before
    link.close()
    slowest = sorted(zip(server.answers, TYPICAL, strict=True), key=lambda each: -each[0].ms)[:5]
    return {
        **told(server.answers),
        "cpu_ms_a_page": round(spent * 1000 / len(TYPICAL), 1),
        "slowest": {query: round(each.ms, 1) for each, query in slowest},
    }


def weights(server: Server) -> dict[str, int]:
    """Return the bytes of pages as sent. `first_view` is the first page with everything that it loads."""
    link, sizes = server.link(), {}
    for name, path in (("search", "/"), ("results", "/?q=child"), ("help", "/help"), ("coverage", "/coverage")):
        body = server.ask(link, name, path, 0.0)
        sizes[name] = len(body)
        if name == "search":
            files = re.findall(r'(?:href|src)="(/static/[^"]+)"', body.decode())
            sizes["first_view"] = len(body) + sum(len(server.ask(link, "file", file, 0.0)) for file in files)
    link.close()
    return sizes


def crowd(server: Server, library: Path, people: int, seconds: float, every: float) -> dict[str, Any]:
    """Simulate many people who read while updates are published, and record the server's memory."""
    memory: list[tuple[float, float]] = []
    published: list[bool] = []
    over = threading.Event()
    began = time.perf_counter()

    def watch() -> None:
        while not over.wait(5.0):
            memory.append((round(time.perf_counter() - began), tree_mb(server.process.pid)))

    with Store.open(library / "corpus.db", read_only=True) as store:
        held = store.coverage().reports
        readings = [reading for reading, _ in store.readings.current()][:_POOL]
        pool = [text for reading in readings for text, _, _ in store.readings.indexable(reading)]

    def update() -> None:
        while not over.wait(every):
            published.append(publish(library, pool, held + 1_000_000 + len(published)))

    threads = [threading.Thread(target=watch), threading.Thread(target=update)]
    before = tree_cpu_seconds(server.process.pid)
    for thread in threads:
        thread.start()
    answers = many(server, people, seconds, READS)
    spent = tree_cpu_seconds(server.process.pid) - before
    over.set()
    for thread in threads:
        thread.join()
    by_minute = {}
    for minute in range(int(seconds // 60)):
        ms = sorted(a.ms for a in answers if a.what == "results" and minute <= a.at / 60 < minute + 1)
        by_minute[minute + 1] = round(ms[int(0.95 * len(ms))], 1) if ms else None
    middle = memory[len(memory) // 2][1] if memory else None
    return {
        **told(answers),
        "people": people,
        "seconds": seconds,
        "read_seconds": READS,
        "results_p95_by_minute": by_minute,
        "cpu_share_of_one_core": round(spent / seconds, 2),
        "updates_published": sum(published),
        "updates_failed": len(published) - sum(published),
        "memory_mb": {
            "start": memory[0][1] if memory else None,
            "middle": middle,
            "end": memory[-1][1] if memory else None,
            "most": max((mb for _, mb in memory), default=None),
        },
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serving", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("library", type=Path)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--every", type=float, default=60.0, help="seconds between two updates")
    parser.add_argument("--processes", type=int, help="of the server; without it as many as usual")
    parser.add_argument("--short", action="store_true", help="one minute, an update every 25 seconds")
    asked = parser.parse_args()
    minutes, every = (1.0, 25.0) if asked.short else (asked.minutes, asked.every)
    with tempfile.TemporaryDirectory() as folder:
        library = Path(shutil.copytree(asked.library, Path(folder) / "library"))
        with serving(library, asked.processes) as server:
            figures: dict[str, Any] = {"cores": os.cpu_count(), "load_before": [round(x, 1) for x in os.getloadavg()]}
            figures["one_person"] = one_person(server)
            figures["crowd"] = crowd(server, library, asked.people, minutes * 60, every)
            closed = min(CLOSED_SECONDS, minutes * 30)
            before = tree_cpu_seconds(server.process.pid)
            answers = many(server, asked.people, closed, None)
            spent = tree_cpu_seconds(server.process.pid) - before
            figures["without_reading"] = {
                **told(answers),
                "pages_a_second": round(len(answers) / closed, 1),
                "pages_a_cpu_second": round(len(answers) / spent, 1) if spent else None,
            }
            figures["memory_mb_at_the_end"] = tree_mb(server.process.pid)
            figures["bytes"] = weights(server)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
