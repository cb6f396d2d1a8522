"""The process that reads PDFs: `python -m ingest.worker`.

A request is a line of JSON and the bytes of a file; the answer is a line. A separate process is forked for each file
(`ingest.sandbox.fork_server`). It gives up all permissions that it does not need before it sees the first byte. Its
parent limits the time.
"""

import gc
import json
import os
import socket
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import corpus
from corpus.reasons import Reason
from ingest.sandbox import protocol, seccomp
from ingest.sandbox.confinement import bind, rules
from ingest.sandbox.fork_server import FORKS, serve, tried
from ingest.sandbox.limits import limit
from ingest.structure.page import Document, Unreadable
from ingest.version import reader_name
from ingest.worker import extract, pipeline, render
from ingest.worker.pdfium import documents

_SELDOM = 50_000, 20, 100
"""Thresholds that make the garbage collector run rarely, because a process that ends after one file has few cycles."""
_LONGEST_LIMITS = 10_000  # bytes
_EXAMPLE = Path(corpus.__file__).parent / "demo" / "Child Robin LCSPR Executive Summary.pdf"


def main() -> int:
    """Serve requests until the input ends."""
    if FORKS:
        control = socket.socket(fileno=0)
        with control.makefile("rb", buffering=0) as first:
            limits = json.loads(first.readline(_LONGEST_LIMITS))
        bound = _ready(limits)
        control.sendall(_introduction(bound))
        serve(control, lambda asked, told: _work(int(limits["memory_mb"]), asked, told))
        return 0
    asked = sys.stdin.buffer
    # Only answers may be written to the pipe, whatever a library prints, so the pipe gets another descriptor.
    told = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    limits = json.loads(asked.readline(_LONGEST_LIMITS))
    told.write(_introduction(bind(int(limits["memory_mb"]))))
    told.flush()
    _answer(asked, told)
    return 0


def _introduction(bound: Sequence[str]) -> bytes:
    return json.dumps({"ready": reader_name(), "bound": list(bound)}).encode() + b"\n"


def _ready(limits: dict[str, Any]) -> tuple[str, ...]:
    """Prepare this process for forking, and return which limits work here.

    Reads a built-in report, so that the forked processes share everything that is loaded on first use.
    """
    limit(int(limits["memory_mb"]))
    with suppress(OSError, Unreadable):
        pipeline.understand(extract.read(_EXAMPLE.read_bytes(), max_pages=100), "", _EXAMPLE.stem)
    rules()
    seccomp.prepare()
    gc.collect()
    gc.freeze()
    return tried(lambda: bind(int(limits["memory_mb"])))


def _work(memory_mb: int, asked: BinaryIO, told: BinaryIO) -> None:
    """Do the work of a forked process for its one file."""
    bind(memory_mb)
    gc.set_threshold(*_SELDOM)
    _answer(asked, told)


def _answer(asked: BinaryIO, told: BinaryIO) -> None:
    file = _File()
    while line := asked.readline():
        request = json.loads(line)
        told.write(_serve(request, asked, file))
        told.flush()


class _File:
    """The file that requests refer to. It is opened and read once, even if OCR needs many of its pages."""

    def __init__(self) -> None:
        self.data = b""
        self._document: Document | None = None

    def receive(self, asked: BinaryIO, size: int) -> None:
        """Receive the bytes of the next file, after freeing those of the previous one."""
        documents.release()
        self.data, self._document = b"", None
        self.data = asked.read(size)
        documents.hold(self.data)

    def document(self, request: dict[str, Any]) -> Document:
        """Return the extracted pages. They are kept only as long as OCR results may have to be added."""
        document, self._document = self._document, None
        if document is None:
            document = extract.read(
                self.data,
                max_pages=int(request["max_pages"]),
                extractor=str(request["extractor"]),
                trust_hidden_text=bool(request["trust_hidden_text"]),
            )
            if any(page.scan or page.image for page in document.pages):
                self._document = document.copy()
            else:
                documents.release()
        return document


def _serve(request: dict[str, Any], asked: BinaryIO, file: _File) -> bytes:
    """Answer one request. Any error becomes an answer too."""
    try:
        if not request["held"]:
            file.receive(asked, int(request["bytes"]))
        if "attachment" in request:
            return protocol.encode_file(extract.attachment(file.data, int(request["attachment"]), int(request["most"])))
        if "dpi" in request:
            return protocol.encode_picture(render.scan(file.data, request["page"], request["dpi"]))
        if "page" in request:
            marks = [(before, text, after) for before, text, after in request["marks"]]
            return protocol.encode_picture(render.picture(file.data, request["page"], request["width"], marks))
        document = pipeline.with_scans(file.document(request), protocol.decode_scans(request["scans"]))
        return protocol.encode(pipeline.understand(document, str(request["id"]), str(request["name"])))
    except Unreadable as error:
        return protocol.encode_failure(error.reason, error.detail)
    except MemoryError:
        return protocol.encode_failure(Reason.OUT_OF_MEMORY, "MemoryError")
    except RecursionError:
        return protocol.encode_failure(Reason.CORRUPT, "RecursionError")
    except Exception as error:  # noqa: BLE001 - a fault of ours must cost one file, and say where it is
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        return protocol.encode_failure(Reason.CRASHED, f"{type(error).__name__} in {place}")


if __name__ == "__main__":
    sys.exit(main())
