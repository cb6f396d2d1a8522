"""What all processes of a server count together: the requests of each visitor, and the progress of sheets of queries.

It contains numbers, times and keyed hashes, but no name, address, token or text. The key is never stored.
"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOG = logging.getLogger("reviews")
_WAIT_SECONDS = 5.0  # to wait for another process, which needs less than a millisecond
_TABLES = """
CREATE TABLE IF NOT EXISTS visitor (who BLOB PRIMARY KEY, remaining REAL NOT NULL, last REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sheet (
    id TEXT PRIMARY KEY, account BLOB NOT NULL, process INTEGER NOT NULL, begun REAL NOT NULL, total INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0, errors INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'running'
) WITHOUT ROWID;
"""


class SharedState:
    """A small database. Create it before the processes are forked, so that all have the same key.

    `path` returns its location, in an existing folder, or None for a server with one process, which keeps it in memory.
    A process that cannot use the file, for example because the disk is full, counts separately from then on.
    """

    def __init__(self, path: Callable[[], Path] | None = None) -> None:
        self._path = path
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int, int] | None = None  # process, device and file of the connection
        self._closing: Callable[[], object] = lambda: None

    def hashed(self, name: str) -> bytes:
        """Return the hash that stands for a person, an address or a token."""
        return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run the block as one transaction. Other processes wait in the meantime, so keep it short."""
        with self._lock:
            connection = self._begun()
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the database for this process."""
        with self._lock:
            if self._connection is not None and self._opened is not None and self._opened[0] == os.getpid():
                self._connection.close()
            self._connection = self._opened = None

    def _begun(self) -> sqlite3.Connection:
        """Return the connection, in a transaction that has already written, so that a full disk is noticed now."""
        if self._path is not None:
            try:
                return _begin(self._current(self._path))
            except (sqlite3.Error, OSError) as error:
                _LOG.error("The server processes cannot share their counters (%s). Each one counts separately.", error)
                self._path = self._connection = None
        return _begin(self._connection or self._use(_connect(":memory:")))

    def _current(self, place: Callable[[], Path]) -> sqlite3.Connection:
        """Return this process's connection to the current file, which a removal deletes together with the cache."""
        path = place()
        with suppress(FileNotFoundError):
            found = path.stat()
            if self._connection is not None and self._opened == (os.getpid(), found.st_dev, found.st_ino):
                return self._connection
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # before SQLite does, so that it is private
        found = path.stat()
        connection = self._use(_connect(str(path)))
        self._opened = (os.getpid(), found.st_dev, found.st_ino)
        return connection

    def _use(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """Close the old connection, and close this one when nothing refers to this object any more."""
        self._closing()
        self._closing = weakref.finalize(self, connection.close)
        self._connection = connection
        return connection


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")  # it need not survive a power failure
    connection.executescript(_TABLES)
    return connection


def _begin(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("BEGIN IMMEDIATE")
    return connection
