"""The whole pipeline from the bytes of one file to a corpus Text. Runs in the child process."""

from collections.abc import Mapping
from types import MappingProxyType

from corpus.model import ATTACHED_APART, Aside, AsideRole, Found, Page, Paragraph, Scan, Text
from corpus.reasons import Reason
from ingest.structure import metadata, normalise, numbers, paragraphs, reading_order
from ingest.structure.draft import Draft
from ingest.structure.ocr_lines import take
from ingest.structure.page import Document, Line
from ingest.structure.parts import recommendations, section_kinds, sections
from ingest.structure.running_matter import boilerplate, contents
from ingest.version import reader_name
from ingest.worker import extract


def read(
    data: bytes,
    *,
    id: str,
    name: str,
    max_pages: int,
    extractor: str = "pdfium",
    trust_hidden_text: bool = False,
    scans: Mapping[int, Scan | Reason] = MappingProxyType({}),
) -> Text:
    """Return the report in `data`. Raises Unreadable.

    `name` is the file name, used as a hint for the title. `scans` is the OCR result of each page, or why OCR failed.
    """
    document = extract.read(data, max_pages=max_pages, extractor=extractor, trust_hidden_text=trust_hidden_text)
    return understand(with_scans(document, scans), id, name)


def with_scans(document: Document, scans: Mapping[int, Scan | Reason]) -> Document:
    """Put the OCR results in the place of the document's images. Changes the document and returns it."""
    for page in document.pages:
        scan = scans.get(page.number)
        if isinstance(scan, Scan):
            take(page, scan)
        elif scan is not None and page.unread:
            page.unread = scan.value
    return document


def understand(document: Document, id: str, name: str) -> Text:
    """Turn a document into a Text: order, repairs, boilerplate, paragraphs, numbers, sections, metadata.

    Each step is one module.
    """
    pages = document.pages
    for page in pages:
        page.lines = [line for line in map(_repaired, reading_order.in_reading_order(page)) if line.text]
        if not page.free and page.reader is not None and page.unread is None and page.image:
            nothing = Reason.NO_WORDS if page.reader == "ocr" else Reason.NO_TEXT
            page.unread, page.scan = nothing.value, True
            page.reader = page.reader if page.lines else None
    boilerplate.mark(pages)
    size = reading_order.body_size(pages)
    drafts = paragraphs.drafts(pages)
    printed = numbers.of_paragraphs([None if draft.note else draft.text for draft in drafts])
    listed = _listed(document)
    divided, places, headings = sections.divide(drafts, printed, listed, size)
    body = tuple(
        Paragraph(at, draft.page, printed[at], places[at], draft.text, headings[at], draft.turns)
        for at, draft in enumerate(drafts)
    )
    found = metadata.find(pages, drafts, {section.kind for section in divided}, document.properties, name, size)
    settings = [draft.setting for draft in drafts]
    answers = "kind" in found and found["kind"].value == metadata.RESPONSE
    return Text(
        id=id,
        pages=tuple(
            Page(page.number, page.label, page.reader, page.unread, page.confidence, tuple(page.withheld))
            for page in pages
        ),
        sections=tuple(divided),
        paragraphs=body,
        asides=_asides(document, drafts),
        found=found | _attachments(document),
        reader=reader_name(),
        items=recommendations.find(body, divided, settings, answers=answers),
        scans=tuple(page.number for page in pages if page.scan),
    )


def _attachments(document: Document) -> dict[str, Found]:
    """Return the names of the attached files as metadata."""
    if not document.attachments:
        return {}
    return {"attachments": Found(ATTACHED_APART.join(document.attachments), "file", 1.0)}


def _repaired(line: Line) -> Line:
    """Return the line with its text repaired, its gaps kept in place, and a hyphen at its end recorded."""
    if line.gaps:
        _repair_cells(line)
    else:
        line.text = normalise.repair(line.text)
    if line.text[-1:] == "-" and not line.hyphen and normalise.ends_in_hyphen(line.text):
        line.text, line.hyphen = line.text[:-1], True
    return line


def _repair_cells(line: Line) -> None:
    starts = [0, *line.gaps]
    cells = [normalise.repair(line.text[start:end]) for start, end in zip(starts, [*line.gaps, None], strict=True)]
    cells = [cell for cell in cells if cell]
    line.text = " ".join(cells)
    gaps, at = [], 0
    for cell in cells[:-1]:
        at += len(cell) + 1
        gaps.append(at)
    line.gaps = tuple(gaps)


def _listed(document: Document) -> set[str]:
    """Return the headings in the contents list and the bookmarks."""
    found = {section_kinds.plain(normalise.repair(title)) for title in document.outline}
    listed = [line for page in document.pages for line in page.lines if line.role is AsideRole.CONTENTS]
    found |= {section_kinds.plain(heading) for heading in contents.headings(listed)}
    return {heading for heading in found if len(heading) > 2}


def _asides(document: Document, drafts: list[Draft]) -> tuple[Aside, ...]:
    """Return the boilerplate, each piece with the ordinal of the paragraph that follows it on its page."""
    home = {id(line): at for at, draft in enumerate(drafts) for line in draft.lines}
    result = []
    upto = 0  # the first ordinal that is after this page
    for page in document.pages:
        here = [home[id(line)] for line in page.lines if line.role is None]
        after = max([upto, *(at + 1 for at in here)])
        following = after
        found = []
        for line in reversed(page.lines):
            if line.role is None:
                following = home[id(line)]
            elif line.y < page.height / 2 and here and line.role is not AsideRole.CONTENTS:
                found.append(Aside(page.number, min(here), line.role, normalise.with_hyphen(line.text, line.hyphen)))
            else:
                bottom = line.role is not AsideRole.CONTENTS and line.y > page.height / 2
                found.append(
                    Aside(
                        page.number,
                        after if bottom else following,
                        line.role,
                        normalise.with_hyphen(line.text, line.hyphen),
                    )
                )
        found.reverse()
        result += sorted(found, key=lambda aside: aside.before)
        upto = after
    return tuple(result)
