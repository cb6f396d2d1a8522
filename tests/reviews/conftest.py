"""A library of the demonstration reports, made once by the command itself."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command import DEMO, reviews


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """To be read only: a test that changes something takes a `copy`."""
    library = tmp_path_factory.mktemp("demo") / "library"
    assert reviews(library, "init").returncode == 0
    shutil.copy(DEMO / "catalogue.csv", library)
    (library / "reviews.toml").write_text("ocr = false\n")  # with Tesseract and without it the same pages are unread
    done = reviews(library, "update", DEMO)
    assert done.returncode == 0, done.stderr
    return library


@pytest.fixture
def copy(demo: Path, tmp_path: Path) -> Callable[[], Path]:
    """A copy of the demonstration library, to be broken."""

    def make() -> Path:
        return Path(shutil.copytree(demo, tmp_path / "library"))

    return make
