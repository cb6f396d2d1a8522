"""Quality of ranking: `python -m benchmarks.judging.judged [LIBRARY]` runs judged questions.

Compares this program with plain BM25, SQLite FTS5 and Recoll on the same reports. For each question, `judged.json` has
the grade of each of the 131 real reports (3: the report answers it or is about it; 2: a substantial passage; 1: a
useful mention; 0: nothing), the paragraphs, and whether the grade comes from reading the report or from the hits of a
system. See docs/ranking.md. Writes a table to stderr and JSON to stdout.
"""

import argparse
import base64
import json
import math
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import snowballstemmer

import reviews
from benchmarks.judging import answers, plain
from benchmarks.judging.measures import DEEP, FIRST, interval, ndcg, recall
from benchmarks.measure import REPORTS, command, measure
from index import analyser
from reviews.library import Library

JUDGED = Path(__file__).with_name("judged.json")
ID = 12  # characters of a report's id, as the command shows it
PASSAGES = 3

System = Callable[["Question"], list[str]]
"""Returns the ids of the reports that it finds, best first."""


@dataclass(frozen=True, slots=True)
class Question:
    """A judged question.

    `query` is in the program's query language. `words` is the same for a system without fields and themes. `grades` are
    by report. `paragraphs` are the ordinals of the paragraphs that answer it, by report.
    """

    id: int
    shape: str
    query: str
    words: str
    grades: Mapping[str, int]
    paragraphs: Mapping[str, frozenset[int]]


def questions(path: Path = JUDGED) -> list[Question]:
    """Read all questions, in order."""
    found = []
    for each in json.loads(path.read_text("utf-8"))["questions"]:
        judged = each["judged"]
        found.append(
            Question(
                each["id"],
                each["shape"],
                each["query"],
                each["words"],
                {report: entry["grade"] for report, entry in judged.items()},
                {report: frozenset(entry["paragraphs"]) for report, entry in judged.items() if entry.get("paragraphs")},
            )
        )
    return found


# --- systems ----------------------------------------------------------------------------------------------------------


def ours(library: Library) -> System:
    """Return this program's search, as the web page runs it."""
    return lambda question: answers.found(library, question.query)


def today() -> System:
    """Return this program's search as it was when `today.json` was written."""
    kept = plain.kept()
    return lambda question: kept[str(question.id)]["reports"]


def answers_of(system: System, asked: Sequence[Mapping[str, Any]]) -> plain.Answers:
    """Return the first ten reports that a system finds for plain words."""
    questions = [Question(each["id"], each["shape"], each["words"], each["words"], {}, {}) for each in asked]
    return {str(question.id): {"reports": system(question)[:FIRST]} for question in questions}


def texts_of(library: Library) -> dict[str, str]:
    """Return the searchable text of each report."""
    with library.store() as store:
        named = {reading: report[:ID] for reading, report in store.readings.current()}
        return {
            report: "\n".join(text for text, _, _ in store.readings.indexable(reading))
            for reading, report in named.items()
        }


def bm25(texts: Mapping[str, str], k1: float = 1.2, b: float = 0.75) -> System:
    """Return BM25 over whole reports, for any of the words in all their forms."""
    stem = snowballstemmer.stemmer("english").stemWord
    counted = {report: Counter(stem(term) for term, _ in analyser.terms(text)) for report, text in texts.items()}
    lengths = {report: sum(counts.values()) for report, counts in counted.items()}
    average = statistics.fmean(lengths.values())
    having = Counter(term for counts in counted.values() for term in counts)

    def rare(term: str) -> float:
        return math.log(1 + (len(texts) - having[term] + 0.5) / (having[term] + 0.5))

    def find(question: Question) -> list[str]:
        terms = {stem(term) for term, _ in analyser.terms(question.words)}
        scores = {}
        for report, counts in counted.items():
            norm = k1 * (1 - b + b * lengths[report] / average)
            scores[report] = sum(rare(t) * counts[t] * (k1 + 1) / (counts[t] + norm) for t in terms if t in counts)
        ordered = sorted(scores, key=lambda report: (-scores[report], report))
        return [report for report in ordered[:DEEP] if scores[report] > 0]

    return find


