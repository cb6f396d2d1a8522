"""Simulate a failing disk.

Counts every write, flush, rename, deletion and new folder of this process and its SQLite, and makes one of them fail.
Use it in a separate process (`fork`), because it replaces Python's own functions and never restores them.
"""

import builtins
import errno
import io
import os
import shutil
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

Fault = Literal["none", "kill", "power", "names", "EIO", "ENOSPC", "full"]
FAULTS: tuple[Fault, ...] = ("kill", "power", "names", "EIO", "ENOSPC", "full")
"""kill: the process dies. power: it dies, and unflushed bytes are cut off or zeroed. names: as power, and unflushed
renames are undone. EIO, ENOSPC: one operation fails. full: every write from that point on fails.
"""


class Disk:
    """Counts operations below a folder, and makes operation number `at` (1-based) fail."""

    def __init__(self, folder: Path, fault: Fault, at: int) -> None:
        self._folder = str(folder)
        self._fault = fault
        self._at = at
        self.operations = 0
        self._written: dict[str, int] = {}  # file → bytes that are flushed to the disk
        self._named: list[tuple[str, str, bytes | None]] = []  # (from, to, what `to` had), until the folder is flushed
        # SQLite's file → for each write: offset, bytes before it, file size, and how much was written (None: cut off).
        self._before: dict[str, list[tuple[int, bytes, int, int | None]]] = {}

    def install(self) -> None:
        """Replace the functions of this process until it ends. `sqlite_disk.install` adds the operations of SQLite."""
        builtins.open = io.open = self._open(io.open)
        os.fsync, os.link = self._fsync(os.fsync), self._link(os.link)
        os.rename, os.replace = self._moving(os.rename), self._moving(os.replace)
        os.mkdir, os.unlink, os.rmdir = self._naming(os.mkdir), self._naming(os.unlink), self._naming(os.rmdir)
        shutil._USE_CP_SENDFILE = False  # type: ignore[attr-defined]  # copies go through write

    def _open(self, real: Any) -> Any:
        disk = self

        class File(io.FileIO):
            def write(self, data: Any, /) -> int:
                disk.operate(str(self.name), writing=True)
                return super().write(data)

        def open_(file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **more: Any) -> Any:
            if isinstance(file, int) or not set(mode) & set("wax+") or not disk.covers(os.fspath(file)):
                return real(file, mode, buffering, *rest, **more)
            raw = File(os.fspath(file), mode.replace("b", "").replace("t", ""))
            disk._written.setdefault(os.path.realpath(str(raw.name)), 0 if "w" in mode or "x" in mode else 1 << 60)
            buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
            return buffered if "b" in mode else io.TextIOWrapper(buffered, *rest, **more)

        return open_

    def _fsync(self, real: Any) -> Any:
        def fsync(handle: int) -> None:
            path = os.path.realpath(f"/proc/self/fd/{handle}")
            self.operate(path)
            real(handle)
            if os.path.isdir(path):
                self._named = [name for name in self._named if os.path.dirname(name[1]) != path]
            else:
                self._written.pop(path, None)

        return fsync

    def _moving(self, real: Any) -> Any:
        def move(source: Any, to: Any, **more: Any) -> None:
            before, after = os.path.abspath(os.fspath(source)), os.path.abspath(os.fspath(to))
            if self.covers(after):
                self.operate(after)
                held = Path(after).read_bytes() if Path(after).is_file() else None
                self._named.append((before, after, held))
                self._written = {
                    after + path[len(before) :] if path.startswith(before) else path: size
                    for path, size in self._written.items()
                }
            real(source, to, **more)

        return move

    def _link(self, real: Any) -> Any:
        def link(source: Any, to: Any, **more: Any) -> None:
            after = os.path.abspath(os.fspath(to))
            if self.covers(after):
                self.operate(after)
                self._named.append((after + " was not there", after, None))
            real(source, to, **more)

        return link

    def _naming(self, real: Any) -> Any:
        def act(path: Any, *rest: Any, dir_fd: int | None = None, **more: Any) -> None:
            folder = "" if dir_fd is None else os.path.realpath(f"/proc/self/fd/{dir_fd}")
            if self.covers(whole := os.path.join(folder, os.fspath(path))):
                self.operate(whole)
            real(path, *rest, dir_fd=dir_fd, **more)

        return act

    def rest(self) -> None:
        """Mark the work as done. Later failures must not undo it."""
        self.operate(self._folder)

    def about_to_write(self, path: str, offset: int, amount: int | None) -> None:
        """Record that SQLite is about to write to a file. `amount` is None if it truncates the file."""
        if self._fault in ("power", "names"):
            with open(path, "rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(offset)
                self._before.setdefault(path, []).append((offset, file.read(amount), size, amount))

    def flushed(self, path: str) -> None:
        """Record that SQLite has flushed or deleted a file."""
        self._before.pop(path, None)

    def covers(self, path: Any) -> bool:
        """Return whether the path is below the folder."""
        return os.path.abspath(os.fsdecode(path)).startswith(self._folder)

    def operate(self, path: str, *, writing: bool = False) -> None:
        """Count one operation, and make it fail if its number is the chosen one."""
        self.operations += 1
        if self._fault == "full" and self.operations >= self._at and writing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        if self.operations != self._at:
            return
        if self._fault in ("EIO", "ENOSPC"):
            number = getattr(errno, self._fault)
            raise OSError(number, os.strerror(number), path)
        if self._fault in ("power", "names"):
            self._lose()
        if self._fault in ("kill", "power", "names"):
            os.kill(os.getpid(), signal.SIGKILL)

    def _lose(self) -> None:
        """Simulate a power failure: keep the names and lose the bytes, or lose both."""
        for number, (path, sure) in enumerate(self._written.items()):
            with suppress(OSError):
                _lose_bytes(path, sure, cut=bool(number % 2))
        for number, (path, writes) in enumerate(self._before.items()):
            with suppress(OSError):
                _undo_writes(path, writes, every_second=bool(number % 2))
        if self._fault == "names":
            for before, after, content in reversed(self._named):
                _undo_name(Path(before), Path(after), content)


def _lose_bytes(path: str, sure: int, *, cut: bool) -> None:
    """Truncate a file to its flushed bytes, or zero the others. `sure` is the number of flushed bytes."""
    size = os.stat(path).st_size
    handle = os.open(path, os.O_RDWR)
    if cut:
        os.ftruncate(handle, min(sure, size // 2))
    else:
        os.pwrite(handle, bytes(max(0, size - sure)), min(sure, size))
    os.close(handle)


def _undo_writes(path: str, writes: Sequence[tuple[int, bytes, int, int | None]], *, every_second: bool) -> None:
    """Lose everything that SQLite did not flush, or every second write, as a disk that reorders writes may."""
    with open(path, "rb+") as file:
        for offset, held, size, amount in writes[:: 1 + every_second][::-1]:
            file.seek(offset)
            file.write(held.ljust(amount or 0, b"\0") if every_second else held)
            if not every_second or amount is None:
                file.truncate(size)


def _undo_name(before: Path, after: Path, content: bytes | None) -> None:
    """Undo the move of a file: restore the old content, or delete it."""
    if content is not None:
        after.write_bytes(content)
    elif after.exists() and not before.exists():
        if after.is_dir():
            shutil.rmtree(after)
        else:
            after.unlink()
