"""Explain why a file could not be opened or written, and what to do: a full or read-only disk, ownership or
permissions.

The cause is determined by examining the disk, because SQLite, for example, only says that it could not open a file.
"""

import errno
import os
import stat
import sys
from pathlib import Path

from corpus.errors import LimitHit
from corpus.paths import LibraryPaths

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) if os.name == "posix" else (errno.ENOSPC, errno.EFBIG)
_RIGHTS = (errno.EACCES, errno.EPERM)
_NO_FILE = (errno.ENOENT, errno.EINVAL, errno.EISDIR, errno.ELOOP, errno.ENXIO)
_LITTLE = 4096  # bytes: with less than this free, no new file can be created


def refused(path: Path, error: OSError | None = None, *, doing: str = "opened") -> LimitHit:
    """Return the error to raise when `path` could not be opened or written. `doing` is "opened", "written", "made" …

    Without `error`, the first cause found on this disk is given.
    """
    number = error.errno if error else None
    if error is None or number in _FULL:
        full = no_room(path)
        if full or error:
            return LimitHit(full or f"{path} cannot be {doing} ({_words(error)}). Free some space on the disk.")
    if error is None or number in _RIGHTS:
        owned = _owned_by_another(path)
        if owned:
            return LimitHit(f"{path} cannot be {doing}: {owned}")
    if number in _NO_FILE and _leads_nowhere(path):
        return LimitHit(
            f"{path} cannot be {doing}: it is a link that leads nowhere. Connect the disk that it leads to, or put the "
            "file itself there."
        )
    if number in _NO_FILE and (what := _other_than_a_file(path)):
        return LimitHit(
            f"{path} cannot be {doing}: it is {what} and not a regular file. Somebody has replaced it: move it away, "
            "put the file itself there, then run the command again."
        )
    if number == errno.EROFS:
        return LimitHit(f"{path} cannot be {doing}: the disk is mounted read-only. Mount it for writing.")
    if error is None:
        return LimitHit(
            f"{path} cannot be {doing}. Check that the disk is not read-only, and check the folder's permissions."
        )
    return LimitHit(f"{path} cannot be {doing} ({_words(error)}). Check the disk and the folder's permissions.")


def no_room(path: Path, least: int = _LITTLE) -> str | None:
    """Return a sentence if the disk of `path` has fewer than `least` bytes free, or cannot hold another file, otherwise
    None.
    """
    import shutil  # only imported here, because every command imports this module

    there = _nearest(path)
    try:
        free = shutil.disk_usage(there).free
        files, left = _files(there)
    except OSError:
        return None
    again = "Nothing was lost. Free some space, then run the same command again."
    if free < least:
        return f"The disk that holds {path} is full. {again}"
    if files and not left:
        return (
            f"The disk that holds {path} has free space but cannot hold another file (no inodes left). Nothing was "
            "lost. Delete files that you do not need, then run the same command again."
        )
    return None


def owner(path: Path) -> str | None:
    """Return the owner of a file or folder if it is another user.

    Returns None otherwise, or if the owner is unknown.
    """
    if sys.platform == "win32":
        return None
    try:
        number = path.stat().st_uid
    except OSError:
        return None
    return None if number == os.geteuid() else user(number)


def user(number: int | None = None) -> str:
    """Return the name of a user, or the number if there is no name. Without `number`, the user of this process."""
    if sys.platform == "win32":
        return os.environ.get("USERNAME", "you")
    import pwd

    number = os.geteuid() if number is None else number
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def library_of(path: Path) -> Path:
    """Return the library that `path` belongs to: the nearest folder above it that contains a corpus, or the path's own
    folder.
    """
    for folder in (path, *path.parents):
        try:
            if LibraryPaths(folder).database.exists():
                return folder
        except OSError:
            continue
    return path if path.is_dir() else path.parent


def mend(library: Path, whose: str) -> str:
    """Return the command that gives a library to one user."""
    return f"`sudo chown -R {whose}: {library}`"


def _owned_by_another(path: Path) -> str | None:
    """Return a sentence about the nearest part of `path` that another user owns, with the command that fixes it."""
    try:
        library = library_of(path)
    except OSError:
        library = path.parent
    nearest = _nearest(path)
    whose = owner(nearest)
    if not whose:
        return None
    me = user()
    theirs = owner(library)
    if theirs or library not in (nearest, *nearest.parents):
        return (
            f"{nearest} belongs to the user {whose}, and {me} has no permission to use it. Run the command as {whose}: "
            f"`sudo -u {whose} reviews …`."
        )
    return (
        f"{nearest} belongs to the user {whose}, who has used this library before, and you are {me}. Take it back with "
        f"{mend(library, me)}."
    )


def _nearest(path: Path) -> Path:
    """Return `path`, or the nearest folder above it that exists and can be read."""
    for each in (path, *path.parents):
        try:
            each.stat()
        except OSError:
            continue
        return each
    return Path(path.anchor or ".")


def _leads_nowhere(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return path.is_symlink()
    return False


def _other_than_a_file(path: Path) -> str:
    """Return what is at a path where a file is expected, such as "a named pipe", or "" for a file."""
    try:
        link = "a link to " if path.is_symlink() else ""
        mode = path.stat().st_mode
    except OSError:
        return ""
    what = _OTHERS.get(stat.S_IFMT(mode))
    return link + what if what else ""


_OTHERS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def _files(path: Path) -> tuple[int, int]:
    """Return how many files a disk can hold, and how many more fit. Both are 0 if the disk has no such limit."""
    if sys.platform == "win32":
        return 0, 0
    disk = os.statvfs(path)
    return disk.f_files, disk.f_favail


def _words(error: OSError | None) -> str:
    return (error and error.strerror) or type(error).__name__
