"""Find text that is printed over other text: a row of black letters, or one long dash, hides a name as a box does."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import inf

from ingest.worker.visible.geometry import EDGE, Box, around, core, touches

_MEET = 1.5  # points by which pieces of a line may overlap, as slanted letters do
_ROW = 4.0  # points: text is compared with that in the same rows of the page


def overprinted(boxes: Sequence[Box]) -> set[int]:
    """Return the indexes of the text objects that overlap the middle of another one. `boxes` has the box of each."""
    blocks = [around(boxes[start:end]) for start, end in _runs(boxes)]
    if all(not touches(one, other) for one, other in combinations(blocks, 2)):
        return set()  # as on most pages
    rows: dict[int, list[tuple[float, float, int]]] = defaultdict(list)
    for n, (left, bottom, right, top) in enumerate(map(core, boxes)):
        for row in range(int(bottom // _ROW), int(top // _ROW) + 1):
            rows[row].append((left, right, n))
    found: set[int] = set()
    for held in rows.values():
        held.sort()
        end, last = -inf, -1
        for left, right, n in held:
            if left < end - _MEET and right - left > _MEET:
                found.update((n, last))
            if right > end:
                end, last = right, n
    return found


def _runs(boxes: Sequence[Box]) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each run of text in which no object lies over another.

    Each object of a run is to the right of, or below, all earlier ones.
    """
    start = 0
    end = low = above = inf  # where this line ends, how low it reaches, and those above it
    for n, (left, bottom, right, top) in enumerate(boxes):
        if left < end:
            above = low if low < above else above
            low = bottom
        elif bottom < low:
            low = bottom
        if top > above and top - EDGE * (top - bottom) > above:
            yield start, n
            start, above, low = n, inf, bottom
        end = right - _MEET
    yield start, len(boxes)
