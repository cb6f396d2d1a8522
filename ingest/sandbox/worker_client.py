"""Start, time and end the worker process that reads PDFs, and tell what its end means.

A PDF is untrusted. Its bytes are piped into a process without network or write access (bubblewrap, where it works) and
with limited memory (rlimits, where the system has them). One line of JSON comes back. Whatever the worker process does,
the parent carries on.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from corpus.errors import ReviewsError
from corpus.model import Scan, Text
from corpus.reasons import Reason
from ingest.sandbox import protocol
from ingest.sandbox.confinement import START_SECONDS, box, environment, works_in_bubblewrap
from ingest.structure.ocr_lines import DPI
from ingest.structure.page import Pixels
from ingest.version import reader_name

_FILES_A_CHILD = 200  # requests; then it is replaced, and with it whatever leaked or took it over
_LONGEST_ANSWER = 200_000_000  # bytes


@dataclass(frozen=True)
class Limits:
    """What one file may use. seconds: wall-clock time. memory_mb: address space, 0 for no limit."""

    seconds: float = 60.0
    memory_mb: int = 600
    pages: int = 5_000


@dataclass(frozen=True)
class Refusal:
    """Why a file gave no report."""

    reason: Reason
    detail: str = ""


class Sandbox:
    """A worker process that reads one file after another, and is replaced when it dies. Belongs to one thread."""

    def __init__(self, limits: Limits, extractor: str = "pdfium", *, trust_hidden_text: bool = False) -> None:
        self._limits = limits
        self._extractor = extractor
        self._trust_hidden_text = trust_hidden_text
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: int | None = None
        self._served = 0
        self._held = ""  # the id of the file whose bytes the child has
        self._reader = reader_name(extractor, trust_hidden_text)
        self.confinement = "none"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        self._held = ""
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):  # bytes that a dead child did not take
                        pipe.close()
        if self._errors is not None:
            os.close(self._errors)
            self._errors = None

    def read(
        self, data: bytes, *, id: str, name: str, scans: Mapping[int, Scan | Reason] | None = None
    ) -> Text | Refusal:
        """The report in `data`, or why there is none. scans: what OCR read on pages, or why it could not."""
        request = {
            "id": id,
            "name": name,
            "max_pages": self._limits.pages,
            "extractor": self._extractor,
            "trust_hidden_text": self._trust_hidden_text,
            "scans": protocol.encode_scans(scans or {}),
        }
        line = self._answer(request, data, id if scans else "")
        self._held = id if self._process else ""
        if isinstance(line, Refusal):
            return line
        try:
            answered = protocol.decode(line, id=id, reader=self._reader, max_pages=self._limits.pages)
        except protocol.Malformed as error:
            self.close()
            return Refusal(Reason.CRASHED, f"malformed answer: {error}")
        return answered if isinstance(answered, Text) else self._refused(*answered)

    def picture(self, data: bytes, *, page: int, width: int, marks: Sequence[tuple[str, str, str]]) -> Pixels | Refusal:
        """A picture of a page, or why there is none. The arguments are those of `ingest.worker.render.picture`."""
        return self._drawn({"page": page, "width": width, "marks": [list(mark) for mark in marks]}, data, 3)

    def scan(self, data: bytes, page: int, *, id: str) -> Pixels | Refusal:
        """A page in grey, at the size that OCR needs. id: of the report, as for `read`."""
        pixels = self._drawn({"page": page, "dpi": DPI}, data, 1, id)
        self._held = id if self._process else ""
        return pixels

    def attachment(self, data: bytes, index: int, most: int) -> bytes | Refusal:
        """The bytes of a file inside the file, or why they cannot be had. most: bytes it may have."""
        line = self._answer({"attachment": index, "most": most}, data)
        if isinstance(line, Refusal):
            return line
        try:
            answered = protocol.decode_file(line, most)
        except protocol.Malformed as error:
            self.close()
            return Refusal(Reason.CRASHED, f"malformed answer: {error}")
        return answered if isinstance(answered, bytes) else self._refused(*answered)

    def _drawn(self, request: Mapping[str, object], data: bytes, depth: int, id: str = "") -> Pixels | Refusal:
        line = self._answer(request, data, id)
        if isinstance(line, Refusal):
            return line
        try:
            answered = protocol.decode_picture(line, depth)
        except protocol.Malformed as error:
            self.close()
            return Refusal(Reason.CRASHED, f"malformed answer: {error}")
        return answered if isinstance(answered, Pixels) else self._refused(*answered)

    def _answer(self, request: Mapping[str, object], data: bytes, id: str = "") -> bytes | Refusal:
        """The child's answer, or what its silence means. id: of the file, which is not sent to a child that has it.
        Without an id it is always sent."""
        if self._served >= _FILES_A_CHILD:
            self.close()
        if self._process is None:
            self._start()
        self._served += 1
        held = bool(id) and id == self._held
        self._held = ""
        asked = json.dumps({"bytes": len(data), "held": held, **request}).encode() + b"\n"
        line, timed_out = self._ask(asked, b"" if held else data, self._limits.seconds)
        if line.endswith(b"\n"):
            return line
        refusal = Refusal(Reason.TIMED_OUT, f"{self._limits.seconds:g} s") if timed_out else self._end(line)
        self.close()
        return refusal

    def _refused(self, reason: Reason, detail: str) -> Refusal:
        if reason is Reason.OUT_OF_MEMORY:
            self.close()
        return Refusal(reason, detail)

    def _start(self) -> None:
        boxed = works_in_bubblewrap()
        command = [sys.executable, "-B", "-P", "-m", "ingest.worker"]
        errors: int = subprocess.DEVNULL
        if hasattr(os, "set_blocking") and os.name == "posix":
            # The last words of a process that dies; a full pipe must not stop it.
            self._errors, errors = os.pipe()
            os.set_blocking(self._errors, False)
            os.set_blocking(errors, False)
        self._process = subprocess.Popen(
            [*box(), *command] if boxed else command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment(),
        )
        if errors >= 0:
            os.close(errors)
        self._served = 0
        line, _ = self._ask(json.dumps({"memory_mb": self._limits.memory_mb}).encode() + b"\n", b"", START_SECONDS)
        try:
            ready = json.loads(line)
            if ready["ready"] != reader_name():
                raise ValueError(f"the child is another version: {ready['ready']}")
            bound = bool(ready["bound"])
        except (ValueError, KeyError, TypeError) as error:
            words = self._last_words()
            self.close()
            raise ReviewsError(
                "The process that reads PDFs does not start. Install this program again, then run the command again. "
                f"({words.splitlines()[-1] if words else 'It said nothing.'})"
            ) from error
        self.confinement = "bubblewrap" if boxed else "rlimits" if bound else "none"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError("the child was not started")
        return self._process

    def _ask(self, request: bytes, data: bytes, seconds: float) -> tuple[bytes, bool]:
        """The child's next line, and whether its time ran out. A line without an end says that the child is dead."""
        process = self._running()
        over = threading.Event()

        def stop() -> None:
            over.set()
            process.kill()

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            try:
                _pipe(process.stdin).write(request)
                _pipe(process.stdin).write(data)
                _pipe(process.stdin).flush()
            except OSError:  # it is dead: what is left of its answer says so
                pass
            line = _pipe(process.stdout).readline(_LONGEST_ANSWER)
        finally:
            timer.cancel()
        return line, over.is_set()

    def _end(self, line: bytes) -> Refusal:
        """What the end of the child means."""
        process = self._running()
        if len(line) >= _LONGEST_ANSWER:
            return Refusal(Reason.TOO_LARGE, f"more than {_LONGEST_ANSWER} bytes of text")
        try:
            code = process.wait(5)
        except subprocess.TimeoutExpired:
            return Refusal(Reason.CRASHED, "closed its pipe")
        number = (
            -code if code < 0 else code - 128 if code > 128 and os.name == "posix" else 0
        )  # a shell's way, and bubblewrap's
        try:
            name = signal.Signals(number).name if number else f"exit code {code}"
        except ValueError:
            name = f"exit code {code}"
        words = self._last_words()
        if "MemoryError" in words or "bad_alloc" in words or name == "SIGKILL":
            return Refusal(Reason.OUT_OF_MEMORY, name)
        # PDFium aborts when an allocation fails, and says nothing; an abort for another cause speaks.
        if name == "SIGABRT" and not words and self._limits.memory_mb and self.confinement != "none":
            return Refusal(Reason.OUT_OF_MEMORY, f"{name} under a limit of {self._limits.memory_mb} MB")
        return Refusal(Reason.CRASHED, name)

    def _last_words(self) -> str:
        if self._errors is None:
            return ""
        try:
            return os.read(self._errors, 60_000).decode("utf-8", "replace").strip()
        except BlockingIOError:
            return ""


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("the child was started without pipes")
    return pipe
