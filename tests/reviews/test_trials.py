"""Problems that people had with the first version, each with the correct result: ten one-page reports, queries and
sheets.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import reviews

TRIALS = Path(__file__).with_name("trials")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the ten reports. The title of each ends with the letter of its file."""
    path = tmp_path_factory.mktemp("trials") / "library"
    assert reviews(path, "update", TRIALS / "pdf", "--jobs", "1").returncode == 0
    return path


def answer(library: Path, query: str, *options: object) -> dict[str, Any]:
    done = reviews(library, "search", "--json", *options, "--", query)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def letters(told: dict[str, Any]) -> list[str]:
    return sorted(hit["report"]["title"][-1] for hit in told["hits"])


@pytest.mark.parametrize("query", ["NOT abuse", "board:larkmere"])
def test_most_mentions_first_lists_reports_in_which_nothing_is_counted(library: Path, query: str) -> None:
    told = answer(library, query, "--sort", "mentions", "--limit", "20")
    assert len(told["hits"]) == 10
    assert {hit["mentions"] for hit in told["hits"]} == {0}


@pytest.mark.parametrize(
    ("query", "found"),
    [("2.5", "A"), ('"2.5"', "A"), ("1:1", "A"), ("s47", "CD"), ("CSE", "CD"), ('""voice of the child""', "H")],
)
def test_what_was_typed_is_what_is_found(library: Path, query: str, found: str) -> None:
    assert letters(answer(library, query)) == list(found)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("neglect Or dental", "half_operator"),
        ("neglect Not dental", "half_operator"),
        ("‘voice of the child’", "single_quotes"),
    ],
)
def test_a_guess_is_reported(library: Path, query: str, code: str) -> None:
    assert code in answer(library, query)["query"]["warning_codes"]


def asked(library: Path, sheet: str, folder: Path) -> tuple[int, list[dict[str, str]], str]:
    """Return the exit code, the rows of the summary, and the messages."""
    out = folder / "answers.csv"
    done = reviews(library, "batch", TRIALS / "sheets" / sheet, "--out", out, "--jobs", "1")
    summary = folder / "answers.summary.csv"
    text = summary.read_text("utf-8-sig") if summary.exists() else ""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return done.returncode, rows, done.stderr


def test_a_table_without_queries_is_refused(library: Path, tmp_path: Path) -> None:
    code, rows, said = asked(library, "header_terms.csv", tmp_path)
    assert (code, rows) == (2, [])
    assert "query" in said


@pytest.mark.parametrize("sheet", ["title_row.csv", "sep_quoted.csv", "search_and_query.csv", "hidden_sheet.xlsx"])
def test_the_query_shown_is_the_query_that_is_run(library: Path, tmp_path: Path, sheet: str) -> None:
    code, rows, _ = asked(library, sheet, tmp_path)
    assert code == 0
    assert [(row["query"], row["reports"], row["error"]) for row in rows] == [("neglect", "1", "")]


def test_a_column_called_search_beside_the_queries_is_carried_through(library: Path, tmp_path: Path) -> None:
    _, (row,), _ = asked(library, "search_and_query.csv", tmp_path)
    assert row["search"]


def test_cells_converted_by_excel_are_not_run(library: Path, tmp_path: Path) -> None:
    _, rows, _ = asked(library, "date_cells.xlsx", tmp_path)
    assert len(rows) == 3
    assert all(row["error"] for row in rows)


def test_a_merged_year_applies_to_each_of_its_rows(library: Path, tmp_path: Path) -> None:
    _, rows, said = asked(library, "merged_year.xlsx", tmp_path)
    assert "merged cell" in said
    for row in rows:
        without, within = (answer(library, row["query"], *year)["total"] for year in ((), ("--year", "2014")))
        assert without > within == int(row["reports"]), row["query"]


def test_a_phrase_in_single_quotation_marks_is_not_a_guess_in_a_batch(library: Path, tmp_path: Path) -> None:
    _, rows, _ = asked(library, "single_quotes.csv", tmp_path)
    assert rows
    assert all(row["error"] for row in rows if row["query"].startswith(("‘", "'")))
