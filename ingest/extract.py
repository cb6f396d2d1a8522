"""From the bytes of a PDF to pages of lines. The only importer of pypdf and pypdfium2; runs in the child process.

PDFium reads the text, pypdf reads the document (properties, page labels, outline) and any page that PDFium cannot read
or reads badly.
"""

import ctypes
import io
import logging
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import pypdf
import pypdfium2
import pypdfium2.raw as pdfium
from pypdf.errors import FileNotDecryptedError

from corpus.model import Hidden, Reason
from ingest import clean, hidden
from ingest.answer import PIXELS, SCAN_PIXELS
from ingest.page import Document, Line, Pixels, RawPage
from ingest.scans import doubtful

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it would log a line for each oddity of each page

# Tighter than pypdf's own limits, which are made for editing; one page of a report needs a fraction of these.
pypdf.overwrite_configuration(
    maximum_declared_stream_length=50_000_000,
    zlib_maximum_output_length=50_000_000,
    lzw_maximum_output_length=50_000_000,
    run_length_maximum_output_length=50_000_000,
    array_based_stream_maximum_output_length=50_000_000,
    jbig2dec_binary=None,
    outline_maximum_entries=5_000,
    outline_maximum_depth=20,
    page_tree_maximum_depth=50,
    xform_maximum_invocations_per_extraction=500,
)

_PASSWORD_ERROR = 4  # FPDF_ERR_PASSWORD
_SECURITY_ERROR = 5  # FPDF_ERR_SECURITY: a kind of encryption that PDFium does not know
_HEADER_WITHIN = 1024  # bytes in which "%PDF-" must start, as readers have it since PDF 1.0
_LETTERS_A_PAGE = 200_000  # more than any printed page holds; the rest of such a page is not read
_OBJECTS_A_PAGE = 20_000  # that are looked at for boxes over text
_FEW_LETTERS = 50  # a page with fewer may be a scan with a stamped number
_LABEL_LENGTH = 20
_VALUE_LENGTH = 500
_OUTLINE_ENTRIES = 2_000
_TOO_WIDE = 0.54  # of the letter size: wider than most text faces on average; then a wide gap is looked for
_GAP = 1.2  # of the letter size: wider than any space between two words, also in justified text
_SMALL = 0.8  # of the size of the letter beside it: a raised digit
_LONGEST_WORD = 30  # letters; longer ones are words without the spaces between them
_ODD = re.compile("[\x00-\x08\x0e-\x1f\ufffd\ue000-\uf8ff]")
_MARK = re.compile(r"(?<=[^\W\d]|[.,;:!?)\]\"'’”])\d{1,3}(?![\w%])")  # a number glued to a word
_NOTE = re.compile(r"^\d{1,3}\s?(?=[^\W\d])")
_LINE_END = re.compile("(\r\n|\n|\r|\ufffe)")  # PDFium puts U+FFFE where a line ends in a hyphen

_T = TypeVar("_T")
_View = Callable[[float, float], tuple[float, float]]


