"""Positions in all documents at once, for clauses that match in many. Only this module of the folder imports numpy,
and it is imported only where there are many documents: the import takes as long as a short search.

A key is a document number times 2³² plus a position, so keys of two documents are never near each other.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.matching.spans import Span
from index.storage.engine import Layout
from index.storage.postings import Postings

Keys = NDArray[np.int64]
"""Keys, ascending. They may repeat."""

_BITS = 32
_POSITION = (1 << _BITS) - 1
_BEHIND = np.iinfo(np.int64).max  # any key


def keys(by_term: Iterable[Sequence[tuple[Sequence[int], Postings]]], documents: Collection[int]) -> Keys:
    """The keys of several terms in some documents. by_term: for each term and segment, the document numbers and the
    postings.
    """
    wanted = np.zeros(max(documents, default=-1) + 2, bool)  # the last stands for all documents behind
    wanted[np.fromiter(documents, np.int64, len(documents))] = True
    terms = [[_keys(numbers, postings, wanted) for numbers, postings in lists] for lists in by_term]
    found = np.concatenate([part for parts in terms for part in parts] or [np.empty(0, np.int64)])
    if len(terms) > 1:
        found.sort(kind="stable")  # merges runs, and each term is one
    return found


def _keys(numbers: Sequence[int], postings: Postings, wanted: NDArray[np.bool_]) -> Keys:
    documents, ends = np.asarray(numbers, np.int64), np.asarray(postings.ends, np.int64)
    positions = np.asarray(postings.positions)
    begins = np.append(0, ends[:-1])
    held = wanted[np.minimum(documents, len(wanted) - 1)]
    if not held.all():
        documents, begins, ends = documents[held], begins[held], ends[held]
        before = np.cumsum(ends - begins) - (ends - begins)
        positions = positions[np.repeat(begins - before, ends - begins) + np.arange((ends - begins).sum())]
    found: Keys = np.repeat(documents << _BITS, ends - begins) | positions
    return found


def keys_of(starts: Callable[[int], Iterable[Sequence[int]]], documents: Sequence[int]) -> Keys:
    """The keys of a match in some documents, which ascend. starts: returns its first positions in a document."""
    found = [position | document << _BITS for document in documents for some in starts(document) for position in some]
    return np.sort(np.array(found, np.int64))


def side_by_side(slots: Sequence[tuple[int, Callable[[Collection[int]], Keys]]], documents: Collection[int]) -> Keys:
    """Where a phrase starts in some documents: every key k such that each slot (i, keys) contains k + i. keys: returns
    those in some documents. Put the rarest slot first: only documents that it leaves are looked at for the others.
    """
    (first, rarest), *others = slots
    starts = rarest(documents) - first
    for i, keys_in in others:
        following = keys_in(np.unique(starts + i >> _BITS).tolist())
        if not len(following):
            return following
        at = np.searchsorted(following, starts + i)
        at[at == len(following)] = 0
        starts = starts[following[at] == starts + i]
    return starts


def near(left: Keys, right: Keys, distance: int) -> tuple[Keys, Keys]:
    """The first and last keys of the smallest spans with a token of each side. See `spans.neighbours`."""
    places = np.concatenate((left << 1, right << 1 | 1))
    places.sort(kind="stable")
    different = np.flatnonzero(np.diff(places >> 1, prepend=-1))
    if not len(different):
        return left, right
    sides = np.bitwise_or.reduceat((places & 1) + 1, different)  # 1 for left, 2 for right, 3 for a token on both
    at = places[different] >> 1
    close = np.diff(at) <= distance + 1
    close &= ((sides[:-1] & 1) & (sides[1:] >> 1) | (sides[:-1] >> 1) & (sides[1:] & 1)) > 0
    return at[:-1][close], at[1:][close]


def near_by_document(
    left: Keys, right: Keys, distance: int, layout: Callable[[int], Layout]
) -> dict[int, Sequence[Span]]:
    """The smallest spans of one paragraph with a token of each side. distance: tokens that may stand between."""
    firsts, lasts = near(left, right, distance)
    starts = paragraph_starts(sorted(by_document(firsts)), layout)
    one = np.searchsorted(starts, firsts, "right") == np.searchsorted(starts, lasts, "right")
    both = zip(by_document(firsts[one]).items(), by_document(lasts[one]).values(), strict=True)
    return {document: list(zip(begins, ends, strict=True)) for (document, begins), ends in both}


def paragraph_starts(documents: Sequence[int], layout: Callable[[int], Layout]) -> Keys:
    """The keys at which the paragraphs of some documents start. documents: ascending."""
    starts = [layout(document).starts for document in documents]
    positions = np.frombuffer(b"".join(starts), np.uint32).astype(np.int64)
    found: Keys = np.repeat(np.array(documents, np.int64) << _BITS, [len(some) for some in starts]) | positions
    return found


def sharing_a_paragraph(several: Sequence[Keys], starts: Keys) -> set[int]:
    """The documents with a paragraph that has a key of each."""
    few, *others = sorted(several, key=len)
    ordinals = np.searchsorted(starts, few, "right") - 1
    ordinals = ordinals[np.diff(ordinals, prepend=-1) > 0]
    ends = np.append(starts[1:], _BEHIND)
    for other in others:
        held = np.searchsorted(other, starts[ordinals]) < np.searchsorted(other, ends[ordinals])
        ordinals = ordinals[held]
    return set((starts[ordinals] >> _BITS).tolist())


def counts_inside(found: Keys, ranges: Mapping[int, Sequence[Span]]) -> dict[int, float]:
    """How many keys each document has in its ranges of positions, of which the second is excluded."""
    several = [(document << _BITS, start, end) for document, some in ranges.items() for start, end in some]
    table = np.array(several, np.int64).reshape(-1, 3)
    starts, ends = (np.searchsorted(found, table[:, 0] + table[:, column]) for column in (1, 2))
    counts = np.zeros(max(ranges, default=-1) + 1)
    np.add.at(counts, table[:, 0] >> _BITS, ends - starts)
    return {document: float(counts[document]) for document in ranges}


def by_document(found: Keys) -> dict[int, Sequence[int]]:
    """The positions in each document, ascending."""
    if not len(found):
        return {}
    documents = found >> _BITS
    edges = np.flatnonzero(np.diff(documents, prepend=-1)).tolist()
    positions = (found & _POSITION).astype(np.uint32).data
    ranges = zip(edges, [*edges[1:], len(found)], strict=True)
    return {document: positions[a:b] for document, (a, b) in zip(documents[edges].tolist(), ranges, strict=True)}
