"""The rows of a long table are made before their place is known, and stand in the workbook as any other cell does."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from search.tables import sheet_rows
from search.tables.sheet_rows import Kept, Link, parted
from search.tables.workbook import Book, lines_of

COLUMNS = ("id", "year", "share", "mentions", "text", "link", "title")


def written(path: Path, rows: Iterable[dict[str, Any]], max_rows: int = 1000) -> Any:
    line, file = lines_of(COLUMNS).line, io.BytesIO()
    kept = Kept(file)
    for row in rows:
        kept.write(line(row))
    file.seek(0)
    with Book(path) as book:
        summary = book.sheet("Summary", ("id",))
        summary.header(["=other", "first"])  # formats that are used before ours
        summary.cells([0.5, "+1"], book.total)
        book.table("Mentions", COLUMNS, iter(file), kept.pieces(), max_rows=max_rows)
    return openpyxl.load_workbook(path)


def test_a_line_made_elsewhere_has_the_formats_of_the_book(tmp_path: Path) -> None:
    row = {"id": "=A", "year": 2015, "share": 0.25, "mentions": 1234, "text": "said & <done>", "title": "-"}
    sheet = written(tmp_path / "out.xlsx", [row])["Mentions"]
    told = {str(cell.value): below for cell, below in zip(sheet[1], sheet[2], strict=True)}
    assert {name: cell.value for name, cell in told.items() if name != "link"} == row
    assert told["id"].quotePrefix
    assert told["title"].quotePrefix
    assert told["title"].alignment.wrap_text
    assert told["text"].alignment.wrap_text
    assert not told["text"].quotePrefix
    assert not told["id"].alignment.wrap_text
    formats = {name: told[name].number_format for name in ("year", "share", "mentions")}
    assert formats == {"year": "0", "share": "0.0%", "mentions": "#,##0"}


def test_a_cell_that_repeats_the_one_above_is_the_same_in_its_own_row(tmp_path: Path) -> None:
    rows = [{"id": "A", "text": "one\ntwo", "mentions": n} for n in range(50)]
    sheet = written(tmp_path / "out.xlsx", rows)["Mentions"]
    assert [[row[0].value, row[3].value, row[4].value] for row in sheet.iter_rows(min_row=2)] == [
        ["A", n, "one\ntwo"] for n in range(50)
    ]
    assert sheet.dimensions == sheet.auto_filter.ref == "A1:G51"


def test_beyond_the_links_that_excel_allows_the_address_stands_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_rows, "MAX_LINKS", 2)
    rows = [{"id": "A", "link": Link(f"file:///a%20%26b.pdf#page={n}", f"page {n}")} for n in range(1, 8)]
    rows[0]["link"] = Link("file:///" + "x" * 3_000, "too long")
    book = written(tmp_path / "out.xlsx", rows, max_rows=5)
    cells = [row[5] for name in ("Mentions", "Mentions 2") for row in book[name].iter_rows(min_row=2)]
    linked = [(cell.value, cell.hyperlink.target, cell.hyperlink.location) for cell in cells if cell.hyperlink]
    assert linked == [(f"page {n}", "file:///a%20%26b.pdf", f"page={n}") for n in (2, 3, 5, 6)]
    plain = [cell.value for cell in cells if not cell.hyperlink]
    assert plain == ["file:///" + "x" * 3_000, "file:///a%20%26b.pdf#page=4", "file:///a%20%26b.pdf#page=7"]


def test_a_sheet_ends_where_its_rows_or_its_bytes_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parted([], 10) == [0]
    assert parted([(25, 100)], 10) == [10, 10, 5]
    assert parted([(3, 100)] * 7, 10) == [10, 10, 1]
    monkeypatch.setattr(sheet_rows, "MAX_PART", 100)
    assert parted([(1, 40)] * 5, 10) == [2, 2, 1]
    assert parted([(3, 200)] * 2, 10) == [3, 3]


def test_no_sheet_has_more_bytes_than_were_reckoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_rows, "MAX_PART", 60_000)
    monkeypatch.setattr(sheet_rows, "_PIECE", 5_000)
    monkeypatch.setattr(sheet_rows, "_BLOCK", 7_000)
    rows = [{"id": f"{n}", "text": "said " * (n % 60), "mentions": n} for n in range(1_000)]
    book = written(tmp_path / "out.xlsx", rows)
    told = [row[0] for sheet in book.worksheets[1:] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert told == [str(n) for n in range(1_000)]
    with zipfile.ZipFile(tmp_path / "out.xlsx") as parts:
        assert parts.testzip() is None
        sizes = [parts.getinfo(f"xl/worksheets/sheet{n}.xml").file_size for n in range(2, len(book.worksheets) + 1)]
    assert len(sizes) > 4
    assert max(sizes) < 60_000 + 2_000, "and what stands before and behind the rows"
    assert min(sizes[:-1]) > 60_000 - 15_000, "and no sheet ends long before"
