"""Which files are there, and which of them are new, changed, unchanged or gone since the last run?"""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import UsageError
from corpus.model import FileRecord, Reason


@dataclass(frozen=True, slots=True)
class Seen:
    """A file on disk. key: its path as the corpus keeps it. problem: why it cannot even be looked at, else None."""

    path: Path
    key: str
    size: int
    mtime_ns: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What the disk says, against what is known: files to read, files that are as they were, paths of files that are
    gone."""

    to_read: tuple[Seen, ...]
    unchanged: tuple[FileRecord, ...]
    gone: tuple[str, ...]


def look(paths: Iterable[Path], library: Path) -> list[Seen]:
    """Every PDF at or below `paths`, each once, in order of path. Hidden files and folders are left out; a file that
    is named is taken whatever it is called. A link is followed, a circle of links only once."""
    found: dict[str, Seen] = {}
    for path in paths:
        for seen in _at(path, library):
            found.setdefault(seen.key, seen)
    return [found[key] for key in sorted(found)]


def compare(
    seen: Iterable[Seen], known: Mapping[str, FileRecord], paths: Iterable[Path], library: Path, current: Iterable[str]
) -> Changes:
    """Sort what was seen. A file is unchanged when its size and its time are, and a reader named in `current` has read
    it, or failed to.

    Only files at or below `paths` can be gone; what lies in a folder that may not be opened is not gone.
    """
    readers = set(current)
    to_read: list[Seen] = []
    unchanged: list[FileRecord] = []
    keys: set[str] = set()
    closed: list[str] = []
    for each in seen:
        keys.add(each.key)
        record = known.get(each.key)
        if each.problem is not None:
            closed.append(each.key)
        if record is None or not _same(each, record) or record.reader not in readers:
            to_read.append(each)
        else:
            unchanged.append(record)
    roots = [key_of(path, library) for path in paths]
    gone = tuple(key for key in sorted(known) if key not in keys and _below(key, roots) and not _below(key, closed))
    return Changes(tuple(to_read), tuple(unchanged), gone)


def key_of(path: Path, library: Path) -> str:
    """The path as the corpus keeps it: relative to the library with "/" inside it, absolute elsewhere."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps its name
    inside = Path(os.path.abspath(library))  # noqa: PTH100
    return absolute.relative_to(inside).as_posix() if absolute.is_relative_to(inside) else str(absolute)


def _same(seen: Seen, record: FileRecord) -> bool:
    if seen.problem is not None or record.reason is Reason.UNREADABLE:
        return False  # rights change without the file
    return seen.size == record.size and seen.mtime_ns == record.mtime_ns


def _below(key: str, roots: Iterable[str]) -> bool:
    for root in roots:
        if root == "." and not Path(key).is_absolute():
            return True
        if key == root or key.startswith((root.rstrip("/") + "/", root.rstrip(os.sep) + os.sep)):
            return True
    return False


def _at(path: Path, library: Path) -> Iterator[Seen]:
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise UsageError(
            f"There is no file or folder at {path}. Check the path, or that its drive is connected."
        ) from error
    except OSError as error:
        yield _closed(path, library, error)
        return
    if not stat.S_ISDIR(status.st_mode):
        yield Seen(path, key_of(path, library), status.st_size, status.st_mtime_ns)
        return
    entered: set[tuple[int, int]] = set()
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in entered and status.st_ino:
                continue  # a link back to where we were
            entered.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield _closed(folder, library, error)
            continue
        for entry in entries:
            if entry.name.startswith((".", "~$")):
                continue
            try:
                if entry.is_dir():
                    waiting.append(folder / entry.name)
                elif entry.name.lower().endswith(".pdf"):
                    status = entry.stat()
                    place = folder / entry.name
                    if stat.S_ISREG(status.st_mode):
                        yield Seen(place, key_of(place, library), status.st_size, status.st_mtime_ns)
                    else:
                        yield Seen(place, key_of(place, library), 0, 0, "not a regular file")
            except OSError as error:
                yield _closed(folder / entry.name, library, error)


def _closed(path: Path, library: Path, error: OSError) -> Seen:
    return Seen(path, key_of(path, library), 0, 0, error.strerror or type(error).__name__)
