"""Index the same text in other engines: `python -m benchmarks.searching.peers ours|fts5|xapian|tantivy TEXTS`.

TEXTS is a file with one report per line, written by `python -m benchmarks.searching.peers export LIBRARY TEXTS`. Prints
one line of JSON: seconds to index with positions, words per second, and milliseconds for a word, two words and a
phrase. `python -m benchmarks.searching.peers keep fts5|xapian|tantivy TEXTS FOLDER` keeps the index, for `paired`.

`make bench` runs all engines. The others are not dependencies of this project, so install them by hand in a separate
environment. `make bench` looks for a Python that has the engine: its own, those on the PATH, and those listed in PEERS
(paths, separated as in PATH).
"""

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

QUESTIONS = (["neglect"], ["neglect", "school"], ["voice", "of", "the", "child"])


def export(library: Path, texts: Path) -> None:
    """Write one report per line, with its paragraphs joined."""
    database = sqlite3.connect(library / "corpus.db")
    rows = "SELECT reading, group_concat(text, ' ') FROM paragraph GROUP BY reading ORDER BY reading"
    with texts.open("w", encoding="utf-8") as file:
        for _, text in database.execute(rows):
            file.write(" ".join(text.split()) + "\n")


def asked(find: Callable[[list[str]], int]) -> dict[str, float]:
    """Return the milliseconds for each query, the median of nine runs."""
    found = {}
    for words in QUESTIONS:
        times = []
        for _ in range(9):
            began = time.perf_counter()
            find(words)
            times.append((time.perf_counter() - began) * 1000)
        found[" ".join(words)] = round(statistics.median(times), 2)
    return found


def fts5(texts: list[str], folder: Path) -> tuple[float, Callable[[list[str]], int]]:
    database = sqlite3.connect(folder / "fts5")
    began = time.perf_counter()
    database.execute("CREATE VIRTUAL TABLE report USING fts5 (text, content='', tokenize='porter unicode61')")
    database.executemany("INSERT INTO report (rowid, text) VALUES (?, ?)", enumerate(texts, 1))
    database.commit()

    def find(words: list[str]) -> int:
        query = f'"{" ".join(words)}"' if len(words) > 2 else " AND ".join(words)
        return len(database.execute("SELECT rowid FROM report WHERE report MATCH ? ORDER BY rank", (query,)).fetchall())

    return time.perf_counter() - began, find


def xapian(texts: list[str], folder: Path) -> tuple[float, Callable[[list[str]], int]]:
    import xapian as x

    began = time.perf_counter()
    database = x.WritableDatabase(str(folder / "xapian"), x.DB_CREATE_OR_OPEN)
    generator = x.TermGenerator()
    generator.set_stemmer(x.Stem("en"))
    for text in texts:
        document = x.Document()
        generator.set_document(document)
        generator.index_text(text)
        database.add_document(document)
    database.commit()
    seconds = time.perf_counter() - began
    stem = x.Stem("en")

    def find(words: list[str]) -> int:
        if len(words) > 2:
            query = x.Query(x.Query.OP_PHRASE, words)
        else:
            query = x.Query(x.Query.OP_AND, ["Z" + stem(word).decode() for word in words])
        enquire = x.Enquire(database)
        enquire.set_query(query)
        return len(list(enquire.get_mset(0, len(texts))))

    return seconds, find


def tantivy(texts: list[str], folder: Path) -> tuple[float, Callable[[list[str]], int]]:
    import tantivy as t

    schema = t.SchemaBuilder().add_text_field("text", stored=False, tokenizer_name="en_stem").build()
    began = time.perf_counter()
    index = t.Index(schema, path=str(folder))
    writer = index.writer(200_000_000, 2)
    for text in texts:
        writer.add_document(t.Document(text=text))
    writer.commit()
    writer.wait_merging_threads()
    seconds = time.perf_counter() - began
    index.reload()
    searcher = index.searcher()

    def find(words: list[str]) -> int:
        query = index.parse_query(f'"{" ".join(words)}"' if len(words) > 2 else " AND ".join(words), ["text"])
        return len(searcher.search(query, len(texts)).hits)

    return seconds, find


