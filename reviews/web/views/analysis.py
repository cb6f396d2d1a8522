"""Views for trends and sheets of queries."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any, get_args
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from corpus.errors import QueryRefused, UsageError
from reviews.web.batch_jobs import Batch
from reviews.web.context import as_answer, as_json, home, opened, pool, root
from reviews.web.parameters import SearchParameters, filters_of, labels, pairs_of
from reviews.web.views.collecting import table
from reviews.web.views.exports import TYPES, file_name
from reviews.web.views.search import theme_of
from search.analytics import charts
from search.analytics import trends as trending
from search.analytics.trends import By, Point
from search.filters import EVERYTHING, Filters
from search.sheets.template import template

views = Blueprint("analysis", __name__)

BY = {
    "year": "year",
    "board": "board",
    "area": "area",
    "kind": "kind of document",
    "type": "type of review",
}
TOOLS = (
    ("trends", "Trends", 5),
    ("concordance", "Mentions in context", 1),
    ("terms", "Typical words", 1),
    ("compare", "Compare", 2),
    ("batch", "Sheet of queries", 0),
)
"""The analysis pages: address, name, and how many queries each takes."""
_QUERIES = 5  # queries in one chart
_STUDIED = 20  # queries in one request
_LONGEST = 300  # characters of the periods


def narrowing(filters: Filters, *queries: str) -> dict[str, object]:
    """Return template values for the filters in use, to preserve them in the form, and for notes on the query."""
    searcher = opened().searcher()
    remarks = dict.fromkeys(remark for query in queries for remark in searcher.remarks(query, filters))
    return {"narrowed": [label for label, _ in labels(filters)], "kept": pairs_of(filters), "remarks": list(remarks)}


def tools(here: str, queries: Sequence[str] = (), filters: Filters = EVERYTHING) -> list[tuple[str, str, bool]]:
    """Return the analysis pages, each with its address for the same queries and filters, and whether it is this one."""
    found = []
    for name, label, most in TOOLS:
        pairs = [*(("q", query) for query in queries[:most]), *(pairs_of(filters) if most else ())]
        query = "?" + urlencode(pairs, errors="replace") if pairs else ""
        found.append((label, f"{home()}/{name}{query}", name == here))
    return found


def queries_of(most: int) -> list[str]:
    """Return the queries in the address, without empty ones. Raises UsageError if there are more than `most`."""
    queries = [query.strip() for query in request.args.getlist("q") if query.strip()]
    if len(queries) > most:
        raise UsageError("Give one query." if most == 1 else f"Give up to {most} queries.")
    return queries


def form_of(here: str, queries: Sequence[str], filters: Filters) -> dict[str, Any]:
    """Return template values for the form of an analysis page, and for the notes above its answer."""
    kept = [(name, value) for name in ("q", "by", "small", "sort", "unit") for value in request.args.getlist(name)]
    return {
        "queries": queries,
        "themes": opened().searcher().themes.themes,
        "tools": tools(here, queries, filters),
        "asked": request.query_string.decode("ascii", "replace"),
        "coverage": opened().searcher().coverage,
        "everywhere": urlencode(kept, errors="replace"),
        **choices(filters),
        **narrowing(filters, *queries),
    }


def form_again(here: str) -> dict[str, Any]:
    """Return template values for the form of an invalid address: what was typed, and the filters as far as they can be
    read.
    """
    queries = request.args.getlist("q")
    try:
        filters = filters_of(request.args)
    except UsageError:
        filters = EVERYTHING
    return {**form_of(here, (), filters), "queries": queries, "tools": tools(here, queries, filters)}


def _points() -> tuple[list[str], By, list[Point]]:
    queries = queries_of(_QUERIES)
    wanted = request.args.get("by") or "year"
    by = next((name for name in get_args(By) if name == wanted), None)
    if by is None:
        raise UsageError(f"The counts cannot be grouped by {wanted[:40]!r}. Choose one of: {', '.join(BY)}.")
    if not queries:
        return [], by, []
    return (
        queries,
        by,
        trending.trends(opened().searcher(), queries, by, filters_of(request.args), suppress_small=_suppressed()),
    )


def _suppressed() -> bool:
    return request.args.get("small", "") == "hidden"


@views.get("/trends")
def trends() -> str | tuple[str, int]:
    """Show how many reports mention something: a chart, and a table of the same figures."""
    try:
        queries, by, points = _points()
    except (UsageError, QueryRefused) as error:
        form = form_again("trends")
        page = render_template(
            "trends.html", **form, by="year", kinds=BY, hidden=_suppressed(), refused=str(error), most=_QUERIES
        )
        return page, 400
    filters = filters_of(request.args)
    return render_template(
        "trends.html", **form_of("trends", queries, filters), by=by, kinds=BY, hidden=_suppressed(), most=_QUERIES,
        small=any(point.small for point in points),
        by_query=[
            (query, theme_of(query), [(point, _answer(point, by, filters)) for point in some])
            for query, some in groupby(points, key=lambda point: point.query)
        ],
    )  # fmt: skip


def _answer(point: Point, by: By, filters: Filters) -> str:
    """Return the address of the reports that a point counts, relative to the first page, or "" if there is none."""
    if point.value is None or not point.reports:
        return ""
    inside = Filters.read({**filters.typed(), by: str(point.value)})
    return SearchParameters(text=point.query, filters=inside).query()


def choices(filters: Filters) -> dict[str, object]:
    """Return template values for choosing a board and years in a form.

    `kept` are the other filters, and further boards.
    """
    held = opened().searcher().reports()
    inside = replace(filters, boards=filters.boards[1:], years=None)
    return {
        "boards": sorted({report.board for report in held if report.board}),
        "years": sorted({report.year for report in held if report.year}, reverse=True),
        "chosen": {
            "board": filters.boards[0] if filters.boards else "",
            "from": filters.years[0] if filters.years else None,
            "to": filters.years[1] if filters.years else None,
        },
        "carried": pairs_of(inside),
    }


@views.get("/trends.csv")
def trends_csv() -> Response:
    """Download the figures as a table."""
    _, _, points = _points()
    if not points:
        raise UsageError("The query is empty. Give one in the parameter `q`.")
    response = table([point.to_dict() for point in points], trending.COLUMNS, "csv")
    response.headers["Content-Disposition"] = 'attachment; filename="trends.csv"'
    return response


@views.get("/trends.png")
def trends_png() -> Response:
    """Download the chart as a picture for a document. Needs Pillow."""
    _, _, points = _points()
    if not points:
        raise UsageError("The query is empty. Give one in the parameter `q`.")
    response = Response(charts.png(points), mimetype="image/png")
    response.headers["Content-Disposition"] = 'attachment; filename="trends.png"'
    return response


@views.get("/trends.json")
def trends_json() -> Response:
    queries, by, points = _points()
    return as_answer({"queries": queries, "by": by, "points": [point.to_dict() for point in points]})


@views.get("/trends.svg")
def trends_svg() -> Response:
    """Download the chart as SVG, with its figures as text: black on white, for a document."""
    _, _, points = _points()
    if not points:
        raise UsageError("The query is empty. Give one in the parameter `q`.")
    response = Response(charts.svg(points), mimetype="image/svg+xml")
    response.headers["Content-Disposition"] = 'attachment; filename="trends.svg"'
    return response


@views.get("/batch")
def batch() -> str:
    """Show the form for uploading a sheet of queries, and the sheets that are still stored."""
    return render_template("batch.html", batch=None, held=pool().batches.of(g.account), tools=tools("batch"))


@views.post("/batch")
def batch_begun() -> AnyResponse:
    """Accept a sheet, and redirect to its page.

    With `check`, the sheet is shown there first; otherwise it runs at once.
    """
    _way_on()
    sheet = request.files.get("sheet")
    if sheet is None or not sheet.filename:
        raise UsageError(
            "Choose a file with your queries: a spreadsheet, a text file with one query per line, or a record."
        )
    with closing(sheet):
        given = sheet.read()
    shown_first = bool(request.form.get("check"))
    parsed = opened().searcher().parsed if shown_first else None
    taken = pool().batches.take(given, sheet.filename, g.account, parsed)
    if not shown_first:
        pool().batches.run(taken.id, g.account, root().rstrip("/"))
    return redirect(f"{home()}/batch/{taken.id}", 303)


@views.post("/batch/<string(length=22):id>")
def batch_run(id: str) -> AnyResponse:
    """Run a sheet that the visitor has checked, and redirect to its page."""
    _way_on()
    pool().batches.run(id, g.account, root().rstrip("/"))
    return redirect(f"{home()}/batch/{id}", 303)


@views.get("/batch/template.xlsx")
def batch_template() -> Response:
    """Download an example sheet."""
    response = Response(template("xlsx"), mimetype=TYPES["xlsx"])
    response.headers["Content-Disposition"] = 'attachment; filename="queries.xlsx"'
    return response


def _way_on() -> None:
    """Offer a link that leads on from an error."""
    g.ways = [("Upload a sheet", f"{home()}/batch")]


def _batch(id: str) -> Batch:
    _way_on()
    held = pool().batches.find(id, g.account)
    if not held.ready:
        g.ways = [("Check progress", f"{home()}/batch/{id}")]
    return held


@views.get("/batch/<string(length=22):id>")
def batch_progress(id: str) -> str:
    """Show the progress of a sheet and, when it is finished, the link to the workbook."""
    return render_template("batch.html", batch=_batch(id), tools=tools("batch"))


@views.get("/batch/<string(length=22):id>.json")
def batch_progress_json(id: str) -> Response:
    return as_json(_batch(id).to_dict())


@views.get("/batch/<string(length=22):id>.xlsx")
def batch_book(id: str) -> Response:
    """Download the workbook: every mention, the counts, the matrix and the record."""
    held = _batch(id)
    response = Response(held.book(), mimetype=TYPES["xlsx"])
    named = f"{file_name(PurePosixPath(held.name).stem)}-answers.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{named}"'
    return response


@views.get("/batch/<string(length=22):id>/about.json")
def batch_record(id: str) -> Response:
    """Download the record, from which the same queries can be run again later."""
    held = _batch(id)
    response = Response(held.record(), mimetype="application/json")
    named = f"{file_name(PurePosixPath(held.name).stem)}.about.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{named}"'
    return response


@views.get("/batch/<string(length=22):id>/<any(by, pairs, terms):name>.csv")
def batch_table(id: str, name: str) -> Response:
    """Download a tidy table of a sheet."""
    response = Response(_batch(id).table(name), mimetype=TYPES["csv"])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@views.get("/study.json")
def study_json() -> Response:
    """Run several queries at once and return tidy tables. See docs/batch.md."""
    queries = [query.strip() for query in request.args.getlist("q") if query.strip()]
    if not 0 < len(queries) <= _STUDIED:
        raise UsageError(f"Give 1 to {_STUDIED} queries, each in a parameter `q`.")
    given = request.args.get("periods", "").strip()[:_LONGEST]
    found = opened().study(queries, filters_of(request.args), periods=given)
    return as_json(found.to_dict())
