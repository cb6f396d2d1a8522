"""Postings of a phrase are carried over to a new generation, whatever numbers its documents have there."""

from collections.abc import Iterable

import pytest

from index.matching.phrase_cache import with_more
from index.storage.postings import Postings, PostingsBuilder, unpack

Added = tuple[int, float, list[int], int]
OLD: list[Added] = [(2, 1.0, [5], 1), (4, 2.0, [1, 9], 3), (7, 1.5, [30], 2)]


def built(added: Iterable[Added]) -> PostingsBuilder:
    builder = PostingsBuilder()
    for each in sorted(added):
        builder.add(*each)
    return builder


def packed(added: Iterable[Added]) -> Postings:
    return unpack(built(added).pack())


@pytest.mark.parametrize(
    ("numbers", "more"),
    [
        ({2: 2, 4: 4, 7: 7}, [(8, 1.0, [3], 1), (9, 1.0, [4, 6], 1)]),
        ({2: 2, 4: 4, 7: 7}, [(5, 1.0, [3], 1)]),
        ({2: 2, 4: 4, 7: 7}, []),
        ({2: 2, 7: 4}, [(3, 1.0, [3], 1)]),
        ({2: 7, 4: 4, 7: 2}, []),
        ({}, [(0, 1.0, [3], 1)]),
    ],
    ids=["all stay", "one comes between", "nothing new", "one is gone", "turned round", "all are gone"],
)
def test_the_postings_are_those_of_the_documents_that_are_held(numbers: dict[int, int], more: list[Added]) -> None:
    wanted = built([*((numbers[d], *rest) for d, *rest in OLD if d in numbers), *more])  # type: ignore[list-item]
    assert with_more(packed(OLD), numbers, more).pack() == wanted.pack()


def test_documents_that_all_stay_are_not_added_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    before, added = packed(OLD), []
    monkeypatch.setattr(PostingsBuilder, "add", lambda self, document, *rest: added.append(document))
    with_more(before, {2: 2, 4: 4, 7: 7}, [(8, 1.0, [3], 1)])
    assert added == [8]
