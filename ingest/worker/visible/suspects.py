"""Find text that may be hidden, with a quick test of whether it is worth rendering the page twice.

The test may include text that can be seen, but must not miss text that cannot.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import compress
from math import inf, isnan
from operator import sub

from ingest.worker.pdfium import documents, objects, textpage
from ingest.worker.pdfium.binding import Prepared
from ingest.worker.visible.geometry import Box, core
from ingest.worker.visible.overprint import overprinted
from ingest.worker.visible.page_objects import PageObjects, pieces

_NEAR = 48  # of 255: colours that differ by more in red, green or blue can be distinguished, even in thin letters
_DARK = 90  # of 255: colours without any brighter part may look the same
_WHITE = (255, 255, 255)
_THIN = 1.3  # points: letters as low as that are tiny, or dashes
_TINY = 2.0  # points: letters of that size may be too small to leave a trace
_NO_INK = 0.1  # points: letters as low as that are drawn by a font without shapes
_SLIVER, _HAIRLINE = 0.2, 1.05  # of the height of text, points: lines no higher than both together hide a dash at most


def suspects(page: int, things: PageObjects) -> set[int]:
    """Return the text objects of a page that might be hidden, completely or in part."""
    found = set(things.texts_in_forms)
    at = [  # without those of spaces
        z
        for z, (kind, box) in enumerate(zip(things.kinds, things.bounds, strict=True))
        if kind == objects.TEXT and box[0] < box[2]
    ]
    if not at:
        return found
    texts, ready = [things.objects[z] for z in at], [things.prepared[z] for z in at]
    boxes = [things.bounds[z] for z in at]
    colours = objects.fill_colours(ready)
    odd = _odd(page, ready, boxes, colours)
    if things.may_have_layers:
        odd += objects.in_layers(ready)
    if things.may_have_type3:
        odd += compress(range(len(texts)), textpage.in_type3(ready))
    found.update(texts[n] for n in (*odd, *overprinted(boxes)))
    if not (things.others or things.notes):
        return found
    cores = _Cores(boxes)

    for box in things.notes:
        found.update(texts[n] for n in cores.under(box))
    found.update(texts[n] for n in _under(things.others, things, cores, at, ready, colours))
    return found


def _under(
    others: Sequence[int],
    things: PageObjects,
    cores: "_Cores",
    at: Sequence[int],
    texts: Sequence[Prepared],
    colours: Sequence[objects.Colour],
) -> Iterator[int]:
    """Yield the positions of text that overlaps a path drawn later or in its own colour, or an object of unknown
    colours.

    `others` are the positions in drawing order of the objects that are not text, and `at` those of the text.
    """
    paths: list[tuple[int, list[int]]] = []
    for z in others:
        under = cores.under(things.bounds[z])
        if things.kinds[z] != objects.PATH:
            yield from under
        elif under:
            paths.append((z, under))
    heights: dict[int, float] = defaultdict(float)  # of text that may be hidden, in points
    for (z, under), paints in zip(paths, _paints([things.prepared[z] for z, _ in paths]), strict=True):
        risky = {n for n in under if at[n] < z or any(_alike(paint, colours[n]) for paint in paints)}
        for piece in set(pieces(things.objects[z])) if risky else ():  # a line is included twice: to its end and back
            for n in risky.intersection(cores.under(piece)):
                # A piece that is not a line along upright text, such as the one under a link, may hide all of it.
                heights[n] += piece[3] - piece[1] if objects.is_upright(texts[n]) else float("inf")
    for n, height in heights.items():
        _, bottom, _, top = things.bounds[at[n]]
        if height > min(_HAIRLINE, _SLIVER * (top - bottom)):
            yield n


def _paints(paths: Sequence[Prepared]) -> list[list[objects.Colour]]:
    """Return the colours in which each path is drawn."""
    return [
        [objects.UNKNOWN] * (see_through and (filled or stroked))
        or [colour for colour, used in ((fill, filled), (stroke, stroked)) if used]
        for (filled, stroked), see_through, fill, stroke in zip(
            objects.draw_modes(paths),
            objects.transparency_of(paths),
            objects.fill_colours(paths),
            objects.stroke_colours(paths),
            strict=True,
        )
    ]


def _odd(page: int, texts: Sequence[Prepared], boxes: Sequence[Box], colours: Sequence[objects.Colour]) -> list[int]:
    """Return the positions of text that may be hidden by its own render mode, colour, size, position or clip."""
    everyone = range(len(texts))
    found: list[int] = []
    modes = objects.render_modes(texts)
    for hiding in (modes, objects.transparency_of(texts)):
        if any(hiding):
            found += compress(everyone, hiding)
    if max(modes) > objects.INVISIBLE:  # letters that clip what is drawn after them, which PDFium does not report
        found += everyone
    risky = {colour for colour in set(colours) if colour == objects.UNKNOWN or _alike(colour, _WHITE)}
    if risky:
        found += [n for n in everyone if colours[n] in risky]
    sheet = documents.page_box(page)
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    wide, high = list(map(sub, rights, lefts)), list(map(sub, tops, bottoms))
    everything = min(lefts), min(bottoms), max(rights), max(tops)
    if isnan(sum(high)):  # the place of some text is no number, which min and max may pass over
        everything = -inf, -inf, inf, inf
    if not _inside(everything, sheet):
        found += [n for n in everyone if not _inside(boxes[n], sheet)]
    if min(wide) < _THIN or min(high) < _THIN:
        thin = [n for n in everyone if wide[n] < _THIN or high[n] < _THIN]
        found += [n for n in thin if high[n] < _NO_INK or objects.size_of(texts[n]) < _TINY]
    return found + _clipped(texts, boxes, everything)


def _clipped(texts: Sequence[Prepared], boxes: Sequence[Box], everything: Box) -> list[int]:
    """Return the positions of text that a clip may partly hide. `everything` is the box around all of it."""
    clips, counts = objects.clips_of(texts)
    found: list[int] = []
    for number in range(max(counts)):
        here = [n for n, count in enumerate(counts) if count > number]
        paths = objects.clip_paths([clips[n] for n in here], number)
        one_each = dict(zip(paths, here, strict=True))  # many texts share a clip
        areas = dict(zip(one_each, objects.clip_boxes([clips[n] for n in one_each.values()], number), strict=True))
        tight = {path: area for path, area in areas.items() if not area or not _inside(everything, area)}
        found += [
            n
            for n, path in zip(here, paths, strict=True)
            if path in tight and (not (area := tight[path]) or not _inside(core(boxes[n]), area))
        ]
    return found


def _inside(box: Box, area: Box) -> bool:
    return area[0] <= box[0] and area[1] <= box[1] and box[2] <= area[2] and box[3] <= area[3]


def _alike(one: objects.Colour, other: objects.Colour) -> bool:
    if objects.UNKNOWN in (one, other):
        return True
    (red, green, blue), (r, g, b) = one, other
    if max(red, green, blue, r, g, b) <= _DARK:
        return True
    return abs(red - r) <= _NEAR and abs(green - g) <= _NEAR and abs(blue - b) <= _NEAR


class _Cores:
    """An index of the middles of the letters of each text object, for searching by position."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes = sorted((bottom, left, right, top, n) for n, (left, bottom, right, top) in enumerate(boxes))
        self._bottoms = [box[0] for box in self._boxes]
        self._highest = max((box[3] - box[0] for box in self._boxes), default=0.0)

    def under(self, box: Box) -> list[int]:
        """Return the positions of the text objects that a rectangle overlaps."""
        left, bottom, right, top = box
        first = bisect_left(self._bottoms, bottom - self._highest)
        last = bisect_right(self._bottoms, top)
        met = [one for one in self._boxes[first:last] if one[3] > bottom and one[1] < right and one[2] > left]
        found = []
        for low, start, end, high, n in met:
            x0, y0, x1, y1 = core((start, low, end, high))
            if x0 < right and y0 < top and x1 > left and y1 > bottom:
                found.append(n)
        return found
