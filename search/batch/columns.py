"""The columns of a batch's output: the mentions, the summary and the matrix."""

from __future__ import annotations

from search.batch.tally import QueryAnswer

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
    "year_source",
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
    "mention_ids",
    "match",
    "text",
    "link",
    "counted",
)
"""The columns of the table of mentions, which has a row for each passage with mentions.

search.tables.dictionary has the meaning of each column.
"""

REPORT_COLUMNS = ("title", "board", "child", "case", "kind", "type", "year", "year_source", "file")
"""The columns that describe the report."""

SUMMARY = (
    "id",
    "query",
    "filters",
    "reports",
    "of",
    "share",
    "low",
    "high",
    "together",
    "apart",
    "cases",
    "mentions",
    "passages",
    "words",
    "rate",
    "counted",
    "parsed",
    "warnings",
    "error",
)
"""The columns of the summary.

`reports` and `of` are the n and N of "n of N reports". For plain words, `together` is how many reports have them in one
paragraph, and `apart` how many do not.
"""

MOST = ("id", "query", "report", "title", "board", "year", "year_source", "lacks", "counted")
"""The columns of the table of reports with most of the words, which are not counted anywhere else."""

EACH = (
    *("mention", "id", "query", "report", "ordinal", "start", "end", "page", "page_label", "paragraph"),
    *("section", "match", "counted"),
)
"""The columns of the table with a row for each mention."""

TERMS = ("id", "query", "term", "terms", "reports", "mentions", "counted")
"""The columns of the table of the parts of each query, each counted separately."""

MATRIX = ("report", "title", "board", "year", "year_source", "counted")
"""The columns of the matrix, before a column for each query."""

NOT_SEARCHED = "NA"
"""In the matrix, as CSV and in a workbook, this means that a report is not one of the N of the query.

R and pandas read it as missing.
"""

_TAKEN = frozenset((*COLUMNS, *SUMMARY, *MOST))


def extra_cells(answer: QueryAnswer) -> dict[str, str]:
    """Return the cells of the sheet's own columns.

    A column that has the same name as one in the output gets the prefix `sheet `.
    """
    return {f"sheet {name}" if name in _TAKEN else name: cell for name, cell in answer.question.extra}
