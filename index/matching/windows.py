"""The spans in which the words of a query occur together, in all documents at once. See `index.matching.together`.

A group is the keys of one word. The span that ends with a key starts with the earliest of the latest keys of all groups
up to there.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.matching.arrays import BEHIND, BITS, Keys


def nearness(groups: Sequence[Keys], starts: Keys, turned: float) -> dict[int, float]:
    """Return how close together the keys of all groups are in each document. See `together.Together.nearness`.

    `starts` are those of the paragraphs. `turned` is the factor applied if the keys are not in the order of the groups.
    """
    latest, last = _latest(groups)
    first = np.minimum.reduce(latest)
    share = np.minimum(1.0, len(groups) / (last - first + 1))
    in_order = np.logical_and.reduce([one <= other for one, other in pairwise(latest)])
    share = np.where(in_order, share, turned * share)
    share[~_in_one_paragraph(first, last, starts)] = 0.0
    documents = last >> BITS
    edges = np.flatnonzero(np.diff(documents, prepend=-1))
    best = np.maximum.reduceat(share, edges) if len(edges) else share
    return dict(zip(documents[edges].tolist(), best.tolist(), strict=True))


def counts(groups: Sequence[Keys], starts: Keys) -> dict[int, int]:
    """Return how many of the smallest spans with a key of each group each document has. See `together.Together.counts`.

    `starts` are those of the paragraphs. Documents without such a span are left out.
    """
    latest, last = _latest(groups)
    first = np.minimum.reduce(latest)
    one = _in_one_paragraph(first, last, starts)
    first, last = first[one], last[one]
    new = (np.diff(first, prepend=-1) != 0) | (np.diff(last, prepend=-1) != 0)
    first, last = first[new], last[new]
    # Both ascend, so a span that contains another one begins with the one before it or ends with the one after it.
    smallest = (np.diff(first, prepend=-1) != 0) & (np.diff(last, append=BEHIND) != 0)
    documents, found = np.unique(first[smallest] >> BITS, return_counts=True)
    return dict(zip(documents.tolist(), found.tolist(), strict=True))


def _latest(groups: Sequence[Keys]) -> tuple[list[Keys], Keys]:
    """Return all keys, ascending, and for each group the latest of its keys up to each of them, or -1."""
    places = np.concatenate(groups)
    order = np.argsort(places, kind="stable")
    last, group = places[order], np.repeat(np.arange(len(groups)), [len(some) for some in groups])[order]
    return [np.maximum.accumulate(np.where(group == number, last, -1)) for number in range(len(groups))], last


def _in_one_paragraph(first: Keys, last: Keys, starts: Keys) -> NDArray[np.bool_]:
    """Return which spans are in one paragraph. Those that begin before any key are not."""
    same: NDArray[np.bool_] = np.searchsorted(starts, first, "right") == np.searchsorted(starts, last, "right")
    return same & (first >= 0)
