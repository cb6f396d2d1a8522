"""Marks pages that need OCR: those that were not read in full, or not as printed, even if they have some text."""

from collections.abc import Sequence
from itertools import repeat

from corpus.reasons import Reason
from ingest.structure import legible, ocr_lines
from ingest.structure.page import Doubt, RawPage
from ingest.worker.pdfium import documents, objects, textpage
from ingest.worker.visible import geometry, hidden_text, unlettered
from ingest.worker.visible.page_objects import PageObjects

_FEW_LETTERS = 50  # a page with fewer may be a scan with a stamped number


def mark(text_page: int, page: RawPage, places: Sequence[Sequence[int]], things: PageObjects) -> None:
    """Mark the lines whose letters may not be those on the page. places: of the letters of each line."""
    for line in page.lines:
        if legible.has_holes(line.text):
            line.doubt = Doubt.HOLES
    if not all(legible.is_usual(line.text) for line in page.lines):
        # A few lines of names or references say nothing; all lines of their font do. An invisible layer says nothing of
        # what is printed in the same font.
        fonts = _fonts(text_page, [place[0] for place in places])
        for at in legible.in_cipher([line.text for line in page.lines], fonts):
            page.lines[at].doubt = Doubt.CIPHER
    if things.pictures:
        layer = [at for at, place in enumerate(places) if hidden_text.invisible(text_page, place[0])]
        if ocr_lines.doubtful(" ".join(page.lines[at].text for at in layer)):
            for at in layer:
                page.lines[at].doubt = Doubt.LAYER


def _fonts(text_page: int, places: Sequence[int]) -> list[tuple[bytes, bool]]:
    """For letters at some places, the name of the font and whether it is drawn invisibly."""
    things = list(map(textpage.text_object, repeat(text_page), places))
    fonts = list(map(textpage.font_of, things))
    names = {
        font: textpage.font_name(text_page, place) for font, place in dict(zip(fonts, places, strict=True)).items()
    }
    modes = map(objects.render_mode, things)
    return [(names[font], mode == objects.INVISIBLE) for font, mode in zip(fonts, modes, strict=True)]


def judge(handle: int, page: RawPage, things: PageObjects) -> None:
    """Say whether OCR should read the page, and what is missing from it until then."""
    if sum(len(line.text) for line in page.lines) < _FEW_LETTERS:
        page.image = things.any_picture
        page.scan = page.image and (not page.lines or geometry.is_scan(things.pictures, documents.page_box(handle)))
    if any(line.doubt for line in page.lines):
        page.scan, page.unread = True, Reason.GARBLED.value
    elif not page.lines and page.image:
        page.unread = Reason.NO_TEXT.value
    elif unlettered.has_print(handle, page, things):
        page.scan, page.unread = True, (Reason.PARTLY_READ if page.lines else Reason.NO_TEXT).value
    if page.unread and not page.lines:
        page.reader = None


def drop_ciphers(page: RawPage) -> None:
    """Remove the lines whose letters differ from those on the page: what is not printed must not be found."""
    page.lines = [line for line in page.lines if line.doubt is not Doubt.CIPHER]
    if page.unread and not page.lines:
        page.reader = None
