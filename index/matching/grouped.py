"""Positions in many documents, in one array."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Grouped(Mapping[int, Sequence[int]]):
    """The positions in each document, cut out of the array when they are asked for: of most documents they never are.

    keys: what `index.matching.arrays` works with. positions: those of all documents, one after the other. documents:
    ascending. ends: how many positions the documents up to and including each have.
    """

    def __init__(
        self, keys: NDArray[np.int64], positions: memoryview, documents: Sequence[int], ends: Sequence[int]
    ) -> None:
        self.keys_of_all = keys
        self._positions = positions
        self._ends = ends
        self._number = dict(zip(documents, range(len(documents)), strict=True))

    def __getitem__(self, document: int) -> Sequence[int]:
        number = self._number[document]
        return self._positions[self._ends[number - 1] if number else 0 : self._ends[number]]

    def __iter__(self) -> Iterator[int]:
        return iter(self._number)

    def __len__(self) -> int:
        return len(self._number)

    def __contains__(self, document: object) -> bool:
        return document in self._number

    def counts(self) -> dict[int, int]:
        """How many positions each document has."""
        return {
            document: end - start
            for document, start, end in zip(self._number, [0, *self._ends], self._ends, strict=False)
        }


def counts_of(positions: Mapping[int, Sequence[int]]) -> Mapping[int, int]:
    """How many positions each document has."""
    if isinstance(positions, Grouped):
        return positions.counts()
    return {document: len(some) for document, some in positions.items()}


def as_one(lists: Sequence[Iterable[int]], how: Callable[[int, int], int]) -> Iterable[int]:
    """Combine several lists item by item, without a loop in Python."""
    return reduce(lambda one, other: map(how, one, other), lists)
