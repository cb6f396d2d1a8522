"""The combined postings of several terms: documents, positions, weights and sections, computed when first used."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from functools import cached_property, reduce
from itertools import chain, repeat
from operator import add, or_, sub
from typing import Any, TypeVar

from index.storage.postings import Postings

_BEHIND = 1 << 32  # above any document
_MANY = 200  # documents: with fewer, importing numpy takes longer than a loop
_T = TypeVar("_T")

Lists = Sequence[tuple[int, Postings]]
"""The postings of one term in each segment, each with the offset to add to its document numbers."""


class TermPostings:
    """The combined postings of several terms, by document. Each value is computed when it is first used."""

    def __init__(self, by_term: Sequence[Lists], live: set[int]) -> None:
        self.by_term = by_term
        self._live = live

    @cached_property
    def documents(self) -> set[int]:
        return self._live & set().union(*(numbers for lists in self.numbered for numbers, _ in lists))

    @cached_property
    def numbered(self) -> list[list[tuple[Sequence[int], Postings]]]:
        """Return the document numbers and the postings for each term and segment."""
        return [[(_shifted(postings.documents, base), postings) for base, postings in lists] for lists in self.by_term]

    @cached_property
    def _bases(self) -> list[int]:
        return sorted({base for lists in self.by_term for base, _ in lists})

    def at(self, document: int) -> list[Sequence[int]]:
        """Return the positions of each term in one document."""
        return [postings.at(place) for postings, place in self._places_of(document)]

    def kinds_in(self, documents: Sequence[int]) -> Iterable[int]:
        """Return the section mask of each document, 0 for a document without any of the terms."""
        if "kinds" not in self.__dict__ and not many(documents):
            return [
                reduce(or_, (postings.masks[place] for postings, place in self._places_of(document)), 0)
                for document in documents
            ]
        return map(self.kinds.get, documents, repeat(0))

    def _places_of(self, document: int) -> Iterator[tuple[Postings, int]]:
        """Yield the postings that have a document, each with the index of the document in them."""
        for lists in self.by_term:
            for base, postings in lists:
                if document >= base:
                    numbers = postings.documents
                    place = bisect_left(numbers, document - base)
                    if place < len(numbers) and numbers[place] == document - base:
                        yield postings, place

    @classmethod
    def together(cls, several: Sequence[TermPostings]) -> TermPostings:
        """Combine the terms of several clauses, for `reader` and `counts`."""
        return cls([lists for known in several for lists in known.by_term], set())

    def reader(self) -> Callable[[int], Sequence[int]]:
        """See Words.reader."""
        lists = self.lists()

        def read(document: int) -> Sequence[int]:
            found = lists(document)
            return found[0] if len(found) == 1 else sorted(chain.from_iterable(found))

        return read

    def lists(self) -> Callable[[int], list[Sequence[int]]]:
        """Like `reader`, but the function returns a separate list of positions for each term."""
        behind = 0  # the first document after the current segment
        lists: list[tuple[dict[int, int], Postings]] = []

        def read(document: int) -> list[Sequence[int]]:
            nonlocal behind, lists
            if document >= behind:
                segment = bisect_right(self._bases, document)
                start, behind = self._bases[segment - 1], [*self._bases, _BEHIND][segment]
                lists = [(places, postings) for where, places, postings in self._places if start in where]
            return [postings.at(place) for places, postings in lists if (place := places.get(document)) is not None]

        return read

    @cached_property
    def _places(self) -> list[tuple[set[int], dict[int, int], Postings]]:
        """Return, for all postings: which segments they cover, the index of each document, and the postings themselves.

        A segment is identified by the number of its first document. The index is a dictionary, because a phrase looks
        up thousands of documents. Most postings cover one segment, but those of a precomputed phrase cover all.
        """
        found = []
        for lists in self.by_term:
            for base, postings in lists:
                numbers = _shifted(postings.documents, base)
                if len(numbers):
                    first, last = (bisect_right(self._bases, numbers[end]) for end in (0, -1))
                    places = dict(zip(numbers, range(len(numbers)), strict=True))
                    found.append(({*self._bases[first - 1 : last]}, places, postings))
        return found

    @cached_property
    def weights(self) -> dict[int, float]:
        return self._of_terms(lambda postings: postings.weights, add, 0.0)

    @cached_property
    def kinds(self) -> dict[int, int]:
        return self._of_terms(lambda postings: postings.masks, or_, 0)

    @cached_property
    def counts(self) -> dict[int, int]:
        return self._of_terms(_counts, add, 0)

    def _of_terms(
        self, part: Callable[[Postings], Sequence[_T]], how: Callable[[_T, _T], _T], nothing: _T
    ) -> dict[int, _T]:
        """Combine one column of the postings (`part`) over all terms, by document.

        The most frequent term comes first: its values are copied without a Python loop.
        """
        found: dict[int, _T] = {}
        if self._is_many:
            return self._in_arrays(part, how, nothing)
        for lists in self._most_frequent_first:
            for numbers, postings in lists:
                values = map(how, map(found.get, numbers, repeat(nothing)), part(postings)) if found else part(postings)
                found.update(zip(numbers, values, strict=True))
        return found

    @cached_property
    def _most_frequent_first(self) -> list[list[tuple[Sequence[int], Postings]]]:
        return sorted(self.numbered, key=lambda lists: -sum(len(numbers) for numbers, _ in lists))

    @cached_property
    def _is_many(self) -> bool:
        """Whether columns are combined in arrays: of several terms, one of which many documents have.

        For that alone numpy is not imported, because its import takes longer than all this.
        """
        several = len(self.by_term) > 1 and "numpy" in sys.modules
        return several and any(many(numbers) for lists in self.numbered for numbers, _ in lists)

    def _in_arrays(
        self, part: Callable[[Postings], Sequence[_T]], how: Callable[[Any, Any], Any], nothing: _T
    ) -> dict[int, _T]:
        """Compute the same with arrays, in the same order, so that sums are identical to the last bit."""
        import numpy as np

        several = [
            (np.asarray(numbers, np.intp), postings)
            for lists in self._most_frequent_first
            for numbers, postings in lists
            if len(numbers)
        ]
        size = 1 + max(int(numbers[-1]) for numbers, _ in several)
        total, held = np.full(size, nothing), np.zeros(size, bool)
        for numbers, postings in several:
            total[numbers] = how(total[numbers], np.asarray(part(postings)))
            held[numbers] = True
        having = np.flatnonzero(held)
        return dict(zip(having.tolist(), total[having].tolist(), strict=True))


def _counts(postings: Postings) -> Sequence[int]:
    """Return how often the term occurs in each document."""
    if "numpy" in sys.modules and many(postings.ends):
        import numpy as np

        counts: list[int] = np.diff(np.asarray(postings.ends), prepend=0).tolist()
        return counts
    return list(map(sub, postings.ends, chain((0,), postings.ends)))


def many(documents: Sized) -> bool:
    """Return whether there are enough documents to compare positions in one array (`index.matching.arrays`)."""
    return len(documents) >= _MANY


def _shifted(numbers: Sequence[int], base: int) -> Sequence[int]:
    return [number + base for number in numbers] if base else numbers
