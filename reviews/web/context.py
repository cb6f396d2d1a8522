"""What the views share: the shelf, the library of this request, and an answer as JSON."""

import json
from typing import Any

from flask import Response, current_app, g

from reviews.library import Library
from reviews.web.library_pool import Shelf


def shelf() -> Shelf:
    """What is served."""
    held: Shelf = current_app.extensions["shelf"]
    return held


def opened() -> Library:
    """The library for the whole of this request: taken from the shelf when it is first asked for."""
    if "library" not in g:
        g.library = shelf().take()
    library: Library = g.library
    return library


def give_back(_: BaseException | None = None) -> None:
    """After every request, or before it is over when it needs the library no more."""
    library: Library | None = g.pop("library", None)
    if library is not None:
        shelf().give_back(library)


def as_json(value: dict[str, Any], mimetype: str = "application/json") -> Response:
    """One object, as the command's --json prints it."""
    return Response(json.dumps(value, ensure_ascii=False), mimetype=mimetype)
