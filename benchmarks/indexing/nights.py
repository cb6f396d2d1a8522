"""Ageing of the index: `python -m benchmarks.indexing.nights` simulates a hundred nights of small changes.

Each night a few reports are added, changed or withdrawn. At the end, the size of the index and the time of queries are
compared with those of a new index. Both must stay below 1.3 times. Writes JSON to stdout, and exits with 1 if either is
too high.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.searching.national import report
from benchmarks.searching.queries import TYPICAL
from corpus.files import FileRecord
from corpus.layout import create_library
from corpus.storage.store import Store
from corpus.themes import load_themes
from index import build
from index.storage import generations
from ingest.run import ingest
from search.searcher import Searcher

DEMO = Path(__file__).parent.parent.parent / "corpus" / "demo"
MOST = 1.3
_TIMES = 5


def live(library: Path, pool: Sequence[str], *, reports: int, words: int, nights: int, seed: int = 1) -> dict[str, Any]:
    """Return the figures of an index after `nights` nights, compared with a new index of the same reports."""
    settings = create_library(library)
    chance = random.Random(seed)
    spent = []
    with Store.open(settings.database) as store:

        def put(name: int, edition: int) -> None:
            text = report(edition, list(pool), words, seed)
            store.put(text, FileRecord(f"review-{name}.pdf", 1, edition, text.id))

        for name in range(reports):
            put(name, name)
        build.build(store, settings.index)
        for night in range(nights):
            for change in range(chance.randint(1, 3)):
                number = reports + 3 * night + change
                put(chance.choice((number, chance.randrange(reports))), number)  # a new report, or a new edition
            if chance.random() < 0.2:
                store.forget_file(f"review-{chance.randrange(reports)}.pdf")
            began = time.process_time()
            build.build(store, settings.index)
            spent.append(time.process_time() - began)
        grown = library / "grown"
        shutil.copytree(settings.index, grown)
        build.build(store, settings.index, rebuild=True)
        problems = build.check(store, grown, full=True)
    sizes = [_size(index) for index in (grown, settings.index)]
    times = _asked(settings.database, (grown, settings.index))
    return {
        "nights": nights,
        "reports": len(generations.current(grown).manifest.live),
        "segments": len(generations.current(grown).manifest.segments),
        "mb": round(sizes[0] / 1e6, 2),
        "size_ratio": round(sizes[0] / sizes[1], 3),
        "time_ratio": round(times[0] / times[1], 3),
        "questions_cpu_seconds": round(times[0], 3),
        "cpu_seconds_a_night": round(sum(spent) / max(1, len(spent)), 3),
        "problems": problems,
    }


def _size(index: Path) -> int:
    return sum(path.stat().st_size for path in generations.current(index).directory.glob("reviews_*"))


def _asked(database: Path, indexes: Sequence[Path]) -> list[float]:
    """Return the CPU seconds of the typical queries on each index: the fastest of a few runs, taken in turn."""
    searchers = [Searcher(database, index, load_themes()) for index in indexes]
    total = [0.0] * len(indexes)
    for searcher in searchers:
        searcher.themed()
    for question in TYPICAL[::3]:
        quickest = [float("inf")] * len(indexes)
        for _ in range(_TIMES):
            for number, searcher in enumerate(searchers):
                began = time.process_time()
                searcher.search(question)
                quickest[number] = min(quickest[number], time.process_time() - began)
        total = [a + b for a, b in zip(total, quickest, strict=True)]
    for searcher in searchers:
        searcher.close()
    return total


def paragraphs_of_the_demonstration() -> list[str]:
    """Return fictional paragraphs, from which reports are made."""
    with tempfile.TemporaryDirectory() as folder:
        settings = create_library(Path(folder))
        with Store.open(settings.database) as store:
            ingest(store, settings, [DEMO])
            return [text for reading, _ in store.readings.current() for text, _, _ in store.readings.indexable(reading)]


def main() -> None:
    """Print the figures. Exits with 1 if the index has aged too much."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.indexing.nights", description=__doc__)
    parser.add_argument("--nights", type=int, default=100)
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--words", type=int, default=10_000, help="words in each report")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nights-") as work:
        told = live(
            Path(work) / "library",
            paragraphs_of_the_demonstration(),
            reports=asked.reports,
            words=asked.words,
            nights=asked.nights,
        )
    print(json.dumps(told, indent=1))
    sys.exit(1 if told["problems"] or max(told["size_ratio"], told["time_ratio"]) > MOST else 0)


if __name__ == "__main__":
    main()
