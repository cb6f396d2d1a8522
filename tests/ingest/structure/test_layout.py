"""Pages with many layouts, each in several fonts, sizes and positions."""

import random
from itertools import product
from typing import Any

import pytest

from corpus.model import AsideRole, Text
from ingest.worker import pipeline

FONTS, SIZES = ("R", "B", "T", "C"), (9, 11, 13)
everywhere = pytest.mark.parametrize(("font", "size"), list(product(FONTS, SIZES)))
TEXT = """the child was seen by a worker who wrote down what they saw on that day and told nobody about it because they
had been asked to look after another family whose baby cried at night and slept badly in a cold flat"""
WORDS = TEXT.split()
# How wide the letters a to z are, in thousandths of the size; anything else is about as wide as a space.
WIDTHS = {
    "R": [556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500,
          722, 500, 500, 500],
    "B": [556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556,
          778, 556, 556, 500],
    "T": [444, 500, 444, 500, 444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500,
          722, 500, 500, 444],
    "C": [600] * 26,
}  # fmt: skip

DIGIT, SPACE = {"R": 0.556, "B": 0.556, "T": 0.5, "C": 0.6}, {"R": 0.278, "B": 0.278, "T": 0.25, "C": 0.6}


def exact(letter: str, font: str) -> float:
    """How wide a letter, a digit, a space or a comma is, as a share of its size."""
    if letter.isalpha():
        return width_of(letter, font, 1)
    return (DIGIT if letter.isdigit() else SPACE)[font]


def width_of(text: str, font: str, size: float) -> float:
    letters = WIDTHS[font]
    space = 600 if font == "C" else 265
    return sum(letters[ord(c) - 97] if "a" <= c <= "z" else space for c in text.lower()) * size / 1000


def flush(text: str, font: str, size: float) -> float:
    """How wide a line is in which T is the only capital."""
    return size * sum(0.611 if letter == "T" and font != "C" else exact(letter, font) for letter in text)


def prose(seed: int, number: int) -> list[str]:
    chance = random.Random(seed)
    words = [chance.choice(WORDS) for _ in range(number)]
    return [words[0].capitalize(), *words[1:-1], words[-1] + "."]


def wrap(words: list[str], width: float, font: str, size: float) -> list[str]:
    """Return lines of words that are about `width` points wide."""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, font, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def draw(lines: list[str], x: float, top: float, font: str, size: float, step: float = 1.25) -> list[str]:
    """Return one drawing command for each line."""
    return [f"BT /{font} {size} Tf {x} {top - at * step * size} Td ({line}) Tj ET " for at, line in enumerate(lines)]


def read(press: Any, *pages: list[str]) -> Text:
    """Return a report whose pages are drawn by these commands."""
    return pipeline.read(press.pdf(*map("".join, pages)), id="f" * 64, name="wren", max_pages=99)


def texts(report: Text) -> list[str]:
    return [paragraph.text for paragraph in report.paragraphs]


@everywhere
@pytest.mark.parametrize(("left", "width"), [(100, 300), (140, 250), (180, 330)])
def test_a_block_quote_is_one_paragraph(press: Any, font: str, size: float, left: float, width: float) -> None:
    before, quote, after = prose(1, 60), prose(2, 50), prose(3, 60)
    lines = wrap(before, 450, font, size)
    page = draw(lines, 60, 780, font, size)
    top = 780 - len(lines) * 1.25 * size - 0.7 * size
    inner = wrap(quote, width, font, size)
    page += draw(inner, left, top, font, size)
    page += draw(wrap(after, 450, font, size), 60, top - len(inner) * 1.25 * size - 0.7 * size, font, size)
    assert texts(read(press, page)) == [" ".join(before), " ".join(quote), " ".join(after)]


