"""Start and end the process: load commands on demand, and handle closed streams, encodings other than UTF-8, SIGTERM
and SIGHUP.
"""

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from importlib import import_module
from types import FrameType

import click

from corpus.errors import UsageError

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


_MODULES = {
    "analysis": ("concordance", "trends", "recommendations", "briefing", "terms", "compare", "export"),
    "batch": ("batch", "log"),
    "catalogue": ("catalogue",),
    "collect": ("collect", "sources"),
    "follow": ("follow",),
    "operations": ("check", "status", "runs", "remove"),
    "search": ("search", "similar", "themes"),
    "study": ("sample", "agreement", "flow"),
    "web": ("serve", "token"),
}
"""The commands of each module of this folder, except those of `main`."""


class Commands(MutableMapping[str, click.Command]):
    """The commands by name.

    Only the module of the command that is run is imported. Help imports all of them, which takes longer than a search.
    """

    def __init__(self) -> None:
        self._homes = {name: module for module, names in _MODULES.items() for name in names}
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded and name in self._homes:
            self._loaded[name] = getattr(import_module(f"reviews.cli.{self._homes[name]}"), name)
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._homes, **self._loaded})

    def __len__(self) -> int:
        return len({**self._homes, **self._loaded})


class Ended(KeyboardInterrupt):
    """Raised on a signal to end. Derives from KeyboardInterrupt, so that the clean-up is the same as for Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number


def open_streams() -> None:
    """Connect streams that were closed at the start (`>&-`) to the null device.

    Otherwise the first file opened would become stdout. A character outside the encoding is written as an escape, so
    that a title cannot end a command.
    """
    for number, (name, mode) in enumerate(_STREAMS):
        try:
            os.fstat(number)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for the life of the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def assert_utf8() -> None:
    """Raise UsageError if names and queries are passed as ASCII, because "Siân" would be misread and not found."""
    encoding = sys.getfilesystemencoding()
    if encoding.lower().replace("-", "") != "utf8":
        raise UsageError(
            f"File names and queries reach this program as {encoding}, but must be UTF-8. Set LC_ALL=C.UTF-8 or "
            "PYTHONUTF8=1, then run the command again."
        )


@contextmanager
def ending() -> Iterator[None]:
    """Raise Ended on SIGTERM and SIGHUP inside the block.

    A signal that was ignored at the start (`nohup`) stays ignored.
    """
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
    """Return the signals that ask a process to end: SIGTERM and, on POSIX, SIGHUP."""
    return [signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if name in signal.Signals.__members__]


def _end(number: int, _: FrameType | None) -> None:
    raise Ended(number)
