"""Render pages as pictures."""

import ctypes
from itertools import repeat

import pypdfium2.raw as pdfium

from ingest.worker.pdfium.binding import ADDRESS, DOUBLE, INT, ULONG, W0, W1, quick, whole

_to_device = quick(pdfium.FPDF_PageToDevice, INT, ADDRESS, *[INT] * 5, DOUBLE, DOUBLE, ADDRESS, ADDRESS)
_new_bitmap = quick(pdfium.FPDFBitmap_CreateEx, ADDRESS, INT, INT, INT, ADDRESS, INT)
_fill = quick(pdfium.FPDFBitmap_FillRect, INT, ADDRESS, *[INT] * 4, ULONG)
_render = quick(pdfium.FPDF_RenderPageBitmap, None, ADDRESS, ADDRESS, *[INT] * 6)
_row_length = quick(pdfium.FPDFBitmap_GetStride, INT, ADDRESS)
_pixels = quick(pdfium.FPDFBitmap_GetBuffer, ADDRESS, ADDRESS)
_destroy = quick(pdfium.FPDFBitmap_Destroy, None, ADDRESS)


def device(page: int, width: int, height: int, x: float, y: float) -> tuple[int, int]:
    """Return the pixel at which a point of the page appears in a picture of that size."""
    _to_device(page, 0, 0, width, height, 0, x, y, W0, W1)
    return whole[0], whole[1]


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
    """Return the rows of pixels of a page on white, or an empty list if there is not enough memory.

    `depth` is the number of bytes per pixel: 1 (grey), 3 (red, green, blue) or 4 (blue, green, red, unused). `whole` is
    the size in pixels of the whole page; the picture shows the part of it that begins at `corner`. `notes` says whether
    notes are drawn.
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
        start, length = _pixels(bitmap), _row_length(bitmap)
        starts = range(start, start + length * height, length)
        return list(map(ctypes.string_at, starts, repeat(depth * width)))
    finally:
        _destroy(bitmap)
