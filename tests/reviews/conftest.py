"""A library of the demonstration reports, made by the command itself."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpus.layout import create_library
from reviews.cli.main import main
from tests.command import DEMO
from tests.demonstration import demonstration


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a library for reading only. A test that changes something uses `copy`."""
    return demonstration(tmp_path_factory, "demo", ocr=False)


@pytest.fixture
def copy(demo: Path, tmp_path: Path) -> Callable[[], Path]:
    """Return a function that copies the demonstration library, so that a test can damage it."""

    def make() -> Path:
        return Path(shutil.copytree(demo, tmp_path / "library"))

    return make


@pytest.fixture(scope="session")
def two_reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a library for reading only. See `small`."""
    library = tmp_path_factory.mktemp("small") / "library"
    create_library(library)
    for name in ("Child Robin LCSPR Executive Summary.pdf", "Child Robin  7 Minute Learning Brief.pdf"):
        shutil.copy(DEMO / name, library / "reports")
    (library / "reviews.toml").write_text("ocr = false\njobs = 1\n")
    assert CliRunner().invoke(main, ["--library", str(library), "update"], catch_exceptions=False).exit_code == 0
    return library


@pytest.fixture
def small(two_reports: Path, tmp_path: Path) -> Path:
    """Return a library with two reports in its own folder, which a test can damage."""
    return Path(shutil.copytree(two_reports, tmp_path / "library"))
