"""Worker processes, one per file: start them, send requests and end them."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from corpus.errors import ReviewsError
from ingest.sandbox import confinement, fork_server
from ingest.sandbox.confinement import box, works_in_bubblewrap
from ingest.sandbox.fork_server import FORKS
from ingest.sandbox.pipes import Answer, exchange, read_line
from ingest.sandbox.program import end, error_pipe, said_by, taken_from

_COMMAND = (sys.executable, "-B", "-P", "-m", "ingest.worker")
_ENDING = 8.0  # seconds that a fork server may take to report how a process ended
_LEAVING = 1.0  # seconds that processes may take to end by themselves
_LONGEST_REPLY = 10_000  # maximum bytes of a reply from a fork server
_PIPE = 1_048_576  # bytes that a pipe should hold: a larger pipe means fewer context switches


@dataclass(slots=True)
class Child:
    """A process that reads one file.

    It has its own three pipes, so they cannot contain anything written by another process.
    """

    requests: int
    answers: int
    errors: int

    def ask(self, parts: Sequence[bytes], seconds: float, most: int) -> Answer:
        """Send one request and return its answer."""
        return exchange(self.requests, self.answers, parts, seconds=seconds, most=most)

    def stderr_text(self) -> str:
        """Return what the process wrote to stderr."""
        return said_by(self.errors)

    def close(self) -> None:
        """Close the pipes. The process ends when it notices, and is killed before the next one starts."""
        for descriptor in (self.requests, self.answers, self.errors):
            with suppress(OSError):
                os.close(descriptor)


class WarmProcess:
    """A process with all libraries loaded, which never sees a file (`fork_server`). Shared by threads.

    It starts when it is first needed, and again if it has died. `limits` is sent to it first. `bound` lists the
    restrictions on the processes that read files. Where processes cannot be forked (Windows), each of them is a new
    process, and this one never runs.
    """

    def __init__(self, limits: dict[str, Any]) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._starter: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self.bound: tuple[str, ...] = ()

    def connect(self) -> socket.socket:
        """Return a connection to a copy of it, which forks a process for each file of one thread.

        Raises ReviewsError if it does not start.
        """
        with self._lock:
            if self._control is None or self._process is None or self._process.poll() is not None:
                self._end()
                self._start()
            ours, theirs = socket.socketpair()
            with theirs, suppress(OSError):  # it is dead, and its copy will not answer
                if self._control is not None:
                    socket.send_fds(self._control, [fork_server.COPY], [theirs.fileno()])
            return ours

    def spawn(self) -> tuple[subprocess.Popen[bytes], Child]:
        """Return a new process that reads a file, on systems that cannot fork. Raises ReviewsError."""
        process = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=confinement.environment(),
        )
        child = Child(*taken_from(process), os.open(os.devnull, os.O_RDONLY))
        answer = child.ask((self._first_line(),), confinement.START_SECONDS, _LONGEST_REPLY)
        try:
            self._check(answer, "", boxed=False)
        except ReviewsError:
            child.close()
            end(process)
            raise
        return process, child

    def close(self) -> None:
        """End it, with all processes that it started."""
        with self._lock:
            self._end()

    def _start(self) -> None:
        boxed = works_in_bubblewrap()
        ours, theirs = socket.socketpair()
        words, errors = error_pipe()
        command = [*box(), *_COMMAND] if boxed else _COMMAND
        # Bubblewrap ends when the thread ends that started it, and those that read files end one after the other.
        self._starter = ThreadPoolExecutor(1)
        self._process = self._starter.submit(
            lambda: subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=errors,
                env=confinement.environment(),
                start_new_session=True,
            )
        ).result()
        theirs.close()
        os.close(errors)
        self._control = ours
        with suppress(OSError):  # it is dead, and its error output says why
            ours.sendall(self._first_line())
        answer = read_line(ours.fileno(), seconds=confinement.START_SECONDS, most=_LONGEST_REPLY)
        said = said_by(words)
        os.close(words)
        ours.setblocking(True)
        try:
            self._check(answer, said, boxed=boxed)
        except ReviewsError:
            self._end()
            raise

    def _first_line(self) -> bytes:
        return json.dumps(self._limits).encode() + b"\n"

    def _check(self, answer: Answer, words: str, *, boxed: bool) -> None:
        try:
            ready = json.loads(answer.data)
            if ready["ready"] != self._limits["reader"]:
                raise ValueError(f"the child is another version: {ready['ready']}")
            self.bound = (*(("bubblewrap",) if boxed else ()), *map(str, ready["bound"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ReviewsError(
                "The process that reads PDFs does not start. Install this program again, then run the command again. "
                f"({words.splitlines()[-1] if words else 'It printed nothing.'})"
            ) from error

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            end(self._process, patience=_LEAVING)
        if self._starter is not None:
            self._starter.shutdown()
        self._process = self._control = self._starter = None


class Children:
    """The processes of one thread, one at a time. Raises ReviewsError if the warm process does not start."""

    def __init__(self, warm: WarmProcess) -> None:
        self._warm = warm
        self._control = warm.connect() if FORKS else None
        self._process: subprocess.Popen[bytes] | None = None

    def child(self) -> Child:
        """Return a new process. The previous one is killed, with everything that it started."""
        if self._control is not None:
            return _forked(self._control)
        if self._process is not None:
            end(self._process)
        self._process, child = self._warm.spawn()
        return child

    def exit_code(self) -> int | None:
        """Return the exit code of the last child, negative for a signal, or None if it had to be killed or the code is
        unknown.
        """
        if self._control is not None:
            with suppress(OSError):
                self._control.sendall(fork_server.STATUS)
                answer = read_line(self._control.fileno(), seconds=_ENDING, most=_LONGEST_REPLY)
                with suppress(ValueError):
                    code = json.loads(answer.data)
                    return code if isinstance(code, int) else None
        elif self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                return self._process.wait(_ENDING)
        return None

    def close(self) -> None:
        """End the last child and the copy of the warm process."""
        if self._control is not None:
            with self._control as control, suppress(OSError):
                control.shutdown(socket.SHUT_WR)  # the copy kills its child, and ends
                read_line(control.fileno(), seconds=_LEAVING, most=_LONGEST_REPLY)
        if self._process is not None:
            end(self._process)
        self._control = self._process = None


def _forked(control: socket.socket) -> Child:
    asked, requests = os.pipe()
    answers, told = os.pipe()
    words, errors = error_pipe()
    _enlarge(requests, answers)
    with suppress(OSError):  # it is dead, and will not answer
        socket.send_fds(control, [fork_server.FORK], [asked, told, errors])
    for descriptor in (asked, told, errors):
        os.close(descriptor)
    return Child(requests, answers, words)


def _enlarge(*descriptors: int) -> None:
    if sys.platform == "linux":
        import fcntl

        for descriptor in descriptors:
            with suppress(OSError):
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE)
