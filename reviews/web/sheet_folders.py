"""A server's private folder inside the library's cache: answers to sheets of queries, and what its processes share.

A removal deletes the cache, and with it every finished workbook. The folders of running servers are locked, unlike
those left behind by a killed server.
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
    """One server's folder. It is created when it is first needed, and again if a removal has deleted it.

    All processes forked later use the same folder. Only the process that created this object deletes it.
    """

    def __init__(self, cache: Path) -> None:
        name = secrets.token_hex(8)
        self._places = (cache / f"{_PREFIX}{name}", Path(tempfile.gettempdir()) / f"reviews-{name}")
        self._owner = os.getpid()
        self._locks: dict[int, FileLock] = {}  # by process
        self._turn = threading.Lock()
        self._closed = False

    def path(self) -> Path:
        """Return the folder.

        If the library is not writable, it is among the system's temporary files. After `close` it is not created again.
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
        """Return the path of a folder inside, which need not exist."""
        return next((place / name for place in self._places if (place / name).is_dir()), self._places[0] / name)

    def make(self, name: str) -> Path:
        """Create a folder inside."""
        folder = self.path() / name
        folder.mkdir(mode=0o700)
        return folder

    def close(self) -> None:
        """Give up the folder. The process that created this object deletes everything in it."""
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
        if path.is_dir() and not any(_is_locked(each) for each in path.glob(f"{_LOCK}*")):
            shutil.rmtree(path, ignore_errors=True)


def _is_locked(path: Path) -> bool:
    lock = FileLock(path, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    lock.release()
    return False
