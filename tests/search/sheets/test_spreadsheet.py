"""A workbook is read as it appears on screen: what Excel changed or hides is not run."""

import datetime
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from corpus.errors import UsageError
from search.sheets import spreadsheet_xml
from search.sheets.cell import number
from search.sheets.header import LOOKED_AT, Header
from search.sheets.query_sheet import Question, Sheet, questions, read

SHEETS = Path(__file__).parent


def trial(name: str) -> Sheet:
    return read((SHEETS / name).read_bytes(), name)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(*rows: list[Any]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def of_one(cell: Any, form: str = "General", column: str = "query") -> Question:
    """Return the only row of a sheet in which one cell has a value and a format."""
    book = workbook(["id", "query", "year", "note"], ["N1", "neglect", None, None])
    place = {"id": "A2", "query": "B2", "year": "C2", "note": "D2"}[column]
    book.active[place] = cell
    book.active[place].number_format = form
    (row,) = questions(saved(book), "sheet.xlsx")
    return row


def patched(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """Return a workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()).encode() if name == part else text)
    return out.getvalue()


PART = "xl/worksheets/sheet1.xml"


def test_a_date_time_or_percentage_made_by_excel_is_an_error() -> None:
    rows = trial("date_cells.xlsx").questions
    assert [row.id for row in rows] == ["N1", "N2", "N3"]
    assert [re.search("a date|a time|a percentage", row.error)[0] for row in rows if row.error] == [  # type: ignore[index]
        "a date",
        "a time",
        "a percentage",
    ]


@pytest.mark.parametrize(
    ("cell", "form", "says"),
    [
        (datetime.date(2026, 7, 24), "dd/mm/yyyy", "a date"),
        (46227.5, "dd/mm/yyyy hh:mm", "a date"),
        (datetime.date(2026, 7, 24), "d-mmm", "a date"),
        (datetime.date(2026, 7, 24), "[$-809]dd mmmm yyyy;@", "a date"),
        (datetime.time(1, 1), "h:mm", "a time"),
        (1.5, "[h]:mm:ss", "a time"),
        (0.5, "0%", "a percentage"),
        (0.125, "0.00%", "a percentage"),
        (100000, "0.00E+00", "a number"),
        (1.5, "# ?/?", "a number"),
        (5, '"£"#,##0', "a number"),
        (5, "[$£-809]#,##0", "a number"),
        (5, ";;;", "a number"),
        (2.5, "0", "a number"),
        (123456789012, "General", "a number"),
        (0.1234567890123, "General", "a number"),
        (-1, "dd/mm/yyyy", "a date"),
    ],
)
def test_a_number_not_shown_as_typed_is_an_error(cell: object, form: str, says: str) -> None:
    assert says in of_one(cell, form).error
    assert of_one(cell, form, "year").error.startswith("column year")
    assert of_one(cell, form, "note").error == "", "what does not ask is carried through as it looks"


@pytest.mark.parametrize(
    ("cell", "form", "query"),
    [
        (47, "General", "47"),
        (2.5, "General", "2.5"),
        (47.0, "@", "47"),
        (1000, "#,##0", "1,000"),
        (2.5, "0.00", "2.50"),
        (True, "General", "TRUE"),
        ("24/7", "General", "24/7"),
        ("'24/7", "@", "24/7"),
        ("'=DNA", "@", "=DNA"),
        ("neglect\xa0AND dental\u200b", "General", "neglect AND dental"),
        ("_x000D_neglect", "General", "neglect"),
    ],
)
def test_a_number_shown_as_typed_is_a_query(cell: object, form: str, query: str) -> None:
    row = of_one(cell, form)
    assert (row.query, row.error) == (query, "")


def test_other_cells_are_copied_as_they_look() -> None:
    assert dict(of_one(datetime.date(2026, 7, 24), "dd/mm/yyyy", "note").extra)["note"] == "2026-07-24"
    assert dict(of_one(datetime.time(1, 1), "h:mm", "note").extra)["note"] == "01:01"
    assert dict(of_one(0.5, "0%", "note").extra)["note"] == "50%"
    assert of_one(1, column="id").id == "1"
    assert of_one(datetime.date(2015, 1, 1), "yyyy", "year").given == (("year", "2015"),)


def test_days_are_counted_as_excel_counts_them() -> None:
    assert number("46227", "dd/mm/yyyy").text == "2026-07-24"
    assert number("44765", "dd/mm/yyyy", from_1904=True).text == "2026-07-24"
    assert number("1", "dd/mm/yyyy").text == "1900-01-01"
    assert number("61", "dd/mm/yyyy").text == "1900-03-01"


def with_formula(formula: str, result: Any, **options: Any) -> Sheet:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Queries")
        sheet.write_row(0, 0, ["id", "query", "year"])
        sheet.write_row(1, 0, ["N1", "neglect", "2015"])
        sheet.write_formula(1, 2 if options.pop("year", False) else 1, formula, None, result)
        for name in options.pop("names", ()):
            book.define_name(name, "=Queries!$A$2")
    return read(file.getvalue(), "sheet.xlsx")


@pytest.mark.parametrize(
    ("formula", "result", "query"),
    [('="neg"&"lect"', "neglect", "neglect"), ("=A2", "N1", "N1"), ("=40+7", 47, "47"), ("=DNA", "#NAME?", "=DNA")],
)
def test_a_formula_is_read_as_the_result_that_was_saved_with_it(formula: str, result: object, query: str) -> None:
    (row,) = with_formula(formula, result).questions
    assert (row.query, row.error) == (query, "")


@pytest.mark.parametrize("formula", ['="neg"&"lect"', "=A2", "=SUM(A1:A2)", "=-neglect", "=dna", "=ROUND"])
def test_a_formula_without_a_saved_result_is_an_error(formula: str) -> None:
    (row,) = (
        questions(saved(workbook(["query"], [formula])), "sheet.xlsx")
        if formula != "=ROUND"
        else (with_formula(formula, 0, names=["ROUND"]).questions)
    )
    assert "without its result" in row.error
    (row,) = with_formula("=YEAR(A2)", 0, year=True).questions
    assert row.error.startswith("column year")


def test_a_placeholder_zero_is_not_a_result() -> None:
    (row,) = with_formula('="neg"&"lect"', 0).questions
    assert "without its result" in row.error


@pytest.mark.parametrize("error", ["#N/A", "#NAME?", "#REF!", "#DIV/0!", "#VALUE!", "#NUM!", "#NULL!"])
def test_an_error_value_is_not_a_query(error: str) -> None:
    assert error in of_one(error).error
    assert error in of_one(error, column="year").error
    assert of_one(error, column="note").extra[0] == ("note", error)


def test_the_visible_sheet_is_read_and_the_hidden_one_reported() -> None:
    sheet = trial("hidden_sheet.xlsx")
    assert [(row.id, row.query) for row in sheet.questions] == [("N1", "neglect")]
    assert sheet.read == "sheet new, column B, 1 query; not read: hidden sheet old"


def test_the_first_sheet_with_queries_is_read_and_the_others_are_reported() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["Made by Ann"])
    for name in ("Round 1", "Round 2", "Empty"):
        book.create_sheet(name)
    for name, query in (("Round 1", "neglect"), ("Round 2", "dental")):
        book[name].append(["id", "query"])
        book[name].append(["N1", query])
    book.create_chartsheet("Chart")
    sheet = read(saved(book), "sheet.xlsx")
    assert [row.query for row in sheet.questions] == ["neglect"]
    assert sheet.read == "sheet Round 1, column B, 1 query; not read: sheet Notes, sheet Round 2"


def test_hidden_and_filtered_rows_are_skipped_and_counted() -> None:
    book = workbook(["id", "query"], ["N1", "neglect"], ["N2", "dental"], ["N3", "hunger"], ["N4", "school"])
    book.active.row_dimensions[3].hidden = True
    book.active.auto_filter.ref = "A1:B5"
    data = patched(saved(book), PART, lambda xml: xml.replace('<row r="5"', '<row r="5" ht="0" customHeight="1"'))
    sheet = read(data, "sheet.xlsx")
    assert [(row.id, row.line) for row in sheet.questions] == [("N1", 2), ("N3", 4)]
    assert sheet.read == "sheet Sheet, column B, 2 queries; not read: 2 hidden rows"


def test_hidden_columns_are_skipped_and_reported() -> None:
    book = workbook(["id", "query", "search", "year"], ["N1", "old", "neglect", 2015])
    for column in "BD":
        book.active.column_dimensions[column].hidden = True
    sheet = read(saved(book), "sheet.xlsx")
    assert [(row.query, row.given) for row in sheet.questions] == [("neglect", ())]
    assert sheet.read == "sheet Sheet, column C, 1 query; not read: hidden columns B, D"


def test_a_hidden_sheet_or_column_alone_is_refused_with_the_reason() -> None:
    book = workbook(["id", "query"], ["N1", "neglect"])
    book.active.column_dimensions["B"].hidden = True
    with pytest.raises(UsageError, match=r"Its columns are: id.*Hidden sheets and columns are not read"):
        questions(saved(book), "sheet.xlsx")


def test_a_merged_cell_applies_to_each_row_it_spans() -> None:
    sheet = trial("merged_year.xlsx")
    assert [(row.query, row.given) for row in sheet.questions] == [
        ("neglect", (("year", "2014"),)),
        ("dental", (("year", "2014"),)),
    ]
    assert sheet.read == "sheet Sheet, column B, 2 queries; merged cell C2:C3 read in each row"


def test_a_title_in_merged_cells_is_not_a_query() -> None:
    book = workbook(["Study of neglect"], [], ["id", "query", None], ["N1", "neglect", None], [None, None, "a note"])
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("B3:C3")
    book.active.merge_cells("B4:B5")
    sheet = read(saved(book), "sheet.xlsx")
    assert [(row.query, row.line) for row in sheet.questions] == [("neglect", 4), ("neglect", 5)]
    assert sheet.read == (
        "sheet Sheet, column B, 2 queries; not read: 1 row above the header; merged cell B4:B5 read in each row"
    )


def test_rich_text_is_joined_and_phonetic_hints_are_ignored() -> None:
    rich = CellRichText("voice of ", TextBlock(InlineFont(b=True), "the child"))
    data = saved(workbook(["query"], [rich]))
    assert questions(data, "sheet.xlsx")[0].query == "voice of the child"
    spoken = patched(data, PART, lambda xml: xml.replace("</is>", "<rPh><t>spoken</t></rPh></is>"))
    assert questions(spoken, "sheet.xlsx")[0].query == "voice of the child"


def test_cells_without_references_and_other_namespaces_are_read() -> None:
    def bare(xml: str) -> str:
        xml = re.sub(r' r="[A-Z]*\d+"', "", xml)
        return xml.replace(
            "schemas.openxmlformats.org/spreadsheetml/2006/main", "purl.oclc.org/ooxml/spreadsheetml/main"
        )

    data = patched(saved(workbook(["id", "query"], ["N1", "neglect"])), PART, bare)
    assert [(row.id, row.query, row.line) for row in questions(data, "sheet.xlsx")] == [("N1", "neglect", 2)]


def row_of(number: str, cell: str) -> Callable[[str], str]:
    row = f'<row r="{number}"><c r="{cell}" t="inlineStr"><is><t>hunger</t></is></c></row>'
    return lambda xml: xml.replace("</sheetData>", row + "</sheetData>")


TWICE = "<cols>" + '<col min="1" max="99999999" hidden="1"/>' * 2 + "</cols><sheetData>"
BOMB = '<!DOCTYPE x [<!ENTITY a "neglect">]><worksheet'


@pytest.mark.parametrize(
    "change",
    [
        row_of("9999999999999", "B9"),
        row_of("1048577", "B9"),
        row_of("-1", "B9"),
        row_of("1", "B9"),
        row_of("9", "XFE9"),
        row_of("9", "ZZZZZZ9"),
        lambda xml: xml.replace("<worksheet", BOMB, 1),
        lambda xml: xml[: len(xml) // 2],
        lambda xml: xml.replace("<sheetData>", TWICE),
        lambda xml: xml.replace("neglect", "neglect " * 5000),
        lambda xml: xml.replace('t="inlineStr"', 't="s"').replace("<is><t>", "<v>").replace("</t></is>", "</v>"),
        lambda xml: xml.replace("</worksheet>", '<mergeCells><mergeCell ref="A1:A9999999"/></mergeCells></worksheet>'),
    ],
)  # fmt: skip
def test_a_workbook_that_excel_could_not_have_made_is_refused(change: Callable[[str], str]) -> None:
    data = saved(workbook(["id", "query"], ["N1", "neglect"]))
    with pytest.raises(UsageError, match="damaged"):
        questions(patched(data, PART, change), "sheet.xlsx")


def test_a_cell_far_down_costs_nothing() -> None:
    data = patched(saved(workbook(["id", "query"], ["N1", "neglect"])), PART, row_of("1048576", "ALL1048576"))
    assert [(row.query, row.error) for row in questions(data, "sheet.xlsx")] == [("neglect", "")]


def test_a_cell_far_to_the_right_is_named() -> None:
    data = patched(saved(workbook(["id", "query"], ["N1", "neglect"])), PART, row_of("1048576", "XFD1048576"))
    with pytest.raises(UsageError, match=r"a cell in column XFD\. At most 1,000 columns are read"):
        questions(data, "sheet.xlsx")


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheet_xml, "_CELLS", 1_000)
    many = "".join(f'<row r="{n}"><c><v>1</v></c></row>' for n in range(10, 1_010))
    whole = saved(workbook(["id", "query"], ["N1", "neglect"]))
    data = patched(whole, PART, lambda xml: xml.replace("</sheetData>", many + "</sheetData>"))
    with pytest.raises(UsageError, match="too large"):
        questions(data, "sheet.xlsx")
    bomb = patched(whole, PART, lambda xml: xml.replace("</sheetData>", "</sheetData>" + " " * 26_000_000))
    with pytest.raises(UsageError, match="too large"):
        questions(bomb, "sheet.xlsx")


def test_a_table_that_is_wide_and_long_is_refused_before_it_is_spread_out() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["query", *(f"c{n}" for n in range(990))])
        for row in range(1, 2_100):
            sheet.write_string(row, 0, "neglect")
    with pytest.raises(UsageError, match="too large"):
        questions(file.getvalue(), "sheet.xlsx")


def test_only_the_first_rows_are_searched_for_the_header(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []

    def find(self: Header, rows: list[list[str]]) -> None:
        looked_at.append(len(rows))

    monkeypatch.setattr(Header, "find", find)
    with pytest.raises(UsageError, match="no column called query"):
        questions(saved(workbook(*([n] for n in range(100)))), "sheet.xlsx")
    assert max(looked_at) == LOOKED_AT


def test_one_long_text_in_very_many_cells_is_refused() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["query"])
        for row in range(1, 2000):
            sheet.write_string(row, 0, "neglect " * 4000)
    with pytest.raises(UsageError, match="too large"):
        questions(file.getvalue(), "sheet.xlsx")


def test_a_workbook_with_a_password_says_so() -> None:
    with pytest.raises(UsageError, match="password"):
        questions(b"\xd0\xcf\x11\xe0" + bytes(600), "sheet.xlsx")
