"""The result of evaluating a query: the documents, their matches, and the sections that match."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import repeat
from operator import or_

from index.matching.matches import AnyOf, Match, Words, all_mentions, counts, reader
from index.matching.spans import Span

Kinds = Callable[[Sequence[int]], Iterable[int]]
"""Returns, for each document, the section mask in which a clause is true."""


class Answer:
    """The documents that match a query or a clause.

    matches: one for each clause that is not under NOT, in the order typed. kinds: returns, for each document, the
    section mask of the kinds with which `in:` would find it.
    """

    def __init__(self, documents: set[int], matches: Sequence[Match], kinds: Kinds) -> None:
        self.documents = documents
        self.matches = matches
        self.kinds = kinds

    def mentions(self, document: int) -> list[Span]:
        """The mentions in one document, in order. See `index.matching.matches.all_mentions`."""
        return all_mentions(self.matches, document)

    def counts(self, tick: Callable[[], None]) -> Mapping[int, int]:
        """The number of mentions in each document, 0 included. tick: called inside the loop over documents."""
        parts = parts_of(self.matches)
        words = [part for part in parts if isinstance(part, Words)]
        if len(words) == len(parts) and (known := counts(words)) is not None:
            # A document can match without any of the words: by a field, or by NOT.
            return {document: known.get(document, 0) for document in self.documents}
        found = {}
        for document in self.documents:
            tick()
            found[document] = len(self.mentions(document))
        return found

    def starts(self) -> Callable[[int], Sequence[int]]:
        """A function that returns the first position of each match in a document, ascending. All matches are Words.

        A position that several matches share is repeated. Call it with documents in ascending order.
        """
        return reader([match for match in self.matches if isinstance(match, Words)])

    def most_kinds(self, documents: Sequence[int]) -> Iterable[int]:
        """The section mask of each document: where any match may be. Reads no positions."""
        return as_one([match.kinds_in(documents) for match in self.matches] or [repeat(0, len(documents))], or_)

    def spans(self, document: int) -> list[Span]:
        """All matches in one document, in no order. They may repeat or overlap."""
        return [span for match in self.matches if document in match.documents for span in match.spans(document)]


def parts_of(matches: Iterable[Match]) -> list[Match]:
    """The matches, with each AnyOf replaced by its parts."""
    return [part for match in matches for part in (match.parts if isinstance(match, AnyOf) else [match])]


def as_one(lists: Sequence[Iterable[int]], how: Callable[[int, int], int]) -> Iterable[int]:
    """Combine several lists item by item, without a loop in Python."""
    return reduce(lambda one, other: map(how, one, other), lists)
