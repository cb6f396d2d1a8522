"""One writer at a time: an operating-system lock, which is released when its process ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.disk.disk_errors import mend, owner
from corpus.disk.locked_file import locked
from corpus.errors import Locked, UsageError
from corpus.paths import LibraryPaths

_TIMEOUT = 0.2  # seconds: longer than `held` holds the lock, too short to notice


@contextmanager
def writing(library: Path) -> Iterator[None]:
    """Lock the library for writing. Raises Locked if another process holds the lock. Readers need no lock."""
    _refuse_root(library)
    busy = Locked(
        f"Another run is writing to {library}. Wait until it has finished, then run the command again. You can "
        "still search in the meantime."
    )
    with locked(LibraryPaths(library).lock, _TIMEOUT, busy):
        yield


def held(library: Path) -> bool:
    """Return whether a process is currently writing to the library, or False if that cannot be determined."""
    path = LibraryPaths(library).lock
    if not path.exists():
        return False
    lock = FileLock(path, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False


def _refuse_root(library: Path) -> None:
    """Refuse to run as root in another user's library, because that user could not read or replace what root writes."""
    user = owner(library)
    if user and os.geteuid() == 0:
        raise UsageError(
            f"{library} belongs to the user {user}, and root would leave files in it that {user} cannot use. Run "
            f"`sudo -u {user} reviews …` instead. If root has already left some, fix them with {mend(library, user)}."
        )
