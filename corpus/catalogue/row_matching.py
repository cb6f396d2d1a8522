"""Match the rows of the catalogue with the reports.

Rows are matched by content hash, then file name, then title, which is the order of certainty. Each row describes at
most one report, and each report has at most one row. A name or title that fits several reports matches none of them,
because a wrong citation is worse than a missing one.

A hash or a file name identifies one file. A title does not: many boards have an "Executive Summary" and a "Child A", so
a title never overrides what the cover of the report says.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeVar
from urllib.parse import unquote

from corpus.catalogue.places import same_place
from corpus.catalogue.rows import Row
from corpus.disk.names import readable_name

_T = TypeVar("_T")


class Held(NamedTuple):
    """What a report can be matched by.

    All fields except `id` and `files` are as found in the file, or "" if unknown.
    """

    id: str
    files: tuple[str, ...]
    title: str
    board: str = ""
    area: str = ""
    child: str = ""
    year: str = ""


def match(rows: Sequence[Row], held: Iterable[Held]) -> dict[str, Row]:
    """Return the row of each report that has one, by report id."""
    matched: dict[str, Row] = {}
    free_rows, free = list(rows), list(held)
    for step in _STEPS:
        new = _step(step, free_rows, free)
        taken = {row.line for row in new.values()}
        if taken:
            matched |= new
            free_rows = [row for row in free_rows if row.line not in taken]
            free = [report for report in free if report.id not in matched]
    return matched


def _step(step: "_Step", rows: Sequence[Row], held: Sequence[Held]) -> dict[str, Row]:
    """Return the row of each report that this step matches, by report id."""
    row_keys, report_keys, fits = step
    by_key = _grouped(rows, row_keys)
    wanted = _grouped(held, lambda report: (key for key in report_keys(report) if key in by_key)) if by_key else {}
    matched: dict[str, Row] = {}
    taken: set[int] = set()
    # If two rows fit one report, the earlier one is used.
    for key in sorted(wanted, key=lambda key: by_key[key][0].line):
        for row, report in _only_pairs(by_key[key], wanted[key], fits):
            if report.id not in matched and row.line not in taken:
                matched[report.id] = row
                taken.add(row.line)
    return matched


def _grouped(values: Iterable[_T], keys: Callable[[_T], Iterable[str]]) -> dict[str, list[_T]]:
    """Return the values by key. A value may have several keys."""
    grouped: dict[str, list[_T]] = {}
    for value in values:
        for key in keys(value):
            grouped.setdefault(key, []).append(value)
    return grouped


def _only_pairs(rows: Sequence[Row], held: Sequence[Held], fits: "_Fits") -> list[tuple[Row, Held]]:
    """Return the pairs in which neither side fits anything else."""
    pairs = [(row, report) for row in rows for report in held if fits(row, report)]
    of_row, of_report = Counter(row.line for row, _ in pairs), Counter(report.id for _, report in pairs)
    return [(row, report) for row, report in pairs if of_row[row.line] == 1 and of_report[report.id] == 1]


def folded_name(path: str) -> str:
    """Return a file name without differences that people overlook: folder, case, `%20`, double spaces, `.pdf`."""
    name = unquote(readable_name(_base(path))).replace("_", " ").casefold()
    return " ".join(name.removesuffix(".pdf").split())


def folded_title(title: str) -> str:
    """Return the letters and digits of a title, so that dashes, quotes and spacing do not matter."""
    plain = unicodedata.normalize("NFKC", title).casefold().replace("’", "").replace("'", "").replace("&", " and ")
    return " ".join(re.findall(r"\w+", plain.replace("_", " ")))


def _base(path: str) -> str:
    return _composed(re.split(r"[/\\]", path)[-1])


def _composed(path: str) -> str:
    """Return the path in composed form (NFC). macOS stores accents as separate characters."""
    return unicodedata.normalize("NFC", path)


def _row_hash(row: Row) -> list[str]:
    return [row.value("sha256")] if row.value("sha256") else []


def _row_file(fold: Callable[[str], str]) -> Callable[[Row], list[str]]:
    return lambda row: [fold(row.get("file"))] if row.get("file") else []


def _files(fold: Callable[[str], str]) -> Callable[[Held], set[str]]:
    return lambda report: {fold(path) for path in report.files}


def _paths(report: Held) -> set[str]:
    names = {_composed(path) for path in report.files}
    return names | {name.removeprefix("reports/") for name in names}


def _row_title(row: Row) -> list[str]:
    return [folded_title(row.get("title"))] if row.get("title") else []


def _titles(report: Held) -> set[str]:
    titles = {folded_title(report.title), *(folded_title(folded_name(path)) for path in report.files)}
    return titles - {""}


_Fits = Callable[[Row, Held], bool]
_Step = tuple[Callable[[Row], list[str]], Callable[[Held], Iterable[str]], _Fits]
"""One way to match: the keys of a row, the keys of a report, and whether a pair with the same key fits."""


def _named(row: Row, report: Held) -> bool:
    return True


def _of_the_same_place(row: Row, report: Held) -> bool:
    """Return whether the cover names the board or area of the row, and nothing contradicts the match."""
    return bool(_place(row, report)) and not _another_case(row, report)


def _of_no_other_place(row: Row, report: Held) -> bool:
    """Return whether the cover names no other board or area, and the title is not one that many boards use."""
    place = _place(row, report)
    if place is None and _says_where(row) and not _distinctive(row.get("title")):
        return False
    return place is not False and not _another_case(row, report)


def _place(row: Row, report: Held) -> bool | None:
    return same_place(_places(row), [name for name in (report.board, report.area) if name])


def _places(row: Row) -> list[str]:
    """Return the board and area of a row, or the board in its case, if that is written as `board / child`."""
    given = [cell for cell in (row.get("board"), row.get("area")) if cell]
    board, *rest = (part.strip() for part in row.get("case").split(" / "))
    named = bool(rest) and bool(row.get("child")) and rest[0].casefold() == row.get("child").casefold()
    return given or ([board] if named else [])


def _says_where(row: Row) -> bool:
    return bool(_places(row))


def _another_case(row: Row, report: Held) -> bool:
    """Return whether a common title belongs to another child or year."""
    if _distinctive(row.get("title")):
        return False
    children = _labels(row.get("child")), _labels(report.child)
    years = row.value("year"), report.year
    return (all(children) and children[0].isdisjoint(children[1])) or (all(years) and years[0] != years[1])


def _labels(child: str) -> set[str]:
    return {word for word in folded_title(child).split() if word not in _USUAL or word == "a"}


_USUAL = frozenset(
    re.findall(
        r"\w+",
        """
        a an and the of to for in into on by with from at this local national child children childrens baby
        babies family young person people sibling siblings group serious case cases practice safeguarding review
        reviews report reports overview executive summary full final draft version copy redacted website
        published publication web response board partnership multi agency rapid thematic independent joint
        learning lessons learned learnt brief briefing practitioner practitioners minute seven newsletter
        edition action plan media press statement appendix recommendations findings key scr cspr lcspr lspr dhr
        sar pdf january february march april may june july august september october november december
        """,
    )
)
"""Words that are common in titles of any board."""


@lru_cache(4096)
def _distinctive(title: str) -> bool:
    """Return whether a title identifies its case: by a name or place, or by a label with a year."""
    words = [word for word in folded_title(title).split() if word not in _USUAL or word == "a"]
    labels = [word for word in words if re.fullmatch(r"[^\W\d_]{1,2}\d{0,3}", word)]
    numbers = [word for word in words if word.isdecimal()]
    named = len(words) > len(labels) + len(numbers)
    return named or (bool(labels) and any(re.fullmatch(r"(19|20)\d\d", number) for number in numbers))


_STEPS: tuple[_Step, ...] = (
    (_row_hash, lambda report: [report.id], _named),
    (_row_file(lambda path: _composed(path.replace("\\", "/"))), _paths, _named),
    (_row_file(_base), _files(_base), _named),
    (_row_file(folded_name), _files(folded_name), _named),
    (_row_title, _titles, _of_the_same_place),
    (_row_title, _titles, _of_no_other_place),
)
