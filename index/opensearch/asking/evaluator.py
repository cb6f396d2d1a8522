"""Evaluate queries over a generation in a cluster.

The cluster says which reports match a clause; the positions are found in the reports' leaves. The code of the embedded
index (`index.matching.evaluator`) walks the tree, and also evaluates each leaf.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Protocol
from weakref import WeakKeyDictionary

from corpus.errors import Corrupt
from index.deadline import Deadline
from index.matching.evaluator import Evaluator, shown_terms
from index.matching.expansion import Slots, WordLookup
from index.matching.matches import AnyOf, Match, parts_of
from index.matching.result_set import Answer
from index.matching.sections import EVERY_KIND, Layouts, Sections
from index.matching.spans import Span
from index.matching.together import Together
from index.opensearch.asking import dsl
from index.opensearch.asking.dsl import Beside, Chain, Plan
from index.opensearch.asking.leaf_snapshot import LeafSnapshot
from index.opensearch.asking.questions import Clause, Question, Questions, Scores, Side, What
from index.opensearch.asking.snapshot import ClusterSnapshot
from index.opensearch.leaf import part_of
from index.query import Field, Near, Or, Query

_EXACT = 250  # places up to which a score, which has 24 bits, is exact
_BATCHES = 8  # batches of leaves kept unpacked

Local = Callable[[Evaluator], Match]
"""Finds the matches of a part of a query in the leaves that an evaluator has."""


class Scoring(Protocol):
    """Returns which reports match a clause. See `index.opensearch.asking.questions.Questions`."""

    def scores(self, what: What, clause: Clause) -> Scores:
        """Return the reports that match a clause."""

    def beside(self, words: Sequence[Sequence[Plan]], kinds: int) -> Scores:
        """Return the reports with a place of each word in one paragraph."""


class ClusterMatch(Match):
    """The matches of a part of a query.

    The cluster knows which reports have one of its clauses, how often words and phrases occur in each, and in which
    sections; everything else is found in the leaves. `only_found` means that its terms are only known once found.
    `whole` is the same match without its section mask.
    """

    exact = True

    def __init__(
        self,
        text: str,
        terms: Iterable[str],
        clauses: Sequence[Clause],
        evaluator: ClusterEvaluator,
        local: Local,
        *,
        only_found: bool = False,
        whole: ClusterMatch | None = None,
    ) -> None:
        self.text = text
        self.clauses = clauses
        self._named = tuple(terms)
        self._only_found = only_found
        self._whole = whole
        self._evaluator = evaluator
        self._local = local
        self._found: WeakKeyDictionary[Evaluator, Match] = WeakKeyDictionary()

    @property
    def terms(self) -> tuple[str, ...]:  # type: ignore[override]  # known when its reports are
        found = self._whole or self
        return self._named if not self._only_found or found.documents else ()

    @property
    def apart(self) -> bool:  # type: ignore[override]  # depends on its clauses
        (clause, *others) = self.clauses
        return not others and isinstance(clause.plan, Chain) and len(clause.plan.slots) == 1

    @cached_property
    def documents(self) -> set[int]:  # type: ignore[override]  # asked for when it is needed
        found = (self._evaluator.scoring.scores("weights", clause).numbers for clause in self.clauses)
        return self._evaluator.live & set().union(*found)

    def starts(self, document: int) -> Iterable[Sequence[int]]:
        return self._in(document).starts(document)

    def spans(self, document: int) -> Sequence[Span]:
        return self._in(document).spans(document) if document in self.documents else ()

    def weights(self) -> Mapping[int, float]:
        return self._weights

    def occurrences(self) -> Mapping[int, float]:
        return self._often

    def kinds(self, document: int) -> int:
        return self._kinds.get(document, 0)

    def ahead(self, documents: Sequence[int]) -> None:
        self._evaluator.expect(documents)

    def inside(self, kinds: int) -> ClusterMatch:
        """Return its matches within a section mask."""
        clauses = [clause._replace(kinds=clause.kinds & kinds) for clause in self.clauses]
        return ClusterMatch(
            self.text,
            self._named,
            clauses,
            self._evaluator,
            lambda evaluator: evaluator.within(self._local(evaluator), kinds),
            only_found=self._only_found,
            whole=self._whole or self,
        )

    @cached_property
    def _weights(self) -> Mapping[int, float]:
        scores = self._evaluator.scoring.scores("weights", self.clauses[0])
        if len(self.clauses) == 1 and scores.unit:
            return self._without_gaps(scores) if has_gaps(self.clauses[0]) else _weights(scores)
        return dict(pair for _, match in self._everywhere() for pair in match.weights().items())

    def _without_gaps(self, scores: Scores) -> Mapping[int, float]:
        """Return the number of places, counted in the leaf if there are too many for exact scores."""
        gaps = self._evaluator.scores("gaps", self.clauses[0], has_gaps)
        taken = dict(zip(gaps.numbers, gaps.scores, strict=True))
        found = {
            number: float(round(score - taken.get(number, 0.0)))
            for number, score in zip(scores.numbers, scores.scores, strict=True)
        }
        many = sorted(number for number in self.documents if found[number] > _EXACT)
        self.ahead(many)
        found.update((number, float(len(self.spans(number)))) for number in many)
        return found

    @cached_property
    def _often(self) -> Mapping[int, float]:
        if len(self.clauses) == 1 and _is_word(self.clauses[0]):
            scores = self._evaluator.scores("often", self.clauses[0], _is_word)
            return dict(zip(scores.numbers, scores.scores, strict=True))
        return self.weights()

    @cached_property
    def _kinds(self) -> Mapping[int, int]:
        found: dict[int, int] = {}
        if all(is_placed(clause) for clause in self.clauses):
            for clause in self.clauses:
                scores = self._evaluator.scores("kinds", clause, is_placed)
                for number, score in zip(scores.numbers, scores.scores, strict=True):
                    found[number] = found.get(number, 0) | round(score)
            return found
        for places, match in self._everywhere():
            documents = sorted(match.documents)
            found.update(zip(documents, places.kinds_of([match])(documents), strict=True))
        return found

    def _everywhere(self) -> Iterator[tuple[Evaluator, Match]]:
        """Yield the matches in all reports, for each batch of leaves that is read together."""
        left = set(self.documents)
        self._evaluator.expect(sorted(left))
        while left:
            document = min(left)
            match = self._in(document)
            yield self._evaluator.places(document), match
            left -= match.documents

    def _in(self, document: int) -> Match:
        """Return the matches in the batch of leaves that contains the given report."""
        places = self._evaluator.places(document)
        found = self._found.get(places)
        if found is None:
            found = self._found[places] = self._local(places)
            read = self._evaluator.read_with(document)
            if read & found.documents != read & self.documents:
                raise Corrupt(
                    "The cluster and the indexes of its reports do not agree on a part of the query. Run `reviews "
                    "check --full` on the machine that publishes."
                )
        return found


class _Beside(Together):
    """Places where plain words occur together. The cluster knows the reports."""

    def __init__(self, matches: Sequence[Match], layout: Layouts, scoring: Scoring) -> None:
        super().__init__(matches, layout)
        self._scoring = scoring

    def documents(self, among: set[int], tick: Callable[[], None]) -> set[int]:
        tick()
        words = [_clauses(match) for match in self._matches]
        kinds = next((clause.kinds for clauses in words for clause in clauses), 0)
        found = self._scoring.beside([[clause.plan for clause in clauses] for clauses in words], kinds)
        return among.intersection(found.numbers)


class ClusterEvaluator(Evaluator):
    """Evaluates queries over one generation. For the rest, see `index.matching.evaluator.Evaluator`."""

    def __init__(
        self,
        snapshot: ClusterSnapshot,
        fields: Callable[[Field], set[int]],
        deadline: Deadline,
        layout: Layouts | None = None,
        sections: Callable[[int], Sections] | None = None,
        lookup: WordLookup | None = None,
        scoring: Scoring | None = None,
    ) -> None:
        super().__init__(snapshot, fields, deadline, layout, sections, lookup)
        self._questions: Questions = snapshot.questions
        self._vocabulary = snapshot.words
        self._lengths = snapshot.lengths()
        self.scoring: Scoring = scoring or snapshot.questions
        self.live = self._live
        self._asked: dict[Clause, None] = {}
        self._parts: set[str] = set()  # of leaves, in which the terms of these clauses are
        self._matched: dict[tuple[str, tuple[str, ...]], ClusterMatch] = {}
        self._walking = False
        self._places: dict[int, Evaluator] = {}
        self._read: deque[list[int]] = deque()

    # One request for all the clauses of a tree

    def evaluate(self, query: Query, kinds: int = EVERY_KIND) -> Answer:
        if self._walking or (query, kinds, ()) in self._answers:
            return super().evaluate(query, kinds)
        whole = not self._asked  # the first tree is the query, of which all is shown
        asked = self._ask(query, kinds, whole=whole)
        self._asked.update(dict.fromkeys(asked))
        self._parts.update(part_of(term) for clause in asked for term in dsl.terms_of(clause.plan))
        self._questions.expect_parts(self._parts)
        with self._walk():
            return super().evaluate(query, kinds)

    def ahead(self, queries: Iterable[Query]) -> None:
        self._ask(Or(tuple(queries)), EVERY_KIND)

    def holding(self, query: Query, among: set[int]) -> set[int]:
        if self._walking:
            return super().holding(query, among)
        self._ask(query, EVERY_KIND)
        with self._walk():
            return super().holding(query, among)

    @contextmanager
    def _walk(self) -> Iterator[None]:
        """Return a context in which a tree can be walked. Its clauses are already known."""
        self._walking = True
        try:
            yield
        finally:
            self._walking = False

    def _ask(self, query: Query, kinds: int, *, whole: bool = False) -> Sequence[Clause]:
        """Query all clauses of a tree at once, before it is walked.

        With `whole`, also query their sections and which words occur together. The query itself needs these, but a
        count of its reports does not.
        """
        if not isinstance(self.scoring, Questions):  # they are noted
            return ()
        notes = _Notes()
        alone = ClusterSnapshot(self._questions, self._vocabulary, {0: 0}, {0: 0})
        noting = ClusterEvaluator(alone, lambda field: {0}, self._deadline, lookup=self._lookup, scoring=notes)
        answer = noting.evaluate(query, kinds)
        asked: list[Question] = [("weights", clause) for clause in notes.clauses]
        if whole:
            asked += [("gaps", clause) for clause in notes.clauses if has_gaps(clause)]
            asked += [("kinds", clause) for clause in notes.clauses if is_placed(clause)]
            if answer.together:
                answer.together.documents({0}, self._deadline.check)
                asked += notes.sides
        self.scoring.ask(asked)
        return notes.clauses

    def scores(self, what: What, clause: Clause, suits: Callable[[Clause], bool]) -> Scores:
        """Return the scores of a clause. It is queried together with all clauses of the tree that satisfy `suits`."""
        if isinstance(self.scoring, Questions):
            self.scoring.ask([(what, each) for each in (*filter(suits, self._asked), clause)])
        return self.scoring.scores(what, clause)

    # The leaves

    def expect(self, documents: Iterable[int]) -> None:
        """Announce which reports will be read, so that their leaves are fetched together."""
        self._questions.expect(documents)

    def places(self, document: int) -> Evaluator:
        """Return an evaluator over the leaf of a report, and the leaves that were announced with it."""
        if document not in self._places:
            self._deadline.check()
            if len(self._read) == _BATCHES:
                for each in self._read.popleft():
                    del self._places[each]
            some = [each for each in self._questions.batch(document) if each in self.live and each not in self._places]
            self._read.append(some)
            self._questions.expect_parts(self._parts)
            lengths = {each: self._lengths[each] for each in some}
            leaves = LeafSnapshot(lengths, self._questions.fields, self._vocabulary)
            found = Evaluator(leaves, self._fields, self._deadline, lookup=self._lookup)
            self._places.update(dict.fromkeys(some, found))
        return self._places[document]

    def read_with(self, document: int) -> set[int]:
        """Return the reports whose leaves are read together with that of the given report."""
        return next((set(some) for some in self._read if document in some), set()) & self.live

    # Clauses

    def together(self, matches: Sequence[Match]) -> Together:
        return _Beside(matches, self._layout, self.scoring)

    def within(self, match: Match, kinds: int) -> Match:
        parts = [part.inside(kinds) for part in parts_of([match]) if isinstance(part, ClusterMatch)]
        return AnyOf(match.text, parts) if isinstance(match, AnyOf) else parts[0]

    def _words(self, text: str, terms: Sequence[str]) -> Match:  # type: ignore[override]  # needs no postings
        held = tuple(term for term in terms if self._vocabulary.frequency(term))
        known = self._matched.get((text, held))  # so that a word that is repeated is one match
        if known is None:
            clause = Clause(Chain((held,)), EVERY_KIND)
            known = ClusterMatch(text, held, [clause], self, lambda evaluator: evaluator._words(text, held))
            self._matched[text, held] = known
        return known

    def _side_by_side(self, text: str, slots: Slots, slop: int = 0) -> Match:
        if len(slots) < 2:
            return self._words(text, slots[0] if slots else ())
        held: Slots = [[term for term in terms if self._vocabulary.frequency(term)] for terms in slots]
        clause = Clause(Chain(tuple(map(tuple, held)), slop), EVERY_KIND)
        return ClusterMatch(
            text,
            shown_terms(held, [0]),
            [clause],
            self,
            lambda evaluator: evaluator._side_by_side(text, slots, slop),
            only_found=True,
        )

    def _near(self, query: Near) -> Match:
        left, right = self.evaluate(query.left), self.evaluate(query.right)
        sides = [[clause.plan for match in answer.matches for clause in _clauses(match)] for answer in (left, right)]
        terms = [term for answer in (left, right) for match in answer.matches for term in match.terms]
        clause = Clause(Beside(tuple(sides[0]), tuple(sides[1]), query.distance), EVERY_KIND)
        return ClusterMatch(str(query), terms, [clause], self, lambda evaluator: evaluator._near(query))

    def _some(self, slots: Slots, among: set[int]) -> set[int]:
        return among & self._side_by_side("", slots).documents


class _Notes:
    """Records the clauses that a tree needs. Every clause appears to match one report, so that none is skipped."""

    def __init__(self) -> None:
        self.clauses: list[Clause] = []
        self.sides: list[Side] = []
        self._one = Scores(array("I", [0]), array("f", [1.0]), 1.0)

    def scores(self, what: What, clause: Clause) -> Scores:
        self.clauses.append(clause)
        return self._one

    def beside(self, words: Sequence[Sequence[Plan]], kinds: int) -> Scores:
        self.sides.append(Side(tuple(map(tuple, words)), kinds))
        return self._one


def is_placed(clause: Clause) -> bool:
    """Return whether the cluster can tell the sections of a clause."""
    return dsl.is_placed(clause.plan, clause.kinds)


def has_gaps(clause: Clause) -> bool:
    """Return whether other words may be between those of a clause."""
    return dsl.is_counted(clause.plan, clause.kinds) and dsl.reach(clause.plan) > 0


def _weights(scores: Scores) -> Mapping[int, float]:
    weights = array("f", (round(score) / scores.unit for score in scores.scores))
    return dict(zip(scores.numbers, weights, strict=True))


def _is_word(clause: Clause) -> bool:
    return isinstance(clause.plan, Chain) and len(clause.plan.slots) == 1 and clause.kinds == EVERY_KIND


def _clauses(match: Match) -> list[Clause]:
    return [clause for part in parts_of([match]) if isinstance(part, ClusterMatch) for clause in part.clauses]
