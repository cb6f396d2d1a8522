"""Kills of a publisher: `python -m benchmarks.faults.publishing` ends `reviews index` with `kill -9` at every request
that it sends to the cluster.

Each request is met twice: before the cluster gets it, and when the cluster has done what it asks, but has not answered.
After each kill a reader must find the generation before or the new one, never anything between, and the next run must
complete and leave nothing. The cluster is real where REVIEWS_OPENSEARCH names its addresses (`python -m
tests.opensearch.nodes COMMAND`), and otherwise a double behind the same server (`tests.opensearch.double`). Writes
JSON, and ends with 1 if anything was wrong.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from benchmarks.faults.torture import Outcome
from corpus.files import FileRecord
from corpus.layout import create_library
from corpus.settings import Settings, load_settings
from corpus.storage.store import Store
from index.opensearch.access import Access
from index.opensearch.client import Cluster
from index.opensearch.publishing import build as publishing
from index.opensearch.publishing.checking import problems
from index.opensearch.publishing.state import Publication, pointer
from tests.index.conftest import report
from tests.opensearch.double import Double
from tests.opensearch.front import Front, HangUp, node, standing_before

When = Literal["before it is sent", "before it is answered"]
WHEN: tuple[When, ...] = ("before it is sent", "before it is answered")
Seen = frozenset[tuple[str, int]]
"""The reports that a reader finds, each with its reading."""

_COMMAND = [sys.executable, "-c", "from reviews.cli.main import main; main()"]
_SETTINGS = 'ocr = false\nengine = "opensearch"\n\n[opensearch]\nurl = "{url}"\nindex = "{index}"\n'


class Killer:
    """Stands between a publisher and the cluster, and kills the publisher at the request number `at` (from 1)."""

    def __init__(self, front: Front) -> None:
        self._front, self._backend = front, front.backend
        self.asked = 0

    def run(self, library: Path, at: int, when: When) -> int:
        """Run `reviews index` with a kill in it. Returns its exit code: -9, or 0 where there are fewer requests."""
        process: list[subprocess.Popen[bytes]] = []

        def backend(method: str, target: str, body: bytes) -> tuple[int, Any]:
            self.asked += 1
            if self.asked != at:
                return self._backend(method, target, body)
            if when == "before it is answered":
                self._backend(method, target, body)
            process[0].kill()
            process[0].wait()
            raise HangUp

        self.asked = 0
        self._front.backend = backend
        process.append(
            subprocess.Popen(
                [*_COMMAND, "--library", str(library), "index"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        )
        _, said = process[0].communicate()
        self._front.backend = self._backend
        if process[0].returncode not in (0, -9):
            raise SystemExit(said.decode())
        return process[0].returncode


def put(store: Store, name: str, text: str) -> None:
    """Add a report, or read it anew."""
    read = report(name, [text])
    store.put(read, FileRecord(f"{name}.pdf", 1, 1, read.id))


def prepare(folder: Path, url: str, index: str, cluster: Cluster) -> Settings:
    """Create a library with one published generation, whose corpus has changed since."""
    create_library(folder)
    (folder / "reviews.toml").write_text(_SETTINGS.format(url=url, index=index), "utf-8")
    settings = load_settings(folder)
    with Store.open(settings.database, create=True) as store:
        for name in ("stays", "read anew", "withdrawn"):
            put(store, name, "Neglect was seen.")
        publishing.build(store, settings, cluster)
        store.forget_file("withdrawn.pdf")
        put(store, "read anew", "Neglect was seen, and more.")
        put(store, "new", "Domestic abuse.")
    return settings


def seen(cluster: Cluster, settings: Settings) -> Seen:
    """Return what a reader finds now."""
    state = pointer(cluster, settings).read()
    body = {"query": state.query(), "docvalue_fields": ["report", "reading"], "_source": False, "size": 100}
    hits = cluster.search(state.indices, body)["hits"]["hits"]
    return frozenset((hit["fields"]["report"][0], hit["fields"]["reading"][0]) for hit in hits)


def killed(killer: Killer, cluster: Cluster, url: str, folder: Path, at: int, when: When, outcome: Outcome) -> bool:
    """Kill one run and judge what is left. Returns whether there was such a request."""
    index = f"kill{at:03d}{'ab'[WHEN.index(when)]}"
    settings = prepare(folder, url, index, cluster)
    before = seen(cluster, settings)
    happened = killer.run(folder, at, when) == -9
    found = seen(cluster, settings)
    with Store.open(settings.database) as store:
        publishing.build(store, settings, cluster)
        after = seen(cluster, settings)
        wrong = list(_wrong(before, found, after, happened))
        wrong += problems(store, settings, cluster, full=True)
        current = frozenset((report, reading) for reading, report in store.readings.current())
        if after != current:
            wrong.append("the next run does not complete")
        publication = pointer(cluster, settings).read().publications.get(settings.opensearch_library, Publication())
        left = [
            each
            for name in pointer(cluster, settings).indices(settings.opensearch_library)
            for each in publishing.listed(cluster, name)
            if not any(publishing.visible(kept, [each]) for kept in publication.all())
        ]
        if left:
            wrong.append(f"the next run leaves {len(left)} documents that no generation answers from")
    if happened:
        outcome.tried += 1
        outcome.old += found == before
        outcome.new += found == after
    outcome.faults += [f"killed at request {at}, {when}: {sentence}" for sentence in wrong]
    for name in cluster.indices(f"{index}-*"):
        cluster.delete_index(name)
    return happened


def _wrong(before: Seen, found: Seen, after: Seen, happened: bool) -> Iterator[str]:
    if found not in (before, after):
        yield f"a reader finds neither the old generation nor the new one: {len(found)} reports"
    if not happened and found != after:
        yield "a run that was not killed does not publish"


def main() -> None:
    """Print one JSON object. Ends with 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults.publishing", description=__doc__)
    parser.add_argument("--step", type=int, default=1, help="kill only at every Nth request")
    chosen = parser.parse_args()
    urls = [url for url in os.environ.get("REVIEWS_OPENSEARCH", "").split(",") if url]
    told: dict[str, Any] = {"cluster": f"{len(urls)} real nodes" if urls else "the double"}
    outcomes = {when: Outcome() for when in WHEN}
    backend = node(urls[0]) if urls else Double().answer
    with tempfile.TemporaryDirectory(prefix="publishing-") as work, standing_before(backend) as front:
        cluster, killer = Cluster(Access((front.url,))), Killer(front)
        for when, outcome in outcomes.items():
            at = 1
            while killed(killer, cluster, front.url, Path(work) / f"{at} {when}", at, when, outcome):
                at += chosen.step
        cluster.close()
    told |= {when: outcome.to_dict() for when, outcome in outcomes.items()}
    print(json.dumps(told, indent=1))
    sys.exit(any(outcome.faults for outcome in outcomes.values()))


if __name__ == "__main__":
    main()
