"""The list of permanently removed reports, stored next to the corpus: `removals.json`.

The corpus has the same list. This one is separate, so that restoring the corpus from a backup does not bring a removed
report back. It contains ids, dates and reasons, and fingerprints by which a copy with slightly different bytes is
recognised, but no text, title or file name.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self

from corpus.disk.atomic import write_atomic
from corpus.disk.disk_errors import refused
from corpus.disk.regular_file import read_list
from corpus.disk.typed_json import typed
from corpus.errors import Corrupt
from corpus.likeness import ALMOST, Fingerprint, fingerprint, likeness

State = Literal["planned", "begun", "done"]

_ENTRY = {
    "report": str,
    "date": str,
    "reason": str,
    "at": str,
    "revision": int,
    "state": str,
    "readings": [int],
    "fingerprint": [int],
}
_FORM = {"salt": str, "removals": [_ENTRY]}
_LAST_READING = 2**31


@dataclass(frozen=True, slots=True)
class Entry:
    """A report that is removed.

    `state` is "planned" until the corpus has deleted it, and "begun" until nothing of it is left in the library. `at`
    is when, in UTC, ISO 8601. `revision` is the revision of the corpus that deleted it. `readings` are the numbers of
    its readings, and `fingerprint` is that of its text; both are empty if unknown.
    """

    report: str
    date: str
    reason: str
    at: str
    revision: int = 0
    state: State = "planned"
    readings: tuple[int, ...] = ()
    fingerprint: Fingerprint = ()


@dataclass(frozen=True, slots=True)
class Removals:
    """All removals, by report. `salt` is the salt of the fingerprints."""

    path: Path
    entries: Mapping[str, Entry] = field(default_factory=dict)
    salt: bytes = b""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the list, which is empty if the file does not exist.

        Raises Corrupt if it is damaged, because continuing without it could bring a removed report back.
        """
        try:
            told = typed(read_list(path), _FORM)
            entries = [_entry(each) for each in told["removals"]]
            return cls(path, {entry.report: entry for entry in entries}, bytes.fromhex(told["salt"]))
        except FileNotFoundError:
            return cls(path, {}, os.urandom(16))
        except OSError as error:
            raise refused(path, error, doing="read") from error
        except ValueError as error:
            raise Corrupt(
                f"{path} is damaged, so it is not known which reports were removed. Restore it from a backup. Where "
                "there is none, move it away and run `reviews update`, which writes it anew from the corpus."
            ) from error

    def save(self) -> None:
        """Write the list atomically. Raises LimitHit."""
        told = {"salt": self.salt.hex(), "removals": [asdict(self.entries[each]) for each in sorted(self.entries)]}
        write_atomic(self.path, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode())

    def having(self, entries: Iterable[Entry]) -> Self:
        """Return the list with these entries added or replaced."""
        return replace(self, entries={**self.entries, **{entry.report: entry for entry in entries}})

    def without(self, reports: Iterable[str]) -> Self:
        """Return the list without these reports."""
        gone = set(reports)
        return replace(self, entries={each: entry for each, entry in self.entries.items() if each not in gone})

    @property
    def final(self) -> dict[str, Entry]:
        """Return the removals that are irrevocable: all except those that are only planned."""
        return {each: entry for each, entry in self.entries.items() if entry.state != "planned"}

    def fingerprint(self, paragraphs: Iterable[str]) -> Fingerprint:
        """Return the fingerprint of a text, in the same form as in the entries."""
        return fingerprint(paragraphs, self.salt)

    def almost(self, paragraphs: Iterable[str]) -> Entry | None:
        """Return the removed report whose text is almost identical, or None."""
        known = [entry for entry in self.final.values() if entry.fingerprint]
        if not known:
            return None
        asked = self.fingerprint(paragraphs)
        nearest = max(known, key=lambda entry: likeness(entry.fingerprint, asked))
        return nearest if likeness(nearest.fingerprint, asked) >= ALMOST else None


def _entry(told: Mapping[str, Any]) -> Entry:
    if told["state"] not in ("planned", "begun", "done"):
        raise ValueError("not an entry")
    numbers = {name: tuple(told[name]) for name in ("readings", "fingerprint")}
    if not all(0 < number <= _LAST_READING for number in numbers["readings"]):
        raise ValueError("not a reading")
    return Entry(**{name: told[name] for name in _ENTRY} | numbers)
