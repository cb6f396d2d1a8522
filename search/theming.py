"""Which reports have which theme? Worked out once for a generation and a vocabulary, and kept beside the index."""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import LimitHit
from corpus.themes import Themes
from corpus.whole import write_whole
from index.engine import Snapshot
from index.evaluate import Evaluator
from index.expansion import Expansion
from index.query import Query
from search.parser import parse

VERSION = "2"
"""Of what is kept: change it when the same themes would be found in other reports."""


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

    def __init__(self, folder: Path, generation: str, themes: Themes) -> None:
        said = json.dumps([VERSION, [[theme.name, theme.queries] for theme in themes.themes]])
        self._vocabulary = f"themes-{hashlib.sha256(said.encode()).hexdigest()[:24]}-"
        self._file = folder / f"{self._vocabulary}{generation}.json"
        self._themes = themes

    def readings(
        self, snapshot: Snapshot, evaluator: Callable[[Snapshot, Expansion], Evaluator]
    ) -> dict[str, set[int]]:
        """The readings that have each theme. evaluator: gives one for each theme, each with its own time."""
        documents = snapshot.documents()
        kept = self._kept(self._file)
        if kept is not None:
            return kept.having
        expansion = Expansion(snapshot)
        before = self._before(expansion)
        new = [document for document, reading in documents.items() if reading not in before.live]
        some = snapshot.among(new)
        expansion.compounds = _noting(expansion.compounds, before.compounds)
        having = {
            theme.name: {
                *before.having[theme.name].intersection(documents.values()),
                *(
                    documents[number]
                    for number in evaluator(some, expansion).holding(theme_tree(self._themes, theme.name), {*new})
                ),
            }
            for theme in self._themes.themes
        }
        self._keep(_Kept(having, frozenset(documents.values()), before.compounds))
        return having

    def _before(self, expansion: Expansion) -> "_Kept":
        """What was found for another generation, if it still holds; nothing if not."""
        for path in self._file.parent.glob(f"{self._vocabulary}*.json"):
            kept = self._kept(path)
            if kept and all(expansion.compounds(joined) == pairs for joined, pairs in kept.compounds.items()):
                return kept
        return _Kept({theme.name: set() for theme in self._themes.themes}, frozenset(), {})

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
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
            for old in self._file.parent.glob("themes-*.json"):
                old.unlink(missing_ok=True)
            write_whole(self._file, json.dumps(said, ensure_ascii=False).encode())


@dataclass(frozen=True, slots=True)
class _Kept:
    """having: the readings that have each theme. live: those that were looked at. compounds: how joined words were
    split, of each that was asked about."""

    having: dict[str, set[int]]
    live: frozenset[int]
    compounds: dict[str, list[tuple[str, str]]]


def _noting(
    compounds: Callable[[str], list[tuple[str, str]]], noted: dict[str, list[tuple[str, str]]]
) -> Callable[[str], list[tuple[str, str]]]:
    def look_up(joined: str) -> list[tuple[str, str]]:
        found = noted[joined] = compounds(joined)
        return found

    return look_up
