"""Recommendations as a page and as files: highlighted, cited, filtered and complete."""

import csv
import io
import re

import docx
import openpyxl
import pytest
from flask.testing import FlaskClient

from corpus.report import Coverage
from reviews.documents.of_recommendations import recommendations_document
from reviews.documents.searched import Searched


def rows(page: FlaskClient, query: str = "") -> list[dict[str, str]]:
    answer = page.get(f"/recommendations.csv{query}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def test_the_words_are_marked_in_each(page: FlaskClient) -> None:
    shown = page.get("/recommendations?q=school&only=both").text
    quotes = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", shown, re.DOTALL)
    assert quotes
    for quote in quotes:
        marked = re.findall(r"<mark>(.*?)</mark>", quote)
        assert marked
        assert all(mark.lower().startswith("school") for mark in marked)


def test_each_has_its_citation_and_can_be_saved(page: FlaskClient) -> None:
    shown = page.get("/recommendations").text
    items = page.get("/recommendations.json").get_json()["items"]
    for item in items:
        assert item["citation"].replace("&", "&amp;") in shown
        assert f'value="{item["report"][:16]}:{item["first"]}' in shown


def test_each_page_says_which_items_it_shows_and_of_how_many(page: FlaskClient) -> None:
    total = len(rows(page, "?only=both"))
    assert 25 < total <= 50
    assert f">1 to 25 of {total}<" in page.get("/recommendations?only=both").text
    assert f">26 to {total} of {total}<" in page.get("/recommendations?only=both&page=2").text


def test_of_those_that_mention_something_the_last_page_says_how_many_there_are(page: FlaskClient) -> None:
    asked = "?only=both&q=child+OR+all+OR+partnership+OR+should+OR+will"
    total = len(rows(page, asked))
    assert 25 < total <= 50
    assert ">1 to 25, more on the next page<" in page.get(f"/recommendations{asked}").text
    assert f">26 to {total} of {total}<" in page.get(f"/recommendations{asked}&page=2").text


def test_the_files_have_all_that_the_pages_have(page: FlaskClient) -> None:
    listed = page.get("/recommendations.json").get_json()
    told = rows(page)
    assert [row["citation"] for row in told[:25]] == [item["citation"] for item in listed["items"]]
    assert {row["kind"] for row in told} == {"recommendation"}
    assert {row["kind"] for row in rows(page, "?only=both")} == {"recommendation", "finding"}
    assert told[0]["link"].startswith("http://localhost/reports/")
    book = openpyxl.load_workbook(io.BytesIO(page.get("/recommendations.xlsx").data))
    assert book.worksheets[0].max_row == len(told) + 1


def test_the_word_file_quotes_and_cites_each(page: FlaskClient) -> None:
    said = [each.text for each in docx.Document(io.BytesIO(page.get("/recommendations.docx?q=school").data)).paragraphs]
    told = rows(page, "?q=school")
    assert told
    for row in told:
        assert row["text"] in said
        assert f"Source: {row['citation']}" in said
    assert "Looked for: “school”" in said
    assert "Searched 9 of 10 reports." in said


def test_the_form_narrows_by_board_year_and_theme(page: FlaskClient) -> None:
    board = "Fernshire Safeguarding Children Partnership"
    narrowed = rows(page, f"?board={board}")
    assert 0 < len(narrowed) < len(rows(page))
    assert {row["board"] for row in narrowed} == {board}
    assert {row["year"] for row in rows(page, "?from=2022&to=2022")} == {"2022"}
    shown = page.get(f"/recommendations?board={board}&from=2022&theme=neglect").text
    assert f'<option value="{board}" selected>' in shown
    assert '<option value="2022" selected>' in shown
    assert f'name="board" value="{board}"' not in shown  # it can be taken away in the form
    two = page.get(f"/recommendations?board={board}&board=Another+Board&area=Fernshire").text
    assert '<input type="hidden" name="board" value="Another Board">' in two
    assert '<input type="hidden" name="area" value="Fernshire">' in two


@pytest.mark.parametrize("odd", ["only=nosuch", "page=x", "from=x", "q=" + "child+" * 600])
@pytest.mark.parametrize("form", ["", ".csv", ".docx"])
def test_what_cannot_be_listed_is_refused(page: FlaskClient, odd: str, form: str) -> None:
    assert page.get(f"/recommendations{form}?{odd}").status_code == 400


def test_a_number_by_itself_is_named_in_word_as_on_the_page() -> None:
    row = {"report": "a", "title": "One", "board": None, "year": None, "addressee": "", "text": "Listen.", "kind": ""}
    rows = [
        {**row, "kind": kind, "number": number, "citation": "One, page 2.", "link": "http://localhost/"}
        for kind, number in (("recommendation", "11"), ("finding", "Finding 2"), ("recommendation", None))
    ]
    data = recommendations_document(
        "Recommendations", (), rows, Searched(Coverage(1, 1, 0, 0), "1", "2026-01-01T00:00:00+00:00")
    )
    said = [each.text for each in docx.Document(io.BytesIO(data)).paragraphs]
    assert {"Recommendation 11", "Finding 2", "Recommendation"} <= {each.strip() for each in said}


def test_a_list_on_one_page_has_its_number(page: FlaskClient) -> None:
    total = len(rows(page, "?q=audit"))
    assert 1 < total <= 25
    assert f">{total} recommendations<" in page.get("/recommendations?q=audit").text
    both = len(rows(page, "?q=audit&only=both"))
    assert f">{both} recommendations and findings<" in page.get("/recommendations?q=audit&only=both").text
