"""The search log: what a systematic review has to report of its searches (PRISMA-S), from batches and single searches.

A batch has its record; a single search is logged only where a person asks for it, into a file that they name: a query
can name a child.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from search.batch import record
from search.batch.record import About
from search.batch.tally import Asked, searchable, with_unread
from search.filters import Filters
from search.searcher import Searcher
from search.tables.writers import disk_of

COLUMNS = ("asked_at", "library", "searched", "not_searched", "id", "query", "limits", "read_as", "reports", "of",
           "cases", "mentions", "error", "generation", "program")  # fmt: skip
"""What PRISMA-S asks to be told of a search: source, date, full strategy, limits, records found."""


def rows_of(told: About, library: str) -> Iterator[dict[str, Any]]:
    """The log of one batch, a row a query. library: how the collection is to be named."""
    coverage = told.coverage
    for asked in told.asked:
        yield {
            "asked_at": told.asked_at,
            "library": library,
            "searched": f"{coverage['searchable']} of {coverage['reports']} reports",
            "not_searched": f"{coverage['unread_pages']} pages, {coverage['failures']} files",
            "id": asked.question["id"],
            "query": asked.question["query"],
            "limits": "; ".join(f"{name}: {value}" for name, value in asked.question["filters"].items()),
            "read_as": asked.parsed,
            "reports": None if asked.error else asked.reports,
            "of": None if asked.error else asked.of,
            "cases": None if asked.error else asked.cases,
            "mentions": None if asked.error else asked.mentions,
            "error": asked.error,
            "generation": f"{told.generation['id']} of {told.generation['built_at']}",
            "program": f"safeguarding-reviews {told.versions['program']}",
        }


def append(path: Path, searcher: Searcher, query: str, filters: Filters, library: str) -> None:
    """Put one search at the end of a log, which is made when it is not there. All that answers is counted, whatever
    part of it is shown. Raises UsageError when the file is something else.
    """
    if path.exists():
        read(path, library)  # nothing is put behind what is no log
    head, found = searcher.stream(query, filters, per_report=0, count=False)
    hits = list(found)
    asked = Asked(
        {"id": "", "query": query, "filters": {name: "; ".join(values) for name, values in filters.typed().items()}},
        parsed=head.parsed,
        counts=tuple((hit.report["id"], hit.mentions) for hit in hits),
        cases=head.cases,
        of=sum(map(searchable, searcher.reports(filters))),
    )
    asked = with_unread(asked, sum(not searchable(hit.report) for hit in hits))
    (row,) = rows_of(record.about(searcher, "", [asked]), library)
    line = json.dumps(row, ensure_ascii=False) + "\n"
    with disk_of(path):
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(line)  # in one piece: two searches at the same moment are two lines


def read(path: Path, library: str) -> list[dict[str, Any]]:
    """The rows of a log that `append` wrote, or of the record of a batch. Raises UsageError for any other file."""
    try:
        lines = path.read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line.startswith('{"asked_at": ')]
        if len(rows) == len(lines) and all(tuple(row) == COLUMNS for row in rows):
            return rows
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UsageError(
            f"{path} is not a complete search log: one of its lines is cut short. Restore it, or start a new one."
        ) from error
    return list(rows_of(record.load(path), library))
