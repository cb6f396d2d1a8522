"""Landlock: a process of Linux gives up the files, ports, signals and sockets that it will not need.

Plain system calls, so that nothing has to be installed. What the running kernel does not know is left out: ports came
with Linux 6.7 (version 4 of Landlock), signals and abstract sockets with 6.12 (version 6).
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

# How many kinds of access to files, to ports and to other processes each version can refuse.
_FILES = {1: 13, 2: 14, 3: 15, 4: 15}
_FILES_SINCE_5 = 16


def version() -> int:
    """The version of Landlock on this computer; 0 if there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, _call(_CREATE, None, 0, _VERSION_ONLY))


def ruleset(readable: Iterable[str], executable: Iterable[str] = ()) -> int | None:
    """A descriptor of the rules: what is under these paths may be read, or also executed, and nothing else is allowed.
    None without Landlock.
    """
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
    """Bind this process, and all that it will start, to the rules for good. False where that is not possible.

    The descriptor is closed: with it, a process could loosen the rules of those that are forked after it.
    """
    if rules is None:
        return False
    try:
        return _call(_RESTRICT, rules, 0) == 0
    finally:
        os.close(rules)


def no_new_privileges() -> bool:
    """Make programs that run with the rights of their owner (setuid) powerless for this process."""
    if sys.platform != "linux":
        return False
    return bool(_libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0)


def _call(number: int, *arguments: bytes | int | None) -> int:
    given = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return int(_libc().syscall(number, *given))


@cache
def _libc() -> Any:
    return ctypes.CDLL(None)
