"""The factory of the WSGI application that `reviews serve` or another server runs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.exceptions import HTTPException

from corpus.errors import ReviewsError
from corpus.model import HIDDEN
from corpus.paths import LibraryPaths
from ingest.sandbox.limits import forbid_core_dumps
from reviews.short_title import short_title
from reviews.terminal.results import counted, without
from reviews.web import collection_storage, context
from reviews.web.batch_jobs import Batches
from reviews.web.guard import access, audit, headers
from reviews.web.guard.access import Access, Rate
from reviews.web.guard.audit import Audit
from reviews.web.guard.prefix import Prefixed
from reviews.web.library_pool import LibraryPool
from reviews.web.operating.metrics import Metrics
from reviews.web.operating.states import state_of, steps
from reviews.web.parameters import SearchParameters
from reviews.web.serving.shared_state import SharedState
from reviews.web.sheet_folders import SheetFolder
from reviews.web.views import (
    analysis,
    briefing,
    collecting,
    exports,
    openapi,
    operations,
    published,
    recommendations,
    report,
    search,
    words,
)
from reviews.web.views import library as library_views
from reviews.web.views.operations import is_operator, why

PAGES = (
    ("Search", "/"),
    ("Themes", "/themes"),
    ("Recommendations", "/recommendations"),
    ("Briefing", "/briefing"),
    ("Analysis", "/trends"),
    ("Collection", "/collections"),
    ("What is searched", "/coverage"),
    ("Help", "/help"),
)


HERE = ("localhost", "127.0.0.1", "::1")
"""Host names of this computer."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a library is served. `hosts` are the host names to accept, or empty for any.

    `prefix` is the path under which a proxy serves the pages, such as "/reviews". `operators` are the people who may
    see the status of the library; without sign-in, everyone may. `searches` is how many can run at once. `rate` is the
    number of requests per minute for each person, 0 for no limit. `log_days` is how many days to keep the access log, 0
    for no log. `log_queries` also logs the text of queries. `processes` is how many processes are forked after the
    application has been created; they count requests together.
    """

    hosts: tuple[str, ...] = HERE
    searches: int = 3
    access: Access = Access()  # noqa: RUF009 - frozen
    prefix: str = ""
    operators: tuple[str, ...] = ()
    rate: int = 0
    log_days: int = 0
    log_queries: bool = False
    processes: int = 1


def create_app(library: Path, options: Options = Options()) -> Flask:
    """Return the application for one library. Raises NotFound if there is none."""
    forbid_core_dumps()
    app = Flask("reviews.web", static_folder=None)
    folder = SheetFolder(LibraryPaths(library).cache)
    state = SharedState(lambda: folder.path() / "state.db") if options.processes > 1 else SharedState()
    pool = LibraryPool(library, options.searches, Batches(library, folder, state))
    app.extensions["pool"] = pool
    app.extensions["access"] = options.access
    app.extensions["hosts"] = options.hosts
    app.extensions["operators"] = options.operators
    app.extensions["metrics"] = Metrics()
    app.extensions["metrics"].install(app)
    app.extensions["named"] = bool(set(options.hosts) - set(HERE))
    app.extensions["rate"] = Rate(options.rate, state, "visitor")
    app.extensions["strangers"] = Rate(options.rate, state, "stranger")
    app.extensions["audit"] = (
        Audit(pool.settings.access, options.log_days, options.log_queries) if options.log_days else None
    )
    app.config["MAX_CONTENT_LENGTH"] = 5_000_000
    app.config["MAX_FORM_MEMORY_SIZE"] = 100_000
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False  # an unusual path gives "not found" rather than a redirect
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.loader = ChoiceLoader(
        [
            PackageLoader("reviews.web"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    app.jinja_env.undefined = ChainableUndefined  # the templates read optional parameters
    app.jinja_env.globals.update(
        counted=counted,
        without=without,
        navigation=PAGES,
        path_now=lambda: request.path,
        home=context.home,
        withdrawn=context.withdrawn,
        short=short_title,
        version=version("safeguarding-reviews"),
        asset=headers.asset,
        why=why,
        operator=is_operator,
        signed_in=lambda: bool(options.access.tokens and g.get("person")),
        hidden=lambda how: next((said for known, said in HIDDEN.items() if known.value == how), how),
        save_control=collecting.control,
        save_back=collecting.here,
        saves_passages=lambda: "controls" in g,
        ask=lambda **values: SearchParameters(**values).query(),
    )
    # A feed needs a time; for a date not known to the day, the time of the index is used.
    app.jinja_env.filters["day"] = lambda date, otherwise: f"{date}T00:00:00Z" if len(date) == 10 else otherwise
    app.jinja_env.filters["date"] = _date
    app.jinja_env.filters["time"] = _time
    app.jinja_env.filters["plain"] = lambda note: _TYPED.sub(r"“\1\2”", str(note))
    app.jinja_env.filters["sentence"] = _sentence
    app.register_blueprint(headers.static)
    app.register_blueprint(access.views)
    app.register_blueprint(search.views)
    app.register_blueprint(exports.views)
    app.register_blueprint(report.views)
    app.register_blueprint(library_views.views)
    app.register_blueprint(analysis.views)
    app.register_blueprint(words.views)
    app.register_blueprint(collecting.views)
    app.register_blueprint(recommendations.views)
    app.register_blueprint(briefing.views)
    app.register_blueprint(published.views)
    app.register_blueprint(operations.views)
    app.register_blueprint(openapi.views)
    app.wsgi_app = Prefixed(app.wsgi_app, options.prefix, options.access.trusts)  # type: ignore[method-assign]
    app.before_request(lambda: headers.refused(options.hosts))
    app.before_request(access.check)
    app.before_request(openapi.refuse_unknown)
    app.after_request(headers.with_headers)
    app.after_request(collection_storage.written)
    app.after_request(audit.written)
    app.teardown_request(context.give_back)
    app.register_error_handler(ReviewsError, _on_reviews_error)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Exception, _on_bug)
    return app


_LATER, _WAIT = 503, 30  # the status for "try again later", and after how many seconds
_TYPED = re.compile(r'`"([^"`]*)"`|`([^`]*)`')  # user input, as a note quotes it for the terminal


def _date(date: str) -> str:
    """Format `2014-07-03` as `3 July 2014`. A date without a day is returned unchanged."""
    try:
        day = datetime.strptime(date, "%Y-%m-%d")  # noqa: DTZ007 - a date has no time zone
    except ValueError:
        return date  # a date without a day
    return f"{day.day} {day:%B %Y}"


def _sentence(note: str) -> str:
    """Format a note with an initial capital and a full stop. User input in it is unchanged."""
    return f"{note[:1].upper()}{note[1:]}{'' if note.endswith('.') else '.'}"


def _time(time: str) -> str:
    """Format `2014-07-03T09:05:00+00:00` as `3 July 2014, 09:05 UTC`. Anything else is returned unchanged."""
    try:
        moment = datetime.fromisoformat(time).astimezone(UTC)
    except ValueError:
        return time
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _on_reviews_error(error: ReviewsError) -> ResponseReturnValue:
    settings = context.pool().settings
    state = None if _wants_json() else state_of(error, settings)
    if state:
        page = render_template("state.html", state=state, steps=steps(state, settings) if is_operator() else ())
        response = Response(page, error.http_status)
    else:
        response = _error_page(error.http_status, context.without_paths(str(error)))
    if error.http_status == _LATER:
        response.headers["Retry-After"] = str(_WAIT)
    return response


_SENTENCES = {
    404: "This page does not exist. Check the address, or start with a search.",
    405: "This address does not accept that kind of request.",
    413: "The file is too large. Send a smaller one.",
    429: "You have sent too many requests. Wait half a minute, then try again.",
}


def _on_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if error.response is not None:  # a redirect, or a response made by a view
        return error.response
    response = _error_page(status, _SENTENCES.get(status, error.description or error.name))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _on_bug(error: Exception) -> ResponseReturnValue:
    """Log where a bug happened, without the query or the results. The person gets a general message."""
    trace, frames = error.__traceback__, []
    while trace:
        frames.append(f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    current_app.logger.error("bug: %s at %s", type(error).__name__, " > ".join(frames[-6:]))
    return _error_page(
        500, "Something went wrong. Try again. If it keeps happening, tell the person who runs this page."
    )


def _wants_json() -> bool:
    return request.path.endswith(".json") or request.accept_mimetypes.best == "application/json"


def _error_page(status: int, sentence: str) -> Response:
    """Return an error as a page, or as JSON if the address or the Accept header requests it."""
    if _wants_json():
        body = json.dumps({"error": {"status": status, "message": sentence}}, ensure_ascii=False)
        return Response(body, status, mimetype="application/json")
    return Response(render_template("error.html", status=status, sentence=sentence, ways=g.get("ways", ())), status)
