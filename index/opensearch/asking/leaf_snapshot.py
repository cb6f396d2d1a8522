"""Some reports of a generation as a separate index."""

from collections.abc import Collection, Iterator, Mapping

from index.opensearch.asking.vocabulary import Vocabulary
from index.opensearch.leaf import Leaf
from index.storage.engine import Layout
from index.storage.postings import Postings, PostingsBuilder


class LeafSnapshot:
    """Some reports of the cluster as an `index.storage.engine.Snapshot`.

    Its postings cover these reports, but its words are those of all reports. `leaves` are keyed by the report's number
    in its generation. `words` are the words of the generation.
    """

    def __init__(self, leaves: Mapping[int, Leaf], words: Vocabulary) -> None:
        self._leaves = dict(sorted(leaves.items()))
        self._words = words
        self.forms, self.compounds, self.vocabulary = words.forms, words.compounds, words.vocabulary

    def documents(self) -> Mapping[int, int]:
        return {number: number for number in self._leaves}

    def lengths(self) -> Mapping[int, int]:
        return {number: leaf.length for number, leaf in self._leaves.items()}

    def postings(self, term: str) -> list[tuple[int, Postings]]:
        built = PostingsBuilder()
        for number, leaf in self._leaves.items():
            if found := leaf.places(term):
                positions, weight, mask = found
                built.add(number, weight, positions, mask)
        if not built.documents:
            return []
        return [(0, Postings(built.documents, built.weights, built.ends, built.positions, built.masks))]

    def frequency(self, term: str) -> int:
        return sum(leaf.places(term) is not None for leaf in self._leaves.values())

    def occurrences(self, term: str) -> int:
        return sum(len(found[0]) for leaf in self._leaves.values() if (found := leaf.places(term)))

    def terms(self) -> Iterator[str]:
        return iter(sorted({term for leaf in self._leaves.values() for term in leaf.terms()}))

    def layout(self, document: int) -> Layout:
        return self._leaves[document].layout

    def among(self, documents: Collection[int]) -> "LeafSnapshot":
        return LeafSnapshot({number: self._leaves[number] for number in documents}, self._words)

    def close(self) -> None:
        """Does nothing, because nothing is open."""
