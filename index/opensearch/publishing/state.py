"""What is published in a cluster: one small document, which is compared and set, names it all.

    PREFIX-state/_doc/current    which generation of each library answers, and which are kept to go back to
    PREFIX-owners/_doc/ID        which library publishes the report with this id
    PREFIX-LIBRARY-0001          the documents of one library; a rebuild makes the next one beside it

A document says with which number of its library it came (`from`), and never changes. A generation answers from the
documents up to its number, without those that it lists as dead and those of numbers that were never published. So
nothing is seen before it is published, and a reader that keeps a generation sees it unchanged.
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
"""An index with another fingerprint is built anew from the corpus."""
KEEP = 3
"""Number of generations that are kept, to go back to, not counting those that a run published on its way."""
_LOST = 50  # numbers of killed runs that are remembered, in case such a run is not dead after all
_CURRENT = "current"
_TRIES = 20  # times that another library's publisher may come in between
_SMALL = {
    "settings": {"number_of_shards": 1, "auto_expand_replicas": "0-2"},
    "mappings": {"dynamic": "strict", "properties": {"state": {"type": "object", "enabled": False}}},
}


@dataclass(frozen=True, slots=True)
class Published:
    """A generation of one library. The fields are those of `index.storage.generations.Manifest` where they are called
    the same. index: the index that holds its documents. lost: numbers that were never published. dead: documents that
    do not answer. reports: how many answer, without the `elsewhere` that another library publishes.
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
        """Its name, as the embedded index names its generations."""
        return f"{self.number:07d}"

    def query(self) -> dict[str, Any]:
        """What its documents match and no others."""
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
    """What is published of one library. number: the highest that a run was given. claim: the run that may publish, and
    its number. kept: what can be gone back to, newest first.
    """

    current: Published | None = None
    kept: tuple[Published, ...] = ()
    number: int = 0
    claim: tuple[int, str] | None = None
    lost: tuple[int, ...] = ()

    def unclaimed(self) -> Self:
        """The same after a run that will not publish: its number is lost."""
        lost = (*self.lost, self.claim[0]) if self.claim else self.lost
        return replace(self, claim=None, lost=lost[-_LOST:])

    def all(self) -> tuple[Published, ...]:
        """Every generation that may be read."""
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
    """All that is published, as it was read. It is one value: a reader that keeps it keeps its answers."""

    publications: Mapping[str, Publication] = field(default_factory=dict)
    version: tuple[int, int] = (0, 0)

    @property
    def published(self) -> Sequence[Published]:
        """The generations that answer, one for each library, in order of their names. Raises NoIndex for none, and
        OtherVersion if another version of the program made one of them."""
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
        """Whether all that answers there may still be read: after a removal it may not."""
        kept = [each for publication in self.publications.values() for each in publication.all()]
        return all(each in kept for each in other.published)

    @property
    def indices(self) -> str:
        """The indices to search, as a path names them."""
        return ",".join(each.index for each in self.published)

    def query(self) -> dict[str, Any]:
        """What the documents that answer match: a filter for every request of a reader that keeps this state."""
        each = [published.query() for published in self.published]
        return each[0] if len(each) == 1 else {"bool": {"should": each, "minimum_should_match": 1}}

    @property
    def generation(self) -> str:
        """The name of what is published: the number for one library, `camden 0000007, leeds 0000003` for several."""
        if len(self.published) == 1:
            return self.published[0].id
        named = ((name, publication.current) for name, publication in sorted(self.publications.items()))
        return ", ".join(f"{name} {current.id}" for name, current in named if current)

    @property
    def built_at(self) -> str:
        """When the newest part was built."""
        return max(each.built_at for each in self.published)

    @property
    def coverage(self) -> Coverage:
        """What is searched and what is not, of all libraries together."""
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
        """What is published now. Raises NoIndex when nothing ever was."""
        found = self._cluster.get(self.index, _CURRENT)
        return _state(found) if found else State()

    def prepare(self) -> None:
        """Create the small indices, if they are not there."""
        self._cluster.create(self.index, _SMALL)
        fields = {"library": {"type": "keyword"}, "report": {"type": "keyword"}}
        self._cluster.create(self.owners, {**_SMALL, "mappings": {"dynamic": "strict", "properties": fields}})

    def change(self, library: str, become: Callable[[Publication], Publication]) -> Publication:
        """Replace what is published of one library, whatever other libraries' publishers do meanwhile.

        become: gives the new from the present one. It may raise, and may be called several times.
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
                continue  # by another library, or by a request of ours that was sent twice
            return publication
        raise Conflict("Other libraries publish all the time. Run the command again.")

    def next_index(self, library: str) -> str:
        """The name of a new index for the documents of a library."""
        taken = [int(name.rpartition("-")[2]) for name in self.indices(library)]
        return f"{self._prefix}-{library}-{max(taken, default=0) + 1:04d}"

    def indices(self, library: str) -> Mapping[str, Mapping[str, Any]]:
        """The indices that hold documents of a library, also what a killed run left."""
        return self._cluster.indices(f"{self._prefix}-{library}-*")


def _state(found: Document) -> State:
    publications = {name: Publication.from_dict(each) for name, each in found.source["state"].items()}
    return State(publications, (found.primary_term, found.seq_no))


def pointer(cluster: Cluster, settings: Settings) -> Pointer:
    """The pointer of the library's index."""
    return Pointer(cluster, settings.opensearch_index)
