"""One night at twelve fictional boards with features seen on the sites of real councils. Each feature is checked."""

import hashlib
import json

import pytest

from corpus.storage.store import Store
from ingest.collect.summary import PARTS
from tests.ingest.collect import boards
from tests.ingest.collect.conftest import Night, Nights
from tests.ingest.collect.web import Web, pdf

pytest.importorskip("scrapy", reason="the extra `collect` is not installed")


@pytest.fixture(scope="module")
def first(nights: Nights, web: Web) -> Night:
    return nights.run(boards.build(web))


TAKEN = {
    "a link in a list under a heading": "/docs/fern.pdf",
    "& and spaces in a name": "/docs/Child%20Q%20&%20S%20Overview.PDF",
    "Welsh letters in a name": "/docs/Adolygiad%20T%C5%B7.pdf",
    "a wrong content type": "/docs/wrong.pdf",
    "an accordion with a button": "/oak.pdf",
    "an accordion with a summary": "/elm.pdf",
    "a table": "/ash.pdf",
    "the first page of a list": "/1.pdf",
    "the last page of a list": "/3.pdf",
    "a landing page": "/media/rose",
    "a landing page that links in a circle": "/media/lily",
    "a version in the query": "?sfvrsn=2",
    "a download handler without extension": "/downloads/file/1234/child-holly-final-report",
    "a name in Content-Disposition": "/download?id=7",
    "a name with path tricks": "/download?id=8",
    "a redirect to another host": "www.fir.example",
    "a good file among bad ones": "/good.pdf",
    "a robots.txt that forbids something else": "www.hazel.example",
    "a robots.txt that is forbidden itself": "none.hazel.example",
    "the first of 10,000 links": "/0.pdf",
}


@pytest.mark.parametrize("place", TAKEN.values(), ids=TAKEN.keys())
def test_the_document_is_collected(first: Night, nights: Nights, place: str) -> None:
    found = [each for each in first.publications if each.url.endswith(place) or place in each.url]
    assert found
    for each in found:
        assert hashlib.sha256((nights.folder / each.file).read_bytes()).hexdigest() == each.report


NOT_TAKEN = {
    "a page of HTML called .pdf": ("/page.pdf", "not_a_pdf"),
    "a log-in page": ("/login.pdf", "log_in"),
    "a page that says not found": ("/lost.pdf", "says_not_found"),
    "an empty file": ("/empty.pdf", "empty"),
    "another kind of file": ("/word.pdf", "not_a_pdf"),
    "403 for robots": ("/robots-only.pdf", "forbidden"),
    "an error of the server": ("/broken.pdf", "server_error"),
    "a link that leads nowhere": ("/nowhere.pdf", "not_found"),
    "a file of 600 MB": ("/huge.pdf", "too_large"),
    "a redirect to this computer": ("/b.pdf", "not_allowed"),
    "a redirect to a file": ("/c.pdf", "not_allowed"),
    "a redirect in a circle": ("/d.pdf", "redirects"),
    "a robots.txt that forbids it": ("www.hazel.example:{port}/secret/x.pdf", "robots"),
    "a robots.txt that forbids all": ("all.hazel.example:{port}/", "robots"),
    "a robots.txt that cannot be read": ("odd.hazel.example:{port}/", "robots"),
    "429 with Retry-After": ("www.ivy.example:{port}/1.pdf", "asked_to_wait"),
    "a file that breaks off": ("www.juniper.example:{port}/cut.pdf", "broken_off"),
    "a list that breaks off": ("list.juniper.example:{port}/", "broken_off"),
    "a page with 10,000 links": ("www.larch.example:{port}/", "too_many_links"),
}


@pytest.mark.parametrize(("place", "trouble"), NOT_TAKEN.values(), ids=NOT_TAKEN.keys())
def test_the_document_is_not_collected_and_that_is_reported_once(
    first: Night, web: Web, place: str, trouble: str
) -> None:
    place = place.format(port=web.port)
    assert first.trouble(place) == trouble
    assert not [each for each in first.publications if each.url.endswith(place)]


def test_the_counts_add_up(first: Night) -> None:
    told = first.done.to_dict()
    assert sum(told[part] for part in PARTS) == told["listed"] == 47
    assert told["new"] == len(first.files) == len(told["new_reports"])
    assert told["failed"] == sum(not each.page for each in first.done.failures)
    assert len({(each.source, each.url) for each in first.done.failures}) == len(first.done.failures)


