"""The corpus as seen through a cluster: the reports of all libraries published there, and their text.

Only the computer with the files knows about files, withdrawals and boards' pages, from its `corpus.db`. A web server
has no such file, and shows none of this.
"""

import tempfile
from collections.abc import Collection, Sequence
from functools import cached_property, lru_cache
from pathlib import Path

from corpus.catalogue.review_year import YearConflict
from corpus.catalogue.rows import Row
from corpus.errors import NotFound
from corpus.model import ATTACHED_APART, Item, ItemKind, Page, Paragraph, Section, Text
from corpus.paths import LibraryPaths
from corpus.report import Coverage, Report
from corpus.settings import Settings
from corpus.storage.database import Database
from corpus.storage.near_duplicates import NearDuplicates, Pair
from corpus.storage.readings import Readings
from corpus.storage.store import Store
from search.searcher import Searcher


class ClusterStore(Store):
    """A read-only store for a cluster. See `corpus.storage.store`."""

    def __init__(self, database: Database, searcher: Searcher) -> None:
        super().__init__(database)
        self._searcher = searcher
        self.readings = _ClusterReadings(database, searcher)
        self.near_duplicates = _ClusterNearDuplicates(database, searcher)

    @classmethod
    def over(cls, settings: Settings, searcher: Searcher) -> "ClusterStore":
        """Return the corpus behind a searcher, plus what the library's own corpus records, if there is one."""
        path = settings.database if settings.database.exists() else _empty()
        return cls(Database.open(path, read_only=True), searcher)

    def coverage(self) -> Coverage:
        return self._searcher.coverage

    def _described(self) -> tuple[list[Report], list[Row], list[YearConflict]]:
        return sorted(self._searcher.reports(), key=lambda report: report.files), [], []


class _ClusterReadings(Readings):
    """The readings in a cluster.

    See `corpus.storage.readings`. A reading is numbered by its report's position in the order of ids.
    """

    def __init__(self, database: Database, searcher: Searcher) -> None:
        super().__init__(database)
        self._searcher = searcher

    @cached_property
    def _ids(self) -> Sequence[str]:
        return sorted(report.id for report in self._searcher.reports())

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {report: number for number, report in enumerate(self._ids)}

    def current(self) -> list[tuple[int, str]]:
        return list(enumerate(self._ids))

    def reports(self) -> dict[int, str]:
        return dict(enumerate(self._ids))

    def current_of(self, report: str) -> int:
        if report not in self._numbers:
            raise NotFound(f"There is no report {report[:12]}. `reviews reports` lists the reports.")
        return self._numbers[report]

    def text(self, reading: int) -> Text:
        return self._searcher.text(self._ids[reading])

    def paragraphs(self, reading: int, ordinals: Collection[int]) -> list[Paragraph]:
        return self._searcher.paragraphs(self._ids[reading], ordinals)

    def pages(self, reading: int, numbers: Collection[int] | None = None) -> list[Page]:
        return [page for page in self.text(reading).pages if numbers is None or page.number in numbers]

    def sections(self, reading: int, ordinals: Collection[int] | None = None) -> list[Section]:
        return [each for each in self.text(reading).sections if ordinals is None or each.ordinal in ordinals]

    def items(self, reading: int, kind: ItemKind | None = None) -> list[Item]:
        return self._searcher.items(self._ids[reading], kind)

    def attachments(self, reading: int) -> list[str]:
        found = self.text(reading).found.get("attachments")
        return found.value.split(ATTACHED_APART) if found else []


class _ClusterNearDuplicates(NearDuplicates):
    """The near-duplicates in a cluster. See `corpus.storage.near_duplicates`."""

    def __init__(self, database: Database, searcher: Searcher) -> None:
        super().__init__(database)
        self._searcher = searcher

    def pairs(self) -> list[Pair]:
        return self._searcher.near_duplicates()


@lru_cache(1)
def _empty() -> Path:
    """Return the path of an empty corpus, which exists as long as this process."""
    folder = tempfile.TemporaryDirectory(prefix="reviews-")
    _KEPT.append(folder)
    path = LibraryPaths(Path(folder.name)).database
    Store.open(path, create=True).close()
    return path


_KEPT: list[object] = []  # a temporary folder is deleted with its object
