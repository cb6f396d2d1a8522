"""Reading a report: its introduction, whole sections across pages, mentions one by one, and a missing PDF."""

import re
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from corpus.model import Page as PdfPage
from corpus.model import Paragraph, Section, SectionKind, Text
from corpus.report import Report
from reviews.library import Library
from reviews.short_title import LONG, short_title
from reviews.web.app import Options, create_app
from reviews.web.guard.access import Access
from reviews.web.reading.opening import opening_of
from reviews.web.reading.reading_text import Mention, blocks, marks, part_of, shows_heading, start_of
from reviews.web.views.report import _shared
from search.answering.similar import Alike
from tests.reviews.web.conftest import DEMO, build
from tests.reviews.web.views.test_pages import Marks, html, told

REPORT = Report("ab" * 32, ("a.pdf",), "Child Wren", 40, 0)


def text_of(*paragraphs: Paragraph, sections: int = 2) -> Text:
    kinds = (SectionKind.BODY, SectionKind.SUMMARY)
    return Text(
        "ab" * 32,
        tuple(PdfPage(n, str(n)) for n in range(1, 41)),
        tuple(Section(n, kinds[n % 2], f"Section {n}") for n in range(sections)),
        paragraphs,
    )


SPLIT = Paragraph(1, 1, "1.1", 0, "The school saw bruises and told no one.", turns=((16, 2),))
TEXT = text_of(
    Paragraph(0, 1, None, 0, "Section 0", heading=True),
    SPLIT,
    Paragraph(2, 3, "1.2", 0, "Nobody asked why."),
    Paragraph(3, 4, None, 1, "Section 1", heading=True),
    Paragraph(4, 4, "2.1", 1, "This summary says what went well and what did not, in words for everybody."),
)


def test_the_text_is_the_whole_section_with_paragraphs_joined_across_pages() -> None:
    for page in (1, 2, 3):
        part = part_of(TEXT, page)
        assert (part.start, part.end, part.first, part.last) == (0, 3, 1, 3)
    found = list(blocks(REPORT, TEXT, part, []))
    assert "".join(piece.text for piece in found[1].pieces) == SPLIT.text
    assert [piece.page for piece in found[1].pieces] == [None, 2, None]
    assert [(block.page, block.begins) for block in found] == [(1, True), (1, False), (3, True)]
    assert part_of(TEXT, 4).start == 3


def test_a_match_across_a_page_break_is_marked_on_both_pages_and_numbered_once() -> None:
    mention = Mention(1, 1, 1, 11, 23, ((11, 23),))
    (_, block, _) = blocks(REPORT, TEXT, part_of(TEXT, 1), [mention])
    assert [(piece.text, piece.number) for piece in block.pieces if piece.number is not None] == [
        ("saw b", 1),
        ("ruises ", 0),
    ]
    assert [mark[1] for page in (1, 2, 3) for mark in marks(TEXT, page, [mention])] == ["saw b", "ruises "]


def test_of_a_very_long_part_the_pages_around_are_shown_with_ways_on() -> None:
    text = text_of(*(Paragraph(n, n + 1, None, 0, f"Page {n + 1} says little.") for n in range(40)), sections=1)
    part = part_of(text, 20)
    assert (part.first, part.last, part.cut_before, part.cut_after) == (12, 32, 1, 33)
    assert part_of(text, 33).last == 40


def test_a_page_without_text_is_a_part_of_its_own() -> None:
    part = part_of(text_of(Paragraph(0, 1, None, 0, "One."), Paragraph(1, 3, None, 1, "Three.")), 2)
    assert (part.start, part.end, part.first, part.last) == (1, 1, 2, 2)


def test_a_page_starts_with_the_first_paragraph_that_begins_on_it_or_inside_a_longer_one() -> None:
    assert [start_of(TEXT, page) for page in range(1, 6)] == ["#p0", "#page-2", "#p2", "#p3", ""]


