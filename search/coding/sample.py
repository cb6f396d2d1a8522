"""Draw a random sample of the mentions of a query, as sheets for people to code."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from search.analytics.concordance import Line, concordance
from search.citation import citation
from search.filters import EVERYTHING, Filters
from search.searcher import Searcher
from search.tables.writers import write_rows

COLUMNS = (
    *("mention", "code", "note", "left", "match", "right", "text", "citation", "query", "mentions"),
    *("report", "page", "paragraph", "section"),
)
"""The columns of a coder's sheet. `code` and `note` are empty. `mentions` is how many the sample was drawn from."""


def sample(
    searcher: Searcher, query: str, filters: Filters = EVERYTHING, *, n: int = 30, seed: int = 1
) -> list[dict[str, Any]]:
    """Return the rows of a sheet: n mentions in random order, drawn without replacement, each equally likely.

    The same index, query and seed give the same sample. If there are at most n mentions, all are returned. Raises
    UsageError if there are none.
    """
    lines = sorted(concordance(searcher, query, filters), key=_place)
    if not lines:
        raise UsageError("The query has no mentions to draw a sample from.")
    drawn = random.Random(seed).sample(lines, min(n, len(lines)))  # noqa: S311 - no secret, and it must repeat
    return [_row(line, query, len(lines)) for line in drawn]


def write_sheets(out: Path, rows: list[dict[str, Any]], coders: int) -> list[Path]:
    """Write the same sheet for each coder, as OUT.coder1.csv and so on. Returns the files."""
    files = [out.with_suffix(f".coder{coder}{out.suffix}") for coder in range(1, coders + 1)]
    for file in files:
        write_rows(file, rows, COLUMNS)
    return files


def _place(line: Line) -> tuple[str, int, int]:
    return line.report.id, line.passage.ordinal, line.passage.offset + line.start


def _row(line: Line, query: str, mentions: int) -> dict[str, Any]:
    passage = line.passage
    return {
        **line.to_dict(),
        "text": passage.text,
        "citation": citation(line.report, passage.page, passage.page_label, passage.paragraph, passage.page_end),
        "query": query,
        "mentions": mentions,
        "code": None,
        "note": None,
    }
