"""Rank reports for three or more plain words: by BM25 of the report and of its three best paragraphs.

No report needs to have all the words, so this also ranks reports that have most of them. Weights of sections and titles
are not used, because with them the first ten results were worse (docs/ranking.md).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from heapq import nlargest
from itertools import chain
from math import log

from index.matching.matches import Match, postings_of
from index.matching.together import Together, reader_of
from index.ranking_policy import (
    BM25_K1,
    MOST_B,
    MOST_NEARNESS,
    MOST_PARAGRAPHS,
    MOST_REPORTS,
    MOST_SHORT,
    TOGETHER_FIRST_UP_TO,
)
from index.storage.engine import Layout
from index.storage.term_postings import many
from search.answering.ranking import idf

_ROUNDING = 1e-9  # of a sum of floating-point numbers

_Points = list[float]
"""The score that each of the words adds."""


class MostWords:
    """Scores reports by how much they contain of some words.

    `matches` has one match per word. `lengths` has the number of tokens of each document. `check_deadline` is called
    inside the loops, and stops a query that takes too long. `expect` is called with the documents that will be read.
    """

    def __init__(
        self,
        matches: Sequence[Match],
        lengths: Mapping[int, int],
        layout: Callable[[int], Layout],
        check_deadline: Callable[[], None],
        expect: Callable[[Collection[int]], None],
    ) -> None:
        self._expect = expect
        self._matches = matches
        self._lengths = lengths
        self._layout = layout
        self._check_deadline = check_deadline
        self._points: dict[int, _Points] = {}

    def lacking(self, document: int) -> tuple[str, ...]:
        """Return the query words that a document lacks, as typed."""
        return tuple(dict.fromkeys(match.text for match in self._matches if document not in match.documents))

    def points(self, document: int) -> Sequence[float]:
        """Return what each word adds to the score of a document that was passed to `scores`."""
        return self._points[document]

    def scores(
        self, documents: Iterable[int], near: AbstractSet[int] = frozenset(), together: Together | None = None
    ) -> dict[int, float]:
        """Return the score of each document, at most 1.1. The report and its best paragraphs each contribute half.

        `near` are the documents that have the words in one paragraph; they are shown first unless the words form a
        sentence. `together` is where the words occur together in them.
        """
        reports = self._of_reports(set(documents))
        totals = {document: sum(points) for document, points in reports.items()}
        first = near if len(self._matches) <= TOGETHER_FIRST_UP_TO else frozenset[int]()
        examined = nlargest(MOST_REPORTS, totals, key=lambda document: (document in first, totals[document], -document))
        self._expect(examined)
        paragraphs = self._of_paragraphs(sorted(examined))
        most = 2 * (max(totals.values(), default=0.0) or 1.0)
        highest = 2 * (max(map(sum, paragraphs.values()), default=0.0) or 1.0)
        none = [0.0] * len(self._matches)
        if together:
            together.measure([document for document in examined if document in first], self._check_deadline)
        for document, points in reports.items():
            beside = 0.0
            if together and document in first and document in paragraphs:
                beside = MOST_NEARNESS * together.nearness(document) / len(self._matches)
            best = paragraphs.get(document, none)
            self._points[document] = [a / most + b / highest + beside for a, b in zip(points, best, strict=True)]
        return {document: sum(self._points[document]) for document in reports}

    def _of_reports(self, documents: set[int]) -> dict[int, _Points]:
        average = sum(self._lengths.values()) / max(1, len(self._lengths)) or 1.0
        share = BM25_K1 * MOST_B / average
        found = {document: [0.0] * len(self._matches) for document in documents}
        for number, match in enumerate(self._matches):
            self._check_deadline()
            most, counts = idf(match, len(self._lengths)) * (BM25_K1 + 1), match.occurrences()
            for document in match.documents & documents:
                count = counts[document]
                norm = BM25_K1 * (1 - MOST_B) + share * self._lengths[document]
                found[document][number] = most * count / (count + norm)
        return found

    def _of_paragraphs(self, documents: Sequence[int]) -> dict[int, _Points]:
        """Return the points of each document's best paragraphs. `documents` must be in ascending order."""
        if many(documents) or any(many(match.documents) for match in self._matches):
            return self._in_arrays(documents)
        readers = [(match, reader_of(match)) for match in self._matches]
        counted: dict[int, list[Counter[int]]] = {}
        for document in documents:
            self._check_deadline()
            starts = self._layout(document).starts
            counted[document] = [
                Counter(bisect_right(starts, position) - 1 for position in read(document))
                if document in match.documents
                else Counter()
                for match, read in readers
            ]
        held = sum(len(self._layout(document).starts) for document in documents) or 1
        having = [sum(len(each[n]) for each in counted.values()) for n in range(len(self._matches))]
        weights = [log(1 + (held - some + 0.5) / (some + 0.5)) for some in having]
        return {document: self._best(document, each, weights) for document, each in counted.items()}

    def _in_arrays(self, documents: Sequence[int]) -> dict[int, _Points]:
        """Return the points of each document's best paragraphs, using arrays, for words that occur in many
        documents.
        """
        import numpy as np

        from index.matching import arrays

        if not documents:
            return {}
        starts = arrays.paragraphs_of(documents, self._layout).starts
        counts, wanted = [], arrays.wanted_of(documents)
        for match in self._matches:
            self._check_deadline()
            counts.append(arrays.in_paragraphs(arrays.keys_of_terms(postings_of(match, documents), wanted), starts))
        held = len(starts) or 1
        having_any = [int(np.count_nonzero(some)) for some in counts]
        weights = [log(1 + (held - some + 0.5) / (some + 0.5)) for some in having_any]
        found: dict[int, _Points] = {}
        at = 0
        for document in documents:
            self._check_deadline()
            own, length = np.asarray(self._layout(document).starts, np.int64), self._lengths[document]
            here = slice(at, at + len(own))
            at += len(own)
            if not len(own):
                found[document] = self._best_of({})
                continue
            average = max(MOST_SHORT, length / len(own))
            sizes = np.maximum(MOST_SHORT, np.diff(own, append=own[:1] + length))
            norms = BM25_K1 * (1 - MOST_B + MOST_B * sizes / average)
            points = [
                weight * (BM25_K1 + 1) * some[here] / (some[here] + norms)
                for weight, some in zip(weights, counts, strict=True)
            ]
            total = np.sum(points, axis=0)
            least = np.sort(total)[-len(MOST_PARAGRAPHS) :][0]
            likely = np.flatnonzero((total > 0) & (total >= least - _ROUNDING))
            by_paragraph = {int(ordinal): [float(some[ordinal]) for some in points] for ordinal in likely}
            found[document] = self._best_of(by_paragraph)
        return found

    def _best_of(self, points: Mapping[int, _Points]) -> _Points:
        """Return the combined points of the best of some paragraphs."""
        best = nlargest(len(MOST_PARAGRAPHS), points, key=lambda ordinal: (sum(points[ordinal]), -ordinal))
        return [
            sum(share * points[ordinal][number] for share, ordinal in zip(MOST_PARAGRAPHS, best, strict=False))
            for number in range(len(self._matches))
        ]

    def _best(self, document: int, counts: Sequence[Counter[int]], weights: Sequence[float]) -> _Points:
        """Return the points of the best paragraphs of a document.

        `counts` has, for each word, its number by paragraph.
        """
        starts, length = self._layout(document).starts, self._lengths[document]
        average = max(MOST_SHORT, length / len(starts)) if len(starts) else MOST_SHORT
        points: dict[int, _Points] = {}
        for number, (weight, by_paragraph) in enumerate(zip(weights, counts, strict=True)):
            for ordinal, count in by_paragraph.items():
                end = starts[ordinal + 1] if ordinal + 1 < len(starts) else starts[0] + length
                size = max(MOST_SHORT, end - starts[ordinal])
                norm = BM25_K1 * (1 - MOST_B + MOST_B * size / average)
                one = points.setdefault(ordinal, [0.0] * len(counts))
                one[number] = weight * (BM25_K1 + 1) * count / (count + norm)
        return self._best_of(points)


def having_most(matches: Sequence[Match]) -> set[int]:
    """Return the documents that have at least half of the words, but not all."""
    counts = Counter(chain.from_iterable(match.documents for match in matches))
    return {document for document, count in counts.items() if len(matches) <= 2 * count < 2 * len(matches)}
