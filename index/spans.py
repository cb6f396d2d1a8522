"""Matches as spans of token positions, and the arithmetic on them. Pure.

A span is (first, last): the positions of its first and last token, both included.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

from index.engine import Layout

Span = tuple[int, int]


def mentions(spans: Iterable[Span]) -> list[Span]:
    """The spans to count: each once, in order, and none that lies inside a longer one."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s[0], -s[1])):
        if not kept or span[1] > kept[-1][1]:
            kept.append(span)
    return kept


def smallest(spans: Iterable[Span]) -> list[Span]:
    """The spans that hold no other span of the set, in order."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (-s[0], s[1])):
        if not kept or span[1] < kept[-1][1]:
            kept.append(span)
    return kept[::-1]


def side_by_side(slots: Sequence[Sequence[int]]) -> list[int]:
    """Where a phrase starts: the positions p for which slots[i] holds p + i, for every i. Slots are ascending."""
    if len(slots) == 2:
        rare, other = (0, 1) if len(slots[0]) <= len(slots[1]) else (1, 0)
        others = [other]
    else:
        rare, *others = sorted(range(len(slots)), key=[len(slot) for slot in slots].__getitem__)
    starts: Iterable[int] = [p - rare for p in slots[rare]]
    for i in others:
        slot = slots[i]
        size = len(slot)
        if size > 8 * len(slots[rare]):
            starts = [p for p in starts if (at := bisect_left(slot, p + i)) < size and slot[at] == p + i]
        else:
            held = set(slot)
            starts = [p for p in starts if p + i in held]
        if not starts:
            break
    return list(starts)


def in_order(slots: Sequence[Sequence[int]], slop: int, layout: Layout) -> list[Span]:
    """The smallest spans that take one position of each slot in order, with at most `slop` others between, in one
    paragraph.
    """
    spans = []
    for first in slots[0]:
        last = first
        for slot in slots[1:]:
            at = bisect_right(slot, last)
            if at == len(slot):
                break
            last = slot[at]
        else:
            if last - first - (len(slots) - 1) <= slop and layout.paragraph_at(first) == layout.paragraph_at(last):
                spans.append((first, last))
    return smallest(spans)


def near(left: Sequence[Span], right: Sequence[Span], distance: int, layout: Layout) -> list[Span]:
    """The smallest spans that hold one of each side, not overlapping, at most `distance` tokens between, in one
    paragraph.
    """
    return _in_one_paragraph(smallest([*_followed(left, right, distance), *_followed(right, left, distance)]), layout)


def neighbours(left: set[int], right: set[int], distance: int, layout: Layout) -> list[Span]:
    """The same as `near` for single tokens: there the smallest spans are neighbours among all of them, so that one pass
    takes the place of a search for each.
    """
    spans = [
        (a, b)
        for a, b in pairwise(sorted(left | right))
        if b - a - 1 <= distance and ((a in left and b in right) or (a in right and b in left))
    ]
    return _in_one_paragraph(spans, layout)


def _in_one_paragraph(spans: Sequence[Span], layout: Layout) -> list[Span]:
    """What lies inside a span of one paragraph lies in that paragraph too, so the others can be taken away last."""
    return [s for s in spans if layout.paragraph_at(s[0]) == layout.paragraph_at(s[1])]


def _followed(before: Sequence[Span], after: Sequence[Span], distance: int) -> Iterable[Span]:
    """For each span, the next one of the other side that begins behind it and ends first, if it is near enough."""
    behind = smallest(after)
    firsts = [first for first, _ in behind]
    for first, last in before:
        at = bisect_right(firsts, last)
        if at < len(behind) and behind[at][0] - last - 1 <= distance:
            yield first, behind[at][1]
