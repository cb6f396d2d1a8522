"""The search page, its JSON version, and the search shared by the other views."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from typing import Unpack

from flask import Blueprint, Response, render_template, request

from corpus.errors import NoIndex, QueryRefused, UsageError
from corpus.model import ItemKind
from corpus.report import Report
from index.query import Theme
from reviews import citation
from reviews.holdings import Holdings
from reviews.published import first_this_week
from reviews.web import help_text
from reviews.web.context import as_json, opened, pool, public_link
from reviews.web.facets import Facet, chips, facets, years
from reviews.web.parameters import SORTS, VIEWS, SearchParameters, passages_of
from reviews.web.reading.highlight import Piece, quoted
from reviews.web.reading.items import ItemView, item_view
from search.analytics.recommendations import recommendations
from search.diagnostics import Code
from search.filters import Filters
from search.hits.expansions import with_other_words
from search.offers.completions import is_enough
from search.request import SearchOptions
from search.results import Hit, Listed, Passage, Results
from search.searcher import Searcher

views = Blueprint("search", __name__)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage, ready for the template."""

    passage: Passage
    pieces: list[Piece]
    place: str
    citation: str
    harvard: str


@dataclass(frozen=True, slots=True)
class Best:
    """One of the best passages of all reports, ready for the template."""

    listed: Listed
    quote: Quoted


@dataclass(frozen=True, slots=True)
class HitView:
    """A hit, ready for the template. `others` are further hits on the same case on this page."""

    number: int
    hit: Hit
    quotes: tuple[Quoted, ...]
    others: tuple[Hit, ...]


def answer(asked: SearchParameters, **changes: Unpack[SearchOptions]) -> Results:
    """Run a search. `changes` apply to its request."""
    library = opened()
    return library.search(asked.request(library.searcher().themes, **changes))


def _kept_answer(asked: SearchParameters, **changes: Unpack[SearchOptions]) -> Results:
    """Run a search with a cache, because a page is often requested again.

    Passages from the language model are never cached.
    """
    library = opened()
    searcher = library.searcher()
    wanted = replace(asked.request(searcher.themes, **changes), meaning=asked.meaning)
    if wanted.meaning:  # vectors change without a new generation
        return library.search(wanted)
    return pool().answers.get(searcher.state_key, wanted, lambda: library.search(wanted))


@views.get("/")
def page() -> str | tuple[str, int]:
    """Show the search page, with results if there is a query or a filter."""
    if not opened().searcher().coverage.reports:  # an update that found nothing
        raise NoIndex("The library has no reports. Add some with `reviews update FOLDER`.")
    try:
        asked = SearchParameters.read(request.args)
    except UsageError as error:
        return _home(SearchParameters(text=request.args.get("q", "")), str(error)), 400
    if not (asked.text.strip() or asked.filtered):
        return _home(asked)
    try:
        return _answered(asked)
    except QueryRefused as error:
        return _home(asked, str(error)), QueryRefused.http_status


def _home(asked: SearchParameters, refused: str = "") -> str:
    """Show the search page without results. `refused` is the reason for refusing the query, if any."""
    searcher = opened().searcher()
    return render_template(
        "home.html", asked=asked, refused=refused, coverage=searcher.coverage, themes=searcher.themes.themes,
        examples=help_text.EXAMPLES, held=Holdings.of(searcher, opened().settings.runs), collected=_collected(searcher),
    )  # fmt: skip


def _collected(searcher: Searcher) -> list[Report]:
    """Return the searched reports that were collected from boards' pages this week, the latest first."""
    with opened().store() as store:
        new = first_this_week(store)
    return sorted(
        (report for report in searcher.reports() if report.id in new),
        key=lambda report: new[report.id].retrieved,
        reverse=True,
    )


