"""A row matches its report by hash, then file name, then title, and never matches two reports."""

import pytest

from corpus.catalogue.row_matching import Held, match
from corpus.catalogue.rows import Row

ELM, YEW = "e" * 64, "f" * 64


def matched(rows: list[dict[str, str]], *held: Held) -> dict[str, int]:
    """Return the position of the row of each report."""
    return {report: row.line for report, row in match([Row(n, row) for n, row in enumerate(rows)], held).items()}


def test_the_hash_takes_precedence_over_the_name_and_the_name_over_the_title() -> None:
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


def test_a_name_in_two_folders_matches_no_report() -> None:
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


def test_a_title_of_two_reports_or_two_rows_matches_neither() -> None:
    row = {"title": "Executive summary"}
    assert matched([row], Held(ELM, ("a.pdf",), "Executive summary"), Held(YEW, ("b.pdf",), "Executive Summary")) == {}
    assert matched([row, row], Held(ELM, ("a.pdf",), "Executive summary")) == {}


def test_a_part_of_a_title_is_not_enough() -> None:
    assert matched([{"title": "Child Y"}], Held(ELM, ("a.pdf",), "Child Y, second review")) == {}
    assert matched([{"title": "–"}], Held(ELM, ("a.pdf",), "!")) == {}


def test_a_changed_file_keeps_the_row_of_its_name() -> None:
    assert matched([{"file": "elm.pdf", "sha256": YEW}], Held(ELM, ("elm.pdf",), "")) == {ELM: 0}


@pytest.mark.parametrize("names", [("a.pdf", "b.pdf"), ("b.pdf", "a.pdf")])
def test_of_two_rows_for_one_report_the_earlier_one_is_used(names: tuple[str, str]) -> None:
    assert matched([{"file": name} for name in names], Held(ELM, ("a.pdf", "b.pdf"), "")) == {ELM: 0}


def test_two_reports_do_not_share_a_row() -> None:
    rows = [{"file": "elm.pdf", "title": "Elm"}]
    assert matched(rows, Held(ELM, ("elm.pdf",), ""), Held(YEW, ("b.pdf",), "Elm")) == {ELM: 0}


DUNMOOR = "Dunmoor Safeguarding Children Partnership"


class TestATitleNeverBeatsACover:
    @pytest.mark.parametrize(
        "row",
        [
            {"board": "Larkmere Safeguarding Children Partnership"},
            {"area": "Larkmere"},
            {"board": "KSCB"},
            {"case": "Larkmere / Child Paul", "child": "Child Paul"},
            {"case": "Larkmere / Child Paul / 2019", "child": "child paul"},
            {"area": "North Dunmoor"},
        ],
    )
    def test_a_row_that_names_another_board_or_area_does_not_match(self, row: dict[str, str]) -> None:
        report = Held(ELM, ("a.pdf",), "Child Paul Final Report", DUNMOOR, "Dunmoor")
        assert matched([{"title": "Child Paul Final Report", **row}], report) == {}
        assert matched([{"file": "a.pdf", **row}], report) == {ELM: 0}, "a file name is somebody's word"

    @pytest.mark.parametrize(
        "row",
        [
            {},
            {"board": "Dunmoor LSCB"},
            {"area": "dunmoor"},
            {"board": "DSCB"},
            {"board": "LSCP"},
            {"board": "Dunmoor Safeguarding Children Board", "area": "West Midlands"},
            {"case": "Child Paul / first review", "child": "Child Paul"},
        ],
    )
    def test_a_board_keeps_its_reports_under_its_other_names(self, row: dict[str, str]) -> None:
        report = Held(ELM, ("a.pdf",), "Child Paul Final Report", DUNMOOR, "Dunmoor")
        assert matched([{"title": "Child Paul Final Report", **row}], report) == {ELM: 0}

    def test_one_title_of_two_boards_is_two_rows(self) -> None:
        rows = [{"title": "Executive Summary", "area": "Larkmere"}, {"title": "Executive Summary", "board": DUNMOOR}]
        elm, yew = Held(ELM, ("a.pdf",), "Executive Summary", DUNMOOR), Held(YEW, ("b.pdf",), "Executive summary")
        assert matched(rows, elm, yew._replace(area="Larkmere")) == {ELM: 1, YEW: 0}
        assert matched(rows, elm, yew) == {ELM: 1}, "the other one may be of any board"
        assert matched(rows, elm, yew._replace(board=DUNMOOR)) == {}

    @pytest.mark.parametrize(
        "title", ["Overview Report", "Executive Summary", "Child A", "Child A – Serious Case Review", "Children B & C"]
    )
    def test_a_title_of_many_boards_needs_the_place_on_the_cover(self, title: str) -> None:
        report = Held(ELM, ("a.pdf",), title)
        assert matched([{"title": title, "board": DUNMOOR}], report) == {}
        assert matched([{"title": title, "board": DUNMOOR}], report._replace(area="Dunmoor")) == {ELM: 0}
        assert matched([{"title": title}], report) == {ELM: 0}, "nothing is said that could be wrong"

    @pytest.mark.parametrize(
        "title", ["Child Elm Overview Report", "Child Y – Serious Case Review 2019", "The Mill Lane case"]
    )
    def test_a_title_that_names_its_case_does_not(self, title: str) -> None:
        assert matched([{"title": title, "board": DUNMOOR}], Held(ELM, ("a.pdf",), title)) == {ELM: 0}

    def test_a_title_of_many_reports_belongs_to_the_child_and_the_year_of_the_cover(self) -> None:
        rows = [
            {"title": "Overview Report", "board": DUNMOOR, "child": "Child A", "year": "2012"},
            {"title": "Overview Report", "board": DUNMOOR, "child": "Child B", "year": "2012"},
            {"title": "Overview Report", "board": DUNMOOR, "child": "Child A", "year": "2019"},
        ]
        report = Held(ELM, ("a.pdf",), "Overview Report", DUNMOOR, "Dunmoor", "Child A")
        assert matched(rows, report._replace(year="2019")) == {ELM: 2}
        assert matched(rows, report) == {}
        assert matched(rows, report._replace(child="Child B")) == {ELM: 1}


@pytest.mark.parametrize(
    ("row", "file"),
    [
        ("Si\u00e2n review.pdf", "reports/Sia\u0302n review.pdf"),
        ("2019/Si\u00e2n.pdf", "reports/2019/Sia\u0302n.pdf"),
        ("Sia\u0302n.pdf", "Si\u00e2n.pdf"),
        ("Caf\u00e9 review", "caf<E9>_review.pdf"),
    ],
)
def test_an_accent_is_the_same_however_a_disk_writes_it(row: str, file: str) -> None:
    assert matched([{"file": row}], Held(ELM, (file,), "")) == {ELM: 0}
