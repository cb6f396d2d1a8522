"""The state of what is published in a cluster, in one small document that is updated by compare-and-set.

    PREFIX-state/_doc/current    which generation of each library is current, and which are kept to go back to
    PREFIX-owners/_doc/ID        which library publishes the report with this id
    PREFIX-LIBRARY-0001          the documents of one library; a rebuild creates the next one next to it

Each document has the number of the run that wrote it (`from`), and never changes. A generation consists of the
documents up to its number, except those that it lists as dead and those of numbers that were never published. So
nothing is visible before it is published, and a reader that keeps a generation sees it unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from corpus.errors import NoIndex, OtherVersion
from corpus.report import Coverage
from corpus.settings import Settings
from index import analyser
from index.opensearch.client import Cluster, Conflict, Document
from index.opensearch.documents import FORMAT

FINGERPRINT = f"opensearch {FORMAT}, analysis {analyser.VERSION}"
"""An index with a different fingerprint is rebuilt from the corpus."""
KEEP = 3
"""The number of generations kept to go back to, not counting interim ones."""
_LOST = 50  # numbers of killed runs that are kept, in case such a run is still alive
_CURRENT = "current"
_TRIES = 20  # times that another library's publisher may interfere
_SMALL = {
    "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-2"},
    "mappings": {"dynamic": "strict", "properties": {"state": {"type": "object", "enabled": False}}},
}


@dataclass(frozen=True, slots=True)
class Published:
    """A generation of one library.

    Fields with the same names as in `index.storage.manifest.Manifest` have the same meaning. `index` is the index
    that contains its documents. `lost` are numbers that were never published. `dead` are documents that are not
    searched. `reports` is the number of reports searched, not counting the `elsewhere` that another library publishes.
    """

    number: int
    index: str
    built_at: str
    revision: int
    fingerprint: str
    reports: int
    coverage: Coverage
    elsewhere: int = 0
    interim: bool = False
    lost: tuple[int, ...] = ()
    dead: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The name of the generation, in the same form as in the embedded index."""
        return f"{self.number:07d}"

    def query(self) -> dict[str, Any]:
        """Return a query for exactly its documents."""
        without: list[dict[str, Any]] = []
        if self.lost:
            without.append({"terms": {"from": list(self.lost)}})
        if self.dead:
            without.append({"ids": {"values": list(self.dead)}})
        shown = [{"term": {"_index": self.index}}, {"range": {"from": {"lte": self.number}}}]
        return {"bool": {"filter": shown, **({"must_not": without} if without else {})}}

    def to_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "index": self.index,
            "built_at": self.built_at,
            "revision": self.revision,
            "fingerprint": self.fingerprint,
            "reports": self.reports,
            "coverage": self.coverage.to_dict(),
            "elsewhere": self.elsewhere,
            "interim": self.interim,
            "lost": list(self.lost),
            "dead": list(self.dead),
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Self:
        values = {**told, "coverage": Coverage.from_dict(told["coverage"])}
        return cls(**{**values, "lost": tuple(told["lost"]), "dead": tuple(told["dead"])})


