"""The search commands, as a person types them."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reviews.cli.main import main
from tests.demonstration import demonstration

Reviews = Callable[..., Result]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demonstration(tmp_path_factory, "asking")


@pytest.fixture
def reviews(library: Path) -> Reviews:
    return lambda *words: CliRunner().invoke(main, ["--library", str(library), *words])


def test_reports_on_one_case_are_shown_together_with_a_note(reviews: Reviews) -> None:
    assert "neglect: 7 reports on 4 cases" in reviews("search", "neglect").output
    assert "same case as the report above" in reviews("search", "neglect").output
    loose = json.loads(reviews("search", "neglect", "--group", "none", "--json").output)
    scores = [hit["score"] for hit in loose["hits"]]
    assert scores == sorted(scores, reverse=True)


def test_filters_of_every_kind_are_understood(reviews: Reviews) -> None:
    def total(*words: str) -> int:
        result = reviews("search", "neglect", *words, "--json")
        assert result.exit_code == 0, result.output
        return int(json.loads(result.output)["total"])

    assert total() == 7
    assert total("--area", "Fernshire") == 4
    assert total("--area", "Fernshire", "--area", "Wendlemere") == 6
    assert total("--area", "Fernshire", "--kind", "overview report") == 1
    assert total("--child", "Child Robin") == 4
    assert total("--year", "2015") == 1
    assert 0 < total("--section", "findings") < 7
    assert 0 < total("--theme", "professional curiosity") < 7
    assert reviews("search", "neglect", "--theme", "nosuch").exit_code == 2


def test_the_hits_are_counted_when_asked(reviews: Reviews) -> None:
    shown = reviews("search", "neglect", "--facets", "--limit", "0").output
    assert "neglect: 7 reports on 4 cases\n" in shown
    assert "By year: 2024 1 · 2022 4 · 2015 1 · 2014 1" in shown
    assert "By area: Fernshire 4 · Wendlemere 2 · Skellmoor 1" in shown
    assert "By section:" in shown
    assert "By theme: Neglect (any) 7" in shown


def test_a_theme_shows_which_of_its_terms_are_found_and_which_are_not(reviews: Reviews) -> None:
    shown = " ".join(reviews("search", 'theme:"neglect"', "--limit", "0").output.split())
    assert "Number of reports with each term: neglect* 7" in shown
    assert "Terms in no report:" in shown


def test_the_order_is_explained(reviews: Reviews) -> None:
    shown = reviews("search", "neglect school", "--explain", "--limit", "1").output
    assert re.search(r"\d\.\d\d of \d\.\d\d for school: \d times? here, in \d reports", shown), shown


def test_a_suggestion_is_printed(reviews: Reviews) -> None:
    assert "Did you mean: neglect (" in reviews("search", "neglct").output


def test_further_queries_are_printed_with_what_they_find(reviews: Reviews) -> None:
    assert 'Theme: theme:"Was not brought / DNA" (' in reviews("search", "missed appointments").output
    part = " ".join(reviews("search", "babies not brought to appointments").output.split())
    assert re.search(
        r'Theme with “not brought” among its words: theme:"Was not brought / DNA" \(\d+ reports mention the theme\)',
        part,
    )
    assert "not searched: appointment (" in reviews("search", "appointed").output
    assert re.search(r"Try instead: neglect \(\d+ reports\)", reviews("search", "neglect zzyzx").output)


def test_a_query_to_try_instead_is_printed_once(reviews: Reviews) -> None:
    shown = reviews("search", "neglect school zzyzx").output
    assert shown.count("neglect school (") == 1
    assert "the rest of the query" not in shown
    alone = reviews("search", "neglect school zzyzx", "--limit", "0").output
    assert "match the rest of the query: search for `neglect school`" in alone, "where nothing is offered"


def test_every_mention_in_one_report_is_shown_in_order(reviews: Reviews) -> None:
    hit = json.loads(reviews("search", "neglect", "--json").output)["hits"][0]
    found = json.loads(reviews("show", hit["report"]["id"][:12], "--find", "neglect", "--json").output)
    (only,) = found["hits"]
    assert only["report"] == hit["report"]
    assert sum(len(passage["highlights"]) for passage in only["passages"]) == only["mentions"] == hit["mentions"]
    ordinals = [passage["ordinal"] for passage in only["passages"]]
    assert ordinals == sorted(ordinals)
    shown = reviews("show", hit["report"]["id"][:12], "--find", "neglect").output
    assert shown.count("page ") >= len(ordinals)
    assert reviews("show", hit["report"]["id"][:12], "--find", "x", "--page", "1").exit_code == 2


def test_similar_reports_are_those_of_the_same_case_first(reviews: Reviews) -> None:
    hit = json.loads(reviews("search", 'title:"child robin" kind:overview', "--json").output)["hits"][0]["report"]
    found = json.loads(reviews("similar", hit["id"], "--json").output)["similar"]
    assert hit["id"] not in {each["report"]["id"] for each in found}
    assert found[0]["report"]["case"] == hit["case"]
    assert found[0]["terms"]
    assert "% alike" in reviews("similar", hit["id"]).output


def test_similar_passages_to_a_paragraph_are_shown_with_their_place(reviews: Reviews) -> None:
    hit = json.loads(reviews("search", 'title:"child robin" kind:overview neglect', "--json").output)["hits"][0]
    ordinal = hit["passages"][0]["ordinal"]
    found = json.loads(reviews("similar", hit["report"]["id"], "--paragraph", f"#{ordinal}", "--json").output)[
        "similar"
    ]
    assert found
    for each in found:
        (passage,) = each["passages"]
        assert (each["report"]["id"], passage["ordinal"]) != (hit["report"]["id"], ordinal)
        marked = {passage["text"][a:b].lower() for a, b in passage["highlights"]}
        assert set(each["terms"]) & marked
    for wrong in ("#99999", "99.99", "#x"):
        assert reviews("similar", hit["report"]["id"], "--paragraph", wrong).exit_code == 2


def test_a_check_of_a_theme_shows_what_each_term_finds(reviews: Reviews) -> None:
    checked = json.loads(reviews("themes", "check", "neglect", "--json").output)
    (theme,) = checked["themes"]
    terms = {term["query"]: term for term in theme["terms"]}
    assert terms["neglect*"]["reports"] == 7
    assert theme["reports"] >= 7
    assert len(terms["neglect*"]["samples"]) == 3
    assert terms["GCP2"] == {"query": "GCP2", "reports": 0, "alone": 0, "mentions": 0, "warnings": [], "samples": []}
    shown = reviews("themes", "check", "neglect").output
    assert "neglect*: 7 reports" in shown
    assert "GCP2: not found" in shown


def test_a_theme_is_shown_by_its_name_alone(reviews: Reviews) -> None:
    assert "voice of the child" in reviews("themes", "Voice of the child").output
    assert reviews("themes").output == reviews("themes", "show").output
    assert reviews("themes", "nosuch").exit_code == 2
    assert "check" in reviews("themes", "--help").output


@pytest.mark.parametrize("command", ["search", "concordance", "trends", "terms", "recommendations"])
@pytest.mark.parametrize("query", ["-neglect", "-harm", '-"dental decay"', "--neglect"])
def test_a_query_that_starts_with_a_hyphen_gets_a_hint_to_use_two_hyphens(
    reviews: Reviews, command: str, query: str
) -> None:
    said = reviews(command, query)
    assert said.exit_code == 2
    quote = "'" if '"' in query else '"'
    assert f"{command} -- {quote}{query}{quote}" in " ".join(said.stderr.split())
    assert "No such option" not in reviews(command, "--json", "--", query).stderr


@pytest.mark.parametrize("command", ["search", "concordance", "terms", "recommendations"])
@pytest.mark.parametrize("words", [("missed", "appointments"), ("--json", "child", "not", "seen", "alone")])
def test_words_without_quotation_marks_get_a_hint_to_use_them(
    reviews: Reviews, command: str, words: tuple[str, ...]
) -> None:
    said = reviews(command, *words)
    assert said.exit_code == 2
    query = " ".join(word for word in words if word != "--json")
    told = " ".join(said.stderr.split())
    assert "Put a query of several words in quotation marks: " in told
    assert told.endswith(f'{command} "{query}"')


def test_a_misspelt_option_is_still_reported_as_one(reviews: Reviews) -> None:
    said = reviews("search", "neglect", "--jsn").stderr
    assert "Did you mean" in said
    assert " -- " not in said


def test_most_also_lists_the_reports_with_most_of_the_words_and_counts_none_of_them(reviews: Reviews) -> None:
    words = ("search", "fathers neglect curiosity thresholds")
    assert "Reports with most of these words" not in reviews(*words).output
    shown = reviews(*words, "--most")
    assert shown.exit_code == 0
    head, below = shown.output.split("Reports with most of these words (not all; they are not counted above)")
    assert "\n   Without the word" in below
    assert "\n   Without the word" not in head
    plain, told = (json.loads(reviews(*words, *more, "--json").output) for more in ((), ("--most",)))
    assert (plain["most"], told["total"]) == (None, plain["total"])
    assert all(hit["lacks"] for hit in told["most"])


def test_two_words_that_no_report_has_together_open_the_list_of_reports_with_one_of_them(reviews: Reviews) -> None:
    shown = reviews("search", "dental thresholds").output
    assert "dental thresholds: 0 reports" in shown
    assert "Try instead: thresholds (3 reports)" in shown
    assert "Reports with one of these words" in shown
    assert "\n   Without the word “thresholds”.\n" in shown
    none = reviews("search", "xyzzy plugh", "--most").output
    assert "No report has one of these words." in none
    assert "Reports with one of these words" not in none


def test_together_shows_only_the_reports_that_have_the_words_in_one_paragraph(reviews: Reviews) -> None:
    words = ("search", "health appointments", "--limit", "20")
    assert "5 reports on 4 cases: 3 have the words in one paragraph, 2 further apart" in reviews(*words).output
    assert reviews(*words).output.count("words apart") == 2
    beside = reviews(*words, "--together")
    assert beside.exit_code == 0
    assert "words apart" not in beside.output
    assert json.loads(reviews(*words, "--together", "--json").output)["total"] == 3
    assert "Note:" in reviews("search", "missed AND appointments", "--together").output


def test_the_view_of_passages_lists_paragraphs_in_parts_instead_of_reports(reviews: Reviews) -> None:
    words = ("search", "missed appointments", "--view", "passages")
    whole = json.loads(reviews(*words, "--limit", "20", "--json").output)
    assert whole["hits"] == []
    parts = [json.loads(reviews(*words, "--limit", "2", "--offset", at, "--json").output) for at in ("0", "2")]
    assert [part["more_passages"] for part in parts] == [True, True]
    assert [each for part in parts for each in part["passages"]] == whole["passages"][:4]
    shown = reviews(*words, "--limit", "2", "--offset", "2").output
    assert "passages 3 to 4" in shown
    assert f"3. {whole['passages'][2]['report']['title']}" in shown
