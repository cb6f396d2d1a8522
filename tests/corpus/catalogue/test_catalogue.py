"""The catalogue survives Excel, and a mistake in it affects nothing else."""

import csv
import io
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.catalogue.describe import describe
from corpus.catalogue.rows import COLUMNS, DERIVED, Row, case_id, load, parse, suggest, to_csv
from corpus.catalogue.text_table import printable
from corpus.errors import LimitHit
from corpus.layout import CATALOGUES
from corpus.report import Report

PLAIN = "file,title,child,year\nelm.pdf,Child Elm – Überblick,Child Elm,2019\nyew.pdf,“Yew”,Child Yew,2020\n"


def cells(data: bytes | str) -> list[dict[str, str]]:
    return [dict(row.cells) for row in parse(data.encode() if isinstance(data, str) else data).rows]


def problems(data: bytes | str) -> list[str]:
    return [str(problem) for problem in parse(data.encode() if isinstance(data, str) else data).problems]


class TestAsExcelLeavesIt:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac-roman"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
    def test_every_way_of_saving_gives_the_same_result(self, encoding: str, delimiter: str, line_end: str) -> None:
        data = PLAIN.replace(",", delimiter).replace("\n", line_end).encode(encoding)
        assert (cells(data), problems(data)) == (cells(PLAIN), [])
        assert cells(PLAIN)[0]["title"] == "Child Elm – Überblick"

    @pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;,,"])
    def test_the_line_that_declares_the_separator_is_skipped(self, first: str) -> None:
        catalogue = parse(f"{first}\r\nfile;title\r\nelm.pdf;Elm\r\n".encode())
        assert catalogue.rows == (Row(3, {"file": "elm.pdf", "title": "Elm"}),)

    def test_columns_may_be_reordered_and_spelled_in_capitals(self) -> None:
        assert cells('Title, FILE ,"YEAR"\nElm,elm.pdf,2019') == [{"title": "Elm", "file": "elm.pdf", "year": "2019"}]

    def test_more_columns_are_kept_and_written_back(self) -> None:
        catalogue = parse(b"Checked by,file,,title\nAnna,elm.pdf,x,Elm\n")
        assert catalogue.columns == ("Checked by", "file", "column 3", "title")
        again = parse(to_csv([row.cells for row in catalogue.rows], catalogue.columns))
        assert again == catalogue

    def test_empty_lines_and_empty_trailing_cells_are_ignored(self) -> None:
        catalogue = parse(b"file,title,,\n\n,,,\nelm.pdf,Elm,,,,,,\n\n")
        assert catalogue.rows == (Row(4, {"file": "elm.pdf", "title": "Elm"}),)
        assert catalogue.problems == ()

    def test_a_cell_may_span_several_lines(self) -> None:
        catalogue = parse(b'file,notes,title\nelm.pdf,"one\n""two""\n\nthree",Elm\nyew.pdf,,Yew\n')
        assert [row.line for row in catalogue.rows] == [2, 6]
        assert catalogue.rows[0].get("notes") == 'one\n"two"\n\nthree'
        assert catalogue.problems == ()

    def test_one_pasted_line_in_another_encoding_does_not_affect_the_others(self) -> None:
        data = "file,title\nelm.pdf,Élan\n".encode() + "yew.pdf,Café\n".encode("cp1252") + "oak.pdf,Ôde\n".encode()
        assert [row["title"] for row in cells(data)] == ["Élan", "Café", "Ôde"]

    def test_what_looks_like_a_formula_is_text(self) -> None:
        row = {"file": "elm.pdf", "title": '=HYPERLINK("http://example.org","x")', "notes": "-1+1", "child": "'@x"}
        written = to_csv([row])
        for cell in next(csv.reader(io.StringIO(written.decode("utf-8-sig").split("\n", 1)[1]))):
            assert not cell.startswith(("=", "+", "-", "@"))
        assert cells(written) == [row]
        assert cells("file,title\nelm.pdf,=1+1\n") == [{"file": "elm.pdf", "title": "=1+1"}]

    @pytest.mark.parametrize(
        ("typed", "read"),
        [("2019", "2019"), ("2019-03", "2019-03"), ("31/03/2019", "2019-03-31"), ("1.3.2019", "2019-03-01")],
    )
    def test_a_date_is_read_as_british_people_write_it(self, typed: str, read: str) -> None:
        assert parse(f"file,published\nelm.pdf,{typed}".encode()).rows[0].value("published") == read


