"""Text that was typed into form fields or as notes. It is added to the text of the page, marked as typed."""

from collections.abc import Sequence
from typing import NamedTuple

from ingest.structure.page import Line, RawPage
from ingest.worker.pdfium import documents, drawing, objects, textpage
from ingest.worker.visible import geometry
from ingest.worker.visible.page_objects import NOTES_A_PAGE

_KINDS = {objects.WIDGET: "form field", objects.FREE_TEXT: "note"}


class Noted(NamedTuple):
    """A loaded page (0 if it cannot be loaded), the places of its typed text, and the number of redactions that are
    only marked.

    `notes` are the notes that are not yet part of the page.
    """

    handle: int
    typed: list[tuple[str, geometry.Box]]
    marked: int = 0
    notes: list[tuple[int, geometry.Box, bool]] | None = None


def load(book: int, index: int) -> Noted:
    """Load a page (0-based index). What was typed on it becomes part of the page, as displayed."""
    handle = documents.load_page(book, index)
    if not handle:
        return Noted(0, [])
    notes = list(objects.notes(handle, NOTES_A_PAGE))
    typed = [(_KINDS[kind], box) for kind, box, _ in notes if kind in _KINDS]
    if not typed:
        return Noted(handle, [], notes=notes)
    if not all(drawn for kind, _, drawn in notes if kind in _KINDS):
        drawing.rows(handle, 1, 1, depth=1)  # makes PDFium generate what the file leaves to the viewer
    flattened = documents.flatten_page(handle, documents.AS_SHOWN)
    documents.close_page(handle)
    handle = documents.load_page(book, index) or 0
    if not flattened:
        return Noted(handle, [])
    return Noted(handle, typed, sum(kind == objects.REDACT for kind, _, _ in notes))


def typed_lines(
    text_page: textpage.TextPage,
    page: RawPage,
    places: Sequence[Sequence[int]],
    typed: Sequence[tuple[str, geometry.Box]],
) -> list[tuple[str, list[Line]]]:
    """Return the lines of each field and note. `places` are the positions of the letters of each line of the page."""
    if not typed:
        return []
    middles = [textpage.letter_box(text_page, place[0]) for place in places]
    found = []
    for kind, box in typed:
        inside = [line for line, letter in zip(page.lines, middles, strict=True) if geometry.covers(box, letter)]
        if any(letter.isalnum() for line in inside for letter in line.text):
            found.append((kind, inside))
    return found


def mark(page: RawPage, typed: Sequence[tuple[str, list[Line]]]) -> None:
    """Put typed text in brackets that say what it is: `[note: …]`."""
    for kind, lines in typed:
        left = [line for line in lines if any(line is other for other in page.lines)]
        if left:
            opening = f"[{kind}: "
            left[0].text = opening + left[0].text
            left[0].gaps = tuple(gap + len(opening) for gap in left[0].gaps)
            left[-1].text += "]"
