"""Fault injection for SQLite: each write, flush, truncation and deletion of this process's SQLite can fail, as a
`benchmarks.faults.disk.Disk` decides, and what was not flushed can be lost.

Each of them can fail, and what was not flushed can be lost. SQLite reaches its files through a table of functions (a
VFS). We register a copy in which four functions ask the disk first; everything else is SQLite's own. Works on Linux and
macOS, where Python uses a shared libsqlite3.
"""

import ctypes
import errno
import os
from collections.abc import Callable
from typing import Any

from benchmarks.faults.disk import Disk

_OK, _FULL = 0, 13
_IOERR_WRITE, _IOERR_FSYNC, _IOERR_TRUNCATE, _IOERR_DELETE = (10 | detail << 8 for detail in (3, 4, 6, 10))

_Write = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_Truncate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_Sync = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_Open = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(ctypes.c_int)
)
_Delete = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int)


class _Methods(ctypes.Structure):
    """`sqlite3_io_methods`: the functions for an open file."""

    _fields_ = [
        ("version", ctypes.c_int),
        *((name, ctypes.c_void_p) for name in ("close", "read", "write", "truncate", "sync")),
        ("rest", ctypes.c_void_p * 13),
    ]


class _Vfs(ctypes.Structure):
    """`sqlite3_vfs`: the functions that open and delete files."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
        ("delete", ctypes.c_void_p),
        ("rest", ctypes.c_void_p * 14),
    ]


def install(disk: Disk) -> None:
    """From now on, in this process, until it ends."""
    import _sqlite3

    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    library.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
    library.sqlite3_vfs_register.argtypes = [ctypes.c_void_p, ctypes.c_int]
    real = library.sqlite3_vfs_find(None).contents
    ours = _Vfs.from_buffer_copy(real)
    ours.name = b"failing"
    real_open, real_delete = _Open(real.open), _Delete(real.delete)
    names: dict[int, str] = {}  # of open files, by address
    tables: dict[int, tuple[_Methods, _Methods]] = {}  # SQLite's own functions and ours, by the address of its table

    def asked(file: int, failed: int, act: Callable[[str], int], *, writing: bool = False) -> int:
        """Do it, unless the disk fails."""
        path = names.get(file, "")
        if path and disk.ours(path):
            try:
                disk.operate(path, writing=writing)
            except OSError as error:
                return _FULL if error.errno == errno.ENOSPC else failed
        return act(path)

    def methods_of(file: int) -> _Methods:
        return tables[ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))[0]][0]

    def write_(file: int, data: int, amount: int, offset: int) -> int:
        def act(path: str) -> int:
            disk.about_to_write(path, offset, amount)
            return int(_Write(methods_of(file).write)(file, data, amount, offset))

        return asked(file, _IOERR_WRITE, act, writing=True)

    def truncate_(file: int, size: int) -> int:
        def act(path: str) -> int:
            disk.about_to_write(path, size, None)
            return int(_Truncate(methods_of(file).truncate)(file, size))

        return asked(file, _IOERR_TRUNCATE, act)

    def sync_(file: int, flags: int) -> int:
        def act(path: str) -> int:
            done = int(_Sync(methods_of(file).sync)(file, flags))
            disk.flushed(path)
            return done

        return asked(file, _IOERR_FSYNC, act)

    def open_(vfs: int, name: int | None, file: int, flags: int, out: Any) -> int:
        # The name is handed on as SQLite's own bytes: it keeps their address.
        done = int(real_open(vfs, name, file, flags, out))
        place = ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))
        table = place[0]
        if done == _OK and table:
            if table not in tables:
                theirs = ctypes.cast(table, ctypes.POINTER(_Methods)).contents
                mine = _Methods.from_buffer_copy(theirs)
                mine.write, mine.truncate, mine.sync = (
                    ctypes.cast(function, ctypes.c_void_p).value for function in (write, truncate, sync)
                )
                tables[table] = tables[ctypes.addressof(mine)] = (theirs, mine)
            place[0] = ctypes.addressof(tables[table][1])
            names[file] = os.fsdecode(ctypes.string_at(name)) if name else ""
        return done

    def delete_(vfs: int, name: bytes, flush: int) -> int:
        path = os.fsdecode(name)
        if disk.ours(path):
            try:
                disk.operate(path)
            except OSError:
                return _IOERR_DELETE
            disk.flushed(path)
        return int(real_delete(vfs, name, flush))

    write, truncate, sync = _Write(write_), _Truncate(truncate_), _Sync(sync_)
    opening, delete = _Open(open_), _Delete(delete_)
    ours.open, ours.delete = (ctypes.cast(function, ctypes.c_void_p).value for function in (opening, delete))
    _kept.extend((library, ours, tables, write, truncate, sync, opening, delete))
    if library.sqlite3_vfs_register(ctypes.addressof(ours), 1) != _OK:
        raise OSError("SQLite refused to register the failing disk")


_kept: list[object] = []
"""Objects that SQLite holds addresses of, kept alive here."""
