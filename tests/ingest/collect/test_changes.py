"""Changes from night to night: reports that are new, replaced, moved, withdrawn or back, and changes that prove
nothing.
"""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.storage.store import Store
from ingest.collect.sources import Source
from tests.ingest.collect import boards
from tests.ingest.collect.conftest import Night, Nights
from tests.ingest.collect.web import Answer, Web, pdf

pytest.importorskip("scrapy", reason="the extra `collect` is not installed")

HOST = "www.maple.example"
ALL = ("replaced", "gone", "unlisted", "moved", "stays", "copy")


@pytest.fixture(scope="module")
def source(web: Web) -> Source:
    return boards.maple(web)[0]


@pytest.fixture(scope="module")
def story(nights: Nights, web: Web, source: Source) -> dict[str, Night]:
    """Return the nights, in order. PDFs are requested again after 7 days."""
    told = {"first": nights.run([source]), "second": nights.run([source])}
    told["later"] = nights.run([source], days=8)

    web.pdf(f"{HOST}/replaced.pdf", "maple replaced, second edition")
    del web.answers[f"{HOST}/gone.pdf"], web.answers[f"{HOST}/moved.pdf"]
    web.put(f"{HOST}/gone.pdf", Answer(status=410))
    web.pdf(f"{HOST}/new-place.pdf", "maple moved")
    web.pdf(f"{HOST}/fresh.pdf", "maple fresh")
    body = boards.maple_list("replaced", "gone", "stays", "copy", "new-place", "fresh")
    web.page(f"{HOST}/", body)
    told["changed"] = nights.run([source], days=8)
    told["dry"] = nights.run([source], days=8, dry_run=True)

    web.put(f"{HOST}/", Answer(status=503))
    told["down"] = nights.run([source])
    web.page(f"{HOST}/", "<h1>Our new site</h1>")
    told["empty"] = nights.run([source])
    web.page(f"{HOST}/", boards.maple_list("stays"))
    told["less"] = nights.run([source])
    web.page(f"{HOST}/", body)
    web.pdf(f"{HOST}/gone.pdf", "maple gone")
    told["back"] = nights.run([source])
    return told


def report(title: str) -> str:
    return hashlib.sha256(pdf(title)).hexdigest()


def test_the_first_night_fetches_everything(story: dict[str, Night]) -> None:
    assert story["first"].done.counts == {"new": 6}


def test_a_night_without_changes_requests_the_list_once_and_no_pdf(story: dict[str, Night]) -> None:
    (asked,) = story["second"].asked
    assert (asked.path, asked.status) == ("/", 304)
    assert asked.headers["If-None-Match"]
    assert story["second"].done.counts == {"known": 6}


def test_after_the_time_of_the_settings_each_pdf_is_asked_for_with_a_condition(story: dict[str, Night]) -> None:
    assert [each.status for each in story["later"].asked] == [304] * 7
    assert story["later"].done.counts == {"unchanged": 6}


def test_new_replaced_moved_and_withdrawn_reports_are_distinguished(story: dict[str, Night]) -> None:
    night = story["changed"]
    assert night.done.counts == {"new": 1, "replaced": 1, "moved": 1, "gone": 1, "unchanged": 2}
    assert night.done.new == [report("maple fresh")]
    assert set(night.done.withdrawn) == {report("maple gone"), report("maple unlisted")}


def test_the_old_edition_stays_as_an_edition(story: dict[str, Night], nights: Nights) -> None:
    night = story["changed"]
    old, new = sorted(
        (each for each in night.publications if each.url.endswith("/replaced.pdf")), key=lambda e: e.current
    )
    assert (old.report, new.report) == (report("maple replaced"), report("maple replaced, second edition"))
    assert old.replaced == "2026-03-19"
    assert new.current
    assert all((nights.folder / each.file).exists() for each in (old, new))
    with Store.open(nights.settings.database, read_only=True) as store:
        assert [each.report for each in store.publications.editions(new.report)] == [old.report]
        assert [each.report for each in store.publications.editions(old.report)] == [new.report]


