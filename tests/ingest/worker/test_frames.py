"""Boxes around text, however they are drawn, separate a recommendation from the answer below it."""

import random
from typing import Any

import pytest

from corpus.model import Text
from ingest.worker import extract, pipeline

ASKED = ("Recommendation 1: Letters", "The board should write letters that a parent", "can read, and read them itself.")
ANSWER = ("The council has written to all parents about the", "letters that they should expect from now on.")


def stroked(x: float, y: float, wide: float, high: float) -> str:
    return f"q 1 w {x} {y} {wide} {high} re S Q "


def filled(x: float, y: float, wide: float, high: float) -> str:
    return f"q 0.8 0.85 1 rg {x} {y} {wide} {high} re f Q "


def by_line(x: float, y: float, wide: float, high: float) -> str:
    """Shade a paragraph as a word processor does, with a piece for each line."""
    return "".join(filled(x, y + n * high / 4, wide, high / 4) for n in range(4))


def by_rules(x: float, y: float, wide: float, high: float) -> str:
    """Frame a table as a word processor does, with a thin shape for each side, in two pieces."""
    sides = [(x, y, 0.5, high / 2), (x, y + high / 2, 0.5, high / 2), (x + wide, y, 0.5, high)]
    sides += [(x, y, wide, 0.5), (x, y + high, wide, 0.5)]
    return "q 0 g " + "".join(f"{a} {b} {c} {d} re f " for a, b, c, d in sides) + "Q "


def rounded(x: float, y: float, wide: float, high: float) -> str:
    right, top = x + wide, y + high
    return (
        f"q 0.9 g {x + 4} {y} m {right - 4} {y} l {right} {y} {right} {y} {right} {y + 4} c {right} {top - 4} l "
        f"{right} {top} {right} {top} {right - 4} {top} c {x + 4} {top} l {x} {top} {x} {top} {x} {top - 4} c "
        f"{x} {y + 4} l {x} {y} {x} {y} {x + 4} {y} c h f Q "
    )


WAYS = (stroked, filled, by_line, by_rules, rounded)


def page(press: Any, way: Any, seed: int, *, last: bool = False) -> bytes:
    """Return a response with a recommendation in a box and its answer below.

    With `last`, the boxed text is drawn last.
    """
    chance = random.Random(seed)
    x, top, size = chance.randrange(60, 120), chance.randrange(600, 740), chance.choice((10, 11, 12))
    asked = press.lines(*ASKED, x=x, top=top, step=1.3 * size, size=size)
    answer = press.lines(*ANSWER, x=x, top=top - 7 * size, step=1.3 * size, size=size)
    title = press.lines("The council’s response to the review of Child Wren", x=x, top=800, size=16)
    box = way(x - 4, top - 3.2 * size, 380, 4.6 * size)
    return bytes(press.pdf([*title, *answer, *asked] if last else [*title, *asked, *answer], before=box))


def read(data: bytes) -> Text:
    return pipeline.read(data, id="f" * 64, name="Response to Child Wren", max_pages=9)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_the_text_in_a_box_has_its_number_and_no_other_has(press: Any, way: Any, seed: int) -> None:
    (found,) = extract.read(page(press, way, seed), max_pages=9).pages
    assert [line.box > 0 for line in found.lines] == [False, True, True, True, False, False]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("last", [False, True])
def test_a_recommendation_ends_where_its_box_ends(press: Any, way: Any, last: bool) -> None:
    (item,) = read(page(press, way, 7, last=last)).items
    assert item.text == f"Letters\n{ASKED[1]} {ASKED[2]}"


@pytest.mark.parametrize("drawn", ["", "q 1 g 60 600 400 200 re f Q ", "q 0.9 g 0 0 595 842 re f Q "])
def test_white_ground_and_that_of_the_whole_page_are_no_boxes(press: Any, drawn: str) -> None:
    (found,) = extract.read(page(press, lambda *_: drawn, 7), max_pages=9).pages
    assert not any(line.box for line in found.lines)


def test_the_cells_of_a_table_are_not_in_a_box_of_its_outer_rules(press: Any) -> None:
    rules = "q 0 g " + "".join(f"{x} 500 0.5 200 re f " for x in (60, 200, 460)) + "Q "
    cells = [press.word("Who", 70, 680), press.word("What they said about it", 210, 680)]
    (found,) = extract.read(press.pdf(cells, before=rules), max_pages=9).pages
    assert found.lines[0].box != found.lines[-1].box or len(found.lines) == 1


def test_a_page_whose_boxes_are_drawn_first_is_read_from_the_top(press: Any) -> None:
    lines = ("Recommendation 2", "The police should call.", "Letters", "Recommendation 1", "The board should write.")
    heights = (500, 480, 780, 740, 720)
    below = [press.word("The council has written to everybody in the town.", 72, 680)]
    below += [press.word("The police call on all who ask.", 72, 440), press.word("They do so at night too.", 72, 426)]
    words = [press.word(text, 72, y) for text, y in zip(lines, heights, strict=True)]
    report = read(press.pdf([*words, *below]))
    said = " ".join(paragraph.text for paragraph in report.paragraphs)
    places = [said.index(text) for text in (*lines[2:], "The council has", *lines[:2], "The police call", "They do so")]
    assert places == sorted(places)


def test_a_box_in_the_hole_of_a_sentence_is_read_after_it(press: Any) -> None:
    aside = [press.word("A box that the file draws first.", 72, 650)]
    text = press.lines("The worker who came to the flat on that day saw", "nobody there and", top=760)
    text += press.lines("went home again, because the bell was broken.", top=560)
    paragraphs = [p.text for p in read(press.pdf([*aside, *text])).paragraphs]
    assert " ".join(paragraphs).endswith("nobody there and went home again, because the bell was broken.")


@pytest.mark.parametrize("name", ["Helvetica-Oblique", "Times-Italic", "Courier-BoldOblique"])
def test_italics_are_recognised_by_the_name_of_the_font(press: Any, name: str) -> None:
    data = press.pdf(press.lines("The board should write.")).replace(
        b"/BaseFont/Helvetica/", b"/BaseFont/%b/" % name.encode()
    )
    assert [line.italic for line in extract.read(data, max_pages=9).pages[0].lines] == [True]
