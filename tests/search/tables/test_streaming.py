"""Hits can be streamed, and the reports that pass a filter can be listed."""

from dataclasses import replace
from pathlib import Path

import pytest

from reviews.library import Library
from search.filters import Filters
from search.request import SearchRequest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("query", ["neglect", '"the child"', "year:2014", "nosuchword", "child* -neglect", ""])
def test_streamed_hits_equal_those_of_a_search(demo: Library, query: str) -> None:
    searched = demo.search(query, limit=None, per_report=None)
    head, hits = demo.searcher().stream(SearchRequest.everything(query))
    assert head.hits == ()
    assert replace(head, hits=tuple(hits), elapsed_ms=0) == replace(searched, elapsed_ms=0)


def test_the_reports_listed_for_a_filter_are_those_that_pass_it(demo: Library) -> None:
    every = demo.searcher().reports()
    assert len(every) == demo.searcher().coverage.reports
    years = demo.searcher().reports(Filters(years=(2014, 2014)))
    assert years == [report for report in every if report.year == 2014] != []
    assert demo.searcher().reports(Filters(sections=("findings",))) == every, "a section is no report"
