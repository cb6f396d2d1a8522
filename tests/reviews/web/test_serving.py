"""The server: it picks up a new index, serves many people at once, and stops cleanly."""

import gc
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request  # noqa: TID251 - the tests ask our own server
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from corpus.storage.store import Store
from reviews.cli.main import main
from reviews.library import Library
from reviews.web.app import create_app
from reviews.web.library_pool import LibraryPool
from reviews.web.views.exports import views as exports
from search.request import SearchRequest
from search.results import Results
from search.searcher import Searcher
from tests.patience import PATIENCE, until
from tests.reviews.web.conftest import DEMO, build

QUERIES = ("neglect", "father", '"voice of the child"', "school OR nurse", "in:recommendations chronology", "year:2015")


def asked(app: Flask, query: str) -> dict[str, Any]:
    answer = app.test_client().get("/search.json", query_string={"q": query, "limit": 100})
    assert answer.status_code == 200
    told: dict[str, Any] = {**answer.get_json(), "elapsed_ms": 0}
    return told


def eventually(app: Flask, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return the first answer that satisfies `wanted`. A new generation is opened while the old one still answers."""
    answers: list[dict[str, Any]] = []

    def is_wanted() -> bool:
        answers.append(asked(app, "robin"))
        return wanted(answers[-1])

    until(is_wanted)
    return answers[-1]


def test_a_new_generation_answers_without_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    first, second = sorted(DEMO.glob("Child Robin*.pdf"))[:2]
    shutil.copy(first, folder)
    build(tmp_path / "library", folder, b"title\n")
    app = create_app(tmp_path / "library")
    before = asked(app, "robin")
    assert before["total"] == 1
    shutil.copy(second, folder)
    assert CliRunner().invoke(main, ["--library", str(tmp_path / "library"), "update", str(folder)]).exit_code == 0
    after = eventually(app, lambda answer: answer["generation"]["id"] != before["generation"]["id"])
    assert after["total"] == 2
    assert len(app.test_client().get("/reports.json").get_json()["reports"]) == 2
    app.extensions["pool"].close()


def test_it_answers_while_an_update_runs(demo: Path, tmp_path: Path) -> None:
    library = Path(shutil.copytree(demo, tmp_path / "library"))
    app = create_app(library)
    wanted = {query: asked(app, query)["hits"] for query in QUERIES}
    over = threading.Event()

    def rebuild() -> None:
        for _ in range(3):
            command = [sys.executable, "-c", "from reviews.cli.main import main; main()", "--library", str(library)]
            subprocess.run([*command, "index", "--rebuild"], check=True, capture_output=True)
        over.set()

    thread = threading.Thread(target=rebuild)
    thread.start()
    generations = set()
    last = False
    while not last:
        last = over.is_set()  # at least once, and once more when all are published
        for query in QUERIES:
            answer = asked(app, query)
            generations.add(answer["generation"]["id"])
            assert answer["hits"] == wanted[query]
    thread.join()
    eventually(app, lambda answer: answer["generation"]["id"] != min(generations))
    assert asked(app, "neglect")["hits"] == wanted["neglect"]
    app.extensions["pool"].close()


def test_the_pool_is_bounded_and_closes_every_library(demo: Path) -> None:
    pool = LibraryPool(demo, searches=2)
    first, second = pool.take(), pool.take()
    assert first is not second
    pool.give_back(second)
    assert pool.take() is second, "the one that came back last is used again"
    waiting: list[Library] = []
    third = threading.Thread(target=lambda: waiting.append(pool.take()))
    third.start()
    time.sleep(0.2)
    assert not waiting, "nobody gets a third one"
    pool.give_back(first)
    third.join(PATIENCE)
    assert waiting == [first]
    pool.give_back(first)
    opened = second.searcher()
    pool.close()
    pool.give_back(second)
    assert second.searcher() is not opened, "it was closed when it came back"
    second.close()


def test_the_memory_of_a_replaced_generation_is_released(demo: Path, tmp_path: Path) -> None:
    library = Path(shutil.copytree(demo, tmp_path / "library"))
    app = create_app(library)
    pool: LibraryPool = app.extensions["pool"]
    before = asked(app, "robin")
    lent, idle = pool.take(), pool.take()
    sessions = [weakref.ref(each.searcher()._session) for each in (lent, idle)]
    pool.give_back(idle)
    del idle
    gc.disable()  # garbage collected by chance would prove nothing
    try:
        assert CliRunner().invoke(main, ["--library", str(library), "index", "--rebuild"]).exit_code == 0
        eventually(app, lambda answer: answer["generation"] != before["generation"])
        pool.give_back(lent)
        del lent
        until(lambda: not any(session() for session in sessions))
    finally:
        gc.enable()
    pool.close()


def test_nobody_waits_for_a_new_generation(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The previous generation answers while the new one is being opened."""
    library = Path(shutil.copytree(demo, tmp_path / "library"))
    app = create_app(library)
    before = asked(app, "robin")
    opened, real = threading.Event(), Searcher.prepare

    def slow(searcher: Searcher) -> None:
        if searcher.generation != before["generation"]["id"]:
            opened.wait(PATIENCE)
        real(searcher)

    monkeypatch.setattr(Searcher, "prepare", slow)
    assert CliRunner().invoke(main, ["--library", str(library), "index", "--rebuild"]).exit_code == 0
    assert asked(app, "robin")["generation"] == before["generation"]
    opened.set()
    after = eventually(app, lambda answer: answer["generation"] != before["generation"])
    assert after["hits"] == before["hits"]
    app.extensions["pool"].close()


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The generation and the words of every search that was made."""
    made: list[tuple[str, str]] = []
    real = Searcher.search

    def noted(searcher: Searcher, query: SearchRequest, **more: Any) -> Results:
        made.append((searcher.generation, query.query))
        return real(searcher, query, **more)

    monkeypatch.setattr(Searcher, "search", noted)
    return made


def test_repeated_requests_are_answered_again_before_anybody_asks(
    demo: Path, tmp_path: Path, searches: list[tuple[str, str]]
) -> None:
    library = Path(shutil.copytree(demo, tmp_path / "library"))
    app = create_app(library)
    page = app.test_client()
    for query in ("robin", "neglect", "robin"):
        assert page.get("/", query_string={"q": query}).status_code == 200
    assert CliRunner().invoke(main, ["--library", str(library), "index", "--rebuild"]).exit_code == 0
    until(lambda: page.get("/readyz").get_json()["generation"] == "0000002")
    made = [("0000001", "robin"), ("0000001", "neglect"), ("0000002", "robin")]
    assert searches == made
    assert "version 0000002" in page.get("/", query_string={"q": "robin"}).text
    assert searches == made
    app.extensions["pool"].close()


def test_answers_stay_while_reports_are_read(demo: Path, tmp_path: Path, searches: list[tuple[str, str]]) -> None:
    """They change with the index, not with each file that an update reads."""
    library = Path(shutil.copytree(demo, tmp_path / "library"))
    app = create_app(library)
    page = app.test_client()
    first = page.get("/?q=robin").text
    with Store.open(library / "corpus.db") as store:
        before = store.revision
        store.note_waiting(["new.pdf"])
        assert store.revision > before
    assert page.get("/?q=robin").text == first
    assert len(searches) == 1
    app.extensions["pool"].close()


def test_libraries_that_are_lent_share_what_was_read(demo: Path) -> None:
    pool = LibraryPool(demo, searches=2)
    first, second = pool.take(), pool.take()
    assert first.searcher() is not second.searcher()
    assert first.searcher()._session.snapshot is second.searcher()._session.snapshot
    first.search("robin")
    pool.clear()
    pool.give_back(first)
    assert second.search("robin").total, "the last one still reads it"
    pool.give_back(second)
    third = pool.take()
    assert third.search("robin").total
    pool.give_back(third)
    pool.close()


def test_a_new_generation_that_cannot_be_opened_is_tried_again(demo: Path, tmp_path: Path) -> None:
    library = Path(shutil.copytree(demo, tmp_path / "library"))
    app = create_app(library)
    before = asked(app, "robin")
    assert CliRunner().invoke(main, ["--library", str(library), "index", "--rebuild"]).exit_code == 0
    settings = library / "reviews.toml"
    settings.write_text("ocr = \n")  # saved in part
    for _ in range(3):
        assert asked(app, "robin")["generation"] == before["generation"]
    settings.write_text("ocr = false\n")
    assert eventually(app, lambda answer: answer["generation"] != before["generation"])["hits"] == before["hits"]
    app.extensions["pool"].close()


def test_many_people_at_once_get_the_same_results_as_one_person(demo: Path) -> None:
    app = create_app(demo)
    alone = {query: asked(app, query) for query in QUERIES}
    with ThreadPoolExecutor(8) as threads:
        for query, answer in threads.map(lambda query: (query, asked(app, query)), QUERIES * 20):
            assert answer == alone[query]
    app.extensions["pool"].close()


def test_a_library_without_an_index_says_so_and_is_not_ready(tmp_path: Path) -> None:
    library = tmp_path / "library"
    assert CliRunner().invoke(main, ["--library", str(library), "init"]).exit_code == 0
    app = create_app(library)
    page = app.test_client()
    for path in ("/", "/?q=neglect", "/search.json?q=neglect", "/readyz"):
        assert page.get(path).status_code == 503, path
    assert "reviews update" in page.get("/?q=neglect").text
    assert page.get("/help").status_code == page.get("/healthz").status_code == 200


def test_there_is_no_page_without_a_library(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--library", str(tmp_path / "nowhere"), "serve"])
    assert result.exit_code != 0
    assert "There is no library" in result.output


def test_a_bug_is_reported_without_the_query(demo: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(demo)

    def broken() -> str:
        raise RuntimeError("the text of a report")

    assert exports.name == "exports"
    app.view_functions["exports.records"] = broken
    answer = app.test_client().get("/search.ris?q=rickets")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    logged = caplog.text + answer.text
    assert "bug: RuntimeError" in logged
    assert "rickets" not in logged
    assert "the text of a report" not in logged
    app.extensions["pool"].close()


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process in another way")
def test_serve_prints_its_address_and_stops_on_a_signal(demo: Path) -> None:
    command = [sys.executable, "-c", "from reviews.cli.main import main; main()", "--library", str(demo)]
    process = subprocess.Popen([*command, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address, line
        with urllib.request.urlopen(address[0] + "search.json?q=neglect", timeout=PATIENCE) as answer:  # noqa: TID251
            assert json.load(answer)["total"] > 0
            assert "Server" not in answer.headers
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        process.stdout.close()