def test_every_link_to_a_page_leads_to_where_the_page_begins(page: FlaskClient, robin: str) -> None:
    base = f"/reports/{robin[:16]}"
    addresses = [f"{base}/pages/{number}" for number in range(1, 10)]
    texts = {address: html(page, address) for address in addresses}
    found = 0
    for shown in (html(page, base), html(page, f"{base}/pages/99", 404), *texts.values()):
        for address, fragment in re.findall(rf'href="({base}/pages/[0-9]+)(?:#([^"]*))?"', shown):
            if not fragment:
                assert 'class="r-paragraph"' not in texts[address], f"{address} leads to the top"
                continue
            before, itself, _ = texts[address].partition(f'id="{fragment}"')
            assert itself, f"{address} has no #{fragment}"
            assert re.findall('id="page-([0-9]+)"', before + itself)[-1] == address.rpartition("/")[2]
            found += 1
    assert found > 20


def test_a_paragraph_that_begins_on_an_earlier_page_says_so(page: FlaskClient, robin: str) -> None:
    whole = {number: html(page, f"/reports/{robin[:16]}/pages/{number}") for number in range(1, 10)}
    split = [number for number, shown in whole.items() if "This paragraph begins on page" in shown]
    assert split
    for number in split:
        _, _, after = whole[number].partition(f"This paragraph begins on page {number - 1}<")
        assert f'id="page-{number}"' in after.partition("</div>")[0], "it goes on here"
        assert whole[number].count("This paragraph begins") == 1


def test_a_page_in_the_middle_of_a_part_says_where_the_text_begins(page: FlaskClient, robin: str) -> None:
    shown = html(page, f"/reports/{robin[:16]}/pages/6")
    assert "The text here begins on page 5" in shown
    assert re.search(r'<a class="govuk-link" href="#p[0-9]+" data-start>Go to page 6</a>', shown)
    assert "The text here begins" not in html(page, f"/reports/{robin[:16]}/pages/1")


@pytest.mark.parametrize("number", [1, 7, 16])
def test_a_bar_leads_to_the_previous_and_the_next_mention(page: FlaskClient, robin: str, number: int) -> None:
    listed = html(page, f"/reports/{robin}?q=neglect&back=%2F%3Fq%3Dneglect%26page%3D2")
    (there,) = set(re.findall(rf'href="([^"]*mention={number}#m{number})"', listed)) or {
        f"/reports/{robin[:16]}/pages/6?q=neglect&mention=7&back=%2F%3Fq%3Dneglect%26page%3D2"
    }
    shown = html(page, there.replace("&amp;", "&").partition("#")[0])
    assert f"Mention {number} of 16" in shown
    for step in (-1, 1):
        (link,) = re.findall(rf'<a[^>]*data-step="{step}"[^>]*>', shown)
        if 1 <= number + step <= 16:
            assert f"mention={number + step}#m{number + step}" in link
            assert "back=" in link
        else:
            assert "hidden" in link


def test_a_missing_page_leads_to_the_nearest_one(page: FlaskClient, robin: str) -> None:
    base = f"/reports/{robin[:16]}"
    for number, near in ((0, 1), (99, 9)):
        shown = html(page, f"{base}/pages/{number}", 404)
        assert f"There is no page {number}" in shown
        ways = re.findall(rf'href="({base}[^"]*)"', shown)
        assert [way.partition("#")[0] for way in ways] == [f"{base}/pages/{near}", base]
        assert all(page.get(way).status_code == 200 for way in ways)


