"""Libraries that cannot be searched, the status page for operators, and metrics."""

import html
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from corpus.layout import create_library
from reviews.maintenance.lock import writing
from reviews.web.app import Options, create_app
from reviews.web.guard.access import Access
from reviews.web.guard.tokens import Tokens
from tests.command import reviews
from tests.reviews.web.broken_libraries import damaged, other_version


@contextmanager
def served(library: Path, *operators: str, signs_in: bool = False) -> Iterator[FlaskClient]:
    access = Access(Tokens(library)) if signs_in else Access()
    app = create_app(library, Options(access=access, operators=operators))
    try:
        yield app.test_client()
    finally:
        app.extensions["pool"].close()


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    create_library(tmp_path / "library")
    return tmp_path / "library"


@pytest.fixture
def copy(demo: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo, tmp_path / "copy"))


def test_a_library_of_another_version_says_so(copy: Path) -> None:
    other_version(copy)
    with served(copy) as page:
        assert "The reports have to be prepared again" in page.get("/").text


def test_an_empty_library_shows_how_to_begin_in_three_steps(empty: Path) -> None:
    with served(empty) as page:
        for path in ("/", "/?q=neglect", "/themes"):
            answer = page.get(path)
            assert answer.status_code == 503
            assert "There are no reports here yet" in answer.text
            assert answer.text.count("<li>") - answer.text.count("<li><a") >= 3
            assert "reviews update" in answer.text
        assert page.get("/search.json?q=neglect").get_json()["error"]["status"] == 503


def test_a_library_whose_update_found_nothing_shows_how_to_begin(empty: Path) -> None:
    assert reviews(empty, "update").returncode == 0
    with served(empty) as page:
        for path in ("/", "/?q=neglect"):
            answer = page.get(path)
            assert answer.status_code == 503
            assert "There are no reports here yet" in answer.text
            assert "Put PDF files into the folder" in answer.text


def test_a_library_that_is_being_built_says_so(empty: Path) -> None:
    with served(empty) as page, writing(empty):
        assert "The reports are being read" in page.get("/").text


def test_a_damaged_library_says_so_and_answers_nothing(copy: Path) -> None:
    damaged(copy)
    with served(copy) as page:
        answer = page.get("/?q=neglect")
        assert answer.status_code == 503
        assert "Something is wrong with the stored reports" in answer.text


def test_a_visitor_sees_no_commands_or_paths(empty: Path) -> None:
    token = Tokens(empty).add("Jo Smith")
    code = {"Authorization": f"Bearer {token}"}
    with served(empty, "Sam", signs_in=True) as page:
        shown = page.get("/", headers=code).text
        assert "There are no reports here yet" in shown
        for hidden in ("reviews update", "--library", str(empty), "/status"):
            assert hidden not in shown
        for path in ("/status", "/status.json", "/metrics"):
            assert page.get(path, headers=code).status_code == 403
    with served(empty, "Jo Smith", signs_in=True) as page:
        assert "How to begin" in page.get("/", headers=code).text
        assert page.get("/status", headers=code).status_code == 200
        assert page.get("/metrics", headers=code).status_code == 200


def test_a_visitor_is_told_why_a_page_was_not_read_but_not_what_to_install(copy: Path) -> None:
    token = Tokens(copy).add("Jo Smith")
    with served(copy, signs_in=True) as page:
        shown = page.get("/coverage", headers={"Authorization": f"Bearer {token}"}).text
        assert "it is a picture without text" in shown
        assert "Tesseract" not in shown
    with served(copy) as page:
        assert "Tesseract" in page.get("/coverage").text


def test_the_status_shows_runs_failures_index_disk_and_versions(page: FlaskClient) -> None:
    shown = page.get("/status").text
    for part in (
        "succeeded",
        "Files that could not be read",
        "version 0000001",
        "GB free of",
        "Can people search?",
        "Yes",
        " UTC<",
    ):
        assert part in shown
    told = page.get("/status.json").get_json()
    assert told["ready"] is True
    assert told["runs"][0]["command"] == "update"
    assert sum(told["failures"].values()) == told["coverage"]["failures"] == 2


def test_the_status_accounts_for_every_file_that_was_found(page: FlaskClient) -> None:
    shown = html.unescape(page.get("/status").text)
    files = page.get("/status.json").get_json()["runs"][0]["ingest"]
    assert files["same"] == 1
    told = re.search(r"<td[^>]*>(\d+ found, [^<]*)</td>", shown)
    assert told
    found, *others = (int(number) for number in re.findall(r"\d+", told[1]))
    assert found == sum(others)
    assert "1 identical copy" in told[1]
    assert re.search(r"\d pages? and 2 files that could not be read\.", shown), "and none that are still to be read"


def test_the_status_of_a_library_that_cannot_be_searched_says_why(empty: Path, copy: Path) -> None:
    with served(empty) as page:
        assert page.get("/status.json").get_json()["ready"] is False
        assert "Run “reviews update”" in page.get("/status").text
    damaged(copy)
    with served(copy) as page:
        assert page.get("/status").status_code == 200
        assert page.get("/status.json").get_json()["ready"] is False
        assert "reviews_ready 0" in page.get("/metrics").text


def test_metrics_are_counts_and_times_without_words(copy: Path) -> None:
    with served(copy) as page:
        for _ in range(3):
            page.get("/?q=rickets&board=Wendlemere")
        page.get("/nosuch-rickets")
        answer = page.get("/metrics")
    assert answer.mimetype == "text/plain"
    for word in ("rickets", "Wendlemere", "nosuch", "Robin", str(copy)):
        assert word not in answer.text
    assert re.search(r'reviews_requests_total\{page="search.page",status="2xx",process="\d+"\} 3', answer.text)
    assert 'page="none",status="4xx"' in answer.text
    assert re.search(r'reviews_request_seconds_bucket\{page="search.page",le="\+Inf",[^}]*\} 3', answer.text)
    assert re.search(r"^reviews_reports 10$", answer.text, re.MULTILINE)
    line = re.compile(r'(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="[^"]*",?)+\})? [\d.e+-]+)')
    assert all(line.fullmatch(each) for each in answer.text.splitlines())


def test_the_number_of_unread_pages_is_the_same_everywhere(copy: Path) -> None:
    with served(copy) as page:
        coverage = page.get("/search.json?q=neglect").get_json()["coverage"]
        assert coverage["unread_pages"]
        assert (
            f"Pages that could not be read, or only in part ({coverage['unread_pages']})" in page.get("/coverage").text
        )