def fts5(texts: Mapping[str, str]) -> System:
    """Return SQLite FTS5 with its Porter stemmer, for any of the words, in its own order."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE report USING fts5(id UNINDEXED, text, tokenize='porter unicode61')")
    database.executemany("INSERT INTO report VALUES (?, ?)", texts.items())

    def find(question: Question) -> list[str]:
        words = " OR ".join(f'"{term}"' for term, _ in analyser.terms(question.words))
        rows = database.execute("SELECT id FROM report WHERE report MATCH ? ORDER BY rank LIMIT ?", (words, DEEP))
        return [report for (report,) in rows]

    return find


def recoll(pdfs: Path, folder: Path, names: Mapping[str, str], option: str) -> System | None:
    """Return Recoll, which reads the same PDFs itself, or None if it is not installed.

    `names` has report ids by file name. `option` is "-a" for all words or "-o" for any.
    """
    if not (shutil.which("recollindex") and shutil.which("recollq")):
        return None
    if not (folder / "xapiandb").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "recoll.conf").write_text(f"topdirs = {pdfs.resolve()}\n", "utf-8")
        subprocess.run(["recollindex", "-c", folder, "-z"], capture_output=True, check=True)

    def find(question: Question) -> list[str]:
        command = ["recollq", "-c", str(folder), option, "-n", str(DEEP), "-F", "url", question.words]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        urls = [base64.b64decode(line).decode() for line in told.splitlines()[2:] if line.strip()]
        found = [names.get(PurePosixPath(unquote(url)).name) for url in urls]
        return [report for report in dict.fromkeys(found) if report]

    return find


# --- figures ----------------------------------------------------------------------------------------------------------


def measured(asked: Sequence[Question], systems: Mapping[str, System]) -> dict[str, Any]:
    """Return the means of each system, overall and by type of question, and this program's difference from each."""
    found = {name: [system(question) for question in asked] for name, system in systems.items()}
    each = {
        name: [(ndcg(ids, q.grades), recall(ids, q.grades)) for ids, q in zip(lists, asked, strict=True)]
        for name, lists in found.items()
    }
    shapes = list(dict.fromkeys(question.shape for question in asked))
    means = {
        name: {
            shape: _means([score for score, q in zip(scores, asked, strict=True) if shape in ("all", q.shape)])
            for shape in ["all", *shapes]
        }
        for name, scores in each.items()
    }
    differ = {}
    for name, scores in each.items():
        if name != "ours":
            steps = [mine[0] - other[0] for mine, other in zip(each["ours"], scores, strict=True)]
            low, high = interval(steps)
            differ[name] = {"ndcg": round(statistics.fmean(steps), 3), "low": round(low, 3), "high": round(high, 3)}
    unjudged = {
        name: round(statistics.fmean(_unjudged(ids, q) for ids, q in zip(lists, asked, strict=True)), 3)
        for name, lists in found.items()
    }
    worst = sorted(
        (round(mine[0] - best, 2), q.query)
        for q, mine, best in zip(
            asked, each["ours"], [max(each[n][i][0] for n in each) for i in range(len(asked))], strict=True
        )
    )
    return {
        "questions": dict(Counter(question.shape for question in asked)),
        "means": means,
        "ours_less": differ,
        "unjudged_of_the_first_ten": unjudged,
        "most_lost": [{"by": by, "query": query} for by, query in worst[:8]],
    }


def _means(scores: Sequence[tuple[float, float]]) -> dict[str, float]:
    first, deep = zip(*scores, strict=True)
    return {"ndcg_10": round(statistics.fmean(first), 3), "recall_20": round(statistics.fmean(deep), 3)}


def _unjudged(found: Sequence[str], question: Question) -> float:
    first = found[:FIRST]
    return sum(report not in question.grades for report in first) / len(first) if first else 0.0


