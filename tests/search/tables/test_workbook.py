"""The workbook agrees with a search, opens anywhere, and contains nothing that can run."""

import csv
import gc
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

import reviews
from corpus.errors import LimitHit
from corpus.layout import create_library
from corpus.report import Report
from reviews.library import Library
from reviews.maintenance.update import run as update
from search.batch import runner
from search.batch.mentions import Links
from search.batch.runner import Source
from search.batch.tally import SMALL
from search.sheets.query_sheet import Question, questions
from search.tables import workbook
from search.tables.column_types import MAX_CELL
from search.tables.workbook import Link
from search.tables.writers import write_rows
from tests.command import START, argv, environment
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
OFFICE = shutil.which("soffice")
SHEET = """id,query,year,who
A,neglect,,=cmd|' /C calc'!A0
B,school,2014..2020,+1
C,review OR reports,,-1
D,nosuchwordatall,,@x
E,"(odd",,
F,year:2014,,
G,"theme:""voice of the child"" ",,
"""
SHEETS = [
    "Summary",
    "Matrix",
    "Mentions",
    "Same report",
    "Same paragraph",
    "By year",
    "By year (N)",
    "By year (share)",
    "Errors",
]


@pytest.fixture(scope="module")
def asked() -> list[Question]:
    return questions(SHEET.encode(), "sheet.csv")