class Unreadable(Exception):
    """The bytes are not a report. `reason` says why; `detail` is for a technician and holds no text of the file."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.detail = detail


def read(data: bytes, *, max_pages: int, extractor: str = "pdfium", trust_hidden_text: bool = False) -> Document:
    """Every page of the PDF in `data`. Raises Unreadable; a page that cannot be read is a page with `unread` set.

    extractor: "pdfium", or "pypdf" to read everything with pypdf. trust_hidden_text: take what lies under a box as
    text.
    """
    if not data:
        raise Unreadable(Reason.EMPTY, "0 bytes")
    looks_like_pdf = b"%PDF-" in data[:_HEADER_WITHIN]
    book = _Book(data)
    pages: list[RawPage] | None = None
    locked = False
    if extractor == "pdfium":
        try:
            pages = _read_with_pdfium(data, max_pages, book, trust_hidden_text)
        except pypdfium2.PdfiumError as error:
            locked = error.err_code in (_PASSWORD_ERROR, _SECURITY_ERROR)
    if pages is None:
        pages = _read_with_pypdf(book, max_pages, looks_like_pdf, locked)
    if not pages:
        raise Unreadable(Reason.EMPTY, "0 pages")
    for page, label in zip(pages, book.labels(len(pages)), strict=False):
        page.label = label or page.label
    return Document(pages, book.properties(), book.outline())


# ---------------------------------------------------------------- PDFium


def _quick(function: Any, result: Any, *arguments: Any) -> Any:
    """The same function, called with plain addresses: four times as fast where it is called for each object of a
    page."""
    return ctypes.CFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_P, _I = ctypes.c_void_p, ctypes.c_int
_object = _quick(pdfium.FPDFPage_GetObject, _P, _P, _I)
_type = _quick(pdfium.FPDFPageObj_GetType, _I, _P)
_text_object = _quick(pdfium.FPDFText_GetTextObject, _P, _P, _I)
_render_mode = _quick(pdfium.FPDFTextObj_GetTextRenderMode, _I, _P)
_bounds = _quick(pdfium.FPDFPageObj_GetBounds, _I, _P, *[ctypes.POINTER(ctypes.c_float)] * 4)
_segments = _quick(pdfium.FPDFPath_CountSegments, _I, _P)
_char_box = _quick(pdfium.FPDFText_GetCharBox, _I, _P, _I, *[ctypes.POINTER(ctypes.c_double)] * 4)
_COVERING = (
    pdfium.FPDF_ANNOT_SQUARE,
    pdfium.FPDF_ANNOT_REDACT,
    pdfium.FPDF_ANNOT_STAMP,
    pdfium.FPDF_ANNOT_INK,
    pdfium.FPDF_ANNOT_POLYGON,
    pdfium.FPDF_ANNOT_FREETEXT,
    pdfium.FPDF_ANNOT_HIGHLIGHT,
)
_SEGMENTS = 500  # a path with more is a drawing
_SCALE = 3.0  # pixels a point, where it is looked whether letters can be seen
_BLACK = 80  # of 255: the lightest that a black box in a scan is anywhere
_SAME_COLOUR = 12  # of 255: two colours that differ less are the same to the eye


def _read_with_pdfium(data: bytes, max_pages: int, book: "_Book", trust_hidden_text: bool) -> list[RawPage]:
    document = pypdfium2.PdfDocument(data)
    try:
        count = len(document)
        if count > max_pages:
            raise Unreadable(Reason.TOO_LARGE, f"{count} pages")
        pages = []
        for index in range(count):
            page = _pdfium_page(document.raw, index, trust_hidden_text)
            if page is None or (_looks_wrong(page) and not page.withheld):  # pypdf would read what is withheld
                page = _better(page, book.page(index))
                if page is not None and _looks_wrong(page):
                    page.scan = True
            pages.append(page or RawPage(index + 1, str(index + 1), 0, 0, reader=None, unread=Reason.CORRUPT.value))
        return pages
    finally:
        document.close()


def _pdfium_page(document: Any, index: int, trust_hidden_text: bool) -> RawPage | None:
    """One page, or None when PDFium cannot load it."""
    handle = pdfium.FPDF_LoadPage(document, index)
    if not handle:
        return None
    text_page = None
    try:
        page = RawPage(index + 1, str(index + 1), pdfium.FPDF_GetPageWidthF(handle), pdfium.FPDF_GetPageHeightF(handle))
        text_page = pdfium.FPDFText_LoadPage(handle)
        if not text_page:
            return None
        places = _read_lines(handle, text_page, page)
        if not trust_hidden_text:
            _withhold(handle, text_page, page, places)
        if sum(len(line.text) for line in page.lines) < _FEW_LETTERS:
            page.image = _shows_image(handle)
            if not page.lines and page.image:
                page.unread, page.reader, page.scan = Reason.NO_TEXT.value, None, True
            page.scan = page.scan or (page.image and hidden.is_scan(_boxes(handle)[1], _sheet(handle)))
        elif places and _is_layer(text_page, places[0]):
            page.scan = doubtful(" ".join(line.text for line in page.lines))
        return page
    finally:
        if text_page:
            pdfium.FPDFText_ClosePage(text_page)
        pdfium.FPDF_ClosePage(handle)


def _is_layer(text_page: Any, place: int) -> bool:
    """Whether a letter is drawn invisibly, as OCR leaves its letters under a scan."""
    text_object = _text_object(text_page, place)
    return bool(text_object) and _render_mode(text_object) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE


def _sheet(handle: Any) -> hidden.Box:
    """The part of the page that is seen, in the space of the file."""
    frame = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(handle, frame)
    return (frame.left, frame.bottom, frame.right, frame.top)


def _shows_image(handle: Any) -> bool:
    """Whether a picture stands on the page, also inside a form."""
    for position in range(min(pdfium.FPDFPage_CountObjects(handle), 2_000)):
        kind = pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(handle, position))
        if kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM):
            return True
    return False


def _view(handle: Any) -> _View:
    """From a point in the space of the file to the page as it is seen: turned, cropped, y down from the top."""
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(handle, box)
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    turn = pdfium.FPDFPage_GetRotation(handle)
    if turn == 1:
        return lambda x, y: (y - bottom, x - left)
    if turn == 2:
        return lambda x, y: (right - x, y - bottom)
    if turn == 3:
        return lambda x, y: (top - y, right - x)
    return lambda x, y: (x - left, top - y)


def _read_lines(handle: Any, text_page: Any, page: RawPage) -> list[int]:
    """The lines of a page in the order of the file. A few calls a line, not one a letter: that is what makes it
    fast."""
    width, height = page.width, page.height
    count = min(pdfium.FPDFText_CountChars(text_page), _LETTERS_A_PAGE)
    if count <= 0:
        return []
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
    text = bytes(buffer)[: 2 * max(0, written - 1)].decode("utf-16-le", "surrogatepass")
    view = _view(handle)
    # Letters that have no Unicode are in the count but not in the text; then places must be translated, one call each.
    straight = len(text) == count

    x, y = ctypes.c_double(), ctypes.c_double()
    box = pdfium.FS_RECTF()
    lines: list[Line] = []
    places: list[int] = []
    upright = sideways = 0
    start = 0
    for piece in _LINE_END.split(text):
        if not piece:
            continue
        if piece in ("\r\n", "\n", "\r", "\ufffe"):
            if piece == "\ufffe" and lines:
                lines[-1].hyphen = True
            start += len(piece)
            continue
        stripped = piece.strip()
        if not stripped:
            start += len(piece)
            continue
        offset = start + piece.index(stripped[0])
        first, last = offset, offset + len(stripped) - 1
        if not straight:
            first = max(0, pdfium.FPDFText_GetCharIndexFromTextIndex(text_page, first))
            last = max(first, pdfium.FPDFText_GetCharIndexFromTextIndex(text_page, last))
        start += len(piece)

        pdfium.FPDFText_GetCharOrigin(text_page, first, x, y)
        x0, y0 = view(x.value, y.value)
        pdfium.FPDFText_GetLooseCharBox(text_page, last, box)
        corner, other = view(box.left, box.bottom), view(box.right, box.top)
        # What comes first may be a bullet of another font, a number or a raised mark, what comes last a page number.
        by_first = stripped[0].isalpha() or (stripped[0].isdigit() and stripped[-1].isdigit())
        size = _size(text_page, first if by_first else last)
        bold = pdfium.FPDFText_GetFontWeight(text_page, first) >= 600
        bold_end = pdfium.FPDFText_GetFontWeight(text_page, last) >= 600
        x1 = max(corner[0], other[0])
        pdfium.FPDFText_GetCharOrigin(text_page, last, x, y)
        xe, ye = view(x.value, y.value)
        line = Line(stripped, x0, x1, y0, size, bold, bold_end)
        if abs(ye - y0) > max(abs(xe - x0), size):
            line.sideways = True
            # As it stands when the page is turned so that this line is upright.
            if ye < y0:
                line.x0, line.x1, line.y = height - y0, height - min(corner[1], other[1]), x0
            else:
                line.x0, line.x1, line.y = y0, max(corner[1], other[1]), width - x0
            sideways += len(stripped)
        else:
            upright += len(stripped)
            if x1 - x0 > _TOO_WIDE * size * len(stripped) and " " in stripped:
                line.gaps = _gaps(text_page, stripped, first, size, view, straight, offset)
        if straight and (_MARK.search(stripped) or _NOTE.match(stripped)):
            line.text = _raised(text_page, stripped, first)
        lines.append(line)
        places.append(first)
    if sideways > upright:  # the page is read turned: what is sideways on it is upright to its reader
        page.width, page.height = height, width
        for line in lines:
            line.sideways = not line.sideways
    page.lines = lines
    return places


def _raised(text_page: Any, text: str, offset: int) -> str:
    """The text with small digits after a word, the marks of footnotes, as raised digits: `guidance1` is `guidance¹`."""

    def height(place: int) -> float:
        return _size(text_page, offset + place)

    def after_word(found: re.Match[str]) -> str:
        small = height(found.start()) < _SMALL * height(found.start() - 1)
        return found.group().translate(clean.RAISED) if small else found.group()

    def before_note(found: re.Match[str]) -> str:
        small = height(found.start()) < _SMALL * height(found.end())
        return found.group().translate(clean.RAISED) if small else found.group()

    return _MARK.sub(after_word, _NOTE.sub(before_note, text))


def _size(text_page: Any, place: int) -> float:
    """The size in which a letter is printed: its font's, scaled by its matrix."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text_page, place, matrix)
    size: float = pdfium.FPDFText_GetFontSize(text_page, place) * (math.hypot(matrix.c, matrix.d) or 1.0)
    return size


