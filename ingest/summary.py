"""The result of a run, as counts of files that add up."""

from dataclasses import dataclass
from typing import Any

from corpus.files import Failure, Withdrawal
from corpus.storage.near_duplicates import Pair

PARTS = ("unchanged", "new", "changed", "reread", "moved", "same", "failed", "waiting")
"""Every file that was found belongs to exactly one of these."""


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """`found` is the sum of `unchanged`, `new`, `changed`, `reread`, `moved`, `same`, `failed` and `waiting`.

    `unchanged`: reports read in an earlier run, at the same path. `new`: unknown files that became a report. `changed`:
    known files that now contain another report. `reread`: the same reports, read again by a better reader. `read`: how
    many of these were read in this run. `moved`: known reports under a new name whose old name is gone. `same`:
    additional names of known reports. `failed`: files that could not be read as a report. `waiting`: files that were
    still unread when the run was stopped. `gone`: names that no longer exist. `withdrawn`: the reports that went with
    them. `held_back`: folders that are empty or missing, whose reports were kept. `ocr_pages`: pages read by OCR in
    this run. `failures`: every file that failed, in this run or an earlier one. `new_failures`: those that did not fail
    in the same way before. `unwatched`: folders that contain known reports but are only read when given by name.
    `near_duplicates`: pairs of reports found in this run whose texts are 98% alike. `confinement`: the sandbox of the
    worker processes, "bubblewrap", "landlock", "rlimits" or "none"; "" if nothing was read. `bound`: all parts of the
    sandbox, such as ("bubblewrap", "landlock", "rlimits", "seccomp").
    """

    found: int = 0
    read: int = 0
    new: int = 0
    changed: int = 0
    reread: int = 0
    moved: int = 0
    same: int = 0
    unchanged: int = 0
    failed: int = 0
    waiting: int = 0
    gone: int = 0
    pages: int = 0
    unread_pages: int = 0
    ocr_pages: int = 0
    confinement: str = ""
    bound: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    new_failures: tuple[Failure, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    held_back: tuple[str, ...] = ()
    unwatched: tuple[str, ...] = ()
    near_duplicates: tuple[Pair, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as it is stored in the run record."""
        lists = ("failures", "new_failures", "withdrawn", "held_back", "unwatched", "bound", "near_duplicates")
        return {name: getattr(self, name) for name in self.__slots__ if name not in lists} | {
            "failures": [failure.to_dict() for failure in self.failures],
            "withdrawn": [withdrawal.to_dict() for withdrawal in self.withdrawn],
            "new_failures": [failure.file for failure in self.new_failures],
            "held_back": list(self.held_back),
            "unwatched": list(self.unwatched),
            "bound": list(self.bound),
            "near_duplicates": [pair.to_dict() for pair in self.near_duplicates],
        }
