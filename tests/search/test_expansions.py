"""An answer says which words it found: the words at each place of a phrase, and the only form that occurs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reviews.library import Library
from reviews.terminal.results import answer
from tests.search.plain_reports import library_of

REPORTS = {
    "one": ["The visit was a follow-up. Later the follow-ups stopped.", "His father would drink at night."],
    "two": ["Information sharing was good and information was shared.", "A risk of harm was seen."],
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_of(tmp_path_factory.mktemp("said"), REPORTS) as found:
        yield found


def said(library: Library, query: str) -> list[str]:
    return [line.strip() for line in answer(library.search(query), 0) if " matches: " in line]


@pytest.mark.parametrize(
    ("typed", "terms"),
    [("follow-up", "follow up/ups"), ("information-sharing", "information shared/sharing")],
)
def test_the_forms_at_one_place_of_a_phrase_are_told_apart_from_the_next_word(
    library: Library, typed: str, terms: str
) -> None:
    assert library.search(typed).expansions[0].terms[0] == terms


def test_many_forms_at_one_place_are_cut_short(tmp_path: Path) -> None:
    words = " ".join(f"harm care{letter}." for letter in "abcdefghi")
    with library_of(tmp_path, {"one": [words]}) as library:
        (shown,) = library.search('"harm care*"').expansions[0].terms
        assert shown == "harm carea/careb/carec/cared/caree/caref/careg/careh/…"


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        ("drank", ["drank matches: drink"]),
        ("drink", []),
        ("DRINK", []),
        ('"risk of harm"', []),
        ("risks", ["risks matches: risk"]),
    ],
)
def test_a_word_that_is_found_only_in_another_form_says_so(library: Library, typed: str, lines: list[str]) -> None:
    assert said(library, typed) == lines
