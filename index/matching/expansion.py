"""Expand a part of a query to words of the index: word forms, patterns, fuzzy words, and spellings of compounds."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from corpus.errors import QueryRefused
from index import analyser, spellings
from index.query import Pattern, Word
from index.storage.engine import Snapshot

MAX_EXPANSION = 5_000
"""The maximum number of distinct words that one pattern or fuzzy word may match."""
_MAX_VARIANTS = 64  # spellings of one phrase: 2 for each hyphen, compound or abbreviation in it
_CACHED = 4096  # cached lookups of each kind: each costs a dozen reads of the index
_PATTERNS = 512  # patterns whose words are cached
_WORDS_PER_CHECK = 256  # words between two checks of the deadline

Slots = list[Sequence[str]]
"""The terms accepted at each position of a phrase."""


class WordLookup:
    """The words of one snapshot, with a cache for lookups that many queries repeat. Share one instance between queries.

    `forms` are the words of a class. `compounds` are the parts of a joined word that is also printed with a hyphen.
    `spelled` are the consecutive terms of a word that is printed as several, such as "C.S.E.". `matched` are the words
    of a pattern.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.vocabulary = snapshot.vocabulary
        self.forms: Callable[[str], list[str]] = lru_cache(_CACHED)(snapshot.forms)
        self.compounds: Callable[[str], list[tuple[str, str]]] = lru_cache(_CACHED)(snapshot.compounds)
        self.matched: dict[str, Sequence[str]] = {}
        self._frequency = snapshot.frequency
        self.spelled: Callable[[str], list[Slots]] = lru_cache(_CACHED)(self._look_up_spelled)

    def _look_up_spelled(self, term: str) -> list[Slots]:
        slots: Slots = list(spellings.slots_of(term))
        return [slots] if slots and self._frequency(slots[0][0]) else []


class Expansion:
    """Finds the index words that the parts of one query stand for.

    `check_deadline` is called inside every loop over words, and stops a query that takes too long.
    """

    def __init__(self, lookup: WordLookup, check_deadline: Callable[[], None]) -> None:
        self._lookup = lookup
        self._check_deadline = check_deadline
        self.compounds = lookup.compounds
        self.spelled = lookup.spelled

    def forms(self, term: str) -> list[str]:
        """Return the words of a term's class that occur in the index, or the term itself if there are none."""
        return self._lookup.forms(analyser.word_class(term)) or [term]

    def slot(self, part: str) -> Sequence[str]:
        """Return the terms accepted at one position of a phrase: a word as written, or all words that match a
        pattern.
        """
        if "*" not in part and "?" not in part:
            return (part,)
        self._check_deadline()
        found = self._lookup.matched.get(part)
        if found is None:
            shape = _shape(part)
            words = self._vocabulary(re.split(r"[*?]", part, maxsplit=1)[0])
            found = [term for term in words if shape.fullmatch(term)]
            _check_size(found, part)
            if len(self._lookup.matched) >= _PATTERNS:
                self._lookup.matched.clear()
            self._lookup.matched[part] = found
        return found

    def alike(self, term: str, edits: int) -> dict[str, int]:
        """Return the words that are at most `edits` edits away from the term, each with its number of edits.

        The words have the same first letter. An edit changes, adds or removes a letter, or swaps two adjacent letters
        (optimal string alignment distance).
        """
        from rapidfuzz.distance.OSA import distance  # imported here, because the import takes over 10 ms

        found = {}
        for word in self._vocabulary(term[:1]):
            if abs(len(word) - len(term)) <= edits:
                edited = distance(term, word, score_cutoff=edits)
                if edited <= edits:
                    found[word] = edited
        _check_size(found, term)
        return found

    def phrase(self, words: Sequence[Word | Pattern]) -> list[Slots]:
        """Return the phrase in every spelling of its compounds, as one word and as two."""
        slots: Slots = []
        plain: list[str | None] = []  # the single term of a slot that may be part of a compound
        hyphened: set[int] = set()  # slots after which the person typed a hyphen
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
            self._check_deadline()
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
        for number, word in enumerate(self._lookup.vocabulary(prefix)):
            if number % _WORDS_PER_CHECK == 0:
                self._check_deadline()
            yield word


def pattern_parts(text: str) -> list[str]:
    """Return the tokens of a pattern, folded, with their wildcards: `Multi-ag*` → ["multi", "ag*"]."""
    parts = re.findall(r"[^\W_*?]*(?:[*?'\u2019][^\W_*?]*|[^\W_*?]+)*", text)
    folded = (re.sub(r"[^*?]+", lambda m: analyser.fold(m.group()), part).strip("'") for part in parts)
    return [part for part in folded if part]


def joined_pattern(text: str, parts: Sequence[str]) -> str:
    """Return the parts of a pattern as one word if only hyphens join them and no two digits would touch, otherwise
    "".
    """
    whole = text.translate({ord(hyphen): None for hyphen in analyser.HYPHENS})
    touching = any(left[-1:].isdigit() and right[:1].isdigit() for left, right in pairwise(parts))
    return "" if len(parts) < 2 or touching or len(pattern_parts(whole)) > 1 else "".join(parts)


def _shape(part: str) -> re.Pattern[str]:
    """Return a pattern as a regular expression without backtracking.

    Matching each piece at its first possible place is enough.
    """
    first, *rest = ("".join("." if c == "?" else re.escape(c) for c in piece) for piece in re.split(r"\*+", part))
    if not rest:
        return re.compile(first)
    *middle, last = rest
    return re.compile(first + "".join(f"(?>.*?{piece})" for piece in middle) + ".*" + last)


def _check_size(terms: Collection[str], asked: str) -> None:
    if len(terms) > MAX_EXPANSION:
        raise QueryRefused(
            f"`{asked}` matches {len(terms):,} different words, and one search can use {MAX_EXPANSION:,}. Type "
            "more letters before the *."
        )
