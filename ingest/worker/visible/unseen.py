"""Find letters that make no difference to how a page looks.

The page is rendered with and without their text objects, and compared where each letter is.
"""

from collections.abc import Iterable, Iterator

from ingest.worker.pdfium import textpage
from ingest.worker.visible import geometry
from ingest.worker.visible.geometry import Box
from ingest.worker.visible.ink import Part, left_out
from ingest.worker.visible.page_objects import Letter, PageObjects

_GAP = 40.0  # points: text further apart is rendered separately
_AREA = 700_000.0  # square points rendered at once, to limit memory; an A4 page has 501,000
_CELL = 40.0  # points: objects that touch are searched for in squares of this size
_TRACE = 3  # a letter that shows in less than one in this many rows of pixels is examined again
_HAIRLINE = 0.15  # points: the stroke of a dash in the smallest print is twice as thick
_REST = 4  # a letter is hidden if less than one in this many of its rows, or of its pixels, can be seen


def among(
    handle: int, letters: Iterable[Letter], things: PageObjects, drawn_twice: list[tuple[int, Box]]
) -> list[Letter]:
    """Return the letters that leave no trace on the page.

    `drawn_twice` are objects that draw the same letters again.
    """
    return [letter for band in bands(letters) for letter in _unseen(handle, band, things, drawn_twice)]


def bands(letters: Iterable[Letter]) -> Iterator[dict[int, list[Letter]]]:
    """Yield the letters by text object, in groups that are best rendered together."""
    by_thing: dict[int, list[Letter]] = {}
    for letter in letters:
        by_thing.setdefault(letter.thing, []).append(letter)
    boxes = {thing: geometry.around([letter.box for letter in held]) for thing, held in by_thing.items()}
    band: dict[int, list[Letter]] = {}
    area: Box | None = None
    for thing in sorted(boxes, key=lambda each: boxes[each][1]):
        box = boxes[thing]
        more = geometry.around([area, box]) if area else box
        if area and (box[1] - area[3] > _GAP or (more[2] - more[0]) * (more[3] - more[1]) > _AREA):
            yield band
            band, more = {}, box
        band[thing], area = by_thing[thing], more
    if band:
        yield band


def _unseen(
    handle: int, band: dict[int, list[Letter]], things: PageObjects, drawn_twice: list[tuple[int, Box]]
) -> list[Letter]:
    """Return the letters among these that make no difference to how the page looks."""
    boxes = {thing: geometry.around([letter.box for letter in letters]) for thing, letters in band.items()}
    twins = {
        thing: [
            other
            for other, place in drawn_twice
            if geometry.same(box, place) and len(set(textpage.fonts((thing, other)))) == 1
        ]
        for thing, box in boxes.items()
    }
    area = geometry.around(list(boxes.values()))
    full = Part(handle, area)
    unseen: list[Letter] = []
    partly: list[Letter] = []

    def look(wanted: Iterable[int]) -> None:
        left = [thing for each in wanted for thing in (each, *twins[each])]
        with left_out(left):
            rest = Part(handle, area)
        for thing in wanted:
            for letter in band[thing]:
                rows, high = full.changed(rest, letter.box, letter.upright)
                if not rows or letter.tiny or _too_thin(letter.box):
                    unseen.append(letter)
                elif _TRACE * rows < high or rest.is_busy(letter.box):
                    partly.append(letter)

    for apart in _apart(boxes):
        look(apart)
    return unseen + _traces(handle, area, full, partly, things, twins)


def _too_thin(box: Box) -> bool:
    """Return whether a letter is squeezed to a hairline that nobody can read."""
    return 0 < min(box[2] - box[0], box[3] - box[1]) < _HAIRLINE


def _apart(boxes: dict[int, Box]) -> list[list[int]]:
    """Group the objects so that none overlaps another in its group, as a label overlaps the name under it."""
    groups: list[list[int]] = []
    cells: list[dict[tuple[int, int], list[int]]] = []
    for thing, box in boxes.items():
        across = range(int(box[0] // _CELL), int(box[2] // _CELL) + 1)
        up = range(int(box[1] // _CELL), int(box[3] // _CELL) + 1)
        here = [(x, y) for x in across for y in up]
        free = (
            n
            for n, held in enumerate(cells)
            if not any(geometry.touches(box, boxes[other]) for cell in here for other in held.get(cell, ()))
        )
        n = next(free, len(groups))
        if n == len(groups):
            groups.append([])
            cells.append({})
        groups[n].append(thing)
        for cell in here:
            cells[n].setdefault(cell, []).append(thing)
    return groups


def _traces(
    handle: int, area: Box, full: Part, letters: list[Letter], things: PageObjects, twins: dict[int, list[int]]
) -> list[Letter]:
    """Return the letters that are almost completely covered. A box rarely covers every descender.

    `twins` are the objects that draw the same letters again.
    """
    on_page = {letter.thing for letter in letters} - set(things.texts_in_forms)
    if not on_page:
        return []
    with left_out(on_page.union(*(twins[thing] for thing in on_page))):
        rest = Part(handle, area)
    with left_out(thing for thing in things.objects if thing not in on_page):
        alone = Part(handle, area, notes=False)
        with left_out(on_page):
            blank = Part(handle, area, notes=False)
    return [
        letter
        for letter in letters
        if letter.thing in on_page
        and (
            _REST * full.changed(rest, letter.box, letter.upright)[0]
            < alone.changed(blank, letter.box, letter.upright)[0]
            or _REST * full.count(rest, letter.box) < alone.count(blank, letter.box)
        )
    ]
