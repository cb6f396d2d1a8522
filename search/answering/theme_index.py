"""Count how often each report mentions each theme, and cache the postings of the themes' phrases.

Computed once for each generation and vocabulary, and cached next to the index.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from corpus.disk.atomic import write_atomic
from corpus.disk.regular_file import read_list
from corpus.errors import LimitHit
from corpus.themes import Themes
from index.matching.evaluator import Evaluator
from index.matching.expansion import Slots, WordLookup
from index.matching.phrase_cache import Phrases, name_of, with_more
from index.matching.phrase_cache import write as write_phrases
from index.query import Query
from index.storage.engine import Snapshot
from index.storage.packed_counts import PackedCounts, pack
from index.storage.postings import Postings, PostingsBuilder
from search.parsing.parser import parse

_Value = TypeVar("_Value")
_Compounds = dict[str, list[tuple[str, str]]]

Evaluators = Callable[[Snapshot, WordLookup, Callable[[Slots], Postings | None]], Evaluator]

VERSION = "4"
"""Version of the cache. Change it when the same themes would match other reports."""
_COUNTS, _PHRASES = ".counts", ".phrases"
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


class LazyMapping(Mapping[str, _Value]):
    """Values by name. Each is made on first use, and cached."""

    def __init__(self, names: Sequence[str], make: Callable[[str], _Value]) -> None:
        self._names = names
        self._make = make
        self._made: dict[str, _Value] = {}

    def __getitem__(self, name: str) -> _Value:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class ThemeTable:
    """The readings that have each theme, with the number of mentions, cached in `folder`.

    The cache contains numbers, and the compounds that the themes' words form in this library, but no report text. A
    reading never changes, so its themes carry over from the previous generation. Other reports matter in only one way:
    `multiagency` finds "multi agency" if any report has "multi-agency". As long as the compounds are unchanged, only
    new readings are searched.

    Pass `counts=False` for a remote index. Then phrases are not counted, and every number of mentions is 0.
    """

    def __init__(self, folder: Path, generation: str, fingerprint: str, themes: Themes, *, counts: bool = True) -> None:
        stored = json.dumps([VERSION, fingerprint, [[theme.name, theme.queries] for theme in themes.themes]])
        self._vocabulary = f"themes-{hashlib.sha256(stored.encode()).hexdigest()[:24]}-"
        self._file = folder / f"{self._vocabulary}{generation}{_COUNTS}"
        self._themes = themes
        self._counts = counts
        self.phrases = Phrases(self._file.with_suffix(_PHRASES))
        """The phrases of the themes. Filled by `mentions`."""

    def mentions(self, snapshot: Snapshot, evaluator: Evaluators) -> PackedCounts:
        """Return how often each reading that has a theme mentions it, by the name of the theme.

        `evaluator` makes an evaluator with its own deadline for each theme.
        """
        documents = snapshot.documents()
        kept = self._kept(self._file)
        if kept is not None:
            return kept.mentions
        lookup = WordLookup(snapshot)
        before, phrases_before = self._before(lookup)
        lookup.compounds = _recorded(lookup.compounds, before.compounds)
        new = [document for document, reading in documents.items() if reading not in before.live]
        counted = None
        if self._counts and len(documents) >= MANY:
            counted = _PhraseCount(snapshot, evaluator, lookup, phrases_before, new)
        phrases = counted.postings if counted else _uncounted
        found = self._found(snapshot, new, lambda some: evaluator(some, lookup, phrases))
        with suppress(OSError, LimitHit):  # a read-only library can still be searched
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
            if counted:
                write_phrases(self.phrases.path, documents, counted.counted.values())
        live = frozenset(documents.values())
        for name, some in found.items():
            some |= {reading: n for reading, n in before.mentions.counts(name).items() if reading in live}
        return self._keep(found, live, before.compounds)

    def problems(self, snapshot: Snapshot, evaluator: Evaluators) -> list[str]:
        """Recompute everything that is cached for these themes, and return the differences as sentences.

        Files of other generations are checked too, because the next generation builds on them.
        """
        paths = sorted(self._file.parent.glob(f"{self._vocabulary}*"))
        if not paths:
            return []
        documents = snapshot.documents()
        lookup = WordLookup(snapshot)
        counts = self._found(snapshot, [*documents], lambda some: evaluator(some, lookup, _uncounted))
        found = []
        for path in paths:
            if path.suffix == _PHRASES:
                right = self._phrases_agree(Phrases(path), snapshot, evaluator, lookup)
            else:
                kept = self._kept(path)
                right = kept is not None and (
                    not self._still(kept, lookup)
                    or _agrees(kept, counts, {*documents.values()}, same=path == self._file)
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
        look = evaluator(snapshot.among(sorted(numbers.values())), lookup, _uncounted)
        for slots in self._asked(snapshot, evaluator, lookup):
            postings = phrases.postings(slots)
            if postings is None:
                continue  # not counted, so it is searched for on demand
            true = with_more(None, {}, look.count(slots))
            if with_more(postings, numbers, ()).pack() != true.pack():
                return False
        return True

    def _found(
        self, snapshot: Snapshot, looked_at: Sequence[int], evaluator: Callable[[Snapshot], Evaluator]
    ) -> dict[str, dict[int, int]]:
        """Return the mentions of each theme in the readings of some documents."""
        documents, some = snapshot.documents(), snapshot.among(looked_at)
        found: dict[str, dict[int, int]] = {}
        for theme in self._themes.themes:
            look, tree = evaluator(some), self.trees[theme.name]
            if self._counts:
                answer = look.evaluate(tree)
                counts = answer.only(answer.documents.intersection(looked_at)).counts(_nothing)
            else:
                counts = dict.fromkeys(look.holding(tree, {*looked_at}), 0)
            found[theme.name] = {documents[number]: count for number, count in counts.items()}
        return found

    def _asked(self, snapshot: Snapshot, evaluator: Evaluators, lookup: WordLookup) -> list[Slots]:
        """Return every phrase that the themes use, once."""
        asked: list[Slots] = []
        for theme in self._themes.themes:
            evaluator(snapshot.among(()), lookup, _collecting(asked)).evaluate(self.trees[theme.name])
        return list({name_of(slots): slots for slots in reversed(asked)}.values())[::-1]

    @cached_property
    def trees(self) -> dict[str, Query]:
        """Return the query tree of each theme, by name."""
        return {theme.name: theme_tree(self._themes, theme.name) for theme in self._themes.themes}

    def _before(self, lookup: WordLookup) -> "tuple[_Kept, Phrases]":
        """Return the themes and phrases of another generation. There are no themes if its compounds differ."""
        none = PackedCounts(pack({theme.name: {} for theme in self._themes.themes}, None))
        nothing = _Kept(none, frozenset(), {})
        for path in self._file.parent.glob(f"{self._vocabulary}*{_COUNTS}"):
            if kept := self._kept(path):
                return kept if self._still(kept, lookup) else nothing, Phrases(path.with_suffix(_PHRASES))
        return nothing, self.phrases

    def _still(self, kept: "_Kept", lookup: WordLookup) -> bool:
        """Return whether joined words are still split in the same way. Otherwise the cache is not used."""
        return all(lookup.compounds(joined) == pairs for joined, pairs in kept.compounds.items())

    def _kept(self, path: Path) -> "_Kept | None":
        try:
            mentions = PackedCounts(read_list(path))
            for theme in self._themes.themes:
                mentions.keys(theme.name)
            return _Kept(
                mentions,
                frozenset(map(int, mentions.said["live"])),
                {
                    joined: [(left, right) for left, right in pairs]
                    for joined, pairs in mentions.said["compounds"].items()
                },
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None  # missing or damaged: compute it again

    def _keep(self, found: Mapping[str, Mapping[int, int]], live: Iterable[int], compounds: _Compounds) -> PackedCounts:
        packed = pack(found, {"live": sorted(live), "compounds": compounds})
        with suppress(OSError, LimitHit):  # a read-only library can still be searched
            for pattern in ("themes-*", ".themes-*"):  # the second: left by a killed process
                for old in self._file.parent.glob(pattern):
                    if old != self.phrases.path:
                        old.unlink(missing_ok=True)
            write_atomic(self._file, packed)
        return PackedCounts(packed)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Cached counts.

    `mentions` counts each theme by reading. `live` are the readings that were searched. `compounds` has the splits of
    each joined word that was looked up.
    """

    mentions: PackedCounts
    live: frozenset[int]
    compounds: _Compounds


