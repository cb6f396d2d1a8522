"""A report is removed during searches: they return results with or without it, but never an error."""

import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import reviews
from corpus.errors import Corrupt, Gone
from corpus.layout import create_library
from corpus.storage.store import Store
from reviews.library import Library
from reviews.maintenance.remove import remove
from reviews.maintenance.update import run
from reviews.web.app import create_app
from search.request import SearchRequest
from tests.patience import until

DEMO = Path(__file__).parents[3] / "corpus" / "demo"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a library for reading only. See `library`."""
    settings = replace(create_library(tmp_path_factory.mktemp("meanwhile") / "library"), ocr=False)
    run(settings, sorted(DEMO.glob("Child Robin*.pdf")) + sorted(DEMO.glob("2014*.pdf")))
    return settings.library


@pytest.fixture
def library(built: Path, tmp_path: Path) -> Iterator[Library]:
    with reviews.open(Path(shutil.copytree(built, tmp_path / "library"))) as opened:
        yield opened


@pytest.fixture
def client(library: Library) -> Iterator[FlaskClient]:
    app = create_app(library.settings.library)
    yield app.test_client()
    app.extensions["pool"].close()


def take(library: Library, report: str) -> None:
    """Remove a report only from the corpus, which is the first step of `reviews remove`.

    The current index still shows it.
    """
    with Store.open(library.settings.database) as store:
        store.remove(report, "asked for")


def test_an_open_library_and_the_page_answer_without_it_before_the_index_is_built_anew(
    library: Library, client: FlaskClient
) -> None:
    before = library.search("child", limit=None, per_report=None)
    gone = before.hits[0].report.id
    assert gone in client.get("/search.json?q=child&limit=100").get_data(as_text=True)
    assert client.get(f"/reports/{gone}").status_code == 200
    take(library, gone)
    for _ in ("open since before", "opened anew"):
        after = library.search("child", limit=None, per_report=None)
        assert {hit.report.id for hit in after} == {hit.report.id for hit in before} - {gone}
        assert after.generation == before.generation
        assert after.coverage.reports == before.coverage.reports - 1
        assert after.coverage.searchable == before.coverage.searchable - 1
        assert sum(value.count for value in after.facets["kind"]) == after.total
        library.close()
    told = client.get("/search.json?q=child&limit=100")
    assert (told.status_code, gone in told.get_data(as_text=True)) == (200, False)
    assert client.get("/?q=child").status_code == 200
    assert client.get(f"/reports/{gone}").status_code == 404


def test_results_that_have_started_end_with_a_message_when_a_report_goes(library: Library) -> None:
    before = library.search("child", limit=None)
    head, hits = library.searcher().stream(SearchRequest.everything("child"))
    assert head.total == before.total > 1
    next(hits)
    take(library, before.hits[1].report.id)
    with pytest.raises(Gone, match="Run the search again"):
        list(hits)
    assert library.search("child").total == before.total - 1


@pytest.mark.parametrize("table", ["page", "section", "paragraph"])
def test_incomplete_text_is_distinguished_from_a_removed_report(library: Library, table: str) -> None:
    with Store.open(library.settings.database) as store:
        store._db.execute("PRAGMA foreign_keys = OFF")
        store._db.execute(f"DELETE FROM {table}")
    with pytest.raises(Corrupt, match=f"{table}s that reading"):
        library.search("child")


def test_searches_during_a_removal_never_fail(library: Library, client: FlaskClient) -> None:
    done, seen = threading.Event(), Counter[tuple[str, object]]()

    def python() -> None:
        while not done.is_set():
            seen["python", library.search("child", limit=None, per_report=None).total] += 1

    def page() -> None:
        while not done.is_set():
            seen["page", client.get("/?q=child").status_code] += 1

    before = library.search("child").total
    report = library.search("child").hits[0].report.id
    library.close()  # open resources belong to one thread
    people = [threading.Thread(target=ask) for ask in (python, page)]

    def asking() -> bool:
        return all(each.is_alive() for each in people)

    for each in people:
        each.start()
    try:
        until(lambda: len(seen) == 2, asking)
        removed = remove(library.settings, report, "asked for")
        until(lambda: seen["python", before - 1], asking)
    finally:
        done.set()
        for each in people:
            each.join()
    assert removed.run.problems == []
    assert set(seen) <= {("python", before), ("python", before - 1), ("page", 200)}
    assert min(seen["python", before - 1], seen["page", 200]) > 0
