"""Query time: `python -m benchmarks.searching LIBRARY` runs 500 mixed queries made of the library's own words.

Each query runs once, in one process, as on the web page: ten reports, three passages from each, all facets, coverage.
Writes JSON to stdout: milliseconds of wall time and CPU time, which differ on a busy computer, and peak memory.
"""

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import reviews
from index import analyser
from reviews.library import Library

QUESTIONS = 500
NAMED = ('"voice of the child"', 'theme:"Voice of the child"', 'theme:"Domestic abuse"', "child", '"of the"')


def questions(library: Library, seed: int, n: int) -> Iterator[str]:
    """Yield queries made of words that are adjacent in some paragraph, so that most of them find something."""
    chance = random.Random(seed)
    with library.store() as store:
        readings = [reading for reading, _ in store.readings.current()]
        chosen = chance.sample(readings, min(20, len(readings)))
        texts = [text for reading in chosen for text, _, _ in store.readings.indexable(reading)]
    runs = [[term for term, _ in analyser.terms(text) if term.isalpha()] for text in texts]
    runs = [run for run in runs if len(run) > 8]
    themes = [theme.name for theme in library.themes().themes]

    def words(length: int) -> list[str]:
        run = chance.choice(runs)
        at = chance.randrange(len(run) - length)
        return run[at : at + length]

    def word() -> str:
        return next(one for _ in range(1000) if len(one := words(1)[0]) > 3)

    forms: list[Callable[[], str]] = [
        *[word] * 6,
        *[lambda: f"{word()} {word()}"] * 4,
        *[lambda: f'"{" ".join(words(chance.randint(2, 4)))}"'] * 3,
        lambda: f"{word()} OR {word()}",
        lambda: f"{word()} -{word()}",
        lambda: f"{word()} NEAR/10 {word()}",
        lambda: f"{word()[:6]}*",
        lambda: f"{word()}~1",
        lambda: f"in:recommendations {word()}",
        lambda: f"year:2015.. {word()}",
        lambda: f'theme:"{chance.choice(themes)}"',
    ]
    for number in range(n):
        yield forms[number % len(forms)]()


def peak_mb() -> float | None:
    """Return the peak memory of this process in megabytes, or None on Windows."""
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1_000_000 if sys.platform == "darwin" else 1000), 1)


def timed(library: Library, query: str) -> tuple[float, float]:
    """Return the milliseconds of wall time and of CPU time for one query."""
    wall, processor = time.perf_counter(), time.process_time()
    library.search(query)
    return round((time.perf_counter() - wall) * 1000, 1), round((time.process_time() - processor) * 1000, 1)


def spread(times: list[float]) -> dict[str, float]:
    """Return the median, the 95th percentile and the maximum."""
    ordered = sorted(times)
    return {"median": statistics.median(ordered), "p95": ordered[int(len(ordered) * 0.95)], "worst": ordered[-1]}


def run(library: Library, n: int) -> dict[str, object]:
    """Run all queries."""
    asked = list(questions(library, 1, n))
    library.search("neglect")  # warm up: the web page has its library open already
    took = {query: timed(library, query) for query in asked}
    named = {query: timed(library, query) for query in NAMED}
    return {
        "reports": library.coverage().reports,
        "questions": len(asked),
        "wall_ms": spread([wall for wall, _ in took.values()]),
        "processor_ms": spread([processor for _, processor in took.values()]),
        "slowest": sorted(took, key=lambda query: -took[query][1])[:5],
        "named_wall_and_processor_ms": named,
        "peak_mb": peak_mb(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.searching", description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    chosen = parser.parse_args()
    with reviews.open(chosen.library) as library:
        print(json.dumps(run(library, chosen.questions), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
