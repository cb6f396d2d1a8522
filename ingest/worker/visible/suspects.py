"""Finds text that might be hidden: a cheap test of where it is worth drawing the page twice. It may name text that can
be seen, but must not miss text that cannot.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import compress
from operator import sub

from ingest.worker.pdfium import documents, objects
from ingest.worker.visible.geometry import Box
from ingest.worker.visible.page_objects import PageObjects, pieces

_NEAR = 48  # of 255: two colours that differ by more in red, green or blue can be told apart, even in thin letters
_WHITE = (255, 255, 255)
_THIN = 1.0  # points: letters as low as that are tiny, or dashes
_TINY = 2.0  # points: letters of that size may be too small to leave a trace
_TALL = 60.0  # points: letters that high, or a line that climbs
_EDGE = 0.3  # of the height of letters, above and below: what hides a letter covers its middle too


def suspects(page: int, things: PageObjects, glyphs: Sequence[tuple[Box, int]] = ()) -> set[int]:
    """The text objects of a page that might be hidden, wholly or in part.

    glyphs: letters that may look like a box, each with its own text object.
    """
    found = set(things.texts_in_forms)
    everything = things.bounds
    at = [z for z in things.of_kind(objects.TEXT) if everything[z][0] < everything[z][2]]  # not those of spaces
    if not at:
        return found
    texts = [things.objects[z] for z in at]
    boxes = [everything[z] for z in at]
    colours = objects.fill_colours(texts)
    found |= _odd(page, texts, boxes, colours)
    if things.may_have_layers:
        found |= objects.in_layers(texts)
    others = [z for z, kind in enumerate(things.kinds) if kind != objects.TEXT]
    if not (others or things.notes or glyphs):
        return found
    cores = _Cores(boxes)

    for box in things.notes:
        found.update(texts[n] for n in cores.under(box))
    for box, own in glyphs:
        found.update(texts[n] for n in cores.under(box) if texts[n] != own)
    for z in others:
        under = [n for n in cores.under(everything[z]) if texts[n] not in found]
        if not under:
            continue
        thing = things.objects[z]
        if things.kinds[z] != objects.PATH:  # its colours are not known
            found.update(texts[n] for n in under)
            continue
        paints = _paints(thing)
        risky = {n for n in under if at[n] < z or any(_alike(paint, colours[n]) for paint in paints)}
        if risky:
            found.update(texts[n] for piece in pieces(thing) for n in risky.intersection(cores.under(piece)))
    return found


def _paints(path: int) -> set[objects.Colour]:
    """The colours in which a path is drawn."""
    filled, width = objects.painted(path)
    if objects.see_through(path) and (filled or width):
        return {objects.UNKNOWN}
    return {*(objects.fill_colours([path]) if filled else ()), *(objects.stroke_colours([path]) if width else ())}


def _odd(page: int, texts: Sequence[int], boxes: Sequence[Box], colours: Sequence[objects.Colour]) -> set[int]:
    """Text that might be hidden by itself: by how it is drawn, by its colour, its size, its place or a clip."""
    found: set[int] = set()
    for hiding in (list(map(objects.render_mode, texts)), list(map(objects.see_through, texts))):
        if any(hiding):
            found.update(compress(texts, hiding))
    risky = {colour for colour in set(colours) if colour == objects.UNKNOWN or _alike(colour, _WHITE)}
    if risky:
        found.update(text for text, colour in zip(texts, colours, strict=True) if colour in risky)
    left, bottom, right, top = documents.page_box(page)
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    if min(lefts) < left or min(bottoms) < bottom or max(rights) > right or max(tops) > top:
        sheet = (left, bottom, right, top)
        found.update(text for text, box in zip(texts, boxes, strict=True) if not _inside(box, sheet))
    if min(map(sub, rights, lefts)) < _THIN or min(map(sub, tops, bottoms)) < _THIN:
        thin = [text for text, box in zip(texts, boxes, strict=True) if min(box[2] - box[0], box[3] - box[1]) < _THIN]
        found.update(text for text in thin if objects.size_of(text) < _TINY)
    clips = list(map(objects.clip_of, texts))
    counts = list(map(objects.count_clips, clips))
    for number in range(max(counts)):
        clipped = [at for at, count in enumerate(counts) if count > number]
        areas = objects.clip_boxes([clips[at] for at in clipped], number)
        found.update(
            texts[at]
            for at, area in zip(clipped, areas, strict=True)
            if not area or not _inside(_core(boxes[at]), area)
        )
    return found


def _inside(box: Box, area: Box) -> bool:
    return area[0] <= box[0] and area[1] <= box[1] and box[2] <= area[2] and box[3] <= area[3]


def _alike(one: objects.Colour, other: objects.Colour) -> bool:
    if objects.UNKNOWN in (one, other):
        return True
    (red, green, blue), (r, g, b) = one, other
    return abs(red - r) <= _NEAR and abs(green - g) <= _NEAR and abs(blue - b) <= _NEAR


class _Cores:
    """The middle of the letters of each text object, to be found by place."""

    def __init__(self, boxes: Sequence[Box]) -> None:
        self._boxes = sorted((bottom, left, right, top, n) for n, (left, bottom, right, top) in enumerate(boxes))
        self._bottoms = [box[0] for box in self._boxes]
        self._highest = max((box[3] - box[0] for box in self._boxes), default=0.0)

    def under(self, box: Box) -> list[int]:
        """The places of the text objects that a rectangle meets."""
        left, bottom, right, top = box
        first = bisect_left(self._bottoms, bottom - self._highest)
        last = bisect_right(self._bottoms, top)
        met = [one for one in self._boxes[first:last] if one[3] > bottom and one[1] < right and one[2] > left]
        found = []
        for low, start, end, high, n in met:
            core = _core((start, low, end, high))
            if core[0] < right and core[1] < top and core[2] > left and core[3] > bottom:
                found.append(n)
        return found


def _core(box: Box) -> Box:
    left, bottom, right, top = box
    wide, high = right - left, top - bottom
    if high <= min(wide, _TALL):
        return left, bottom + _EDGE * high, right, top - _EDGE * high
    if wide <= _TALL and high > wide:
        return left + _EDGE * wide, bottom, right - _EDGE * wide, top
    return box
