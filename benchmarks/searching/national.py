"""Make a library of national size: `python -m benchmarks.searching.national NEW --like LIBRARY`.

Reports are made of paragraphs of LIBRARY, drawn at random with a fixed seed, so words are as frequent as in real
reports. Sentences about made-up themes are added: `theme7` occurs in exactly one in 7 reports, `theme100` in one in
100. The same seed gives the same corpus.
"""

import argparse
import json
import random
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.measure import size_mb
from benchmarks.searching.queries import questions
from corpus.files import FileRecord
from corpus.layout import create_library
from corpus.model import Found, Page, Paragraph, Section, SectionKind, Text
from corpus.storage.store import Store
from index import build

REPORTS, PAGES, WORDS = 2_000, 60, 25_000  # 25,000 words in each report: 50 million in all
THEMES = (3, 7, 20, 100, 500)
KINDS = (SectionKind.SUMMARY, SectionKind.BODY, SectionKind.ANALYSIS, SectionKind.FINDINGS, SectionKind.RECOMMENDATIONS)


def paragraphs_of(library: Path) -> list[str]:
    """Return the paragraphs of a library, in the order of its reports."""
    with Store.open(library / "corpus.db", read_only=True) as store:
        return [text for reading, _ in store.readings.current() for text, _, _ in store.readings.indexable(reading)]


def report(number: int, pool: list[str], words: int, seed: int) -> Text:
    """Return one made-up report."""
    chance = random.Random(f"{seed} {number}")
    texts: list[str] = []
    count = 0
    while count < words:
        texts.append(chance.choice(pool))
        count += texts[-1].count(" ") + 1
    for every in THEMES:
        if number % every == 0:
            texts[chance.randrange(len(texts))] += f" This report speaks of theme{every}."
    pages = max(1, PAGES * words // WORDS)
    return Text(
        id=sha256(f"{seed} {number}".encode()).hexdigest(),
        pages=tuple(Page(page, str(page)) for page in range(1, pages + 1)),
        sections=tuple(Section(ordinal, kind, kind.value.title()) for ordinal, kind in enumerate(KINDS)),
        paragraphs=tuple(
            Paragraph(at, 1 + at * pages // len(texts), None, at * len(KINDS) // len(texts), text)
            for at, text in enumerate(texts)
        ),
        found={"title": Found(f"Review {number}", "made up", 1.0), "year": Found(str(2000 + number % 25), "", 1.0)},
    )


def generate(
    library: Path, pool: list[str], reports: int, *, words: int = WORDS, seed: int = 1, first: int = 0
) -> None:
    """Add made-up reports to a library. Creates it if it does not exist."""
    settings = create_library(library)
    with Store.open(settings.database) as store:
        for number in range(first, first + reports):
            text = report(number, pool, words, seed)
            store.put(text, FileRecord(f"review-{number}.pdf", 1, seed, text.id))


def main() -> None:
    """Make the corpus and print how long that took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.searching.national", description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--like", type=Path, required=True, help="a library whose paragraphs are used")
    parser.add_argument("--reports", type=int, default=REPORTS)
    parser.add_argument("--words", type=int, default=WORDS, help="words in each report")
    parser.add_argument("--first", type=int, default=0, help="the number of the first report")
    parser.add_argument("--ask", action="store_true", help="run the typical queries instead")
    parser.add_argument("--build", type=int, metavar="JOBS", help="build the index with this many processes instead")
    asked = parser.parse_args()
    told: dict[str, Any] = {}
    if asked.ask:
        told["queries"] = questions(asked.library)
    elif asked.build:
        began = time.perf_counter()
        with Store.open(asked.library / "corpus.db") as store:
            built = build.build(store, asked.library / "index", jobs=asked.build)
        told["build_seconds"] = round(time.perf_counter() - began, 1)
        told["generation"] = built.manifest.id if built else None
        if built:
            told["index_mb"] = size_mb(built.directory)
    else:
        began = time.perf_counter()
        generate(asked.library, paragraphs_of(asked.like), asked.reports, words=asked.words, first=asked.first)
        told["generate_seconds"] = round(time.perf_counter() - began, 1)
    told["corpus_mb"] = size_mb(asked.library / "corpus.db")
    print(json.dumps(told))


if __name__ == "__main__":
    main()
