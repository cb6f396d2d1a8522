"""Work out what a run has found: which reports have been moved or withdrawn by their publisher, and how each source
responded.

A failed request proves nothing. A report only counts as withdrawn if a list that was read in full no longer has it, or
its address responds with 404 or 410.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from corpus.disk.names import real_path
from corpus.publications import Publication, SourceState
from corpus.settings import Settings
from corpus.storage.store import Store
from ingest.collect.listing_rows import rows
from ingest.collect.protocol import Ended, Noted
from ingest.collect.sources import Source
from ingest.collect.summary import CollectFailure, CollectSummary
from ingest.collect.troubles import Trouble

_FEW = 3  # documents that a list may lose at once without confirmation by a second run

Published = dict[tuple[str, str, str], Publication]


class Conclusions:
    """Collects the results of a run. `published` holds all publications, by source, address and report."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        sources: Mapping[str, Source],
        published: Published,
        at: str,
        done: CollectSummary,
    ) -> None:
        self._store = store
        self._settings = settings
        self._sources = sources
        self._published = published
        self._at = at
        self._done = done
        self._outcomes: dict[tuple[str, str], str] = {}
        self._gone: dict[tuple[str, str], str] = {}
        self._failed: dict[tuple[str, str], CollectFailure] = {}
        self._states = {state.name: state for state in store.publications.sources()}
        self._confirmed: list[tuple[str, str]] = []
        self.ended: list[Ended] = []

    def outcome(self, source: str, url: str, what: str) -> None:
        """Record what happened to a document."""
        self._outcomes[source, url] = what

    def fail(self, failure: CollectFailure) -> None:
        """Record an address that could not be fetched. Each address is counted once."""
        if self._failed.setdefault((failure.source, failure.url), failure) is failure:
            self._done.failures.append(failure)
        if not failure.page:
            self.outcome(failure.source, failure.url, "failed")

    def note(self, note: Noted) -> None:
        """Record what the crawling process reported about an address."""
        place = (note.source, note.url)
        if note.what == "gone":
            self._gone[place] = note.why
        elif note.what == "would":
            self._done.would.append(place)
        elif note.what == "left_out":
            self._done.left_out[note.why] += 1
            self.outcome(*place, "left_out")
        elif note.what == "not_wanted":
            self.outcome(*place, "removed")
        else:
            self._confirmed.append(place)
            self.outcome(*place, "unchanged")

    def draw(self, *, dry_run: bool) -> None:
        """Record the conclusions. With `dry_run`, only count them."""
        for place, why in self._gone.items():
            known = [each for each in self._of(place[0]) if each.url == place[1] and not each.replaced]
            if not known:
                self.fail(CollectFailure(*place, Trouble.NOT_FOUND, page=False))
                continue
            self.outcome(*place, "gone")
            if not dry_run:
                self._take_away(known, why)
        if not dry_run:
            self._store.publications.note_checked(self._confirmed, self._at)
            self._came_back(self._confirmed)
            for ended in self.ended:
                self._conclude(ended)
        self._count()
        self._done.answered = sum(self._is_answered(each) for each in self.ended)
        if not dry_run:
            self._note_sources()

    def _conclude(self, ended: Ended) -> None:
        """Process a source whose list was read in full: documents that have left the list, and details of those still
        on it.
        """
        source = self._sources[ended.source]
        listed = {each.url for each in ended.documents}
        known = [each for each in self._of(ended.source) if each.current and not source.excludes(each.url)]
        missing = [each for each in known if each.url not in listed]
        if not ended.complete or (missing and self._holds_back(ended, len(known), len(missing))):
            return
        self._take_away(missing, "not listed")
        again = [(each.source, each.url) for each in self._of(ended.source) if each.url in listed]
        self._came_back([place for place in again if place not in self._gone], "not listed")
        cells = rows(source, ended.documents)
        changed = []
        for each in self._of(ended.source):
            if each.url in cells and not each.replaced:
                fresh = cells[each.url] | {"accessed": each.retrieved[:10]}
                changed += [replace(each, cells=fresh)] if fresh != dict(each.cells) else []
        self._put(changed)

    def _holds_back(self, ended: Ended, known: int, missing: int) -> bool:
        """Return whether so many documents are missing from a list that the site is probably faulty."""
        state, source = self._states.get(ended.source), self._sources[ended.source]
        if not ended.documents:
            trouble = Trouble.LISTS_NOTHING
        elif missing > _FEW and 2 * missing > known and not (state and state.problem == Trouble.LISTS_MUCH_LESS):
            trouble = Trouble.LISTS_MUCH_LESS
        else:
            return False
        self.fail(CollectFailure(ended.source, source.url, trouble, page=True))
        return True

    def _take_away(self, publications: list[Publication], why: str) -> None:
        """Mark publications as withdrawn, or as moved if the same bytes are at a new address of the same source."""
        for each in publications:
            if each.withdrawn:
                continue
            elsewhere = [
                other
                for other in self._of(each.source)
                if other.report == each.report
                and other.url != each.url
                and other.current
                and self._outcomes.get((other.source, other.url)) == "same"
            ]
            if elsewhere:
                new = replace(elsewhere[0], retrieved=each.retrieved)
                self._store.publications.move(each, new)
                del self._published[each.source, each.url, each.report]
                self._published[new.source, new.url, new.report] = new
                self.outcome(new.source, new.url, "moved")
                continue
            self._put([replace(each, withdrawn=self._at[:10], why=why)])
            self._done.withdrawn.append(each.report)
            self._delete_file(each)

    def _delete_file(self, gone: Publication) -> None:
        """Delete the file of a report that is no longer published anywhere, if the settings allow it."""
        others = [each for each in self._published.values() if each.report == gone.report and each.current]
        if self._settings.collect_keep_withdrawn or others or not gone.file.startswith("reports/collected/"):
            return
        with suppress(OSError):
            real_path(self._settings.library, gone.file).unlink(missing_ok=True)

    def _came_back(self, places: list[tuple[str, str]], why: str | None = None) -> None:
        """Mark publications as no longer withdrawn. With `why`, only those that were withdrawn for that reason."""
        for place in places:
            for each in self._of(place[0]):
                if each.url == place[1] and each.withdrawn and not each.replaced and why in (None, each.why):
                    self._put([replace(each, withdrawn="", why="")])
                    self._done.back.append(each.report)

    def _count(self) -> None:
        counts = self._done.counts
        listed = {(ended.source, each.url) for ended in self.ended for each in ended.documents}
        known = {(each.source, each.url) for each in self._published.values() if not each.replaced}
        for place in listed | set(self._outcomes):
            counts[self._outcomes.get(place) or ("known" if place in known else "waiting")] += 1

    def _is_answered(self, ended: Ended) -> bool:
        return ended.complete and not self._problem(ended.source)

    def _problem(self, source: str) -> str:
        """Return the first problem with a page of a source, or ""."""
        return next((each.trouble.value for each in self._done.failures if each.source == source and each.page), "")

    def _note_sources(self) -> None:
        """Record how each source responded. Sources that the run did not reach keep their earlier record."""
        ended = {each.source: each for each in self.ended}
        states = []
        for name, source in self._sources.items():
            before = self._states.get(name, SourceState(name, source.url, self._at))
            end, problem = ended.get(name), self._problem(name)
            if end is None and not problem:
                continue
            if end is not None and self._is_answered(end):
                states.append(SourceState(name, source.url, self._at, self._at, "", len(end.documents)))
            else:
                states.append(replace(before, url=source.url, tried=self._at, problem=problem))
        self._store.publications.note_sources(states)

    def _of(self, source: str) -> list[Publication]:
        return [each for each in self._published.values() if each.source == source]

    def _put(self, publications: list[Publication]) -> None:
        if publications:
            self._store.publications.put(publications)
        for each in publications:
            self._published[each.source, each.url, each.report] = each
