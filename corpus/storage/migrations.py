"""Migrate a corpus from an earlier version to the current layout.

The layout has a number, its format, stored in `PRAGMA user_version`. Never change or remove a migration step once it
has been released, because a library of any earlier version goes through all the steps that it lacks. Opening a corpus
only for reading runs no steps, so code that reads a table must also understand its form before the newest step.
"""

from collections.abc import Callable, Sequence
from typing import Any

from corpus.disk.names import safe_name

Execute = Callable[..., Any]
"""`execute(statement, values)` of the connection, inside the transaction of the step."""


def _add_missing_folders(execute: Execute) -> None:
    # Some libraries of format 1 already have the table, because for a while it was created without a new format number.
    execute("CREATE TABLE IF NOT EXISTS missing_folder (folder TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID")


def _clean_names(execute: Execute) -> None:
    """Convert file names that are not Unicode, which used to be stored as bytes, to clean text (see
    `corpus.disk.names`).
    """
    renamed = 0
    for table, column in (("file", "path"), ("withdrawn", "file")):
        stored = execute(f"SELECT {column} FROM {table} WHERE typeof({column}) = 'blob'").fetchall()  # noqa: S608 - our own words
        for (name,) in stored:
            execute(f"UPDATE OR REPLACE {table} SET {column} = ? WHERE {column} = ?", (name_as_text(name), name))  # noqa: S608 - our own words
        renamed += len(stored)
    if renamed:
        execute("UPDATE state SET revision = revision + 1")


def _add_waiting_files(execute: Execute) -> None:
    execute("CREATE TABLE IF NOT EXISTS waiting_file (path TEXT PRIMARY KEY) WITHOUT ROWID")


def _add_publications(execute: Execute) -> None:
    for statement in _PUBLICATIONS:
        execute(statement)


_PUBLICATIONS = (
    (
        "CREATE TABLE IF NOT EXISTS source (name TEXT PRIMARY KEY, url TEXT NOT NULL, tried TEXT NOT NULL, "
        "answered TEXT NOT NULL, problem TEXT NOT NULL, listed INTEGER NOT NULL) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE IF NOT EXISTS source_page (source TEXT NOT NULL, url TEXT NOT NULL, checked TEXT NOT NULL, "
        "etag TEXT NOT NULL, modified TEXT NOT NULL, links TEXT NOT NULL, PRIMARY KEY (source, url)) WITHOUT ROWID"
    ),
    (
        "CREATE TABLE IF NOT EXISTS publication (source TEXT NOT NULL, url TEXT NOT NULL, report TEXT NOT NULL, "
        "file TEXT NOT NULL, retrieved TEXT NOT NULL, checked TEXT NOT NULL, etag TEXT NOT NULL, "
        "modified TEXT NOT NULL, size INTEGER NOT NULL, replaced TEXT NOT NULL, withdrawn TEXT NOT NULL, "
        "why TEXT NOT NULL, cells TEXT NOT NULL, PRIMARY KEY (source, url, report)) WITHOUT ROWID"
    ),
    "CREATE INDEX IF NOT EXISTS publication_report ON publication (report)",
    "CREATE TABLE IF NOT EXISTS refused_address (digest TEXT PRIMARY KEY, checked TEXT NOT NULL) WITHOUT ROWID",
)


def _add_near_duplicates(execute: Execute) -> None:
    for statement in _NEAR_DUPLICATES:
        execute(statement)


_NEAR_DUPLICATES = (
    (
        "CREATE TABLE IF NOT EXISTS text_hash (hash INTEGER NOT NULL, reading INTEGER NOT NULL REFERENCES reading (id) "
        "ON DELETE CASCADE, PRIMARY KEY (hash, reading)) WITHOUT ROWID"
    ),
    "CREATE INDEX IF NOT EXISTS text_hash_reading ON text_hash (reading)",
    (
        "CREATE TABLE IF NOT EXISTS near_duplicate (reading INTEGER NOT NULL REFERENCES reading (id) "
        "ON DELETE CASCADE, other INTEGER NOT NULL REFERENCES reading (id) ON DELETE CASCADE, "
        "PRIMARY KEY (reading, other)) WITHOUT ROWID"
    ),
    "CREATE INDEX IF NOT EXISTS near_duplicate_other ON near_duplicate (other)",
)

Step = Callable[[Execute], None]
STEPS: Sequence[Step] = (
    _add_missing_folders,
    _clean_names,
    _add_waiting_files,
    _add_publications,
    _add_near_duplicates,
)
"""The first step migrates a corpus from format 1 to format 2, the next to format 3, and so on."""

FORMAT = 1 + len(STEPS)
"""The format of a new corpus. A corpus with a higher format was made by a newer version of the program."""


def name_as_text(stored: str | bytes) -> str:
    """Return a file name in today's form. In formats 1 and 2, names that are not Unicode were stored as bytes."""
    return safe_name(stored.decode("utf-8", "surrogatepass")) if isinstance(stored, bytes) else stored
