"""Reports of two boards are not confused by another board's catalogue."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import reviews as application
from corpus.catalogue.rows import COLUMNS
from reviews.cli.main import main

BOARDS = Path(__file__).with_name("boards")
"""Two of Ashfold and one of Larkmere. Each concerns a child whose name also occurs in Knowsley's example catalogue."""


def call(library: Path, *words: object) -> Result:
    return CliRunner().invoke(main, ["--library", str(library), *map(str, words)])


def known(library: Path) -> dict[str, tuple[str | None, ...]]:
    with application.open(library) as opened:
        reports = opened.reports()
    return {Path(each.files[0]).name: (each.area, each.child, each.case) for each in reports}


EACH_ITS_OWN = {
    "a.pdf": ("Larkmere", "Child Paul", "Larkmere Safeguarding Children Partnership / Child Paul / 2024"),
    "b.pdf": ("Ashfold", "Child Paul", "Ashfold Safeguarding Children Board / Child Paul / 2018"),
    "c.pdf": ("Ashfold", "Child Jane", "Ashfold Safeguarding Children Board / Child Jane / 2018"),
}


def test_a_new_library_has_an_empty_catalogue(tmp_path: Path) -> None:
    library = tmp_path / "library"
    assert call(library, "update", BOARDS).exit_code == 0
    assert (library / "catalogue.csv").read_text("utf-8-sig") == ",".join(COLUMNS) + "\n"
    assert known(library) == EACH_ITS_OWN
    assert "without a file" not in call(library, "coverage").output


def test_a_catalogue_row_of_another_board_matches_no_report_by_title(tmp_path: Path) -> None:
    library = tmp_path / "library"
    assert call(library, "init", "--catalogue", "knowsley").exit_code == 0
    assert call(library, "update", BOARDS).exit_code == 0
    assert known(library) == EACH_ITS_OWN
    assert "Child Paul Final Report" in call(library, "coverage").output, "it is catalogued and not held"


def test_an_unknown_example_is_reported(tmp_path: Path) -> None:
    assert call(tmp_path / "library", "init", "--catalogue", "nowhere").exit_code == 2


@pytest.mark.parametrize("column", ["board", "case"])
def test_a_row_that_names_the_board_of_the_cover_keeps_its_report(tmp_path: Path, column: str) -> None:
    library = tmp_path / "library"
    assert call(library, "init").exit_code == 0
    told = {"board": "Larkmere LSCP", "case": "Larkmere / Child Paul"}[column]
    (library / "catalogue.csv").write_text(
        f"title,child,kind,{column}\nChild Paul Final Report,Child Paul,guide,{told}\n"
    )
    assert call(library, "update", BOARDS).exit_code == 0
    with application.open(library) as opened:
        assert [each.kind for each in opened.reports() if each.kind == "guide"] == ["guide"]
