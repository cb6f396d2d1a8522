"""Views for the briefing on a theme."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from corpus.errors import NotFound, QueryRefused, UsageError
from reviews import citation
from reviews.documents.of_briefing import briefing_document
from reviews.terminal import briefing as said
from reviews.web.context import as_json, opened, root
from reviews.web.parameters import SearchParameters, filters_of, labels, pairs_of
from reviews.web.reading.highlight import pieces
from reviews.web.views.collecting import DOCX
from reviews.web.views.exports import file_name
from reviews.web.views.search import quoted_of
from search.analytics.briefing import Briefing, briefing
from search.filters import Filters

views = Blueprint("briefing", __name__)


def _brief() -> tuple[Briefing | None, Filters]:
    """Return the requested briefing, or None if no theme is given, and its filters.

    Here, `theme` names the theme, so it is not a filter.
    """
    given = request.args.copy()
    themes = [name.strip() for name in given.poplist("theme") if name.strip()]
    filters = filters_of(given)
    if len(themes) > 1:
        raise UsageError("Choose a theme for the briefing.")
    if not themes:
        return None, filters
    hides = request.args.get("small", "") == "hidden"
    return briefing(opened().searcher(), themes[0], filters, suppress_small=hides), filters


def _asked() -> Briefing:
    brief, _ = _brief()
    if brief is None:
        raise UsageError("No theme was chosen. Give one in the parameter `theme`.")
    return brief


@views.get("/briefing")
def page() -> str | tuple[str, int]:
    """Show the briefing on a theme, or the form to choose one."""
    searcher = opened().searcher()
    held = searcher.reports()
    choices = {
        "themes": searcher.themes.themes,
        "boards": sorted({report.board for report in held if report.board}),
        "years": sorted({report.year for report in held if report.year}, reverse=True),
        "wanted": request.args.get("theme", ""),
        "small": request.args.get("small", "") == "hidden",
    }
    try:
        brief, filters = _brief()
    except (UsageError, QueryRefused) as error:
        shown = render_template("briefing.html", brief=None, refused=str(error), filters=Filters(), **choices)
        return shown, NotFound.http_status if isinstance(error, NotFound) else 400
    if brief is None:
        return render_template("briefing.html", brief=None, filters=filters, **choices)
    inside = Filters(sections=filters.sections)
    return render_template(
        "briefing.html",
        brief=brief,
        filters=filters,
        narrowed=[label for label, _ in labels(filters)],
        kept=[pair for pair in pairs_of(filters) if pair[0] not in ("board", "from", "to")],
        asked=request.query_string.decode("ascii", "replace"),
        said=said,
        quotes=[(each.report, quoted_of(each.report, each.passage, whole=True)) for each in brief.passages],
        items=[
            (
                each,
                pieces(each.item.text, each.marks),
                citation.citation(each.report, each.item.page, each.page_label, each.item.number),
            )
            for each in brief.recommendations
        ],
        words=SearchParameters(text=brief.query, filters=inside).query(),
        search=SearchParameters(text=brief.query, filters=filters).query(),
        **choices,
    )


@views.get("/briefing.json")
def page_json() -> Response:
    """Return the JSON of `reviews briefing --json`."""
    return as_json(_asked().to_dict())


@views.get("/briefing.docx")
def word() -> Response:
    """Download the briefing as a Word document."""
    brief = _asked()
    response = Response(briefing_document(brief, root()), mimetype=DOCX)
    response.headers["Content-Disposition"] = f'attachment; filename="briefing-{file_name(brief.theme.name)}.docx"'
    return response
