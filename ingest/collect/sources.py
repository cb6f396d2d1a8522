"""Read the list of sources, `sources.csv`: the boards' pages from which reports are collected.

The file is read as Excel saves it, like the catalogue. Mistakes are errors, because a mistyped source must not be
ignored silently.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corpus.catalogue.text_table import decoded, folded, records_of, separator, unguarded
from corpus.disk.disk_errors import refused
from corpus.disk.regular_file import read_list
from corpus.errors import NotFound, UsageError
from ingest.collect.addresses import NOTHING_MORE, Allowance, refusal

COLUMNS = ("name", "board", "area", "url", "links", "depth", "leave_out", "exclude")
"""The columns. Only `name` and `url` must be filled in."""


@dataclass(frozen=True, slots=True)
class Source:
    """A page on which a board lists reports.

    `links` is a pattern that the addresses of links must match to be followed, or None. `depth` is the number of pages
    between the list and a document. `leave_out` are the kinds of document to skip. `exclude` are addresses that are
    never fetched; a `*` at the end matches anything.
    """

    name: str
    url: str
    board: str = ""
    area: str = ""
    links: str | None = None
    depth: int = 1
    leave_out: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def excludes(self, url: str) -> bool:
        """Return whether an address must never be fetched."""
        return any(url == each or (each.endswith("*") and url.startswith(each[:-1])) for each in self.exclude)


def load(path: Path, allowance: Allowance = NOTHING_MORE) -> list[Source]:
    """Read the sources from a file. Raises UsageError if the file is missing or has mistakes."""
    try:
        data = read_list(path)
    except FileNotFoundError:
        raise NotFound(
            f"There is no list of sources at {path}. Create it with the columns {', '.join(COLUMNS)}, one row for each "
            "page on which a board lists its reports. `reviews sources suggest URL` proposes a row."
        ) from None
    except OSError as error:
        raise refused(path, error, doing="read") from error
    mistakes: list[str] = []
    sources = list(_parsed(data, mistakes, allowance))
    if mistakes:
        raise UsageError(f"{path} has mistakes, so nothing was collected. {' '.join(mistakes)}")
    if not sources:
        raise UsageError(f"{path} has no rows. `reviews sources suggest URL` proposes one.")
    return sources


def chosen(sources: Sequence[Source], names: Iterable[str]) -> list[Source]:
    """Return the sources with these names, or all sources if no name is given. Raises NotFound for an unknown name."""
    wanted = {name.casefold(): name for name in names}
    known = {source.name.casefold() for source in sources}
    for key, name in wanted.items():
        if key not in known:
            raise NotFound(f"There is no source {name!r}. The sources are: {', '.join(each.name for each in sources)}.")
    return [source for source in sources if not wanted or source.name.casefold() in wanted]


def _parsed(data: bytes, mistakes: list[str], allowance: Allowance) -> Iterable[Source]:
    lines = decoded(data)
    delimiter, skipped = separator(lines, COLUMNS)

    def skip(line: int, what: str) -> None:
        mistakes.append(f"Line {line} {what}.")

    records = records_of(lines[skipped:], skipped + 1, delimiter, skip)
    _, header = next(records, (1, []))
    names = [folded(cell) for cell in header]
    unknown = [name for name in names if name and name not in COLUMNS]
    if unknown or not {"name", "url"} <= set(names):
        wrong = f"does not know the column {unknown[0]!r}" if unknown else "needs the columns name and url"
        mistakes.append(f"The header {wrong}; the columns are {', '.join(COLUMNS)}.")
        return
    seen: set[str] = set()
    for line, cells in records:
        row = {name: unguarded(cell).strip() for name, cell in zip(names, cells, strict=False) if name}
        source = _source(row, partial(_note, mistakes, line), allowance)
        if source and source.name.casefold() in seen:
            mistakes.append(f"Line {line}: there are two sources named {source.name!r}.")
        elif source:
            seen.add(source.name.casefold())
            yield source


def _note(mistakes: list[str], line: int, what: str) -> None:
    mistakes.append(f"Line {line}: {what}.")


def _source(row: dict[str, str], wrong: Callable[[str], None], allowance: Allowance) -> Source | None:
    before: list[str] = []

    def note(what: str) -> None:
        before.append(what)
        wrong(what)

    name, url = " ".join(row.get("name", "").split()), row.get("url", "")
    if not name or not url:
        note("fill in name and url")
    elif why := refusal(url, allowance):
        note(f"{url[:80]} cannot be collected from, because {why}")
    depth = row.get("depth") or "1"
    if depth not in ("0", "1", "2"):
        note(f"depth is {depth!r}; it must be 0, 1 or 2")
    try:
        re.compile(row.get("links", ""))
    except re.error as error:
        note(f"links is not a valid pattern ({error})")
    exclude = tuple(row.get("exclude", "").split())
    leave_out = tuple(kind.strip().casefold() for kind in row.get("leave_out", "").split(";") if kind.strip())
    if before:
        return None
    more = (row.get("links") or None, int(depth), leave_out, exclude)
    return Source(name, url, row.get("board", ""), row.get("area", ""), *more)
