"""Choosing the paragraphs of a report for plain words."""

import random
from collections.abc import Callable, Mapping

import pytest

from index.ranking_policy import LISTED_PARAGRAPHS, NEARBY_FACTOR, NEARBY_PARAGRAPHS
from search.answering.dense_paragraphs import ProseFactors, Worth, best_value, dense_paragraphs
from search.answering.passages import SpansByPart


def both_words_in(worths: Mapping[int, float]) -> Worth:
    """A report with two words side by side in each paragraph. `worths` are the values of the paragraphs."""
    at = {ordinal: 100 * ordinal for ordinal in sorted(worths)}
    located = [(n, [(place + n, place + n) for place in at.values()], [*at]) for n in (0, 1)]
    best_first = sorted(worths, key=lambda ordinal: (-worths[ordinal], ordinal))
    return Worth(located, dict.fromkeys(worths, 2), worths, best_first)


def saying(shares: Mapping[int, float], examined: list[int]) -> ProseFactors:
    def factors(spans: Mapping[int, SpansByPart]) -> Callable[[int], float]:
        def factor(ordinal: int) -> float:
            assert ordinal in spans
            examined.append(ordinal)
            return shares[ordinal]

        return factor

    return factors


def if_all_are_examined(worths: Mapping[int, float], shares: Mapping[int, float], wanted: int) -> list[int]:
    """The rule, word for word: the best few are examined, and no other counts more than the least of their shares."""
    listed = sorted(worths, key=lambda ordinal: (-worths[ordinal], ordinal))[:LISTED_PARAGRAPHS]
    least = min(shares[ordinal] for ordinal in listed)
    scores = {o: worth * (shares[o] if o in listed else least) for o, worth in worths.items()}
    chosen: list[int] = []

    def value(ordinal: int) -> tuple[float, int]:
        near = sum(abs(ordinal - other) <= NEARBY_PARAGRAPHS for other in chosen)
        return scores[ordinal] * NEARBY_FACTOR**near, -ordinal

    while len(chosen) < wanted:
        chosen.append(max(scores.keys() - chosen, key=value))
    return chosen


@pytest.mark.parametrize("seed", range(40))
def test_the_choice_is_the_same_as_if_all_of_the_best_were_examined(seed: int) -> None:
    chance = random.Random(seed)
    worths = {ordinal: chance.choice((1.0, 2.0, chance.uniform(0.5, 3))) for ordinal in chance.sample(range(60), 20)}
    shares = {ordinal: chance.choice((1.0, 0.5, chance.uniform(0.1, 1))) for ordinal in worths}
    found = both_words_in(worths)
    expected = if_all_are_examined(worths, shares, 3)
    assert dense_paragraphs(found, 3, saying(shares, [])) == expected
    assert best_value(found, saying(shares, [])) == (2, max(worths[o] * shares[o] for o in found.best_first[:8]))


def test_only_paragraphs_that_may_be_the_best_are_examined() -> None:
    worths = {10 * n: 9.0 - n for n in range(8)}
    examined: list[int] = []
    assert dense_paragraphs(both_words_in(worths), 2, saying(dict.fromkeys(worths, 1.0), examined)) == [0, 10]
    assert examined == [0, 10]


def test_a_paragraph_that_says_little_is_overtaken() -> None:
    worths = {0: 9.0, 10: 8.0, 20: 1.0}
    examined: list[int] = []
    found = both_words_in(worths)
    assert dense_paragraphs(found, 1, saying({0: 0.2, 10: 0.9, 20: 1.0}, examined)) == [10]
    assert examined == [0, 10]
    assert best_value(found, saying({0: 0.2, 10: 0.9, 20: 1.0}, [])) == (2, 8.0 * 0.9)
