"""The page of an answer: one form that preserves everything, three views, filters, further queries and links back."""

import html as markup
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from reviews.library import Library
from reviews.web.facets import facets
from reviews.web.parameters import SearchParameters
from search.filters import Filters
from search.results import FacetValue
from tests.reviews.web.views.test_pages import Marks, html, told

WENDLEMERE = "board=Wendlemere+Safeguarding+Children+Board"


def links(page: str, about: str) -> list[str]:
    """Return the addresses of links to something."""
    return [markup.unescape(found) for found in re.findall(r'href="([^"]*)"', page) if about in found]


def test_one_form_keeps_filters_order_and_view_when_the_words_change(page: FlaskClient) -> None:
    shown = html(page, f"/?q=neglect&{WENDLEMERE}&from=2013&child=Family+M&exact=1&sort=newest&view=passages&limit=5")
    (form,) = re.findall(r'<form action="/" .*?</form>', shown, re.DOTALL)
    outside = [each for each in re.findall(r"<(?:input|select|button)\b[^>]*>", shown) if "data-" not in each]
    fields = re.findall(r"<input[^>]*>", form) + [each for each in outside if 'form="search"' in each]
    named = {found[1] for each in fields if (found := re.search(r'name="([^"]*)"', each))}
    assert named >= {"q", "board", "from", "to", "child", "exact", "sort", "view", "limit", "theme"}
    assert "page" not in named, "a new answer starts on its first page"
    assert shown.count('<form action="/"') == 1
    for text in ('name="child" value="Family M"', 'name="view" value="passages"', 'name="exact" value="1"'):
        assert text in form


@pytest.mark.parametrize("view", ["passages", "reports", "recommendations"])
def test_each_view_is_in_the_address_and_leads_to_the_others_with_the_same_filters(
    page: FlaskClient, view: str
) -> None:
    shown = html(page, f"/?q=neglect&{WENDLEMERE}&view={view}")
    (views,) = re.findall(r'<nav class="r-views".*?</nav>', shown, re.DOTALL)
    assert views.count('aria-current="page"') == 1
    for other in ("passages", "recommendations"):
        assert f"/?q=neglect&amp;{WENDLEMERE}&amp;view={other}" in views
    assert f'href="/?q=neglect&amp;{WENDLEMERE}"' in views  # reports
    assert "2 reports for" in Marks(shown).text


def test_passages_are_the_best_paragraphs_of_all_reports_as_in_json(page: FlaskClient) -> None:
    wanted = told(page, "/search.json?q=neglect&view=passages")["passages"]
    shown = html(page, "/?q=neglect&view=passages")
    found = [
        (urlsplit(link).path.split("/")[2], int(link.rpartition("#p")[2]))
        for link in re.findall(r'<p class="r-place govuk-body-s"><a class="govuk-link" href="([^"]*)"', shown)
    ]
    assert found == [(each["report"]["id"][:16], each["passage"]["ordinal"]) for each in wanted]
    assert 'rel="next"' in shown
    assert "no more passages" in html(page, "/?q=neglect&view=passages&page=99")


def test_recommendations_are_only_those_that_mention_it(page: FlaskClient) -> None:
    wanted = told(page, "/recommendations.json?q=neglect&only=recommendation")["items"]
    shown = Marks(html(page, "/?q=neglect&view=recommendations&limit=25")).text
    assert wanted
    assert all(item["text"].split("\n")[0] in shown for item in wanted)
    assert "No recommendation mentions this" in Marks(
        html(page, "/?q=appointment&view=recommendations&year=1990")
    ).text or ("No reports match" in Marks(html(page, "/?q=appointment&view=recommendations&year=1990")).text)
    assert page.get("/search.json?q=neglect&view=recommendations").status_code == 400


def test_every_page_that_is_reached_from_an_answer_leads_back_to_it(page: FlaskClient) -> None:
    for view in ("passages", "reports", "recommendations"):
        address = f"/?q=child&{WENDLEMERE}&view={view}&sort=newest&limit=1&page=2"
        shown = html(page, address)
        found = [link for link in links(shown, "/reports/") if ".ris" not in link and ".bib" not in link]
        assert found
        for link in dict.fromkeys(found):
            there = html(page, link)
            (back,) = dict.fromkeys(links(there[: there.index("<h1")], "sort=newest"))
            wanted = {name: value for name, value in parse_qs(urlsplit(address).query).items() if value != ["reports"]}
            assert parse_qs(urlsplit(back).query) == wanted, link
            further = [each for each in links(there, "/pages/") if ".png" not in each]
            assert all("back=" in each for each in further), "it is carried from page to page"


