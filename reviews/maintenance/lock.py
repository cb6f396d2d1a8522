"""One writer at a time: a lock of the operating system, which a dead process releases by dying."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import LimitHit, Locked

FILE = ".lock"


@contextmanager
def writing(library: Path) -> Iterator[None]:
    """Hold the library for writing. Raises Locked at once when another process does; readers need no lock."""
    lock = FileLock(library / FILE, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise Locked(
            f"Another run is writing to {library}. Wait until it has finished, then run the command again; "
            "searching goes on meanwhile."
        ) from error
    except OSError as error:
        raise LimitHit(f"{library} cannot be written to ({error.strerror}). Check the disk and your rights.") from error
    try:
        yield
    finally:
        lock.release()
