"""Find which reports have which theme, and store the postings of the themes' phrases.

Computed once for each generation and vocabulary, and cached next to the index.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from corpus.disk.atomic import write_atomic
from corpus.errors import LimitHit
from corpus.themes import Themes
from index.matching.evaluator import Evaluator
from index.matching.expansion import Slots, WordLookup
from index.matching.phrase_cache import Phrases, name_of, with_more
from index.matching.phrase_cache import write as write_phrases
from index.query import Query
from index.storage.engine import Snapshot
from index.storage.postings import Postings, PostingsBuilder
from search.parsing.parser import parse

Evaluators = Callable[[Snapshot, WordLookup, Callable[[Slots], Postings | None]], Evaluator]

VERSION = "3"
"""The version of the cache. Change it when the same themes would match different reports."""
_PHRASES = ".phrases"
MANY = 500
"""The number of reports from which themes are counted in advance and their phrases cached. Smaller libraries are fast
without.
"""


def theme_lookup(themes: Themes) -> Callable[[str], tuple[str, tuple[str, ...]] | None]:
    """Return the function that the parser uses to look up a theme."""

    def look_up(name: str) -> tuple[str, tuple[str, ...]] | None:
        theme = themes.find(name)
        return (theme.name, theme.queries) if theme else None

    return look_up


def theme_tree(themes: Themes, name: str) -> Query:
    """Return the query tree of a theme."""
    return parse(f'theme:"{name}"', theme_lookup(themes)).tree


class ThemeTable:
    """The readings that have each theme, cached in `folder`.

    The cache contains numbers, and the compounds that the themes' words form in this library, but no report text. A
    reading never changes, so its themes carry over from the previous generation. Other reports matter in only one way:
    `multiagency` finds "multi agency" if any report has "multi-agency". As long as the compounds are unchanged, only
    new readings are searched.
    """

    def __init__(
        self, folder: Path, generation: str, fingerprint: str, themes: Themes, *, counts_phrases: bool = True
    ) -> None:
        stored = json.dumps([VERSION, fingerprint, [[theme.name, theme.queries] for theme in themes.themes]])
        self._vocabulary = f"themes-{hashlib.sha256(stored.encode()).hexdigest()[:24]}-"
        self._file = folder / f"{self._vocabulary}{generation}.json"
        self._themes = themes
        self._counts_phrases = counts_phrases
        self.phrases = Phrases(self._file.with_suffix(_PHRASES))
        """The phrases of the themes. `readings` fills it."""

    def readings(self, snapshot: Snapshot, evaluator: Evaluators) -> dict[str, set[int]]:
        """Return the readings that have each theme.

        `evaluator` makes an evaluator with its own deadline for each theme.
        """
        documents = snapshot.documents()
        kept = self._kept(self._file)
        if kept is not None:
            return kept.having
        lookup = WordLookup(snapshot)
        before, phrases_before = self._before(lookup)
        lookup.compounds = _recorded(lookup.compounds, before.compounds)
        with suppress(OSError, LimitHit):  # a read-only library can still be searched
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
            if self._counts_phrases and len(documents) >= MANY:
                self._count_phrases(snapshot, evaluator, lookup, phrases_before)
        new = [document for document, reading in documents.items() if reading not in before.live]
        found = self._having(snapshot, new, lambda some: evaluator(some, lookup, self.phrases.postings))
        having = {name: before.having[name].intersection(documents.values()) | found[name] for name in found}
        self._keep(_Kept(having, frozenset(documents.values()), before.compounds))
        return having

    def problems(self, snapshot: Snapshot, evaluator: Evaluators) -> list[str]:
        """Recompute everything that is cached for these themes, and return the differences as sentences.

        Files of other generations are checked too, because the next generation builds on them.
        """
        paths = sorted(self._file.parent.glob(f"{self._vocabulary}*"))
        if not paths:
            return []
        documents = snapshot.documents()
        lookup = WordLookup(snapshot)
        having = self._having(snapshot, [*documents], lambda some: evaluator(some, lookup, lambda slots: None))
        found = []
        for path in paths:
            if path.suffix == _PHRASES:
                right = self._phrases_agree(Phrases(path), snapshot, evaluator, lookup)
            else:
                kept = self._kept(path)
                right = kept is not None and (
                    not self._still(kept, lookup)
                    or _agrees(kept, having, {*documents.values()}, same=path == self._file)
                )
            if not right:
                found.append(f"{path} does not agree with the index. Delete it. It will be made again.")
        return found

    def _phrases_agree(self, phrases: Phrases, snapshot: Snapshot, evaluator: Evaluators, lookup: WordLookup) -> bool:
        documents = snapshot.documents()
        number_of = {reading: document for document, reading in documents.items()}
        numbers = {old: number_of[reading] for old, reading in phrases.readings.items() if reading in number_of}
        if not phrases.readings or (phrases.path == self.phrases.path and phrases.readings != documents):
            return False
        look = evaluator(snapshot.among(sorted(numbers.values())), lookup, lambda slots: None)
        for slots in self._asked(snapshot, evaluator, lookup):
            postings = phrases.postings(slots)
            if postings is None:
                continue  # not counted, so it is searched for on demand
            true = with_more(None, {}, look.count(slots))
            if with_more(postings, numbers, ()).pack() != true.pack():
                return False
        return True

    def _having(
        self, snapshot: Snapshot, looked_at: Sequence[int], evaluator: Callable[[Snapshot], Evaluator]
    ) -> dict[str, set[int]]:
        """Return, for each theme, the readings among the documents that have it."""
        documents, some = snapshot.documents(), snapshot.among(looked_at)
        return {
            theme.name: {documents[number] for number in evaluator(some).holding(self.trees[theme.name], {*looked_at})}
            for theme in self._themes.themes
        }

    def _asked(self, snapshot: Snapshot, evaluator: Evaluators, lookup: WordLookup) -> list[Slots]:
        """Return every phrase that the themes use, once."""
        asked: list[Slots] = []
        for theme in self._themes.themes:
            evaluator(snapshot.among(()), lookup, _collecting(asked)).evaluate(self.trees[theme.name])
        return list({name_of(slots): slots for slots in reversed(asked)}.values())[::-1]

    def _count_phrases(self, snapshot: Snapshot, evaluator: Evaluators, lookup: WordLookup, before: Phrases) -> None:
        """Precompute every phrase of the themes. Readings of the previous generation keep their postings."""
        documents = snapshot.documents()
        number_of = {reading: document for document, reading in documents.items()}
        numbers = {old: number_of[reading] for old, reading in before.readings.items() if reading in number_of}
        new = snapshot.among(sorted(set(documents).difference(numbers.values())))
        counted: dict[str, tuple[Slots, PostingsBuilder]] = {}
        for slots in self._asked(snapshot, evaluator, lookup):
            postings = before.postings(slots)
            look = evaluator(new if postings else snapshot, lookup, lambda slots: None)
            counted[name_of(slots)] = slots, with_more(postings, numbers, look.count(slots))
        write_phrases(self.phrases.path, documents, counted.values())

    @cached_property
    def trees(self) -> dict[str, Query]:
        """Return the query tree of each theme, by name."""
        return {theme.name: theme_tree(self._themes, theme.name) for theme in self._themes.themes}

    def _before(self, lookup: WordLookup) -> "tuple[_Kept, Phrases]":
        """Return the themes and phrases of another generation, without the themes if its compounds differ."""
        nothing = _Kept({theme.name: set() for theme in self._themes.themes}, frozenset(), {})
        for path in self._file.parent.glob(f"{self._vocabulary}*.json"):
            if kept := self._kept(path):
                return kept if self._still(kept, lookup) else nothing, Phrases(path.with_suffix(_PHRASES))
        return nothing, self.phrases

    def _still(self, kept: "_Kept", lookup: WordLookup) -> bool:
        """Return whether joined words are still split in the same way. Otherwise the cache is not used."""
        return all(lookup.compounds(joined) == pairs for joined, pairs in kept.compounds.items())

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
    """The contents of the cache.

    `having` has the readings with each theme, `live` the readings that were searched, and `compounds` the splits of
    each joined word that was looked up.
    """

    having: dict[str, set[int]]
    live: frozenset[int]
    compounds: dict[str, list[tuple[str, str]]]


def _agrees(kept: _Kept, having: Mapping[str, set[int]], live: set[int], *, same: bool) -> bool:
    """Return whether the cached values are correct.

    `same` means that they belong to the same generation as `having` and `live`.
    """
    both = live & kept.live
    if same and live != kept.live:
        return False
    return all(kept.having[name] & both == having[name] & both for name in having) and (
        not same or all(kept.having[name] <= kept.live for name in having)
    )


def _collecting(asked: list[Slots]) -> Callable[[Slots], Postings]:
    """Return a lookup function that records each phrase in `asked`, and returns empty postings."""

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
