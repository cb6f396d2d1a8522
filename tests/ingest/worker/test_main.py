"""The worker process serves several requests about one file, and opens it once."""

import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from corpus.model import Text
from corpus.reasons import Reason
from ingest.sandbox import protocol
from ingest.sandbox.children import Child
from ingest.sandbox.pipes import Answer
from ingest.sandbox.worker_client import Limits, Sandbox
from ingest.structure.page import Pixels
from ingest.worker import __main__ as worker
from ingest.worker import extract, pipeline
from ingest.worker.pdfium import documents
from tests.patience import PATIENCE

PICTURE = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x7f EI Q "
ID = "f" * 64


@pytest.fixture
def scanned(press: Any) -> bytes:
    data: bytes = press.pdf(
        [], press.lines("Child Wren was not seen at home by the health visitor in the autumn term."), before=PICTURE
    )
    return data


def ask_to_read(scans: dict[int, Any]) -> dict[str, Any]:
    return {
        "id": ID,
        "name": "wren",
        "max_pages": 9,
        "extractor": "pdfium",
        "trust_hidden_text": False,
        "scans": protocol.encode_scans(scans),
    }


def test_a_scanned_report_is_opened_and_read_once(scanned: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            calls.append(name)
            return function(*arguments, **more)

        return call

    monkeypatch.setattr(documents, "_open", counted("open", documents._open))
    monkeypatch.setattr(extract, "read", counted("read", extract.read))
    file = worker._File()

    def serve(request: dict[str, Any], *, held: bool) -> bytes:
        return worker._serve({"bytes": len(scanned), "held": held, **request}, io.BytesIO(scanned), file)

    first = protocol.decode(serve(ask_to_read({}), held=False), id=ID, reader="r", max_pages=9)
    assert isinstance(first, Text)
    assert first.scans == (1,)
    picture = protocol.decode_picture(serve({"page": 1, "dpi": 72}, held=True), 1)
    assert isinstance(picture, Pixels)
    again = protocol.decode(serve(ask_to_read({1: Reason.NO_WORDS}), held=True), id=ID, reader="r", max_pages=9)
    assert isinstance(again, Text)
    assert [page.unread for page in again.pages] == ["no_words", None]
    assert again.paragraphs == first.paragraphs
    assert calls == ["read", "open"]
    documents.release()


def test_a_report_without_pictures_is_not_kept_open(press: Any) -> None:
    data = press.pdf(press.lines("Child Wren was not seen."))
    file = worker._File()
    worker._serve({"bytes": len(data), "held": False, **ask_to_read({})}, io.BytesIO(data), file)
    assert not documents._held


def test_the_bytes_of_a_file_are_sent_once_and_again_to_a_new_process(
    scanned: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[bool, int]] = []

    asked = Child.ask

    def watched(child: Child, parts: Sequence[bytes], seconds: float, most: int) -> Answer:
        request, data = parts
        sent.append((json.loads(request)["held"], len(data)))
        return asked(child, parts, seconds, most)

    monkeypatch.setattr(Child, "ask", watched)
    size = len(scanned)
    with Sandbox(Limits(seconds=PATIENCE)) as box:
        assert isinstance(box.read(scanned, id=ID, name="wren"), Text)
        assert isinstance(box.scan(scanned, 1, id=ID), Pixels)
        box.close()
        assert isinstance(box.scan(scanned, 1, id=ID), Pixels)
        text = box.read(scanned, id=ID, name="wren", scans={1: Reason.NO_WORDS})
        assert isinstance(text, Text)
        assert text.pages[0].unread == "no_words"
        assert isinstance(box.scan(scanned, 1, id="e" * 64), Pixels), "another file is sent"
        assert isinstance(box.read(scanned, id=ID, name="wren"), Text), "a first reading always sends the file"
    assert sent == [(False, size), (True, 0), (False, size), (True, 0), (False, size), (False, size)]


def test_a_copy_of_a_document_stays_as_it_was_read() -> None:
    document = extract.read(worker._EXAMPLE.read_bytes(), max_pages=99)
    kept = document.copy()
    assert kept == document
    pipeline.understand(document, ID, "robin")
    assert kept != document  # headers, for example, have got their role
    assert kept == extract.read(worker._EXAMPLE.read_bytes(), max_pages=99)
