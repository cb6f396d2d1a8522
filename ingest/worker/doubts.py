"""Mark pages that need OCR because their text is incomplete or differs from what is printed, even if they have some
text.
"""

from collections.abc import Sequence

from corpus.reasons import Reason
from ingest.structure import legible, ocr_lines
from ingest.structure.page import Doubt, Line, RawPage
from ingest.worker.pdfium import documents, objects, textpage
from ingest.worker.pdfium.binding import all_prepared
from ingest.worker.visible import blanks, geometry, unlettered
from ingest.worker.visible.page_objects import PageObjects

_FEW_LETTERS = 50  # a page with fewer may be a scan with a stamped number


def mark(
    handle: int,
    text_page: textpage.TextPage,
    page: RawPage,
    places: Sequence[Sequence[int]],
    things: PageObjects,
    *,
    may_have_blanks: bool,
) -> None:
    """Mark the lines whose letters may differ from those on the page.

    `places` are the letter indexes of each line. `may_have_blanks` is whether a font may name letters as spaces.
    """
    _mark_missing(text_page, page.lines, places)
    if may_have_blanks and places:
        for at, spaces in list(blanks.lines_with_others(handle, text_page, page, places, things)):
            line = page.lines[at]
            line.doubt = Doubt.UNMAPPED
            line.text = "".join("\ufffd" if n in spaces else letter for n, letter in enumerate(line.text))
    texts = [line.text for line in page.lines]
    if not all(map(legible.is_usual, texts)):
        # A few lines of names or references say nothing; all lines of their font do. An invisible layer says nothing of
        # about printed text in the same font.
        for at in legible.lines_with_wrong_letters(texts, _fonts(text_page, [place[0] for place in places])):
            page.lines[at].doubt = Doubt.CIPHER
    if things.pictures:
        modes = objects.render_modes(all_prepared(textpage.text_objects(text_page, [place[0] for place in places])))
        layer = [at for at, mode in enumerate(modes) if mode == objects.INVISIBLE]
        if ocr_lines.doubtful(" ".join(page.lines[at].text for at in layer)):
            for at in layer:
                page.lines[at].doubt = Doubt.LAYER


def _mark_missing(text_page: textpage.TextPage, lines: Sequence[Line], places: Sequence[Sequence[int]]) -> None:
    """Mark the lines with letters that cannot be identified."""
    text = " ".join([line.text for line in lines])
    if textpage.any_unmapped(text_page, _examined(text, lines, places)):
        for line, held in zip(lines, places, strict=True):
            _mark_unmapped(text_page, line, held)
        text = " ".join([line.text for line in lines])
    signs = legible.signs_in_words(text)
    if signs or legible.has_odd_letters(text) or legible.has_lies(text):  # otherwise no line has any
        for line in lines:
            lies = legible.has_lies(line.text) or (signs and signs & legible.signs_in_words(line.text, 1))
            if line.doubt is None and (lies or legible.has_holes(line.text)):
                line.doubt = Doubt.HOLES


def _examined(text: str, lines: Sequence[Line], places: Sequence[Sequence[int]]) -> list[int]:
    """Return the letters that show whether any letter of a page is not identified by its font.

    Three letters of each line are enough, unless the line has odd ones. `text` is the text of all lines.
    """
    some = [place for held in places for place in (held[0], held[len(held) // 2], held[-1])]
    if _is_odd(text):
        for line, held in zip(lines, places, strict=True):
            if _is_odd(line.text):
                some += held
    return some


def _is_odd(text: str) -> bool:
    return legible.has_mixed_words(text) or legible.has_odd_letters(text)


def _mark_unmapped(text_page: textpage.TextPage, line: Line, places: Sequence[int]) -> None:
    """Mark a line with letters that its font does not identify, and replace those letters."""
    unmapped = {
        at
        for at, missing in enumerate(textpage.unmapped(text_page, places))
        if missing and not line.text[at].isspace() and not _is_bullet(line.text, at)
    }
    if unmapped:
        line.doubt = Doubt.UNMAPPED
        line.text = "".join("\ufffd" if at in unmapped else letter for at, letter in enumerate(line.text))


def _is_bullet(text: str, at: int) -> bool:
    """Return whether a letter is alone at the start of a line, as the bullets of symbol fonts are."""
    return at == 0 and text[1:2] in ("", " ", "\t")


def _fonts(text_page: textpage.TextPage, places: Sequence[int]) -> list[tuple[bytes, bool]]:
    """Return the font name of each of some letters, and whether it is drawn invisibly."""
    things = textpage.text_objects(text_page, places)
    fonts = textpage.fonts(things)
    names = {
        font: textpage.font_name(text_page, place) for font, place in dict(zip(fonts, places, strict=True)).items()
    }
    modes = objects.render_modes(all_prepared(things))
    return [(names[font], mode == objects.INVISIBLE) for font, mode in zip(fonts, modes, strict=True)]


def judge(handle: int, page: RawPage, things: PageObjects, *, inner: bool) -> None:
    """Record whether OCR should read the page, and what is missing from it until then.

    `inner` means that the drawings of letters hold text in this file (Type 3).
    """
    if sum(len(line.text) for line in page.lines) < _FEW_LETTERS:
        page.image = things.any_picture
        page.scan = page.image and (not page.lines or geometry.is_scan(things.pictures, documents.page_box(handle)))
    if any(line.doubt for line in page.lines):
        page.scan, page.unread = True, Reason.GARBLED.value
    elif not page.lines and page.image:
        page.unread = Reason.NO_TEXT.value
    elif inner and things.any_type3():
        page.scan, page.unread = True, Reason.PARTLY_READ.value
    else:
        printed, lost = unlettered.look(handle, page, things)
        if printed:
            page.scan, page.unread = True, (Reason.PARTLY_READ if page.lines else Reason.NO_TEXT).value
        elif lost:
            page.scan, page.unread = False, Reason.CORRUPT.value
    if page.unread and not page.lines:
        page.reader = None


def drop_ciphers(page: RawPage) -> None:
    """Remove the lines whose letters differ from those on the page: what is not printed must not be found."""
    page.lines = [line for line in page.lines if line.doubt is not Doubt.CIPHER and not _is_unknown(line)]
    if page.unread and not page.lines:
        page.reader = None


def _is_unknown(line: Line) -> bool:
    return line.doubt is Doubt.UNMAPPED and 2 * line.text.count("\ufffd") > len(line.text.replace(" ", ""))
