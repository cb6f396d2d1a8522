"""A disk that fails: counts the file operations of this process, and makes one of them fail.

The operations are writes, flushes, renames, deletions and new folders, those of SQLite included. Use it in a process of
its own (`fork`), because it replaces Python's own functions and does not restore them.
"""

import builtins
import errno
import io
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

Fault = Literal["none", "kill", "power", "names", "EIO", "ENOSPC", "full"]
FAULTS: tuple[Fault, ...] = ("kill", "power", "names", "EIO", "ENOSPC", "full")
"""kill: the process dies. power: it dies, and bytes that were not flushed are cut off or zeroed. names: the same, and
names that were not flushed are undone. EIO, ENOSPC: one operation fails. full: every write fails from then on."""


class Disk:
    """Counts operations below a folder, and makes operation number `at` (from 1) fail."""

    def __init__(self, folder: Path, fault: Fault, at: int) -> None:
        self._folder = str(folder)
        self._fault = fault
        self._at = at
        self.operations = 0
        self._written: dict[str, int] = {}  # file → bytes that are certainly on the disk
        self._named: list[tuple[str, str, bytes | None]] = []  # (from, to, what `to` held), until the folder is flushed
        # SQLite's file → for each write: offset, bytes before it, file size, and how much was written (None: cut off).
        self._before: dict[str, list[tuple[int, bytes, int, int | None]]] = {}

    def install(self) -> None:
        """From now on until the process ends. `sqlite_disk.install` adds what SQLite does."""
        opened = io.open
        real = {name: getattr(os, name) for name in ("fsync", "rename", "replace", "mkdir", "unlink", "rmdir", "link")}
        disk = self

        class File(io.FileIO):
            def write(self, data: Any, /) -> int:
                disk.operate(str(self.name), writing=True)
                return super().write(data)

        def open_(file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **more: Any) -> Any:
            if isinstance(file, int) or not set(mode) & set("wax+") or not disk.ours(os.fspath(file)):
                return opened(file, mode, buffering, *rest, **more)
            raw = File(os.fspath(file), mode.replace("b", "").replace("t", ""))
            disk._written.setdefault(os.path.realpath(str(raw.name)), 0 if "w" in mode or "x" in mode else 1 << 60)
            buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
            return buffered if "b" in mode else io.TextIOWrapper(buffered, *rest, **more)

        def fsync(handle: int) -> None:
            path = os.path.realpath(f"/proc/self/fd/{handle}")
            disk.operate(path)
            real["fsync"](handle)
            if os.path.isdir(path):
                disk._named = [name for name in disk._named if os.path.dirname(name[1]) != path]
            else:
                disk._written.pop(path, None)

        def moving(name: str) -> Callable[..., None]:
            def move(source: Any, to: Any, **more: Any) -> None:
                before, after = os.path.abspath(os.fspath(source)), os.path.abspath(os.fspath(to))
                if disk.ours(after):
                    disk.operate(after)
                    held = Path(after).read_bytes() if Path(after).is_file() else None
                    disk._named.append((before, after, held))
                    disk._written = {
                        after + path[len(before) :] if path.startswith(before) else path: size
                        for path, size in disk._written.items()
                    }
                real[name](source, to, **more)

            return move

        def link(source: Any, to: Any, **more: Any) -> None:
            after = os.path.abspath(os.fspath(to))
            if disk.ours(after):
                disk.operate(after)
                disk._named.append((after + " was not there", after, None))
            real["link"](source, to, **more)

        def naming(name: str) -> Callable[..., None]:
            def act(path: Any, *rest: Any, dir_fd: int | None = None, **more: Any) -> None:
                folder = "" if dir_fd is None else os.path.realpath(f"/proc/self/fd/{dir_fd}")
                if disk.ours(whole := os.path.join(folder, os.fspath(path))):
                    disk.operate(whole)
                real[name](path, *rest, dir_fd=dir_fd, **more)

            return act

        builtins.open = io.open = open_
        os.fsync, os.link = fsync, link  # type: ignore[assignment]
        os.rename, os.replace = moving("rename"), moving("replace")
        os.mkdir, os.unlink, os.rmdir = naming("mkdir"), naming("unlink"), naming("rmdir")
        shutil._USE_CP_SENDFILE = False  # type: ignore[attr-defined]  # copies go through write

    def rest(self) -> None:
        """Note that the work is done. A failure from now on must not undo it."""
        self.operate(self._folder)

    def about_to_write(self, path: str, offset: int, amount: int | None) -> None:
        """Note that SQLite is about to write at an offset. amount None: to cut the file off there."""
        if self._fault in ("power", "names"):
            with open(path, "rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(offset)
                self._before.setdefault(path, []).append((offset, file.read(amount), size, amount))

    def flushed(self, path: str) -> None:
        """Note that SQLite has flushed or deleted a file."""
        self._before.pop(path, None)

    def ours(self, path: Any) -> bool:
        """Return whether the path is below the folder."""
        return os.path.abspath(os.fsdecode(path)).startswith(self._folder)

    def operate(self, path: str, *, writing: bool = False) -> None:
        """Count one operation, and make it fail if it is the chosen one."""
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
        """Do what a disk may do in a power cut: lose bytes, and with `names` also names."""
        for number, (path, sure) in enumerate(self._written.items()):
            try:
                size = os.stat(path).st_size
                handle = os.open(path, os.O_RDWR)
            except OSError:
                continue
            if number % 2:
                os.ftruncate(handle, min(sure, size // 2))
            else:
                os.pwrite(handle, bytes(max(0, size - sure)), min(sure, size))
            os.close(handle)
        for number, (path, writes) in enumerate(self._before.items()):
            with suppress(OSError), open(path, "rb+") as file:
                # Lose all that was not flushed, or every second write, like a disk that reorders its writes.
                for offset, held, size, amount in writes[:: 1 + number % 2][::-1]:
                    file.seek(offset)
                    file.write(held.ljust(amount or 0, b"\0") if number % 2 else held)
                    if not number % 2 or amount is None:
                        file.truncate(size)
        if self._fault == "names":
            for before, after, content in reversed(self._named):
                if content is not None:
                    Path(after).write_bytes(content)
                elif Path(after).exists() and not Path(before).exists():
                    if Path(after).is_dir():
                        shutil.rmtree(after)
                    else:
                        Path(after).unlink()
