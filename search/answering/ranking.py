"""The order of hits.

Hits are ranked by BM25 over the words of the text and the title, with extra points for parts of the query that occur
together in one paragraph. The constants are in index.ranking_policy; docs/ranking.md has the measurements. See
Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), equations 3.15 and 3.17.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from heapq import nlargest
from math import log
from operator import add

from index import analyser
from index.function_words import is_function_word
from index.matching.matches import Match
from index.matching.result_set import Answer
from index.ranking_policy import (
    BM25_B,
    BM25_K1,
    NEARNESS_REPORTS,
    NEARNESS_WEIGHT,
    PROXIMITY_REPORTS,
    PROXIMITY_WEIGHT,
    TITLE_SHARE,
)
from index.storage.engine import Layout

_END = 1 << 32  # above any position


class Titles:
    """An index of the words in titles."""

    def __init__(self, titles: Mapping[int, str]) -> None:
        self._terms: dict[str, set[int]] = defaultdict(set)
        documents = iter(titles)
        document = next(documents, -1)
        for token in analyser.tokens_of([*titles.values()]):
            if token == analyser.GAP:
                document = next(documents)
            else:
                self._terms[analyser.term(token)[0]].add(document)

    def having(self, terms: Iterable[str]) -> set[int]:
        """Return the documents whose title has any of the terms.

        For a term of several words, the title needs all of them.
        """
        empty: set[int] = set()
        found: set[int] = set()
        for term in terms:
            found |= set.intersection(*(self._terms.get(word, empty) for word in term.split() or [""]))
        return found


class Ranking:
    """Scores documents. `lengths` has the number of tokens of each document in the index."""

    def __init__(self, lengths: Mapping[int, int], titles: Titles) -> None:
        average = (sum(lengths.values()) / len(lengths) if lengths else 0.0) or 1.0
        self._size = len(lengths)
        self._norms = {
            document: BM25_K1 * (1 - BM25_B + BM25_B * length / average) for document, length in lengths.items()
        }
        self._titles = titles

    def scores(
        self,
        answer: Answer,
        near: set[int] | None,
        layout: Callable[[int], Layout],
        expect: Callable[[Collection[int]], None],
        check_deadline: Callable[[], None],
    ) -> dict[int, float]:
        """Return the score of each document: higher is better, and 0 means that no positive part of the query matches.

        `near` are the documents with all plain words in one paragraph. `expect` is called with the documents that will
        be read. `check_deadline` is called in the loops, and stops a query that takes too long.
        """
        total = dict.fromkeys(answer.documents, 0.0)
        for match in answer.matches:
            check_deadline()
            points = self.points(match, answer.documents)
            total.update(zip(points, map(add, map(total.__getitem__, points), points.values()), strict=True))
        if len(answer.matches) > 1:
            best = _best(total, PROXIMITY_REPORTS) if near is None else _best_of_either(total, near)
            expect(best)
            if answer.together:
                answer.together.measure(best, check_deadline)
            for document in best:
                check_deadline()
                total[document] += sum(self.proximity(answer, document, layout(document)).values())
        return total

    def proximity(self, answer: Answer, document: int, layout: Layout) -> dict[int, float]:
        """Return the points that each part of the query gets for being near others, by its index in the matches.

        Plain words get points for how close together they occur, other parts for being in the same paragraph.
        """
        if answer.together:
            if nearness := answer.together.nearness(document):
                return {n: NEARNESS_WEIGHT * nearness * idf(each, self._size) for n, each in enumerate(answer.matches)}
            if len(answer.matches) == 2:  # both are in no paragraph
                return {}
        return self._sharing(answer.matches, document, layout)

    def _sharing(self, matches: Sequence[Match], document: int, layout: Layout) -> dict[int, float]:
        """Return the points for parts in one paragraph.

        Of the paragraphs with the part that is rarest in the document, the one with the highest total idf counts.
        """
        positions = {n: list(match.starts(document)) for n, match in enumerate(matches) if document in match.documents}
        if len(positions) < 2:
            return {}
        points = {n: PROXIMITY_WEIGHT * idf(matches[n], self._size) for n in positions}
        least = min(positions, key=lambda n: sum(map(len, positions[n])))
        best: list[int] = []
        starts, highest = layout.starts, 0.0
        for paragraph in sorted({bisect_right(starts, position) for some in positions[least] for position in some}):
            first, end = starts[paragraph - 1], starts[paragraph] if paragraph < len(starts) else _END
            present = [n for n, lists in positions.items() if _any_between(lists, first, end)]
            total = sum([points[n] for n in present])
            if len(present) > 1 and total > highest:
                best, highest = present, total
                if len(best) == len(positions):  # no paragraph has more
                    break
        return {n: points[n] for n in best}

    def points(self, match: Match, documents: set[int]) -> dict[int, float]:
        """Return what one part of the query adds to the score of each document that it matches."""
        match_idf = idf(match, self._size)
        most, norms, weights = match_idf * (BM25_K1 + 1), self._norms, match.weights()
        matched = match.documents & documents
        points = {d: most * weights[d] / (weights[d] + norms[d]) for d in matched}
        for document in self._titles.having(title_terms(match)) & matched:
            points[document] += match_idf * TITLE_SHARE
        return points


def title_terms(match: Match) -> list[str]:
    """Return the terms of a match to look for in titles.

    Function words are left out, because in a title they say nothing.
    """
    return [term for term in match.terms if not is_function_word(term)]


def _best(scores: Mapping[int, float], wanted: int) -> list[int]:
    """Return the documents with the highest scores, including all that tie with the last of them."""
    threshold = min(nlargest(wanted, scores.values()), default=0.0)
    return [document for document, score in scores.items() if score >= threshold]


def _best_of_either(scores: Mapping[int, float], near: set[int]) -> list[int]:
    """Return the best documents with plain words together, which are shown first, and the best of the others."""
    together = {document: scores[document] for document in near}
    apart = {document: score for document, score in scores.items() if document not in near}
    return [*_best(together, NEARNESS_REPORTS), *_best(apart, PROXIMITY_REPORTS)]


def _any_between(lists: Iterable[Sequence[int]], first: int, end: int) -> bool:
    """Return whether any of the ascending positions is in the range from `first` to `end` (exclusive)."""
    for positions in lists:
        at = bisect_left(positions, first)
        if at < len(positions) and positions[at] < end:
            return True
    return False


def idf(match: Match, size: int) -> float:
    """Return the inverse document frequency of a match in an index of `size` documents. It is always above 0."""
    found = len(match.documents)
    return log(1 + (size - found + 0.5) / (found + 0.5))