def _gaps(
    text_page: Any, text: str, first: int, size: float, view: _View, straight: bool, offset: int
) -> tuple[int, ...]:
    """Offsets of the letters that follow a gap too wide to be a space between words."""
    found = []
    for space in re.finditer(" +", text):
        before, after = first + space.start() - 1, first + space.end()
        if not straight:
            before = pdfium.FPDFText_GetCharIndexFromTextIndex(text_page, offset + space.start() - 1)
            after = pdfium.FPDFText_GetCharIndexFromTextIndex(text_page, offset + space.end())
        one, other = _letter(text_page, before), _letter(text_page, after)
        end = max(view(one[0], one[1])[0], view(one[2], one[3])[0])
        if min(view(other[0], other[1])[0], view(other[2], other[3])[0]) - end > _GAP * size:
            found.append(space.end())
    return tuple(found)


# ---------------------------------------------------------------- pictures


def picture(data: bytes, number: int, width: int, marks: Sequence[tuple[str, str, str]]) -> Pixels:
    """A page (1-based) as PDFium shows it, `width` pixels wide, with the marks as a marker pen would leave them.

    marks: what is to be marked, with some of the text before and after it to tell its place; only letters and digits
    of them are compared. What cannot be found is not marked. Raises Unreadable.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(Reason.CORRUPT, f"code {error.err_code}") from error
    try:
        if not 1 <= number <= len(document):
            raise Unreadable(Reason.EMPTY, f"{len(document)} pages")
        return _picture(document[number - 1], width, marks)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(Reason.CORRUPT, f"code {error.err_code}") from error
    finally:
        document.close()


def scan(data: bytes, number: int, dpi: int) -> Pixels:
    """A page (1-based) in grey, as OCR wants it; a poster gets fewer dots. Raises Unreadable."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(Reason.CORRUPT, f"code {error.err_code}") from error
    try:
        if not 1 <= number <= len(document):
            raise Unreadable(Reason.EMPTY, f"{len(document)} pages")
        page = document[number - 1]
        wide, high = page.get_size()
        if not (wide > 0 and high > 0):
            raise Unreadable(Reason.CORRUPT, "a page without size")
        scale = min(dpi / 72, math.sqrt(0.9 * SCAN_PIXELS / (wide * high)))
        bitmap = page.render(scale=scale, force_bitmap_format=pdfium.FPDFBitmap_Gray)
        held, row = bytes(bitmap.buffer), bitmap.stride
        data = b"".join(held[at : at + bitmap.width] for at in range(0, row * bitmap.height, row))
        return Pixels(bitmap.width, bitmap.height, data, 1)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(Reason.CORRUPT, f"code {error.err_code}") from error
    finally:
        document.close()


