"""Translate clauses into OpenSearch's query language.

Lucene's intervals have three traps, each found when a comparison with the embedded index failed. Intervals are minimal,
so an OR hides the longer of two matches if one is inside the other: the OR is therefore moved out of NEAR. Two equal
sources in `all_of` become one repeated source, whose matches may overlap: one of them therefore gets a filter that
never applies. An OR is pulled up through `max_gaps` and `not_containing`, so a NEAR inside a NEAR would match more than
its smallest spans, and two words that share a form would have to be in two places: `contained_by` prevents that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from corpus.errors import QueryRefused
from index.matching.sections import EVERY_KIND
from index.opensearch.documents import MARK, WEIGHT_UNIT, field_of, in_kind, stored
from index.storage.engine import KINDS

Json = dict[str, Any]

MOST_CLAUSES = 16_384
"""The cluster's setting `indices.query.bool.max_clause_count`."""
_FAR = 20  # tokens between words; the intervals are searched for once more for each of them
_TOO_MUCH = (
    "This query is too complex for the cluster: too many nested NEARs, or too many words. Use fewer NEARs, fewer "
    "words joined by OR in them, or more letters before a *."
)
_NEVER = MARK + MARK  # occurs in no document
_NOTHING: Json = {"match_none": {}}


@dataclass(frozen=True, slots=True)
class Chain:
    """Terms in order, with alternatives at each position.

    `slop` is how many tokens may be in between. All must be in one paragraph.
    """

    slots: tuple[tuple[str, ...], ...]
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Beside:
    """One set of places near another, in either order. `distance` is the number of tokens in between."""

    left: tuple[Chain | Beside, ...]
    right: tuple[Chain | Beside, ...]
    distance: int


Plan = Chain | Beside
"""A clause of a query with all its words looked up."""


def is_counted(plan: Plan, kinds: int) -> bool:
    """Return whether scores can tell how many places a clause has in a report.

    They can for single words, adjacent or not too far apart, if there are not too many. Other clauses, such as NEAR
    with phrases, are counted in leaves.
    """
    if isinstance(plan, Chain) and len(plan.slots) == 1:
        return kinds == EVERY_KIND or _size(plan) * len(_codes(kinds)) <= MOST_CLAUSES
    if isinstance(plan, Chain) and not plan.slop:
        return True
    if reach(plan) > _FAR or _size(plan) * (reach(plan) + 1) > MOST_CLAUSES:
        return False
    if isinstance(plan, Chain):
        return prod(map(len, plan.slots)) <= MOST_CLAUSES
    if prod(sum(map(_size, side)) for side in (plan.left, plan.right)) > MOST_CLAUSES:
        return False
    return all(isinstance(each, Chain) and len(each.slots) == 1 for each in (*plan.left, *plan.right))


def is_placed(plan: Plan, kinds: int) -> bool:
    """Return whether scores can tell in which sections of a report a clause occurs."""
    if isinstance(plan, Chain) and len(plan.slots) == 1:
        return True
    return is_counted(plan, kinds) and _size(plan) * len(KINDS) <= MOST_CLAUSES


def weighed(plan: Plan, kinds: int) -> tuple[Json, float]:
    """Return a query for the reports that have a clause within a section mask, and the unit of its scores.

    The scores are the weight of the clause; with unit 0 they mean nothing. If places have gaps, subtract the result of
    `gaps` from the scores.
    """
    match plan:
        case Chain((terms,)) if kinds == EVERY_KIND:
            return _counted("w", map(stored, terms)), float(WEIGHT_UNIT)
        case Chain((terms,)) if not is_counted(plan, kinds):
            return _constant(_any([_terms(code, terms) for code in _codes(kinds)])), 0.0
        case Chain((terms,)):
            return _counted("k", (in_kind(code, term) for code in _codes(kinds) for term in terms)), 1.0
        case Chain(slots, 0) if kinds == EVERY_KIND and all(len(s) == 1 and field_of(s[0]) == "t" for s in slots):
            phrase = " ".join(stored(term) for (term,) in slots)
            return {"match_phrase": {"t": phrase}}, float(len(slots))  # scored once for each of its terms
        case Chain(_, 0):
            within = _intervals(_within(_source(plan), kinds))
            return _often(within, 1), 1.0  # as many as the intervals, which have no gaps
    within = _intervals(_within(_source(plan), kinds))
    return (_often(within, reach(plan) + 1), 1.0) if is_counted(plan, kinds) else (_constant(within), 0.0)


