"""Combine the catalogue with what the publisher's page says and what was read in the file.

The catalogue takes precedence over the page, and the page over the file. Values that none of them gives stay unknown.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from corpus.catalogue.review_year import NOTHING, Year, years_of
from corpus.catalogue.rows import DERIVED, Row, case_id
from corpus.disk.names import readable_name
from corpus.publications import PUBLISHER
from corpus.report import METADATA, Report, is_searchable


def describe(
    report: str,
    files: Sequence[str],
    counts: tuple[int, int, bool],
    found: Mapping[str, tuple[str, str]],
    row: Row | None,
    listed: Mapping[str, str] = NOTHING,
    years: Sequence[Year] | None = None,
) -> Report:
    """Return the description of a report.

    `counts` is (pages, unread pages, has text). `found` has the (value, source) of each field. `listed` is the row from
    the publisher's page, by column. `years` is the result of `years_of`, if it is known.
    """
    known: dict[str, str] = {}
    provenance: dict[str, str] = {}
    for name in METADATA:
        cell = row.value(name) if row else ""
        value, source = found.get(name, ("", ""))
        if cell or listed.get(name):
            value, source = (cell, "catalogue") if cell else (listed[name], PUBLISHER)
        if value and name != "year":
            known[name], provenance[name] = value, source
    if "title" not in known:
        name = readable_name(PurePosixPath(files[0].replace("\\", "/")).name) if files else report[:12]
        known["title"], provenance["title"] = name.removesuffix(".pdf").removesuffix(".PDF"), "file name"
    year = None
    if years := years_of(files, found, row, listed) if years is None else years:
        provenance["year"], year = years[0]
    case = case_id(known.get("board"), known.get("child"), year)
    if "case" not in known and case:
        known["case"], provenance["case"] = case, DERIVED
    pages, unread, has_text = counts
    return Report(
        id=report,
        files=tuple(files),
        pages=pages,
        unread_pages=unread,
        year=year,
        searchable=is_searchable(pages, unread, has_text=has_text),
        provenance=provenance,
        **known,
    )
