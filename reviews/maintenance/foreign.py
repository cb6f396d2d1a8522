"""Find files in which a removed report may still be: those that the program did not make and does not read, such as
exports, backups and archives, and those that it has not read, or only in part.
"""

import os
import re
from pathlib import Path

from corpus.reasons import TAKEN_DOWN
from corpus.settings import Settings
from corpus.storage.store import Store
from ingest.discover import key_of
from ingest.portfolio import is_read

_RECORDS = re.compile(r"[^.].*\.(?:json|txt)|begun")
_GENERATIONS = re.compile(r"[0-9]{7,}|CURRENT")


def foreign_files(settings: Settings) -> list[str]:
    """Return the paths of files and folders in the library that others have put there, relative to it.

    In reports/, these are the files that no update reads: hidden ones, and those that are not called `.pdf`.
    """
    places = {
        settings.runs: _RECORDS,
        settings.index: _GENERATIONS,
        settings.collections: re.compile(r"[0-9a-f]{32}\.json|\..*"),
        settings.access: re.compile(r"[0-9-]{10}\.jsonl|\..*"),
    }
    found = [each for each in settings.library.iterdir() if not settings.owns(each)]
    found += [
        each
        for place, ours in places.items()
        if place.is_dir()
        for each in place.iterdir()
        if not ours.fullmatch(each.name)
    ]
    found += _unread(settings.reports)
    return sorted(each.relative_to(settings.library).as_posix() for each in found)


def unread_files(settings: Settings, store: Store) -> list[str]:
    """Return the paths of PDFs that are new, that failed, or that have an attached file that was not read."""
    files = store.files()
    found = {each.file for each in store.failures() if each.reason not in TAKEN_DOWN} | set(store.waiting_files())
    found |= {key_of(path, settings.library) for path in _pdfs(settings.reports)} - files.keys()
    for report in store.reports():
        attached = store.readings.attachments(store.readings.current_of(report.id))
        if not all(is_read(files, report.files, name) for name in attached):
            found.update(report.files)
    return sorted(found)


def _pdfs(reports: Path) -> list[Path]:
    others = set(_unread(reports))
    walked = ((Path(parent) / name for name in names) for parent, _, names in os.walk(reports))
    return [path for some in walked for path in some if not others.intersection((path, *path.parents))]


def _unread(reports: Path) -> list[Path]:
    found = []
    for parent, folders, names in os.walk(reports):
        hidden = [name for name in folders if name.startswith((".", "~$"))]
        folders[:] = [name for name in folders if name not in hidden]
        unread = [name for name in names if name.startswith((".", "~$")) or not name.lower().endswith(".pdf")]
        found += [Path(parent) / name for name in (*hidden, *unread)]
    return found
