"""Views of what boards publish: how their pages responded, and what was new this week."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from ingest.collect.troubles import SENTENCES
from reviews.published import Published
from reviews.web.context import as_json, opened, root
from search.tables.cell_text import NOT_XML

views = Blueprint("published", __name__)


def _published() -> Published:
    with opened().store() as store:
        return Published.of(store)


@views.get("/sources")
def page() -> str:
    """Show the boards' pages from which reports are collected, how they last responded, and what was new this week."""
    sentences = {str(trouble): sentence for trouble, sentence in SENTENCES.items()}
    return render_template("sources.html", published=_published(), sentences=sentences)


@views.get("/sources.json")
def page_json() -> Response:
    return as_json(_published().to_dict())


@views.get("/added.atom")
def feed() -> Response:
    """Return an Atom feed of the reports that were collected this week."""
    text = render_template("added.xml", added=_published().added, root=root())
    return Response(NOT_XML.sub("", text), mimetype="application/atom+xml")
