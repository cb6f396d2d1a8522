"""A search request is validated when it is created, and every caller creates the same one."""

from dataclasses import fields
from typing import Any

import pytest

from corpus.errors import UsageError
from search.filters import Filters
from search.request import SearchOptions, SearchRequest
from search.searcher import Searcher


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sort": "best"}, "`sort` cannot be 'best'. Choose one of: relevance, newest, oldest, mentions."),
        ({"group": "board"}, "`group` cannot be 'board'. Choose one of: case, none."),
        ({"limit": -1}, "`limit` must be a whole number from 0 or None for all hits, and -1 is not."),
        ({"limit": "5"}, "`limit` must be a whole number from 0 or None for all hits, and '5' is not."),
        ({"offset": -3}, "`offset` must be a whole number from 0, and -3 is not."),
        ({"offset": None}, "`offset` must be a whole number from 0, and None is not."),
        ({"per_report": 1.5}, "`per_report` must be a whole number from 0 or None for every mention, and 1.5 is not."),
    ],
)
def test_an_invalid_option_is_refused_with_the_valid_values(options: Any, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        SearchRequest("neglect", **options)
    assert str(refused.value) == message


def test_every_field_with_a_default_is_an_option() -> None:
    assert [field.name for field in fields(SearchRequest)] == ["query", "filters", *SearchOptions.__annotations__]


def test_a_request_for_everything_has_no_limits() -> None:
    request = SearchRequest.everything("neglect", per_report=0)
    assert (request.limit, request.per_report) == (None, 0)


def test_keywords_and_a_request_give_the_same_answer(demo: Searcher) -> None:
    filters = Filters(kinds=("overview report",))
    by_keywords = demo.search("neglect", filters, limit=2, sort="newest").to_dict()
    by_request = demo.search(SearchRequest("neglect", filters, limit=2, sort="newest")).to_dict()
    assert by_keywords | {"elapsed_ms": 0} == by_request | {"elapsed_ms": 0}
