"""Find letters that are drawn although their font names them as spaces, or as nothing.

They are ink beside the known letters of a line.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ingest.structure.page import RawPage
from ingest.worker.pdfium import documents, drawing, objects, textpage
from ingest.worker.pdfium.binding import Box
from ingest.worker.visible.ink import left_out, paper
from ingest.worker.visible.page_objects import PageObjects

_SCALE = 2.0  # pixels per point
_PIXELS = 3_000_000  # maximum to render; a very large page is rendered smaller
_DARK = 60  # of 255: the minimum by which ink is darker than its paper
_PAD = 0.06  # of the letter size: ink around a letter that is still its own
_HIGH, _WIDE = 0.3, 0.1  # of the letter size: the least height and width of a letter or digit
_BESIDE = 2.0  # times the letter size: what is further from a line is not part of it


def lines_with_others(
    handle: int, text_page: textpage.TextPage, page: RawPage, places: Sequence[Sequence[int]], things: PageObjects
) -> Iterator[tuple[int, list[int]]]:
    """Yield the index of each line with unknown letters, and the offset of a space in each gap where they are.

    There is none for letters at the start or end of a line.
    """
    wide, high = documents.page_width(handle), documents.page_height(handle)
    scale = min(_SCALE, (_PIXELS / max(1.0, wide * high)) ** 0.5)
    with left_out(things.objects[z] for z in things.others if things.kinds[z] != objects.FORM):
        rows = drawing.rows(handle, max(1, int(wide * scale)), max(1, int(high * scale)), depth=1, notes=False)
    ground = paper(rows)
    black = bytes(abs(level - ground) > _DARK for level in range(256))
    ink = [bytearray(row.translate(black)) for row in rows]
    seen = documents.view(handle)
    letters: list[list[Box | None]] = []
    for line, held in zip(page.lines, places, strict=True):
        boxes = textpage.letter_boxes(text_page, [held[at] for at in range(len(line.text))])
        letters.append(
            [
                None if _is_blank(letter) else _pixels(box, seen, scale)
                for letter, box in zip(line.text, boxes, strict=True)
            ]
        )
        pad = _PAD * line.size * scale
        for box in filter(None, letters[-1]):
            _clear(ink, (box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad))
    for at, (line, placed) in enumerate(zip(page.lines, letters, strict=True)):
        known = [box for box in placed if box]
        if line.sideways or not known:
            continue
        size = line.size * scale
        top, bottom = min(box[1] for box in known), max(box[3] for box in known)
        left, right = known[0][0] - _BESIDE * size, known[-1][2] + _BESIDE * size
        found = list(_letters(ink, (left, top, right, bottom), size))
        if found:
            yield at, [offset for offset, start, end in _gaps(placed) if any(start < x < end for x in found)]


def _is_blank(letter: str) -> bool:
    return letter.isspace() or not letter.isprintable()


def _pixels(box: Box, seen: documents.View, scale: float) -> Box:
    (x0, y0), (x1, y1) = seen(box[0], box[1]), seen(box[2], box[3])
    return scale * min(x0, x1), scale * min(y0, y1), scale * max(x0, x1), scale * max(y0, y1)


def _clear(ink: list[bytearray], box: Box) -> None:
    left, right = max(0, int(box[0])), int(box[2]) + 1
    for row in ink[max(0, int(box[1])) : int(box[3]) + 1]:
        end = min(right, len(row))
        if end > left:
            row[left:end] = bytes(end - left)


def _letters(ink: list[bytearray], box: Box, size: float) -> Iterator[float]:
    """Yield the middle of each run of columns with ink that is as high and wide as a letter."""
    start = max(0, int(box[0]))
    rows = [bytes(row[start : int(box[2]) + 1]) for row in ink[max(0, int(box[1])) : int(box[3]) + 1]]
    columns = [sum(column) for column in zip(*rows, strict=True)]
    at = start
    for inked, run in groupby(columns, key=bool):
        heights = list(run)
        if inked and len(heights) >= _WIDE * size and max(heights) >= _HIGH * size:
            yield at + len(heights) / 2
        at += len(heights)


def _gaps(boxes: Sequence[Box | None]) -> Iterator[tuple[int, float, float]]:
    """Yield the middle of each run of spaces of a line, and where it starts and ends on the page."""
    before: Box | None = None
    for blank, run in groupby(enumerate(boxes), key=lambda each: each[1] is None):
        held = list(run)
        if not blank:
            before = held[-1][1]
        after = boxes[held[-1][0] + 1] if held[-1][0] + 1 < len(boxes) else None
        if blank and before and after:
            yield held[len(held) // 2][0], before[2], after[0]
