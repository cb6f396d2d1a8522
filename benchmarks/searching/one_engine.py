"""Answer queries of `paired` in one engine: a line of JSON on stdin for each query, a line with its time on stdout.

This file imports nothing else from `benchmarks`, and for "answer" only what older versions of this project also have,
because an old version is measured with its own code on PYTHONPATH.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpus.errors import ReviewsError

Ask = Callable[[dict[str, Any]], Any]


def whole_answer(path: Path) -> Ask:
    """Return this program's whole answer (reports with their passages, facets and coverage) as a hash."""
    import reviews

    library = reviews.open(path)

    def ask(asked: dict[str, Any]) -> Any:
        return library.search(asked["query"], **asked.get("options", {}))

    return ask


def matching(path: Path) -> Ask:
    """Return, for comparison with other engines, which reports match and how often."""
    import reviews
    from index.deadline import Deadline

    library = reviews.open(path)
    searcher = library.searcher()
    _ = searcher.themed()

    def ask(asked: dict[str, Any]) -> int:
        parsed = searcher.parsed(asked["query"])
        return len(searcher._session.evaluator(Deadline()).evaluate(parsed.tree).documents)

    return ask


def xapian(path: Path) -> Ask:
    import xapian as x

    database = x.Database(str(path))
    stem = x.Stem("en")
    operators = {"all": x.Query.OP_AND, "any": x.Query.OP_OR}

    def ask(asked: dict[str, Any]) -> int:
        words, wants = asked["words"], asked["wants"]
        if wants == "phrase":
            query = x.Query(x.Query.OP_PHRASE, words)
        elif wants == "near":
            query = x.Query(x.Query.OP_NEAR, words, 11)
        else:
            query = x.Query(operators[wants], ["Z" + stem(word).decode() for word in words])
        enquire = x.Enquire(database)
        enquire.set_query(query)
        return len(list(enquire.get_mset(0, database.get_doccount())))

    return ask


def fts5(path: Path) -> Ask:
    import sqlite3

    database = sqlite3.connect(path)

    def ask(asked: dict[str, Any]) -> int:
        words = [f'"{word}"' for word in asked["words"]]
        query = {
            "phrase": f'"{" ".join(asked["words"])}"',
            "near": f"NEAR({' '.join(words)}, 10)",
            "any": " OR ".join(words),
            "all": " AND ".join(words),
        }[asked["wants"]]
        return len(database.execute("SELECT rowid FROM report WHERE report MATCH ? ORDER BY rank", (query,)).fetchall())

    return ask


def tantivy(path: Path) -> Ask:
    import tantivy as t

    index = t.Index.open(str(path))
    index.reload()
    searcher = index.searcher()

    def ask(asked: dict[str, Any]) -> int | None:
        words, wants = asked["words"], asked["wants"]
        if wants == "near":
            return None  # a phrase with slop keeps the order of its words
        text = f'"{" ".join(words)}"' if wants == "phrase" else (" OR " if wants == "any" else " AND ").join(words)
        return len(searcher.search(index.parse_query(text, ["text"]), searcher.num_docs).hits)

    return ask


ENGINES: dict[str, Callable[[Path], Ask]] = {
    "answer": whole_answer,
    "matching": matching,
    "xapian": xapian,
    "fts5": fts5,
    "tantivy": tantivy,
}


def _said(found: Any) -> Any:
    """Return the count, or a hash of an answer without its elapsed time."""
    if found is None or isinstance(found, int):
        return found
    told = {**found.to_dict(), "elapsed_ms": 0}
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def main() -> None:
    """Answer queries until stdin ends."""
    ask = ENGINES[sys.argv[1]](Path(sys.argv[2]))
    for line in sys.stdin:
        asked = json.loads(line)
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            found = ask(asked)
        except ReviewsError as error:  # a refused query is an answer too, and must be the same
            found = f"{type(error).__name__}: {error}"
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        said = found if isinstance(found, str) else _said(found)
        print(json.dumps({"cpu_ms": cpu * 1000, "wall_ms": wall * 1000, "said": said}), flush=True)


if __name__ == "__main__":
    main()
