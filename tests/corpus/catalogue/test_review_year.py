"""The year of a report follows one rule, and reports whose sources give different years are listed."""

from collections.abc import Mapping

import pytest

from corpus.catalogue.describe import describe
from corpus.catalogue.review_year import disagree, years_of
from corpus.catalogue.rows import Row

COVER = {"year": ("2017", "cover")}
PRINTED = {"year": ("2018", "cover"), "published": ("2018-03-14", "cover")}
IN_NAME = {"year": ("2016", "file name")}


@pytest.mark.parametrize(
    ("file", "found", "cells", "year", "source"),
    [
        ("elm.pdf", {}, {}, None, None),
        ("elm 2016.pdf", IN_NAME, {}, 2016, "file name"),
        ("elm 2016.pdf", COVER, {}, 2017, "cover"),
        ("elm 2016.pdf", PRINTED, {}, 2018, "publication date"),
        ("elm 2016.pdf", PRINTED, {"year": "2015"}, 2015, "catalogue"),
        ("elm 2016.pdf", IN_NAME, {"published": "2019-01-02"}, 2019, "publication date"),
        ("elm 2014 to 2016.pdf", {}, {}, None, None),
        ("elm.pdf", COVER, {"published": "2019"}, 2017, "cover"),
    ],
)
def test_the_year_says_where_it_is_from(
    file: str, found: Mapping[str, tuple[str, str]], cells: Mapping[str, str], year: int | None, source: str | None
) -> None:
    report = describe("a" * 64, [file], (3, 0, True), found, Row(2, cells))
    assert (report.year, report.year_source) == (year, source)
    assert (report.to_dict()["year"], report.to_dict()["year_source"]) == (year, source)


@pytest.mark.parametrize(
    ("file", "found", "cells", "conflict"),
    [
        ("elm 2016.pdf", IN_NAME, {}, False),
        ("elm 2016.pdf", COVER, {}, True),
        ("elm.pdf", PRINTED, {}, False),
        ("elm.pdf", PRINTED, {"year": "2016"}, True),
        ("elm.pdf", PRINTED, {"year": "2016", "published": "14/03/2018"}, False),
        ("elm 2017.pdf", COVER, {"year": "2017", "published": "2018"}, False),
        ("elm 2016.pdf", {}, {"year": "2017", "published": "2018"}, True),
        ("elm.pdf", COVER, {"published": "2018"}, True),
    ],
)
def test_sources_that_name_different_years_are_a_conflict(
    file: str, found: Mapping[str, tuple[str, str]], cells: Mapping[str, str], conflict: bool
) -> None:
    row = Row(2, cells)
    assert disagree(years_of([file], found, row), row) == conflict
