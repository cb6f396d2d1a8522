"""Background jobs for sheets of queries.

A sheet is read and shown first, then run; one runs at a time. Results are kept for an hour.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from corpus.disk.atomic import write_atomic
from corpus.disk.regular_file import read_list
from corpus.disk.typed_json import typed
from corpus.errors import LimitHit, NotFound, ReviewsError, UsageError
from corpus.paths import LibraryPaths
from reviews.library import Library
from reviews.web.repeating import RECORD, asked, changes
from reviews.web.serving.shared_state import SharedState
from reviews.web.serving.turns import Turns
from reviews.web.sheet_folders import SheetFolder, drop_abandoned
from search.sheets.checked import checked

if TYPE_CHECKING:
    from search.batch.runner import BatchSummary
    from search.parsing.parser import Parsed

FORMS = (".xlsx", ".csv", ".tsv", ".txt", ".jsonl", RECORD)
_LINES = 50_000  # lines of a sheet as text: reading more would take seconds, only to refuse it
_KEPT_SECONDS = 3600.0
_PER_PERSON = 5  # sheets waiting or running at the same time
_MOST = 20  # of all people together
_READ, _READ_EACH = 4, 2  # sheets being read at once, in all and for each person: fewer than a process has threads
_HELD = 10  # sheets of one person that are not running: finished, or read and not started
_CHECKED = 2_000  # queries that are parsed before a sheet is shown: a second, or five with themes
_SHOWN = 200  # rows of a sheet or of its results that a page shows
_ABOUT, _SHEET = "about.json", "sheet"
_ROW = {"line": int, "query": str, "error": str}
_COUNT = {**_ROW, "reports": (int, None), "of": int, "mentions": (int, None)}
_NOTED = {
    "name": str,
    "read": str,
    "error?": str,
    "rows?": [{**_ROW, "filters": {str: str}}],
    "faulty?": [_ROW],
    "counts?": [_COUNT],
    "changes?": ({str: object}, None),
    "coverage?": {str: int},
}
_TAKEN_DOWN = "A report was removed from the library, and your sheet may have quoted it. Upload the sheet again."
_GONE = "This sheet is no longer here. Results are kept for an hour, or until a report is removed. Upload it again."
_BUG = "Something went wrong. Tell the person who runs this page."
_SAID = {
    "taken down": _TAKEN_DOWN,
    "lost": "The server was interrupted while it ran the queries. Upload the sheet again.",
}
"""The message for a state of a sheet, where it does not depend on the sheet."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The current state of one sheet.

    `read` is the part of it that contains the queries. `done` and `total` count queries. `error` is why it could not
    finish. `waits` means that it has been read, but the person has not started it yet. `rows` are its first queries,
    each with `line`, `query`, `filters` and `error`. `faulty` are the rows that cannot be run. `counts` are the results
    of the first queries, once it is ready, each with `line`, `query`, `reports`, `of`, `mentions` and `error`.
    `changes` is what has changed since an earlier run (`repeating.changes`), if its record was uploaded. `coverage` is
    what was searched. `minutes` are the whole minutes since it was uploaded.
    """

    id: str
    name: str
    folder: Path
    total: int
    read: str
    done: int = 0
    errors: int = 0
    ready: bool = False
    error: str = ""
    waits: bool = False
    rows: tuple[dict[str, Any], ...] = ()
    faulty: tuple[dict[str, Any], ...] = ()
    counts: tuple[dict[str, Any], ...] = ()
    changes: dict[str, Any] | None = None
    coverage: dict[str, int] | None = None
    minutes: int = 0

    @property
    def out(self) -> Path:
        return self.folder / "answers.xlsx"

    @property
    def checked(self) -> int:
        """How many of its queries, from the first, were parsed before it was shown."""
        return min(self.total, _CHECKED)

    @property
    def repeats(self) -> bool:
        """Whether it is the record of an earlier sheet."""
        return Path(self.name).suffix.lower() == RECORD

    def book(self) -> bytes:
        """Return the finished workbook. Raises NotFound before it is ready."""
        return self._finished(self.out)

    def table(self, name: str) -> bytes:
        """Return a finished tidy table as CSV: by, pairs or terms. Raises NotFound before it is ready."""
        return self._finished(self.out.with_suffix(f".{name}.csv"))

    def record(self) -> bytes:
        """Return what is needed to repeat it later. Raises NotFound before it is ready."""
        try:
            stored = typed(self._finished(self.out.with_suffix(".about.json")), {str: object})
        except ValueError as error:
            raise NotFound(_GONE) from error
        return json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    def _finished(self, path: Path) -> bytes:
        if not self.ready:
            raise NotFound("The answers are not ready yet. Check the progress page and try again when they are.")
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise NotFound(_TAKEN_DOWN) from error

    def to_dict(self) -> dict[str, Any]:
        names = ("done", "total", "errors", "ready", "error", "read", "waits", "changes", "coverage")
        return {**{name: getattr(self, name) for name in names}, "counts": list(self.counts)}


class Batches:
    """All sheets, in a private folder that is deleted when the server stops or a report is removed.

    The progress of each sheet is in the state that all processes of the server share. Its name and its error may quote
    its queries, so these are in the private folder.
    """

    def __init__(self, library: Path, folder: SheetFolder | None = None, state: SharedState | None = None) -> None:
        self._library = library
        self._folder = folder or SheetFolder(LibraryPaths(library).cache)
        self._state = state or SharedState()
        drop_abandoned(LibraryPaths(library).cache)
        self._turn = threading.Lock()
        self._readings = Turns(_READ, _READ_EACH, "Too many sheets are being read. Wait a minute, then upload yours.")
        self._closed = False

    def begin(self, data: bytes, name: str, person: str, web: str) -> Batch:
        """Read a sheet and start running it: `take` and `run`."""
        return self.run(self.take(data, name, person).id, person, web)

    def take(self, data: bytes, name: str, person: str, parsed: Callable[[str], Parsed] | None = None) -> Batch:
        """Read a sheet, or the record of one, to show before it runs. `person` is the account that uploaded it.

        `parsed` reads a query, to show also the rows with one that cannot be run. Raises UsageError if it has no
        queries, and LimitHit if too many sheets are being read.
        """
        if Path(name).suffix.lower() not in FORMS:
            raise UsageError(
                f"{Path(name).name[:100]} is not a sheet of queries. Choose a file that ends in {', '.join(FORMS)}."
            )
        if data.count(b"\n") > _LINES and Path(name).suffix.lower() != RECORD:
            raise UsageError(f"The sheet has more than {_LINES:,} lines. Split it into smaller sheets.")
        with self._readings.turn(person):
            sheet = asked(data, name).sheet
        key, account = secrets.token_urlsafe(16), self._state.hashed(person)
        row = (key, account, os.getpid(), time.monotonic(), len(sheet.questions), "waits")
        self._forget()
        with self._state.transaction() as rows:
            insert = "INSERT INTO sheet (id, account, process, begun, total, state) VALUES (?, ?, ?, ?, ?, ?)"
            rows.execute(insert, row)
            older = (
                "SELECT id FROM sheet WHERE account = ? AND state != 'running' ORDER BY begun DESC LIMIT -1 OFFSET ?"
            )
            old = rows.execute(older, (account, _HELD)).fetchall()
            rows.executemany("DELETE FROM sheet WHERE id = ?", old)
        self._delete(old)
        shown = [
            {"line": each.line, "query": each.query, "filters": dict(each.given), "error": each.error}
            for each in (
                checked(row, parsed) if parsed and number < _CHECKED else row
                for number, row in enumerate(sheet.questions)
            )
        ]
        about = {
            "name": Path(name).name[:100],
            "read": sheet.read,
            "rows": shown[:_SHOWN],
            "faulty": [row for row in shown if row["error"]][:_SHOWN],
        }
        folder = self._folder.make(key)
        write_atomic(folder / _SHEET, data)
        _note(folder, about)
        return self.find(key, person)

    def run(self, id: str, person: str, web: str) -> Batch:
        """Start running a sheet that was read. If it is already running or finished, nothing happens.

        Raises NotFound for somebody else's sheet, and LimitHit if too many are waiting.
        """
        held = self.find(id, person)
        account = self._state.hashed(person)
        with self._state.transaction() as rows:
            counted = "SELECT coalesce(sum(account = ?), 0), count(*) FROM sheet WHERE state = 'running'"
            ((mine, every),) = rows.execute(counted, (account,))
            starts = rows.execute("SELECT 1 FROM sheet WHERE id = ? AND state = 'waits'", (id,)).fetchone()
            if starts and (mine >= _PER_PERSON or every >= _MOST):
                raise LimitHit("Too many sheets are waiting. Wait until one is finished, then run yours.")
            start = "UPDATE sheet SET state = 'running', process = ? WHERE id = ? AND state = 'waits'"
            rows.execute(start, (os.getpid(), id))
        if starts:
            about = _noted(held.folder)
            threading.Thread(target=self._answer, args=(id, about, web), daemon=True).start()
        return self.find(id, person)

    def of(self, person: str) -> list[Batch]:
        """Return all sheets of a person, the latest first."""
        self._forget()
        with self._state.transaction() as rows:
            select = "SELECT id FROM sheet WHERE account = ? ORDER BY begun DESC"
            found = rows.execute(select, (self._state.hashed(person),)).fetchall()
        return [self.find(key, person) for (key,) in found]

    def find(self, id: str, person: str) -> Batch:
        """Return a sheet of this person. Raises NotFound for any other."""
        self._forget()
        with self._state.transaction() as rows:
            select = "SELECT total, done, errors, state, begun FROM sheet WHERE id = ? AND account = ?"
            found = rows.execute(select, (id, self._state.hashed(person))).fetchone()
        if found is None:
            raise NotFound(_GONE)
        total, done, errors, state, begun = found
        folder = self._folder.of(id)
        about = _noted(folder)
        error = _SAID.get(state) or (about.get("error", _BUG) if state == "failed" else "")
        return Batch(
            id,
            about["name"],
            folder,
            total,
            about["read"],
            done,
            errors,
            state == "ready",
            error,
            waits=state == "waits",
            rows=tuple(about.get("rows", ())),
            faulty=tuple(about.get("faulty", ())),
            counts=tuple(about.get("counts", ())),
            changes=about.get("changes"),
            coverage=about.get("coverage"),
            minutes=int((time.monotonic() - begun) // 60),
        )

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Yield a private folder for a file that is sent immediately.

        If the server is killed, what remains in it is deleted like the results of a sheet.
        """
        folder = self._folder.make(secrets.token_urlsafe(16))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Delete all sheets and results, if this process created the folder."""
        self._closed = True
        self._state.close()
        self._folder.close()

    def lost(self, process: int) -> None:
        """Record that a process has ended, and that the sheets it was running will never be ready."""
        with self._state.transaction() as rows:
            rows.execute("UPDATE sheet SET state = 'lost' WHERE process = ? AND state = 'running'", (process,))
        self._state.close()  # SQLite's connections must not be open in a process that forks

    def delete_finished(self) -> None:
        """Delete every finished workbook, because it may quote a report that has been removed."""
        with self._state.transaction() as rows:
            done = rows.execute("SELECT id FROM sheet WHERE state = 'ready'").fetchall()
        for (key,) in done:
            shutil.rmtree(self._folder.of(key), ignore_errors=True)

    def _delete(self, ids: Sequence[tuple[str]]) -> None:
        for (key,) in ids:
            shutil.rmtree(self._folder.of(key), ignore_errors=True)

    def _answer(self, id: str, about: dict[str, Any], web: str) -> None:
        folder = self._folder.of(id)

        def progress(done: int, total: int) -> None:
            self._set(id, done=done, total=total)

        before = removals_seen(self._library)
        try:
            given = (folder / _SHEET).read_bytes()
        except FileNotFoundError:  # a removal deleted it in the meantime
            self._set(id, state="taken down")
            return
        try:
            wanted = asked(given, about["name"])
            sheet, earlier = wanted.sheet, wanted.before
            with self._one_at_a_time(), Library(self._library) as library:
                found = library.batch(
                    sheet.questions,
                    folder / "answers.xlsx",
                    web=web,
                    sheet=earlier.sheet if earlier else about["name"],
                    read=earlier.read if earlier else about["read"],
                    progress=progress,
                )
            if removals_seen(self._library) != before:
                shutil.rmtree(folder, ignore_errors=True)
                self._set(id, state="taken down")
                return
            changed = changes(earlier, found.about) if earlier else None
            searched = found.about.coverage.to_dict()
            _note(folder, {**about, "counts": _counts(found), "changes": changed, "coverage": searched})
            self._set(id, errors=found.errors, state="ready")
        except ReviewsError as error:
            shutil.rmtree(folder, ignore_errors=True)  # nobody can download it, and it may quote a removed report
            if removals_seen(self._library) != before:  # the queries may quote it too
                about = {name: about[name] for name in ("name", "read")}
            with suppress(OSError, ReviewsError):  # the parent folder may be gone too, or the disk full
                folder.mkdir(mode=0o700, exist_ok=True)
                _note(folder, {**about, "error": str(error)})
            self._set(id, state="failed")
        except Exception as error:  # noqa: BLE001 - tell the person that it will never be ready
            shutil.rmtree(folder, ignore_errors=True)
            logging.getLogger("reviews.web").error("bug in a batch: %s", type(error).__name__)
            self._set(id, state="failed")

    def _set(self, id: str, **values: int | str) -> None:
        if self._closed:
            return
        columns = ", ".join(f"{name} = ?" for name in values)
        with self._state.transaction() as rows:
            rows.execute(f"UPDATE sheet SET {columns} WHERE id = ?", (*values.values(), id))  # noqa: S608 - our own names

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Wait for a sheet's turn, across all processes."""
        with self._turn, FileLock(self._folder.path() / ".turn", mode=0o600):
            yield

    def _forget(self) -> None:
        over = time.monotonic() - _KEPT_SECONDS
        with self._state.transaction() as rows:
            old = rows.execute("SELECT id FROM sheet WHERE begun < ? AND state != 'running'", (over,)).fetchall()
            rows.executemany("DELETE FROM sheet WHERE id = ?", old)
        self._delete(old)


def _counts(found: BatchSummary) -> list[dict[str, Any]]:
    """Return what each of the first queries found."""
    return [
        {
            "line": answer.question.line,
            "query": answer.question.query,
            "reports": answer.reports,
            "of": answer.of,
            "mentions": answer.mentions,
            "error": answer.cause,
        }
        for answer in found.about.answers[:_SHOWN]
    ]


def _note(folder: Path, about: dict[str, Any]) -> None:
    write_atomic(folder / _ABOUT, json.dumps(about, ensure_ascii=False).encode("utf-8", "replace"))


def _noted(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = typed(read_list(folder / _ABOUT), _NOTED)
    except (OSError, ValueError):  # a removal deleted it, or somebody changed it
        return {"name": "your sheet", "read": ""}
    return found


def removals_seen(library: Path) -> tuple[int, int]:
    """Return a value that changes whenever a report is removed from the library."""
    try:
        status = LibraryPaths(library).removals.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_ino
