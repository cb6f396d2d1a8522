"""Matches as spans of token positions, and the arithmetic on them. Pure.

A span is (first, last): the positions of its first and last token, both included.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

from index.storage.engine import Layout

Span = tuple[int, int]

_BEHIND = 1 << 32  # any position
_SEVERAL = 4  # times as many are looked at only where they are near one of the few
_MANY = 16  # times as many positions are searched for each of the few rather than gone through


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


def side_by_side(slots: Sequence[tuple[int, Sequence[int]]]) -> list[int]:
    """Where a phrase starts: the positions p for which every slot (i, positions) holds p + i, ascending. Quickest when
    the rarest comes first. Positions are ascending.
    """
    (first, rarest), *others = slots
    starts = [p - first for p in rarest] if first else list(rarest)
    for i, positions in others:
        size = len(positions)
        if size > _MANY * len(starts):
            starts = [p for p in starts if (at := bisect_left(positions, p + i)) < size and positions[at] == p + i]
        else:  # which makes a set of the few and none of the many
            found = {p + i for p in starts}.intersection(positions)
            starts = sorted([p - i for p in found])
        if not starts:
            break
    return starts


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
    return in_one_paragraph(smallest([*_followed(left, right, distance), *_followed(right, left, distance)]), layout)


def neighbours(left: Sequence[int], right: Sequence[int], distance: int) -> list[Span]:
    """The same as `near` for single tokens, ascending (one may be given twice), but it does not look at paragraphs:
    there the smallest spans are neighbours among all of them, so that one pass takes the place of a search for each.
    """
    few, many = (left, right) if len(left) <= len(right) else (right, left)
    if len(many) > _SEVERAL * len(few):  # only what is near one of the few can be a neighbour, or stand between
        many = _around(few, many, distance + 1)
    # Even numbers for one side, odd ones for the other; two runs in order are merged faster than sorted.
    places = [p + p for p in few]
    places += [p + p + 1 for p in many]
    places.sort()
    widest = 2 * distance + 3
    close = [(a, b) for a, b in pairwise(places) if (b ^ a) & 1 and b - a <= widest]
    if any(a + 1 == b and b & 1 for a, b in close):  # a token of both sides: its neighbours are those of either
        one, other = set(few), set(many)
        return [
            (a, b)
            for a, b in pairwise(sorted(one | other))
            if b - a - 1 <= distance and ((a in one and b in other) or (a in other and b in one))
        ]
    return [(a >> 1, b >> 1) for a, b in close if (b >> 1) - (a >> 1) <= distance + 1]


def _around(few: Sequence[int], many: Sequence[int], reach: int) -> Sequence[int]:
    """Those of the many that are at most `reach` away from one of the few; both ascending."""
    found: list[int] = []
    end = 0
    for p in few:
        start = bisect_left(many, p - reach, end)
        end = bisect_right(many, p + reach, start)
        found += many[start:end]
    return found


def in_one_paragraph(spans: Sequence[Span], layout: Layout) -> list[Span]:
    """What lies inside a span of one paragraph lies in that paragraph too, so the others can be taken away last."""
    starts = [*layout.starts, _BEHIND]
    return [(first, last) for first, last in spans if last < starts[bisect_right(starts, first)]]


def _followed(before: Sequence[Span], after: Sequence[Span], distance: int) -> Iterator[Span]:
    """For each span, as one with the span of the other side that ends first among those that begin behind it and near
    enough. That need not be a smallest one: a span inside it can begin too far away.
    """
    others = sorted(after)
    near_enough: deque[Span] = deque()  # those that may still end first: begins and ends both ascend
    at = 0
    for first, last in sorted(before, key=itemgetter(1)):
        while at < len(others) and others[at][0] - last - 1 <= distance:
            while near_enough and near_enough[-1][1] >= others[at][1]:
                near_enough.pop()
            near_enough.append(others[at])
            at += 1
        while near_enough and near_enough[0][0] <= last:
            near_enough.popleft()
        if near_enough:
            yield first, near_enough[0][1]
