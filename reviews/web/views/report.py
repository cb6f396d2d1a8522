"""Views of one report: its details, every mention in it, its pages as text and images, and the PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from flask import Blueprint, Response, abort, g, render_template, request

from corpus.errors import NotFound, ReviewsError, UsageError
from corpus.model import Hidden, Item, Paragraph, Text
from corpus.report import METADATA, Report
from index.function_words import is_function_word
from reviews import citation
from reviews.published import Places
from reviews.short_title import short_title
from reviews.terminal import report as report_text
from reviews.web.context import as_json, give_back, home, opened, pool, public_link
from reviews.web.parameters import SearchParameters
from reviews.web.reading.opening import opening_of
from reviews.web.reading.page_images import png
from reviews.web.reading.reading_text import (
    Mention,
    blocks,
    marks,
    mentions,
    part_of,
    places,
    section_at,
    shows_heading,
    start_of,
)
from reviews.web.reading.report_files import is_here, pdf_of
from reviews.web.views.search import one, quoted_of
from search.answering.similar import Alike
from search.results import Hit

views = Blueprint("report", __name__)

_ID = "<string(minlength=8, maxlength=64):id>"
_LISTED = 25  # passages per page of a report
_LEAST = 4  # letters of a word that is shown as common to similar reports
_WIDE = 900  # width of an image in pixels
_LABELS = {
    "board": "Board",
    "area": "Area",
    "child": "Child",
    "kind": "Kind of document",
    "type": "Type of review",
    "year": "Year",
    "published": "Published",
    "author": "Author",
    "url": "Web address",
    "accessed": "Accessed",
}


@views.get(f"/reports/{_ID}")
def report(id: str) -> str:
    """Show the details of a report, its contents, and every mention of the query."""
    held, text = _report(id)
    asked = SearchParameters.read(request.args)
    hit = one(held, asked)
    found = places(hit, text)
    facts = [
        (_LABELS[name], getattr(held, name), held.provenance.get(name))
        for name in METADATA
        if name in _LABELS and getattr(held, name) is not None
    ]
    start = (asked.page - 1) * _LISTED
    passages = hit.passages[start : start + _LISTED] if hit else ()
    numbers, link = _first_numbers(hit), public_link(f"reports/{held.id[:16]}")
    return render_template(
        "report.html",
        report=held,
        facts=facts,
        asked=asked,
        hit=hit,
        mentions=found,
        quotes=[(numbers[start + n], quoted_of(held, p)) for n, p in enumerate(passages)],
        pages=-(-len(hit.passages) // _LISTED) if hit else 0,
        sections=list(_contents(text)),
        start=start_of(text, 1),
        items=text.items,
        cited=[_item_cited(held, text, item) for item in text.items],
        alike=_alike(held),
        shared=_shared,
        case=[each for each in opened().reports() if held.case and each.case == held.case and each != held],
        near_duplicates=_near_duplicates(held),
        unread=[page for page in text.pages if page.unread],
        hiding=_hiding(text),
        places=_places(held),
        here=is_here(held, opened()),
        opening=opening_of(held, text, opened()),
        citation=citation.linked(citation.citation(held), held, link),
        harvard=citation.harvard(held, link),
    )


def _item_cited(held: Report, text: Text, item: Item) -> tuple[str, str]:
    """Return the citation of a recommendation or finding, and its reference in Harvard style."""
    link = public_link(f"reports/{held.id[:16]}/pages/{item.page}#p{item.first}")
    sentence = citation.citation(held, item.page, text.pages[item.page - 1].label, item.number)
    return citation.linked(sentence, held, link), citation.harvard(held, link, item.page, item.number)


def _near_duplicates(held: Report) -> list[Report]:
    alike = opened().corpus().near_duplicates.of(held.id)
    return [each for each in opened().reports() if each.id in alike] if alike else []


def _places(held: Report) -> Places:
    return Places.of(opened().corpus(), held.id)


def _first_numbers(hit: Hit | None) -> list[int]:
    """Return the number of the first mention in each passage, numbered as `places` does."""
    numbers, upto = [], 1
    for passage in hit.passages if hit else ():
        numbers.append(upto)
        upto += len(passage.mentions) or bool(hit and hit.together is False and passage.highlights)
    return numbers


@views.get(f"/reports/{_ID}.json")
def report_json(id: str) -> Response:
    """Return the JSON of `reviews show --json`, with the mentions of the query."""
    held, text = _report(id)
    hit = one(held, SearchParameters.read(request.args))
    return as_json({**report_text.to_dict(held, text, None), "hit": hit.to_dict() if hit else None})


@views.get(f"/reports/{_ID}.ris")
def report_ris(id: str) -> Response:
    """Download the RIS record of the report or, with `paragraph` (its ordinal), of that paragraph."""
    held, text = _report(id)
    ordinal = request.args.get("paragraph", "")
    place = quotation = None
    if ordinal:
        paragraph = _paragraph(text, ordinal)
        page = text.pages[paragraph.page - 1]
        place = citation.place(page.number, page.label, paragraph.number, paragraph.last_page)
        quotation = paragraph.text
    response = Response(citation.ris(held, place, quotation), mimetype="application/x-research-info-systems")
    response.headers["Content-Disposition"] = f'attachment; filename="{held.id[:12]}.ris"'
    return response


@views.get(f"/reports/{_ID}.bib")
def report_bib(id: str) -> Response:
    """Download the BibTeX entry of the report or, with `paragraph` (its ordinal), of that paragraph."""
    held, text = _report(id)
    place = None
    if ordinal := request.args.get("paragraph", ""):
        paragraph = _paragraph(text, ordinal)
        place = citation.place(
            paragraph.page, text.pages[paragraph.page - 1].label, paragraph.number, paragraph.last_page
        )
    response = Response(citation.bibtex(held, place), mimetype="application/x-bibtex")
    response.headers["Content-Disposition"] = f'attachment; filename="{held.id[:12]}.bib"'
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
    """Show the part of a report around a page: its text, with a citation for each paragraph, and images of its pages.

    The parameter `mention` is the number of the current mention.
    """
    held, text = _report(id)
    near = min(max(number, 1), len(text.pages))
    base = f"{home()}/reports/{held.id[:16]}"
    nearest = f"{base}/pages/{near}{start_of(text, near)}"
    g.ways = [(f"Page {near} of {short_title(held)}", nearest), ("The whole report", base)]
    _check(text, number)
    asked = SearchParameters.read(request.args)
    hit = one(held, asked)
    found = places(hit, text)
    part = part_of(text, number)
    return render_template(
        "page.html",
        report=held,
        page=text.pages[number - 1],
        pages=[page for page in text.pages if page.number == number or part.first <= page.number <= part.last],
        asked=asked,
        part=part,
        printed=citation.printed(text.pages[number - 1].label, number),
        start_of=partial(start_of, text),
        cited=citation.linked(citation.citation(held), held, public_link(f"reports/{held.id[:16]}")),
        blocks=list(blocks(held, text, part, found, public_link(f"reports/{held.id[:16]}"))),
        hit=hit,
        mentions=found,
        now=_looked_at(found, number),
        before=next((each for each in reversed(found) if each.page < number), None),
        after=next((each for each in found if each.page > number), None),
        marks={n: marks(text, n, found) for n in range(part.first, part.last + 1)},
        hiding=_hiding(text),
        here=is_here(held, opened()),
        section=section_at(text, number),
        titled=shows_heading(text, number, part),
    )


def _looked_at(found: list[Mention], page: int) -> int:
    """Return the number of the current mention: the one in the address, or the first on the page, or 0."""
    named = request.args.get("mention", "")
    number = int(named) if re.fullmatch("[0-9]{1,9}", named) else 0
    if 1 <= number <= len(found) and found[number - 1].page == page:
        return number
    return next((each.number for each in found if each.page == page), 0)


@views.get(f"/reports/{_ID}/pages/<int:number>.json")
def page_json(id: str, number: int) -> Response:
    """Return the JSON of `reviews show --page N --json`, with the mentions on the page."""
    held, text = _report(id)
    _check(text, number)
    found = mentions(one(held, SearchParameters.read(request.args)), text)
    marked = [
        {"number": m.number, "ordinal": m.ordinal, "start": m.start, "end": m.end} for m in found if m.page == number
    ]
    return as_json({**report_text.to_dict(held, text, number), "mentions": marked})


@views.get(f"/reports/{_ID}/pages/<int:number>/picture.png")
def picture(id: str, number: int) -> Response:
    """Return the image of a page with the matches highlighted, drawn by PDFium in the sandbox."""
    held, text = _report(id)
    _check(text, number)
    wanted = marks(text, number, places(one(held, SearchParameters.read(request.args)), text))
    data = pdf_of(held, opened(), pool().pictures)
    give_back()  # others can search while this image waits to be drawn
    drawn = pool().pictures.draw(held.id, data, number, _WIDE, wanted)
    return Response(png(drawn), mimetype="image/png")


@views.get(f"/reports/{_ID}/file.pdf")
def file(id: str) -> Response:
    """Serve the PDF, if it has not changed since it was read. No part of the address is used as a path.

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
    """Return the pages with hidden text that was withheld."""
    return [page.number for page in text.pages if any(how is not Hidden.MARKED for how in page.withheld)]


def _check(text: Text, number: int) -> None:
    if not 1 <= number <= len(text.pages):
        raise NotFound(f"There is no page {number}: the report has pages 1 to {len(text.pages)}.")


def _contents(text: Text) -> Iterator[tuple[str, Paragraph]]:
    """Yield the heading and the first paragraph of each section that has a heading."""
    first = {paragraph.section: paragraph for paragraph in reversed(text.paragraphs)}
    for section in text.sections:
        if section.heading and section.ordinal in first:
            yield section.heading, first[section.ordinal]


def _shared(alike: Alike) -> list[str]:
    """Return the words in common that tell a reader something, or none if there is only one."""
    words = [term for term in alike.terms if len(term) >= _LEAST and not is_function_word(term)][:5]
    return words if len(words) > 1 else []


def _alike(held: Report) -> list[Alike]:
    """Return similar reports on other cases."""
    try:
        found = opened().similar(held.id, limit=8)
    except ReviewsError:  # it is newer than the index, or has no text to compare
        return []
    return [each for each in found if not held.case or each.report.case != held.case][:5]
