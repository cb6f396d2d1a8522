"""Arithmetic on spans of token positions, for phrases, `~n` and NEAR.

A span is (first, last): the positions of its first and last token, both inclusive.
"""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

from index.storage.engine import Layout

Span = tuple[int, int]

_BEHIND = 1 << 32  # greater than any position
_SEVERAL = 4  # if one side is more than 4 times as long, only its positions near the other side are compared
_MANY = 16  # if a list is more than 16 times as long, it is searched by bisection instead of read


def mentions(spans: Iterable[Span]) -> list[Span]:
    """Return the places that count as mentions, in order.

    Spans that share a token are merged, so that mentions never overlap.
    """
    kept: list[Span] = []
    for first, last in sorted(spans):
        if not kept or first > kept[-1][1]:
            kept.append((first, last))
        elif last > kept[-1][1]:
            kept[-1] = kept[-1][0], last
    return kept


def smallest(spans: Iterable[Span]) -> list[Span]:
    """Return the spans that contain no other span, in order."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (-s[0], s[1])):
        if not kept or span[1] < kept[-1][1]:
            kept.append(span)
    return kept[::-1]


def side_by_side(slots: Sequence[tuple[int, Sequence[int]]]) -> list[int]:
    """Return the positions at which a phrase starts, ascending: each position p such that every slot (i, positions)
    contains p + i.

    The positions must be ascending. Put the rarest slot first, for speed.
    """
    (first, rarest), *others = slots
    starts = [p - first for p in rarest] if first else list(rarest)
    for i, positions in others:
        size = len(positions)
        if size > _MANY * len(starts):
            starts = [p for p in starts if (at := bisect_left(positions, p + i)) < size and positions[at] == p + i]
        else:  # this only makes a set of the short list
            found = {p + i for p in starts}.intersection(positions)
            starts = sorted([p - i for p in found])
        if not starts:
            break
    return starts


def in_order(slots: Sequence[Sequence[int]], slop: int, layout: Layout) -> list[Span]:
    """Return the smallest spans with one position of each slot, in order and in one paragraph.

    `slop` is how many other tokens may be in between.
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
    """Return the smallest spans with one span of each side, in either order, that do not overlap and are in one
    paragraph.

    `distance` is how many tokens may be in between.
    """
    return in_one_paragraph(smallest([*_followed(left, right, distance), *_followed(right, left, distance)]), layout)


def neighbours(left: Sequence[int], right: Sequence[int], distance: int) -> list[Span]:
    """Like `near` for single tokens, but ignore paragraphs. The positions are ascending and may repeat.

    The smallest spans are neighbours in the merged list of both sides, so one pass finds them all.
    """
    few, many = (left, right) if len(left) <= len(right) else (right, left)
    if len(many) > _SEVERAL * len(few):  # only positions near one of the few can be neighbours, or be between them
        many = _around(few, many, distance + 1)
    # Even numbers for one side, odd for the other. Sorting two ordered runs only merges them.
    places = [p + p for p in few]
    places += [p + p + 1 for p in many]
    places.sort()
    widest = 2 * distance + 3
    close = [(a, b) for a, b in pairwise(places) if (b ^ a) & 1 and b - a <= widest]
    if any(a + 1 == b and b & 1 for a, b in close):  # one token is on both sides, so take the neighbours of either
        one, other = set(few), set(many)
        return [
            (a, b)
            for a, b in pairwise(sorted(one | other))
            if b - a - 1 <= distance and ((a in one and b in other) or (a in other and b in one))
        ]
    return [(a >> 1, b >> 1) for a, b in close if (b >> 1) - (a >> 1) <= distance + 1]


def _around(few: Sequence[int], many: Sequence[int], reach: int) -> Sequence[int]:
    """Return the positions of `many` within `reach` of a position of `few`. Both are ascending."""
    found: list[int] = []
    end = 0
    for p in few:
        start = bisect_left(many, p - reach, end)
        end = bisect_right(many, p + reach, start)
        found += many[start:end]
    return found


def in_one_paragraph(spans: Sequence[Span], layout: Layout) -> list[Span]:
    """Return the spans that lie within one paragraph.

    This can safely be applied after `smallest`: a span inside a span of one paragraph is in that paragraph too.
    """
    starts = [*layout.starts, _BEHIND]
    return [(first, last) for first, last in spans if last < starts[bisect_right(starts, first)]]


def _followed(before: Sequence[Span], after: Sequence[Span], distance: int) -> Iterator[Span]:
    """Join each span to the span of the other side that starts after it, is near enough and ends first.

    The result is not necessarily a smallest match: a span inside it can start too far away.
    """
    others = sorted(after)
    near_enough: deque[Span] = deque()  # those that may still end first; their starts and ends are both ascending
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
