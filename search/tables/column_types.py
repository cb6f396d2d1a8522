"""The type of each column of a table, its width in a workbook, and the limits of Excel."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from search.tables.dictionary import named

MAX_ROWS = 1_048_576
"""The maximum number of rows of an Excel sheet, including the header."""
MAX_COLUMNS = 16_384
MAX_CELL = 32_767
"""The maximum number of characters in an Excel cell."""

NUMBERS = named("number")
"""Numbers that identify something, such as years. They are shown as 2015, not as 2,015."""
COUNTS = named("count")
REALS = named("real")
"""Decimal numbers."""
SHARES = named("share")
"""Decimal numbers shown as percentages: a share, and its 95% interval."""
FLAGS = named("flag")

WIDTHS = {
    "id": 9,
    "query": 44,
    "text": 90,
    "title": 44,
    "board": 34,
    "heading": 30,
    "section": 16,
    "match": 24,
    "parsed": 44,
    "expansions": 60,
    "warnings": 40,
    "error": 60,
    "case": 26,
    "kind": 18,
    "type": 18,
    "file": 30,
    "link": 14,
    "left": 60,
    "right": 60,
    "report": 14,
}
"""Column widths of a workbook, in characters. Other columns are as wide as their names."""

WRAPPED = frozenset(("text", "query", "parsed", "expansions", "warnings", "error", "title", "name", "value"))
"""Columns whose long text is wrapped within the cell."""

Type = type[int] | type[float] | type[bool] | type[str]


def types_of(columns: Iterable[str], *, text: Collection[str] = (), whole: Collection[str] = ()) -> dict[str, Type]:
    """Return the type of each column, by name.

    `text` and `whole` are the user's own columns that contain text, or whole numbers, whatever their names.
    """

    def of(name: str) -> Type:
        if name in text:
            return str
        if name in whole or name in NUMBERS or name in COUNTS:
            return int
        if name in SHARES or name in REALS:
            return float
        return bool if name in FLAGS else str

    return {name: of(name) for name in columns}
