"""The objects of a page: text, paths, pictures, forms and notes, where they are and how they are painted."""

import ctypes
import math
import struct
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import pypdfium2.raw as pdfium

from ingest.worker.pdfium.binding import (
    ADDRESS,
    D0,
    F0,
    F1,
    F2,
    F3,
    FLOAT,
    INT,
    ULONG,
    W0,
    W1,
    Box,
    floats,
    four_floats,
    quick,
    whole,
)

TEXT, PATH, IMAGE, FORM = (
    pdfium.FPDF_PAGEOBJ_TEXT,
    pdfium.FPDF_PAGEOBJ_PATH,
    pdfium.FPDF_PAGEOBJ_IMAGE,
    pdfium.FPDF_PAGEOBJ_FORM,
)
"""Kinds of objects on a page."""

LINK, WIDGET, FREE_TEXT = pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT
"""Kinds of notes. Most links and widgets draw nothing; a widget is a field of a form, and a free text a typed note."""

INVISIBLE = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
"""The render mode of text that is not drawn."""

REDACT = pdfium.FPDF_ANNOT_REDACT
"""The kind of note that marks what is to be redacted. Until it is applied, what it marks can be seen."""

Colour = tuple[int, int, int]
"""Red, green, blue; each from 0 to 255."""

UNKNOWN: Colour = (0xBF, 0xBF, 0xBF)
"""The colour that PDFium gives for a pattern, whose colours are known only when it is drawn."""

_LAYER = "OC\0".encode("utf-16-le")  # the name of the mark on objects that belong to a layer

count_objects = quick(pdfium.FPDFPage_CountObjects, INT, ADDRESS)
object_at = quick(pdfium.FPDFPage_GetObject, ADDRESS, ADDRESS, INT)
kind_of = quick(pdfium.FPDFPageObj_GetType, INT, ADDRESS)
render_mode = quick(pdfium.FPDFTextObj_GetTextRenderMode, INT, ADDRESS)
count_segments = quick(pdfium.FPDFPath_CountSegments, INT, ADDRESS)
clip_of = quick(pdfium.FPDFPageObj_GetClipPath, ADDRESS, ADDRESS)
count_clips = quick(pdfium.FPDFClipPath_CountPaths, INT, ADDRESS)
count_marks = quick(pdfium.FPDFPageObj_CountMarks, INT, ADDRESS)
see_through = quick(pdfium.FPDFPageObj_HasTransparency, INT, ADDRESS)
set_active = quick(pdfium.FPDFPageObj_SetIsActive, INT, ADDRESS, INT)
count_inside = quick(pdfium.FPDFFormObj_CountObjects, INT, ADDRESS)
inside_at = quick(pdfium.FPDFFormObj_GetObject, ADDRESS, ADDRESS, ULONG)
_bounds = quick(pdfium.FPDFPageObj_GetBounds, INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS)
_fill_colour = quick(pdfium.FPDFPageObj_GetFillColor, INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS)
_stroke_colour = quick(pdfium.FPDFPageObj_GetStrokeColor, INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS)
_stroke_width = quick(pdfium.FPDFPageObj_GetStrokeWidth, INT, ADDRESS, ADDRESS)
_draw_mode = quick(pdfium.FPDFPath_GetDrawMode, INT, ADDRESS, ADDRESS, ADDRESS)
_own_size = quick(pdfium.FPDFTextObj_GetFontSize, INT, ADDRESS, ADDRESS)
_own_matrix = quick(pdfium.FPDFPageObj_GetMatrix, INT, ADDRESS, ADDRESS)
_segment = quick(pdfium.FPDFPath_GetPathSegment, ADDRESS, ADDRESS, INT)
_segment_kind = quick(pdfium.FPDFPathSegment_GetType, INT, ADDRESS)
_point = quick(pdfium.FPDFPathSegment_GetPoint, INT, ADDRESS, ADDRESS, ADDRESS)
_count_clip_segments = quick(pdfium.FPDFClipPath_CountPathSegments, INT, ADDRESS, INT)
_clip_segment = quick(pdfium.FPDFClipPath_GetPathSegment, ADDRESS, ADDRESS, INT, INT)
_mark_at = quick(pdfium.FPDFPageObj_GetMark, ADDRESS, ADDRESS, ULONG)
_mark_name = quick(pdfium.FPDFPageObjMark_GetName, INT, ADDRESS, ADDRESS, ULONG, ADDRESS)
_count_notes = quick(pdfium.FPDFPage_GetAnnotCount, INT, ADDRESS)
_note_at = quick(pdfium.FPDFPage_GetAnnot, ADDRESS, ADDRESS, INT)
_note_kind = quick(pdfium.FPDFAnnot_GetSubtype, INT, ADDRESS)
_note_box = quick(pdfium.FPDFAnnot_GetRect, INT, ADDRESS, ADDRESS)
_note_look = quick(pdfium.FPDFAnnot_GetAP, ULONG, ADDRESS, INT, ADDRESS, ULONG)
_close_note = quick(pdfium.FPDFPage_CloseAnnot, None, ADDRESS)


def bounds(thing: int) -> Box:
    """The rectangle around an object; empty when it has none."""
    if not _bounds(thing, F0, F1, F2, F3):
        return 0.0, 0.0, 0.0, 0.0
    left, bottom, right, top = four_floats(floats)
    return left, bottom, right, top


