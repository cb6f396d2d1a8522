"""Find letters that stand for something else that is visible on the page.

OCR puts its letters invisibly over a scan, or visibly under it. Some programs put invisible letters over letters that
are drawn as curves, or paint something through letters. In each case, the scan, the curves or the paint can be seen.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cache
from statistics import median

from ingest.worker.pdfium import documents, objects
from ingest.worker.visible import displaced, geometry, unseen
from ingest.worker.visible.ink import Part, left_out
from ingest.worker.visible.page_objects import Letter, PageObjects

_FAINT = 25  # of 255: how far ink differs from its ground at least, where all ink is faint
_LEAST_INK, _MOST_INK = 0.015, 0.6  # of the place of a word
_BOTH = 0.05  # of it, at most, is lighter than the ground where print is darker
_STRAY = 0.5  # of the share of ink in a word: more beside it is part of a photograph
_BESIDE = 1.5  # points: no space between words is narrower
_LAYER = 10  # words: fewer may be anywhere by chance
_IN_PLACE = 0.9  # share of the words that are over ink, if the layer is in its place
_SHORT = 5  # letters: a shorter word is not looked at letter by letter
_INKED = 0.7  # share of the letters of a word that have ink in their place; a label in place of a name is shorter
_HIGH = 0.25  # of the height of a word that has ink, which a row of dots has not
_STROKES = 0.3  # strokes a letter that a line through a word meets at least; a cross or a frame has fewer
_CURVED = 12  # segments: a path with fewer is a box, a line or a cross, and no letter


def without_what_ocr_read(handle: int, hidden: list[Letter], texts: Sequence[str], things: PageObjects) -> list[Letter]:
    """Return the hidden letters, except for those that stand for something visible. `texts` are the texts of the lines.

    That is so of a word if the page looks different at its place when pictures and curves are left out, and if what
    is there looks like print: a box, a patch or a photograph does not. If the whole layer is shifted from its scan, the
    word is looked for where it is when the layer is moved back.
    """
    page_box = documents.page_box(handle)
    scan = geometry.is_scan(things.pictures, page_box)
    order = {thing: z for z, thing in enumerate(things.objects)}
    pictures = [(order[thing], box) for thing, box in zip(things.picturing, things.pictures, strict=True)]

    @cache
    def scan_over(thing: int) -> list[geometry.Box]:
        """Return the pictures of the scan over a text object. A picture over only a name is not a scan."""
        over = [box for z, box in pictures if z > order.get(thing, -1)]
        return over if scan and geometry.is_scan(over, page_box) else []

    def may_stand(letter: Letter) -> bool:
        if objects.render_mode(letter.thing) == objects.INVISIBLE:
            return True
        return any(geometry.covers(box, letter.box) for box in scan_over(letter.thing))

    clips = [letter for letter in hidden if objects.render_mode(letter.thing) == objects.CLIP]
    if clips:
        shown, _ = _standing(handle, clips, texts, [things.objects[z] for z in things.others], False, (0, 0))
        painted = {place for word in shown for place in word}
        hidden = [letter for letter in hidden if (letter.line, letter.offset) not in painted]
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
    """Return the words of a layer with print at their place, as (line, offset) of their letters, and the number of
    words.

    `by` is how far the layer is moved.
    """
    words: list[_Word] = []
    for band in unseen.bands(layer):
        letters = [letter for held in band.values() for letter in held]
        area = geometry.moved(geometry.around([letter.box for letter in letters]), by)
        full = Part(handle, area)
        with left_out(drawn):
            bare = Part(handle, area)
        for held in _words(letters, texts):
            says = any(texts[letter.line][letter.offset].isalnum() for letter in held)
            box = geometry.moved(geometry.around([letter.box for letter in held]), by)
            words.append(_Word([(letter.line, letter.offset) for letter in held], says, full, bare, box))
    said = [word for word in words if word.says]
    paper = median(word.levels[-1] for word in said) if said else 0
    least = max(_FAINT, median(word.ground - word.levels[0] for word in said) / 3) if said else 0
    standing = [
        word.places
        for word in words
        if (whole and not word.says) or (word.drawn and word.is_print(paper, least, between=not whole))
    ]
    return standing, len(words)


class _Word:
    """What is drawn at the place of a word of a layer.

    `levels` is the brightness of each pixel, the darkest first, `ground` is the middle one, and `beside` has the pixels
    on both sides of the word.
    """

    __slots__ = ("beside", "coloured", "drawn", "ground", "levels", "places", "rows", "says")

    def __init__(self, places: list[tuple[int, int]], says: bool, full: Part, bare: Part, box: geometry.Box) -> None:
        self.places, self.says = places, says
        left, bottom, right, top = box
        self.drawn = full.changed(bare, box)[0] > 0
        inside = (left - _BESIDE / 2, bottom - _BESIDE / 2, right + _BESIDE / 2, top + _BESIDE / 2)
        self.rows = full.level_rows(inside)
        self.levels = sorted(b"".join(self.rows)) or [0]
        self.ground = self.levels[len(self.levels) // 2]
        self.coloured = full.is_coloured(inside)
        self.beside = full.levels((left - 1.5 * _BESIDE, bottom, left - 0.5 * _BESIDE, top))
        self.beside += full.levels((right + 0.5 * _BESIDE, bottom, right + 1.5 * _BESIDE, top))

    def is_print(self, paper: float, least: float, between: bool) -> bool:
        """Return whether this looks like print: some ink on an even ground, and not light letters on a black box.

        `paper` is the brightness of the paper at most words. `least` is how far ink differs from the ground. With
        `between`, there must be a space on both sides, as in print but not in a photograph.
        """
        count = len(self.levels)
        dark = bisect_right(self.levels, self.ground - least) / count
        light = 1 - bisect_left(self.levels, self.ground + least) / count
        is_light = light > dark
        if is_light:
            dark, light = light, dark
            if self.ground < paper - least and not self.coloured:
                return False
        if not _LEAST_INK <= dark <= _MOST_INK or light > _BOTH:
            return False
        edge = least / 2  # thin and blurred strokes, too
        inked = (level >= self.ground + edge if is_light else level <= self.ground - edge for level in range(256))
        if len(self.places) >= _SHORT and not self._is_lettered(bytes(inked)):
            return False
        ink = sum(abs(level - self.ground) >= least for level in self.beside)
        return not between or ink <= _STRAY * dark * len(self.beside)

    def _is_lettered(self, inked: bytes) -> bool:
        """Return whether there is ink in the place of nearly every letter, high enough, and some line meets enough
        strokes.

        `inked` is 1 for each level of brightness that is ink.
        """
        ink = [row.translate(inked) for row in self.rows]
        if len(ink) > len(ink[0]):  # the word runs up or down the page
            ink = [bytes(column) for column in zip(*ink, strict=True)]
        count, wide = len(self.places), len(ink[0])
        columns = bytes(map(any, zip(*ink, strict=True)))
        places = [columns[n * wide // count : (n + 1) * wide // count] for n in range(count)]
        strokes = max(sum(map(bool, row.split(b"\0"))) for row in ink)
        high = sum(map(any, ink)) >= _HIGH * len(ink)
        return high and sum(map(any, places)) >= _INKED * count and strokes >= _STROKES * count


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
