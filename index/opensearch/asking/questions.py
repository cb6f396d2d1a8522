"""Send queries to one generation of a cluster, in batches. Answers are cached, because a generation never changes."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, Literal, NamedTuple, Protocol, TypeVar

from corpus.errors import Gone, LimitHit
from index.opensearch import leaf
from index.opensearch.asking import dsl
from index.opensearch.asking.dsl import Chain, Json, Plan
from index.opensearch.documents import unpacked
from index.opensearch.texts import PackedText

_SCORES = 4_000_000  # cached numbers with their scores, 8 bytes each
_LEAVES = 64 << 20  # cached bytes of packed report indexes
_SMALL = 250  # bytes that a cached field takes besides its own
_TEXTS = 128  # cached texts of reports, 20 to 250 KB each
_TEXTS_AT_ONCE = 32
LEAVES_AT_ONCE = 256
"""The number of report indexes per request."""

What = Literal["weights", "gaps", "kinds", "often"]
"""What a score means: the weight of a clause in a report, the excess in that weight, its section mask, or the number of
occurrences of its terms.
"""


class Asking(Protocol):
    """A cluster that answers several searches at once, each completely."""

    def msearch(self, index: str, bodies: Sequence[Json]) -> list[dict[str, Any]]:
        """Return the answers in the order of the searches."""


class Clause(NamedTuple):
    """A clause within a section mask."""

    plan: Plan
    kinds: int


class Side(NamedTuple):
    """Words, each with its plans, that must occur in one paragraph within a section mask."""

    words: tuple[tuple[Plan, ...], ...]
    kinds: int


Question = tuple[What, Clause] | Side


class Scores(NamedTuple):
    """Reports by number, ascending, with the score of each.

    `unit` is the unit of the scores; with 0 they mean nothing.
    """

    numbers: array[int]
    scores: array[float]
    unit: float


_Value = TypeVar("_Value")


class SizedCache(Generic[_Value]):
    """A cache of the most recently used values, up to a total size."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._values: OrderedDict[Hashable, tuple[_Value, int]] = OrderedDict()

    def get(self, key: Hashable) -> _Value | None:
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: _Value, size: int) -> None:
        if key in self._values:
            self._room += self._values.pop(key)[1]
        self._values[key] = value, size
        self._room -= size
        while self._room < 0 and len(self._values) > 1:
            self._room += self._values.popitem(last=False)[1][1]


