"""Write a data package: CSV and Parquet, with a `datapackage.json` that describes them (Frictionless)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from corpus.disk.atomic import beside
from corpus.errors import UsageError
from search.batch.record import About
from search.package.tables import Resource
from search.tables.column_types import Type
from search.tables.dictionary import COLUMNS
from search.tables.parquet import arrow
from search.tables.writers import disk_of, write_rows

_TYPES: dict[Type, str] = {int: "integer", float: "number", bool: "boolean", str: "string"}
_CODEBOOK = ("table", "column", "type", "unit", "meaning")
_LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")  # in Markdown; outside the documentation it leads nowhere
LICENCE = (
    "The texts belong to the publishers of the reports, who may each have their own terms. Check the `url` of a report "
    "before you share its text."
)


def write_package(folder: Path, resources: Iterable[Resource], about: About, title: str) -> list[Path]:
    """Write the package to a new or empty folder. Returns its files, the description first.

    Raises UsageError if the folder is not empty, or pyarrow is not installed.
    """
    arrow()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty. Choose a new folder for the data package.")
    with disk_of(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "data").mkdir(mode=0o700)
    described, codebook, files = [], [], []
    for each in resources:
        path = folder / "data" / f"{each.name}.csv"
        each.table.write(path, raw=True)
        each.table.write(path.with_suffix(".parquet"))
        files += [path, path.with_suffix(".parquet")]
        described.append(_described(each, path))
        codebook += [_line(each, field) for field in described[-1]["schema"]["fields"]]
    write_rows(folder / "codebook.csv", codebook, _CODEBOOK, raw=True)
    record, description = folder / "study.about.json", folder / "datapackage.json"
    for path, content in (record, about.to_dict()), (description, _package(described, about, title)):
        with disk_of(path), beside(path) as fresh:
            fresh.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8", errors="replace")
    return [description, folder / "codebook.csv", record, *files]


def _package(resources: list[dict[str, Any]], about: About, title: str) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": "study",
        "title": title,
        "description": f"Searched {about.searched}; not searched: {about.not_searched}. {LICENCE}",
        "created": about.asked_at.replace("+00:00", "Z"),
        "generation": dict(about.generation),
        "versions": dict(about.versions),
        "record": "study.about.json",
        "codebook": "codebook.csv",
        "resources": resources,
    }


def _described(each: Resource, path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    schema: dict[str, Any] = {
        "fields": [_field(name, each.table.types[name], own=name in each.table.own) for name in each.table.columns],
        "missingValues": [""],
    }
    if each.key:
        schema["primaryKey"] = list(each.key)
    if each.to:
        schema["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": table, "fields": [key]}}
            for column, (table, key) in each.to.items()
        ]
    return {
        "profile": "tabular-data-resource",
        "name": each.name,
        "description": each.about,
        "path": f"data/{path.name}",
        "parquet": f"data/{path.stem}.parquet",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "schema": schema,
    }


def _field(name: str, type_: Type, *, own: bool) -> dict[str, Any]:
    """Describe a column. `own` columns are from the sheet of queries, whatever else their names may mean."""
    known = None if own else COLUMNS.get(name)
    field: dict[str, Any] = {"name": name, "type": _TYPES[type_]}
    field["description"] = _LINK.sub(r"\1", known.meaning) if known else "a column of the sheet of queries"
    if known and known.unit:
        field["unit"] = known.unit
    if type_ is bool:
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    return field


def _line(each: Resource, field: dict[str, Any]) -> dict[str, Any]:
    names = {"table": each.name, "column": field["name"], "type": field["type"]}
    return {**names, "unit": field.get("unit"), "meaning": field["description"]}
