"""Find the letters of a page that cannot be seen, and remove them. A search must never show a name under a black box.

There is one rule: a letter can be seen if the page looks different without the letter's text object (docs/adr/0016).
`suspects` chooses the objects to test, and `unseen` compares the page with and without them.
"""

from collections.abc import Sequence

from corpus.model import Hidden
from ingest.structure.page import Line, RawPage
from ingest.worker import text_lines
from ingest.worker.pdfium import documents, objects, textpage
from ingest.worker.visible import geometry, ocr_layer, unseen
from ingest.worker.visible.geometry import Box
from ingest.worker.visible.page_objects import Letter, PageObjects
from ingest.worker.visible.suspects import suspects

_AROUND = 2.0  # times the letter size: letters of a line are not further above or below its ends
_TINY = 1.0  # points: letters of that size are dust on the page
_SPECK = 1.5  # points: such letters are no wider or higher

Found = dict[int, dict[int, Hidden]]
"""The hidden letters by the index of their line, and by offset in the line, each with how it is hidden."""


def withhold(
    handle: int, text_page: textpage.TextPage, page: RawPage, places: list[Sequence[int]], things: PageObjects
) -> None:
    """Remove the text that cannot be seen.

    Records in `withheld` how each piece was hidden, and how many marks ask for a redaction. `places` are the positions
    of the letters of each line.
    """
    found = find(handle, text_page, page.lines, places, things)
    for at, how in found.items():
        line = page.lines[at]
        pieces = geometry.runs(how)
        page.withheld += [how[piece[0]] for piece in pieces]
        line.text = geometry.without(line.text, how)
        line.gaps = ()
    page.lines = [line for line in page.lines if line.text]
    page.withheld += [Hidden.MARKED] * things.marked


def leave_out(handle: int, covers: Sequence[Box]) -> None:
    """Render the page without the text that cannot be seen, so that a picture does not show faint letters.

    `covers` are the boxes that notes paint over but PDFium does not draw.
    """
    text_page = textpage.load_text(handle)
    if not text_page:
        return
    try:
        page = RawPage(1, "1", documents.page_width(handle), documents.page_height(handle))
        places = text_lines.read(handle, text_page, page)
        found = find(handle, text_page, page.lines, places, PageObjects(handle, covers=covers))
        hidden = {textpage.text_object(text_page, places[line][offset]) for line in found for offset in found[line]}
        seen = {
            textpage.text_object(text_page, places[line][offset])
            for line in found
            for offset, letter in enumerate(page.lines[line].text)
            if not letter.isspace() and offset not in found[line]
        }
    finally:
        textpage.close_text(text_page)
    for thing in hidden - seen - {0}:
        objects.set_active(thing, 0)


def find(
    handle: int,
    text_page: textpage.TextPage,
    lines: Sequence[Line],
    places: Sequence[Sequence[int]],
    things: PageObjects,
) -> Found:
    """Return the letters of a page that cannot be seen."""
    covered = _covered(text_page, lines, places, things.covers)
    suspected = suspects(handle, things)
    if not things.complete:
        suspected.update(textpage.text_object(text_page, place) or 0 for line in places for place in line)
        suspected.discard(0)
    if not suspected:
        return covered
    letters, drawn_twice = _letters(handle, text_page, lines, places, things, suspected)
    hidden = unseen.among(handle, letters, things, drawn_twice)
    if hidden and (again := _printed_again(text_page, places, things, suspected)):
        hidden = unseen.among(handle, hidden, things, drawn_twice + again)
    if hidden:
        hidden = ocr_layer.without_what_ocr_read(handle, hidden, [line.text for line in lines], things)
    found = covered
    cover = _Cover(handle, things)
    for letter in hidden:
        found.setdefault(letter.line, {})[letter.offset] = cover.how(letter)
    return found


def _covered(
    text_page: textpage.TextPage, lines: Sequence[Line], places: Sequence[Sequence[int]], covers: Sequence[Box]
) -> Found:
    """Return the letters under notes that PDFium does not draw."""
    found: Found = {}
    for at, line in enumerate(lines if covers else ()):
        for offset, box in enumerate(textpage.letter_boxes(text_page, [places[at][n] for n in range(len(line.text))])):
            if any(geometry.hides(cover, box) for cover in covers) and not line.text[offset].isspace():
                found.setdefault(at, {})[offset] = Hidden.BOX
    return found


