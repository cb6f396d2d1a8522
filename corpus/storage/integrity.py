"""Check rules between the tables of a sound corpus that SQLite does not enforce."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from corpus.model import AsideRole, ItemKind, SectionKind
from corpus.reasons import Reason
from corpus.storage.readings import turns_of

_MUST_BE_EMPTY = {
    "Reading {0} has paragraphs that are not numbered 0, 1, 2 …": (
        "SELECT reading FROM paragraph GROUP BY reading HAVING min(ordinal) <> 0 OR max(ordinal) <> count(*) - 1"
    ),
    "Reading {0} has sections that are not numbered 0, 1, 2 …": (
        "SELECT reading FROM section GROUP BY reading HAVING min(ordinal) <> 0 OR max(ordinal) <> count(*) - 1"
    ),
    "Reading {0} does not have the recorded number of pages.": (
        "SELECT id FROM reading LEFT JOIN page ON reading = id GROUP BY id HAVING count(number) <> reading.pages "
        "OR count(unread) <> unread_pages OR (count(number) AND (min(number) <> 1 OR max(number) <> count(number)))"
    ),
    "Paragraph {1} of reading {0} is not on any of its pages.": (
        "SELECT reading, ordinal FROM paragraph JOIN reading ON id = reading "
        "WHERE page < 1 OR last_page < page OR last_page > pages OR (turns = '' AND last_page <> page)"
    ),
    "Paragraph {1} of reading {0} is not in any of its sections.": (
        "SELECT p.reading, p.ordinal FROM paragraph AS p LEFT JOIN section AS s "
        "ON s.reading = p.reading AND s.ordinal = p.section WHERE s.ordinal IS NULL"
    ),
    "Item {1} of reading {0} refers to paragraphs that do not exist.": (
        "SELECT i.reading, i.ordinal FROM item AS i LEFT JOIN paragraph AS p "
        "ON p.reading = i.reading AND p.ordinal BETWEEN i.first AND i.last "
        "GROUP BY i.reading, i.ordinal HAVING count(p.ordinal) <> i.last - i.first + 1"
    ),
    "The file {0} names a report that was never read.": (
        "SELECT CAST(path AS TEXT) FROM file WHERE report IS NOT NULL AND report NOT IN (SELECT report FROM reading)"
    ),
    "The report {0} has a file but no current reading.": (
        "SELECT DISTINCT report FROM file WHERE report IN (SELECT report FROM reading) "
        "AND report NOT IN (SELECT report FROM reading WHERE current = 1)"
    ),
    "The report {0} has a current reading but no file.": (
        "SELECT report FROM reading WHERE current = 1 "
        "AND report NOT IN (SELECT report FROM file WHERE report IS NOT NULL)"
    ),
}
"""Faults that a corpus must not have: the message, and the SQL query. Every row that the query returns is a fault."""


def unsound(rows: Callable[[str], list[Any]]) -> Iterator[str]:
    """Yield the faults in the tables, as sentences. `rows` runs a SELECT."""
    for row in rows("PRAGMA foreign_key_check"):
        yield f"A row of {row[0]} does not belong to any reading."
    for sentence, select in _MUST_BE_EMPTY.items():
        for row in rows(select):
            yield sentence.format(*row)
    kinds, roles, reasons, items = (
        {str(member) for member in members} for members in (SectionKind, AsideRole, Reason, ItemKind)
    )
    for known, select in (
        (kinds, "SELECT DISTINCT kind FROM section"),
        (roles, "SELECT DISTINCT role FROM aside"),
        (reasons, "SELECT DISTINCT reason FROM file WHERE reason IS NOT NULL"),
        (items, "SELECT DISTINCT kind FROM item"),
    ):
        for (value,) in rows(select):
            if value not in known:
                yield f"{value!r} is not a value that this program knows."
    counts = Counter({row[0]: row[1] for row in rows("SELECT id, pages FROM reading")})
    for reading, ordinal, page, last, length, turns in rows(
        "SELECT reading, ordinal, page, last_page, length(text), turns FROM paragraph WHERE turns <> ''"
    ):
        try:
            pairs = turns_of(turns)
        except ValueError:
            pairs = ((-1, -1),)
        offsets, pages = [offset for offset, _ in pairs], [page, *(number for _, number in pairs)]
        rising = offsets == sorted(set(offsets)) and pages == sorted(set(pages))
        if not rising or offsets[0] < 0 or offsets[-1] > length or pages[-1] != last or last > counts[reading]:
            yield f"Paragraph {ordinal} of reading {reading} has invalid page breaks."