def bounds_of(things: Sequence[int]) -> list[Box]:
    """The rectangles around many objects, at a fraction of the cost of asking for each."""
    held = (FLOAT * (4 * len(things)))()
    start, end = ctypes.addressof(held), ctypes.addressof(held) + ctypes.sizeof(held)
    deque(map(_bounds, things, *(range(start + 4 * n, end, 16) for n in range(4))), 0)
    return list(struct.iter_unpack("4f", held)) if things else []


def fill_colours(things: Sequence[int]) -> list[Colour]:
    """The fill colours of many objects; UNKNOWN for an object without one."""
    return _colours(_fill_colour, things)


def stroke_colours(things: Sequence[int]) -> list[Colour]:
    """The stroke colours of many objects; UNKNOWN for an object without one."""
    return _colours(_stroke_colour, things)


def _colours(function: Any, things: Sequence[int]) -> list[Colour]:
    held = (ctypes.c_uint * (4 * len(things)))()
    start, end = ctypes.addressof(held), ctypes.addressof(held) + ctypes.sizeof(held)
    known = list(map(function, things, *(range(start + 4 * n, end, 16) for n in range(4))))
    if not things:
        return []
    colours: list[Colour] = list(struct.iter_unpack("3I4x", held))
    return colours if all(known) else [rgb if one else UNKNOWN for one, rgb in zip(known, colours, strict=True)]


def size_of(text_object: int) -> float:
    """The size in which the letters of a text object are printed, across or up, whichever is less."""
    _own_size(text_object, F0)
    size = floats[0]
    a, b, c, d, _, _ = _matrix_of(text_object)
    return size * min(math.hypot(a, b), math.hypot(c, d))


def painted(path: int) -> tuple[bool, float]:
    """Whether a path is filled, and how wide its stroke is (0: it has none)."""
    _draw_mode(path, W0, W1)
    filled, stroked = whole
    if not stroked:
        return bool(filled), 0.0
    _stroke_width(path, F0)
    width = max(floats[0], 0.1)
    a, b, c, d, _, _ = _matrix_of(path)
    return bool(filled), width * max(math.hypot(a, b), math.hypot(c, d))


def points(path: int) -> Iterator[tuple[bool, float, float]]:
    """The points of a path on the page; for each, whether a new part of the path begins there."""
    a, b, c, d, e, f = _matrix_of(path)
    for at in range(count_segments(path)):
        segment = _segment(path, at)
        _point(segment, F0, F1)
        x, y = floats[0], floats[1]
        yield _segment_kind(segment) == pdfium.FPDF_SEGMENT_MOVETO, a * x + c * y + e, b * x + d * y + f


def _matrix_of(thing: int) -> tuple[float, ...]:
    return tuple(floats) if _own_matrix(thing, F0) else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def clip_boxes(clips: Sequence[int], number: int) -> list[Box | None]:
    """One path of each of many clips, where it is an upright rectangle."""
    held = (FLOAT * (6 * len(clips)))()
    start, end = ctypes.addressof(held), ctypes.addressof(held) + ctypes.sizeof(held)
    for at in range(3):
        corners = map(_clip_segment, clips, repeat(number), repeat(at))
        deque(map(_point, corners, range(start + 8 * at, end, 24), range(start + 8 * at + 4, end, 24)), 0)
    segments = map(_count_clip_segments, clips, repeat(number))
    return [
        (min(x0, x2), min(y0, y2), max(x0, x2), max(y0, y2))
        if count in (4, 5) and ((x0 == x1 and y1 == y2) or (y0 == y1 and x1 == x2))
        else None
        for count, (x0, y0, x1, y1, x2, y2) in zip(segments, struct.iter_unpack("6f", held), strict=True)
    ]


def in_layers(things: Sequence[int]) -> set[int]:
    """Those of many objects that belong to a layer (optional content), which may be switched off."""
    found: set[int] = set()
    counts = list(map(count_marks, things))
    for at in range(max(counts, default=0)):
        marked = [thing for thing, count in zip(things, counts, strict=True) if count > at]
        names = ctypes.create_string_buffer(8 * len(marked))
        start = ctypes.addressof(names)
        marks = map(_mark_at, marked, repeat(at))
        deque(map(_mark_name, marks, range(start, start + 8 * len(marked), 8), repeat(8), repeat(D0)), 0)
        if _LAYER in names.raw:
            found.update(thing for n, thing in enumerate(marked) if names.raw[8 * n : 8 * n + 6] == _LAYER)
    return found


def notes(page: int, most: int) -> Iterator[tuple[int, Box, bool]]:
    """The kind of each note on a page, where it lies, and whether the file says what it looks like."""
    for number in range(min(_count_notes(page), most)):
        note = _note_at(page, number)
        if note:
            floats[0] = floats[1] = floats[2] = floats[3] = 0.0
            _note_box(note, F0)
            (left, right), (bottom, top) = sorted((floats[0], floats[2])), sorted((floats[1], floats[3]))
            yield _note_kind(note), (left, bottom, right, top), _note_look(note, 0, None, 0) > 2
            _close_note(note)
