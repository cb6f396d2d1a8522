"""Evaluate the query tree over the postings of any engine: which reports match, and where.

docs/query-language.md ("Exact rules") defines the semantics. The tests compare them with a brute-force search.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import pairwise, repeat
from operator import and_, or_
from typing import TYPE_CHECKING, TypeVar

from corpus.model import SectionKind
from index import analyser, spellings
from index.deadline import Deadline
from index.matching.expansion import Expansion, Slots, WordLookup, joined_pattern, pattern_parts
from index.matching.grouped import as_one
from index.matching.inside import within
from index.matching.matches import Match, Pairs, Runs, Words, any_of, parts_of
from index.matching.nearness import in_order_matches, near_matches
from index.matching.phrases import Starts, phrases
from index.matching.result_set import Answer, Kinds
from index.matching.sections import EVERY_KIND, Layouts, Sections
from index.matching.together import Together
from index.query import And, Field, Fuzzy, In, Near, Not, Nothing, Or, Pattern, Phrase, Plain, Query, Theme, Word
from index.storage.engine import KINDS, Snapshot
from index.storage.postings import Postings
from index.storage.term_postings import many

if TYPE_CHECKING:
    from index.matching.arrays import Keys

_WITH_PLACES = Word | Pattern | Fuzzy | Phrase | Near

_T = TypeVar("_T")

_SHOWN = 8  # words shown at one place of a phrase


class Evaluator:
    """Evaluates queries over one snapshot.

    `fields` returns the documents that meet a Field condition. `layout`, `sections` and `lookup` are caches of the
    snapshot that evaluators can share. `phrases` returns the postings of a precomputed phrase.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        fields: Callable[[Field], set[int]],
        deadline: Deadline,
        layout: Layouts | None = None,
        sections: Callable[[int], Sections] | None = None,
        lookup: WordLookup | None = None,
        phrases: Callable[[Slots], Postings | None] = lambda slots: None,
    ) -> None:
        self._snapshot = snapshot
        self._live = set(snapshot.documents())
        self._fields = fields
        self._deadline = deadline
        self._layout = layout or Layouts(snapshot.layout, snapshot.documents())
        self._sections = sections or lru_cache(maxsize=4096)(lambda document: Sections(self._layout(document)))
        self._known: dict[tuple[str, ...], Words] = {}
        self._answers: dict[tuple[Query, int, tuple[str, ...]], Answer] = {}
        self._lookup = lookup or WordLookup(snapshot)
        self.expansion = Expansion(self._lookup, deadline.check)
        self._counted = phrases

    def evaluate(self, query: Query, kinds: int = EVERY_KIND) -> Answer:
        """Evaluate a query tree. `kinds` is a section mask; only matches in these sections count."""
        return self._remembered(query, kinds, (), lambda: self._evaluate(query, kinds))

    def _remembered(self, query: Query, kinds: int, joined: tuple[str, ...], work_out: Callable[[], Answer]) -> Answer:
        """Evaluate a clause once, however often it occurs in the query: `a a a` costs as much as `a`."""
        self._deadline.check()
        key = (query, kinds, joined)
        if key not in self._answers:
            self._answers[key] = work_out()
        return self._answers[key]

    def _evaluate(self, query: Query, kinds: int) -> Answer:
        match query:
            case And():
                return self._all_of(query, kinds)
            case Or(parts) | Theme(_, parts):
                answers = _different(self.evaluate(part, kinds) for part in parts)
                documents = set().union(*(answer.documents for answer in answers))
                matches = _matches(answers)
                if all(isinstance(part, _WITH_PLACES) for part in parts):
                    return Answer(documents, matches, self.kinds_of(matches))
                return Answer(documents, matches, _join(or_, answers))
            case Not(part):
                excluded = self.evaluate(part, kinds)
                return Answer(
                    self._live - excluded.documents, (), lambda asked: (EVERY_KIND & ~k for k in excluded.kinds(asked))
                )
            case Field(name, value):
                having = self.numbered(value).documents if name == "paragraph" else self._fields(query)
                found = having & self._live
                return Answer(found, (), lambda asked: (EVERY_KIND if d in found else 0 for d in asked))
            case In(kind, part):
                return self.evaluate(part, kinds & (1 << KINDS.index(SectionKind(kind))))
            case Near():
                return self._one(self._near(query), kinds)
            case Nothing():
                return Answer(set(), (), lambda asked: repeat(0, len(asked)))
            case Word() | Pattern() | Fuzzy() | Phrase():
                return self._one(self._match(query), kinds)
        raise TypeError(f"not a query: {query!r}")

    def ahead(self, queries: Iterable[Query]) -> None:
        """Announce the next queries, so that a remote engine can fetch everything at once."""

    def holding(self, query: Query, among: set[int]) -> set[int]:
        """Return the documents of `among` that match, evaluating cheap parts first. For counts: reads no positions."""
        self._deadline.check()
        match query:
            case And(parts) if not any(self._joined(parts)):
                for part in sorted(parts, key=_costly):
                    among = self.holding(part, among)
                return among
            case Or(parts) | Theme(_, parts):
                found: set[int] = set()
                for part in sorted(parts, key=_costly):
                    found |= self.holding(part, among - found)
                return found
            case Not(part):
                return among - self.holding(part, among)
            case Phrase(words, 0):
                return set().union(*(self._some(slots, among) for slots in self.expansion.phrase(words)))
            case Near(left, right):
                both = self.holding(left, among)
                return self.evaluate(query).documents & among if self.holding(right, both) else set()
        return self.evaluate(query).documents & among

    def together(self, matches: Sequence[Match]) -> Together:
        """Return the places where the words of a plain query occur together. `matches` has one per word, in order."""
        return Together(matches, self._layout)

    def within(self, match: Match, kinds: int) -> Match:
        """Restrict a match to sections. `kinds` is a section mask."""
        return within(match, kinds, self._layout, self._sections, self._deadline.check)

    def _all_of(self, query: And, kinds: int) -> Answer:
        parts = query.parts
        answers = _different(
            self._remembered(part, kinds, tuple(joined), partial(self._or_joined, part, joined, kinds))
            if joined and isinstance(part, Word)
            else self.evaluate(part, kinds)
            for part, joined in zip(parts, self._joined(parts), strict=True)
        )
        documents = set.intersection(*(answer.documents for answer in answers))
        matches = _matches(answers)
        together = self.together(matches) if isinstance(query, Plain) else None
        return Answer(documents, matches, _join(and_, answers), together)

    def _or_joined(self, word: Word, joined: Sequence[str], kinds: int) -> Answer:
        """Match a word, or a compound of it and a neighbouring word in every spelling."""
        text = str(word)
        parts = [self._match(word), *(self._words(text, (other,)) for other in joined)]
        spelled = [slots for other in joined for slots in self.expansion.spelled(other)]
        return self._one(any_of(text, [*parts, *(self._side_by_side(text, slots) for slots in spelled)]), kinds)

    def _one(self, match: Match, kinds: int) -> Answer:
        if kinds != EVERY_KIND:
            match = self.within(match, kinds)
        return Answer(match.documents, [match], self.kinds_of([match]))

    def kinds_of(self, matches: Sequence[Match]) -> Kinds:
        parts = parts_of(matches)
        words = [part.kinds_in for part in parts if isinstance(part, Words)]
        others = [part for part in parts if not isinstance(part, Words)]

        def look_up(documents: Sequence[int]) -> Iterable[int]:
            known = as_one([kinds_in(documents) for kinds_in in self._timed(words)] or [repeat(0, len(documents))], or_)
            if not others:
                return known
            if many(documents) and any(_keys_of(match) is not None for match in others):
                return self._kinds_in_arrays(others, documents, list(known))
            return (self._kinds(others, document, kinds) for document, kinds in zip(documents, known, strict=True))

        return look_up

    def _kinds_in_arrays(self, matches: Sequence[Match], documents: Sequence[int], known: list[int]) -> list[int]:
        """Add the section masks of all matches to those in `known`, for many documents at once if possible."""
        from index.matching import arrays

        left = []
        for match in matches:
            self._deadline.check()
            keys = _keys_of(match)
            if keys is None:
                left.append(match)
                continue
            kinds = arrays.kinds_of(keys, self._layout.paragraphs(match.documents))
            known = [mask | kinds.get(document, 0) for document, mask in zip(documents, known, strict=True)]
        if not left:
            return known
        return [self._kinds(left, document, mask) for document, mask in zip(documents, known, strict=True)]

    def _kinds(self, matches: Sequence[Match], document: int, found: int) -> int:
        """Add the section masks of all matches in a document to the section mask `found`."""
        for match in matches:
            if document not in match.documents:
                continue
            kinds = match.kinds(document)
            if kinds | found == found:  # it cannot add anything
                continue
            if match.exact or not kinds & (kinds - 1):  # exact, or only one kind is possible
                found |= kinds
                continue
            self._deadline.check()
            sections = self._sections(document)
            for positions in match.starts(document):
                found |= sections.of(positions)
        return found

    def _match(self, query: Word | Pattern | Fuzzy | Phrase) -> Match:
        match query:
            case Word(text, exact):
                return self._exact(text, str(query)) if exact else self._word(text)
            case Pattern(text):
                return self._pattern(pattern_parts(text), str(query))
            case Fuzzy(text, edits):
                return self._words(str(query), list(self.expansion.alike(analyser.fold(text), edits)))
            case Phrase(words, slop):
                text = str(query)
                return any_of(text, [self._side_by_side(text, slots, slop) for slots in self.expansion.phrase(words)])

    # Words

    def numbered(self, number: str) -> Match:
        """Match the first position of each paragraph whose printed number is `number`."""
        return self._words(number, (analyser.number_term(number),))

    def _words(self, text: str, terms: Sequence[str]) -> Words:
        key = tuple(terms)
        known = self._known.get(key)
        if known is None:
            lists = {}
            for term in terms:
                self._deadline.check()
                postings = self._snapshot.postings(term)
                if postings:
                    lists[term] = postings
            known = self._known[key] = Words(text, list(lists), list(lists.values()), self._live)
        return known.named(text)

    def _word(self, text: str) -> Match:
        terms = [term for term, _ in analyser.terms(text)]
        if not terms:
            return self._words(text, ())
        *first, last = terms
        parts: list[Match] = [self._side_by_side(text, [*((t,) for t in first), self.expansion.forms(last)])]
        if joined := (analyser.joined(text) or spellings.whole(text)) if first else last:
            if first:
                parts.append(self._words(text, self.expansion.forms(joined)))
            parts.extend(self._side_by_side(text, [(a,), (b,)]) for a, b in self.expansion.compounds(joined))
            parts.extend(self._side_by_side(text, spelled) for spelled in self.expansion.spelled(joined))
        if written_out := spellings.with_and(text):
            parts.append(self._side_by_side(text, [*written_out]))
        return any_of(text, parts)

    def _exact(self, text: str, name: str) -> Match:
        return self._side_by_side(name, [(capitals or term,) for term, capitals in analyser.terms(text)])

    def _pattern(self, parts: Sequence[str], text: str) -> Match:
        found: list[Match] = [self._side_by_side(text, [self.expansion.slot(part) for part in parts])]
        if joined := joined_pattern(text, parts):
            found.append(self._words(text, self.expansion.slot(joined)))
        return any_of(text, found)

    def _joined(self, parts: Sequence[Query]) -> list[list[str]]:
        """Return, for each part, the compounds and abbreviations that can replace it and its neighbours."""
        joined: list[list[str]] = [[] for _ in parts]
        plain = [_lone(part) for part in parts]
        for i, (a, b) in enumerate(pairwise(plain)):
            if a is not None and b is not None and (a, b) in self.expansion.compounds(a + b):
                joined[i].append(a + b)
                joined[i + 1].append(a + b)
        for first, width, word in spellings.runs(plain):
            for each in joined[first : first + width]:
                each.append(word)
        return joined

    # Phrases

    def _side_by_side(self, text: str, slots: Slots, slop: int = 0) -> Match:
        if len(slots) < 2:
            return self._words(text, slots[0] if slots else ())
        if not slop and (counted := self._phrase(text, slots)):
            return counted
        if slop:
            words = [self._words(text, slot) for slot in slots]
            found = in_order_matches(text, words, slop, self._shared(words), self._layout, self._timed)
            found.terms = tuple(shown_terms([word.terms for word in words], found.documents))
            return found
        firsts, masks = self._phrases(slots, self._live)
        terms = shown_terms([self._words("", slot).terms for slot in slots], firsts) if firsts else []
        return Runs(text, terms, firsts, len(slots), masks)

    def _phrase(self, text: str, slots: Slots) -> Words | None:
        """Return a precomputed phrase, or None if it was not precomputed."""
        postings = self._counted(slots)
        if postings is None:
            return None
        return Words(text, shown_terms(slots, postings.documents), [[(0, postings)]], self._live, len(slots))

    def count(self, slots: Slots) -> Iterator[tuple[int, float, Sequence[int], int]]:
        """Yield the arguments of PostingsBuilder.add for a phrase of two or more slots, by ascending document."""
        for document, starts in self._phrases(slots, self._live)[0].items():
            yield document, float(len(starts)), starts, self._sections(document).of(starts)

    def _some(self, slots: Slots, among: set[int]) -> set[int]:
        """Return the documents of `among` that contain the phrase."""
        if len(slots) < 2:
            return among & self._words("", slots[0] if slots else ()).documents
        if counted := self._phrase("", slots):
            return among & counted.documents
        return set(self._phrases(slots, among)[0])

    def _shared(self, words: Sequence[Words]) -> list[int]:
        """Return the documents in which all words share a section kind, ascending. Words in one paragraph always do."""
        both = sorted(self._live.intersection(*(word.documents for word in words)))
        kinds = as_one([word.kinds_in(both) for word in words], and_)
        return [document for document, common in zip(both, kinds, strict=True) if common]

    def _phrases(self, slots: Slots, among: set[int]) -> tuple[Starts, dict[int, int]]:
        """See `index.matching.phrases`."""
        return phrases(slots, lambda terms: self._words("", terms), self._snapshot.occurrences, among, self._timed)

    def _timed(self, several: Iterable[_T]) -> Iterator[_T]:
        for one in several:
            self._deadline.check()
            yield one

    def _near(self, query: Near) -> Match:
        left, right = self.evaluate(query.left), self.evaluate(query.right)
        return near_matches(str(query), left, right, query.distance, self._layout, self._timed)


