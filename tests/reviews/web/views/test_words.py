"""Mentions in context, typical words, and two groups compared, on the web page."""

import csv
import html
import io
import json
import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from reviews.cli.main import main
from reviews.library import Library
from search.analytics.concordance import concordance
from search.analytics.keyness import compare, terms
from search.filters import Filters
from tests.reviews.web.views.test_pages import Marks

PATHS = {"concordance": "q=neglect", "terms": "q=neglect", "compare": "q=neglect&q=school"}


def test_every_mention_is_on_the_pages_and_in_the_table(page: FlaskClient, demo: Path) -> None:
    with Library(demo) as library:
        wanted = [line.mention for line in concordance(library.searcher(), "child")]
    pages = -(-len(wanted) // 50)
    assert pages > 1
    found = [page.get(f"/concordance.json?q=child&page={number + 1}").get_json() for number in range(pages)]
    assert [line["mention"] for each in found for line in each["lines"]] == wanted
    assert [each["more"] for each in found] == [True] * (pages - 1) + [False]
    rows = list(csv.DictReader(io.StringIO(page.get("/concordance.csv?q=child").data.decode("utf-8-sig"))))
    assert [row["mention"] for row in rows] == wanted
    shown = Marks(page.get("/concordance?q=child&page=2").text)
    assert shown.marks == [line["match"] for line in found[1]["lines"]]


@pytest.mark.parametrize("order", ["report", "left"])
def test_every_page_says_how_many_mentions_there_are(page: FlaskClient, demo: Path, order: str) -> None:
    with Library(demo) as library:
        total = len(concordance(library.searcher(), "child"))
    last = -(-total // 50)
    assert f"Mentions 1 to 50 of {total:,}<" in page.get(f"/concordance?q=child&sort={order}").text
    shown = page.get(f"/concordance?q=child&sort={order}&page={last}").text
    assert f"Mentions {50 * last - 49:,} to {total:,} of {total:,}<" in shown


def test_mentions_can_be_put_in_the_order_of_the_words_around_them(page: FlaskClient, demo: Path) -> None:
    with Library(demo) as library:
        as_found = [line.mention for line in concordance(library.searcher(), '"the child"')]
        wanted = [line.mention for line in concordance(library.searcher(), '"the child"', order="right", context=50)]
    found = page.get('/concordance.json?q="the+child"&sort=right').get_json()["lines"]
    assert [line["mention"] for line in found] == wanted[:50] != as_found[:50]


def test_too_many_mentions_are_refused_only_where_all_are_needed(
    page: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviews.web.views.words._MENTIONS", 20)
    assert page.get("/concordance?q=neglect").status_code == 200
    for address in ("/concordance?q=neglect&sort=left", "/concordance.csv?q=neglect"):
        answer = page.get(address)
        assert answer.status_code == 400
        assert "There are more than 20 mentions" in answer.text


def test_a_line_opens_its_page_and_the_link_back_leads_to_the_same_lines(page: FlaskClient) -> None:
    shown = page.get("/concordance?q=neglect&sort=left&area=Fernshire").text
    link = html.unescape(re.findall(r'r-kwic__where" href="([^"]+)"', shown)[3])
    address, _, anchor = link.partition("#")
    opened = page.get(address).text
    assert f'id="{anchor}"' in opened
    (back,) = re.findall(r'href="([^"]+)">Back to the results', opened)
    assert html.unescape(back) == "/concordance?q=neglect&sort=left&area=Fernshire&page=1"


def test_typical_words_are_those_of_the_library(page: FlaskClient, demo: Path) -> None:
    narrowed = Filters.read({"area": "Fernshire"})
    for address, filters, unit in (
        ("q=school", Filters(), "paragraph"),
        ("q=robin&unit=report", Filters(), "report"),
        ("q=child&area=Fernshire", narrowed, "paragraph"),
    ):
        query = address[2:].partition("&")[0]
        with Library(demo) as library:
            found = terms(library.searcher(), query, filters, unit=unit)  # type: ignore[arg-type]
        told = page.get(f"/terms.json?{address}").get_json()["terms"]
        assert told == [each.to_dict() for each in found]
        assert told
        shown = page.get(f"/terms?{address}").text
        words = re.findall(r'r-number-link" href="([^"]+)">([^<]+)<', shown)
        assert [word for _, word in words] == [each.term for each in found]
    assert all("area=Fernshire" in href for href, _ in words)
    assert page.get(words[0][0].replace("&amp;", "&")).status_code == 200
    assert page.get("/terms.csv?q=school").text.splitlines()[0].endswith("reports_here")


def test_two_groups_of_reports_are_compared_as_by_the_command(page: FlaskClient, demo: Path) -> None:
    address = "q=year:..2015&q=year:2016.."
    with Library(demo) as library:
        found = compare(library.searcher(), "year:..2015", "year:2016..")
    told = page.get(f"/compare.json?{address}").get_json()["terms"]
    assert [row["term"] for row in told] == [each.term for side in (found.left, found.right) for each in side]
    printed = CliRunner().invoke(
        main, ["--library", str(demo), "compare", "year:..2015", "year:2016..", "--limit", "50", "--json"]
    )
    assert json.loads(printed.stdout)["terms"] == told
    shown = page.get(f"/compare?{address}").text
    assert shown.count("<caption") == 2
    assert page.get(f"/compare.csv?{address}").text.splitlines()[0].startswith("\ufeffside,term")
    assert "Type both searches" in page.get("/compare?q=neglect").text


def test_a_comparison_says_how_many_reports_are_on_each_side_and_warns_of_few(
    page: FlaskClient, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = html.unescape(page.get("/compare?q=neglect&q=school").text)
    with Library(demo) as library:
        found = compare(library.searcher(), "neglect", "school")
    one, other = (f"{number} report{'s' if number > 1 else ''} with only" for number in found.reports)
    assert f"{one} “neglect”, {other} “school”." in shown
    assert re.search(rf"{found.both} reports? with both (is|are) left out", shown)
    assert "fewer than five reports" in shown
    printed = CliRunner().invoke(main, ["--library", str(demo), "compare", "neglect", "school"])
    assert f"More common in {one} neglect" in printed.stdout
    assert "fewer than five reports" in printed.stderr
    monkeypatch.setattr("search.analytics.keyness._FEW", 1)
    assert "fewer than five reports" not in page.get("/compare?q=neglect&q=school").text


def test_every_analysis_says_what_was_not_searched(page: FlaskClient, demo: Path, tmp_path: Path) -> None:
    with Library(demo) as library:
        held = library.searcher().coverage
    assert held.unread_pages or held.failures
    said = f"Searched {held.searchable} of {held.reports} reports."
    for name, address in {**PATHS, "trends": "q=neglect"}.items():
        shown = " ".join(page.get(f"/{name}?{address}").text.split())
        assert said in shown
        assert "Not searched:" in shown
        assert said not in " ".join(page.get(f"/{name}").text.split())
        queries = [value for _, value in parse_qsl(address)]
        printed = CliRunner().invoke(main, ["--library", str(demo), name, *queries])
        assert f"{said} Not searched: " in printed.stdout
        as_json = CliRunner().invoke(main, ["--library", str(demo), name, *queries, "--json"])
        for told in (json.loads(as_json.stdout), page.get(f"/{name}.json?{address}").get_json()):
            assert told["coverage"] == held.to_dict()
        written = CliRunner().invoke(main, ["--library", str(demo), name, *queries, "--out", str(tmp_path / "t.csv")])
        assert f"{said} Not searched: " in written.stdout
    assert page.get("/recommendations.json?q=neglect").get_json()["coverage"] == held.to_dict()
    printed = CliRunner().invoke(main, ["--library", str(demo), "recommendations", "neglect"])
    assert f"{said} Not searched: " in printed.stdout


def test_more_text_than_can_be_compared_at_once_is_refused(page: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviews.web.views.words._WORDS", 100)
    for name in ("terms", "compare"):
        answer = page.get(f"/{name}?{PATHS[name]}")
        assert answer.status_code == 400
        assert re.search(r"These reports have [\d,]+ words, and up to 100 can be compared here", answer.text)


@pytest.mark.parametrize("name", PATHS)
def test_without_words_there_is_a_form_and_nothing_to_download(page: FlaskClient, name: str) -> None:
    assert page.get(f"/{name}").status_code == 200
    for form in ("json", "csv"):
        assert page.get(f"/{name}.{form}").status_code == 400


@pytest.mark.parametrize(
    "odd",
    [
        "concordance?q=a&sort=best",
        "concordance?q=a&q=b",
        "concordance?q=a&page=0",
        "concordance?q=child&page=99999",
        "concordance?q=a&from=2020&to=2010",
        "concordance?q=" + "child+" * 600,
        "terms?q=child&unit=word",
        "terms?q=nosuchword",
        "terms?q=a&q=b",
        "compare?q=neglect&q=neglect",
        "compare?q=a&q=b&q=c",
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_message(page: FlaskClient, odd: str) -> None:
    answer = page.get(f"/{odd}")
    assert answer.status_code == 400
    assert "There is a problem" in answer.text
    assert "<form" in answer.text


def test_the_pages_for_analysts_lead_to_one_another_with_the_same_words_and_filters(page: FlaskClient) -> None:
    assert 'href="/trends"' in page.get("/").text, "from the menu"
    assert 'href="/concordance?q=neglect&amp;area=Fernshire"' in page.get("/?q=neglect&area=Fernshire").text
    for path in ("/trends", "/concordance", "/terms", "/compare"):
        shown = page.get(f"{path}?q=neglect&area=Fernshire").text
        found = dict(re.findall(r'<a class="r-view" href="/(\w+)([^"]*)"', shown))
        assert found.pop("batch") == ""
        assert set(found.values()) == {"?q=neglect&amp;area=Fernshire"}
        assert len(found) == 4
    assert 'href="/terms"' in page.get("/batch").text
