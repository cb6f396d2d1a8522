"""A process that has loaded the program, and forks a process for each command: `python -m tests.warm`.

Each command runs in a process of its own, with its own streams, environment, folder and exit code. Only loading the
program, which takes longer than most commands, happens once. The process that forks opens no library.

A command waits for its threads, runs what is registered for its end, and writes what it has printed. It does not take
the loaded program apart, which would take longer than the command. Processes that are not forked do.
"""

import atexit
import gc
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

FORKS = sys.platform == "linux"
"""Elsewhere, forking a process that has loaded libraries is impossible or not safe."""

_ROOT = Path(__file__).parents[1]
_LOADED = (
    *("reviews.cli.batch", "reviews.cli.catalogue", "reviews.cli.operations", "reviews.cli.search", "reviews.library"),
    *("reviews.maintenance.collect", "reviews.maintenance.engine", "reviews.maintenance.remove"),
    *("reviews.maintenance.run_log", "reviews.maintenance.soundness", "reviews.maintenance.update"),
    *("reviews.terminal.collecting", "reviews.terminal.coverage", "reviews.terminal.report"),
    *("reviews.terminal.results", "index.build", "ingest.run"),
)
_SIZE, _CODE = struct.Struct("!I"), struct.Struct("!q")


class Warm:
    """The process that forks, seen from the tests. `options` are passed to subprocess.Popen, and so hold for commands.

    It runs one command at a time, and starts with the first.
    """

    def __init__(self, environment: dict[str, str], **options: Any) -> None:
        self._environment, self._options = environment, options
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def run(
        self, words: list[str], environment: dict[str, str], folder: Path, seconds: float
    ) -> subprocess.CompletedProcess[str]:
        """Run `reviews` with these words until it ends. Raises TimeoutExpired."""
        control = self._control or self._started()
        pipes = [os.pipe(), os.pipe()]
        request = json.dumps([words, environment, str(folder)]).encode()
        with Path(os.devnull).open() as nothing:
            socket.send_fds(control, [_SIZE.pack(len(request))], [nothing.fileno(), *(ours[1] for ours in pipes)])
        for _, theirs in pipes:
            os.close(theirs)
        control.sendall(request)
        number = _CODE.unpack(_exactly(control, _CODE.size))[0]
        try:
            printed, errors = _read([ours for ours, _ in pipes], seconds)
        except TimeoutError:
            os.kill(number, signal.SIGKILL)
            raise subprocess.TimeoutExpired(words, seconds) from None
        finally:
            code = _CODE.unpack(_exactly(control, _CODE.size))[0]
        return subprocess.CompletedProcess(words, code, printed, errors)

    def close(self) -> None:
        """End the process."""
        if self._control is not None and self._process is not None:
            self._control.close()
            self._process.communicate()

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            streams = {"stdin": theirs, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}  # as of each command
            settings: dict[str, Any] = {**streams, "env": self._environment, "cwd": _ROOT}
            self._process = subprocess.Popen([sys.executable, "-m", "tests.warm"], **(settings | self._options))
        self._control = ours
        return ours


def _read(descriptors: list[int], seconds: float) -> list[str]:
    """Return what is written to each pipe until all are closed. Raises TimeoutError. Closes them."""
    found, until = dict.fromkeys(descriptors, b""), time.monotonic() + seconds
    open_ones = list(descriptors)
    try:
        while open_ones:
            ready = select.select(open_ones, [], [], max(0.0, until - time.monotonic()))[0]
            if not ready:
                raise TimeoutError
            for descriptor in ready:
                piece = os.read(descriptor, 65536)
                found[descriptor] += piece
                if not piece:
                    open_ones.remove(descriptor)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    return [found[descriptor].decode() for descriptor in descriptors]


def _exactly(control: socket.socket, size: int) -> bytes:
    """Return the next `size` bytes. Raises EOFError if the other side has ended."""
    found = b""
    while len(found) < size:
        piece = control.recv(size - len(found))
        if not piece:
            raise EOFError("the process that runs commands has ended")
        found += piece
    return found


def serve(control: socket.socket) -> list[str] | None:
    """Fork for each command. Returns its words in the process that is to run it, and None when no more will come."""
    while True:
        size, streams, _, _ = socket.recv_fds(control, _SIZE.size, 3)
        if not size:
            return None
        words, environment, folder = json.loads(_exactly(control, _SIZE.unpack(size)[0]))
        child = os.fork()
        if not child:
            control.close()
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            os.environ.clear()
            os.environ.update(environment)
            os.chdir(folder)
            return list(words)
        for stream in streams:
            os.close(stream)
        with suppress(OSError):  # the tests have ended
            control.sendall(_CODE.pack(child))
            control.sendall(_CODE.pack(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))


def end_as(command: Callable[[], object]) -> NoReturn:
    """Run a command, and end this process with its exit code."""
    code: object = 0
    try:
        command()
    except SystemExit as asked:
        code = asked.code
    except KeyboardInterrupt:
        raise  # Python then ends this process by a signal
    except BaseException:  # noqa: BLE001 - as Python does
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    from reviews.cli.main import main

    for _name in _LOADED:
        import_module(_name)
    gc.collect()
    gc.freeze()  # else a command would look at everything that is loaded, and copy its memory
    _words = serve(socket.socket(fileno=os.dup(0)))
    if _words is not None:
        sys.argv = ["reviews", *_words]
        end_as(lambda: main(prog_name="reviews"))
