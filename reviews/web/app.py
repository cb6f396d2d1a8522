"""The web page, put together: `create_app` makes the WSGI application that `reviews serve` or any other server runs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.exceptions import HTTPException

from corpus.errors import ReviewsError
from corpus.files import REASONS
from corpus.model import HIDDEN
from reviews.terminal.results import counted
from reviews.web import context
from reviews.web.guard import access, audit, headers
from reviews.web.guard.access import Access, Rate
from reviews.web.guard.audit import Audit
from reviews.web.library_pool import Shelf
from reviews.web.parameters import Asked
from reviews.web.views import analysis, exports, openapi, report, search
from reviews.web.views import library as library_views

PAGES = (
    ("Search", "/"),
    ("Themes", "/themes"),
    ("Recommendations", "/recommendations"),
    ("Trends", "/trends"),
    ("Many queries", "/batch"),
    ("What is held", "/coverage"),
    ("Help", "/help"),
)


HERE = ("localhost", "127.0.0.1", "::1")
"""The names of this machine for itself."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a library is served. hosts: names by which the page may be called; empty for any.

    searches: how many at once. rate: requests a minute of one person, 0 for any number. log_days: how long it is kept
    who opened what, 0 for no such log; log_queries: whether the text of queries is kept in it, too.
    """

    hosts: tuple[str, ...] = HERE
    searches: int = 3
    access: Access = Access()  # noqa: RUF009 - frozen
    rate: int = 0
    log_days: int = 0
    log_queries: bool = False


def create_app(library: Path, options: Options = Options()) -> Flask:
    """The application for one library. Raises NotFound when there is none there."""
    app = Flask("reviews.web", static_folder=None)
    app.extensions["shelf"] = Shelf(library, searches=options.searches)
    shelf: Shelf = app.extensions["shelf"]
    app.extensions["access"] = options.access
    app.extensions["rate"] = Rate(options.rate)
    log = shelf.settings.library / "access"
    app.extensions["audit"] = Audit(log, options.log_days, options.log_queries) if options.log_days else None
    app.config["MAX_CONTENT_LENGTH"] = 5_000_000
    app.config["MAX_FORM_MEMORY_SIZE"] = 100_000
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False  # an odd path is no page; nothing is put right by a redirection
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.loader = ChoiceLoader(
        [
            PackageLoader("reviews.web"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    app.jinja_env.undefined = ChainableUndefined  # the components ask for parameters that were not given
    app.jinja_env.globals.update(
        counted=counted,
        navigation=PAGES,
        path_now=lambda: request.path,
        version=version("safeguarding-reviews"),
        asset=headers.asset,
        why=lambda reason: next((said for known, said in REASONS.items() if known.value == reason), reason),
        signed_in=lambda: bool(options.access.tokens and g.get("person")),
        hidden=lambda how: next((said for known, said in HIDDEN.items() if known.value == how), how),
        ask=lambda **values: Asked(**values).query(),
    )
    # A feed wants a moment; of a date that is not known to the day there is only the day of the index.
    app.jinja_env.filters["day"] = lambda date, otherwise: f"{date}T00:00:00Z" if len(date) == 10 else otherwise
    app.jinja_env.filters["date"] = _date
    app.register_blueprint(headers.static)
    app.register_blueprint(access.views)
    app.register_blueprint(search.views)
    app.register_blueprint(exports.views)
    app.register_blueprint(report.views)
    app.register_blueprint(library_views.views)
    app.register_blueprint(analysis.views)
    app.register_blueprint(openapi.views)
    app.before_request(lambda: headers.refused(options.hosts))
    app.before_request(access.check)
    app.after_request(headers.with_headers)
    app.after_request(audit.written)
    app.teardown_request(context.give_back)
    app.register_error_handler(ReviewsError, _ours)
    app.register_error_handler(HTTPException, _theirs)
    app.register_error_handler(Exception, _bug)
    return app


def _date(date: str) -> str:
    """2014-07-03 as a person writes it."""
    try:
        day = datetime.strptime(date, "%Y-%m-%d")  # noqa: DTZ007 - a date has no time zone
    except ValueError:
        return date  # not known to the day
    return f"{day.day} {day:%B %Y}"


def _ours(error: ReviewsError) -> ResponseReturnValue:
    return _told(error.http_status, str(error))


_SENTENCES = {
    404: "There is no such page. Check the address, or begin with a search.",
    405: "This address does not take that kind of request.",
    413: "That is too large to be sent here. Send a smaller file.",
    429: "That was more than one person may ask in so short a time. Wait a minute, then go on.",
}


def _theirs(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None:  # a redirection, or an answer that was made on purpose
        return error.response
    told = _told(status, _SENTENCES.get(status, error.description or error.name))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            told.headers[name] = value
    return told


def _bug(error: Exception) -> ResponseReturnValue:
    """The log says where, and nothing of what was asked or found; the person gets a sentence."""
    trace, places = error.__traceback__, []
    while trace:
        places.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    current_app.logger.error("bug: %s at %s", type(error).__name__, " > ".join(places[-6:]))
    return _told(
        500, "Something went wrong in the program itself. Try again; if it stays, tell the person who runs it."
    )


def _told(status: int, sentence: str) -> Response:
    """An error as a page, or as JSON where JSON was asked for."""
    if request.path.endswith(".json"):
        body = json.dumps({"error": {"status": status, "message": sentence}}, ensure_ascii=False)
        return Response(body, status, mimetype="application/json")
    return Response(render_template("error.html", status=status, sentence=sentence), status)
