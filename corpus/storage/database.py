"""The file that the corpus is kept in: opening it, one transaction at a time, and SQLite's errors in our words.

The only module that imports sqlite3. What the tables mean is said in `corpus.storage.readings` and
`corpus.storage.store`.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from corpus.errors import Corrupt, LimitHit, Locked, NoIndex, NotFound, ReviewsError

VERSION = 1
"""Of the schema, kept in `PRAGMA user_version`. A corpus with a higher one was made by a newer program."""

APPLICATION = int.from_bytes(b"SPRv", "big")
"""`PRAGMA application_id`: tells our file from any other SQLite file."""

_WAIT_SECONDS = 10.0  # for another writer's transaction, which takes a fraction of a second


class Database:
    """An open corpus file, for the classes that know its tables. It belongs to the thread that opened it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path

    @classmethod
    def open(cls, path: Path, *, create: bool = False, read_only: bool = False) -> Self:
        """Open the corpus at `path`; with `create`, make it when it is not there. A foreign file is not touched."""
        path = Path(path)
        with our_errors(path):
            if create:
                # Made before SQLite does, so that nobody else may read it. SQLite's side files get the same rights.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            elif not path.exists():
                raise NotFound(f"There is no corpus at {path}. Create a library with `reviews init`.")
            database = cls(_connect(path, read_only), path)
        try:
            with our_errors(path):
                database._recognise(create)
                database._db.execute("PRAGMA foreign_keys = ON")
                if not read_only:
                    database._db.execute("PRAGMA journal_mode = WAL")
                    database._db.execute("PRAGMA synchronous = FULL")
        except BaseException:
            database.close()
            raise
        return database

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """Where the corpus is, so that another process or thread can open it too."""
        return self._path

    def close(self) -> None:
        """Give the file back. Closing twice does no harm."""
        self._db.close()

    def _recognise(self, create: bool) -> None:
        """Refuse a file that is not a corpus of this version; fill an empty one when asked to."""
        application, version = self._number("PRAGMA application_id"), self._number("PRAGMA user_version")
        if (application, version) == (0, 0) and not self._number("SELECT count(*) FROM sqlite_schema"):
            if not create:
                raise NotFound(f"{self._path} is empty: creating it was interrupted. Run `reviews init` again.")
            self._create()
        elif application != APPLICATION:
            raise Corrupt(f"{self._path} is not a corpus of this program. Move it away, then run `reviews init`.")
        elif version > VERSION:
            raise NoIndex(
                f"The library at {self._path} was made by a newer version of this program (format {version}, this one "
                f"knows {VERSION}). Update the program."
            )
        elif version < VERSION:
            raise Corrupt(
                f"{self._path} says that it has format {version}, which never existed. Restore it from a backup."
            )

    def _create(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        with self._transaction():
            if self._number("SELECT count(*) FROM sqlite_schema"):
                return  # another process was faster
            for statement in Path(__file__).with_name("schema.sql").read_text("utf-8").split(";\n"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {APPLICATION}")
            self._db.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of it or nothing, and on the disk when it ends."""
        with our_errors(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite has already rolled back when the disk is full
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Several reads of one state, whatever a writer does meanwhile."""
        if self._db.in_transaction:
            yield
            return
        with our_errors(self._path):
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("ROLLBACK")

    def _rows(self, select: str, values: Sequence[object] = ()) -> list[Any]:
        with our_errors(self._path):
            return self._db.execute(select, values).fetchall()

    def _number(self, select: str) -> int:
        return int(self._rows(select)[0][0])


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    address = path.resolve().as_uri() + ("?mode=ro" if read_only else "?mode=rw")
    if read_only and not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists():
        address += "&immutable=1"  # on a read-only disk SQLite cannot make its side files, and nobody can be writing
    # Who only reads may be handed from one thread to another, as the web page does, but not be used by two at once.
    return sqlite3.connect(
        address, timeout=_WAIT_SECONDS, isolation_level=None, uri=True, check_same_thread=not read_only
    )


@contextmanager
def our_values(path: Path) -> Iterator[None]:
    """A stored word that the model does not know: the file was damaged."""
    try:
        yield
    except (ValueError, KeyError) as error:
        raise _damaged(path) from error


@contextmanager
def our_errors(path: Path) -> Iterator[None]:
    """SQLite's and the system's errors as sentences that say what to do. What is left is a bug and stays so."""
    try:
        yield
    except sqlite3.Error as error:
        raised = _translated(error, path)
        if raised is None:
            raise
        raise raised from error
    except OSError as error:
        raise LimitHit(
            f"{path} cannot be opened ({error.strerror}). Check the folder and that you may write in it."
        ) from error


def _translated(error: sqlite3.Error, path: Path) -> ReviewsError | None:
    # Errors that Python's own module raises carry no code; they are misuse, that is, bugs of ours.
    code: int = getattr(error, "sqlite_errorcode", -1)
    primary = code & 0xFF if code >= 0 else code
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Locked(f"Another run is writing to {path}. Wait until it has finished, then try again.")
    undecodable = code == -1 and "Could not decode to UTF-8" in str(error)  # a flipped bit inside a text
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or undecodable:
        return _damaged(path)
    if primary == sqlite3.SQLITE_FULL:
        return LimitHit(
            f"The disk that holds {path} is full. Nothing was lost; make room, then run the same command again."
        )
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH):
        return LimitHit(
            f"{path} cannot be opened or written. Check that the disk is not read-only and that you have the rights."
        )
    if primary == sqlite3.SQLITE_IOERR:
        return LimitHit(
            f"The disk that holds {path} reports an error. Check the disk, then run the same command again."
        )
    if primary == sqlite3.SQLITE_NOMEM:
        return LimitHit(
            f"There is not enough memory to work on {path}. Close other programs, then run the command again."
        )
    return None


def _damaged(path: Path) -> Corrupt:
    return Corrupt(
        f"{path} is damaged or no corpus. Restore it from a backup, or move it away and run `reviews update` again."
    )
