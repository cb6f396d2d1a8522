"""Large initials at the start of a text, drawn in the order of several programs."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.ingest.structure.test_layout import SIZES, draw, prose, read, texts, wrap

FONTS = ("R", "B", "T")
WIDE = {"W": 0.944, "A": 0.722, "B": 0.722}  # of the size of the initial


def beside(
    words: Sequence[str], font: str, size: float, rows: int, *, gap: float = 0.0, more: int = 0
) -> tuple[list[str], list[str]]:
    """Draw words with an initial as high as `rows` lines. Returns it apart from the text.

    `gap` is a space before the text, and `more` lines start beside the initial, but below it.
    """
    high = ((rows - 1) * 1.25 + 0.72) * size / 0.72
    left = 63 + high * WIDE[words[0][0]]
    first = words[0][1:]
    rest = [*([first] if first else []), *words[1:]]
    lines = wrap(rest, 510 - left - gap, font, size)[: rows + more]
    below = rest[len(" ".join(lines).split()) :]
    text = draw(lines[:1], left + gap, 700, font, size) + draw(lines[1:], left, 700 - 1.25 * size, font, size)
    text += draw(wrap(below, 450, font, size), 60, 700 - len(lines) * 1.25 * size, font, size)
    return draw([words[0][0]], 60, 700 - (rows - 1) * 1.25 * size, font, high), text


@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rows", [2, 3])
@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize("order", ["first on the page", "before its text"])
def test_a_large_initial_is_part_of_its_word(
    press: Any, font: str, size: float, rows: int, more: int, order: str
) -> None:
    above, words = prose(1, 40), ["Wren", *prose(2, 70)[1:]]
    initial, text = beside(words, font, size, rows, more=more)
    page = draw(wrap(above, 450, font, size), 60, 790, font, size)
    report = read(press, initial + page + text if order == "first on the page" else page + initial + text)
    assert texts(report) == [" ".join(above), " ".join(words)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("words", "gap"),
    [
        ("A child was", 0.0),  # the next word is in the text without the initial, too
        ("A sister was", 3.0),  # the text begins with a space
        ("After that she was", 0.0),
    ],
)
def test_an_initial_is_a_word_if_the_text_shows_that(press: Any, size: float, words: str, gap: float) -> None:
    body = [*words.split(), *prose(2, 70)[1:], "The", "child", "slept."]
    initial, text = beside(["A", *body[1:]] if body[0] == "A" else body, "R", size, 3, gap=gap)
    assert texts(read(press, initial + text)) == [" ".join(body)]


@pytest.mark.parametrize("size", SIZES)
def test_a_letter_that_is_a_label_stays_apart(press: Any, size: float) -> None:
    words = prose(3, 16)
    initial, text = beside(["B", *words], "R", size, 2, gap=6)
    above = draw(wrap(prose(1, 40), 450, "R", size), 60, 790, "R", size)
    assert any(text.startswith(words[0]) for text in texts(read(press, initial + above + text)))
