"""How hits are ordered: BM25 over the words of the text, weighted by section when they were indexed, and of the title,
and more where the parts of the query stand together in one paragraph. docs/ranking.md has what was measured.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), equations 3.15 and 3.17.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import nlargest
from math import log
from operator import add

from index import analyser
from index.matching.matches import Match
from index.storage.engine import Layout

_K1 = 1.2
_B = 0.5  # long reports are overviews, and an overview is not worse for its length: milder than the usual 0.75
_TITLE = 1.5  # a match in the title counts as this share of the most that a match in the text can give
_TOGETHER = 2.0  # each part of the query that stands in the paragraph with most of them counts so often again
_BEHIND = 1 << 32  # any position
_LOOKED_INTO = 30  # of how many documents, the best without that: reading places takes time


class Titles:
    """Which documents have which words in their titles."""

    def __init__(self, titles: Mapping[int, str]) -> None:
        self._terms: dict[str, set[int]] = defaultdict(set)
        for document, title in titles.items():
            for term, _ in analyser.terms(title):
                self._terms[term].add(document)

    def having(self, terms: Iterable[str]) -> set[int]:
        """The documents whose title has any of the terms; of a term of several words, all of them."""
        empty: set[int] = set()
        found: set[int] = set()
        for term in terms:
            found |= set.intersection(*(self._terms.get(word, empty) for word in term.split() or [""]))
        return found


class Ranking:
    """Scores documents. lengths: tokens of every document that is held."""

    def __init__(self, lengths: Mapping[int, int], titles: Titles) -> None:
        average = (sum(lengths.values()) / len(lengths) if lengths else 0.0) or 1.0
        self._held = len(lengths)
        self._norms = {document: _K1 * (1 - _B + _B * length / average) for document, length in lengths.items()}
        self._titles = titles

    def scores(
        self, matches: Sequence[Match], documents: set[int], layout: Callable[[int], Layout], tick: Callable[[], None]
    ) -> dict[int, float]:
        """The score of each of the documents: higher is better, 0 where nothing positive matches.

        tick: called inside the loops; it stops a query that takes too long.
        """
        total = dict.fromkeys(documents, 0.0)
        for match in matches:
            tick()
            points = self.points(match, documents)
            total.update(zip(points, map(add, map(total.__getitem__, points), points.values()), strict=True))
        if len(matches) > 1:
            last = min(nlargest(_LOOKED_INTO, total.values()), default=0.0)
            for document in [document for document, score in total.items() if score >= last]:
                tick()
                total[document] += sum(self.together(matches, document, layout(document)).values())
        return total

    def together(self, matches: Sequence[Match], document: int, layout: Layout) -> dict[int, float]:
        """What each part of the query, by its place among the matches, gives for standing in one paragraph with others.

        Of the paragraphs with the part that stands least often in the document, the one with most of the others counts.
        """
        places = {n: list(match.starts(document)) for n, match in enumerate(matches) if document in match.documents}
        if len(places) < 2:
            return {}
        tells = {n: _TOGETHER * rarity(matches[n], self._held) for n in places}
        least = min(places, key=lambda n: sum(map(len, places[n])))
        best: list[int] = []
        starts, most = layout.starts, 0.0
        for paragraph in sorted({bisect_right(starts, position) for some in places[least] for position in some}):
            first, last = starts[paragraph - 1], starts[paragraph] if paragraph < len(starts) else _BEHIND
            standing = [n for n, lists in places.items() if _stands(lists, first, last)]
            told = sum([tells[n] for n in standing])
            if len(standing) > 1 and told > most:
                best, most = standing, told
                if len(best) == len(places):  # no paragraph has more
                    break
        return {n: tells[n] for n in best}

    def points(self, match: Match, documents: set[int]) -> dict[int, float]:
        """What one part of the query gives to the score of those of the documents that it matches."""
        rare = rarity(match, self._held)
        most, norms, weights = rare * (_K1 + 1), self._norms, match.weights()
        matched = match.documents & documents
        points = {d: most * weights[d] / (weights[d] + norms[d]) for d in matched}
        for document in self._titles.having(match.terms) & matched:
            points[document] += rare * _TITLE
        return points


def _stands(lists: Sequence[Sequence[int]], first: int, end: int) -> bool:
    """Whether any of the ascending positions is in the range, its end excluded."""
    for some in lists:
        at = bisect_left(some, first)
        if at < len(some) and some[at] < end:
            return True
    return False


def rarity(match: Match, held: int) -> float:
    """How much a match tells, from the number of documents that have it: always above 0."""
    found = len(match.documents)
    return log(1 + (held - found + 0.5) / (found + 0.5))
