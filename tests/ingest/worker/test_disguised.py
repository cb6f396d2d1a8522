"""Print that does not look like print to a program is reported until OCR has read it, and what is no print is not."""

import random

import pytest

from ingest.structure import legible
from tests.ingest.worker import disguised, unread
from tests.ingest.worker.test_losing import read
from tests.ingest.worker.test_unread import drawn, words

variants = pytest.mark.parametrize("variant", range(6))


@pytest.mark.parametrize("tilt", [-4.5, -2, 1.5, 3])
@pytest.mark.parametrize("variant", range(3))
def test_a_scan_that_is_not_level_is_reported_under_its_header(tilt: float, variant: int) -> None:
    report = read(disguised.poor_scan(random.Random(f"tilt {variant}"), drawn, tilt=tilt))
    assert (report.pages[0].unread, report.scans) == ("partly_read", (1,))


@pytest.mark.parametrize("ink", [40, 55])
@pytest.mark.parametrize("variant", range(3))
def test_a_faint_scan_is_reported_under_its_header(ink: int, variant: int) -> None:
    report = read(disguised.poor_scan(random.Random(f"faint {variant}"), drawn, ink=ink))
    assert (report.pages[0].unread, report.scans) == ("partly_read", (1,))


@variants
def test_an_empty_scan_is_not_reported_under_its_header(variant: int) -> None:
    report = read(disguised.poor_scan(random.Random(f"empty {variant}"), drawn, print_=False))
    assert (report.pages[0].unread, report.scans) == (None, ())


@variants
def test_letters_of_single_strokes_are_reported(variant: int) -> None:
    report = read(disguised.drawn_as_strokes(random.Random(f"strokes {variant}")))
    assert (report.pages[0].unread, report.scans) == ("no_text", (1,))


@variants
def test_print_of_small_boxes_is_reported(variant: int) -> None:
    def coarse(data: bytes) -> tuple[int, int, bytes]:
        wide, high, pixels = drawn(data)
        rows = [pixels[at * wide : (at + 1) * wide : 2] for at in range(0, high, 2)]
        return len(rows[0]), len(rows), b"".join(rows)

    report = read(disguised.drawn_as_boxes(random.Random(f"boxes {variant}"), coarse))
    assert report.pages[0].unread in ("no_text", "partly_read")
    assert report.scans == (1,)


@pytest.mark.parametrize(
    "drawing",
    [
        "0.5 w " + "".join(f"50 {700 - 30 * n} m 540 {700 - 30 * n} l S " for n in range(20)),
        "0.5 w "
        + "".join(
            f"50 {700 - 30 * n} m 530 {700 - 30 * n} l S {50 + 24 * n} 100 m {50 + 24 * n} 700 l S " for n in range(21)
        ),
        "0.6 g " + "".join(f"{60 + 24 * n} 200 14 {40 + 17 * n} re f " for n in range(18)),
        "[3 3] 0 d " + "".join(f"50 {700 - 30 * n} m 540 {700 - 30 * n} l S " for n in range(20)),
    ],
    ids=["lines to write on", "an empty table", "bars", "dashes"],
)
def test_a_page_with_only_lines_or_boxes_is_not_reported(drawing: str) -> None:
    page = unread.Page(book := unread.Book())
    page.content = drawing
    assert read(book.bytes(page)).pages[0].unread is None


@variants
def test_text_within_the_drawing_of_a_letter_is_reported(variant: int) -> None:
    data, lines = disguised.within_a_letter(random.Random(f"letter {variant}"))
    report = read(data)
    assert (report.pages[0].unread, report.scans) == ("partly_read", (1,))
    assert not [line for line in lines if line in words(report)]
    data, _ = disguised.within_a_letter(random.Random(f"letter {variant}"), text=False)
    assert read(data).pages[0].unread != "partly_read"


@variants
def test_ligatures_that_a_font_names_as_signs_are_reported(variant: int) -> None:
    report = read(disguised.with_signs_for_ligatures(random.Random(f"ligature {variant}")))
    assert (report.pages[0].unread, report.scans) == ("garbled", (1,))
    assert all(line in words(report) for line in unread.PROSE)


@pytest.mark.parametrize("word", ["organisa?on", "protec?ve", "addi?onal", "ac?vity", "institu?ons"])
def test_a_sign_for_a_ligature_is_reported_if_only_one_word_has_it(word: str) -> None:
    page = unread.Page(book := unread.Book())
    page.line(f"The {word} was seen once.", 72, 760)
    unread.typed(page, random.Random(word))
    assert read(book.bytes(page)).pages[0].unread == "garbled"


@pytest.mark.parametrize("text", ["Who asked?on that day", "the list a?b", "www.fernshire.example/data?on=1", "Why?ve"])
def test_a_sign_without_a_space_after_it_is_no_ligature(text: str) -> None:
    page = unread.Page(book := unread.Book())
    page.line(f"It says {text} and no more.", 72, 760)
    unread.typed(page, random.Random(text))
    assert read(book.bytes(page)).pages[0].unread is None


@pytest.mark.parametrize("sign", ["?", "!", "|", "+", "\u019f", "\u014c", "\u0442", "\u25a1", "\u221e"])
def test_a_sign_in_place_of_a_ligature_is_reported_and_the_rest_is_kept(sign: str) -> None:
    page = unread.Page(book := unread.Book())
    text = "The organisa~on gave them educa~on, and the par~es met."
    page.fonts["E"] = unread.embedded(book, unread.cmap("".join(sorted(set(text))), lambda c: sign if c == "~" else c))
    page.line(unread.glyphs(text), 72, 760, font="E")
    unread.typed(page, random.Random(sign))
    report = read(book.bytes(page))
    assert (report.pages[0].unread, report.scans) == ("garbled", (1,))
    assert all(line in words(report) for line in unread.PROSE)


@variants
def test_digits_that_pass_for_letters_are_reported(variant: int) -> None:
    report = read(disguised.with_numbers_for_digits(random.Random(f"digits {variant}")))
    assert (report.pages[0].unread, report.scans) == ("garbled", (1,))


@variants
def test_letters_that_pass_for_others_are_reported_and_not_shown(variant: int) -> None:
    data, _ = disguised.with_numbers_for_letters(random.Random(f"letters {variant}"))
    report = read(data)
    assert (report.pages[0].unread, report.scans) == ("garbled", (1,))
    assert not any("\u0100" <= letter <= "\u024f" for letter in words(report))


@pytest.mark.parametrize(
    "text",
    [
        "Microsoft® and Word™ are trade marks, © Avonshire Council 2021.",
        "The £20 fee, a rise of 5°, and paragraph § 4 ¶ 2 are named.",
        "Zażółć gęślą jaźń; šķēršļi ceļā; příliš žluťoučký kůň; fără țară și înșelăciune.",
        "Mae’r tŷ yn oer, ac roedd dŵr poeth.",
        "Why? Nobody asked. The address www.avonshire.example/find?name=wren&page=two?more=one was on it.",
        "Hương and Tường came from Việt Nam. He swore (f**k), and took 5μg of TNFα or a+b.",
    ],
)
def test_signs_and_accents_that_belong_there_are_no_lies(text: str) -> None:
    assert not legible.has_lies(text)
    assert not legible.signs_in_words(text)
    assert not legible.lines_with_wrong_letters([text] * 9, ["R"] * 9)
