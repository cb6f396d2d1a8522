"""The objects of a page (text, paths, pictures, forms and notes): where they are and how they are painted."""

import ctypes
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Any

import pypdfium2.raw as pdfium

from ingest.worker.pdfium.binding import (
    ADDRESS,
    D0,
    F0,
    F1,
    FLOAT,
    INT,
    ULONG,
    Box,
    Prepared,
    Rows,
    all_prepared,
    buffer,
    floats,
    plain,
    prepared,
    quick,
)

TEXT, PATH, IMAGE, SHADING, FORM = (
    pdfium.FPDF_PAGEOBJ_TEXT,
    pdfium.FPDF_PAGEOBJ_PATH,
    pdfium.FPDF_PAGEOBJ_IMAGE,
    pdfium.FPDF_PAGEOBJ_SHADING,
    pdfium.FPDF_PAGEOBJ_FORM,
)
"""The kinds of object on a page."""

INVISIBLE = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
"""The render mode of text that is not drawn."""

CLIP = pdfium.FPDF_TEXTRENDERMODE_CLIP
"""The render mode of text that is not drawn, but through which something else is painted."""

Colour = tuple[int, int, int]
"""Red, green and blue, each from 0 to 255."""

UNKNOWN: Colour = (0xBF, 0xBF, 0xBF)
"""The colour that PDFium returns for a pattern, whose colours are only known when it is rendered."""

_TURNED = 0.01  # of a matrix: smaller values are rounding errors

_LAYER = "OC\0".encode("utf-16-le")  # the name of the mark on objects that belong to a layer

count_objects = quick(pdfium.FPDFPage_CountObjects, INT, ADDRESS)
kind_of = quick(pdfium.FPDFPageObj_GetType, INT, ADDRESS)
render_mode = quick(pdfium.FPDFTextObj_GetTextRenderMode, INT, ADDRESS)
count_segments = quick(pdfium.FPDFPath_CountSegments, INT, ADDRESS)
see_through = quick(pdfium.FPDFPageObj_HasTransparency, INT, ADDRESS)
set_active = quick(pdfium.FPDFPageObj_SetIsActive, INT, ADDRESS, INT)
count_inside = quick(pdfium.FPDFFormObj_CountObjects, INT, ADDRESS)
inside_at = quick(pdfium.FPDFFormObj_GetObject, ADDRESS, ADDRESS, ULONG)
_object_at = plain(pdfium.FPDFPage_GetObject, ADDRESS)
_kind_of = plain(pdfium.FPDFPageObj_GetType, INT)
_render_mode = plain(pdfium.FPDFTextObj_GetTextRenderMode, INT)
_see_through = plain(pdfium.FPDFPageObj_HasTransparency, INT)
_clip_of = plain(pdfium.FPDFPageObj_GetClipPath, ADDRESS)
_count_clips = plain(pdfium.FPDFClipPath_CountPaths, INT)
_bounds = plain(pdfium.FPDFPageObj_GetBounds, INT)
_fill_colour = plain(pdfium.FPDFPageObj_GetFillColor, INT)
_stroke_colour = plain(pdfium.FPDFPageObj_GetStrokeColor, INT)
_stroke_width = quick(pdfium.FPDFPageObj_GetStrokeWidth, INT, ADDRESS, ADDRESS)
_draw_mode = plain(pdfium.FPDFPath_GetDrawMode, INT)
_own_size = quick(pdfium.FPDFTextObj_GetFontSize, INT, ADDRESS, ADDRESS)
_own_matrix = quick(pdfium.FPDFPageObj_GetMatrix, INT, ADDRESS, ADDRESS)
_segment = quick(pdfium.FPDFPath_GetPathSegment, ADDRESS, ADDRESS, INT)
_segment_kind = quick(pdfium.FPDFPathSegment_GetType, INT, ADDRESS)
_point = quick(pdfium.FPDFPathSegment_GetPoint, INT, ADDRESS, ADDRESS, ADDRESS)
_count_clip_segments = plain(pdfium.FPDFClipPath_CountPathSegments, INT)
_clip_segment = plain(pdfium.FPDFClipPath_GetPathSegment, ADDRESS)
_segment_place = plain(pdfium.FPDFPathSegment_GetPoint, INT)
_count_marks = plain(pdfium.FPDFPageObj_CountMarks, INT)
_mark_at = plain(pdfium.FPDFPageObj_GetMark, ADDRESS)
_mark_name = quick(pdfium.FPDFPageObjMark_GetName, INT, ADDRESS, ADDRESS, ULONG, ADDRESS)
_mark_type = quick(pdfium.FPDFPageObjMark_GetParamValueType, INT, ADDRESS, ADDRESS)
_mark_bytes = quick(pdfium.FPDFPageObjMark_GetParamBlobValue, INT, ADDRESS, ADDRESS, ADDRESS, ULONG, ADDRESS)
_picture = quick(pdfium.FPDFImageObj_GetBitmap, ADDRESS, ADDRESS)
_destroy = quick(pdfium.FPDFBitmap_Destroy, None, ADDRESS)
remove_mark = quick(pdfium.FPDFPageObj_RemoveMark, INT, ADDRESS, ADDRESS)
add_mark = quick(pdfium.FPDFPageObj_AddExistingMark, INT, ADDRESS, ADDRESS)
_new_path = quick(pdfium.FPDFPageObj_CreateNewPath, ADDRESS, FLOAT, FLOAT)
_destroy_path = quick(pdfium.FPDFPageObj_Destroy, None, ADDRESS)

