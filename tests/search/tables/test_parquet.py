"""A Parquet file has every row, with a type for each column."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import UsageError
from reviews.library import Library
from search.sheets.query_sheet import questions
from search.tables import parquet
from search.tables.writers import write_rows

SHEET = b"""id,query,line,5
A,neglect,ten,x
B,"(odd",,
C,nosuchwordatall,,
D,year:2014,,
"""


def read(path: Path) -> Any:
    return pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed").read_table(path)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_batch_in_parquet_has_the_rows_and_values_of_json_lines(demo: Library, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    asked = questions(SHEET, "sheet.csv")
    done = demo.batch(asked, tmp_path / "out.parquet")
    demo.batch(asked, tmp_path / "out.jsonl")
    assert [path.name for path in done.files] == [
        "out.parquet", "out.summary.parquet", "out.matrix.parquet", "out.in_scope.parquet",
        "out.by.parquet", "out.terms.parquet", "out.pairs.parquet", "out.about.json",
    ]  # fmt: skip
    for part in ("", ".summary", ".matrix", ".by", ".terms", ".pairs"):
        assert read(tmp_path / f"out{part}.parquet").to_pylist() == lines(tmp_path / f"out{part}.jsonl")
    assert done.rows == len(lines(tmp_path / "out.jsonl"))


def test_numbers_are_numbers_and_columns_of_the_sheet_are_text_whatever_they_are_called(
    demo: Library, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    demo.batch(questions(SHEET, "sheet.csv"), tmp_path / "out.parquet")
    types = {field.name: str(field.type) for field in read(tmp_path / "out.parquet").schema}
    numbers = {"year", "page", "page_end", "ordinal", "mentions"}
    assert {name for name, type_ in types.items() if type_ == "int64"} == numbers
    assert types["confidence"] == "double"
    assert {types[name] for name in types.keys() - numbers - {"confidence"}} == {"string"}
    assert {"line", "5"} < types.keys()
    summary = {field.name: str(field.type) for field in read(tmp_path / "out.summary.parquet").schema}
    assert (summary["reports"], summary["share"], summary["line"]) == ("int64", "double", "string")
    matrix = {field.name: str(field.type) for field in read(tmp_path / "out.matrix.parquet").schema}
    assert {matrix[name] for name in "ABCD"} == {"int64"}


def test_a_long_table_is_written_in_groups_of_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    monkeypatch.setattr(parquet, "_GROUP", 100)
    rows = [{"page": n, "text": f"row {n}", "small": n % 2 == 0, "score": n / 2} for n in range(250)]
    assert write_rows(tmp_path / "out.parquet", rows, ("page", "text", "small", "score")) == 250
    table = read(tmp_path / "out.parquet")
    assert table.to_pylist() == rows
    module = pytest.importorskip("pyarrow.parquet")
    assert module.ParquetFile(tmp_path / "out.parquet").num_row_groups == 3


def test_a_table_without_rows_has_its_columns_and_half_a_letter_is_a_question_mark(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    assert write_rows(tmp_path / "none.parquet", [], ("page", "text")) == 0
    assert read(tmp_path / "none.parquet").column_names == ["page", "text"]
    write_rows(tmp_path / "odd.parquet", [{"text": "a\ud800b", "page": None}, {"text": 2015}], ("page", "text"))
    assert read(tmp_path / "odd.parquet").to_pylist() == [{"page": None, "text": "a?b"}, {"page": None, "text": "2015"}]


def test_without_pyarrow_it_says_what_to_install_before_anything_is_asked(
    demo: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'safeguarding-reviews\[parquet\]'"):
        write_rows(tmp_path / "out.parquet", [], ("text",))
    with pytest.raises(UsageError, match=r"pip install 'safeguarding-reviews\[parquet\]'"):
        demo.batch(questions(SHEET, "sheet.csv"), tmp_path / "out.parquet")
    assert not list(tmp_path.iterdir())
