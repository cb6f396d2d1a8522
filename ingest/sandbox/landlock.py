"""Landlock: a Linux process gives up access to files, ports, signals and sockets that it will not need.

Uses plain system calls, so nothing has to be installed. Restrictions that the running kernel does not support are
skipped: ports came with Linux 6.7 (Landlock version 4), signals and abstract sockets with 6.12 (version 6).
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # system calls, the same on every processor
_VERSION_ONLY = 1  # a flag of the first
_BENEATH = 1  # the kind of rule: a path and what is under it
_NO_NEW_PRIVILEGES = 38  # of prctl
_EXECUTE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 2, 1 << 3

# How many kinds of access to files, to ports and to other processes each version can restrict.
_FILES = {1: 13, 2: 14, 3: 15, 4: 15}
_FILES_SINCE_5 = 16


def version() -> int:
    """Return the Landlock version of this computer, or 0 if there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, _call(_CREATE, None, 0, _VERSION_ONLY))


def ruleset(readable: Iterable[str], executable: Iterable[str] = ()) -> int | None:
    """Return a descriptor of rules that allow reading or executing only below these paths, or None without Landlock."""
    known = version()
    if not known:
        return None
    files = (1 << _FILES.get(known, _FILES_SINCE_5)) - 1
    ports, others = (0b11 if known >= 4 else 0), (0b11 if known >= 6 else 0)
    rules = _call(_CREATE, struct.pack("QQQ", files, ports, others), 24, 0)
    if rules < 0:
        return None
    may = dict.fromkeys(readable, _READ_FILE | _READ_FOLDER)
    may |= dict.fromkeys(executable, _READ_FILE | _READ_FOLDER | _EXECUTE)
    for path, access in may.items():
        with suppress(OSError):  # not every system has every path
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                allowed = access if Path(path).is_dir() else access & ~_READ_FOLDER
                _call(_ADD, rules, _BENEATH, struct.pack("=Qi", allowed, place), 0)
            finally:
                os.close(place)
    return rules


def restrict(rules: int | None) -> bool:
    """Apply the rules permanently to this process and everything that it starts. Returns False if that is not possible.

    The descriptor is closed, because a process could use it to loosen the rules of processes forked later.
    """
    if rules is None:
        return False
    try:
        return _call(_RESTRICT, rules, 0) == 0
    finally:
        os.close(rules)


def no_new_privileges() -> bool:
    """Prevent this process from gaining privileges by running setuid programs."""
    if sys.platform != "linux":
        return False
    return bool(_libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0)


def _call(number: int, *arguments: bytes | int | None) -> int:
    given = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return int(_libc().syscall(number, *given))


@cache
def _libc() -> Any:
    return ctypes.CDLL(None)
