"""Followed searches: the record of each update, and its output, say which have new reports."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from corpus.errors import Corrupt
from reviews.cli.main import main
from reviews.library import Library
from reviews.maintenance.follows import Follows
from tests.command import DEMO

OTHER = "2014 - Family M SCR, Learning Together.pdf"


def call(library: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--library", str(library), *words], catch_exceptions=False)


def test_an_update_names_the_searches_with_new_reports_once(small: Path) -> None:
    added = call(small, "follow", "add", "Neglect", "neglect")
    assert (added.exit_code, added.stdout.partition(":")[0]) == (0, "Following Neglect")
    assert call(small, "follow", "add", "Robin only", "--child", "Robin").exit_code == 0
    assert "Followed search" not in call(small, "update").stdout
    shutil.copy(DEMO / OTHER, small / "reports")
    printed = call(small, "update").stdout
    with Library(small) as library:
        new = next(report.id for report in library.reports() if report.file == OTHER)
    assert f"Followed search Neglect: 1 new report ({new[:16]})" in printed
    assert "Robin only" not in printed
    assert f"Followed search Neglect: 1 new report ({new[:16]})" in call(small, "runs", "--last").stdout
    record = json.loads(call(small, "runs", "--last", "--json").stdout)["runs"][0]
    assert record["followed"] == [
        {"name": "Neglect", "new": [new[:16]], "failed": False},
        {"name": "Robin only", "new": [], "failed": False},
    ]
    assert "neglect" not in json.dumps(record)  # names and ids, no query
    assert "Followed search" not in call(small, "update").stdout  # it is only new once


def test_a_search_that_cannot_be_answered_does_not_stop_the_run(small: Path) -> None:
    (small / "themes.toml").write_text('[[theme]]\nname = "Ours"\nqueries = "neglect"\n')
    call(small, "follow", "add", "Our theme", "--theme", "Ours")
    call(small, "follow", "add", "School", "school")
    (small / "themes.toml").unlink()
    done = call(small, "update")
    assert done.exit_code == 0
    assert "Followed search Our theme: it could not be answered" in done.stdout
    assert [each.name for each in Follows.load(small / "follows.json").searches] == ["Our theme", "School"]


def test_searches_are_listed_and_removed(small: Path) -> None:
    assert "You are not following any searches" in call(small, "follow", "list").stdout
    call(small, "follow", "add", "Neglect in Fernshire", "neglect", "--area", "Fernshire")
    listed = call(small, "follow", "list").stdout
    assert listed.startswith("Neglect in Fernshire: neglect; area Fernshire (2 reports on 20")
    (told,) = json.loads(call(small, "follow", "list", "--json").stdout)["follows"]
    assert (told["query"], told["filters"], len(told["seen"])) == ("neglect", {"area": ["Fernshire"]}, 2)
    assert call(small, "follow", "remove", "neglect  in fernshire").exit_code == 0
    assert Follows.load(small / "follows.json").searches == ()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Neglect", "school"), "is already followed"),
        (("", "school"), "needs a name"),
        (("x" * 81, "school"), "needs a name"),
        (("a\x1bb", "school"), "needs a name"),
        (("Empty", ""), "The search is empty"),
        (("Long", "child " * 600), ""),
        (("Theme", "--theme", "nosuch"), "There is no theme"),
    ],
)
def test_what_cannot_be_followed_is_refused(small: Path, words: tuple[str, ...], said: str) -> None:
    call(small, "follow", "add", "Neglect", "neglect")
    done = call(small, "follow", "add", *words)
    assert done.exit_code in (2, 7)
    assert said in done.output
    assert len(Follows.load(small / "follows.json").searches) == 1
    assert call(small, "follow", "remove", "nosuch").exit_code == 2


@pytest.mark.parametrize("damage", ["", "[]", '{"follows": [{}]}', '{"follows": [{"name": 1}]}', "[" * 100_000])
def test_a_damaged_list_is_named(tmp_path: Path, damage: str) -> None:
    (tmp_path / "follows.json").write_text(damage)
    with pytest.raises(Corrupt, match=r"follows\.json is damaged"):
        Follows.load(tmp_path / "follows.json")
