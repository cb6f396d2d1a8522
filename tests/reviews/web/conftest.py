"""The web page over the demonstration reports."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from reviews.cli.main import main
from reviews.library import Library
from reviews.web.app import create_app
from tests.demonstration import demonstration
from tests.patience import PATIENCE

DEMO = Path(__file__).parent.parent.parent.parent / "corpus" / "demo"


def build(library: Path, reports: Path, catalogue: bytes) -> None:
    """Build a library from the reports in a folder."""
    run = CliRunner().invoke
    assert run(main, ["--library", str(library), "init"]).exit_code == 0
    (library / "catalogue.csv").write_bytes(catalogue)
    (library / "reviews.toml").write_text(
        "ocr = false\njobs = 1\n"
    )  # with or without Tesseract, the same pages are unread
    result = run(main, ["--library", str(library), "update", str(reports)])
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="session", autouse=True)
def _nobody_loses_patience() -> Iterator[None]:
    """Remove time limits, because on a busy computer it takes long to get a turn or to draw a page."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("reviews.web.library_pool._PATIENCE", PATIENCE)
        patched.setattr("reviews.web.reading.page_images._PATIENCE", PATIENCE)
        patched.setattr("reviews.web.reading.page_images._SECONDS", PATIENCE)
        yield


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demonstration(tmp_path_factory, "web", ocr=False)


@pytest.fixture(scope="session")
def app(demo: Path) -> Iterator[Flask]:
    made = create_app(demo)
    yield made
    made.extensions["pool"].close()


@pytest.fixture
def page(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def robin(demo: Path) -> str:
    """Return the id of the overview report of Child Robin."""
    with Library(demo) as library:
        found = library.search("child:robin kind:overview")
        return str(found.hits[0].report.id)


@pytest.fixture(scope="session")
def address(app: Flask) -> Iterator[str]:
    from tests.reviews.web.browser import served

    with served(app) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Return Chromium. If it is missing, its tests are skipped."""
    from tests.reviews.web.browser import chromium, opened

    if chromium() is None:
        pytest.skip("no Chromium here: `apt-get install chromium`")
    with opened() as found:
        yield found


@pytest.fixture(scope="session")
def visitors(browser: Any, address: str) -> Any:
    from tests.reviews.web.browser import Visitors

    return Visitors(browser, address)


@pytest.fixture
def visit(visitors: Any) -> Iterator[Any]:
    """Open the browser for a person. Fails at the end if anything went wrong."""
    from tests.reviews.web.browser import MODES

    with visitors.visit() as opened:
        yield lambda mode="plain", **more: opened(**(MODES[mode] | more))
