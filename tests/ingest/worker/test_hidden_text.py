"""Text that a person cannot see is withheld, and visible text never is."""

from typing import Any

import pytest

from corpus.model import Hidden
from ingest.worker import extract, render

NAME = "Child Wren lived with Zebedee Quill in Elm Street."
BLACK = "0 0 0 rg "


def read(data: bytes, trust: bool = False) -> tuple[str, int]:
    page = extract.read(data, max_pages=9, trust_hidden_text=trust).pages[0]
    return " ".join(line.text for line in page.lines), len(page.withheld)


def box(x: float, width: float, y: float = 696, height: float = 14) -> str:
    return f"{x} {y} {width} {height} re f "


@pytest.fixture
def line(press: Any) -> Any:
    """Return a function that makes one line of text at x = 72, y = 700, with drawing commands before and after it."""

    def make(text: str = NAME, **drawing: str) -> bytes:
        data: bytes = press.pdf([press.word(text, 72, 700, 11)], **drawing)
        return data

    return make


def test_a_name_under_a_black_box_is_withheld_and_the_rest_is_not(line: Any) -> None:
    assert read(line(after=BLACK + box(177, 70))) == ("Child Wren lived with in Elm Street.", 1)


def test_whoever_trusts_hidden_text_gets_it(line: Any) -> None:
    assert read(line(after=BLACK + box(177, 70)), trust=True) == (NAME, 0)


def test_a_white_box_hides_as_well(line: Any) -> None:
    assert read(line(after="1 1 1 rg " + box(60, 400))) == ("", 1)


@pytest.mark.parametrize(
    "drawing",
    [
        {"before": "0 0 0.4 rg " + box(60, 400) + "1 1 1 rg "},  # white letters on a dark bar
        {"after": "0 0 0 rg " + box(60, 400, y=500)},  # a box elsewhere
        {"after": "0 0 0 RG 60 696 400 14 re S "},  # a frame
        {"after": "q 0 0 1 1 re W n " + BLACK + box(60, 400) + "Q "},  # a box that is clipped away
        {"after": BLACK + "60 697 400 1 re f "},  # an underline
    ],
)
def test_text_that_can_be_seen_is_never_withheld(line: Any, drawing: dict[str, str]) -> None:
    assert read(line(**drawing)) == (NAME, 0)


def test_a_transparent_marker_hides_nothing(press: Any) -> None:
    data = press.pdf([press.word(NAME, 72, 700, 11)], after="/G gs 1 1 0 rg " + box(60, 400))
    state = b"/ExtGState<</G<</Type/ExtGState/ca 0.4>>>>/Font<<"
    assert read(data.replace(b"/Resources<</Font<<", b"/Resources<<" + state)) == (NAME, 0)


def test_text_off_the_page_is_withheld(press: Any) -> None:
    words = [press.word("Child Wren was seen.", 72, 700), press.word("Zebedee Quill", 900, 700)]
    assert read(press.pdf(words)) == ("Child Wren was seen.", 1)


def test_invisible_text_is_withheld_where_there_is_nothing_to_see(line: Any) -> None:
    assert read(line(before="3 Tr ")) == ("", 1)


def test_invisible_text_over_a_scan_is_what_ocr_read_there(line: Any) -> None:
    scan = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x7f EI Q 3 Tr "
    assert read(line(before=scan)) == (NAME, 0)


def test_a_black_annotation_hides_what_lies_under_it(line: Any) -> None:
    note = (
        b"/Annots[<</Type/Annot/Subtype/Square/Rect[177 694 247 712]/IC[0 0 0]/C[0 0 0]/F 4/AP<</N 99 0 R>>>>]/Contents"
    )
    drawing = b"0 g 0 0 70 18 re f"
    form = b"99 0 obj\n<</Type/XObject/Subtype/Form/BBox[0 0 70 18]/Length %d>>stream\n" % len(drawing)
    data = line().replace(b"/Contents", note).replace(b"xref\n", form + drawing + b"\nendstream\nendobj\nxref\n", 1)
    assert read(data) == ("Child Wren lived with in Elm Street.", 1)


