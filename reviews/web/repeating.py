"""Repeat an earlier sheet of queries from its record, and report what has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import UsageError
from search.sheets.query_sheet import MAX_QUESTIONS, Sheet
from search.sheets.untrusted import read_untrusted

if TYPE_CHECKING:
    from search.batch.record import About

RECORD = ".json"
_SHOWN = 20  # reports of each kind that a page lists


@dataclass(frozen=True, slots=True)
class Asked:
    """The queries of an uploaded file. `before` are their earlier answers, if it is a record."""

    sheet: Sheet
    before: About | None = None


def asked(data: bytes, name: str) -> Asked:
    """Read a sheet, or the record of one. Raises UsageError if the file is neither."""
    if Path(name).suffix.lower() != RECORD:
        return Asked(read_untrusted(data, name))
    from search.batch import record  # imports the spreadsheet writers, which a search does not need

    before = record.read(data, Path(name).name[:100])
    questions = before.questions()
    if not 1 <= len(questions) <= MAX_QUESTIONS or len({each.id for each in questions}) < len(questions):
        raise UsageError("This record has no queries that can be run again. Upload the sheet of queries instead.")
    queries = f"{len(questions):,} {'query' if len(questions) == 1 else 'queries'}"
    day = datetime.fromisoformat(before.asked_at)
    return Asked(Sheet(questions, f"the record of {day.day} {day:%B %Y}, {queries}"), before)


def changes(before: About, after: About) -> dict[str, Any]:
    """Return the changes for display. Reports are pairs of id ("" if it is not in the library) and title."""
    from search.batch import record

    found = record.changes(before, after)
    causes = {answer.question.id: answer.cause for answer in after.answers}

    def named(reports: Any) -> dict[str, Any]:
        ids = list(reports)
        titles = [
            (report if report in after.reports else "", after.reports.get(report) or before.reports.get(report, ""))
            for report in ids[:_SHOWN]
        ]
        return {"reports": titles, "more": max(0, len(ids) - _SHOWN)}

    return {
        "since": found.since,
        "queries": found.queries,
        "new": named(found.new),
        "gone": named(found.gone),
        "changes": [
            {
                "query": each.query,
                "before": each.before,
                "after": each.after,
                "came": named(each.came),
                "went": named(each.went),
                "other": len(each.other),
                "error": causes[each.id],
            }
            for each in found.changes
        ],
    }