class _PhraseCount:
    """Counts the phrases of the themes, each when it is first asked for.

    Readings of the previous generation, `before`, keep their postings. `asked` are the documents of which the postings
    are wanted.
    """

    def __init__(
        self, snapshot: Snapshot, evaluator: Evaluators, lookup: WordLookup, before: Phrases, asked: Collection[int]
    ) -> None:
        documents = snapshot.documents()
        number_of = {reading: document for document, reading in documents.items()}
        self._before = before
        self._numbers = {old: number_of[reading] for old, reading in before.readings.items() if reading in number_of}
        new = set(documents).difference(self._numbers.values())
        self._in_new = evaluator(snapshot.among(sorted(new)), lookup, _uncounted)
        self._in_all: Callable[[], Evaluator] = lambda: evaluator(snapshot, lookup, _uncounted)
        self._asks_new = new.issuperset(asked)
        self._postings: dict[str, Postings] = {}
        self.counted: dict[str, tuple[Slots, PostingsBuilder]] = {}

    def postings(self, slots: Slots) -> Postings:
        name = name_of(slots)
        if name not in self.counted:
            before = self._before.postings(slots)
            more = list((self._in_new if before else self._in_all()).count(slots))
            builder = with_more(before, self._numbers, more)
            self.counted[name] = slots, builder
            wanted = with_more(None, {}, more) if self._asks_new else builder  # those of few are read sooner
            self._postings[name] = wanted.postings()
        return self._postings[name]


def _agrees(kept: _Kept, counts: Mapping[str, Mapping[int, int]], live: set[int], *, same: bool) -> bool:
    """Return whether cached counts are correct.

    With `same`, they were cached for the generation of `counts` and `live`.
    """
    both = live & kept.live
    if same and live != kept.live:
        return False
    for name, true in counts.items():
        known = kept.mentions.counts(name)
        if {r: n for r, n in known.items() if r in both} != {r: n for r, n in true.items() if r in both}:
            return False
        if same and not known.keys() <= kept.live:
            return False
    return True


def _uncounted(slots: Slots) -> None:
    """Return None: no phrase was counted."""


def _nothing() -> None:
    """Do nothing, because the evaluator has its own deadline."""


def _collecting(asked: list[Slots]) -> Callable[[Slots], Postings]:
    """Return a lookup function that records each phrase in `asked`, and returns empty postings."""

    def look_up(slots: Slots) -> Postings:
        asked.append(slots)
        return Postings((), (), (), (), ())

    return look_up


def _recorded(
    compounds: Callable[[str], list[tuple[str, str]]], seen: _Compounds
) -> Callable[[str], list[tuple[str, str]]]:
    def look_up(joined: str) -> list[tuple[str, str]]:
        found = seen[joined] = compounds(joined)
        return found

    return look_up