def _letters(
    handle: int,
    text_page: textpage.TextPage,
    lines: Sequence[Line],
    places: Sequence[Sequence[int]],
    things: PageObjects,
    suspected: set[int],
) -> tuple[list[Letter], list[tuple[int, Box]]]:
    """Return the letters of the suspected objects, and the objects that draw the same letters again.

    PDFium leaves such a second object out of the text. A letter can be seen if it can be seen in either of them.
    """
    at_page = {thing: box for thing, box in zip(things.objects, things.bounds, strict=True) if thing in suspected}
    near = _lines_near(text_page, lines, places, list(at_page.values())) if len(at_page) == len(suspected) else None
    on_side = documents.page_rotation(handle) % 2 == 1
    found: list[Letter] = []
    starts: dict[int, int] = {}
    for at, line in enumerate(lines):
        if near is not None and at not in near:
            continue
        here = places[at]
        along, up = textpage.stretch(text_page, here[0])
        upright = (abs(up) >= abs(along)) != on_side
        for offset, letter in enumerate(line.text):
            if not letter.isspace():
                thing = textpage.text_object(text_page, here[offset])
                if thing in suspected:
                    box = textpage.letter_box(text_page, here[offset])
                    if box[0] < box[2]:
                        found.append(Letter(at, offset, thing, box, upright))
                        if max(box[2] - box[0], box[3] - box[1]) < _SPECK:
                            starts.setdefault(thing, here[offset])
    if starts:
        sizes = dict(zip(starts, textpage.sizes(text_page, list(starts.values())), strict=True))
        found = [letter._replace(tiny=sizes.get(letter.thing, _SPECK) <= _TINY) for letter in found]
    told = {letter.thing for letter in found}
    return found, [(thing, box) for thing, box in at_page.items() if thing not in told]


def _lines_near(
    text_page: textpage.TextPage, lines: Sequence[Line], places: Sequence[Sequence[int]], boxes: Sequence[Box]
) -> set[int]:
    """Return the indexes of the lines that may have letters in some of the boxes, judged by their height on the
    page.
    """
    heights: list[tuple[float, float]] = []  # heights of the boxes, with overlapping ones joined
    for low, high in sorted((box[1], box[3]) for box in boxes):
        if heights and low <= heights[-1][1]:
            heights[-1] = (heights[-1][0], max(high, heights[-1][1]))
        else:
            heights.append((low, high))
    ends = zip(
        textpage.letter_boxes(text_page, [here[0] for here in places]),
        textpage.letter_boxes(text_page, [here[-1] for here in places]),
        strict=True,
    )
    found = set()
    for at, (line, (one, other)) in enumerate(zip(lines, ends, strict=True)):
        # Between its first and last letter, a line may have higher and lower ones.
        low = min(one[1], other[1]) - _AROUND * abs(line.size)
        high = max(one[3], other[3]) + _AROUND * abs(line.size)
        if any(low <= top and bottom <= high for bottom, top in heights):
            found.add(at)
    return found


def _printed_again(
    text_page: textpage.TextPage, places: Sequence[Sequence[int]], things: PageObjects, suspected: set[int]
) -> list[tuple[int, Box]]:
    """Yield unsuspected text objects that PDFium left out of the text because another object draws the same letters.

    For example, a box may cover the first object, with the second drawn on top of the box.
    """
    told = suspected | {textpage.text_object(text_page, place) for line in places for place in line}
    return [
        (thing, box)
        for thing, kind, box in zip(things.objects, things.kinds, things.bounds, strict=True)
        if kind == objects.TEXT and box[0] < box[2] and thing not in told
    ]


class _Cover:
    """How a letter is hidden: by something drawn over it, by its position, or by its own colour or size."""

    def __init__(self, handle: int, things: PageObjects) -> None:
        self._sheet = documents.page_box(handle)
        self._order = {thing: z for z, thing in enumerate(things.objects)}
        self._things = things

    def how(self, letter: Letter) -> Hidden:
        if not geometry.covers(self._sheet, letter.box):
            return Hidden.OFF_PAGE
        if objects.render_mode(letter.thing) == objects.INVISIBLE:
            return Hidden.INVISIBLE
        over = any(geometry.covers(note, letter.box) for note in self._things.notes)
        over = over or any(geometry.covers(self._things.bounds[z], letter.box) for z in self._things.others)
        return Hidden.BOX if over else Hidden.INVISIBLE
