"""Find letters that stand for something else that is visible on the page.

OCR puts its letters invisibly over a scan, or visibly under it. Some programs put invisible letters over letters that
are drawn as curves. In each case, the scan or the curves can be seen.
"""

from collections.abc import Sequence

from ingest.worker.pdfium import documents, objects
from ingest.worker.visible import displaced, geometry, unseen
from ingest.worker.visible.ink import Part, left_out
from ingest.worker.visible.page_objects import Letter, PageObjects

_INK = 60  # of 255: the minimum difference between ink and its paper
_LAYER = 10  # words: fewer may match anywhere by chance
_IN_PLACE = 0.9  # share of the words of a layer that are on ink if the layer is in its place
_CURVED = 12  # segments: a path with fewer is a box, a line or a cross, not a letter


def without_what_ocr_read(handle: int, hidden: list[Letter], texts: Sequence[str], things: PageObjects) -> list[Letter]:
    """Return the hidden letters, except for those that stand for something visible. `texts` are the texts of the lines.

    A word stands for something visible if its place looks different when pictures and curves are left out, and the
    picture itself has no black box there. If most of the text is printed over the picture, the picture is a background
    and not a scan, and the word must have ink in its place. If the whole layer is shifted from its scan, each word is
    tested at its corrected position.
    """
    scan = geometry.is_scan(things.pictures, documents.page_box(handle))
    order = {thing: z for z, thing in enumerate(things.objects)}
    pictures = [(order[thing], box) for thing, box in zip(things.picturing, things.pictures, strict=True)]

    def may_stand(letter: Letter) -> bool:
        if objects.render_mode(letter.thing) == objects.INVISIBLE:
            return True
        own = order.get(letter.thing, -1)
        return scan and any(z > own and geometry.covers(box, letter.box) for z, box in pictures)

    layer = [letter for letter in hidden if may_stand(letter)]
    if not layer:
        return hidden
    drawn = things.picturing + [
        thing
        for thing, kind in zip(things.objects, things.kinds, strict=True)
        if kind == objects.PATH and objects.count_segments(thing) >= _CURVED
    ]
    if not drawn:
        return hidden
    whole = 2 * len(layer) > sum(1 for text in texts for letter in text if not letter.isspace())
    standing, words = _standing(handle, layer, texts, drawn, whole, (0, 0))
    if whole and scan and words >= _LAYER and len(standing) < _IN_PLACE * words:
        by = displaced.shift(handle, [geometry.around([letter.box for letter in w]) for w in _words(layer, texts)])
        moved, _ = _standing(handle, layer, texts, drawn, whole, by)
        standing = max(standing, moved, key=len)
    kept = {place for word in standing for place in word}
    return [letter for letter in hidden if (letter.line, letter.offset) not in kept]


def _standing(
    handle: int, layer: list[Letter], texts: Sequence[str], drawn: list[int], whole: bool, by: tuple[int, int]
) -> tuple[list[list[tuple[int, int]]], int]:
    """Return the words of a layer that have something other than a black box drawn at their place, and the number of
    all words.

    Each word is a list of its letters, as line and offset. `by` is how far the layer is moved.
    """
    standing: list[list[tuple[int, int]]] = []
    count = 0
    for band in unseen.bands(layer):
        letters = [letter for held in band.values() for letter in held]
        area = geometry.moved(geometry.around([letter.box for letter in letters]), by)
        full = Part(handle, area)
        with left_out(drawn):
            bare = Part(handle, area)
        for word in _words(letters, texts):
            count += 1
            box = geometry.moved(geometry.around([letter.box for letter in word]), by)
            says = any(texts[letter.line][letter.offset].isalnum() for letter in word)
            drawn_there = full.changed(bare, box)[0] and not full.dark(box) and (whole or full.contrast(box) >= _INK)
            if drawn_there or (whole and not says):
                standing.append([(letter.line, letter.offset) for letter in word])
    return standing, count


def _words(letters: Sequence[Letter], texts: Sequence[str]) -> list[list[Letter]]:
    """Group letters by the word that they are in."""
    by_line: dict[int, dict[int, Letter]] = {}
    for letter in letters:
        by_line.setdefault(letter.line, {})[letter.offset] = letter
    return [
        [held[offset] for offset in word]
        for line, held in by_line.items()
        for word in geometry.words(texts[line], held)
    ]
