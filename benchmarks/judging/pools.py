"""Blind pools for a judge: `python -m benchmarks.judging.pools deal|enter …`.

`deal LIBRARY FOLDER ANSWERS…` merges the first ten reports of every system: files from `benchmarks.judging.answers`,
and SQLite FTS5. It leaves out those that have a grade, and writes the rest to text files in random order, with
excerpts. The judge writes a line for each question, with its number and one digit for each report: `117 0230`. `enter
FOLDER` adds these grades to judged.json, plain.json and held_out.json. `deal --again 0.1` mixes in a random tenth of
the graded items in the last two; their new grades are stored next to the first ones (`second`). The folder contains
text of the reports, so keep it out of the project.
"""

import argparse
import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import reviews
from benchmarks.judging import grades
from benchmarks.judging.answers import HELD_OUT, JUDGED, PLAIN, asked, mark
from benchmarks.judging.excerpts import Excerpts
from benchmarks.judging.judged import ID, answers_of, fts5, texts_of
from benchmarks.judging.measures import FIRST
from reviews.library import Library

BATCH = 90_000  # characters of a file
SHOWN = 3  # excerpts of a report

Pools = dict[int, dict[str, list[int]]]
"""The ordinals of the paragraphs to show first, by question and report."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item to grade. `key` is a report's id, or the mark of a passage. `text` is what the judge reads."""

    key: str
    text: str


def merged(questions: Sequence[Mapping[str, Any]], systems: Iterable[Mapping[str, Any]]) -> Pools:
    """Return the first ten reports of every system, each with one paragraph from each system that shows any."""
    pools: Pools = {question["id"]: {} for question in questions}
    for system in systems:
        for number, pool in pools.items():
            answer = system["answers"][str(number)]
            for report in answer["reports"][:FIRST]:
                pool.setdefault(report, []).extend(answer.get("paragraphs", {}).get(report, [])[:1])
    return pools


def reports_to_grade(library: Library, questions: Sequence[Mapping[str, Any]], pools: Pools) -> dict[str, list[Item]]:
    """Return the pooled reports by question: the title, and the excerpts that match most of the question.

    One paragraph from each system comes first, then the best by plain BM25 over paragraphs, until there are enough.
    """
    excerpts = Excerpts(paragraphs_of(library))
    titles = {report.id[:ID]: f"{report.title} ({report.year})" for report in library.reports()}
    items = {}
    for question in questions:
        words = question["words"]
        items[str(question["id"])] = [
            Item(report, "\n   ".join([titles[report][:90], *excerpts.of(report, words, ordinals, SHOWN)]))
            for report, ordinals in pools[question["id"]].items()
        ]
    return items


def passages_to_grade(
    library: Library, questions: Sequence[Mapping[str, Any]], systems: Iterable[Mapping[str, Any]]
) -> dict[str, list[Item]]:
    """Return the first passage that each system shows for a short query, by question. Repeated texts are removed."""
    paragraphs = paragraphs_of(library)
    items: dict[str, dict[str, Item]] = {f"{q['id']}p": {} for q in questions if q["shape"] == "short"}
    for system in systems:
        for name, shown in items.items():
            place = system["answers"].get(name[:-1], {}).get("first")  # an older file has fewer questions
            if place:
                text = paragraphs[place["report"]][place["ordinal"]][place["offset"] :][: place["length"]]
                if mark(text) != place["mark"]:
                    raise SystemExit(f"Question {name}: the library has another text than the one that answered.")
                shown[place["mark"]] = Item(place["mark"], " ".join(text.split()))
    return {name: list(shown.values()) for name, shown in items.items()}


def paragraphs_of(library: Library) -> dict[str, list[str]]:
    """Return the paragraphs of each report, as shown."""
    with library.store() as store:
        return {
            report[:ID]: [each.text for each in store.readings.text(reading).paragraphs]
            for reading, report in store.readings.current()
        }


