"""What became of every file of a run, in numbers that add up."""

from dataclasses import dataclass
from typing import Any

from corpus.files import Failure, Withdrawal

PARTS = ("unchanged", "new", "changed", "reread", "moved", "same", "failed")
"""Every file that was found is exactly one of these."""


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """`found` is the sum of `unchanged`, `new`, `changed`, `reread`, `moved`, `same` and `failed`.

    unchanged: reports that were read before, where they were. new: files that were not known and became a report.
    changed: known files that are another report now. reread: the same reports, read anew by a better reader. read: how
    many of these were read now. moved: known reports under a new name, their old name being gone. same: other names
    of a report that is held. failed: files that are no report.
    gone: names that are no longer there. withdrawn: the reports that went with them. held_back: folders that are empty
    or not there, whose reports were not taken to be withdrawn. ocr_pages: read by OCR now.
    failures: one for each that failed, also in earlier runs; new_failures: those that did not fail so before.
    unwatched: folders of which reports are held, and which are read only when they are named.
    confinement: how the reading processes were bound:
    "bubblewrap", "rlimits" or "none"; "" when there was nothing to read.
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
    gone: int = 0
    pages: int = 0
    unread_pages: int = 0
    ocr_pages: int = 0
    confinement: str = ""
    failures: tuple[Failure, ...] = ()
    new_failures: tuple[Failure, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    held_back: tuple[str, ...] = ()
    unwatched: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The summary as the record of a run keeps it."""
        lists = ("failures", "new_failures", "withdrawn", "held_back", "unwatched")
        return {name: getattr(self, name) for name in self.__slots__ if name not in lists} | {
            "failures": [failure.to_dict() for failure in self.failures],
            "withdrawn": [withdrawal.to_dict() for withdrawal in self.withdrawn],
            "new_failures": [failure.file for failure in self.new_failures],
            "held_back": list(self.held_back),
            "unwatched": list(self.unwatched),
        }
