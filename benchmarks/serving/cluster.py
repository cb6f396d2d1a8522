"""How many searches a web server answers: `python -m benchmarks.serving.cluster LIBRARY WEB`.

LIBRARY has its index in its folder; WEB is a folder with settings of a cluster in which the same reports are published
(`benchmarks.indexing.cluster`). Each is served by one process and by three, and 1, 16 and 64 clients ask for results
pages of the typical queries without a pause, after each was asked once. Writes JSON: pages a second, milliseconds of
the clock, and pages for each second of processor time of the web server alone. Nodes, web servers and clients share
this computer, so more nodes do not mean more processors.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.measure import tree_cpu_seconds
from benchmarks.searching.queries import TYPICAL
from benchmarks.serving.__main__ import Server, many, serving, told

CLIENTS = (1, 16, 64)
PROCESSES = (1, 3)


def figures(server: Server, clients: int, seconds: float) -> dict[str, Any]:
    """Ask for so long, and say how many pages came."""
    before = tree_cpu_seconds(server.process.pid)
    answers = many(server, clients, seconds, None)
    spent = tree_cpu_seconds(server.process.pid) - before
    right = [each for each in answers if each.status == 200]
    return {
        "pages_a_second": round(len(right) / max((each.at + each.ms / 1000 for each in answers), default=seconds), 1),
        "pages_a_cpu_second": round(len(right) / spent, 1) if spent else None,
        **told(answers),
    }


def warm(server: Server) -> None:
    """Open the index in each process, and ask each typical query once, so that what is kept is kept."""
    link = server.link()
    for query in ("child", *TYPICAL):
        server.ask(link, "results", "/?" + urlencode({"q": query}), 0.0)
    link.close()


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving.cluster", description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("web", type=Path)
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement")
    chosen = parser.parse_args()
    found: dict[str, Any] = {"cores": os.cpu_count()}
    for processes in PROCESSES:
        for name, library in (("embedded", chosen.library), ("cluster", chosen.web)):
            with serving(library, processes) as server:
                warm(server)
                for clients in CLIENTS:
                    key = f"{name}, {processes} processes, {clients} clients"
                    found[key] = figures(server, clients, chosen.seconds)
                    print(key, found[key], file=sys.stderr)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
