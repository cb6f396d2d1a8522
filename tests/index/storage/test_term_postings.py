"""Columns of many documents are combined in arrays, and are the same to the last bit."""

import random
import sys

import pytest

from index.storage import term_postings
from index.storage.postings import PostingsBuilder, unpack
from index.storage.term_postings import Lists, TermPostings

CHANCE = random.Random(4)


def term() -> Lists:
    """A term in two segments, the second with documents from 40."""
    segments = []
    for base in (0, 40):
        builder = PostingsBuilder()
        for document in sorted(CHANCE.sample(range(40), CHANCE.randint(1, 30))):
            positions = sorted(CHANCE.sample(range(90), CHANCE.randint(1, 9)))
            builder.add(document, CHANCE.choice((0.1, 1.3, 2.4)) * len(positions), positions, CHANCE.randrange(1, 99))
        segments.append((base, unpack(builder.pack())))
    return segments


def test_arrays_give_what_a_loop_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numpy")
    for number in (1, 2, 5):
        terms = [term() for _ in range(number)]
        loop, arrays = (TermPostings(terms, set(range(80))) for _ in range(2))
        with monkeypatch.context() as changed:
            changed.setattr(term_postings, "_MANY", 1)
            in_arrays = dict(arrays.weights), dict(arrays.kinds), dict(arrays.counts)
            changed.delitem(sys.modules, "numpy")
            assert not loop._is_many
        assert arrays._is_many == (number > 1)
        assert in_arrays == (loop.weights, loop.kinds, loop.counts)
        assert {type(value) for column in in_arrays for value in column.values()} == {int, float}
