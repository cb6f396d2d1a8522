"""A library to collect into, and nights of collecting from the test web."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus.layout import create_library
from corpus.publications import Publication, SourceState
from corpus.settings import Settings, load_settings
from corpus.storage.store import Store
from ingest.collect.run import collect
from ingest.collect.sources import Source
from ingest.collect.summary import CollectSummary
from tests.ingest.collect.web import Asked, Web

FIRST = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


@dataclass
class Night:
    """The results of one run: what was done, which requests were sent, and what the library contains afterwards."""

    done: CollectSummary
    asked: list[Asked]
    publications: list[Publication]
    states: dict[str, SourceState]
    files: list[str]

    def at(self, place: str) -> Publication:
        """Return the only publication whose address ends in `place`."""
        (found,) = [each for each in self.publications if each.url.endswith(place)]
        return found

    def cells(self, place: str) -> dict[str, str]:
        return dict(self.at(place).cells)

    def trouble(self, place: str) -> str:
        (found,) = [each.trouble.value for each in self.done.failures if each.url.endswith(place)]
        return found

    def times_asked(self, place: str) -> int:
        return sum(each.place == place for each in self.asked)


@dataclass
class Nights:
    """A library that is collected into on consecutive nights, a day apart by default."""

    folder: Path
    web: Web
    settings: Settings = field(init=False)
    day: int = 0

    def __post_init__(self) -> None:
        create_library(self.folder)
        self.settings = self.with_settings()

    def with_settings(self, **changed: object) -> Settings:
        usual = {"collect_contact": "team@library.example", "collect_delay": 0.001}
        return load_settings(self.folder, **(usual | changed))

    def run(
        self, sources: Sequence[Source], *, days: int = 1, settings: Settings | None = None, dry_run: bool = False
    ) -> Night:
        self.day += days
        self.web.taken_log()
        used = settings or self.settings
        with Store.open(used.database) as store:
            now = FIRST + timedelta(days=self.day)
            done = collect(store, used, sources, allowance=self.web.allowance(), now=lambda: now, dry_run=dry_run)
            states = {state.name: state for state in store.publications.sources()}
            files = sorted(path.name for path in used.collected.glob("*"))
            return Night(done, self.web.taken_log(), store.publications.all(), states, files)


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with Web().served() as served:
        yield served


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, web: Web) -> Nights:
    return Nights(tmp_path_factory.mktemp("nights") / "library", web)
