"""Publishing in a cluster: `python -m benchmarks.indexing.cluster LIBRARY WEB` sends the reports of a library to the
cluster whose addresses are in REVIEWS_OPENSEARCH (commas between them), with 3 shards and 1 replica.

WEB is a new folder. It gets the settings of a web server of that cluster, for `benchmarks.searching.cluster`,
`benchmarks.searching.agreement` and `benchmarks.serving.cluster`. Real nodes: `python -m tests.opensearch.nodes
--measured COMMAND`. Writes JSON: words a second from the corpus to a published and verified generation, and bytes of
each copy of a report, before and after its segments are merged into one.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import tree_cpu_seconds
from corpus.paths import LibraryPaths
from corpus.settings import load_settings
from corpus.storage.store import Store
from index.opensearch.upkeep import Remote
from tests.opensearch.front import Backend, node

_SETTINGS = 'engine = "opensearch"\n\n[opensearch]\nurl = {urls}\nindex = "{index}"\n'


def published(library: Path, settings: str) -> dict[str, Any]:
    """Publish a copy of the library's corpus, and say how fast."""
    with tempfile.TemporaryDirectory(prefix="publishing-") as folder:
        copy = Path(folder)
        shutil.copyfile(LibraryPaths(library).database, LibraryPaths(copy).database)
        (copy / "reviews.toml").write_text(settings, "utf-8")
        with Store.open(LibraryPaths(copy).database) as store:
            wall, own = time.perf_counter(), tree_cpu_seconds(os.getpid())
            built = Remote(load_settings(copy)).build(store)
            seconds, spent = time.perf_counter() - wall, tree_cpu_seconds(os.getpid()) - own
    assert built is not None
    return {"reports": built.reports, "seconds": round(seconds, 1), "cpu_seconds_of_the_publisher": round(spent, 1)}


def bytes_of(ask: Backend, index: str) -> tuple[int, int]:
    """Bytes of all copies of the documents of an index, and how many copies of a document there are."""
    told = answer(ask, "GET", f"/{index}/_stats/store,docs")
    return int(told["_all"]["total"]["store"]["size_in_bytes"]), int(told["_all"]["total"]["docs"]["count"])


def answer(ask: Backend, method: str, target: str) -> Any:
    """Return the response of the cluster. Raises SystemExit if it refuses."""
    told = ask(method, target, b"")
    if told[0] != 200:
        raise SystemExit(f"{method} {target} was refused: {told}")
    return told[1]


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.indexing.cluster", description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("web", type=Path)
    parser.add_argument("--index", default="reviews", help="what the names of the indices begin with")
    chosen = parser.parse_args()
    urls = os.environ["REVIEWS_OPENSEARCH"].split(",")
    settings = _SETTINGS.format(urls=json.dumps(urls), index=chosen.index)
    chosen.web.mkdir(parents=True)
    (chosen.web / "reviews.toml").write_text(settings, "utf-8")
    figures = published(chosen.library, settings)
    ask, documents = node(urls[0]), f"{chosen.index}-main-*"
    sizes = {}
    for when in ("as_written", "merged"):
        if when == "merged":
            answer(ask, "POST", f"/{documents}/_forcemerge?max_num_segments=1")
        answer(ask, "POST", f"/{documents}/_flush?force=true")
        size, copies = bytes_of(ask, documents)
        sizes[when] = round(size / copies)
    words = words_of(chosen.web)
    figures |= {
        "cores": os.cpu_count(),
        "nodes": len(urls),
        "words": words,
        "words_a_second": round(words / figures["seconds"]),
        "bytes_a_report_and_copy": sizes,
        "bytes_a_word_and_copy": {when: round(size * figures["reports"] / words, 2) for when, size in sizes.items()},
    }
    print(json.dumps(figures, indent=1))


def words_of(web: Path) -> int:
    """Return the number of searched words in all reports, as a web server has it."""
    import reviews

    with reviews.open(web) as opened:
        return sum(opened.searcher().words().values())


if __name__ == "__main__":
    main()