def _picture(page: Any, width: int, marks: Sequence[tuple[str, str, str]]) -> Pixels:
    wide, high = page.get_size()
    if not (wide > 0 and high > 0):
        raise Unreadable(Reason.CORRUPT, "a page without size")
    scale = min(width / wide, math.sqrt(0.9 * PIXELS / (wide * high)))  # a poster gets a smaller picture, not a larger
    # Always three bytes a pixel, white where the page is transparent.
    bitmap = page.render(scale=scale, rev_byteorder=True, force_bitmap_format=pdfium.FPDFBitmap_BGR)
    row, size = 3 * bitmap.width, bitmap.stride
    held = bytes(bitmap.buffer)
    data = bytearray(b"".join(held[at : at + row] for at in range(0, size * bitmap.height, size)))
    for left, top, right, bottom in _marked(page, bitmap.width, bitmap.height, marks):
        for at in range(top, bottom):
            green, blue = (
                slice(3 * (at * bitmap.width + left) + n, 3 * (at * bitmap.width + right), 3) for n in (1, 2)
            )
            data[green] = data[green].translate(_PALER)
            data[blue] = bytes(len(data[blue]))
    return Pixels(bitmap.width, bitmap.height, bytes(data))


_PALER = bytes(n * 221 // 255 for n in range(256))  # white becomes the yellow of the page's own marks


def _marked(
    page: Any, width: int, height: int, marks: Sequence[tuple[str, str, str]]
) -> Iterator[tuple[int, int, int, int]]:
    """The boxes of the marks, in pixels of a picture of that size: left, top, right, bottom."""
    text_page = page.get_textpage()
    count = min(text_page.count_chars(), _LETTERS_A_PAGE)
    letters = [chr(pdfium.FPDFText_GetUnicode(text_page.raw, at) or 0xFFFD) for at in range(count)]
    x, y = ctypes.c_int(), ctypes.c_int()

    def seen(across: float, up: float) -> tuple[int, int]:
        pdfium.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, across, up, x, y)
        return max(0, min(width, x.value)), max(0, min(height, y.value))

    for first, last in places(letters, marks):
        for at in range(min(text_page.count_rects(first, last - first + 1), 50)):
            x0, y0, x1, y1 = text_page.get_rect(at)
            corner, other = seen(x0, y0), seen(x1, y1)
            left, right = sorted((corner[0], other[0]))
            top, bottom = sorted((corner[1], other[1]))
            yield max(0, left - 1), max(0, top - 1), min(width, right + 1), min(height, bottom + 1)


