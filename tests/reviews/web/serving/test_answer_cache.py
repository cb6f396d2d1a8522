from typing import cast

from reviews.web.serving.answer_cache import AnswerCache
from search.request import SearchRequest
from search.results import Results

NEGLECT, FATHER = SearchRequest("neglect"), SearchRequest("father")


class Maker:
    """Makes answers and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Results:
        self.made += 1
        return cast(Results, object())


def test_a_cached_answer_is_not_computed_again() -> None:
    kept, make = AnswerCache(), Maker()
    assert kept.get("1", NEGLECT, make) is kept.get("1", NEGLECT, make)
    kept.get("2", NEGLECT, make)
    kept.get("1", FATHER, make)
    assert make.made == 3


def test_the_least_recently_used_answers_are_dropped_first() -> None:
    kept, make = AnswerCache(), Maker()
    for number in range(256):
        kept.get(number, NEGLECT, make)
    kept.get(0, NEGLECT, make)
    kept.get("one too many", NEGLECT, make)
    kept.get(0, NEGLECT, make)
    assert make.made == 257
    kept.get(1, NEGLECT, make)
    assert make.made == 258


def test_what_was_asked_again_is_known_the_latest_first() -> None:
    kept, make = AnswerCache(), Maker()
    asked = [SearchRequest(str(number)) for number in range(300)]
    for request in (*asked, *asked[-3:], asked[-2]):
        kept.get("1", request, make)
    assert kept.repeated(100) == [asked[-2], asked[-1], asked[-3]]
    assert kept.repeated(2) == [asked[-2], asked[-1]]


def test_no_more_requests_than_answers_are_remembered() -> None:
    kept, make = AnswerCache(), Maker()
    asked = [SearchRequest(str(number)) for number in range(300)]
    for request in asked:
        kept.get("1", request, make)
        kept.get("1", request, make)
    assert kept.repeated(1000) == asked[:43:-1]


def test_clearing_the_cache_also_drops_an_answer_that_is_being_made() -> None:
    kept, make = AnswerCache(), Maker()

    def meanwhile() -> Results:
        kept.clear()
        return make()

    kept.get("1", NEGLECT, meanwhile)
    kept.get("1", NEGLECT, make)
    kept.get("1", NEGLECT, make)
    kept.clear()
    assert not kept.repeated(100)
    kept.get("1", NEGLECT, make)
    assert make.made == 3
