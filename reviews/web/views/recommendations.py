"""Views for recommendations and findings: search, filter, cite and export them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from flask import Blueprint, Response, render_template, request

from corpus.errors import QueryRefused, UsageError
from corpus.model import ItemKind
from reviews.documents.of_recommendations import recommendations_document
from reviews.documents.searched import Searched
from reviews.web.context import as_answer, opened, root
from reviews.web.parameters import SearchParameters, pairs_of
from reviews.web.reading.items import item_citation, item_view
from reviews.web.views.analysis import narrowing
from reviews.web.views.collecting import DOCX, table
from search.analytics.recommendations import COLUMNS, Recommended, number_of_recommendations
from search.analytics.recommendations import recommendations as find

views = Blueprint("recommendations", __name__)

ONLY = {"recommendation": "Recommendations", "finding": "Findings", "both": "Both"}
_LISTED = 25  # items on one page
_MOST = 5_000  # items in one file: more than any country's collection has on one subject


def _asked() -> tuple[SearchParameters, str, Iterator[Recommended]]:
    """Return the search, the requested kinds, and everything it finds."""
    asked, only, kind = _wanted()
    searcher = opened().searcher()
    return asked, only, find(searcher, asked.wording(searcher.themes), asked.filters, kind=kind)


def _wanted() -> tuple[SearchParameters, str, ItemKind | None]:
    """Return the search, and the requested kinds as in the address and as one kind, None for both."""
    asked, only = SearchParameters.read(request.args), request.args.get("only") or "recommendation"
    if only not in ONLY:
        raise UsageError(f"There is no kind called {only[:40]!r}. The kinds are: {', '.join(ONLY)}.")
    return asked, only, None if only == "both" else ItemKind(only)


def _total(start: int, found: list[Recommended]) -> int | None:
    """Return how many items there are, if that is known on this page. `found` has one more than the page shows."""
    if 0 < len(found) <= _LISTED:
        return start + len(found)
    asked, _, kind = _wanted()
    searcher = opened().searcher()
    return number_of_recommendations(searcher, asked.wording(searcher.themes), asked.filters, kind=kind)


@views.get("/recommendations")
def page() -> str | tuple[str, int]:
    """Show recommendations, or those that mention something. Findings are included on request."""
    library = opened()
    held = library.searcher().reports()
    boards = sorted({report.board for report in held if report.board})
    years = sorted({report.year for report in held if report.year}, reverse=True)
    choices = {"kinds": ONLY, "boards": boards, "years": years, "themes": library.themes().themes}
    try:
        asked, only, every = _asked()
        start = (asked.page - 1) * _LISTED
        found = list(islice(every, start, start + _LISTED + 1))
        narrowed = narrowing(asked.filters, asked.text)
    except (UsageError, QueryRefused) as error:
        asked = SearchParameters(text=request.args.get("q", ""))
        return render_template(
            "recommendations.html", asked=asked, only="recommendation", rows=[], refused=str(error), **choices
        ), 400
    # The form offers one board and one theme. Further ones in the address are preserved.
    inside = replace(asked.filters, boards=asked.filters.boards[1:], themes=asked.filters.themes[1:], years=None)
    kept = pairs_of(inside) + ([("exact", "1")] if asked.exact else [])
    return render_template(
        "recommendations.html",
        asked=asked,
        only=only,
        rows=[item_view(each) for each in found[:_LISTED]],
        first=start + 1,
        more=len(found) > _LISTED,
        total=_total(start, found),
        coverage=library.searcher().coverage,
        **{**narrowed, "kept": kept},
        **choices,
    )


@views.get("/recommendations.json")
def page_json() -> Response:
    """Return one page of recommendations as JSON."""
    asked, _, every = _asked()
    start = (asked.page - 1) * _LISTED
    found = list(islice(every, start, start + _LISTED + 1))
    return as_answer({"items": [_row(each) for each in found[:_LISTED]], "more": len(found) > _LISTED})


def _row(found: Recommended) -> dict[str, Any]:
    return {**found.row(), "page_label": found.page_label, "citation": item_citation(found)}


@views.get("/recommendations.<any(csv, xlsx):form>")
def exported(form: str) -> Response:
    """Download all recommendations as a table."""
    _, _, every = _asked()
    rows = [{**_row(each), "link": root() + _path(each)} for each in islice(every, _MOST)]
    response = table(rows, (*COLUMNS, "page_label", "citation", "link"), form)
    response.headers["Content-Disposition"] = f'attachment; filename="recommendations.{form}"'
    return response


@views.get("/recommendations.docx")
def exported_word() -> Response:
    """Download all recommendations as a Word document."""
    asked, only, every = _asked()
    searcher = opened().searcher()
    rows = [{**_row(each), "link": root() + _path(each)} for each in islice(every, _MOST)]
    searched = Searched(searcher.coverage, searcher.generation, searcher.built_at)
    named = "Recommendations and findings" if only == "both" else ONLY[only]
    looked_for = [f"“{asked.text}”"] if asked.text.strip() else []
    looked_for += [f"{name} {value}" for name, value in pairs_of(asked.filters)]
    data = recommendations_document(named, looked_for, rows, searched)
    response = Response(data, mimetype=DOCX)
    response.headers["Content-Disposition"] = 'attachment; filename="recommendations.docx"'
    return response


def _path(found: Recommended) -> str:
    return f"reports/{found.report.id[:16]}/pages/{found.item.page}#p{found.item.first}"
