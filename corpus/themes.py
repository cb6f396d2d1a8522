"""The theme vocabulary: named sets of queries that express one subject in many ways.

themes.toml ships with the program. A library's own themes.toml adds themes, and replaces those of the same name. Each
theme is read separately, so a mistake in one does not affect the others. Queries are not parsed here.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from corpus.disk.disk_errors import refused
from corpus.disk.regular_file import read_list

SHIPPED = Path(__file__).with_name("themes.toml")

_START = re.compile(r"^\s*\[\[\s*theme\s*\]\]")
_KEYS = ("name", "queries", "note", "sources")
_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, slots=True)
class Theme:
    """A named set of queries. `note` is a warning for its users. `sources` are codes for the origins of its terms."""

    name: str
    queries: tuple[str, ...]
    note: str = ""
    sources: str = ""


@dataclass(frozen=True, slots=True)
class ThemeProblem:
    """A mistake in a theme file. `line` is 1-based."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


@dataclass(frozen=True)
class Themes:
    """All themes in the order of their files, and the problems in the files."""

    themes: tuple[Theme, ...]
    problems: tuple[ThemeProblem, ...] = ()

    def find(self, name: str) -> Theme | None:
        """Return the theme with that name, or None. Ignores case, quotes, punctuation and text in parentheses.

        One side of a "/" is enough if it identifies only one theme ("was not brought" for "Was not brought / DNA").
        """
        return self._by_name.get(_fold(name))

    def close(self, name: str) -> list[str]:
        """Up to three similar names, for a suggestion."""
        import difflib  # here, because few queries name a theme that does not exist

        near = difflib.get_close_matches(_fold(name), self._by_name, n=6, cutoff=0.7)
        return list(dict.fromkeys(self._by_name[key].name for key in near))[:3]

    @cached_property
    def _by_name(self) -> dict[str, Theme]:
        found = {_fold(theme.name): theme for theme in self.themes}
        for short_names in (_without_parentheses, _sides):
            offered: dict[str, list[Theme]] = {}
            for theme in self.themes:
                for key in short_names(theme.name):
                    offered.setdefault(key, []).append(theme)
            found = {key: themes[0] for key, themes in offered.items() if key and len(themes) == 1} | found
        return found


def load_themes(own: Path | None = None) -> Themes:
    """Return the themes that ship with the program, with those of the file `own` added, or replaced if the name is the
    same.
    """
    problems: list[ThemeProblem] = []
    themes: dict[str, Theme] = {}
    for path in (SHIPPED, own):
        if path is not None and (path.exists() or path.is_symlink()):
            # A replacement keeps the position of the original, so that the order stays the same.
            themes |= {_fold(theme.name): theme for theme in _read(path, problems)}
    return Themes(tuple(themes.values()), tuple(problems))


def _read(path: Path, problems: list[ThemeProblem]) -> Iterator[Theme]:
    try:
        data = read_list(path)
    except OSError as error:
        raise refused(path, error, doing="read") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(
            ThemeProblem(
                path.name, line, "it is not UTF-8; save the file as UTF-8. Letters that could not be read were replaced"
            )
        )
        text = data.decode("utf-8-sig", "replace")
    seen: dict[str, int] = {}
    for first, lines in _blocks(text):
        theme = _theme(_Block(path.name, first, lines, problems))
        if theme is None:
            continue
        earlier = seen.setdefault(_fold(theme.name), first)
        if earlier != first:
            message = f"the theme {theme.name!r} is already in line {earlier}; that one is used"
            problems.append(ThemeProblem(path.name, first, message))
            continue
        yield theme


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and lines of each theme. Text before the first theme, other than comments, comes first."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    starts = [n for n, line in enumerate(lines) if _START.match(line)]
    head = lines[: starts[0] if starts else len(lines)]
    if any(line.strip() and not line.lstrip().startswith("#") for line in head):
        yield 1, head
    for start, end in pairwise([*starts, len(lines)]):
        yield start + 1, lines[start:end]


@dataclass(frozen=True)
class _Block:
    """The lines of one theme. `first` is the number of its first line (1-based)."""

    file: str
    first: int
    lines: list[str]
    problems: list[ThemeProblem]

    def problem(self, line: int, message: str) -> None:
        self.problems.append(ThemeProblem(self.file, line, message))

    def line_of(self, key: str) -> int:
        """Return the number of the line with a key, or of the first line."""
        key_at_start = re.compile(rf'\s*[\["]*{re.escape(key)}\b')
        return next((self.first + n for n, line in enumerate(self.lines) if key_at_start.match(line)), self.first)


def _theme(block: _Block) -> Theme | None:
    """Return the theme of a block, or None if a mistake makes it unusable."""
    table = _table(block)
    if table is None:
        return None
    name = table.get("name", "")
    if not isinstance(name, str) or not _fold(name):
        block.problem(block.line_of("name"), 'a theme needs a name, as in name = "Neglect"')
        return None
    queries = _queries(table.get("queries"))
    if not queries:
        block.problem(block.line_of("queries"), f"the theme {name!r} needs queries: one per line between ''' and '''")
        return None
    return Theme(name.strip(), queries, _text(block, table, "note"), _text(block, table, "sources"))


def _table(block: _Block) -> dict[str, Any] | None:
    """Return the keys and values of a theme in the file. Reports unknown keys as problems."""
    if not _START.match(block.lines[0]):
        block.problem(block.first, "a theme starts with a line [[theme]]; text before the first one is not used")
        return None
    try:
        document = tomllib.loads("\n".join(block.lines))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message, where = str(error), _WHERE.search(str(error))
        line = block.first + int(where[1]) - 1 if where and where[1] else block.first
        block.problem(line, f"{_WHERE.sub('', message)}; the theme that starts in line {block.first} is not used")
        return None
    table: dict[str, Any] = document["theme"][0]
    for key in [*document, *table]:
        if key not in ("theme", *_KEYS):
            block.problem(block.line_of(key), f"a theme has no {key!r}, only {', '.join(_KEYS)}")
    return table


def _text(block: _Block, table: dict[str, Any], key: str) -> str:
    value = table.get(key, "")
    if isinstance(value, str):
        return value
    block.problem(block.line_of(key), f"{key!r} must be text between quotation marks")
    return ""


def _queries(value: object) -> tuple[str, ...]:
    """Return the queries, given one per line or as a list, without repeats."""
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        return ()
    return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))


def _fold(name: str) -> str:
    return " ".join(re.findall(r"\w+", re.sub(r"['’‘]", "", name.casefold())))


def _without_parentheses(name: str) -> list[str]:
    return [_fold(re.sub(r"\([^)]*\)", " ", name))]


def _sides(name: str) -> list[str]:
    sides = re.sub(r"\([^)]*\)", " ", name).split("/")
    return [_fold(side) for side in sides] if len(sides) > 1 else []
