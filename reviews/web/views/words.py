"""Views for analysing words: every mention in context, the words typical of an answer, and two answers compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from corpus.errors import QueryRefused, UsageError
from reviews.web.context import as_answer, home, local, opened, root
from reviews.web.parameters import SearchParameters, filters_of, page_of, pairs_of
from reviews.web.views.analysis import form_again, form_of, queries_of
from reviews.web.views.collecting import table
from search.analytics import concordance as kwic
from search.analytics import keyness
from search.analytics.concordance import Line, Order
from search.analytics.keyness import Comparison, Keyword, Unit
from search.filters import Filters

views = Blueprint("words", __name__)

ORDERS: dict[Order, str] = {
    "report": "by report, best match first",
    "left": "by the words before it",
    "right": "by the words after it",
    "match": "by the mention itself",
}
UNITS: dict[Unit, str] = {"paragraph": "paragraphs that mention it", "report": "whole reports that mention it"}
_LISTED = 50  # mentions on one page
_CONTEXT = 50  # characters on each side of a mention, so that most lines fit a screen
_MENTIONS = 50_000  # mentions that are sorted in another order, or written to one file
_WORDS = 5_000_000  # words of text that are compared: about as long as a query may take
_TYPICAL = 50  # words on each side

_Name = TypeVar("_Name", bound=str)


def _chosen(parameter: str, names: Sequence[_Name]) -> _Name:
    """Return the value of a parameter with a few possible values. The first is the default. Raises UsageError."""
    wanted = request.args.get(parameter) or names[0]
    found = next((name for name in names if name == wanted), None)
    if found is None:
        raise UsageError(f"`{parameter}` is {wanted[:40]!r}. It must be one of: {', '.join(names)}.")
    return found


def _needed(number: int) -> tuple[list[str], Filters]:
    """Return the queries and filters of an address that requires them. Raises UsageError."""
    queries = queries_of(number)
    if len(queries) < number:
        raise UsageError("Give a query in the parameter `q`." if number == 1 else "Give two queries, each in `q`.")
    return queries, filters_of(request.args)


def _refused(here: str, error: Exception, **values: Any) -> tuple[str, int]:
    return render_template(f"{here}.html", **form_again(here), refused=str(error), **values), 400


# --- every mention in context


def _lines(query: str, filters: Filters, order: Order, page: int) -> tuple[list[Line], bool, int | None]:
    """Return the mentions of one page, whether there are more, and how many there are, if that is known already."""
    start, searcher = (page - 1) * _LISTED, opened().searcher()
    if start >= _MENTIONS:
        raise UsageError(f"Only the first {_MENTIONS:,} mentions are listed here. Choose a board or years.")
    if order == "report":
        every = kwic.in_order_of_reports(searcher, query, filters, _CONTEXT)
        found = list(islice(every, start, start + _LISTED + 1))
        total = start + len(found) if 0 < len(found) <= _LISTED else None
    else:
        found = kwic.concordance(searcher, query, filters, order=order, context=_CONTEXT, most=_MENTIONS)
        total = len(found)
        found = found[start : start + _LISTED + 1]
    return found[:_LISTED], len(found) > _LISTED, total


@views.get("/concordance")
def concordance() -> str | tuple[str, int]:
    """Show every mention with the words around it, one per line."""
    lines: list[Line] = []
    more, total = False, None
    try:
        page, order = page_of(request.args), _chosen("sort", tuple(ORDERS))
        queries, filters = queries_of(1), filters_of(request.args)
        if queries:
            lines, more, total = _lines(queries[0], filters, order, page)
            if lines and total is None:
                total = kwic.number_of_mentions(opened().searcher(), queries[0], filters)
        form = form_of("concordance", queries, filters)
    except (UsageError, QueryRefused) as error:
        return _refused("concordance", error, orders=ORDERS, order="report")

    def turned(number: int) -> str:
        pairs = [("q", queries[0]), ("sort", order), *pairs_of(filters), ("page", str(number))]
        return "/concordance?" + urlencode(pairs, errors="replace")

    inside = Filters(sections=filters.sections)
    back = local(turned(page)) if queries else ""
    return render_template(
        "concordance.html", **form, orders=ORDERS, order=order, lines=lines, more=more, total=total, page=page,
        first=(page - 1) * _LISTED + 1, turned=turned,
        inside=SearchParameters(text="".join(queries), filters=inside, back=back).query(),
    )  # fmt: skip


@views.get("/concordance.json")
def concordance_json() -> Response:
    """Return one page of mentions, as `reviews concordance --json` prints them."""
    page, order = page_of(request.args), _chosen("sort", tuple(ORDERS))
    queries, filters = _needed(1)
    lines, more, _ = _lines(queries[0], filters, order, page)
    return as_answer({"lines": [line.to_dict() for line in lines], "more": more})


@views.get("/concordance.csv")
def concordance_csv() -> Response:
    """Download all mentions as a table, with more words on each side."""
    order = _chosen("sort", tuple(ORDERS))
    queries, filters = _needed(1)
    lines = kwic.concordance(opened().searcher(), queries[0], filters, order=order, most=_MENTIONS)
    rows = [{**line.to_dict(), "link": root() + _path(line)} for line in lines]
    return _table(rows, (*kwic.COLUMNS, "link"), "mentions")


def _path(line: Line) -> str:
    return f"reports/{line.report.id[:16]}/pages/{line.passage.page}#p{line.passage.ordinal}"


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...], name: str) -> Response:
    response = table(rows, columns, "csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


# --- typical words


def _typical(queries: Sequence[str], filters: Filters, unit: Unit) -> list[Keyword]:
    return keyness.terms(opened().searcher(), queries[0], filters, unit=unit, limit=_TYPICAL, most=_WORDS)


def _searches(filters: Filters) -> Callable[[str], str]:
    """Return a function that gives the address of the search for a word, in the same reports."""
    return lambda term: f"{home()}/{SearchParameters(text=term, filters=filters, view='passages').query()}"


@views.get("/terms")
def terms() -> str | tuple[str, int]:
    """Show the words that are more common where something is mentioned than elsewhere."""
    try:
        unit = _chosen("unit", tuple(UNITS))
        queries, filters = queries_of(1), filters_of(request.args)
        found = _typical(queries, filters, unit) if queries else []
        form = form_of("terms", queries, filters)
    except (UsageError, QueryRefused) as error:
        return _refused("terms", error, units=UNITS, unit="paragraph")
    return render_template("terms.html", **form, units=UNITS, unit=unit, found=found, link=_searches(filters))


@views.get("/terms.json")
def terms_json() -> Response:
    """Return the JSON of `reviews terms --json`."""
    unit, (queries, filters) = _chosen("unit", tuple(UNITS)), _needed(1)
    return as_answer({"terms": [each.to_dict() for each in _typical(queries, filters, unit)]})


@views.get("/terms.csv")
def terms_csv() -> Response:
    """Download the typical words as a table."""
    unit, (queries, filters) = _chosen("unit", tuple(UNITS)), _needed(1)
    return _table([each.to_dict() for each in _typical(queries, filters, unit)], keyness.COLUMNS, "words")


# --- two answers compared


def _compared(queries: Sequence[str], filters: Filters) -> Comparison:
    one, other = queries
    return keyness.compare(opened().searcher(), one, other, filters, limit=_TYPICAL, most=_WORDS)


def _rows(queries: Sequence[str], filters: Filters) -> list[dict[str, Any]]:
    found = _compared(queries, filters)
    sides = zip(queries, (found.left, found.right), strict=True)
    return [{"side": side, **each.to_dict()} for side, words in sides for each in words]


@views.get("/compare")
def compare() -> str | tuple[str, int]:
    """Show the words that distinguish the reports of one query from those of another."""
    try:
        queries, filters = queries_of(2), filters_of(request.args)
        found = _compared(queries, filters) if len(queries) == 2 else None
        form = form_of("compare", queries, filters)
    except (UsageError, QueryRefused) as error:
        return _refused("compare", error)
    return render_template("compare.html", **form, found=found, link=_searches(filters))


@views.get("/compare.json")
def compare_json() -> Response:
    """Return the JSON of `reviews compare --json`."""
    return as_answer({"terms": _rows(*_needed(2))})


@views.get("/compare.csv")
def compare_csv() -> Response:
    """Download the comparison of two queries as a table."""
    return _table(_rows(*_needed(2)), ("side", *keyness.COLUMNS), "comparison")
