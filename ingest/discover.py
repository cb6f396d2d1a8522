"""Find the PDFs on disk, and sort them into new, changed, unchanged and gone since the last run.

A folder that cannot be opened, or is suddenly empty, may be a network share that is not mounted. Its reports are kept
unless withdrawals are allowed.
"""

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from corpus.disk.names import real_path, safe_name
from corpus.errors import UsageError
from corpus.files import FileRecord
from corpus.reasons import Reason
from corpus.settings import Settings
from ingest import portfolio

_MANY = 5
"""The number of files that a subfolder must lose at once for this to be treated as an accident."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A file on disk.

    `key` is its path in the form that the corpus uses. `problem` says why it cannot be examined, or is None.
    """

    path: Path
    key: str
    size: int
    mtime_ns: int
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """The differences between the disk and the last run.

    They comprise the files to read, the unchanged files, the paths of files that are gone, and the folders whose files
    are missing but not treated as gone.
    """

    to_read: tuple[Seen, ...]
    unchanged: tuple[FileRecord, ...]
    gone: tuple[str, ...]
    held_back: tuple[str, ...] = ()


def look(paths: Iterable[Path], library: Path, known: Iterable[str] = ()) -> list[Seen]:
    """Return every PDF at or below `paths` once, sorted by path.

    Hidden files and folders are skipped. A file given by name is included even if its name does not end in .pdf. Links
    are followed, but no folder is entered twice. Raises UsageError when a path does not exist and nothing below it is
    `known`.
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
    """Sort the files found on disk into `Changes`.

    A file is unchanged if it has the same size and modification time, and a reader in `current` has already tried to
    read it. With `verify`, the bytes are compared as well. Only files at or below `paths` can be gone. Files in a
    folder that cannot be opened, is missing or is suddenly empty are kept unless withdrawals are allowed.
    """
    readers = set(current)
    to_read: list[Seen] = []
    unchanged: list[FileRecord] = []
    keys: set[str] = set()
    closed: list[str] = []
    again = portfolio.stale(known, readers)
    for each in seen:
        keys.add(each.key)
        record = known.get(each.key)
        if each.problem is not None:
            closed.append(each.key)
        same = record is not None and _same(each, record) and record.reader in readers
        if record is None or not same or each.key in again or (verify and _altered(each, record)):
            to_read.append(each)
        else:
            unchanged.append(record)
    unchanged += [known[key] for key in portfolio.inside(known, {record.path for record in unchanged})]
    roots = [key_of(path, library) for path in paths]
    held = set(portfolio.inside(known, keys))  # what happened to them is only known after the containing file was read
    missing = [key for key in sorted(known) if key not in keys and key not in held and below(key, roots)]
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
        return True  # reading it will give the reason


def _emptied(missing: Iterable[str], seen: set[str], roots: Iterable[str], library: Path) -> Iterator[str]:
    """Yield the folders that lost all their files at once, as happens when a share is not mounted.

    These are searched folders that contain no PDF, and folders below them that exist but are empty.
    """
    for root in roots:
        if not any(below(key, [root]) for key in seen):
            yield root
    lost = Counter(str(PurePath(key).parent) for key in missing)
    for folder, files in lost.items():
        try:
            if files >= _MANY and not any(real_path(library, folder).iterdir()):
                yield PurePath(folder).as_posix() if not PurePath(folder).is_absolute() else folder
        except OSError:
            continue  # it has been deleted


def key_of(path: Path, library: Path) -> str:
    """Return the path in the form that the corpus uses: relative to the library with "/" if inside it, otherwise
    absolute.
    """
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps its name
    inside = Path(os.path.abspath(library))  # noqa: PTH100 - likewise
    return safe_name(absolute.relative_to(inside).as_posix() if absolute.is_relative_to(inside) else absolute)


def watched(settings: Settings) -> list[Path]:
    """Return the folders that are searched by default: the library's own, and those in its settings."""
    return [settings.reports, *settings.folders]


def unwatched(keys: Iterable[str], settings: Settings) -> tuple[str, ...]:
    """Return the paths that are only searched when given by name, without any path below another.

    All paths are in the form that the corpus uses.
    """
    roots = [key_of(path, settings.library) for path in watched(settings)]
    outside = {key for key in keys if not below(key, roots)}
    return tuple(key for key in sorted(outside) if outside.isdisjoint(map(str, PurePath(key).parents)))


def _same(seen: Seen, record: FileRecord) -> bool:
    if seen.problem is not None or record.reason is Reason.UNREADABLE:
        return False  # permissions can change without the file
    return seen.size == record.size and seen.mtime_ns == record.mtime_ns


def below(key: str, roots: Iterable[str]) -> bool:
    """Return whether a path is one of the roots or below one. All paths are in the form that the corpus uses."""
    for root in roots:
        if root == "." and not Path(key).is_absolute():
            return True
        if key == root or key.startswith((root.rstrip("/") + "/", root.rstrip(os.sep) + os.sep)):
            return True
    return False


def _at(path: Path, library: Path, known: Iterable[str]) -> Iterator[Seen]:
    """Yield the PDFs at or below one path given by the caller."""
    try:
        status = path.stat()
    except FileNotFoundError as error:
        if not any(below(key, [key_of(path, library)]) for key in known):
            raise UsageError(
                f"There is no file or folder at {safe_name(path)}. Check the path, and that its drive is connected."
            ) from error
        yield _closed(path, library, error)
    except OSError as error:
        yield _closed(path, library, error)
    else:
        if stat.S_ISDIR(status.st_mode):
            yield from _below(path, library)
        else:
            yield Seen(path, key_of(path, library), status.st_size, status.st_mtime_ns)


def _below(path: Path, library: Path) -> Iterator[Seen]:
    """Yield the PDFs in a folder and its subfolders. Links are followed, but no folder is entered twice."""
    entered: set[tuple[int, int]] = set()
    waiting = [path]
    while waiting:
        folder = waiting.pop()
        try:
            entries = _entries(folder, entered)
        except OSError as error:
            yield _closed(folder, library, error)
            continue
        for entry in entries:
            try:
                if entry.is_dir():
                    waiting.append(folder / entry.name)
                elif entry.name.lower().endswith(".pdf"):
                    yield _seen(folder / entry.name, library, entry.stat())
            except OSError as error:
                yield _closed(folder / entry.name, library, error)


def _entries(folder: Path, entered: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    """Return the entries of a folder sorted by name, without hidden files. Empty if the folder was already entered."""
    status = folder.stat()
    if (status.st_dev, status.st_ino) in entered and status.st_ino:
        return []  # a link back to a folder that was already entered
    entered.add((status.st_dev, status.st_ino))
    with os.scandir(folder) as listing:
        return sorted(
            (entry for entry in listing if not entry.name.startswith((".", "~$"))), key=lambda entry: entry.name
        )


def _seen(path: Path, library: Path, status: os.stat_result) -> Seen:
    if stat.S_ISREG(status.st_mode):
        return Seen(path, key_of(path, library), status.st_size, status.st_mtime_ns)
    return Seen(path, key_of(path, library), 0, 0, "not a regular file")


def _closed(path: Path, library: Path, error: OSError) -> Seen:
    return Seen(path, key_of(path, library), 0, 0, error.strerror or type(error).__name__)