def test_a_moved_report_keeps_the_day_on_which_it_was_found(story: dict[str, Night]) -> None:
    before, after = story["first"].at("/moved.pdf"), story["changed"].at("/new-place.pdf")
    assert (after.report, after.retrieved, after.file) == (before.report, before.retrieved, before.file)
    assert not [each for each in story["changed"].publications if each.url.endswith("/moved.pdf")]


def test_a_withdrawn_report_says_when_and_why_and_its_file_stays(story: dict[str, Night], nights: Nights) -> None:
    gone, unlisted = story["changed"].at("/gone.pdf"), story["changed"].at("/unlisted.pdf")
    assert (gone.withdrawn, gone.why) == ("2026-03-19", "410")
    assert (unlisted.withdrawn, unlisted.why) == ("2026-03-19", "not listed")
    assert all((nights.folder / each.file).exists() for each in (gone, unlisted))


def test_a_dry_run_says_what_would_be_fetched_and_changes_nothing(story: dict[str, Night], web: Web) -> None:
    dry, before = story["dry"], story["changed"]
    assert {url.rpartition("/")[2] for _, url in dry.done.would} == {
        f"{name}.pdf" for name in ("replaced", "gone", "stays", "copy", "new-place", "fresh")
    }
    assert [each.path for each in dry.asked] == ["/"]
    assert (dry.publications, dry.states, dry.files) == (before.publications, before.states, before.files)


@pytest.mark.parametrize(
    ("night", "trouble"), [("down", "server_error"), ("empty", "lists_nothing"), ("less", "lists_much_less")]
)
def test_nothing_is_concluded_from_one_failure(story: dict[str, Night], night: str, trouble: str) -> None:
    assert [each.trouble for each in story[night].done.failures if each.page] == [trouble]
    before, after = ([replace(each, checked="") for each in story[n].publications] for n in ("changed", night))
    assert after == before
    assert story[night].states["Maple"].problem == trouble
    assert story[night].states["Maple"].answered == story["changed"].states["Maple"].answered


def test_what_is_there_again_is_no_longer_withdrawn(story: dict[str, Night]) -> None:
    night = story["back"]
    assert night.at("/gone.pdf").current
    assert night.done.back == [report("maple gone")]
    assert night.at("/unlisted.pdf").withdrawn
    assert night.states["Maple"].problem == ""


def test_a_list_that_stays_much_shorter_is_believed_the_second_time(tmp_path: Path, web: Web) -> None:
    nights = Nights(tmp_path / "library", web)
    (source,) = boards.maple(web)
    nights.run([source])
    web.page(f"{HOST}/", boards.maple_list("stays"))
    assert nights.run([source]).done.withdrawn == []
    settings = nights.with_settings(collect_keep_withdrawn=False)
    night = nights.run([source], settings=settings)
    assert len(night.done.withdrawn) == 5
    assert night.states["Maple"].problem == ""
    assert len(night.files) == 1, "with the setting, their files are deleted, and the next update withdraws them"
    boards.maple(web)


def test_a_slow_source_is_left_for_the_next_night(tmp_path: Path, web: Web) -> None:
    nights = Nights(tmp_path / "library", web)
    web.put("www.sloe.example/", Answer(act=web.wait))
    night = nights.run(
        [Source("Sloe", web.url("www.sloe.example/"))], settings=nights.with_settings(collect_timeout=0.3)
    )
    assert night.trouble("/") == "timeout"


def test_a_file_that_was_lost_is_fetched_again(tmp_path: Path, web: Web) -> None:
    nights = Nights(tmp_path / "library", web)
    (source,) = boards.maple(web)
    first = nights.run([source])
    (nights.folder / first.at("/stays.pdf").file).unlink()
    second = nights.run([source])
    assert [each.status for each in second.asked if each.path == "/stays.pdf"] == [200]
    assert second.files == first.files
