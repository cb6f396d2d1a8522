"""The private folder of a server inside the library's cache: answers to sheets of queries, and what processes share.

A removal deletes the cache, and with it every finished workbook. The folders of running servers are locked,
unlike those that a killed server left.
"""

import os
import secrets
import shutil
import tempfile
import threading
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = "sheets-"
_LOCK = ".in-use-"


class SheetFolder:
    """One server's folder. It is made when it is first needed, and again if a removal deleted it.

    Every process that is forked later uses the same folder, and only the one that created this object deletes it.
    """

    def __init__(self, cache: Path) -> None:
        name = secrets.token_hex(8)
        self._places = (cache / f"{_PREFIX}{name}", Path(tempfile.gettempdir()) / f"reviews-{name}")
        self._owner = os.getpid()
        self._locks: dict[int, FileLock] = {}  # by process
        self._turn = threading.Lock()
        self._closed = False

    def path(self) -> Path:
        """The folder. Where the library cannot be written to, it is with the system's temporary files. After `close` it
        is not made again.
        """
        inside, outside = self._places
        with self._turn:
            if self._closed:
                return inside
            if os.getpid() in self._locks and inside.is_dir():
                return inside
            if outside.is_dir():
                return outside
            try:
                inside.parent.mkdir(mode=0o700, exist_ok=True)
                inside.mkdir(mode=0o700, exist_ok=True)
                if held := self._locks.pop(os.getpid(), None):
                    held.release()
                lock = FileLock(inside / f"{_LOCK}{os.getpid()}", mode=0o600)
                lock.acquire(timeout=0)
                self._locks[os.getpid()] = lock
            except OSError:
                outside.mkdir(mode=0o700, exist_ok=True)
                return outside
            return inside

    def of(self, name: str) -> Path:
        """A folder inside, which need not exist."""
        return next((place / name for place in self._places if (place / name).is_dir()), self._places[0] / name)

    def make(self, name: str) -> Path:
        """A new folder inside."""
        folder = self.path() / name
        folder.mkdir(mode=0o700)
        return folder

    def close(self) -> None:
        """Give up the folder; the process that created this object deletes everything in it."""
        with self._turn:
            self._closed = True
            if held := self._locks.pop(os.getpid(), None):
                held.release()
        if os.getpid() == self._owner:
            for place in self._places:
                shutil.rmtree(place, ignore_errors=True)


def drop_abandoned(cache: Path) -> None:
    """Delete the folders of servers that were killed."""
    for path in cache.glob(f"{_PREFIX}*"):
        if not any(_is_locked(each) for each in path.glob(f"{_LOCK}*")):
            shutil.rmtree(path, ignore_errors=True)


def _is_locked(path: Path) -> bool:
    lock = FileLock(path, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    lock.release()
    return False
