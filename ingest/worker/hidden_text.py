"""What stands in the text of a page and cannot be seen on it? It is taken out: a name under a black box is the worst
thing that a search could show.
"""

from itertools import repeat

from corpus.model import Hidden
from ingest.structure.page import RawPage
from ingest.worker import geometry, ink, pdfium

_OBJECTS_A_PAGE = 20_000  # that are looked at for boxes over text
_SEGMENTS = 500  # a path with more is a drawing
_FORMS_IN_FORMS = 3
_OBJECTS_A_FORM = 200
_NOTES_A_PAGE = 1_000


class Things:
    """What stands on a page beside its text, as far as it may cover text or be a scan of it.

    boxes: each with its place in the order of drawing, in that order. pictures: also those in forms. any_picture: there
    is one, or a form that may hold one.
    """

    def __init__(self, page: int) -> None:
        self.boxes: list[tuple[geometry.Box, int]] = []
        self.pictures: list[geometry.Box] = []
        self._order: dict[int, int] | None = None
        count = min(pdfium.count_objects(page), _OBJECTS_A_PAGE)
        self._objects = list(map(pdfium.object_at, repeat(page), range(count)))
        kinds = list(map(pdfium.kind_of, self._objects))
        self.any_picture = pdfium.IMAGE in kinds or pdfium.FORM in kinds
        # Only what is drawn after text can cover it; a form may hold text.
        begun = min((kinds.index(kind) for kind in (pdfium.TEXT, pdfium.FORM) if kind in kinds), default=count)
        for z in [z for z, kind in enumerate(kinds) if kind != pdfium.TEXT]:
            self._add(self._objects[z], kinds[z], z, z > begun)
        for kind, box in pdfium.notes(page, _NOTES_A_PAGE):
            if kind in pdfium.COVERING:
                self.boxes.append((box, _OBJECTS_A_PAGE))

    def _add(self, thing: int, kind: int, z: int, written: bool) -> None:
        if kind == pdfium.FORM:
            box = pdfium.bounds(thing)
            if _holds_picture(thing, _FORMS_IN_FORMS):
                self.pictures.append(box)
            self.boxes.append((box, z))  # what is drawn in it may lie over text before it
        elif kind == pdfium.IMAGE or (kind == pdfium.PATH and written and pdfium.count_segments(thing) <= _SEGMENTS):
            box = pdfium.bounds(thing)
            if kind == pdfium.IMAGE:
                self.pictures.append(box)
            if written and box[2] - box[0] > 4 and box[3] - box[1] > 4:
                self.boxes.append((box, z))

    def after(self, text_object: int) -> list[geometry.Box]:
        """What is drawn after a text object, and so may cover it. Text in a form is taken to be drawn first."""
        if not self.boxes:
            return []
        if self._order is None:
            self._order = dict(zip(self._objects, range(len(self._objects)), strict=True))
        own = self._order.get(text_object, -1)
        return [box for box, z in self.boxes if z > own] if own < self.boxes[-1][1] else []


def _holds_picture(form: int, depth: int) -> bool:
    """Whether a form shows a picture, itself or in a form of its own."""
    for position in range(min(pdfium.count_inside(form), _OBJECTS_A_FORM)):
        thing = pdfium.inside_at(form, position)
        kind = pdfium.kind_of(thing) if thing else None
        if kind == pdfium.IMAGE or (kind == pdfium.FORM and depth and _holds_picture(thing, depth - 1)):
            return True
    return False


def withhold(handle: int, text_page: int, page: RawPage, places: list[int], things: Things) -> None:
    """Take out text under a box, off the page, or invisible though no scan shows it; `withheld` says how it was
    hidden.

    places: of the first letter of each line.
    """
    sheet = pdfium.page_box(handle)
    scan: bool | None = None
    grey: ink.Grey | None = None
    kept = []
    for line, first in zip(page.lines, places, strict=True):
        text_object = pdfium.text_object(text_page, first)
        how = Hidden.BOX
        gone: set[int] = set()
        if text_object and pdfium.render_mode(text_object) == pdfium.INVISIBLE:
            scan = geometry.is_scan(things.pictures, sheet) if scan is None else scan
            if scan:  # what OCR read there, but for what the scan shows as a black box
                grey = grey or ink.Grey(handle)
                gone = _blackened(text_page, line.text, first, grey)
            elif not ink.Part(handle, _ends(text_page, line.text, first)).anything():
                # Else it is a layer over letters that are drawn as curves: there is something to see.
                gone, how = set(range(len(line.text))), Hidden.INVISIBLE
        elif line.x1 > page.width or line.x0 < 0 or line.y < 0 or line.y - line.size > page.height:
            how = Hidden.OFF_PAGE
            gone = {
                offset
                for offset in range(len(line.text))
                if not geometry.covers(sheet, pdfium.letter_box(text_page, first + offset))
            }
        elif later := things.after(text_object):
            ends = _ends(text_page, line.text, first)
            over = [box for box in later if geometry.meets(box, ends)]
            if over:
                gone = _covered(handle, text_page, line.text, first, over)
        if gone:
            page.withheld += [how] * len(geometry.runs(gone))
            line.text = geometry.without(line.text, gone)
            line.gaps = ()
        if line.text:
            kept.append(line)
    page.lines = kept


def invisible(text_page: int, place: int) -> bool:
    """Whether a letter is drawn invisibly, as OCR leaves its letters under a scan."""
    text_object = pdfium.text_object(text_page, place)
    return bool(text_object) and pdfium.render_mode(text_object) == pdfium.INVISIBLE


def _ends(text_page: int, text: str, first: int) -> geometry.Box:
    return geometry.around([pdfium.letter_box(text_page, place) for place in (first, first + len(text) - 1)])


def _covered(handle: int, text_page: int, text: str, first: int, boxes: list[geometry.Box]) -> set[int]:
    """Offsets of the letters that lie under a box and leave no trace on the page as it is drawn."""
    letters = {at: pdfium.letter_box(text_page, first + at) for at, letter in enumerate(text) if letter != " "}
    under = [offset for offset, letter in letters.items() if any(geometry.covers(box, letter) for box in boxes)]
    if not under:
        return set()
    part = ink.Part(handle, geometry.around([letters[offset] for offset in under]))
    found: set[int] = set()
    for run in geometry.runs(under):
        if not part.anything(_room([letters[offset] for offset in run])):
            found.update(run)
            continue
        # A box that is larger than what it hides, such as a picture with holes: each word for itself.
        for word in geometry.words(text, run):
            if not part.anything(_room([letters[offset] for offset in word])):
                found.update(word)
    return found


def _room(letters: list[geometry.Box]) -> geometry.Box:
    """Where letters stand. A lone "I" or "-" fills its own place with one colour: it is looked at with what is around
    it."""
    left, bottom, right, top = geometry.around(letters)
    more = 1.0 if len(letters) == 1 else 0.0
    return (left - more, bottom - more, right + more, top + more)


def _blackened(text_page: int, text: str, first: int, scan: ink.Grey) -> set[int]:
    """Offsets of the words of an OCR layer that lie where the scan itself shows a black box."""
    found: set[int] = set()
    for word in geometry.words(text, range(len(text))):
        if scan.black(geometry.around([pdfium.letter_box(text_page, first + offset) for offset in word])):
            found.update(word)
    return found
