"""The counts of a collecting run, which add up to the number of documents that the sources list."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ingest.collect.troubles import PASSING, SENTENCES, Trouble

PARTS = (
    "known", "unchanged", "new", "replaced", "moved", "same", "left_out", "removed", "gone", "failed", "waiting",
)  # fmt: skip
"""What happened to each document that the sources list. The counts add up to `listed`.

known: unchanged when last checked, and not requested this time. unchanged: requested, and unchanged. same: a copy of a
report in the library. removed: a report that was removed from this library. gone: listed, but no longer at its address.
waiting: the run had no time for it.
"""


@dataclass(frozen=True, slots=True)
class CollectFailure:
    """An address that could not be fetched. `page` is True for a page of the list."""

    source: str
    url: str
    trouble: Trouble
    page: bool

    def to_dict(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "url": self.url,
            "reason": self.trouble.value,
            "explanation": SENTENCES[self.trouble],
            "page": self.page,
            "passing": self.trouble in PASSING,
        }


@dataclass(slots=True)
class CollectSummary:
    """The counts of a run. `sources` were crawled, and `answered` of them responded with all their pages.

    `counts` holds the totals by part. `new`, `replaced`, `withdrawn` and `back` hold report ids, and `would` (a dry
    run) holds addresses. `left_out` counts the documents skipped, by kind.
    """

    sources: int = 0
    answered: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[CollectFailure] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    would: list[tuple[str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    dry_run: bool = False

    @property
    def listed(self) -> int:
        """The number of documents that the sources list."""
        return self.counts.total()

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as it appears in the run record and in JSON."""
        told = {
            "sources": self.sources,
            "answered": self.answered,
            "listed": self.listed,
            **{part: self.counts[part] for part in PARTS},
            "new_reports": self.new,
            "replaced_reports": self.replaced,
            "withdrawn_reports": self.withdrawn,
            "back_reports": self.back,
            "left_out_kinds": dict(sorted(self.left_out.items())),
            "failures": [each.to_dict() for each in self.failures],
        }
        return {**told, "dry_run": True, "would_fetch": [list(each) for each in self.would]} if self.dry_run else told
