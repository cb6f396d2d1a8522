"""Collect reports: crawl the sources, keep what is new, and work out what has changed.

Only this process writes to the corpus. A fetched PDF stays in the staging folder with its event next to it until both
have been processed, so that a killed run does not fetch anything twice.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from corpus.disk.atomic import move_atomic
from corpus.disk.disk_errors import refused
from corpus.disk.names import real_path
from corpus.disk.regular_file import read_list
from corpus.disk.typed_json import typed
from corpus.publications import PageState, Publication
from corpus.removals import Removals
from corpus.settings import Settings
from corpus.storage.publications import address_digest
from corpus.storage.store import Store
from ingest.collect.addresses import NOTHING_MORE, Allowance
from ingest.collect.conclusions import Conclusions
from ingest.collect.crawl import crawl, no_crawler
from ingest.collect.file_names import file_name
from ingest.collect.listing_rows import rows
from ingest.collect.protocol import (
    Ended,
    Event,
    Failed,
    Fetched,
    Known,
    Link,
    Noted,
    PageRead,
    Task,
    event_of,
    link_of,
)
from ingest.collect.sources import Source
from ingest.collect.summary import CollectFailure, CollectSummary
from ingest.collect.troubles import Trouble

Progress = Callable[[str, int, int], None]


def collect(
    store: Store,
    settings: Settings,
    sources: Sequence[Source],
    *,
    dry_run: bool = False,
    allowance: Allowance = NOTHING_MORE,
    progress: Progress = lambda step, done, total: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    done: CollectSummary | None = None,
) -> CollectSummary:
    """Bring the library's collected reports up to date with what the sources list.

    The PDFs are written to `settings.collected`, and the next update reads them. With `dry_run`, only pages are fetched
    and nothing changes. `done` is updated throughout the run, so that the caller still has the counts if an error ends
    it.
    """
    run = _Run(store, settings, sources, now(), CollectSummary() if done is None else done, dry_run=dry_run)
    if not dry_run:
        with no_crawler(settings):
            run.adopt()
    asked = crawl(
        [run.task(source) for source in sources],
        settings,
        salt=run.salt,
        refused=sorted(store.publications.refused(run.long_ago)),
        only_list=dry_run,
        allowance=allowance,
    )
    ended = 0
    progress("collecting from sources", 0, len(sources))
    try:
        for event in asked:
            run.take(event)
            if isinstance(event, Ended):
                ended += 1
                progress("collecting from sources", ended, len(sources))
    finally:
        asked.close()
        run.conclude()
    return run.done


class _Run:
    """One run: receives events and writes the results."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        sources: Sequence[Source],
        now: datetime,
        done: CollectSummary,
        *,
        dry_run: bool,
    ) -> None:
        self._store = store
        self._settings = settings
        self._sources = {source.name: source for source in sources}
        self._removals = Removals.load(settings.removals)
        self._removed = {*self._removals.final, *(each.report for each in store.removals())}
        self._at = now.isoformat(timespec="seconds")
        self._dry_run = dry_run
        self._held = {record.report: record.path for record in store.files().values() if record.report}
        self._published = {(each.source, each.url, each.report): each for each in store.publications.all()}
        self._conclusions = Conclusions(store, settings, self._sources, self._published, self._at, done)
        self.long_ago = (now - timedelta(days=settings.collect_recheck_days)).isoformat(timespec="seconds")
        self.done = done
        done.sources, done.dry_run = len(sources), dry_run

    @property
    def salt(self) -> bytes:
        return self._removals.salt

    def task(self, source: Source) -> Task:
        """Return what the crawling process needs to know about a source."""
        pages = {page.url: self._known_page(page) for page in self._store.publications.pages(source.name)}
        documents = {
            each.url: self._known(each)
            for each in self._published.values()
            if each.source == source.name and not each.replaced
        }
        return Task(asdict(source), pages, documents)

    def _known(self, each: Publication) -> Known:
        """Return a document known from an earlier run. If its file is lost, it will be fetched again."""
        if each.report not in self._held and not real_path(self._settings.library, each.file).exists():
            return Known()
        return Known(each.etag, each.modified, bool(each.withdrawn) or each.checked < self.long_ago)

    def _known_page(self, page: PageState) -> Known:
        """Return what is known about a page. One whose links were changed in the corpus is read again."""
        try:
            return Known(page.etag, page.modified, page.checked < self.long_ago, _links(page))
        except ValueError:
            return Known()

    def adopt(self) -> None:
        """Process what an interrupted run has fetched, and empty the staging folder."""
        folder = self._settings.collecting
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            self._settings.collected.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in sorted(folder.glob("*.json")):
                with suppress(ValueError):
                    event = event_of(read_list(path))
                    if isinstance(event, Fetched) and event.source in self._sources:
                        self._fetched(event)
            for path in folder.iterdir():
                path.unlink()
        except OSError as error:
            raise refused(folder, error) from error

    def take(self, event: Event) -> None:
        """Process one event."""
        if isinstance(event, Failed):
            self._conclusions.fail(CollectFailure(event.source, event.url, event.trouble, event.page))
        elif isinstance(event, Ended):
            self._conclusions.ended.append(event)
        elif isinstance(event, Noted):
            self._conclusions.note(event)
        elif self._dry_run:
            return
        elif isinstance(event, PageRead):
            self._page(event)
        else:
            self._fetched(event)

    def conclude(self) -> None:
        """Record the conclusions from all events of the run."""
        self._conclusions.draw(dry_run=self._dry_run)

    def _page(self, event: PageRead) -> None:
        """Store what a page lists. The addresses of removed reports are not stored."""
        known = {page.url: page for page in self._store.publications.pages(event.source)}.get(event.url)
        if event.links is None:
            if known is not None:
                self._store.publications.note_page(replace(known, checked=self._at))
            return
        never = self._store.publications.refused()
        links = [each for each in event.links if address_digest(self.salt, each.url) not in never]
        told = json.dumps([asdict(each) for each in links], ensure_ascii=False)
        self._store.publications.note_page(
            PageState(event.source, event.url, self._at, event.etag, event.modified, told)
        )

    def _fetched(self, event: Fetched) -> None:
        """Store a PDF from the staging folder: first as a file, then in the corpus.

        Empties its place in the staging folder last.
        """
        staged = self._settings.collecting / f"{event.sha256}.pdf"
        source, url = event.source, event.document.url
        if staged.exists() and _digest(staged) != event.sha256:
            staged.unlink()
            self._conclusions.fail(CollectFailure(source, url, Trouble.BROKEN_OFF, page=False))
            return
        if event.sha256 in self._removed:
            self._store.publications.refuse(self.salt, source, url, self._at)
            self._conclusions.outcome(source, url, "removed")
        else:
            file = self._filed(event, staged)
            if file:
                self._publish(event, file)
        staged.unlink(missing_ok=True)
        name = hashlib.sha256(f"{source} {url}".encode()).hexdigest()
        (self._settings.collecting / f"{name}.json").unlink(missing_ok=True)

    def _filed(self, event: Fetched, staged: Path) -> str | None:
        """Return the path of the report in the library, in the form that the corpus uses, or None if it has no file."""
        published = [each for each in self._published.values() if each.report == event.sha256]
        kept = [self._held.get(event.sha256), *(each.file for each in published)]
        for file in filter(None, kept):
            if real_path(self._settings.library, file).exists():
                return file
        source = self._sources[event.source]
        name = file_name(source.area or source.name, event.document.title, event.sha256)
        path = self._settings.collected / name
        try:
            if staged.exists():
                move_atomic(staged, path)
            elif not (path.exists() and _digest(path) == event.sha256):  # a killed run has moved it
                return None
        except OSError as error:
            raise refused(path, error, doing="written") from error
        return path.relative_to(self._settings.library).as_posix()

    def _publish(self, event: Fetched, file: str) -> None:
        """Record that a report is published at an address, and which report it replaces there."""
        source, url, report = event.source, event.document.url, event.sha256
        before = [each for each in self._published.values() if (each.source, each.url) == (source, url)]
        same = self._published.get((source, url, report))
        changed = [replace(each, replaced=self._at[:10]) for each in before if each.report != report and each.current]
        cells = rows(self._sources[source], [event.document])[url] | {"accessed": event.at[:10]}
        publication = Publication(source, url, report, file, event.at, self._at, event.etag, event.modified, event.size)
        if same:
            cells, publication = dict(same.cells), replace(publication, retrieved=same.retrieved)
            if same.withdrawn:
                self.done.back.append(report)
        elsewhere = report in self._held or any(
            each.report == report and each is not same for each in self._published.values()
        )
        what = "replaced" if changed else "unchanged" if same else "same" if elsewhere else "new"
        self._put([*changed, replace(publication, cells=cells)])
        self._conclusions.outcome(source, url, what)
        if what == "new":
            self.done.new.append(report)
        elif what == "replaced":
            self.done.replaced.append(report)

    def _put(self, publications: Sequence[Publication]) -> None:
        self._store.publications.put(publications)
        for each in publications:
            self._published[each.source, each.url, each.report] = each


def _links(page: PageState) -> tuple[Link, ...]:
    return tuple(link_of(each) for each in typed(page.links, [{str: object}]))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
