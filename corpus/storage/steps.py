"""A limit on the work of one SQL statement.

The pages of a forged file can lead back to each other, so that a plain SELECT has no end.
"""

from pathlib import Path

EVERY = 1_000_000  # steps of SQLite's virtual machine between two looks
_FREE = 50  # looks: half a second to two seconds
_PER_BYTE = 50  # steps: the statements of this program take less than one for each byte of the file


class Steps:
    """Stops a statement that takes many more steps than a sound file of its size needs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._looks = 0

    def begin(self) -> None:
        """Start to count for a new statement."""
        self._looks = 0

    def are_too_many(self) -> bool:
        """Return whether to stop the statement. SQLite asks after every EVERY steps."""
        self._looks += 1
        if self._looks <= _FREE:
            return False
        return (self._looks - _FREE) * EVERY > _PER_BYTE * sum(map(_size, (self._path, _log(self._path))))


def _log(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
