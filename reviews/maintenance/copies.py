"""Find the files with the same bytes as a report, whatever their current names."""

import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from corpus.disk.names import real_path
from corpus.settings import Settings
from ingest.discover import key_of


@dataclass(frozen=True, slots=True)
class Copy:
    """A file with the bytes of a report. `key` is its path in the form that the corpus uses.

    `ours` means that it is in the library's reports/, and not a link to somewhere else.
    """

    path: Path
    key: str
    report: str
    ours: bool


def find(settings: Settings, reports: Collection[str], known: Collection[str] = ()) -> list[Copy]:
    """Return every file with the bytes of one of the reports.

    Searches reports/ and the watched folders, including hidden files, and the files whose paths are in `known`.
    """
    ours = Path(os.path.realpath(settings.reports))  # resolve() raises RuntimeError for a link to itself
    found: dict[str, Copy] = {}
    places = [*_files(settings.reports), *(path for folder in settings.folders for path in _files(folder))]
    for path in (*places, *(real_path(settings.library, key) for key in known)):
        key = key_of(path, settings.library)
        with suppress(OSError):  # it is gone, or this user may not read it, in which case no run can read it either
            if key not in found and path.is_file() and (report := _hash(path)) in reports:
                found[key] = Copy(path, key, report, path.resolve().is_relative_to(ours))
    return [found[key] for key in sorted(found)]


def _files(folder: Path) -> Iterator[Path]:
    """Yield every file at or below a folder, whatever its name.

    Links to folders are followed, but no folder is entered twice.
    """
    entered = set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        with suppress(OSError):
            status = Path(parent).stat()
            if (status.st_dev, status.st_ino) in entered and status.st_ino:
                folders.clear()
                continue
            entered.add((status.st_dev, status.st_ino))
        for name in sorted(names):
            with suppress(OSError):
                path = Path(parent) / name
                if stat.S_ISREG(path.stat().st_mode):
                    yield path


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
