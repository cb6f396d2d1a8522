"""A cluster in this process, which answers the program's requests over documents that fit the mapping.

It implements the meaning of Lucene's intervals, not Lucene's algorithms. `make test-opensearch` checks that a real
cluster gives the same answers.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from index.opensearch.documents import BINARY, NOTHING, Document

Json = dict[str, Any]
_ADDRESSES = str.maketrans("+/", "-_")


class Interval(NamedTuple):
    """An interval from the first to the last position. `gaps` is how many positions are in none of its parts."""

    first: int
    last: int
    gaps: int = 0


class Held:
    """One document, analysed by splitting at blanks."""

    def __init__(self, document: Document, number: int) -> None:
        self.id = document.id
        self.fields: dict[str, list[Any]] = {
            name: value if isinstance(value, list) else [value] for name, value in document.body.items()
        }
        self.fields["from"] = [number]
        self._body = document.body

    def given(self, name: str) -> list[Any]:
        """Return the values of a field as a search returns them: binary values in a different alphabet from the one
        they arrived in.
        """
        binary = name in BINARY
        return [each.translate(_ADDRESSES).rstrip("=") if binary else each for each in self.fields[name]]

    @cached_property
    def places(self) -> dict[str, dict[str, list[int]]]:
        """Return the positions of each term, in the fields that have positions."""
        found: dict[str, dict[str, list[int]]] = {name: {} for name in "tcs"}
        for name, terms in found.items():
            for place, term in enumerate(self._body[name].split()):
                if name == "t" or term != NOTHING:
                    terms.setdefault(term, []).append(place)
        return found

    @cached_property
    def counts(self) -> dict[str, Mapping[str, int]]:
        """Return how often each term occurs, in every field with text."""
        counted: dict[str, Mapping[str, int]] = {
            name: {term: len(places) for term, places in terms.items()} for name, terms in self.places.items()
        }
        for name in "wk":
            rows = (each.rsplit("|", 1) for each in self._body[name].split())
            counted[name] = {term: int(often) for term, often in rows}
        return counted


class InProcessCluster:
    """Answers searches over documents. `asked` counts the requests."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.held = [Held(each, 1) for each in documents]
        self.asked = 0

    def msearch(self, index: str, bodies: Sequence[Json]) -> list[dict[str, Any]]:
        """Return the answers in the order of the searches."""
        self.asked += 1
        return [self._search(body) for body in bodies]

    def _search(self, body: Json) -> dict[str, Any]:
        found = [(each, score) for each in self.held if (score := scored(body["query"], each)) is not None]
        if "sort" in body:
            found.sort(key=lambda pair: int(pair[0].fields["key"][0]))
            after = body.get("search_after", [-1])[0]
            found = [pair for pair in found if pair[0].fields["key"][0] > after]
        hits = [
            {
                "_score": None if "sort" in body else score,
                "fields": {name: each.given(name) for name in body["docvalue_fields"]},
                "sort": each.fields["key"],
            }
            for each, score in found[: body["size"]]
        ]
        answer: dict[str, Any] = {"hits": {"total": {"value": len(found)}, "hits": hits}}
        if "aggs" in body:
            answer["aggregations"] = {"all": _composite(body["aggs"]["all"]["composite"], [each for each, _ in found])}
        return answer


def _composite(asked: Json, held: Sequence[Held]) -> Json:
    field = asked["sources"][0]["term"]["terms"]["field"]
    counted = Counter(value for each in held for value in each.fields[field])
    after = asked.get("after", {"term": ""})["term"]
    some = sorted(value for value in counted if value > after)[: asked["size"]]
    buckets = [{"key": {"term": value}, "doc_count": counted[value]} for value in some]
    return {"buckets": buckets, **({"after_key": buckets[-1]["key"]} if buckets else {})}


def scored(query: Json, held: Held) -> float | None:
    """Return the score of a document, or None if it does not match."""
    ((kind, body),) = query.items()
    return _KINDS[kind](body, held)


def _match(body: Json, held: Held) -> float | None:
    ((field, text),) = body.items()
    some = [held.counts[field][term] for term in text.split() if term in held.counts[field]]
    return float(sum(some)) if some else None


def _match_phrase(body: Json, held: Held) -> float | None:
    ((field, text),) = body.items()
    terms = text.split()
    places = [{place - n for place in held.places[field].get(term, ())} for n, term in enumerate(terms)]
    found = set.intersection(*places)
    return float(len(found) * len(terms)) if found else None


