"""Background jobs for sheets of queries: one runs at a time, and results are kept for an hour."""

from __future__ import annotations

import logging
import secrets
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.errors import LimitHit, NotFound, ReviewsError, UsageError
from corpus.paths import LibraryPaths
from reviews.library import Library
from reviews.web.sheet_folders import SheetFolder, drop_abandoned
from search.sheets.query_sheet import Sheet
from search.sheets.untrusted import read_untrusted

FORMS = (".xlsx", ".csv", ".tsv", ".txt", ".jsonl")
_LINES = 50_000  # of a sheet as text: reading more would take seconds, only to refuse it
_KEPT_SECONDS = 3600.0
_PER_PERSON = 5  # sheets waiting, running or finished at the same time
_MOST = 20  # sheets of all people together
_TAKEN_DOWN = "A report was removed from the library, and your sheet may have quoted it. Send the sheet again."


@dataclass(slots=True)
class Batch:
    """One sheet. person: the account that sent it. read: which part of it holds the queries. done, total: queries.
    error: why it could not finish.
    """

    id: str
    person: str
    name: str
    folder: Path
    total: int
    read: str
    done: int = 0
    errors: int = 0
    ready: bool = False
    error: str = ""
    begun: float = field(default_factory=time.monotonic)

    @property
    def out(self) -> Path:
        return self.folder / "answers.xlsx"

    def book(self) -> bytes:
        """The finished workbook. Raises NotFound before it is ready."""
        if not self.ready:
            raise NotFound("The workbook is not ready yet. Check the progress page and try again when it is done.")
        try:
            return self.out.read_bytes()
        except FileNotFoundError as error:
            raise NotFound(_TAKEN_DOWN) from error

    def to_dict(self) -> dict[str, Any]:
        counts = {"done": self.done, "total": self.total, "errors": self.errors, "ready": self.ready}
        return {**counts, "error": self.error, "read": self.read}


class Batches:
    """All sheets, in a private folder that is deleted when the server stops or a report is removed."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._folder = SheetFolder(LibraryPaths(library).cache)
        drop_abandoned(LibraryPaths(library).cache)
        self._held: dict[str, Batch] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def begin(self, data: bytes, name: str, person: str, web: str) -> Batch:
        """Read a sheet and start to run it. Raises UsageError for one without queries, LimitHit when too many wait."""
        if Path(name).suffix.lower() not in FORMS:
            raise UsageError(
                f"{Path(name).name[:100]} is not a sheet of queries. Choose a file that ends in {', '.join(FORMS)}."
            )
        if data.count(b"\n") > _LINES:
            raise UsageError(f"The sheet has more than {_LINES:,} lines. Split it into smaller sheets.")
        sheet = read_untrusted(data, name)
        with self._lock:
            self._forget()
            mine = [each for each in self._held.values() if each.person == person]
            if len(mine) >= _PER_PERSON or len(self._held) >= _MOST:
                raise LimitHit("Too many sheets are waiting. Wait until one is finished, then send yours again.")
            key = secrets.token_urlsafe(16)
            folder = self._folder.make(key)
            batch = self._held[key] = Batch(
                key, person, Path(name).name[:100], folder, len(sheet.questions), sheet.read
            )
        threading.Thread(target=self._answer, args=(batch, sheet, web), daemon=True).start()
        return batch

    def find(self, id: str, person: str) -> Batch:
        """A sheet of this person. Raises NotFound for any other."""
        with self._lock:
            self._forget()
            batch = self._held.get(id)
        if batch is None or batch.person != person:
            raise NotFound("This sheet is no longer here. Results are kept for an hour. Send the sheet again.")
        return batch

    def close(self) -> None:
        """Delete all sheets and results."""
        self._folder.close()

    def let_go(self) -> None:
        """Delete every finished workbook: a report was removed that it may quote."""
        with self._lock:
            done = [each for each in self._held.values() if each.ready]
            for each in done:
                shutil.rmtree(each.folder, ignore_errors=True)

    def _answer(self, batch: Batch, sheet: Sheet, web: str) -> None:
        def progress(done: int, total: int) -> None:
            batch.done, batch.total = done, total

        before = removals_seen(self._library)
        try:
            with self._turn, Library(self._library) as library:
                found = library.batch(
                    sheet.questions, batch.out, web=web, sheet=batch.name, read=batch.read, progress=progress
                )
            if removals_seen(self._library) != before:
                shutil.rmtree(batch.folder, ignore_errors=True)
                batch.error = _TAKEN_DOWN
                return
            batch.errors, batch.ready = found.errors, True
        except ReviewsError as error:
            batch.error = str(error)
        except Exception as error:  # noqa: BLE001 - tell the person that it will never be ready
            logging.getLogger("reviews.web").error("bug in a batch: %s", type(error).__name__)
            batch.error = "Something went wrong. Tell the person who runs this page."

    def _forget(self) -> None:
        now = time.monotonic()
        for old in [each for each in self._held.values() if now - each.begun > _KEPT_SECONDS]:
            if old.ready or old.error:
                del self._held[old.id]
                with suppress(OSError):
                    shutil.rmtree(old.folder)


def removals_seen(library: Path) -> tuple[int, int]:
    """Changes whenever a report is removed from the library."""
    try:
        status = LibraryPaths(library).removals.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_ino
