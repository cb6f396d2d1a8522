"""The page says where reports were published, what changed there, and what was new this week."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from corpus.publications import Publication, SourceState
from corpus.storage.store import Store
from reviews.web.app import create_app
from tests.reviews.web.conftest import DEMO, build

PDFS = ("Child Robin LCSPR Executive Summary.pdf", "media statement children p & q.pdf")
NOW = datetime.now(UTC)
URL = "https://www.fernshire.example/reviews/robin.pdf"


@pytest.fixture(scope="module")
def ids(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FlaskClient, str, str]]:
    """Yield a page over two reports: the first replaced the second at one address, and was withdrawn from another."""
    folder = tmp_path_factory.mktemp("published")
    (folder / "pdfs").mkdir()
    for name in PDFS:
        (folder / "pdfs" / name).write_bytes((DEMO / name).read_bytes())
    library = folder / "library"
    build(library, folder / "pdfs", b"")
    with Store.open(library / "corpus.db") as store:
        new, old = (report.id for report in store.reports())
        today, before = ((NOW - timedelta(days=days)).isoformat(timespec="seconds") for days in (1, 30))
        store.publications.put(
            [
                Publication("Fernshire", URL, old, "old.pdf", before, before, replaced=today[:10]),
                Publication("Fernshire", URL, new, "new.pdf", today, today),
                Publication("Moor <b>", "https://moor.example/x", new, "new.pdf", today, today, withdrawn="2026-03-19"),
            ]
        )
        store.publications.note_sources([SourceState("Fernshire", URL, today, before, "robots", 7)])
    app = create_app(library)
    yield app.test_client(), new, old
    app.extensions["pool"].close()


def shown(page: FlaskClient, address: str) -> str:
    response = page.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_a_report_says_where_it_was_published_and_what_happened_to_it(ids: tuple[FlaskClient, str, str]) -> None:
    page, new, old = ids
    text = shown(page, f"/reports/{new}")
    assert f'<a class="govuk-link" href="{URL}" rel="noreferrer nofollow">Fernshire</a>, retrieved on' in text
    assert "Withdrawn by its publisher on 19 March 2026" in text
    assert "Moor &lt;b&gt;" in text
    assert f'href="/reports/{old[:16]}"' in text.partition("Other editions")[2]
    assert "Replaced by its publisher on" in shown(page, f"/reports/{old}")


def test_a_withdrawn_report_says_so_wherever_it_could_be_quoted_from(tmp_path: Path) -> None:
    (tmp_path / "pdfs").mkdir()
    for each in (DEMO / PDFS[0], *DEMO.glob("FamilyM*.pdf")):
        (tmp_path / "pdfs" / each.name).write_bytes(each.read_bytes())
    build(tmp_path / "library", tmp_path / "pdfs", b"")
    with Store.open(tmp_path / "library" / "corpus.db") as store:
        gone, moved = (report.id for report in store.reports())
        kept = Publication("Fernshire", URL, moved, "a.pdf", "2026-01-01", "2026-01-01")
        left = replace(kept, url=f"{URL}?old", withdrawn="2026-03-19")
        store.publications.put([kept, left, replace(left, url=f"{URL}?gone", report=gone)])
    app = create_app(tmp_path / "library")
    page = app.test_client()
    page.post("/collections/save", data={"passage": f"{gone[:16]}:1", "back": "/"})
    base = f"/reports/{gone[:16]}"
    for address in (base, f"{base}/pages/1"):
        top = shown(page, address).partition('<div class="govuk-grid-row">' if address == base else 'id="text"')[0]
        assert "This report was withdrawn by its publisher on 19 March 2026" in top
    collected = shown(page, "/collections")
    assert "Its publisher withdrew this report on 2026-03-19. Check before you quote it." in collected
    hits = [each for view in ("reports", "passages") for each in shown(page, f"/?q=child&view={view}").split("<li ")]
    told = {("withdrawn by its publisher" in hit, gone[:16] in hit) for hit in hits if 'class="r-hit"' in hit}
    assert told == {(True, True), (False, False)}
    for address in (f"/reports/{moved[:16]}", f"/reports/{moved[:16]}/pages/1"):
        assert "This report was withdrawn" not in shown(page, address), "it is still published at another address"
    app.extensions["pool"].close()


def test_the_sources_are_listed_with_their_last_answers(ids: tuple[FlaskClient, str, str]) -> None:
    page, new, old = ids
    text = shown(page, "/sources")
    assert "7 documents" in text
    assert re.search(r'<div class="r-wide"[^>]*>\s*<table', text), "it scrolls by itself on a phone"
    assert "robots.txt does not allow it" in text
    told = json.loads(shown(page, "/sources.json"))
    assert [each["name"] for each in told["sources"]] == ["Fernshire"]
    assert [each["report"] for each in told["added"]] == [new], "the other one came a month ago"
    assert old not in json.dumps(told)


def test_what_came_this_week_is_a_feed(ids: tuple[FlaskClient, str, str]) -> None:
    page, new, _ = ids
    feed = ET.fromstring(shown(page, "/added.atom"))
    atom = {"a": "http://www.w3.org/2005/Atom"}
    assert [each.text for each in feed.findall("a:entry/a:id", atom)] == [f"urn:sha256:{new}"]


def test_a_library_that_collects_nothing_says_so(page: FlaskClient, robin: str) -> None:
    text = shown(page, "/sources")
    assert "No reports are collected automatically" in text
    assert "No reports were collected automatically this week" in text
    assert "Added this week" not in text, "the first page lists what was added by hand"
    assert "Where it was published" not in shown(page, f"/reports/{robin}")
    ET.fromstring(shown(page, "/added.atom"))


def test_the_first_page_lists_what_came_this_week_and_nothing_older(ids: tuple[FlaskClient, str, str]) -> None:
    page, new, old = ids
    week = shown(page, "/").partition("Collected automatically this week")[2]
    assert f'href="/reports/{new[:16]}"' in week
    assert f'href="/reports/{old[:16]}"' not in week
    assert 'href="/sources"' in week


def test_operators_can_find_the_sources(ids: tuple[FlaskClient, str, str]) -> None:
    assert 'href="/sources"' in shown(ids[0], "/status")
