"""Recommendations, trends and sheets of queries on the web page."""

import csv
import html
import io
import json
import re
import shutil
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from corpus.errors import LimitHit, NotFound
from reviews.library import Library
from reviews.web.batch_jobs import Batches
from search.analytics.trends import trends
from search.filters import Filters
from tests.patience import steps, until


def test_recommendations_name_their_report_page_and_addressee(page: FlaskClient) -> None:
    answer = page.get("/recommendations.json").get_json()
    assert len(answer["items"]) >= 10
    assert {item["kind"] for item in answer["items"]} == {"recommendation"}
    shown = page.get("/recommendations").text
    for item in answer["items"][:5]:
        assert f"/reports/{item['report'][:16]}/pages/{item['page']}" in shown


def test_recommendations_can_be_searched(page: FlaskClient) -> None:
    found = page.get("/recommendations.json?q=chronology").get_json()["items"]
    assert found
    assert all("chronolog" in item["text"].lower() for item in found)
    assert "No recommendations mention this" in page.get("/recommendations?q=nosuchword").text
    shown = page.get("/recommendations?q=nosuchword&only=both").text
    assert "No recommendations or findings mention this" in shown
    assert page.get("/recommendations?only=nosuch").status_code == 400


def test_the_pages_of_recommendations_cover_all_of_them(page: FlaskClient, demo: Path) -> None:
    seen, number, more = [], 1, True
    while more:
        answer = page.get(f"/recommendations.json?only=both&page={number}").get_json()
        seen += [(item["report"], item["page"], item["text"]) for item in answer["items"]]
        more, number = answer["more"], number + 1
    with Library(demo) as library:
        assert len(seen) == len(library.items())


def test_trends_are_those_of_the_library_in_table_chart_and_json(page: FlaskClient, demo: Path) -> None:
    with Library(demo) as library:
        wanted = [point.to_dict() for point in trends(library.searcher(), ["neglect", "father"])]
    answer = page.get("/trends.json?q=neglect&q=father").get_json()
    assert answer["points"] == wanted
    chart = page.get("/trends.svg?q=neglect&q=father")
    assert chart.mimetype == "image/svg+xml"
    assert "2022" in chart.text
    shown = page.get("/trends?q=neglect&q=father").text
    assert shown.count('<th scope="row"') == len(wanted)


def test_recommendations_and_trends_keep_their_filters(page: FlaskClient, demo: Path) -> None:
    narrowed = Filters.read({"area": "Fernshire"})
    with Library(demo) as library:
        wanted = [point.to_dict() for point in trends(library.searcher(), ["neglect"], "year", narrowed)]
    assert page.get("/trends.json?q=neglect&area=Fernshire").get_json()["points"] == wanted
    items = page.get("/recommendations.json?area=Fernshire").get_json()["items"]
    assert 0 < len(items) < len(page.get("/recommendations.json").get_json()["items"])
    for address in ("/trends?q=neglect", "/recommendations?q=school"):
        shown = page.get(f"{address}&area=Fernshire").text
        assert '<input type="hidden" name="area" value="Fernshire">' in shown
        assert "Filters: Fernshire" in shown
        assert "Filters:" not in page.get(address).text
    answer = page.get("/?q=neglect&area=Fernshire").text
    assert 'href="/trends?q=neglect&amp;area=Fernshire"' in answer
    assert 'href="/recommendations?q=neglect&amp;area=Fernshire"' in answer
    assert page.get("/trends.json?q=neglect&year=2015..2014").status_code == 400


@pytest.mark.parametrize("address", ["/trends", "/recommendations", "/concordance"])
def test_an_analysis_reports_guesses_and_values_that_no_report_has(page: FlaskClient, address: str) -> None:
    shown = page.get(f"{address}?q=year:2024..2000+child&area=Nosuchshire").text
    assert "The years were the wrong way round" in shown
    assert "No report has the area “Nosuchshire”" in shown
    assert "r-note" not in page.get(f"{address}?q=child").text


