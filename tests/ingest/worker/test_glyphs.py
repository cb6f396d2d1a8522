"""What the individual letters of a line show, in several fonts and sizes."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from ingest.worker import pipeline
from tests.ingest.worker.unread import PROSE, Book, Page, cmap, embedded, glyphs, width_of

FONTS, SIZES = ("R", "B", "T", "C"), (9, 11, 18)
everywhere = pytest.mark.parametrize(("font", "size"), list(product(FONTS, SIZES)))


@pytest.fixture
def read(press: Any) -> Callable[[str], str]:
    """Return a function that reads the text of a page with the given drawing commands."""

    def make(drawing: str) -> str:
        report = pipeline.read(press.pdf([], before=drawing), id="f" * 64, name="wren", max_pages=9)
        return " ".join(paragraph.text for paragraph in report.paragraphs)

    return make


def line(font: str, size: float, *pieces: str, y: float = 700, small: float = 0.6, rise: float = 0.4) -> str:
    """Draw pieces one after the other. Those that begin with ^ are `small` and raised, as shares of the size."""
    drawn = f"BT {72} {y} Td "
    for piece in pieces:
        mark = piece.startswith("^")
        drawn += (
            f"/{font} {small * size if mark else size} Tf {rise * size if mark else 0} Ts ({piece.lstrip('^')}) Tj "
        )
    return drawn + "ET "


@everywhere
@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (("The guidance", "^1", " was read by all."), "The guidance¹ was read by all."),
        (("It was revised in 2018", "^2", " and in 2020", "^13", "."), "It was revised in 2018² and in 2020¹³."),
        (("It was read by 14", "^4", " schools."), "It was read by 14⁴ schools."),
        (("There was bruising", "^iii", " on one arm."), "There was bruising iii on one arm."),
        (("There was bruising", "^xi", ", and no", "^b", " note."), "There was bruising xi, and no b note."),
        (("This was on the 21", "^st", " of March."), "This was on the 21st of March."),
        (("Sarah M", "^c", "Wren came."), "Sarah McWren came."),
    ],
)
def test_marks_are_separated_from_the_words_before_them(
    read: Callable[[str], str], font: str, size: float, pieces: tuple[str, ...], text: str
) -> None:
    assert read(line(font, size, *pieces)) == text
    assert read(line(font, size, *pieces, small=0.83, rise=0.36)) == text  # as browsers set them


@everywhere
def test_a_soft_hyphen_with_ink_is_a_hyphen(read: Callable[[str], str], font: str, size: float) -> None:
    drawn = line(font, size, "From 2018\\25519 children aged 0\\25525 and mid\\2552020 on.")
    assert read(drawn) == "From 2018-19 children aged 0-25 and mid-2020 on."


# How wide a letter and the accent after it are, in thousandths of the size.
WIDTHS = {"R": (500, 722, 333), "B": (556, 778, 333), "T": (500, 722, 333), "C": (600, 600, 600)}


@everywhere
@pytest.mark.parametrize("accent_first", [False, True])
def test_an_accent_printed_over_a_letter_is_part_of_it(
    read: Callable[[str], str], font: str, size: float, accent_first: bool
) -> None:
    y, w, accent = WIDTHS[font]

    def over(letter: str, width: float) -> str:
        side = (width - accent) / 2
        if accent_first:
            return f"{-side} (\\210) {accent + side} ({letter})"
        return f"({letter}) {width - side} (\\210) {-side}"

    drawn = (
        f"BT /{font} {size} Tf 72 700 Td [(Roedd y t) {over('y', y)} ( yn oer heb dd) {over('w', w)} (r yno.)] TJ ET"
    )
    assert read(drawn) == "Roedd y tŷ yn oer heb ddŵr yno."


def test_an_accent_on_its_own_stays_as_it_is(read: Callable[[str], str]) -> None:
    assert read(line("R", 11, "The child\\264s words were: 2 ^ 3 ` and no more.")) == (
        "The child´s words were: 2 ^ 3 ` and no more."
    )


@everywhere
@pytest.mark.parametrize("between", ["   ", "    "])
@pytest.mark.parametrize("heading", ["EXECUTIVE SUMMARY", "Key learning points"])
def test_words_set_with_space_between_letters_are_words(
    read: Callable[[str], str], font: str, size: float, between: str, heading: str
) -> None:
    spaced = between.join(" ".join(word) for word in heading.split())
    assert read(line(font, size, spaced) + line(font, size, "The panel met.", y=500)).startswith(heading)


def test_the_letters_under_a_box_are_found_on_a_line_whose_spaces_were_closed(read: Callable[[str], str]) -> None:
    letter = 0.6 * 11  # Courier
    x, width = 72 + letter * len("S U M M A R Y   "), letter * len("Wren Oakes")
    shown = read(line("C", 11, "S U M M A R Y   Wren Oakes was seen.") + f"0 g {x} 696 {width} 14 re f ")
    assert "Wren" not in shown
    assert "Oakes" not in shown
    assert shown.startswith("SUMMARY")
    assert shown.endswith("was seen.")


def test_initials_and_rows_of_digits_are_left_alone(read: Callable[[str], str]) -> None:
    assert read(line("R", 11, "J K R L and 1 2 3 4 5 6 were seen.")) == "J K R L and 1 2 3 4 5 6 were seen."


@pytest.mark.parametrize("room", [0.14, 0.16, 0.18])
@pytest.mark.parametrize("size", SIZES)
def test_letters_that_are_drawn_one_by_one_with_room_between_them_are_words(
    read: Callable[[str], str], size: float, room: float
) -> None:
    wide = {" ": 278, "K": 667, "c": 500, "f": 278, "i": 222, "l": 222, "r": 333, "t": 278, "y": 500}  # Helvetica
    words, x, drawn = "Key learning for practice", 72.0, ""
    for letter in words:
        drawn += f"BT /R {size} Tf {x:.3f} 700 Td ({letter}) Tj ET " if letter != " " else ""
        x += size * (wide.get(letter, 556) / 1000 + room)
    assert read(drawn) == words


WRONG: dict[str, Callable[[str], float]] = {
    "half": lambda name: 0.5,
    "some": lambda name: 0.5 if name in "nrsit" else 1.0,
    "wide": lambda name: 1.6,
    "very wide": lambda name: 3.0,
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("spaces", [True, False])
def test_words_are_whole_if_the_file_states_wrong_widths_of_letters(size: float, wrong: str, spaces: bool) -> None:
    page = Page(book := Book())
    page.fonts["E"] = embedded(book, cmap("".join(sorted(set("".join(PROSE)))), str), WRONG[wrong])
    for at, text in enumerate(PROSE):
        for upto, letter in enumerate(text):
            if spaces or letter != " ":  # drawn one by one, each at its place
                page.line(glyphs(letter), 40 + width_of(text[:upto], size), 700 - 2 * size * at, size, font="E")
    report = pipeline.read(book.bytes(page), id="f" * 64, name="wren", max_pages=9)
    read = " ".join(paragraph.text for paragraph in report.paragraphs)
    assert read.replace(" .", ".") == " ".join(PROSE)


@everywhere
@pytest.mark.parametrize(
    "text", ["4.1 H|owever, Child B was seen.", "12. W|e saw that.", "3. I|t was late.", "9. Th|e"]
)
def test_a_space_without_a_width_is_no_space(read: Callable[[str], str], font: str, size: float, text: str) -> None:
    before, after = text.split("|")
    back = {"R": 278, "B": 278, "T": 250, "C": 600}[font]  # how wide the space is that is taken back
    assert read(f"BT /{font} {size} Tf 72 700 Td [({before} ) {back} ({after})] TJ ET ") == before + after


@pytest.mark.parametrize("text", ["4.1 If Child B of Wren saw it.", "12. We saw f t l of it.", "3. It was t or f."])
def test_narrow_spaces_are_spaces(read: Callable[[str], str], text: str) -> None:
    for font in FONTS:
        assert read(f"BT /{font} 11 Tf -0.8 Tw 72 700 Td ({text}) Tj ET ") == text


@pytest.mark.parametrize("encoding", ["/Encoding/WinAnsiEncoding", ""])
@pytest.mark.parametrize(
    ("code", "sign"), [("\\247", "▪"), ("\\330", "➢"), ("\\374", "✓"), ("q", "❑"), ("v", "❖"), ("D", "•")]
)
def test_letters_of_a_font_of_signs_are_the_signs_that_they_show(code: str, sign: str, encoding: str) -> None:
    page = Page(book := Book())
    widths = " ".join(["600"] * 224)
    page.fonts["W"] = book.add(
        f"<</Type/Font/Subtype/TrueType/BaseFont/Wingdings-Regular{encoding}/FirstChar 32/LastChar 255/Widths[{widths}]"
        "/FontDescriptor<</Type/FontDescriptor/FontName/Wingdings-Regular/Flags 4/FontBBox[0 -200 1000 900]"
        "/ItalicAngle 0/Ascent 900/Descent -200/CapHeight 700/StemV 80>>>>"
    )
    texts = ["The council should ask about each night.", "The police should share what they know.", "Seen by whom"]
    for at, text in enumerate(texts):
        page.line(code, 72, 700 - 16 * at, font="W")
        page.line(text, 92, 700 - 16 * at)
    page.line("Ystâd", 72, 600)
    report = pipeline.read(book.bytes(page), id="f" * 64, name="wren", max_pages=9)
    assert [p.text for p in report.paragraphs] == [*(f"{sign} {text}" for text in texts), "Ystâd"]
