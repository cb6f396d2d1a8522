"""The child's side of `children`: a warm process that never sees a file, and forks a process for each file.

Forking takes a hundredth of the time that a new process needs to load its libraries. If a file takes over the forked
process, the damage ends with that process: the next file is read in a fresh copy of the warm process, which no file has
touched.
"""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any, BinaryIO

FORK, STATUS, COPY = b"F", b"S", b"C"
"""The parent's requests: start a process on the three descriptors sent with the request, report how the last one ended,
or serve another thread of the parent as well, through the socket sent with the request.
"""
_WAIT = 5.0  # seconds that a process that closed its pipe may take to end
_DIE_WITH_PARENT, _DUMPABLE = 1, 4  # of prctl

FORKS = hasattr(os, "fork") and hasattr(socket, "send_fds")
"""Whether this system can fork and pass file descriptors. Windows cannot."""

Work = Callable[[BinaryIO, BinaryIO], None]
"""Reads requests from the first stream until it ends, and writes answers to the second."""


def serve(control: socket.socket, work: Work) -> None:
    """Fork a process for each request from the parent, one at a time, until the parent closes the connection.

    For each other thread of the parent, a copy of this process does the same.
    """
    _keep_memory_private()
    child = 0
    while True:
        asked, descriptors, _, _ = socket.recv_fds(control, 1, 3)
        if asked == STATUS:
            control.sendall(json.dumps(_ended(child)).encode() + b"\n")
            child = 0
            continue
        if asked == COPY:
            control = _copied(control, *descriptors)
            continue
        _end(child)
        if asked != FORK:
            return
        child = _fork(control, work, *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def tried(bind: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """Return the restrictions that a process can apply to itself. They are tested in a process that then ends."""
    answers, told = os.pipe()
    child = os.fork()
    if not child:
        with suppress(BaseException):
            os.write(told, json.dumps(bind()).encode())
        os._exit(0)
    os.close(told)
    with os.fdopen(answers, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return tuple(json.loads(said)) if said else ()


def _copied(control: socket.socket, descriptor: int) -> socket.socket:
    """Fork a copy of this process, and return the connection to its thread in the copy, and to the parent's in this."""
    with suppress(ChildProcessError):  # copies that have ended
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    try:
        copy = os.fork()
    except OSError:  # not enough memory, or too many processes: the thread notices that it gets no answer
        copy = -1
    if copy:
        os.close(descriptor)
        return control
    _die_with_parent()
    control.close()
    return socket.socket(fileno=descriptor)


def _fork(control: socket.socket, work: Work, requests: int, answers: int, errors: int) -> int:
    try:
        child = os.fork()
    except OSError:  # not enough memory, or too many processes: the parent notices that it gets no answer
        return 0
    if child:
        with suppress(OSError):
            os.setpgid(child, child)
        return child
    try:
        os.setpgid(0, 0)
        control.close()
        _die_with_parent()
        os.dup2(errors, 2)
        os.close(errors)
        with os.fdopen(requests, "rb") as asked, os.fdopen(answers, "wb") as told:
            work(asked, told)
    except BaseException as error:  # noqa: BLE001 - nothing may unwind into the loop of the warm process
        with suppress(OSError):
            os.write(2, type(error).__name__.encode())
        os._exit(1)
    os._exit(0)


def _end(child: int) -> None:
    """Kill a process and everything that it started in its group."""
    if child:
        with suppress(OSError):
            os.killpg(child, signal.SIGKILL)
        with suppress(OSError):
            os.waitpid(child, 0)


def _ended(child: int) -> int | None:
    """Return the exit code of a process, negative for a signal, or None if it had to be killed or never existed."""
    if not child:
        return None
    until = time.monotonic() + _WAIT
    while time.monotonic() < until:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            with suppress(OSError):  # what it started
                os.killpg(child, signal.SIGKILL)
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    _end(child)
    return None


def _keep_memory_private() -> None:
    """Prevent other processes of the same user from reading the memory of this process and of its forks."""
    _prctl(_DUMPABLE, 0)


def _die_with_parent() -> None:
    _prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _prctl(what: int, value: int) -> None:
    if sys.platform == "linux":
        _libc().prctl(what, value, 0, 0, 0)


@cache  # opened once by the warm process: in each forked one it would take a fifth of a millisecond
def _libc() -> Any:
    import ctypes

    return ctypes.CDLL(None)
