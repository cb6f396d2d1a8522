"""Private folders for the answers to sheets of queries, inside the library's cache.

A removal deletes the cache, and with it every finished workbook. The folders of running servers are locked,
unlike those that a killed server left.
"""

import shutil
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = "sheets-"
_LOCK = ".in-use"


class SheetFolder:
    """One server's folder. It is made when it is first needed, and again if a removal deleted it."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._path: Path | None = None
        self._lock: FileLock | None = None

    def make(self, name: str) -> Path:
        """A new folder inside. Where the library cannot be written to, it is with the system's temporary files."""
        if self._path is None or not self._path.exists():
            self.close()
            try:
                self._cache.mkdir(mode=0o700, exist_ok=True)
                self._path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._cache))
                self._lock = FileLock(self._path / _LOCK, mode=0o600)
                self._lock.acquire(timeout=0)
            except OSError:
                self._path = Path(tempfile.mkdtemp(prefix="reviews-"))
        folder = self._path / name
        folder.mkdir(mode=0o700)
        return folder

    def close(self) -> None:
        """Delete the folder and everything in it."""
        lock, path, self._lock, self._path = self._lock, self._path, None, None
        if lock is not None:
            lock.release()
        if path is not None:
            shutil.rmtree(path, ignore_errors=True)


def drop_abandoned(cache: Path) -> None:
    """Delete the folders of servers that were killed."""
    for path in cache.glob(f"{_PREFIX}*"):
        lock = FileLock(path / _LOCK, mode=0o600)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        lock.release()
        shutil.rmtree(path, ignore_errors=True)
