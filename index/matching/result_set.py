"""The result of evaluating a query: the documents, their matches, and the sections that match."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import repeat
from operator import or_
from typing import TYPE_CHECKING

from index.matching.grouped import as_one
from index.matching.matches import Match, Words, all_mentions, counts, keys, parts_of, reader
from index.matching.spans import Span
from index.matching.together import Together

if TYPE_CHECKING:
    from index.matching.arrays import Keys

Kinds = Callable[[Sequence[int]], Iterable[int]]
"""Returns, for each document, the section mask in which a clause is true."""


class Answer:
    """The documents that match a query or a clause.

    matches: one for each clause that is not under NOT, in the order typed. kinds: returns, for each document, the
    section mask of the kinds with which `in:` would find it. together: for plain words, the places where they stand
    together, which are the mentions; otherwise None, and each match is a mention. verbatim: where all that was typed
    stands side by side, function words and all; it decides the order and counts nothing.
    """

    def __init__(
        self,
        documents: set[int],
        matches: Sequence[Match],
        kinds: Kinds,
        together: Together | None = None,
        verbatim: Match | None = None,
    ) -> None:
        self.documents = documents
        self.matches = matches
        self.kinds = kinds
        self.together = together
        self.verbatim = verbatim

    def only(self, documents: set[int]) -> Answer:
        """The same with only these of its documents."""
        return Answer(documents, self.matches, self.kinds, self.together, self.verbatim)

    @property
    def wanted(self) -> Sequence[Match]:
        """What the passages are chosen by: the matches, and what was typed as a whole."""
        return [*self.matches, self.verbatim] if self.verbatim else self.matches

    def has_verbatim(self, document: int) -> bool:
        """Whether a document has what was typed, word for word."""
        return self.verbatim is not None and document in self.verbatim.documents

    def mentions(self, document: int) -> list[Span]:
        """The mentions in one document, in order."""
        return self.together.spans(document) if self.together else self.marks(document)

    def marks(self, document: int) -> list[Span]:
        """The matches in one document, in order. See `index.matching.matches.all_mentions`."""
        return all_mentions(self.matches, document)

    def counts(self, tick: Callable[[], None]) -> Mapping[int, int]:
        """The number of mentions in each document, 0 included. tick: called inside the loop over documents."""
        parts = parts_of(self.matches)
        words = [part for part in parts if isinstance(part, Words)]
        if not self.together and len(words) == len(parts) and (known := counts(words)) is not None:
            # A document can match without any of the words: by a field, or by NOT.
            return {document: known.get(document, 0) for document in self.documents}
        if not self.together and len(parts) == 1 and parts[0].apart:
            often = parts[0].occurrences()
            return {document: round(often.get(document, 0)) for document in self.documents}
        found = {}
        for document in sorted(self.documents):
            tick()
            found[document] = len(self.mentions(document))
        return found

    def starts(self) -> Callable[[int], Sequence[int]]:
        """A function that returns the first position of each match in a document, ascending. All matches are Words.

        A position that several matches share is repeated. Call it with documents in ascending order.
        """
        return reader([match for match in self.matches if isinstance(match, Words)])

    def keys(self, documents: Collection[int]) -> Keys:
        """The same in some documents as one array. See `index.matching.arrays`."""
        return keys([match for match in self.matches if isinstance(match, Words)], documents)

    def most_kinds(self, documents: Sequence[int]) -> Iterable[int]:
        """The section mask of each document: where any match may be. Reads no positions."""
        return as_one([match.kinds_in(documents) for match in self.matches] or [repeat(0, len(documents))], or_)

    def spans(self, document: int) -> list[Span]:
        """All matches in one document, in no order. They may repeat or overlap."""
        return [span for match in self.matches if document in match.documents for span in match.spans(document)]
