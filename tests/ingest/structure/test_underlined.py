"""Headings that are only underlined, as several programs draw the line."""

from collections.abc import Callable
from typing import Any

import pytest

from corpus.model import Text
from ingest.worker import pipeline
from tests.ingest.structure.test_layout import FONTS, SIZES, draw, prose, width_of, wrap

HEADING = "What nobody had asked her"


def _rule(left: float, right: float, y: float) -> str:
    return f"{left:.1f} {y:.1f} {right - left:.1f} 0.6 re f "


def filled(left: float, right: float, y: float, size: float) -> str:
    return _rule(left, right, y - 0.15 * size)


def stroked(left: float, right: float, y: float, size: float) -> str:
    return f"0.5 w {left:.1f} {y - 0.12 * size:.1f} m {right:.1f} {y - 0.12 * size:.1f} l S "


def by_word(left: float, right: float, y: float, size: float) -> str:
    middle = left + 0.4 * (right - left)
    return filled(left, middle, y, size) + filled(middle, right, y, size)


def with_gaps(left: float, right: float, y: float, size: float) -> str:
    third = (right - left) / 3
    return "".join(filled(left + at * third + 0.2 * size, left + (at + 1) * third, y, size) for at in range(3))


WAYS: list[Callable[[float, float, float, float], str]] = [filled, stroked, by_word, with_gaps]


def read(press: Any, page: list[str], extra: str = "") -> Text:
    data: bytes = press.pdf("".join(page))
    if extra:
        data = data.replace(b"/Resources", f"/Annots[{extra}]/Resources".encode())
    return pipeline.read(data, id="f" * 64, name="wren", max_pages=9)


def page(font: str, size: float, rule: str, below: list[str]) -> list[str]:
    above = wrap(prose(1, 50), 450, font, size)
    top = 780 - (len(above) + 0.7) * 1.25 * size
    text = draw(above, 60, 780, font, size) + draw([HEADING], 60, top, font, size) + [rule]
    return text + draw(below, 60, top - 1.8 * size, font, size)


def place(font: str, size: float) -> tuple[float, float, float]:
    """Return where the heading starts and ends, and its height."""
    lines = len(wrap(prose(1, 50), 450, font, size))
    return 60, 60 + width_of(HEADING, font, size), 780 - (lines + 0.7) * 1.25 * size


def headings(report: Text) -> list[str]:
    return [paragraph.text for paragraph in report.paragraphs if paragraph.heading]


@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", WAYS)
def test_an_underlined_line_above_a_text_is_a_heading(
    press: Any, font: str, size: float, way: Callable[[float, float, float, float], str]
) -> None:
    rule = way(*place(font, size), size)
    assert headings(read(press, page(font, size, rule, wrap(prose(2, 50), 450, font, size)))) == [HEADING]


@pytest.mark.parametrize("size", SIZES)
def test_a_line_across_the_page_or_below_a_link_makes_no_heading(press: Any, size: float) -> None:
    left, right, y = place("R", size)
    below = wrap(prose(2, 50), 450, "R", size)
    assert not headings(read(press, page("R", size, filled(left, 520, y, size), below)))
    assert not headings(read(press, page("R", size, filled(left, (left + right) / 2, y, size), below)))
    link = f"<</Type/Annot/Subtype/Link/Rect[{left} {y - 3} {right} {y + size}]/A<</S/URI/URI(http://x.example)>>>>"
    assert not headings(read(press, page("R", size, filled(left, right, y, size), below), link))


def test_an_underlined_line_above_another_line_is_no_heading(press: Any) -> None:
    left, right, y = place("R", 11)
    assert not headings(read(press, page("R", 11, filled(left, right, y, 11), ["Nobody had."])))
