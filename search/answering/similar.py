"""Which reports, and which passages, are like this one? Those that share the words that distinguish it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

from corpus.report import Report
from corpus.storage.store import Store
from index import analyser
from index.storage.engine import Layout, Snapshot
from search.answering.passages import passages
from search.results import Passage

_LOOKED_UP = 250  # of the words of a report that stand out in it, those that are looked up in the index
_KEPT = 40  # words that make a report what it is
_KEPT_OF_PASSAGE = 15
_SHOWN = 8
_COMMON = 0.5  # nor does one that more than this share of the reports have
_RARE = 2  # a word of fewer reports than this tells nothing about likeness: a name, or a slip of the reader


@dataclass(frozen=True, slots=True)
class Alike:
    """A report like another. score: 0 to 1. terms: the words they share that tell most. passages: of a search for
    similar passages, the one that is meant.
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
            "passages": [passage.to_dict() for passage in self.passages],
        }


@dataclass(frozen=True, slots=True)
class Shared:
    """A word with how much it tells, and the documents that have it: how often each."""

    term: str
    tells: float
    counts: Mapping[int, int]


def similar_reports(
    snapshot: Snapshot, store: Store, reports: Mapping[int, Report], document: int, limit: int
) -> list[Alike]:
    """The reports most like one, best first."""
    texts = (text for text, _, _ in store.readings.indexable(snapshot.documents()[document]))
    counts = Counter(term for text in texts for term, _ in analyser.terms(text) if _telling(term))
    telling = _telling_most(snapshot, [term for term, _ in counts.most_common(_LOOKED_UP)], counts, _KEPT)
    own = sqrt(sum(shared.tells**2 for shared in telling)) or 1.0
    scores: dict[int, float] = defaultdict(float)
    terms: dict[int, list[tuple[float, str]]] = defaultdict(list)
    lengths = snapshot.lengths()
    for shared in telling:
        for other, count in shared.counts.items():
            if other != document and other in reports:
                # As often as here is the most that counts: a longer report is not more like this one.
                share = min(1.0, count / lengths[other] * lengths[document] / counts[shared.term])
                scores[other] += shared.tells**2 * sqrt(share)
                terms[other].append((shared.tells * share, shared.term))
    best = sorted(scores, key=lambda d: (-round(scores[d], 9), reports[d].id))[:limit]
    return [Alike(reports[d], min(1.0, scores[d] / own**2), _best(terms[d])) for d in best]


def similar_passages(
    snapshot: Snapshot, store: Store, reports: Mapping[int, Report], document: int, ordinal: int, limit: int
) -> list[Alike]:
    """The paragraphs most like one, best first, one of each report. Other paragraphs of the same report count too."""
    reading = snapshot.documents()[document]
    (paragraph,) = store.readings.paragraphs(reading, [ordinal])
    counts = Counter(term for term, _ in analyser.terms(paragraph.text) if _telling(term))
    telling = _telling_most(snapshot, list(counts), counts, _KEPT_OF_PASSAGE)
    own = sum(shared.tells for shared in telling) or 1.0
    found: list[tuple[float, int, int, list[tuple[float, str]]]] = []
    places = {shared.term: _positions(snapshot, shared.term) for shared in telling}
    candidates = Counter(other for shared in telling for other in shared.counts)
    layouts: dict[int, Layout] = {}
    # Half of the words must be somewhere in a report before its paragraphs are looked at.
    for other in (d for d, held in candidates.items() if d in reports and 2 * held >= len(telling)):
        layout = layouts[other] = snapshot.layout(other)
        held: dict[int, list[tuple[float, str]]] = defaultdict(list)
        for shared in telling:
            for at in {layout.paragraph_at(position) for position in places[shared.term].get(other, ())}:
                held[at].append((shared.tells, shared.term))
        held.pop(ordinal if other == document else -1, None)
        if held:
            best = max(held, key=lambda at: (sum(tells for tells, _ in held[at]), -at))
            found.append((sum(tells for tells, _ in held[best]) / own, other, best, held[best]))
    found.sort(key=lambda each: (-round(each[0], 9), reports[each[1]].id))
    return [
        Alike(
            reports[other],
            score,
            _best(terms),
            tuple(
                passages(
                    store,
                    snapshot.documents()[other],
                    [at],
                    sorted((p, p) for _, term in terms for p in places[term][other]),
                    layouts[other],
                    every=False,
                )
            ),
        )
        for score, other, at, terms in found[:limit]
    ]


def _telling(term: str) -> bool:
    return len(term) > 2 and term.isalpha() and not term.isupper()


def _telling_most(snapshot: Snapshot, terms: Sequence[str], counts: Mapping[str, int], kept: int) -> list[Shared]:
    """The words that stand out: often here, in few other reports."""
    held = len(snapshot.documents())
    found: list[tuple[float, str]] = []
    for term in terms:
        having = sum(len(postings.documents) for _, postings in snapshot.postings(term))
        if _RARE <= having <= max(_RARE, held * _COMMON):
            found.append(((1 + log(counts[term])) * log(1 + held / having), term))
    best = sorted(found, key=lambda each: (-each[0], each[1]))[:kept]
    return [Shared(term, tells, _counted(snapshot, term)) for tells, term in best]


def _counted(snapshot: Snapshot, term: str) -> dict[int, int]:
    """The documents that have a term: how often each."""
    return {
        base + number: postings.count(i)
        for base, postings in snapshot.postings(term)
        for i, number in enumerate(postings.documents)
    }


def _positions(snapshot: Snapshot, term: str) -> dict[int, Sequence[int]]:
    return {
        base + number: postings.at(i)
        for base, postings in snapshot.postings(term)
        for i, number in enumerate(postings.documents)
    }


def _best(terms: Sequence[tuple[float, str]]) -> tuple[str, ...]:
    return tuple(term for _, term in sorted(terms, key=lambda pair: (-pair[0], pair[1]))[:_SHOWN])
