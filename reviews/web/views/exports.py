"""Export search results: spreadsheets, records for reference managers, and a feed."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import Blueprint, Response, render_template, request

from corpus.errors import UsageError
from reviews import citation
from reviews.web.context import pool, root
from reviews.web.parameters import SearchParameters
from reviews.web.reading import highlight
from reviews.web.views.search import answer
from search.results import COLUMNS, Results
from search.tables.cell_text import NOT_XML
from search.tables.writers import write_rows

views = Blueprint("exports", __name__)

TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

_MOST = 2_000  # reports in one export: more than any country's collection
_ENTRIES = 50  # entries of a feed


def file_name(name: str) -> str:
    """Return a name that every system can store: letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "table"


def _all(asked: SearchParameters, per_report: int | None) -> Results:
    if not (asked.text.strip() or asked.filtered):
        raise UsageError("The query is empty. Give one in the parameter `q`.")
    return answer(asked, limit=_MOST, offset=0, per_report=per_report)


@views.get("/search.<any(csv, xlsx):form>")
def table(form: str) -> Response:
    """Download every mention, one row each, with the columns in docs/batch.md."""
    asked = SearchParameters.read(request.args)
    results = _all(asked, None)
    with pool().batches.scratch() as folder:
        out = folder / f"mentions.{form}"
        write_rows(out, results.rows(), COLUMNS)
        response = Response(out.read_bytes(), mimetype=TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="mentions.{form}"'
    return response


@views.get("/search.ris")
def records() -> Response:
    """Download a RIS record for each matching report, with its best passages as notes."""
    text = "".join(
        citation.ris(
            hit.report,
            None,
            " | ".join(citation.place(p.page, p.page_label, p.paragraph, p.page_end) for p in hit.passages),
        )
        for hit in _all(replace(SearchParameters.read(request.args), view="reports"), 3)
    )
    response = Response(text, mimetype="application/x-research-info-systems")
    response.headers["Content-Disposition"] = 'attachment; filename="reports.ris"'
    return response


@views.get("/search.atom")
def feed() -> Response:
    """Return an Atom feed of the matching reports, newest first. It works like a saved search without an account."""
    asked = replace(SearchParameters.read(request.args), view="reports")
    if not (asked.text.strip() or asked.filtered):
        raise UsageError("The query is empty. Give one in the parameter `q`.")
    results = answer(asked, sort="newest", limit=_ENTRIES, offset=0, per_report=1)
    entries = [
        (hit, "".join(piece.text for passage in hit.passages for piece in highlight.quoted(passage))) for hit in results
    ]
    text = render_template("feed.xml", asked=asked, results=results, entries=entries, root=root())
    return Response(NOT_XML.sub("", text), mimetype="application/atom+xml")
