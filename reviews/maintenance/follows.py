"""Followed searches, and which of them have new reports since the last run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from corpus.disk.atomic import write_atomic
from corpus.disk.disk_errors import refused
from corpus.disk.regular_file import read_list
from corpus.disk.typed_json import typed
from corpus.errors import Corrupt, NotFound, QueryRefused, ReviewsError, UsageError
from corpus.settings import Settings
from corpus.themes import load_themes
from search.filters import Filters
from search.opening import open_searcher
from search.request import SearchRequest
from search.searcher import Searcher

_MOST = 200
_LONGEST = 80  # characters of a name
_FORM = {"follows": [{"name": str, "query": str, "filters": {str: [str]}, "looked_at": str, "seen": [str]}]}
_ID = 16  # characters of a report's id that are kept


@dataclass(frozen=True, slots=True)
class Followed:
    """A named search.

    `seen` are the starts of the ids of the reports that it found when it was last run, on the day `looked_at`.
    """

    name: str
    query: str
    filters: Filters = field(default_factory=Filters)
    looked_at: str = ""
    seen: frozenset[str] = frozenset()

    def to_dict(self) -> dict[str, Any]:
        typed = {name: list(values) for name, values in self.filters.typed().items()}
        return {
            "name": self.name,
            "query": self.query,
            "filters": typed,
            "looked_at": self.looked_at,
            "seen": sorted(self.seen),
        }


@dataclass(frozen=True, slots=True)
class News:
    """What is new in a followed search.

    `reports` are the starts of the ids of reports that it did not find before. `failed` means that it could not be run.
    """

    name: str
    reports: tuple[str, ...] = ()
    failed: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return a dictionary for the record of a run, which contains names and ids, but no query."""
        return {"name": self.name, "new": list(self.reports), "failed": self.failed}


@dataclass(frozen=True, slots=True)
class Follows:
    """All followed searches of a library, in the order in which they were added."""

    path: Path
    searches: tuple[Followed, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the followed searches. Empty if there is no file."""
        try:
            told = typed(read_list(path), _FORM)
            return cls(path, tuple(_followed(each) for each in told["follows"]))
        except FileNotFoundError:
            return cls(path)
        except OSError as error:
            raise refused(path, error, doing="read") from error
        except (ValueError, UsageError) as error:
            raise Corrupt(
                f"{path} is damaged. Restore it from a backup, or delete it and add the searches again."
            ) from error

    def save(self) -> None:
        """Write the file atomically."""
        told = {"follows": [each.to_dict() for each in self.searches]}
        write_atomic(self.path, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace"))

    def adding(self, searcher: Searcher, name: str, query: str, filters: Filters, today: str) -> Self:
        """Add a search. What it finds now is not new. Raises UsageError or QueryRefused if it cannot be run."""
        name = " ".join(name.split())
        if not name or len(name) > _LONGEST or not name.isprintable():
            raise UsageError(f"A followed search needs a name of at most {_LONGEST} characters. Give it one.")
        if any(each.name.casefold() == name.casefold() for each in self.searches):
            raise UsageError(f"“{name}” is already followed. Choose another name, or `reviews follow remove` it first.")
        if len(self.searches) >= _MOST:
            raise UsageError(f"{_MOST} searches are followed, which is the maximum. Remove one first.")
        asked = Followed(name, query, filters, today)
        return replace(self, searches=(*self.searches, replace(asked, seen=frozenset(_found(searcher, asked)))))

    def without(self, name: str) -> Self:
        """Remove the search with this name."""
        kept = tuple(each for each in self.searches if each.name.casefold() != " ".join(name.split()).casefold())
        if len(kept) == len(self.searches):
            raise NotFound(f"There is no followed search called “{name}”. `reviews follow list` shows them.")
        return replace(self, searches=kept)


def look(settings: Settings) -> list[News]:
    """Return what is new in every followed search. It will not be new the next time."""
    follows = Follows.load(settings.follows)
    if not follows.searches:
        return []
    today = datetime.now(UTC).date().isoformat()
    news, looked_at = [], []
    with open_searcher(settings, load_themes(settings.themes)) as searcher:
        for each in follows.searches:
            try:
                found = _found(searcher, each)
            except ReviewsError:  # such as a theme that no longer exists; the others are still run
                news.append(News(each.name, failed=True))
                looked_at.append(each)
                continue
            news.append(News(each.name, tuple(report for report in found if report not in each.seen)))
            looked_at.append(replace(each, looked_at=today, seen=frozenset(found)))
    replace(follows, searches=tuple(looked_at)).save()
    return news


def _found(searcher: Searcher, asked: Followed) -> list[str]:
    """Return the starts of the ids of the reports that a search finds, the newest report first."""
    request = SearchRequest.everything(asked.query, asked.filters, per_report=0, facets=False, sort="newest")
    if not asked.query.strip() and not asked.filters.typed():
        raise QueryRefused("The search is empty. Give words, or a filter such as --board.")
    return [hit.report.id[:_ID] for hit in searcher.search(request)]


def _followed(told: Mapping[str, Any]) -> Followed:
    filters = Filters.read(told["filters"])
    return Followed(told["name"], told["query"], filters, told["looked_at"], frozenset(told["seen"]))
