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


@dataclass(frozen=True, slots=True)
class Published:
    """sources: how each answered. added: the reports that were collected first within a week, the latest first, each
    with where it was found.
    """

    sources: tuple[SourceState, ...]
    added: tuple[tuple[Report, Publication], ...]

    @classmethod
    def of(cls, store: Store, now: datetime | None = None) -> Self:
        since = ((now or datetime.now(UTC)) - _WEEK).isoformat(timespec="seconds")
        first: dict[str, Publication] = {}
        for each in sorted(store.publications.all(), key=lambda each: each.retrieved):
            first.setdefault(each.report, each)
        added = [(report, first[report.id]) for report in store.reports() if report.id in first]
        new = sorted((pair for pair in added if pair[1].retrieved >= since), key=lambda pair: pair[1].retrieved)
        return cls(tuple(store.publications.sources()), tuple(reversed(new))[:_MOST])

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
