"""From sources.csv to a cited passage, using the command as a person would."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import DEMO, START, reviews
from tests.ingest.collect.boards import items
from tests.ingest.collect.web import Answer, Web

pytest.importorskip("scrapy", reason="the extra `collect` is not installed")

HOST = "www.avonshire.example"
PDFS = sorted(DEMO.glob("*.pdf"))[:3]


class Board:
    """A board's page on the test web, and a library that collects from it."""

    def __init__(self, folder: Path, web: Web) -> None:
        self.library = folder / "library"
        self.web = web
        self.names = [f"{number}.pdf" for number in range(len(PDFS))]
        for name, path in zip(self.names, PDFS, strict=True):
            web.put(f"{HOST}/{name}", Answer(path.read_bytes()))
        links = [(f"/{name}", f"{path.stem} (PDF)") for name, path in zip(self.names, PDFS, strict=True)]
        body = "<h2>Local</h2>" + items(*links, ("/missing.pdf", "Child Missing"))
        self.url = web.page(f"{HOST}/reviews", body)

    def run(self, *words: object, **more: Any) -> subprocess.CompletedProcess[str]:
        allowance = json.dumps(self.web.allowance().to_dict())
        start = (
            "import json\nfrom ingest.collect.addresses import Allowance\nfrom reviews.maintenance import collect\n"
            f"collect.ALLOWANCE = Allowance.from_dict(json.loads({allowance!r}))\n{START}"
        )
        return reviews(self.library, *words, start=start, **more)

    def set_up(
        self, sources: str, settings: str = '[collect]\ncontact = "team@library.example"\ndelay = 0.001\n'
    ) -> None:
        (self.library / "sources.csv").write_text(sources, encoding="utf-8-sig")
        (self.library / "reviews.toml").write_text(settings, encoding="utf-8")


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web().served() as served:
        yield served


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory, web: Web) -> Board:
    made = Board(tmp_path_factory.mktemp("board"), web)
    reviews(made.library, "init", check=True)
    made.set_up(f"name,board,area,url\nAvonshire,Avonshire Safeguarding Children Partnership,Avonshire,{made.url}\n")
    return made


@pytest.fixture(scope="module")
def collected(board: Board) -> dict[str, subprocess.CompletedProcess[str]]:
    """Return the results of the commands, in order."""
    dry = board.run("collect", "--dry-run")
    assert not list(board.library.glob("reports/collected/*"))
    done = {"dry": dry, "check": board.run("sources", "check", "--json"), "night": board.run("update", "--collect")}
    done["search"] = board.run("search", "child", "--json")
    done["again"] = board.run("collect", "--strict", "--json")
    return done


def test_two_commands_lead_to_a_cited_passage(collected: dict[str, Any], board: Board) -> None:
    night = collected["night"]
    assert night.returncode == 0, night.stderr
    assert "1 of 1 source answered, 4 documents listed." in night.stderr
    assert "3 new" in night.stdout or "3 new" in night.stderr
    hits = json.loads(collected["search"].stdout)["hits"]
    assert hits
    for hit in hits:
        report = hit["report"]
        assert report["url"].startswith(f"http://{HOST}")
        assert report["accessed"]
        assert report["area"] == "Avonshire"
        assert report["provenance"]["url"] == "publisher's page"


def test_a_dry_run_says_what_would_be_fetched(collected: dict[str, Any], board: Board) -> None:
    assert collected["dry"].returncode == 0, collected["dry"].stderr
    assert "4 documents would be fetched:" in collected["dry"].stdout
    assert f"Avonshire: {board.url.replace('reviews', '0.pdf')}" in collected["dry"].stdout


def test_check_says_what_a_source_lists(collected: dict[str, Any]) -> None:
    (told,) = json.loads(collected["check"].stdout)["sources"]
    assert (told["name"], told["listed"], told["problems"]) == ("Avonshire", 4, [])


def test_strict_exits_with_3_if_an_address_could_not_be_fetched(collected: dict[str, Any]) -> None:
    assert collected["again"].returncode == 3
    told = json.loads(collected["again"].stdout)
    assert (told["known"], told["failed"]) == (3, 1)
    assert [each["reason"] for each in told["failures"]] == ["not_found"]


def test_the_record_of_the_run_adds_up_and_status_names_silent_sources(collected: dict[str, Any], board: Board) -> None:
    (record,) = [
        each
        for each in json.loads(board.run("runs", "--json").stdout)["runs"]
        if each["command"] == "collect" and each["collect"]["new"]
    ]
    assert record["ok"]
    assert record["collect"]["listed"] == 4
    assert json.loads(board.run("status", "--json").stdout)["silent_sources"] == []
    assert "4 documents listed" in min(board.library.glob("runs/run-*.txt")).read_text("utf-8")


def test_a_removed_report_is_not_collected_again(collected: dict[str, Any], board: Board) -> None:
    hit = json.loads(collected["search"].stdout)["hits"][0]["report"]
    gone = board.run("remove", hit["id"], "--reason", "asked for", "--yes")
    assert gone.returncode == 0, gone.stderr
    told = board.run("collect", "--json")
    assert json.loads(told.stdout)["removed"] == 1
    moved = board.web.put(f"{HOST}/elsewhere", board.web.answers[f"{HOST}/{hit['url'].rpartition('/')[2]}"])
    board.web.page(
        f"{HOST}/reviews", items(*((f"/{name}", "Child") for name in board.names), (moved, "Child Moved PDF"))
    )
    told = board.run("collect", "--json")
    assert json.loads(told.stdout)["removed"] == 2, "nor from another address"
    assert not [path for path in board.library.rglob("*.pdf") if hit["file"] == path.name]
    held = {path.name for path in board.library.glob("reports/collected/*.pdf")}
    assert len(held) == 2
    for path in [*board.library.glob("corpus.db*"), *board.library.glob("runs/*"), *board.library.glob("collecting/*")]:
        assert b"/elsewhere" not in path.read_bytes(), path
        assert hit["url"].encode() not in path.read_bytes(), path


def test_suggest_proposes_a_row(board: Board, web: Web) -> None:
    text = "<html><title>Reviews | Moorland Safeguarding Children Partnership</title><h1>Reviews</h1>"
    text += items(("/1.pdf", "Child Heath SCR 2019"), ("/2.pdf", "Spring newsletter"))
    url = web.put("www.moorland.example/list", Answer(text.encode(), headers={"Content-Type": "text/html"}))
    done = board.run("sources", "suggest", url)
    assert done.returncode == 0, done.stderr
    header, row = done.stdout.splitlines()
    assert header == "name,board,area,url,links,depth,leave_out,exclude"
    board_name = "Moorland Safeguarding Children Partnership"
    assert row == f"{board_name},{board_name},Moorland,{url},,0,,"
    assert "2 documents (1 without a kind, 1 newsletter)" in done.stderr


def test_without_a_list_of_sources_nothing_is_asked(tmp_path: Path) -> None:
    done = reviews(tmp_path / "library", "collect")
    assert done.returncode == 2
    assert "There is no list of sources" in done.stderr
    assert "reviews sources suggest URL" in done.stderr
