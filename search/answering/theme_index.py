"""Which reports have which theme, and where do the phrases of the themes stand? Worked out once for a generation and a
vocabulary, and kept beside the index.
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
from index.matching.expansion import Expansion, Slots
from index.matching.phrase_cache import Phrases, moved, name_of
from index.matching.phrase_cache import write as write_phrases
from index.query import Query
from index.storage.engine import Snapshot
from index.storage.postings import Postings, PostingsBuilder
from search.parsing.parser import parse

Evaluators = Callable[[Snapshot, Expansion, Callable[[Slots], Postings | None]], Evaluator]

VERSION = "3"
"""Of what is kept: change it when the same themes would be found in other reports."""
_PHRASES = ".phrases"
MANY = 500
"""Reports, from which on themes are counted before anybody asks, and their phrases kept: with fewer nobody waits."""


def theme_lookup(themes: Themes) -> Callable[[str], tuple[str, tuple[str, ...]] | None]:
    """The themes as the parser asks for them."""

    def look_up(name: str) -> tuple[str, tuple[str, ...]] | None:
        theme = themes.find(name)
        return (theme.name, theme.queries) if theme else None

    return look_up


def theme_tree(themes: Themes, name: str) -> Query:
    """The query that a theme stands for."""
    return parse(f'theme:"{name}"', theme_lookup(themes)).tree


class ThemeTable:
    """The readings that have each theme. folder: where it is kept; it holds numbers, no text of a report, and of the
    words of the themes which are written with a hyphen in this library.

    A reading never changes, so what was found in it for the generation before holds on. Only one thing of other reports
    decides whether one has a theme: "multi agency" is found by `multiagency` where somebody writes "multi-agency". As
    long as that is as it was, only new readings are looked at.
    """

    def __init__(self, folder: Path, generation: str, fingerprint: str, themes: Themes) -> None:
        said = json.dumps([VERSION, fingerprint, [[theme.name, theme.queries] for theme in themes.themes]])
        self._vocabulary = f"themes-{hashlib.sha256(said.encode()).hexdigest()[:24]}-"
        self._file = folder / f"{self._vocabulary}{generation}.json"
        self._themes = themes
        self.phrases = Phrases(self._file.with_suffix(_PHRASES))
        """The phrases of the themes, once the readings were asked for."""

    def readings(self, snapshot: Snapshot, evaluator: Evaluators) -> dict[str, set[int]]:
        """The readings that have each theme. evaluator: gives one for each theme, each with its own time."""
        documents = snapshot.documents()
        kept = self._kept(self._file)
        if kept is not None:
            return kept.having
        expansion = Expansion(snapshot)
        before, phrases_before = self._before(expansion)
        expansion.compounds = _noting(expansion.compounds, before.compounds)
        with suppress(OSError, LimitHit):  # a library that cannot be written to is searched all the same
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
            if len(documents) >= MANY:
                self._count_phrases(snapshot, evaluator, expansion, phrases_before)
        new = [document for document, reading in documents.items() if reading not in before.live]
        some = snapshot.among(new)
        having = {
            theme.name: {
                *before.having[theme.name].intersection(documents.values()),
                *(
                    documents[number]
                    for number in evaluator(some, expansion, self.phrases.postings).holding(
                        theme_tree(self._themes, theme.name), {*new}
                    )
                ),
            }
            for theme in self._themes.themes
        }
        self._keep(_Kept(having, frozenset(documents.values()), before.compounds))
        return having

    def _count_phrases(self, snapshot: Snapshot, evaluator: Evaluators, expansion: Expansion, before: Phrases) -> None:
        """Find every phrase that the themes ask for: in readings that the generation before had too, where it was
        found then.
        """
        documents = snapshot.documents()
        number_of = {reading: document for document, reading in documents.items()}
        numbers = {old: number_of[reading] for old, reading in before.readings.items() if reading in number_of}
        new = snapshot.among(sorted(set(documents).difference(numbers.values())))
        counted: dict[str, tuple[Slots, PostingsBuilder]] = {}
        for theme in self._themes.themes:
            asked: list[Slots] = []
            evaluator(snapshot.among(()), expansion, _asking(asked)).evaluate(theme_tree(self._themes, theme.name))
            for slots in asked:
                if name_of(slots) in counted:
                    continue
                postings = before.postings(slots)
                held = moved(postings, numbers) if postings else ()
                look = evaluator(new if postings else snapshot, expansion, lambda slots: None)
                builder = PostingsBuilder()
                for found in sorted([*held, *look.count(slots)], key=itemgetter(0)):
                    builder.add(*found)
                counted[name_of(slots)] = slots, builder
        write_phrases(self.phrases.path, documents, counted.values())

    def _before(self, expansion: Expansion) -> "tuple[_Kept, Phrases]":
        """What was found for another generation: of the themes if it still holds, nothing if not; and the phrases."""
        nothing = _Kept({theme.name: set() for theme in self._themes.themes}, frozenset(), {})
        for path in self._file.parent.glob(f"{self._vocabulary}*.json"):
            if kept := self._kept(path):
                still = all(expansion.compounds(joined) == pairs for joined, pairs in kept.compounds.items())
                return kept if still else nothing, Phrases(path.with_suffix(_PHRASES))
        return nothing, self.phrases

    def _kept(self, path: Path) -> "_Kept | None":
        try:
            said = json.loads(path.read_bytes())
            return _Kept(
                {theme.name: set(map(int, said["themes"][theme.name])) for theme in self._themes.themes},
                frozenset(map(int, said["live"])),
                {joined: [(left, right) for left, right in pairs] for joined, pairs in said["compounds"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None  # not there, or not what was written: it is made again

    def _keep(self, found: "_Kept") -> None:
        said = {
            "themes": {name: sorted(readings) for name, readings in found.having.items()},
            "live": sorted(found.live),
            "compounds": found.compounds,
        }
        with suppress(OSError, LimitHit):  # a library that cannot be written to is searched all the same
            for pattern in ("themes-*", ".themes-*"):  # also what a process left that was killed
                for old in self._file.parent.glob(pattern):
                    if old != self.phrases.path:
                        old.unlink(missing_ok=True)
            write_atomic(self._file, json.dumps(said, ensure_ascii=False).encode())


@dataclass(frozen=True, slots=True)
class _Kept:
    """having: the readings that have each theme. live: those that were looked at. compounds: how joined words were
    split, of each that was asked about."""

    having: dict[str, set[int]]
    live: frozenset[int]
    compounds: dict[str, list[tuple[str, str]]]


def _asking(asked: list[Slots]) -> Callable[[Slots], Postings]:
    """Notes each phrase that is asked for, and says that it stands nowhere."""

    def look_up(slots: Slots) -> Postings:
        asked.append(slots)
        return Postings((), (), (), (), ())

    return look_up


def _noting(
    compounds: Callable[[str], list[tuple[str, str]]], noted: dict[str, list[tuple[str, str]]]
) -> Callable[[str], list[tuple[str, str]]]:
    def look_up(joined: str) -> list[tuple[str, str]]:
        found = noted[joined] = compounds(joined)
        return found

    return look_up
