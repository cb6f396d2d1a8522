"""The search log, which has what a systematic review must report about its searches (PRISMA-S).

It covers batches, from their records, and single searches. A single search is logged only on request, to a file that
the user names, because a query can name a child.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.disk.typed_json import has_form, typed
from corpus.errors import UsageError
from search.batch import record
from search.batch.record import About
from search.batch.tally import QueryAnswer, with_unread
from search.filters import Filters
from search.request import SearchRequest
from search.searcher import Searcher
from search.sheets.query_sheet import Question
from search.tables.writers import disk_of

COLUMNS = ("asked_at", "library", "searched", "not_searched", "id", "query", "limits", "read_as", "reports", "of",
           "cases", "mentions", "error", "generation", "program")  # fmt: skip
"""What PRISMA-S requires about a search: source, date, full strategy, limits, records found."""

_NUMBERS = ("reports", "of", "cases", "mentions")
_ANSWERED = {name: int if name in _NUMBERS else str for name in COLUMNS}
_NOT_RUN = {name: None if name in _NUMBERS else str for name in COLUMNS}


def rows_of(about: About, library: str) -> Iterator[dict[str, Any]]:
    """Yield the log of one batch, with a row per query. `library` is the name of the collection in the log."""
    for answer in about.answers:
        yield {
            "asked_at": about.asked_at,
            "library": library,
            "searched": about.searched,
            "not_searched": about.not_searched,
            "id": answer.question.id,
            "query": answer.question.query,
            "limits": answer.filters,
            "read_as": answer.parsed,
            "reports": None if answer.error else answer.reports,
            "of": None if answer.error else answer.of,
            "cases": None if answer.error else answer.cases,
            "mentions": None if answer.error else answer.mentions,
            "error": answer.error,
            "generation": f"{about.generation['id']} of {about.generation['built_at']}",
            "program": f"safeguarding-reviews {about.versions['program']}",
        }


def append(path: Path, searcher: Searcher, query: str, filters: Filters, library: str) -> None:
    """Append one search to a log, which is created if needed. All matches are counted, even if few were shown.

    Raises UsageError if the file is not a search log.
    """
    if path.exists():
        read(path, library)  # refuse to append to any other file
    head, found = searcher.stream(SearchRequest.everything(query, filters, per_report=0, facets=False))
    hits = list(found)
    typed = tuple((name, "; ".join(values)) for name, values in filters.typed().items())
    answer = QueryAnswer(
        Question(id="", query=query, line=0, filters=filters, given=typed),
        parsed=head.parsed,
        counts=tuple((hit.report.id, hit.mentions) for hit in hits),
        cases=head.cases,
        of=sum(report.searchable for report in searcher.reports(filters)),
    )
    answer = with_unread(answer, sum(not hit.report.searchable for hit in hits))
    (row,) = rows_of(record.about(searcher, "", [answer]), library)
    line = json.dumps(row, ensure_ascii=False) + "\n"
    with disk_of(path):
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(line)  # a single write, so that two simultaneous searches give two lines


def read(path: Path, library: str) -> list[dict[str, Any]]:
    """Read the rows of a search log or of the record of a batch. Raises UsageError for any other file."""
    try:
        lines = path.read_text("utf-8").splitlines()
        rows = [typed(line, {str: object}) for line in lines if line.startswith('{"asked_at": ')]
        if len(rows) == len(lines) and all(
            tuple(row) == COLUMNS and has_form(row, _NOT_RUN if row["error"] else _ANSWERED) for row in rows
        ):
            return rows
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UsageError(
            f"{path} is not a search log, or one of its lines is cut short. Check that it is the file given to --log."
        ) from error
    return list(rows_of(record.load(path), library))
