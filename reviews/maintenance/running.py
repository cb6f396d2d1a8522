"""The run that is going on, or that something ended: one small file in runs/, overwritten in place.

A disk that is full has no room for a record, and a run that is killed writes none. This file has its bytes already, so
it can still say that a run began, and which one.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from corpus.paths import LibraryPaths

_SIZE = 1024  # bytes, always: what is overwritten in place needs no room


def note(runs: Path, told: dict[str, Any]) -> None:
    """Say what is known of the run. Where even that cannot be written, nothing happens: the command itself fails."""
    room = _SIZE - len(_bytes({**told, "error": ""})) - 1
    error = told.get("error")
    if error and len(_bytes(error)) > room:
        told = {**told, "error": _bytes(error)[1 : room - 10].decode("ascii").rpartition(" ")[0] + " …"}
    with suppress(OSError):
        handle = os.open(LibraryPaths(runs.parent).begun, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "rb+") as file:
            file.write(_bytes(told).ljust(_SIZE - 1) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def noted(runs: Path) -> dict[str, Any] | None:
    """What was said last; None when nothing was."""
    with suppress(OSError, ValueError):
        told = json.loads(LibraryPaths(runs.parent).begun.read_bytes())
        if isinstance(told, dict) and isinstance(told.get("sequence"), int):
            return told
    return None


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()
