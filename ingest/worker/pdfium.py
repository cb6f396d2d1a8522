"""PDFium: how a PDF is opened, and which of its functions are called. The only importer of pypdfium2; runs in the
child.

Documents, pages and objects are plain addresses here (0: there is none). A call with an address costs a third of one
with the typed pointers of pypdfium2, and a hundred reports take a million of them.
"""

import ctypes
import math
import struct
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in the space of the file."""

TEXT, PATH, IMAGE, FORM = (
    pdfium.FPDF_PAGEOBJ_TEXT,
    pdfium.FPDF_PAGEOBJ_PATH,
    pdfium.FPDF_PAGEOBJ_IMAGE,
    pdfium.FPDF_PAGEOBJ_FORM,
)
"""Kinds of what stands on a page."""

LINK, WIDGET = pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_WIDGET
"""Kinds of notes that most files have without drawing anything of them."""

INVISIBLE = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
"""How text is drawn that is not drawn."""

REDACT = pdfium.FPDF_ANNOT_REDACT
"""The kind of note that marks what is to be redacted. Until it is applied, what it marks can be seen."""

Colour = tuple[int, int, int]
"""Red, green, blue; each from 0 to 255."""

UNKNOWN: Colour = (0xBF, 0xBF, 0xBF)
"""What PDFium says of a pattern: its colours are not known before it is drawn."""

_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_SECURITY_ERROR = 5  # FPDF_ERR_SECURITY: a kind of encryption that PDFium does not know
_LAYER = "OC\0".encode("utf-16-le")  # the name of the mark of what belongs to a layer
_LONGEST = 100_000  # bytes of a label, a title or a property; what is longer is none


class Unopened(Exception):
    """PDFium cannot open the file. locked: because of a password, or a kind of encryption that it does not know."""

    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.locked = code in (_PASSWORD_ERROR, _SECURITY_ERROR)


@contextmanager
def opened(data: bytes) -> Iterator[int]:
    """The document in `data`. Raises Unopened. A document that is held stays open."""
    if _held and _held[0].data is data:
        yield _address(_held[0].document().raw)
        return
    document = _open(data)
    try:
        yield _address(document.raw)
    finally:
        document.close()


def hold(data: bytes) -> None:
    """Open the document in `data` at most once, when it is first needed, and keep it open until `release`."""
    release()
    _held.append(_Held(data))


def release() -> None:
    """Close the document that is held, if there is one."""
    while _held:
        _held.pop().close()


class _Held:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self._document: Any = None

    def document(self) -> Any:
        self._document = self._document or _open(self.data)
        return self._document

    def close(self) -> None:
        if self._document is not None:
            self._document.close()


_held: list[_Held] = []  # one at most


def _open(data: bytes) -> Any:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Unopened(error.err_code or 0) from error


def may_have_layers(data: bytes) -> bool:
    """Whether a file may have layers (optional content): it names them, or it is compressed so that nobody can tell."""
    return b"OCProperties" in data or b"ObjStm" in data


def _address(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


def _quick(function: Any, result: Any, *arguments: Any) -> Any:
    return ctypes.PYFUNCTYPE(result, *arguments)(_address(function))


_P, _I, _N, _F, _D = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong, ctypes.c_float, ctypes.c_double

count_pages = _quick(pdfium.FPDF_GetPageCount, _I, _P)
load_page = _quick(pdfium.FPDF_LoadPage, _P, _P, _I)
close_page = _quick(pdfium.FPDF_ClosePage, None, _P)
page_width = _quick(pdfium.FPDF_GetPageWidthF, _F, _P)
page_height = _quick(pdfium.FPDF_GetPageHeightF, _F, _P)
page_rotation = _quick(pdfium.FPDFPage_GetRotation, _I, _P)

load_text = _quick(pdfium.FPDFText_LoadPage, _P, _P)
close_text = _quick(pdfium.FPDFText_ClosePage, None, _P)
count_letters = _quick(pdfium.FPDFText_CountChars, _I, _P)
letter_at = _quick(pdfium.FPDFText_GetUnicode, ctypes.c_uint, _P, _I)
place_of = _quick(pdfium.FPDFText_GetCharIndexFromTextIndex, _I, _P, _I)
offset_of = _quick(pdfium.FPDFText_GetTextIndexFromCharIndex, _I, _P, _I)
font_weight = _quick(pdfium.FPDFText_GetFontWeight, _I, _P, _I)
font_size = _quick(pdfium.FPDFText_GetFontSize, _D, _P, _I)
text_object = _quick(pdfium.FPDFText_GetTextObject, _P, _P, _I)
render_mode = _quick(pdfium.FPDFTextObj_GetTextRenderMode, _I, _P)

count_objects = _quick(pdfium.FPDFPage_CountObjects, _I, _P)
object_at = _quick(pdfium.FPDFPage_GetObject, _P, _P, _I)
kind_of = _quick(pdfium.FPDFPageObj_GetType, _I, _P)
count_segments = _quick(pdfium.FPDFPath_CountSegments, _I, _P)
clip_of = _quick(pdfium.FPDFPageObj_GetClipPath, _P, _P)
count_clips = _quick(pdfium.FPDFClipPath_CountPaths, _I, _P)
count_marks = _quick(pdfium.FPDFPageObj_CountMarks, _I, _P)
see_through = _quick(pdfium.FPDFPageObj_HasTransparency, _I, _P)
set_active = _quick(pdfium.FPDFPageObj_SetIsActive, _I, _P, _I)
count_inside = _quick(pdfium.FPDFFormObj_CountObjects, _I, _P)
inside_at = _quick(pdfium.FPDFFormObj_GetObject, _P, _P, _N)

_get_text = _quick(pdfium.FPDFText_GetText, _I, _P, _I, _I, _P)
_origin = _quick(pdfium.FPDFText_GetCharOrigin, _I, _P, _I, _P, _P)
_font_name = _quick(pdfium.FPDFText_GetFontInfo, _N, _P, _I, _P, _N, _P)
_letter_near = _quick(pdfium.FPDFText_GetCharIndexAtPos, _I, _P, _D, _D, _D, _D)
_loose_box = _quick(pdfium.FPDFText_GetLooseCharBox, _I, _P, _I, _P)
_char_box = _quick(pdfium.FPDFText_GetCharBox, _I, _P, _I, _P, _P, _P, _P)
_matrix = _quick(pdfium.FPDFText_GetMatrix, _I, _P, _I, _P)
_page_box = _quick(pdfium.FPDF_GetPageBoundingBox, _I, _P, _P)
_bounds = _quick(pdfium.FPDFPageObj_GetBounds, _I, _P, _P, _P, _P, _P)
_fill_colour = _quick(pdfium.FPDFPageObj_GetFillColor, _I, _P, _P, _P, _P, _P)
_stroke_colour = _quick(pdfium.FPDFPageObj_GetStrokeColor, _I, _P, _P, _P, _P, _P)
_stroke_width = _quick(pdfium.FPDFPageObj_GetStrokeWidth, _I, _P, _P)
_draw_mode = _quick(pdfium.FPDFPath_GetDrawMode, _I, _P, _P, _P)
_own_size = _quick(pdfium.FPDFTextObj_GetFontSize, _I, _P, _P)
_own_matrix = _quick(pdfium.FPDFPageObj_GetMatrix, _I, _P, _P)
_segment = _quick(pdfium.FPDFPath_GetPathSegment, _P, _P, _I)
_segment_kind = _quick(pdfium.FPDFPathSegment_GetType, _I, _P)
_point = _quick(pdfium.FPDFPathSegment_GetPoint, _I, _P, _P, _P)
_count_clip_segments = _quick(pdfium.FPDFClipPath_CountPathSegments, _I, _P, _I)
_clip_segment = _quick(pdfium.FPDFClipPath_GetPathSegment, _P, _P, _I, _I)
_mark_at = _quick(pdfium.FPDFPageObj_GetMark, _P, _P, _N)
_mark_name = _quick(pdfium.FPDFPageObjMark_GetName, _I, _P, _P, _N, _P)
_rects = _quick(pdfium.FPDFText_CountRects, _I, _P, _I, _I)
_rect = _quick(pdfium.FPDFText_GetRect, _I, _P, _I, _P, _P, _P, _P)
_count_notes = _quick(pdfium.FPDFPage_GetAnnotCount, _I, _P)
_note_at = _quick(pdfium.FPDFPage_GetAnnot, _P, _P, _I)
_note_kind = _quick(pdfium.FPDFAnnot_GetSubtype, _I, _P)
_note_box = _quick(pdfium.FPDFAnnot_GetRect, _I, _P, _P)
_note_look = _quick(pdfium.FPDFAnnot_GetAP, _N, _P, _I, _P, _N)
_close_note = _quick(pdfium.FPDFPage_CloseAnnot, None, _P)
_to_device = _quick(pdfium.FPDF_PageToDevice, _I, _P, *[_I] * 5, _D, _D, _P, _P)
_new_bitmap = _quick(pdfium.FPDFBitmap_CreateEx, _P, _I, _I, _I, _P, _I)
_fill = _quick(pdfium.FPDFBitmap_FillRect, _I, _P, *[_I] * 4, _N)
_render = _quick(pdfium.FPDF_RenderPageBitmap, None, _P, _P, *[_I] * 6)
_row_length = _quick(pdfium.FPDFBitmap_GetStride, _I, _P)
_pixels = _quick(pdfium.FPDFBitmap_GetBuffer, _P, _P)
_destroy = _quick(pdfium.FPDFBitmap_Destroy, None, _P)
_meta = _quick(pdfium.FPDF_GetMetaText, _N, _P, ctypes.c_char_p, _P, _N)
_page_label = _quick(pdfium.FPDF_GetPageLabel, _N, _P, _I, _P, _N)
_first_mark = _quick(pdfium.FPDFBookmark_GetFirstChild, _P, _P, _P)
_next_mark = _quick(pdfium.FPDFBookmark_GetNextSibling, _P, _P, _P)
_mark_title = _quick(pdfium.FPDFBookmark_GetTitle, _N, _P, _P, _N)

# What a call leaves behind is read before the next: one place for all of them. Nothing here runs in two threads.
_name = ctypes.create_string_buffer(256)
_NAME = ctypes.addressof(_name)
_doubles, _floats, _whole = (_D * 4)(), (_F * 6)(), (_I * 2)()
_four_doubles, _four_floats = struct.Struct("4d").unpack_from, struct.Struct("4f").unpack_from
_D0, _D1, _D2, _D3 = (ctypes.addressof(_doubles) + n * ctypes.sizeof(_D) for n in range(4))
_F0, _F1, _F2, _F3 = (ctypes.addressof(_floats) + n * ctypes.sizeof(_F) for n in range(4))
_W0, _W1 = (ctypes.addressof(_whole) + n * ctypes.sizeof(_I) for n in range(2))


# ---------------------------------------------------------------- text


def letters(text: int, count: int) -> str:
    """The first `count` letters of a page."""
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = _get_text(text, 0, count, ctypes.addressof(buffer))
    return ctypes.string_at(buffer, 2 * max(0, written - 1)).decode("utf-16-le", "surrogatepass")


def origin(text: int, place: int) -> tuple[float, float]:
    """Where a letter stands on its line."""
    _origin(text, place, _D0, _D1)
    return _doubles[0], _doubles[1]


def loose_box(text: int, place: int) -> Box:
    """A letter with the room that its font gives it."""
    _loose_box(text, place, _F0)
    left, top, right, bottom = _four_floats(_floats)
    return left, bottom, right, top


def letter_box(text: int, place: int) -> Box:
    """The ink of a letter."""
    if not _char_box(text, place, _D0, _D1, _D2, _D3):
        return 0.0, 0.0, 0.0, 0.0
    left, right, bottom, top = _four_doubles(_doubles)
    return left, bottom, right, top


def font_name(text: int, place: int) -> bytes:
    """The name of the font of a letter, as the file has it; empty when it has none."""
    length = _font_name(text, place, _NAME, len(_name), 0)
    return ctypes.string_at(_NAME, length - 1) if 0 < length <= len(_name) else b""


def letter_near(text: int, x: float, y: float, reach: float) -> int:
    """The place of the letter at a point, or the nearest one within reach; -1 when there is none."""
    found: int = _letter_near(text, x, y, reach, reach)
    return found


def stretch(text: int, place: int) -> tuple[float, float]:
    """The second column of the matrix of a letter: by how much, and where to, it makes the letter higher."""
    if not _matrix(text, place, _F0):
        return 0.0, 0.0
    return _floats[2], _floats[3]


def pieces(text: int, first: int, count: int, most: int) -> list[Box]:
    """Where the pieces are in which the file draws letters of a line; none when it is one piece."""
    number = _rects(text, first, count)
    found: list[Box] = []
    for at in range(min(number, most) if number > 1 else 0):
        _rect(text, at, _D0, _D1, _D2, _D3)
        left, top, right, bottom = _four_doubles(_doubles)
        found.append((left, bottom, right, top))
    return found


def rectangles(text: int, first: int, count: int, most: int) -> Iterator[Box]:
    """One for each line that the letters stand in."""
    for at in range(min(_rects(text, first, count), most)):
        _rect(text, at, _D0, _D1, _D2, _D3)
        left, top, right, bottom = _four_doubles(_doubles)
        yield left, bottom, right, top


# ---------------------------------------------------------------- what stands on a page


def page_box(page: int) -> Box:
    """The part of the page that is seen."""
    _page_box(page, _F0)
    left, top, right, bottom = _four_floats(_floats)
    return left, bottom, right, top


def bounds(thing: int) -> Box:
    """The rectangle around an object; empty when it has none."""
    if not _bounds(thing, _F0, _F1, _F2, _F3):
        return 0.0, 0.0, 0.0, 0.0
    left, bottom, right, top = _four_floats(_floats)
    return left, bottom, right, top


def bounds_of(things: Sequence[int]) -> list[Box]:
    """The rectangles around many objects, at a fraction of the cost of asking for each."""
    held = (_F * (4 * len(things)))()
    start, end = ctypes.addressof(held), ctypes.addressof(held) + ctypes.sizeof(held)
    deque(map(_bounds, things, *(range(start + 4 * n, end, 16) for n in range(4))), 0)
    return list(struct.iter_unpack("4f", held)) if things else []


def fill_colours(things: Sequence[int]) -> list[Colour]:
    """The colours with which many objects are filled; UNKNOWN where there is none."""
    return _colours(_fill_colour, things)


def stroke_colours(things: Sequence[int]) -> list[Colour]:
    """The colours of the strokes of many objects; UNKNOWN where there is none."""
    return _colours(_stroke_colour, things)


def _colours(function: Any, things: Sequence[int]) -> list[Colour]:
    held = (ctypes.c_uint * (4 * len(things)))()
    start, end = ctypes.addressof(held), ctypes.addressof(held) + ctypes.sizeof(held)
    known = list(map(function, things, *(range(start + 4 * n, end, 16) for n in range(4))))
    if not things:
        return []
    return [rgba[:3] if one else UNKNOWN for one, rgba in zip(known, struct.iter_unpack("4I", held), strict=True)]


def size_of(text_object: int) -> float:
    """The size in which the letters of a text object are printed, across or up, whichever is less."""
    _own_size(text_object, _F0)
    size = _floats[0]
    a, b, c, d, _, _ = _matrix_of(text_object)
    return size * min(math.hypot(a, b), math.hypot(c, d))


def painted(path: int) -> tuple[bool, float]:
    """Whether a path is filled, and how wide its stroke is (0: it has none)."""
    _draw_mode(path, _W0, _W1)
    filled, stroked = _whole
    if not stroked:
        return bool(filled), 0.0
    _stroke_width(path, _F0)
    width = max(_floats[0], 0.1)
    a, b, c, d, _, _ = _matrix_of(path)
    return bool(filled), width * max(math.hypot(a, b), math.hypot(c, d))


def points(path: int) -> Iterator[tuple[bool, float, float]]:
    """The points of a path on the page; for each, whether a new part of the path begins there."""
    a, b, c, d, e, f = _matrix_of(path)
    for at in range(count_segments(path)):
        segment = _segment(path, at)
        _point(segment, _F0, _F1)
        x, y = _floats[0], _floats[1]
        yield _segment_kind(segment) == pdfium.FPDF_SEGMENT_MOVETO, a * x + c * y + e, b * x + d * y + f


def _matrix_of(thing: int) -> tuple[float, ...]:
    return tuple(_floats) if _own_matrix(thing, _F0) else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def clip_boxes(clips: Sequence[int], number: int) -> list[Box | None]:
    """One path of each of many clips, where it is an upright rectangle."""
    held = (_F * (6 * len(clips)))()
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
        deque(map(_mark_name, marks, range(start, start + 8 * len(marked), 8), repeat(8), repeat(_D0)), 0)
        if _LAYER in names.raw:
            found.update(thing for n, thing in enumerate(marked) if names.raw[8 * n : 8 * n + 6] == _LAYER)
    return found


def notes(page: int, most: int) -> Iterator[tuple[int, Box, bool]]:
    """The kind of each note on a page, where it lies, and whether the file says what it looks like."""
    for number in range(min(_count_notes(page), most)):
        note = _note_at(page, number)
        if note:
            _floats[0] = _floats[1] = _floats[2] = _floats[3] = 0.0
            _note_box(note, _F0)
            (left, right), (bottom, top) = sorted((_floats[0], _floats[2])), sorted((_floats[1], _floats[3]))
            yield _note_kind(note), (left, bottom, right, top), _note_look(note, 0, None, 0) > 2
            _close_note(note)


# ---------------------------------------------------------------- pictures


def device(page: int, width: int, height: int, x: float, y: float) -> tuple[int, int]:
    """Where a point of the page is in a picture of that size."""
    _to_device(page, 0, 0, width, height, 0, x, y, _W0, _W1)
    return _whole[0], _whole[1]


def rows(
    page: int,
    width: int,
    height: int,
    *,
    depth: int,
    whole: tuple[int, int] | None = None,
    corner: tuple[int, int] = (0, 0),
    notes: bool = True,
) -> list[bytes]:
    """The rows of a picture of a page on white. Empty when there is no memory for it.

    depth: bytes a pixel: 1 (grey), 3 (red, green, blue), 4 (blue, green, red, nothing). whole: the size in pixels of
    the whole page, of which the picture shows the part that begins at `corner`. notes: whether they are drawn.
    """
    kind, order = {
        1: (pdfium.FPDFBitmap_Gray, 0),
        3: (pdfium.FPDFBitmap_BGR, pdfium.FPDF_REVERSE_BYTE_ORDER),
        4: (pdfium.FPDFBitmap_BGRx, 0),
    }[depth]
    bitmap = _new_bitmap(width, height, kind, None, 0)
    if not bitmap:
        return []
    try:
        _fill(bitmap, 0, 0, width, height, 0xFFFFFFFF)
        flags = order | (pdfium.FPDF_ANNOT if notes else 0)
        _render(bitmap, page, -corner[0], -corner[1], *(whole or (width, height)), 0, flags)
        length = _row_length(bitmap)
        held = ctypes.string_at(_pixels(bitmap), length * height)
    finally:
        _destroy(bitmap)
    return [held[at : at + depth * width] for at in range(0, length * height, length)]


# ---------------------------------------------------------------- what the document says of itself


def label(document: int, index: int) -> str:
    """The printed number of a page (0-based), "" where the document states none."""
    return _told(_page_label, document, index)


def meta(document: int, name: str) -> str:
    """A property of the file by its name in the PDF, such as "CreationDate"."""
    return _told(_meta, document, name.encode())


def bookmarks(document: int, most: int) -> Iterator[str]:
    """The titles of the outline in order, at most so many; each once, also in an outline that runs in a circle."""
    known: set[int] = set()
    waiting: list[int | None] = [_first_mark(document, None)]
    while waiting and len(known) < most:
        mark = waiting.pop()
        if mark and mark not in known:
            known.add(mark)
            yield _told(_mark_title, mark)
            waiting += [_next_mark(document, mark), _first_mark(document, mark)]


def _told(function: Any, *arguments: Any) -> str:
    """What one of the functions says that fill a buffer with UTF-16 and an end; "" when it is too long to be true."""
    size = function(*arguments, None, 0)
    if not 2 < size <= _LONGEST:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*arguments, ctypes.addressof(buffer), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")
