"""Read what is new into the corpus: several files at once, each report stored as soon as it is read.

Threads of this process each drive one child process; this thread alone speaks to the store. An interrupted run loses
only the files that were being read, and the next run begins with them.
"""

import errno
import hashlib
import os
import queue
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Self

from corpus.model import Failure, FileRecord, Reason, Scan, Text
from corpus.settings import Settings
from corpus.storage.store import Store
from ingest import discover
from ingest.discover import Seen
from ingest.sandbox import tesseract
from ingest.sandbox.worker_process import Limits, Refusal, Sandbox
from ingest.summary import IngestSummary
from ingest.version import reader_name

_MORE = 1_048_576  # bytes that are asked for at a time when a file is longer than it was

Progress = Callable[[int, int], None]
"""Called with the number of files done and the number of all."""

Meanwhile = Callable[[Sequence[int]], None]
"""Called with the numbers of new readings, in their order, while others are being read: at first with none, and never
with those for which there was no time.
"""


Engine = Callable[[], tesseract.Engine | None]
"""Says which Tesseract there is; to ask it takes two processes, and most files never need one."""


@dataclass(slots=True)
class _Outcome:
    """What became of one file: a report, another name of one (`id` only), or a refusal."""

    seen: Seen
    id: str | None = None
    text: Text | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Scanned:
    """A page that OCR has read, to be kept before its report is done."""

    report: str
    scan: Scan


def _quiet(done: int, total: int) -> None:
    pass


def _nothing(readings: Sequence[int]) -> None:
    pass


def ingest(
    store: Store,
    settings: Settings,
    paths: Sequence[Path] = (),
    *,
    jobs: int | None = None,
    verify: bool = False,
    allow_withdrawals: bool = False,
    progress: Progress = _quiet,
    meanwhile: Meanwhile = _nothing,
) -> IngestSummary:
    """Bring the corpus up to date with the PDFs at or below `paths`, or with the library's own folders when none is
    named.

    verify: tell changed files by their bytes, not only by size and time. allow_withdrawals: take what was in a folder
    that is suddenly empty to be withdrawn. Raises UsageError when a path does not exist and never did. A file that
    cannot be read is a Failure in the summary and in the store, never an error.
    """

    def engine() -> tesseract.Engine | None:
        return tesseract.engine(settings.ocr_languages) if settings.ocr else None

    roots = list(paths) or discover.watched(settings)
    known = store.files()
    reader, failing = reader_name(settings.extractor, settings.trust_hidden_text), _failing(settings)
    seen = discover.look(roots, settings.library, known)
    good = {record.reader for record in known.values() if _still_good(record.reader, reader, engine)}
    changes = discover.compare(
        seen,
        known,
        roots,
        settings.library,
        {reader, failing, *good},
        verify=verify,
        allow_withdrawals=allow_withdrawals,
    )
    leaving = Counter(known[key].report for key in changes.gone)

    held = {record.report for record in known.values() if record.report is not None}
    claimed = {report for report in held if store.holds(report, reader, *good)}
    readers_of: dict[str, str] = {}
    removed = {removal.report: f"removed on {removal.date}" for removal in store.removals()}
    names = ("read", "unchanged", "new", "changed", "reread", "moved", "same", "pages", "unread_pages", "ocr_pages")
    counts = dict.fromkeys(names, 0)
    counts["unchanged"] = sum(record.reason is None for record in changes.unchanged)
    failures = [Failure(record.path, record.reason, record.detail) for record in changes.unchanged if record.reason]
    new_failures: list[Failure] = []
    refused: dict[str, Refusal] = {}
    later: list[_Outcome] = []
    waiting: deque[int] = deque()
    done = 0

    def fail(outcome: _Outcome, refusal: Refusal) -> None:
        seen = outcome.seen
        failures.append(Failure(seen.key, refusal.reason, refusal.detail))
        was = known.get(seen.key)
        if refusal.reason is Reason.UNREADABLE and was and was.report:
            # It may be readable tomorrow; until then what was read of it stays.
            if was.detail != refusal.detail:
                new_failures.append(failures[-1])
                store.note_file(replace(was, detail=refusal.detail))
            return
        if was is None or was.reason is not refusal.reason:
            new_failures.append(failures[-1])
        store.note_file(FileRecord(seen.key, seen.size, seen.mtime_ns, None, refusal.reason, refusal.detail, failing))

    def idle() -> bool:
        """Do something of what else there is to do; False when there is nothing."""
        if not waiting:
            return False
        meanwhile([waiting.popleft()])
        return True

    readers = _Readers(changes.to_read, settings, claimed, removed, jobs or settings.jobs, store.path, engine)
    with readers:
        progress(0, len(changes.to_read))
        if changes.to_read:
            meanwhile([])
        for outcome in readers.outcomes(idle):
            if isinstance(outcome, _Scanned):
                store.keep_scan(outcome.report, outcome.scan)
                counts["ocr_pages"] += 1
                continue
            seen_file = outcome.seen
            if outcome.refusal is not None:
                if outcome.id is not None:
                    refused[outcome.id] = outcome.refusal
                fail(outcome, outcome.refusal)
            elif outcome.text is not None:
                record = FileRecord(
                    seen_file.key, seen_file.size, seen_file.mtime_ns, outcome.text.id, reader=outcome.text.reader
                )
                waiting.append(store.put(outcome.text, record))
                readers_of[outcome.text.id] = outcome.text.reader
                was = known.get(seen_file.key)
                counts["read"] += 1
                counts["new" if was is None else "reread" if was.report == outcome.text.id else "changed"] += 1
                counts["pages"] += len(outcome.text.pages)
                counts["unread_pages"] += sum(page.unread is not None for page in outcome.text.pages)
            else:
                later.append(outcome)  # whether its twin becomes a report is known at the end
                continue
            done += 1
            progress(done, len(changes.to_read))
    for outcome in later:
        twin = refused.get(outcome.id or "")
        if twin is not None:
            fail(outcome, twin)
        else:
            file = outcome.seen
            by = readers_of.get(outcome.id or "") or store.reader_of(outcome.id or "")
            store.note_file(FileRecord(file.key, file.size, file.mtime_ns, outcome.id, reader=by))
            was = known.get(file.key)
            if was is not None and was.report == outcome.id:
                counts["unchanged"] += 1  # touched, but its bytes are the same
            elif was is not None:
                counts["changed"] += 1
            elif leaving[outcome.id]:
                leaving[outcome.id] -= 1
                counts["moved"] += 1
            else:
                counts["same"] += 1
        done += 1
        progress(done, len(changes.to_read))
    # At the end: a report that moved is never without a file.
    for key in changes.gone:
        store.forget_file(key)
    looked_at = [discover.key_of(root, settings.library) for root in roots]
    missed = [each.folder for each in store.missing_folders() if discover.below(each.folder, looked_at)]
    store.note_missing(changes.held_back, set(missed) - set(changes.held_back))
    left = {known[key].report for key in changes.gone}
    return IngestSummary(
        found=len(seen),
        failed=len(failures),
        gone=len(changes.gone),
        withdrawn=tuple(w for w in store.withdrawals() if w.report in left),
        held_back=changes.held_back,
        unwatched=discover.unwatched(_named(paths, settings) if paths else _held_in(known), settings),
        failures=tuple(sorted(failures, key=lambda failure: failure.file)),
        new_failures=tuple(sorted(new_failures, key=lambda failure: failure.file)),
        confinement=readers.confinement,
        **counts,
    )


