"""Everything on a page except its letters, in drawing order: pictures, fills, lines, forms, notes."""

from collections.abc import Sequence
from typing import NamedTuple

from ingest.worker.pdfium import annotations, objects, textpage
from ingest.worker.pdfium.binding import Prepared, all_prepared
from ingest.worker.visible.geometry import Box

_OBJECTS_A_PAGE = 20_000  # that are looked at, and as many inside its forms
_SEGMENTS = 500  # a path with more counts as one rectangle
_FORMS_IN_FORMS = 20
NOTES_A_PAGE = 10_000
"""The most notes of a page that are examined."""


class Letter(NamedTuple):
    """A letter of a line, the text object that draws it, where its ink is, whether it stands upright on the page as it
    is seen, and whether it is too small to be read.
    """

    line: int
    offset: int
    thing: int
    box: Box
    upright: bool
    tiny: bool = False


class PageObjects:
    """The objects of a page with their kinds and boxes, in drawing order.

    `others` are the indexes of everything that is not text. `picturing` are the objects that are pictures or show one,
    and `pictures` are their boxes. `texts_in_forms` are the text objects inside forms, and `shapes_in_forms` the paths
    and pictures inside each form. `notes` are the boxes of notes that may be drawn over the page, and `links` those of
    links. `marked` counts the notes that mark a redaction that was never applied.

    The parameter `notes` is the result of `objects.notes`, if known. `may_have_layers` and `may_have_type3` are whether
    the file may have layers, which can be switched off, and fonts whose letters are drawings, which can be empty.
    """

    def __init__(
        self,
        page: int,
        notes: Sequence[tuple[int, Box, bool]] | None = None,
        covers: Sequence[Box] = (),
        *,
        may_have_layers: bool = True,
        may_have_type3: bool = True,
    ) -> None:
        self.covers = covers
        self.may_have_layers, self.may_have_type3 = may_have_layers, may_have_type3
        self.complete = objects.count_objects(page) <= _OBJECTS_A_PAGE
        self.objects: list[int] = objects.objects_of(page, _OBJECTS_A_PAGE)
        self.prepared: list[Prepared] = all_prepared(self.objects)
        self.kinds: list[int] = objects.kinds_of(self.prepared)
        self.bounds: list[Box] = objects.bounds_of(self.prepared)
        self.others: list[int] = [z for z, kind in enumerate(self.kinds) if kind != objects.TEXT]
        self.picturing: list[int] = []
        self.pictures: list[Box] = []
        self.texts_in_forms: list[int] = []
        self.shapes_in_forms: dict[int, list[int]] = {}
        self._inside = 0  # objects in forms so far
        self.any_picture = objects.IMAGE in self.kinds or objects.FORM in self.kinds
        if self.any_picture:
            for z in self.others:
                thing, kind = self.objects[z], self.kinds[z]
                if kind == objects.IMAGE or (kind == objects.FORM and self._look_inside(thing, _FORMS_IN_FORMS, thing)):
                    self.picturing.append(thing)
                    self.pictures.append(self.bounds[z])
        self.notes: list[Box] = []
        self.links: list[Box] = []
        self.marked = 0
        if notes is None:
            notes = list(annotations.notes(page, NOTES_A_PAGE))
        self.complete &= len(notes) < NOTES_A_PAGE
        for kind, box, drawn in notes:
            self.marked += kind == annotations.REDACT
            if drawn or kind not in (annotations.LINK, annotations.WIDGET):
                self.notes.append(box)
            if kind == annotations.LINK:
                self.links.append(box)

    def of_kind(self, *wanted: int) -> list[int]:
        """Return the indexes, in drawing order, of the objects of some kinds."""
        if objects.TEXT not in wanted:
            return [z for z in self.others if self.kinds[z] in wanted]
        return [z for z, kind in enumerate(self.kinds) if kind in wanted]

    def any_type3(self) -> bool:
        """Return whether a font whose letters are drawings is used on the page."""
        texts = [self.prepared[z] for z in self.of_kind(objects.TEXT)] + all_prepared(self.texts_in_forms)
        return any(textpage.in_type3(texts))

    def is_lost(self, picturing: int) -> bool:
        """Return whether a picture, or one inside a form, cannot be decoded."""
        if picturing in self.shapes_in_forms:
            return any(map(objects.is_undecodable, self.shapes_in_forms[picturing]))
        return objects.is_undecodable(picturing)

    def _look_inside(self, form: int, depth: int, outer: int) -> bool:
        """Record what is inside a form.

        Returns whether it, or a form inside it, shows a picture. `outer` is the form on the page.
        """
        picture = False
        count = objects.count_inside(form)
        if self._inside + count > _OBJECTS_A_PAGE or (depth == 0 and count):
            self.complete = False
            return picture
        self._inside += count
        for position in range(count):
            thing = objects.inside_at(form, position)
            kind = objects.kind_of(thing) if thing else None
            if kind == objects.TEXT:
                self.texts_in_forms.append(thing)
            elif kind == objects.FORM:
                picture |= self._look_inside(thing, depth - 1, outer)
            elif kind in (objects.IMAGE, objects.PATH):
                self.shapes_in_forms.setdefault(outer, []).append(thing)
                picture |= kind == objects.IMAGE
        return picture


def pieces(path: int) -> list[Box]:
    """Return rectangles that contain everything drawn of a path: one per filled part, and one per line that is only
    stroked.
    """
    filled, width = objects.painted(path)
    if not filled and not width:
        return []
    if objects.count_segments(path) > _SEGMENTS:
        return [objects.bounds(path)]
    parts: list[list[tuple[float, float]]] = []
    for begins, x, y in objects.points(path):
        if begins or not parts:
            parts.append([])
        parts[-1].append((x, y))
    if not filled:
        parts = [[one, other] for part in parts for one, other in zip(part, part[1:] + part[:1], strict=True)]
    return [_around(part, width) for part in parts]


def _around(points: list[tuple[float, float]], more: float) -> Box:
    across, up = zip(*points, strict=True)
    return min(across) - more, min(up) - more, max(across) + more, max(up) + more
