"""A row finds its report by hash, then file name, then title, and never two reports."""

import pytest

from corpus.catalogue.matching import Held, match
from corpus.catalogue.rows import Row

ELM, YEW = "e" * 64, "f" * 64


def matched(rows: list[dict[str, str]], *held: Held) -> dict[str, int]:
    """The position of the row of each report."""
    return {report: row.line for report, row in match([Row(n, row) for n, row in enumerate(rows)], held).items()}


def test_the_hash_is_surer_than_the_name_and_the_name_than_the_title() -> None:
    rows = [{"title": "Elm"}, {"file": "elm.pdf"}, {"sha256": ELM.upper(), "file": "old name.pdf"}]
    report = Held(ELM, ("reports/elm.pdf",), "Elm")
    assert matched(rows, report) == {ELM: 2}
    assert matched(rows[:2], report) == {ELM: 1}
    assert matched(rows[:1], report) == {ELM: 0}


@pytest.mark.parametrize(
    ("row", "file"),
    [
        ("elm.pdf", "reports/elm.pdf"),
        ("reports/elm.pdf", "reports/elm.pdf"),
        ("2019/elm.pdf", "reports/2019/elm.pdf"),
        ("2019\\elm.pdf", "reports/2019/elm.pdf"),
        ("elm.pdf", "/srv/other folder/elm.pdf"),
        ("ELM.PDF", "reports/Elm.pdf"),
        ("Child  Elm.pdf", "reports/child%20elm.pdf"),
        ("Child Elm", "reports/Child_Elm.pdf"),
    ],
)
def test_a_file_name_is_recognised(row: str, file: str) -> None:
    assert matched([{"file": row}], Held(ELM, (file,), "")) == {ELM: 0}


def test_the_exact_name_goes_before_a_similar_one() -> None:
    rows = [{"file": "Elm.pdf"}, {"file": "elm.pdf"}]
    assert matched(rows, Held(ELM, ("elm.pdf",), ""), Held(YEW, ("Elm.pdf",), "")) == {ELM: 1, YEW: 0}


def test_a_name_in_two_folders_belongs_to_nobody() -> None:
    held = Held(ELM, ("2018/review.pdf",), ""), Held(YEW, ("2019/review.pdf",), "")
    assert matched([{"file": "review.pdf"}], *held) == {}
    assert matched([{"file": "2019/review.pdf"}], *held) == {YEW: 0}


@pytest.mark.parametrize(
    ("row", "title", "file"),
    [
        ("Child Y – Serious Case Review 2019", "", "reports/Child Y - Serious Case Review 2019.pdf"),
        ("Child Q & S Overview", "CHILD Q AND S  OVERVIEW", "x.pdf"),
        ("The Child’s ‘Voice’", 'The child\'s "voice"', "x.pdf"),
    ],
)
def test_a_title_is_recognised_by_its_letters(row: str, title: str, file: str) -> None:
    assert matched([{"title": row}], Held(ELM, (file,), title)) == {ELM: 0}


def test_a_title_of_two_reports_or_two_rows_belongs_to_nobody() -> None:
    row = {"title": "Executive summary"}
    assert matched([row], Held(ELM, ("a.pdf",), "Executive summary"), Held(YEW, ("b.pdf",), "Executive Summary")) == {}
    assert matched([row, row], Held(ELM, ("a.pdf",), "Executive summary")) == {}


def test_a_part_of_a_title_is_not_enough() -> None:
    assert matched([{"title": "Child Y"}], Held(ELM, ("a.pdf",), "Child Y, second review")) == {}
    assert matched([{"title": "–"}], Held(ELM, ("a.pdf",), "!")) == {}


def test_a_changed_file_keeps_the_row_of_its_name() -> None:
    assert matched([{"file": "elm.pdf", "sha256": YEW}], Held(ELM, ("elm.pdf",), "")) == {ELM: 0}


@pytest.mark.parametrize("names", [("a.pdf", "b.pdf"), ("b.pdf", "a.pdf")])
def test_of_two_rows_for_one_report_the_earlier_one_is_taken(names: tuple[str, str]) -> None:
    assert matched([{"file": name} for name in names], Held(ELM, ("a.pdf", "b.pdf"), "")) == {ELM: 0}


def test_two_reports_do_not_share_a_row() -> None:
    rows = [{"file": "elm.pdf", "title": "Elm"}]
    assert matched(rows, Held(ELM, ("elm.pdf",), ""), Held(YEW, ("b.pdf",), "Elm")) == {ELM: 0}
