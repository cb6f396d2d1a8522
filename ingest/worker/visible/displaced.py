"""Measure how far a text layer is shifted from the scan that it was read from.

Some programs move or crop one and not the other. The words are then not where their ink is, although none is hidden.
"""

from collections.abc import Sequence
from itertools import accumulate

from ingest.worker.pdfium import documents, drawing
from ingest.worker.visible.geometry import Box
from ingest.worker.visible.ink import paper

_FAR = 48  # points: a layer that is shifted further is not found
_COARSE, _FINE = 4, 1  # points between the positions that are tried
_MORE = 1.15  # times the ink at the original place; a smaller gain is chance
_WORDS = 150  # words that are tried; a page has about five hundred
_DARK = 60  # of 255: the minimum by which ink is darker than its paper


def shift(page: int, words: Sequence[Box]) -> tuple[int, int]:
    """Return how far to the right and up, in points, the words must be moved to cover as much ink as possible."""
    sums = _sums(page)
    if len(sums) < 2:
        return 0, 0
    seen = documents.view(page)
    x0, y0 = seen(0, 0)
    boxes = []
    for left, bottom, right, top in words[:: 1 + len(words) // _WORDS]:
        one, other = seen(left, bottom), seen(right, top)
        boxes.append((*map(round, map(min, one, other)), *map(round, map(max, one, other))))

    def covered(by: tuple[int, int]) -> int:
        x, y = seen(*by)
        return _ink(sums, boxes, round(x - x0), round(y - y0))

    best = (0, 0)
    for far, step in ((_FAR, _COARSE), (_COARSE, _FINE)):
        steps = range(-far, far + 1, step)
        # Of equals, take the nearest: on a page with one line there are many.
        best = max(
            ((best[0] + across, best[1] + up) for up in steps for across in steps),
            key=lambda by: (covered(by), -abs(by[0]) - abs(by[1])),
        )
    return best if covered(best) > _MORE * covered((0, 0)) else (0, 0)


def _sums(page: int) -> list[list[int]]:
    """Return, for each point of the page, how much ink there is above and to the left of it."""
    wide, high = int(documents.page_width(page)), int(documents.page_height(page))
    if not (0 < wide <= 3_000 and 0 < high <= 3_000):
        return []
    rows = drawing.rows(page, wide, high, depth=1, notes=False)
    ground = paper(rows)
    ink = bytes(abs(level - ground) > _DARK for level in range(256))
    sums = [[0] * (wide + 1)]
    for row in rows:
        sums.append([above + here for above, here in zip(sums[-1], (0, *accumulate(row.translate(ink))), strict=True)])
    return sums


def _ink(sums: list[list[int]], boxes: Sequence[tuple[int, ...]], across: int, down: int) -> int:
    wide, high = len(sums[0]) - 1, len(sums) - 1
    total = 0
    for left, top, right, bottom in boxes:
        x0, x1 = min(wide, max(0, left + across)), min(wide, max(0, right + across))
        y0, y1 = min(high, max(0, top + down)), min(high, max(0, bottom + down))
        total += sums[y1][x1] - sums[y0][x1] - sums[y1][x0] + sums[y0][x0]
    return total
