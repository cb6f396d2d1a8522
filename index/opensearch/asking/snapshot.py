"""A generation in a cluster, open for reading."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate

from index.matching.sections import EVERY_KIND
from index.opensearch import leaf
from index.opensearch.asking.dsl import Chain
from index.opensearch.asking.questions import Clause, Questions
from index.opensearch.asking.vocabulary import Vocabulary
from index.opensearch.leaf import Part
from index.storage.engine import Layout
from index.storage.postings import Postings


class ClusterSnapshot:
    """The reports of a generation as an `index.storage.engine.Snapshot`.

    `documents` has the key of each report's document in the cluster, by the number of the report.
    """

    def __init__(
        self, questions: Questions, words: Vocabulary, documents: Mapping[int, int], lengths: Mapping[int, int]
    ) -> None:
        self.questions = questions
        self.words = words
        self._documents = documents
        self._lengths = lengths
        self.forms, self.compounds, self.vocabulary = words.forms, words.compounds, words.vocabulary
        self.frequency, self.terms = words.frequency, words.terms

    def documents(self) -> Mapping[int, int]:
        return self._documents

    def lengths(self) -> Mapping[int, int]:
        return self._lengths

    def postings(self, term: str) -> list[tuple[int, Postings]]:
        if not self.frequency(term):
            return []
        found = self.questions.scores("often", word(term))
        return [(0, _Postings(self.questions, term, found.numbers, found.scores))]

    def occurrences(self, term: str) -> int:
        return sum(postings.ends[-1] for _, postings in self.postings(term) if len(postings.ends))

    def layout(self, document: int) -> Layout:
        return leaf.unpack_layout(self.questions.field(document, leaf.LAYOUT))

    def among(self, documents: Collection[int]) -> ClusterSnapshot:
        some = {number: self._documents[number] for number in sorted(documents)}
        return ClusterSnapshot(self.questions, self.words, some, {number: self._lengths[number] for number in some})

    def close(self) -> None:
        """Does nothing. The code that opened the cluster closes it."""


class _Postings(Postings):
    """The postings of a term in all reports.

    Counts are available at once; the positions in a report are fetched on access.
    """

    def __init__(self, questions: Questions, term: str, numbers: array[int], often: array[float]) -> None:
        ends = array("I", accumulate(map(round, often)))
        super().__init__(numbers, (), ends, (), ())
        self._questions = questions
        self._term = term

    def at(self, index: int) -> Sequence[int]:
        number = self.documents[index]
        found = Part(self._questions.field(number, leaf.part_of(self._term))).places(self._term)
        return found[0] if found else ()


def word(term: str) -> Clause:
    """Return the clause of one term, in any section."""
    return Clause(Chain(((term,),)), EVERY_KIND)
