"""What the views share: the library of this thread, and an answer as JSON."""

import json
from typing import Any

from flask import Response, current_app

from reviews.web.shelf import Shelf


def shelf() -> Shelf:
    """The library that is served."""
    held: Shelf = current_app.extensions["shelf"]
    return held


def as_json(value: dict[str, Any], mimetype: str = "application/json") -> Response:
    """One object, as the command's --json prints it."""
    return Response(json.dumps(value, ensure_ascii=False), mimetype=mimetype)