@pytest.mark.parametrize(
    "filters", [WENDLEMERE, "from=2014&to=2022", "child=Child+Robin", "theme=Thresholds+%26+referral", "copies=once"]
)
@pytest.mark.parametrize("view", ["passages", "reports", "recommendations"])
def test_with_filters_an_answer_is_of_the_reports_that_they_leave(page: FlaskClient, filters: str, view: str) -> None:
    answer = told(page, f"/search.json?q=neglect&{filters}")
    points = told(page, f"/trends.json?q=neglect&by=year&{filters}")["points"]
    left = sum(point["of"] for point in points)
    shown = " ".join(Marks(html(page, f"/?q=neglect&{filters}&view={view}")).text.split())
    if left == 9:
        assert f"{answer['total']} reports for neglect of 9 reports searched." in shown
    else:
        assert f"{answer['total']} reports for neglect of {left} reports that the filters leave." in shown
        assert "of 9 reports" not in shown


def test_an_answer_without_filters_is_of_all_reports_searched(page: FlaskClient) -> None:
    for address in ("/?q=neglect", "/?q=neglect&section=findings"):
        shown = " ".join(Marks(html(page, address)).text.split())
        assert "of 9 reports searched." in shown
        assert "that the filters leave" not in shown


@pytest.mark.parametrize("view", ["passages", "reports", "recommendations"])
@pytest.mark.parametrize("typed", ["", "+", "%22%22", "%3F!"])
def test_filters_without_words_ask_for_a_word_and_find_nothing_wrong(page: FlaskClient, typed: str, view: str) -> None:
    shown = html(page, f"/?q={typed}&{WENDLEMERE}&view={view}")
    left = sum(p["of"] for p in told(page, f"/trends.json?q=neglect&by=year&{WENDLEMERE}")["points"])
    text = Marks(shown).text
    assert f"Type a word to search the {left} reports that the filters leave" in text
    assert not re.search(r"\b0 reports", text)
    for wrong in ("No reports match", "may still mention it", "The query is empty", "Searched 9", "Download these"):
        assert wrong not in text
    assert "Remove the filter" in shown
    assert 'rel="next"' not in shown
    assert "<title>Type a word" in shown


def test_filters_without_words_that_leave_no_report_say_so(page: FlaskClient) -> None:
    shown = Marks(html(page, "/?q=&year=1990")).text
    assert "The filters leave no reports to search" in shown
    assert "Type a word" not in shown.partition("Remove a filter.")[2]


def test_signs_without_words_ask_for_a_word_too(page: FlaskClient) -> None:
    shown = Marks(html(page, "/?q=%3F!")).text
    assert "Type a word to search 9 reports" in shown
    assert "has no letters or digits" in shown
    assert not re.search(r"\b0 reports", shown)


def test_a_way_back_leads_to_no_other_site(page: FlaskClient, robin: str) -> None:
    for elsewhere in ("//evil.example/", "https://evil.example", "javascript:alert(1)", "/\\evil.example"):
        shown = page.get(f"/reports/{robin[:16]}/pages/6", query_string={"q": "neglect", "back": elsewhere}).text
        assert not [link for link in links(shown, "") if link.startswith((elsewhere[:2], "javascript"))]
        assert f'href="{elsewhere}' not in shown


def test_no_answer_offers_only_ways_on(page: FlaskClient) -> None:
    for address in ("/?q=neglect+zzyzx", "/?q=neglcet+thretsholds", f"/?q=robin&{WENDLEMERE}"):
        shown = html(page, address)
        assert "0 reports" in Marks(shown).text
        assert "`" not in shown
        assert "Download these results" not in shown
        assert "Follow this search" not in shown
        assert 'name="sort"' not in shown
        assert re.search(r"What was searched</h2>\s*<p[^>]*>\s*Searched \d", shown)
    ways = Marks(html(page, "/?q=neglcet+thretsholds")).text
    assert "Did you mean neglect thresholds" in " ".join(ways.split()), "every word is corrected"
    (unfiltered,) = re.findall(r'href="([^"]*)">The same words without the filters</a> \((\d+) reports\)', shown)
    assert told(page, "/search.json" + markup.unescape(unfiltered[0])[1:])["total"] == int(unfiltered[1]) > 0


