"""A sheet of queries made to block the page is refused quickly, by a process that can be ended."""

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
