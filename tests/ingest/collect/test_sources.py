"""The list of sources: valid entries, and mistakes that are found before any request is sent."""

from pathlib import Path

import pytest

from corpus.errors import NotFound, UsageError
from corpus.settings import load_settings
from ingest.collect import crawl as crawling
from ingest.collect.protocol import Task
from ingest.collect.sources import COLUMNS, Source, chosen, load


def listed(folder: Path, text: str, encoding: str = "utf-8") -> list[Source]:
    (folder / "sources.csv").write_text(text, encoding=encoding)
    return load(folder / "sources.csv")


def test_a_row_says_where_and_what(tmp_path: Path) -> None:
    row = "Alder;Alder Board;Alder;https://alder.example/reviews;/media/;2;Newsletter; form;https://alder.example/x*"
    text = ";".join(COLUMNS) + "\n" + row.replace("Newsletter; form", '"Newsletter; form"') + "\n"
    (source,) = listed(tmp_path, text, "utf-16")
    expected = ("Alder", "https://alder.example/reviews", "Alder Board", "Alder", "/media/", 2, ("newsletter", "form"))
    assert source == Source(*expected, ("https://alder.example/x*",))
    assert source.excludes("https://alder.example/xyz.pdf")
    assert not source.excludes("https://alder.example/y")


def test_name_and_url_are_enough(tmp_path: Path) -> None:
    assert listed(tmp_path, "url,name\nhttps://a.example/,A\n") == [Source("A", "https://a.example/")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "name,url\nA,http://10.0.0.1/\n",
            "Line 2: http://10.0.0.1/ cannot be collected from, because its host has no",
        ),
        ("name,url\nA,https://a.example/\na,https://b.example/\n", "Line 3: there are two sources named 'a'"),
        ("name,url,depth\nA,https://a.example/,9\n", "Line 2: depth is '9'; it must be 0, 1 or 2."),
        ("name,url,links\nA,https://a.example/,(\n", "Line 2: links is not a valid pattern"),
        ("name,link\nA,https://a.example/\n", "does not know the column 'link'"),
        ("name\nA\n", "needs the columns name and url"),
        ("name,url\n,https://a.example/\n", "Line 2: fill in name and url"),
        ("name,url\n", "has no rows"),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        listed(tmp_path, text)
    assert said in str(error.value)


def test_only_sources_of_the_list_can_be_chosen(tmp_path: Path) -> None:
    sources = listed(tmp_path, "name,url\nAlder,https://a.example/\nBirch,https://b.example/\n")
    assert chosen(sources, ["birch"]) == sources[1:]
    assert chosen(sources, []) == sources
    with pytest.raises(NotFound, match="The sources are: Alder, Birch"):
        chosen(sources, ["Cedar"])


def test_nothing_is_requested_without_a_contact(tmp_path: Path) -> None:
    pytest.importorskip("scrapy", reason="the extra `collect` is not installed")
    with pytest.raises(UsageError, match="tell boards how to contact you"):
        next(crawling.crawl([Task({"name": "A"})], load_settings(tmp_path)))


def test_nothing_is_requested_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UsageError, match="Collecting needs the extra `collect`"):
        next(crawling.crawl([Task({"name": "A"})], load_settings(tmp_path)))


@pytest.mark.parametrize("contact", ["me", "a b@example.org", "team@example.org\\r\\nX: y", 7])
def test_a_contact_is_an_address(tmp_path: Path, contact: object) -> None:
    with pytest.raises(UsageError, match="must be an e-mail address or a web address"):
        load_settings(tmp_path, collect_contact=contact)
