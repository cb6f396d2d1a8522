"""A report survives the round trip through JSON, and anything that is not a report is refused."""

import json
from typing import Any

import pytest

from corpus.report import Coverage, Report, is_searchable

ROBIN = Report(
    id="a1" * 32,
    files=("reports/robin.pdf", "reports/robin (1).pdf"),
    title="Child Robin",
    pages=12,
    unread_pages=1,
    board="Fernshire Safeguarding Children Partnership",
    year=2022,
    provenance={"title": "cover", "board": "catalogue"},
)


def test_a_report_survives_a_round_trip_through_json() -> None:
    told = json.dumps(ROBIN.to_dict(), ensure_ascii=False)
    assert Report.from_dict(json.loads(told)) == ROBIN
    assert json.dumps(Report.from_dict(json.loads(told)).to_dict(), ensure_ascii=False) == told


def test_missing_values_are_unknown_and_unknown_keys_are_ignored() -> None:
    told = {"id": "a1" * 32, "files": [], "title": "Child Robin", "pages": 1, "unread_pages": 0, "rating": "good"}
    assert Report.from_dict(told) == Report("a1" * 32, (), "Child Robin", pages=1, unread_pages=0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", None),
        ("id", 7),
        ("title", None),
        ("title", ["Child Robin"]),
        ("files", None),
        ("files", "reports/robin.pdf"),
        ("files", [1]),
        ("files", {"reports/robin.pdf": 1}),
        ("pages", "12"),
        ("pages", 1.5),
        ("pages", True),
        ("unread_pages", None),
        ("searchable", None),
        ("searchable", 1),
        ("year", "2022"),
        ("board", 2022),
        ("accessed", {}),
        ("provenance", ["title"]),
        ("provenance", {"title": 1}),
        ("provenance", "cover"),
    ],
)
def test_an_invalid_value_is_refused_and_named(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"not a report: the value of {name} is"):
        Report.from_dict(ROBIN.to_dict() | {name: value})


@pytest.mark.parametrize("told", [None, [], "Child Robin", {}, {"id": "a1" * 32}])
def test_anything_that_is_not_a_report_is_refused(told: Any) -> None:
    with pytest.raises(ValueError, match="not a report"):
        Report.from_dict(told)


def test_a_program_for_an_older_version_still_reads_a_report_by_its_keys() -> None:
    for name, value in ROBIN.to_dict().items():
        with pytest.warns(DeprecationWarning, match=f"report.{name}"):
            assert ROBIN[name] == value
    with pytest.raises(KeyError):
        ROBIN["rating"]


@pytest.mark.parametrize(
    ("pages", "unread", "has_text", "searchable"),
    [
        (12, 0, True, True),
        (12, 11, True, True),
        (12, 12, False, False),
        (12, 12, True, True),  # every page was read in part
        (1, 0, False, True),  # a blank page has no mention of anything
        (0, 0, False, False),
    ],
)
def test_a_report_is_searchable_if_any_of_it_was_read(
    pages: int, unread: int, has_text: bool, searchable: bool
) -> None:
    assert is_searchable(pages, unread, has_text=has_text) is searchable


def test_coverage_counts_reports_and_pages() -> None:
    reports = [Report("a", (), "A", 12, 11), Report("b", (), "B", 12, 12, searchable=False)]
    assert Coverage.of(reports, failures=3) == Coverage(reports=2, searchable=1, unread_pages=23, failures=3)
    assert Coverage.of([], failures=0) == Coverage(0, 0, 0, 0)


def test_a_report_that_an_older_version_described_is_searchable_if_a_page_was_read() -> None:
    told = ROBIN.to_dict()
    del told["searchable"]
    assert Report.from_dict(told).searchable
    assert not Report.from_dict(told | {"unread_pages": 12}).searchable


def test_coverage_comes_back_from_json_and_anything_else_is_refused() -> None:
    held = Coverage(reports=4, searchable=2, unread_pages=23, failures=3)
    assert Coverage.from_dict(json.loads(json.dumps(held.to_dict()))) == held
    wrong: list[Any] = [None, [], {}, {"reports": 4}, held.to_dict() | {"failures": "3"}]
    for told in wrong:
        with pytest.raises(ValueError, match="not a coverage"):
            Coverage.from_dict(told)
