"""Matches of a clause: the set of documents immediately, the positions in a document only on request."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, reduce
from itertools import chain, pairwise
from operator import or_
from typing import TYPE_CHECKING

from index.matching.grouped import Grouped, counts_of
from index.matching.sections import EVERY_KIND
from index.matching.spans import Span, mentions
from index.storage.postings import Postings, PostingsBuilder
from index.storage.term_postings import Lists, TermPostings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.matching.arrays import Keys, Masks


class Match:
    """The matches of one clause.

    `documents` are the matching documents, `text` is the clause as typed, and `terms` are its words in the index. If
    `exact` is False, `kinds` may include sections without a match. `apart` means that no two matches share a token, so
    that `occurrences` can count them without reading positions.
    """

    text: str = ""
    terms: tuple[str, ...] = ()
    documents: set[int]
    exact = False
    apart = False

    def starts(self, document: int) -> Iterable[Sequence[int]]:
        """Return the first position of each match in a document of `documents`, as one or more ascending sequences."""
        return ([first for first, _ in self.spans(document)],)

    def spans(self, document: int) -> Sequence[Span]:
        """Return the matches in a document, ascending. They may repeat or overlap."""
        raise NotImplementedError

    def weights(self) -> Mapping[int, float]:
        """Return the weight of the clause in each document: its occurrences, weighted by section if that is known."""
        raise NotImplementedError

    def postings(self, among: Collection[int]) -> Postings:
        """Return the first positions of the matches in at least these documents as postings.

        They have no weights and sections.
        """
        found = PostingsBuilder()
        for document in sorted(self.documents.intersection(among)):
            found.add(document, 0.0, sorted(chain.from_iterable(self.starts(document))), 0)
        return found.postings()

    def ahead(self, documents: Sequence[int]) -> None:
        """Announce which documents will be read next, so that a remote engine can fetch them all at once."""

    def occurrences(self) -> Mapping[int, float]:
        """Return how often the clause occurs in each document, in any section."""
        return self.weights()

    def kinds(self, document: int) -> int:
        """Return the section mask of the document: the sections in which the clause may match. Reads no positions."""
        return EVERY_KIND

    def kinds_in(self, documents: Sequence[int]) -> Iterable[int]:
        """Return the section mask of each document, 0 for a document that does not match."""
        return (self.kinds(document) if document in self.documents else 0 for document in documents)


class Words(Match):
    """The matches of any of several terms, or of a precomputed phrase.

    `by_term` has the postings of each term. `width` is the number of tokens in a match.
    """

    exact = True

    def __init__(
        self, text: str, terms: Sequence[str], by_term: Sequence[Lists], live: set[int], width: int = 1
    ) -> None:
        self.text = text
        self.terms = tuple(terms)
        self.width = width
        self._known = TermPostings(by_term, live)
        self._latest: tuple[int, Sequence[Span]] = (-1, ())

    @cached_property
    def documents(self) -> set[int]:  # type: ignore[override]  # worked out when it is needed
        return self._known.documents

    def starts(self, document: int) -> list[Sequence[int]]:
        return self._known.at(document)

    def reader(self) -> Callable[[int], Sequence[int]]:
        """Return a function that returns the positions of all terms in a document, ascending.

        This is faster than `positions` for many documents. Call the function with matching documents in ascending
        order.
        """
        return self._known.reader()

    def positions(self, document: int) -> Sequence[int]:
        """Return the positions of all terms in a document, ascending."""
        found = self.starts(document)
        return found[0] if len(found) == 1 else sorted(chain.from_iterable(found))

    def spans(self, document: int) -> Sequence[Span]:
        if self._latest[0] != document:  # several callers request those of one document in turn
            positions = self.positions(document)
            ends = [first + self.width - 1 for first in positions] if self.width > 1 else positions
            self._latest = document, list(zip(positions, ends, strict=True))
        return self._latest[1]

    def weights(self) -> Mapping[int, float]:
        return self._known.weights

    def occurrences(self) -> Mapping[int, float]:
        return self._known.counts

    def kinds(self, document: int) -> int:
        return self._known.kinds.get(document, 0)

    def kinds_in(self, documents: Sequence[int]) -> Iterable[int]:
        return self._known.kinds_in(documents)

    @property
    def kinds_of(self) -> Callable[[int], int]:
        """Return a faster version of `kinds` for documents that are known to match."""
        return self._known.kinds.__getitem__

    def keys(self, documents: Collection[int]) -> Keys:
        """Return the positions in the given documents as one array. See `index.matching.arrays`."""
        return keys([self], documents)

    def masks(self, size: int) -> Masks:
        """Return the section mask of each document number below `size`. See `index.matching.arrays`."""
        return masks([self], size)

    @property
    def by_term(self) -> Sequence[Lists]:
        """The postings of each of its terms."""
        return self._known.by_term

    def named(self, text: str) -> Words:
        """Return the same matches for a clause that was typed differently."""
        if text == self.text:
            return self
        twin = Words.__new__(Words)
        twin.__dict__.update(self.__dict__)
        twin.text = text
        return twin


def reader(several: Sequence[Words]) -> Callable[[int], Sequence[int]]:
    """Return a function that returns the positions of any of the words in a document, ascending.

    A position shared by two words is repeated. Call the function with matching documents in ascending order.
    """
    return TermPostings.together([words._known for words in several]).reader()


def lists(several: Sequence[Words]) -> Callable[[int], list[Sequence[int]]]:
    """Like `reader`, but the function returns a separate, unsorted list of positions for each term."""
    return TermPostings.together([words._known for words in several]).lists()


def keys(several: Sequence[Words], documents: Collection[int]) -> Keys:
    """Return the positions of any of the words in the given documents as one array. See `index.matching.arrays`."""
    from index.matching import arrays

    return arrays.keys_where(by_term(several), arrays.wanted_of(documents))


def masks(several: Sequence[Words], size: int) -> Masks:
    """Return the section mask of all words in each document number below `size` as one array."""
    from index.matching import arrays

    return arrays.masks(by_term(several), size)


def by_term(several: Sequence[Words]) -> list[Lists]:
    """Return the postings of each term of some words."""
    return [lists for words in several for lists in words._known.by_term]


def counts(several: Sequence[Words]) -> Mapping[int, int] | None:
    """Return the number of positions in each document where any of the words occurs, without reading the positions.

    Includes only documents with at least one; `Answer.counts` includes all. Returns None if words may share a position,
    as a word in capitals does with the same word in lower case, and a phrase with itself.
    """
    if any(words.width > 1 for words in several) or (
        len(several) > 1 and any(term.isupper() for words in several for term in words.terms)
    ):
        return None
    if len(several) == 1:
        return several[0]._known.counts
    by_term = {term: lists for words in several for term, lists in zip(words.terms, words._known.by_term, strict=True)}
    return TermPostings([*by_term.values()], set()).counts


class Runs(Match):
    """Adjacent words.

    `firsts` has the start of each match, by document. `width` is the number of words. `kinds` is the section mask that
    all words share.
    """

    def __init__(
        self,
        text: str,
        terms: Sequence[str],
        firsts: Mapping[int, Sequence[int]],
        width: int,
        kinds: Mapping[int, int],
    ) -> None:
        self.text = text
        self.terms = tuple(terms)
        self._firsts = firsts
        self.width = width
        self._kinds = kinds
        self.documents = set(firsts)

    def starts(self, document: int) -> Iterable[Sequence[int]]:
        return (self._firsts[document],)

    def spans(self, document: int) -> Sequence[Span]:
        return [(first, first + self.width - 1) for first in self._firsts[document]]

    def weights(self) -> Mapping[int, float]:
        return {document: float(count) for document, count in counts_of(self._firsts).items()}

    def postings(self, among: Collection[int]) -> Postings:
        return self._firsts.postings() if isinstance(self._firsts, Grouped) else super().postings(among)

    def kinds(self, document: int) -> int:
        return self._kinds[document]

    @property
    def keys(self) -> Keys | None:
        """Return the first positions as one array, if they were found that way."""
        return self._firsts.keys_of_all if isinstance(self._firsts, Grouped) else None

    def only(self, kept: NDArray[np.bool_]) -> Runs:
        """Return the same match restricted to some of its keys. Raises TypeError if it has none."""
        from index.matching.arrays import by_document

        if self.keys is None:
            raise TypeError("not found with arrays")
        return Runs(self.text, self.terms, by_document(self.keys[kept]), self.width, self._kinds)


class Pairs(Match):
    """Spans of which only the first and last positions in each document are stored, because there are many."""

    def __init__(
        self,
        text: str,
        terms: Sequence[str],
        firsts: Grouped,
        lasts: Grouped,
    ) -> None:
        self.text = text
        self.terms = tuple(terms)
        self._firsts = firsts
        self._lasts = lasts
        self.documents = set(firsts)

    def starts(self, document: int) -> Iterable[Sequence[int]]:
        return (self._firsts[document],)

    def spans(self, document: int) -> Sequence[Span]:
        return list(zip(self._firsts[document], self._lasts[document], strict=True))

    def weights(self) -> Mapping[int, float]:
        return {document: float(count) for document, count in self._firsts.counts().items()}

    @property
    def keys(self) -> Keys:
        """Return the first positions as one array."""
        return self._firsts.keys_of_all

    def only(self, kept: NDArray[np.bool_]) -> Pairs:
        """Return the same match restricted to some of its keys."""
        from index.matching.arrays import by_document

        firsts, lasts = (by_document(each.keys_of_all[kept]) for each in (self._firsts, self._lasts))
        return Pairs(self.text, self.terms, firsts, lasts)


class Found(Match):
    """Spans computed document by document: NEAR, phrases with slop, matches within sections."""

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
    """Several matches combined into those of one clause. None of them is itself an AnyOf."""

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
        return _sum(part.weights() for part in self.parts)

    def occurrences(self) -> Mapping[int, float]:
        return _sum(part.occurrences() for part in self.parts)

    def kinds(self, document: int) -> int:
        return reduce(or_, (part.kinds(document) for part in self.parts if document in part.documents), 0)


def _sum(several: Iterable[Mapping[int, float]]) -> Mapping[int, float]:
    total: dict[int, float] = {}
    for each in several:
        for document, number in each.items():
            total[document] = total.get(document, 0.0) + number
    return total


def postings_of(match: Match, among: Collection[int]) -> list[Lists]:
    """Return the first positions of a match in at least these documents as the postings of one or more terms."""
    found: list[Lists] = []
    for part in parts_of([match]):
        found += part._known.by_term if isinstance(part, Words) else [[(0, part.postings(among))]]
    return found


def all_mentions(matches: Iterable[Match], document: int) -> list[Span]:
    """Return the mentions in one document, in order.

    Matches that share a token are one mention. See `spans.mentions`.
    """
    held = [match for match in matches if document in match.documents]
    if len(held) == 1 and isinstance(held[0], Words | Runs):  # equal width, ordered and distinct
        found = held[0].spans(document)
        if all(one[1] < other[0] for one, other in pairwise(found)):  # "no no" matches twice in "no no no"
            return list(found)
    if all(isinstance(match, Words) and match.width == 1 for match in held):  # no single token is inside another
        starts = sorted({place for match in held for some in match.starts(document) for place in some})
        return list(zip(starts, starts, strict=True))
    return mentions(span for match in held for span in match.spans(document))


def any_of(text: str, parts: Sequence[Match]) -> Match:
    """Return one match for several. `text` is the clause as typed."""
    flat = parts_of(parts)
    found = [part for part in flat if part.documents] or flat[:1]
    return found[0] if len(found) == 1 else AnyOf(text, found)


def parts_of(matches: Iterable[Match]) -> list[Match]:
    """Return the matches, with each AnyOf replaced by its parts."""
    return [part for match in matches for part in (match.parts if isinstance(match, AnyOf) else [match])]