class TestMistakes:
    def test_a_bad_cell_is_reported_and_the_rest_of_its_row_is_used(self) -> None:
        no_date = "is not a date like 2019-03-31, 31/03/2019 or 2019; the cell is not used"
        data = "file,year,published,sha256\nelm.pdf,2019-20,03/31/2019,abc\nyew.pdf,2020,2019-02-30,\n"
        assert problems(data) == [
            "line 2, column sha256: 'abc' is not the SHA-256 of a file (64 letters and digits); the cell is not used",
            "line 2, column year: '2019-20' is not a year like 2019; the cell is not used",
            f"line 2, column published: '03/31/2019' {no_date}",
            f"line 3, column published: '2019-02-30' {no_date}",
        ]
        elm, yew = parse(data.encode()).rows
        assert [elm.value(name) for name in ("file", "year", "published", "sha256")] == ["elm.pdf", "", "", ""]
        assert elm.get("year") == "2019-20"
        assert yew.value("year") == "2020"

    def test_a_quotation_mark_without_a_partner_costs_one_row(self) -> None:
        data = 'file,title\nelm.pdf,"Elm\nyew.pdf,"Yew, a review"\noak.pdf,"Oak\n" ash.pdf,Ash\nfir.pdf,Fir\n'
        assert [row["file"] for row in cells(data)] == ["yew.pdf", "fir.pdf"]
        assert [problem[:7] for problem in problems(data)] == ["line 2:", "line 4:", "line 5:"]

    @pytest.mark.parametrize(
        "yew", ['yew.pdf,6" high,2020', 'yew.pdf,6",2020,x', 'yew.pdf,Yew,2020,6"', 'yew.pdf,Yew,6",']
    )
    def test_it_never_swallows_the_next_row(self, yew: str) -> None:
        catalogue = parse(f'file,title,year,notes\nelm.pdf,"Elm,2019,x\n{yew}\noak.pdf,Oak,,\n'.encode())
        assert [row.get("file") for row in catalogue.rows] == ["yew.pdf", "oak.pdf"]
        assert catalogue.problems[0].line == 2

    def test_a_quotation_mark_open_to_the_end_costs_one_row(self) -> None:
        data = 'file,title\nelm.pdf,"Elm\n' + "yew.pdf,Yew\n" * 500
        assert len(cells(data)) == 500
        assert "partner" in problems(data)[0]

    def test_a_file_full_of_quotation_marks_is_read_quickly(self) -> None:
        assert parse(b"file,title\n" + b'a,"b\n' * 20_000).rows == ()

    def test_a_row_with_too_many_commas_is_reported(self) -> None:
        data = "file,title\nelm.pdf,Elm, a review\nyew.pdf,Yew\n"
        assert cells(data) == [{"file": "yew.pdf", "title": "Yew"}]
        assert problems(data)[0].startswith("line 2: has 3 cells for 2 columns")

    def test_duplicates_are_reported(self) -> None:
        data = f"file,sha256,title\nelm.pdf,{'a' * 64},A\nELM.PDF,{'A' * 64},A\n,,Yew\n,,yew\n"
        assert [problem.split(",")[:2] for problem in problems(data)] == [
            ["line 3", " column file: the same as in line 2"],
            ["line 3", " column sha256: the same as in line 2"],
            ["line 5", " column title: the same as in line 4"],
        ]
        assert len(cells(data)) == 4

    def test_a_row_that_cannot_match_anything_is_reported(self) -> None:
        assert problems("file,year\n,2019\n") == ["line 2: matches no report: fill in file, sha256 or title"]

    def test_a_duplicate_column_is_reported_and_kept(self) -> None:
        catalogue = parse(b"file,title,Title\nelm.pdf,Elm,Ulme\n")
        assert catalogue.rows[0].cells == {"file": "elm.pdf", "title": "Elm", "title (3)": "Ulme"}
        assert [str(problem) for problem in catalogue.problems] == [
            "line 1, column title: this column appears twice; the first one is used"
        ]

    @pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"a,b\nc,d\n", b"\0" * 50, b"%PDF-1.4\n%\xe2\xe3"])
    def test_a_file_that_is_not_a_catalogue_is_reported(self, data: bytes) -> None:
        assert parse(data).rows == ()
        assert "must name the columns" in problems(data)[0]

    @given(st.binary(max_size=300))
    def test_no_bytes_raise_an_error(self, data: bytes) -> None:
        parse(b"file,title\n" + data)
        parse(data)

    @given(st.lists(st.fixed_dictionaries({"file": st.text(max_size=8), "title": st.text(max_size=20)}), max_size=5))
    def test_what_is_written_can_be_read_again(self, rows: list[dict[str, str]]) -> None:
        plain = [{key: " ".join(printable(text).split()) for key, text in row.items()} for row in rows]
        plain = [{key: text.encode("utf-8", "replace").decode() for key, text in row.items()} for row in plain]
        plain = [{key: normalize("NFC", text) for key, text in row.items()} for row in plain]  # as it is read
        plain = [row for row in plain if row["file"].replace("\0", "")]
        assert cells(to_csv(plain)) == [{key: text for key, text in row.items() if text} for row in plain]

    def test_a_missing_file_has_no_rows(self, tmp_path: Path) -> None:
        assert load(tmp_path / "catalogue.csv").rows == ()
        with pytest.raises(LimitHit, match="cannot be read"):
            load(tmp_path)


