"""Read a file from several threads at once, each at its own offset."""

import os
import threading
from pathlib import Path

from corpus.disk.regular_file import open_regular


class PositionedFile:
    """A file opened for reading. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open_regular(path)
        self._lock = None if hasattr(os, "pread") else threading.Lock()

    @property
    def size(self) -> int:
        """The size in bytes."""
        return os.fstat(self._file.fileno()).st_size

    def read(self, offset: int, length: int) -> bytes:
        """Return `length` bytes from an offset, or fewer at the end of the file."""
        if self._lock is None:
            return os.pread(self._file.fileno(), length, offset)
        with self._lock:  # Windows has one file position for all threads
            self._file.seek(offset)
            return self._file.read(length)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
