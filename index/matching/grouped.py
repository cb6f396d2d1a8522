"""Positions in many documents, stored in one array."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from index.storage.postings import Postings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Grouped(Mapping[int, Sequence[int]]):
    """A mapping of documents to positions.

    Positions are sliced from the array on access, because most are never needed. `keys` is the array that
    `index.matching.arrays` uses. `positions` has those of all documents in sequence. `documents` is ascending. `ends`
    has, for each document, the number of positions up to and including it.
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

    def postings(self) -> Postings:
        """Return the positions as postings, without weights and sections."""
        return Postings([*self._number], (), self._ends, self._positions, ())

    def counts(self) -> dict[int, int]:
        """Return the number of positions in each document."""
        return {
            document: end - start
            for document, start, end in zip(self._number, [0, *self._ends], self._ends, strict=False)
        }


def counts_of(positions: Mapping[int, Sequence[int]]) -> Mapping[int, int]:
    """Return the number of positions in each document."""
    if isinstance(positions, Grouped):
        return positions.counts()
    return {document: len(some) for document, some in positions.items()}


def as_one(lists: Sequence[Iterable[int]], how: Callable[[int, int], int]) -> Iterable[int]:
    """Combine several lists item by item, without a Python loop."""
    return reduce(lambda one, other: map(how, one, other), lists)
