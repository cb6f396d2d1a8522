"""Where a part of a query matches: which documents at once, and the places in a document when somebody looks at it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from operator import or_

from index.engine import KINDS, Layout
from index.postings import Postings
from index.spans import Span, mentions

EVERY_KIND = (1 << len(KINDS)) - 1
"""A set of section kinds as bits: bit n is for the kind with code n."""

_FEW = 256  # positions that are looked up one by one, at a byte each; of more, each kind is looked for
_RUN = re.compile(rb"(.)\1*", re.DOTALL)


class Match:
    """A part of the query. documents: numbers of the documents that it matches.

    text: the part as asked, for an explanation. terms: the words that it stood for.
    """

    text: str = ""
    terms: tuple[str, ...] = ()
    documents: set[int]

    def starts(self, document: int) -> Iterable[Sequence[int]]:
        """The first positions of the matches in one of the documents, in one or more ascending sequences."""
        return ([first for first, _ in self.spans(document)],)

    def spans(self, document: int) -> Sequence[Span]:
        """The matches in one of the documents, ascending; may repeat or overlap."""
        raise NotImplementedError

    def weights(self) -> Mapping[int, float]:
        """How much each document says it: occurrences, weighted by section where that is known."""
        raise NotImplementedError


class Words(Match):
    """Any of some terms."""

    def __init__(self, text: str, terms: Sequence[str], lists: Sequence[tuple[int, Postings]], live: set[int]) -> None:
        self.text = text
        self.terms = tuple(terms)
        self._lists = lists
        self._where: list[tuple[dict[int, int], Postings]] | None = None
        weights: dict[int, float] = {}
        for base, postings in lists:
            for number, weight in zip(postings.documents, postings.weights, strict=True):
                document = number + base
                weights[document] = weights.get(document, 0.0) + weight
        self._weights = weights
        self.documents = weights.keys() & live

    def starts(self, document: int) -> list[Sequence[int]]:
        return [postings.at(places[document]) for places, postings in self._placed() if document in places]

    def reader(self) -> Callable[[int], Sequence[int]]:
        """What gives the positions of all the terms in a document that has any, ascending: for many documents."""
        placed = self._placed()
        if len(placed) != 1:
            return self.positions
        ((places, postings),) = placed
        at = postings.at
        return lambda document: at(places[document])

    def positions(self, document: int) -> Sequence[int]:
        """The positions of all the terms in a document, ascending."""
        found = self.starts(document)
        return found[0] if len(found) == 1 else sorted(position for positions in found for position in positions)

    def _placed(self) -> list[tuple[dict[int, int], Postings]]:
        """Each list with the place of each document in it: pays from the second document on, and a phrase looks at
        thousands.
        """
        if self._where is None:
            self._where = [
                ({number + base: index for index, number in enumerate(postings.documents)}, postings)
                for base, postings in self._lists
            ]
        return self._where

    def spans(self, document: int) -> Sequence[Span]:
        positions = self.positions(document)
        return list(zip(positions, positions, strict=True))

    def weights(self) -> Mapping[int, float]:
        return self._weights

    def named(self, text: str) -> Words:
        """The same words, asked for in other letters."""
        if text == self.text:
            return self
        twin = Words.__new__(Words)
        twin.__dict__.update(self.__dict__)
        twin.text = text
        return twin


class Runs(Match):
    """Words side by side: matches of one width, kept by their first positions."""

    def __init__(self, text: str, terms: Sequence[str], firsts: Mapping[int, Sequence[int]], width: int) -> None:
        self.text = text
        self.terms = tuple(terms)
        self._firsts = firsts
        self._more = width - 1
        self.documents = set(firsts)

    def starts(self, document: int) -> Iterable[Sequence[int]]:
        return (self._firsts[document],)

    def spans(self, document: int) -> Sequence[Span]:
        return [(first, first + self._more) for first in self._firsts[document]]

    def weights(self) -> Mapping[int, float]:
        return {document: float(len(firsts)) for document, firsts in self._firsts.items()}


class Found(Match):
    """Spans that were worked out document by document: near, loose phrases, sections."""

    def __init__(self, text: str, terms: Sequence[str], by_document: Mapping[int, Sequence[Span]]) -> None:
        self.text = text
        self.terms = tuple(terms)
        self._by_document = by_document
        self.documents = set(by_document)

    def spans(self, document: int) -> Sequence[Span]:
        return self._by_document.get(document, ())

    def weights(self) -> Mapping[int, float]:
        return {document: float(len(spans)) for document, spans in self._by_document.items()}


class AnyOf(Match):
    """Several matches taken as one part of the query."""

    def __init__(self, text: str, parts: Sequence[Match]) -> None:
        self.text = text
        self.parts = parts
        self.terms = tuple(dict.fromkeys(term for part in parts for term in part.terms))
        self.documents = set().union(*(part.documents for part in parts))

    def starts(self, document: int) -> Iterable[Sequence[int]]:
        return [positions for part in self.parts if document in part.documents for positions in part.starts(document)]

    def spans(self, document: int) -> Sequence[Span]:
        found = [part.spans(document) for part in self.parts if document in part.documents]
        return found[0] if len(found) == 1 else sorted({span for spans in found for span in spans})

    def weights(self) -> Mapping[int, float]:
        total: dict[int, float] = {}
        for part in self.parts:
            for document, weight in part.weights().items():
                total[document] = total.get(document, 0.0) + weight
        return total


class Sections:
    """In which kinds of section the places of a document stand."""

    def __init__(self, layout: Layout) -> None:
        runs = [(match.start(), match[1][0]) for match in _RUN.finditer(layout.kinds)]
        self._starts = [layout.starts[ordinal] for ordinal, _ in runs]
        self._bits = [1 << kind for _, kind in runs]
        self._by_kind: dict[int, list[tuple[int, int]]] = {}
        for start, end, bit in zip(self._starts, [*self._starts[1:], 1 << 32], self._bits, strict=False):
            self._by_kind.setdefault(bit, []).append((start, end))
        self.present = reduce(or_, self._bits, 0)
        lengths = (end - start for start, end in pairwise([*self._starts, layout.starts[-1] + 1 if runs else 0]))
        self._codes = b"".join(bytes((kind,)) * length for (_, kind), length in zip(runs, lengths, strict=True))
        """The kind's code of each position up to the last paragraph, in which there is no other kind anyway."""
        self._last = runs[-1][1] if runs else 0

    def of(self, positions: Sequence[int]) -> int:
        """The kinds, as bits, of the sections in which any of the ascending positions stands."""
        found = 0
        size = len(positions)
        if size <= _FEW:
            if size and positions[-1] >= len(self._codes):
                found = 1 << self._last
                positions = positions[: bisect_left(positions, len(self._codes))]
            for code in set(map(self._codes.__getitem__, positions)):
                found |= 1 << code
            return found
        for bit, runs in self._by_kind.items():  # a frequent word is found in the first run of each kind or soon after
            for start, end in runs:
                at = bisect_left(positions, start)
                if at == size:
                    break
                if positions[at] < end:
                    found |= bit
                    break
        return found

    def inside(self, spans: Iterable[Span], kinds: int) -> list[Span]:
        """The spans that begin in a section of one of the kinds."""
        return [span for span in spans if self._bits[bisect_right(self._starts, span[0]) - 1] & kinds]


def all_mentions(matches: Iterable[Match], document: int) -> list[Span]:
    """The matches in one document, each once, none that lies inside a longer one, in order."""
    return mentions(span for match in matches if document in match.documents for span in match.spans(document))
