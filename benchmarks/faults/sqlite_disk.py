"""Fault injection for SQLite: make a write, flush, truncation or deletion fail, and lose what was not flushed.

A `benchmarks.faults.disk.Disk` decides which operation fails. SQLite accesses files through a table of functions (a
VFS). This module registers a copy in which four functions consult the disk first. It works on Linux and macOS, where
Python uses a shared libsqlite3.
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
    """Use the failing disk for SQLite until this process ends."""
    import _sqlite3

    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    library.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
    library.sqlite3_vfs_register.argtypes = [ctypes.c_void_p, ctypes.c_int]
    real = library.sqlite3_vfs_find(None).contents
    ours = _Vfs.from_buffer_copy(real)
    ours.name = b"failing"
    failing = _FailingVfs(disk, real)
    opening, delete = _Open(failing.open), _Delete(failing.delete)
    ours.open, ours.delete = (ctypes.cast(function, ctypes.c_void_p).value for function in (opening, delete))
    _kept.extend((library, ours, failing, opening, delete))
    if library.sqlite3_vfs_register(ctypes.addressof(ours), 1) != _OK:
        raise OSError("SQLite refused to register the failing disk")


class _FailingVfs:
    """SQLite's file functions, which consult the failing disk first."""

    def __init__(self, disk: "Disk", real: _Vfs) -> None:
        self._disk = disk
        self._open, self._delete = _Open(real.open), _Delete(real.delete)
        self._names: dict[int, str] = {}  # of open files, by address
        # SQLite's own functions and ours, by the address of either table
        self._tables: dict[int, tuple[_Methods, _Methods]] = {}
        self._functions = (_Write(self.write), _Truncate(self.truncate), _Sync(self.sync))

    def open(self, vfs: int, name: int | None, file: int, flags: int, out: Any) -> int:
        # SQLite keeps the address of the name, so its own bytes are passed on.
        done = int(self._open(vfs, name, file, flags, out))
        place = ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))
        table = place[0]
        if done == _OK and table:
            if table not in self._tables:
                self._replace(table)
            place[0] = ctypes.addressof(self._tables[table][1])
            self._names[file] = os.fsdecode(ctypes.string_at(name)) if name else ""
        return done

    def _replace(self, table: int) -> None:
        """Copy a table of functions and replace three of them."""
        theirs = ctypes.cast(table, ctypes.POINTER(_Methods)).contents
        mine = _Methods.from_buffer_copy(theirs)
        mine.write, mine.truncate, mine.sync = (
            ctypes.cast(function, ctypes.c_void_p).value for function in self._functions
        )
        self._tables[table] = self._tables[ctypes.addressof(mine)] = (theirs, mine)

    def _methods_of(self, file: int) -> _Methods:
        return self._tables[ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))[0]][0]

    def _ask(self, file: int, failed: int, act: Callable[[str], int], *, writing: bool = False) -> int:
        """Perform the operation, unless the disk fails."""
        path = self._names.get(file, "")
        if path and self._disk.covers(path):
            try:
                self._disk.operate(path, writing=writing)
            except OSError as error:
                return _FULL if error.errno == errno.ENOSPC else failed
        return act(path)

    def write(self, file: int, data: int, amount: int, offset: int) -> int:
        def act(path: str) -> int:
            self._disk.about_to_write(path, offset, amount)
            return int(_Write(self._methods_of(file).write)(file, data, amount, offset))

        return self._ask(file, _IOERR_WRITE, act, writing=True)

    def truncate(self, file: int, size: int) -> int:
        def act(path: str) -> int:
            self._disk.about_to_write(path, size, None)
            return int(_Truncate(self._methods_of(file).truncate)(file, size))

        return self._ask(file, _IOERR_TRUNCATE, act)

    def sync(self, file: int, flags: int) -> int:
        def act(path: str) -> int:
            done = int(_Sync(self._methods_of(file).sync)(file, flags))
            self._disk.flushed(path)
            return done

        return self._ask(file, _IOERR_FSYNC, act)

    def delete(self, vfs: int, name: bytes, flush: int) -> int:
        path = os.fsdecode(name)
        if self._disk.covers(path):
            try:
                self._disk.operate(path)
            except OSError:
                return _IOERR_DELETE
            self._disk.flushed(path)
        return int(self._delete(vfs, name, flush))


_kept: list[object] = []
"""Keeps objects alive whose addresses SQLite uses."""
