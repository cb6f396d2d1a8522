"""The files that SQLite opens by itself: the corpus, and those next to it whose names start with its name.

Somebody else may have put them there. A journal is the worst: it can name any file, which SQLite then deletes. This
program never leaves one.
"""

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from corpus.disk.disk_errors import refused
from corpus.errors import Corrupt

LOG_HEADER = 32
"""The size of a log in bytes, up to which it has no entries."""


def assert_harmless(path: Path) -> None:
    """Raise Corrupt if there is a journal next to a corpus, and LimitHit if one of its files is not a regular one."""
    real = Path(os.path.realpath(path))  # resolve() raises RuntimeError for a link to itself
    journal = real.with_name(real.name + "-journal")
    if os.path.lexists(journal):
        raise Corrupt(
            f"{journal} is not a file of this program, so {path.name} was not opened. Restore {path.name} from a "
            "backup, then delete that file."
        )
    for each in (real, *(real.with_name(real.name + ending) for ending in ("-wal", "-shm"))):
        if os.path.lexists(each) and not stat.S_ISREG(each.lstat().st_mode):
            raise refused(each, OSError(errno.EINVAL, "not a regular file"), doing="read")


@dataclass(frozen=True, slots=True)
class State:
    """What changes when somebody writes to the file or starts a log next to it.

    It is determined without opening the file, because on POSIX, closing it again would release SQLite's locks on it.
    """

    changed: int
    size: int
    number: int
    log: int

    @classmethod
    def of(cls, path: Path) -> Self:
        stat = path.stat()
        return cls(stat.st_mtime_ns, stat.st_size, stat.st_ino, log_size(path))


def log_size(path: Path) -> int:
    """Return the size of the log next to a corpus in bytes, or 0 if there is none."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0
