"""Which reports answer a query, and where: the query tree evaluated over the postings of any engine.

The semantics are documented in docs/query-language.md ("Exactly") and checked against a brute-force reading of the
text.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from corpus.errors import QueryRefused
from corpus.model import SectionKind
from index import analysis
from index.engine import KINDS, Layout, Snapshot
from index.postings import Postings
from index.query import And, Field, Fuzzy, In, Near, Not, Nothing, Or, Pattern, Phrase, Query, Theme, Word
from index.spans import Span, in_order, mentions, near, side_by_side

MAX_EXPANSION = 5_000
"""How many different words one pattern or fuzzy word may stand for."""
MAX_SECONDS = 5.0
_MAX_VARIANTS = 32  # spellings of one phrase: 2 for each hyphen or compound in it


class Deadline:
    """Raises QueryRefused when a query has taken too long."""

    def __init__(self, seconds: float = MAX_SECONDS) -> None:
        self._end = time.monotonic() + seconds
        self._seconds = seconds

    def check(self) -> None:
        """Raise if the time is up. Called inside every loop over documents or words."""
        if time.monotonic() > self._end:
            raise QueryRefused(
                f"This query took longer than {self._seconds:g} seconds and was stopped. "
                "Ask for something more particular: longer words before a *, fewer words joined by OR."
            )


class Match:
    """Where a part of the query matches. documents: numbers of the documents that it matches.

    text: the part as asked, for an explanation. terms: the words that it stood for.
    """

    text: str = ""
    terms: tuple[str, ...] = ()
    documents: set[int]

    def spans(self, document: int) -> Sequence[Span]:
        """The matches in one of the documents, ascending; may repeat or overlap."""
        raise NotImplementedError

    def weight(self, document: int) -> float:
        """How much the document says it: occurrences weighted by section, where known."""
        return float(len(self.spans(document)))


class Words(Match):
    """Any of some terms."""

    def __init__(self, text: str, terms: Sequence[str], lists: Sequence[tuple[int, Postings]], live: set[int]) -> None:
        self.text = text
        self.terms = tuple(terms)
        self._lists = lists
        found: set[int] = set()
        for base, postings in lists:
            found.update(n + base for n in postings.documents) if base else found.update(postings.documents)
        self.documents = found & live

    def _places(self, document: int) -> Iterable[tuple[Postings, int]]:
        for base, postings in self._lists:
            wanted = document - base
            at = bisect_left(postings.documents, wanted)
            if at < len(postings.documents) and postings.documents[at] == wanted:
                yield postings, at

    def positions(self, document: int) -> Sequence[int]:
        """The positions of all the terms in a document, ascending."""
        found = [postings.at(place) for postings, place in self._places(document)]
        return found[0] if len(found) == 1 else sorted(p for positions in found for p in positions)

    def spans(self, document: int) -> Sequence[Span]:
        return [(p, p) for p in self.positions(document)]

    def weight(self, document: int) -> float:
        return sum(postings.weights[place] for postings, place in self._places(document))


class Found(Match):
    """Spans that were worked out document by document: phrases, near, sections."""

    def __init__(self, text: str, terms: Sequence[str], by_document: dict[int, Sequence[Span]]) -> None:
        self.text = text
        self.terms = tuple(terms)
        self._by_document = by_document
        self.documents = set(by_document)

    def spans(self, document: int) -> Sequence[Span]:
        return self._by_document.get(document, ())


class AnyOf(Match):
    """Several matches taken as one part of the query."""

    def __init__(self, text: str, parts: Sequence[Match]) -> None:
        self.text = text
        self.parts = parts
        self.terms = tuple(dict.fromkeys(term for part in parts for term in part.terms))
        self.documents = set().union(*(part.documents for part in parts))

    def spans(self, document: int) -> Sequence[Span]:
        found = [part.spans(document) for part in self.parts if document in part.documents]
        return found[0] if len(found) == 1 else sorted({span for spans in found for span in spans})

    def weight(self, document: int) -> float:
        return sum(part.weight(document) for part in self.parts if document in part.documents)


class Answer:
    """The documents that answer a query, and the matches that make them do so.

    matches: one for each positive part of the query (not those under NOT), in the order asked.
    """

    def __init__(self, documents: set[int], matches: Sequence[Match]) -> None:
        self.documents = documents
        self.matches = matches

    def mentions(self, document: int) -> list[Span]:
        """All matches in one document, each once, in order."""
        return mentions(self.spans(document))

    def spans(self, document: int) -> list[Span]:
        """All matches in one document, as they come."""
        return [span for match in self.matches if document in match.documents for span in match.spans(document)]


class Evaluator:
    """Evaluates queries over one snapshot.

    fields: gives the documents that a Field condition is true of.
    """

    def __init__(self, snapshot: Snapshot, fields: Callable[[Field], set[int]], deadline: Deadline) -> None:
        self._snapshot = snapshot
        self._live = set(snapshot.documents())
        self._fields = fields
        self._deadline = deadline
        self._layout: Callable[[int], Layout] = lru_cache(maxsize=4096)(snapshot.layout)
        self._words_cache: dict[tuple[str, ...], Words] = {}

    def evaluate(self, query: Query | _Joined, kinds: frozenset[int] | None = None) -> Answer:
        """Evaluate a tree. kinds: the section kinds (codes) in which words must stand, None for anywhere."""
        self._deadline.check()
        match query:
            case And(parts):
                answers = [self.evaluate(part, kinds) for part in self._with_compounds(parts)]
                documents = set.intersection(*(answer.documents for answer in answers))
                return Answer(documents, [m for answer in answers for m in answer.matches])
            case Or(parts) | Theme(_, parts):
                answers = [self.evaluate(part, kinds) for part in parts]
                documents = set().union(*(answer.documents for answer in answers))
                return Answer(documents, [m for answer in answers for m in answer.matches])
            case Not(part):
                return Answer(self._live - self.evaluate(part, kinds).documents, ())
            case Field():
                return Answer(self._fields(query) & self._live, ())
            case In(kind, part):
                wanted = frozenset((KINDS.index(SectionKind(kind)),))
                return self.evaluate(part, wanted if kinds is None else kinds & wanted)
            case Near():
                return self._one(self._near(query), kinds)
            case Nothing():
                return Answer(set(), ())
            case _Joined(word, joined):
                match_ = AnyOf(str(word), [self._match(word), *(self._words(str(word), (j,)) for j in joined)])
                return self._one(match_, kinds)
            case Word() | Pattern() | Fuzzy() | Phrase():
                return self._one(self._match(query), kinds)
        raise TypeError(f"not a query: {query!r}")

    def _one(self, match: Match, kinds: frozenset[int] | None) -> Answer:
        if kinds is not None:
            match = self._within(match, kinds)
        return Answer(match.documents, [match])

    def _match(self, query: Word | Pattern | Fuzzy | Phrase) -> Match:
        match query:
            case Word(text, exact):
                return self._exact(text, str(query)) if exact else self._word(text)
            case Pattern(text):
                return self._pattern(_pattern_parts(text), str(query))
            case Fuzzy(text, edits):
                return self._words(str(query), self._alike(analysis.fold(text), edits))
            case Phrase(words, slop):
                return self._phrase(words, slop, str(query))

    # Words

    def _words(self, text: str, terms: Sequence[str]) -> Words:
        key = tuple(terms)
        known = self._words_cache.get(key)
        if known is None:
            lists = []
            kept = []
            for term in terms:
                postings = self._snapshot.postings(term)
                if postings:
                    kept.append(term)
                    lists.extend(postings)
                self._deadline.check()
            known = self._words_cache[key] = Words(text, kept, lists, self._live)
        return known if known.text == text else _renamed(known, text)

    def _forms(self, term: str) -> list[str]:
        """A term and the words that occur and share its stem."""
        forms = self._snapshot.forms(analysis.stem(term))
        return forms if term in forms else [term, *forms]

    def _word(self, text: str) -> Match:
        terms = [term for term, _ in analysis.terms(text)]
        if not terms:
            return self._words(text, ())
        *first, last = terms
        joined = "".join(terms)
        parts: list[Match] = [self._side_by_side(text, [*((t,) for t in first), self._forms(last)])]
        if first:
            parts.append(self._words(text, self._forms(joined)))
        parts.extend(self._side_by_side(text, [(a,), (b,)]) for a, b in self._snapshot.compounds(joined))
        return parts[0] if len(parts) == 1 else AnyOf(text, parts)

    def _exact(self, text: str, name: str) -> Match:
        return self._side_by_side(name, [(capitals or term,) for term, capitals in analysis.terms(text)])

    def _pattern(self, parts: Sequence[str], text: str) -> Match:
        found: list[Match] = [self._side_by_side(text, [self._slot(part) for part in parts])]
        if len(parts) > 1:
            found.append(self._words(text, self._slot("".join(parts))))
        return found[0] if len(found) == 1 else AnyOf(text, found)

    def _slot(self, part: str) -> Sequence[str]:
        """The terms that one place of a phrase may hold: a word as written, or those that a pattern stands for."""
        if "*" not in part and "?" not in part:
            return (part,)
        prefix = re.split(r"[*?]", part, maxsplit=1)[0]
        signs = {"*": ".*", "?": "."}
        shape = re.compile("".join(signs.get(c) or re.escape(c) for c in re.sub(r"\*+", "*", part)))
        found = [term for term in self._snapshot.vocabulary(prefix) if shape.fullmatch(term)]
        return _bounded(found, part)

    def _alike(self, term: str, edits: int) -> Sequence[str]:
        alike = (c for c in self._snapshot.vocabulary(term[:1]) if abs(len(c) - len(term)) <= edits)
        found = [candidate for candidate in alike if _distance(term, candidate, edits) <= edits]
        return _bounded(found, term)

    # Phrases

    def _phrase(self, words: Sequence[Word | Pattern], slop: int, text: str) -> Match:
        slots: list[Sequence[str]] = []
        plain: list[str | None] = []  # the one term of a slot that may be part of a compound
        hyphened: set[int] = set()  # slots that the person joined to the next one by a hyphen
        for word in words:
            if isinstance(word, Pattern):
                for part in _pattern_parts(word.text):
                    slots.append(self._slot(part))
                    plain.append(None if "*" in part or "?" in part else part)
                continue
            terms = analysis.terms(word.text)
            for i, (term, capitals) in enumerate(terms):
                slots.append((capitals or term,) if word.exact else (term,))
                plain.append(None if word.exact else term)
                if i + 1 < len(terms):
                    hyphened.add(len(slots) - 1)
        variants = self._spellings(slots, plain, hyphened)
        found = [self._side_by_side(text, variant, slop) for variant in variants]
        return found[0] if len(found) == 1 else AnyOf(text, found)

    def _spellings(
        self, slots: list[Sequence[str]], plain: list[str | None], hyphened: set[int]
    ) -> list[list[Sequence[str]]]:
        """The phrase with its compounds written as one word and as two."""
        variants: list[list[Sequence[str]]] = [[]]
        ends: dict[int, list[list[Sequence[str]]]] = {0: variants}
        for i, slot in enumerate(slots):
            here = ends.get(i, [])
            choices: list[tuple[int, list[Sequence[str]]]] = [(1, [slot])]
            term = plain[i]
            if term is not None:
                choices.extend((1, [(a,), (b,)]) for a, b in self._snapshot.compounds(term))
                following = plain[i + 1] if i + 1 < len(plain) else None
                if following is not None:
                    attested = (term, following) in self._snapshot.compounds(term + following)
                    if attested or i in hyphened:
                        choices.append((2, [(term + following,)]))
            for width, choice in choices:
                ends.setdefault(i + width, []).extend([*before, *choice] for before in here)
                if len(ends[i + width]) > _MAX_VARIANTS:
                    raise QueryRefused("This phrase has too many hyphened words. Leave some of its words out.")
        return ends[len(slots)]

    def _side_by_side(self, text: str, slots: Sequence[Sequence[str]], slop: int = 0) -> Match:
        words = [self._words(text, slot) for slot in slots]
        if len(words) == 1:
            return words[0]
        if not words:
            return self._words(text, ())
        by_document: dict[int, Sequence[Span]] = {}
        for document in sorted(set.intersection(*(word.documents for word in words))):
            self._deadline.check()
            positions = [word.positions(document) for word in words]
            if slop:
                spans = in_order(positions, slop, self._layout(document))
            else:
                width = len(slots) - 1
                spans = [(p, p + width) for p in side_by_side(positions)]
            if spans:
                by_document[document] = spans
        return Found(text, [" ".join(term for word in words for term in word.terms[:3])], by_document)

    # Near and sections

    def _near(self, query: Near) -> Match:
        left, right = self.evaluate(query.left), self.evaluate(query.right)
        by_document: dict[int, Sequence[Span]] = {}
        for document in sorted(left.documents & right.documents):
            self._deadline.check()
            spans = near(left.spans(document), right.spans(document), query.distance, self._layout(document))
            if spans:
                by_document[document] = spans
        terms = [term for answer in (left, right) for match in answer.matches for term in match.terms]
        return Found(str(query), terms, by_document)

    def _within(self, match: Match, kinds: frozenset[int]) -> Match:
        by_document: dict[int, Sequence[Span]] = {}
        for document in sorted(match.documents):
            self._deadline.check()
            layout = self._layout(document)
            spans = [s for s in match.spans(document) if layout.kinds[layout.paragraph_at(s[0])] in kinds]
            if spans:
                by_document[document] = spans
        return Found(match.text, match.terms, by_document)

    def _with_compounds(self, parts: Sequence[Query]) -> list[Query | _Joined]:
        """Neighbouring words of a query that the corpus also joins: the joined word stands in for both."""
        joined: list[list[str]] = [[] for _ in parts]
        for i, (a, b) in enumerate(pairwise(parts)):
            if isinstance(a, Word) and isinstance(b, Word) and not a.exact and not b.exact:
                left, right = analysis.terms(a.text), analysis.terms(b.text)
                if len(left) == len(right) == 1:
                    pair = (left[0][0], right[0][0])
                    if pair in self._snapshot.compounds("".join(pair)):
                        joined[i].append("".join(pair))
                        joined[i + 1].append("".join(pair))
        return [_Joined(p, tuple(j)) if j and isinstance(p, Word) else p for p, j in zip(parts, joined, strict=True)]


class _Joined:
    """A word of a query with the joined words that may stand in for it and its neighbour."""

    __match_args__ = ("word", "joined")

    def __init__(self, word: Word, joined: tuple[str, ...]) -> None:
        self.word = word
        self.joined = joined


def _renamed(words: Words, text: str) -> Words:
    twin = Words.__new__(Words)
    twin.__dict__.update(words.__dict__)
    twin.text = text
    return twin


def _pattern_parts(text: str) -> list[str]:
    """A pattern's tokens, folded, with their stars: `Multi-ag*` → ["multi", "ag*"]."""
    parts = re.findall(r"[^\W_*?]*(?:[*?'\u2019][^\W_*?]*|[^\W_*?]+)*", text)
    folded = (re.sub(r"[^*?]+", lambda m: analysis.fold(m.group()), part).strip("'") for part in parts)
    return [part for part in folded if part]


def _bounded(terms: list[str], asked: str) -> list[str]:
    if len(terms) > MAX_EXPANSION:
        raise QueryRefused(
            f"`{asked}` stands for {len(terms):,} different words, more than the {MAX_EXPANSION:,} that one search may "
            "use. Give more letters before the *."
        )
    return terms


def _distance(a: str, b: str, most: int) -> int:
    """Letters to change, add, drop or swap with their neighbour to make b of a (Damerau-Levenshtein, optimal string
    alignment).

    Gives any number above `most` as soon as it is certain.
    """
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        earlier, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(before) > most:
            return most + 1
    return row[-1]
