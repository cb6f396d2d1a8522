"""The tables of a corpus: recognise them, and check the values that are read from them.

A library may come from somebody else. SQLite stores any value in any column, and anything may call itself a table, so
what is read is compared with `schema.sql`, which is the only description of the tables.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from corpus.storage.migrations import FORMAT

HIGHEST = 2**31
"""The highest id, ordinal or count. Real ones stay far below, and lists of this length are not built."""

_STATEMENT = r"CREATE (?:UNIQUE )?(TABLE|INDEX) (\w+)(?: ON (\w+))?"
_COLUMN = r"\n {4}(\w+) (TEXT|INTEGER|REAL)( NOT NULL| PRIMARY KEY)?"
_FROM = re.compile(r"(?:FROM|JOIN) (\w+)")

_OF_SQLITE = {
    ("table", "sqlite_sequence", "sqlite_sequence", "CREATETABLEsqlite_sequence(name,seq)"),
    ("table", "sqlite_stat1", "sqlite_stat1", "CREATETABLEsqlite_stat1(tbl,idx,stat)"),
    ("table", "sqlite_stat4", "sqlite_stat4", "CREATETABLEsqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"),
}
"""What SQLite adds by itself, the last two when somebody lets it analyse the tables."""

_TYPES: dict[str, tuple[type, ...]] = {"TEXT": (str,), "INTEGER": (int,), "REAL": (int, float)}
_ANY_SIZE = {"size", "mtime_ns", "hash", "revision"}
_ANY_INTEGER = 2**62
_NAMES = {"path", "file"}  # were stored as bytes in formats 1 and 2 if they were not Unicode


def statements() -> list[str]:
    """Return the statements that make an empty corpus."""
    return Path(__file__).with_name("schema.sql").read_text("utf-8").split(";\n")


def are_ours(found: Collection[Sequence[object]], version: int) -> bool:
    """Return whether the rows of `sqlite_schema` (type, name, table, SQL) are those of a corpus of this format.

    The SQL may differ in spaces and comments. A corpus of an earlier format may lack tables.
    """
    given = {(*row[:3], _plain(row[3])) for row in found}
    allowed = _made() | _OF_SQLITE
    return given <= allowed and (version < FORMAT or given >= _made())


@cache
def _made() -> frozenset[tuple[object, ...]]:
    made = set()
    for statement in statements():
        if match := re.search(_STATEMENT, statement):
            kind, name, table = match.groups()
            made.add((kind.lower(), name, table or name, _plain(statement)))
    return frozenset(made)


def _plain(sql: object) -> str:
    return re.sub(r"--[^\n]*|\s+", "", sql) if isinstance(sql, str) else ""


class _Kind(NamedTuple):
    """What a column may hold. `highest` is the limit of whole numbers, which are not negative unless it is the
    highest.
    """

    types: frozenset[type]
    highest: int


def are_valid(select: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> bool:
    """Return whether the rows of a SELECT with these column names have values that a corpus can have.

    What the SELECT computes, and what has another name than in its table, is not checked.
    """
    kinds = _kinds(tuple(_FROM.findall(select)))
    for name, values in zip(names, zip(*rows, strict=True), strict=False):
        if kind := kinds.get(name):
            types = set(map(type, values))
            if not types <= kind.types:
                return False
            if int in types and not _in_range([each for each in values if type(each) is int], kind.highest):
                return False
            if float in types and not all(isfinite(each) for each in values if each is not None):
                return False
    return True


def _in_range(numbers: Sequence[int], highest: int) -> bool:
    lowest = 0 if highest < _ANY_INTEGER else -highest
    return min(numbers) >= lowest and max(numbers) <= highest


@cache
def _kinds(tables: tuple[str, ...]) -> Mapping[str, _Kind]:
    """Return what the columns of some tables may hold. A name that several of them have may hold what any of them
    may.
    """
    found: dict[str, _Kind] = {}
    for statement in statements():
        match = re.search(_STATEMENT, statement)
        if match and match[1] == "TABLE" and match[2] in tables:
            for name, declared, filled in re.findall(_COLUMN, statement):
                types = {*_TYPES[declared], *(() if filled else (type(None),)), *((bytes,) if name in _NAMES else ())}
                highest = _ANY_INTEGER if name in _ANY_SIZE else HIGHEST
                before = found.get(name, _Kind(frozenset(), 0))
                found[name] = _Kind(before.types | types, max(before.highest, highest))
    return found
