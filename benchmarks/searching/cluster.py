"""Compare the embedded index and a cluster: `python -m benchmarks.searching.cluster LIBRARY WEB`.

LIBRARY has its index in its folder. WEB is a folder with the settings of a cluster in which the same reports are
published. Each query is sent to both before the next one, first when the cluster has not seen it ("new"), and again
when the process has cached the result ("again"). Times are milliseconds of the clock, and of this process alone
("own"); the nodes' time is only included in the first. Answers that differ are listed. There should be none. Each form
of query is also written to stderr when it is done.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import reviews
from benchmarks.searching.__main__ import questions, spread
from benchmarks.searching.forms import by_form
from benchmarks.searching.queries import TYPICAL
from reviews.library import Library
from search.request import SearchRequest

_PATIENCE = 120.0  # seconds: the computer may be busy with the nodes
_VARIES = ("elapsed_ms", "generation", "built_at", "coverage")


def ask(library: Library, query: str) -> tuple[dict[str, Any], float, float]:
    """Return the answer as in JSON, and the milliseconds of the clock and of this process."""
    wall, own = time.perf_counter(), time.process_time()
    head, hits = library.searcher().stream(SearchRequest(query), seconds=_PATIENCE)
    answer = replace(head, hits=tuple(hits)).to_dict()
    spent = (time.perf_counter() - wall) * 1000, (time.process_time() - own) * 1000
    return {name: value for name, value in answer.items() if name not in _VARIES}, *spent


def compare(here: Library, web: Library, asked: dict[str, list[str]]) -> dict[str, Any]:
    """Return, for each form of query, the times of both engines, and which answers differ."""
    found: dict[str, Any] = {}
    for form, several in asked.items():
        times: dict[str, list[float]] = {}
        different = []
        for number, query in enumerate(several):
            told = {}
            for name in ("embedded", "cluster") if number % 2 else ("cluster", "embedded"):
                for turn in ("new", "again"):
                    told[name], wall, own = ask(here if name == "embedded" else web, query)
                    times.setdefault(f"{name} {turn}", []).append(wall)
                    times.setdefault(f"{name} {turn}, own", []).append(own)
            if told["embedded"] != told["cluster"]:
                different.append(query)
        spreads = {name: {key: round(value, 1) for key, value in spread(some).items()} for name, some in times.items()}
        found[form] = {"queries": len(several), **spreads, "different": different}
        print(form, json.dumps(found[form]), file=sys.stderr, flush=True)
    return found


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.searching.cluster", description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("web", type=Path)
    parser.add_argument("--each", type=int, default=20, help="queries of each form")
    parser.add_argument("--mixed", type=int, default=100, help="mixed queries")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with reviews.open(chosen.library) as here, reviews.open(chosen.web) as web:
        asked = {
            form: [each["query"] for each in some] for form, some in by_form(here, chosen.seed, chosen.each).items()
        }
        asked["mixed"] = list(questions(here, chosen.seed, chosen.mixed))
        asked["typical"] = list(TYPICAL)
        began = time.perf_counter()
        web.searcher().themed()
        opening = time.perf_counter() - began
        print(f"opened in {opening:.1f} s", file=sys.stderr, flush=True)
        here.searcher().themed()
        told = {
            "reports": here.coverage().reports,
            "cores": os.cpu_count(),
            "opening_s": round(opening, 1),
            "forms": compare(here, web, asked),
        }
        print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
