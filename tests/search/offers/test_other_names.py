"""The other names that reports use for what was typed are offered, if they find more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.query import Phrase, Word
from reviews.library import Library
from reviews.terminal.results import answer
from search.filters import Filters
from search.offers.other_names import _ABBREVIATIONS, _WORDS
from search.parsing.parser import parse
from search.results import Offer
from tests.search.plain_reports import library_of

REPORTS = {
    "SGO": ["The SGO was made, and mum signed it. A plan for the pa."],
    "order": ["Special guardianship orders were late.", "The mother of Robin was the personal adviser’s friend."],
    "both": ["The SGO, a special guardianship order, was late. A strategy meeting was held, so the plan was good."],
    "officer": ["Robin’s independent reviewing officer wrote a plan."],
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_of(tmp_path_factory.mktemp("names"), REPORTS) as found:
        yield found


def also(library: Library, query: str, filters: Filters | None = None) -> list[Offer]:
    return [offer for offer in library.search(query, filters or Filters()).offers if offer.kind == "also"]


@pytest.mark.parametrize(
    ("typed", "query", "words"),
    [
        ("SGO", 'SGO OR "special guardianship order*"', ("special guardianship order",)),
        ("SGOs", 'SGOs OR "special guardianship order*"', ("special guardianship order",)),
        ("SGO late", '(SGO OR "special guardianship order*") late', ("special guardianship order",)),
        ("the IRO's plan", '(IRO\'s OR "independent reviewing officer*") plan', ("independent reviewing officer",)),
        ("I.R.O.", 'I.R.O OR "independent reviewing officer*"', ("independent reviewing officer",)),
        ("mums", "mums OR mother", ("mother",)),
        ("Mother", "Mother OR mum", ("mum",)),
    ],
)
def test_what_reports_say_instead_is_offered_with_what_was_typed(
    library: Library, typed: str, query: str, words: tuple[str, ...]
) -> None:
    (offer,) = also(library, typed)
    assert (offer.query, offer.words) == (query, words)
    assert offer.reports == library.search(query).total > library.search(typed).total


@pytest.mark.parametrize("typed", ["sgo", "pa", "=SGO", "SGO*", '"SGO late"', "SGO AND late", "SGO SDQ", "dad", "plan"])
def test_other_names_are_not_offered_if_they_find_no_more_or_the_query_has_signs(library: Library, typed: str) -> None:
    assert also(library, typed) == []


def test_other_names_that_find_less_than_a_tenth_more_are_not_offered(tmp_path: Path) -> None:
    reports = {f"report {number}": ["The father came."] for number in range(11)}
    for more, offered in ((1, 0), (2, 1)):
        for number in range(more):
            reports[f"other {number}"] = ["Dad came."]
        with library_of(tmp_path / str(more), reports) as library:
            assert len(also(library, "father")) == offered
            assert len(also(library, "dad")) == 1


def test_other_names_that_only_reports_outside_the_filters_use_are_not_offered(library: Library) -> None:
    assert also(library, "IRO")
    assert also(library, "IRO", Filters(years=(1990, 1991))) == []


def test_the_terminal_says_what_reports_also_say(library: Library) -> None:
    shown = " ".join(" ".join(answer(library.search("SGO"), 0)).split())
    assert 'Reports also say “special guardianship order”: SGO OR "special guardianship order*" (3 reports)' in shown


def test_every_other_name_is_a_phrase_or_a_word_and_stands_once() -> None:
    for short, names in _ABBREVIATIONS.items():
        assert short.isupper()
        for name in names:
            read = parse(name).tree
            assert isinstance(read, Phrase), name
            assert all(isinstance(word, Word) for word in read.words[:-1]), "a star is for the plural only"
    words = [word for same in _WORDS for word in same]
    assert len(words) == len(set(words))