def test_a_page_is_requested_once_however_often_it_is_linked(first: Night) -> None:
    for place in ("www.cedar.example/list?page=1", "www.damson.example/reviews", "www.damson.example/child-rose"):
        assert first.times_asked(place) == 1
    assert first.times_asked("www.alder.example/docs/Child%20Q%20&%20S%20Overview.PDF") == 1


def test_links_in_the_navigation_are_not_followed(first: Night) -> None:
    assert first.times_asked("www.alder.example/docs/menu.pdf") == 0
    assert first.times_asked("www.larch.example/page/7") == 0


def test_documents_that_the_source_leaves_out_are_not_fetched_but_reported(first: Night) -> None:
    assert first.times_asked("www.alder.example/docs/news.pdf") == 0
    assert first.times_asked("www.alder.example/private/ivy.pdf") == 0
    assert first.done.to_dict()["left_out_kinds"] == {"form": 1, "newsletter": 1}


def test_what_robots_txt_forbids_is_not_requested(first: Night) -> None:
    assert first.times_asked("www.hazel.example/secret/x.pdf") == 0
    assert first.times_asked("all.hazel.example/") == 0
    assert first.times_asked("odd.hazel.example/") == 0


def test_a_site_that_asks_the_crawler_to_stop_is_left_alone(first: Night) -> None:
    assert first.times_asked("www.ivy.example/1.pdf") == 1
    assert first.states["Ivy"].answered


def test_every_request_identifies_the_program_and_carries_no_cookie(first: Night) -> None:
    for each in first.asked:
        assert each.headers["User-Agent"].startswith("safeguarding-reviews/")
        assert "team@library.example" in each.headers["User-Agent"]
        assert "Cookie" not in each.headers
        assert "Referer" not in each.headers


def test_the_same_bytes_at_two_boards_are_one_report_with_two_sources(first: Night) -> None:
    report = hashlib.sha256(pdf(boards.SHARED)).hexdigest()
    found = [each for each in first.publications if each.report == report]
    assert {each.source for each in found} == {"Alder", "Maple"}
    assert len({each.file for each in found}) == 1
    assert first.done.counts["same"] == 1


def test_file_names_are_safe_on_every_system(first: Night) -> None:
    assert all(name.endswith(".pdf") and name.isascii() and len(name) <= 100 for name in first.files)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.") for name in first.files)
    assert [name for name in first.files if name.startswith("elder-con-child")]
    assert len(set(first.files)) == len(first.files)


def test_rows_have_what_the_pages_say(first: Night, web: Web) -> None:
    assert first.cells("/docs/fern.pdf") | {"accessed": ""} == {
        "title": "Somerset Serious Case Review January 2012",
        "area": "Somerset",
        "type": "serious case review",
        "year": "2012",
        "url": web.url("www.alder.example/docs/fern.pdf"),
        "accessed": "",
        "notes": "listed by Alder under: National Serious Case Reviews",
    }
    assert first.cells("/ash.pdf")["title"] == "Child Ash Overview Report"
    assert first.cells("/ash.pdf")["published"] == "2018-03-12"
    assert first.cells("/elm.pdf")["notes"] == "listed by Birch under: Learning Reviews"
    assert first.cells("/media/rose")["title"] == "Child Rose Serious Case Review 2017"
    assert first.cells("/download?id=7")["title"] == "Adolygiad Siân 2020"
    assert "\u202e" not in first.cells("/download?id=8")["title"]


def test_a_source_has_answered_when_all_its_pages_have(first: Night) -> None:
    silent = {name: state.problem for name, state in first.states.items() if not state.answered}
    assert silent == {
        "Hazel all": "robots",
        "Hazel odd": "robots",
        "Juniper list": "broken_off",
        "Larch": "too_many_links",
    }
    assert first.done.answered == first.done.sources - 4


def test_nothing_is_left_beside_and_links_are_stored_as_plain_values(first: Night, nights: Nights) -> None:
    assert first.done.sources == 16
    assert list(nights.settings.collecting.iterdir()) == []
    with Store.open(nights.settings.database, read_only=True) as store:
        (page,) = store.publications.pages("Birch")
        assert {each["url"].rpartition("/")[2] for each in json.loads(page.links)} == {"oak.pdf", "elm.pdf", "ash.pdf"}
        assert store.check() == []
