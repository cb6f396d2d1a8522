"""Lock a file between processes. The operating system releases the lock when its process ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.disk.disk_errors import refused
from corpus.errors import ReviewsError


@contextmanager
def locked(path: Path, seconds: float, busy: ReviewsError) -> Iterator[None]:
    """Hold the lock while the `with` block runs. Raises `busy` if another process still holds it after some seconds."""
    lock = FileLock(path, mode=0o600)
    try:
        lock.acquire(timeout=seconds, poll_interval=0.02)
    except Timeout as error:
        raise busy from error
    except OSError as error:
        raise refused(path, error) from error
    try:
        yield
    finally:
        lock.release()
