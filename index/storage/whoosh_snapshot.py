"""Read the segments of a generation together."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from typing import Protocol

from index import analyser
from index.storage.engine import Layout, SegmentSummary
from index.storage.merge import SegmentReader
from index.storage.postings import Postings
from index.storage.segment_builder import COMPOUND, FORM, SEPARATOR, TERM


class OpenSegment(SegmentReader, Protocol):
    """One segment, open for reading."""

    def frequency(self, field: str, term: str) -> int:
        """Return how many of its documents contain the term."""

    def occurrences(self, field: str, term: str) -> int:
        """Return how many positions the term has."""

    def layout(self, number: int) -> Layout:
        """Return the layout of a document."""

    def close(self) -> None:
        """Close the files."""


class WhooshSnapshot:
    """A finished directory of Whoosh segments, as an `index.storage.engine.Snapshot`."""

    def __init__(
        self, readers: Sequence[OpenSegment], segments: Sequence[SegmentSummary], live: frozenset[int]
    ) -> None:
        self._segments: list[tuple[int, OpenSegment]] = []
        self._documents: dict[int, int] = {}
        self._lengths: dict[int, int] = {}
        base = 0
        for reader, summary in zip(readers, segments, strict=True):
            self._segments.append((base, reader))
            for number, (reading, length) in enumerate(summary.documents, base):
                if reading in live:
                    self._documents[number] = reading
                    self._lengths[number] = length
            base += reader.size
        self._asked = self._segments  # segments searched for postings

    def documents(self) -> Mapping[int, int]:
        return self._documents

    def lengths(self) -> Mapping[int, int]:
        return self._lengths

    def postings(self, term: str) -> list[tuple[int, Postings]]:
        found = ((base, segment.postings(TERM, term)) for base, segment in self._asked)
        return [(base, postings) for base, postings in found if postings is not None]

    def frequency(self, term: str) -> int:
        return sum(segment.frequency(TERM, term) for _, segment in self._asked)

    def occurrences(self, term: str) -> int:
        return sum(segment.occurrences(TERM, term) for _, segment in self._asked)

    def forms(self, word_class: str) -> list[str]:
        return self._after(FORM, word_class + SEPARATOR)

    def compounds(self, joined: str) -> list[tuple[str, str]]:
        lefts = self._after(COMPOUND, joined + SEPARATOR)
        return [(left, joined.removeprefix(left)) for left in lefts]

    def _after(self, field: str, start: str) -> list[str]:
        found = {key.removeprefix(start) for _, segment in self._segments for key in segment.terms_from(field, start)}
        return sorted(found)

    def vocabulary(self, prefix: str) -> Iterator[str]:
        return filter(analyser.is_word, self._beginning(prefix))

    def terms(self) -> Iterator[str]:
        return iter(self._beginning(""))

    def _beginning(self, prefix: str) -> list[str]:
        return sorted({term for _, segment in self._segments for term in segment.terms_from(TERM, prefix)})

    def layout(self, document: int) -> Layout:
        base, segment = self._segment_of(document)
        return segment.layout(document - base)

    def among(self, documents: Collection[int]) -> "WhooshSnapshot":
        some = copy(self)
        some._documents = {number: self._documents[number] for number in documents}
        some._lengths = {number: self._lengths[number] for number in documents}
        asked = {self._segment_of(number)[0] for number in documents}
        some._asked = [(base, segment) for base, segment in self._segments if base in asked]
        return some

    def _segment_of(self, document: int) -> tuple[int, OpenSegment]:
        return max((pair for pair in self._segments if pair[0] <= document), key=lambda pair: pair[0])

    def close(self) -> None:
        for _, segment in self._segments:
            segment.close()