@dataclass(frozen=True, slots=True)
class Publication:
    """What is published of one library.

    `number` is the highest number given to a run. `claim` is the run that may publish, with its number. `kept` are the
    generations to go back to, newest first.
    """

    current: Published | None = None
    kept: tuple[Published, ...] = ()
    number: int = 0
    claim: tuple[int, str] | None = None
    lost: tuple[int, ...] = ()

    def unclaimed(self) -> Self:
        """Return the publication after a run that will not publish. The run's number is lost."""
        lost = (*self.lost, self.claim[0]) if self.claim else self.lost
        return replace(self, claim=None, lost=lost[-_LOST:])

    def all(self) -> tuple[Published, ...]:
        """Return every generation that may be read."""
        return (self.current, *self.kept) if self.current else self.kept

    def to_dict(self) -> dict[str, Any]:
        return {
            "current": self.current.to_dict() if self.current else None,
            "kept": [each.to_dict() for each in self.kept],
            "number": self.number,
            "claim": list(self.claim) if self.claim else None,
            "lost": list(self.lost),
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Self:
        return cls(
            Published.from_dict(told["current"]) if told["current"] else None,
            tuple(map(Published.from_dict, told["kept"])),
            told["number"],
            (told["claim"][0], told["claim"][1]) if told["claim"] else None,
            tuple(told["lost"]),
        )


@dataclass(frozen=True, slots=True)
class State:
    """Everything that is published, as read at one moment.

    It is an immutable value, so a reader that keeps it keeps its answers.
    """

    publications: Mapping[str, Publication] = field(default_factory=dict)
    version: tuple[int, int] = (0, 0)

    @property
    def published(self) -> Sequence[Published]:
        """Return the published generations, one per library, sorted by name.

        Raises NoIndex if there are none, and OtherVersion if another version of the program made one of them.
        """
        found = [publication.current for _, publication in sorted(self.publications.items()) if publication.current]
        if not found:
            raise NoIndex("There is no index in the cluster yet. Run `reviews update` on the machine with the reports.")
        for each in found:
            if each.fingerprint != FINGERPRINT:
                raise OtherVersion(
                    f"The index {each.index} was made by another version of the program ({each.fingerprint}; this one "
                    f"makes {FINGERPRINT}). Run `reviews update` with this version on the machine that publishes it, "
                    "or use that version here."
                )
        return found

    def keeps(self, other: State) -> bool:
        """Return whether everything in the other state may still be read. After a removal it may not."""
        kept = [each for publication in self.publications.values() for each in publication.all()]
        return all(each in kept for each in other.published)

    @property
    def indices(self) -> str:
        """Return the indices to search, in the form used in a URL path."""
        return ",".join(each.index for each in self.published)

    def query(self) -> dict[str, Any]:
        """Return a query for the documents of this state, which is used as a filter in every request of its readers."""
        each = [published.query() for published in self.published]
        return each[0] if len(each) == 1 else {"bool": {"should": each, "minimum_should_match": 1}}

    @property
    def generation(self) -> str:
        """Return the name of the state: a number for one library, `camden 0000007, leeds 0000003` for several."""
        if len(self.published) == 1:
            return self.published[0].id
        named = ((name, publication.current) for name, publication in sorted(self.publications.items()))
        return ", ".join(f"{name} {current.id}" for name, current in named if current)

    @property
    def built_at(self) -> str:
        """Return when the newest part was built."""
        return max(each.built_at for each in self.published)

    @property
    def coverage(self) -> Coverage:
        """Return what is searched and what is not, for all libraries together."""
        parts = [each.coverage for each in self.published]
        return Coverage(*(sum(values) for values in zip(*(each.to_dict().values() for each in parts), strict=True)))


class Pointer:
    """The document that names what is published in a cluster."""

    def __init__(self, cluster: Cluster, prefix: str) -> None:
        self._cluster = cluster
        self.index = f"{prefix}-state"
        self.owners = f"{prefix}-owners"
        self._prefix = prefix

    def read(self) -> State:
        """Return what is published now. Raises NoIndex if nothing ever was."""
        found = self._cluster.get(self.index, _CURRENT)
        return _state(found) if found else State()

    def prepare(self) -> None:
        """Create the indices for the state and the owners if they do not exist."""
        self._cluster.create(self.index, _SMALL)
        fields = {"library": {"type": "keyword"}, "report": {"type": "keyword"}}
        self._cluster.create(self.owners, {**_SMALL, "mappings": {"dynamic": "strict", "properties": fields}})

    def change(self, library: str, become: Callable[[Publication], Publication]) -> Publication:
        """Replace the publication of one library, even while other libraries are publishing.

        `become` returns the new publication for the current one. It may raise, and may be called several times.
        """
        for _ in range(_TRIES):
            found = self._cluster.get(self.index, _CURRENT)
            publications = dict(_state(found).publications) if found else {}
            before = publications.get(library, Publication())
            publication = become(before)
            if publication == before:
                return publication
            written = {name: each.to_dict() for name, each in {**publications, library: publication}.items()}
            try:
                self._cluster.put(self.index, _CURRENT, {"state": written}, over=found)
            except Conflict:
                continue  # changed by another library, or by a request that was sent twice
            return publication
        raise Conflict("Other libraries kept publishing at the same time. Run the command again.")

    def next_index(self, library: str) -> str:
        """Return the name of a new index for the documents of a library."""
        taken = [int(name.rpartition("-")[2]) for name in self.indices(library)]
        return f"{self._prefix}-{library}-{max(taken, default=0) + 1:04d}"

    def indices(self, library: str) -> Mapping[str, Mapping[str, Any]]:
        """Return the indices with documents of a library, including those left behind by a killed run."""
        return self._cluster.indices(f"{self._prefix}-{library}-*")


def _state(found: Document) -> State:
    publications = {name: Publication.from_dict(each) for name, each in found.source["state"].items()}
    return State(publications, (found.primary_term, found.seq_no))


def pointer(cluster: Cluster, settings: Settings) -> Pointer:
    """Return the pointer to the index of the library."""
    return Pointer(cluster, settings.opensearch_index)
