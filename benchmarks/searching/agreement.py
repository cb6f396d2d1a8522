"""Whether an embedded index and a cluster agree: `python -m benchmarks.searching.agreement LIBRARY WEB`.

LIBRARY has its index in its folder; WEB is a folder with settings of a cluster in which the same reports are published
(`benchmarks.indexing.cluster`). Both are asked queries that a person could type, of all forms and made of the library's
words, and queries that the oracle of the tests makes up. Compared is all that the JSON of an answer says: which
reports, how many, in which order, their mentions, passages and marks, facets, suggestions and offers. Of every fourth
query, all reports with all passages are compared; of the others, the first thirty with three passages each. A query
that only one of them refuses is sent again, a few times: nodes that are short of memory refuse for a moment. Writes
JSON, and ends with 1 if an answer differs.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import reviews
from benchmarks.searching.forms import by_form
from benchmarks.searching.queries import TYPICAL
from corpus.errors import ReviewsError
from reviews.library import Library
from search.request import SearchRequest
from tests.oracle import generate
from tests.oracle_of import oracle_of

_PATIENCE = 120.0  # seconds: the computer may be busy with the nodes
_VARIES = ("elapsed_ms", "generation", "built_at", "coverage")
_EVERYTHING = 4  # of so many queries, one asks for everything
_AGAIN, _PAUSE = 6, 10.0  # times that a refused query is sent again, and seconds before each
_TOLD = 100  # queries between two words on how far it is


def answer(library: Library, request: SearchRequest) -> dict[str, Any]:
    """Return the answer as JSON, or the message with which it was refused."""
    try:
        head, hits = library.searcher().stream(request, seconds=_PATIENCE)
        told = replace(head, hits=tuple(hits)).to_dict()
    except ReviewsError as error:
        return {"refused": type(error).__name__}
    found: dict[str, Any] = json.loads(json.dumps({key: value for key, value in told.items() if key not in _VARIES}))
    return found


def typed(library: Library, seed: int, n: int) -> Iterator[str]:
    """Queries such as people type: the typical ones, then others of each form in turn, until there are enough."""
    forms = [[each["query"] for each in some] for some in by_form(library, seed, n).values()]
    every = dict.fromkeys([*TYPICAL, *(query for several in zip(*forms, strict=True) for query in several)])
    yield from list(every)[:n]


def compare(here: Library, web: Library, queries: Iterable[str]) -> dict[str, Any]:
    """Return how many queries were asked, what they found, and how any answers differ."""
    asked = reports = mentions = refused = 0
    repeated = 0
    differences: dict[str, list[str]] = {}
    for number, query in enumerate(queries):
        whole = number % _EVERYTHING == 0
        request = SearchRequest(query, limit=None if whole else 30, per_report=None if whole else 3, explain=not whole)
        one, other = answer(here, request), answer(web, request)
        for _ in range(_AGAIN):
            if "refused" not in other or "refused" in one:
                break
            time.sleep(_PAUSE)
            repeated += 1
            other = answer(web, request)
        asked += 1
        refused += "refused" in one
        reports += one.get("total", 0)
        mentions += sum(hit["mentions"] for hit in one.get("hits", ()))
        if one != other:
            differences[query] = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
        if asked % _TOLD == 0:
            print(f"{asked:,} queries, {len(differences)} differ", file=sys.stderr, flush=True)
    return {
        "queries": asked,
        "reports_found": reports,
        "mentions_compared": mentions,
        "refused_by_both": refused,
        "sent_again": repeated,
        "different": differences,
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.searching.agreement", description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("web", type=Path)
    parser.add_argument("--typed", type=int, default=300)
    parser.add_argument("--made", type=int, default=5000, help="queries of the oracle")
    parser.add_argument("--seed", type=int, default=18)
    chosen = parser.parse_args()
    began = time.perf_counter()
    with reviews.open(chosen.library) as here, reviews.open(chosen.web) as web:
        made = map(str, generate(oracle_of(here), chosen.seed, chosen.made))
        reports = here.coverage().reports
        compared = {
            "typed": compare(here, web, typed(here, chosen.seed, chosen.typed)),
            "made": compare(here, web, made),
        }
    seconds = round(time.perf_counter() - began)
    print(json.dumps({"reports": reports, **compared, "seconds": seconds}, indent=1))
    sys.exit(any(each["different"] for each in compared.values()))


if __name__ == "__main__":
    main()