def test_small_counts_have_a_warning_and_can_be_hidden(page: FlaskClient) -> None:
    assert "Small counts can identify people" in page.get("/trends?q=neglect").text
    hidden = page.get("/trends.json?q=neglect&small=hidden").get_json()["points"]
    assert any(point["reports"] is None for point in hidden)
    shown = page.get("/trends?q=neglect&small=hidden").text
    assert "1 to 4 of fewer than 5" in shown
    assert not re.search(r"1 to 4 of [1-4]\b", shown)
    table = list(csv.DictReader(io.StringIO(page.get("/trends.csv?q=neglect&small=hidden").data.decode("utf-8-sig"))))
    assert not {row["of"] for row in table if not row["reports"]} & set("1234")


@pytest.mark.parametrize("odd", ["q=neglect&by=nosuch", "q=a&q=b&q=c&q=d&q=e&q=f", "q=" + "child+" * 600])
def test_a_request_that_cannot_be_counted_is_refused(page: FlaskClient, odd: str) -> None:
    answer = page.get(f"/trends?{odd}")
    assert answer.status_code == 400
    assert "There is a problem" in answer.text
    assert "checked" not in answer.text


def sent(page: FlaskClient, data: bytes, name: str = "queries.csv") -> str:
    answer = page.post("/batch", data={"sheet": (io.BytesIO(data), name)}, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def answered(page: FlaskClient, address: str) -> dict[str, Any]:
    """Return the progress of a sheet after it has finished."""
    told: dict[str, Any] = {}

    def over() -> bool:
        told.update(page.get(f"{address}.json").get_json())
        return bool(told["ready"] or told["error"])

    until(over)
    assert not told["error"]
    return told


def test_a_sheet_becomes_a_workbook(page: FlaskClient) -> None:
    address = sent(page, b"id,query\na,neglect\nb,(odd AND\n")
    told = answered(page, address)
    assert told["done"] == told["total"] == 2
    assert told["read"] == "column B, 2 queries"
    assert "Read from queries.csv: column B, 2 queries." in page.get(address).text
    assert "Download the workbook" in page.get(address).text
    shown = " ".join(page.get(address).text.split())
    assert f"Searched {told['coverage']['searchable']} of {told['coverage']['reports']} reports. Not searched:" in shown
    for name in ("by", "pairs", "terms"):
        assert page.get(f"{address}/{name}.csv").text.startswith("\ufeffid")
    book = openpyxl.load_workbook(io.BytesIO(page.get(f"{address}.xlsx").data))
    assert len(book.sheetnames) >= 3


def workbook(cells: list[tuple[int, str]], sheet: bytes | None = None) -> bytes:
    """Return a workbook with a column of queries. `sheet` is the content to use in place of its first sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for row, text in cells:
        page.write(row, 0, text)
    book.close()
    if sheet is None:
        return out.getvalue()
    changed = io.BytesIO()
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return changed.getvalue()


ROW = b'<row><c t="inlineStr"><is><t>neglect</t></is></c></row>'
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


STEPS = 5_000_000  # lines of Python: a million rows that are all read take many more


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "q.csv"),
        (b"", "q.xlsx"),
        (b"\n\n", "q.txt"),
        (b"\xd0\xcf\x11\xe0old", "q.xls"),
        (b"%PDF-1.7 neglect", "q.pdf"),
        (b"neglect\n", "q"),
        (b"PK\x03\x04 and no more", "q.xlsx"),
        (b"neglect\n" * 600_000, "q.txt"),
        (b"query" + b",x" * 200_000 + b"\n", "q.csv"),
        (workbook([(0, "query"), (1, "neglect")])[:600], "q.xlsx"),
        (workbook([(0, "query")]), "q.xlsx"),
        (workbook([(0, "query")], b"\0" * 50_000_000), "q.xlsx"),
        (workbook([(0, "query")], SHEET % (ROW * 1_000_000)), "q.xlsx"),
        (workbook([(0, "query")], SHEET % b'<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;'), "q.xlsx"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_file_that_is_not_a_sheet_is_refused_quickly_with_a_message(
    page: FlaskClient, data: bytes, name: str
) -> None:
    # The form is written out here: the client of the tests would put a large one into a file that nobody closes.
    head = f'--x\r\nContent-Disposition: form-data; name="sheet"; filename="{name}"\r\n\r\n'.encode()
    form = head + data + b"\r\n--x--\r\n"
    answers = []
    took = steps(lambda: answers.append(page.post("/batch", data=form, content_type="multipart/form-data; boundary=x")))
    assert took < STEPS
    (answer,) = answers
    assert answer.status_code == 400
    assert re.search(r'<p class="govuk-body">[^<]+\.</p>', answer.text)
    assert "root:" not in answer.text


def test_a_formula_in_a_sheet_is_not_evaluated_and_is_returned_as_text(page: FlaskClient) -> None:
    address = sent(page, workbook([(0, "query"), (1, '=HYPERLINK("http://evil.example")'), (2, "neglect")]), "q.xlsx")
    answered(page, address)
    book = openpyxl.load_workbook(io.BytesIO(page.get(f"{address}.xlsx").data))
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_a_sheet_sent_from_another_site_is_refused(page: FlaskClient) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = page.post(
            "/batch",
            data={"sheet": (io.BytesIO(b"neglect\n"), "q.txt")},
            content_type="multipart/form-data",
            headers=headers,
        )
        assert answer.status_code == 403


def test_a_missing_file_and_an_unknown_sheet_are_reported(page: FlaskClient) -> None:
    assert page.post("/batch").status_code == 400
    missing = page.get("/batch/" + "x" * 22)
    assert missing.status_code == 404
    assert '<a class="govuk-link" href="/batch">Upload a sheet</a>' in missing.text
    assert page.get("/batch/template.xlsx").data.startswith(b"PK")


def test_a_sheet_too_large_for_the_page_is_refused(page: FlaskClient) -> None:
    answer = page.post("/batch", data=b"x" * 6_000_000, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413


def test_sheets_are_private_and_limited_in_number(demo: Path) -> None:
    batches = Batches(demo)
    try:
        with batches._turn:  # none can finish
            mine = [batches.begin(b"neglect\n", "q.txt", "jo", "") for _ in range(5)]
            with pytest.raises(NotFound):
                batches.find(mine[0].id, "sam")
            with pytest.raises(LimitHit):
                batches.begin(b"neglect\n", "q.txt", "jo", "")
            other = batches.begin(b"neglect\n", "q.txt", "sam", "")
            with pytest.raises(NotFound):
                batches.run(mine[0].id, "sam", "")
        until(lambda: all(batches.find(each.id, "jo").ready for each in mine))
        until(lambda: batches.find(other.id, "sam").ready)
        more = batches.begin(b"neglect\n", "q.txt", "jo", "")  # finished ones do not count
        assert [each.id for each in batches.of("sam")] == [other.id]
        assert batches.of("jo")[0].id == more.id
        until(lambda: batches.find(more.id, "jo").ready)
        for _ in range(12):
            batches.take(b"neglect\n", "q.txt", "jo")
        assert len(batches.of("jo")) == 10  # the oldest are gone
    finally:
        batches.close()


def test_a_study_agrees_with_the_search(page: FlaskClient) -> None:
    found = page.get("/study.json?q=neglect&q=school&periods=2010-2015,2016-2022&area=Fernshire").get_json()
    for row in found["summary"]:
        answer = page.get("/search.json", query_string={"q": row["query"], "area": "Fernshire"}).get_json()
        assert row["reports"] == answer["total"]
    assert [(row["id_a"], row["id_b"]) for row in found["pairs"]] == [("1", "2")]
    assert {row["query"] for row in found["by"]} == {"neglect", "school"}
    assert "run backwards" in page.get("/study.json?q=a&periods=2022-2016").get_json()["error"]["message"]
    assert page.get("/study.json").status_code == 400


def test_the_check_of_a_sheet_names_each_query_that_cannot_be_run_as_running_it_does(page: FlaskClient) -> None:
    sheet = b'id,query\na,neglect\nb,(bad near/\nc,"""open"\nd,theme:nosuchtheme\ne,' + b"child " * 2_000 + b"\n"
    answer = page.post("/batch", data={"sheet": (io.BytesIO(sheet), "queries.csv"), "check": "1"})
    address = answer.headers["Location"]
    before = page.get(address).text
    assert "4 rows that cannot be run" in before
    told = re.findall(r'r-said">([^<]+)</td></tr>', before.partition("cannot be run")[2])
    page.post(address)
    done = answered(page, address)
    assert done["errors"] == 4
    why = [row["error"] for row in done["counts"] if row["error"]]
    shown = [html.unescape(each) for each in told]
    assert [each.translate(str.maketrans("", "", "“”`")) for each in shown[:4]] == [
        each.translate(str.maketrans("", "", "“”`")) for each in why
    ]


def test_a_check_that_leaves_queries_out_says_so(page: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviews.web.batch_jobs._CHECKED", 2)
    answer = page.post("/batch", data={"sheet": (io.BytesIO(b"(a\nb\n(c\n"), "queries.txt"), "check": "1"})
    shown = page.get(answer.headers["Location"]).text
    assert "1 row that cannot be run" in shown
    assert "The first 2 queries were checked." in shown


def test_a_sheet_is_shown_before_it_runs(page: FlaskClient) -> None:
    sheet = b"id,query,year\na,neglect,2022\nb,,\nc,school,20155\nd,<b>father</b>,\n"
    answer = page.post("/batch", data={"sheet": (io.BytesIO(sheet), "Round 1 (final).csv"), "check": "1"})
    address = answer.headers["Location"]
    shown = page.get(address).text
    assert "Read from Round 1 (final).csv" in shown
    assert "2 rows that cannot be run" in shown
    assert "20155" in shown
    assert "&lt;b&gt;father&lt;/b&gt;" in shown
    assert "year 2022" in shown
    assert page.get(f"{address}.json").get_json()["waits"] is True
    early = page.get(f"{address}.xlsx")
    assert early.status_code == 404
    assert f'<a class="govuk-link" href="{address}">Check progress</a>' in early.text
    assert "read but not run" in page.get("/batch").text
    assert page.post(address).headers["Location"] == address
    answered(page, address)
    assert page.post(address).status_code == 303  # it does not run twice
    shown = page.get(address).text
    assert "7 of 9" not in shown  # the row has a filter by year
    assert "4 of 4" in shown
    assert "year 2022" in shown, "so one can see why"
    assert "finished" in page.get("/batch").text
    book = page.get(f"{address}.xlsx")
    assert 'filename="round-1-final-answers.xlsx"' in book.headers["Content-Disposition"]
    told = page.get(f"{address}.json").get_json()["counts"]
    assert [(row["line"], row["reports"], row["of"]) for row in told[:1]] == [(2, 4, 4)]


def test_two_sheets_with_the_same_name_differ_in_when_they_were_uploaded(
    page: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in (0, 1, 12):
        monkeypatch.setattr("reviews.web.batch_jobs.time", SimpleNamespace(monotonic=lambda at=minute: 1e6 + at * 60))
        page.post("/batch", data={"sheet": (io.BytesIO(b"query\nneglect\n"), "q.csv"), "check": "1"})
    shown = page.get("/batch").text
    assert re.findall("uploaded (.*?)</span>", shown) == ["just now", "11 minutes ago", "12 minutes ago"]


def test_filters_have_a_column_only_in_a_sheet_that_has_some(page: FlaskClient) -> None:
    for sheet, columns in ((b"query\nneglect\n", 2), (b"query,year\nneglect,\nschool,2022\n", 3)):
        answer = page.post("/batch", data={"sheet": (io.BytesIO(sheet), "q.csv"), "check": "1"})
        shown = page.get(answer.headers["Location"]).text
        assert shown.count('<th scope="col"') == columns


def test_a_row_that_failed_names_its_line_once(page: FlaskClient) -> None:
    address = sent(page, b"query\nneglect\n(odd AND\n" + b"child " * 600 + b"\n")
    answered(page, address)
    told = page.get(f"{address}.json").get_json()["counts"]
    assert [row["line"] for row in told if row["error"]] == [3, 4]
    assert not any(row["error"].startswith("line") for row in told)


def repeated(page: FlaskClient, record: bytes, name: str = "wren.about.json") -> TestResponse:
    return page.post("/batch", data={"sheet": (io.BytesIO(record), name), "check": "1"})


def test_a_study_is_repeated_from_its_record_and_says_what_has_changed(page: FlaskClient) -> None:
    sheet = b"id,query,year\na,neglect,\nb,school,2022\nc,(odd AND,\n"
    address = sent(page, sheet)
    answered(page, address)
    taken = page.get(f"{address}/about.json")
    assert 'filename="queries.about.json"' in taken.headers["Content-Disposition"]
    record = taken.get_json()
    unchanged = repeated(page, taken.data).headers["Location"]
    assert "the record of" in page.get(unchanged).text
    assert "Run an earlier sheet again</h1>" in page.get(unchanged).text
    assert "study" not in re.sub("<[^>]*>", "", page.get("/batch").text)
    page.post(unchanged)
    assert answered(page, unchanged)["changes"]["changes"] == []
    assert "0 of 3 queries have a different answer" in page.get(unchanged).text

    record["asked_at"] = "2024-03-05T09:00:00+00:00"
    known = record["queries"][0]["counts"]
    missing, other = known.pop(0), known[0]
    other[1] += 1
    record["reports"].append({"id": "f" * 64, "title": "<b>Child Wren</b>"})
    known.append([len(record["reports"]) - 1, 4])
    changed = repeated(page, json.dumps(record).encode()).headers["Location"]
    page.post(changed)
    (change,) = answered(page, changed)["changes"]["changes"]
    assert change["query"] == "neglect"
    assert change["came"]["reports"] == [[record["reports"][missing[0]]["id"], record["reports"][missing[0]]["title"]]]
    assert change["went"]["reports"] == [["", "<b>Child Wren</b>"]]
    assert change["other"] == 1
    shown = page.get(changed).text
    assert "What has changed since 5 March 2024" in shown
    assert "1 report has more or fewer mentions than before" in shown
    assert "&lt;b&gt;Child Wren&lt;/b&gt;" in shown
    assert "1 of 3 queries has a different answer" in shown
    assert page.get(f"{changed}.xlsx").status_code == 200


ROWS = {"id": "1", "query": "neglect", "line": 1, "filters": {}, "extra": {}, "unusable": "", "parsed": "neglect",
        "expansions": [], "warnings": [], "error": "", "reports": 0, "cases": 0, "mentions": 0, "passages": 0, "of": 0,
        "counts": []}  # fmt: skip
ABOUT = {"version": 1, "asked_at": "2024-03-05T09:00:00+00:00", "versions": {"program": "0.1.0"},
         "generation": {"id": "0000001", "built_at": "2024-03-01T02:00:00+00:00"},
         "coverage": {"reports": 1, "searchable": 1, "unread_pages": 0, "failures": 0}, "sheet": "q.csv",
         "reports": [{"id": "ab", "title": "Wren"}], "queries": [ROWS]}  # fmt: skip


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b"\xff\xfe{",
        *(
            json.dumps(each).encode()
            for each in (
                {**ABOUT, "queries": []},
                {**ABOUT, "queries": [ROWS, ROWS]},
                {**ABOUT, "queries": [{**ROWS, "query": 5}]},
                {**ABOUT, "queries": [{**ROWS, "query": "half a letter \ud800"}]},
                {**ABOUT, "queries": [{**ROWS, "line": "1"}]},
                {**ABOUT, "queries": [{**ROWS, "filters": ["year"]}]},
                {**ABOUT, "queries": [{**ROWS, "counts": [[-1, 2]]}]},
                {**ABOUT, "queries": [{**ROWS, "counts": [[0, "<b>"]]}]},
                {**ABOUT, "queries": "neglect"},
                {**ABOUT, "reports": [{"id": "ab", "title": None}]},
                {**ABOUT, "asked_at": "<b>"},
                {**ABOUT, "asked_at": 5},
                {**ABOUT, "version": 2},
            )
        ),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_file_that_is_no_record_is_refused(page: FlaskClient, odd: bytes) -> None:
    answer = repeated(page, odd)
    assert answer.status_code == 400
    assert "record" in answer.text or "Update the program" in answer.text
    assert "<b>" not in answer.text


def test_a_record_like_that_is_read_where_nothing_is_wrong_with_it(page: FlaskClient) -> None:
    odd = {**ROWS, "id": "2", "filters": {"year": "20155"}}
    address = repeated(page, json.dumps({**ABOUT, "queries": [ROWS, odd]}).encode()).headers["Location"]
    shown = page.get(address).text
    assert "1 row that cannot be run" in shown
    page.post(address)
    assert answered(page, address)["errors"] == 1
    assert page.get(address).status_code == 200


def test_only_the_person_who_sent_a_sheet_can_run_it(page: FlaskClient) -> None:
    assert page.post("/batch/" + "x" * 22).status_code == 404
    assert page.post("/batch/" + "x" * 22, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_sheet_that_a_removal_deleted_before_it_ran_says_so(demo: Path) -> None:
    batches = Batches(demo)
    try:
        taken = batches.take(b"neglect\n", "q.txt", "jo")
        shutil.rmtree(taken.folder)
        batches.run(taken.id, "jo", "")
        until(lambda: "A report was removed" in batches.find(taken.id, "jo").error)
    finally:
        batches.close()


def test_a_trend_names_a_theme_in_words(page: FlaskClient) -> None:
    for typed in ("theme:neglect", 'theme:"Neglect (any)"'):
        shown = page.get("/trends", query_string={"q": [typed, "neglect school"]}).text
        captions = re.findall(r"<caption[^>]*>(.*?)</caption>", shown)
        assert [re.sub("<[^>]*>", "", each) for each in captions] == ["The theme Neglect (any)", "neglect school"]
    assert "on the theme" in page.get("/?q=theme:neglect").text
    assert "on the theme" not in page.get("/?q=theme:neglect+school").text


def test_each_number_of_a_trend_opens_the_reports_that_it_counts(page: FlaskClient) -> None:
    for by in ("year", "board"):
        shown = page.get(f"/trends?q=neglect&q=school&by={by}&kind=overview+report").text
        cells = re.findall(r'<a class="govuk-link r-number-link" href="([^"]+)">(\d+) of \d+<', shown)
        assert len(cells) >= 3
        for href, count in cells:
            found = page.get(html.unescape(href).replace("/?", "/search.json?", 1)).get_json()
            assert found["total"] == int(count)
    assert 'name="kind" value="overview report"' in shown


def test_trends_can_be_downloaded_as_a_table_and_a_picture(page: FlaskClient) -> None:
    told = page.get("/trends.csv?q=neglect").get_data().decode("utf-8-sig").splitlines()
    assert told[0].startswith("query,value,reports,of,share")
    assert len(told) == 1 + len(page.get("/trends.json?q=neglect").get_json()["points"])
    assert page.get("/trends.png?q=neglect").data.startswith(b"\x89PNG")
    for form in ("csv", "png"):
        assert page.get(f"/trends.{form}").status_code == 400
