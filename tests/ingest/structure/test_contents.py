"""Contents lists without page numbers behind the headings."""

from typing import Any

import pytest

from corpus.model import AsideRole
from tests.ingest.structure.test_layout import FONTS, SIZES, draw, prose, read, wrap

HEADINGS = ("Introduction", "What happened to the child", "Findings of the review", "Recommendations")
FORMS = {
    "the page in front": [f"{number + 2:02d} {text}" for number, text in enumerate(HEADINGS)],
    "p. and the page in front": [f"p. {number + 2} {text}" for number, text in enumerate(HEADINGS)],
    "numbers of the headings": [f"{number}. {text}" for number, text in enumerate(HEADINGS, 1)],
    "no numbers": list(HEADINGS),
}


def pages(font: str, size: float) -> list[list[str]]:
    return [
        [*draw([text], 60, 780, "B", 15), *draw(wrap(prose(at, 60), 450, font, size), 60, 740, font, size)]
        for at, text in enumerate(HEADINGS)
    ]


def listed(entries: list[str], font: str, size: float, *, apart: bool) -> list[str]:
    """Draw a contents list, with its numbers in a column of their own if they are `apart`."""
    page = draw(["Contents"], 60, 780, "B", 14)
    for at, entry in enumerate(entries):
        first, _, rest = entry.partition(" ")
        y = 750 - at * 1.6 * size
        page += (
            draw([first], 60, y, font, size) + draw([rest], 100, y, font, size)
            if apart
            else draw([entry], 60, y, font, size)
        )
    return page


@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("apart", [True, False])
def test_a_contents_list_needs_no_page_behind_its_headings(
    press: Any, font: str, size: float, form: str, apart: bool
) -> None:
    entries = FORMS[form]
    page = listed(entries, font, size, apart=apart and entries[0][0] in "01")
    report = read(press, page, *pages(font, size))
    assert {aside.role for aside in report.asides if aside.page == 1} == {AsideRole.CONTENTS}
    assert not any(paragraph.page == 1 for paragraph in report.paragraphs)
    assert [section.heading for section in report.sections] == list(HEADINGS)


@pytest.mark.parametrize("size", SIZES)
def test_the_text_below_a_contents_list_is_no_part_of_it(press: Any, size: float) -> None:
    page = listed(FORMS["numbers of the headings"], "R", size, apart=False)
    page += draw(["1. Introduction"], 60, 600, "B", 15) + draw(wrap(prose(9, 60), 450, "R", size), 60, 570, "R", size)
    report = read(press, page, *pages("R", size))
    assert [paragraph.text for paragraph in report.paragraphs[:2]] == ["1. Introduction", " ".join(prose(9, 60))]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "entries",
    [
        ["1. The box was full.", "2. The file was empty.", "3. The bag was not found."],
        ["The box was full of letters", "that the worker had not opened", "when the child was born"],
    ],
)
def test_text_below_a_heading_contents_is_no_contents_list(press: Any, size: float, entries: list[str]) -> None:
    report = read(press, listed(entries, "R", size, apart=False), *pages("R", size))
    assert not report.asides
