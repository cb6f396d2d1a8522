"""Find reports and passages that have the most distinctive words in common with a report or passage."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log, sqrt
from typing import TYPE_CHECKING, Any

from corpus.report import Report
from corpus.texts import Texts
from index import analyser
from index.storage.engine import Layout, Snapshot
from index.storage.postings import Postings
from search.answering.passages import passages
from search.results import Passage

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

_LOOKED_UP = 250  # most frequent words of a report that are looked up in the index
_KEPT = 40  # most distinctive words of a report that are compared
_KEPT_OF_PASSAGE = 15
_SHOWN = 8
_COMMON = 0.5  # words in more than this share of the reports are ignored
_ROUNDING = 1e-8  # scores that differ by less may be equal when rounded
_RARE = 2  # words in fewer reports are ignored: they are names and reading errors


_Places = dict[int, tuple[Postings, int]]
"""The postings of a word for each document that has it, with the index of the document in them."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A similar report.

    `score` is from 0 to 1. `terms` are the most distinctive common words. `passages` has the similar passage, if
    passages were compared.
    """

    report: Report
    score: float
    terms: tuple[str, ...]
    passages: tuple[Passage, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "report": self.report.to_dict(),
            "score": round(self.score, 4),
            "terms": list(self.terms),
            "passages": [passage.to_dict(self.report.id) for passage in self.passages],
        }


@dataclass(frozen=True, slots=True)
class Shared:
    """A distinctive word. `weight` is how distinctive it is."""

    term: str
    weight: float


def similar_reports(
    snapshot: Snapshot, source: Texts, reports: Mapping[int, Report], document: int, limit: int
) -> list[Alike]:
    """Return the most similar reports, best first."""
    texts = [text for text, _, _ in source.indexable(snapshot.documents()[document])]
    counts = analyser.counts(texts)
    most_first = sorted(counts, key=counts.__getitem__, reverse=True)
    frequent = list(islice(filter(_is_comparable, most_first), _LOOKED_UP))
    distinctive = _most_distinctive(snapshot, frequent, counts, _KEPT)
    if not distinctive:
        return []
    own = sqrt(sum(shared.weight**2 for shared in distinctive))
    tokens = _tokens(snapshot.lengths())
    shares = [_shares(snapshot, shared.term, counts[shared.term], document, tokens) for shared in distinctive]
    points = [shared.weight**2 * share**0.5 for shared, share in zip(distinctive, shares, strict=True)]
    scores = sum(points[1:], points[0])
    scores[document] = 0.0
    best = sorted(
        (other for other in _highest(scores, reports, limit) if scores[other]),
        key=lambda d: (-round(float(scores[d]), 9), reports[d].id),
    )[:limit]
    terms = {
        d: [(shared.weight * float(s[d]), shared.term) for shared, s in zip(distinctive, shares, strict=True) if s[d]]
        for d in best
    }
    return [Alike(reports[d], min(1.0, float(scores[d]) / own**2), _best(terms[d])) for d in best]


def _highest(scores: NDArray[float64], among: Collection[int], limit: int) -> list[int]:
    """Return the documents with the highest scores, with all whose score differs from the last of them by rounding."""
    import numpy as np

    held = np.fromiter(among, np.int64, len(among))
    held = held[held < len(scores)]
    if len(held) > limit:
        least = np.partition(scores[held], -limit)[-limit]
        held = held[scores[held] >= least - _ROUNDING]
    found: list[int] = held.tolist()
    return found


def _shares(snapshot: Snapshot, term: str, count: int, document: int, tokens: NDArray[float64]) -> NDArray[float64]:
    """Return how often each document has a word, relative to the `count` occurrences in the given document.

    The value is at most 1, because a report that repeats the word more often is not more similar. `tokens` has the
    length of each document.
    """
    import numpy as np  # only imported here, because the import would delay every search

    said = np.zeros(len(tokens))
    for base, postings in snapshot.postings(term):
        documents = np.asarray(postings.documents, np.int64) + base
        live = documents < len(tokens)  # documents after the last live one are never shown
        said[documents[live]] = np.diff(np.asarray(postings.ends, np.int64), prepend=0)[live]
    return np.minimum(1.0, said / tokens * snapshot.lengths()[document] / count)


def _tokens(lengths: Mapping[int, int]) -> NDArray[float64]:
    """Return the length of each document by its number, at least 1."""
    import numpy as np

    tokens = np.ones(max(lengths) + 1)
    tokens[list(lengths)] = [max(1, length) for length in lengths.values()]
    return tokens


def similar_passages(
    snapshot: Snapshot,
    source: Texts,
    reports: Mapping[int, Report],
    document: int,
    ordinal: int,
    limit: int,
    expect: Callable[[Collection[int], Collection[str]], None],
) -> list[Alike]:
    """Return the most similar paragraphs, best first, at most one from each report.

    The same report is included. `expect` is called with the documents and terms that will be read.
    """
    reading = snapshot.documents()[document]
    (paragraph,) = source.paragraphs(reading, [ordinal])
    counts = Counter(term for term, _ in analyser.terms(paragraph.text) if _is_comparable(term))
    distinctive = _most_distinctive(snapshot, list(counts), counts, _KEPT_OF_PASSAGE)
    own = sum(shared.weight for shared in distinctive) or 1.0
    found: list[tuple[float, int, int, list[tuple[float, str]]]] = []
    places_of = {shared.term: _places(snapshot, shared.term) for shared in distinctive}
    candidates = Counter(other for places in places_of.values() for other in places)
    layouts: dict[int, Layout] = {}
    # Only reports with at least half of the words are searched paragraph by paragraph.
    likely = [d for d, held in candidates.items() if d in reports and 2 * held >= len(distinctive)]
    expect(likely, [*places_of])
    for other in likely:
        layout = layouts[other] = snapshot.layout(other)
        held: dict[int, list[tuple[float, str]]] = defaultdict(list)
        for shared in distinctive:
            for at in {layout.paragraph_at(position) for position in _positions(places_of[shared.term], other)}:
                held[at].append((shared.weight, shared.term))
        held.pop(ordinal if other == document else -1, None)
        if held:
            best = max(held, key=lambda at: (sum(weight for weight, _ in held[at]), -at))
            found.append((sum(weight for weight, _ in held[best]) / own, other, best, held[best]))
    found.sort(key=lambda each: (-round(each[0], 9), reports[each[1]].id))
    return [
        Alike(
            reports[other],
            score,
            _best(terms),
            tuple(
                passages(
                    source,
                    snapshot.documents()[other],
                    [at],
                    sorted((p, p) for _, term in terms for p in _positions(places_of[term], other)),
                    layouts[other],
                    every=False,
                )
            ),
        )
        for score, other, at, terms in found[:limit]
    ]


def _is_comparable(term: str) -> bool:
    return len(term) > 2 and term.isalpha() and not term.isupper()


def _most_distinctive(snapshot: Snapshot, terms: Sequence[str], counts: Mapping[str, int], kept: int) -> list[Shared]:
    """Return the most distinctive words: frequent here, and rare in other reports."""
    held = len(snapshot.documents())
    found: list[tuple[float, str]] = []
    for term in terms:
        having = snapshot.frequency(term)
        if _RARE <= having <= max(_RARE, held * _COMMON):
            found.append(((1 + log(counts[term])) * log(1 + held / having), term))
    best = sorted(found, key=lambda each: (-each[0], each[1]))[:kept]
    return [Shared(term, weight) for weight, term in best]


def _places(snapshot: Snapshot, term: str) -> _Places:
    return {
        base + number: (postings, i)
        for base, postings in snapshot.postings(term)
        for i, number in enumerate(postings.documents)
    }


def _positions(places: _Places, document: int) -> Sequence[int]:
    postings, index = places.get(document, (None, 0))
    return postings.at(index) if postings else ()


def _best(terms: Sequence[tuple[float, str]]) -> tuple[str, ...]:
    return tuple(term for _, term in sorted(terms, key=lambda pair: (-pair[0], pair[1]))[:_SHOWN])
