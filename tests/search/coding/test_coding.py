"""Coders get the same sample, their sheets are read back, and the agreement is computed from their codes."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from corpus.errors import UsageError
from reviews.cli.main import main
from reviews.library import Library
from search.batch.record import load
from search.coding import coded
from search.coding.sample import COLUMNS, sample, write_sheets
from search.sheets.query_sheet import questions


def fill(path: Path, codes: list[str]) -> None:
    """Write codes into a sheet, as a coder does."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, code in zip(rows, codes, strict=True):
        row["code"] = code
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def test_a_sample_repeats_and_is_of_the_mentions_of_the_query(demo: Library, tmp_path: Path) -> None:
    searcher = demo.searcher()
    rows = sample(searcher, "child", n=10, seed=7)
    assert rows == sample(searcher, "child", n=10, seed=7)
    assert [row["mention"] for row in rows] != [row["mention"] for row in sample(searcher, "child", n=10, seed=8)]
    ids = [row["mention"] for row in rows]
    answer = demo.search("child", limit=None, per_report=None)
    every = {each for hit in answer for p in hit.passages for each in p.mention_ids(hit.report.id)}
    assert len(set(ids)) == 10
    assert set(ids) <= every
    assert {row["mentions"] for row in rows} == {len(every)}
    files = write_sheets(tmp_path / "coding.xlsx", rows, 2)
    assert [file.name for file in files] == ["coding.coder1.xlsx", "coding.coder2.xlsx"]
    sheet = openpyxl.load_workbook(files[0]).worksheets[0]
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ids


def test_agreement_precision_and_what_coders_differ_on(demo: Library, tmp_path: Path) -> None:
    run, library = CliRunner(), ["--library", str(demo.settings.library)]
    out = tmp_path / "coding.csv"
    drawn = run.invoke(main, [*library, "sample", "child", "--n", "10", "--seed", "7", "--out", str(out)])
    assert drawn.exit_code == 0, drawn.output
    one, two = tmp_path / "coding.coder1.csv", tmp_path / "coding.coder2.csv"
    fill(one, ["y", "y", "y", "y", "y", "y", "n", "n", "n", "n"])
    fill(two, ["y", "y", "y", "y", "y", "n", "n", "n", "n", "y"])
    demo.batch(questions(b"child", "q.txt"), tmp_path / "answers.csv")
    record = tmp_path / "answers.about.json"
    said = run.invoke(
        main, [*library, "agreement", str(one), str(two), "--relevant", "y", "--record", str(record), "--json"]
    )
    assert said.exit_code == 0, said.output
    found = json.loads(said.stdout)
    (pair,) = found["pairs"]
    assert pair["percent"] == 0.8
    assert pair["kappa"] == pytest.approx((0.8 - 0.52) / 0.48, abs=1e-4)  # 6 and 6 of 10 coded y: 0.36 + 0.16
    assert [each["codes"] for each in found["disagreements"]] == [["y", "n"], ["n", "y"]]
    assert found["precision"][0] | {"low": 0, "high": 0} == {
        "coder": one.name, "relevant": 6, "of": 10, "share": 0.6, "low": 0, "high": 0,
    }  # fmt: skip
    assert found["precision"][0]["low"] == pytest.approx(0.3127, abs=1e-4)
    assert json.loads(record.read_text("utf-8"))["coding"] == [found]
    assert load(record).answers[0].question.query == "child", "the record can still be repeated"
    text = run.invoke(main, [*library, "agreement", str(one), str(two)])
    assert "Krippendorff's alpha" in text.stdout


def test_files_that_are_not_coded_sheets_are_refused(demo: Library, tmp_path: Path) -> None:
    (tmp_path / "queries.csv").write_text("query\nneglect\n")
    with pytest.raises(UsageError):
        coded.read(tmp_path / "queries.csv")
    (first,) = write_sheets(tmp_path / "one.csv", sample(demo.searcher(), "child", n=3), 1)
    with pytest.raises(UsageError, match="no codes yet"):
        coded.read(first)
    fill(first, ["a", "", "b"])
    one = coded.read(first)
    with pytest.raises(UsageError, match="two coders"):
        coded.agreement([one])
    with pytest.raises(UsageError, match="The codes are: a, b"):
        coded.agreement([one, one], "c")
    with pytest.raises(UsageError, match="no mentions"):
        sample(demo.searcher(), "nosuchwordatall")


def test_a_sheet_of_something_else_is_refused_by_the_column_it_lacks(tmp_path: Path) -> None:
    (sheet := tmp_path / "answers.csv").write_text("id,query,report\nA,neglect,1\n")
    with pytest.raises(UsageError, match=r"no column called mention.*Call the column with the ids of mentions"):
        coded.read(sheet)


@pytest.mark.parametrize("stored", [None, 5, True, "kappa", {"a": 1}, [5], ["x"]])
def test_figures_are_not_added_to_a_record_whose_earlier_ones_are_not_figures(
    demo: Library, tmp_path: Path, stored: object
) -> None:
    demo.batch(questions(b"child", "q.txt"), tmp_path / "answers.csv")
    record = tmp_path / "answers.about.json"
    record.write_text(forged := json.dumps({**json.loads(record.read_text("utf-8")), "coding": stored}))
    with pytest.raises(UsageError, match="is not the record of a batch"):
        coded.keep(record, {"alpha": 1.0})
    assert record.read_text() == forged
