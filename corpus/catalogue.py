"""The catalogue: what people know about the reports, one row each."""

from collections.abc import Mapping
from dataclasses import dataclass

COLUMNS = (
    "file",
    "sha256",
    "title",
    "board",
    "area",
    "child",
    "kind",
    "type",
    "year",
    "published",
    "case",
    "author",
    "language",
    "url",
    "notes",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One report in the catalogue. line: where the row starts in the file, the header being line 1.

    cells: the filled cells by column, as text; columns that are not ours are kept too.
    """

    line: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """The cell, or "" where it is empty."""
        return self.cells.get(column, "")


def case_id(board: str | None, child: str | None, year: int | str | None) -> str | None:
    """The case that a report belongs to: board + child label + year, or None unless all three are known.

    "Child A" alone is not unique, and neither is "Child A" of one board.
    """
    return f"{board} / {child} / {year}" if board and child and year else None