_FOUR_FLOATS, _TWO_FLOATS = Rows("4f", 0, 1, 2, 3), Rows("2f", 0, 1)
_FOUR_NUMBERS, _TWO_NUMBERS = Rows("3I4x", 0, 1, 2, 3), Rows("2i", 0, 1)


def objects_of(page: int, most: int) -> list[int]:
    """Return up to `most` objects of a page in drawing order."""
    return list(map(_object_at, repeat(prepared(page)), range(min(count_objects(page), most))))


def kinds_of(things: Sequence[Prepared]) -> list[int]:
    """Return the kind of each object."""
    return list(map(_kind_of, things))


def bounds(thing: int) -> Box:
    """Return the rectangle around an object. It is empty if the object has none."""
    return bounds_of([prepared(thing)])[0]


def bounds_of(things: Sequence[Prepared]) -> list[Box]:
    """Return the rectangle around each object."""
    return _FOUR_FLOATS.ask(_bounds, things)


def render_modes(texts: Sequence[Prepared]) -> list[int]:
    """Return the render mode of each text object."""
    return list(map(_render_mode, texts))


def transparency_of(things: Sequence[Prepared]) -> list[int]:
    """Return, for each object, whether it is drawn with transparency."""
    return list(map(_see_through, things))


def fill_colours(things: Sequence[Prepared]) -> list[Colour]:
    """Return the fill colour of each object, UNKNOWN if it has none."""
    return _colours(_fill_colour, things)


def stroke_colours(things: Sequence[Prepared]) -> list[Colour]:
    """Return the stroke colour of each object, UNKNOWN if it has none."""
    return _colours(_stroke_colour, things)


def _colours(function: Any, things: Sequence[Prepared]) -> list[Colour]:
    colours, known = _FOUR_NUMBERS.ask_both(function, things)
    return colours if all(known) else [rgb if one else UNKNOWN for one, rgb in zip(known, colours, strict=True)]


def size_of(text_object: Prepared) -> float:
    """Return the printed size of the letters of a text object, by width or by height, whichever is smaller."""
    _own_size(text_object, F0)
    size = floats[0]
    a, b, c, d, _, _ = _matrix_of(text_object)
    return size * min(math.hypot(a, b), math.hypot(c, d))


def is_upright(text_object: Prepared) -> bool:
    """Return whether the letters of a text object are neither rotated nor slanted."""
    a, b, c, d, _, _ = _matrix_of(text_object)
    return abs(b) + abs(c) < _TURNED * (abs(a) + abs(d))


def draw_modes(paths: Sequence[Prepared]) -> list[tuple[int, int]]:
    """Return how each path is filled (0: not at all), and whether it is stroked."""
    return _TWO_NUMBERS.ask(_draw_mode, paths)


def painted(path: int) -> tuple[bool, float]:
    """Return whether a path is filled, and the width of its stroke (0: none)."""
    ((filled, stroked),) = draw_modes([prepared(path)])
    if not stroked:
        return bool(filled), 0.0
    _stroke_width(path, F0)
    width = max(floats[0], 0.1)
    a, b, c, d, _, _ = _matrix_of(path)
    return bool(filled), width * max(math.hypot(a, b), math.hypot(c, d))


def points(path: int) -> Iterator[tuple[bool, float, float]]:
    """Yield the points of a path on the page, each with whether it begins a new part of the path."""
    a, b, c, d, e, f = _matrix_of(path)
    for at in range(count_segments(path)):
        segment = _segment(path, at)
        _point(segment, F0, F1)
        x, y = floats[0], floats[1]
        yield _segment_kind(segment) == pdfium.FPDF_SEGMENT_MOVETO, a * x + c * y + e, b * x + d * y + f


