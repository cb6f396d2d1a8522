"""The briefing as a page, as JSON, in Word and from the command."""

import html
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from reviews.cli.main import main
from reviews.terminal.briefing import lines
from search.analytics.briefing import Briefing, briefing
from search.citation import place


def test_the_page_the_command_and_the_word_file_say_the_same(page: FlaskClient, demo: Path, tmp_path: Path) -> None:
    value = page.get("/briefing.json?theme=neglect").get_json()
    run = CliRunner().invoke
    printed = run(main, ["--library", str(demo), "briefing", "neglect", "--json"])
    assert json.loads(printed.stdout) == value
    shown = page.get("/briefing?theme=neglect")
    assert shown.status_code == 200
    assert "7 of 9 reports and 4 of 5 cases mention this theme" in shown.text
    told = run(main, ["--library", str(demo), "briefing", "neglect"]).stdout
    assert "7 of 9 reports and 4 of 5 cases mention this theme" in told
    out = tmp_path / "neglect.docx"
    done = run(main, ["--library", str(demo), "briefing", "neglect", "--out", str(out)])
    assert (done.exit_code, done.stdout) == (0, f"Briefing written to {out}\n")
    answer = page.get("/briefing.docx?theme=neglect")
    assert 'filename="briefing-neglect-any.docx"' in answer.headers["Content-Disposition"]
    for data in (answer.data, out.read_bytes()):
        document = docx.Document(io.BytesIO(data))
        said = [each.text for each in document.paragraphs]
        for each in value["passages"]:
            passage = each["passage"]
            before, after = "… " if passage["more_before"] else "", " …" if passage["more_after"] else ""
            assert f"{before}{passage['text']}{after}" in said
        for each in value["recommendations"]:
            assert each["text"] in said
        assert "Searched 9 of 10 reports." in said
        assert any(each.startswith("Version of the reports: ") for each in said), "a collection is another thing"
        assert "A board that is not listed has no report that mentions it." in said
        assert "To repeat it: reviews briefing 'Neglect (any)'" in said
        assert [cell.text for cell in document.tables[0].rows[1].cells] == ["2014", "1", "1"]


def test_a_quotation_has_the_place_that_a_search_shows_and_dots_where_its_paragraph_goes_on(
    page: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*given: Any, **options: Any) -> Briefing:
        """Return the briefing with a passage that is cut off at its beginning, and one at its end, over two pages."""
        brief = briefing(*given, **options)
        one, two, *others = brief.passages
        one = replace(one, passage=replace(one.passage, more_before=True))
        two = replace(two, passage=replace(two.passage, more_after=True, page=3, page_end=4, page_label="3"))
        made.append(replace(brief, passages=(one, two, *others)))
        return made[-1]

    made: list[Briefing] = []
    monkeypatch.setattr("reviews.web.views.briefing.briefing", cut)
    shown = html.unescape(re.sub(r"<[^>]+>", "", page.get("/briefing?theme=neglect").text))
    document = docx.Document(io.BytesIO(page.get("/briefing.docx?theme=neglect").data))
    written = "\n".join(each.text for each in document.paragraphs)
    held = made[0]
    printed = "\n".join(lines(held))
    for listed in held.passages:
        passage = listed.passage
        where = f", {place(passage.page, passage.page_label, passage.paragraph, passage.page_end)}"
        for text in (shown, printed, written):
            assert where in text
    first, last = held.passages[0].passage, held.passages[1].passage
    for text in (shown, written):
        assert f"… {first.text}\n" in text
        assert f"{last.text} …\n" in text
    assert "pages 3 and 4, paragraph 5.2" in shown


def test_cases_are_not_counted_if_no_report_of_the_library_has_one(
    page: FlaskClient, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(searcher: Any, *given: Any, **options: Any) -> Briefing:
        reports = searcher.reports
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(searcher, "reports", lambda *some: [replace(each, case=None) for each in reports(*some)])
            return briefing(searcher, *given, **options)

    monkeypatch.setattr("reviews.web.views.briefing.briefing", without)
    monkeypatch.setattr("search.analytics.briefing.briefing", without)
    shown = page.get("/briefing?theme=neglect").text
    printed = CliRunner().invoke(main, ["--library", str(demo), "briefing", "neglect"]).stdout
    document = docx.Document(io.BytesIO(page.get("/briefing.docx?theme=neglect").data))
    written = "\n".join(each.text for each in document.paragraphs)
    for text in (shown, printed, written):
        assert "7 of 9 reports mention this theme. Everything is counted" in text
        assert "known case" not in text


def test_the_note_on_the_searches_is_folded_away(page: FlaskClient) -> None:
    shown = page.get("/briefing?theme=neglect").text
    note = page.get("/briefing.json?theme=neglect").get_json()["note"]
    counts, words = re.findall(r'<details class="govuk-details r-fold">(.*?)</details>', shown, re.DOTALL)
    assert note in html.unescape(words)
    assert "A board that is not listed has no report that mentions it." in counts
    assert html.unescape(shown).count(note) == 1


def test_without_a_theme_there_is_a_form(page: FlaskClient) -> None:
    shown = page.get("/briefing")
    assert shown.status_code == 200
    assert "choose one" in shown.text
    for address in ("/briefing.json", "/briefing.docx", "/briefing.docx?theme=+"):
        assert page.get(address).status_code == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("theme=nosuch", 404),
        ("theme=%22%29+OR+child", 404),
        ("theme=neglect&theme=drugs", 400),
        ("theme=neglect&from=x", 400),
        ("theme=neglect&from=2020&to=2010", 400),
        ("theme=" + "x" * 9_000, 404),
    ],
)
def test_what_cannot_be_assembled_is_refused(page: FlaskClient, query: str, status: int) -> None:
    for form in ("", ".json", ".docx"):
        assert page.get(f"/briefing{form}?{query}").status_code == status
    assert "There is a problem" in page.get(f"/briefing?{query}").text


def test_filters_and_small_counts_stay_in_the_form_and_the_files(page: FlaskClient) -> None:
    query = "theme=neglect&board=Fernshire+Safeguarding+Children+Partnership&small=hidden&kind=overview+report"
    shown = page.get(f"/briefing?{query}").text
    assert '<input type="hidden" name="kind" value="overview report">' in shown
    assert "1 to 4 of fewer than 5 reports" in shown
    assert not re.search(r"1 to 4</td><td[^>]*>\d", shown), "a small number of reports would reveal the hidden one"
    assert f"/briefing.docx?{query.replace('&', '&amp;')}" in shown
    assert "--suppress-small" not in shown, "a word of the command line"


def test_another_ending_is_refused(demo: Path) -> None:
    done = CliRunner().invoke(main, ["--library", str(demo), "briefing", "neglect", "--out", "neglect.pdf"])
    assert (done.exit_code, "must end in .docx" in done.output) == (2, True)


def test_a_theme_that_no_recommendation_mentions_says_so_and_links_to_no_list(page: FlaskClient) -> None:
    shown = page.get("/briefing?theme=Professional curiosity").text
    assert "No recommendation in these reports mentions it." in shown
    assert 'href="/recommendations?' not in shown
    shown = page.get("/briefing?theme=Child protection process").text
    assert "1 recommendation in these reports mentions it." in shown
    assert 'href="/recommendations?' in shown
