"""Views on the library and the service: themes, coverage, help, accessibility, health."""

from __future__ import annotations

import platform
from importlib.metadata import version as version_of
from typing import Any

from flask import Blueprint, Response, render_template, request

from corpus.errors import ReviewsError
from corpus.model import SectionKind
from corpus.report import Report
from reviews.terminal import themes as theme_text
from reviews.terminal.coverage import CoverageReport
from reviews.web import help_text
from reviews.web.context import as_json, opened, root
from reviews.web.operating.not_read import lists
from reviews.web.parameters import SearchParameters
from reviews.web.views.operations import why

views = Blueprint("library", __name__)

_LISTED = 25  # reports per page
_LONGEST = 200  # characters of the search text


@views.get("/themes")
def themes() -> str:
    """Show all themes, each with its search terms."""
    searcher = opened().searcher()
    known, themed = searcher.themes, searcher.themed()
    counts = {theme.name: len(themed.get(theme.name, ())) for theme in known.themes}
    return render_template("themes.html", themes=known, counts=counts)


@views.get("/themes.json")
def themes_json() -> Response:
    searcher = opened().searcher()
    known, themed = searcher.themes, searcher.themed()
    counts = {theme.name: len(themed.get(theme.name, ())) for theme in known.themes}
    return as_json({**theme_text.to_dict(known, known.themes), "reports": counts})


@views.get("/coverage")
def coverage() -> str:
    """Show what is searched, and what could not be read and why.

    Parameters: `find`, words of a title, board, child or year; `show`, one of the lists in full; `page`.
    """
    library, asked = opened(), SearchParameters.read(request.args)
    held = CoverageReport.of(library)
    every = lists(held, why)
    show, find = request.args.get("show", ""), request.args.get("find", "").strip()[:_LONGEST]
    shown = next((each for each in every if each.name == show), None)
    reports = [] if shown else [report for report in library.reports() if _fits(report, find)]
    reports.sort(key=lambda r: (r.board or "~", r.case or r.title, -(r.year or 0), r.title))
    start, end = (asked.page - 1) * _LISTED, asked.page * _LISTED
    total = len(shown.lines) if shown else len(reports)
    return render_template(
        "coverage.html",
        held=held,
        lists=every,
        shown=shown,
        lines=shown.lines[start:end] if shown else (),
        find=find,
        total=total,
        reports=reports[start:end],
        now=asked.page,
        last=max(1, -(-total // _LISTED)),
    )


def _fits(report: Report, find: str) -> bool:
    """Return whether a report has each word in its title or its description."""
    known = (report.title, report.board, report.area, report.child, report.kind, report.year)
    text = " ".join(str(each) for each in known if each).casefold()
    return all(word in text for word in find.casefold().split())


@views.get("/coverage.json")
def coverage_json() -> Response:
    return as_json(CoverageReport.of(opened()).to_dict())


@views.get("/reports.json")
def reports_json() -> Response:
    """Return all reports, as `reviews reports --json` prints them."""
    return as_json({"reports": [report.to_dict() for report in opened().reports()]})


@views.get("/help")
def help() -> str:  # noqa: A001 - the name of the page
    return render_template("help.html", groups=help_text.GROUPS, sections=list(SectionKind))


@views.get("/help.json")
def help_json() -> Response:
    groups = [
        {"title": title, "forms": [{"query": query, "finds": finds} for query, finds in rows]}
        for title, rows in help_text.GROUPS
    ]
    return as_json({"groups": groups, "sections": [kind.value for kind in SectionKind]})


@views.get("/accessibility")
def accessibility() -> str:
    return render_template("accessibility.html")


@views.get("/opensearch.xml")
def opensearch() -> Response:
    """Return the OpenSearch description, with which a browser adds this page as a search engine."""
    text = render_template("opensearch.xml", root=root())
    return Response(text, mimetype="application/opensearchdescription+xml")


@views.get("/healthz")
def healthz() -> Response:
    """Report liveness: the process is running.

    Nothing else is checked, so that a broken library does not cause a restart.
    """
    return as_json({"ok": True, "checks": "The server is running. /readyz also opens the library."})


@views.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Report readiness: the corpus and the index can be opened."""
    try:
        found = opened().searcher()
    except ReviewsError as error:
        return as_json({"ok": False, "message": str(error)}), error.http_status
    return as_json({"ok": True, "generation": found.generation}), 200


@views.get("/version")
def version() -> Response:
    versions: dict[str, Any] = {"program": version_of("safeguarding-reviews"), "python": platform.python_version()}
    return as_json(versions)
