from typing import cast

from reviews.web.serving.kept_answers import KeptAnswers
from search.results import Results


class Maker:
    """Makes answers and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Results:
        self.made += 1
        return cast(Results, object())


def test_an_answer_that_is_known_is_not_made_again() -> None:
    kept, make = KeptAnswers(), Maker()
    assert kept.get(("1", "neglect"), make) is kept.get(("1", "neglect"), make)
    kept.get(("2", "neglect"), make)
    assert make.made == 2


def test_those_used_longest_ago_go_first() -> None:
    kept, make = KeptAnswers(), Maker()
    for number in range(256):
        kept.get(number, make)
    kept.get(0, make)
    kept.get("one too many", make)
    kept.get(0, make)
    assert make.made == 257
    kept.get(1, make)
    assert make.made == 258


def test_what_is_let_go_is_forgotten_even_if_it_was_being_made() -> None:
    kept, make = KeptAnswers(), Maker()

    def meanwhile() -> Results:
        kept.let_go()
        return make()

    kept.get("neglect", meanwhile)
    kept.get("neglect", make)
    kept.let_go()
    kept.get("neglect", make)
    assert make.made == 3
