"""Queries made of a library's own words, grouped by form, so that each form can be timed separately."""

import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import TypedDict

from index import analyser
from reviews.library import Library

_REPORTS = 40  # whose paragraphs the words are taken from
_FREQUENT = 40  # the most frequent words, of which common phrases are made
_LENGTHS = (2, 3, 4, 10)
_RARELY_LONG = 3  # letters: shorter words are mostly function words


class Asked(TypedDict):
    """A query in this program's language, and the same for another engine.

    For the other engine, it consists of words, and how to match them: "all", "phrase", "near" or "any", or "" for a
    form that other engines do not have.
    """

    query: str
    words: list[str]
    wants: str


def by_form(library: Library, seed: int, each: int) -> dict[str, list[Asked]]:
    """Return `each` queries of each form.

    The words and phrases occur in the reports, so that most queries find something.
    """
    chance = random.Random(seed)
    with library.store() as store:
        readings = [reading for reading, _ in store.readings.current()]
        chosen = chance.sample(readings, min(_REPORTS, len(readings)))
        texts = [text for reading in chosen for text, _, _ in store.readings.indexable(reading)]
    runs = [[term for term, _ in analyser.terms(text) if term.isalpha() and term.islower()] for text in texts]
    runs = [run for run in runs if len(run) > max(_LENGTHS) + 2]
    frequent = {term for term, _ in Counter(term for run in runs for term in run).most_common(_FREQUENT)}
    pairs = [[one, other] for run in runs for one, other in pairwise(run) if {one, other} <= frequent]

    def words(length: int) -> list[str]:
        run = chance.choice(runs)
        at = chance.randrange(len(run) - length)
        return run[at : at + length]

    def word() -> str:
        return next(one for _ in range(1000) if len(one := words(1)[0]) > _RARELY_LONG)

    def phrase(length: int) -> Asked:
        found = words(length)
        return {"query": f'"{" ".join(found)}"', "words": found, "wants": "phrase"}

    def common() -> Asked:
        found = chance.choice(pairs)
        return {"query": f'"{" ".join(found)}"', "words": found, "wants": "phrase"}

    def two(sign: str, wants: str) -> Asked:
        found = [word(), word()]
        return {"query": sign.join(found), "words": found, "wants": wants}

    def sentence() -> Asked:
        found = words(chance.randint(6, 10))
        return {"query": " ".join(found), "words": found, "wants": "all"}

    def single() -> Asked:
        one = word()
        return {"query": one, "words": [one], "wants": "all"}

    themes = [theme.name for theme in library.themes().themes]
    forms: dict[str, Callable[[], Asked]] = {
        "word": single,
        "two words": lambda: two(" ", "all"),
        **{f"phrase of {length}": partial(phrase, length) for length in _LENGTHS},
        "common phrase": common,
        "NEAR": lambda: two(" NEAR/10 ", "near"),
        "OR": lambda: two(" OR ", "any"),
        "in:": lambda: {"query": f"in:recommendations {word()}", "words": [], "wants": ""},
        "theme": lambda: {"query": f'theme:"{chance.choice(themes)}"', "words": [], "wants": ""},
        "sentence": sentence,
    }
    return {form: [make() for _ in range(each)] for form, make in forms.items()}
