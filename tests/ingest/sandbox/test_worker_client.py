"""The real child process: what it answers, and what happens to it if a file is malicious."""

import io
import json
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest

from corpus.errors import ReviewsError
from corpus.model import Text
from corpus.reasons import Reason
from ingest.sandbox import children, confinement, protocol
from ingest.sandbox.worker_client import Limits, Refusal, Sandbox
from tests.patience import PATIENCE
from tests.security.taken_over import take_over

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no rlimits and no signals")


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(Limits(seconds=PATIENCE)) as opened:
        yield opened


def read(box: Sandbox, data: bytes) -> Text | Refusal:
    return box.read(data, id="f" * 64, name="wren")


def reason(result: Text | Refusal) -> Reason | None:
    return result.reason if isinstance(result, Refusal) else None


@pytest.fixture
def page(press: Any) -> bytes:
    data: bytes = press.pdf(press.lines("Child Wren was not seen."))
    return data


def test_a_report_comes_back_as_text(box: Sandbox, page: bytes) -> None:
    text = read(box, page)
    assert isinstance(text, Text)
    assert [paragraph.text for paragraph in text.paragraphs] == ["Child Wren was not seen."]
    assert text.id == "f" * 64
    assert "pypdfium2" in text.reader


def test_each_refusal_gives_its_true_reason_and_the_next_file_is_read(box: Sandbox, page: bytes) -> None:
    locked = io.BytesIO()
    writer = pypdf.PdfWriter(io.BytesIO(page))
    writer.encrypt("secret", algorithm="AES-256")
    writer.write(locked)
    empty = re.sub(rb"/Kids\[\d 0 R\]/Count 1", b"/Kids[     ]/Count 0", page)
    assert empty != page
    assert reason(read(box, b"")) is Reason.EMPTY
    assert reason(read(box, empty)) is Reason.EMPTY
    assert reason(read(box, b"<!DOCTYPE html><title>404</title>" * 99)) is Reason.NOT_PDF
    assert reason(read(box, b"%PDF-1.7\n" + os.urandom(2000))) is Reason.CORRUPT
    assert reason(read(box, locked.getvalue())) is Reason.ENCRYPTED
    assert isinstance(read(box, page), Text)


def test_a_file_locked_against_changes_only_is_read(box: Sandbox, page: bytes) -> None:
    open_to_read = io.BytesIO()
    writer = pypdf.PdfWriter(io.BytesIO(page))
    writer.encrypt("", "owner", algorithm="AES-256")
    writer.write(open_to_read)
    assert isinstance(read(box, open_to_read.getvalue()), Text)


def test_more_pages_than_the_limit_are_refused(press: Any) -> None:
    with Sandbox(Limits(pages=2)) as box:
        assert reason(read(box, press.pdf(*[press.lines("Wren")] * 3))) is Reason.TOO_LARGE
        assert isinstance(read(box, press.pdf(*[press.lines("Wren")] * 2)), Text)


def endless(press: Any) -> bytes:
    """Return twelve forms, each of which draws the next one twenty times."""
    objects = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>"}
    fonts = b"<</Font<</F 4 0 R>>/XObject<</X %d 0 R>>>>"
    objects[3] = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources" + fonts % 6 + b">>"
    objects[4] = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    objects[5] = b"<</Length 5>>stream\n/X Do\nendstream"
    draw = b"/X Do " * 20
    for level in range(6, 18):
        head = b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Length %d/Resources" % len(draw)
        objects[level] = head + fonts % min(level + 1, 17) + b">>stream\n" + draw + b"\nendstream"
    data: bytes = press.assemble(objects)
    return data


def test_a_file_that_never_ends_is_stopped_at_the_limit_and_the_next_one_is_read(press: Any, page: bytes) -> None:
    with Sandbox(Limits(seconds=0.7, memory_mb=2000)) as box:
        assert read(box, endless(press)) == Refusal(Reason.TIMED_OUT, "0.7 s")
        box._limits = replace(box._limits, seconds=PATIENCE)
        assert isinstance(read(box, page), Text)


@posix
def test_a_file_that_swells_is_out_of_memory_and_the_next_one_is_read(press: Any, page: bytes) -> None:
    swollen = zlib.compress(b"q\n" * 400_000_000, 9)
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
        4: b"<</Filter/FlateDecode/Length %d>>stream\n" % len(swollen) + swollen + b"\nendstream",
    }
    with Sandbox(Limits(seconds=PATIENCE, memory_mb=400)) as box:
        assert reason(read(box, press.assemble(objects))) is Reason.OUT_OF_MEMORY
        assert isinstance(read(box, page), Text)