def terms_of(plan: Plan) -> Iterator[str]:
    """Yield the terms of a clause."""
    if isinstance(plan, Chain):
        for terms in plan.slots:
            yield from terms
    else:
        for part in (*plan.left, *plan.right):
            yield from terms_of(part)


def reach(plan: Plan) -> int:
    """Return how many tokens may be between the words of a clause."""
    return plan.slop if isinstance(plan, Chain) else plan.distance


def gaps(plan: Plan, kinds: int) -> Json:
    """Return a query for the excess in the scores of a clause of single words.

    A place with g tokens in between counts 1 / (1 + g) in the score of its intervals. With F(g) for the score of those
    with at most g, the number of places is Σ (1 + g) (F(g) − F(g − 1)), which is (1 + n) F(n) − F(0) − … − F(n − 1).
    """
    narrower = (
        replace(plan, slop=gap) if isinstance(plan, Chain) else replace(plan, distance=gap)
        for gap in range(reach(plan))
    )
    return _any([_often(_intervals(_within(_source(each), kinds)), 1) for each in narrower])


def occurring(terms: Sequence[str]) -> Json:
    """Return a query for the reports that have one of the terms. The score is the number of occurrences."""
    by_field: dict[str, list[str]] = {}
    for term in terms:
        by_field.setdefault(field_of(term), []).append(stored(term))
    return _any([_counted(name, some) for name, some in by_field.items()])


def masked(plan: Plan, kinds: int) -> Json:
    """Return a query for the reports that have a clause within a section mask.

    The score is the mask of the matching sections.
    """
    found = []
    for code in _codes(kinds):
        if isinstance(plan, Chain) and len(plan.slots) == 1:
            query = _terms(code, plan.slots[0])
        else:
            query = _intervals(_within(_source(plan), 1 << code))
        found.append({"constant_score": {"filter": query, "boost": float(1 << code)}})
    return _any(found)


def beside(words: Sequence[Sequence[Plan]], kinds: int) -> Json:
    """Return a query for the reports with a place of each word in one paragraph, within a section mask."""
    sources: list[Json] = []
    for plans in words:
        source = _or([_source(plan) for plan in plans])
        if source is None:
            return _NOTHING
        if source not in sources:  # for two equal sources, Lucene would look for two places
            sources.append(source)
    if len(sources) == 1:
        return _constant(_intervals(_within(sources[0], kinds)))
    sources = [_filtered(each, "contained_by", _paragraphs()) if "any_of" in each else each for each in sources]
    together = {"all_of": {"mode": "unordered", "intervals": sources, "filter": {"not_containing": _term(MARK)}}}
    return _constant(_intervals(_within(together, kinds)))


def _codes(kinds: int) -> list[int]:
    return [code for code in range(len(KINDS)) if kinds >> code & 1]


def _any(queries: Sequence[Json]) -> Json:
    if not queries:
        return _NOTHING
    return queries[0] if len(queries) == 1 else {"bool": {"should": [*queries], "minimum_should_match": 1}}


def _counted(field: str, terms: Iterable[str]) -> Json:
    different = dict.fromkeys(terms)
    return {"match": {field: " ".join(different)}} if different else _NOTHING


def _terms(code: int, terms: Iterable[str]) -> Json:
    """Return a query for the reports that have one of the terms in a kind of section."""
    different = sorted({in_kind(code, term) for term in terms})
    return {"terms": {"k": different}} if different else _NOTHING


def _constant(query: Json) -> Json:
    return query if query == _NOTHING else {"constant_score": {"filter": query}}


def _often(query: Json, times: int) -> Json:
    """Return a query that scores the sum of what its intervals count, times `times`.

    The intervals' own score is that sum divided by itself + 1.
    """
    script = {"source": "params.times * _score / (1 - _score)", "params": {"times": times}}
    return query if query == _NOTHING else {"script_score": {"query": query, "script": script}}


def _intervals(source: Json | None) -> Json:
    if source is None:
        return _NOTHING
    return {"intervals": {"t": source}}


