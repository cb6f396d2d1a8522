"""Evaluate coded sheets: how far the coders agree, where they disagree, and how precise the query is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from corpus.disk.atomic import write_atomic
from corpus.disk.typed_json import typed
from corpus.errors import UsageError
from search.batch import record
from search.sheets.header import Header
from search.sheets.table import table_of
from search.statistics.agreement import cohen, krippendorff, percent
from search.statistics.intervals import rounded, wilson

_NAMES = ("mention", "code", "note", "query", "mentions")
_HEADER = Header({name: name for name in _NAMES}, "mention", ("mention", "code"), "ids of mentions")


@dataclass(frozen=True, slots=True)
class Coded:
    """One coder's sheet. `codes` has the code of each coded mention. `units` are all mentions in it, in order."""

    name: str
    query: str
    units: tuple[str, ...]
    codes: Mapping[str, str]


def read(path: Path) -> Coded:
    """Read a coder's sheet: .xlsx, .csv or .jsonl. Raises UsageError if it is not one, or has no codes."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    rows = [cells for _, cells, _ in table_of(data, path.suffix.lower().removeprefix("."), _HEADER).rows]
    units = [row["mention"] for row in rows if row.get("mention")]
    if not units or "code" not in rows[0]:
        raise UsageError(f"{path} is not a coder's sheet. It needs the columns `mention` and `code`: `reviews sample`.")
    codes = {row["mention"]: code for row in rows if (code := row.get("code", "").strip())}
    if not codes:
        raise UsageError(f"{path} has no codes yet. Write one into the column `code` of each row.")
    return Coded(path.name, rows[0].get("query", ""), tuple(dict.fromkeys(units)), codes)


def agreement(sheets: Sequence[Coded], relevant: str = "") -> dict[str, Any]:
    """Return how far the coders agree on the mentions that their sheets have in common.

    `relevant` is the code for a mention that the query should find; if given, the precision of the query is included.
    Raises UsageError for fewer than two sheets, sheets of different samples, or a code that nobody used.
    """
    if len(sheets) < 2:
        raise UsageError("Give the sheets of two coders or more.")
    shared = [unit for unit in sheets[0].units if all(unit in sheet.units for sheet in sheets)]
    if not shared:
        raise UsageError("The sheets have no mention in common. Give sheets of the same sample.")
    coders = [[sheet.codes.get(unit) for unit in shared] for sheet in sheets]
    codes = sorted({code for coder in coders for code in coder if code is not None})
    found: dict[str, Any] = {
        "query": sheets[0].query,
        "coders": [sheet.name for sheet in sheets],
        "units": len(shared),
        "coded_by_all": sum(None not in unit for unit in zip(*coders, strict=True)),
        "codes": codes,
        "alpha": rounded(krippendorff(coders)),
        "pairs": [
            {
                "coders": [sheets[a].name, sheets[b].name],
                "percent": rounded(percent(coders[a], coders[b])),
                "kappa": rounded(cohen(coders[a], coders[b])),
            }
            for a, b in combinations(range(len(sheets)), 2)
        ],
        "disagreements": [
            {"mention": unit, "codes": list(codes)}
            for unit, codes in zip(shared, zip(*coders, strict=True), strict=True)
            if len(set(codes)) > 1
        ],
        "precision": None,
    }
    if relevant:
        if relevant not in codes:
            raise UsageError(f"No coder used the code {relevant}. The codes are: {', '.join(codes)}.")
        found["precision"] = [
            _precision(sheet.name, coder, relevant) for sheet, coder in zip(sheets, coders, strict=True)
        ]
        found["relevant"] = relevant
    return found


def keep(path: Path, found: Mapping[str, Any]) -> None:
    """Add the agreement to the record of a batch, under `coding`. Raises UsageError if the file is not a record."""
    record.load(path)
    stored = typed(path.read_bytes(), {str: object})
    stored["coding"] = [*stored.get("coding", ()), dict(found)]
    write_atomic(path, json.dumps(stored, ensure_ascii=False, indent=1).encode("utf-8", "replace"))


def _precision(coder: str, codes: Sequence[str | None], relevant: str) -> dict[str, Any]:
    """Return the share of coded mentions that are relevant, with its 95% interval (Wilson)."""
    coded = [code for code in codes if code is not None]
    n = coded.count(relevant)
    low, high = wilson(n, len(coded)) if coded else (None, None)
    share = n / len(coded) if coded else None
    return {
        "coder": coder,
        "relevant": n,
        "of": len(coded),
        "share": rounded(share),
        "low": rounded(low),
        "high": rounded(high),
    }