def deal(
    items: Mapping[str, Sequence[Item]], questions: Sequence[Mapping[str, Any]], folder: Path, seed: int, again: float
) -> int:
    """Write shuffled files of limited size with everything that has no grade yet, and a random part of what has only
    one.
    """
    chance = random.Random(seed)
    by_name = {f"{q['id']}{suffix}": q for q in questions for suffix in ("", "p")}
    left = {}
    for name, all_items in items.items():
        question = by_name[name]
        known, twice = grades.graded(question, name), question.get("second", question.get("judged", {}))
        left[name] = [i for i in all_items if i.key not in known or (i.key not in twice and chance.random() < again)]
        chance.shuffle(left[name])
    names = [name for name, some in left.items() if some]
    chance.shuffle(names)
    folder.mkdir(parents=True)
    key = {name: [item.key for item in left[name]] for name in names}
    (folder / "key.json").write_text(json.dumps(key), "utf-8")
    blocks = [_block(name, by_name[name], left[name]) for name in names]
    for number, text in enumerate(_batches(blocks), 1):
        (folder / f"batch{number:02}.txt").write_text(text, "utf-8")
    return sum(len(some) for some in left.values())


def _block(name: str, question: Mapping[str, Any], items: Sequence[Item]) -> str:
    words = " · ".join(question[part] for part in ("words", "query", "need") if part in question)
    return "\n".join([f"== {name} ({len(items)}) {words}", *(f"{n} {item.text}" for n, item in enumerate(items, 1))])


def _batches(blocks: Iterable[str]) -> Iterable[str]:
    batch: list[str] = []
    for block in blocks:
        if batch and sum(map(len, batch)) + len(block) > BATCH:
            yield "\n".join(batch)
            batch = []
        batch.append(block)
    if batch:
        yield "\n".join(batch)


def read_grades(folder: Path) -> dict[str, dict[str, int]]:
    """Return the judge's grades by question and key.

    Raises SystemExit for a line that does not match what was dealt.
    """
    key: dict[str, list[str]] = json.loads((folder / "key.json").read_text("utf-8"))
    found = {}
    for line in "\n".join(file.read_text("utf-8") for file in sorted(folder.glob("grades*.txt"))).splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            digits = re.sub(r"\s", "", rest)
            if name not in key or len(digits) != len(key[name]) or not set(digits) <= set("0123"):
                raise SystemExit(f"Grades of {name}: {len(key.get(name, []))} digits from 0 to 3 are needed: {line!r}")
            found[name] = dict(zip(key[name], map(int, digits), strict=True))
    return found


def enter(folder: Path, files: Sequence[Path] = (JUDGED, PLAIN, HELD_OUT)) -> int:
    """Add the judge's grades to the files of questions."""
    new = read_grades(folder)
    for file in files:
        grades.enter(new, file)
    return sum(map(len, new.values()))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judging.pools", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    dealing = actions.add_parser("deal")
    dealing.add_argument("library", type=Path)
    dealing.add_argument("folder", type=Path)
    dealing.add_argument("answers", type=Path, nargs="+")
    dealing.add_argument("--seed", type=int, default=1)
    dealing.add_argument("--again", type=float, default=0.0, help="the part of the graded ones to grade again")
    actions.add_parser("enter").add_argument("folder", type=Path)
    chosen = parser.parse_args()
    if chosen.action == "deal":
        print(f"{_deal(chosen)} to grade in {chosen.folder}")
    else:
        print(f"{enter(chosen.folder)} grades entered")


def _deal(chosen: argparse.Namespace) -> int:
    questions, held_out = asked(), asked(HELD_OUT)
    systems = [json.loads(file.read_text("utf-8")) for file in chosen.answers]
    with reviews.open(chosen.library) as library:
        peer = {"answers": answers_of(fts5(texts_of(library)), questions)}
        pools = merged(questions, [*systems, peer])
        items = reports_to_grade(library, questions, pools)
        items |= passages_to_grade(library, [*questions, *held_out], systems)
    return deal(items, [*questions, *held_out], chosen.folder, chosen.seed, chosen.again)


if __name__ == "__main__":
    main()