def _size(plan: Plan) -> int:
    """Return how many terms the intervals of a clause have."""
    if isinstance(plan, Chain):
        return sum(map(len, plan.slots))
    sides = []
    for plans in (plan.left, plan.right):
        words = [each for each in plans if isinstance(each, Chain) and len(each.slots) == 1]
        others = [_size(each) for each in plans if each not in words]
        sides.append([*others, sum(map(_size, words))] if words else others)
    left, right = sides
    return 2 * (sum(left) * len(right) + sum(right) * len(left))


def _term(term: str) -> Json:
    field = field_of(term)
    return {"match": {"query": term} if field == "t" else {"query": term, "use_field": field}}


def _slot(terms: Iterable[str]) -> Json | None:
    return _or([_term(stored(term)) for term in dict.fromkeys(terms)])


def _or(sources: Iterable[Json | None]) -> Json | None:
    some = [source for source in sources if source is not None]
    if not some:
        return None
    return some[0] if len(some) == 1 else {"any_of": {"intervals": some}}


def _source(plan: Plan) -> Json | None:
    """Return the intervals of a clause, or None if there can be none. Raises QueryRefused."""
    if _size(plan) > MOST_CLAUSES:
        raise QueryRefused(_TOO_MUCH)
    if isinstance(plan, Chain):
        return _chain(plan)
    found = []
    for one in _sides(plan.left):
        for other in _sides(plan.right):
            same = one == other
            pairs = ((one, other),) if same else ((one, other), (other, one))
            found += [_ordered(pair, plan.distance) for pair in pairs]
    return _or(found)


def _chain(chain: Chain) -> Json | None:
    slots = [_slot(terms) for terms in chain.slots]
    if not slots or any(slot is None for slot in slots):
        return None
    several = [slot for slot in slots if slot is not None]
    if len(several) == 1:
        return several[0]
    return _ordered(several, chain.slop) if chain.slop else _all_of(several, 0)


def _all_of(sources: Sequence[Json], gaps: int) -> Json:
    if not gaps and prod(map(_ways, sources)) > MOST_CLAUSES:  # for adjacent words, Lucene enumerates all combinations
        raise QueryRefused(_TOO_MUCH)
    different: list[Json] = []
    for source in sources:
        again = gaps and different and source == different[-1]
        different.append(_filtered(source, "not_containing", _term(_NEVER)) if again else source)
    return {"all_of": {"mode": "ordered", "max_gaps": gaps, "intervals": different}}


def _ordered(sources: Sequence[Json], gaps: int) -> Json:
    """Require the sources in order and in one paragraph."""
    found = _all_of(sources, gaps)
    found["all_of"]["filter"] = {"not_containing": _term(MARK)}
    return found


def _sides(plans: Iterable[Plan]) -> list[Json]:
    """Return the alternatives on one side of NEAR: all single words as one, and each phrase and each NEAR
    separately.
    """
    terms: dict[str, None] = {}
    others: list[Json] = []
    for plan in plans:
        if isinstance(plan, Chain) and len(plan.slots) == 1:
            terms.update(dict.fromkeys(plan.slots[0]))
        elif (source := _source(plan)) is not None:
            others.append(source if isinstance(plan, Chain) else _filtered(source, "contained_by", _paragraphs()))
    word = _slot(terms)
    return [*([word] if word else []), *others]


def _ways(source: Json) -> int:
    """Return how many word sequences a source stands for."""
    ((kind, body),) = source.items()
    if kind == "match":
        return 1
    return (sum if kind == "any_of" else prod)(map(_ways, body["intervals"]))


def _filtered(source: Json, how: str, by: Json) -> Json:
    return {"any_of": {"intervals": [source], "filter": {how: by}}}


def _paragraphs(codes: Sequence[int] | None = None) -> Json:
    """Return intervals from the mark of each paragraph to the next one, for some kinds of section or for all."""
    starts = [MARK] if codes is None else [f"{MARK}{code:x}" for code in codes]
    several = [{"all_of": {"mode": "ordered", "intervals": [_term(start), _term(MARK)]}} for start in starts]
    return several[0] if len(several) == 1 else {"any_of": {"intervals": several}}


def _within(source: Json | None, kinds: int) -> Json | None:
    if source is None or not kinds:
        return None
    return source if kinds == EVERY_KIND else _filtered(source, "contained_by", _paragraphs(_codes(kinds)))
