"""The rows of a sheet with a query that cannot be run, found by parsing it and before anything is searched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from corpus.errors import QueryRefused
from search.diagnostics import Diagnostic
from search.parsing.parser import Parsed
from search.sheets.query_sheet import Question


def checked(question: Question, parsed: Callable[[str], Parsed]) -> Question:
    """Return the row, with the error that running it would give if its query cannot be run."""
    if question.error:
        return question
    try:
        return replace(question, error=unclear(parsed(question.query).diagnostics))
    except QueryRefused as refused:
        return replace(question, error=str(refused))


def unclear(diagnostics: Iterable[Diagnostic]) -> str:
    """Return why a query is not run if its meaning had to be guessed, or "".

    Nobody would notice a guess among hundreds of rows.
    """
    guess = next((each for each in diagnostics if each.guess), None)
    return f"not run, because what it means is unclear: {guess}." if guess else ""
