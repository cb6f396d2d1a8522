"""Objects that cannot hide a letter are not rendered for the test, and objects that could always are."""

from math import nan
from typing import Any

import pytest

from ingest.worker import extract
from ingest.worker.pdfium import documents, objects
from ingest.worker.visible.page_objects import PageObjects
from ingest.worker.visible.suspects import suspects

NAME = "Zebedee Quill"


@pytest.fixture
def line(press: Any) -> Any:
    """Return a function that makes a name of 11 points at x = 72, y = 700, with drawing commands before and after
    it.
    """

    def make(**drawing: str) -> bytes:
        data: bytes = press.pdf([press.word(NAME, 72, 700, 11)], **drawing)
        return data

    return make


def suspected(data: bytes) -> bool:
    """Return whether the page is rendered to see whether any of its text is hidden."""
    with documents.opened(data) as book:
        page = documents.load_page(book, 0)
        try:
            return bool(suspects(page, PageObjects(page, may_have_layers=False, may_have_type3=False)))
        finally:
            documents.close_page(page)


def test_text_at_a_place_that_is_no_number_is_drawn(press: Any) -> None:
    data = press.pdf([press.word(NAME, 72, y, 11) for y in (700, 600)], before="0 0 600 850 re W n ")
    with documents.opened(data) as book:
        page = documents.load_page(book, 0)
        things = PageObjects(page, may_have_layers=False, may_have_type3=False)
        assert not suspects(page, things)
        (last,) = things.of_kind(objects.TEXT)[-1:]
        left, _, right, _ = things.bounds[last]
        things.bounds[last] = (left, nan, right, nan)
        assert suspects(page, things) == {things.objects[last]}
        documents.close_page(page)


@pytest.mark.parametrize("rule", ["60 698.5 300 0.6 re f ", "60 702 300 0.8 re f ", "0.5 w 60 702 m 300 702 l S "])
def test_a_thin_line_along_text_in_its_colour_needs_no_drawing(line: Any, rule: str) -> None:
    assert not suspected(line(before=rule))
    assert not suspected(line(after=rule))


@pytest.mark.parametrize(
    "rules",
    [
        "60 700 300 4 re f ",
        " ".join(f"60 {698 + 0.9 * n} 300 1 re f" for n in range(13)) + " ",
        "1 w " + " ".join(f"60 {698 + 0.9 * n} m 300 {698 + 0.9 * n} l S" for n in range(13)) + " ",
        "60 703 300 1.4 re f ",
        "74 690 1 30 re f ",
    ],
    ids=["a bar", "many filled lines", "many drawn lines", "a thick line", "a line across"],
)
def test_what_may_hide_a_letter_is_drawn(line: Any, rules: str) -> None:
    assert suspected(line(after=rules))


def test_a_name_under_many_thin_lines_is_withheld(line: Any) -> None:
    rules = " ".join(f"60 {696 + 0.8 * n} 300 1 re f" for n in range(18)) + " "
    page = extract.read(line(after=rules), max_pages=9).pages[0]
    assert not page.lines
    assert page.withheld


def test_a_thin_line_over_turned_text_is_drawn(press: Any) -> None:
    """On turned text, the line may be as wide as an "l"."""
    turned = "BT /R 11 Tf 0 1 -1 0 300 400 Tm (Zebedee Quill) Tj ET "
    assert suspected(press.pdf([], before=turned + "290 440 20 0.8 re f "))


def test_clips_are_distinguished(line: Any) -> None:
    """Texts share a clip or have their own. One that cuts off a name is found among many that do not."""
    wide = "q 0 0 595 842 re W n BT /R 11 Tf 72 {y} Td (Child Wren) Tj 0 -14 Td (was seen) Tj ET Q "
    pages = "".join(wide.format(y=600 - 40 * n) for n in range(5))
    assert not suspected(line(after=pages))
    assert suspected(line(after=pages + "q 72 300 20 5 re W n BT /R 11 Tf 72 300 Td (Child Wren) Tj ET Q "))
