"""What is typed in fields and notes is read if a viewer shows it, and only then."""

import pytest

from corpus.model import Hidden
from ingest.worker import extract, render
from tests.ingest.worker.unread import PROSE, Book, Page, curves

NAME = "Zebedee Quill"
PLACE = "/Rect[72 500 372 530]"
SHOWN = "q BT /R 11 Tf 0 g 4 8 Td (Zebedee Quill) Tj ET Q"


def noted(entries: str, look: str | None = SHOWN, *, field: str = "", layer: str = "", high: int = 30) -> bytes:
    """Return a page with a line of text and a note. `look` is the appearance of the note and `high` its height, `field`
    what is in the field above it, and `layer` how a layer L is set that the note may be in.
    """
    page = Page(book := Book())
    page.line("Nobody asked who else was living there.", 72, 700)
    page.line("Under the note is a line that is not part of it.", 76, 508, 6)
    drawn = ""
    if look is not None:
        fonts = f"/Resources<</Font<</R {page.fonts['R']}>>>>"
        drawn = "/AP<</N " + book.add(f"/Type/XObject/Subtype/Form/BBox[0 0 300 {high}]{fonts}", look.encode()) + ">>"
    entries = entries if "/Rect" in entries else PLACE + entries
    if layer:
        number = book.add("<</Type/OCG/Name(L)>>")
        group = number if "/OCMD" not in layer else book.add(f"<</Type/OCMD/OCGs {number}/P/AllOff>>")
        book.catalogue += f"/OCProperties<</OCGs[{number}]/D<<{layer.replace('L', number).replace('/OCMD', '')}>>>>"
        entries += f"/OC {group}"
    if field:
        entries += f"/Parent {book.add(f'<<{field}>>')}"
    note = book.add(f"<</Type/Annot{'' if '/F ' in entries else '/F 4'}{entries}{drawn}>>")
    page.notes.append(note)
    book.catalogue += f"/AcroForm<</DA(/R 11 Tf 0 g)/Fields[{note if '/Widget' in entries else ''}]>>"
    return book.bytes(page)


def read(data: bytes) -> tuple[str, list[Hidden]]:
    page = extract.read(data, max_pages=9).pages[0]
    return " ".join(line.text for line in page.lines), page.withheld


FREE = f"/Subtype/FreeText/Contents({NAME})"
FIELD = "/Subtype/Widget/FT/Tx/T(f)"


@pytest.mark.parametrize(
    "data",
    [
        noted(f"{FREE}/F 32"),
        noted(f"{FREE}/F 36"),
        noted(f"{FREE}/F 2"),
        noted(FREE, layer="/OFF[L]"),
        noted(FREE, None, layer="/OFF[L]"),
        noted(FREE, layer="/BaseState/OFF"),
        noted(FREE, layer="/OCMD"),
        noted(f"{FREE}/Rect[72 500 72 500]", None),
        noted(f"{FREE}/Rect[-300 500 -90 520]", None),
        noted(f"{FREE}/DA(/R 11 Tf 1 1 1 rg)", None),
        noted(f"{FREE}/DA(/R 11 Tf 0 0 0 1 k)/C[0 0 0]", None),
        noted(f"{FIELD}/V({NAME})/F 32"),
        noted(f"{FIELD}/V({NAME})/F 2", None),
        noted(f"{FIELD}/V({NAME})/Ff 8192", None),
        noted(f"{FIELD}/V({NAME})/DA(/R 11 Tf 1 g)", None),
        noted(f"{FIELD}/V({NAME})/MK<</BG[0]>>", None),
        noted(f"{FIELD}/V({NAME})/Rect[700 90 900 110]", None),
    ],
)
def test_what_is_typed_where_no_viewer_shows_it_is_not_read_but_reported(data: bytes) -> None:
    text, withheld = read(data)
    assert "Quill" not in text
    assert "Nobody asked who else was living there." in text
    assert withheld


def test_a_password_above_its_field_is_not_read() -> None:
    assert "Quill" not in read(noted("/Subtype/Widget", None, field=f"/FT/Tx/T(f)/Ff 8192/V({NAME})"))[0]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("note", noted(f"{FREE}/F 0")),
        ("note", noted(f"{FREE}/F 5")),
        ("note", noted(FREE, layer="/ON[L]")),
        ("note", noted(FREE, layer="/BaseState/OFF/ON[L]")),
        ("note", noted("/Subtype/Square")),
        ("note", noted("/Subtype/Watermark")),
        ("note", noted("/Subtype/Line/L[72 500 372 500]")),
        ("note", noted("/Subtype/Ink")),
        ("form field", noted("/Subtype/Widget", None, field=f"/FT/Tx/T(f)/V({NAME})")),
        ("form field", noted(f"/Subtype/Widget/FT/Ch/T(f)/Opt[[(k) ({NAME})][(j) (Other)]]/V(k)", None)),
        ("form field", noted(f"/Subtype/Widget/FT/Ch/T(f)/Opt[({NAME})(Other)]/V[({NAME})]", None)),
    ],
)
def test_what_a_viewer_shows_in_a_field_or_note_is_read(kind: str, data: bytes) -> None:
    text, withheld = read(data)
    assert f"[{kind}: {NAME}]" in text
    assert "Under the note is a line that is not part of it." in text
    assert not withheld


@pytest.mark.parametrize("ground", [f"{FREE}/C[0 0 .5]", f"{FIELD}/V({NAME})/MK<</BG[0]>>"])
def test_white_letters_on_the_dark_ground_of_a_field_or_note_are_read(ground: str) -> None:
    assert NAME in read(noted(f"{ground}/DA(/R 11 Tf 1 g)", None))[0]


@pytest.mark.parametrize("coding", ["utf-16", "utf-8-sig", "latin-1"])
def test_a_long_text_of_a_field_in_a_stream_and_a_formatted_one_of_a_note_are_read(coding: str) -> None:
    page = Page(book := Book())
    page.line("Nobody asked who else was living there.", 72, 700)
    said = book.add("", "Ystâd Quill".encode(coding))
    page.notes.append(book.add(f"<</Type/Annot{FIELD}/F 4{PLACE}/V {said}>>"))
    rich = "<body><p>Zebedee</p><p>Quill &amp; Wren</p></body>"
    page.notes.append(book.add(f"<</Type/Annot/Subtype/FreeText/F 4/Rect[72 400 372 430]/RC({rich})>>"))
    text = read(book.bytes(page))[0]
    assert "[form field: Ystâd Quill]" in text
    assert "[note: Zebedee Quill & Wren]" in text


def test_a_black_note_that_is_only_printed_hides_nothing_on_the_page() -> None:
    data = noted("/Subtype/Square/F 36", "0 g 0 0 300 30 re f BT 1 g /R 11 Tf 4 8 Td (s.40) Tj ET")
    text, withheld = read(data)
    assert "Under the note is a line that is not part of it." in text
    assert not withheld


def test_a_note_in_a_layer_that_is_off_is_not_in_the_picture_of_the_page() -> None:
    off, on, without = (
        render.picture(data, 1, 600, ())
        for data in (noted(FREE, layer="/OFF[L]"), noted(FREE, layer="/ON[L]"), noted(f"{FREE}/F 2"))
    )
    assert off == without
    assert off != on


def test_text_that_a_note_draws_as_curves_is_reported() -> None:
    letters = [letter for n, line in enumerate(PROSE) for letter in curves(line, 4, 200 - 20 * n, 10) if letter]
    page = extract.read(
        noted("/Subtype/Ink/Rect[72 200 372 420]", " f ".join(letters) + " f", high=220), max_pages=9
    ).pages[0]
    assert page.scan
