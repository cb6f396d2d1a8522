"""Text that a person cannot see is withheld, and visible text never is."""

import random
from typing import Any

import pytest

from corpus.model import Hidden
from ingest.worker import extract, render
from ingest.worker.visible import geometry
from tests.ingest.worker import unread

NAME = "Child Wren lived with Zebedee Quill in Elm Street."
BLACK = "0 0 0 rg "
PICTURE = "/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8"


def read(data: bytes, trust: bool = False) -> tuple[str, int]:
    page = extract.read(data, max_pages=9, trust_hidden_text=trust).pages[0]
    return " ".join(line.text for line in page.lines), len(page.withheld)


def box(x: float, width: float, y: float = 696, height: float = 14) -> str:
    return f"{x} {y} {width} {height} re f "


def scanned(over: str = "", inside: str = "") -> bytes:
    """A scan of the line with a text layer. over, inside: drawing commands over the scan, and in its picture."""
    paper = unread.Page(inner := unread.Book())
    paper.line(NAME, 72, 700)
    paper.content += inside
    pixels = render.scan(inner.bytes(paper), 1, 100)
    page = unread.Page(book := unread.Book())
    page.things["I"] = book.add(f"{PICTURE}/Width {pixels.width}/Height {pixels.height}", pixels.data)
    page.content += f"q 595 0 0 842 0 0 cm /I Do Q {over}\n"
    page.line(NAME, 72, 700, mode=3)
    return book.bytes(page)


@pytest.fixture
def line(press: Any) -> Any:
    """Return a function that makes one line of text at x = 72, y = 700, with drawing commands before and after it."""

    def make(text: str = NAME, **drawing: str) -> bytes:
        data: bytes = press.pdf([press.word(text, 72, 700, 11)], **drawing)
        return data

    return make


def test_a_name_under_a_black_box_is_withheld_and_the_rest_is_not(line: Any) -> None:
    assert read(line(after=BLACK + box(177, 70))) == ("Child Wren lived with in Elm Street.", 1)


def test_trust_hidden_text_keeps_the_name(line: Any) -> None:
    assert read(line(after=BLACK + box(177, 70)), trust=True) == (NAME, 0)


def test_a_white_box_hides_as_well(line: Any) -> None:
    assert read(line(after="1 1 1 rg " + box(60, 400))) == ("", 1)


