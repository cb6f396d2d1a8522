"""Complete removals: everything that is done after a report was removed, repeated until it succeeds.

The corpus and `removals.json` both list the removals. Every run that writes compares the two (`catch_up`), so that an
interrupted removal is finished, and one that a restored backup lacks is repeated.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from corpus.disk.disk_errors import refused
from corpus.disk.names import real_path
from corpus.errors import LimitHit
from corpus.removals import Entry, Removals
from corpus.settings import Settings
from corpus.storage.store import Store
from index.storage import generations
from index.vectors import store as vectors
from ingest.discover import key_of
from ingest.portfolio import inside, portfolio_of, stem
from reviews.collecting.person_files import forget as forget_saved
from reviews.maintenance import copies, run_log
from reviews.maintenance.engine import upkeep


@dataclass(frozen=True, slots=True)
class Files:
    """The files of removed reports.

    `deleted` were deleted from reports/. `elsewhere` are outside the library, so the program does not delete them.
    `linked` were deleted, but a hard link elsewhere still leads to the same file. `refused` could not be deleted, for
    the system's reason. `inside` are PDFs that have the report as an attached file. `changed` are where the report was,
    but have other contents now, which nobody has read. `attached` are reports that were only in the deleted PDFs.
    """

    deleted: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()


def catch_up(settings: Settings, store: Store) -> list[str]:
    """Bring the corpus and the list of removals to the same state. Returns the removals that are not finished.

    Raises LimitHit if a folder is a link, because what is deleted from it may not be the library's.
    """
    for folder in (settings.cache, settings.collecting, settings.runs, settings.vectors):
        if folder.is_symlink():
            raise LimitHit(
                f"{folder} is a link. The program deletes files in this folder, so it must be a folder of the library. "
                "Delete the link."
            )
    listed = Removals.load(settings.removals)
    known = {removal.report: removal for removal in store.removals()}
    for entry in listed.final.values():
        if entry.report not in known:  # the corpus was restored from a backup
            store.remove(entry.report, entry.reason, entry.date)
            store.readings.reserve_numbers(entry.readings)
    store.forget_names_of_removed()
    entries = [_entry(listed, each.report, each.date, each.reason, done=each.done) for each in store.removals()]
    current = Removals(listed.path, {}, listed.salt).having(entries)
    if current.entries and upkeep(settings).holds_any(
        current.entries, {reading for entry in entries for reading in entry.readings}
    ):
        for each in entries:
            store.reopen_removal(each.report)
        current = current.having(replace(entry, state="begun") for entry in entries)
    if current.entries != listed.entries:
        current.save()
    if current.entries:
        forget_names(settings, store)
        forget_saved(settings.library, current.final.keys())
        drop_leftovers(settings)
        drop_vectors(settings, store)
    unfinished = [entry.report for entry in current.entries.values() if entry.state != "done"]
    if unfinished:
        delete_files(settings, store, unfinished)
    return unfinished


def _entry(listed: Removals, report: str, date: str, reason: str, *, done: bool) -> Entry:
    """Return the list entry of a removal in the corpus, brought up to date."""
    entry = listed.entries.get(report) or Entry(report, date, reason, at=_now())
    return replace(entry, state="done" if done else "begun")


def plan(settings: Settings, store: Store, reports: Collection[str], reason: str) -> None:
    """Record what will be needed once the text is gone, before anything is deleted."""
    listed = Removals.load(settings.removals)
    today = datetime.now(UTC).date().isoformat()
    entries = []
    for report in reports:
        readings = store.editions.readings_of(report)
        texts = [text for text, _, _ in store.readings.indexable(readings[-1])] if readings else []
        entries.append(
            Entry(
                report,
                today,
                reason,
                at=_now(),
                revision=store.revision + 1,
                readings=tuple(readings),
                fingerprint=listed.fingerprint(texts),
            )
        )
    listed.having(entries).save()


def begin(settings: Settings, store: Store, reports: Sequence[str], reason: str) -> None:
    """Delete the reports from the corpus in one transaction. From here on, the removal cannot be undone."""
    store.remove(reports[0], reason, also=reports[1:])
    listed = Removals.load(settings.removals)
    listed.having(replace(listed.entries[each], state="begun") for each in reports).save()


def delete_files(settings: Settings, store: Store, reports: Collection[str], known: Collection[str] = ()) -> Files:
    """Delete the files in reports/ with the bytes of the reports, whatever their current names.

    `known` are the paths of other files that may have the same bytes.
    """
    for staged in settings.collecting.glob("*"):  # fetched but not in the library yet: the next run fetches it again
        staged.unlink(missing_ok=True)
    deleted, elsewhere, refused = [], [], []
    links: dict[tuple[int, int], tuple[int, str]] = {}  # the file → how many other names it still has, its last name
    waiting = store.waiting_files()
    for copy in copies.find(settings, reports, (*known, *waiting)):
        link = copy.path.is_symlink() and copy.path.parent.resolve().is_relative_to(settings.reports.resolve())
        if not copy.ours:
            elsewhere.append(key_of(copy.path.resolve(), settings.library) if link else copy.key)
            if not link:
                continue
        try:
            status = copy.path.lstat()  # a link whose file has just been deleted leads nowhere
            copy.path.unlink()
        except OSError:
            refused.append(copy.key)
            continue
        _drop_empty(copy.path.parent, settings.reports)
        if not link:
            links[status.st_dev, status.st_ino] = status.st_nlink - 1, copy.key
        deleted.append(copy.key)
        store.forget_file(copy.key)
    gone = [key for key in waiting if not real_path(settings.library, key).exists()]
    store.note_waiting((), [*elsewhere, *gone])
    return Files(
        tuple(deleted),
        tuple(elsewhere),
        tuple(key for left, key in links.values() if left),
        tuple(refused),
        tuple(sorted({portfolio for key in known if (portfolio := portfolio_of(key)) and portfolio not in deleted})),
        tuple(_changed(settings, store, {*known} - {*deleted, *elsewhere, *refused})),
        tuple(_withdraw_attached(store, {*known, *deleted})),
    )


def _drop_empty(folder: Path, reports: Path) -> None:
    """Delete the folders in reports/ that a deleted file has left empty. Their names may be those of the report."""
    with suppress(OSError):
        while folder != reports and folder.is_relative_to(reports):
            folder.rmdir()
            folder = folder.parent


def _changed(settings: Settings, store: Store, keys: Collection[str]) -> list[str]:
    """Return those paths that have other contents now, and are not a report that was read."""
    held = store.files()
    return [
        key
        for key in sorted(keys)
        if not (key in held and held[key].report) and real_path(settings.library, key).exists()
    ]


def _withdraw_attached(store: Store, removed: Collection[str]) -> list[str]:
    """Withdraw the reports that were attached files of removed PDFs. Returns those that are nowhere else.

    Their paths contain the name of the PDF, which must not be kept.
    """
    keys = inside(store.files(), removed)
    reports = {report for key in keys if (report := store.files()[key].report)}
    for key in keys:
        store.forget_file(key, known_as=stem(key))
    held = {record.report for record in store.files().values()}
    return sorted(reports - held)


def finish(settings: Settings, store: Store) -> None:
    """Delete everything that remains of removed reports outside the newest generation.

    This covers older generations and the readings kept for them, stray pages of OCR, vectors, cached values, notes in
    collections, the free pages of the corpus, and names in records.
    """
    upkeep(settings).keep_only_current()
    live = {reading for reading, _ in store.readings.current()}
    vectors.keep_only(settings.vectors, live)
    store.prune(live)
    store.readings.forget_stray_scans()
    forget_worked_out(settings)
    forget_names(settings, store)
    listed = Removals.load(settings.removals)
    forget_saved(settings.library, listed.final.keys())
    drop_leftovers(settings)
    store.scrub()
    store.note_removed()
    listed.having(replace(entry, state="done") for entry in listed.final.values()).save()


def forget_worked_out(settings: Settings) -> None:
    """Delete what was computed from the index, including the workbooks of the web page."""
    for path in sorted(settings.cache.rglob("*"), reverse=True):
        try:
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        except OSError as error:
            if path.is_file() and path.stat().st_size:  # at most, the lock of a running server is left
                raise refused(path, error, doing="deleted") from error


def forget_names(settings: Settings, store: Store) -> None:
    """Delete the titles and file names of removed reports from the records of runs."""
    entries = Removals.load(settings.removals).final
    names = {*store.files(), *(each.file for each in store.withdrawals())}
    run_log.forget(settings.runs, entries.keys(), names, max((entry.at for entry in entries.values()), default=""))


def drop_leftovers(settings: Settings) -> None:
    """Delete what a killed process left half-written, and cached values of generations that are gone."""
    for path in settings.library.glob(".*.*"):
        with suppress(OSError):
            if path.is_file() and settings.owns(path.with_name(path.name[1:].rpartition(".")[0])):
                path.unlink()
    kept = {each.directory.name for each in generations.kept(settings.index)}
    for path in settings.cache.glob("*") if settings.cache.is_dir() else ():
        if path.is_file() and path.stem.rpartition("-")[2] not in kept:
            path.unlink(missing_ok=True)


def drop_vectors(settings: Settings, store: Store) -> None:
    """Delete the vectors of readings that neither the corpus nor a generation has, such as those from a backup."""
    read = {number for number, _ in store.readings.current()}
    keep = read.union(*(each.manifest.live for each in generations.kept(settings.index)))
    vectors.keep_only(settings.vectors, keep)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