def places(letters: Sequence[str], marks: Sequence[tuple[str, str, str]]) -> list[tuple[int, int]]:
    """Where the marks stand among the letters of a page: (first, last), for those that can be told for sure."""
    plain: list[str] = []
    home: list[int] = []
    for at, letter in enumerate(letters):
        for each in _plain_letters(letter):
            plain.append(each)
            home.append(at)
    page = "".join(plain)
    found = []
    for before, text, after in marks:
        wanted = _plain_letters(text)
        if not wanted:
            continue
        ahead, behind = _plain_letters(before), _plain_letters(after)
        for left, right in ((ahead, behind), (ahead, ""), ("", behind), (ahead[-8:], behind[:8]), ("", "")):
            if page.count(left + wanted + right) == 1:
                start = page.index(left + wanted + right) + len(left)
                found.append((home[start], home[start + len(wanted) - 1]))
                break
    return found


def _plain_letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


# ---------------------------------------------------------------- what a person cannot see


def _withhold(handle: Any, text_page: Any, page: RawPage, places: list[int]) -> None:
    """Take out text under a box, off the page, or invisible though no scan shows it; `withheld` says how it was
    hidden."""
    sheet = _sheet(handle)
    boxes, pictures, order = _boxes(handle)
    scan: bool | None = None
    drawn: _Scanned | None = None
    kept = []
    for line, first in zip(page.lines, places, strict=True):
        text_object = _text_object(text_page, first)
        how = Hidden.BOX
        gone: set[int] = set()
        if text_object and _render_mode(text_object) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE:
            scan = hidden.is_scan(pictures, sheet) if scan is None else scan
            if scan:  # what OCR read there, but for what the scan shows as a black box
                drawn = drawn or _Scanned(handle)
                gone = _blackened(text_page, line.text, first, drawn)
            elif not _Shown(handle, _ends(text_page, line.text, first)).anything():
                # Else it is a layer over letters that are drawn as curves: there is something to see.
                gone, how = set(range(len(line.text))), Hidden.INVISIBLE
        elif line.x1 > page.width or line.x0 < 0 or line.y < 0 or line.y - line.size > page.height:
            how = Hidden.OFF_PAGE
            gone = {
                offset
                for offset in range(len(line.text))
                if not hidden.covers(sheet, _letter(text_page, first + offset))
            }
        elif boxes:
            ends = _ends(text_page, line.text, first)
            over = [box for box, z in boxes if hidden.meets(box, ends) and z > order.get(text_object, -1)]
            if over:
                gone = _covered(handle, text_page, line.text, first, over)
        if gone:
            page.withheld += [how] * len(hidden.runs(gone))
            line.text = hidden.without(line.text, gone)
            line.gaps = ()
        if line.text:
            kept.append(line)
    page.lines = kept


def _ends(text_page: Any, text: str, first: int) -> hidden.Box:
    return hidden.around([_letter(text_page, place) for place in (first, first + len(text) - 1)])


def _letter(text_page: Any, place: int) -> hidden.Box:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    _char_box(text_page, place, left, right, bottom, top)
    return (left.value, bottom.value, right.value, top.value)


