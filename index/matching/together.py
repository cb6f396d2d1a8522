"""Find where plain words occur together: the smallest spans within one paragraph that have a match of every word.

NEAR is in `index.matching.spans`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from operator import and_
from typing import TYPE_CHECKING

from index.matching.grouped import as_one
from index.matching.matches import Match, Words, lists, parts_of, postings_of
from index.matching.sections import Layouts
from index.matching.spans import Span, smallest
from index.storage.term_postings import many

if TYPE_CHECKING:
    from index.matching.arrays import Keys

_BEHIND = 1 << 32  # above any position
_OFTEN = 64  # documents between two checks of the deadline
_TURNED = 0.8  # factor for words that are not in query order


class Together:
    """Finds where the words of a query occur together. `matches` has one match per word, in query order."""

    def __init__(self, matches: Sequence[Match], layout: Layouts) -> None:
        self._matches = matches
        self._layout = layout
        self._known: dict[int, float] = {}

    def documents(self, among: set[int], tick: Callable[[], None]) -> set[int]:
        """Return the documents of `among` that have all words in one paragraph.

        Each of them must contain all the words. The search of a document stops at the first such paragraph. `tick` is
        called inside the loop.
        """
        ordered = sorted(among)
        kinds = as_one([match.kinds_in(ordered) for match in self._matches], and_)
        if many(ordered):
            return self._documents([document for document, common in zip(ordered, kinds, strict=True) if common], tick)
        readers = [_lists_of(match) for match in self._matches]
        found = set()
        for number, (document, common) in enumerate(zip(ordered, kinds, strict=True)):
            if number % _OFTEN == 0:
                tick()
            if common:  # everything in one paragraph is in sections of the same kind
                few, *others = sorted((read(document) for read in readers), key=_size)
                if _share_a_paragraph(few, others, self._layout(document).starts):
                    found.add(document)
        return found

    def _documents(self, documents: Sequence[int], tick: Callable[[], None]) -> set[int]:
        """Return those of many documents that have all words in one paragraph.

        Their words must share a kind of section. `documents` must be in ascending order.
        """
        from index.matching import arrays

        tick()
        starts = self._layout.paragraphs(documents).starts
        tick()
        return arrays.sharing_a_paragraph([postings_of(match, documents) for match in self._matches], documents, starts)

    def spans(self, document: int) -> list[Span]:
        """Return the places in one document, ascending. They may overlap, but none contains another."""
        return [span for groups in self._paragraphs(document) for span in smallest_windows(groups)]

    def counts(self, documents: Collection[int], tick: Callable[[], None]) -> Mapping[int, int]:
        """Return the number of places in each document."""
        words = self._frequent_words()
        if words:
            from index.matching import windows

            tick()
            having = self._having_all(documents)
            counted = windows.counts([match.keys(having) for match in words], self._starts_of(having))
            return {document: counted.get(document, 0) for document in documents}
        found = {}
        for document in sorted(documents):
            tick()
            found[document] = len(self.spans(document))
        return found

    def measure(self, documents: Collection[int], tick: Callable[[], None]) -> None:
        """Compute `nearness` for many documents at once, for a query that matches many."""
        words = self._frequent_words()
        if words:
            from index.matching import windows

            tick()
            having = self._having_all(documents)
            near = windows.nearness([match.keys(having) for match in words], self._starts_of(having), _TURNED)
            self._known |= {document: near.get(document, 0.0) for document in documents}

    def _frequent_words(self) -> list[Words]:
        """Return the matches if all are single words and one is in many documents. Otherwise return nothing."""
        words = [match for match in self._matches if isinstance(match, Words) and match.width == 1]
        if len(words) < max(2, len(self._matches)) or not any(many(match.documents) for match in words):
            return []
        return words

    def _having_all(self, documents: Collection[int]) -> list[int]:
        return sorted(set(documents).intersection(*(match.documents for match in self._matches)))

    def _starts_of(self, documents: Sequence[int]) -> Keys:
        return self._layout.paragraphs(documents).starts

    def nearness(self, document: int) -> float:
        """Return how close together the words are: 1 if adjacent in query order, 0 if no paragraph has them all."""
        if document in self._known:
            return self._known[document]
        if any(document not in match.documents for match in self._matches):
            return 0.0
        starts, words = self._layout(document).starts, len(self._matches)
        best = 0.0
        for span, begins in _windows([match.spans(document) for match in self._matches]):
            if words <= best * (span[1] - span[0] + 1):
                continue
            near = _nearness(span, begins)
            if near > best and bisect_right(starts, span[0]) == bisect_right(starts, span[1]):
                best = near
                if best == 1.0:
                    break
        return best

    def _paragraphs(self, document: int) -> list[list[list[Span]]]:
        """Return the matches of each word for each paragraph that has all the words."""
        if any(document not in match.documents for match in self._matches):
            return []
        spans = [match.spans(document) for match in self._matches]
        firsts = [[first for first, _ in some] for some in spans]
        starts = self._layout(document).starts
        found = []
        for ordinal in sorted({bisect_right(starts, first) for first in min(firsts, key=len)}):
            begin, end = starts[ordinal - 1], starts[ordinal] if ordinal < len(starts) else _BEHIND
            groups = [
                list(some[bisect_left(at, begin) : bisect_left(at, end)])
                for some, at in zip(spans, firsts, strict=True)
            ]
            if all(groups):
                found.append(groups)
        return found


def _lists_of(match: Match) -> Callable[[int], Sequence[Sequence[int]]]:
    """Return a function that returns the first positions of a match in a document, as ascending lists.

    Call the function with documents in ascending order.
    """
    parts = parts_of([match])
    words = [part for part in parts if isinstance(part, Words)]
    return lists(words) if len(words) == len(parts) else lambda document: list(match.starts(document))


def reader_of(match: Match) -> Callable[[int], Sequence[int]]:
    """Like `_lists_of`, but the function returns a single list."""
    read = _lists_of(match)

    def one(document: int) -> Sequence[int]:
        found = read(document)
        return found[0] if len(found) == 1 else sorted(chain.from_iterable(found))

    return one


def _size(several: Sequence[Sequence[int]]) -> int:
    return sum(map(len, several))


def _share_a_paragraph(
    few: Sequence[Sequence[int]], others: Sequence[Sequence[Sequence[int]]], starts: Sequence[int]
) -> bool:
    """Return whether a paragraph has a position of each word.

    `few` are the lists of the word with the fewest positions.
    """
    for position in chain.from_iterable(few):
        ordinal = bisect_right(starts, position)
        begin, end = starts[ordinal - 1], starts[ordinal] if ordinal < len(starts) else _BEHIND
        for other in others:
            if not any((at := bisect_left(some, begin)) < len(some) and some[at] < end for some in other):
                break
        else:
            return True
    return False


def smallest_windows(groups: Sequence[Sequence[Span]]) -> list[Span]:
    """Return the spans that contain one item of each group and no smaller such span, ascending.

    No group may be empty.
    """
    return smallest(span for span, _ in _windows(groups))


def nearest_window(groups: Sequence[Sequence[Span]]) -> tuple[float, Span]:
    """Return the span in which the groups are closest together, the first one if there are several, and its nearness.

    The nearness is the share of the span that consists of the words themselves, reduced if they are not in the order of
    the groups.
    """
    return max(
        ((_nearness(span, begins), span) for span, begins in _windows(groups)), key=lambda each: (each[0], -each[1][0])
    )


def narrowest(groups: Sequence[Sequence[Span]]) -> int:
    """Return the width in tokens of the narrowest span that contains one item of each group. No group may be empty."""
    return min(last - first + 1 for (first, last), _ in _windows(groups))


def _nearness(span: Span, begins: Sequence[int]) -> float:
    share = min(1.0, len(begins) / (span[1] - span[0] + 1))
    return share if all(one <= other for one, other in pairwise(begins)) else _TURNED * share


def _windows(groups: Sequence[Sequence[Span]]) -> Iterator[tuple[Span, list[int]]]:
    """Yield, for each match, the narrowest span that ends with it and contains one item of each group.

    It comes with the start of each item, in a list that is reused for the next span.
    """
    latest = [-1] * len(groups)
    missing = len(groups)
    for last, first, number in sorted((last, first, n) for n, some in enumerate(groups) for first, last in some):
        missing -= latest[number] < 0
        latest[number] = max(latest[number], first)
        if not missing:
            yield (min(latest), last), latest
