"""The annotations of a page: form fields, typed notes, stamps, marks for redaction."""

import ctypes
from collections.abc import Iterator, Sequence
from operator import sub
from typing import NamedTuple

import pypdfium2.raw as pdfium

from ingest.worker.pdfium.binding import ADDRESS, F0, INT, ULONG, Box, floats, quick

LINK, WIDGET = pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_WIDGET
FREE_TEXT, STAMP = pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP
"""Kinds of notes. Most links and widgets draw nothing; a widget is a field of a form, and a free text a typed note."""

REDACT = pdfium.FPDF_ANNOT_REDACT
"""The kind of note that marks what is to be redacted. Until it is applied, what it marks can be seen."""

_count_notes = quick(pdfium.FPDFPage_GetAnnotCount, INT, ADDRESS)
_note_at = quick(pdfium.FPDFPage_GetAnnot, ADDRESS, ADDRESS, INT)
_note_kind = quick(pdfium.FPDFAnnot_GetSubtype, INT, ADDRESS)
_note_box = quick(pdfium.FPDFAnnot_GetRect, INT, ADDRESS, ADDRESS)
_note_look = quick(pdfium.FPDFAnnot_GetAP, ULONG, ADDRESS, INT, ADDRESS, ULONG)
_note_has = quick(pdfium.FPDFAnnot_HasKey, INT, ADDRESS, ADDRESS)
_note_flags = quick(pdfium.FPDFAnnot_GetFlags, INT, ADDRESS)
_note_type = quick(pdfium.FPDFAnnot_GetValueType, INT, ADDRESS, ADDRESS)
_note_string = quick(pdfium.FPDFAnnot_GetStringValue, ULONG, ADDRESS, ADDRESS, ADDRESS, ULONG)
_set_note_flags = quick(pdfium.FPDFAnnot_SetFlags, INT, ADDRESS, INT)
_remove_note = quick(pdfium.FPDFPage_RemoveAnnot, INT, ADDRESS, INT)
_count_drawn = quick(pdfium.FPDFAnnot_GetObjectCount, INT, ADDRESS)
_drawn_at = quick(pdfium.FPDFAnnot_GetObject, ADDRESS, ADDRESS, INT)
_kind_of_drawn = quick(pdfium.FPDFPageObj_GetType, INT, ADDRESS)
_close_note = quick(pdfium.FPDFPage_CloseAnnot, None, ADDRESS)


def notes(page: int, most: int) -> Iterator[tuple[int, Box, bool]]:
    """Yield the kind and box of each note on a page, and whether the file has an appearance for it."""
    for number in range(min(_count_notes(page), most)):
        note = _note_at(page, number)
        if note:
            yield _note_kind(note), _box_of(note), _note_look(note, 0, None, 0) > 2
            _close_note(note)


def _box_of(note: int) -> Box:
    floats[0] = floats[1] = floats[2] = floats[3] = 0.0
    _note_box(note, F0)
    (left, right), (bottom, top) = sorted((floats[0], floats[2])), sorted((floats[1], floats[3]))
    return left, bottom, right, top


MAY_PRINT = {
    getattr(pdfium, f"FPDF_ANNOT_{name}")
    for name in (
        "SQUARE",
        "CIRCLE",
        "LINE",
        "POLYGON",
        "POLYLINE",
        "INK",
        "CARET",
        "WATERMARK",
        "REDACT",
        "SCREEN",
        "UNKNOWN",
    )
}
"""Kinds of notes that mostly are shapes or marks, but may draw text or a picture."""

_SAME_PLACE = 0.1  # points: PDFium rounds numbers
_SHAPES = 12  # paths of a note: more may be letters


def printed(page: int, most: int) -> Iterator[Box]:
    """Yield the boxes of such notes that draw text, a picture or many shapes."""
    for number in range(min(_count_notes(page), most)):
        note = _note_at(page, number)
        if note and _note_kind(note) in MAY_PRINT and _note_look(note, 0, None, 0) > 2:
            count = _count_drawn(note)
            kinds = [_kind_of_drawn(thing) for n in range(min(count, _SHAPES)) if (thing := _drawn_at(note, n))]
            if count > _SHAPES or any(kind != pdfium.FPDF_PAGEOBJ_PATH for kind in kinds):
                yield _box_of(note)
        if note:
            _close_note(note)


def leave_out_unseen(page: int, most: int, off: Sequence[Box]) -> int:
    """Remove the notes that no viewer shows, so that they do not become part of the page.

    Returns how many of them hold text. `off` are the boxes of notes in layers that are off, which PDFium draws.
    """
    holding = 0
    for number in range(min(_count_notes(page), most) - 1, -1, -1):
        note = _note_at(page, number)
        if not note:
            continue
        flags = _note_flags(note)
        unseen = bool(flags & _NOT_SHOWN) or (bool(_note_has(note, b"OC")) and _is_among(_box_of(note), off))
        if not unseen and flags & pdfium.FPDF_ANNOT_FLAG_INVISIBLE:  # which is for kinds that no viewer knows
            _set_note_flags(note, flags & ~pdfium.FPDF_ANNOT_FLAG_INVISIBLE)
        holding += unseen and bool(_said(note, UNMADE.get(_note_kind(note), (b"", None))[0]))
        _close_note(note)
        if unseen:
            _remove_note(page, number)
    return holding


def _is_among(box: Box, others: Sequence[Box]) -> bool:
    return any(max(map(abs, map(sub, box, other))) < _SAME_PLACE for other in others)


class Unmade(NamedTuple):
    """A note without an appearance in the file.

    `text` is its text, and `paints` is whether a viewer fills its box.
    """

    kind: int
    box: Box
    text: str
    paints: bool


UNMADE: dict[int, tuple[bytes, bytes | None]] = {
    WIDGET: (b"V", None),
    FREE_TEXT: (b"Contents", b"C"),
    pdfium.FPDF_ANNOT_LINE: (b"", b"BS"),
    pdfium.FPDF_ANNOT_POLYLINE: (b"", b"BS"),
    pdfium.FPDF_ANNOT_POLYGON: (b"", b"IC"),
}
"""The kinds of notes that other viewers draw but PDFium does not.

The values are the entry with the text, and the entry without which a note paints nothing or a thin line.
"""

_NOT_SHOWN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
_LONGEST_NOTE = 100_000  # bytes


def unmade_notes(page: int, most: int) -> Iterator[Unmade]:
    """Yield the notes without an appearance, which a viewer has to draw by itself."""
    for number in range(min(_count_notes(page), most)):
        note = _note_at(page, number)
        if not note:
            continue
        kind = _note_kind(note)
        if kind in UNMADE and _note_look(note, 0, None, 0) <= 2 and not _note_flags(note) & _NOT_SHOWN:
            says, paints = UNMADE[kind]
            yield Unmade(kind, _box_of(note), _said(note, says), bool(paints and _note_has(note, paints)))
        _close_note(note)


def _said(note: int, entry: bytes) -> str:
    is_text = entry and _note_type(note, entry) == pdfium.FPDF_OBJECT_STRING
    size = _note_string(note, entry, None, 0) if is_text else 0
    if not 2 < size <= _LONGEST_NOTE:
        return ""
    buffer = ctypes.create_string_buffer(size)
    _note_string(note, entry, ctypes.addressof(buffer), size)
    return " ".join(buffer.raw[: size - 2].decode("utf-16-le", "replace").split())
