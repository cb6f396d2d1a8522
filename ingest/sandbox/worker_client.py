"""Read a PDF in a worker process, and interpret how the process ended.

A PDF is untrusted. Its bytes are piped into a separate process that has no network, no files and limited memory, as far
as the system can enforce this (`confinement`). The process answers with one line of JSON. Whatever happens to it, the
parent carries on.
"""

import json
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from corpus.model import Scan, Text
from corpus.reasons import Reason
from ingest.sandbox import protocol
from ingest.sandbox.children import Child, Children, WarmProcess
from ingest.sandbox.pipes import Answer
from ingest.structure.ocr_lines import DPI
from ingest.structure.page import Pixels
from ingest.version import reader_name


@dataclass(frozen=True)
class Limits:
    """What one file may use.

    `seconds` is wall-clock time. `memory_mb` is the size of the address space, 0 for no limit.
    """

    seconds: float = 60.0
    memory_mb: int = 600
    pages: int = 5_000


@dataclass(frozen=True)
class Refusal:
    """Why a file could not be read as a report."""

    reason: Reason
    detail: str = ""


def warm_process(limits: Limits) -> WarmProcess:
    """Return a process that several sandboxes with these limits can share. Close it after them."""
    return WarmProcess({"memory_mb": limits.memory_mb, "reader": reader_name()})


class Sandbox:
    """Reads one file after another, each in its own process. Use it from one thread only.

    `warm` is the process that others share, too (`warm_process`). `bound` lists the restrictions on the processes, such
    as ("bubblewrap", "seccomp").
    """

    def __init__(
        self,
        limits: Limits,
        extractor: str = "pdfium",
        *,
        trust_hidden_text: bool = False,
        warm: WarmProcess | None = None,
    ) -> None:
        self._limits = limits
        self._extractor = extractor
        self._trust_hidden_text = trust_hidden_text
        self._warm = warm or warm_process(limits)
        self._is_shared = warm is not None
        self._children: Children | None = None
        self._child: Child | None = None
        self._held = ""  # the id of the file whose bytes the child has
        self._reader = reader_name(extractor, trust_hidden_text)

    @property
    def bound(self) -> tuple[str, ...]:
        return self._warm.bound

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all processes."""
        self._held = ""
        if self._child is not None:
            self._child.close()
        if self._children is not None:
            self._children.close()
        self._child = self._children = None
        if not self._is_shared:
            self._warm.close()

    def read(
        self, data: bytes, *, id: str, name: str, scans: Mapping[int, Scan | Reason] | None = None
    ) -> Text | Refusal:
        """Return the report in `data`, or why it could not be read.

        `scans` is the OCR result of each page, or why OCR failed.
        """
        request = {
            "id": id,
            "name": name,
            "max_pages": self._limits.pages,
            "extractor": self._extractor,
            "trust_hidden_text": self._trust_hidden_text,
            "scans": protocol.encode_scans(scans or {}),
        }
        line = self._answer(request, data, id, again=bool(scans), most=protocol.LONGEST_TEXT)
        if isinstance(line, Refusal):
            return line
        try:
            answered = protocol.decode(line, id=id, reader=self._reader, max_pages=self._limits.pages)
        except protocol.Malformed as error:
            self.close()
            return Refusal(Reason.CRASHED, f"malformed answer: {error}")
        return answered if isinstance(answered, Text) else self._refused(*answered)

    def picture(self, data: bytes, *, page: int, width: int, marks: Sequence[tuple[str, str, str]]) -> Pixels | Refusal:
        """Return a picture of a page, or why there is none. See `ingest.worker.render.picture` for the arguments."""
        return self._drawn({"page": page, "width": width, "marks": [list(mark) for mark in marks]}, data, 3)

    def scan(self, data: bytes, page: int, *, id: str) -> Pixels | Refusal:
        """Return a page in grey, at the resolution that OCR needs. `id` is the report's id, as for `read`."""
        return self._drawn({"page": page, "dpi": DPI}, data, 1, id)

    def attachment(self, data: bytes, index: int, most: int) -> bytes | Refusal:
        """Return the bytes of a file inside the PDF, or why they cannot be read. `most` is the size limit in bytes."""
        line = self._answer(
            {"attachment": index, "most": most}, data, "", again=False, most=protocol.longest_file(most)
        )
        if isinstance(line, Refusal):
            return line
        try:
            answered = protocol.decode_file(line, most)
        except protocol.Malformed as error:
            self.close()
            return Refusal(Reason.CRASHED, f"malformed answer: {error}")
        return answered if isinstance(answered, bytes) else self._refused(*answered)

    def _drawn(self, request: Mapping[str, object], data: bytes, depth: int, id: str = "") -> Pixels | Refusal:
        line = self._answer(request, data, id, again=bool(id), most=protocol.longest_picture(depth))
        if isinstance(line, Refusal):
            return line
        try:
            answered = protocol.decode_picture(line, depth)
        except protocol.Malformed as error:
            self.close()
            return Refusal(Reason.CRASHED, f"malformed answer: {error}")
        return answered if isinstance(answered, Pixels) else self._refused(*answered)

    def _answer(
        self, request: Mapping[str, object], data: bytes, id: str, *, again: bool, most: int
    ) -> bytes | Refusal:
        """Return the answer of a process as one line, or the reason why there is none.

        With `again`, the process that already has the bytes of the file with this id is reused if it is still running;
        otherwise a new one is started.
        """
        held = again and bool(id) and id == self._held
        child = self._child if held and self._child else self._next()
        asked = json.dumps({"bytes": len(data), "held": held, **request}).encode() + b"\n"
        answer = child.ask((asked, b"" if held else data), self._limits.seconds, most)
        if answer.line:
            self._held = id
            return answer.data
        refusal = self._end(answer, child)
        self.close()
        return refusal

    def _next(self) -> Child:
        """Return a process that has not seen a file."""
        if self._child is not None:
            self._child.close()
            self._child = None
        if self._children is None:
            self._children = Children(self._warm)
        self._child = self._children.child()
        return self._child

    def _refused(self, reason: Reason, detail: str) -> Refusal:
        if reason is Reason.OUT_OF_MEMORY:
            self.close()
        return Refusal(reason, detail)

    def _end(self, answer: Answer, child: Child) -> Refusal:
        """Return why a process did not answer with one line."""
        if answer.late:
            return Refusal(Reason.TIMED_OUT, f"{self._limits.seconds:g} s")
        if answer.too_long:
            return Refusal(Reason.TOO_LARGE, f"more than {answer.most} bytes of text")
        if answer.more:
            return Refusal(Reason.CRASHED, "malformed answer: more than one line")
        code = self._children.exit_code() if self._children else None
        if code is None:
            return Refusal(Reason.CRASHED, "closed its pipe")
        number = (
            -code if code < 0 else code - 128 if code > 128 and os.name == "posix" else 0
        )  # the convention of shells and of bubblewrap
        try:
            name = signal.Signals(number).name if number else f"exit code {code}"
        except ValueError:
            name = f"exit code {code}"
        words = child.stderr_text()
        if "MemoryError" in words or "bad_alloc" in words or name == "SIGKILL":
            return Refusal(Reason.OUT_OF_MEMORY, name)
        # PDFium aborts silently if an allocation fails. An abort for any other cause writes a message.
        if name == "SIGABRT" and not words and self._limits.memory_mb and "rlimits" in self.bound:
            return Refusal(Reason.OUT_OF_MEMORY, f"{name} under a limit of {self._limits.memory_mb} MB")
        return Refusal(Reason.CRASHED, name)
