"""The data dictionary: what each column of every table means, and its type.

The same dictionary serves CSV, workbooks, JSON, data frames, data packages and docs/columns.md. A name has the same
meaning everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["id", "text", "number", "count", "real", "share", "flag"]
KINDS: dict[Kind, str] = {
    "id": "text that identifies something, even if it looks like a number",
    "text": "text",
    "number": "a whole number that identifies something, such as a year",
    "count": "a whole number: a count",
    "real": "a number with decimals",
    "share": "a number from 0 to 1",
    "flag": "true or false",
}
"""The types of columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `meaning` is a phrase in Markdown. `unit` is the unit of its numbers, if any."""

    kind: Kind
    meaning: str
    unit: str = ""


_REPORT = {
    "report": Column("id", "the report: the SHA-256 of its file"),
    "title": Column("text", "its title"),
    "board": Column("text", "the board or partnership"),
    "area": Column("text", "the area that the board is responsible for"),
    "child": Column("text", "what the review calls the child"),
    "case": Column("text", "identifies the case; the same for all its reports"),
    "kind": Column("text", "the kind of document; in tables of recommendations: `recommendation` or `finding`"),
    "type": Column("text", "the type of review"),
    "year": Column("number", "the year of the review"),
    "year_source": Column("text", "[where the year is from](data-format.md#the-year)"),
    "published": Column("text", "the date of publication, or as much of it as is known"),
    "author": Column("text", "who wrote it"),
    "language": Column("text", "the language, if it is not English"),
    "url": Column("text", "where it was published"),
    "accessed": Column("text", "when it was downloaded"),
    "file": Column("text", "the name of the file, without folders"),
    "files": Column("text", "every path where the file was found"),
    "pages": Column("count", "the pages of the file", "pages"),
    "unread_pages": Column("count", "the pages that could not be read", "pages"),
    "searchable": Column("flag", "whether any page of it could be read"),
}
_PLACE = {
    "page": Column("number", "the page of the file on which the passage begins, from 1"),
    "page_end": Column("number", "the page on which the passage ends"),
    "page_label": Column("text", "the label of the page in the PDF, usually the number printed on it"),
    "paragraph": Column("text", "the printed number of the paragraph"),
    "ordinal": Column("number", "the position of the paragraph in the report, from 0"),
    "start": Column("number", "the first character of the mention in its paragraph, from 0", "characters"),
    "end": Column("number", "one past its last character", "characters"),
    "section": Column("text", "the [kind of section](glossary.md#kinds-of-section)"),
    "heading": Column("text", "the heading of the section, as printed"),
    "is_heading": Column("flag", "whether the paragraph is a heading"),
    "confidence": Column("real", "the confidence of the OCR, if the page was read by OCR", "0 to 100"),
    "text": Column("text", "the text of the passage or paragraph"),
    "left": Column("text", "the words before the mention"),
    "match": Column("text", "the words found, as printed"),
    "right": Column("text", "the words after the mention"),
    "link": Column("text", "an address that opens the page"),
    "mention": Column("id", "the [id of the mention](json.md#the-id-of-a-mention)"),
    "mention_ids": Column("id", "the ids of the mentions in the passage, separated by `; `"),
}
_QUERY = {
    "id": Column("id", "the query, as its sheet names it; in a table of reports: the report"),
    "query": Column("text", "the query, as typed"),
    "filters": Column("text", "its filters, as typed"),
    "parsed": Column("text", "how the query was read"),
    "warnings": Column("text", "notes on how it was read"),
    "error": Column("text", "why it could not be run"),
    "term": Column("text", "a part of the query; in `reviews terms`: a word"),
    "terms": Column("text", "the words that the part stands for"),
    "lacks": Column("text", "the words that the report does not have"),
}
_COUNTS = {
    "reports": Column("count", "the reports that match: the n of “n of N”", "reports"),
    "of": Column("count", "the reports that were searched and meet the filters: the N", "reports"),
    "share": Column("share", "reports / of"),
    "low": Column("share", "the lower end of its 95% interval (Wilson 1927)"),
    "high": Column("share", "the upper end of it"),
    "together": Column("count", "for plain words: the reports that have them all in one paragraph", "reports"),
    "apart": Column("count", "for plain words: the reports that have them only in different paragraphs", "reports"),
    "cases": Column("count", "the cases that the reports that match belong to", "cases"),
    "mentions": Column("count", "the mentions: places in the text, each counted once", "mentions"),
    "passages": Column("count", "the passages with a mention", "passages"),
    "words": Column("count", "the words that were searched: in the `of` reports, or in this report", "words"),
    "rate": Column("real", "mentions for each 10,000 words searched", "per 10,000 words"),
    "small": Column("flag", "whether a count is 1 to 4, which can identify people if you publish it"),
    "grouping": Column(
        "text", "what the row is grouped by: `all`, `period`, `kind`, `period and kind` …; the other columns are `all`"
    ),
    "period": Column("text", "the year, or the period given with `--periods`; `outside` if it is in none of them"),
    "value": Column("text", "the year, board, area, kind or type; empty where it is unknown"),
}
_PAIRS = {
    "id_a": Column("id", "the first query"),
    "query_a": Column("text", "the first query, as typed"),
    "id_b": Column("id", "the second query"),
    "query_b": Column("text", "the second query, as typed"),
    "both": Column("count", "reports that match both", "reports"),
    "only_a": Column("count", "reports that match only the first query", "reports"),
    "only_b": Column("count", "reports that match only the second query", "reports"),
    "neither": Column("count", "reports that match neither", "reports"),
    "jaccard": Column("real", "both / (both + only_a + only_b)"),
    "odds_ratio": Column("real", "(both × neither) / (only_a × only_b)"),
    "odds_low": Column("real", "the lower end of its 95% interval (Woolf 1955)"),
    "odds_high": Column("real", "the upper end of it"),
    "corrected": Column("flag", "whether a count is 0, so that 0.5 was added to each of the four for the odds ratio"),
    "chi_square": Column("real", "Pearson’s chi-square, one degree of freedom, no correction"),
    "p": Column("real", "its p-value; among many pairs, some are below 0.05 by chance"),
    "expected": Column("real", "the smallest count expected by chance; below 5, chi-square is unreliable"),
    "paragraphs": Column("count", "paragraphs that mention both", "paragraphs"),
}
_OTHERS = {
    "number": Column("text", "the printed number of the recommendation or finding"),
    "addressee": Column("text", "who it is addressed to, if the text says so"),
    "score": Column("real", "relevance; for words: the log-likelihood"),
    "here": Column("count", "how often the word occurs here", "occurrences"),
    "elsewhere": Column("count", "how often it occurs elsewhere", "occurrences"),
    "per_10000_here": Column("real", "how often here per 10,000 words", "per 10,000 words"),
    "per_10000_elsewhere": Column("real", "how often elsewhere per 10,000 words", "per 10,000 words"),
    "reports_here": Column("count", "reports here with the word", "reports"),
    "side": Column("text", "the query in whose reports the word is more common"),
    "line": Column("number", "the line of the sheet"),
    "asked_at": Column("text", "when the search was run (UTC)"),
    "library": Column("text", "the collection"),
    "searched": Column("text", "what was searched"),
    "not_searched": Column("text", "what could not be read, so was not searched"),
    "limits": Column("text", "the filters of the query, as PRISMA-S calls them"),
    "read_as": Column("text", "how the query was read"),
    "generation": Column("text", "the generation of the index"),
    "program": Column("text", "the version of the program"),
    "code": Column("text", "the code that the coder enters; empty until then"),
    "note": Column("text", "any note from the coder"),
    "citation": Column("text", "how the passage is cited"),
    "stage": Column("text", "a box of the flow diagram"),
    "step": Column("text", "the phase of PRISMA 2020: identification, screening or included"),
    "counted": Column(
        "text",
        "what the numbers count: files, reports, cases, or texts (near-duplicates count once); for passages and "
        "mentions: what n and N of their query count",
    ),
    "n": Column("count", "how many"),
}
COLUMNS: dict[str, Column] = {**_QUERY, **_COUNTS, **_PAIRS, **_REPORT, **_PLACE, **_OTHERS}
"""Every column that the program writes, by name."""


def named(*kinds: Kind) -> frozenset[str]:
    """Return the names of the columns of some types."""
    return frozenset(name for name, column in COLUMNS.items() if column.kind in kinds)
