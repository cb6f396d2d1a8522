"""The corpus on disk: reports and their text, in SQLite. The only module that speaks SQL.

A *reading* is what one reader made of one report; it never changes. `put` adds a reading and makes it the current one
in one transaction, so that a report is replaced whole or not at all; the index refers to readings by number and finds
their text until they are pruned. A Store belongs to the thread that opened it; readers open their own and never wait
for a writer.
"""

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from corpus.catalogue import Row
from corpus.describe import describe
from corpus.errors import Corrupt, LimitHit, Locked, NoIndex, NotFound, ReviewsError, UsageError
from corpus.matching import Held, match
from corpus.model import (
    Aside,
    AsideRole,
    Coverage,
    Failure,
    FileRecord,
    Found,
    Hidden,
    Item,
    ItemKind,
    Page,
    Paragraph,
    Reason,
    Removal,
    Report,
    Scan,
    ScanLine,
    Section,
    SectionKind,
    Text,
    Withdrawal,
)

VERSION = 1
"""Of the schema, kept in `PRAGMA user_version`. A corpus with a higher one was made by a newer program."""

APPLICATION = int.from_bytes(b"SPRv", "big")
"""`PRAGMA application_id`: tells our file from any other SQLite file."""

_WAIT_SECONDS = 10.0  # for another writer's transaction, which takes a fraction of a second
_CHUNK = 500  # values in one IN (…), below every SQLite's limit on variables

_PARAGRAPHS = "SELECT ordinal, page, number, section, text, heading, turns FROM paragraph WHERE reading = ?"


