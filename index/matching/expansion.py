"""Which words does a part of a query stand for? Forms, patterns, fuzzy words, and the spellings of compounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from corpus.errors import QueryRefused
from index import analyser, spellings
from index.query import Pattern, Word
from index.storage.engine import Snapshot

MAX_EXPANSION = 5_000
"""How many different words one pattern or fuzzy word may stand for."""
_MAX_VARIANTS = 64  # spellings of one phrase: 2 for each hyphen, compound or abbreviation in it
_REMEMBERED = 4096  # forms and compounds of words: each costs a dozen reads of the index
_OFTEN = 256  # words that are looked at between two looks at the clock

Slots = list[Sequence[str]]
"""The terms that may stand at each place of a phrase."""


class Expansion:
    """The words of one snapshot that queries stand for; remembers what was asked before.

    tick: called inside every loop over words; it stops a query that takes too long.
    """

    def __init__(self, snapshot: Snapshot, tick: Callable[[], None] = lambda: None) -> None:
        self._snapshot = snapshot
        self.tick = tick
        self._forms: Callable[[str], list[str]] = lru_cache(_REMEMBERED)(snapshot.forms)
        self.compounds: Callable[[str], list[tuple[str, str]]] = lru_cache(_REMEMBERED)(snapshot.compounds)
        """How a joined word is split where it stands with a hyphen."""
        self._spelled: Callable[[str], list[Slots]] = lru_cache(_REMEMBERED)(self._look_up_spelled)

    def forms(self, term: str) -> list[str]:
        """The words that occur and share a term's stem; the term itself when none does."""
        return self._forms(analyser.stem(term)) or [term]

    def spelled(self, term: str) -> list[Slots]:
        """The terms that stand side by side where a word is printed as several, such as "C.S.E."; none where it is not
        printed so anywhere.
        """
        return self._spelled(term)

    def _look_up_spelled(self, term: str) -> list[Slots]:
        slots: Slots = list(spellings.slots_of(term))
        return [slots] if slots and self._snapshot.postings(slots[0][0]) else []

    def slot(self, part: str) -> Sequence[str]:
        """The terms that one place of a phrase may hold: a word as written, or those that a pattern stands for."""
        if "*" not in part and "?" not in part:
            return (part,)
        shape = _shape(part)
        words = self._vocabulary(re.split(r"[*?]", part, maxsplit=1)[0])
        return _bounded([term for term in words if shape.fullmatch(term)], part)

    def alike(self, term: str, edits: int) -> Sequence[str]:
        """The words that begin like the term and differ from it in at most so many letters."""
        letters = set(term)
        found = []
        for word in self._vocabulary(term[:1]):
            if abs(len(word) - len(term)) <= edits:
                other = set(word)  # each edit can take away or bring in one letter at most: a cheap first look
                alike = len(letters - other) <= edits and len(other - letters) <= edits
                if alike and distance(term, word, edits) <= edits:
                    found.append(word)
        return _bounded(found, term)

    def phrase(self, words: Sequence[Word | Pattern]) -> list[Slots]:
        """The phrase in each way that its compounds can be written, as one word and as two."""
        slots: Slots = []
        plain: list[str | None] = []  # the one term of a slot that may be part of a compound
        hyphened: set[int] = set()  # slots that the person joined to the next one by a hyphen
        for word in words:
            if isinstance(word, Pattern):
                for part in pattern_parts(word.text):
                    slots.append(self.slot(part))
                    plain.append(None if "*" in part or "?" in part else part)
                continue
            hyphened.update(len(slots) + i for i in analyser.hyphened(word.text))
            for term, capitals in analyser.terms(word.text):
                slots.append((capitals or term,) if word.exact else (term,))
                plain.append(None if word.exact else term)
        return self._spellings(slots, plain, hyphened)

    def _spellings(self, slots: Slots, plain: list[str | None], hyphened: set[int]) -> list[Slots]:
        ends: dict[int, list[Slots]] = {0: [[]]}
        runs = spellings.runs(plain)
        for i, slot in enumerate(slots):
            self.tick()
            here = ends.pop(i, [])
            choices: list[tuple[int, Slots]] = [(1, [slot])]
            term = plain[i]
            if term is not None:
                choices.extend((1, [(a,), (b,)]) for a, b in self.compounds(term))
                choices.extend((1, spelled) for spelled in self.spelled(term))
                following = plain[i + 1] if i + 1 < len(plain) else None
                if following is not None:
                    attested = (term, following) in self.compounds(term + following)
                    if attested or i in hyphened:
                        choices.append((2, [(term + following,)]))
            for width, word in [(width, word) for first, width, word in runs if first == i]:
                choices.append((width, [(word,)]))
                choices.extend((width, spelled) for spelled in self.spelled(word))
            for width, choice in choices:
                ends.setdefault(i + width, []).extend([*before, *choice] for before in here)
                if len(ends[i + width]) > _MAX_VARIANTS:
                    raise QueryRefused("This phrase has too many hyphened words. Leave out some of its words.")
        return ends[len(slots)]

    def _vocabulary(self, prefix: str) -> Iterable[str]:
        for number, word in enumerate(self._snapshot.vocabulary(prefix)):
            if number % _OFTEN == 0:
                self.tick()
            yield word


def pattern_parts(text: str) -> list[str]:
    """A pattern's tokens, folded, with their stars: `Multi-ag*` → ["multi", "ag*"]."""
    parts = re.findall(r"[^\W_*?]*(?:[*?'\u2019][^\W_*?]*|[^\W_*?]+)*", text)
    folded = (re.sub(r"[^*?]+", lambda m: analyser.fold(m.group()), part).strip("'") for part in parts)
    return [part for part in folded if part]


def joined_pattern(text: str, parts: Sequence[str]) -> str:
    """The parts of a pattern as one word, where only hyphens join them and no digit would touch a digit; else ""."""
    whole = text.translate({ord(hyphen): None for hyphen in analyser.HYPHENS})
    touching = any(left[-1:].isdigit() and right[:1].isdigit() for left, right in pairwise(parts))
    return "" if len(parts) < 2 or touching or len(pattern_parts(whole)) > 1 else "".join(parts)


def _shape(part: str) -> re.Pattern[str]:
    """A pattern as an expression that never goes back: each piece is taken where it first fits, which is enough."""
    first, *rest = ("".join("." if c == "?" else re.escape(c) for c in piece) for piece in re.split(r"\*+", part))
    if not rest:
        return re.compile(first)
    *middle, last = rest
    return re.compile(first + "".join(f"(?>.*?{piece})" for piece in middle) + ".*" + last)


def _bounded(terms: list[str], asked: str) -> list[str]:
    if len(terms) > MAX_EXPANSION:
        raise QueryRefused(
            f"`{asked}` matches {len(terms):,} different words, and one search can use {MAX_EXPANSION:,}. Type "
            "more letters before the *."
        )
    return terms


def distance(a: str, b: str, most: int) -> int:
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
