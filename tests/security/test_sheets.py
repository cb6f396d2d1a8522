"""A sheet of queries made to block the page is refused quickly, by a process that can be ended."""

import json

import pytest

from corpus.errors import UsageError
from search.sheets import untrusted
from search.sheets.query_sheet import questions, read
from search.sheets.untrusted import read_untrusted
from tests.patience import steps
from tests.security import workbooks

_STEPS = 3_000_000  # lines of Python: about a second; each of these took many times as many, or had no end


@pytest.mark.parametrize("name", ["FAR_ROW", "FAR_COLUMNS", "FAR_QUERY", "FAR_UNNUMBERED"])
def test_distant_rows_and_columns_are_refused_while_reading(name: str) -> None:
    data: bytes = getattr(workbooks, name)

    def refused() -> None:
        with pytest.raises(UsageError):
            read(data, "sheet.xlsx")

    assert steps(refused) < _STEPS


def test_a_text_with_endless_columns_is_refused() -> None:
    """A sheet of 48 kB took half a minute, because each name of a column was compared with all others."""
    with pytest.raises(UsageError, match=r"has 2,000 columns\. At most 1,000 are read"):
        read(b"query" + b"," * 1_999 + b"\nneglect\n", "sheet.csv")
    (asked,) = questions(json.dumps({"query": "neglect"} | {f"key {n}": "" for n in range(1_999)}).encode(), "a.jsonl")
    assert "At most 1,000" in asked.error


def test_open_quotation_marks_take_no_square_of_their_number() -> None:
    """Each line opens a cell, and every line below closes it and opens the next."""
    sheet = b"query,note\n" + b'x","y\n' * 500
    assert steps(lambda: read(sheet, "sheet.csv")) < 600_000


def test_endless_merged_cells_do_little_harm() -> None:
    assert steps(lambda: read(workbooks.MERGED, "sheet.xlsx")) < _STEPS


def test_an_untrusted_sheet_is_read_like_any_other() -> None:
    sheet = b"id;query;year;note\n1;neglect;2015;a\n2;=DNA;;b\n3;school;20155;c\n"
    assert read_untrusted(sheet, "Sheet.CSV").questions == questions(sheet, "sheet.csv")


def test_an_untrusted_sheet_is_refused_with_the_same_words() -> None:
    with pytest.raises(UsageError, match="has no queries"):
        read_untrusted(b"\n\n", "sheet.txt")


def test_a_sheet_that_takes_too_long_is_abandoned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untrusted, "_SECONDS", 0.0)
    with pytest.raises(UsageError, match="too much time"):
        read_untrusted(b"neglect\n", "sheet.txt")