def test_all_of_150_boards_can_be_chosen_the_most_frequent_first_and_areas_are_not_listed_twice(demo: Path) -> None:
    with Library(demo) as library:
        results = library.search("neglect")
    boards = tuple(FacetValue(f"Board {n}", 150 - n) for n in range(150))
    asked = SearchParameters(filters=Filters(boards=("Board 149",)))
    found = facets(asked, replace(results, facets={**results.facets, "board": boards}))
    facet = next(each for each in found if each.name == "board")
    assert [choice.value for choice in facet.shown[:2]] == ["Board 149", "Board 0"], "what is chosen comes first"
    assert [choice.count for choice in facet.shown[1:] + facet.more] == list(range(150, 1, -1))
    assert facet.many
    assert "area" not in {each.name for each in found}
    asked = SearchParameters(filters=Filters(areas=("Wendlemere",)))
    assert "area" in {each.name for each in facets(asked, results)}, "but one in use can be taken away"


def test_themes_that_set_an_answer_apart_come_before_those_that_every_report_has(page: FlaskClient) -> None:
    counts = told(page, "/themes.json")["reports"]
    everywhere = [name for name, count in counts.items() if count >= 9]
    themes = [each["value"] for each in told(page, "/search.json?q=exploitation")["facets"]["theme"]]
    assert everywhere
    assert counts[themes[0]] < 9
    assert not set(themes[:3]) & set(everywhere)


def test_the_themes_shown_first_are_in_order_of_number_and_name_and_so_are_the_others(demo: Path) -> None:
    with Library(demo) as library:
        results = library.search("exploitation")
    facet = next(each for each in facets(SearchParameters(), results) if each.name == "theme")
    apart = [str(each.value) for each in results.facets["theme"]]
    assert {choice.value for choice in facet.shown} == set(apart[: len(facet.shown)])
    for part in (facet.shown, facet.more):
        order = [(-choice.count, choice.label.casefold()) for choice in part]
        assert order == sorted(order)
    assert [choice.value for choice in facet.shown + facet.more] != apart, "the order of the answer is another"


def test_it_is_said_which_themes_come_first_unless_every_report_matches(page: FlaskClient) -> None:
    said = "Most typical of these reports first"
    assert said in html(page, "/?q=exploitation")
    assert said not in html(page, "/?q=child*")


def test_a_filter_value_is_never_treated_as_markup(page: FlaskClient) -> None:
    shown = page.get(
        "/", query_string={"q": "neglect", "child": '"><script>alert(1)</script>', "view": "passages"}
    ).text
    assert "<script>alert" not in shown


def test_a_recommendation_in_an_answer_is_marked_cited_and_leads_to_its_own_paragraph(page: FlaskClient) -> None:
    wanted = told(page, "/recommendations.json?q=neglect&only=recommendation")["items"]
    shown = html(page, "/?q=neglect&view=recommendations&limit=25")
    assert wanted
    for item in wanted:
        assert f'#p{item["first"]}"' in shown
        assert markup.escape(item["citation"], quote=False) in shown
    assert "neglect" in Marks(shown).marks
    assert "for the partnership" in shown
    assert "for The" not in shown


def test_an_answer_names_its_theme_as_people_do(page: FlaskClient) -> None:
    theme, words, part = (
        Marks(html(page, f"/?q={query}")).text
        for query in ('theme:"Professional curiosity"', "curiosity", 'theme:"Professional curiosity" school')
    )
    assert " on the theme Professional curiosity" in theme
    assert "theme:" not in theme
    assert " for curiosity" in words
    assert ' for theme:"Professional curiosity" school' in part


def test_an_answer_names_what_was_left_out_and_what_else_was_searched(page: FlaskClient) -> None:
    shown = " ".join(Marks(html(page, "/?q=why+was+the+child+not+brought")).text.split())
    assert "Left out as very common: why, was, the, not. How to keep them" in shown
    assert "Also other forms of “child”, “brought”" in shown
    assert 'id="common"' in html(page, "/help")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("CP", "Reports also say “child protection”: CP OR &#34;child protection&#34; (6 reports)"),
        ("dad", "Reports also say “father”: dad OR father (9 reports)"),
    ],
)
def test_an_answer_says_what_reports_also_say_and_leads_to_it(page: FlaskClient, typed: str, said: str) -> None:
    found = html(page, f"/?q={typed}")
    assert said in " ".join(re.sub(r"<[^>]+>", "", found).split())
    (link,) = links(found, "+OR+")
    assert said[said.index("(") + 1 : -1] in Marks(html(page, link)).text


