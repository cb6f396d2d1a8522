"""What a run finds in a forged library is fetched again or refused in a sentence."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from corpus.errors import Corrupt
from corpus.storage.store import Store
from tests.ingest.collect import killed
from tests.ingest.collect.conftest import Nights
from tests.ingest.collect.web import Web

pytest.importorskip("scrapy", reason="the extra `collect` is not installed")

NO_LINKS = ("", "5", "[5]", "{}", "[{}]", "[" * 100_000, '[{"url": 5}]', '[{"url": "x", "leads_to": "document"}]')


def forged(nights: Nights, links: str, page: str = "%") -> None:
    with closing(sqlite3.connect(nights.settings.database, isolation_level=None)) as connection:
        assert connection.execute("UPDATE source_page SET links = ? WHERE url LIKE ?", (links, page)).rowcount


def test_a_page_with_forged_links_is_read_again_and_loses_no_report(tmp_path: Path, web: Web) -> None:
    nights = Nights(tmp_path / "library", web)
    boards = [killed.source(web, f"www.rowan-{number}.example") for number in range(len(NO_LINKS))]
    nights.run(boards)
    for board, links in zip(boards, NO_LINKS, strict=True):
        forged(nights, links, board.url)
    after = nights.run(boards)
    assert len([each for each in after.publications if each.current]) == killed.DOCUMENTS * len(boards)
    assert after.done.counts["withdrawn"] == 0
    assert [after.states[board.name].problem for board in boards] == [""] * len(boards)


def test_a_removal_with_forged_links_says_that_the_corpus_is_damaged(tmp_path: Path, web: Web) -> None:
    nights = Nights(tmp_path / "library", web)
    held = nights.run([killed.source(web)]).publications[0].report
    for links in NO_LINKS[:-1]:
        forged(nights, links)
        with Store.open(nights.settings.database) as store, pytest.raises(Corrupt, match="is damaged"):
            store.remove(held, "asked")


def test_forged_files_that_a_killed_run_left_are_fetched_again(tmp_path: Path, web: Web) -> None:
    nights, rowan = Nights(tmp_path / "library", web), killed.source(web)
    nights.settings.collecting.mkdir(exist_ok=True)
    odd = ("", "[]", "5", '{"event": []}', '{"event": "Fetched"}', '{"event": "Failed", "trouble": []}', "[" * 100_000)
    for number, text in enumerate(odd):
        (nights.settings.collecting / f"{number}.json").write_text(text)
    assert nights.run([rowan]).done.counts["new"] == killed.DOCUMENTS
    assert list(nights.settings.collecting.iterdir()) == []