def test_only_a_plain_page_number_is_called_printed(
    page: FlaskClient, robin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Page 6 of the PDF, printed 3" in html(page, f"/reports/{robin[:16]}/pages/6")
    labelled = PdfPage(1, "ifcb")
    monkeypatch.setattr(Library, "report", lambda *_: (REPORT, replace(TEXT, pages=(labelled, *TEXT.pages[1:]))))
    shown = html(page, f"/reports/{REPORT.id}/pages/1")
    assert "ifcb" not in shown
    assert "of the PDF, printed" not in shown


def test_the_heading_of_a_section_is_shown_once(page: FlaskClient, robin: str) -> None:
    assert shows_heading(TEXT, 3, part_of(TEXT, 3))
    assert not shows_heading(TEXT, 3, replace(part_of(TEXT, 3), start=1))
    assert not shows_heading(TEXT, 9, part_of(TEXT, 9))
    shown = html(page, f"/reports/{robin[:16]}/pages/6")
    (style,) = re.findall('<h1 class="([^"]*)"', shown)
    assert "govuk-visually-hidden" in style
    assert 'id="p' in shown


def test_a_report_opens_with_its_own_introduction(page: FlaskClient, robin: str) -> None:
    shown = " ".join(Marks(html(page, f"/reports/{robin[:16]}")).text.split())
    opening = shown[: shown.index("Search inside this report")]
    assert "Fernshire Safeguarding Children Partnership · Child Robin · 2022 · overview report" in opening
    assert "6 recommendations" in opening
    assert "Neglect (any) (20)" in opening
    assert opening.index("Read from page 1") < opening.index("Open the PDF") < opening.index("6 recommendations")


def test_of_a_search_in_a_report_the_mentions_come_first(page: FlaskClient, robin: str) -> None:
    shown = html(page, f"/reports/{robin[:16]}?q=neglect")
    assert shown.index("<blockquote") < shown.index("The report in short") < shown.index("Neglect (any)</a> (20)")


def test_the_web_address_of_a_report_is_a_link_and_its_key_is_not_shown(page: FlaskClient, robin: str) -> None:
    shown = html(page, f"/reports/{robin[:16]}")
    assert '<a class="govuk-link" href="https://fernshire.example/reviews/child-robin" rel="noreferrer' in shown
    assert "Partnership / Child Robin" not in shown


def test_the_summary_is_quoted_from_the_report_with_its_place(demo: Path, robin: str) -> None:
    with Library(demo) as library:
        held, _ = library.report(robin)
        opening = opening_of(held, TEXT, library)
        assert opening.summary is TEXT.paragraphs[4]
        assert opening.place == "page 4, paragraph 2.1"
        assert opening_of(held, text_of(*TEXT.paragraphs[:3]), library).summary is None


@pytest.mark.parametrize("change", ["gone", "another"])
def test_a_missing_or_changed_pdf_is_announced_before_the_click(tmp_path: Path, change: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (first,) = list(DEMO.glob("FamilyM*.pdf"))
    there = Path(shutil.copy(first, folder))
    build(tmp_path / "library", folder, b"title\n")
    app = create_app(tmp_path / "library")
    client = app.test_client()
    (report,) = told(client, "/reports.json")["reports"]
    addresses = [f"/reports/{report['id'][:16]}", f"/reports/{report['id'][:16]}/pages/1"]
    for address in addresses:
        assert "file.pdf" in html(client, address)
    if change == "gone":
        there.unlink()
    else:
        there.write_bytes(b"%PDF-1.7 another")
    for address in addresses:
        shown = html(client, address)
        assert "file.pdf" not in shown
        assert "picture.png" not in shown
        assert "no longer here, or has changed" in shown
    app.extensions["pool"].close()


def test_a_paragraph_can_be_cited_in_every_style_with_link_and_date_of_access(demo: Path, robin: str) -> None:
    named = create_app(demo, Options(hosts=("reviews.example.org",), access=Access(https=True)))
    client = named.test_client()
    shown = client.get(f"/reports/{robin[:16]}/pages/6", base_url="http://reviews.example.org").text
    today = f"{datetime.now().astimezone():%d %B %Y}".lstrip("0")
    link = re.escape("https://fernshire.example/reviews/child-robin")
    text = " ".join(Marks(shown).text.split())
    assert re.search(rf"page 6 \(printed 3\), paragraph 5\.1\.1\. {link} \(accessed {today}", text)
    assert re.search(
        rf"Child Robin – Overview Report, p\. 6, para\. 5\.1\.1\. Available at: {link} \(Accessed: {today}", text
    )
    (record,) = set(re.findall(r'href="(/reports/[^"]*\.bib\?paragraph=\d+)"', shown)[:1])
    answer = client.get(record, base_url="http://reviews.example.org")
    assert answer.text.startswith("@techreport{")
    assert "page 5 (printed 2), paragraph 3.3" in answer.text
    named.extensions["pool"].close()


def test_only_words_that_tell_something_are_shown_as_common_to_similar_reports() -> None:
    def shown(*terms: str) -> list[str]:
        return _shared(Alike(REPORT, 0.5, terms))

    assert shown("sub", "sexual", "whom", "dcs", "should", "exploitation") == ["sexual", "exploitation"]
    assert shown("her", "should", "door") == []
    assert len(shown(*(f"word{n}" for n in range(8)))) == 5


def test_each_recommendation_of_a_report_can_be_cited(page: FlaskClient, robin: str) -> None:
    listed = html(page, f"/reports/{robin[:16]}").partition('id="items"')[2].partition(">Contents<")[0]
    cited = re.findall(r'r-citation">([^<]*)', listed)
    assert len(cited) == listed.count("Save passage<") > 5
    assert all(re.search(r"page \d+ \(printed \d+\)", each) for each in cited)
    assert listed.count("Copy Harvard reference") == len(cited)


def test_a_report_without_a_web_address_is_cited_with_a_link_to_these_pages_where_others_can_open_them(
    demo: Path,
) -> None:
    def shown(hosts: tuple[str, ...]) -> str:
        named = create_app(demo, Options(hosts=hosts))
        text = named.test_client().get("/?q=neglect&board=Wendlemere", base_url=f"http://{hosts[0]}").text
        named.extensions["pool"].close()
        return text

    assert re.search(
        r"http://reviews\.example\.org/reports/\w{16}/pages/\d+#p\d+ \(accessed ", shown(("reviews.example.org",))
    )
    assert "localhost" not in shown(("localhost", "127.0.0.1"))


def test_a_long_title_has_a_short_form() -> None:
    long = "Local Child Safeguarding Practice Review into the care and protection of a child " * 2
    known = Report(
        "a",
        ("a.pdf",),
        long,
        1,
        0,
        board="Fernshire SCP",
        area="Fernshire",
        child="Child R",
        kind="overview report",
        year=2022,
    )
    assert short_title(known) == "Fernshire, Child R, overview report, 2022"
    assert short_title(Report("a", ("a.pdf",), "Child R", 1, 0)) == "Child R"
    unknown = short_title(Report("a", ("a.pdf",), long, 1, 0))
    assert unknown.endswith("…")
    assert len(unknown) <= LONG
    assert long.startswith(unknown[:-1])


def test_of_words_that_are_never_together_the_paragraphs_with_some_are_marked_and_can_be_stepped_through(
    page: FlaskClient, robin: str
) -> None:
    asked = "q=babies+who+were+not+brought+to+appointments"
    shown = html(page, f"/reports/{robin[:16]}/pages/5?{asked}")
    assert "No mentions" not in shown
    assert {"appointments", "brought"} <= set(Marks(shown).marks)
    total = int(re.findall(r"Paragraph \d+ of (\d+)", shown)[0])
    assert "No paragraph of this report has all the words" in shown
    report = html(page, f"/reports/{robin[:16]}?{asked}")
    assert f"{total} paragraphs with some of the words of" in report
    assert re.findall(r'mention=(\d+)#m\1"', report)[:3] == ["1", "2", "3"]
    assert page.get(f"/reports/{robin[:16]}/pages/5.json?{asked}").get_json()["mentions"] == []


def test_a_paragraph_that_runs_over_pages_is_cited_with_both(page: FlaskClient, robin: str) -> None:
    paragraphs = page.get(f"/reports/{robin}.json").get_json()["paragraphs"]
    over = [each for each in paragraphs if each["page_end"] > each["page"] and each["paragraph"]]
    assert over
    for each in over:
        first, last = each["page"], each["page_end"]
        shown = page.get(f"/reports/{robin}/pages/{first}").text
        assert re.search(rf"pages {first} and {last}( \(printed \w+\))?, paragraph {each['paragraph']}\.", shown)
        assert f", pp. {first}–{last}, para. {each['paragraph']}." in shown
        assert f"pages {first} and {last}" in page.get(f"/reports/{robin}.ris?paragraph={each['ordinal']}").text
