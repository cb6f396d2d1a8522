"""Extract the lines of each page of a PDF, and choose the reader for the file and for each page.

PDFium is the first reader. pypdf reads the files that PDFium cannot open, and any page that PDFium cannot read or reads
badly; the better result is kept. If neither can open a file, both try again after its end has been repaired. Runs in
the child process.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from corpus.model import Hidden
from corpus.reasons import Reason
from ingest.structure import legible
from ingest.structure.page import LETTERS_A_PAGE, Document, Doubt, RawPage, Unreadable
from ingest.worker import doubts, mend, notes, properties, survey, text_lines
from ingest.worker.pdfium import annotations, documents, objects, textpage
from ingest.worker.survey import Survey
from ingest.worker.visible import actual_text, bullets, frames, hidden_text
from ingest.worker.visible.page_objects import PageObjects

if TYPE_CHECKING:
    from ingest.worker.pypdf_reader import Book

_WORD = re.compile(r"(?<![^\W\d_])(?![ivxlcdm]+(?![^\W_]))[^\W\d_]{3,}", re.IGNORECASE)  # but no roman number
_HEADER_WITHIN = 1024  # bytes within which "%PDF-" must start, as in all readers since PDF 1.0


def read(data: bytes, *, max_pages: int, extractor: str = "pdfium", trust_hidden_text: bool = False) -> Document:
    """Read every page of the PDF in `data`.

    A page that cannot be read is returned with `unread` set. Raises Unreadable. `extractor` is "pdfium", or "pypdf" to
    read everything with pypdf. With `trust_hidden_text`, text under a box is kept.
    """
    if not data:
        raise Unreadable(Reason.EMPTY, "0 bytes")
    try:
        return _read(data, max_pages, extractor, trust_hidden_text)
    except Unreadable as damaged:
        mended = mend.with_new_end(data) if damaged.reason is Reason.CORRUPT else None
        if mended is None:
            raise
        document = _mended(mended, max_pages, extractor, trust_hidden_text)
        if document is None:
            raise
        return document


def _mended(data: bytes, max_pages: int, extractor: str, trust_hidden_text: bool) -> Document | None:
    """Return the pages of a file after repairing its end, or None if no page has text.

    A page without text is marked as corrupt, because its text may have been lost.
    """
    try:
        document = _read(data, max_pages, extractor, trust_hidden_text)
    except Unreadable:
        return None
    for page in document.pages:
        if not page.lines and page.unread is None:
            page.unread, page.reader = Reason.CORRUPT.value, None
    return document if any(page.lines for page in document.pages) else None


def _read(data: bytes, max_pages: int, extractor: str, trust_hidden_text: bool) -> Document:
    locked = False
    if extractor == "pdfium":
        found = survey.survey(data)
        try:
            with mend.opened(data, found.pages) as book:
                return _by_pdfium(book, data, found, max_pages, trust_hidden_text)
        except documents.Unopened as error:
            locked = error.locked
    return _by_pypdf(data, max_pages, locked)


def attachment(data: bytes, index: int, most: int) -> bytes:
    """Return the bytes of an attached file (0-based index). `most` is the size limit in bytes. Raises Unreadable."""
    try:
        with documents.opened(data) as book:
            found = documents.attached(book, index, most)
            count = min(documents.count_attachments(book), properties.ATTACHED)
        if index >= count:
            associated = _second(data).associated(properties.ATTACHED)[index - count :]
            found = associated[0][1] if associated and len(associated[0][1]) <= most else None
    except documents.Unopened as error:
        raise Unreadable(Reason.CORRUPT, str(error)) from error
    if found is None:
        raise Unreadable(Reason.CORRUPT, "an attachment without bytes, or with too many")
    return found


def _by_pdfium(book: int, data: bytes, found: Survey, max_pages: int, trust_hidden_text: bool) -> Document:
    count = documents.count_pages(book)
    second = cache(lambda: _second(data))
    if found.pages > count and found.packed:  # where the pages of a tree cannot be counted by another number
        count = max(count, second().count() or 0)
    if count > max_pages:
        raise Unreadable(Reason.TOO_LARGE, f"{count} pages")
    pages = []
    for index in range(count):
        page = _page(book, index, trust_hidden_text, found, second)
        if page is None or (_looks_wrong(page) and not _hides(page)):  # pypdf would read what is withheld
            page = _better(page, second().page(index)) if index < documents.count_pages(book) else None
            if page is not None and _looks_wrong(page):
                page.scan = True
        if page is not None:
            doubts.drop_ciphers(page)
        pages.append(page or _unread(index))
    for page in pages if found.damaged else ():
        if second().is_damaged(page.number - 1, empty=page.empty):  # what is lost is not drawn for OCR either
            page.unread, page.scan = Reason.CORRUPT.value, False
            page.reader = page.reader if page.lines else None
    for page in pages if _is_dynamic(book, second) else ():
        page.unread = page.unread or Reason.DYNAMIC_FORM.value
    document = _labelled(pages, properties.labels(book, count), properties.properties(book), properties.outline(book))
    more = second().associated(properties.ATTACHED) if found.files else []
    document.attachments = properties.attachments(book, more)
    return document


def _is_dynamic(book: int, second: "Callable[[], Book]") -> bool:
    """Return whether the pages of a form are a notice, because the program that displays it generates its text."""
    form = documents.form_type(book)
    return form == documents.DYNAMIC_FORM or (form == documents.STATIC_FORM and not second().has_fields())


def _by_pypdf(data: bytes, max_pages: int, locked: bool) -> Document:
    """Read with pypdf. `locked` means that PDFium found the file to be encrypted."""
    looks_like_pdf = b"%PDF-" in data[:_HEADER_WITHIN]
    book = _second(data)
    if book.locked or (locked and not book.opened):
        raise Unreadable(Reason.ENCRYPTED)
    count = book.count()
    if count is None:
        if locked:
            raise Unreadable(Reason.ENCRYPTED)
        raise Unreadable(Reason.CORRUPT if looks_like_pdf else Reason.NOT_PDF, book.error)
    if count > max_pages:
        raise Unreadable(Reason.TOO_LARGE, f"{count} pages")
    if not count:
        raise Unreadable(Reason.EMPTY, "0 pages")
    pages = [book.page(index) or _unread(index) for index in range(count)]
    if all(page.unread == Reason.CORRUPT.value for page in pages):
        raise Unreadable(Reason.CORRUPT if looks_like_pdf else Reason.NOT_PDF, book.error)
    pages += [_unread(count + n) for n in range(min(book.lost(), max_pages - count))]
    return _labelled(pages, book.labels(len(pages)), book.properties(), book.outline())


def _hides(page: RawPage) -> bool:
    return any(how is not Hidden.MARKED for how in page.withheld)


def _second(data: bytes) -> "Book":
    # Few files need it, and loading it takes longer than reading ten pages.
    from ingest.worker.pypdf_reader import Book

    return Book(data)


def _unread(index: int) -> RawPage:
    return RawPage(index + 1, str(index + 1), 0, 0, reader=None, unread=Reason.CORRUPT.value)


def _labelled(pages: list[RawPage], labels: list[str], properties: dict[str, str], outline: list[str]) -> Document:
    for page, label in zip(pages, labels, strict=True):
        if label and (not _WORD.search(label) or _is_printed(label, page)):
            page.label = label
    return Document(pages, properties, outline)


def _is_printed(label: str, page: RawPage) -> bool:
    """Return whether all words of a label are in the text of its page. Others, such as a name, nobody can see there."""
    text = " ".join(line.text for line in page.lines).casefold()
    return all(word.casefold() in text for word in _WORD.findall(label))


def _page(
    book: int, index: int, trust_hidden_text: bool, found: Survey, second: "Callable[[], Book]"
) -> RawPage | None:
    """Return one page, or None if PDFium cannot load it."""
    painted = second().painted(index) if found.painted else ()
    noted = notes.load(book, index, painted, (lambda: second().off(index)) if found.layers else tuple)
    handle = noted.handle
    if not handle:
        return None
    text_page = None
    try:
        page = RawPage(index + 1, str(index + 1), documents.page_width(handle), documents.page_height(handle))
        if found.says and not trust_hidden_text:
            page.withheld += [Hidden.INVISIBLE] * actual_text.read_as_drawn(handle)
        text_page = textpage.load_text(handle)
        if text_page and textpage.is_upside_down(text_page, turn := documents.page_rotation(handle)):
            textpage.close_text(text_page)  # PDFium reads lines of several pieces backwards
            documents.turn_page(handle, (turn + 2) % 4)
            text_page = textpage.load_text(handle)
        if not text_page:
            return None
        page.empty = objects.count_objects(handle) == 0
        places = text_lines.read(handle, text_page, page)
        things = PageObjects(
            handle, noted.notes, noted.covers, may_have_layers=found.layers, may_have_type3=found.type3
        )
        things.marked += noted.marked
        typed = notes.typed_lines(text_page, page, places, noted.typed, set(things.texts_in_forms))
        doubts.mark(handle, text_page, page, places, things, may_have_blanks=found.blanks)
        if not trust_hidden_text:
            hidden_text.withhold(handle, text_page, page, places, things)
        doubts.judge(handle, page, things, inner=found.inner)
        frames.mark(page, things, documents.view(handle))
        bullets.mark(page, things, documents.view(handle))
        notes.mark(page, typed)
        if textpage.count_letters(text_page) > LETTERS_A_PAGE:
            page.unread = page.unread or Reason.PARTLY_READ.value
        unmade = noted.unmade
        if any(note.kind in (annotations.WIDGET, annotations.FREE_TEXT) for note in unmade):
            unmade = notes.as_shown(unmade, second().typed(index), documents.page_box(handle))
        notes.add_unmade(page, unmade, documents.view(handle))
        if not trust_hidden_text:
            lost = sum(bool(said.text) and not shown.text for said, shown in zip(noted.unmade, unmade, strict=True))
            page.withheld += [Hidden.INVISIBLE] * (noted.unseen + lost)
        return page
    finally:
        if text_page:
            textpage.close_text(text_page)
        documents.close_page(handle)


# ---------------------------------------------------------------- choosing between the readers


def _looks_wrong(page: RawPage) -> bool:
    """Return whether the text of a page probably differs from what is printed on it."""
    doubted = {line.doubt for line in page.lines}
    if not doubted or Doubt.UNMAPPED in doubted:  # which pypdf does not know either
        return False
    if Doubt.CIPHER in doubted or Doubt.HOLES in doubted:
        return True
    return legible.badness(" ".join([line.text for line in page.lines])) > 0.05


def _better(page: RawPage | None, other: RawPage | None) -> RawPage | None:
    if page is None or other is None:
        return page or other
    ours, theirs = (" ".join(line.text for line in p.lines) for p in (page, other))
    if legible.is_better(theirs, ours) and len(theirs) > 0.8 * len(ours):
        other.image, other.withheld = page.image, page.withheld
        if page.unread != Reason.GARBLED.value:  # what is drawn without letters neither reader knows
            other.unread, other.scan = page.unread or other.unread, page.scan
        return other
    return page