def _answered(asked: SearchParameters) -> str:
    """Show the answer in the view that was chosen."""
    rows: list[ItemView] = []
    if asked.view == "recommendations":
        results = _kept_answer(asked, limit=1, offset=0, per_report=0)
        rows, more = _recommended(asked) if results.total else ([], False)
    else:
        results = _kept_answer(asked)
        more = results.more_passages
    boxes = facets(asked, results)
    hits = results.hits if asked.view == "reports" else ()
    last = max(1, -(-results.total // asked.limit)) if asked.view == "reports" else asked.page + more
    return render_template(
        "answer.html",
        asked=asked,
        wording=asked.wording(opened().searcher().themes),
        results=results,
        coverage=results.coverage,
        left=_left(asked, results),
        wordless=any(each.code is Code.NOTHING_ASKED for each in results.diagnostics),
        shown=list(grouped(hits, asked.offset)),
        passages=[Best(each, quoted_of(each.report, each.passage)) for each in results.passages or ()],
        rows=rows,
        on_page=len({each.report.id for each in results.passages or ()} | {row.found.report.id for row in rows}),
        most=[] if asked.offset else [_hit_view(number, [hit]) for number, hit in enumerate(results.most or (), 1)],
        facets=boxes,
        years=years(results),
        chips=chips(asked),
        kept=_kept(asked, boxes),
        pages=_pages(asked.page, last) if asked.view == "reports" else [],
        last=last,
        sorts=SORTS,
        view_names=VIEWS,
        near=[
            (each.report, quoted_of(each.report, each.passage))
            for each in (results.meaning.passages if results.meaning else ())
        ],
        has_vectors=opened().settings.vectors.is_dir(),
        also=with_other_words(results.expansions),
        notes=[str(each) for each in results.diagnostics if each.code not in _ELSEWHERE],
        left_out=_left_out(results),
        theme=theme_of(asked.text),
        unfiltered=_unfiltered(results),
    )


# A link on the page says the same with a count, or a line of its own does.
_ELSEWHERE = (Code.REST, Code.TITLE_ONLY, Code.FILTERED_OUT, Code.FUNCTION_WORDS, Code.NOTHING_ASKED)


def _left(asked: SearchParameters, results: Results) -> int | None:
    """Return how many of the searched reports the filters leave, or None if they leave all."""
    left = len(opened().searcher().documents(asked.filters)) if asked.filtered else results.coverage.searchable
    return left if left < results.coverage.searchable else None


def _left_out(results: Results) -> str:
    """Return the very common words that were left out of the query."""
    found = next((each for each in results.diagnostics if each.code is Code.FUNCTION_WORDS), None)
    return str(dict(found.arguments)["left_out"]) if found else ""


def theme_of(query: str) -> str:
    """Return the name of the theme if a query is one theme and nothing else, or an empty string."""
    tree = opened().searcher().parsed(query).tree if "theme:" in query.casefold() else None
    return tree.name if isinstance(tree, Theme) else ""


def _unfiltered(results: Results) -> int:
    """Return how many reports match without the filters, if none match with them."""
    found = next((each for each in results.diagnostics if each.code is Code.FILTERED_OUT), None)
    return int(dict(found.arguments)["number"]) if found else 0


def _kept(asked: SearchParameters, fields: Sequence[Facet]) -> list[tuple[str, str]]:
    """Return the parameters that a new search preserves and that have no field in the form."""
    own = {"q", "sort", "from", "to", "page", "back", "meaning", *(each.name for each in fields)}
    return [(name, value) for name, value in asked.pairs() if name not in own]


def _recommended(asked: SearchParameters) -> tuple[list[ItemView], bool]:
    """Return one page of the recommendations that match the query, and whether there are more."""
    searcher = opened().searcher()
    rows = recommendations(searcher, asked.wording(searcher.themes), asked.filters, kind=ItemKind.RECOMMENDATION)
    found = list(islice(rows, asked.offset, asked.offset + asked.limit + 1))
    return [item_view(each) for each in found[: asked.limit]], len(found) > asked.limit


@views.get("/search.json")
def page_json() -> Response:
    """Return the results as JSON. See docs/json.md."""
    asked = SearchParameters.read(request.args)
    if asked.view == "recommendations":
        raise UsageError("Recommendations are at /recommendations.json. The views here are: reports, passages.")
    return as_json(answer(asked, meaning=asked.meaning, per_report=passages_of(request.args)).to_dict())


@views.get("/suggestions")
def suggestions() -> str:
    """Return possible completions of what has been typed, as a list of links for a browser without scripts."""
    asked = SearchParameters.read(request.args)
    found = opened().searcher().completions(asked.text)
    return render_template("suggestions.html", asked=asked, found=found, enough=is_enough(asked.text))


@views.get("/suggestions.json")
def suggestions_json() -> Response:
    found = opened().searcher().completions(request.args.get("q", ""))
    return as_json({"suggestions": [each.to_dict() for each in found]})


def grouped(hits: Sequence[Hit], offset: int) -> Iterator[HitView]:
    """Yield the hits, with those on one case grouped under the first of them. Hits on a case must be adjacent."""
    number = offset
    for _, together in groupby(hits, key=lambda hit: hit.report.case or hit.report.id):
        several = list(together)
        yield _hit_view(number + 1, several)
        number += len(several)


def _hit_view(number: int, hits: Sequence[Hit]) -> HitView:
    first, *others = hits
    return HitView(number, first, tuple(quoted_of(first.report, passage) for passage in first.passages), tuple(others))


def quoted_of(report: Report, passage: Passage, *, whole: bool = False) -> Quoted:
    """Return a passage for the template: the part with the matches, or the `whole` of it."""
    place = citation.place(passage.page, passage.page_label, passage.paragraph, passage.page_end)
    link = public_link(f"reports/{report.id[:16]}/pages/{passage.page}#p{passage.ordinal}")
    return Quoted(
        passage,
        quoted(passage, whole=whole),
        place,
        citation.linked(citation.of_passage(report, passage), report, link),
        citation.harvard(report, link, passage.page, passage.paragraph, passage.page_end),
    )


def _pages(now: int, last: int) -> list[int | None]:
    """Return the page numbers to link to. None is a gap."""
    near = sorted({1, last, *range(max(1, now - 2), min(last, now + 2) + 1)})
    found: list[int | None] = []
    for number in near:
        if found and found[-1] is not None and number > found[-1] + 1:
            found.append(None)
        found.append(number)
    return found


def one(report: Report, asked: SearchParameters) -> Hit | None:
    """Return every mention in one report in order, or None if the report does not match.

    Filters on reports are ignored.
    """
    if not asked.text.strip():
        return None
    only = Filters(sections=asked.filters.sections, reports=(report.id,))
    library = opened()
    wording = asked.wording(library.searcher().themes)
    found = library.search(wording, only, limit=None, per_report=None, facets=False, most=False)
    return found.hits[0] if found.hits else None