def _terms(body: Json, held: Held) -> float | None:
    ((field, wanted),) = body.items()
    having = held.counts[field] if field in held.counts else held.fields[field]
    return 1.0 if any(term in having for term in wanted) else None


def _bool(body: Json, held: Held) -> float | None:
    if any(scored(each, held) is None for each in body.get("filter", ())):
        return None
    if any(scored(each, held) is not None for each in body.get("must_not", ())):
        return None
    some = [score for each in body.get("should", ()) if (score := scored(each, held)) is not None]
    return None if "should" in body and not some else float(sum(some))


def _constant_score(body: Json, held: Held) -> float | None:
    return None if scored(body["filter"], held) is None else float(body.get("boost", 1.0))


def _script_score(body: Json, held: Held) -> float | None:
    score = scored(body["query"], held)
    if body["script"]["source"] != "params.times * _score / (1 - _score)":
        raise AssertionError(f"the stand-in does not know this script: {body['script']['source']}")
    return None if score is None else body["script"]["params"]["times"] * score / (1 - score)


def _range(body: Json, held: Held) -> float | None:
    ((field, limits),) = body.items()
    return 1.0 if held.fields[field][0] <= limits["lte"] else None


def _intervals(body: Json, held: Held) -> float | None:
    ((field, source),) = body.items()
    found = intervals(source, held, field)
    if not found:
        return None
    least = _least(source)
    often = sum(1 / max(1, 2 + each.last - each.first - least) for each in found)
    return often / (often + 1)


def intervals(source: Json, held: Held, field: str = "t") -> list[Interval]:
    """Return the smallest intervals of a source, in order."""
    ((kind, body),) = source.items()
    if kind == "match":
        places = held.places[body.get("use_field", field)].get(body["query"], ())
        return [Interval(place, place) for place in places]
    several = [intervals(each, held, field) for each in body["intervals"]]
    if kind == "any_of":
        found = _smallest([each for some in several for each in some])
    else:
        found = _ordered(several) if body["mode"] == "ordered" else _unordered(several)
        found = [each for each in found if each.gaps <= body.get("max_gaps", each.gaps)]
    for how, other in body.get("filter", {}).items():
        others = intervals(other, held, field)
        found = [each for each in found if _FILTERS[how](each, others)]
    return found


def _smallest(several: Sequence[Interval]) -> list[Interval]:
    kept: list[Interval] = []
    for each in sorted(several, key=lambda each: (-each.first, each.last, each.gaps)):
        if not kept or each.last < kept[-1].last:
            kept.append(each)
    return kept[::-1]


def _ordered(several: Sequence[Sequence[Interval]]) -> list[Interval]:
    found = []
    for first in several[0]:
        chosen = [first]
        for some in several[1:]:
            following = next((each for each in some if each.first > chosen[-1].last), None)
            if following is None:
                break
            chosen.append(following)
        else:
            found.append(_around(chosen))
    return _smallest(found)


def _unordered(several: Sequence[Sequence[Interval]]) -> list[Interval]:
    found = []
    for last in sorted({each.last for some in several for each in some}):
        chosen = [max((each for each in some if each.last <= last), default=None) for some in several]
        whole = [each for each in chosen if each is not None]
        if len(whole) == len(several):
            found.append(_around(whole))
    return _smallest(found)


def _around(parts: Sequence[Interval]) -> Interval:
    first, last = min(each.first for each in parts), max(each.last for each in parts)
    return Interval(first, last, last - first + 1 - sum(each.last - each.first + 1 for each in parts))


def _contains(one: Interval, other: Interval) -> bool:
    return one.first <= other.first and other.last <= one.last


def _least(source: Json) -> int:
    """Return the smallest number of positions that an interval of the source can have."""
    ((kind, body),) = source.items()
    if kind == "match":
        return 1
    return (min if kind == "any_of" else sum)(map(_least, body["intervals"]))


_KINDS: dict[str, Callable[[Json, Held], float | None]] = {
    "match_none": lambda body, held: None,
    "match_all": lambda body, held: 1.0,
    "match": _match,
    "match_phrase": _match_phrase,
    "terms": _terms,
    "bool": _bool,
    "constant_score": _constant_score,
    "script_score": _script_score,
    "range": _range,
    "intervals": _intervals,
}
_FILTERS: dict[str, Callable[[Interval, Sequence[Interval]], bool]] = {
    "not_containing": lambda each, others: not any(_contains(each, other) for other in others),
    "contained_by": lambda each, others: any(_contains(other, each) for other in others),
}