@everywhere
def test_two_lines_in_a_frame_are_one_paragraph(press: Any, font: str, size: float) -> None:
    before, after = prose(1, 60), prose(3, 60)
    lines = wrap(before, 450, font, size)
    top = 780 - len(lines) * 1.25 * size - 1.5 * size
    quote = ["I told them each night that he shouted at us", "and nobody came to see."]
    page = draw(lines, 60, 780, font, size) + draw(quote, 100, top, font, size)
    page.append(f"0 G 92 {top - 1.9 * size} 340 {3.4 * size} re S ")
    page += draw(wrap(after, 450, font, size), 60, top - 3.5 * size, font, size)
    assert texts(read(press, page)) == [" ".join(before), " ".join(quote), " ".join(after)]


@everywhere
def test_notes_in_the_margin_that_are_drawn_first_follow_the_text(press: Any, font: str, size: float) -> None:
    words, more = prose(1, 60), prose(2, 60)
    page = draw(["The first visit"], 430, 760 - 2 * size, font, 8) + draw(["The second visit"], 430, 560, font, 8)
    page += draw(["What happened"], 60, 790, "B", 1.4 * size)
    page += draw(wrap(words, 330, font, size), 60, 760, font, size)
    page += draw(wrap(more, 330, font, size), 60, 560, font, size)
    assert texts(read(press, page)) == [
        "What happened", " ".join(words), " ".join(more), "The first visit", "The second visit",
    ]  # fmt: skip


