"""Find the paragraphs of a report that answer plain words best: those with most of the words, close to each other."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from heapq import nlargest
from itertools import chain
from typing import NamedTuple

from index.matching.matches import Match
from index.matching.spans import Span
from index.matching.together import nearest_window
from index.ranking_policy import (
    DISTANT_SHARE,
    LISTED_PARAGRAPHS,
    NEARBY_FACTOR,
    NEARBY_PARAGRAPHS,
    SHORTLIST_FACTOR,
)
from index.storage.engine import Layout
from search.answering.passages import (
    Located,
    SpansByPart,
    counted,
    locate,
    paragraph_values,
    spans_by_part,
    spans_in,
    weighted,
)

_EXAMINED = 8  # paragraphs of one report in a list of passages of all reports

ProseFactors = Callable[[Mapping[int, SpansByPart]], Callable[[int], float]]
"""Takes the matches in some paragraphs. Returns a function that returns how much one of them says about the query, as a
share. See `search.answering.listing`.
"""


class Worth(NamedTuple):
    """The paragraphs of a document that match.

    `located` is where they match, `present` how many parts of the query each has, and `worth` the value of these parts.
    `best_first` are the ordinals, best first.
    """

    located: Located
    present: Mapping[int, int]
    worth: Mapping[int, float]
    best_first: Sequence[int]


def dense_paragraphs(found: Worth, wanted: int, prose_factors: ProseFactors) -> list[int]:
    """Return the ordinals of the best paragraphs, best first.

    Paragraphs with more of the words come first, then those with a word that no earlier one has, then those with the
    words close together and in a sentence rather than a list. Beside a paragraph with several words, one with a single
    word is chosen only for a word that no other has.
    """
    located, present, _, best_first = found
    having = {number: set(ordinals) for number, _, ordinals in located}
    of_each = [next(ordinal for ordinal in best_first if ordinal in having[number]) for number in having]
    scores = _Scores(found, list({*best_first[: SHORTLIST_FACTOR * wanted], *of_each}), prose_factors)
    chosen: list[int] = []
    for most in sorted(set(present.values()), reverse=True):
        tier = {ordinal for ordinal in scores.shortlist if present[ordinal] == most}
        while tier and len(chosen) < wanted:
            unseen = set[int]().union(*(some for some in having.values() if some.isdisjoint(chosen)))
            best = scores.best(tier, partial(_rank, unseen, chosen))
            if most == 1 and best not in unseen and max(present.values()) > 1:
                return chosen
            tier.remove(best)
            chosen.append(best)
    return chosen


def best_value(found: Worth, prose_factors: ProseFactors) -> tuple[int, float]:
    """Return how many parts of the query the best paragraph has, and its value."""
    scores = _Scores(found, found.best_first[:_EXAMINED], prose_factors)
    best = scores.best(scores.shortlist, lambda o, score: (found.present[o], score, -o))
    return found.present[best], scores.at_most(best)


def in_order(found: Worth) -> list[tuple[tuple[int, float], int]]:
    """Return all paragraphs with a match, best first, each as ((parts of the query, value), ordinal).

    Only for the best few is it examined how close together the parts are, and for none how much it says.
    """
    located, present, worth, best_first = found
    looked_at = _near(found, spans_by_part(located, best_first[:_EXAMINED]))
    first = sorted(looked_at, key=lambda ordinal: (-looked_at[ordinal][0], -looked_at[ordinal][1], ordinal))
    rest = best_first[_EXAMINED:]
    return [
        *((looked_at[ordinal], ordinal) for ordinal in first),
        *(((present[ordinal], DISTANT_SHARE * worth[ordinal]), ordinal) for ordinal in rest),
    ]


def by_worth(matches: Sequence[tuple[Match, float]], document: int, layout: Layout, length: int) -> Worth:
    """Return the paragraphs that match, with the number of parts of the query in each and their value.

    `matches` have their idf. `length` is the number of tokens of the document.
    """
    located = locate([match for match, _ in matches], document, layout)
    counts = counted(located)
    present = Counter(chain.from_iterable(counter for _, counter in counts))
    worth = weighted(paragraph_values(counts, [weight for _, weight in matches]), layout, length)
    best_first = sorted(worth, key=lambda ordinal: (-present[ordinal], -worth[ordinal], ordinal))
    return Worth(located, present, worth, best_first)


class _Scores:
    """The scores of shortlisted paragraphs: higher the closer the parts are, and the more it says about them.

    It takes long to find out how much a paragraph says, so this is only done for those that may be the best.
    """

    def __init__(self, found: Worth, shortlist: Sequence[int], prose_factors: ProseFactors) -> None:
        spans = spans_by_part(found.located, shortlist)
        self.shortlist = shortlist
        self._near = near = _near(found, spans)
        listed = nlargest(LISTED_PARAGRAPHS, near, key=lambda ordinal: (near[ordinal], -ordinal))
        several = len(found.located) > 1
        self._factor = prose_factors(
            {ordinal: spans[ordinal] for ordinal in listed} if several else _of_one(found.located[0], listed)
        )
        self._unknown = set(listed)
        self._shares: dict[int, float] = {}

    def best(self, among: Collection[int], key: Callable[[int, float], tuple[float, ...]]) -> int:
        """Return the paragraph with the highest key. `key` takes an ordinal and its score, and grows with the score."""
        exact = not self._unknown
        keys = {ordinal: key(ordinal, self.at_most(ordinal)) for ordinal in among}
        while True:
            best = max(keys, key=keys.__getitem__)
            if exact or best in self._shares:
                return best
            if best in self._unknown:
                self._examine(best)
                keys[best] = key(best, self.at_most(best))
            else:
                for ordinal in sorted(self._unknown):
                    self._examine(ordinal)
                exact = True
                keys = {ordinal: key(ordinal, self.at_most(ordinal)) for ordinal in among}

    def _examine(self, ordinal: int) -> None:
        self._shares[ordinal] = self._factor(ordinal)
        self._unknown.remove(ordinal)

    def at_most(self, ordinal: int) -> float:
        """Return the score, or the highest that it can have if it is not known yet."""
        score = self._near[ordinal][1]
        if ordinal in self._unknown:
            return score
        share = self._shares.get(ordinal)
        # Paragraphs that are not examined do not overtake the best.
        return score * (min(self._shares.values(), default=1.0) if share is None else share)


def _near(found: Worth, spans: Mapping[int, SpansByPart]) -> dict[int, tuple[int, float]]:
    """Return the number of parts and the value of each paragraph: the value is higher the closer the parts are."""
    return {ordinal: (found.present[ordinal], found.worth[ordinal] * _share(parts)) for ordinal, parts in spans.items()}


def _of_one(part: tuple[int, Sequence[Span], Sequence[int]], shortlist: Sequence[int]) -> dict[int, SpansByPart]:
    """Return the matches in each paragraph of a document that matches only one part of the query."""
    found: dict[int, SpansByPart] = {ordinal: {part[0]: []} for ordinal in shortlist}
    for span, ordinal in zip(part[1], part[2], strict=True):
        if ordinal in found:
            found[ordinal][part[0]].append(span)
    return found


def densest(matches: Sequence[Match], document: int, layout: Layout, ordinals: Sequence[int]) -> list[Span]:
    """Return, for each paragraph with any of the words, the span in which they are closest together."""
    groups: dict[int, list[list[Span]]] = {ordinal: [] for ordinal in ordinals}
    having = [match.spans(document) for match in matches if document in match.documents]
    if len(having) > 1:
        for spans in having:
            for ordinal, some in groups.items():
                if here := spans_in(spans, layout, ordinal):
                    some.append(list(here))
    return sorted(nearest_window(each)[1] for each in groups.values() if each)


def _share(spans: SpansByPart) -> float:
    """Return a factor from DISTANT_SHARE to 1 that is higher the closer the words are."""
    if len(spans) < 2:
        return 1.0
    return DISTANT_SHARE + (1 - DISTANT_SHARE) * nearest_window(_groups(spans))[0]


def _groups(spans: SpansByPart) -> Sequence[Sequence[Span]]:
    return [spans[number] for number in sorted(spans)]


def _rank(unseen: set[int], chosen: Sequence[int], ordinal: int, score: float) -> tuple[bool, float, int]:
    """Return what is compared to choose the next paragraph. `unseen` are those with a word that no chosen one has."""
    return ordinal in unseen, score * _freshness(ordinal, chosen), -ordinal


def _freshness(ordinal: int, chosen: Sequence[int]) -> float:
    """Return a factor that is lower the more neighbouring paragraphs are already shown."""
    near = sum(abs(ordinal - other) <= NEARBY_PARAGRAPHS for other in chosen)
    return float(NEARBY_FACTOR**near)
