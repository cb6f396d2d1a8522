"""The result of evaluating a query: the documents, their matches, and the sections that match."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from operator import or_

from index.matching.grouped import as_one
from index.matching.matches import Match, Words, all_mentions, counts, parts_of, reader
from index.matching.spans import Span
from index.matching.together import Together

Kinds = Callable[[Sequence[int]], Iterable[int]]
"""Returns, for each document, the section mask in which a clause is true."""


class Answer:
    """The documents that match a query or a clause.

    `matches` has one match per clause that is not under NOT, in the order typed. `kinds` returns, for each document,
    the section mask of the kinds with which `in:` would find it. `together` is used for plain words: the mentions are
    the places where they occur together. Otherwise it is None, and each match is a mention. `verbatim` is where
    everything that was typed occurs word for word, including function words; it affects the order but not the counts.
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
        """Return the same answer restricted to these documents."""
        return Answer(documents, self.matches, self.kinds, self.together, self.verbatim)

    @property
    def wanted(self) -> Sequence[Match]:
        """Return the matches that decide which passages are shown, including what was typed as a whole."""
        return [*self.matches, self.verbatim] if self.verbatim else self.matches

    def has_verbatim(self, document: int) -> bool:
        """Return whether a document contains the typed text word for word."""
        return self.verbatim is not None and document in self.verbatim.documents

    def mentions(self, document: int) -> list[Span]:
        """Return the mentions in one document, in order."""
        return self.together.spans(document) if self.together else self.marks(document)

    def marks(self, document: int) -> list[Span]:
        """Return the matches in one document, in order. See `index.matching.matches.all_mentions`."""
        return all_mentions(self.matches, document)

    def counts(self, tick: Callable[[], None]) -> Mapping[int, int]:
        """Return the number of mentions in each document, including 0.

        `tick` is called inside the loop over documents.
        """
        if self.together:
            return self.together.counts(self.documents, tick)
        parts = parts_of(self.matches)
        words = [part for part in parts if isinstance(part, Words)]
        if len(words) == len(parts) and (known := counts(words)) is not None:
            # A document can match without any of the words: by a field, or by NOT.
            return {document: known.get(document, 0) for document in self.documents}
        if len(parts) == 1 and parts[0].apart:
            often = parts[0].occurrences()
            return {document: round(often.get(document, 0)) for document in self.documents}
        found = {}
        for document in sorted(self.documents):
            tick()
            found[document] = len(self.marks(document))
        return found

    def starts(self) -> Callable[[int], Sequence[int]]:
        """Return a function that returns the first position of each match in a document, ascending.

        All matches must be Words. A position shared by several matches is repeated. Call the function with documents in
        ascending order.
        """
        return reader([part for part in parts_of(self.matches) if isinstance(part, Words)])

    def most_kinds(self, documents: Sequence[int]) -> Iterable[int]:
        """Return the section mask of each document: the sections in which any match may be. Reads no positions."""
        return as_one([match.kinds_in(documents) for match in self.matches] or [repeat(0, len(documents))], or_)

    def spans(self, document: int) -> list[Span]:
        """Return all matches in one document, unordered. They may repeat or overlap."""
        return [span for match in self.matches if document in match.documents for span in match.spans(document)]
