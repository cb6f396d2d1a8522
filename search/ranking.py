"""How hits are ordered: BM25 over the words of the text, weighted by section when they were indexed, and of the title.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), equations 3.15 and 3.17.
"""

from collections.abc import Mapping, Sequence
from math import log

from index.matches import Match

_K1 = 1.2
_B = 0.5  # long reports are overviews, and an overview is not worse for its length: milder than the usual 0.75
_TITLE = 1.5  # a match in the title counts as this share of the most that a match in the text can give


class Ranking:
    """Scores documents for one query.

    matches: the positive parts of the query. lengths: tokens of every document. titles: the terms of each one's title.
    """

    def __init__(
        self, matches: Sequence[Match], lengths: Mapping[int, int], titles: Mapping[int, frozenset[str]]
    ) -> None:
        self._lengths = lengths
        self._titles = titles
        self._average = sum(lengths.values()) / len(lengths) if lengths else 1.0
        self._weighted = [(match, rarity(match, len(lengths)), _title_terms(match)) for match in matches]

    def score(self, document: int) -> float:
        """Higher is better; 0 for a document that nothing positive matches."""
        norm = _K1 * (1 - _B + _B * self._lengths[document] / (self._average or 1.0))
        title = self._titles.get(document, frozenset())
        score = 0.0
        for match, rare, in_title in self._weighted:
            if document in match.documents:
                weight = match.weights()[document]
                score += rare * weight * (_K1 + 1) / (weight + norm)
                if any(terms <= title for terms in in_title):
                    score += rare * _TITLE
        return score


def rarity(match: Match, documents: int) -> float:
    """How much a match tells, from the number of documents that have it: always above 0."""
    found = len(match.documents)
    return log(1 + (documents - found + 0.5) / (found + 0.5))


def _title_terms(match: Match) -> list[frozenset[str]]:
    return [frozenset(term.split()) for term in match.terms]