def test_a_box_of_several_pieces_or_inside_a_form_hides_word_by_word(line: Any, press: Any) -> None:
    two = BLACK + "60 600 50 14 re 177 696 70 14 re f "
    assert read(line(after=two)) == ("Child Wren lived with in Elm Street.", 1)
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Length 25>>stream\n0 g 177 696 70 14 re f    \nendstream"
    data = line(after="/X Do ").replace(b"/Resources<<", b"/Resources<</XObject<</X 99 0 R>>")
    data = data.replace(b"xref\n", b"99 0 obj\n" + form + b"\nendobj\nxref\n", 1)
    assert read(data) == ("Child Wren lived with in Elm Street.", 1)


def test_a_drawing_over_text_that_stays_visible_hides_nothing(line: Any) -> None:
    rings = "0 0 0 RG " + " ".join(f"{60 + 9 * n} 650 m {200 + 9 * n} 750 l S" for n in range(20))
    assert read(line(after=rings)) == (NAME, 0)
    assert (
        read(
            line("I saw a child - or 1 | 2 of them", after="1 1 0 rg 0 0 0 0 re f 60 640 400 2 re 60 760 400 2 re f ")
        )[1]
        == 0
    )


def test_a_name_that_is_black_in_the_scan_is_withheld_from_the_layer_under_it(line: Any) -> None:
    scan = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \xe0 EI Q " + BLACK + box(175, 75, 690, 20) + "3 Tr "
    assert read(line(before=scan)) == ("Child Wren lived with in Elm Street.", 1)


def test_a_page_from_which_something_was_withheld_is_never_read_by_the_other_reader(line: Any) -> None:
    glued = "Zebedee" + "x" * 60
    data = line(glued + " Quill", after=BLACK + box(60, 200))
    page = extract.read(data, max_pages=9).pages[0]
    assert "Zebedee" not in " ".join(each.text for each in page.lines)
    assert page.withheld


def test_the_last_letter_of_a_word_under_an_edge_stays(line: Any) -> None:
    """An "l" is a bar of one colour, so it is compared with its surroundings."""
    word = line("Elm National", after="/G gs 1 1 0 rg " + box(133, 3))
    state = b"/Resources<</ExtGState<</G<</Type/ExtGState/ca 0.3>>>>/Font<<"
    assert read(word.replace(b"/Resources<</Font<<", state)) == ("Elm National", 0)


def test_a_box_that_leaves_the_descenders_hides_the_name(line: Any) -> None:
    text, withheld = read(line("Child Wren lived with Peggy Quigley in Elm Street.", after=BLACK + box(174, 76, 699.5)))
    assert text == "Child Wren lived with in Elm Street."
    assert withheld


def test_the_picture_of_a_page_is_drawn_without_what_cannot_be_seen(press: Any) -> None:
    faint = press.pdf([press.word("Zebedee Quill", 72, 700, 11)], before="0.98 g ")
    assert render.scan(faint, 1, 150).even


def test_a_mark_for_a_redaction_that_was_never_applied_is_told_and_the_text_stays(line: Any) -> None:
    note = b"/Annots[<</Type/Annot/Subtype/Redact/Rect[177 694 247 712]/IC[0 0 0]/F 4>>]/Contents"
    page = extract.read(line().replace(b"/Contents", note), max_pages=9).pages[0]
    assert " ".join(each.text for each in page.lines) == NAME
    assert page.withheld == [Hidden.MARKED]


def test_invisible_text_over_letters_drawn_as_curves_stays(line: Any) -> None:
    curves = "".join(
        f"{72 + 6 * n} 700 m {74 + 6 * n} 708 {75 + 6 * n} 708 {76 + 6 * n} 700 c {73 + 6 * n} 703 l h " * 6 + "f "
        for n in range(42)
    )
    assert read(line(before=curves + "3 Tr ")) == (NAME, 0)


def test_what_a_white_patch_covers_on_a_scan_is_withheld_from_its_layer(line: Any) -> None:
    scan = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \xe0 EI Q 1 1 1 rg " + box(175, 75, 690, 20) + "3 Tr "
    assert read(line(before=scan)) == ("Child Wren lived with in Elm Street.", 1)
