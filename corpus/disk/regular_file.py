"""Read a file that may have been replaced by something endless, such as a device."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

_CHUNK = 1_048_576  # bytes read at a time once a file proves longer than its directory entry stated


_MOST = 100_000_000  # bytes of a list or of settings


def read_list(path: Path) -> bytes:
    """Return the bytes of a file that people or the program keep in a library, such as the catalogue.

    A pipe, a device or a very large file raises OSError.
    """
    data = read_regular(path, _MOST)
    if len(data) > _MOST:
        raise OSError(errno.EINVAL, f"larger than {_MOST // 1_000_000} MB", str(path))
    return data


def read_regular(path: Path, limit: int) -> bytes:
    """Return the bytes of a regular file, at most one more than `limit`.

    A pipe, a device or a folder raises OSError immediately; the function does not wait for data.
    """
    with open_regular(path) as file:
        # Python allocates the requested size, so request no more than the file has, unless it has grown.
        data = file.read(min(os.fstat(file.fileno()).st_size, limit) + 1)
        while len(data) <= limit and (more := file.read(min(_CHUNK, limit + 1 - len(data)))):
            data += more
    return data


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file for reading.

    A pipe, a device, a folder or a link that leads nowhere raises OSError immediately; the function does not wait for
    data.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError as error:
        if path.is_symlink():  # the file is not missing, but cannot be reached
            raise OSError(errno.ELOOP, "a link that leads nowhere", str(path)) from error
        raise
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return open(handle, "rb")  # noqa: PTH123 - an open descriptor, which the caller closes
    except BaseException:  # also too little memory
        os.close(handle)
        raise
