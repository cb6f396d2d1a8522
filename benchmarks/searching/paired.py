"""Compare old and new code, and other engines: `python -m benchmarks.searching.paired LIBRARY --before CHECKOUT`.

Every query is sent to each engine before the next query, so that other load on the computer affects all of them
equally. Times are CPU milliseconds. "answer" is this program's whole answer (reports, passages, facets). "matching" is
only which reports match, which is what the other engines do. CHECKOUT is a folder with an older version of this
project, whose answers are compared with the current ones. `--peers FOLDER` also measures "matching" and the other
engines that `python -m benchmarks.searching.peers keep` has indexed there.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import reviews
from benchmarks.searching import peers
from benchmarks.searching.__main__ import questions, spread
from benchmarks.searching.forms import by_form
from benchmarks.searching.queries import TYPICAL

_HERE = Path(__file__).parent
_PEERS = ("xapian", "fts5", "tantivy")


class Engine:
    """One engine in its own process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def ask(self, asked: Any) -> dict[str, Any]:
        """Return how long a query took, and what was found."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


@contextmanager
def running(engine: str, path: Path, python: str = sys.executable, code: Path | None = None) -> Iterator[Engine]:
    """Start an engine. `code` is the folder of the project version to use."""
    paths = [str(code or _HERE.parent.parent), os.environ.get("PYTHONPATH", "")]
    process = subprocess.Popen(
        [python, "-P", str(_HERE / "one_engine.py"), engine, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=code,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )
    try:
        yield Engine(process)
    finally:
        process.terminate()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


def compare(engines: dict[str, Engine], asked: dict[str, list[Any]]) -> dict[str, Any]:
    """Return the times for each form and engine, and which of this program's answers differ from earlier ones, with
    their number.
    """
    found: dict[str, Any] = {}
    for form, several in asked.items():
        times: dict[str, list[float]] = {name: [] for name in engines}
        different: list[str] = []
        for number, one in enumerate(several):
            told: dict[str, dict[str, Any]] = {}
            order = list(engines) if number % 2 else list(engines)[::-1]
            for name in order:
                if not one["wants"] and name in _PEERS:
                    continue
                told[name] = engines[name].ask(one)
                if told[name]["said"] is not None:
                    times[name].append(told[name]["cpu_ms"])
            both = [(said, told.get(f"{name} before", said)) for name, said in told.items()]
            different += [one["query"]] if any(now["said"] != then["said"] for now, then in both) else []
        spreads = {
            name: {key: round(value, 2) for key, value in spread(some).items()} for name, some in times.items() if some
        }
        found[form] = {"queries": len(several), **spreads, "different": different}
        if times.get("xapian"):
            median = statistics.median(times["xapian"])
            ours = [name for name in spreads if name.startswith("matching")]
            found[form]["ratio_to_xapian"] = {name: round(spreads[name]["median"] / median, 2) for name in ours}
        print(form, json.dumps(found[form]), file=sys.stderr, flush=True)
    return found


def _plain(queries: Iterator[str] | list[str]) -> list[dict[str, Any]]:
    return [{"query": query, "words": [], "wants": ""} for query in queries]


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.searching.paired", description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--before", type=Path, help="folder of an older version")
    parser.add_argument("--library-before", type=Path, help="library of the older version, if it cannot read this one")
    parser.add_argument("--peers", type=Path, help="folder of the indexes of other engines")
    parser.add_argument("--each", type=int, default=30, help="queries of each form")
    parser.add_argument("--mixed", type=int, default=500, help="mixed queries")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    library = chosen.library.resolve()
    earlier = (chosen.library_before or library).resolve()
    with reviews.open(library) as opened:
        asked: dict[str, list[Any]] = dict(by_form(opened, chosen.seed, chosen.each)) if chosen.each else {}
        asked["mixed"] = _plain(questions(opened, chosen.seed, chosen.mixed))
        asked["typical"] = _plain(TYPICAL)
    with ExitStack() as stack:
        engines: dict[str, Engine] = {}
        for name in ("answer", "matching") if chosen.peers else ("answer",):
            engines[name] = stack.enter_context(running(name, library))
            if chosen.before and name == "answer":  # matching alone is asked in another way in each version
                engines[f"{name} before"] = stack.enter_context(running(name, earlier, code=chosen.before.resolve()))
        for name in _PEERS if chosen.peers else ():
            python = peers.python_with({"fts5": "sqlite3"}.get(name, name))
            if python and (chosen.peers / name).exists():
                engines[name] = stack.enter_context(running(name, (chosen.peers / name).resolve(), python))
        for engine in engines.values():  # open what is opened once
            engine.ask({"query": "neglect child", "words": ["neglect", "child"], "wants": "all"})
        print(json.dumps(compare(engines, asked), indent=1))


if __name__ == "__main__":
    main()
