"""Start and end other programs, and run one with a deadline and a size limit."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from ingest.sandbox.pipes import Answer, exchange

_ENDING = 8.0  # seconds that a program may take to end after its output


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
    words, errors = error_pipe()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment, start_new_session=True
    )
    os.close(errors)
    requests, answers = taken_from(process)
    try:
        answer = exchange(requests, answers, parts, seconds=seconds, most=most, whole=True)
        end(process, patience=0.0 if answer.late or answer.too_long else _ENDING)
        return Done(answer, process.returncode, said_by(words))
    finally:
        end(process)
        os.close(answers)
        os.close(words)


def taken_from(process: subprocess.Popen[bytes]) -> tuple[int, int]:
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


def error_pipe() -> tuple[int, int]:
    """Return both ends of a pipe for the error output of a process. A full pipe does not block the process."""
    words, errors = os.pipe()
    if sys.platform != "win32":
        os.set_blocking(words, False)
        os.set_blocking(errors, False)
    return words, errors


def said_by(descriptor: int) -> str:
    """Return what was written to an error pipe."""
    if sys.platform == "win32":  # reading would block
        return ""
    try:
        return os.read(descriptor, 60_000).decode("utf-8", "replace").strip()
    except OSError:  # it has written nothing
        return ""
