"""The column of queries is found wherever people put it, and a table without one is refused."""

from pathlib import Path

import pytest

from corpus.errors import UsageError
from search.sheets.query_sheet import questions, read

SHEETS = Path(__file__).parent


def asked(text: str, name: str = "sheet.csv") -> list[tuple[str, str]]:
    return [(row.id, row.query) for row in questions(text.encode(), name)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ((SHEETS / "header_terms.csv").read_text(), "header_terms.csv"),
        ((SHEETS / "header_terms.csv").read_text(), ""),
        ("id;Search terms\nN1;neglect\nN2;dental\n", "sheet.csv"),
        ("id\tSearch terms\nN1\tneglect\nN2\tdental\n", "sheet.txt"),
        ("Search terms,Notes\nneglect,mine\ndental,yours\n", ""),
        ("Study of neglect\nid,Search terms\nN1,neglect\nN2,dental\n", "sheet.csv"),
    ],
)
def test_a_table_without_a_column_of_queries_is_refused_with_a_list_of_its_columns(text: str, name: str) -> None:
    with pytest.raises(UsageError, match=r"no column called query\. Its columns are: .*Search terms"):
        questions(text.encode(), name)


@pytest.mark.parametrize(
    "text",
    [
        (SHEETS / "title_row.csv").read_text(),
        "Study of neglect,\n,\nid,query\nN1,neglect\n",
        "Author,Ann\nDate,2026\nid,query\nN1,neglect\n",
        "Term,Autumn 2026\nid,query\nN1,neglect\n",
        '"sep=;"\nid;query\nN1;neglect\n',
        "sep=;\nid;query\nN1;neglect\n",
        "SEP=;,,\nid;query\nN1;neglect\n",
        "sep=|\nid|query\nN1|neglect\n",
        "id|query\nN1|neglect\n",
        "sep=;\nStudy of neglect\nid;query\nN1;neglect\n",
    ],
)
def test_rows_above_the_header_are_not_queries(text: str) -> None:
    assert asked(text) == [("N1", "neglect")]


def test_rows_skipped_above_the_header_are_reported() -> None:
    sheet = read((SHEETS / "title_row.csv").read_bytes(), "title_row.csv")
    assert sheet.read == "column B, 1 query; not read: 1 line above the header"
    assert sheet.questions[0].line == 3


def test_a_query_that_is_the_word_query_is_not_a_header() -> None:
    assert [q for _, q in asked("search,note\nneglect,query\nquery,mine\n")] == ["neglect", "query"]
    assert [q for _, q in asked("neglect\nabuse\nsearch\n", "sheet.txt")] == ["neglect", "abuse", "search"]


def test_an_exact_name_wins_over_a_synonym() -> None:
    (row,) = questions((SHEETS / "search_and_query.csv").read_bytes(), "sheet.csv")
    assert (row.query, row.extra) == ("neglect", (("search", "First search"),))
    (row,) = questions(b"no,ref,id,query,term,year,years\n7,X,N1,neglect,old,2015,2016\n", "sheet.csv")
    assert (row.id, row.query, row.given) == ("N1", "neglect", (("year", "2015"),))
    assert row.extra == (("no", "7"), ("ref", "X"), ("term", "old"), ("years", "2016"))


def test_two_columns_with_the_same_known_name_are_refused() -> None:
    with pytest.raises(UsageError, match="Two columns are called query"):
        questions(b"id,query,Query\nN1,neglect,dental\n", "sheet.csv")


def test_the_first_of_two_synonyms_wins() -> None:
    (row,) = questions(b"search,term\nneglect,old\n", "sheet.csv")
    assert (row.query, row.extra) == ("neglect", (("term", "old"),))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("N1;neglect", "separated differently"),
        ("neglect;2015", "separated differently"),
        ("query,year", "header again"),
    ],
)
def test_a_row_with_another_separator_or_a_repeated_header_is_an_error(row: str, says: str) -> None:
    header = "id,query" if "N1" in row else "query,year"
    first, second = questions(f"{header}\n{row}\nabuse,neglect\n".encode(), "sheet.csv")
    assert says in first.error
    assert first.line == 2
    assert "separated" not in second.error


@pytest.mark.parametrize("name", ["Search terms", "QUERIES", "Keywords:"])
def test_the_title_of_a_list_of_queries_is_not_a_query(name: str) -> None:
    first, second = questions(f"{name}\nneglect\n".encode(), "sheet.txt")
    assert "name of the column" in first.error
    assert (second.query, second.error) == ("neglect", "")


