"""One library of the demonstration reports for all tests that only search it."""

from collections.abc import Iterator

import pytest

import reviews
from reviews.library import Library
from tests.demonstration import demonstration


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with reviews.open(demonstration(tmp_path_factory, "demo", ocr=False)) as library:
        yield library
