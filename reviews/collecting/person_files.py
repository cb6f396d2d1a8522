"""The collections of each person on the server: references and notes, in one private file per person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from corpus.disk.atomic import write_atomic
from corpus.disk.disk_errors import refused
from corpus.disk.locked_file import locked
from corpus.disk.regular_file import read_list
from corpus.disk.typed_json import typed
from corpus.errors import FileCorrupt, LimitHit, UsageError
from corpus.paths import LibraryPaths
from corpus.removals import Removals
from reviews.collecting import json_format
from reviews.collecting.collection import Collected

_PATIENCE = 10.0  # seconds that a person waits for others who are saving at the same moment


class PersonFile:
    """The collections that one person has saved. `person` is the name they signed in with."""

    def __init__(self, library: Path, person: str) -> None:
        paths = LibraryPaths(library)
        self._folder, self._removals = paths.collections, paths.removals
        self._lock = paths.collections_lock
        name = hashlib.sha256(person.casefold().encode("utf-8", "replace")).hexdigest()[:32]
        self._path = self._folder / f"{name}.json"
        self._person = person

    def read(self) -> Collected:
        """Return everything that the person has collected."""
        return _read(self._path) or Collected()

    def change(self, act: Callable[[Collected], Collected]) -> Collected:
        """Change the collections, one change at a time. Raises what `act` raises, in which case nothing is changed.

        A removal holds the same lock, so nothing is written about a report after it has been removed.
        """
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise refused(self._folder, error, doing="created") from error
        with locked(self._lock, _PATIENCE, _too_many()):
            gone = Removals.load(self._removals).final
            changed = act(self.read()).forgetting(_among(gone))
            _write(self._path, changed, self._person)
        return changed


def forget(library: Path, reports: Collection[str]) -> None:
    """Delete the notes on removed reports (full ids), and their digests, from all collections.

    The reference stays, so that the collection can show that the report was removed.
    """
    folder = LibraryPaths(library).collections
    if not folder.is_dir():
        return
    with locked(LibraryPaths(library).collections_lock, _PATIENCE, _too_many()):
        for left in folder.glob(".*.json.*"):  # half-written by a process that was killed
            with suppress(FileNotFoundError):
                left.unlink()
        for path in sorted(folder.glob("*.json")):
            try:
                held = _read(path)
            except FileCorrupt:  # it may contain anything, and nobody can read it
                path.unlink(missing_ok=True)
                continue
            changed = held.forgetting(_among(reports)) if held else held
            if changed is not None and changed != held:
                _write(path, changed, _value(path).get("person", ""))


def _among(reports: Collection[str]) -> Callable[[str], bool]:
    """Return a function that checks whether an id, or its first 16 characters, belongs to one of the reports."""
    starts = {report[:16] for report in reports}
    return lambda report: report[:16] in starts


def _too_many() -> LimitHit:
    return LimitHit("Too many people are saving at the moment. Wait a minute, then try again.")


def _read(path: Path) -> Collected | None:
    try:
        return json_format.from_dict(_value(path))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refused(path, error, doing="read") from error
    except (ValueError, UsageError) as error:
        raise FileCorrupt(f"{path} is damaged. Restore it from a backup, or delete it to start again.") from error


def _value(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = typed(read_list(path), {"person?": str, "collections": [object]})
    return value


def _write(path: Path, collected: Collected, person: str) -> None:
    told = {"person": person, **json_format.to_dict(collected)}
    write_atomic(path, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace"))