def _keys_of(match: Match) -> Keys | None:
    """Return the first positions of a match as one array, if it was found with arrays."""
    return match.keys if isinstance(match, Runs | Pairs) else None


def _lone(part: Query) -> str | None:
    """Return the term of a plain word with one token, or None for any other part."""
    if not isinstance(part, Word) or part.exact:
        return None
    terms = analyser.terms(part.text)
    return terms[0][0] if len(terms) == 1 else None


def _matches(answers: Iterable[Answer]) -> list[Match]:
    return list(dict.fromkeys(match for answer in answers for match in answer.matches))


def _different(answers: Iterable[Answer]) -> list[Answer]:
    """Remove repeated answers. A clause that occurs twice gives the same object."""
    return list(dict.fromkeys(answers))


def _join(how: Callable[[int, int], int], answers: Sequence[Answer]) -> Kinds:
    return lambda documents: as_one([answer.kinds(documents) for answer in answers], how)


def shown_terms(slots: Slots, found: Collection[int]) -> list[str]:
    """Return a found phrase as explanations show it, with the words at one place between slashes: `follow up/ups`."""
    return [" ".join(map(_one_place, slots))] if len(found) else []


def _one_place(terms: Sequence[str]) -> str:
    shown = [spellings.shown(term) for term in terms[:_SHOWN]]
    return "/".join([*shown, "…"] if len(terms) > _SHOWN else shown)


def _costly(query: Query) -> int:
    """Return the relative cost of a clause.

    Cheap clauses are evaluated first, which leaves fewer documents for the others.
    """
    match query:
        case Word() | Field() | Pattern() | Nothing():
            return 0
        case Fuzzy() | Phrase():
            return 1
        case Near() | In():
            return 3
    return 2
