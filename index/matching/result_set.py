"""What a query finds: the documents, the matches in them, and in which kinds of section it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import repeat
from operator import or_

from index.matching.matches import AnyOf, Match, Words, all_mentions, counts, reader
from index.matching.spans import Span

Kinds = Callable[[Sequence[int]], Iterable[int]]
"""For each of some documents, the kinds of section (as bits) in which a part of the query holds."""


class Answer:
    """The documents that answer a query, and the matches that make them do so.

    matches: one for each positive part of the query (not those under NOT), in the order asked. kinds: for each of some
    documents, the kinds of section, as bits, for which `in:` that kind would find it.
    """

    def __init__(self, documents: set[int], matches: Sequence[Match], kinds: Kinds) -> None:
        self.documents = documents
        self.matches = matches
        self.kinds = kinds

    def mentions(self, document: int) -> list[Span]:
        """All matches in one document, each once, in order."""
        return all_mentions(self.matches, document)

    def counts(self, tick: Callable[[], None]) -> Mapping[int, int]:
        """How many mentions each of the documents has: every one of them is there, with 0 where nothing is mentioned.
        tick: called inside the loop over them.
        """
        parts = parts_of(self.matches)
        words = [part for part in parts if isinstance(part, Words)]
        if len(words) == len(parts) and (known := counts(words)) is not None:
            # A document can answer without any of the words: by a field, or because it does not have another.
            return {document: known.get(document, 0) for document in self.documents}
        found = {}
        for document in self.documents:
            tick()
            found[document] = len(self.mentions(document))
        return found

    def starts(self) -> Callable[[int], Sequence[int]]:
        """What gives the first positions of all matches, which are words, in one document after the other, ascending;
        one that several begin with is repeated.
        """
        return reader([match for match in self.matches if isinstance(match, Words)])

    def most_kinds(self, documents: Sequence[int]) -> Iterable[int]:
        """The kinds of section, as bits, in which any match can stand in each of the documents: no places are read for
        that.
        """
        return as_one([match.kinds_in(documents) for match in self.matches] or [repeat(0, len(documents))], or_)

    def spans(self, document: int) -> list[Span]:
        """All matches in one document, as they come."""
        return [span for match in self.matches if document in match.documents for span in match.spans(document)]


def parts_of(matches: Iterable[Match]) -> list[Match]:
    """The matches, those that are several one by one."""
    return [part for match in matches for part in (match.parts if isinstance(match, AnyOf) else [match])]


def as_one(lists: Sequence[Iterable[int]], how: Callable[[int, int], int]) -> Iterable[int]:
    """The lists as one, number by number, without a loop in Python."""
    return reduce(lambda one, other: map(how, one, other), lists)
