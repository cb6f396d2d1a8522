"""Both engines answer the same queries with the same JSON: reports, order, counts, mentions, highlights, facets."""

from typing import Any

import pytest

from reviews.library import Library
from search.filters import Filters
from search.request import SearchRequest
from search.searcher import Searcher
from tests.opensearch.nodes import LONG
from tests.oracle import generate
from tests.oracle_of import oracle_of
from tests.search.conformance.conftest import URLS, plain

QUERIES = 40 if not URLS else 2000 if LONG else 100
"""How many are made up; more where the cluster is real. `benchmarks.searching.agreement` asks 5,000."""

TYPED = (
    "neglect",
    "neglekt",
    "=neglect",
    "=GP",
    "the",
    "child school",
    "child school nurse",
    "the voice of the child",
    "what did the school know about the child",
    "met twenty two practitioners in two learning events",
    "twenty two two",
    "in:findings (twenty two met two)",
    "two NEAR/20 (twenty two two)",
    "child school child",
    "neglect zzqqy",
    "zzqqy",
    "school child-protection",
    "multi-agency",
    "multiagency meeting",
    "C.S.E.",
    "section 47",
    "s47 enquiry",
    "neglect*",
    "wom?n",
    "multi-ag*",
    "neglcet~",
    "school~1",
    '"voice of the child"',
    '"child protection" plan',
    '"was not brought"',
    '"missed appointment*"',
    '"information sharing"~5',
    '"school nurse"~3 neglect',
    '"no no"',
    "neglect NEAR/10 child",
    "child NEAR/3 child",
    "the NEAR/10 the",
    "multi-agency multiagency",
    "twenty-two twentytwo",
    '"the the"~5',
    "(child OR school) NEAR/5 (plan OR nurse)",
    '("child protection" OR child) NEAR/2 (plan OR "plan was")',
    "(neglect NEAR/5 child) NEAR/10 school",
    'child NEAR/8 (school NEAR/4 "health visitor")',
    '"child protection" NEAR/9 "child protection"',
    "health* NEAR/4 visit*",
    "neglect OR abuse",
    "neglect (abuse OR school)",
    "neglect -school",
    "-neglect",
    '-"child protection" -neglect',
    'in:recommendations "child"',
    "in:findings neglect school",
    "in:recommendations (school NEAR/20 child)",
    'in:"action plan" training',
    "in:findings multi-agency",
    "in:findings -neglect",
    'in:recommendations "information sharing"~4',
    "in:recommendations (in:findings neglect)",
    'theme:"Multi-agency working"',
    'theme:"Voice of the child" -neglect',
    'theme:"Neglect" NEAR/20 school',
    "year:2015..",
    "kind:overview neglect",
    "title:child",
    "title:child neglect",
    "paragraph:4.1",
    "paragraph:2.1 child",
    "",
    "café naïve",
)

WAYS: tuple[dict[str, Any], ...] = (
    {"explain": True},
    {"sort": "mentions", "limit": 100},
    {"sort": "newest", "group": "none", "offset": 2, "limit": 3},
    {"sort": "oldest", "per_report": 1},
    {"limit": None, "per_report": None, "facets": False},
    {"together": True, "explain": True},
    {"most": True, "limit": 20},
    {"view": "passages", "limit": 15},
    {"filters": Filters(sections=("findings", "recommendations")), "explain": True},
    {"filters": Filters(years=(2012, None), kinds=("overview report",), copies=("once",))},
    {"filters": Filters(themes=("Neglect",)), "per_report": 0},
)


def assert_same(remote: Searcher, here: Searcher, request: SearchRequest) -> None:
    assert plain(remote.search(request).to_dict()) == plain(here.search(request).to_dict())


@pytest.mark.parametrize("number", range(len(TYPED)), ids=TYPED)
def test_a_typed_query_has_the_same_answer_however_it_is_asked(here: Searcher, remote: Searcher, number: int) -> None:
    query = TYPED[number]
    for way in WAYS if URLS and LONG else [WAYS[(number + turn) % len(WAYS)] for turn in (0, 3, 7)]:
        assert_same(remote, here, SearchRequest(query, **way))


def test_made_up_queries_have_the_same_answers(demo: Library, here: Searcher, remote: Searcher) -> None:
    different = []
    for number, tree in enumerate(generate(oracle_of(demo), seed=18, n=QUERIES)):
        per_report = 3 if number % 4 else None
        request = SearchRequest(str(tree), limit=30, per_report=per_report, explain=number % 2 == 0)
        try:
            assert_same(remote, here, request)
        except AssertionError:
            different.append(str(tree))
    assert different == []
