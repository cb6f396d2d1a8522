"""A sheet of queries is read as it was meant, or the row says why not."""

import io
import json

import openpyxl
import pytest

from corpus.errors import UsageError
from search.filters import Filters
from search.sheets.query_sheet import questions
from search.sheets.template import TEMPLATE, template


def asked(text: str, name: str = "sheet.csv") -> list[tuple[str, str]]:
    return [(row.id, row.query) for row in questions(text.encode(), name)]


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_file_with_one_query_per_line_is_a_sheet() -> None:
    assert asked('neglect\n\n"voice of the child", twice\n', "q.txt") == [
        ("1", "neglect"),
        ("3", '"voice of the child", twice'),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_are_found_by_name_in_any_order(separator: str) -> None:
    text = "Note,Query,ID\nmine,neglect,A\n".replace(",", separator)
    (row,) = questions(text.encode(), "sheet.csv")
    assert (row.id, row.query, row.line, row.extra) == ("A", "neglect", 2, (("Note", "mine"),))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_that_excel_writes_is_understood(encoding: str) -> None:
    (row,) = questions("id,query\n1,“café”\n".encode(encoding), "sheet.csv")
    assert row.query == "“café”"


def test_a_line_in_another_encoding_does_not_affect_the_others() -> None:
    data = "query\nnaïve\n".encode() + "café\n".encode("cp1252")
    assert [row.query for row in questions(data, "sheet.csv")] == ["naïve", "café"]


def test_filters_are_columns_and_other_columns_are_copied() -> None:
    text = "query,year,board,section,who\nneglect,2015..2020,Skellmoor; Wendlemere,findings;recommendations,Ann\n"
    (row,) = questions(text.encode(), "sheet.csv")
    assert row.filters == Filters(
        years=(2015, 2020), boards=("Skellmoor", "Wendlemere"), sections=("findings", "recommendations")
    )
    assert row.extra == (("who", "Ann"),)
    assert row.to_dict()["filters"]["year"] == "2015..2020"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (",2015,", "no query"),
        ("neglect,soon,", "not a valid year"),
        ("neglect,2020..2015,", "backwards"),
        ("neglect,,nosuchsection", "no section called"),
        ("#NAME?,,", "apostrophe"),
        ("=SUM(A1:A9),,", "formula"),
        ("=1+1,,", "formula"),
        ("@cmd,,", "formula"),
        ('"neglect,,', "quotation mark"),
        ("neglect,,,more", "cells for 3 columns"),
    ],
)
def test_a_row_that_cannot_be_run_says_why_and_does_not_affect_the_others(row: str, says: str) -> None:
    found = questions(f"query,year,section\nabuse,,\n{row}\nhunger,,\n".encode(), "sheet.csv")
    assert [(q.line, bool(q.error)) for q in found] == [(2, False), (3, True), (4, False)]
    assert says in found[1].error


def test_letters_that_cannot_be_read_are_an_error_and_not_a_guess() -> None:
    found = questions("query\nnaïve\n".encode() + b"bad \x81\x8d\n", "sheet.csv")
    assert [bool(row.error) for row in found] == [False, True]


@pytest.mark.parametrize("query", ["=DNA", "-neglect abuse", "=self-harm", "'=DNA", "=neglect OR =abuse"])
def test_a_query_that_only_looks_like_a_formula_is_a_query(query: str) -> None:
    (row,) = questions(f"query\n{query}\n".encode(), "sheet.csv")
    assert (row.query, row.error) == (query.removeprefix("'"), "")


def test_of_two_rows_with_one_id_the_second_gets_another() -> None:
    assert [i for i, _ in asked("id,query\nA,neglect\nA,abuse\n")] == ["A", "A (line 3)"]


def test_a_workbook_is_read_with_its_numbers_and_with_what_excel_takes_for_a_formula() -> None:
    data = workbook(["id", "query", "year"], [1, "neglect", 2015], [], [2, "=DNA", None], [3, "=SUM(A1:A2)", None])
    found = questions(data, "sheet.xlsx")
    assert [(row.id, row.query, row.line) for row in found[:2]] == [("1", "neglect", 2), ("2", "=DNA", 4)]
    assert found[0].filters == Filters(years=(2015, 2015))
    assert [bool(row.error) for row in found] == [False, False, True]


def test_json_lines_are_read_row_by_row() -> None:
    lines = ['{"id": "A", "query": "neglect", "year": 2015, "tags": ["x", "y"]}', "{broken", '"abuse"', "[1]"]
    found = questions("\n".join(lines).encode(), "sheet.jsonl")
    assert [row.query for row in found if not row.error] == ["neglect", "abuse"]
    assert found[0].extra == (("tags", "x; y"),)
    assert [row.line for row in found if row.error] == [2, 4]


def test_half_a_character_in_json_does_no_harm() -> None:
    (row,) = questions(json.dumps({"query": "neglect \ud800"}).encode(), "sheet.jsonl")
    row.query.encode()


def test_without_a_file_name_the_content_decides_the_form() -> None:
    assert questions(b'{"query": "neglect"}\n')[0].query == "neglect"
    assert questions(b"query\nneglect\n")[0].query == "neglect"
    assert questions(workbook(["query"], ["neglect"]))[0].query == "neglect"
    assert questions(b"neglect\n")[0].query == "neglect"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no queries"),
        (b"id,query\n", "no queries"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"\xd0\xcf\x11\xe0", ".xlsx"),
        (workbook(["id", "question"], [1, "neglect"]), "column called query"),
    ],
)
def test_a_sheet_without_queries_is_refused_with_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        questions(data, "sheet")


@pytest.mark.parametrize("form", ["csv", "tsv", "xlsx", "jsonl"])
def test_the_template_reads_back_as_it_was_meant(form: str) -> None:
    found = questions(template(form), f"template.{form}")
    assert [row.error for row in found] == [""] * (len(TEMPLATE) - 1)
    assert [row.query for row in found] == [row[1].removeprefix("'") for row in TEMPLATE[1:]]
    assert found[1].filters == Filters(years=(2015, 2020))
    assert found[2].filters == Filters(sections=("findings", "recommendations"))
    assert dict(found[0].extra)["note"] == "the word and its forms"
