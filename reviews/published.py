"""Where the reports of a library were published, what was new this week, and how the boards' pages responded."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from corpus.publications import Publication, SourceState
from corpus.report import Report
from corpus.storage.store import Store

_WEEK = timedelta(days=7)
_MOST = 200  # maximum reports of a week that are listed


@dataclass(frozen=True, slots=True)
class Places:
    """Where one report was published.

    `editions` are other reports of the library that are or were at the same addresses, each with its publication.
    """

    publications: tuple[Publication, ...]
    editions: tuple[tuple[Report, Publication], ...]

    @classmethod
    def of(cls, store: Store, report: str) -> Self:
        """Return where a report was published. `report` is its full id."""
        editions = store.publications.editions(report)
        held = {each.id: each for each in store.reports()} if editions else {}
        found = [(held[each.report], each) for each in editions if each.report in held]
        return cls(tuple(store.publications.of(report)), tuple(found))


def first_this_week(store: Store, now: datetime | None = None) -> dict[str, Publication]:
    """Return the reports (full ids) first collected within the last week, each with where it was found."""
    since = ((now or datetime.now(UTC)) - _WEEK).isoformat(timespec="seconds")
    first: dict[str, Publication] = {}
    for each in sorted(store.publications.all(), key=lambda each: each.retrieved):
        first.setdefault(each.report, each)
    return {report: each for report, each in first.items() if each.retrieved >= since}


@dataclass(frozen=True, slots=True)
class Published:
    """What boards have published.

    `sources` is how each of them responded. `added` are the reports first collected within the last week, the latest
    first, each with where it was found.
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
        """Return the data as it appears in the JSON API."""
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
