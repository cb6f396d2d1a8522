"""A library in a cluster, used like any other by command, page and Python, and a web server that has only settings."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from corpus.layout import create_library
from index.opensearch.client import Cluster
from reviews.cli.main import main
from reviews.library import Library
from reviews.web.app import create_app
from tests.command import DEMO
from tests.opensearch.nodes import Nodes
from tests.patience import until

Run = Callable[..., Result]


@pytest.fixture
def index(cluster: Cluster, tmp_path: Path) -> Any:
    name = f"test{tmp_path.name.removeprefix('test_')[:20].rstrip('_')}"
    yield name
    for each in cluster.indices(f"{name}-*"):
        cluster.delete_index(each)


@pytest.fixture
def settings_text(nodes: Nodes, index: str) -> str:
    return f'ocr = false\nengine = "opensearch"\n[opensearch]\nurl = {json.dumps(nodes.urls)}\nindex = "{index}"\n'


@pytest.fixture
def library(tmp_path: Path, settings_text: str) -> Path:
    """Return a library with a few of the demonstration reports, which are in its own folder."""
    library = tmp_path / "library"
    create_library(library)
    for path in sorted(DEMO.glob("*.pdf"))[:4]:
        shutil.copy(path, library / "reports")
    (library / "reviews.toml").write_text(settings_text)
    return library


@pytest.fixture
def web_server(tmp_path: Path, settings_text: str) -> Path:
    folder = tmp_path / "web"
    folder.mkdir()
    (folder / "reviews.toml").write_text(settings_text)
    return folder


def run(library: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--library", str(library), *words], catch_exceptions=False)


def answer(library: Path, query: str) -> dict[str, Any]:
    done = run(library, "search", query, "--json")
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    for own in ("elapsed_ms", "generation"):
        del told[own]
    return told


def test_every_command_does_in_a_cluster_what_it_does_in_a_folder(
    library: Path, web_server: Path, tmp_path: Path, settings_text: str, nodes: Nodes
) -> None:
    done = run(library, "update")
    assert done.exit_code == 0, done.output
    assert "Index: built generation 0000001." in done.output
    assert not any((library / "index").iterdir())
    assert "Index: already up to date." in run(library, "update").output
    nodes.ready()  # with every copy, of which the check speaks
    assert run(library, "check", "--full").output == "No problems found.\n"
    assert "Index: generation 0000001" in run(library, "status").output

    folder = tmp_path / "embedded"
    shutil.copytree(library, folder)
    (folder / "reviews.toml").write_text("ocr = false\n")
    assert run(folder, "index").exit_code == 0
    for query in ("neglect", '"child protection"', "child NEAR/5 school", "review -neglect", "theme:neglect"):
        assert answer(web_server, query) == answer(library, query) == answer(folder, query)

    with Library(web_server) as opened:
        reports = opened.reports()
        assert len(reports) == 4
        assert [report.id for report in reports] == [report.id for report in Library(folder).reports()]
        report, text = opened.report(reports[0].id)
        assert (report, text) == Library(folder).report(reports[0].id)

    page = create_app(web_server).test_client()
    for path in (
        "/",
        "/?q=child",
        f"/reports/{reports[0].id[:16]}",
        "/themes",
        "/recommendations",
        "/coverage",
        "/status",
    ):
        answered = page.get(path)
        assert answered.status_code == 200, (path, answered.text[-2000:])

    assert run(library, "index", "--rebuild").exit_code == 0
    assert "Now using generation 0000001" in run(library, "index", "--use", "0000001").output
    gone = reports[0]
    removed = run(library, "remove", gone.id[:16], "--reason", "a request", "--yes")
    assert removed.exit_code == 0, removed.output
    assert gone.id not in [report.id for report in Library(web_server).reports()]
    nodes.ready()
    assert run(library, "check", "--full").output == "No problems found.\n"
    until(lambda: page.get(f"/reports/{gone.id[:16]}").status_code == 404)  # for up to a second it may be cached


def test_a_cluster_that_is_down_is_reported_with_when_to_try_again(
    library: Path, web_server: Path, nodes: Nodes
) -> None:
    assert run(library, "update").exit_code == 0
    page = create_app(web_server).test_client()
    assert page.get("/search.json?q=child").status_code == 200
    for number in (1, 2, 3):
        nodes.kill(number)
    try:
        done = CliRunner().invoke(main, ["--library", str(web_server), "search", "child"])
        told = page.get("/search.json?q=school")
    finally:
        for number in (1, 2, 3):
            nodes.start(number)
        nodes.ready()
    assert done.exit_code == 8
    assert "cannot be reached. Nothing was searched" in done.output
    assert (told.status_code, told.headers["Retry-After"]) == (503, "30")
    assert "cannot be reached" in told.get_json()["error"]["message"]