def _boxes(handle: Any) -> tuple[list[tuple[hidden.Box, int]], list[hidden.Box], dict[int, int]]:
    """Rectangles and pictures that may cover text, each with its place in the order of drawing; all pictures; that
    order."""
    page = ctypes.cast(handle, ctypes.c_void_p).value
    boxes: list[tuple[hidden.Box, int]] = []
    pictures: list[hidden.Box] = []
    order: dict[int, int] = {}
    written = False
    for z in range(min(pdfium.FPDFPage_CountObjects(handle), _OBJECTS_A_PAGE)):
        thing = _object(page, z)
        kind = _type(thing)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            order[thing] = z
            written = True
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE or (
            written and kind == pdfium.FPDF_PAGEOBJ_PATH and _segments(thing) <= _SEGMENTS
        ):
            left, bottom, right, top = (ctypes.c_float() for _ in range(4))
            _bounds(thing, left, bottom, right, top)
            box = (left.value, bottom.value, right.value, top.value)
            if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                pictures.append(box)
            if written and box[2] - box[0] > 4 and box[3] - box[1] > 4:
                boxes.append((box, z))
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            left, bottom, right, top = (ctypes.c_float() for _ in range(4))
            _bounds(thing, left, bottom, right, top)
            box = (left.value, bottom.value, right.value, top.value)
            if _holds_picture(thing, 3):
                pictures.append(box)
            boxes.append((box, z))  # what is drawn in it may lie over text before it
            written = True
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(handle), 1_000)):
        note = pdfium.FPDFPage_GetAnnot(handle, number)
        if pdfium.FPDFAnnot_GetSubtype(note) in _COVERING:
            area = pdfium.FS_RECTF()
            pdfium.FPDFAnnot_GetRect(note, area)
            sides = sorted((area.left, area.right)), sorted((area.bottom, area.top))
            boxes.append(((sides[0][0], sides[1][0], sides[0][1], sides[1][1]), _OBJECTS_A_PAGE))
        pdfium.FPDFPage_CloseAnnot(note)
    return boxes, pictures, order


def _holds_picture(form: int, depth: int) -> bool:
    """Whether a form shows a picture, itself or in a form of its own."""
    handle = ctypes.cast(form, pdfium.FPDF_PAGEOBJECT)
    for position in range(min(pdfium.FPDFFormObj_CountObjects(handle), 200)):
        thing = pdfium.FPDFFormObj_GetObject(handle, position)
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            return True
        inner = ctypes.cast(thing, ctypes.c_void_p).value
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth and inner and _holds_picture(inner, depth - 1):
            return True
    return False


def _covered(handle: Any, text_page: Any, text: str, first: int, boxes: list[hidden.Box]) -> set[int]:
    """Offsets of the letters that lie under a box and leave no trace on the page as it is drawn."""
    letters = {offset: _letter(text_page, first + offset) for offset, letter in enumerate(text) if letter != " "}
    under = [offset for offset, letter in letters.items() if any(hidden.covers(box, letter) for box in boxes)]
    if not under:
        return set()
    shown = _Shown(handle, hidden.around([letters[offset] for offset in under]))
    found: set[int] = set()
    for run in hidden.runs(under):
        if not shown.anything(_room([letters[offset] for offset in run])):
            found.update(run)
            continue
        # A box that is larger than what it hides, such as a picture with holes: each word for itself.
        for word in hidden.words(text, run):
            if not shown.anything(_room([letters[offset] for offset in word])):
                found.update(word)
    return found


def _room(letters: list[hidden.Box]) -> hidden.Box:
    """Where letters stand. A lone "I" or "-" fills its own place with one colour: it is looked at with what is around
    it."""
    left, bottom, right, top = hidden.around(letters)
    more = 1.0 if len(letters) == 1 else 0.0
    return (left - more, bottom - more, right + more, top + more)


class _Shown:
    """What a part of a page looks like as it is drawn: the proof, whatever was drawn over what."""

    def __init__(self, handle: Any, area: hidden.Box) -> None:
        self._view = _view(handle)
        left, top, right, bottom = self._seen(area)
        self._left, self._top = int(left * _SCALE) - 4, int(top * _SCALE) - 4
        self._width, self._height = int((right - left) * _SCALE) + 8, int((bottom - top) * _SCALE) + 8
        self._rows: list[bytes] = []
        if not (self._width < 10_000 and self._height < 2_000):
            return
        bitmap = pdfium.FPDFBitmap_Create(self._width, self._height, 0)
        if not bitmap:
            return
        try:
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, self._width, self._height, 0xFFFFFFFF)
            whole = (int(pdfium.FPDF_GetPageWidthF(handle) * _SCALE), int(pdfium.FPDF_GetPageHeightF(handle) * _SCALE))
            pdfium.FPDF_RenderPageBitmap(bitmap, handle, -self._left, -self._top, *whole, 0, pdfium.FPDF_ANNOT)
            stride = pdfium.FPDFBitmap_GetStride(bitmap)
            pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * self._height)
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)
        self._rows = [pixels[at : at + 4 * self._width] for at in range(0, stride * self._height, stride)]

    def _seen(self, area: hidden.Box) -> tuple[float, float, float, float]:
        (x0, y0), (x1, y1) = self._view(area[0], area[1]), self._view(area[2], area[3])
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def anything(self, area: hidden.Box | None = None) -> bool:
        """Whether there is more than one colour in an area. What cannot be drawn counts as seen."""
        rows = self._rows
        start, end = 0, self._width
        if area is not None:
            left, top, right, bottom = self._seen(area)
            start, end = (max(0, int(side * _SCALE) - self._left) for side in (left, right))
            first, last = (max(0, int(side * _SCALE) - self._top) for side in (top, bottom))
            rows = rows[first:last]
        if not rows or end <= start:
            return True
        for colour in range(3):
            values = b"".join(row[4 * start + colour : 4 * end : 4] for row in rows)
            if max(values) - min(values) > _SAME_COLOUR:
                return True
        return False


