"""Exports contain what the page shows, and open in the programs for which they are meant."""

import csv
import io
import xml.etree.ElementTree as ElementTree

import openpyxl
import pytest
import rispy
from flask.testing import FlaskClient

from search.results import COLUMNS

ATOM = "{http://www.w3.org/2005/Atom}"


def rows(page: FlaskClient, address: str) -> list[dict[str, str]]:
    answer = page.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_a_spreadsheet_has_every_mention_that_the_answer_counts(page: FlaskClient) -> None:
    found = rows(page, "/search.csv?q=neglect")
    assert tuple(found[0]) == COLUMNS
    answer = page.get("/search.json?q=neglect&limit=100").get_json()
    assert sum(int(row["mentions"]) for row in found) == sum(hit["mentions"] for hit in answer["hits"])
    assert all("neglect" in row["text"].casefold() for row in found)


def test_a_spreadsheet_keeps_to_the_filters(page: FlaskClient) -> None:
    found = rows(page, "/search.csv?q=neglect&board=Wendlemere+Safeguarding+Children+Board")
    assert {row["board"] for row in found} == {"Wendlemere Safeguarding Children Board"}


def test_the_workbook_says_the_same_as_the_spreadsheet(page: FlaskClient) -> None:
    book = openpyxl.load_workbook(io.BytesIO(page.get("/search.xlsx?q=neglect").data))
    sheet = book.worksheets[0]
    texts = {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row}
    for row in rows(page, "/search.csv?q=neglect"):
        assert row["text"].lstrip("'") in texts


def test_reference_managers_read_the_records(page: FlaskClient, robin: str) -> None:
    records = rispy.loads(page.get("/search.ris?q=neglect").text)
    assert len(records) == page.get("/search.json?q=neglect").get_json()["total"]
    one = next(record for record in records if record["id"] == robin[:16])
    assert one["type_of_reference"] == "RPRT"
    assert one["year"] == "2022"
    paragraph = rispy.loads(page.get(f"/reports/{robin}.ris?paragraph=3").text)[0]
    assert paragraph["title"] == one["title"]


def test_the_feed_is_valid_and_links_back(page: FlaskClient) -> None:
    answer = page.get("/search.atom?q=neglect&kind=overview+report")
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.data)
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 3
    for entry in entries:
        link = entry.find(f"{ATOM}link")
        assert link is not None
        assert page.get(link.attrib["href"].replace("http://localhost", "")).status_code == 200
        assert (entry.findtext(f"{ATOM}id") or "").startswith("urn:sha256:")
        assert (entry.findtext(f"{ATOM}updated") or "").endswith(("Z", "+00:00"))


@pytest.mark.parametrize("form", ["csv", "xlsx", "ris", "atom"])
def test_an_empty_query_cannot_be_exported(page: FlaskClient, form: str) -> None:
    assert page.get(f"/search.{form}").status_code == 400
    assert page.get(f"/search.{form}?q=neglect&sort=nosuch").status_code == 400


def test_the_feed_is_offered_above_the_first_result(page: FlaskClient) -> None:
    shown = page.get("/?q=neglect").text
    assert shown.index('<a class="govuk-link" href="#follow">Follow this search</a>') < shown.index("<blockquote")
    said = shown[shown.index('id="follow"') :]
    assert said.index("/search.atom?q=neglect") < said.index("into a feed reader") < said.index("</p>")
    assert "Follow this search" not in page.get("/?q=nosuchword").text
