"""Text that was typed into form fields or as notes. It is added to the text of the page, marked as typed."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from ingest.structure.page import Line, RawPage
from ingest.worker.pdfium import annotations, documents, drawing, textpage
from ingest.worker.visible import geometry
from ingest.worker.visible.page_objects import NOTES_A_PAGE

_KINDS = {annotations.WIDGET: "form field", annotations.FREE_TEXT: "note", annotations.STAMP: "stamp"}
_LEAST = 1.0  # points: in a lower or narrower note nothing can be read
_SIZE = 10.0  # points: the letters of a note whose appearance the file does not define


class Noted(NamedTuple):
    """A loaded page, or 0 if it cannot be loaded, with what its notes add.

    It has the places of typed text, the number of redactions that were marked but not applied, the `notes` that are not
    yet part of the page, and the `unmade` ones, which PDFium does not draw. `grounds` are what fields and links paint
    that it does not draw either. `unseen` counts the notes with text that no viewer shows.
    """

    handle: int
    typed: list[tuple[str, geometry.Box]]
    marked: int = 0
    notes: list[tuple[int, geometry.Box, bool]] | None = None
    unmade: Sequence[annotations.Unmade] = ()
    grounds: Sequence[geometry.Box] = ()
    unseen: int = 0

    @property
    def covers(self) -> list[geometry.Box]:
        """What the notes paint over that PDFium does not draw."""
        return [*self.grounds, *(note.box for note in self.unmade if note.paints)]


def load(
    book: int,
    index: int,
    painted: Sequence[tuple[geometry.Box, geometry.Box]] = (),
    off: Callable[[], Sequence[geometry.Box]] = tuple,
) -> Noted:
    """Load a page (0-based index). What was typed on it becomes part of the page, as displayed.

    `painted` are the notes that paint without an appearance in the file, each with a box that it paints.
    `off` returns the boxes of notes in layers that are off.
    """
    handle = documents.load_page(book, index)
    if not handle:
        return Noted(0, [])
    notes = list(annotations.notes(handle, NOTES_A_PAGE))
    unmade: Sequence[annotations.Unmade] = ()
    if any(not drawn and kind in annotations.UNMADE for kind, _, drawn in notes):
        unmade = list(annotations.unmade_notes(handle, NOTES_A_PAGE))
    grounds = [ground for _, ground in painted]
    typing = any(kind in _KINDS or (drawn and kind in annotations.MAY_PRINT) for kind, _, drawn in notes)
    printed = list(annotations.printed(handle, NOTES_A_PAGE)) if typing else []
    if not printed and not any(kind in _KINDS for kind, _, _ in notes):
        return Noted(handle, [], notes=notes, unmade=unmade, grounds=grounds)
    unseen = annotations.leave_out_unseen(handle, NOTES_A_PAGE, off())
    notes = list(annotations.notes(handle, NOTES_A_PAGE))
    typed = [(_KINDS[kind], box) for kind, box, _ in notes if kind in _KINDS] + [("note", box) for box in printed]
    if not all(drawn for kind, _, drawn in notes if kind in _KINDS):
        drawing.rows(handle, 1, 1, depth=1)  # makes PDFium generate what the file leaves to the viewer
        made = [box for _, box, drawn in annotations.notes(handle, NOTES_A_PAGE) if drawn]
        grounds = [ground for note, ground in painted if not any(geometry.same(note, box) for box in made)]
    flattened = documents.flatten_page(handle, documents.AS_SHOWN)
    documents.close_page(handle)
    handle = documents.load_page(book, index) or 0
    if not flattened:
        return Noted(handle, [], unmade=unmade, grounds=grounds, unseen=unseen)
    marked = sum(kind == annotations.REDACT for kind, _, _ in notes)
    return Noted(handle, typed, marked, unmade=unmade, grounds=grounds, unseen=unseen)


def typed_lines(
    text_page: textpage.TextPage,
    page: RawPage,
    places: Sequence[Sequence[int]],
    typed: Sequence[tuple[str, geometry.Box]],
    in_forms: Collection[int],
) -> list[tuple[str, list[Line]]]:
    """Return the lines of each field and note.

    `places` are the positions of the letters of each line of the page. `in_forms` are the text objects in forms, which
    those of notes are.
    """
    if not typed:
        return []
    middles = [
        (line, textpage.letter_box(text_page, place[0]))
        for line, place in zip(page.lines, places, strict=True)
        if textpage.text_object(text_page, place[0]) in in_forms
    ]
    found = []
    for kind, box in typed:
        inside = [line for line, letter in middles if geometry.covers(box, letter)]
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


def as_shown(
    unmade: Sequence[annotations.Unmade], shown: Sequence[tuple[geometry.Box, str]], sheet: geometry.Box
) -> list[annotations.Unmade]:
    """Return the notes that PDFium does not draw with the text that a viewer shows, "" if it shows none.

    `shown` are the boxes and texts that other viewers show, and `sheet` is the box of the page.
    """
    found = []
    for note in unmade:
        said = next((text for box, text in shown if geometry.same(box, note.box)), note.text)
        left, bottom, right, top = note.box
        if min(right - left, top - bottom) < _LEAST or not geometry.touches(note.box, sheet):
            said = ""
        found.append(note._replace(text=said))
    return found


def add_unmade(page: RawPage, unmade: Sequence[annotations.Unmade], seen: documents.View) -> None:
    """Add what is typed in notes that PDFium does not draw, where the page has no text yet."""
    for note in unmade:
        (x0, y0), (x1, y1) = seen(note.box[0], note.box[1]), seen(note.box[2], note.box[3])
        left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        made = any(left <= line.x0 <= right and top <= line.y <= bottom and line.text[0] == "[" for line in page.lines)
        if note.text and not made:
            page.lines.append(Line(f"[{_KINDS[note.kind]}: {note.text}]", left, right, top + _SIZE, _SIZE))
