"""Where the reports of a library were published, what came this week, and how the boards' pages answered."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from corpus.publications import Publication, SourceState
from corpus.report import Report
from corpus.storage.store import Store

_WEEK = timedelta(days=7)
_MOST = 200  # reports of a week that are listed


@dataclass(frozen=True, slots=True)
class Places:
    """Where one report was published. editions: what else was or is at its addresses, if it is in the library, with the
    publication of each.
    """

    publications: tuple[Publication, ...]
    editions: tuple[tuple[Report, Publication], ...]

    @classmethod
    def of(cls, store: Store, report: str) -> Self:
        """report: its full id."""
        held = {each.id: each for each in store.reports()}
        found = [(held[each.report], each) for each in store.publications.editions(report) if each.report in held]
        return cls(tuple(store.publications.of(report)), tuple(found))


def first_this_week(store: Store, now: datetime | None = None) -> dict[str, Publication]:
    """The reports (full ids) that were collected for the first time within a week, each with where it was found."""
    since = ((now or datetime.now(UTC)) - _WEEK).isoformat(timespec="seconds")
    first: dict[str, Publication] = {}
    for each in sorted(store.publications.all(), key=lambda each: each.retrieved):
        first.setdefault(each.report, each)
    return {report: each for report, each in first.items() if each.retrieved >= since}


@dataclass(frozen=True, slots=True)
class Published:
    """sources: how each answered. added: the reports that were collected first within a week, the latest first, each
    with where it was found.
    """

    sources: tuple[SourceState, ...]
    added: tuple[tuple[Report, Publication], ...]

    @classmethod
    def of(cls, store: Store, now: datetime | None = None) -> Self:
        new = first_this_week(store, now)
        added = [(report, new[report.id]) for report in store.reports() if report.id in new]
        added.sort(key=lambda pair: pair[1].retrieved, reverse=True)
        return cls(tuple(store.publications.sources()), tuple(added[:_MOST]))

    def to_dict(self) -> dict[str, Any]:
        """The same as the JSON API shows it."""
        added = [
            {
                "report": report.id,
                "title": report.title,
                "source": each.source,
                "url": each.url,
                "retrieved": each.retrieved,
            }
            for report, each in self.added
        ]
        return {"sources": [state.to_dict() for state in self.sources], "added": added}
