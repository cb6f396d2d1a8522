"""Worker processes, one per file: start them, send requests and end them."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from corpus.errors import ReviewsError
from ingest.sandbox import confinement, fork_server
from ingest.sandbox.fork_server import FORKS
from ingest.sandbox.pipes import Answer, exchange, read_line

_ENDING = 8.0  # seconds that the warm process may take to report how a process ended
_LONGEST_REPLY = 10_000  # maximum bytes of a reply from the warm process
_PIPE = 1_048_576  # bytes that a pipe should hold: a larger pipe means fewer context switches

Limits = dict[str, Any]


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
        return _words(self.errors)

    def close(self) -> None:
        """Close the pipes. The process ends when it notices, and is killed before the next one starts."""
        for descriptor in (self.requests, self.answers, self.errors):
            with suppress(OSError):
                os.close(descriptor)


class Children:
    """A warm process (`fork_server`) that never sees a file, and the child that it forked last.

    `command` starts the warm process, and `limits` is sent to it first. `bound` lists the restrictions that it reports
    for its children. Where processes cannot be forked (Windows), each child is a new process. Raises ReviewsError if
    the warm process does not start.
    """

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        self._command, self._limits = list(command), limits
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self.bound: tuple[str, ...] = ()
        if FORKS:
            self._warm()

    def child(self) -> Child:
        """Return a new process. The previous one is killed, with everything that it started."""
        return self._forked() if FORKS else self._spawned()

    def exit_code(self) -> int | None:
        """Return the exit code of the last child, negative for a signal, or None if it had to be killed or the code is
        unknown.
        """
        if not FORKS:
            return self._exit_code_of_spawned()
        control = self._warm_one()
        with suppress(OSError):
            control.sendall(fork_server.STATUS)
            answer = read_line(control.fileno(), seconds=_ENDING, most=_LONGEST_REPLY)
            with suppress(ValueError):
                code = json.loads(answer.data)
                return code if isinstance(code, int) else None
        return None

    def close(self) -> None:
        """End the warm process and the child, with all processes that they started."""
        if self._control is not None:
            self._control.close()  # the warm process then kills its child
        if self._process is not None:
            end(self._process, patience=1.0 if FORKS else 0.0)
        self._process = self._control = None

    def _warm(self) -> None:
        ours, theirs = socket.socketpair()
        words, errors = _error_pipe()
        self._process = subprocess.Popen(
            self._command,
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=confinement.environment(),
            start_new_session=True,
        )
        theirs.close()
        os.close(errors)
        self._control = ours
        with suppress(OSError):  # it is dead, and its error output says why
            ours.sendall(json.dumps(self._limits).encode() + b"\n")
        answer = read_line(ours.fileno(), seconds=confinement.START_SECONDS, most=_LONGEST_REPLY)
        said = _words(words)
        os.close(words)
        ours.setblocking(True)
        self._check(answer, said)

    def _check(self, answer: Answer, words: str) -> None:
        try:
            ready = json.loads(answer.data)
            if ready["ready"] != self._limits["reader"]:
                raise ValueError(f"the child is another version: {ready['ready']}")
            self.bound = tuple(map(str, ready["bound"]))
        except (ValueError, KeyError, TypeError) as error:
            self.close()
            raise ReviewsError(
                "The process that reads PDFs does not start. Install this program again, then run the command again. "
                f"({words.splitlines()[-1] if words else 'It printed nothing.'})"
            ) from error

    def _warm_one(self) -> socket.socket:
        if self._control is None:
            raise RuntimeError("the child was not started")
        return self._control

    def _forked(self) -> Child:
        control = self._warm_one()
        asked, requests = os.pipe()
        answers, told = os.pipe()
        words, errors = _error_pipe()
        _enlarge(requests, answers)
        with suppress(OSError):  # it is dead, and will not answer
            socket.send_fds(control, [fork_server.FORK], [asked, told, errors])
        for descriptor in (asked, told, errors):
            os.close(descriptor)
        return Child(requests, answers, words)

    def _spawned(self) -> Child:
        """Start a new process, on systems that cannot fork."""
        if self._process is not None:
            end(self._process)
        process = self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=confinement.environment(),
        )
        child = Child(*_taken_from(process), os.open(os.devnull, os.O_RDONLY))
        first = json.dumps(self._limits).encode() + b"\n"
        answer = child.ask((first,), confinement.START_SECONDS, _LONGEST_REPLY)
        try:
            self._check(answer, "")
        except ReviewsError:
            child.close()
            raise
        return child

    def _exit_code_of_spawned(self) -> int | None:
        if self._process is None:
            return None
        try:
            return self._process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            return None


@dataclass(frozen=True, slots=True)
class Done:
    """The answer of another program, and its exit code. `words` is the end of what it wrote to stderr."""

    answer: Answer
    exit_code: int
    words: str


def run(
    command: Sequence[str], parts: Sequence[bytes], *, seconds: float, most: int, environment: dict[str, str]
) -> Done:
    """Run a program with these bytes as input.

    Its process group is killed at the deadline or if its output is too long.
    """
    words, errors = _error_pipe()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment, start_new_session=True
    )
    os.close(errors)
    requests, answers = _taken_from(process)
    try:
        answer = exchange(requests, answers, parts, seconds=seconds, most=most, whole=True)
        end(process, patience=0.0 if answer.late or answer.too_long else _ENDING)
        return Done(answer, process.returncode, _words(words))
    finally:
        end(process)
        os.close(answers)
        os.close(words)


def _taken_from(process: subprocess.Popen[bytes]) -> tuple[int, int]:
    """Take over the pipes to and from a process, and return them as file descriptors that the caller must close."""
    found = []
    for pipe in (process.stdin, process.stdout):
        if pipe is None:
            raise RuntimeError("the process was started without pipes")
        found.append(os.dup(pipe.fileno()))
        pipe.close()
    return found[0], found[1]


def end(process: subprocess.Popen[bytes], patience: float = 0.0) -> None:
    """Kill a process and its group, after waiting `patience` seconds for it to end by itself."""
    if patience:
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    if sys.platform != "win32":
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _error_pipe() -> tuple[int, int]:
    """Return both ends of a pipe for the error output of a process. A full pipe does not block the process."""
    words, errors = os.pipe()
    if sys.platform != "win32":
        os.set_blocking(words, False)
        os.set_blocking(errors, False)
    return words, errors


def _words(descriptor: int) -> str:
    if sys.platform == "win32":  # reading would block
        return ""
    try:
        return os.read(descriptor, 60_000).decode("utf-8", "replace").strip()
    except OSError:  # it has written nothing
        return ""


def _enlarge(*descriptors: int) -> None:
    if sys.platform == "linux":
        import fcntl

        for descriptor in descriptors:
            with suppress(OSError):
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE)
