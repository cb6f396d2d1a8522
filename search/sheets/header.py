"""Find the header row of a table, and identify its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from corpus.catalogue.text_table import DELIMITERS, cells_of, folded
from corpus.errors import UsageError
from search.sheets.cell import seen

LOOKED_AT = 20
"""The header is one of this many first rows. Above it there may be a title, an author or a date."""

MOST_COLUMNS = 1_000
"""The number of columns that are read. One cell far to the right makes every row as wide."""


class Header:
    """Recognises the header of a table with known column names.

    `names` maps folded names, including synonyms, to the program's names. `key` is the column that every header has.
    `asks` are the columns that affect the query. `holds` is what the `key` column contains, in the plural, for the
    error if it is missing.
    """

    def __init__(self, names: Mapping[str, str], key: str, asks: Sequence[str], holds: str) -> None:
        self._names, self.key, self.asks, self._holds = names, key, asks, holds

    def missing(self, columns: Sequence[str], *, hidden: bool = False) -> UsageError:
        """Return the error for a table without the column `key`. `hidden` is whether part of the table is hidden."""
        named = [name for name in columns if name]
        shown = f" Its columns are: {', '.join(name[:40] for name in named[:12])}{' …' if len(named) > 12 else ''}."
        return UsageError(
            f"The sheet has no column called {self.key}.{shown if named else ''} "
            f"Call the column with the {self._holds} `{self.key}`."
            f"{' Hidden sheets and columns are not read.' if hidden else ''}"
        )

    def find(self, rows: Sequence[Sequence[str]]) -> int | None:
        """Return the position of the header among the first rows, or None.

        A first row with a cell `query` is a header. A later row needs more evidence, because a query may be the word
        "query" itself: a second known column, or only single cells in the rows above.
        """
        rows = [row[:MOST_COLUMNS] for row in rows[:LOOKED_AT]]
        exact = [self.key in (folded(seen(cell)) for cell in row) for row in rows]
        known = [self._known(row) if self.key in self._ours(row) else 0 for row in rows]
        if exact[:1] == [True]:
            return 0
        for place, count in enumerate(known):
            if count >= 2:
                return place
        for place, is_exact in enumerate(exact):
            above = rows[:place]
            if is_exact and all(_filled(row) <= 1 for row in above) and (_filled(rows[place]) > 1 or not known[0]):
                return place
        return 0 if known[:1] != [0] and known else None

    def columns(self, cells: Sequence[str]) -> list[str]:
        """Return the name of each column: the program's name if it is known, otherwise its own.

        An exact name takes precedence over a synonym. Raises UsageError if two columns have the same exact name, or
        if there are too many columns.
        """
        if len(cells) > MOST_COLUMNS:
            raise UsageError(
                f"The sheet has {len(cells):,} columns. At most {MOST_COLUMNS:,} are read. "
                "Keep only those that you need."
            )
        exact = Counter(name for cell in cells if self._names.get(name := folded(seen(cell))) == name)
        if twice := [name for name, count in exact.items() if count > 1]:
            raise UsageError(f"Two columns are called {twice[0]}. Give one of them another name.")
        columns: list[str] = []
        for number, cell in enumerate(cells, 1):
            name = folded(seen(cell))
            ours = self._names.get(name)
            if ours is None or (ours != name and (ours in exact or ours in columns)):
                ours = seen(cell).strip('"').strip() or f"column {number}"
            columns.append(f"{ours} ({number})" if ours in columns else ours)
        return columns

    def best_delimiter(self, lines: Sequence[str]) -> tuple[str, int | None]:
        """Return the cell separator of a text file, and the position of its header, or None."""
        found = []
        for delimiter in DELIMITERS:
            rows = [cells_of(line, delimiter)[:MOST_COLUMNS] for line in lines[:LOOKED_AT]]
            place = self.find(rows)
            found.append((-1 if place is None else self._known(rows[place]), delimiter, place))
        _, delimiter, place = max(found, key=lambda each: each[0])
        return delimiter, place

    def of_table(self, lines: Sequence[str], *, is_table: bool) -> list[str]:
        """Return the columns of a table that lacks the key column, or [] for plain lines.

        `is_table` is whether the file name says that it is a table. Otherwise a comma may be part of the text, so
        either the first row must have a known column such as `id`, or all rows must have the same number of cells, with
        no space after a comma.
        """
        for delimiter in "\t;,|" if is_table else "\t;,":
            rows = [cells_of(line, delimiter) for line in lines]
            width, count = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
            if width < 2 or 2 * count <= len(rows):
                continue
            first = next(row for row in rows if len(row) == width)
            tight = len(rows) > 1 and count == len(rows) and not any(cell[:1] == " " for row in rows for cell in row)
            if is_table or delimiter == "\t" or tight or self._ours(first) - set(self.asks):
                return [seen(cell) for cell in first]
        return []

    def _ours(self, row: Sequence[str]) -> set[str]:
        return {self._names[name] for cell in row if (name := folded(seen(cell))) in self._names}

    def _known(self, row: Sequence[str]) -> int:
        return len(self._ours(row))


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)
