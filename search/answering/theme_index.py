"""Which reports have which theme, and the postings of the themes' phrases.

Computed once for each generation and vocabulary, and cached beside the index.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from corpus.atomic import write_atomic
from corpus.errors import LimitHit
from corpus.themes import Themes
from index.matching.evaluator import Evaluator
from index.matching.expansion import Slots, WordLookup
from index.matching.phrase_cache import Phrases, moved, name_of
from index.matching.phrase_cache import write as write_phrases
from index.query import Query
from index.storage.engine import Snapshot
from index.storage.postings import Postings, PostingsBuilder
from search.parsing.parser import parse

Evaluators = Callable[[Snapshot, WordLookup, Callable[[Slots], Postings | None]], Evaluator]

VERSION = "3"
"""Version of the cache. Change it when the same themes would match other reports."""
_PHRASES = ".phrases"
MANY = 500
"""From this many reports on, themes are counted in advance and their phrases are cached. Fewer take no time."""


def theme_lookup(themes: Themes) -> Callable[[str], tuple[str, tuple[str, ...]] | None]:
    """The function with which the parser looks up a theme."""

    def look_up(name: str) -> tuple[str, tuple[str, ...]] | None:
        theme = themes.find(name)
        return (theme.name, theme.queries) if theme else None

    return look_up


def theme_tree(themes: Themes, name: str) -> Query:
    """The query tree of a theme."""
    return parse(f'theme:"{name}"', theme_lookup(themes)).tree


class ThemeTable:
    """The readings that have each theme, cached in `folder`.

    The cache holds numbers and the compounds that the themes' words form in this library, but no report text.

    A reading never changes, so its themes carry over from the previous generation. Other reports matter in one way
    only: `multiagency` finds "multi agency" if any report has "multi-agency". While the compounds are unchanged, only
    new readings are searched.
    """

    def __init__(self, folder: Path, generation: str, fingerprint: str, themes: Themes) -> None:
        stored = json.dumps([VERSION, fingerprint, [[theme.name, theme.queries] for theme in themes.themes]])
        self._vocabulary = f"themes-{hashlib.sha256(stored.encode()).hexdigest()[:24]}-"
        self._file = folder / f"{self._vocabulary}{generation}.json"
        self._themes = themes
        self.phrases = Phrases(self._file.with_suffix(_PHRASES))
        """The phrases of the themes. Filled by `readings`."""

    def readings(self, snapshot: Snapshot, evaluator: Evaluators) -> dict[str, set[int]]:
        """The readings that have each theme. evaluator: makes an evaluator with its own deadline for each theme."""
        documents = snapshot.documents()
        kept = self._kept(self._file)
        if kept is not None:
            return kept.having
        lookup = WordLookup(snapshot)
        before, phrases_before = self._before(lookup)
        lookup.compounds = _recorded(lookup.compounds, before.compounds)
        with suppress(OSError, LimitHit):  # a read-only library can still be searched
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
            if len(documents) >= MANY:
                self._count_phrases(snapshot, evaluator, lookup, phrases_before)
        new = [document for document, reading in documents.items() if reading not in before.live]
        some = snapshot.among(new)
        having = {
            theme.name: {
                *before.having[theme.name].intersection(documents.values()),
                *(
                    documents[number]
                    for number in evaluator(some, lookup, self.phrases.postings).holding(
                        theme_tree(self._themes, theme.name), {*new}
                    )
                ),
            }
            for theme in self._themes.themes
        }
        self._keep(_Kept(having, frozenset(documents.values()), before.compounds))
        return having

    def _count_phrases(self, snapshot: Snapshot, evaluator: Evaluators, lookup: WordLookup, before: Phrases) -> None:
        """Precompute every phrase of the themes. Readings that the previous generation had keep their postings."""
        documents = snapshot.documents()
        number_of = {reading: document for document, reading in documents.items()}
        numbers = {old: number_of[reading] for old, reading in before.readings.items() if reading in number_of}
        new = snapshot.among(sorted(set(documents).difference(numbers.values())))
        counted: dict[str, tuple[Slots, PostingsBuilder]] = {}
        for theme in self._themes.themes:
            asked: list[Slots] = []
            evaluator(snapshot.among(()), lookup, _collecting(asked)).evaluate(theme_tree(self._themes, theme.name))
            for slots in asked:
                if name_of(slots) in counted:
                    continue
                postings = before.postings(slots)
                held = moved(postings, numbers) if postings else ()
                look = evaluator(new if postings else snapshot, lookup, lambda slots: None)
                builder = PostingsBuilder()
                for found in sorted([*held, *look.count(slots)], key=itemgetter(0)):
                    builder.add(*found)
                counted[name_of(slots)] = slots, builder
        write_phrases(self.phrases.path, documents, counted.values())

    def _before(self, lookup: WordLookup) -> "tuple[_Kept, Phrases]":
        """The themes and phrases of another generation. No themes if its compounds differ."""
        nothing = _Kept({theme.name: set() for theme in self._themes.themes}, frozenset(), {})
        for path in self._file.parent.glob(f"{self._vocabulary}*.json"):
            if kept := self._kept(path):
                still = all(lookup.compounds(joined) == pairs for joined, pairs in kept.compounds.items())
                return kept if still else nothing, Phrases(path.with_suffix(_PHRASES))
        return nothing, self.phrases

    def _kept(self, path: Path) -> "_Kept | None":
        try:
            stored = json.loads(path.read_bytes())
            return _Kept(
                {theme.name: set(map(int, stored["themes"][theme.name])) for theme in self._themes.themes},
                frozenset(map(int, stored["live"])),
                {joined: [(left, right) for left, right in pairs] for joined, pairs in stored["compounds"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None  # missing or damaged: compute it again

    def _keep(self, found: "_Kept") -> None:
        stored = {
            "themes": {name: sorted(readings) for name, readings in found.having.items()},
            "live": sorted(found.live),
            "compounds": found.compounds,
        }
        with suppress(OSError, LimitHit):  # a read-only library can still be searched
            for pattern in ("themes-*", ".themes-*"):  # the second: left by a killed process
                for old in self._file.parent.glob(pattern):
                    if old != self.phrases.path:
                        old.unlink(missing_ok=True)
            write_atomic(self._file, json.dumps(stored, ensure_ascii=False).encode())


@dataclass(frozen=True, slots=True)
class _Kept:
    """having: the readings that have each theme. live: the readings that were searched. compounds: the splits of each
    joined word that was looked up."""

    having: dict[str, set[int]]
    live: frozenset[int]
    compounds: dict[str, list[tuple[str, str]]]


def _collecting(asked: list[Slots]) -> Callable[[Slots], Postings]:
    """Collects each phrase that is looked up, and answers that it occurs nowhere."""

    def look_up(slots: Slots) -> Postings:
        asked.append(slots)
        return Postings((), (), (), (), ())

    return look_up


def _recorded(
    compounds: Callable[[str], list[tuple[str, str]]], seen: dict[str, list[tuple[str, str]]]
) -> Callable[[str], list[tuple[str, str]]]:
    def look_up(joined: str) -> list[tuple[str, str]]:
        found = seen[joined] = compounds(joined)
        return found

    return look_up
