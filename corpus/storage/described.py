"""Describe the reports in the library from the catalogue and from what was read in their files."""

from collections.abc import Mapping, Sequence

from corpus.catalogue.describe import describe
from corpus.catalogue.review_year import YearConflict, disagree, years_of
from corpus.catalogue.row_matching import Held, match
from corpus.catalogue.rows import Row
from corpus.report import Report
from corpus.storage.database import Database, checked_values
from corpus.storage.migrations import name_as_text


def described(
    db: Database, rows: Sequence[Row], listed: Mapping[str, Mapping[str, str]]
) -> tuple[list[Report], list[Row], list[YearConflict]]:
    """Return the reports in the library, the catalogue rows that match no file, and the year conflicts.

    The reports are sorted by file name. A year conflict is a report whose sources give different years. `listed` is
    what the publisher's page says, by report. Call it within a snapshot.
    """
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for report, name, value, source in db.rows(
        "SELECT report, field, value, source FROM found JOIN reading ON reading = id WHERE current = 1"
    ):
        found.setdefault(report, {})[name] = (value, source)
    files: dict[str, list[str]] = {}
    with checked_values(db.path):
        for path, report in db.rows("SELECT path, report FROM file WHERE report IS NOT NULL"):
            files.setdefault(report, []).append(name_as_text(path))
    current = db.rows(
        "SELECT report, pages, unread_pages, EXISTS (SELECT 1 FROM paragraph WHERE reading = id) "
        "FROM reading WHERE current = 1"
    )
    with checked_values(db.path):
        if not all(report in files for report, *_ in current):
            raise ValueError("a report has no file")
    held = [
        Held(
            report,
            tuple(files.get(report, ())),
            *(found.get(report, {}).get(name, ("", ""))[0] for name in ("title", "board", "area", "child", "year")),
        )
        for report, *_ in current
    ]
    matched = match(rows, held)
    reports, conflicts = [], []
    for report, pages, unread, has_text in current:
        names, read, row = sorted(files.get(report, ())), found.get(report, {}), matched.get(report)
        page = listed.get(report, {})
        years = years_of(names, read, row, page)
        reports.append(describe(report, names, (pages, unread, bool(has_text)), read, row, page, years))
        if disagree(years, row, page):
            conflicts.append(YearConflict(reports[-1], years))
    reports.sort(key=lambda report: (report.files, report.id))
    conflicts.sort(key=lambda conflict: (conflict.report.files, conflict.report.id))
    used = {id(row) for row in matched.values()}
    return reports, [row for row in rows if id(row) not in used], conflicts
