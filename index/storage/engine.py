"""The interface of an engine, which provides terms, their positions, and the paragraphs that the positions belong to.

Matching, counting and ranking are done outside the engine (`index.matching.evaluator`, `search`), so every engine gives
the same answers by construction.
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
    """A paragraph to be indexed: its text, what weights its words, and its printed number or ""."""

    text: str
    kind: SectionKind
    heading: bool
    number: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which positions of a document belong to which paragraph.

    `starts` has the first position of each paragraph, by ordinal. One position is left free between paragraphs, so that
    words of two paragraphs are never adjacent. `kinds` has the section kind code of each paragraph.
    """

    starts: array[int]
    kinds: bytes

    def paragraph_at(self, position: int) -> int:
        """Return the ordinal of the paragraph that contains a position."""
        return bisect_right(self.starts, position) - 1


class Snapshot(Protocol):
    """One immutable generation of the index, open for reading. For use by one thread at a time."""

    def documents(self) -> Mapping[int, int]:
        """Return the reading id of each live document, by document number."""

    def lengths(self) -> Mapping[int, int]:
        """Return how many tokens each live document has."""

    def postings(self, term: str) -> list[tuple[int, Postings]]:
        """Return the postings of a term: one pair per segment, with the offset to add to its document numbers.

        They include deleted documents.
        """

    def frequency(self, term: str) -> int:
        """Return how many documents contain a term, including deleted ones, without reading its postings."""

    def occurrences(self, term: str) -> int:
        """Return how many positions a term has, including those in deleted documents, without reading them."""

    def forms(self, word_class: str) -> list[str]:
        """Return the terms of a word class that occur, in alphabetical order."""

    def compounds(self, joined: str) -> list[tuple[str, str]]:
        """Return how a joined word is split where it is printed with a hyphen: `multiagency` → [("multi",
        "agency")].
        """

    def vocabulary(self, prefix: str) -> Iterator[str]:
        """Yield the folded words that begin with a prefix, in order.

        Excludes terms in capitals and terms that are not tokens.
        """

    def terms(self) -> Iterator[str]:
        """Yield every term in order, including those in capitals and those that are not tokens."""

    def layout(self, document: int) -> Layout:
        """Return the paragraphs of a document."""

    def among(self, documents: Collection[int]) -> Snapshot:
        """Return a view that contains only the given documents. Postings of other segments are not read.

        Its words are still those of all documents. Do not close it.
        """

    def close(self) -> None:
        """Close the files."""


class SegmentSummary(NamedTuple):
    """The contents of a written segment: (reading id, number of tokens) of each document in order."""

    name: str
    documents: Sequence[tuple[int, int]]


class Draft(Protocol):
    """A segment under construction in memory, to which reports are added one by one."""

    def add(self, reading: int, paragraphs: Sequence[IndexedParagraph]) -> None:
        """Add the next reading."""

    def write(self, directory: Path, name: str) -> SegmentSummary:
        """Write the segment. The draft cannot be used afterwards."""


class Engine(Protocol):
    """Writes segments and opens them."""

    name: str

    def draft(self) -> Draft:
        """Return an empty segment."""

    def write(
        self, directory: Path, name: str, texts: Iterable[tuple[int, Sequence[IndexedParagraph]]]
    ) -> SegmentSummary:
        """Write one segment from pairs of reading id and paragraphs."""

    def merge(
        self, directory: Path, name: str, segments: Sequence[SegmentSummary], live: frozenset[int]
    ) -> SegmentSummary:
        """Merge the live readings of several segments in a directory into one new segment. The old segments stay."""

    def finish(self, directory: Path, segments: Sequence[SegmentSummary]) -> None:
        """Write the file that ties the segments together.

        Files that belong to none of the given segments are deleted.
        """

    def open(
        self, directory: Path, segments: Sequence[SegmentSummary], live: frozenset[int], *, hashed: bool = False
    ) -> Snapshot:
        """Open a finished directory. Readings that are not live are ignored.

        `hashed` means that every byte has just been hashed or written, so that no checksum needs to be compared.
        """
