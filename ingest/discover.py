"""Which files are there, and which of them are new, changed, unchanged or gone since the last run?

A folder that does not open, or that is suddenly empty, may be a network share that was not mounted: what was in it is
not gone but held back, until somebody says otherwise.
"""

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from corpus.errors import UsageError
from corpus.model import FileRecord, Reason
from corpus.names import real_path, safe_name
from corpus.settings import Settings

_MANY = 5
"""Files that a folder below the one that is searched must have lost at once before that is taken for an accident."""


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
    gone, and folders whose files are not taken to be gone although they are not there."""

    to_read: tuple[Seen, ...]
    unchanged: tuple[FileRecord, ...]
    gone: tuple[str, ...]
    held_back: tuple[str, ...] = ()


def look(paths: Iterable[Path], library: Path, known: Iterable[str] = ()) -> list[Seen]:
    """Every PDF at or below `paths`, each once, in order of path. Hidden files and folders are left out; a file that
    is named is taken whatever it is called. A link is followed, a circle of links only once.

    Raises UsageError when a path is not there and nothing of it is `known`.
    """
    found: dict[str, Seen] = {}
    keys = list(known)
    for path in paths:
        for seen in _at(path, library, keys):
            found.setdefault(seen.key, seen)
    return [found[key] for key in sorted(found)]


def compare(
    seen: Iterable[Seen],
    known: Mapping[str, FileRecord],
    paths: Iterable[Path],
    library: Path,
    current: Iterable[str],
    *,
    verify: bool = False,
    allow_withdrawals: bool = False,
) -> Changes:
    """Sort what was seen. A file is unchanged when its size and its time are, and a reader named in `current` has read
    it, or failed to. verify: and its bytes are those that were read.

    Only files at or below `paths` can be gone; what lies in a folder that may not be opened, is not there or is empty
    all at once is held back, unless withdrawals are allowed.
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
        same = record is not None and _same(each, record) and record.reader in readers
        if record is None or not same or (verify and _altered(each, record)):
            to_read.append(each)
        else:
            unchanged.append(record)
    roots = [key_of(path, library) for path in paths]
    missing = [key for key in sorted(known) if key not in keys and below(key, roots)]
    if allow_withdrawals:
        return Changes(tuple(to_read), tuple(unchanged), tuple(missing))
    shut = [
        root for root in [*closed, *_emptied(missing, keys, roots, library)] if any(below(k, [root]) for k in missing)
    ]
    gone = tuple(key for key in missing if not below(key, shut))
    return Changes(tuple(to_read), tuple(unchanged), gone, tuple(sorted(set(shut))))


def _altered(seen: Seen, record: FileRecord) -> bool:
    if record.report is None:
        return False
    try:
        with seen.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() != record.report
    except OSError:
        return True  # reading it will say why


def _emptied(missing: Iterable[str], seen: set[str], roots: Iterable[str], library: Path) -> Iterator[str]:
    """The folders that have lost all their files at once, as the place of a share does that was not mounted: a folder
    that is searched and holds no PDF at all, and one below it that is there with nothing whatever inside."""
    for root in roots:
        if not any(below(key, [root]) for key in seen):
            yield root
    lost = Counter(str(PurePath(key).parent) for key in missing)
    for folder, files in lost.items():
        try:
            if files >= _MANY and not any(real_path(library, folder).iterdir()):
                yield PurePath(folder).as_posix() if not PurePath(folder).is_absolute() else folder
        except OSError:
            continue  # it is not there: somebody took it away


def key_of(path: Path, library: Path) -> str:
    """The path as the corpus keeps it: clean text, relative to the library with "/" inside it, absolute elsewhere."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps its name
    inside = Path(os.path.abspath(library))  # noqa: PTH100
    return safe_name(absolute.relative_to(inside).as_posix() if absolute.is_relative_to(inside) else absolute)


def watched(settings: Settings) -> list[Path]:
    """What is looked at when nothing is named: the library's own folder, and those of its settings."""
    return [settings.reports, *settings.folders]


def unwatched(keys: Iterable[str], settings: Settings) -> tuple[str, ...]:
    """Of the paths, as the corpus keeps them, those that are not looked at unless they are named, without any that lies
    below another."""
    roots = [key_of(path, settings.library) for path in watched(settings)]
    outside = {key for key in keys if not below(key, roots)}
    return tuple(key for key in sorted(outside) if outside.isdisjoint(map(str, PurePath(key).parents)))


def _same(seen: Seen, record: FileRecord) -> bool:
    if seen.problem is not None or record.reason is Reason.UNREADABLE:
        return False  # rights change without the file
    return seen.size == record.size and seen.mtime_ns == record.mtime_ns


def below(key: str, roots: Iterable[str]) -> bool:
    """Whether a path is one of the roots or lies below one, all of them as the corpus keeps them."""
    for root in roots:
        if root == "." and not Path(key).is_absolute():
            return True
        if key == root or key.startswith((root.rstrip("/") + "/", root.rstrip(os.sep) + os.sep)):
            return True
    return False


def _at(path: Path, library: Path, known: Iterable[str]) -> Iterator[Seen]:
    try:
        status = path.stat()
    except FileNotFoundError as error:
        if any(below(key, [key_of(path, library)]) for key in known):
            yield _closed(path, library, error)
            return
        raise UsageError(
            f"There is no file or folder at {safe_name(path)}. Check the path, and that its drive is connected."
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
