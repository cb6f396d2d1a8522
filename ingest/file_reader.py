"""Read one file: its bytes, its hash, its text from a worker process, and OCR for pages that are images."""

import errno
import hashlib
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus.disk.regular_file import read_regular
from corpus.model import Scan, Text
from corpus.reasons import Reason
from corpus.settings import Settings
from corpus.storage.store import Store
from ingest import portfolio
from ingest.discover import Seen
from ingest.sandbox import tesseract
from ingest.sandbox.worker_client import Refusal, Sandbox

_MOST_INSIDE = 200
"""The number of PDFs inside one PDF that are read."""
_TIMES = 60
"""How many times the limit for one file it may take with everything in it: pages for OCR, and the PDFs inside."""

OCR_WANTED = "OCR wanted"
"""The part of a reader's name that marks OCR that was not available or did not finish."""

OcrEngine = Callable[[], tesseract.Engine | None]
"""Returns the Tesseract to use.

Finding it starts two processes, and most files never need it, so it is only looked up on demand.
"""


@dataclass(slots=True)
class Outcome:
    """The result for one file: a report (`text`), another name of a known report (only `id`), or a refusal.

    `inside` is True for a file inside another one, whose outcome follows.
    """

    seen: Seen
    id: str | None = None
    text: Text | None = None
    refusal: Refusal | None = None
    inside: bool = False


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """A page that OCR has read. It is stored at once, before its report is complete."""

    report: str
    scan: Scan


@dataclass
class Claims:
    """The reports that need no reading because they are in the library, permanently removed, or being read under
    another name.

    Shared by threads. `removed` maps each removed report to its date. `admitted` are reports that were already in the
    library, and stay even if they resemble a removed one. `like_removed` returns the removed report that a text is
    almost identical to, or None.
    """

    claimed: set[str]
    removed: Mapping[str, str]
    admitted: Collection[str] = ()
    like_removed: Callable[[Text], str | None] = lambda text: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def claim(self, report: str) -> bool:
        """Return whether the caller should read the report: True for the first caller, False for all others."""
        with self._lock:
            if report in self.claimed:
                return False
            self.claimed.add(report)
            return True