@posix
def test_a_child_that_dies_is_a_crash_with_the_name_of_its_signal(
    page: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import signal\ndef taken_over(text, honest): signal.raise_signal(signal.SIGSEGV)\n"
    with monkeypatch.context() as patched, Sandbox(Limits(seconds=PATIENCE)) as box:
        take_over(code, tmp_path / "first", patched)
        assert read(box, page) == Refusal(Reason.CRASHED, "SIGSEGV")
        patched.undo()
        assert isinstance(read(box, page), Text)


@posix
@pytest.mark.parametrize("boxed", [True, False])
def test_the_child_writes_no_file_and_knows_how_it_is_bound(
    page: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, boxed: bool
) -> None:
    if boxed and not confinement.works_in_bubblewrap():
        pytest.skip("bubblewrap does not work here")
    monkeypatch.setattr(children, "works_in_bubblewrap", lambda: boxed)
    with Sandbox(Limits()) as box:
        read(box, page)
        assert ("bubblewrap" in box.bound) is boxed
        assert "rlimits" in box.bound
    probe = (
        "import json, sys, socket, pathlib; from ingest.sandbox import limits; limits.limit(400)\n"
        "try: pathlib.Path(sys.argv[1]).write_text('x'); print('wrote')\n"
        "except OSError as e: print('refused')\n"
        "try: bytearray(500_000_000); print('took')\n"
        "except MemoryError: print('refused')\n"
        "print(len(socket.if_nameindex()))"
    )
    command = [
        *(confinement.box() if boxed else []),
        sys.executable,
        "-c",
        probe,
        "/dev/shm/wren" if boxed else str(tmp_path / "wren.txt"),
    ]
    said = subprocess.run(
        command, env=confinement.environment(), capture_output=True, text=True, check=True
    ).stdout.split()
    assert said[:2] == ["refused", "refused"]
    if boxed:
        assert said[2] == "1", "only the loopback of its own network"


def test_an_installation_that_cannot_read_is_an_error_and_not_a_hundred_crashed_files(
    page: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pypdfium2.py").write_text("raise ImportError('this is no PDFium')")
    whole = confinement.environment()
    broken = whole | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{whole['PYTHONPATH']}"}
    monkeypatch.setattr(children, "works_in_bubblewrap", lambda: False)
    monkeypatch.setattr(confinement, "environment", lambda: broken)
    with pytest.raises(ReviewsError, match=r"does not start.*no PDFium"), Sandbox(Limits()) as box:
        read(box, page)


def changed(**parts: Any) -> bytes:
    good: dict[str, Any] = {
        "pages": [["1", "pdfium", None, None, []], ["2", "pdfium", None, None, []]],
        "sections": [["body", ""]],
        "paragraphs": [[1, None, 0, "Wren", False, [[2, 2]]]],
        "asides": [[1, 0, "header", "Avonshire"]],
        "items": [["finding", 0, 0, None]],
        "scans": [2],
        "found": {"title": ["Wren", "cover", 0.9]},
    }
    return json.dumps(good | parts).encode() + b"\n"


def test_a_valid_answer_is_accepted() -> None:
    text = protocol.decode(changed(), id="f" * 64, reader="r", max_pages=9)
    assert isinstance(text, Text)
    assert text.paragraphs[0].turns == ((2, 2),)


def test_an_answer_that_would_need_too_much_memory_is_refused_before_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    monkeypatch.setattr(json, "loads", parsed.append)
    for line in (b"[" + b"[]," * 600_000 + b"0]\n", b"[" + b"0," * 3_000_000 + b"0]\n", b'[{"":' * 600_000):
        with pytest.raises(protocol.Malformed, match="too many"):
            protocol.decode(line, id="f" * 64, reader="r", max_pages=9)
        with pytest.raises(protocol.Malformed, match="too many"):
            protocol.decode_picture(line)
    assert not parsed


def test_items_do_not_repeat_the_text_of_a_report_without_end() -> None:
    long: list[Any] = [[1, None, 0, "Wren " * 1000, False, []]]
    with pytest.raises(protocol.Malformed, match="items"):
        protocol.decode(
            changed(paragraphs=long, items=[["finding", 0, 0, None]] * 1000), id="f" * 64, reader="r", max_pages=9
        )


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]\n",
        b"null\n",
        b"{\n",
        b'{"failure": "bored", "detail": ""}\n',
        changed(pages=[]),
        changed(pages=[["1", "pdfium", None, None, []]] * 99),
        changed(pages=[["1", "magic", None, None, []]] * 2),
        changed(pages=[["x" * 99, "pdfium", None, None, []]] * 2),
        changed(sections=[["gossip", ""]]),
        changed(paragraphs=[[3, None, 0, "Wren", False, []]]),
        changed(paragraphs=[[True, None, 0, "Wren", False, []]]),
        changed(paragraphs=[[1, None, 1, "Wren", False, []]]),
        changed(paragraphs=[[1, None, 0, "", False, []]]),
        changed(paragraphs=[[1, None, 0, "Wr\ud800en", False, []]]),
        changed(paragraphs=[[1, None, 0, "Wr\x1ben", False, []]]),
        changed(paragraphs=[[1, None, 0, "Wren", False, [[9, 2]]]]),
        changed(paragraphs=[[1, None, 0, "Wren", False, [[2, 1]]]]),
        changed(paragraphs=[[1, 7, 0, "Wren", False, []]]),
        changed(asides=[[1, 5, "header", "x"]]),
        changed(asides=[[1, 0, "secret", "x"]]),
        changed(scans=[3]),
        changed(scans=[1, 1]),
        changed(scans="2"),
        changed(items=[["gossip", 0, 0, None]]),
        changed(items=[["finding", 0, 1, None]]),
        changed(items=[["finding", 0, 0, 7]]),
        changed(found={"id": ["0" * 64, "cover", 1]}),
        changed(found={"title": ["x", "cover", 7]}),
    ],
)
def test_an_answer_that_the_program_would_not_send_is_refused(line: bytes) -> None:
    with pytest.raises(protocol.Malformed):
        protocol.decode(line, id="f" * 64, reader="r", max_pages=9)
