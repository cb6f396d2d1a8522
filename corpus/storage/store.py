"""The corpus in SQLite: files, the reports in them, reports that are gone, and the catalogue.

`put` adds a reading (see `corpus.storage.readings`) and makes it the current one in one transaction, so that a report
is replaced whole or not at all. A Store belongs to the thread that opened it. Readers open their own and never wait for
a writer. What a search does not need is imported where it is used.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from corpus.disk.typed_json import typed
from corpus.errors import Corrupt, Locked, NoIndex, NotFound, UsageError
from corpus.files import Failure, FileRecord, MissingFolder, Removal, Withdrawal
from corpus.model import Text
from corpus.paths import LibraryPaths
from corpus.reasons import TAKEN_DOWN, Reason
from corpus.removals import Removals
from corpus.report import Coverage, Report
from corpus.storage.database import RESTORE, Database, checked_values, translated_errors
from corpus.storage.editions import Editions
from corpus.storage.integrity import unsound
from corpus.storage.migrations import name_as_text
from corpus.storage.near_duplicates import NearDuplicates
from corpus.storage.readings import Readings

if TYPE_CHECKING:
    from corpus.catalogue.review_year import YearConflict
    from corpus.catalogue.rows import Row
    from corpus.storage.publications import Publications

_FAULTS = 10  # of a damaged file: SQLite's next ones say the same


class Store:
    """The corpus of one library. Open it with `Store.open`. Use it in a `with` block, or close it.

    `readings` has the text and structure of the reports. `editions` links older, newer and similar reports.
    `near_duplicates` are pairs of reports that are at least 98% alike.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self.readings = Readings(database)
        self.editions = Editions(database)
        self.near_duplicates = NearDuplicates(database)
        # Revision, reports, rows without a file, reports whose sources name different years.
        self._known: tuple[int, list[Report], list[Row], list[YearConflict]] | None = None

    @classmethod
    def open(cls, path: Path, *, create: bool = False, read_only: bool = False) -> Self:
        """Open the corpus at `path`. With `create`, create it if it does not exist. See `Database.open` for the errors.

        For reading, also raises NoIndex if a corpus restored from a backup lacks some of the removals.
        """
        store = cls(Database.open(path, create=create, read_only=read_only))
        if read_only:
            try:
                store.assert_knows_removals()
            except BaseException:
                store.close()
                raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The path of the corpus, for opening it in another process or thread."""
        return self._db.path

    def close(self) -> None:
        """Close the corpus. Closing it twice does no harm."""
        self._db.close()

    @cached_property
    def publications(self) -> Publications:
        """Where boards publish the reports."""
        from corpus.storage.publications import Publications

        return Publications(self._db)

    # Files

    def files(self) -> dict[str, FileRecord]:
        """Return every known file, by path."""
        rows = self._db.rows("SELECT path, size, mtime_ns, report, reason, detail, reader FROM file ORDER BY path")
        records = (
            FileRecord(name_as_text(path), size, mtime, report, Reason(reason) if reason else None, detail, reader)
            for path, size, mtime, report, reason, detail, reader in rows
        )
        with checked_values(self._db.path):
            return {record.path: record for record in records}

    def note_file(self, record: FileRecord) -> None:
        """Record the current state of a file. A report stays in the library as long as it has a file."""
        with self._db.transaction():
            self._note(record)

    def forget_file(self, path: str, *, known_as: str = "") -> None:
        """Record that a file is gone, as its path or `known_as`. Without files, a report is withdrawn, later pruned."""
        with self._db.transaction():
            self._db.execute("DELETE FROM waiting_file WHERE path = ?", (path,))
            old = self._db.execute("DELETE FROM file WHERE path = ? RETURNING report", (path,)).fetchall()
            if old:
                self._settle(old[0][0], known_as or path)
                self._advance()

    def waiting_files(self) -> list[str]:
        """Return the new or changed files that no run has read yet."""
        if not self._has_table("waiting_file"):
            return []
        return [path for (path,) in self._db.rows("SELECT path FROM waiting_file ORDER BY path")]

    def note_waiting(self, waiting: Collection[str], settled: Collection[str] = ()) -> None:
        """Record which files are still unread, and which no longer are. `note_file` and `put` settle their file."""
        with self._db.transaction():
            known = {path for (path,) in self._db.execute("SELECT path FROM waiting_file")}
            new, old = set(waiting) - known, (set(settled) & known) - set(waiting)
            self._db.executemany("DELETE FROM waiting_file WHERE path = ?", ((path,) for path in sorted(old)))
            self._db.executemany("INSERT INTO waiting_file VALUES (?)", ((path,) for path in sorted(new)))
            if new or old:
                self._advance()

    def put(self, text: Text, record: FileRecord) -> int:
        """Add a reading of a report, and the file that it was read from, in one transaction. Returns its number."""
        with self._db.transaction():
            reading = self.readings.add(text)
            self._note(record)
            self._settle(text.id, record.path)
            self._advance()
        return reading

    def prune(self, keep: Collection[int]) -> int:
        """Delete the readings that are neither current nor in `keep` (used by kept indexes). Returns how many."""
        with self._db.transaction():
            old = {number for (number,) in self._db.execute("SELECT id FROM reading WHERE current = 0")} - set(keep)
            self._db.executemany("DELETE FROM reading WHERE id = ?", ((number,) for number in sorted(old)))
        return len(old)

    def _note(self, record: FileRecord) -> None:
        path = record.path
        old = self._db.execute("SELECT report, reason, detail FROM file WHERE path = ?", (path,)).fetchone()
        reason = record.reason.value if record.reason else None
        self._db.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?)",
            (path, record.size, record.mtime_ns, record.report, reason, record.detail, record.reader),
        )
        waited = self._db.execute("DELETE FROM waiting_file WHERE path = ?", (path,)).rowcount
        if waited or old != (record.report, reason, record.detail):
            for report in {record.report, old[0] if old else None}:
                self._settle(report, record.path, record.report)
            # An edition that was away, or damaged, for some runs is replaced like any other.
            replaced = "UPDATE withdrawn SET replaced_by = ?1 WHERE file = ?2 AND replaced_by IS NULL AND ?1 <> report"
            self._db.execute(replaced, (record.report, path))
            self._advance()

    def _settle(self, report: str | None, path: str, replaced_by: str | None = None) -> None:
        """Make the latest reading of the report current if one of its files exists; otherwise withdraw the report.

        `path` is the file that appeared or disappeared, and `replaced_by` the report that it now contains.
        """
        if report is None:
            return
        latest = self._db.execute("SELECT max(id) FROM reading WHERE report = ?", (report,)).fetchone()[0]
        held = self._db.execute("SELECT EXISTS (SELECT 1 FROM file WHERE report = ?)", (report,)).fetchone()[0]
        wanted = latest if held else None
        if held:
            self._db.execute("DELETE FROM withdrawn WHERE report = ?", (report,))
        else:
            title = (
                "SELECT coalesce((SELECT value FROM found WHERE reading = reading.id AND field = 'title'), '') "
                "FROM reading WHERE report = ? AND current = 1"
            )
            for (words,) in self._db.execute(title, (report,)).fetchall():
                row = (report, words, path, _today(), replaced_by)
                self._db.execute("INSERT OR REPLACE INTO withdrawn VALUES (?, ?, ?, ?, ?)", row)
        self._db.execute(
            "UPDATE reading SET current = 0 WHERE report = ? AND current = 1 AND id IS NOT ?", (report, wanted)
        )
        self._db.execute("UPDATE reading SET current = 1 WHERE id = ? AND current = 0", (wanted,))

    # Withdrawals and removals

    def withdrawals(self) -> list[Withdrawal]:
        """Return the reports that were in the library and no longer have a file, the latest first."""
        rows = self._db.rows("SELECT report, title, file, date, replaced_by FROM withdrawn ORDER BY date DESC, report")
        with checked_values(self._db.path):
            return [Withdrawal(report, title, name_as_text(path), *rest) for report, title, path, *rest in rows]

    def missing_folders(self) -> list[MissingFolder]:
        """Return the folders that were empty or missing at the last update, and have reports in the library."""
        if not self._has_table("missing_folder"):
            return []
        return [
            MissingFolder(*row) for row in self._db.rows("SELECT folder, since FROM missing_folder ORDER BY folder")
        ]

    def note_missing(self, missing: Collection[str], back: Collection[str]) -> None:
        """Record which folders are missing now and which are back. The first day is kept."""
        with self._db.transaction():
            self._db.executemany("DELETE FROM missing_folder WHERE folder = ?", ((folder,) for folder in back))
            rows = ((folder, _today()) for folder in missing)
            self._db.executemany("INSERT OR IGNORE INTO missing_folder VALUES (?, ?)", rows)

    def _has_table(self, name: str) -> bool:
        """Return whether the corpus has a table that corpora from earlier versions lack."""
        return bool(self._db.rows("SELECT 1 FROM sqlite_schema WHERE name = ?", (name,)))

    def assert_knows_removals(self) -> None:
        """Raise NoIndex if this corpus may contain a removed report, because it was restored from a backup."""
        listed = Removals.load(LibraryPaths(self._db.path.parent).removals).final
        forgotten = listed.keys() - {removal.report for removal in self.removals()} if listed else ()
        if forgotten:
            older = " is older than" if self.revision < max(listed[each].revision for each in forgotten) else " lacks"
            raise NoIndex(
                f"{self._db.path}{older} the removal of {len(forgotten)} "
                f"{'report' if len(forgotten) == 1 else 'reports'}: it was put back from a backup or replaced. Nothing "
                "is shown until `reviews update` has removed them again."
            )

    def removals(self) -> list[Removal]:
        """Return the permanently removed reports, the latest first."""
        rows = self._db.rows("SELECT report, date, reason, done FROM removed ORDER BY date DESC, report")
        return [Removal(report, date, reason, bool(done)) for report, date, reason, done in rows]

    def known(self, prefix: str) -> str:
        """Return the full id of a current or former report from the start of the id."""
        try:
            return self.report(prefix).id
        except NotFound:
            wanted = prefix.strip().lower()
            past = [each.report for each in self.withdrawals()]
            rows = self._db.rows("SELECT DISTINCT report FROM reading UNION SELECT report FROM scan")
            past += [report for (report,) in rows]
            found = {report for report in past if report.startswith(wanted)}
            if len(found) != 1:
                raise
            return found.pop()

    def remove(self, report: str, reason: str, date: str = "", *, also: Collection[str] = ()) -> None:
        """Delete everything that was read of a report (full id) and refuse it from now on.

        `date` is the date of the removal, if it is not today. `also` are reports to remove in the same transaction. The
        names of its files are deleted too. Deleted data is overwritten; `scrub` also removes it from SQLite's
        additional files.
        """
        salt = Removals.load(LibraryPaths(self._db.path.parent).removals).salt
        with self._db.transaction():
            for each in (report, *also):
                self.publications.forget(salt, each, datetime.now(UTC).isoformat(timespec="seconds"))
                for table in ("reading", "scan", "withdrawn", "file"):
                    self._db.execute(f"DELETE FROM {table} WHERE report = ?", (each,))  # noqa: S608 - our own words
                self._db.execute("INSERT OR REPLACE INTO removed VALUES (?, ?, ?, 0)", (each, date or _today(), reason))
            self._advance()

    def reopen_removal(self, report: str) -> None:
        """Record that something of a removed report was found again, so that its removal is not complete."""
        with self._db.transaction():
            self._db.execute("UPDATE removed SET done = 0 WHERE report = ?", (report,))

    def forget_names_of_removed(self) -> None:
        """Delete the file names that earlier versions kept as failures after a removal."""
        with self._db.transaction():
            if self._db.execute("DELETE FROM file WHERE reason = ?", (Reason.REMOVED.value,)).rowcount:
                self._advance()

    def scrub(self) -> None:
        """Rewrite the whole corpus, so that no page of it contains deleted data.

        Raises Locked if somebody is reading it. Nothing is lost in that case, and it can be tried again.
        """
        with translated_errors(self._db.path):
            self._db.execute("PRAGMA temp_store = MEMORY")  # no data is written to a folder for temporary files
            self._db.execute("VACUUM")
            busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise Locked(
                f"Someone is reading {self._db.path} at the moment. Run `reviews update` later to finish the removal."
            )

    def note_removed(self) -> None:
        """Record that all removals are complete: none of their text is left."""
        with self._db.transaction():
            self._db.execute("UPDATE removed SET done = 1")

    # Queries

    def reports(self) -> list[Report]:
        """Return the reports in the library, sorted by file name, as the catalogue and the files describe them."""
        return list(self._described()[0])

    def not_held(self) -> list[Row]:
        """Return the catalogue rows that match no file."""
        return list(self._described()[1])

    def year_conflicts(self) -> list[YearConflict]:
        """Return the reports whose sources give different years, sorted by file name."""
        return list(self._described()[2])

    def report(self, id_or_prefix: str) -> Report:
        """Return the report with that id, or the only one whose id starts with it."""
        prefix = id_or_prefix.strip().lower()
        if not prefix:
            raise UsageError("Give the id of a report. `reviews reports` lists them.")
        held = self._described()[0]
        whole = next((report for report in held if report.id == prefix), None)
        found = [whole] if whole else [report for report in held if report.id.startswith(prefix)]
        if not found:
            raise NotFound(
                f"No report has an id that starts with {prefix[:64]!r}. `reviews reports` lists the reports."
            )
        if len(found) > 1:
            some = ", ".join(f"{report.id[:12]} ({', '.join(report.files)})" for report in found[:10])
            more = f" and {len(found) - 10} more" if len(found) > 10 else ""
            raise UsageError(
                f"{len(found)} reports have an id that starts with {prefix!r}: {some}{more}. Give more of the id."
            )
        return found[0]

    def failures(self) -> list[Failure]:
        """Return the files that are not reports, and why, sorted by path."""
        return [Failure(file.path, file.reason, file.detail) for file in self.files().values() if file.reason]

    def coverage(self) -> Coverage:
        """Return what a search of the current readings covers."""
        with self._db.snapshot():
            reports, *_ = self._described()
            failures = sum(failure.reason not in TAKEN_DOWN for failure in self.failures())
            waiting = len(self.waiting_files())
        return Coverage.of(reports, failures, waiting)

    def catalogue(self) -> list[Row]:
        """Return the rows of the catalogue as they were last set."""
        from corpus.catalogue.rows import Row

        rows = self._db.rows("SELECT line, cells FROM catalogue ORDER BY ordinal")
        with checked_values(self._db.path):
            return [Row(line, typed(cells, {str: str})) for line, cells in rows]

    def set_catalogue(self, rows: Sequence[Row]) -> None:
        """Replace the catalogue. Does nothing if it is unchanged."""
        new = [(n, row.line, json.dumps(dict(row.cells), ensure_ascii=False)) for n, row in enumerate(rows)]
        with self._db.transaction():
            if new != self._db.execute("SELECT ordinal, line, cells FROM catalogue ORDER BY ordinal").fetchall():
                self._db.execute("DELETE FROM catalogue")
                self._db.executemany("INSERT INTO catalogue VALUES (?, ?, ?)", new)
                self._advance()

    @property
    def revision(self) -> int:
        """A number that increases with every change that can affect an answer, in the same transaction."""
        return self._db.number("SELECT revision FROM state")

    def _described(self) -> tuple[list[Report], list[Row], list[YearConflict]]:
        from corpus.storage.described import described

        with self._db.snapshot():
            revision = self.revision
            if self._known is None or self._known[0] != revision:
                self._known = (revision, *described(self._db, self.catalogue(), self.publications.rows()))
        return self._known[1:]

    # Integrity

    def check(self) -> list[str]:
        """Return what is wrong with the corpus, and what to do, or nothing if it is sound. Reads every byte."""
        try:
            with translated_errors(self._db.path):
                faults = [row[0] for row in self._db.execute(f"PRAGMA integrity_check({_FAULTS})") if row[0] != "ok"]
                # Only one line: the others name more pages of the same file, which does not help anybody.
                problems = [f"{self._db.path} is damaged. SQLite says: {faults[0].splitlines()[-1]}."] if faults else []
                if not faults:
                    with self._db.snapshot():
                        problems = list(unsound(self._db.rows))
        except Corrupt as error:
            return [str(error)]
        return [*problems, f"Restore corpus.db {RESTORE}"] if problems else []

    def _advance(self) -> None:
        self._db.execute("UPDATE state SET revision = revision + 1")


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
