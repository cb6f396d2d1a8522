"""Which row of the catalogue describes which report?

By content hash, then by file name, then by title: what is surer comes first. Each row describes at most one report and
each report has at most one row; where a name or a title fits more than one, nobody gets it, because a wrong citation is
worse than an unknown one.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from corpus.catalogue.rows import Row


class Held(NamedTuple):
    """What a report offers to be recognised by. title: as found in the file, or "" when unknown."""

    id: str
    files: tuple[str, ...]
    title: str


def match(rows: Sequence[Row], held: Iterable[Held]) -> dict[str, Row]:
    """The row of each report that has one, by report id."""
    matched: dict[str, Row] = {}
    free_rows, free = list(rows), list(held)
    for row_keys, report_keys in _STEPS:
        by_key: dict[str, list[Row]] = {}
        for row in free_rows:
            for key in row_keys(row):
                by_key.setdefault(key, []).append(row)
        wanted: dict[str, list[Held]] = {}
        if by_key:
            for report in free:
                for key in report_keys(report):
                    if key in by_key:
                        wanted.setdefault(key, []).append(report)
        taken: set[int] = set()
        # Of two rows that fit one report, the earlier one is taken.
        for key in sorted(wanted, key=lambda key: by_key[key][0].line):
            (row, *other_rows), (report, *other_reports) = by_key[key], wanted[key]
            if not other_rows and not other_reports and report.id not in matched and row.line not in taken:
                matched[report.id] = row
                taken.add(row.line)
        if taken:
            free_rows = [row for row in free_rows if row.line not in taken]
            free = [report for report in free if report.id not in matched]
    return matched


def folded_name(path: str) -> str:
    """A file name as people confuse them: without folder, case, `%20`, doubled spaces and the ending `.pdf`."""
    name = unquote(_base(path)).replace("_", " ").casefold()
    return " ".join(name.removesuffix(".pdf").split())


def folded_title(title: str) -> str:
    """A title by its letters and digits only, so that dashes, quotes and spacing do not matter."""
    plain = unicodedata.normalize("NFKC", title).casefold().replace("’", "").replace("'", "").replace("&", " and ")
    return " ".join(re.findall(r"\w+", plain.replace("_", " ")))


def _base(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]


def _row_hash(row: Row) -> list[str]:
    return [row.value("sha256")] if row.value("sha256") else []


def _row_file(fold: Callable[[str], str]) -> Callable[[Row], list[str]]:
    return lambda row: [fold(row.get("file"))] if row.get("file") else []


def _files(fold: Callable[[str], str]) -> Callable[[Held], set[str]]:
    return lambda report: {fold(path) for path in report.files}


def _paths(report: Held) -> set[str]:
    return {*report.files, *(path.removeprefix("reports/") for path in report.files)}


def _row_title(row: Row) -> list[str]:
    return [folded_title(row.get("title"))] if row.get("title") else []


def _titles(report: Held) -> set[str]:
    titles = {folded_title(report.title), *(folded_title(folded_name(path)) for path in report.files)}
    return titles - {""}


_STEPS: tuple[tuple[Callable[[Row], list[str]], Callable[[Held], Iterable[str]]], ...] = (
    (_row_hash, lambda report: [report.id]),
    (_row_file(lambda path: path.replace("\\", "/")), _paths),
    (_row_file(_base), _files(_base)),
    (_row_file(folded_name), _files(folded_name)),
    (_row_title, _titles),
)