class TestSuggestions:
    REPORT = Report(
        id="e1" * 32,
        files=("reports/Elm (1).pdf", "x.pdf"),
        title="Child Elm",
        pages=3,
        unread_pages=0,
        board="W",
        child="Child Elm",
        year=2019,
        case="W / Child Elm / 2019",
        provenance={"title": "cover", "board": "cover", "child": "cover sheet", "year": "cover", "case": DERIVED},
    )

    def test_a_row_holds_what_was_read_and_where(self) -> None:
        assert suggest([self.REPORT]) == [
            {
                "file": "Elm (1).pdf",
                "sha256": "e1" * 32,
                "title": "Child Elm",
                "board": "W",
                "child": "Child Elm",
                "year": "2019",
                "notes": "title from cover; board from cover; child from cover sheet; year from cover",
            }
        ]
        assert parse(to_csv(suggest([self.REPORT]))).problems == ()

    def test_nothing_is_proposed_for_a_report_that_is_catalogued(self) -> None:
        assert suggest([Report("e1", ("a.pdf",), "Elm", 1, 0, provenance={"title": "catalogue"})]) == []

    def test_a_file_name_is_not_a_title(self) -> None:
        (row,) = suggest([Report("e1", ("a.pdf",), "a", 1, 0, provenance={"title": "file name"})])
        assert "title" not in row


class TestWhereAndWhen:
    @pytest.mark.parametrize(
        ("published", "is_told"),
        [("2019", True), ("31/12/2019", True), ("2020", False), ("2021-03", False), ("", False)],
    )
    def test_a_review_published_before_its_year_is_reported(self, published: str, is_told: bool) -> None:
        data = f"file,year,published\nelm.pdf,2020,{published}\n"
        said = f"line 2, column published: {published} is before 2020, the year of the review; correct one of them"
        assert problems(data) == ([said] if is_told else [])

    @pytest.mark.parametrize(
        "address", ["www.fernshire.example/elm.pdf", "see the website", "javascript:x()", "http://"]
    )
    def test_an_invalid_address_is_reported_and_not_used(self, address: str) -> None:
        (row,) = parse(f"file,url\nelm.pdf,{address}\n".encode()).rows
        assert row.value("url") == ""
        assert "column url" in problems(f"file,url\nelm.pdf,{address}\n")[0]

    def test_the_address_and_the_access_date_of_the_report_are_known(self) -> None:
        (row,) = parse(b"file,url,accessed\nelm.pdf,https://fernshire.example/elm.pdf,14/03/2026\n").rows
        report = describe("a" * 64, ["elm.pdf"], (3, 0, True), {}, row)
        assert (report.url, report.accessed) == ("https://fernshire.example/elm.pdf", "2026-03-14")
        assert report.to_dict()["url"] == "https://fernshire.example/elm.pdf"
        assert report.provenance["url"] == "catalogue"


class TestTheExampleOfKnowsley:
    def test_the_example_has_no_mistakes(self) -> None:
        catalogue = load(CATALOGUES["knowsley"])
        assert (catalogue.columns, catalogue.problems) == (COLUMNS, ())
        assert len(catalogue.rows) == 22

    def test_the_year_and_the_child_are_in_the_title(self) -> None:
        """Nothing is guessed: the year, child and area of a row are in its title or in the heading on the page."""
        for row in load(CATALOGUES["knowsley"]).rows:
            title = row.get("title").casefold()
            assert row.get("year")[-2:] in title, row
            assert row.get("child").casefold() in title, row
            assert row.get("area") in row.get("title") + row.get("notes"), row
            assert not row.get("published"), row


def test_one_title_of_two_boards_is_not_a_mistake_but_one_board_with_two_is() -> None:
    assert problems("title,board\nExecutive Summary,Dunmoor SCP\nExecutive Summary,Larkmere SCP\n") == []
    assert problems("title,child\nOverview Report,Child Elm\nOverview Report,Child Yew\n") == []
    (problem,) = problems("title,board\nExecutive Summary,Dunmoor SCP\nexecutive summary,Dunmoor SCP\n")
    assert "the same as in line 2" in problem


def test_an_accent_that_a_mac_wrote_as_a_mark_is_one_letter() -> None:
    assert cells("title,board\nSia\u0302n,Dunmoor\n") == [{"title": "Si\u00e2n", "board": "Dunmoor"}]


def test_a_case_needs_board_child_and_year() -> None:
    assert case_id("Westmoor", "Child A", 2019) == "Westmoor / Child A / 2019"
    assert (
        case_id("Westmoor", "Child A", None) is case_id("", "Child A", 2019) is case_id("Westmoor", None, 2019) is None
    )