class Store:
    """The corpus of one library. Make one with `Store.open`, use it in a `with` block or close it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._db = connection
        self._path = path
        self._known: tuple[int, list[Report], list[Row]] | None = None

    @classmethod
    def open(cls, path: Path, *, create: bool = False, read_only: bool = False) -> "Store":
        """Open the corpus at `path`; with `create`, make it when it is not there. A foreign file is not touched."""
        path = Path(path)
        with _our_errors(path):
            if create:
                # Made before SQLite does, so that nobody else may read it. SQLite's side files get the same rights.
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            elif not path.exists():
                raise NotFound(f"There is no corpus at {path}. Create a library with `reviews init`.")
            store = cls(_connect(path, read_only), path)
        try:
            with _our_errors(path):
                store._recognise(create)
                store._db.execute("PRAGMA foreign_keys = ON")
                if not read_only:
                    store._db.execute("PRAGMA journal_mode = WAL")
                    store._db.execute("PRAGMA synchronous = FULL")
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

    # Files

    def files(self) -> dict[str, FileRecord]:
        """Every file that was seen, by path."""
        rows = self._rows("SELECT path, size, mtime_ns, report, reason, detail, reader FROM file ORDER BY path")
        records = (
            FileRecord(_text(path), size, mtime, report, Reason(reason) if reason else None, detail, reader)
            for path, size, mtime, report, reason, detail, reader in rows
        )
        with _our_values(self._path):
            return {record.path: record for record in records}

    def note_file(self, record: FileRecord) -> None:
        """Say what a file is now. A report comes back with a file of it, and goes with its last file."""
        with self._transaction():
            self._note(record)

    def forget_file(self, path: str) -> None:
        """The file is gone. A report without files is no longer held, but its readings stay until they are pruned."""
        with self._transaction():
            old = self._db.execute("DELETE FROM file WHERE path = ? RETURNING report", (_blob(path),)).fetchall()
            if old:
                self._settle(old[0][0], path)
                self._advance()

    def put(self, text: Text, record: FileRecord) -> None:
        """Add a reading of a report and the file it was read from, whole or not at all."""
        unread = sum(page.unread is not None for page in text.pages)
        with self._transaction():
            insert = "INSERT INTO reading (report, reader, current, pages, unread_pages) VALUES (?, ?, 0, ?, ?)"
            reading = self._db.execute(insert, (text.id, text.reader, len(text.pages), unread)).lastrowid
            self._db.executemany(
                "INSERT INTO page VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    (reading, p.number, p.label, p.reader, p.unread, p.confidence, " ".join(p.withheld))
                    for p in text.pages
                ),
            )
            self._db.executemany(
                "INSERT INTO section VALUES (?, ?, ?, ?)",
                ((reading, s.ordinal, s.kind.value, s.heading) for s in text.sections),
            )
            self._db.executemany(
                "INSERT INTO paragraph VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        reading,
                        p.ordinal,
                        p.page,
                        p.turns[-1][1] if p.turns else p.page,
                        p.number,
                        p.section,
                        p.heading,
                        " ".join(f"{offset}:{page}" for offset, page in p.turns),
                        p.text,
                    )
                    for p in text.paragraphs
                ),
            )
            self._db.executemany(
                "INSERT INTO aside VALUES (?, ?, ?, ?, ?, ?)",
                ((reading, n, a.page, a.before, a.role.value, a.text) for n, a in enumerate(text.asides)),
            )
            self._db.executemany(
                "INSERT INTO found VALUES (?, ?, ?, ?, ?)",
                ((reading, name, f.value, f.source, f.confidence) for name, f in text.found.items()),
            )
            self._db.executemany(
                "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?)",
                ((reading, n, i.kind.value, i.first, i.last, i.addressee) for n, i in enumerate(text.items)),
            )
            self._note(record)
            self._settle(text.id, record.path)
            self._advance()

    def holds(self, report: str, *readers: str) -> bool:
        """Whether the latest reading of the report was made by one of them, so that it need not be read again."""
        return self.reader_of(report) in readers

    def reader_of(self, report: str) -> str:
        """What made the latest reading of the report; "" when it was never read."""
        rows = self._rows("SELECT reader FROM reading WHERE report = ? ORDER BY id DESC LIMIT 1", (report,))
        return str(rows[0][0]) if rows else ""

    def keep_scan(self, report: str, scan: Scan) -> None:
        """Keep what OCR read, whatever becomes of the report: it took seconds a page."""
        lines = json.dumps(scan.lines, ensure_ascii=False)
        row = (scan.page, scan.languages, scan.engine, scan.confidence, scan.width, scan.turned, lines)
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO scan VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (report, *row))

    def scans(self, report: str, languages: str) -> dict[int, Scan]:
        """What OCR has read of a report so far, by page."""
        select = (
            "SELECT page, languages, engine, confidence, width, turned, lines FROM scan "
            "WHERE report = ? AND languages = ?"
        )
        with _our_values(self._path):
            return {
                page: Scan(page, asked, by, sure, width, turned, tuple(map(ScanLine.of, json.loads(lines))))
                for page, asked, by, sure, width, turned, lines in self._rows(select, (report, languages))
            }

    def prune(self, keep: Collection[int]) -> int:
        """Delete the readings that are neither current nor in `keep` (which kept indexes refer to). Says how many."""
        with self._transaction():
            old = {number for (number,) in self._db.execute("SELECT id FROM reading WHERE current = 0")} - set(keep)
            self._db.executemany("DELETE FROM reading WHERE id = ?", ((number,) for number in sorted(old)))
        return len(old)

    def _note(self, record: FileRecord) -> None:
        path = _blob(record.path)
        old = self._db.execute("SELECT report, reason, detail FROM file WHERE path = ?", (path,)).fetchone()
        reason = record.reason.value if record.reason else None
        self._db.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?)",
            (path, record.size, record.mtime_ns, record.report, reason, record.detail, record.reader),
        )
        if old != (record.report, reason, record.detail):
            for report in {record.report, old[0] if old else None}:
                self._settle(report, record.path, record.report)
            self._advance()

    def _settle(self, report: str | None, path: str, replaced_by: str | None = None) -> None:
        """Make the latest reading of the report current if a file of it is there; otherwise it is withdrawn.

        path: the file that came or went, and what it is now.
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
                row = (report, words, _blob(path), _today(), replaced_by)
                self._db.execute("INSERT OR REPLACE INTO withdrawn VALUES (?, ?, ?, ?, ?)", row)
        self._db.execute(
            "UPDATE reading SET current = 0 WHERE report = ? AND current = 1 AND id IS NOT ?", (report, wanted)
        )
        self._db.execute("UPDATE reading SET current = 1 WHERE id = ? AND current = 0", (wanted,))

    # What went

    def withdrawals(self) -> list[Withdrawal]:
        """The reports that were held once and have no file any more, the latest first."""
        rows = self._rows("SELECT report, title, file, date, replaced_by FROM withdrawn ORDER BY date DESC, report")
        return [Withdrawal(report, title, _text(path), *rest) for report, title, path, *rest in rows]

    def removals(self) -> list[Removal]:
        """The reports that were removed for good, the latest first."""
        rows = self._rows("SELECT report, date, reason, done FROM removed ORDER BY date DESC, report")
        return [Removal(report, date, reason, bool(done)) for report, date, reason, done in rows]

    def known(self, prefix: str) -> str:
        """The full id of a report that is held, or was, by the beginning of it."""
        try:
            return self.report(prefix).id
        except NotFound:
            wanted = prefix.strip().lower()
            past = [each.report for each in self.withdrawals()]
            past += [
                report for (report,) in self._rows("SELECT DISTINCT report FROM reading UNION SELECT report FROM scan")
            ]
            found = {report for report in past if report.startswith(wanted)}
            if len(found) != 1:
                raise
            return found.pop()

    def remove(self, report: str, reason: str) -> None:
        """Delete everything that was read of a report (full id) and refuse it from now on.

        Its files become failures, so that no run reads them again. What was deleted is overwritten; `scrub` also takes
        it out of what SQLite keeps beside.
        """
        refused = (Reason.REMOVED.value, f"removed on {_today()}", report)
        with _our_errors(self._path):
            self._db.execute("PRAGMA secure_delete = ON")
        with self._transaction():
            for table in ("reading", "scan", "withdrawn"):
                self._db.execute(f"DELETE FROM {table} WHERE report = ?", (report,))  # noqa: S608 - our own words
            self._db.execute("UPDATE file SET report = NULL, reason = ?, detail = ? WHERE report = ?", refused)
            self._db.execute("INSERT OR REPLACE INTO removed VALUES (?, ?, ?, 0)", (report, _today(), reason))
            self._advance()

    def scrub(self) -> None:
        """Write the whole corpus anew, so that no page of it holds anything that was deleted.

        Raises Locked when a reader stands in the way; nothing is lost then, and it can be tried again.
        """
        with _our_errors(self._path):
            self._db.execute("PRAGMA temp_store = MEMORY")  # nothing of it goes to a folder for temporary files
            self._db.execute("VACUUM")
            busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise Locked(
                f"Somebody is reading {self._path} just now. Run `reviews update` later to finish the removal."
            )

    def note_removed(self) -> None:
        """Say that all removals are done: nothing of their text is left."""
        with self._transaction():
            self._db.execute("UPDATE removed SET done = 1")

    # Text

    def readings(self) -> list[tuple[int, str]]:
        """Number and report id of each current reading, ordered by report id."""
        return self._rows("SELECT id, report FROM reading WHERE current = 1 ORDER BY report")

    def reading(self, report: str) -> int:
        """The current reading of a report (full id)."""
        rows = self._rows("SELECT id FROM reading WHERE current = 1 AND report = ?", (report,))
        if not rows:
            raise NotFound(f"No report {report[:12]} is held. `reviews reports` lists those that are.")
        return int(rows[0][0])

    def text(self, reading: int) -> Text:
        """Everything that was read."""
        with self._snapshot():
            rows = self._rows("SELECT report, reader FROM reading WHERE id = ?", (reading,))
            if not rows:
                raise NotFound(f"Reading {reading} is no longer held. Run `reviews index`, then ask again.")
            with _our_values(self._path):
                return Text(
                    id=rows[0][0],
                    pages=tuple(self.pages(reading)),
                    sections=tuple(self.sections(reading)),
                    paragraphs=tuple(
                        _paragraph(row) for row in self._rows(f"{_PARAGRAPHS} ORDER BY ordinal", (reading,))
                    ),
                    asides=tuple(
                        Aside(page, before, AsideRole(role), text)
                        for page, before, role, text in self._rows(
                            "SELECT page, before, role, text FROM aside WHERE reading = ? ORDER BY ordinal", (reading,)
                        )
                    ),
                    found={
                        name: Found(value, source, confidence)
                        for name, value, source, confidence in self._rows(
                            "SELECT field, value, source, confidence FROM found WHERE reading = ?", (reading,)
                        )
                    },
                    reader=rows[0][1],
                    items=tuple(self.items(reading)),
                )

    def pages(self, reading: int) -> list[Page]:
        """The pages of a reading in order."""
        select = (
            "SELECT number, label, reader, unread, confidence, withheld FROM page WHERE reading = ? ORDER BY number"
        )
        with _our_values(self._path):
            return [
                Page(number, label, reader, unread, confidence, tuple(map(Hidden, withheld.split())))
                for number, label, reader, unread, confidence, withheld in self._rows(select, (reading,))
            ]

    def odd_pages(self, reading: int) -> list[Page]:
        """The pages of a reading that are unread, or from which something was withheld."""
        return [page for page in self.pages(reading) if page.unread or page.withheld]

    def sections(self, reading: int) -> list[Section]:
        """The sections of a reading in order."""
        select = "SELECT ordinal, kind, heading FROM section WHERE reading = ? ORDER BY ordinal"
        with _our_values(self._path):
            return [Section(n, SectionKind(kind), heading) for n, kind, heading in self._rows(select, (reading,))]

    def items(self, reading: int, kind: ItemKind | None = None) -> list[Item]:
        """The recommendations and findings of a reading, or those of one kind, in the order in which they stand."""
        select = "SELECT kind, first, last, addressee FROM item WHERE reading = ? ORDER BY ordinal"
        with self._snapshot(), _our_values(self._path):
            rows = [row for row in self._rows(select, (reading,)) if kind is None or row[0] == kind.value]
            if not rows:
                return []
            sections = self.sections(reading)
            inside = {ordinal for _, first, last, _ in rows for ordinal in range(first, last + 1)}
            texts = {paragraph.ordinal: paragraph for paragraph in self.paragraphs(reading, inside)}
            found = []
            for name, first, last, addressee in rows:
                paragraphs = [texts[ordinal] for ordinal in range(first, last + 1)]
                found.append(Item.of(ItemKind(name), paragraphs, sections[paragraphs[0].section], addressee))
            return found

    def paragraphs(self, reading: int, ordinals: Collection[int]) -> list[Paragraph]:
        """Some paragraphs of a reading, in order, each once."""
        wanted = sorted(set(ordinals))
        found: list[Paragraph] = []
        with _our_values(self._path):
            for start in range(0, len(wanted), _CHUNK):
                chunk = wanted[start : start + _CHUNK]
                marks = ",".join("?" * len(chunk))
                select = f"{_PARAGRAPHS} AND ordinal IN ({marks}) ORDER BY ordinal"
                found += map(_paragraph, self._rows(select, (reading, *chunk)))
        if len(found) != len(wanted):
            raise Corrupt(
                f"The index speaks of paragraphs that reading {reading} of the corpus does not have. "
                "Run `reviews index --rebuild`."
            )
        return found

    def indexable(self, reading: int) -> list[tuple[str, str, bool]]:
        """For the indexer: (text, kind of section, is it a heading) of every paragraph, in order."""
        kinds: dict[int, str] = dict(self._rows("SELECT ordinal, kind FROM section WHERE reading = ?", (reading,)))
        select = "SELECT text, section, heading FROM paragraph WHERE reading = ? ORDER BY ordinal"
        with _our_values(self._path):
            return [(text, kinds[section], bool(heading)) for text, section, heading in self._rows(select, (reading,))]

    def page_text(self, reading: int, number: int) -> list[Paragraph | Aside]:
        """What stands on a page, in order. A paragraph over a page break is given whole on each of its pages."""
        with self._snapshot(), _our_values(self._path):
            if not self._rows("SELECT 1 FROM page WHERE reading = ? AND number = ?", (reading, number)):
                last = self._rows("SELECT pages FROM reading WHERE id = ?", (reading,))
                raise NotFound(f"There is no page {number}: the report has pages 1 to {last[0][0] if last else 0}.")
            select = f"{_PARAGRAPHS} AND page <= ? AND last_page >= ? ORDER BY ordinal"
            paragraphs = [_paragraph(row) for row in self._rows(select, (reading, number, number))]
            select = "SELECT page, before, role, text FROM aside WHERE reading = ? AND page = ? ORDER BY ordinal"
            asides = [
                Aside(page, n, AsideRole(role), text) for page, n, role, text in self._rows(select, (reading, number))
            ]
        # The sort is stable: asides come before the paragraph that they precede, and keep their own order.
        pieces: list[Paragraph | Aside] = [*asides, *paragraphs]
        return sorted(pieces, key=lambda piece: piece.before if isinstance(piece, Aside) else piece.ordinal)

    # What is known

    def reports(self) -> list[Report]:
        """The reports that are held, ordered by file name, as the catalogue and the files describe them."""
        return list(self._described()[0])

    def not_held(self) -> list[Row]:
        """The rows of the catalogue that fit no file: catalogued, not held."""
        return list(self._described()[1])

    def report(self, id_or_prefix: str) -> Report:
        """The report with that id, or whose id alone begins so."""
        prefix = id_or_prefix.strip().lower()
        if not prefix:
            raise UsageError("The id of a report is missing. `reviews reports` lists them.")
        found = [report for report in self.reports() if report.id.startswith(prefix)]
        if not found:
            raise NotFound(
                f"No report has an id that begins with {prefix[:64]!r}. `reviews reports` lists those that are held."
            )
        if len(found) > 1:
            some = ", ".join(f"{report.id[:12]} ({', '.join(report.files)})" for report in found[:10])
            more = f" and {len(found) - 10} more" if len(found) > 10 else ""
            raise UsageError(
                f"{prefix!r} begins the id of {len(found)} reports: {some}{more}. Give more letters of the id."
            )
        return found[0]

    def failures(self) -> list[Failure]:
        """The files that are not reports, and why, ordered by path."""
        return [Failure(file.path, file.reason, file.detail) for file in self.files().values() if file.reason]

    def coverage(self) -> Coverage:
        """What a search over the current readings covers."""
        select = "SELECT count(*), sum(unread_pages < pages), sum(unread_pages) FROM reading WHERE current = 1"
        with self._snapshot():
            reports, searchable, unread = self._rows(select)[0]
            failures = self._number("SELECT count(*) FROM file WHERE reason IS NOT NULL")
        return Coverage(reports, searchable or 0, unread or 0, failures)

    def catalogue(self) -> list[Row]:
        """The rows of the catalogue as they were last set."""
        rows = self._rows("SELECT line, cells FROM catalogue ORDER BY ordinal")
        with _our_values(self._path):
            return [Row(line, json.loads(cells)) for line, cells in rows]

    def set_catalogue(self, rows: Sequence[Row]) -> None:
        """Replace the catalogue. Nothing happens when it is the same as before."""
        new = [(n, row.line, json.dumps(dict(row.cells), ensure_ascii=False)) for n, row in enumerate(rows)]
        with self._transaction():
            if new != self._db.execute("SELECT ordinal, line, cells FROM catalogue ORDER BY ordinal").fetchall():
                self._db.execute("DELETE FROM catalogue")
                self._db.executemany("INSERT INTO catalogue VALUES (?, ?, ?)", new)
                self._advance()

    @property
    def revision(self) -> int:
        """Grows with every change that can change an answer, in the same transaction as the change."""
        return self._number("SELECT revision FROM state")

    def _described(self) -> tuple[list[Report], list[Row]]:
        with self._snapshot():
            revision = self.revision
            if self._known is None or self._known[0] != revision:
                self._known = (revision, *self._describe())
        return self._known[1:]

    def _describe(self) -> tuple[list[Report], list[Row]]:
        found: dict[str, dict[str, tuple[str, str]]] = {}
        for report, name, value, source in self._rows(
            "SELECT report, field, value, source FROM found JOIN reading ON reading = id WHERE current = 1"
        ):
            found.setdefault(report, {})[name] = (value, source)
        files: dict[str, list[str]] = {}
        for path, report in self._rows("SELECT path, report FROM file WHERE report IS NOT NULL"):
            files.setdefault(report, []).append(_text(path))
        current = self._rows("SELECT report, pages, unread_pages FROM reading WHERE current = 1")
        rows = self.catalogue()
        held = [
            Held(report, tuple(files.get(report, ())), found.get(report, {}).get("title", ("", ""))[0])
            for report, _, _ in current
        ]
        matched = match(rows, held)
        reports = [
            describe(report, sorted(files.get(report, ())), counts, found.get(report, {}), matched.get(report))
            for report, *counts in current
        ]
        used = {id(row) for row in matched.values()}
        return sorted(reports, key=lambda r: (r.files, r.id)), [row for row in rows if id(row) not in used]

    # Soundness

    def check(self) -> list[str]:
        """What is wrong with the corpus, as sentences; nothing when it is sound. Reads every byte."""
        try:
            with _our_errors(self._path):
                problems = [f"SQLite: {row[0]}" for row in self._db.execute("PRAGMA integrity_check") if row[0] != "ok"]
                if not problems:
                    with self._snapshot():
                        problems = list(self._unsound())
        except Corrupt as error:
            problems = [str(error)]
        return problems

    def _unsound(self) -> Iterator[str]:
        for row in self._rows("PRAGMA foreign_key_check"):
            yield f"A row of {row[0]} belongs to no reading."
        for sentence, select in _MUST_BE_EMPTY.items():
            for row in self._rows(select):
                yield sentence.format(*row)
        kinds, roles, reasons, items = (
            {str(member) for member in members} for members in (SectionKind, AsideRole, Reason, ItemKind)
        )
        for known, select in (
            (kinds, "SELECT DISTINCT kind FROM section"),
            (roles, "SELECT DISTINCT role FROM aside"),
            (reasons, "SELECT DISTINCT reason FROM file WHERE reason IS NOT NULL"),
            (items, "SELECT DISTINCT kind FROM item"),
        ):
            for (value,) in self._rows(select):
                if value not in known:
                    yield f"{value!r} is not a word that this program knows."
        counts = Counter({row[0]: row[1] for row in self._rows("SELECT id, pages FROM reading")})
        for reading, ordinal, page, last, length, turns in self._rows(
            "SELECT reading, ordinal, page, last_page, length(text), turns FROM paragraph WHERE turns <> ''"
        ):
            try:
                pairs = _turns(turns)
            except ValueError:
                pairs = ((-1, -1),)
            offsets, pages = [offset for offset, _ in pairs], [page, *(number for _, number in pairs)]
            rising = offsets == sorted(set(offsets)) and pages == sorted(set(pages))
            if not rising or offsets[0] < 0 or offsets[-1] > length or pages[-1] != last or last > counts[reading]:
                yield f"Paragraph {ordinal} of reading {reading} turns its pages wrongly."

    # SQL

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of it or nothing, and on the disk when it ends."""
        with _our_errors(self._path):
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
        with _our_errors(self._path):
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("ROLLBACK")

    def _advance(self) -> None:
        self._db.execute("UPDATE state SET revision = revision + 1")

    def _rows(self, select: str, values: Sequence[object] = ()) -> list[Any]:
        with _our_errors(self._path):
            return self._db.execute(select, values).fetchall()

    def _number(self, select: str) -> int:
        return int(self._rows(select)[0][0])


_MUST_BE_EMPTY = {
    "Reading {0} has paragraphs that are not numbered 0, 1, 2 …": (
        "SELECT reading FROM paragraph GROUP BY reading HAVING min(ordinal) <> 0 OR max(ordinal) <> count(*) - 1"
    ),
    "Reading {0} has sections that are not numbered 0, 1, 2 …": (
        "SELECT reading FROM section GROUP BY reading HAVING min(ordinal) <> 0 OR max(ordinal) <> count(*) - 1"
    ),
    "Reading {0} does not have the pages that it counts.": (
        "SELECT id FROM reading LEFT JOIN page ON reading = id GROUP BY id HAVING count(number) <> reading.pages "
        "OR count(unread) <> unread_pages OR (count(number) AND (min(number) <> 1 OR max(number) <> count(number)))"
    ),
    "Paragraph {1} of reading {0} stands on no page of it.": (
        "SELECT reading, ordinal FROM paragraph JOIN reading ON id = reading "
        "WHERE page < 1 OR last_page < page OR last_page > pages OR (turns = '' AND last_page <> page)"
    ),
    "Paragraph {1} of reading {0} stands in no section of it.": (
        "SELECT p.reading, p.ordinal FROM paragraph AS p LEFT JOIN section AS s "
        "ON s.reading = p.reading AND s.ordinal = p.section WHERE s.ordinal IS NULL"
    ),
    "Item {1} of reading {0} has no paragraphs there.": (
        "SELECT i.reading, i.ordinal FROM item AS i LEFT JOIN paragraph AS p "
        "ON p.reading = i.reading AND p.ordinal BETWEEN i.first AND i.last "
        "GROUP BY i.reading, i.ordinal HAVING count(p.ordinal) <> i.last - i.first + 1"
    ),
    "The file {0} names a report that was never read.": (
        "SELECT CAST(path AS TEXT) FROM file WHERE report IS NOT NULL AND report NOT IN (SELECT report FROM reading)"
    ),
    "The report {0} has a file but no current reading.": (
        "SELECT DISTINCT report FROM file WHERE report IN (SELECT report FROM reading) "
        "AND report NOT IN (SELECT report FROM reading WHERE current = 1)"
    ),
    "The report {0} has a current reading but no file.": (
        "SELECT report FROM reading WHERE current = 1 "
        "AND report NOT IN (SELECT report FROM file WHERE report IS NOT NULL)"
    ),
}
"""What must not be found in a sound corpus: a sentence, and the question whose every answer is a fault."""


def _paragraph(row: tuple[int, int, str | None, int, str, int, str]) -> Paragraph:
    ordinal, page, number, section, text, heading, turns = row
    return Paragraph(ordinal, page, number, section, text, bool(heading), _turns(turns) if turns else ())


def _turns(stored: str) -> tuple[tuple[int, int], ...]:
    pairs = (pair.split(":") for pair in stored.split())
    return tuple((int(offset), int(page)) for offset, page in pairs)


def _blob(path: str) -> str | bytes:
    """A file name as it can be stored: one that is not Unicode has lone surrogates, which SQLite refuses."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")
    return path


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _text(stored: str | bytes) -> str:
    return stored.decode("utf-8", "surrogatepass") if isinstance(stored, bytes) else stored


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:
    address = path.resolve().as_uri() + ("?mode=ro" if read_only else "?mode=rw")
    if read_only and not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists():
        address += "&immutable=1"  # on a read-only disk SQLite cannot make its side files, and nobody can be writing
    return sqlite3.connect(address, timeout=_WAIT_SECONDS, isolation_level=None, uri=True)


@contextmanager
def _our_values(path: Path) -> Iterator[None]:
    """A stored word that the model does not know: the file was damaged."""
    try:
        yield
    except (ValueError, KeyError) as error:
        raise _damaged(path) from error


@contextmanager
def _our_errors(path: Path) -> Iterator[None]:
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
