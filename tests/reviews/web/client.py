"""A visitor of the web page."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from reviews.web.app import Options, create_app


@contextmanager
def client(library: Path, options: Options) -> Iterator[FlaskClient]:
    app = create_app(library, options)
    try:
        yield app.test_client()
    finally:
        app.extensions["pool"].close()