class _Scanned:
    """A scan in grey, to see where it is black."""

    def __init__(self, handle: Any) -> None:
        self._view = _view(handle)
        wide, high = pdfium.FPDF_GetPageWidthF(handle), pdfium.FPDF_GetPageHeightF(handle)
        self._scale = min(1.5, math.sqrt(4_000_000 / max(1.0, wide * high)))
        self._width, height = max(1, int(wide * self._scale)), max(1, int(high * self._scale))
        bitmap = pdfium.FPDFBitmap_CreateEx(self._width, height, pdfium.FPDFBitmap_Gray, None, 0)
        self._rows: list[bytes] = []
        if not bitmap:
            return
        try:
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, self._width, height, 0xFFFFFFFF)
            pdfium.FPDF_RenderPageBitmap(bitmap, handle, 0, 0, self._width, height, 0, pdfium.FPDF_ANNOT)
            stride = pdfium.FPDFBitmap_GetStride(bitmap)
            pixels = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * height)
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)
        self._rows = [pixels[at : at + self._width] for at in range(0, stride * height, stride)]

    def black(self, area: hidden.Box) -> bool:
        """Whether no part of an area is light."""
        (x0, y0), (x1, y1) = self._view(area[0], area[1]), self._view(area[2], area[3])
        start, end = (max(0, int(x * self._scale)) for x in (min(x0, x1), max(x0, x1)))
        first, last = (max(0, int(y * self._scale)) for y in (min(y0, y1), max(y0, y1)))
        values = b"".join(row[start : end + 1] for row in self._rows[first : last + 1])
        return bool(values) and max(values) < _BLACK


def _blackened(text_page: Any, text: str, first: int, scan: _Scanned) -> set[int]:
    """Offsets of the words of an OCR layer that lie where the scan itself shows a black box."""
    found: set[int] = set()
    for word in hidden.words(text, range(len(text))):
        if scan.black(hidden.around([_letter(text_page, first + offset) for offset in word])):
            found.update(word)
    return found


# ---------------------------------------------------------------- which reader is right


def _looks_wrong(page: RawPage) -> bool:
    """Whether the text of a page is probably not what is printed on it."""
    if not page.lines:
        return False
    text = " ".join(line.text for line in page.lines)
    return _badness(text) > 0.05


def _badness(text: str) -> float:
    """The share of a text that cannot be what a person would read there: letters without Unicode, words without
    spaces."""
    if not text:
        return 1.0
    odd = len(_ODD.findall(text))
    glued = sum(len(word) for word in text.split() if len(word) > _LONGEST_WORD and word.isalpha())
    sample = text[:2_000]
    plain = sum(map(str.isalnum, sample))
    return (odd + glued) / len(text) + (0.5 if plain < 0.3 * len(sample) and len(sample) > 50 else 0.0)


def _better(page: RawPage | None, other: RawPage | None) -> RawPage | None:
    if page is None or other is None:
        return page or other
    ours, theirs = (" ".join(line.text for line in p.lines) for p in (page, other))
    if _badness(theirs) < _badness(ours) and len(theirs) > 0.8 * len(ours):
        other.image = page.image
        return other
    return page


# ---------------------------------------------------------------- pypdf


def _read_with_pypdf(book: "_Book", max_pages: int, looks_like_pdf: bool, locked: bool) -> list[RawPage]:
    """What pypdf makes of a file that PDFium could not open."""
    if book.locked or (locked and not book.opened):
        raise Unreadable(Reason.ENCRYPTED)
    count = book.count()
    if count is None:
        if locked:
            raise Unreadable(Reason.ENCRYPTED)
        raise Unreadable(Reason.CORRUPT if looks_like_pdf else Reason.NOT_PDF, book.error)
    if count > max_pages:
        raise Unreadable(Reason.TOO_LARGE, f"{count} pages")
    pages = []
    for index in range(count):
        page = book.page(index)
        pages.append(page or RawPage(index + 1, str(index + 1), 0, 0, reader=None, unread=Reason.CORRUPT.value))
    if pages and all(page.unread == Reason.CORRUPT.value for page in pages):
        raise Unreadable(Reason.CORRUPT if looks_like_pdf else Reason.NOT_PDF, book.error)
    return pages