class _Unfit(Exception):
    """Raised when the bytes of a file cannot be read, or exceed the limit."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.refusal = Refusal(reason, detail)


@dataclass
class FileReader:
    """Reads files with one worker process.

    `keep` is called with each page that OCR has read; if it returns False, OCR stops. It also stops when the file has
    taken too long in total. The next run then reads the other pages.
    """

    settings: Settings
    sandbox: Sandbox
    claims: Claims
    corpus: Path
    engine: OcrEngine
    ocr_pool: Executor
    jobs: int
    keep: Callable[[ScannedPage], bool]
    _end: float = 0.0

    def read(self, seen: Seen) -> Outcome:
        """Read one file. A problem with the file becomes part of the outcome and is never raised."""
        self._end = time.monotonic() + _TIMES * self.settings.max_seconds
        try:
            data = _bytes_of(seen, self.settings.max_bytes)
        except _Unfit as unfit:
            return Outcome(seen, refusal=unfit.refusal)
        return self._outcome(seen, data)

    def inside(self, outcome: Outcome) -> Iterator[Outcome]:
        """Yield the outcomes of the PDFs inside a file that has just been read. Nested portfolios are not opened."""
        held = outcome.text.found.get("attachments") if outcome.text else None
        for count, (at, name) in enumerate(portfolio.pdfs(held.value) if held else ()):
            key = portfolio.key_of(outcome.seen.key, name)
            seen = replace(outcome.seen, key=key)
            if count >= _MOST_INSIDE or self._is_late():
                said = f"after {_MOST_INSIDE} others" if count >= _MOST_INSIDE else f"after {count}, for lack of time"
                yield Outcome(seen, refusal=Refusal(Reason.NOT_REACHED, said), inside=True)
                continue
            try:
                data = _bytes_of(outcome.seen, self.settings.max_bytes)
            except _Unfit as unfit:
                yield Outcome(seen, refusal=unfit.refusal, inside=True)
                continue
            file = self.sandbox.attachment(data, at, self.settings.max_bytes)
            if isinstance(file, Refusal):
                yield Outcome(seen, refusal=file, inside=True)
            else:
                yield replace(self._outcome(seen, file), inside=True)

    def _outcome(self, seen: Seen, data: bytes) -> Outcome:
        # The hash is computed from the bytes that are read. If a file changes in the meantime, its modification time
        # changes too, so the next run reads it again.
        report = hashlib.sha256(data).hexdigest()
        if report in self.claims.removed:
            return Outcome(seen, report, refusal=Refusal(Reason.REMOVED, self.claims.removed[report]))
        if not self.claims.claim(report):
            return Outcome(seen, report)
        result = self._text(data, report, portfolio.stem(seen.key))
        if isinstance(result, Text) and report not in self.claims.admitted:
            like = self.claims.like_removed(result)
            if like is not None:
                result = Refusal(Reason.LIKE_REMOVED, like)
        if isinstance(result, Refusal):
            return Outcome(seen, report, refusal=result)
        return Outcome(seen, report, result)

    def _text(self, data: bytes, report: str, name: str) -> Text | Refusal:
        text = self.sandbox.read(data, id=report, name=name)
        if isinstance(text, Refusal) or not text.scans:
            return text
        scans = self._scans(data, report, text)
        done = all(page in scans for page in text.scans)
        if scans:
            again = self.sandbox.read(data, id=report, name=name, scans=scans)
            text = again if isinstance(again, Text) else text
        engine = self.engine()
        ocr = f"{engine.name} {engine.languages}" if engine and done else OCR_WANTED
        return replace(text, reader=f"{text.reader} + {ocr}")

    def _scans(self, data: bytes, report: str, text: Text) -> dict[int, Scan | Reason]:
        """Return the OCR result for each page that needs it, from this run or an earlier one."""
        with Store.open(self.corpus, read_only=True) as corpus:
            known: dict[int, Scan | Reason] = {**corpus.readings.scans(report, self.settings.ocr_languages)}
        for page, scan in self._new_scans(data, report, [page for page in text.scans if page not in known]):
            if isinstance(scan, Scan) and not self.keep(ScannedPage(report, scan)):
                break
            known[page] = scan if isinstance(scan, Scan) else scan.reason
            if self._is_late():
                break
        return known

    def _is_late(self) -> bool:
        return time.monotonic() > self._end

    def _new_scans(self, data: bytes, report: str, pages: list[int]) -> Iterator[tuple[int, Scan | Refusal]]:
        engine = self.engine()
        if engine is None:
            return iter(())
        return tesseract.read_pages(
            pages,
            lambda page: self.sandbox.scan(data, page, id=report),
            engine,
            self.ocr_pool,
            at_once=self.jobs,
            seconds=self.settings.max_seconds,
            memory_mb=self.settings.max_memory_mb,
        )


def _bytes_of(seen: Seen, limit: int) -> bytes:
    """Return all bytes of a file. Raises _Unfit."""
    if seen.problem is not None:
        raise _Unfit(Reason.UNREADABLE, seen.problem)
    if seen.size > limit:
        raise _Unfit(Reason.TOO_LARGE, f"{seen.size} bytes")
    try:
        data = read_regular(seen.path, limit)
    except OSError as error:
        raise _Unfit(Reason.UNREADABLE, error.strerror or type(error).__name__) from error
    except MemoryError as error:  # in this process; tomorrow there may be more memory
        raise _Unfit(Reason.UNREADABLE, os.strerror(errno.ENOMEM)) from error
    if len(data) > limit:
        raise _Unfit(Reason.TOO_LARGE, f"more than {limit} bytes")
    return data
