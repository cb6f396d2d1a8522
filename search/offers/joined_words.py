"""Offer one word for two that were typed apart: `safe guarding` → safeguarding, `well being` → wellbeing."""

from collections.abc import Callable, Container
from itertools import pairwise

from index import analyser
from index.function_words import is_function_word
from index.matching.evaluator import Evaluator
from index.query import And, Phrase, Plain, Query, Word
from search.offers.themes import typed_words
from search.results import Offer

_LEAST = 5  # letters of the joined word
_TIMES = 20  # times as many reports must have the joined word as have the two words side by side
_PAIRS = 12  # pairs looked up


def joined_offers(
    typed: Query, tree: Query, evaluator: Evaluator, read: Callable[[str], Query], count: Callable[[Query], int]
) -> list[Offer]:
    """Offer the query with each such pair of words joined.

    `typed` is the query with its function words, `tree` the query as it was searched. `read` parses another. Two words
    that are searched as one anyway, because the reports also print them with a hyphen, are not joined unless one of
    them was left out.
    """
    if not (isinstance(typed, And) and isinstance(tree, Plain | Word)):
        return []
    words = typed_words(typed)
    pairs = {at: pair for at, pair in list(enumerate(pairwise(words)))[:_PAIRS] if _can_be_one(*pair)}
    evaluator.ahead(Word(left + right) for left, right in pairs.values())
    searched = typed_words(tree)
    joined: list[str] = []
    at = 0
    while at < len(words):
        if at in pairs and _is_one(*pairs[at], searched, evaluator):
            left, right = pairs[at]
            joined.append(left + (right if left.isupper() else right.lower()))
            at += 2
        else:
            joined.append(words[at])
            at += 1
    if len(joined) == len(words):
        return []
    query = " ".join(joined)
    found = count(read(query))
    return [Offer("spelling", query, found)] if found else []


def _can_be_one(left: str, right: str) -> bool:
    """Return whether both are single words of letters, at most one of them very common, and long enough together."""
    folded = analyser.fold(left), analyser.fold(right)
    return (
        all(word.isalpha() and word not in ("a", "i") for word in folded)
        and not all(map(is_function_word, folded))
        and len("".join(folded)) >= _LEAST
    )


def _is_one(left: str, right: str, searched: Container[str], evaluator: Evaluator) -> bool:
    one = len(evaluator.evaluate(Word(left + right)).documents)
    if not one:
        return False
    apart = len(evaluator.evaluate(Phrase((Word(left), Word(right)))).documents)
    folded = analyser.fold(left), analyser.fold(right)
    if folded not in evaluator.expansion.compounds("".join(folded)):
        return one >= _TIMES * apart
    if left in searched and right in searched:
        return False
    printed = len(evaluator.evaluate(Word(left + right, exact=True)).documents)
    return _TIMES * printed >= apart  # not `of children`, which a few reports print without the space
