"""Find the row that names the columns of a table, and what each column is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from corpus.catalogue.text_table import DELIMITERS, cells_of, folded
from corpus.errors import UsageError
from search.sheets.cell import seen

LOOKED_AT = 20
"""Rows in which the header may stand: above it there may be a title, who made it and when."""


class Header:
    """Which row names the columns, for the names that a table may have.

    names: the columns that are known, each also by other names: folded name → ours. key: the column without which a row
    is no header. asks: the columns that decide what is asked.
    """

    def __init__(self, names: Mapping[str, str], key: str, asks: Sequence[str]) -> None:
        self._names, self.key, self.asks = names, key, asks

    def find(self, rows: Sequence[Sequence[str]]) -> int | None:
        """The place of the header among the first rows, or None.

        A first row that says `query` is one. Below it a row must say more, lest a query that happens to be the word
        "query" is taken for one: the name of a second column, or that all rows above it have one cell only.
        """
        rows = rows[:LOOKED_AT]
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
        """What each column is called: our name for one that we know, else its own. An exact name wins over another one.

        Raises UsageError for two columns with the same name of ours.
        """
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
        """What parts the cells of a text file, and the place of the line that is its header, or None."""
        found = []
        for delimiter in DELIMITERS:
            rows = [cells_of(line, delimiter) for line in lines[:LOOKED_AT]]
            place = self.find(rows)
            found.append((-1 if place is None else self._known(rows[place]), delimiter, place))
        _, delimiter, place = max(found, key=lambda each: each[0])
        return delimiter, place

    def of_table(self, lines: Sequence[str], *, is_table: bool) -> list[str]:
        """The columns of what is a table all the same, although none is the one that is needed; [] for plain lines.

        is_table: whether the file says that it is one. Else a comma may be part of the text: then the first row must
        have a name that nobody asks for, such as `id`, or all rows the same number of cells without a space between.
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


def no_queries(columns: Sequence[str], *, hidden: bool = False) -> UsageError:
    """What is said of a table without a column of queries. hidden: whether a part of it is hidden."""
    named = [name for name in columns if name]
    shown = f" Its columns are: {', '.join(name[:40] for name in named[:12])}{' …' if len(named) > 12 else ''}."
    return UsageError(
        f"The sheet has no column called query.{shown if named else ''} Call the column with the queries `query`."
        f"{' Hidden sheets and columns are not read.' if hidden else ''}"
    )
