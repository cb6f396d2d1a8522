"""Every quotation is on the page that it cites, and every highlight matches: all passages of 100 queries are checked.

Here, PDFium alone reads the pages directly from the files. Before comparing, page and passage are reduced to letters
and digits, which removes what the documented repairs change: white space, line ends, hyphens at line ends, ligatures
and the shape of bullets.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pypdfium2
import pytest

import reviews
from benchmarks.searching.queries import TYPICAL
from corpus.layout import create_library
from reviews.library import Library
from reviews.maintenance.update import run
from search.parsing.parser import parse
from tests.command import ROOT, SHARED
from tests.oracle import Oracle, generate
from tests.oracle_of import oracle_of

SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "search" / "results.schema.json").read_text("utf-8")))
SHORTEST = 12  # letters that count as found: no two lines of a page share so many by accident


def letters(text: str) -> str:
    """Return only letters and digits. A superscript digit counts as a digit."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


@cache
def printed(file: str, page: int) -> str:
    """Return the letters of a page in the order of the file, and again without the doubled letters of fake bold."""
    document = pypdfium2.PdfDocument(file)
    try:
        text = document[page - 1].get_textpage().get_text_range()
    finally:
        document.close()
    single = (word[::2] if word[::2] == word[1::2] else word for word in text.split())
    return f"{letters(text)} {letters(' '.join(single))}"


def absent(text: str, page: str) -> str:
    """Return the part of a passage that is not on the page. Lines may be in a different order, as in columns."""
    wanted, at = letters(text), 0
    while at < len(wanted):
        end = len(wanted)
        if wanted[at:] not in page:
            low, high = at, end  # the longest prefix that occurs: if it does, so does every shorter one
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if wanted[at:middle] in page else (low, middle)
            end = low
        if end - at < min(SHORTEST, len(wanted)) and not (end == len(wanted) and end > at):
            return wanted[at : at + 40]
        at = end
    return ""


def hundred(oracle: Oracle) -> list[str]:
    """Return fifty queries as people ask them, and fifty made of words that occur."""
    made_up = (str(query) for query in generate(oracle, seed=100, n=100))
    return [*TYPICAL, *[text for text in made_up if "theme:" not in text][:50]]


def passages(library: Library, queries: list[str]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield the query, report and passage of every passage in the JSON of the answers, which must match the schema."""
    for query in queries:
        answer = json.loads(json.dumps(library.search(query, limit=None, per_report=None).to_dict()))
        assert next(SCHEMA.iter_errors(answer), None) is None, query
        assert answer["total"] == len(answer["hits"])
        for hit in answer["hits"]:
            for passage in hit["passages"]:
                yield query, hit["report"], passage


def faults(library: Library) -> tuple[int, list[str]]:
    """Return how many passages were compared with their pages, and the faults."""
    oracle = oracle_of(library)
    queries = hundred(oracle)
    assert len(queries) == 100
    themes = library.themes()

    def theme(name: str) -> tuple[str, tuple[str, ...]] | None:
        found = themes.find(name)
        return (found.name, found.queries) if found else None

    matching = {
        query: {
            (report, place)
            for report, places in oracle.answer(parse(query, theme, [t.name for t in themes.themes]).tree).items()
            for place in places
        }
        for query in queries
    }
    held, wrong = 0, []
    for query, report, passage in passages(library, queries):
        place = f"{report['file']}, page {passage['page']}, paragraph {passage['ordinal']}"
        for start, end in passage["highlights"]:
            whole = (passage["ordinal"], passage["offset"] + start, passage["offset"] + end)
            if (report["id"], whole) not in matching[query]:
                wrong.append(f"{place}: characters {start} to {end} do not match {query}")
        if passage["ocr"]:
            continue  # nothing to compare with: the page is a picture
        pages = "".join(
            printed(report["files"][0], number) for number in range(passage["page"], passage["page_end"] + 1)
        )
        held += 1
        if missing := absent(passage["text"], pages):
            wrong.append(f"{place}: `{missing}` is not on the page")
    return held, wrong


def test_every_passage_of_the_demonstration_reports_is_on_its_page_and_every_mark_matches(demo: Path) -> None:
    with reviews.open(demo) as library:
        held, wrong = faults(library)
    assert wrong == []
    assert held > 500


@pytest.mark.skipif(not (SHARED / "reports").is_dir(), reason="the shared reports are not here")
def test_every_passage_of_shared_reports_is_on_its_page_and_every_mark_matches(tmp_path: Path) -> None:
    settings = replace(create_library(tmp_path / "library"), ocr=False)
    run(settings, sorted((SHARED / "reports").glob("*/*.pdf"))[4::12])
    with reviews.open(tmp_path / "library") as library:
        held, wrong = faults(library)
    assert wrong == []
    assert held > 1000


def test_the_check_detects_a_passage_on_the_wrong_page(demo: Path) -> None:
    with reviews.open(demo) as library:
        _, report, passage = next(each for each in passages(library, ["neglect"]) if each[2]["page"] > 1)
    assert absent(passage["text"], printed(report["files"][0], passage["page"])) == ""
    assert absent(passage["text"], printed(report["files"][0], passage["page"] - 1))
    changed = re.sub("neglect", "comfort", passage["text"])
    assert absent(changed, printed(report["files"][0], passage["page"]))