@pytest.mark.parametrize("font", ["R", "T"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rise", [0.3, 0.45, 0.6])
def test_a_bold_label_of_several_lines_stays_in_one_piece_beside_its_text(
    press: Any, font: str, size: float, rise: float
) -> None:
    rows = [(["What was seen", "in the first week"], prose(8, 40)), (["What was heard", "after that"], prose(9, 40))]
    page, y = draw(wrap(prose(1, 40), 450, font, size), 60, 780, font, size), 660.0
    for label, words in rows:
        page += draw(label, 60, y, "B", size)  # the text begins above the last line of its label
        page += draw(wrap(words, 250, font, size), 210, y - (1.25 - rise) * size, font, size)
        y -= 11 * size
    found = texts(read(press, page))
    assert found[1:] == [" ".join([*label, *words]) for label, words in rows]


@everywhere
@pytest.mark.parametrize("width", [450, 310])
def test_text_set_flush_right_is_one_paragraph(press: Any, font: str, size: float, width: float) -> None:
    before, words, after = prose(1, 60), ["There", *prose(2, 50)[1:]], prose(3, 60)
    lines, first = wrap(words, width, font, size), wrap(before, 450, font, size)
    page, top = draw(first, 60, 780, font, size), 780 - (len(first) + 0.7) * 1.25 * size
    for at, line in enumerate(lines):
        page += draw([line], 510 - flush(line, font, size), top - at * 1.25 * size, font, size)
    page += draw(wrap(after, 450, font, size), 60, top - (len(lines) + 0.7) * 1.25 * size, font, size)
    assert texts(read(press, page)) == [" ".join(before), " ".join(words), " ".join(after)]


@everywhere
@pytest.mark.parametrize("width", [200, 280])
def test_a_narrow_text_under_a_wide_heading_is_one_paragraph(press: Any, font: str, size: float, width: float) -> None:
    body = prose(4, 50)
    page = draw(["What the review learned about unseen men"], 60, 780, "B", 1.6 * size)
    page += draw(wrap(body, width, font, size), 60, 780 - 2.4 * size, font, size)
    assert " ".join(body) in texts(read(press, page))


@everywhere
def test_text_that_runs_round_a_picture_is_one_paragraph(press: Any, font: str, size: float) -> None:
    words = prose(5, 110)
    narrow = wrap(words, 240, font, size)[:5]
    rest = wrap(words[sum(len(line.split()) for line in narrow) :], 450, font, size)
    assert texts(read(press, draw([*narrow, *rest], 60, 780, font, size))) == [" ".join(words)]


@everywhere
@pytest.mark.parametrize("gutter", [18, 24, 40])
@pytest.mark.parametrize("by_row", [True, False])
def test_two_columns_are_read_one_after_the_other(
    press: Any, font: str, size: float, gutter: float, by_row: bool
) -> None:
    first, second = prose(6, 70), prose(7, 70)
    width = 210
    left = wrap(first, width, font, size)
    right = wrap(second, width, font, size)
    widest = max(width_of(line, font, size) for line in left)
    one, other = draw(left, 50, 700, font, size), draw(right, 50 + widest + gutter, 700, font, size)
    shorter = min(len(one), len(other))
    rows = [part for pair in zip(one, other, strict=False) for part in pair] + one[shorter:] + other[shorter:]
    words = " ".join(texts(read(press, rows if by_row else [*one, *other]))).split()
    assert " ".join(words) == " ".join([*first, *second])


@everywhere
@pytest.mark.parametrize("lengths", [((45, 45), (45, 45)), ((35, 60), (70, 30)), ((80,), (30, 25)), ((40, 30), (90,))])
def test_columns_of_paragraphs_drawn_row_by_row_are_read_one_after_the_other(
    press: Any, font: str, size: float, lengths: tuple[tuple[int, ...], ...]
) -> None:
    columns = [[prose(10 * at + n, count) for n, count in enumerate(column)] for at, column in enumerate(lengths)]
    rows: dict[float, str] = {}
    for at, column in enumerate(columns):
        y = 780.0
        for words in column:
            for line in wrap(words, 210, font, size):
                rows[y] = rows.get(y, "") + f"BT /{font} {size} Tf {50 + 260 * at} {y} Td ({line}) Tj ET "
                y -= 1.3 * size
            y -= 1.3 * size
    found = texts(read(press, [rows[y] for y in sorted(rows, reverse=True)]))
    assert found == [" ".join(words) for column in columns for words in column]


@everywhere
def test_three_columns_drawn_row_by_row_are_read_one_after_the_other(press: Any, font: str, size: float) -> None:
    words = [prose(seed, 40) for seed in (21, 22, 23)]
    columns = [wrap(each, 130, font, size) for each in words]
    rows = min(map(len, columns))
    columns = [column[:rows] for column in columns]
    across = 150 + 1.5 * size
    drawn = [draw(column, 30 + at * across, 700, font, size) for at, column in enumerate(columns)]
    page = [part for row in zip(*drawn, strict=True) for part in row]
    found = " ".join(texts(read(press, page)))
    assert found == " ".join(line for column in columns for line in column)


@everywhere
def test_three_columns_drawn_one_after_the_other_are_no_row_of_a_table(press: Any, font: str, size: float) -> None:
    words = [prose(30 + at, 90) for at in range(3)]
    drawn = [draw(wrap(each, 150, font, size), 30 + 190 * at, 780, font, size) for at, each in enumerate(words)]
    found = texts(read(press, [line for column in drawn for line in column]))
    assert found == [" ".join(each) for each in words]


@everywhere
def test_the_left_column_is_read_first_also_where_it_is_drawn_last(press: Any, font: str, size: float) -> None:
    first, second = prose(6, 60), prose(7, 60)
    left, right = wrap(first, 200, font, size), wrap(second, 200, font, size)
    page = [*draw(right, 320, 700, font, size), *draw(left, 50, 700, font, size)]
    assert " ".join(texts(read(press, page))) == " ".join([*first, *second])


@everywhere
def test_the_top_line_of_a_page_is_read_first_also_where_it_is_drawn_last(press: Any, font: str, size: float) -> None:
    left, right = wrap(prose(8, 60), 200, font, size), wrap(prose(9, 60), 200, font, size)
    page = [*draw(left, 50, 700, font, size), *draw(right, 320, 700, font, size), *draw(["Wren"], 60, 760, font, size)]
    assert texts(read(press, page))[0] == "Wren"


@everywhere
@pytest.mark.parametrize("apart", [False, True])
def test_numbers_of_lines_in_the_margin_are_no_text(press: Any, font: str, size: float, apart: bool) -> None:
    lines = wrap(prose(24, 260), 400, font, size)[:30]
    text, numbers = (
        draw(lines, 90, 780, font, size),
        draw([str(n) for n in range(41, 41 + len(lines))], 40, 780, "R", 8, 1.25 * size / 8),
    )
    page = [*text, *numbers] if apart else [part for pair in zip(numbers, text, strict=True) for part in pair]
    report = read(press, page)
    assert " ".join(texts(report)) == " ".join(lines)
    assert {aside.text for aside in report.asides} >= {"41", "50", str(40 + len(lines))}
    assert {aside.role for aside in report.asides} == {AsideRole.PAGE_NUMBER}


@everywhere
def test_the_numbers_of_a_list_are_not_those_of_lines(press: Any, font: str, size: float) -> None:
    lines = [f"{n} The board should write a letter" for n in range(1, 16)]
    assert len(texts(read(press, draw(lines, 60, 780, font, size)))) == len(lines)


@everywhere
@pytest.mark.parametrize("pages", [2, 3, 6])
@pytest.mark.parametrize("word", ["DRAFT", "CONFIDENTIAL", "Not for sharing"])
def test_a_mark_across_each_page_is_boilerplate(press: Any, font: str, size: float, pages: int, word: str) -> None:
    bodies = [prose(number, 60) for number in range(pages)]
    mark = f"q .7 .7 -.7 .7 130 220 cm .9 g BT /{font} {40 if len(word) > 5 else 90} Tf 0 0 Td ({word}) Tj ET Q "
    drawn = [[mark, *draw(wrap(body, 450, "R", size), 60, 780, "R", size)] for body in bodies]
    report = read(press, *drawn)
    assert not any(word in text for text in texts(report))
    assert {(aside.text, aside.role) for aside in report.asides} == {(word, AsideRole.HEADER)}
    assert not any(paragraph.heading for paragraph in report.paragraphs)


@everywhere
@pytest.mark.parametrize("x", [20, 575])
def test_a_marking_up_the_side_of_each_page_is_boilerplate(press: Any, font: str, size: float, x: float) -> None:
    body = prose(8, 200)
    lines = wrap(body, 450, "R", size)
    marking = f"q 0 1 -1 0 {x} 300 cm BT /{font} {size} Tf 0 0 Td (OFFICIAL-SENSITIVE: CHILD WREN) Tj ET Q "
    cut = len(lines) // 2
    drawn = [[marking, *draw(part, 60, 780, "R", size)] for part in (lines[:cut], lines[cut:])]
    assert texts(read(press, *drawn)) == [" ".join(body)]


@everywhere
def test_a_slanted_label_on_one_page_is_text_but_not_a_heading(press: Any, font: str, size: float) -> None:
    label = f"q .7 .7 -.7 .7 200 300 cm BT /{font} {size} Tf 0 0 Td (Referrals in March) Tj ET Q "
    report = read(press, [*draw(wrap(prose(9, 60), 450, "R", size), 60, 780, "R", size), label], [])
    assert [p.heading for p in report.paragraphs if p.text == "Referrals in March"] == [False]


@everywhere
@pytest.mark.parametrize("drawn_first", [True, False])
def test_numbers_drawn_as_a_column_belong_to_their_text(press: Any, font: str, size: float, drawn_first: bool) -> None:
    bodies = [prose(10 + number, 40) for number in range(4)]
    numbers: list[str] = []
    body: list[str] = []
    y = 780.0
    for number, words in enumerate(bodies, 1):
        lines = wrap(words, 400, font, size)
        numbers += draw([f"2.{number}"], 50, y, font, size)
        body += draw(lines, 100, y, font, size)
        y -= (len(lines) + 0.8) * 1.25 * size
    report = read(press, [*numbers, *body] if drawn_first else [*body, *numbers])
    assert [(p.number, p.text) for p in report.paragraphs] == [
        (f"2.{number}", f"2.{number} {' '.join(words)}") for number, words in enumerate(bodies, 1)
    ]


@everywhere
@pytest.mark.parametrize("indent", [20, 40])
def test_the_o_that_word_sets_is_a_bullet(press: Any, font: str, size: float, indent: float) -> None:
    page = draw(wrap(prose(20, 60), 450, font, size), 60, 780, font, size)
    y, bodies = 780 - 9 * 1.25 * size, [prose(21 + number, 25) for number in range(3)]
    for words in bodies:
        lines = wrap(words, 380, font, size)
        page += draw(["o"], 60 + indent, y, "C", size)
        page += draw(lines, 60 + indent + 18, y, font, size)
        y -= len(lines) * 1.25 * size
    found = [text for text in texts(read(press, page)) if text.startswith("o ")]
    assert found == [f"o {' '.join(words)}" for words in bodies]


@everywhere
@pytest.mark.parametrize("apart", [True, False])
def test_a_contents_list_needs_no_dots(press: Any, font: str, size: float, apart: bool) -> None:
    entries = [("1 Introduction", 2), ("2 What happened", 3), ("3 Analysis", 4), ("4 Recommendations", 5)]
    page = draw(["Contents"], 60, 780, "B", 14)
    for at, (heading, number) in enumerate(entries):
        y = 750 - at * 1.6 * size
        page += draw([heading], 60, y, font, size) + draw([str(number)], 500 if apart else 300, y, font, size)
    report = read(press, page, *(draw(wrap(prose(n, 60), 450, font, size), 60, 780, font, size) for n in range(4)))
    assert [aside.role for aside in report.asides if aside.page == 1].count(AsideRole.CONTENTS) >= 5
    assert not any(paragraph.page == 1 for paragraph in report.paragraphs)


@everywhere
@pytest.mark.parametrize("lines", [1, 2, 3])
def test_headers_close_to_the_text_are_headers(press: Any, font: str, size: float, lines: int) -> None:
    header = ["Avonshire Safeguarding Partnership", "Review of Child Wren", "Final report"][:lines]
    pages = []
    for number in range(5):
        body = wrap(prose(30 + number, 80), 450, font, size)
        pages.append(draw([*header, *body], 60, 820, font, size))
    report = read(press, *pages)
    assert {aside.text for aside in report.asides} == set(header)


@everywhere
@pytest.mark.parametrize("pages", [2, 3, 5])
@pytest.mark.parametrize("header", [[], ["Overview report: Child Wren", "Version two"]])
def test_the_text_of_pages_that_are_alike_is_no_header(
    press: Any, font: str, size: float, pages: int, header: list[str]
) -> None:
    one, other = prose(5, 60), prose(6, 60)
    lines = wrap(one, 450, font, size)
    page = draw(header, 60, 825, font, size, 1) + draw(lines, 60, 780, font, size)
    page += draw(wrap(other, 450, font, size), 60, 780 - len(lines) * 1.25 * size - 0.7 * size, font, size)
    found = read(press, *[page] * pages)
    assert texts(found) == [" ".join(one), " ".join(other)] * pages
    assert {aside.text for aside in found.asides} == set(header)


@everywhere
def test_the_name_of_a_recommendation_at_the_top_of_a_page_is_no_header(press: Any, font: str, size: float) -> None:
    pages = []
    for number in range(5):
        body = wrap(prose(30 + number, 80), 450, font, size)
        pages.append(draw([f"Recommendation {number + 1}", "", *body], 60, 820, font, size))
    report = read(press, *pages)
    assert [item.number for item in report.items] == [f"Recommendation {number + 1}" for number in range(5)]


@everywhere
def test_a_comment_in_the_margin_is_separate_from_the_sentence(press: Any, font: str, size: float) -> None:
    words = prose(40, 60)
    lines = wrap(words, 280, font, size)
    page = draw(lines, 60, 780, font, size)
    page[1:1] = draw(["Commented [AB1]: is this", "date right?"], 440, 780, font, 8, step=1.25 * size / 8)
    found = texts(read(press, page))
    assert found[0] == " ".join(words)
    assert found[1] == "Commented [AB1]: is this date right?"


@everywhere
@pytest.mark.parametrize("mark", [r"\271", "1"])
def test_a_word_broken_above_a_footnote_continues_on_the_next_page(
    press: Any, font: str, size: float, mark: str
) -> None:
    first = [*wrap(prose(50, 40), 450, font, size)[:-1], "and it was asked of them to describe the safe-"]
    note = draw([f"{mark} A note at the foot of the page."], 60, 60, font, 0.7 * size)
    rest = ["guarding of that year."]
    report = read(press, [*draw(first, 60, 780, font, size), *note], draw(rest, 60, 780, font, size))
    assert texts(report)[0].endswith(("the safeguarding of that year.", "the safe-guarding of that year."))
    assert len(report.paragraphs) == 2


@pytest.mark.parametrize("size", [12, 14])
def test_the_mark_after_a_heading_does_not_end_its_bold(press: Any, size: float) -> None:
    heading = f"BT /B {size} Tf 60 700 Td (What the school did) Tj /R {0.6 * size} Tf {0.4 * size} Ts (12) Tj ET "
    body = draw(wrap(prose(60, 60), 450, "R", 12), 60, 670, "R", 12)
    found = [p.text for p in read(press, [*body_above(), heading, *body]).paragraphs if p.heading]
    assert found == ["What the school did¹²"]


def body_above() -> list[str]:
    return draw(wrap(prose(61, 40), 450, "R", 12), 60, 790, "R", 12)


def test_references_in_small_print_are_not_footnotes(press: Any) -> None:
    references = [
        f"{number}. Finch, R. A study of the {word}. Avonshire Press." for number, word in enumerate(WORDS[:4], 1)
    ]
    page = draw(wrap(prose(62, 80), 450, "R", 12), 60, 790, "R", 12) + draw(["References"], 60, 500, "B", 14)
    report = read(press, page + draw(references, 60, 470, "R", 9))
    assert [p.number for p in report.paragraphs if "Finch" in p.text] == ["1", "2", "3", "4"]


@everywhere
def test_the_bold_line_below_a_greeting_is_a_paragraph_of_its_own(press: Any, font: str, size: int) -> None:
    lines = ["Dear Ms Larkspur, chair of the partnership of Avonshire,", "Inspection of services in Avonshire"]
    page = draw(lines[:1], 60, 700, font if font != "B" else "R", size) + draw(
        lines[1:], 60, 700 - 1.25 * size, "B", size
    )
    page += draw(wrap(prose(1, 90), 480, "R", size), 60, 700 - 2.5 * size, "R", size)
    assert [paragraph.text for paragraph in read(press, page).paragraphs[:2]] == lines


@everywhere
def test_text_that_goes_on_below_a_picture_is_one_paragraph(press: Any, font: str, size: int) -> None:
    words = prose(3, 150)
    beside = wrap(words, 300, font, size)[:7]
    below = wrap(words[sum(len(line.split()) for line in beside) :], 460, font, size)
    page = draw(beside, 240, 700, font, size) + draw(below, 60, 700 - 7 * 1.25 * size, font, size)
    assert [paragraph.text for paragraph in read(press, page).paragraphs] == [" ".join(words)]


@pytest.mark.parametrize("rise", [0.2, 0.33, 0.45])
@everywhere
def test_a_mark_that_parts_a_line_in_the_file_is_raised_and_parts_no_paragraph(
    press: Any, font: str, size: int, rise: float
) -> None:
    x, y, page = 60.0, 700.0, ""
    for text in (
        "revised in 2018",
        "2",
        " and again in 2020",
        "3",
        ", and read by 14",
        "4",
        " at the 21",
        "st",
    ):
        mark = len(text) < 3
        across = 0.6 * size if mark else size
        page += f"BT /{font} {across} Tf {x} {y + rise * size * mark} Td ({text}) Tj ET "
        x += across * sum(exact(each, font) for each in text)
    (paragraph,) = read(press, [page]).paragraphs
    assert paragraph.text == "revised in 2018² and again in 2020³, and read by 14⁴ at the 21st"


@pytest.mark.parametrize("tilt", [0.0, 0.1])
@everywhere
def test_words_drawn_last_are_read_where_they_stand(press: Any, font: str, size: float, tilt: float) -> None:
    pieces = ("The panel asked", "each of the nine agencies", "what it knew.")
    page, x = [], 60.0
    for at, piece in enumerate(pieces):
        page += draw([piece], x, 700 - tilt * size * (at == 1), font, size)
        x += size * sum(exact(each, font) for each in f"{piece} ")
    below = draw(["The family was asked as well, and so was the school."], 60, 640, font, size)
    (paragraph, _) = texts(read(press, [page[0], page[2], *below, page[1]]))
    assert paragraph == " ".join(pieces)


def shape(kind: str, x: float, y: float, wide: float) -> str:
    """Return the drawing commands of a small shape, whose left and lower edges are at x and y."""
    if kind == "square":
        return f"{x} {y} {wide} {wide} re f "
    k, r = 0.276 * wide, wide / 2
    left, low, right, high, a, b = x, y, x + wide, y + wide, x + r, y + r
    return (
        f"{right} {b} m {right} {b + k} {a + k} {high} {a} {high} c {a - k} {high} {left} {b + k} {left} {b} c "
        f"{left} {b - k} {a - k} {low} {a} {low} c {a + k} {low} {right} {b - k} {right} {b} c h {kind} "
    )


@pytest.mark.parametrize("kind", ["square", "f", "S"], ids=["square", "disc", "circle"])
@everywhere
def test_a_bullet_that_is_drawn_as_a_shape_is_a_bullet(press: Any, font: str, size: float, kind: str) -> None:
    bodies = [prose(60 + number, 25) for number in range(3)]
    page, y = draw(["Every agency was asked."], 60, 760, font, size), 720.0
    for words in bodies:
        lines = wrap(words, 380, font, size)
        page += [shape(kind, 66, y + 0.2 * size, 0.35 * size), *draw(lines, 80, y, font, size)]
        y -= len(lines) * 1.25 * size
    found = [text for text in texts(read(press, page)) if text.startswith("• ")]
    assert found == [f"• {' '.join(words)}" for words in bodies]


@pytest.mark.parametrize("drawn", ["legend", "boxes to tick", "far", "alone"])
@everywhere
def test_other_small_shapes_before_text_are_no_bullets(press: Any, font: str, size: float, drawn: str) -> None:
    page = []
    for at, word in enumerate(("Children", "Parents", "Neighbours")[: 1 if drawn == "alone" else 3]):
        colour = f"{0.2 * at} 0 0 rg " if drawn == "legend" else ""
        box = shape("square", 66, 720.0 - 40 * at, 0.5 * size)
        box = box.replace(" f ", " S ") if drawn == "boxes to tick" else box
        x = 66 + (5 if drawn == "far" else 1) * size
        page += [f"q {colour}{box}Q ", *draw([f"{word} were seen."], x, 720 - 40 * at, font, size)]
    assert "•" not in " ".join(texts(read(press, page)))


@everywhere
def test_the_year_below_a_month_belongs_to_its_cell(press: Any, font: str, size: float) -> None:
    page = draw(["all of this is to be", "done by"], 380, 780, font, size)
    dates = (["June 2024"], ["December", "2023"], ["October", "2024"])
    for row, date in enumerate(dates):
        top = 780 - 5 * size * (row + 1)
        for x, cell in ((60, ["Write a", "new plan"]), (220, ["The", "board"]), (380, date)):
            page += draw(cell, x, top, font, size)
    assert texts(read(press, page))[1:] == [f"Write a new plan The board {' '.join(date)}" for date in dates]


@everywhere
@pytest.mark.parametrize("turned", [True, False])
def test_a_page_that_is_upside_down_is_read_from_its_own_top(press: Any, font: str, size: float, turned: bool) -> None:
    one, other = prose(7, 60), prose(8, 60)
    lines = wrap(one, 450, font, size)
    page = draw(lines, 60, 780, font, size)
    page += draw(wrap(other, 450, font, size), 60, 780 - len(lines) * 1.25 * size - 0.7 * size, font, size)
    if turned:
        made = press.pdf("".join(page)).replace(b"842]/Contents", b"842]/Rotate 180/Contents")
    else:
        made = press.pdf("".join(page), before="-1 0 0 -1 595 842 cm ")
    report = pipeline.read(made, id="f" * 64, name="wren", max_pages=9)
    assert texts(report) == [" ".join(one), " ".join(other)]
