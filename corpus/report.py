"""The description of a report, and how much of the library is searched."""

import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import chain
from pathlib import PurePath
from typing import Any, Self

METADATA = (
    "title", "board", "area", "child", "kind", "type", "year", "published", "case", "author", "language", "url",
    "accessed",
)  # fmt: skip
"""The fields that describe a report, in display order. Each may be unknown (None)."""


@dataclass(frozen=True, slots=True)
class Report:
    """The description of a report: from the catalogue first, then from the file. None means unknown.

    `files` are the names of all files with these bytes, in alphabetical order. `pages` is the number of pages, and
    `unread_pages` how many of them could not be read, or only in part. `searchable` is whether any of its text can be
    found; if there are unread pages, that is only part of the text. `provenance` is the source of each known field.
    """

    id: str
    files: tuple[str, ...]
    title: str
    pages: int
    unread_pages: int
    board: str | None = None
    area: str | None = None
    child: str | None = None
    kind: str | None = None
    type: str | None = None
    year: int | None = None
    published: str | None = None
    case: str | None = None
    author: str | None = None
    language: str | None = None
    url: str | None = None
    accessed: str | None = None
    searchable: bool = True
    provenance: dict[str, str] = field(default_factory=dict)

    @property
    def year_source(self) -> str | None:
        """The source of the year: the catalogue, the cover, the publication date or the file name."""
        return self.provenance.get("year")

    @property
    def file(self) -> str | None:
        """The first of its file names, without folders."""
        return PurePath(self.files[0]).name if self.files else None

    def __getitem__(self, name: str) -> object:
        """Support `report["title"]`, for programs written for version 0.1. Use `report.title` instead."""
        value = self.to_dict()[name]
        warnings.warn(f'report["{name}"] will be removed: write report.{name}.', DeprecationWarning, stacklevel=2)
        return value

    def to_dict(self) -> dict[str, object]:
        """Return the report as it appears in the JSON API."""
        return {
            "id": self.id,
            "title": self.title,
            "board": self.board,
            "area": self.area,
            "child": self.child,
            "kind": self.kind,
            "type": self.type,
            "year": self.year,
            "year_source": self.year_source,
            "published": self.published,
            "case": self.case,
            "author": self.author,
            "language": self.language,
            "url": self.url,
            "accessed": self.accessed,
            "file": self.file,
            "files": list(self.files),
            "pages": self.pages,
            "unread_pages": self.unread_pages,
            "searchable": self.searchable,
            "provenance": self.provenance,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the report from the dictionary made by `to_dict`. Raises ValueError if it is invalid.

        Missing fields are unknown and unknown fields are ignored, because another version may have written it.
        """
        if not isinstance(data, Mapping):
            raise ValueError("not a report: not an object")
        files: Any = data.get("files")
        searchable: Any = data.get("searchable", True)
        provenance: Any = data.get("provenance", {})
        wrong = [name for name, kinds in _KINDS.items() if type(data.get(name)) not in kinds]
        if not isinstance(files, list) or not all(isinstance(file, str) for file in files):
            wrong.append("files")
        if type(searchable) is not bool:
            wrong.append("searchable")
        if not isinstance(provenance, dict) or not all(isinstance(source, str) for source in provenance.values()):
            wrong.append("provenance")
        if wrong:
            raise ValueError(f"not a report: the value of {', '.join(wrong)} is missing or of the wrong kind")
        values: dict[str, Any] = {name: data.get(name) for name in _KINDS}
        if "searchable" not in data:  # written by version 0.2
            searchable = is_searchable(values["pages"], values["unread_pages"], has_text=False)
        return cls(**values, files=tuple(files), searchable=searchable, provenance=provenance)

    @classmethod
    def from_dicts(cls, rows: Sequence[Mapping[str, Any]]) -> list[Self]:
        """Return the report of each dictionary, as `from_dict` does. Checking the values by column is faster."""
        columns: dict[str, list[Any]] = {each.name: [row.get(each.name) for row in rows] for each in fields(cls)}
        if not _are_valid(columns):  # damaged, or written by an earlier version
            return [cls.from_dict(row) for row in rows]
        columns["files"] = [tuple(files) for files in columns["files"]]
        return list(map(cls, *columns.values()))


_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(METADATA, (str, type(None))),
    "id": (str,),
    "title": (str,),
    "year": (int, type(None)),
    "pages": (int,),
    "unread_pages": (int,),
}
"""The types of the fields in JSON. `files` and `provenance` are checked separately."""


def _are_valid(columns: Mapping[str, Sequence[Any]]) -> bool:
    files, provenance = columns["files"], columns["provenance"]
    return (
        all(_types(columns[name]) <= {*kinds} for name, kinds in _KINDS.items())
        and _types(columns["searchable"]) <= {bool}
        and _types(files) <= {list}
        and _types(chain.from_iterable(files)) <= {str}
        and _types(provenance) <= {dict}
        and _types(chain.from_iterable(map(dict.values, provenance))) <= {str}
    )


def _types(values: Iterable[Any]) -> set[type]:
    return set(map(type, values))


def is_searchable(pages: int, unread_pages: int, *, has_text: bool) -> bool:
    """Return whether a search can find anything in a report: some text was read, or at least one page is blank.

    A page that was partly read counts as unread, so a report can have text even if all its pages are unread.
    """
    return has_text or unread_pages < pages


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was searched and what was not, which is part of every answer.

    `waiting` counts files that no update has read yet.
    """

    reports: int
    searchable: int
    unread_pages: int
    failures: int
    waiting: int = 0

    @classmethod
    def of(cls, reports: Collection[Report], failures: int, waiting: int = 0) -> Self:
        """Return the coverage of reports. `failures` and `waiting` count files."""
        searchable = sum(report.searchable for report in reports)
        return cls(len(reports), searchable, sum(report.unread_pages for report in reports), failures, waiting)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the coverage from the dictionary made by `to_dict`. Raises ValueError if it is invalid."""
        try:
            counts = [data[each.name] if each.name != "waiting" else data.get("waiting", 0) for each in fields(cls)]
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a coverage: {error}") from error
        if not all(type(count) is int for count in counts):
            raise ValueError("not a coverage: a count is not a whole number")
        return cls(*counts)

    def to_dict(self) -> dict[str, int]:
        """Return the coverage as it appears in the JSON API."""
        return {
            "reports": self.reports,
            "searchable": self.searchable,
            "unread_pages": self.unread_pages,
            "failures": self.failures,
            "waiting": self.waiting,
        }