def ours(texts: list[str], folder: Path) -> tuple[float, Callable[[list[str]], int]]:
    """Index the same text with this program, in one process. Needs the environment of this project."""
    from corpus.model import SectionKind
    from index.deadline import Deadline
    from index.matching.evaluator import Evaluator
    from index.storage.engine import IndexedParagraph
    from index.storage.whoosh_engine import WhooshEngine
    from search.parsing.parser import parse

    engine = WhooshEngine()
    began = time.perf_counter()
    given = ((number, [IndexedParagraph(text, SectionKind.BODY, False)]) for number, text in enumerate(texts))
    segment = engine.write(folder, "a", given)
    engine.finish(folder, [segment])
    seconds = time.perf_counter() - began
    snapshot = engine.open(folder, [segment], frozenset(range(len(texts))))

    def find(words: list[str]) -> int:
        query = parse(f'"{" ".join(words)}"' if len(words) > 2 else " ".join(words), lambda name: None, []).tree
        return len(Evaluator(snapshot, lambda field: set(), Deadline()).evaluate(query).documents)

    return seconds, find


ENGINES = {"fts5": fts5, "xapian": xapian, "tantivy": tantivy, "ours": ours}


def keep(engine: str, texts: Path, folder: Path) -> None:
    """Index texts in a folder of that name inside `folder`, or in a file for FTS5."""
    own = folder if engine == "fts5" else folder / engine
    own.mkdir(parents=True, exist_ok=True)
    seconds, _ = ENGINES[engine](texts.read_text("utf-8").splitlines(), own.parent if engine == "xapian" else own)
    print(json.dumps({"peer": engine, "seconds": round(seconds, 2)}))


def beside(library: Path, scratch: Path) -> dict[str, dict[str, Any] | None]:
    """Measure each engine in turn on the text of a library. The result is None for an engine that is not installed."""
    texts = scratch / "texts"
    export(library, texts)
    found: dict[str, dict[str, Any] | None] = {}
    for name, module in (("ours", "index"), ("xapian", "xapian"), ("fts5", "sqlite3"), ("tantivy", "tantivy")):
        python = python_with(module)
        found[name] = None
        if python:
            run = [python, "-m", "benchmarks.searching.peers", name, str(texts)]
            told = subprocess.run(run, capture_output=True, check=True, cwd=Path(__file__).parent.parent.parent)
            found[name] = json.loads(told.stdout)
    return found


def python_with(module: str) -> str | None:
    """Return a Python that can import a module, or None. Tries this one, those in PEERS, and those on the PATH."""
    on_the_path = [str(Path(folder) / "python3") for folder in os.get_exec_path()]
    for python in [sys.executable, *filter(None, os.environ.get("PEERS", "").split(os.pathsep)), *on_the_path]:
        if Path(python).exists():
            here = tempfile.gettempdir()  # not this folder, where any Python would find our `index`
            run = [python, "-c", f"import {module}"]
            if subprocess.run(run, capture_output=True, cwd=here, check=False).returncode == 0:
                return python
    return None


def main() -> None:
    """Print the figures of one engine."""
    name, path = sys.argv[1], Path(sys.argv[2])
    if name == "export":
        export(path, Path(sys.argv[3]))
    elif name == "keep":
        keep(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        texts = path.read_text("utf-8").splitlines()
        words = sum(text.count(" ") + 1 for text in texts)
        engine = ENGINES[name]
        folder = Path(tempfile.mkdtemp())
        engine(texts[:1], Path(tempfile.mkdtemp(dir=folder)))  # warm up, so that loading the engine is not measured
        shutil.rmtree(folder)
        folder.mkdir()
        cpu = time.process_time()
        seconds, find = engine(texts, folder)
        cpu = time.process_time() - cpu
        size = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
        told = {"peer": name, "reports": len(texts), "words": words, "seconds": round(seconds, 2)}
        told |= {"cpu_seconds": round(cpu, 2), "words_per_cpu_second": round(words / cpu), "mb": round(size / 1e6, 1)}
        print(json.dumps({**told, "ms": asked(find)}))
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
