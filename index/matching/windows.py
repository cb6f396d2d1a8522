"""Spans in which words or phrases are together or near each other, in all documents at once, with numpy.

See `index.matching.together` and `index.matching.nearness`. Keys are those of `index.matching.arrays`.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.matching.arrays import (
    BEHIND,
    BITS,
    Keys,
    Paragraphs,
    Wanted,
    blocks,
    by_document,
    cut,
    distinct,
    keys_where,
    starting,
)
from index.matching.grouped import Grouped
from index.storage.term_postings import Lists


class Side(NamedTuple):
    """One side of NEAR: the postings of its terms or phrases, and the number of tokens of each match."""

    by_term: Sequence[Lists]
    width: int


def near_by_document(
    left: Side,
    right: Side,
    wanted: Wanted,
    distance: int,
    paragraphs: Callable[[Sequence[int]], Paragraphs],
) -> tuple[Grouped, Grouped]:
    """Return where the smallest spans in one paragraph with a match of each side begin and end, by document.

    `distance` is the number of tokens allowed between the sides. `paragraphs` returns the paragraphs of at least the
    given documents.
    """
    pairs = []
    for first, end in blocks([*left.by_term, *right.by_term], len(wanted)):
        lefts, rights = (keys_where(cut(side.by_term, first, end), wanted) for side in (left, right))
        pairs.append(_near(lefts, rights, left.width, right.width, distance))
    firsts, lasts = (np.concatenate(each) for each in zip(*pairs, strict=True))
    one = _within_paragraphs(firsts, lasts, paragraphs)
    return by_document(firsts[one]), by_document(lasts[one])


def in_order_by_document(
    slots: Sequence[Sequence[Lists]],
    wanted: Wanted,
    slop: int,
    paragraphs: Callable[[Sequence[int]], Paragraphs],
) -> tuple[Grouped, Grouped]:
    """Return where the spans of `spans.in_order` begin and end, by document.

    `slots` has the postings of the terms of each word. `paragraphs` returns the paragraphs of at least the given
    documents.
    """
    pairs = []
    for begin, end in blocks([lists for slot in slots for lists in slot], len(wanted)):
        first, *others = (keys_where(cut(slot, begin, end), wanted) for slot in slots)
        last = first
        for other in others:
            last = starting(other, np.searchsorted(other, last, "right"))
        fits = last - first < slop + len(slots)
        pairs.append((first[fits], last[fits]))
    firsts, lasts = (np.concatenate(each) for each in zip(*pairs, strict=True))
    one = _within_paragraphs(firsts, lasts, paragraphs)
    firsts, lasts = firsts[one], lasts[one]
    # Both ascend, so a span that contains another one ends with the one after it.
    smallest = (np.diff(firsts, prepend=-1) != 0) & (np.diff(lasts, append=BEHIND) != 0)
    return by_document(firsts[smallest]), by_document(lasts[smallest])


def _within_paragraphs(
    firsts: Keys, lasts: Keys, paragraphs: Callable[[Sequence[int]], Paragraphs]
) -> NDArray[np.bool_]:
    """Return which spans are in one paragraph. `firsts` are ascending."""
    return _in_one_paragraph(firsts, lasts, paragraphs(distinct(firsts >> BITS).tolist()).starts)


def _near(left: Keys, right: Keys, left_width: int, right_width: int, distance: int) -> tuple[Keys, Keys]:
    """Return the first and last keys of the smallest spans with a match of each side. See `spans.near`."""
    before, end = _followed(left, left_width, right, distance)
    behind, start = _followed(right, right_width, left, distance)
    firsts = np.concatenate((before, behind))
    lasts = np.concatenate((end + right_width - 1, start + left_width - 1))
    order = np.lexsort((lasts, -firsts))
    firsts, lasts = firsts[order], lasts[order]
    lowest = np.minimum.accumulate(np.append(BEHIND, lasts))[:-1]
    smallest = lasts < lowest  # those before it start later, or at the same place and end sooner
    return firsts[smallest][::-1], lasts[smallest][::-1]


def _followed(before: Keys, width: int, after: Keys, distance: int) -> tuple[Keys, Keys]:
    """Return pairs of a key of `before` and one of `after` that follows its match, for every smallest such span.

    `width` is the number of tokens of a match that starts at a key of `before`. Between the two of a smallest span is
    no other key of either, so it is enough to find the neighbours of the fewer ones.
    """
    if len(before) <= len(after):
        following = starting(after, np.searchsorted(after, before + width))
    else:
        at = np.searchsorted(before, after - width, "right") - 1
        before, following = before[at[at >= 0]], after[at >= 0]
    fits = following - before - width <= distance
    return before[fits], following[fits]


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
    # Both ascend, so a span that contains another one begins with the one before it or ends with the one after it.
    new = np.diff(first, prepend=-1) != 0
    first, last = first[new], last[new]
    one = _in_one_paragraph(first, last, starts)
    first, last = first[one], last[one]
    return by_document(first[np.diff(last, append=BEHIND) != 0]).counts()


def _latest(groups: Sequence[Keys]) -> tuple[list[Keys], Keys]:
    """Return all keys, ascending, and for each group the latest of its keys up to each of them, or -1."""
    places = np.concatenate(groups)
    order = np.argsort(places, kind="stable")
    last, group = places[order], np.repeat(np.arange(len(groups)), [len(some) for some in groups])[order]
    return [np.maximum.accumulate(np.where(group == number, last, -1)) for number in range(len(groups))], last


def _in_one_paragraph(first: Keys, last: Keys, starts: Keys) -> NDArray[np.bool_]:
    """Return which spans are in one paragraph. Those that begin before any key are not."""
    one: NDArray[np.bool_] = starting(starts, np.searchsorted(starts, first, "right")) > last
    return one & (first >= 0)