@pytest.fixture(scope="module")
def written(demo: Library, asked: list[Question], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("book") / "out.xlsx"
    demo.batch(asked, out, sheet="sheet.csv")
    return out


Cells = list[list[object]]


def cells(path: Path, sheet: str) -> Cells:
    book = openpyxl.load_workbook(path)
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def table(rows: Cells) -> list[dict[object, object]]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_the_workbook_has_every_sheet_in_order(written: Path) -> None:
    assert openpyxl.load_workbook(written).sheetnames == [*SHEETS, "About"]


def test_summary_matrix_and_mentions_agree_with_a_search(demo: Library, asked: list[Question], written: Path) -> None:
    mentions = table(cells(written, "Mentions"))
    matrix = cells(written, "Matrix")
    for n, (question, told) in enumerate(zip(asked, table(cells(written, "Summary")), strict=True), 6):
        column = [row[n] for row in matrix[3:] if row[n] != "NA"]
        if question.id == "E":
            assert told["error"]
            assert (matrix[0][n], matrix[1][n]) == ("NA", "NA")
            assert column == []
            continue
        answer = demo.search(question.query, question.filters, limit=None, per_report=None)
        found = sum(hit.mentions for hit in answer)
        assert (told["reports"], told["mentions"]) == (answer.total, found)
        assert (matrix[0][n], matrix[1][n]) == (answer.total, found)
        assert (len(column), sum(int(str(count)) for count in column)) == (told["of"], found)
        assert found == sum(int(str(row["mentions"])) for row in mentions if row["id"] == question.id)
        assert told["share"] == pytest.approx(answer.total / int(str(told["of"])), abs=1e-4)


def test_queries_that_occur_together_are_counted_by_report_and_by_paragraph(
    demo: Library, asked: list[Question], written: Path
) -> None:
    places: dict[str, tuple[set[str], set[tuple[str, int]]]] = {}
    for question in asked:
        if question.id != "E":
            answer = demo.search(question.query, question.filters, limit=None, per_report=None)
            reports = {hit.report.id for hit in answer}
            inside = {(hit.report.id, p.ordinal) for hit in answer for p in hit.passages if p.highlights}
            places[question.id] = (reports, inside)
    for which, name in enumerate(("Same report", "Same paragraph")):
        for row in table(cells(written, name)):
            for other in places:
                both = places[str(row["id"])][which] & places[other][which]
                assert row[other] == len(both), (name, row["id"], other)


def test_counts_and_shares_by_year_agree_with_the_reports_held(demo: Library, written: Path) -> None:
    counts, shares = (table(cells(written, name)) for name in ("By year", "By year (share)"))
    held = counts[0]
    readable = [report for report in demo.reports() if report.searchable]
    for year, of in list(held.items())[2:]:
        assert of == sum(str(report.year or "unknown") == year for report in readable)
        assert int(str(counts[1][year])) / int(str(of)) == pytest.approx(float(str(shares[1][year])), abs=1e-3)


def test_a_filtered_row_has_its_own_n_of_each_year(demo: Library, asked: list[Question], written: Path) -> None:
    counts, searched, shares = (
        {row["id"]: row for row in table(cells(written, name))}
        for name in ("By year", "By year (N)", "By year (share)")
    )
    for question in asked:
        if question.id == "E":
            assert "E" not in counts
            continue
        held = Counter(
            str(report.year or "unknown") for report in demo.searcher().reports(question.filters) if report.searchable
        )
        hits = demo.search(question.query, question.filters, limit=None)
        found = Counter(str(hit.report.year or "unknown") for hit in hits if hit.report.searchable)
        for year in [*counts[question.id]][2:]:
            n, of, share = (sheet[question.id][year] for sheet in (counts, searched, shares))
            if not held[str(year)]:
                assert (n, of, share) == (None, None, None)
                continue
            assert (n, of) == (found[str(year)], held[str(year)])
            assert share == pytest.approx(found[str(year)] / held[str(year)])


@pytest.mark.parametrize("name", ["By year", "By year (share)"])
def test_small_counts_by_year_and_their_shares_are_in_italics(written: Path, name: str) -> None:
    book = openpyxl.load_workbook(written)
    counts, shown = ([*book[sheet].iter_rows(min_row=3, min_col=3)] for sheet in ("By year", name))
    marked = 0
    for row, cells in zip(counts, shown, strict=True):
        for count, cell in zip(row, cells, strict=True):
            if count.value is None:
                assert cell.value is None
                continue
            small = 0 < int(str(count.value)) < SMALL
            assert bool(cell.font.i) == small
            marked += small
    assert marked


def test_the_matrix_is_sorted_by_title_and_linked_to_mentions_by_id(written: Path) -> None:
    matrix = cells(written, "Matrix")
    titles = [str(row[0]) for row in matrix[3:]]
    assert titles == sorted(titles, key=str.casefold)
    told = {(row["title"], row["report"]) for row in table(cells(written, "Mentions"))}
    assert {report for _, report in told} <= {row[4] for row in matrix[3:]}
    assert len(told) == len({report for _, report in told}) > 5


def test_an_empty_column_is_narrow(demo: Library, written: Path, tmp_path: Path) -> None:
    settings = create_library(tmp_path / "library")
    (file,) = next(report.files for report in demo.reports() if not report.case)
    shutil.copy(demo.settings.library / file, settings.reports)
    update(settings, [])
    with reviews.open(settings.library) as library:
        assert not library.searcher().reports()[0].case
        library.batch([Question("A", "child", 1)], tmp_path / "out.xlsx")
    bare, full = (openpyxl.load_workbook(path)["Mentions"] for path in (tmp_path / "out.xlsx", written))
    place = {cell.value: cell.column_letter for cell in bare[1]}
    wide = {name: [sheet.column_dimensions[place[name]].width for sheet in (bare, full)] for name in ("case", "text")}
    assert wide["case"][0] < 10 < wide["case"][1]
    assert wide["text"][0] == wide["text"][1] > 40


def test_no_cell_is_a_formula_and_links_open_only_pdfs(written: Path) -> None:
    book = openpyxl.load_workbook(written)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                    assert cell.quotePrefix, f"{cell.coordinate} would become a formula when somebody edits it"
    with zipfile.ZipFile(written) as parts:
        assert not [name for name in parts.namelist() if "external" in name.lower() or "vba" in name.lower()]
    for row in book["Mentions"].iter_rows(min_row=2):
        told = dict(zip([cell.value for cell in book["Mentions"][1]], row, strict=True))
        link = told["link"].hyperlink
        if told["page"].value is None:  # the report matches `year:2014` as a whole
            assert link is None
            continue
        assert link.target.lower().startswith("file:///")
        assert unquote(link.target).endswith(f"/{told['file'].value}")
        assert link.location == f"page={told['page'].value}"
    carried = {cell.value for row in book["Mentions"].iter_rows() for cell in row if isinstance(cell.value, str)}
    assert {"=cmd|' /C calc'!A0", "+1", "-1"} <= carried, "what the sheet carried stays as it was"


def source(library: Library) -> Source:
    settings = library.settings
    return Source(settings)


def test_what_does_not_fit_on_the_sheet_of_mentions_is_left_out_and_the_workbook_says_so(
    demo: Library, asked: list[Question], tmp_path: Path
) -> None:
    whole = demo.batch(asked, tmp_path / "whole.xlsx")
    done = runner.run(asked, source(demo), tmp_path / "out.xlsx", max_rows=20)
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames == [*SHEETS, "About"], "and not Mentions 2"
    assert cells(tmp_path / "out.xlsx", "Mentions") == cells(tmp_path / "whole.xlsx", "Mentions")[:21]
    assert (whole.left_out, done.left_out, done.rows) == (0, whole.rows - 20, whole.rows)
    assert whole.note == ""
    for said in (done.note, str(cells(tmp_path / "out.xlsx", "About"))):
        assert f"20 of {whole.rows:,} rows" in said
        assert all(form in said for form in (".csv", ".jsonl", ".parquet"))
    before, after = (Counter(row["id"] for row in table(cells(tmp_path / f"{name}.xlsx", "Mentions")))
                     for name in ("whole", "out"))  # fmt: skip
    for row in table(cells(tmp_path / "out.xlsx", "Summary")):
        missing = before[row["id"]] - after[row["id"]]
        assert (f"{missing:,} rows of this query are not on it" in str(row["warnings"])) == bool(missing)
    for sheet in ("Matrix", "Same report", "Same paragraph", "By year"):
        assert cells(tmp_path / "out.xlsx", sheet) == cells(tmp_path / "whole.xlsx", sheet), "they are complete"


def test_a_batch_that_leaves_rows_out_says_so_on_stderr(demo: Library, tmp_path: Path) -> None:
    (tmp_path / "sheet.txt").write_text("neglect\nchild*\n", "utf-8")
    start = "import search.batch.runner as runner; runner.run.__kwdefaults__['max_rows'] = 5; "
    done = subprocess.run(
        argv(
            demo.settings.library, "batch", tmp_path / "sheet.txt", "--out", tmp_path / "out.xlsx", start=start + START
        ),
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert "does not hold all mentions: an Excel sheet is full at 5 of" in done.stderr
    assert "--out answers.csv, answers.jsonl or answers.parquet" in done.stderr


def test_a_table_with_more_rows_than_a_sheet_is_refused_and_not_cut(tmp_path: Path) -> None:
    rows = [{"text": str(n)} for n in range(10)]
    with pytest.raises(LimitHit, match=r"more than 9 rows.*Write \.csv, \.jsonl or \.parquet"):
        write_rows(tmp_path / "out.xlsx", rows, ("text",), max_rows=10)
    assert not list(tmp_path.iterdir())
    assert write_rows(tmp_path / "out.xlsx", rows[:9], ("text",), max_rows=10) == 9


def test_beyond_the_limit_on_links_the_cell_holds_the_address_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_LINKS", 2)
    links = [Link("file:///" + "x" * 3_000, "too long")]
    links += [Link(f"file:///a%20%26b.pdf#page={n}", f"page {n}") for n in (1, 2, 3)]
    with workbook.Book(tmp_path / "out.xlsx") as book:
        sheet = book.sheet("Mentions", ("link",))
        for link in links:
            sheet.write({"link": link})
    (column,) = openpyxl.load_workbook(tmp_path / "out.xlsx")["Mentions"].iter_cols()
    assert [(c.value, c.hyperlink.target.lower(), c.hyperlink.location) for c in column if c.hyperlink] == [
        (f"page {n}", "file:///a%20%26b.pdf", f"page={n}") for n in (1, 2)
    ]
    assert [c.value for c in column if not c.hyperlink] == ["file:///" + "x" * 3_000, "file:///a%20%26b.pdf#page=3"]


def test_only_a_share_is_shown_as_a_percentage(tmp_path: Path) -> None:
    write_rows(tmp_path / "out.xlsx", [{"score": 45.3, "share": 0.25, "year": 2015, "mentions": 1234}], columns := (
        "score", "share", "year", "mentions"))  # fmt: skip
    row = openpyxl.load_workbook(tmp_path / "out.xlsx")["out"][2]
    shown = dict(zip(columns, (cell.number_format for cell in row), strict=True))
    assert shown == {"score": "#,##0.0#", "share": "0.0%", "year": "0", "mentions": "#,##0"}


def test_text_that_a_cell_cannot_hold_is_cut_or_replaced(tmp_path: Path) -> None:
    odd = ["\x00\x01\x1f", "\ufffe\uffff", "\ud800", "_x0041_", "a" * 40_000, "=1+1", "\t=1", "line\nbreak", " "]
    write_rows(tmp_path / "odd.xlsx", ({"text": text} for text in odd), ("text",))
    read = [row[0] for row in cells(tmp_path / "odd.xlsx", "odd")[1:]]
    assert len(read) == len(odd)
    assert unescape(str(read[3])) == "_x0041_", "what looks like an escape is escaped itself"
    assert len(str(read[4])) == MAX_CELL
    assert "cut" in str(read[4])
    assert read[5] == "=1+1"


@pytest.mark.skipif(os.name == "nt", reason="Windows does not delete a folder whose files are open")
@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_no_temporary_file_stays_open_when_the_folder_has_gone(tmp_path: Path) -> None:
    (folder := tmp_path / "temporary").mkdir()
    book = workbook.Book(folder / "out.xlsx", folder)
    book.sheet("One", ["query"]).header()
    shutil.rmtree(folder)
    with pytest.raises(FileNotFoundError):
        book.__exit__(None, None, None)
    del book
    gc.collect()


def test_a_link_opens_the_page() -> None:
    report = Report("f" * 64, ("reports/a b#1.pdf",), "A", pages=9, unread_pages=0)
    assert Links(Path("/held")).to(report, 7).endswith("/reports/a%20b%231.pdf#page=7")
    assert Links(Path("/held"), "http://x/").to(report, 7) == f"http://x/reports/{'f' * 64}/pages/7"


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_reads_the_same_numbers(written: Path, tmp_path: Path) -> None:
    converted(written, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1", tmp_path)
    for name in (*SHEETS, "About"):
        with (tmp_path / f"out-{name}.csv").open(encoding="utf-8", newline="") as file:
            theirs = [row for row in csv.reader(file) if any(row)]
        ours = [[plain(cell) for cell in row] for row in cells(written, name)]
        ours = [row for row in ours if any(row)]
        assert [[plain(cell) for cell in row] for row in theirs] == ours, name


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_same_rows_from_the_csv(demo: Library, asked: list[Question], tmp_path: Path) -> None:
    demo.batch(asked, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        ours = [[plain(cell) for cell in row] for row in csv.reader(file)]
    converted(tmp_path / "out.csv", "xlsx", tmp_path / "theirs", "--infilter=CSV:44,34,76")
    (sheet,) = openpyxl.load_workbook(tmp_path / "theirs" / "out.xlsx").worksheets
    theirs = [[plain(cell.value) for cell in row] for row in sheet.iter_rows(max_col=len(ours[0]))]
    assert theirs == ours
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)


def converted(file: Path, form: str, folder: Path, *more: str) -> None:
    """Return what LibreOffice converts a file to."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    words = [str(OFFICE), profile, "--headless", *more, "--convert-to", form, "--outdir", str(folder), str(file)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr


def plain(cell: object) -> str:
    """Return a cell as text, with numbers and white space normalised."""
    text = "" if cell is None else str(cell)
    try:
        return f"{float(text.rstrip('%')) / (100 if text.endswith('%') else 1):.4g}"
    except ValueError:
        return " ".join(text.split())


def test_a_table_keeps_no_text_in_the_temporary_folder_of_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    assert write_rows(tmp_path / "out.xlsx", [{"words": "The child was seen."}], ("words",)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out.xlsx"]