class Questions:
    """The queries to one generation.

    `index` is its name in the cluster. `keys` maps the documents of the generation to their numbers. Other hits belong
    to another generation or to a deleted report.
    """

    def __init__(self, cluster: Asking, index: str, keys: Mapping[int, int]) -> None:
        self._cluster = cluster
        self._index = index
        self._numbers = keys
        self._keys = {number: key for key, number in keys.items()}
        self._most = 2 * len(keys) + 100  # hits, including those of other generations
        self._scores: SizedCache[Scores] = SizedCache(_SCORES)
        self._leaves: SizedCache[bytes] = SizedCache(_LEAVES)
        self._texts: SizedCache[PackedText] = SizedCache(_TEXTS)
        self.expect((), ())
        self.lost = False
        """Whether a requested document no longer existed."""

    # Which reports

    def scores(self, what: What, clause: Clause) -> Scores:
        """Return the reports that match a clause."""
        found = self._scores.get((what, clause))
        return found if found is not None else self.ask([(what, clause)])[0]

    def beside(self, words: Sequence[Sequence[Plan]], kinds: int) -> Scores:
        """Return the reports in which one paragraph has every word."""
        return self.ask([Side(tuple(map(tuple, words)), kinds)])[0]

    def ask(self, several: Iterable[Question]) -> list[Scores]:
        """Answer several questions, with one request for all that are not cached."""
        questions = list(several)
        known = {question: self._scores.get(question) for question in questions}
        wanted = [question for question, scores in known.items() if scores is None]
        for question, scores in zip(wanted, self._found([_query(question) for question in wanted]), strict=True):
            self._scores.put(question, scores, len(scores.numbers))
            known[question] = scores
        return [held for question in questions if (held := known[question]) is not None]

    def _found(self, asked: Sequence[tuple[Json, float]]) -> list[Scores]:
        bodies = [_body(query, self._most, "key") for query, _ in asked]
        found = []
        for (query, unit), answer in zip(asked, self._answers(bodies), strict=True):
            hits, total = answer["hits"]["hits"], int(answer["hits"]["total"]["value"])
            if len(hits) < total:  # there are more documents of other generations than expected
                (answer,) = self._answers([_body(query, total + self._most, "key")])
                hits = answer["hits"]["hits"]
            pairs = sorted(
                (number, hit["_score"])
                for hit in hits
                if (number := self._numbers.get(hit["fields"]["key"][0])) is not None
            )
            numbers, scores = array("I", (number for number, _ in pairs)), array("f", (score for _, score in pairs))
            found.append(Scores(numbers, scores, unit))
        return found

    # What they hold

    def expect(self, documents: Iterable[int], terms: Iterable[str] | None = None) -> None:
        """Announce which reports will be read, in order, and which terms in them, unless these are the same as before.

        A request for one of the reports also fetches those that follow, and a request for one of the terms the others.
        """
        self._expected = list(documents)
        self._place = {number: place for place, number in enumerate(self._expected)}
        if terms is not None:
            self.expect_parts(map(leaf.part_of, terms))

    def expect_parts(self, parts: Iterable[str]) -> None:
        """Announce which parts of the leaves will be read."""
        self._fields = {leaf.LAYOUT, *parts}

    def batch(self, document: int, size: int = LEAVES_AT_ONCE) -> list[int]:
        """Return a report and the announced reports that follow it."""
        place = self._place.get(document)
        return [document] if place is None else self._expected[place : place + size]

    def field(self, document: int, name: str) -> bytes:
        """Return a field of the leaf of a report."""
        found = self._leaves.get((document, name))
        return self.fields(self.batch(document), name)[document] if found is None else found

    def fields(self, documents: Sequence[int], name: str) -> dict[int, bytes]:
        """Return a field of the leaves of some reports. Pass only a limited number."""
        kept = {number: self._leaves.get((number, name)) for number in documents}
        missing = [number for number, data in kept.items() if data is None]
        found = {number: data for number, data in kept.items() if data is not None}
        others = [
            each
            for each in sorted(self._fields - {name})
            if any(self._leaves.get((number, each)) is None for number in missing)
        ]
        for number, fetched in self._values(missing, name, *others):
            found[number] = fetched[name]
            for each, data in fetched.items():
                self._leaves.put((number, each), data, len(data) + _SMALL)
        return found

    def text(self, document: int) -> PackedText:
        """Return the text of a report."""
        found = self._texts.get(document)
        if found is None:
            missing = [number for number in self.batch(document, _TEXTS_AT_ONCE) if self._texts.get(number) is None]
            texts = {number: PackedText(data["text"]) for number, data in self._values(missing, "text")}
            for number, text in texts.items():
                self._texts.put(number, text, 1)
            found = texts[document]
        return found

    def _values(self, documents: Sequence[int], *fields: str) -> Iterator[tuple[int, dict[str, bytes]]]:
        """Yield packed fields of some documents. Raises Gone if a document no longer exists."""
        for at in range(0, len(documents), LEAVES_AT_ONCE):
            some = documents[at : at + LEAVES_AT_ONCE]
            query = {"terms": {"key": [self._keys[number] for number in some]}}
            (answer,) = self._answers([_body({"constant_score": {"filter": query}}, len(some) + 1, "key", *fields)])
            hits = [hit["fields"] for hit in answer["hits"]["hits"]]
            found = {self._numbers[hit["key"][0]]: {each: unpacked(hit[each][0]) for each in fields} for hit in hits}
            if found.keys() != {*some}:
                self.lost = True
                raise Gone("A report was removed or read again during this search. Run the search again.")
            yield from found.items()

    def _answers(self, bodies: Sequence[Json]) -> list[dict[str, Any]]:
        answers = self._cluster.msearch(self._index, bodies) if bodies else []
        if len(answers) != len(bodies):
            raise LimitHit("The cluster returned fewer answers than requested. Try again.")
        return answers


def _query(question: Question) -> tuple[Json, float]:
    if isinstance(question, Side):
        return dsl.beside(question.words, question.kinds), 0.0
    what, clause = question
    if what == "gaps":
        return dsl.gaps(clause.plan, clause.kinds), 1.0
    if what == "kinds":
        return dsl.masked(clause.plan, clause.kinds), 1.0
    if what == "often" and isinstance(clause.plan, Chain):
        return dsl.occurring(clause.plan.slots[0]), 1.0
    return dsl.weighed(clause.plan, clause.kinds)


def _body(query: Json, size: int, *fields: str) -> Json:
    return {
        "query": query,
        "size": size,
        "track_total_hits": True,
        "_source": False,
        "stored_fields": "_none_",
        "docvalue_fields": [*fields],
    }
