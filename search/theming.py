"""Which reports have which theme? Worked out once for a generation and a vocabulary, and kept beside the index."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from corpus.errors import LimitHit
from corpus.themes import Themes
from corpus.whole import write_whole
from index.evaluate import Evaluator
from index.query import Query
from search.parser import parse

VERSION = "1"
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
    """The readings that have each theme. folder: where it is kept; it holds numbers only, no text of a report."""

    def __init__(self, folder: Path, generation: str, themes: Themes) -> None:
        said = json.dumps([VERSION, generation, [[theme.name, theme.queries] for theme in themes.themes]])
        self._file = folder / f"themes-{hashlib.sha256(said.encode()).hexdigest()[:24]}.json"
        self._themes = themes

    def readings(self, evaluator: Callable[[], Evaluator], documents: Mapping[int, int]) -> dict[str, set[int]]:
        """The readings that have each theme. evaluator: gives one for each theme, each with its own time."""
        known = self._kept()
        if known is None:
            live = set(documents)
            known = {
                theme.name: {documents[d] for d in evaluator().holding(theme_tree(self._themes, theme.name), live)}
                for theme in self._themes.themes
            }
            self._keep(known)
        return known

    def _kept(self) -> dict[str, set[int]] | None:
        try:
            kept = json.loads(self._file.read_bytes())
            return {name: set(map(int, kept[name])) for name in (theme.name for theme in self._themes.themes)}
        except (OSError, ValueError, KeyError, TypeError):
            return None  # not there, or not what was written: it is made again

    def _keep(self, known: Mapping[str, Iterable[int]]) -> None:
        kept = json.dumps({name: sorted(readings) for name, readings in known.items()}, ensure_ascii=False)
        with suppress(OSError, LimitHit):  # a library that cannot be written to is searched all the same
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
            for old in self._file.parent.glob("themes-*.json"):
                old.unlink(missing_ok=True)
            write_whole(self._file, kept.encode())
