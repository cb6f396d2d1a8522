"""Helpers shared by the views: the library pool, the library of this request, JSON responses."""

import json
from typing import Any

from flask import Response, current_app, g

from reviews.library import Library
from reviews.web.library_pool import LibraryPool


def pool() -> LibraryPool:
    """The library pool of the application."""
    held: LibraryPool = current_app.extensions["pool"]
    return held


def opened() -> Library:
    """The library of this request, taken from the pool on first use."""
    if "library" not in g:
        g.library = pool().take()
    library: Library = g.library
    return library


def give_back(_: BaseException | None = None) -> None:
    """Return the library to the pool: after every request, or earlier when it is no longer needed."""
    library: Library | None = g.pop("library", None)
    if library is not None:
        pool().give_back(library)


def as_json(value: dict[str, Any], mimetype: str = "application/json") -> Response:
    """JSON response with one object, as `--json` prints it."""
    return Response(json.dumps(value, ensure_ascii=False), mimetype=mimetype)
