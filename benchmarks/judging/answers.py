"""Record the answers to the judged questions, to compare commits: `python -m benchmarks.judging.answers LIBRARY`.

Imports only what every commit has, so that the Python of another commit's environment can run this file by its path.
Writes JSON to stdout: for each question, the reports found and the position of the first passage, but no text of a
report. `today.json` was written in this way by the commit that it names.
"""

import argparse
import dataclasses
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import reviews
from reviews.library import Library
from search.request import SearchRequest

HERE = Path(__file__).parent
JUDGED, PLAIN, HELD_OUT = HERE / "judged.json", HERE / "plain.json", HERE / "held_out.json"
FIRST, DEEP = 10, 20  # plain words were pooled to the first ten; recall of the others covers twenty
ID = 12  # characters of a report's id, as the command shows it
PASSAGES = 2  # of each report, for the judge to read


def asked(*files: Path) -> list[dict[str, Any]]:
    """Return the questions of the files, in order. The default is all but those held out."""
    return [
        question for file in files or (JUDGED, PLAIN) for question in json.loads(file.read_text("utf-8"))["questions"]
    ]


def mark(text: str) -> str:
    """Return a hash that identifies a passage as shown."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:ID]


def hits(library: Library, query: str, **options: Any) -> Iterator[Any]:
    """Yield the hits in the order in which a reader sees them: the exact answer, then the reports with most of the
    words.
    """
    if "most" in {field.name for field in dataclasses.fields(SearchRequest)}:  # an older commit does not have this list
        options["most"] = True
    results: Any = library.search(query, **options)
    yield from results.hits
    yield from getattr(results, "most", None) or ()


def found(library: Library, query: str, most: int = DEEP) -> list[str]:
    """Return the reports found, best first."""
    every = hits(library, query, limit=most, group="none", per_report=0)
    return list(dict.fromkeys(hit.report.id[:ID] for hit in every))[:most]


def shown(library: Library, query: str) -> dict[str, list[int]]:
    """Return the ordinals of the paragraphs of each report that are shown first."""
    ordinals: dict[str, list[int]] = {}
    for hit in hits(library, query, limit=FIRST, group="none", per_report=PASSAGES):
        ordinals.setdefault(hit.report.id[:ID], [passage.ordinal for passage in hit.passages])
    return ordinals


def first(library: Library, query: str) -> dict[str, Any] | None:
    """Return the first passage on the page: its position, and a hash of its text."""
    for hit in hits(library, query):
        for one in hit.passages:
            place = {"report": hit.report.id[:ID], "ordinal": one.ordinal, "offset": one.offset}
            return {**place, "length": len(one.text), "mark": mark(one.text)}
    return None


def answers(library: Library, questions: Sequence[dict[str, Any]], paragraphs: bool = False) -> dict[str, Any]:
    """Return the library's answer to each question. With `paragraphs`, also those to show to a judge."""
    told = {}
    for question in questions:
        query = question.get("query", question["words"])
        entry: dict[str, Any] = {"reports": found(library, query, DEEP if "query" in question else FIRST)}
        if question["shape"] == "short":
            entry["first"] = first(library, query)
        if paragraphs:
            entry["paragraphs"] = shown(library, query)
        told[str(question["id"])] = entry
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--commit", default="", help="the code that answers, to be noted in the file")
    parser.add_argument("--paragraphs", action="store_true", help="also where passages are, for `pools deal`")
    chosen = parser.parse_args()
    with reviews.open(chosen.library) as library:
        told = answers(library, [*asked(), *asked(HELD_OUT)], chosen.paragraphs)
    lines = ",\n".join(f' "{number}": {json.dumps(entry)}' for number, entry in told.items())
    print(f'{{"commit": {json.dumps(chosen.commit)}, "answers": {{\n{lines}\n}}}}')


if __name__ == "__main__":
    main()
