"""Recommendations as a Word document, report by report."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from reviews.documents.searched import CHECK, Searched, long_date, today
from reviews.documents.word import WordDocument
from reviews.terminal.results import counted


def recommendations_document(
    title: str, looked_for: Sequence[str], rows: Sequence[Mapping[str, Any]], searched: Searched
) -> bytes:
    """Return the .docx file.

    `looked_for` are the words and filters. `rows` come from a table of recommendations. The rows of one report must be
    next to each other, and each needs its citation and link.
    """
    document = WordDocument(title)
    document.text(f"{counted(len(rows), 'item')}, {long_date(today())}. {CHECK}")
    if looked_for:
        document.labelled("Looked for:", "; ".join(looked_for))
    for _, together in groupby(rows, key=lambda row: row["report"]):
        several = list(together)
        document.heading(str(several[0]["title"]), 2)
        document.text(", ".join(str(several[0][name]) for name in ("board", "year") if several[0][name]))
        for row in several:
            for_whom = f", for {row['addressee']}" if row["addressee"] else ""
            document.labelled(f"{_name(row)}{for_whom}", "")
            document.quotation(str(row["text"]))
            document.labelled("Source:", str(row["citation"]))
            document.link("Passage:", str(row["link"]))
    searched.write(document)
    return document.to_bytes()


def _name(row: Mapping[str, Any]) -> str:
    """Return "Recommendation 4", also where the report prints only the number."""
    number, kind = str(row["number"] or ""), str(row["kind"]).capitalize()
    return number if number[:1].isalpha() else f"{kind} {number}".rstrip()
