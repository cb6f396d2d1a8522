"""The brute-force oracle for the stored text of a library."""

from pathlib import Path

from reviews.library import Library
from search.parsing.parser import FIELDS
from tests.oracle import Oracle, OracleReport


def oracle_of(library: Library) -> Oracle:
    """Return an oracle over the stored text of a library."""
    known = []
    with library.store() as store:
        for reading, report in store.readings.current():
            described = store.report(report)
            fields: dict[str, str | int | None] = {
                name: getattr(described, name) for name in FIELDS if name not in ("file", "paragraph")
            }
            fields["file"] = " ".join(Path(file).name for file in described.files)
            text = store.readings.text(reading)
            paragraphs = [(each.text, text.sections[each.section].kind.value) for each in text.paragraphs]
            numbers = {each.ordinal: each.number for each in text.paragraphs if each.number is not None}
            known.append(OracleReport(report, paragraphs, fields, numbers))
    return Oracle(known)
