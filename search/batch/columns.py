"""The columns of what a batch writes: the mentions, the summary and the matrix."""

from __future__ import annotations

from search.batch.tally import Asked

COLUMNS = (
    "id",
    "query",
    "error",
    "warnings",
    "report",
    "title",
    "board",
    "child",
    "case",
    "kind",
    "type",
    "year",
    "file",
    "page",
    "page_end",
    "page_label",
    "paragraph",
    "ordinal",
    "section",
    "heading",
    "confidence",
    "mentions",
    "match",
    "text",
    "link",
)
"""Of the table of mentions: a row for each passage that has some. confidence: of the OCR, if the
page was read by OCR. mentions: how many. match: the words found."""

OF_A_REPORT = ("title", "board", "child", "case", "kind", "type", "year", "file")
"""Those that say something about the report."""

SUMMARY = (
    "id",
    "query",
    "filters",
    "reports",
    "of",
    "share",
    "cases",
    "mentions",
    "passages",
    "parsed",
    "warnings",
    "error",
)
"""Of the summary. reports, of: the n and the N of "n of N reports"."""

MATRIX = ("report", "title", "board", "year")
"""Of the matrix, before a column for each query."""

_TAKEN = frozenset((*COLUMNS, *SUMMARY))


def extra_cells(asked: Asked) -> dict[str, str]:
    """The cells of the sheet's own columns. One with the name of one of ours is called `sheet …`."""
    return {f"sheet {name}" if name in _TAKEN else name: cell for name, cell in asked.question["extra"].items()}