def test_names_of_columns_can_be_queries_in_plain_text() -> None:
    assert [q for _, q in asked("child, abuse\nneglect, dental\n", "sheet.txt")] == ["child, abuse", "neglect, dental"]


def test_lines_of_a_csv_file_without_a_header_are_queries_as_a_spreadsheet_shows_them() -> None:
    text = '"neglect, dental",,\n"""voice of the child"""\n"child in need"\nabuse, school\nhunger\n'
    found = questions(text.encode(), "sheet.csv")
    assert [row.query for row in found if not row.error] == [
        "neglect, dental",
        '"voice of the child"',
        '"child in need"',
        "hunger",
    ]
    assert [(row.line, "2 cells" in row.error) for row in found if row.error] == [(4, True)]


@pytest.mark.parametrize("ends", ["\r", "\r\n", "\n"])
def test_the_line_ends_of_every_system_are_understood(ends: str) -> None:
    assert asked(ends.join(["id,query", "N1,neglect", "N2,dental"])) == [("N1", "neglect"), ("N2", "dental")]


QUERY = "“voice of the child” OR naïve – the café’s £5 … “Siân”"


@pytest.mark.parametrize("encoding", ["mac-roman", "cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "query", [QUERY, "don’t", "“neglect”", "‘neglect’", "café", "Zoë", "Siân", "naïve", "2015–2020"]
)
def test_old_encodings_are_distinguished_by_which_text_makes_sense(encoding: str, query: str) -> None:
    (row,) = questions(f"id,query\nN1,{query}\n".encode(encoding), "sheet.csv")
    assert (row.query, row.error) == (query, "")


def test_an_old_mac_file_is_read_with_its_line_ends() -> None:
    assert asked_bytes("id,query\rN1,“café”\rN2,it’s\r".encode("mac-roman")) == [("N1", "“café”"), ("N2", "it’s")]


def asked_bytes(data: bytes) -> list[tuple[str, str]]:
    return [(row.id, row.query) for row in questions(data, "sheet.csv")]


def test_blanks_and_apostrophes_are_read_as_they_look() -> None:
    text = (
        "id\xa0,query\u200b\n\xa0N1,neglect\xa0AND\u202fdental\nN2,'24/7\nN3,'=DNA\nN4,'voice of the child'\nN5,'til\n"
    )
    assert [q for _, q in asked(text)] == ["neglect AND dental", "24/7", "=DNA", "'voice of the child'", "til"]


@pytest.mark.parametrize("query", ["24-Jul", "Jul-24", "1.00E+05", "#GETTING_DATA"])
def test_a_query_that_excel_changed_before_saving_text_is_an_error(query: str) -> None:
    (row,) = questions(f"id,query\nN1,{query}\n".encode(), "sheet.csv")
    assert "Excel" in row.error


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"id,query\nN1,neglect\n", "sheet.xlsx", "not a workbook"),
        (b"", "sheet.xlsx", "not a workbook"),
        (b"<html><table><tr><td>query", "sheet.xls", "not a workbook"),
        (b"%PDF-1.7\nquery", "sheet.csv", "a PDF"),
        (b"{\\rtf1 query}", "sheet.txt", "a document"),
        (b"<!DOCTYPE html>\nquery", "sheet.csv", "a page"),
        (b"query\nneg\0lect\n", "sheet.csv", "not text"),
        (b"PK\x05\x06" + bytes(18), "sheet.xlsx", "not a workbook"),
    ],
)
def test_a_file_that_is_not_a_sheet_is_refused_with_what_to_do(data: bytes, name: str, says: str) -> None:
    with pytest.raises(UsageError, match=f"{says}.*(Save|save)"):
        questions(data, name)


@pytest.mark.parametrize(
    "line",
    [
        '{"query": true}',
        '{"query": ["neglect", "dental"]}',
        '{"query": {"text": "neglect"}}',
        '{"query": "neglect", "year": {"from": 2015}}',
        '{"query": "neglect", "Query": "dental"}',
        '[{"query": "neglect"}]',
    ],
)
def test_a_json_value_that_is_not_text_is_an_error(line: str) -> None:
    (row,) = questions(line.encode(), "sheet.jsonl")
    assert row.error
