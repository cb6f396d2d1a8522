"""The content of each page, and of its JSON version."""

import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient

from reviews.library import Library
from reviews.terminal.results import counted
from reviews.web import help_text
from reviews.web.app import create_app
from reviews.web.views import library as library_views
from search.searcher import Searcher
from tests.reviews.web.conftest import DEMO, build

ROOT = Path(__file__).parent.parent.parent.parent.parent
SCHEMA = json.loads((ROOT / "search" / "results.schema.json").read_text(encoding="utf-8"))


class Marks(HTMLParser):
    """The highlighted texts of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.marks: list[str] = []
        self.text = ""
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._inside = self._inside or tag == "mark"
        if tag == "mark":
            self.marks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._inside:
            self.marks[-1] += data


def html(page: FlaskClient, address: str, status: int = 200) -> str:
    answer = page.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    assert answer.mimetype == "text/html"
    return answer.text


def told(page: FlaskClient, address: str) -> dict[str, Any]:
    answer = page.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    value: dict[str, Any] = answer.get_json()
    return value


def test_the_home_page_has_the_search_box_examples_themes_and_coverage(page: FlaskClient) -> None:
    shown = html(page, "/")
    assert 'name="q"' in shown
    assert "Voice of the child" in shown
    assert "Searched 9 of 10 reports" in shown
    assert "10 reports from 4 boards, 2014 to 2024. Last updated on" in Marks(shown).text
    assert "Most recently added, on" in shown
    for example, _ in help_text.EXAMPLES:
        assert told(page, "/search.json?" + "q=" + example)["total"] > 0, f"the example {example} finds nothing"


def test_an_answer_marks_what_was_found_and_says_where(page: FlaskClient) -> None:
    shown = Marks(html(page, "/?q=neglect"))
    assert len(shown.marks) > 10
    assert all(mark.casefold().startswith("neglect") for mark in shown.marks)
    assert re.search(r"Page \d+ \(printed \d+\), paragraph \d", shown.text)
    assert "16 mentions" in shown.text


def test_the_json_results_equal_those_of_the_command_and_match_the_schema(page: FlaskClient, demo: Path) -> None:
    answer = told(page, "/search.json?q=neglect&sort=mentions&limit=3")
    jsonschema.validate(answer, SCHEMA)
    with Library(demo) as library:
        wanted = library.search("neglect", sort="mentions", limit=3).to_dict()
    assert {**answer, "elapsed_ms": 0} == json.loads(json.dumps({**wanted, "elapsed_ms": 0}))


def test_every_answer_says_what_was_not_searched(page: FlaskClient) -> None:
    for address in ("/", "/?q=neglect", "/?q=nosuchword"):
        assert "Not searched:" in html(page, address), address


def test_reports_on_one_case_are_shown_together(page: FlaskClient) -> None:
    shown = html(page, "/?q=neglect")
    case = shown.partition("Also about this case")[2].partition("</ul>")[0]
    assert "Child Robin" in case
    assert "mention" in case


def test_a_filter_narrows_shows_a_chip_and_can_be_widened_again(page: FlaskClient) -> None:
    everything = told(page, "/search.json?q=neglect")["total"]
    address = "/?q=neglect&board=Wendlemere+Safeguarding+Children+Board"
    fewer = told(page, address.replace("/?", "/search.json?"))
    assert 0 < fewer["total"] < everything
    shown = html(page, address)
    assert "Remove the filter" in shown
    assert 'value="Wendlemere Safeguarding Children Board" checked' in shown
    assert "Fernshire Safeguarding Children Partnership" in shown, "the other boards can still be chosen"


def test_years_and_sections_filter_as_well(page: FlaskClient) -> None:
    assert all(hit["report"]["year"] == 2014 for hit in told(page, "/search.json?q=neglect&from=2014&to=2014")["hits"])
    inside = told(page, "/search.json?q=neglect&section=recommendations")
    assert inside["total"] > 0
    assert {p["section"]["kind"] for hit in inside["hits"] for p in hit["passages"]} == {"recommendations"}


def test_years_can_be_given_in_one_parameter(page: FlaskClient) -> None:
    both = told(page, "/search.json?q=neglect&from=2014&to=2015")["total"]
    assert told(page, "/search.json?q=neglect&year=2014-2015")["total"] == both > 0
    assert "Remove the filter" in html(page, "/?q=neglect&year=2014-2015")
    for odd in ("year=2015..2014", "from=2015&to=2014", "from=15", "year=2014&from=2014", "year=2014&year=2015"):
        refused = page.get(f"/search.json?q=neglect&{odd}")
        assert refused.status_code == 400, odd


def test_a_filter_without_check_boxes_is_kept_when_another_is_chosen(page: FlaskClient) -> None:
    assert told(page, "/search.json?q=neglect&child=Child+Robin")["total"] == 4
    shown = html(page, "/?q=neglect&child=Child+Robin")
    assert '<input type="hidden" name="child" value="Child Robin">' in shown
    assert 'href="/?q=neglect"' in shown, "and it can be taken away"


def test_other_forms_are_shown_and_can_be_switched_off(page: FlaskClient) -> None:
    shown = html(page, "/?q=neglect")
    assert "Also other forms of" in shown
    assert "neglected" in shown
    assert 'href="/?q=neglect&amp;exact=1"' in shown
    exact = told(page, "/search.json?q=neglect&exact=1")
    assert exact["query"]["parsed"] == "=neglect"
    shown = html(page, "/?q=neglect&exact=1")
    assert {mark.casefold() for mark in Marks(shown).marks} == {"neglect"}
    for here in ("trends", "concordance"):
        assert f'href="/{here}?q=%3Dneglect"' in shown, "the pages that it leads to ask for the same"


def test_a_theme_that_covers_the_words_is_offered_above_the_answer(page: FlaskClient) -> None:
    shown = html(page, "/?q=missed+appointments")
    link = "/?q=theme%3A%22Was+not+brought+%2F+DNA%22"
    assert 0 < shown.index(link) < shown.index("<mark")
    with_theme = told(page, link.replace("/?", "/search.json?"))["total"]
    assert f"The theme Was not brought / DNA, which {with_theme} reports mention, covers this." in Marks(shown).text


@pytest.mark.parametrize("typed", ["babies not brought to appointments", "zzyzx not brought to appointments"])
def test_the_number_beside_a_theme_for_a_part_of_the_words_is_of_reports_with_the_theme(
    page: FlaskClient, typed: str
) -> None:
    (offer,) = (each for each in told(page, f"/search.json?q={typed}")["offers"] if each["kind"] == "part")
    assert offer["reports"] == told(page, f"/search.json?q={offer['query']}")["total"] > 1
    shown = " ".join(Marks(html(page, f"/?q={typed}")).text.split())
    assert f"The theme Was not brought / DNA, which {offer['reports']} reports mention" in shown
    assert re.search("reports mention(, |: it )includes “not brought”", shown)


def test_words_of_the_family_that_were_not_searched_are_one_click_away(page: FlaskClient) -> None:
    shown = html(page, "/?q=appointed")
    assert "Not searched: appointment (" in Marks(shown).text
    assert 'href="/?q=appointment"' in shown


def test_after_nothing_was_found_each_way_on_is_a_link_with_its_count(page: FlaskClient) -> None:
    shown = html(page, "/?q=neglect+zzyzx")
    found = told(page, "/search.json?q=neglect")["total"]
    assert f" neglect ({found} reports)" in Marks(shown).text
    assert 'href="/?q=neglect"' in shown


def test_the_pages_of_results_cover_all_of_them(page: FlaskClient) -> None:
    total = told(page, "/search.json?q=child")["total"]
    seen = [told(page, f"/search.json?q=child&limit=2&page={n}")["hits"] for n in range(1, total // 2 + 2)]
    ids = [hit["report"]["id"] for hits in seen for hit in hits]
    assert len(ids) == len(set(ids)) == total
    assert 'rel="next"' in html(page, "/?q=child&limit=2")
    assert "no more results" in html(page, "/?q=child&limit=2&page=99")


def test_an_answer_without_hits_says_what_to_do(page: FlaskClient) -> None:
    shown = html(page, "/?q=nosuchword")
    assert "No reports match your search" in shown
    assert "Searched 9 of 10" in shown


def test_a_query_beyond_a_limit_is_refused_with_a_message_and_stays_in_the_box(page: FlaskClient) -> None:
    long = "child+" * 600
    shown = html(page, f"/?q={long}", 400)
    assert "There is a problem" in shown
    assert "child child" in shown
    assert page.get(f"/search.json?q={long}").get_json()["error"]["status"] == 400


@pytest.mark.parametrize(
    "odd", ["sort=best", "from=soon", "from=2020&to=2010", "page=0", "limit=1000", "section=nosuch"]
)
def test_an_invalid_parameter_is_refused_with_a_message(page: FlaskClient, odd: str) -> None:
    assert "There is a problem" in html(page, f"/?q=neglect&{odd}", 400)
    answer = page.get(f"/search.json?q=neglect&{odd}")
    assert answer.status_code == 400
    assert answer.get_json()["error"]["message"].endswith((".", "not."))


def test_a_report_shows_its_details_and_their_sources(page: FlaskClient, robin: str) -> None:
    shown = Marks(html(page, f"/reports/{robin[:16]}")).text
    assert "Fernshire Safeguarding Children Partnership" in shown
    assert "Where no source is given, the person who runs this library entered it." in shown
    assert "source: catalogue" not in shown
    assert "Executive Summary" in shown, "the other reports of the case"
    assert "5.1 Recognising cumulative neglect" in shown, "the contents"
    assert "Recommendation 1, page 8" in shown


def test_a_report_lists_every_mention_in_order(page: FlaskClient, robin: str) -> None:
    shown = html(page, f"/reports/{robin}?q=neglect")
    assert "16 mentions" in shown
    assert [int(n) for n in re.findall(r'page/\d+\?q=neglect#m(\d+)"', shown)] == sorted(
        int(n) for n in re.findall(r'page/\d+\?q=neglect#m(\d+)"', shown)
    )
    assert len(Marks(shown).marks) == 16
    assert told(page, f"/reports/{robin}.json?q=neglect")["hit"]["mentions"] == 16
    assert told(page, f"/reports/{robin}.json")["hit"] is None


def test_a_page_marks_its_mentions_and_links_to_the_next(page: FlaskClient, robin: str) -> None:
    listed = html(page, f"/reports/{robin}?q=neglect")
    numbers: set[int] = set()
    for number in dict.fromkeys(re.findall(r"/pages/(\d+)\?q=neglect", listed)):
        shown = html(page, f"/reports/{robin}/pages/{number}?q=neglect")
        here = [int(n) for n in re.findall(r'<mark id="m(\d+)">', shown)]
        assert here == sorted(set(here)), "each is marked once, under its number"
        numbers |= set(here)
    assert numbers == set(range(1, 17))
    assert 'Next<span class="govuk-visually-hidden"> mention</span>' in html(
        page, f"/reports/{robin}/pages/1?q=neglect"
    )


def test_a_page_says_how_to_cite_each_paragraph(page: FlaskClient, robin: str) -> None:
    shown = Marks(html(page, f"/reports/{robin}/pages/6")).text
    assert (
        "Fernshire Safeguarding Children Partnership (2022) Local Child Safeguarding Practice Review: Child Robin – "
        "Overview Report, page 6 (printed 3), paragraph 5.1.1."
    ) in shown


def test_the_text_of_a_page_equals_that_of_the_command(page: FlaskClient, robin: str, demo: Path) -> None:
    with Library(demo) as library:
        _, text = library.report(robin)
    for number in range(1, 10):
        shown = " ".join(Marks(html(page, f"/reports/{robin}/pages/{number}")).text.split())
        for paragraph in text.paragraphs:
            if paragraph.is_on(number):
                assert paragraph.text in shown, f"page {number}"


def test_a_page_that_could_not_be_read_says_so(page: FlaskClient) -> None:
    unread = told(page, "/coverage.json")["unread"][0]
    shown = html(page, f"/reports/{unread['report']}/pages/{unread['pages'][0]}")
    assert "could not be read, so it is not searched" in shown


def test_a_page_has_its_picture_with_marks(page: FlaskClient, robin: str) -> None:
    plain = page.get(f"/reports/{robin}/pages/6/picture.png")
    marked = page.get(f"/reports/{robin}/pages/6/picture.png?q=neglect")
    assert plain.mimetype == marked.mimetype == "image/png"
    assert plain.data.startswith(b"\x89PNG")
    assert plain.data != marked.data


def test_the_file_is_served_whole_and_in_parts(page: FlaskClient, robin: str) -> None:
    whole = page.get(f"/reports/{robin}/file.pdf", buffered=True)
    assert whole.data.startswith(b"%PDF")
    assert whole.mimetype == "application/pdf"
    part = page.get(f"/reports/{robin}/file.pdf", headers={"Range": "bytes=0-99"}, buffered=True)
    assert part.status_code == 206
    assert part.data == whole.data[:100]


def test_a_report_from_a_portfolio_has_its_pictures_and_its_file(tmp_path: Path) -> None:
    book = pypdf.PdfWriter()
    book.add_blank_page(300, 300)
    inner = next(DEMO.glob("Children P*.pdf")).read_bytes()
    for name in ("Wren/1.pdf", "Wren.pdf"):  # the first is damaged
        book.add_attachment(name, inner if name == "Wren.pdf" else inner[:99])
    (tmp_path / "reports").mkdir()
    book.write(tmp_path / "reports" / "X.pdf")
    library = tmp_path / "library"
    build(library, tmp_path / "reports", b"")
    app = create_app(library)
    try:
        page = app.test_client()
        report = hashlib.sha256(inner).hexdigest()
        assert page.get(f"/reports/{report}/pages/1/picture.png").data.startswith(b"\x89PNG")
        assert page.get(f"/reports/{report}/file.pdf", buffered=True).data == inner
        (tmp_path / "reports" / "X.pdf").unlink()
        assert "has been moved or changed" in html(page, f"/reports/{report}/file.pdf", 404)
    finally:
        app.extensions["pool"].close()


def test_a_record_for_reference_managers_names_report_page_and_paragraph(page: FlaskClient, robin: str) -> None:
    ordinal = told(page, "/search.json?q=%22seldom+announces+itself%22")["hits"][0]["passages"][0]["ordinal"]
    record = page.get(f"/reports/{robin}.ris?paragraph={ordinal}").text
    lines = dict(line.split("  - ", 1) for line in record.split("\r\n") if line)
    assert lines["TY"] == "RPRT"
    assert lines["PY"] == "2022"
    assert lines["SP"] == "page 6 (printed 3), paragraph 5.1.1"
    assert "seldom announces itself" in lines["N1"]
    assert list(lines)[-1] == "ER"


def test_themes_show_what_they_search_for(page: FlaskClient) -> None:
    shown = Marks(html(page, "/themes")).text
    for theme in told(page, "/themes.json")["themes"]:
        assert theme["name"] in shown
        assert all(query in shown for query in theme["queries"])


@pytest.mark.parametrize(
    "address",
    [
        "/briefing?theme=neglect",
        "/briefing?theme=zzzzqqqq",
        "/?q=child&theme=zzzzqqqq",
        "/?q=theme:zzzzqqqq",
        "/trends?q=theme:zzzzqqqq",
        "/terms?q=child&theme=zzzzqqqq",
    ],
)
def test_a_page_says_nothing_that_has_to_be_typed_into_a_command_line(page: FlaskClient, address: str) -> None:
    shown = Marks(page.get(address).get_data(as_text=True)).text
    assert not re.search(r"\breviews (themes|briefing|batch|update)\b", shown)
    assert "zzzzqqqq" not in address or "ee the list of" in shown


def test_the_coverage_page_names_every_file_and_page_that_was_not_read(page: FlaskClient) -> None:
    shown = Marks(html(page, "/coverage")).text
    account = told(page, "/coverage.json")
    assert account["failures"]
    for failure in account["failures"]:
        assert failure["file"].rpartition("/")[2] in shown
        assert failure["explanation"] in shown
    for report in told(page, "/reports.json")["reports"]:
        assert report["title"] in shown


@pytest.mark.parametrize(
    ("numbers", "said"), [([36], "page 36"), ([36, 46], "pages 36 and 46"), ([36, 46, 51], "pages 36, 46 and 51")]
)
def test_pages_are_named_as_in_a_sentence(app: Flask, numbers: list[int], said: str) -> None:
    named = app.jinja_env.from_string('{% from "parts.html" import pages_named %}{{ pages_named(numbers, address) }}')
    assert named.render(numbers=numbers, address="") == said
    linked = named.render(numbers=numbers, address="/pages/")
    assert re.sub("<[^>]*>", "", linked) == said
    assert re.findall('href="([^"]*)"', linked) == [f"/pages/{number}" for number in numbers]


def test_text_under_a_black_box_is_counted_and_never_shown(page: FlaskClient) -> None:
    withheld = told(page, "/coverage.json")["withheld"]
    assert withheld
    shown = html(page, "/coverage")
    reports = {each["report"] for each in withheld}
    pages = {(each["report"], number) for each in withheld for number in each["pages"]}
    assert f"Hidden text ({counted(len(reports), 'report')}, {counted(len(pages), 'page')})" in shown
    assert "may have been meant to be hidden" in shown
    assert "someone meant" not in shown
    for each in withheld:
        for number in each["pages"]:
            assert "may have been meant to be hidden" in html(page, f"/reports/{each['report']}/pages/{number}")


def test_a_file_with_hidden_text_is_offered_with_a_warning_and_given_only_after_it(page: FlaskClient) -> None:
    each = next(each for each in told(page, "/coverage.json")["withheld"] if each["how"] != "marked")
    address = f"/reports/{each['report'][:16]}"
    for shown in (html(page, address), html(page, f"{address}/pages/{each['pages'][0]}")):
        assert "Warning:" in shown
        assert f'href="{address}/file.pdf?hidden=known' in shown
        assert f'href="{address}/file.pdf"' not in shown
        assert 'id="viewer"' not in shown  # the viewer would fetch the file without a word
    assert "anyone can copy" in html(page, f"{address}/file.pdf", 400)
    assert page.get(f"{address}/file.pdf?hidden=known", buffered=True).data.startswith(b"%PDF")


def test_help_shows_the_forms_that_the_documentation_explains(page: FlaskClient) -> None:
    documented = (ROOT / "docs" / "query-language.md").read_text(encoding="utf-8")
    shown = Marks(html(page, "/help")).text
    for _, rows in help_text.GROUPS:
        for query, _ in rows:
            assert f"`{query}`" in documented, f"{query} is not in docs/query-language.md"
            assert query in shown
    assert [f["query"] for g in told(page, "/help.json")["groups"] for f in g["forms"]] == [
        query for _, rows in help_text.GROUPS for query, _ in rows
    ]


def test_a_browser_can_add_the_page_as_a_search_engine(page: FlaskClient) -> None:
    answer = page.get("/opensearch.xml")
    assert answer.mimetype == "application/opensearchdescription+xml"
    assert "http://localhost/?q={searchTerms}" in answer.text


def test_a_finding_that_is_a_heading_can_be_cited_where_it_is_shown(page: FlaskClient) -> None:
    passage = next(
        (hit["report"]["id"], passage)
        for hit in told(page, "/search.json?q=%22older+a+neglected+child%22")["hits"]
        for passage in hit["passages"]
    )
    shown = html(page, f"/reports/{passage[0]}/pages/{passage[1]['page']}")
    assert 'Cite<span class="govuk-visually-hidden"> the heading Finding 1' in shown


def test_the_list_of_all_reports_is_split_into_pages(page: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_views, "_LISTED", 4)
    titles = [report["title"] for report in told(page, "/reports.json")["reports"]]
    parts = [Marks(html(page, f"/coverage?page={n}")).text.partition("All reports")[2] for n in range(1, 4)]
    for title in titles:
        assert sum(title in part for part in parts) >= 1, title
    assert "Page 3 of 3" in parts[2]


def test_a_report_is_found_by_part_of_what_is_known_of_it(page: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_views, "_LISTED", 2)
    shown = Marks(html(page, "/coverage?find=robin+2022")).text
    assert "4 reports with “robin 2022”" in shown
    assert "Page 1 of 2" in shown
    assert "Family M" not in shown.partition("All reports")[2]
    assert "find=robin+2022&amp;page=2" in html(page, "/coverage?find=robin+2022") or (
        "find=robin%202022&amp;page=2" in html(page, "/coverage?find=robin+2022")
    )
    assert "0 reports with" in html(page, "/coverage?find=zzyzx")
    assert "could not be read" in html(page, "/coverage?show=pages")


def test_health_readiness_and_version(page: FlaskClient) -> None:
    assert told(page, "/healthz")["ok"] is True
    assert "/readyz" in told(page, "/healthz")["checks"]
    assert told(page, "/readyz")["generation"]
    assert set(told(page, "/version")) == {"program", "python"}


def test_a_page_of_results_is_small(page: FlaskClient) -> None:
    shown = page.get("/?q=child")
    assert len(shown.data) < 100_000
    first = html(page, "/")
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', first)
    assert len(files) >= 4
    assert len(first) + sum(len(page.get(file).data) for file in files) < 300_000


@pytest.mark.parametrize("asked", ["NOT+neglect", "year:2014", "neglect+OR+year:2014.."])
def test_most_mentions_first_lists_reports_that_mention_nothing_too(page: FlaskClient, asked: str) -> None:
    html(page, f"/?q={asked}&sort=mentions")
    mentions = [hit["mentions"] for hit in told(page, f"/search.json?q={asked}&sort=mentions")["hits"]]
    assert 0 in mentions


def test_only_reports_with_the_words_together_are_one_click_away(page: FlaskClient) -> None:
    shown = html(page, "/?q=health+appointments")
    assert "3 have the words in one paragraph, 2 further apart" in shown
    (link,) = re.findall(r'href="(/\?[^"]*)">Show only the 3<', shown)
    beside = html(page, link.replace("&amp;", "&"))
    assert "All have the words in one paragraph; 2 more have them further apart" in beside
    assert "words further apart" in shown
    assert "words further apart" not in beside
    assert told(page, "/search.json" + link.replace("&amp;", "&")[1:])["total"] == 3


def test_the_page_lists_the_reports_with_one_of_two_words_below_the_answer_and_counts_none(page: FlaskClient) -> None:
    shown = Marks(html(page, "/?q=dental+thresholds")).text
    answer, most = shown.split("Reports with one of these words")
    assert "0 reports" in answer
    assert "No reports match your search" in answer
    assert "Without the word “thresholds”" in most
    assert "Reports with" not in Marks(html(page, "/?q=missed+appointments")).text


@pytest.mark.parametrize("typed", ["dental thresholds", "neglect school zzyzx", "neglect school zzyzx qqqq"])
def test_the_words_that_a_report_lacks_are_not_among_the_facts_about_it(page: FlaskClient, typed: str) -> None:
    shown = html(page, f"/?q={typed}").partition('id="most"')[2]
    facts = re.findall(r'<p class="[^"]*r-facts">(.*?)</p>', shown)
    lacks = re.findall(r'<p class="[^"]*r-lacks">(.*?)</p>', shown)
    assert len(facts) == len(lacks) > 0
    assert not [each for each in facts if "thout" in each]
    for said in lacks:
        assert re.fullmatch(r"Without the (word “\w+”|words (“\w+”, )*“\w+” and “\w+”):", said), said


def test_the_json_of_the_page_lists_passages_in_parts(page: FlaskClient) -> None:
    asked = "/search.json?q=missed+appointments&view=passages"
    first, second = (told(page, f"{asked}&limit=10&page={number}") for number in (1, 2))
    assert not first["hits"]
    assert len(first["passages"]) == 10
    assert first["more_passages"]
    assert not [each for each in second["passages"] if each in first["passages"]]
    assert page.get("/search.json?q=school&view=nosuch").status_code == 400


def test_a_pasted_paragraph_leaves_room_for_its_results(page: FlaskClient, robin: str) -> None:
    asked = "+".join(["neglect+of+the+child+at+home"] * 20)
    for address in (f"/?q={asked}", f"/reports/{robin}?q={asked}"):
        (heading,) = re.findall(r'<q class="r-asked">([^<]*)</q>', html(page, address))
        assert heading.endswith("…")
        assert len(heading) <= 101


def test_without_boards_there_is_no_list_to_choose_one_from(page: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = ("/trends", "/concordance", "/terms", "/compare", "/recommendations", "/briefing")
    for address in pages:
        assert 'id="board"' in html(page, address)
    reports = Searcher.reports
    monkeypatch.setattr(Searcher, "reports", lambda *of: [replace(each, board=None) for each in reports(*of)])
    for address in pages:
        assert 'id="board"' not in html(page, address)
        assert 'id="board"' in html(page, f"{address}?board=Leeds")


def test_a_phrase_in_a_note_has_one_pair_of_quotation_marks(page: FlaskClient) -> None:
    shown = Marks(html(page, '/?q="neglect giraffe"')).text
    assert "“neglect giraffe” was not found" in shown
    assert '“"' not in shown
