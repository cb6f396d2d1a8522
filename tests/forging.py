"""Libraries as somebody else may have changed them, who need not keep to any rule."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.faults.removal import small_pdf
from corpus.layout import create_library

RAW = (b"", b"[", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 50_000, b"9" * 10_000, b"NaN")
"""Files that are no JSON, or too deep or too long to be ours."""


def library_of(folder: Path, reports: Mapping[str, str]) -> Path:
    """Make a library with a PDF for each name and its words. Nothing is read yet."""
    create_library(folder)
    (folder / "reviews.toml").write_text("ocr = false\njobs = 1\n")
    for name, words in reports.items():
        (folder / "reports" / f"{name}.pdf").write_bytes(small_pdf(words))
    return folder


def forged(library: Path, *statements: str) -> None:
    """Run statements on the corpus that SQLite and the tables would not allow."""
    with closing(sqlite3.connect(library / "corpus.db", isolation_level=None)) as connection:
        for setting in ("foreign_keys = OFF", "ignore_check_constraints = ON", "writable_schema = ON"):
            connection.execute(f"PRAGMA {setting}")
        for statement in statements:
            connection.execute(statement)


def changed(value: Any, bad: Any) -> Iterator[Any]:
    """Yield the value with each of its parts replaced, and with each left out."""
    yield bad
    if isinstance(value, dict):
        for key, part in value.items():
            yield {name: each for name, each in value.items() if name != key}
            yield from ({**value, key: each} for each in changed(part, bad))
    elif isinstance(value, list):
        for place, part in enumerate(value[:2]):
            yield from ([*value[:place], each, *value[place + 1 :]] for each in changed(part, bad))
