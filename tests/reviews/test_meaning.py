"""A language model in a library: run in the nightly update, offered by the command and the page, and its vectors
deleted on removal.
"""

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from corpus.storage.store import Store
from index.vectors import model
from reviews.cli.main import main
from reviews.web.app import create_app
from tests import fake_model
from tests.command import DEMO, reviews
from tests.real_model import needs_the_extra


def run(library: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--library", str(library), *words], catch_exceptions=False)


def asked(library: Path, *words: str) -> dict[str, Any]:
    result = run(library, *words, "--json")
    assert result.exit_code == 0, result.output
    said: dict[str, Any] = json.loads(result.stdout)
    return said


@pytest.fixture
def read(small: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a library of two reports that a fake model has read."""
    fake_model.use(monkeypatch)
    fake_model.folder_of(small / "model")
    (small / "reviews.toml").write_text('ocr = false\n[meaning]\nmodel = "model"\n')
    assert run(small, "update").exit_code == 0
    return small


@contextmanager
def web(library: Path) -> Iterator[FlaskClient]:
    app = create_app(library)
    try:
        yield app.test_client()
    finally:
        app.extensions["pool"].close()


def vectors(library: Path) -> list[str]:
    return sorted(path.name for path in (library / "vectors").rglob("*.vectors"))


def test_an_update_runs_the_model_on_new_text_and_records_it(read: Path) -> None:
    assert vectors(read) == ["1.vectors", "2.vectors"]
    last = json.loads(run(read, "runs", "--last", "--json").stdout)["runs"][0]
    assert last["meaning"]["reports"] == 2
    assert last["meaning"]["problem"] is None
    assert asked(read, "update")["meaning"] == {"reports": 0, "paragraphs": 0, "problem": None}


def test_a_library_without_a_model_is_updated_as_before(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "_LIBRARIES", ("no_such_library",))
    shutil.rmtree(small / "vectors", ignore_errors=True)  # made where the extra is installed
    assert asked(small, "update")["meaning"] is None
    assert not (small / "vectors").exists()
    said = asked(small, "search", "school", "--meaning")["meaning"]
    assert said["passages"] == []
    assert "pip install" in said["problem"]


def test_a_damaged_model_does_not_stop_the_update(read: Path) -> None:
    (read / "model" / "model.onnx").write_bytes(b"damaged")
    shutil.copy(DEMO / "2014 - Family M SCR, Learning Together.pdf", read / "reports")
    result = run(read, "update")
    assert result.exit_code == 0
    assert "In other words: not updated." in result.output
    assert "cannot be used as a model" in result.output.replace("\n", " ")
    assert asked(read, "search", '"Family M"')["total"] >= 1


def test_the_command_shows_passages_in_other_words_only_when_asked(read: Path) -> None:
    assert "In other words" not in run(read, "search", "teacher").output
    shown = run(read, "search", "teacher", "--meaning").output
    assert "In other words" in shown
    assert "most will not fit" in shown.replace("\n", " ")


def test_nothing_is_left_of_a_removed_report(read: Path) -> None:
    with Store.open(read / "corpus.db", read_only=True) as store:
        (gone, report), (kept, _) = store.readings.current()
    assert run(read, "remove", report, "--reason", "asked by the family", "--yes").exit_code == 0
    assert vectors(read) == [f"{kept}.vectors"]
    (manifest,) = (read / "vectors").rglob("manifest.json")
    assert str(gone) not in json.loads(manifest.read_bytes().partition(b"\n")[2])["files"]
    shown = asked(read, "search", "appointments", "--meaning", "--limit", "0")["meaning"]["passages"]
    assert all(each["report"]["id"] != report for each in shown)


def test_the_vectors_go_also_where_the_extra_is_not_installed_any_more(
    read: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "_LIBRARIES", ("no_such_library",))
    with Store.open(read / "corpus.db", read_only=True) as store:
        (_, report), (kept, _) = store.readings.current()
    assert run(read, "remove", report, "--reason", "asked by the family", "--yes").exit_code == 0
    assert vectors(read) == [f"{kept}.vectors"]


def test_a_removal_that_was_interrupted_before_the_vectors_went_is_finished_by_the_next_update(
    read: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(read / "corpus.db", read_only=True) as store:
        (_, report), (kept, _) = store.readings.current()
    with monkeypatch.context() as broken:
        broken.setattr("index.vectors.store.keep_only", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
        CliRunner().invoke(main, ["--library", str(read), "remove", report, "--reason", "asked", "--yes"])
    assert len(vectors(read)) == 2
    assert run(read, "update").exit_code == 0
    assert vectors(read) == [f"{kept}.vectors"]


def test_the_page_offers_passages_in_other_words_and_shows_them_when_asked(read: Path) -> None:
    with web(read) as page:
        closed = page.get("/?q=clinic").get_data(as_text=True)
        assert "Look for passages that say it in other words" in closed
        assert "most will not fit" not in closed
        opened = page.get("/?q=clinic&meaning=1").get_data(as_text=True)
        assert "most will not fit" in opened
        assert "reports/" in opened.partition('id="meaning"')[2].partition("</section>")[0]
        plain, beside = (page.get(f"/search.json?q=clinic{more}").get_json() for more in ("", "&meaning=1"))
        assert plain["meaning"] is None
        assert beside["meaning"]["passages"]


def test_spreadsheets_and_feeds_do_not_have_them(read: Path) -> None:
    with web(read) as page:
        for address in ("/search.csv", "/search.ris"):
            plain, beside = (page.get(f"{address}?q=appointments{more}").get_data() for more in ("", "&meaning=1"))
            assert plain == beside


def test_a_library_without_vectors_offers_nothing(small: Path) -> None:
    shutil.rmtree(small / "vectors", ignore_errors=True)  # made where the extra is installed
    with web(small) as page:
        assert "in other words" not in page.get("/?q=teacher").get_data(as_text=True)


# With the real model


@pytest.fixture
def really_read(small: Path) -> Path:
    assert reviews(small, "update").returncode == 0
    return small


@needs_the_extra
def test_the_model_of_the_extra_finds_passages_in_other_words(really_read: Path) -> None:
    assert len(vectors(really_read)) == 2
    said = asked(really_read, "search", "nobody took the toddler to the dentist", "--meaning", "--passages", "0")
    assert said["meaning"]["passages"]
    assert said["meaning"]["problem"] is None


@needs_the_extra
def test_no_connection_is_opened(really_read: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **more: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert asked(really_read, "search", "teeth", "--meaning")["meaning"]["problem"] is None


@needs_the_extra
def test_the_real_libraries_refuse_a_file_that_is_not_a_model(small: Path) -> None:
    fake_model.folder_of(small / "model")
    (small / "reviews.toml").write_text('ocr = false\n[meaning]\nmodel = "model"\n')
    before = vectors(small)
    done = reviews(small, "update", "--json")
    assert done.returncode == 0, done.stderr
    assert "cannot be used as a model" in json.loads(done.stdout)["meaning"]["problem"]
    assert vectors(small) == before
