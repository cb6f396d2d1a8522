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
from corpus.removals import Entry, Removals
from corpus.settings import Settings
from corpus.storage.store import Store
from index.storage import generations
from index.vectors import store as vectors
from ingest.portfolio import portfolio_of
from reviews.collecting.person_files import forget as forget_saved
from reviews.maintenance import copies, run_log
from reviews.maintenance.engine import upkeep


@dataclass(frozen=True, slots=True)
class Files:
    """The files of removed reports.

    `deleted` were deleted from reports/. `elsewhere` are outside the library, so the program does not delete them.
    `linked` were deleted, but a hard link elsewhere still leads to the same file. `refused` could not be deleted, for
    the system's reason. `inside` are PDFs that have the report as an attached file.
    """

    deleted: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()


def catch_up(settings: Settings, store: Store) -> list[str]:
    """Bring the corpus and the list of removals to the same state. Returns the removals that are not finished."""
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
        if not copy.ours:
            elsewhere.append(copy.key)
            continue
        try:
            status = copy.path.stat()
            copy.path.unlink()
        except OSError:
            refused.append(copy.key)
            continue
        links[status.st_dev, status.st_ino] = status.st_nlink - 1, copy.key
        deleted.append(copy.key)
        store.forget_file(copy.key)
    gone = [key for key in waiting if not real_path(settings.library, key).exists()]
    store.note_waiting((), [*elsewhere, *gone])
    linked = tuple(key for left, key in links.values() if left)
    inside = sorted({portfolio for key in known if (portfolio := portfolio_of(key)) and portfolio not in deleted})
    return Files(tuple(deleted), tuple(elsewhere), linked, tuple(refused), tuple(inside))


def finish(settings: Settings, store: Store) -> None:
    """Delete everything that remains of removed reports outside the newest generation.

    This covers older generations and the readings kept for them, vectors, cached values, notes in collections, the free
    pages of the corpus, and names in records.
    """
    upkeep(settings).keep_only_current()
    live = {reading for reading, _ in store.readings.current()}
    vectors.keep_only(settings.vectors, live)
    store.prune(live)
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


def foreign_files(settings: Settings) -> list[str]:
    """Return the names of what other people or programs have put into the library's folder, such as exported tables."""
    return sorted(each.name for each in _entries(settings.library) if not settings.owns(each))


def _entries(folder: Path) -> list[Path]:
    return [each for each in folder.iterdir() if not each.name.startswith(".")]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
