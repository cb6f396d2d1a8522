"""Merge segments: renumber the postings of their terms and leave out deleted documents."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from index.storage.postings import Postings, PostingsBuilder
from index.storage.segment_builder import COMPOUND, FORM, SEPARATOR, TERM


class SegmentReader(Protocol):
    """A segment that is open for reading. `size` is its number of documents, including deleted ones."""

    size: int

    def has(self, field: str, term: str) -> bool: ...

    def postings(self, field: str, term: str) -> Postings | None: ...

    def terms_from(self, field: str, prefix: str) -> Iterator[str]: ...


def merged_terms(
    readers: Sequence[SegmentReader], moved: Sequence[Mapping[int, int]]
) -> Iterator[tuple[str, bytes, PostingsBuilder]]:
    """Yield the terms of several segments as those of one: (field, term, postings), sorted by field and term.

    `moved` maps, for each segment, the old document numbers to the new ones, for documents that are kept.
    """
    sources = [_Source(reader, numbers) for reader, numbers in zip(readers, moved, strict=True)]
    for field in (COMPOUND, FORM, TERM):
        everything = {term.encode() for reader in readers for term in reader.terms_from(field, "")}
        for key in sorted(everything):
            term = key.decode()
            if field == FORM:  # it has no documents of its own, and is kept while its word occurs
                if any(source.keeps_form(term) for source in sources):
                    yield field, key, PostingsBuilder()
                continue
            builder = PostingsBuilder()
            for source in sources:
                source.add_postings(field, term, builder)
            if builder.documents:
                yield field, key, builder


class _Source:
    """A segment to be merged. `numbers` maps old document numbers to new ones, for documents that are kept."""

    def __init__(self, reader: SegmentReader, numbers: Mapping[int, int]) -> None:
        self._reader = reader
        self._numbers = numbers
        self._whole = len(numbers) == reader.size

    def keeps_form(self, form: str) -> bool:
        """Return whether the segment has the form, and its word occurs in a document that is kept."""
        if not self._reader.has(FORM, form):
            return False
        if self._whole:
            return True
        postings = self._reader.postings(TERM, form.partition(SEPARATOR)[2])
        return postings is not None and any(document in self._numbers for document in postings.documents)

    def add_postings(self, field: str, term: str, builder: PostingsBuilder) -> None:
        """Add the postings of a term in the documents that are kept."""
        postings = self._reader.postings(field, term)
        if postings is None:
            return
        if self._whole:  # then the new numbers are consecutive, like the old ones
            builder.extend(postings, self._numbers[0])
            return
        for i, old in enumerate(postings.documents):
            if old in self._numbers:
                builder.add(self._numbers[old], postings.weights[i], postings.at(i), postings.masks[i])
