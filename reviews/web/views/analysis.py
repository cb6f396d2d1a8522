"""Views for trends and sheets of queries."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import PurePosixPath
from typing import get_args
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from corpus.errors import QueryRefused, UsageError
from reviews.web.batch_jobs import Batch
from reviews.web.context import as_json, home, opened, pool, root
from reviews.web.parameters import SearchParameters, filters_of, labels, pairs_of
from reviews.web.views.collecting import table
from reviews.web.views.exports import TYPES, file_name
from search.analytics import charts
from search.analytics import trends as trending
from search.analytics.trends import By, Point
from search.filters import Filters
from search.sheets.template import template

views = Blueprint("analysis", __name__)

BY = {
    "year": "year by year",
    "board": "board by board",
    "area": "area by area",
    "kind": "kind by kind",
    "type": "type by type",
}
_QUERIES = 5  # in one chart
_STUDIED = 20  # queries in one request
_LONGEST = 300  # letters of the periods


def narrowing(filters: Filters, *queries: str) -> dict[str, object]:
    """Template values for the filters in use, for keeping them in the form, and for notes on the query."""
    searcher = opened().searcher()
    remarks = dict.fromkeys(remark for query in queries for remark in searcher.remarks(query, filters))
    return {"narrowed": [label for label, _ in labels(filters)], "kept": pairs_of(filters), "remarks": list(remarks)}


def _points() -> tuple[list[str], By, list[Point]]:
    queries = [query.strip() for query in request.args.getlist("q") if query.strip()]
    wanted = request.args.get("by") or "year"
    by = next((name for name in get_args(By) if name == wanted), None)
    if by is None:
        raise UsageError(f"The counts cannot be grouped by {wanted[:40]!r}. Choose one of: {', '.join(BY)}.")
    if len(queries) > _QUERIES:
        raise UsageError(f"A chart can show up to {_QUERIES} queries. Remove some.")
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
    """How many reports mention something: a chart and a table of the same figures."""
    known = opened().searcher().themes.themes
    try:
        queries, by, points = _points()
    except (UsageError, QueryRefused) as error:
        asked = request.args.getlist("q")
        page = render_template(
            "trends.html",
            queries=asked,
            by="year",
            points=[],
            kinds=BY,
            themes=known,
            refused=str(error),
            most=_QUERIES,
        )
        return page, 400
    filters = filters_of(request.args)
    return render_template(
        "trends.html", queries=queries, by=by, kinds=BY, themes=known, hidden=_suppressed(), most=_QUERIES,
        points=[(point, _answer(point, by, filters)) for point in points], **choices(filters),
        chart=request.query_string.decode("ascii", "replace"), **narrowing(filters, *queries),
        everywhere=urlencode([(name, value) for name in ("q", "by", "small") for value in request.args.getlist(name)]),
    )  # fmt: skip


def _answer(point: Point, by: By, filters: Filters) -> str:
    """The address of the reports that a point counts, below the first page; "" where they cannot be asked for."""
    if point.value is None or not point.reports:
        return ""
    inside = Filters.read({**filters.typed(), by: str(point.value)})
    return SearchParameters(text=point.query, filters=inside).query()


def choices(filters: Filters) -> dict[str, object]:
    """Template values for choosing a board and years in a form. kept: the other filters, and further boards."""
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
    """The figures as a table."""
    _, _, points = _points()
    if not points:
        raise UsageError("The query is empty. Give one in the parameter `q`.")
    response = table([point.to_dict() for point in points], trending.COLUMNS, "csv")
    response.headers["Content-Disposition"] = 'attachment; filename="trends.csv"'
    return response


@views.get("/trends.png")
def trends_png() -> Response:
    """The chart as a picture for a document. Needs Pillow."""
    _, _, points = _points()
    if not points:
        raise UsageError("The query is empty. Give one in the parameter `q`.")
    response = Response(charts.png(points), mimetype="image/png")
    response.headers["Content-Disposition"] = 'attachment; filename="trends.png"'
    return response


@views.get("/trends.json")
def trends_json() -> Response:
    queries, by, points = _points()
    return as_json({"queries": queries, "by": by, "points": [point.to_dict() for point in points]})


@views.get("/trends.svg")
def trends_svg() -> Response:
    """The chart as SVG, with its figures as text."""
    _, _, points = _points()
    if not points:
        raise UsageError("The query is empty. Give one in the parameter `q`.")
    return Response(charts.svg(points), mimetype="image/svg+xml")


@views.get("/batch")
def batch() -> str:
    """Form for uploading a sheet of queries, and the sheets that are still here."""
    return render_template("batch.html", batch=None, held=pool().batches.of(g.account))


@views.post("/batch")
def batch_begun() -> AnyResponse:
    """Accept a sheet, and redirect to its page. With `check` it is shown there first; otherwise it runs at once."""
    sheet = request.files.get("sheet")
    if sheet is None or not sheet.filename:
        raise UsageError("Choose a file with your queries: a spreadsheet, or a text file with one query per line.")
    with closing(sheet):
        given = sheet.read()
    taken = pool().batches.take(given, sheet.filename, g.account)
    if not request.form.get("check"):
        pool().batches.run(taken.id, g.account, root().rstrip("/"))
    return redirect(f"{home()}/batch/{taken.id}", 303)


@views.post("/batch/<string(length=22):id>")
def batch_run(id: str) -> AnyResponse:
    """Run a sheet that was shown first, and redirect to its page."""
    pool().batches.run(id, g.account, root().rstrip("/"))
    return redirect(f"{home()}/batch/{id}", 303)


@views.get("/batch/template.xlsx")
def batch_template() -> Response:
    """Download an example sheet."""
    response = Response(template("xlsx"), mimetype=TYPES["xlsx"])
    response.headers["Content-Disposition"] = 'attachment; filename="queries.xlsx"'
    return response


def _batch(id: str) -> Batch:
    return pool().batches.find(id, g.account)


@views.get("/batch/<string(length=22):id>")
def batch_progress(id: str) -> str:
    """Progress of a sheet, and the link to the workbook when it is finished."""
    return render_template("batch.html", batch=_batch(id))


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


@views.get("/batch/<string(length=22):id>/<any(by, pairs, terms):name>.csv")
def batch_table(id: str, name: str) -> Response:
    """Download a tidy table of a sheet."""
    response = Response(_batch(id).table(name), mimetype=TYPES["csv"])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@views.get("/study.json")
def study_json() -> Response:
    """Several queries at once, as tidy tables: docs/batch.md."""
    queries = [query.strip() for query in request.args.getlist("q") if query.strip()]
    if not 0 < len(queries) <= _STUDIED:
        raise UsageError(f"Give 1 to {_STUDIED} queries, each in a parameter `q`.")
    given = request.args.get("periods", "").strip()[:_LONGEST]
    found = opened().study(queries, filters_of(request.args), periods=given)
    return as_json(found.to_dict())
