"""The note of the run that started last: one small file in runs/, overwritten in place.

A run that is killed, or that fills the disk, leaves no record. This file already has its space on disk, so it can still
say which run started.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from corpus.disk.regular_file import read_regular
from corpus.paths import LibraryPaths
from reviews.maintenance.run_records import read_note

_FLAGS = (
    os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
)
_SIZE = 1024  # bytes, always the same, because overwriting in place needs no free space


def note(runs: Path, run: dict[str, Any]) -> None:
    """Write the note of a run. A failure is ignored, because the command itself will fail."""
    room = _SIZE - len(_bytes({**run, "error": ""})) - 1
    error = run.get("error")
    if error and len(_bytes(error)) > room:
        run = {**run, "error": _bytes(error)[1 : room - 10].decode("ascii").rpartition(" ")[0] + " …"}
    with suppress(OSError):
        handle = os.open(LibraryPaths(runs.parent).begun, _FLAGS, 0o600)
        with os.fdopen(handle, "rb+") as file:
            file.write(_bytes(run).ljust(_SIZE - 1) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def noted(runs: Path) -> dict[str, Any] | None:
    """Return the note of the last run, or None."""
    with suppress(OSError, ValueError):
        return read_note(read_regular(LibraryPaths(runs.parent).begun, _SIZE))
    return None


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()