def passages(library: Library, asked: Sequence[Question]) -> dict[str, Any]:
    """Return the share of grade 3 reports whose first passages show one of their judged paragraphs."""
    right = {}
    for question in asked:
        shown = {
            hit.report.id[:ID]: {passage.ordinal for passage in hit.passages}
            for hit in library.search(question.query, limit=None, group="none", per_report=PASSAGES)
        }
        best = [report for report in question.paragraphs if question.grades[report] == 3 and report in shown]
        if best:
            right[question.id] = statistics.fmean(bool(shown[one] & question.paragraphs[one]) for one in best)
    return {"questions": len(right), "share": round(statistics.fmean(right.values()), 3) if right else None}


def run(library: Library, pdfs: Path, scratch: Path) -> dict[str, Any] | None:
    """Return all figures, or None if the library does not have the judged reports."""
    asked = questions()
    held = {report.id[:ID]: report for report in library.reports()}
    if not {report for question in asked for report in question.grades} <= set(held):
        return None
    texts = texts_of(library)
    systems = {"ours": ours(library), "today": today(), "bm25": bm25(texts), "fts5": fts5(texts)}
    names = {Path(file).name: short for short, report in held.items() for file in report.files}
    for name, option in (("recoll_all", "-a"), ("recoll_any", "-o")):
        system = recoll(pdfs, scratch, names, option)
        if system:
            systems[name] = system
    held_out = answers.asked(answers.HELD_OUT)
    return measured(asked, systems) | {
        "passages": passages(library, asked),
        "plain": run_plain(library, systems),
        "held_out": plain.held_out(held_out, answers.answers(library, held_out)),
    }


def run_plain(library: Library, systems: Mapping[str, System]) -> dict[str, Any]:
    """Return the figures for plain words: all questions, and those written before any report was read."""
    asked = answers.asked(answers.PLAIN)
    told = {
        "ours": answers.answers(library, asked),
        "today": plain.kept(),
        "fts5": answers_of(systems["fts5"], asked),
    }
    first = [question for question in asked if question["set"] == 1]
    return {"all": plain.plain(asked, told), "first_set": plain.plain(first, told)}


def table(figures: Mapping[str, Any]) -> str:
    """Return nDCG@10 and recall@20 as a table with a row for each type of question."""
    means = figures["means"]
    lines = ["nDCG@10 recall@20".ljust(18) + "".join(name.rjust(15) for name in means)]
    for shape, count in {"all": sum(figures["questions"].values()), **figures["questions"]}.items():
        cells = [f"{each[shape]['ndcg_10']:.3f} {each[shape]['recall_20']:.3f}".rjust(15) for each in means.values()]
        lines.append(f"{shape} ({count})".ljust(18) + "".join(cells))
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judging.judged", description=__doc__)
    parser.add_argument("library", type=Path, nargs="?", help="a library of these reports; default: a temporary one")
    parser.add_argument("--pdfs", type=Path, default=REPORTS, help="the folder of their PDFs")
    parser.add_argument("--recoll", type=Path, help="a folder to keep Recoll's index in; default: a temporary one")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reviews-judged-") as scratch:
        library = chosen.library or Path(scratch) / "library"
        if not chosen.library:
            measure(command(library, "update", chosen.pdfs))
        with reviews.open(library) as opened:
            figures = run(opened, chosen.pdfs, chosen.recoll or Path(scratch) / "recoll")
    if figures is None:
        print("Nothing measured: the library does not have the judged reports (docs/ranking.md).", file=sys.stderr)
        return
    print(table(figures), file=sys.stderr)
    for name, part in figures["plain"].items():
        print(f"\nPlain words, {name.replace('_', ' ')}:\n{plain.table(part)}", file=sys.stderr)
    for name, part in figures["held_out"].items():
        print(f"\nHeld out, {name}:", *plain.first_lines(part), sep="\n", file=sys.stderr)
    print(json.dumps(figures, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