def _named(paths: Sequence[Path], settings: Settings) -> list[str]:
    return [discover.key_of(path, settings.library) for path in paths if path.is_dir()]


def _held_in(known: Mapping[str, FileRecord]) -> set[str]:
    """The folders of which reports are held, as the corpus keeps them."""
    folders = {PurePath(record.path).parent for record in known.values() if record.report is not None}
    return {str(folder) if folder.is_absolute() else folder.as_posix() for folder in folders}


_WAITING = "OCR wanted"


def _still_good(name: str, reader: str, engine: Engine) -> bool:
    """Whether a report that was read so need not be read again: OCR can do no more for it than it has done."""
    if not name.startswith(f"{reader} + "):
        return name == reader
    by = engine()
    return by is None or name.endswith(f" {by.languages}")


def _failing(settings: Settings) -> str:
    """Who failed to read a file, and under which limits: under others it is tried again."""
    return (
        f"{reader_name(settings.extractor, settings.trust_hidden_text)}; "
        f"{settings.max_seconds:g} s, {settings.max_memory_mb} MB, "
        f"{settings.max_pages} pages, {settings.max_bytes} bytes"
    )


class _Readers:
    """The threads that read files in child processes; use in a `with` block, which ends them all."""

    def __init__(
        self,
        files: Sequence[Seen],
        settings: Settings,
        claimed: set[str],
        removed: Mapping[str, str],
        jobs: int,
        corpus: Path,
        engine: Engine,
    ) -> None:
        self._settings = settings
        self._corpus = corpus
        self._engine = engine
        self._jobs = max(1, jobs)
        self._pool = ThreadPoolExecutor(self._jobs)
        self._claimed = claimed
        self._removed = removed
        self._lock = threading.Lock()
        # The largest first, so that no thread is left alone with a long one at the end.
        self._files = iter(sorted(files, key=lambda file: -file.size))
        self._count = len(files)
        self._stop = threading.Event()
        self._ready: queue.Queue[_Outcome | _Scanned | BaseException] = queue.Queue(maxsize=2 * self._jobs)
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(min(self._jobs, len(files)))]
        self.confinement = ""

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            while thread.is_alive():
                self._drain()
                thread.join(0.05)
        self._pool.shutdown(cancel_futures=True)

    def outcomes(self, idle: Callable[[], bool]) -> Iterator["_Outcome | _Scanned"]:
        """One outcome for each file, as they become ready, and before it the pages of it that OCR has read.

        idle: called again and again when none is ready, until it gives False.
        """
        left = self._count
        while left:
            while self._ready.empty() and idle():
                pass
            outcome = self._ready.get()
            if isinstance(outcome, BaseException):
                raise outcome
            left -= isinstance(outcome, _Outcome)
            yield outcome

    def _drain(self) -> None:
        try:
            while True:
                self._ready.get_nowait()
        except queue.Empty:
            pass

    def _work(self) -> None:
        settings = self._settings
        limits = Limits(
            settings.max_seconds,
            settings.max_memory_mb,
            settings.max_pages,
            settings.extractor,
            settings.trust_hidden_text,
        )
        try:
            with Sandbox(limits) as sandbox:
                while not self._stop.is_set():
                    with self._lock:
                        seen = next(self._files, None)
                    if seen is None:
                        return
                    outcome = self._read(seen, sandbox)
                    self.confinement = sandbox.confinement
                    self._tell(outcome)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that waits
            self._tell(error)

    def _tell(self, outcome: "_Outcome | _Scanned | BaseException") -> None:
        while not self._stop.is_set():
            try:
                self._ready.put(outcome, timeout=0.2)
            except queue.Full:
                continue
            return

    def _read(self, seen: Seen, sandbox: Sandbox) -> _Outcome:
        if seen.problem is not None:
            return _Outcome(seen, refusal=Refusal(Reason.UNREADABLE, seen.problem))
        limit = self._settings.max_bytes
        if seen.size > limit:
            return _Outcome(seen, refusal=Refusal(Reason.TOO_LARGE, f"{seen.size} bytes"))
        try:
            with seen.path.open("rb") as file:
                # Room is made for what is asked for, so no more is asked for than there is, unless the file has grown.
                data = file.read(min(os.fstat(file.fileno()).st_size, limit) + 1)
                while len(data) <= limit and (more := file.read(min(_MORE, limit + 1 - len(data)))):
                    data += more
        except OSError as error:
            return _Outcome(seen, refusal=Refusal(Reason.UNREADABLE, error.strerror or type(error).__name__))
        except MemoryError:  # of this process; tomorrow there may be more
            return _Outcome(seen, refusal=Refusal(Reason.UNREADABLE, os.strerror(errno.ENOMEM)))
        if len(data) > limit:
            return _Outcome(seen, refusal=Refusal(Reason.TOO_LARGE, f"more than {limit} bytes"))
        # What is hashed is what is read: a file that changes meanwhile has another time and is read again by the next
        # run.
        report = hashlib.sha256(data).hexdigest()
        if report in self._removed:
            return _Outcome(seen, report, refusal=Refusal(Reason.REMOVED, self._removed[report]))
        with self._lock:
            if report in self._claimed:
                return _Outcome(seen, report)
            self._claimed.add(report)
        result = sandbox.read(data, id=report, name=PurePath(seen.key).stem)
        if isinstance(result, Refusal):
            return _Outcome(seen, report, refusal=result)
        if result.scans:
            scans = self._scans(data, report, result, sandbox)
            if scans:
                again = sandbox.read(data, id=report, name=PurePath(seen.key).stem, scans=scans)
                result = again if isinstance(again, Text) else result
            done = all(page in scans for page in result.scans)
            engine = self._engine()
            by = f"{engine.name} {engine.languages}" if engine and done else _WAITING
            result = replace(result, reader=f"{result.reader} + {by}")
        return _Outcome(seen, report, result)

    def _scans(self, data: bytes, report: str, text: Text, sandbox: Sandbox) -> dict[int, Scan | Reason]:
        """What OCR read on the pages that need it, in this run or in an earlier one."""
        with Store.open(self._corpus, read_only=True) as corpus:
            known: dict[int, Scan | Reason] = {**corpus.scans(report, self._settings.ocr_languages)}
        new = [page for page in text.scans if page not in known]
        engine = self._engine()
        if engine is None:
            return known
        reading = tesseract.read_pages(
            new,
            lambda page: sandbox.scan(data, page),
            engine,
            self._pool,
            at_once=self._jobs,
            seconds=self._settings.max_seconds,
            memory_mb=self._settings.max_memory_mb,
        )
        for page, scan in reading:
            if self._stop.is_set():
                break
            if isinstance(scan, Scan):
                self._tell(_Scanned(report, scan))
            known[page] = scan if isinstance(scan, Scan) else scan.reason
        return known