class _Book:
    """The document as pypdf sees it, opened when first asked for. Nothing in it can lose the text that PDFium reads."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._reader: pypdf.PdfReader | None = None
        self._tried = False
        self.locked = False
        self.error = ""

    @property
    def opened(self) -> bool:
        return self._open() is not None

    def _open(self) -> pypdf.PdfReader | None:
        if not self._tried:
            self._tried = True
            self._reader = self._attempt(self._decrypted)
        return self._reader

    def _decrypted(self) -> pypdf.PdfReader:
        reader = pypdf.PdfReader(io.BytesIO(self._data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            self.locked = True
            raise FileNotDecryptedError("a password is needed")
        return reader

    def _attempt(self, work: Callable[[], _T]) -> _T | None:
        """`work`, or None when the file is beyond pypdf. It raises nearly anything on broken files, so nearly anything
        is caught."""
        try:
            return work()
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001
            self.error = type(error).__name__
            return None

    def count(self) -> int | None:
        """Number of pages, or None when pypdf cannot tell."""
        reader = self._open()
        return None if reader is None else self._attempt(lambda: len(reader.pages))

    def page(self, index: int) -> RawPage | None:
        """A page as pypdf reads it: text without places, set as if on a typewriter, so that what follows need not
        know."""
        reader = self._open()
        if reader is None:
            return None
        text = self._attempt(lambda: str(reader.pages[index].extract_text())[:_LETTERS_A_PAGE])
        if text is None:
            return None
        page = RawPage(index + 1, str(index + 1), 595.0, 842.0, typewritten(text), reader="pypdf")
        if not page.lines:
            page.image = bool(self._attempt(lambda: "/XObject" in (reader.pages[index].get("/Resources") or {})))
            if page.image:
                page.unread, page.reader, page.scan = Reason.NO_TEXT.value, None, True
        return page

    def labels(self, pages: int) -> list[str]:
        """The printed number of each page, "" where the document states none."""
        reader = self._open()
        # To ask for labels is to walk all pages: only where there are any.
        if reader is None or not self._attempt(lambda: "/PageLabels" in reader.root_object):
            return [""] * pages
        labels = self._attempt(lambda: list(reader.page_labels))
        if labels is None or len(labels) != pages:
            return [""] * pages
        return [" ".join(str(label).split())[:_LABEL_LENGTH] for label in labels]

    def properties(self) -> dict[str, str]:
        """What the file says of itself: title, author and the day it was made (ISO)."""
        reader = self._open()
        if reader is None:
            return {}
        found: dict[str, str] = {}
        for name, work in (
            ("title", lambda: reader.metadata and reader.metadata.title),
            ("author", lambda: reader.metadata and reader.metadata.author),
            ("created", lambda: reader.metadata and (day := reader.metadata.creation_date) and day.date().isoformat()),
        ):
            value = self._attempt(work)
            if isinstance(value, str) and value.strip():
                found[name] = " ".join(value.split())[:_VALUE_LENGTH]
        return found

    def outline(self) -> list[str]:
        """The titles of the bookmarks, in order."""
        reader = self._open()
        nested = None if reader is None else self._attempt(lambda: reader.outline)
        titles: list[str] = []
        waiting: list[Any] = list(reversed(nested or []))
        while waiting and len(titles) < _OUTLINE_ENTRIES:
            entry = waiting.pop()
            if isinstance(entry, list):
                waiting.extend(reversed(entry))
            elif title := self._attempt(lambda entry=entry: str(entry.title)):  # type: ignore[misc]
                titles.append(" ".join(title.split())[:_VALUE_LENGTH])
        return titles


def typewritten(text: str) -> list[Line]:
    """Lines without known places, set 10 points high, as a typewriter would have set them."""
    lines = []
    y = 60.0
    for row in text.split("\n"):
        y += 12.0
        if stripped := row.strip():
            hyphen = stripped.endswith(("\u00ad", "-")) and len(stripped) > 2 and stripped[-2].isalpha()
            width = 5.0 * len(stripped)
            lines.append(Line(stripped[:-1] if hyphen else stripped, 60.0, 60.0 + width, y, 10.0, hyphen=hyphen))
    return lines
