"""Publish the corpus of a library in a cluster.

Only changes are sent, and a generation is verified before it becomes visible. If a run is killed at any point, either
the previous generation or the new one is published, never a mixture. The next run takes a new number, deletes what the
killed run left behind, and starts again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, NamedTuple

from corpus.errors import Corrupt, Locked, NoIndex
from corpus.report import Coverage, Report
from corpus.settings import Settings
from corpus.storage.store import Store
from index.opensearch import documents
from index.opensearch.client import Action, Cluster
from index.opensearch.publishing import ownership
from index.opensearch.publishing.canaries import missing
from index.opensearch.publishing.state import FINGERPRINT, KEEP, Pointer, Publication, Published, pointer

Progress = Callable[[int, int], None]
"""Called with (readings sent, readings to send)."""

_MEANWHILE = "Another run is publishing this library in the cluster. This run changed nothing. Run it again later."


class Wanted(NamedTuple):
    """A reading to be searched. `id` is the name of its document."""

    id: str
    reading: int
    report: Report
    copies: Sequence[str]


class Held(NamedTuple):
    """A document of the cluster."""

    id: str
    number: int
    report: str
    reading: int


def build(
    store: Store,
    settings: Settings,
    cluster: Cluster,
    *,
    rebuild: bool = False,
    clean: bool = False,
    interim: bool = False,
    progress: Progress = lambda done, total: None,
) -> Published | None:
    """Bring the index in the cluster up to date with the corpus, as `index.build.build` does for the embedded one.

    Raises Locked if another run is publishing the same library, LimitHit if the cluster cannot be reached, and Corrupt
    if the new generation does not agree with the corpus. The previous generation then stays published.
    """
    cluster.version()
    point, library = pointer(cluster, settings), settings.opensearch_library
    point.prepare()
    before = point.read().publications.get(library, Publication())
    usable = None if rebuild or not before.current or before.current.fingerprint != FINGERPRINT else before.current
    revision = store.revision
    held = list(listed(cluster, usable.index)) if usable else []
    if usable:
        _assert_ours(store, usable, held)
    settled = usable and usable.revision == revision and not clean and (interim or not usable.interim)
    if usable and settled and not usable.elsewhere:
        return None
    every = list(wanted(store, library))
    elsewhere = ownership.claim(cluster, point.owners, library, [each.report.id for each in every])
    mine = {each.id: each for each in every if each.report.id not in elsewhere}
    left = {*before.lost, before.claim[0] if before.claim else 0}
    known = {each.id for each in held if each.number not in left}
    if usable and settled and visible(usable, held) == mine.keys():
        return None
    run = _Run.begin(cluster, point, settings, before, usable)
    new = [each for name, each in mine.items() if name not in known]
    cluster.bulk(run.documents(store, new, progress))
    run.assert_alone()
    published = Published(
        number=run.number,
        index=run.index,
        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        revision=revision,
        fingerprint=FINGERPRINT,
        reports=len(mine),
        elsewhere=len(elsewhere),
        coverage=_coverage(store, [each.report for each in mine.values()]),
        interim=interim,
        lost=run.lost,
        dead=tuple(sorted(known - mine.keys())),
    )
    cluster.refresh(run.index)
    _verify(store, cluster, published, list(mine.values()))
    publication = run.publish(published, keep=() if clean else before.all())
    prune(cluster, point, library, publication)
    ownership.release(cluster, point.owners, library, {each.report.id for each in mine.values()})
    store.prune({reading for reading, _ in store.readings.current()} | {each.reading for each in held})
    return published


class _Run:
    """A run that may publish, unless a later run has been given a number."""

    def __init__(self, cluster: Cluster, point: Pointer, library: str, publication: Publication, index: str) -> None:
        self._cluster, self._point, self._library = cluster, point, library
        self._claim = publication.claim
        self.number = publication.number
        self.lost = publication.lost
        self.index = index

    @classmethod
    def begin(
        cls, cluster: Cluster, point: Pointer, settings: Settings, before: Publication, usable: Published | None
    ) -> _Run:
        """Take a number, and delete what killed runs left behind.

        `before` is the publication on which the run was planned.
        """
        library, token = settings.opensearch_library, token_hex(16)

        def claimed(publication: Publication) -> Publication:
            if publication.claim and publication.claim[1] == token:  # the request was sent twice
                return publication
            if publication != before:
                raise Locked(_MEANWHILE)
            return replace(
                publication.unclaimed(), number=publication.number + 1, claim=(publication.number + 1, token)
            )

        publication = point.change(library, claimed)
        clear(cluster, point, library, publication)
        if usable:
            return cls(cluster, point, library, publication, usable.index)
        fresh = point.next_index(library)
        cluster.create(fresh, index_body(settings))
        return cls(cluster, point, library, publication, fresh)

    def documents(self, store: Store, new: Sequence[Wanted], progress: Progress) -> Iterator[Action]:
        """Yield the writes for the new documents.

        A document is created, never replaced: an existing document with the same id belongs to another run.
        """
        for done, each in enumerate(new, 1):
            text = store.readings.text(each.reading)
            made = documents.document(self._library, each.reading, each.report, text, each.copies)
            yield Action("create", self.index, made.id, {**made.body, "from": self.number})
            progress(done, len(new))

    def assert_alone(self) -> None:
        """Raise Locked if another run has been given a number in the meantime."""
        if self._point.read().publications[self._library].claim != self._claim:
            raise Locked(_MEANWHILE)

    def publish(self, published: Published, keep: Sequence[Published]) -> Publication:
        """Make a generation the published one. Raises Locked if another run has been given a number in the meantime."""

        def become(publication: Publication) -> Publication:
            if publication.current == published:  # the request was sent twice
                return publication
            if publication.claim != self._claim:
                raise Locked(_MEANWHILE)
            return replace(publication, current=published, kept=_kept(published, keep), claim=None)

        return self._point.change(self._library, become)


def index_body(settings: Settings) -> dict[str, Any]:
    """Return the settings and mapping of a new index."""
    body = documents.mapping()
    body["settings"]["index"] |= {
        "number_of_shards": settings.opensearch_shards,
        "number_of_replicas": settings.opensearch_replicas,
    }
    body["mappings"]["_meta"] = {"fingerprint": FINGERPRINT, "library": settings.opensearch_library}
    return body


def use(settings: Settings, cluster: Cluster, generation: str) -> Published:
    """Switch to a generation that is kept, older or newer.

    Reports that another library has published in the meantime are not shown twice.
    """
    point, library = pointer(cluster, settings), settings.opensearch_library
    publication = point.read().publications.get(library, Publication())
    asked = next((each for each in publication.all() if each.id == generation), None)
    if asked is None:
        kept = ", ".join(sorted(each.id for each in publication.all())) or "none"
        raise NoIndex(f"Generation {generation} is not stored. The stored generations are: {kept}.")
    held = [each for each in listed(cluster, asked.index) if each.id in visible(asked, [each])]
    elsewhere = ownership.claim(cluster, point.owners, library, [each.report for each in held])
    twice = {each.id for each in held if each.report in elsewhere}
    shown = replace(asked, dead=tuple(sorted({*asked.dead, *twice})), reports=asked.reports - len(twice))

    def become(now: Publication) -> Publication:
        if asked not in now.all():
            raise Locked(_MEANWHILE)
        others = tuple(each for each in now.all() if each != asked)
        return replace(now.unclaimed(), current=shown, kept=others)

    point.change(library, become)
    return shown


def listed(cluster: Cluster, index: str) -> Iterator[Held]:
    """Yield every document of an index, visible or not."""
    fields = ["from", "report", "reading"]
    body = {"query": {"match_all": {}}, "docvalue_fields": fields, "sort": [{"key": "asc"}], "_source": False}
    for hit in cluster.every(index, body):
        number, report, reading = (hit["fields"][name][0] for name in fields)
        yield Held(hit["_id"], number, report, reading)


def visible(published: Published, held: Iterable[Held]) -> set[str]:
    """Return the ids of the documents that belong to a generation."""
    dead, lost = {*published.dead}, {*published.lost}
    return {
        each.id for each in held if each.number <= published.number and each.number not in lost and each.id not in dead
    }


def prune(cluster: Cluster, point: Pointer, library: str, publication: Publication) -> None:
    """Delete documents, and whole indices, that no generation uses."""
    clear(cluster, point, library, publication)
    for index in sorted({each.index for each in publication.all()}):
        held = list(listed(cluster, index))
        seen = set[str]().union(*(visible(each, held) for each in publication.all() if each.index == index))
        gone = [each.id for each in held if each.id not in seen]
        if gone:
            cluster.bulk(Action("delete", index, name) for name in gone)
            cluster.refresh(index)


def clear(cluster: Cluster, point: Pointer, library: str, publication: Publication) -> None:
    """Delete what unpublished runs left behind."""
    used = {each.index for each in publication.all()}
    for index in point.indices(library):
        if index not in used:
            cluster.delete_index(index)
    if publication.lost:
        for index in sorted(used):
            cluster.refresh(index)
            left = [each.id for each in listed(cluster, index) if each.number in publication.lost]
            if left:
                cluster.bulk(Action("delete", index, name) for name in left)
                cluster.refresh(index)


def _kept(published: Published, before: Sequence[Published]) -> tuple[Published, ...]:
    """Return the generations to keep: the last settled ones and, because it may still be in use, the previous one."""
    settled = [each for each in (published, *before) if not each.interim][:KEEP]
    return tuple(each for each in before if each in settled or each is before[0])


def wanted(store: Store, library: str) -> Iterator[Wanted]:
    """Yield every current reading of the corpus, by report."""
    described = {report.id: report for report in store.reports()}
    copies: dict[str, list[str]] = {}
    for pair in store.near_duplicates.pairs():
        copies.setdefault(pair.report, []).append(pair.other)
        copies.setdefault(pair.other, []).append(pair.report)
    for reading, report in store.readings.current():
        alike, known = sorted(copies.get(report, ())), described[report]
        yield Wanted(documents.name(library, reading, known, alike), reading, known, alike)


def _coverage(store: Store, reports: Collection[Report]) -> Coverage:
    """Return what is searched, without the reports that another library publishes."""
    held = store.coverage()
    return Coverage.of(reports, held.failures, held.waiting)


def _assert_ours(store: Store, published: Published, held: Sequence[Held]) -> None:
    """Raise NoIndex if the published generation was made from another corpus, where the same readings are other
    reports.
    """
    readings = store.readings.reports()
    removed = {removal.report for removal in store.removals()}
    shown = visible(published, held)
    for each in held:
        if each.id in shown and readings.get(each.reading) != each.report and each.report not in removed:
            raise NoIndex(
                f"The reports in {published.index} are not from {store.path}, but from another library of the same "
                "name or a newer copy. Give each library its own `library` in [opensearch]; if nobody else uses that "
                "name, run `reviews index --rebuild`. No PDF is read again."
            )


def _verify(store: Store, cluster: Cluster, published: Published, mine: Sequence[Wanted]) -> None:
    counted = cluster.count(published.index, published.query())
    found = [] if counted == len(mine) else [f"the cluster has {counted:,} of {len(mine):,} reports."]
    found += missing(store, cluster, published, {each.id: each.reading for each in mine})
    if found:
        raise Corrupt(f"The new index is not used: {found[0]} Run `reviews index --rebuild`.")
