"""The interface of an engine: the terms, their positions, and the paragraphs that the positions belong to.

Matching, counting and ranking are ours (`index.matching.evaluator`, `search`), so every engine gives the same
answers by construction.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from corpus.model import SectionKind
from index.storage.postings import Postings

KINDS = tuple(SectionKind)
"""Section kinds by their code in the index."""


class IndexedParagraph(NamedTuple):
    """A paragraph as the index takes it in: its text, what weighs its words, and its printed number or ""."""

    text: str
    kind: SectionKind
    heading: bool
    number: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which positions of a document belong to which paragraph.

    starts: the first position of each paragraph, by ordinal. One position is left free between paragraphs, so that
    words of two paragraphs are never side by side. kinds: the section kind's code of each paragraph.
    """

    starts: array[int]
    kinds: bytes

    def paragraph_at(self, position: int) -> int:
        """The ordinal of the paragraph that a position is in."""
        return bisect_right(self.starts, position) - 1


class Snapshot(Protocol):
    """One immutable generation of the index, open for reading. For one thread at a time."""

    def documents(self) -> Mapping[int, int]:
        """The live documents: number → reading id."""

    def lengths(self) -> Mapping[int, int]:
        """How many tokens each live document has."""

    def postings(self, term: str) -> list[tuple[int, Postings]]:
        """The postings of a term: a pair for each segment, with the number to add to its document numbers. They
        include deleted documents.
        """

    def frequency(self, term: str) -> int:
        """How many documents hold a term, without reading its postings. Dead documents included."""

    def occurrences(self, term: str) -> int:
        """How many positions a term has, without reading them. Those in dead documents included."""

    def forms(self, word_class: str) -> list[str]:
        """The terms of a class of words that occur, in alphabetical order."""

    def compounds(self, joined: str) -> list[tuple[str, str]]:
        """How a joined word is split where it is written with a hyphen: `multiagency` → [("multi", "agency")]."""

    def vocabulary(self, prefix: str) -> Iterator[str]:
        """The folded words that begin with a prefix, in order: no terms in capitals, nor any that is no token."""

    def terms(self) -> Iterator[str]:
        """Every term, in order, including those in capitals and those that are not tokens."""

    def layout(self, document: int) -> Layout:
        """The paragraphs of a document."""

    def among(self, documents: Collection[int]) -> Snapshot:
        """The same, as if it held only these of its documents: postings of other segments are not read. Its words are
        those of all. Not to be closed.
        """

    def close(self) -> None:
        """Close the files."""


class SegmentSummary(NamedTuple):
    """What a written segment holds: (reading id, number of tokens) of each document in order."""

    name: str
    documents: Sequence[tuple[int, int]]


class Draft(Protocol):
    """A segment that is put together in memory, report by report."""

    def add(self, reading: int, paragraphs: Sequence[IndexedParagraph]) -> None:
        """Take in the next reading."""

    def write(self, directory: Path, name: str) -> SegmentSummary:
        """Write the segment. The draft is of no use afterwards."""


class Engine(Protocol):
    """Writes segments and opens what was written."""

    name: str

    def draft(self) -> Draft:
        """An empty segment."""

    def write(
        self, directory: Path, name: str, texts: Iterable[tuple[int, Sequence[IndexedParagraph]]]
    ) -> SegmentSummary:
        """Write one segment from (reading id, paragraphs) pairs."""

    def merge(
        self, directory: Path, name: str, segments: Sequence[SegmentSummary], live: frozenset[int]
    ) -> SegmentSummary:
        """Write one segment from the live readings of several in the same directory; the old ones stay."""

    def finish(self, directory: Path, segments: Sequence[SegmentSummary]) -> None:
        """Write what ties the segments together. Files that belong to no listed segment are removed."""

    def open(
        self, directory: Path, segments: Sequence[SegmentSummary], live: frozenset[int], *, hashed: bool = False
    ) -> Snapshot:
        """Open a finished directory; readings that are not live are as if they were not there. hashed: every byte was
        hashed or written a moment ago, so no checksum is compared.
        """
