"""Find files in a library that the program did not make and does not read, such as exports, backups and archives."""

import os
import re
from pathlib import Path

from corpus.settings import Settings

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


def _unread(reports: Path) -> list[Path]:
    found = []
    for parent, folders, names in os.walk(reports):
        hidden = [name for name in folders if name.startswith((".", "~$"))]
        folders[:] = [name for name in folders if name not in hidden]
        unread = [name for name in names if name.startswith((".", "~$")) or not name.lower().endswith(".pdf")]
        found += [Path(parent) / name for name in (*hidden, *unread)]
    return found