def _matrix_of(thing: int | Prepared) -> tuple[float, ...]:
    return tuple(floats) if _own_matrix(thing, F0) else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def clips_of(things: Sequence[Prepared]) -> tuple[list[Prepared], list[int]]:
    """Return the clip of each object, and the number of paths in it."""
    clips = all_prepared(map(_clip_of, things))
    return clips, list(map(_count_clips, clips))


def clip_paths(clips: Sequence[Prepared], number: int) -> list[int]:
    """Return path `number` of each clip, as the address of its first segment.

    Clips that share the path have the same address.
    """
    return list(map(_clip_segment, clips, repeat(number), repeat(0)))


def clip_boxes(clips: Sequence[Prepared], number: int) -> list[Box | None]:
    """Return path `number` of each clip if it is an upright rectangle, otherwise None."""
    counts = list(map(_count_clip_segments, clips, repeat(number)))
    corners = [_clip_segment(clip, number, at) for clip in clips for at in range(5)]
    places = _TWO_FLOATS.ask(_segment_place, all_prepared(corners))
    return [_rectangle(places[5 * n : 5 * n + count]) if count in (4, 5) else None for n, count in enumerate(counts)]


def _rectangle(points: Sequence[tuple[float, float]]) -> Box | None:
    """Return the upright rectangle that the points outline, or None if they outline something else.

    A fifth point must be the first one again.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points[:4]
    across = x0 == x1 and y1 == y2 and x2 == x3 and y3 == y0
    up = y0 == y1 and x1 == x2 and y2 == y3 and x3 == x0
    if not (across or up) or points[4:] not in ([], [points[0]]):
        return None
    return min(x0, x2), min(y0, y2), max(x0, x2), max(y0, y2)


def in_layers(things: Sequence[Prepared]) -> list[int]:
    """Return the indexes of the objects that belong to a layer (optional content), which may be switched off."""
    found: set[int] = set()
    counts = list(map(_count_marks, things))
    for number in range(max(counts, default=0)):
        marked = [at for at, count in enumerate(counts) if count > number]
        marks = list(map(_mark_at, [things[at] for at in marked], repeat(number)))
        of_layers = _layer_marks(marks)
        found.update(at for at, mark in zip(marked, marks, strict=True) if mark in of_layers)
    return sorted(found)


def _layer_marks(marks: Iterable[int]) -> set[int]:
    """Return the marks that put an object into a layer. Neighbouring objects share their marks."""
    found = set()
    name, place = buffer(8)
    for mark in set(marks):
        name[:] = bytes(8)
        _mark_name(mark, place, 8, D0)
        if name[:6] == _LAYER:
            found.add(mark)
    return found


def is_undecodable(thing: int) -> bool:
    """Return whether an object is a picture that cannot be decoded."""
    if kind_of(thing) != IMAGE:
        return False
    bitmap = _picture(thing)
    if bitmap:
        _destroy(bitmap)
    return not bitmap


def marks_with(things: Sequence[Prepared], entry: bytes) -> dict[int, list[int]]:
    """Return the marks that have an entry, each with the indexes of the objects that it is on."""
    found: dict[int, list[int]] = {}
    counts = list(map(_count_marks, things))
    for number in range(max(counts, default=0)):
        marked = [at for at, count in enumerate(counts) if count > number]
        marks = list(map(_mark_at, [things[at] for at in marked], repeat(number)))
        wanted = {mark for mark in set(marks) if _mark_type(mark, entry) != pdfium.FPDF_OBJECT_UNKNOWN}
        for at, mark in zip(marked, marks, strict=True):
            if mark in wanted:
                found.setdefault(mark, []).append(at)
    return found


@contextmanager
def kept(marks: Iterable[int]) -> Iterator[None]:
    """Keep marks in memory while the context is active, also if they are removed from all objects."""
    holder = _new_path(0.0, 0.0)
    for mark in marks:
        add_mark(holder, mark)
    try:
        yield
    finally:
        _destroy_path(holder)


def mark_bytes(mark: int, entry: bytes, most: int) -> bytes | None:
    """Return a string of a mark as it is in the file, or None if it is another kind of value or longer than `most`."""
    size = ctypes.c_ulong()
    place = ctypes.addressof(size)
    if not _mark_bytes(mark, entry, None, 0, place) or size.value > most:
        return None
    room, start = buffer(size.value)
    return bytes(room) if not size.value or _mark_bytes(mark, entry, start, size.value, place) else None
