"""Atomic writes: a file is written under a temporary name, flushed to disk, then renamed."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from corpus.disk.disk_errors import refused


def write_atomic(path: Path, data: bytes, *, replace: bool = True) -> None:
    """Write a private file (0600) in one step.

    Whatever happens, `path` contains either all of `data` or its old content. With `replace=False`, an existing file is
    left unchanged.
    """
    if not replace and path.exists():
        return
    try:
        with beside(path) as fresh:
            fresh.write_bytes(data)
    except OSError as error:
        raise refused(path, error, doing="written") from error


@contextlib.contextmanager
def beside(path: Path) -> Iterator[Path]:
    """Yield a new private file (0600) to fill. It is renamed to `path` once all of it is on disk.

    After an error it is deleted, and `path` is unchanged. Raises OSError.
    """
    import tempfile  # only imported here, because every search imports this module

    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    fresh = Path(name)
    try:
        yield fresh
        move_atomic(fresh, path)
    finally:
        with contextlib.suppress(OSError):  # the first error is the one to report
            fresh.unlink(missing_ok=True)


def move_atomic(fresh: Path, path: Path) -> None:
    """Flush a finished file to disk, then rename it to `path` on the same disk. Raises OSError."""
    flush_file(fresh)
    fresh.replace(path)
    flush_folder(path.parent)


def delete_folder(folder: Path) -> None:
    """Delete a folder with everything in it, or a link or a file in its place. Raises OSError."""
    import shutil  # only imported here, because every search imports this module

    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    else:
        folder.unlink()  # rmtree would wait for a pipe


def flush_file(path: Path) -> None:
    """Wait until all of a file is on disk. Raises OSError."""
    with path.open("rb+") as file:
        _flush(file.fileno())


def flush_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk. Raises OSError."""
    if os.name == "nt":  # Windows cannot open a folder to flush it, and does not need to
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        _flush(handle)
    finally:
        os.close(handle)


def _flush(handle: int) -> None:
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FSYNC:
            raise


_NO_FSYNC = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOTTY}
"""Errors from file systems without fsync, for folders or at all: some network shares and FUSE, ENOTTY on macOS.

These file systems store what was written as well as they can, and nothing else can be done.
"""
