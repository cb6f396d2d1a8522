"""Choose what a judge reads of a report: the paragraphs that match most of the query, cut around the matches."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import snowballstemmer

WIDTH = 240  # characters of an excerpt
_K1, _B = 1.2, 0.75
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


class Excerpts:
    """Plain BM25 over the paragraphs of all reports, for any of the words in all their forms."""

    def __init__(self, paragraphs: Mapping[str, Sequence[str]]) -> None:
        self._paragraphs = paragraphs
        self._stem = snowballstemmer.stemmer("english").stemWord
        self._stems: dict[str, str] = {}
        self._postings: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        self._lengths: dict[str, list[int]] = {}
        for report, texts in paragraphs.items():
            counted = [Counter(self._terms(text)) for text in texts]
            self._lengths[report] = [count.total() for count in counted]
            for ordinal, count in enumerate(counted):
                for term, times in count.items():
                    self._postings[term][report].append((ordinal, times))
        lengths = [length for each in self._lengths.values() for length in each]
        self._count, self._mean = len(lengths), sum(lengths) / max(1, len(lengths))

    def of(self, report: str, words: str, chosen: Iterable[int], most: int) -> list[str]:
        """Return at most `most` excerpts of a report: the chosen paragraphs first, then the best others."""
        idf = {term: self._idf(term) for term in set(self._terms(words))}
        ordinals = list(dict.fromkeys([*chosen, *self._best(report, idf, most)]))[:most]
        return [self._cut(self._paragraphs[report][ordinal], idf) for ordinal in ordinals]

    def _terms(self, text: str) -> list[str]:
        return [self._term(word.group()) for word in _WORD.finditer(text)]

    def _term(self, word: str) -> str:
        if word not in self._stems:
            self._stems[word] = self._stem(word.lower())
        return self._stems[word]

    def _idf(self, term: str) -> float:
        having = sum(len(places) for places in self._postings[term].values()) if term in self._postings else 0
        return math.log(1 + (self._count - having + 0.5) / (having + 0.5))

    def _best(self, report: str, idf: Mapping[str, float], most: int) -> list[int]:
        scores: dict[int, float] = defaultdict(float)
        for term in sorted(idf):
            for ordinal, times in self._postings.get(term, {}).get(report, []):
                norm = _K1 * (1 - _B + _B * self._lengths[report][ordinal] / self._mean)
                scores[ordinal] += idf[term] * times * (_K1 + 1) / (times + norm)
        return sorted(scores, key=lambda ordinal: (-scores[ordinal], ordinal))[:most]

    def _cut(self, text: str, idf: Mapping[str, float]) -> str:
        """Return part of a paragraph, of limited width, with the most distinctive words of the question."""
        text = " ".join(text.split())
        words = [(word.start(), self._term(word.group())) for word in _WORD.finditer(text)]
        best, at = -1.0, 0
        for start, term in words:
            if term in idf or not start:
                inside = {each for place, each in words if start <= place < start + WIDTH - 60}
                worth = math.fsum(idf[each] for each in inside if each in idf)
                if worth > best:
                    best, at = worth, start
        begin = max(0, min(at - 50, len(text) - WIDTH))
        return text[begin : begin + WIDTH]