def test_a_later_page_of_an_answer_says_so_at_the_top(page: FlaskClient) -> None:
    for view in ("passages", "reports"):
        first, second = (html(page, f"/?q=child&view={view}&limit=2&page={number}") for number in (1, 2))
        assert "Page 2." in second[: second.index("<blockquote")]
        assert "Page 1." not in first


@pytest.mark.parametrize("view", ["passages", "recommendations"])
def test_a_list_that_is_not_counted_says_which_it_shows_and_on_the_last_page_of_how_many(
    page: FlaskClient, view: str
) -> None:
    first = html(page, f"/?q=child&view={view}&limit=3")
    assert f"{view.capitalize()} 1 to 3<" in first
    number, shown = 1, first
    while ">Next<" in shown:
        number += 1
        shown = html(page, f"/?q=child&view={view}&limit=3&page={number}")
    start, end = 3 * (number - 1) + 1, 3 * (number - 1) + shown.count('<li class="r-hit"')
    assert number > 2
    assert f"{view.capitalize()} {start} to {end} of {end}<" in shown
    if view == "recommendations":
        assert "only the recommendations that do, 1 to 3, and more on the next page." in first
        assert f"only the recommendations that do, {start} to {end} of {end}." in shown


def on_paper(page: FlaskClient, address: str) -> str:
    """Return the line about the page of results that is only printed."""
    lines = re.findall(r'<p class="govuk-body-s r-only-print">(This is .*?)</p>', html(page, address), re.DOTALL)
    (line,) = (" ".join(line.split()) for line in lines)
    return line


def test_printed_results_say_which_page_they_are_and_how_many_reports_are_on_it(page: FlaskClient) -> None:
    total = told(page, "/search.json?q=child")["total"]
    last = -(-total // 4)
    assert total % 4
    for number, shown in ((1, 4), (last, total % 4)):
        said = on_paper(page, f"/?q=child&limit=4&page={number}")
        assert said == f"This is page {number} of {last} of these results. It shows {shown} of {total} reports."
    assert on_paper(page, "/?q=child&limit=100").endswith(f"It shows {total} of {total} reports.")


@pytest.mark.parametrize(("view", "one"), [("passages", "passage"), ("recommendations", "recommendation")])
def test_printed_passages_and_recommendations_say_from_how_many_reports_they_are(
    page: FlaskClient, view: str, one: str
) -> None:
    address = f"/?q=child&view={view}&limit=7"
    ids = re.findall(r'r-hit__title"><a class="govuk-link" href="/reports/(\w+)', html(page, address))
    assert len(ids) == 7 > len(set(ids)) > 1
    shown = f"It shows 7 {one}s from {len(set(ids))} reports."
    assert on_paper(page, address) == f"This is page 1 of the {one}s. {shown} There are more on the next page."
    assert "next page" not in on_paper(page, f"/?q=child&view={view}&limit=100&page=9")


def test_the_recommendations_of_an_answer_say_that_the_number_above_is_of_reports(page: FlaskClient) -> None:
    said = "The number above counts reports that mention it anywhere."
    assert said in html(page, "/?q=neglect&view=recommendations")
    for view in ("reports", "passages"):
        assert said not in html(page, f"/?q=neglect&view={view}")


def test_a_section_whose_heading_has_a_number_does_not_look_like_a_count(page: FlaskClient) -> None:
    assert "· in “8 Recommendations”" in Marks(html(page, "/?q=chronology")).text


@pytest.mark.parametrize(
    "address",
    ["/?q=neglect&year=abc", "/recommendations?q=nosuchword", "/trends?q=nosuchword", "/briefing?theme=nosuch"],
)
def test_what_was_typed_is_quoted_in_quotation_marks(page: FlaskClient, address: str) -> None:
    shown = Marks(page.get(address).text).text
    assert "“abc”" in shown or "“nosuch" in shown
    assert "`" not in shown


@pytest.mark.parametrize("typed", ["", "n", "7", "1 2 3", "n 4"])
def test_suggestions_ask_for_two_letters_where_fewer_were_typed(page: FlaskClient, typed: str) -> None:
    shown = Marks(page.get("/suggestions", query_string={"q": typed}).text).text
    assert "No suggestions found. Type at least two letters" in shown


@pytest.mark.parametrize("typed", ["zz", "zzz", "z z z", "zzz" * 40, "neglect zzz"])
def test_suggestions_that_are_not_found_do_not_ask_for_letters_that_were_typed(page: FlaskClient, typed: str) -> None:
    shown = Marks(page.get("/suggestions", query_string={"q": typed}).text).text
    assert "No suggestions found. Try other letters, or fewer of them." in shown
    assert "Type at least" not in shown
