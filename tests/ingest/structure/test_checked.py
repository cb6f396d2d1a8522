"""Printed numbers and headings of ten real reports, compared with lists made by looking at their pages."""

import json
import os
from pathlib import Path

import pytest

from benchmarks.reading import checked
from corpus.model import Page, Paragraph, Section, SectionKind, Text

SHARED = Path(os.environ.get("REVIEWS_SHARED", Path(__file__).parents[4] / "shared"))
LISTS = sorted(checked.LISTS.glob("*.json"))


def test_there_are_ten_lists_with_numbers_and_headings_of_each() -> None:
    assert len(LISTS) == 10
    for path in LISTS:
        told = json.loads(path.read_bytes())
        assert len(told["numbers"]) >= 30
        assert len(told["headings"]) >= 4


@pytest.mark.skipif(not (SHARED / "reports").is_dir(), reason="the real reports are not here")
def test_nearly_every_number_and_heading_is_found_and_hardly_one_invented() -> None:
    score = checked.check(SHARED / "reports")
    assert score.reports == 10
    assert score.numbers_found >= 0.98 * score.numbers, score.missing
    assert score.numbers_invented <= 0.01 * score.numbers, score.invented
    assert score.headings_found >= 0.95 * score.headings, score.missing
    assert score.headings_invented == 0, score.invented


def test_what_is_missing_and_what_is_invented_is_counted() -> None:
    text = Text(
        "0" * 64,
        (Page(1, "1"), Page(2, "2")),
        (Section(0, SectionKind.BODY, ""),),
        (
            Paragraph(0, 1, None, 0, "Elmshire", heading=True),
            Paragraph(1, 2, None, 0, "Findings", heading=True),
            Paragraph(2, 2, "1", 0, "1. Nobody asked¹ why."),
            Paragraph(3, 2, None, 0, "2. The school saw Child Elm."),
            Paragraph(4, 2, "2015", 0, "2015 was a year."),
            Paragraph(5, 2, None, 0, "Nobody", heading=True),
        ),
    )
    truth = {"numbers": [["1", "Nobody asked"], ["2", "The school"]], "headings": [[2, "Findings"], [2, "Learning"]]}
    score = checked.Score()
    checked.hold(text, truth, "elm.pdf", score)
    assert (score.numbers_found, score.numbers_invented) == (1, 1)
    assert (score.headings_found, score.headings_invented) == (1, 1)
    assert len(score.missing) == 2
    assert len(score.invented) == 2
