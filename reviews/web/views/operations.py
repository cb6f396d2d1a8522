"""Views for operators: the status of the library, and metrics for Prometheus."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, g, render_template

from corpus.errors import ReviewsError
from corpus.reasons import explain
from reviews.maintenance import run_log
from reviews.web.context import as_json, opened, pool
from reviews.web.operating.condition import Condition

views = Blueprint("operations", __name__)


def is_operator() -> bool:
    """Return whether the person is an operator: named with --operator, or anyone if nobody signs in."""
    signs_in = current_app.extensions["access"].signs_in
    return not signs_in or g.get("person") in current_app.extensions["operators"]


def why(reason: str) -> str:
    """Return why a file or page was not read. What to do about it is only added for operators."""
    said = explain(reason)
    return said if is_operator() else said.partition("; ")[0]


def _check() -> None:
    if not is_operator():
        abort(403, "Only the people who run this page can see this. They are named with `reviews serve --operator`.")


def _ready() -> str:
    """Return why searches do not work, or ""."""
    try:
        opened().searcher()
    except ReviewsError as error:
        return str(error)
    return ""


@views.get("/status")
def status() -> str:
    """Show the last runs, failures, unread pages, readiness, index, disk and versions."""
    _check()
    now = Condition.of(pool().settings)
    return render_template("status.html", now=now, not_ready=_ready(), files_of=run_log.files_of)


@views.get("/status.json")
def status_json() -> Response:
    _check()
    not_ready = _ready()
    return as_json({**Condition.of(pool().settings).to_dict(), "ready": not not_ready, "not_ready": not_ready or None})


@views.get("/metrics")
def metrics() -> Response:
    """Return counts and times in the Prometheus text format. They contain no words from queries or reports."""
    _check()
    gauges = Condition.of(pool().settings).gauges() | {"ready": ("1 when searches work.", float(not _ready()))}
    lines = current_app.extensions["metrics"].lines(gauges)
    return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")
