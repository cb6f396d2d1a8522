"""How is a file written whole or not at all? Beside its place first, onto the disk, then moved there."""

import contextlib
import os
import tempfile
from pathlib import Path

from corpus.errors import LimitHit


def write_whole(path: Path, data: bytes, *, replace: bool = True) -> None:
    """Write a private file (0600). Whatever happens, `path` then holds what it held before or all of `data`.

    replace: when false, a file that is already there stays as it is.
    """
    if not replace and path.exists():
        return
    beside = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        beside = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        if beside is not None:
            with contextlib.suppress(OSError):  # the first error is the one to tell
                beside.unlink(missing_ok=True)
        raise LimitHit(f"{path} cannot be written ({error.strerror}). Check the disk and your rights.") from error


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder to flush it
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
