"""Bring the corpus up to date with the PDFs on disk, reading several files at once and storing each report immediately.

Each thread of the reader pool drives one worker process; only the calling thread writes to the store. An interrupted
run loses only the files that were being read, and the next run starts with them.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from corpus.errors import UsageError
from corpus.files import Failure, FileRecord
from corpus.model import Text
from corpus.paths import LibraryPaths
from corpus.reasons import Reason
from corpus.removals import Removals
from corpus.settings import Settings
from corpus.storage.store import Store
from ingest import discover, portfolio
from ingest.discover import Changes
from ingest.file_reader import Claims, OcrEngine, Outcome, ScannedPage
from ingest.reader_pool import ReaderPool
from ingest.sandbox import tesseract
from ingest.sandbox.confinement import strongest
from ingest.sandbox.worker_client import Refusal
from ingest.summary import IngestSummary
from ingest.version import reader_name

Progress = Callable[[int, int], None]
"""Called with the number of files done and the total."""

Meanwhile = Callable[[Sequence[int]], None]
"""Called with the numbers of new readings, in order, while other files are being read.

The first call passes none. Readings for which there was no time are never passed.
"""

Stored = Callable[[], None]
"""Called each time a file, or a page read by OCR, has been stored while others are still to be read."""

Stopped = Callable[[IngestSummary], None]
"""Called with the results so far if something ends the run before all files are read."""


def _quiet(done: int, total: int) -> None:
    pass


def _nothing(*_: object) -> None:
    pass


def ingest(
    store: Store,
    settings: Settings,
    paths: Sequence[Path] = (),
    *,
    jobs: int | None = None,
    verify: bool = False,
    allow_withdrawals: bool = False,
    allow_copies: bool = False,
    progress: Progress = _quiet,
    meanwhile: Meanwhile = _nothing,
    stored: Stored = _nothing,
    stopped: Stopped = _nothing,
) -> IngestSummary:
    """Bring the corpus up to date with the PDFs at or below `paths`, or in the library's own folders if no path is
    given.

    With `verify`, changed files are found by their bytes, not only by size and time. With `allow_withdrawals`, the
    reports of a folder that is suddenly empty are withdrawn. With `allow_copies`, files that are almost identical to a
    removed report are read. Raises UsageError when a path does not exist and is not in the corpus. A file that cannot
    be read becomes a Failure in the summary and in the store, and raises nothing.
    """

    def engine() -> tesseract.Engine | None:
        return tesseract.engine(settings.ocr_languages) if settings.ocr else None

    roots = list(paths) or discover.watched(settings)
    known = store.files()
    current = _current_readers(settings, known, engine)
    seen = _look(roots, settings, known, named=bool(paths))
    changes = discover.compare(
        seen,
        known,
        roots,
        settings.library,
        {_failed_by(settings), *current, *(() if allow_copies else (_held_back_by(settings),))},
        verify=verify,
        allow_withdrawals=allow_withdrawals,
    )
    _note_waiting(store, known, changes, [discover.key_of(root, settings.library) for root in roots])
    unwatched = discover.unwatched(_named(paths, settings) if paths else _folders_held(known), settings)
    recorder = _Recorder(store, known, changes, _failed_by(settings), _held_back_by(settings), len(seen), unwatched)
    stale = portfolio.stale(known, {_failed_by(settings), *current})
    claims = _claims(store, settings, known, current, stale, allow_copies=allow_copies)
    pool = ReaderPool(changes.to_read, settings, claims, jobs or settings.jobs, store.path, engine)
    try:
        _read_all(pool, recorder, len(changes.to_read), progress, meanwhile, stored)
        recorder.forget_gone()  # last, so that a report that moved is never without a file
    except BaseException:
        stopped(recorder.summary(pool.bound))
        raise
    _note_missing_folders(store, changes, [discover.key_of(root, settings.library) for root in roots])
    return replace(recorder.summary(pool.bound), near_duplicates=tuple(store.near_duplicates.find()))


def _look(
    roots: Sequence[Path], settings: Settings, known: Mapping[str, FileRecord], *, named: bool
) -> list[discover.Seen]:
    """Return the files at or below the roots, which the caller has `named` or which are those of the settings."""
    try:
        return discover.look(roots, settings.library, known)
    except UsageError as error:
        if named or all(folder.exists() for folder in settings.folders):
            raise
        raise UsageError(
            f"{error} It is one of the `folders` in {LibraryPaths(settings.library).settings_file}."
        ) from error


def _read_all(
    pool: ReaderPool, recorder: "_Recorder", total: int, progress: Progress, meanwhile: Meanwhile, stored: Stored
) -> None:
    """Read the files and record each outcome as it becomes ready."""
    waiting: deque[int] = deque()
    done = 0

    def idle() -> bool:
        """Process one waiting reading. Returns False if there is none."""
        if not waiting:
            return False
        meanwhile([waiting.popleft()])
        return True

    with pool:
        progress(0, total)
        if total:
            meanwhile([])
        for outcome in pool.outcomes(idle):
            if isinstance(outcome, ScannedPage):
                recorder.keep_scan(outcome)
            elif recorder.record(outcome, waiting) and not outcome.inside:
                done += 1
                progress(done, total)
            if done < total:
                stored()
    for outcome in recorder.record_duplicates():
        done += not outcome.inside
        progress(done, total)


class _Recorder:
    """Writes the outcome of each file to the store and counts it.

    `known` are the files as they were before the run, and `found` is how many exist now. For `unwatched`, see
    IngestSummary.
    """

    def __init__(
        self,
        store: Store,
        known: Mapping[str, FileRecord],
        changes: Changes,
        failed_by: str,
        held_back_by: str,
        found: int,
        unwatched: tuple[str, ...],
    ) -> None:
        self._store = store
        self._found = found
        self._unwatched = unwatched
        self._waiting = len(changes.to_read)
        self._gone: list[str] = []
        self._known = known
        self._changes = changes
        self._failed_by = failed_by
        self._held_back_by = held_back_by
        self._counts: Counter[str] = Counter(unchanged=sum(record.reason is None for record in changes.unchanged))
        self._failures = [Failure(r.path, r.reason, r.detail) for r in changes.unchanged if r.reason]
        self._new_failures: list[Failure] = []
        self._readers: dict[str, str] = {}  # report → what read it in this run
        self._refused: dict[str, Refusal] = {}
        self._duplicates: list[Outcome] = []
        self._leaving = Counter(known[key].report for key in changes.gone)
        self._written: set[str] = set()
        self._inside = len(portfolio.inside((r.path for r in changes.unchanged), {r.path for r in changes.unchanged}))

    def keep_scan(self, page: ScannedPage) -> None:
        self._store.readings.keep_scan(page.report, page.scan)
        self._counts["ocr_pages"] += 1

    def record(self, outcome: Outcome, waiting: "deque[int]") -> bool:
        """Write an outcome, and add a new reading to `waiting`.

        Returns False for a second file with the same bytes. Such a file is written at the end, when it is known whether
        the report could be read.
        """
        self._written.add(outcome.seen.key)
        self._inside += outcome.inside
        self._waiting -= not outcome.inside
        if outcome.refusal is not None:
            if outcome.id is not None:
                self._refused[outcome.id] = outcome.refusal
            self._fail(outcome, outcome.refusal)
        elif outcome.text is not None:
            waiting.append(self._store_text(outcome, outcome.text))
        else:
            self._waiting += not outcome.inside
            self._duplicates.append(outcome)
            return False
        return True

    def record_duplicates(self) -> Iterator[Outcome]:
        """Write the files that are additional names of reports, and yield each outcome once it is written."""
        for outcome in self._duplicates:
            self._waiting -= not outcome.inside
            twin = self._refused.get(outcome.id or "")
            if twin is not None:
                self._fail(outcome, twin)
            else:
                self._record_duplicate(outcome)
            yield outcome

    def forget_gone(self) -> None:
        """Delete the records of files that no longer exist, on disk or inside other files.

        Call it after all outcomes are recorded.
        """
        for key in self._changes.gone:
            self._store.forget_file(key)
            self._gone.append(key)
        for key in portfolio.inside(self._known, self._written):
            if key not in self._written:
                self._store.forget_file(key)

    def summary(self, bound: tuple[str, ...]) -> IngestSummary:
        """Return a summary of the run so far."""
        left = {self._known[key].report for key in self._gone}
        withdrawals = self._store.withdrawals() if left else ()
        return IngestSummary(
            found=self._found + self._inside,
            failed=len(self._failures),
            waiting=self._waiting,
            gone=len(self._gone),
            withdrawn=tuple(each for each in withdrawals if each.report in left),
            held_back=self._changes.held_back,
            unwatched=self._unwatched,
            failures=tuple(sorted(self._failures, key=lambda failure: failure.file)),
            new_failures=tuple(sorted(self._new_failures, key=lambda failure: failure.file)),
            confinement=strongest(bound) if bound or self._counts["read"] else "",
            bound=bound,
            near_duplicates=(),
            **self._counts,
        )

    def _store_text(self, outcome: Outcome, text: Text) -> int:
        file = outcome.seen
        reading = self._store.put(text, FileRecord(file.key, file.size, file.mtime_ns, text.id, reader=text.reader))
        self._readers[text.id] = text.reader
        was = self._known.get(file.key)
        self._counts["read"] += 1
        self._counts["new" if was is None else "reread" if was.report == text.id else "changed"] += 1
        self._counts["pages"] += len(text.pages)
        self._counts["unread_pages"] += sum(page.unread is not None for page in text.pages)
        return reading

    def _record_duplicate(self, outcome: Outcome) -> None:
        file, report = outcome.seen, outcome.id or ""
        reader = self._readers.get(report) or self._store.readings.reader_of(report)
        self._store.note_file(FileRecord(file.key, file.size, file.mtime_ns, outcome.id, reader=reader))
        was = self._known.get(file.key)
        if was is not None and was.report == outcome.id:
            self._counts["unchanged"] += 1  # its time has changed, but its bytes have not
        elif was is not None:
            self._counts["changed"] += 1
        elif self._leaving[outcome.id]:
            self._leaving[outcome.id] -= 1
            self._counts["moved"] += 1
        else:
            self._counts["same"] += 1

    def _fail(self, outcome: Outcome, refusal: Refusal) -> None:
        file = outcome.seen
        failure = Failure(file.key, refusal.reason, refusal.detail)
        self._failures.append(failure)
        was = self._known.get(file.key)
        if refusal.reason is Reason.UNREADABLE and was and was.report:
            # It may be readable tomorrow. Until then, the earlier reading stays.
            if was.detail != refusal.detail:
                self._new_failures.append(failure)
            self._store.note_file(replace(was, detail=refusal.detail))
            return
        if was is None or was.reason is not refusal.reason:
            self._new_failures.append(failure)
        if refusal.reason is Reason.REMOVED:  # its name is not stored, so every run examines it again
            self._store.forget_file(file.key)
            return
        failed_by = self._failed_by
        if refusal.reason is Reason.LIKE_REMOVED:
            failed_by = self._held_back_by
            self._store.readings.forget_scans(outcome.id or "")
        self._store.note_file(
            FileRecord(file.key, file.size, file.mtime_ns, None, refusal.reason, refusal.detail, failed_by)
        )


def _claims(
    store: Store,
    settings: Settings,
    known: Mapping[str, FileRecord],
    current: set[str],
    stale: set[str],
    *,
    allow_copies: bool,
) -> Claims:
    """Return the reports that need no reading when the run starts, and those that must not be read.

    `stale` are PDFs that contain files which must be read again.
    """
    held = {record.report for record in known.values() if record.report is not None}
    removed = {removal.report: f"removed on {removal.date}" for removal in store.removals()}
    again = {known[key].report for key in stale if key in known}
    claimed = {report for report in held - again if store.readings.holds(report, *current)}
    if allow_copies:
        return Claims(claimed, removed, held)
    listed = Removals.load(settings.removals)

    def like_removed(text: Text) -> str | None:
        entry = listed.almost(paragraph.text for paragraph in text.paragraphs)
        return f"almost the same text as {entry.report[:12]}, removed on {entry.date}" if entry else None

    return Claims(claimed, removed, held, like_removed)


def _note_waiting(store: Store, known: Mapping[str, FileRecord], changes: Changes, roots: Sequence[str]) -> None:
    """Record the files that no run has read yet.

    A report that is only due to be read again by a better reader is not one of them, because its earlier reading can be
    searched.
    """
    waiting = [seen.key for seen in changes.to_read if seen.problem is None and _is_news(seen, known.get(seen.key))]
    store.note_waiting(waiting, [path for path in store.waiting_files() if discover.below(path, roots)])


def _is_news(seen: discover.Seen, record: FileRecord | None) -> bool:
    if record is None:
        return True
    return record.reason is None and (seen.size, seen.mtime_ns) != (record.size, record.mtime_ns)


def _note_missing_folders(store: Store, changes: Changes, roots: Sequence[str]) -> None:
    """Record which of the searched folders are empty or missing, and which are back."""
    missed = {each.folder for each in store.missing_folders() if discover.below(each.folder, roots)}
    store.note_missing(changes.held_back, missed - set(changes.held_back))


def _named(paths: Sequence[Path], settings: Settings) -> list[str]:
    return [discover.key_of(path, settings.library) for path in paths if path.is_dir()]


def _folders_held(known: Mapping[str, FileRecord]) -> set[str]:
    """Return the folders that contain reports of the library, as corpus paths."""
    folders = {PurePath(record.path).parent for record in known.values() if record.report is not None}
    return {str(folder) if folder.is_absolute() else folder.as_posix() for folder in folders}


def _current_readers(settings: Settings, known: Mapping[str, FileRecord], engine: OcrEngine) -> set[str]:
    """Return the names of the readers whose reports need no reading again."""
    reader = reader_name(settings.extractor, settings.trust_hidden_text)
    return {reader, *(r.reader for r in known.values() if _still_good(r.reader, reader, engine))}


def _still_good(name: str, reader: str, engine: OcrEngine) -> bool:
    """Return whether the reading by `name` is still current, because OCR could add nothing to it."""
    if not name.startswith(f"{reader} + "):
        return name == reader
    found = engine()
    return found is None or name.endswith(f" {found.languages}")


def _failed_by(settings: Settings) -> str:
    """Return the reader name to record with a failure.

    It includes the limits, so that changed limits lead to a new attempt.
    """
    return (
        f"{reader_name(settings.extractor, settings.trust_hidden_text)}; "
        f"{settings.max_seconds:g} s, {settings.max_memory_mb} MB, "
        f"{settings.max_pages} pages, {settings.max_bytes} bytes"
    )


def _held_back_by(settings: Settings) -> str:
    """Return the reader name to record with a copy of a removed report, so that the copy is read once that is
    allowed.
    """
    return f"{_failed_by(settings)}; no copies of removed reports"
