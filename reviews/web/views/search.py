"""The search page, its JSON version, and the search shared by the other views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Unpack

from flask import Blueprint, Response, render_template, request

from corpus.errors import QueryRefused, UsageError
from corpus.report import Report
from reviews import citation
from reviews.web import help_text
from reviews.web.context import as_json, home, opened
from reviews.web.highlight import Piece, quoted
from reviews.web.parameters import SORTS, SearchParameters, labels, pairs_of, passages_of
from search.filters import FILTERS, Filters
from search.request import SearchOptions
from search.results import Hit, Passage, Results

views = Blueprint("search", __name__)

_DULL = ("body", "foreword", "appendix", "terms of reference")  # kinds of section not offered as a filter
_SHOWN = 6  # values of a facet shown at first
_FOLDED = 14  # further values as check boxes; the rest go in a list, which is smaller


@dataclass(frozen=True, slots=True)
class Choice:
    """A check box. count: number of hits, None when not counted."""

    value: str
    label: str
    count: int | None
    checked: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A group of check boxes. more: folded away at first. rest: in a list, from which one can be chosen."""

    name: str
    title: str
    shown: tuple[Choice, ...]
    more: tuple[Choice, ...] = ()
    rest: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in use, and the address without it."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage, ready for the template."""

    passage: Passage
    pieces: list[Piece]
    place: str
    citation: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A hit, ready for the template. others: further hits on the same case on this page."""

    number: int
    hit: Hit
    quotes: tuple[Quoted, ...]
    others: tuple[Hit, ...]


def answer(asked: SearchParameters, **changes: Unpack[SearchOptions]) -> Results:
    """Run a search. changes: to its request."""
    library = opened()
    return library.search(asked.request(library.searcher().themes, **changes))


@views.get("/")
def page() -> str | tuple[str, int]:
    """The search page, with results when there is a query or a filter."""
    try:
        asked = SearchParameters.read(request.args)
    except UsageError as error:
        return _page(SearchParameters(text=request.args.get("q", "")), refused=str(error)), 400
    if not (asked.text.strip() or asked.filtered):
        return _page(asked)
    try:
        results = answer(asked, view="reports", meaning=asked.meaning)
    except QueryRefused as error:
        return _page(asked, refused=str(error)), QueryRefused.http_status
    return _page(asked, results)


def _page(asked: SearchParameters, results: Results | None = None, refused: str = "") -> str:
    if results is None:
        searcher = opened().searcher()
        return render_template(
            "search.html", asked=asked, results=None, refused=refused, coverage=searcher.coverage,
            themes=searcher.themes.themes,
            examples=help_text.EXAMPLES, sorts=SORTS,
        )  # fmt: skip
    last = max(1, -(-results.total // asked.limit))
    return render_template(
        "search.html",
        asked=asked,
        results=results,
        refused=refused,
        coverage=results.coverage,
        shown=list(grouped(results.hits, asked.offset)),
        most=[] if asked.offset else [_shown(number, [hit]) for number, hit in enumerate(results.most or (), 1)],
        facets=facets(asked, results),
        years=_years(results),
        chips=chips(asked),
        kept=[(name, value) for name, value in pairs_of(asked.filters) if name not in (*results.facets, "from", "to")],
        pages=_pages(asked.page, last),
        last=last,
        sorts=SORTS,
        near=[
            (each.report, _quoted(each.report, each.passage))
            for each in (results.meaning.passages if results.meaning else ())
        ],
        has_vectors=opened().settings.vectors.is_dir(),
        also=[each for each in results.expansions if len(each.terms) > 1],
    )


@views.get("/search.json")
def page_json() -> Response:
    """The results as JSON: docs/json.md."""
    asked = SearchParameters.read(request.args)
    return as_json(answer(asked, meaning=asked.meaning, per_report=passages_of(request.args)).to_dict())


def grouped(hits: Sequence[Hit], offset: int) -> Iterator[Shown]:
    """The hits with those on one case grouped under the first of them. Hits on a case must be adjacent."""
    number = offset
    for _, together in groupby(hits, key=lambda hit: hit.report.case or hit.report.id):
        several = list(together)
        yield _shown(number + 1, several)
        number += len(several)


def _shown(number: int, hits: Sequence[Hit]) -> Shown:
    first, *others = hits
    return Shown(number, first, tuple(_quoted(first.report, passage) for passage in first.passages), tuple(others))


def _quoted(report: Report, passage: Passage) -> Quoted:
    place = citation.place(passage.page, passage.page_label, passage.paragraph, passage.page_end)
    return Quoted(passage, quoted(passage), place, citation.of_passage(report, passage))


def facets(asked: SearchParameters, results: Results) -> list[Facet]:
    """Check boxes with counts. Each facet is counted without its own filter, so that more values can be chosen."""
    found = []
    typed = asked.filters.typed()
    for each in FILTERS:
        name, chosen = each.name, typed.get(each.name, ())
        if name not in results.facets or not each.several:
            continue
        label = str.capitalize if name == "section" else str
        choices = [
            Choice(str(counted.value), label(str(counted.value)), counted.count, str(counted.value) in chosen)
            for counted in results.facets[name]
            if counted.value is not None and (name != "section" or counted.value not in _DULL)
        ]
        listed = {choice.value for choice in choices}
        choices = [Choice(value, label(value), 0, True) for value in chosen if value not in listed] + choices
        choices.sort(key=lambda choice: not choice.checked)
        if choices:
            boxes = max(_SHOWN + _FOLDED, sum(choice.checked for choice in choices))
            rest = sorted(choices[boxes:], key=lambda choice: choice.label.casefold())
            found.append(Facet(name, each.label, tuple(choices[:_SHOWN]), tuple(choices[_SHOWN:boxes]), tuple(rest)))
    return found


def _years(results: Results) -> list[tuple[int, int]]:
    """Years with their number of hits, newest first."""
    return [(int(each.value), each.count) for each in results.facets["year"] if each.value is not None]


def chips(asked: SearchParameters) -> list[Chip]:
    """A chip for each filter in use."""
    return [Chip(label, home() + "/" + asked.query(filters=without)) for label, without in labels(asked.filters)]


def _pages(now: int, last: int) -> list[int | None]:
    """Page numbers to link to; None is a gap."""
    near = sorted({1, last, *range(max(1, now - 2), min(last, now + 2) + 1)})
    found: list[int | None] = []
    for number in near:
        if found and found[-1] is not None and number > found[-1] + 1:
            found.append(None)
        found.append(number)
    return found


def one(report: Report, asked: SearchParameters) -> Hit | None:
    """Every mention in one report, in order, or None when it does not match. Filters on reports are ignored."""
    if not asked.text.strip():
        return None
    only = Filters(sections=asked.filters.sections, reports=(report.id,))
    library = opened()
    found = library.search(asked.wording(library.searcher().themes), only, limit=1, per_report=None)
    return found.hits[0] if found.hits else None
