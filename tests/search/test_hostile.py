"""Any input is answered or refused in time, and the process survives."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import reviews
from corpus.errors import QueryRefused
from corpus.layout import create_library
from reviews.library import Library
from reviews.maintenance.update import run
from tests.patience import steps
from tests.search.hostile import fixed, generated

DEMO = Path(__file__).parents[2] / "corpus" / "demo"
GENERATED = int(os.environ.get("REVIEWS_HOSTILE", "500"))
"""The number of generated queries: 5,000 or more in the long form."""
STEPS = 3_000_000
"""The number of lines of Python that one query may execute: about three seconds on an ordinary, idle computer."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    settings = replace(create_library(tmp_path_factory.mktemp("hostile") / "library"), ocr=False)
    settings.catalogue.write_bytes((DEMO / "catalogue.csv").read_bytes())
    run(settings, sorted(DEMO.glob("Child Robin*.pdf")) + sorted(DEMO.glob("2014*.pdf")))
    with reviews.open(settings.library) as opened:
        opened.search("neglect")  # opening is not part of any query
        yield opened


def ask(library: Library, query: str) -> bool:
    """Return whether a query was answered rather than refused."""
    try:
        results = library.search(query, limit=3)
    except QueryRefused:
        return False
    told = json.dumps(results.to_dict(), ensure_ascii=False)
    told.encode("utf-8", "surrogatepass")
    assert len(told) < 1_000_000
    for hit in results:
        for passage in hit.passages:
            assert all(0 <= a < b <= len(passage.text) for a, b in passage.highlights)
    return True


def ask_and_count(library: Library, query: str) -> bool:
    """Return whether a query was answered. Fails if either takes too long, measured in steps and not by a clock."""
    answered: list[bool] = []
    took = steps(lambda: answered.append(ask(library, query)))
    assert took < STEPS, f"{query[:80]!r} took {took:,} steps"
    return answered[0]


def test_four_hundred_malformed_queries_are_answered_or_refused_in_time(library: Library) -> None:
    queries = fixed()
    assert len(set(queries)) == 400
    answered = [ask_and_count(library, query) for query in queries]
    assert answered.count(False) > 10
    assert library.search("neglect").total, "and the next question is answered as before"


def test_generated_malformed_queries_are_answered_or_refused_in_time(library: Library) -> None:
    before = library.search("neglect").to_dict()["hits"]
    answered = [ask_and_count(library, query) for query in generated(1, GENERATED)]
    assert answered.count(True) > answered.count(False)
    assert library.search("neglect").to_dict()["hits"] == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not say how much memory was used at most")
def test_memory_stays_bounded(library: Library) -> None:
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    for query in (*fixed(), *generated(2, 300)):
        ask(library, query)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    assert after - before < 100_000_000
