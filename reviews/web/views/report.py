"""Views of one report: its details, every mention in it, its pages as text and pictures, and the PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from corpus.errors import NotFound, ReviewsError, UsageError
from corpus.model import Aside, Hidden, Paragraph, Text
from corpus.report import METADATA, Report
from reviews import citation
from reviews.published import Places
from reviews.terminal import report as report_text
from reviews.web.context import as_json, give_back, opened, pool
from reviews.web.highlight import Piece, Span, pieces, quoted
from reviews.web.page_images import png
from reviews.web.parameters import SearchParameters
from reviews.web.report_files import pdf_of
from reviews.web.views.search import Quoted, one
from search.answering.similar import Alike
from search.results import Hit

views = Blueprint("report", __name__)

_ID = "<string(minlength=8, maxlength=64):id>"
_LISTED = 25  # passages per page of a report
_AROUND = 30  # characters before and after a mention, used to find it on the page
_WIDE = 900  # width of a picture in pixels
_LABELS = {
    "board": "Board",
    "area": "Area",
    "child": "Child",
    "kind": "Kind of document",
    "type": "Type of review",
    "year": "Year",
    "published": "Published",
    "case": "Case",
    "author": "Author",
    "url": "Web address",
    "accessed": "Accessed",
}


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention. number: from 1 in its report. start, end: character positions in its paragraph. marks: what is
    marked of it, by the same positions: all of it, or of plain words each that no mention before it marks.
    """

    number: int
    page: int
    ordinal: int
    start: int
    end: int
    marks: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The part of a paragraph, heading or boilerplate on one page.

    printed: its printed number. number: the same, where the text does not already start with it. cited: whether to
    offer a citation for a heading: it is a finding, or contains a match.
    """

    pieces: list[Piece]
    ordinal: int | None = None
    number: str | None = None
    printed: str | None = None
    heading: bool = False
    role: str | None = None
    before: bool = False
    after: bool = False
    citation: str = ""
    cited: bool = True


@views.get(f"/reports/{_ID}")
def report(id: str) -> str:
    """Details of a report, its contents, and every mention of the query."""
    held, text = _report(id)
    asked = SearchParameters.read(request.args)
    hit = one(held, asked)
    found = mentions(hit, text)
    facts = [
        (_LABELS[name], getattr(held, name), held.provenance.get(name))
        for name in METADATA
        if name in _LABELS and getattr(held, name) is not None
    ]
    start = (asked.page - 1) * _LISTED
    passages = hit.passages[start : start + _LISTED] if hit else ()
    numbers = _first_numbers(hit)
    return render_template(
        "report.html",
        report=held,
        facts=facts,
        asked=asked,
        hit=hit,
        mentions=found,
        quotes=[
            (numbers[start + n], Quoted(p, quoted(p), _place(p), citation.of_passage(held, p)))
            for n, p in enumerate(passages)
        ],
        pages=-(-len(hit.passages) // _LISTED) if hit else 0,
        sections=list(_contents(text)),
        items=text.items,
        alike=_alike(held),
        case=[each for each in opened().reports() if held.case and each.case == held.case and each != held],
        unread=[page for page in text.pages if page.unread],
        hiding=_hiding(text),
        citation=citation.citation(held),
        places=_places(held),
    )


def _places(held: Report) -> Places:
    with opened().store() as store:
        return Places.of(store, held.id)


def _place(passage: Any) -> str:
    return citation.place(passage.page, passage.page_label, passage.paragraph, passage.page_end)


def _first_numbers(hit: Hit | None) -> list[int]:
    """Number of the first mention in each passage."""
    numbers, upto = [], 1
    for passage in hit.passages if hit else ():
        numbers.append(upto)
        upto += len(passage.mentions)
    return numbers


@views.get(f"/reports/{_ID}.json")
def report_json(id: str) -> Response:
    """As `reviews show --json`, with the mentions of the query."""
    held, text = _report(id)
    hit = one(held, SearchParameters.read(request.args))
    return as_json({**report_text.to_dict(held, text, None), "hit": hit.to_dict() if hit else None})


@views.get(f"/reports/{_ID}.ris")
def report_ris(id: str) -> Response:
    """RIS record of the report or, with `paragraph` (its ordinal), of that paragraph."""
    held, text = _report(id)
    ordinal = request.args.get("paragraph", "")
    place = quotation = None
    if ordinal:
        paragraph = _paragraph(text, ordinal)
        page = text.pages[paragraph.page - 1]
        place = citation.place(page.number, page.label, paragraph.number)
        quotation = paragraph.text
    response = Response(citation.ris(held, place, quotation), mimetype="application/x-research-info-systems")
    response.headers["Content-Disposition"] = f'attachment; filename="{held.id[:12]}.ris"'
    return response


def _paragraph(text: Text, ordinal: str) -> Paragraph:
    if not re.fullmatch(r"[0-9]{1,7}", ordinal):
        raise UsageError("`paragraph` must be the ordinal of a paragraph: a whole number from 0.")
    if int(ordinal) >= len(text.paragraphs):
        raise NotFound(
            f"There is no paragraph {int(ordinal)}: the last one in this report is {len(text.paragraphs) - 1}."
        )
    return text.paragraphs[int(ordinal)]


@views.get(f"/reports/{_ID}/pages/<int:number>")
def page(id: str, number: int) -> str:
    """A page: its text, with a citation for each paragraph, and its picture."""
    held, text = _report(id)
    _check(text, number)
    asked = SearchParameters.read(request.args)
    found = mentions(one(held, asked), text)
    here = [each for each in found if each.page == number]
    return render_template(
        "page.html",
        report=held,
        page=text.pages[number - 1],
        asked=asked,
        blocks=list(blocks(held, text, number, found)),
        mentions=found,
        here=here,
        before=next((each for each in reversed(found) if each.page < number), None),
        after=next((each for each in found if each.page > number), None),
        marks=[list(mark) for mark in marks(text, number, found)],
        section=_section_at(text, number),
        hiding=_hiding(text),
    )


@views.get(f"/reports/{_ID}/pages/<int:number>.json")
def page_json(id: str, number: int) -> Response:
    """As `reviews show --page N --json`, with the mentions on the page."""
    held, text = _report(id)
    _check(text, number)
    found = mentions(one(held, SearchParameters.read(request.args)), text)
    marked = [
        {"number": m.number, "ordinal": m.ordinal, "start": m.start, "end": m.end} for m in found if m.page == number
    ]
    return as_json({**report_text.to_dict(held, text, number), "mentions": marked})


@views.get(f"/reports/{_ID}/pages/<int:number>/picture.png")
def picture(id: str, number: int) -> Response:
    """Picture of a page with the matches marked, drawn by PDFium in the sandbox."""
    held, text = _report(id)
    _check(text, number)
    wanted = marks(text, number, mentions(one(held, SearchParameters.read(request.args)), text))
    data = pdf_of(held, opened(), pool().pictures)
    give_back()  # others can search while this picture waits to be drawn
    drawn = pool().pictures.draw(held.id, data, number, _WIDE, wanted)
    return Response(png(drawn), mimetype="image/png")


@views.get(f"/reports/{_ID}/file.pdf")
def file(id: str) -> Response:
    """The PDF, if it has not changed since it was read. No part of the address is used as a path.

    A file with hidden text is served only after the person has seen the warning.
    """
    held, text = _report(id)
    if _hiding(text) and request.args.get("hidden") != "known":
        raise UsageError(
            "This PDF has text that nobody can see on its pages but anyone can copy out of it, perhaps names that were "
            "meant to be removed. Open the report here instead, or add ?hidden=known to the address."
        )
    data = pdf_of(held, opened(), pool().pictures)
    response = Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{held.id[:12]}.pdf"'
    response.set_etag(held.id)
    response.make_conditional(request, accept_ranges=True, complete_length=len(data))
    return response


def _report(id: str) -> tuple[Report, Text]:
    if not re.fullmatch(r"[0-9a-fA-F]+", id):
        abort(404)
    return opened().report(id)


def _hiding(text: Text) -> list[int]:
    """The pages with hidden text that was withheld."""
    return [page.number for page in text.pages if any(how is not Hidden.MARKED for how in page.withheld)]


def _check(text: Text, number: int) -> None:
    if not 1 <= number <= len(text.pages):
        raise NotFound(f"There is no page {number}: the report has pages 1 to {len(text.pages)}.")


# ---------------------------------------------------------------- contents of a page


def mentions(hit: Hit | None, text: Text) -> list[Mention]:
    """Every mention in a report, in order, with the page on which it starts."""
    found: list[Mention] = []
    for passage in hit.passages if hit else ():
        paragraph = text.paragraphs[passage.ordinal]
        marks = [(start + passage.offset, end + passage.offset) for start, end in passage.highlights]
        for start, end in passage.mentions:
            start, end = start + passage.offset, end + passage.offset
            own = tuple(mark for mark in marks if start <= mark[0] and mark[1] <= end)
            marks = [mark for mark in marks if mark not in own]
            found.append(Mention(len(found) + 1, paragraph.page_at(start), passage.ordinal, start, end, own))
    return found


def blocks(report: Report, text: Text, number: int, found: list[Mention]) -> Iterator[Block]:
    """Paragraphs and boilerplate of a page, in order, with the matches marked."""
    in_paragraph: dict[int, list[Mention]] = {}
    for mention in found:
        in_paragraph.setdefault(mention.ordinal, []).append(mention)
    asides = [(aside.before, 0, aside) for aside in text.asides if aside.page == number]
    inside = [(p.ordinal, 1, p) for p in text.paragraphs if p.is_on(number)]
    everything: list[tuple[int, int, Aside | Paragraph]] = [*asides, *inside]
    saying = {ordinal for item in text.items for ordinal in range(item.first, item.last + 1)}
    for _, _, piece in sorted(everything, key=lambda each: each[:2]):
        if isinstance(piece, Aside):
            yield Block([Piece(piece.text)], role=piece.role.value)
            continue
        start, end = _range(piece, number)
        here = [m for m in in_paragraph.get(piece.ordinal, ()) if m.start < end and m.end > start]
        numbered = [(mark, 0 if place else m.number) for m in here for place, mark in enumerate(m.marks)]
        label = text.pages[number - 1].label
        yield Block(
            pieces(piece.text, [mark for mark, _ in numbered], start, end, [first for _, first in numbered]),
            ordinal=piece.ordinal,
            number=None if piece.number and piece.text.startswith(piece.number) else piece.number,
            printed=piece.number,
            heading=piece.heading,
            cited=bool(here) or piece.ordinal in saying,
            before=start > 0,
            after=end < len(piece.text),
            citation=citation.citation(report, number, label, piece.number),
        )


def marks(text: Text, number: int, found: list[Mention]) -> list[tuple[str, str, str]]:
    """Matches to mark on the picture of a page, each with the text around it."""
    wanted = []
    for ordinal, mark in ((mention.ordinal, mark) for mention in found for mark in mention.marks):
        paragraph = text.paragraphs[ordinal]
        if not paragraph.is_on(number):
            continue
        start, end = _range(paragraph, number)
        left, right = max(start, mark[0]), min(end, mark[1])
        if left < right:
            before = paragraph.text[max(start, left - _AROUND) : left]
            wanted.append((before, paragraph.text[left:right], paragraph.text[right : min(end, right + _AROUND)]))
    return wanted


def _range(paragraph: Paragraph, number: int) -> Span:
    """The part of a paragraph that is on a page."""
    edges = [(0, paragraph.page), *paragraph.turns, (len(paragraph.text), 0)]
    return next(((start, end) for (start, on), (end, _) in pairwise(edges) if on == number), (0, 0))


def _contents(text: Text) -> Iterator[tuple[str, str, int]]:
    """Heading, kind and first page of each section that has a heading."""
    first = {paragraph.section: paragraph.page for paragraph in reversed(text.paragraphs)}
    for section in text.sections:
        if section.heading and section.ordinal in first:
            yield section.heading, section.kind.value, first[section.ordinal]


def _section_at(text: Text, number: int) -> str:
    """The heading of the section in which a page begins."""
    first = next((p for p in text.paragraphs if p.is_on(number)), None)
    return text.sections[first.section].heading if first else ""


def _alike(held: Report) -> list[Alike]:
    """Similar reports on other cases."""
    try:
        found = opened().similar(held.id, limit=8)
    except ReviewsError:  # it is newer than the index, or has no text to compare
        return []
    return [each for each in found if not held.case or each.report.case != held.case][:5]
