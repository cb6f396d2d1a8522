"""How is a file written whole or not at all? Beside its place first, onto the disk, then moved there."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import LimitHit


def write_whole(path: Path, data: bytes, *, replace: bool = True) -> None:
    """Write a private file (0600). Whatever happens, `path` then holds what it held before or all of `data`.

    replace: when false, a file that is already there stays as it is.
    """
    if not replace and path.exists():
        return
    try:
        with beside(path) as fresh:
            fresh.write_bytes(data)
    except OSError as error:
        raise LimitHit(f"{path} cannot be written ({error.strerror}). Check the disk and your rights.") from error


@contextlib.contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A new private file (0600) to be filled, which takes the name `path` only when all of it is on the disk.

    After an error it is gone, and `path` is what it was. Raises OSError.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    fresh = Path(name)
    try:
        yield fresh
        move_whole(fresh, path)
    finally:
        with contextlib.suppress(OSError):  # the first error is the one to tell
            fresh.unlink(missing_ok=True)


def move_whole(fresh: Path, path: Path) -> None:
    """Give a finished file its name, once all of it is on the disk. Both are on the same disk. Raises OSError."""
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder to flush it
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
