"""One writer at a time: an operating-system lock, which is released when its process ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.disk_errors import mend, owner, refused
from corpus.errors import Locked, UsageError
from corpus.paths import LibraryPaths

_PATIENCE = 0.2  # seconds: longer than `held` has it, and than nobody notices


@contextmanager
def writing(library: Path) -> Iterator[None]:
    """Hold the library for writing. Raises Locked when another process does; readers need no lock."""
    _assert_no_stranger(library)
    path = LibraryPaths(library).lock
    lock = FileLock(path, mode=0o600)
    try:
        lock.acquire(timeout=_PATIENCE, poll_interval=0.02)
    except Timeout as error:
        raise Locked(
            f"Another run is writing to {library}. Wait until it has finished, then run the command again. You can "
            "still search in the meantime."
        ) from error
    except OSError as error:
        raise refused(path, error) from error
    try:
        yield
    finally:
        lock.release()


def held(library: Path) -> bool:
    """Whether a process is writing to the library now; False where that cannot be found out."""
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


def _assert_no_stranger(library: Path) -> None:
    """Refuse root in the library of another user: what root writes there, that user could not read or replace."""
    whose = owner(library)
    if whose and os.geteuid() == 0:
        raise UsageError(
            f"{library} belongs to the user {whose}, and root would leave files in it that {whose} cannot use. Run "
            f"`sudo -u {whose} reviews …` instead. If root has already left some, fix them with {mend(library, whose)}."
        )
