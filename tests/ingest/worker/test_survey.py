"""What a file may have is found before it is read, also where it is packed, written in other ways or encrypted."""

import time
import tracemalloc
import zlib

import pytest

from ingest.worker.survey import Survey, survey


def packed(entries: str, data: bytes) -> bytes:
    held = zlib.compress(data)
    return (
        f"9 0 obj<<{entries}/Filter/FlateDecode/Length {len(held)}>>stream\n".encode() + held + b"\nendstream endobj\n"
    )


NAMES = {
    "layers": b"/OCProperties 3 0 R",
    "type3": b"/Subtype/Type3",
    "says": b"/Properties<</MC0<</ActualText(Wren)>>>>",
    "files": b"/AF[3 0 R]",
    "painted": b"/MK<</BG[0 0 0]>>",
}


@pytest.mark.parametrize("name", NAMES)
def test_what_a_dictionary_has_is_found_in_plain_and_in_packed_objects(name: str) -> None:
    plain = b"3 0 obj<<%b>>endobj\n" % NAMES[name]
    for data in (
        plain,
        packed("/Type/ObjStm/N 1/First 4", plain),
        plain.replace(b"/O", b"/#4f").replace(b"/A", b"/#41"),
    ):
        assert survey(data) == Survey(**{name: True}), data


@pytest.mark.parametrize(
    "border",
    [
        "/Border[0 0 14]", "/Border [ 0 0 3.5 ]", "/Border 5 0 R", "/BS<</W 14>>", "/BS <</Type/Border/S/S/W 3>>",
        "/BS 5 0 R", "/BS<</W 5 0 R>>",
    ],
)  # fmt: skip
def test_thick_borders_are_found(border: str) -> None:
    assert survey(f"<</Subtype/Link{border}>>".encode()).painted


@pytest.mark.parametrize(
    "border", ["/Border[0 0 0]", "/Border[0 0 1]", "/BS<</W 0>>", "/BS<</W 2/S/U>>", "/MK<</BG[]>>"]
)
def test_thin_borders_are_no_reason_to_look(border: str) -> None:
    assert not survey(f"<</Subtype/Link{border}>>".encode()).painted


def test_pages_are_counted_in_plain_and_in_packed_objects() -> None:
    pages = b"<</Type/Pages/Kids[2 0 R]>> <</Type/Page>> <</Type /Page/Parent 1 0 R>>"
    assert survey(pages) == Survey(pages=2)
    assert survey(packed("/Type/ObjStm", pages)) == Survey(pages=2, packed=True)


@pytest.mark.parametrize(
    ("commands", "says"),
    [(b"BT (ActualTex) Tj ET", False), (b"/Span<</ActualText(a)>>BDC", True), (b"/Span<</Actual#54ext(a)>>BDC", True)],
)
def test_what_drawing_commands_say_is_found_however_they_are_packed(commands: bytes, says: bool) -> None:
    assert survey(packed("", commands)).says == says
    assert survey(packed("", commands).replace(b"/FlateDecode", b"[/FlateDecode]")).says == says
    assert survey(b"1 0 obj<</Length 9>>stream\r\n" + commands + b"\r\nendstream endobj").says == says
    assert survey(packed("", commands).replace(b"/FlateDecode", b"/LZWDecode")).says, "which is not unpacked"


@pytest.mark.parametrize(
    ("cmap", "blanks"),
    [
        ("3 beginbfchar <01><0020> <02><0020> <03><0020> endbfchar", True),
        ("1 beginbfrange <01> <03> [<0020> <0020><0020>] endbfrange", True),
        ("3 beginbfrange <01> <01> <200B> <02> <02> <200b> <03><03><200b> endbfrange", True),
        ("3 beginbfchar <01><> <02><> <03><> endbfchar", True),
        ("3 beginbfchar <01><0020> <02><00a0> <0020><0031> endbfchar", False),
        ("3 beginbfrange <0020> <0020> <0020> <0020><0020> <0031> endbfrange", False),
    ],
)
def test_fonts_that_name_several_letters_as_spaces_are_found(cmap: str, blanks: bool) -> None:
    assert survey(packed("", cmap.encode())).blanks == blanks


def test_a_stream_that_breaks_off_is_found() -> None:
    data = packed("", b"".join(b"BT (Wren %d) Tj ET " % n for n in range(500)))
    assert not survey(data).damaged
    at = data.index(b"stream\n") + 200
    assert survey(data[:at] + bytes(400) + data[at + 400 :]).damaged
    assert survey(data[:at] + b"\nendstream endobj").damaged
    assert survey(data.replace(b"/FlateDecode", b"/FlareDecode")).damaged
    picture = data.replace(b"<</Filter", b"<</Subtype/Image/Filter")
    assert not survey(picture[:at] + bytes(400) + picture[at + 400 :]).damaged


def test_packed_objects_of_an_encrypted_file_may_have_anything() -> None:
    data = packed("/Type/ObjStm", b"<</Type/Page>>") + b"trailer<</Encrypt 3 0 R>>"
    everything = Survey(0, packed=True, layers=True, type3=True, says=True, blanks=True, files=True, painted=True)
    assert survey(data) == everything


@pytest.mark.parametrize("begun", ["5 0 obj<<", "25 0 obj 5\n0\r\nobj\n<<", "endobj 5 0 obj[", "obj 5 0 obj"])
def test_drawing_commands_are_found_wherever_their_object_begins(begun: str) -> None:
    assert not survey(f"<</Contents 5 0 R>> {begun}".encode()).damaged


@pytest.mark.parametrize("begun", ["25 0 obj<<", "5 0 object", "5 0obj", "5 obj", "5 0 obj_", "5 1 0 obj", ""])
def test_drawing_commands_without_their_object_are_missed(begun: str) -> None:
    assert survey(f"<</Contents 5 0 R>> {begun}".encode()).damaged


@pytest.mark.parametrize("text", [b"%b", b"/Contents[%b]", b"%b obj"])
def test_a_long_number_is_surveyed_at_once(text: bytes) -> None:
    started = time.process_time()
    survey(text % (b"1" * 200_000))
    assert time.process_time() - started < 1


def test_what_two_packed_objects_say_together_is_found() -> None:
    names = packed("/Type/ObjStm", b"4 0 <</Properties<</MC0 5 0 R>>>>")
    assert not survey(names).says
    assert survey(names + packed("/Type/ObjStm", b"5 0 <</ActualText(Wren)>>")).says
    page = packed("/Type/ObjStm", b"4 0 <</Type/Page/Contents 5 0 R>>")
    assert survey(page).damaged
    assert not survey(page + packed("/Type/ObjStm", b"5 0 [6 0 R]")).damaged
    assert not survey(b"5 0 obj[]endobj " + page).damaged


def test_packed_objects_are_looked_at_one_after_the_other() -> None:
    one = packed("/Type/ObjStm", b"<</K[%s]>>" % b"7 0 R " * 40_000)
    tracemalloc.start()
    try:
        survey(one)
        _, alone = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        survey(one * 20)
        _, all_together = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert all_together < 2 * alone