@pytest.mark.parametrize(
    "drawing",
    [
        {"before": "0 0 0.4 rg " + box(60, 400) + "1 1 1 rg "},  # white letters on a dark bar
        {"after": "0 0 0 rg " + box(60, 400, y=500)},  # a box elsewhere
        {"after": "0 0 0 RG 60 696 400 14 re S "},  # a frame
        {"after": "q 0 0 1 1 re W n " + BLACK + box(60, 400) + "Q "},  # a box that a clip hides
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


def test_invisible_text_over_a_scan_is_what_ocr_read_there() -> None:
    assert read(scanned()) == (NAME, 0)


def test_invisible_text_over_an_empty_picture_is_withheld(line: Any) -> None:
    empty = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \xe0 EI Q 3 Tr "
    assert read(line(before=empty)) == ("", 1)


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


@pytest.mark.parametrize(
    "patch",
    ["0 g", "0.35 g", "0.6 g", "0.8 g", "0.94 g", "1 g", "0.7 0.1 0.1 rg"],
    ids=["black", "dark", "grey", "pale", "cream", "white", "red"],
)
def test_a_name_that_is_covered_in_the_scan_is_withheld_from_its_layer(patch: str) -> None:
    assert read(scanned(f"{patch} {box(175, 75, 690, 20)}")) == ("Child Wren lived with in Elm Street.", 1)
    label = "1 g BT /R 9 Tf 180 700 Td (REDACTED NAME) Tj ET "
    if patch != "1 g":
        inside = scanned("", f"{patch} {box(175, 75, 690, 20)}{label if patch < '0.7 ' else ''}")
        assert read(inside) == ("Child Wren lived with in Elm Street.", 1)


@pytest.mark.parametrize(
    "mark",
    [
        "0 G 1 w 174.5 691 76 18 re S",
        "0 G 1 w 176 692 m 249 709 l S 176 709 m 249 692 l S",
        "BT /R 9 Tf 210 700 Td (s.40) Tj ET",
        "BT /R 11 Tf 178 700 Td ([XX]) Tj ET",
        "BT /R 11 Tf 178 700 Td (.....................) Tj ET",
    ],
    ids=["frame", "cross", "label", "initials", "dots"],
)
def test_a_name_with_a_white_patch_and_a_mark_in_its_place_is_withheld_from_its_layer(mark: str) -> None:
    assert read(scanned("", f"1 g {box(174, 77, 690, 20)} 0 g {mark} ")) == ("Child Wren lived with in Elm Street.", 1)


def test_a_mosaic_in_the_scan_hides_what_the_layer_says() -> None:
    rng = random.Random(1)
    mosaic = "".join(f"{rng.random():.2f} g {x} {y} 2 2 re f " for x in range(175, 250, 2) for y in range(690, 712, 2))
    assert read(scanned("", mosaic)) == ("Child Wren lived with in Elm Street.", 1)


@pytest.mark.parametrize("mode", [0, 3])
def test_text_under_or_on_a_photograph_is_withheld(mode: int) -> None:
    rng = random.Random(mode)
    page = unread.Page(book := unread.Book())
    photograph = bytes(rng.randrange(256) for _ in range(150 * 150))
    page.things["I"] = book.add(f"{PICTURE}/Width 150/Height 150", photograph)
    drawing = "q 595 0 0 400 0 430 cm /I Do Q\n"
    page.line("Child Wren was seen.", 72, 300)
    page.content += drawing if mode else ""
    page.line(NAME, 72, 700, mode=mode)
    page.content += "" if mode else drawing
    assert read(book.bytes(page)) == ("Child Wren was seen.", 1)


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


def test_an_unapplied_redaction_mark_is_reported_and_the_text_stays(line: Any) -> None:
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


@pytest.mark.parametrize("limit", ["_OBJECTS_A_PAGE", "NOTES_A_PAGE", "_FORMS_IN_FORMS"])
def test_a_name_is_withheld_on_a_page_with_more_than_is_looked_at(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"ingest.worker.visible.page_objects.{limit}", 2)
    page = unread.Page(book := unread.Book())
    page.line(NAME, 72, 700)
    covered = page.content + BLACK + box(177, 70)
    for _ in range(4):
        form = f"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</R {page.fonts['R']}>>/XObject<<"
        inner = f"/F {page.things['F']}" if page.things else ""
        page.things["F"] = book.add(f"{form}{inner}>>>>", covered.encode())
        covered = "/F Do "
    link = book.add("<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[9 9 20 20]>>")
    page.notes += [link] * 5
    page.content = "0.9 G " + "9 9 m 9 10 l S " * 3 + covered
    assert read(book.bytes(page)) == ("Child Wren lived with in Elm Street.", 1)


def linked(border: str, rectangle: str) -> bytes:
    page = unread.Page(book := unread.Book())
    page.line(NAME, 72, 700)
    page.notes.append(book.add(f"<</Type/Annot/Subtype/Link/F 4{border}/C[0 0 0]/Rect[{rectangle}]>>"))
    return book.bytes(page)


@pytest.mark.parametrize("border", ["/Border[0 0 14]", "/BS<</W 14>>"])
def test_a_thick_border_hides_only_what_it_is_painted_over(border: str) -> None:
    assert read(linked(border, "40 660 400 740")) == (NAME, 0)
    assert read(linked(border, "176 676 500 713")) == ("Child Wren lived with", 1)
    assert read(linked(border, "232 660 500 740")) == ("Child Wren lived with Zebedee in Elm Street.", 1)


def test_a_name_under_a_border_is_not_in_the_picture_of_the_page() -> None:
    page = unread.Page(book := unread.Book())
    page.line("Zebedee Quill", 72, 700)
    page.notes.append(book.add("<</Type/Annot/Subtype/Link/F 4/Border[0 0 14]/Rect[70 696 150 712]>>"))
    assert render.scan(book.bytes(page), 1, 150).even


def test_what_is_typed_into_a_field_with_a_background_is_read() -> None:
    said = "The midwifery handover has been rewritten"
    for appearances in (b"true", b"null"):
        data = unread.typed_in(random.Random(4), "Widget", said, looks=False)
        data = data.replace(b"/NeedAppearances true", b"/NeedAppearances " + appearances)
        text, withheld = read(data.replace(b"/FT/Tx", b"/FT/Tx/MK<</BG[1 1 0.8]>>"))
        assert said in text
        assert withheld == 0


def saying(said: str, glyphs: str) -> bytes:
    """A page that draws glyphs in a font that does not name them, and says what they are."""
    page = unread.Page(book := unread.Book())
    page.fonts["E"] = unread.embedded(book, unread.cmap("abcdefghij", lambda each: each))
    page.line("Child Wren was seen.", 72, 720)
    page.content += f"/Span<</ActualText({said})>>BDC "
    page.line(unread.glyphs(glyphs), 72, 700, font="E")
    page.content += "EMC\n"
    return book.bytes(page)


def test_letters_that_a_font_does_not_name_are_what_the_file_says_unless_it_says_a_whole_word() -> None:
    assert read(saying("office", "ozice")) == ("Child Wren was seen. office", 0)
    assert read(saying("ffi", "z")) == ("Child Wren was seen. ffi", 0)
    for said, glyphs in (("Zebedee", "zzzzzzz"), ("Zebedee", "z"), ("decide", "fade"), ("Zebedee", "bebedee")):
        text, withheld = read(saying(said, glyphs))
        assert said not in text
        assert withheld == 1


def test_a_word_stays_if_only_the_white_letters_under_its_outline_are_hidden() -> None:
    assert geometry.without("Child QQuuiillll", {6, 8, 10, 12, 14}) == "Child Quill"
    assert geometry.without("Child Quills", {6, 7, 8}) == "Child"
