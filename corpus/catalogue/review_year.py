"""Determine the year of a report if several sources give one, and find reports whose sources disagree."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.catalogue.rows import Row
from corpus.publications import PUBLISHER
from corpus.report import Report

PUBLICATION = "publication date"
_FILE_NAME = "file name"
_IN_A_NAME = re.compile(r"(?<!\d)(?:19[89]\d|20[0-4]\d)(?!\d)")

NOTHING: Mapping[str, str] = {}
"""The row of a page that has not been read."""

Year = tuple[str, int]
"""A source and the year that it gives."""


@dataclass(frozen=True, slots=True)
class YearConflict:
    """A report whose sources give different years.

    `years` has each source with its year, the one that is used first.
    """

    report: Report
    years: tuple[Year, ...]

    def to_dict(self) -> dict[str, Any]:
        years = [{"source": source, "year": year} for source, year in self.years]
        return {"report": self.report.id, "title": self.report.title, "file": self.report.file, "years": years}

    def __str__(self) -> str:
        (source, used), *others = self.years
        more = ", ".join(f"{year} ({other})" for other, year in others if year != used)
        return f"{self.report.file or self.report.title}: {used} ({source}) is used, but there is also {more}."


def years_of(
    files: Sequence[str], found: Mapping[str, tuple[str, str]], row: Row | None, listed: Mapping[str, str] = NOTHING
) -> tuple[Year, ...]:
    """Return every source with the year that it gives.

    The first one takes precedence. The order is: the catalogue, the publisher's page, the cover, the publication date,
    the file name. `found` has the (value, source) of each field, as read in the file. `listed` is the row from the
    publisher's page. If the year on the cover is also the year of the publication date printed there, the source is the
    publication date.
    """
    cell = row.value if row else lambda name: ""
    year, source = found.get("year", ("", ""))
    printed, where = found.get("published", ("", ""))
    if printed and (printed[:4], where) == (year, source):
        source = PUBLICATION
    published = cell("published") or listed.get("published") or printed
    named = [("catalogue", cell("year")), (PUBLISHER, listed.get("year", ""))]
    named += [(source, year)] if source != _FILE_NAME else []
    named += [(PUBLICATION, published[:4]), *((_FILE_NAME, _in_name(file)) for file in files)]
    named += [(source, year)] if source == _FILE_NAME else []
    return tuple(dict.fromkeys((each, int(text)) for each, text in named if _is_year(text)))


def disagree(years: Sequence[Year], row: Row | None, listed: Mapping[str, str] = NOTHING) -> bool:
    """Return whether the sources give different years.

    It is not a conflict if a row, or the publisher's page, gives a year and a later publication date.
    """
    published = (row.value("published") if row else "") or listed.get("published", "")
    explained = published[:4] if (row and row.value("year")) or listed.get("year") else ""
    return len({year for source, year in years if (source, str(year)) != (PUBLICATION, explained)}) > 1


def _in_name(file: str) -> str:
    """Return the only year in a file name, or ""."""
    name = file.replace("\\", "/").rpartition("/")[2]
    found = set(_IN_A_NAME.findall(name.rpartition(".")[0] or name))
    return found.pop() if len(found) == 1 else ""


def _is_year(value: str) -> bool:
    return len(value) == 4 and value.isascii() and value.isdigit()
