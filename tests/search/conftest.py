"""One library of the demonstration reports for all tests that only search it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import reviews
from corpus.layout import create_library
from reviews.library import Library
from reviews.maintenance.update import run

DEMO = Path(__file__).parents[2] / "corpus" / "demo"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    settings = create_library(tmp_path_factory.mktemp("demo") / "library")
    settings.catalogue.write_bytes((DEMO / "catalogue.csv").read_bytes())
    run(replace(settings, ocr=False), [DEMO])  # with Tesseract and without it the same pages are unread
    with reviews.open(settings.library) as library:
        yield library
