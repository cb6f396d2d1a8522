"""The files that SQLite opens by itself: the corpus, and those next to it whose names start with its name.

Somebody else may have put them there. A journal is the worst: it can name any file, which SQLite then deletes. This
program never leaves one.
"""

import errno
import os
import stat
from pathlib import Path

from corpus.disk.disk_errors import refused
from corpus.errors import Corrupt


def assert_harmless(path: Path) -> None:
    """Raise Corrupt if there is a journal next to a corpus, and LimitHit if one of its files is not a regular one."""
    real = path.resolve()
    journal = real.with_name(real.name + "-journal")
    if os.path.lexists(journal):
        raise Corrupt(
            f"{journal} is not a file of this program, so {path.name} was not opened. Restore {path.name} from a "
            "backup, then delete that file."
        )
    for each in (real, *(real.with_name(real.name + ending) for ending in ("-wal", "-shm"))):
        if os.path.lexists(each) and not stat.S_ISREG(each.lstat().st_mode):
            raise refused(each, OSError(errno.EINVAL, "not a regular file"), doing="read")
