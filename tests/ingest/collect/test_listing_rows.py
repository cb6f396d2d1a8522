"""What a board's page says about the reports that it lists."""

from html import escape

import pytest

from corpus.catalogue import rows as catalogue_rows
from corpus.layout import CATALOGUES
from ingest.collect.link_text import cleaned, date_beside, is_generic
from ingest.collect.listing_rows import Listed, kind_of, rows
from ingest.collect.listing_terms import title_facts
from ingest.collect.sources import Source

KNOWSLEY = Source("Knowsley's partnership", "https://www.knowsley.example/reviews", area="Knowsley")
ONLY_THE_FILE_TELLS = ("file", "sha256", "url", "accessed")


def test_the_page_of_the_first_collection_gives_the_rows_of_the_shipped_catalogue() -> None:
    pytest.importorskip("scrapy", reason="the extra `collect` is not installed")
    from ingest.collect.crawler.page_links import Page

    shipped = catalogue_rows.load(CATALOGUES["knowsley"]).rows
    assert len(shipped) == 22
    body, heading = "<h1>Reviews</h1>", ""
    for number, row in enumerate(shipped):
        if (above := row.get("notes").partition(": ")[2]) != heading:
            body, heading = f"{body}<h2>{above}</h2>", above
        body += f'<p><a href="/{number}.pdf">{escape(row.get("title"))} (PDF, {number} MB)</a></p>'
    links = Page(body, KNOWSLEY.url, None).links()
    documents = [Listed(link.url, link.text, link.heading, link.published) for link in links]
    assert len(documents) == 22
    found = list(rows(KNOWSLEY, documents).values())
    expected = [{k: v for k, v in row.cells.items() if k not in ONLY_THE_FILE_TELLS} for row in shipped]
    assert [{k: v for k, v in row.items() if k not in ONLY_THE_FILE_TELLS} for row in found] == expected


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Child Fern Final Report (PDF, 1.2 MB)", "Child Fern Final Report"),
        ("Child Fern Final Report [PDF 234KB] (opens in new window)", "Child Fern Final Report"),
        ("Child Fern Final Report - opens in a new tab", "Child Fern Final Report"),
        ("Child Fern Final Report.pdf", "Child Fern Final Report"),
        ("Download Child Fern Final Report", "Child Fern Final Report"),
        ("Child Fern Final Report 560 KB", "Child Fern Final Report"),
        ("Child Fern\n  Final\u00a0Report", "Child Fern Final Report"),
        ("Adolygiad Ymarfer Plant – Siân (PDF)", "Adolygiad Ymarfer Plant – Siân"),
        ("Read the report: 7 minute briefing", "Read the report: 7 minute briefing"),
        ("Child Q & S Overview Report 2016", "Child Q & S Overview Report 2016"),
        ("What we heard in 5 minutes", "What we heard in 5 minutes"),
    ],
)
def test_the_title_is_the_text_of_the_link_as_printed(text: str, title: str) -> None:
    assert cleaned(text) == title


@pytest.mark.parametrize("text", ["Download", "click here", "Read more", "PDF", "View the full report", "…", ""])
def test_an_invitation_to_click_is_not_a_title(text: str) -> None:
    assert is_generic(cleaned(text))
    assert Listed("https://a.example/1", text).title == ""
    assert Listed("https://a.example/1", text, fallback="Child Fern – Overview.pdf").title == "Child Fern – Overview"


def test_a_title_that_begins_with_such_a_word_is_one() -> None:
    assert not is_generic("Report into the death of Child Fern")


@pytest.mark.parametrize(
    ("beside", "published"),
    [
        ("Published 3 March 2021", "2021-03-03"),
        ("(date of publication: 03/04/2021)", "2021-04-03"),
        ("12 Nov 2020", "2020-11-12"),
        ("2020-11-12", "2020-11-12"),
        ("Child Fern died on 12 November 2020", ""),
        ("Published 31 February 2021", ""),
        ("", ""),
    ],
)
def test_a_date_of_publication_is_alone_or_after_the_word(beside: str, published: str) -> None:
    assert date_beside(beside) == published


@pytest.mark.parametrize(
    ("title", "heading", "expected"),
    [
        ("Child Fern Overview Report", "Local Serious Case Reviews", {"type": "serious case review", "area": "Alder"}),
        ("Child Fern Overview Report", "2020 – Serious Case Reviews", {"type": "", "kind": "overview report"}),
        ("Child Fern 2020", "2020 – Serious Case Reviews", {"type": "serious case review", "year": "2020"}),
        ("Spring 2021", "Newsletters", {"kind": "newsletter"}),
        ("ASCB response to Child Fern", "", {"board": "Alder Safeguarding Children Board", "kind": "response"}),
        ("ASCB response to Child Fern", "National", {"board": "", "area": ""}),
        ("Child Sexual Exploitation: a review", "", {"child": ""}),
        ("Children Fern, Ivy and Rowan", "", {"child": "Children Fern, Ivy and Rowan"}),
        ("Child FERN SCR 2018", "", {"child": "Child Fern", "type": "serious case review", "year": "2018"}),
        ("Review 2018 and 2019", "", {"year": ""}),
        ("Referral form", "", {"kind": "form"}),
        ("Minutes of the board, May 2021", "", {"kind": "minutes"}),
        ("Rowan Ash – Serious Case Review", "", {"child": "Rowan Ash"}),
        ("Conclusions – Serious Case Review", "", {"child": ""}),
    ],
)
def test_a_title_and_its_heading_are_understood(title: str, heading: str, expected: dict[str, str]) -> None:
    what = title_facts(title, heading, "Alder")
    assert {name: getattr(what, name) for name in expected} == expected


def test_a_kind_can_be_left_out_by_its_heading_or_its_title() -> None:
    assert kind_of(KNOWSLEY, Listed("https://a.example/1", "Spring 2021", "Newsletters")) == "newsletter"
    assert kind_of(KNOWSLEY, Listed("https://a.example/1", "Child Fern 2021", "Local")) == ""


def test_the_board_and_area_of_the_source_are_those_of_its_own_reviews_only() -> None:
    source = Source("Alder", "https://www.alder.example/", board="Alder Partnership", area="Alder")
    own, other = (
        Listed(f"https://a.example/{n}", "Child Fern", heading) for n, heading in enumerate(("Local", "National"))
    )
    found = rows(source, [own, other])
    assert found[own.url]["board"] == "Alder Partnership"
    assert "board" not in found[other.url]


def test_documents_about_one_child_are_one_case_if_they_are_of_one_place() -> None:
    source = Source("Alder", "https://www.alder.example/", board="Alder Partnership", area="Alder")
    titles = ["Child Fern Overview 2019", "Child Fern Summary 2019", "Child Ivy 2020"]
    found = rows(source, [Listed(f"https://a.example/{n}", title, "Local") for n, title in enumerate(titles)])
    cases = [row.get("case") for row in found.values()]
    assert cases == ["Alder Partnership / Child Fern / 2019", "Alder Partnership / Child Fern / 2019", None]
