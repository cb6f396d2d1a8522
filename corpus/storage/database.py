"""The corpus file: opening it, transactions, and translating SQLite's errors.

Only this module imports sqlite3. The tables are defined in `corpus.storage.readings` and `corpus.storage.store`.
"""

import os
import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from corpus.disk.disk_errors import no_room, refused
from corpus.errors import Corrupt, Gone, LimitHit, Locked, NotFound, OtherVersion, ReviewsError
from corpus.storage.migrations import FORMAT, STEPS
from corpus.storage.side_files import LOG_HEADER, State, assert_harmless, log_size
from corpus.storage.steps import EVERY, Steps
from corpus.storage.tables import are_ours, are_valid, statements

APPLICATION = int.from_bytes(b"SPRv", "big")
"""`PRAGMA application_id`, which distinguishes a corpus from any other SQLite file."""

_ATTEMPTS = 5  # attempts to read rows without locks while others start writing
_WAIT_SECONDS = 10.0  # for another writer's transaction, which takes a fraction of a second
_LONGEST = 100_000_000  # bytes of a text or a row
_ROOM = 256 * 1024  # bytes that must be free before writing: SQLite maps a file of 32 KB into memory


class Database:
    """An open corpus file. Use it in the thread that opened it.

    While it is open for writing, SQLite keeps a write-ahead log (WAL) next to it, so that readers never wait. When
    nobody is writing, there is only the one file: reading creates no other file, and no memory-mapped one.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, *, writing: bool) -> None:
        self._path = path
        self._writing = writing
        self._logging = False  # set by `_begin_log`; a file that is refused is not touched
        self._steps = Steps(path)
        self._use(connection)
        self._still: State | None = None  # set while reading without locks: the file must stay as it was

    @classmethod
    def open(cls, path: Path, *, create: bool = False, read_only: bool = False) -> Self:
        """Open the corpus at `path`. With `create`, create it if it does not exist.

        Raises NotFound if there is none, and NoIndex or Corrupt for a file that this version cannot use. Such a file is
        left unchanged.
        """
        path = Path(path)
        with translated_errors(path):
            assert_harmless(path)
            if create:
                # Made before SQLite does, so that nobody else may read it. SQLite's side files get the same rights.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            elif not path.exists():
                raise NotFound(f"There is no corpus at {path}. Create a library with `reviews init`.")
            if not read_only and (full := no_room(path, _ROOM)):
                raise LimitHit(full)
            database = cls(_connect(path, "mode=rw" if not read_only else _reading(path)), path, writing=not read_only)
        try:
            with translated_errors(path):
                if read_only and 0 < log_size(path) <= LOG_HEADER:
                    database._reopen()
                database._recognise(create)
                database._connection.execute("PRAGMA foreign_keys = ON")
                if not read_only:
                    database._begin_log()
                    database._migrate()
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
        """The path of the corpus file."""
        return self._path

    def close(self) -> None:
        """Close the file. Closing it twice does no harm."""
        if self._logging:
            self._logging = False
            with suppress(sqlite3.Error):  # the log then stays, and the next reader or writer uses it
                self._end_log()
        self._connection.close()

    def _recognise(self, create: bool) -> None:
        """Refuse a file that is not a corpus, or was made by a newer version. With `create`, fill an empty file."""
        application, version = self.number("PRAGMA application_id"), self.number("PRAGMA user_version")
        if (application, version) == (0, 0) and not self.number("SELECT count(*) FROM sqlite_schema"):
            if not create:
                raise NotFound(f"{self._path} is empty: creating it was interrupted. Run `reviews init` again.")
            self._create()
        elif application != APPLICATION:
            raise Corrupt(f"{self._path} is not a database of this program. Move it away, then run `reviews init`.")
        elif version > FORMAT:
            raise OtherVersion(
                f"The library at {self._path} was made by a newer version of this program (format {version}, this one "
                f"knows {FORMAT}). Update the program."
            )
        elif version < 1:
            raise Corrupt(f"{self._path} says it has format {version}, which never existed. Restore it from a backup.")
        elif not are_ours(self.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema"), version):
            raise Corrupt(
                f"{self._path} does not have the tables of a corpus: another program has changed it. Restore it "
                f"{RESTORE}"
            )

    def _migrate(self) -> None:
        """Apply the migrations that a corpus from an earlier version needs, each completely or not at all."""
        while (version := self.number("PRAGMA user_version")) < FORMAT:
            with self.transaction():
                if self.number("PRAGMA user_version") == version:  # otherwise another process was faster
                    STEPS[version - 1](self._connection.execute)
                    self._connection.execute(f"PRAGMA user_version = {version + 1}")

    def _begin_log(self) -> None:
        """Start writing to a log next to the file.

        Switching to the log is a single write to the first page of the file, without a journal on disk. A journal left
        behind by a killed process would lock out users with read-only access.
        """
        self._logging = True
        self._connection.execute("PRAGMA synchronous = FULL")
        if self.rows("PRAGMA journal_mode")[0][0] != "wal":
            self._connection.execute("PRAGMA journal_mode = MEMORY")
            self._connection.execute("PRAGMA journal_mode = WAL")

    def _end_log(self) -> None:
        """Merge the log into the file and delete it, unless somebody is reading it."""
        self._connection.execute("PRAGMA busy_timeout = 1000")
        try:
            self._connection.execute("PRAGMA journal_mode = MEMORY")
        except sqlite3.OperationalError:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _create(self) -> None:
        self._begin_log()
        with self.transaction():
            if self.number("SELECT count(*) FROM sqlite_schema"):
                return  # another process was faster
            for statement in statements():
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
            self._connection.execute(f"PRAGMA user_version = {FORMAT}")

    def execute(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Run a statement inside a `transaction`."""
        self._steps.begin()
        return self._connection.execute(statement, values)

    def executemany(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement for each row, inside a `transaction`."""
        self._steps.begin()
        self._connection.executemany(statement, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the `with` block as one transaction, which is on disk when the block ends."""
        with translated_errors(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite has already rolled back when the disk is full
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Make all reads in the `with` block see the same state, whatever is written in the meantime."""
        if self._connection.in_transaction:
            yield
            return
        self.rows("PRAGMA schema_version")  # makes a reader reopen the file now if necessary
        with translated_errors(self._path):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def rows(self, select: str, values: Sequence[object] = ()) -> list[Any]:
        """Return the rows of a SELECT.

        Raises Corrupt for values that a corpus cannot have, and Gone if the file changes while it is read without
        locks.
        """
        with translated_errors(self._path):
            for _ in range(_ATTEMPTS):
                if self._still and self._still != State.of(self._path) and not self._connection.in_transaction:
                    self._reopen()
                try:
                    found = self._fetched(select, values)
                except sqlite3.OperationalError as error:
                    if self._writing or self._connection.in_transaction or not _log_is_missing(error, self._path):
                        raise
                    self._reopen()
                    found = self._fetched(select, values)
                if not self._still or self._still == State.of(self._path):
                    return found
                if self._connection.in_transaction:  # what was read before in it belongs to another state
                    break
            raise Gone(f"{self._path} changed while it was being read. Run the same command again.")

    def _fetched(self, select: str, values: Sequence[object]) -> list[Any]:
        self._steps.begin()
        cursor = self._connection.execute(select, values)
        found = cursor.fetchall()
        if found and not are_valid(select, [name for name, *_ in cursor.description], found):
            raise damaged(self._path)
        return found

    def _reopen(self) -> None:
        """Open the file again for reading, in its current state."""
        self._connection.close()
        before = State.of(self._path)
        self._still = None
        self._use(_connect(self._path, _reading(self._path)))
        if not 0 < before.log <= LOG_HEADER:
            try:
                self._connection.execute("PRAGMA schema_version").fetchall()
                return
            except sqlite3.OperationalError as error:
                if not _log_is_missing(error, self._path):
                    raise
        # The file says that there is a log, but there is none, or one without entries, which SQLite cannot handle: an
        # older version of this program closed it, or a process was killed between the two. All is in the file. It is
        # read without locks, and what was read while somebody started writing is discarded.
        self._connection.close()
        self._use(_connect(self._path, "mode=ro&immutable=1"))
        self._still = before

    def _use(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.set_progress_handler(self._steps.are_too_many, EVERY)
        # Nobody closes the library of `reviews.open(path).search("neglect")`, and Python 3.13 warns of that. One that
        # writes belongs to its thread, and this may run in another.
        if not self._writing:
            weakref.finalize(self, connection.close)

    def number(self, select: str) -> int:
        """Return the single number that a SELECT returns."""
        found = self.rows(select)
        if len(found) != 1 or type(found[0][0]) is not int:
            raise damaged(self._path)
        return int(found[0][0])


def _log_is_missing(error: sqlite3.OperationalError, path: Path) -> bool:
    """Return whether SQLite was looking for a log next to a file that needs none."""
    missed = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL)
    return missed and log_size(path) <= LOG_HEADER


def _reading(path: Path) -> str:
    """Return the SQLite mode for reading the file.

    The index of a log is used as it is, or built in private memory, so that nothing is written. Only a copy that has
    the log but not its index needs the index to be created next to it.
    """
    copied = log_size(path) > LOG_HEADER and not path.with_name(path.name + "-shm").exists()
    return "mode=ro" if copied else "mode=ro&readonly_shm=1"


def _connect(path: Path, how: str) -> sqlite3.Connection:
    reads = how != "mode=rw"
    # A read-only connection may be passed between threads, as the web page does, but not used by two at once.
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?{how}",
        timeout=_WAIT_SECONDS,
        isolation_level=None,
        uri=True,
        check_same_thread=not reads,
    )
    connection.text_factory = _text
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA mmap_size = 0")
    connection.execute("PRAGMA temp_store = MEMORY")  # sorting needs no disk, and no text is written elsewhere
    if not reads:
        connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten, however SQLite was built
    return connection


class _Undecodable(sqlite3.DatabaseError):
    """Raised for a text that is not valid UTF-8, because a bit of the file was flipped.

    SQLite's module has an error for it, but no code.
    """


def _text(stored: bytes) -> str:
    try:
        return stored.decode()
    except UnicodeDecodeError as error:
        raise _Undecodable(str(error.reason)) from error


@contextmanager
def checked_values(path: Path) -> Iterator[None]:
    """Report a stored word that the model does not know, and a reference to nothing, as damage to the file."""
    try:
        yield
    except (ValueError, LookupError) as error:
        raise damaged(path) from error


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Translate SQLite's and the system's errors into sentences that say what to do.

    Any other error is a bug, and is not changed.
    """
    try:
        yield
    except sqlite3.Error as error:
        raised = _translated(error, path)
        if raised is None:
            raise
        raise raised from error
    except UnicodeDecodeError as error:  # SQLite quotes a name of the file that is not UTF-8
        raise damaged(path) from error
    except OSError as error:
        raise refused(path, error) from error


def _translated(error: sqlite3.Error, path: Path) -> ReviewsError | None:
    # Errors that Python's own module raises have no code. They indicate misuse, so they are bugs in this program.
    code: int = getattr(error, "sqlite_errorcode", -1)
    primary = code & 0xFF if code >= 0 else code
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Locked(f"Another run is writing to {path}. Wait until it has finished, then try again.")
    if primary in _DAMAGE or isinstance(error, _Undecodable):
        return damaged(path)
    if primary in _AT_ODDS:
        return Corrupt(
            f"{path} has rows that do not fit together ({error}), so nothing was written. Restore it from a backup, or "
            "move it away and run `reviews update`."
        )
    if primary == sqlite3.SQLITE_FULL:
        return LimitHit(
            f"The disk that holds {path} is full. Nothing was lost. Free some space, then run the same command again."
        )
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH):
        return refused(path, doing="opened or written")
    if primary == sqlite3.SQLITE_IOERR:
        return LimitHit(
            no_room(path)
            or f"The disk that holds {path} reports an error. Check the disk, then run the same command again."
        )
    if primary == sqlite3.SQLITE_NOMEM:
        return LimitHit(
            f"There is not enough memory to work on {path}. Close other programs, then run the command again."
        )
    return None


_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_INTERRUPT}
"""What SQLite says about a damaged file. Only `Steps` interrupts a statement."""

RESTORE = "from a backup, or move it away and run `reviews update`. Then run `reviews index --rebuild`."
"""What to do with a corpus that cannot be used, after "Restore it"."""

_AT_ODDS = {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH}
"""What SQLite says about a new row that does not fit the rows of a forged file."""


def damaged(path: Path) -> Corrupt:
    """Return the error to raise for a corpus with a value that this program never writes."""
    return Corrupt(f"{path} is damaged or is not a corpus. Restore it {RESTORE}")
