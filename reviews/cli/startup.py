"""What a process may find when it starts, and how it ends when it is told to: closed streams, an encoding that is not
UTF-8, SIGTERM and SIGHUP.
"""

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from corpus.errors import UsageError

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


class Ended(KeyboardInterrupt):
    """A signal told the process to end. Everything that Ctrl-C puts away is put away."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


def open_streams() -> None:
    """Give the process the streams that were closed when it started (`>&-`): what goes there goes nowhere.

    Otherwise the first file that is opened would take the place of stdout. A character that the encoding does not have
    is written as an escape: a title must not end a command.
    """
    for number, (name, mode) in enumerate(_STREAMS):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - as long as we run
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def assert_utf8() -> None:
    """Refuse to work where names and queries come as ASCII: "Siân" would be searched as other letters and not found."""
    encoding = sys.getfilesystemencoding()
    if encoding.lower().replace("-", "") != "utf8":
        raise UsageError(
            f"Names of files and queries reach this program as {encoding} and must be UTF-8. Set LC_ALL=C.UTF-8, or "
            "PYTHONUTF8=1, and run the command again."
        )


@contextmanager
def ending() -> Iterator[None]:
    """Inside, SIGTERM and SIGHUP raise Ended; who started us with one of them ignored (`nohup`) has it ignored."""
    changed = []
    if threading.current_thread() is threading.main_thread():
        for number in endings():
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, _end)
                changed.append(number)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


def endings() -> list[signal.Signals]:
    """The signals that ask a process to end: SIGTERM, and where there are terminals that close, SIGHUP."""
    return [signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if name in signal.Signals.__members__]


def _end(number: int, _: FrameType | None) -> None:
    raise Ended(number)
