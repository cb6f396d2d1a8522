"""The OpenAPI description is complete and correct, checked with requests generated from it."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, assume, given, settings
from hypothesis.strategies import booleans
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from werkzeug.datastructures import MultiDict

from reviews.web.app import create_app
from reviews.web.parameters import SearchParameters
from reviews.web.views.openapi import PATHS

_HIDDEN = {  # for browsers only
    *("/static/{name}", "/sign-in", "/sign-out"),
    *(f"/collections/{act}" for act in ("save", "new", "bring")),
}


def test_exactly_the_existing_addresses_are_described(page: FlaskClient) -> None:
    rules = {re.sub(r"<(?:[^:<>]*:)?(\w+)>", r"{\1}", rule.rule) for rule in page.application.url_map.iter_rules()}
    rules -= _HIDDEN
    tables = ("/search", "/recommendations")
    assert rules - {f"{each}.{{form}}" for each in tables} == set(PATHS) - {
        f"{each}.{form}" for each in tables for form in ("csv", "xlsx")
    }


def test_every_parameter_that_is_read_is_described() -> None:
    class Noting(MultiDict[str, str]):
        """Parameters that record which names were read."""

        read: ClassVar[set[str]] = set()

        def get(self, key: str, *arguments: Any, **more: Any) -> Any:
            self.read.add(key)
            return super().get(key, *arguments, **more)

        def getlist(self, key: str, *arguments: Any, **more: Any) -> Any:
            self.read.add(key)
            return super().getlist(key, *arguments, **more)

    SearchParameters.read(Noting())
    assert Noting.read == {each["name"] for each in PATHS["/"]["get"]["parameters"]}


@pytest.fixture(scope="module")
def description(demo: Path) -> Iterator[Any]:
    app = create_app(demo)

    def whole(environ: Any, start_response: Any) -> list[bytes]:
        """Close each answer as a server does, because the test client does not."""
        answer = app(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            if hasattr(answer, "close"):
                answer.close()

    yield schemathesis.openapi.from_wsgi("/openapi.json", whole)
    app.extensions["pool"].close()


# The key "key.json" is the address of another operation, which answers in another form.
ENDS = tuple(sorted({end for path in PATHS if (end := PurePosixPath(path).suffix)}))


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        *((path, GenerationMode.POSITIVE) for path in PATHS),
        *((path, GenerationMode.NEGATIVE) for path in PATHS if PATHS[path]["get"]["parameters"]),
    ],
)
def test_responses_match_the_description(description: Any, robin: str, path: str, mode: GenerationMode) -> None:
    operation = description[path]["GET"]
    config = settings(max_examples=10, database=None, suppress_health_check=list(HealthCheck))

    @config
    @given(case=operation.as_strategy(generation_mode=mode), held=booleans())
    def ask(case: Any, held: bool) -> None:
        if held and "id" in case.path_parameters:
            case.path_parameters["id"] = robin
        assume(not any(str(value).endswith(ENDS) for value in case.path_parameters.values()))
        case.call_and_validate(
            checks=[not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
        )

    ask()
