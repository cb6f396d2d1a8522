"""Some reports of a generation as a separate index."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from index.opensearch import leaf
from index.opensearch.asking.vocabulary import Vocabulary
from index.opensearch.leaf import Part
from index.storage.engine import Layout
from index.storage.postings import Postings, PostingsBuilder

Read = Callable[[Sequence[int], str], Mapping[int, bytes]]
"""Returns a field of the leaves of some reports."""


class LeafSnapshot:
    """Some reports of the cluster as an `index.storage.engine.Snapshot`.

    Its postings cover these reports and have no weights, but its words are those of all reports. `lengths` has the
    number of tokens of each report, by its number in its generation. `words` are the words of the generation.
    """

    def __init__(self, lengths: Mapping[int, int], read: Read, words: Vocabulary) -> None:
        self._lengths = dict(sorted(lengths.items()))
        self._read = read
        self._words = words
        self.forms, self.compounds, self.vocabulary = words.forms, words.compounds, words.vocabulary
        self._unpacked: dict[str, Mapping[int, Part]] = {}
        self._known: dict[str, list[tuple[int, Postings]]] = {}

    def _parts(self, field: str) -> Mapping[int, Part]:
        if field not in self._unpacked:
            found = self._read([*self._lengths], field)
            self._unpacked[field] = {number: Part(found[number]) for number in self._lengths}
        return self._unpacked[field]

    def documents(self) -> Mapping[int, int]:
        return {number: number for number in self._lengths}

    def lengths(self) -> Mapping[int, int]:
        return self._lengths

    def postings(self, term: str) -> list[tuple[int, Postings]]:
        if term not in self._known:
            self._known[term] = self._postings(term) if self._words.frequency(term) else []
        return self._known[term]

    def _postings(self, term: str) -> list[tuple[int, Postings]]:
        built = PostingsBuilder()
        for number, part in self._parts(leaf.part_of(term)).items():
            if found := part.places(term):
                positions, mask = found
                built.add(number, 0.0, positions, mask)
        return [(0, built.postings())] if built.documents else []

    def frequency(self, term: str) -> int:
        return sum(len(postings.documents) for _, postings in self.postings(term))

    def occurrences(self, term: str) -> int:
        return sum(postings.ends[-1] for _, postings in self.postings(term))

    def terms(self) -> Iterator[str]:
        parts = (part for field in leaf.PARTS for part in self._parts(field).values())
        return iter(sorted({term for part in parts for term in part.terms()}))

    def layout(self, document: int) -> Layout:
        return leaf.unpack_layout(self._read([document], leaf.LAYOUT)[document])

    def among(self, documents: Collection[int]) -> "LeafSnapshot":
        return LeafSnapshot({number: self._lengths[number] for number in documents}, self._read, self._words)

    def close(self) -> None:
        """Does nothing, because nothing is open."""
