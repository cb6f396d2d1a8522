"""Remove a report permanently: from the corpus first, then from everything made from it."""

from dataclasses import dataclass, field
from typing import Any

from corpus.errors import NotFound
from corpus.settings import Settings
from corpus.storage.store import Store
from reviews.maintenance import copies, erase
from reviews.maintenance.engine import upkeep
from reviews.maintenance.erase import Files
from reviews.maintenance.foreign import foreign_files, unread_files
from reviews.maintenance.update import Run, recorded


@dataclass(slots=True)
class Removed:
    """What was removed. `editions` are older editions removed with the report. `files` says what happened to its PDFs.

    The other fields are for the person to decide on, and are all still in the library. `kept` are older editions that
    were to be kept. `newer` is what is now in the report's file. `alike` are reports with almost the same text.
    `foreign` are files in the library that are not the program's, and `unread` those that were not read to the end.
    """

    run: Run = field(default_factory=lambda: Run("remove"))
    report: str = ""
    reason: str = ""
    editions: tuple[str, ...] = ()
    files: Files = Files()  # noqa: RUF009 - frozen
    kept: tuple[str, ...] = ()
    newer: str | None = None
    alike: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.run.to_dict(),
            "removed": {"report": self.report, "reason": self.reason},
            "editions": list(self.editions),
            "deleted": len(self.files.deleted),
            "elsewhere": len(self.files.elsewhere),
            "linked": len(self.files.linked),
            "refused": len(self.files.refused),
            "attached": list(self.files.attached),
            "still_held": [*self.kept, *([self.newer] if self.newer else []), *self.alike],
        }


def chosen(settings: Settings, store: Store, prefix: str) -> str:
    """Return the full id of the report to remove, from the start of the id.

    An already removed report counts while a file with the same bytes exists. Raises NotFound for any other.
    """
    try:
        return store.known(prefix)
    except NotFound:
        wanted = prefix.strip().lower()
        again = [removal.report for removal in store.removals() if wanted and removal.report.startswith(wanted)]
        if len(again) != 1 or not copies.find(settings, again):
            raise
        return again[0]


def remove(settings: Settings, prefix: str, reason: str, *, keep_editions: bool = False) -> Removed:
    """Remove a report, given by its id or the start of it, so that none of its text is left in the library.

    Older editions in the same file are removed too, unless `keep_editions` is set. The next update finishes an
    interrupted removal. Raises NotFound if there is no such report.
    """
    done = Removed()
    with recorded(settings, done.run, done.to_dict), Store.open(settings.database) as store:
        erase.catch_up(settings, store)
        report = chosen(settings, store, prefix)
        done.report, done.reason = report, reason
        older = tuple(store.editions.older(report))
        done.editions, done.kept = ((), older) if keep_editions else (older, ())
        done.newer = store.editions.newer(report)
        done.alike = tuple(each for each in store.editions.almost_same(report) if each not in (*older, done.newer))
        going = (report, *done.editions)
        files = [record.path for record in store.files().values() if record.report in going]
        files += [each.file for each in store.withdrawals() if each.report in going]
        if report not in {removal.report for removal in store.removals()}:
            erase.plan(settings, store, going, reason)
            erase.begin(settings, store, going, reason)
        done.files = erase.delete_files(settings, store, going, files)
        done.run.generation = upkeep(settings).build(store, clean=True)
        erase.finish(settings, store)
        done.foreign, done.unread = tuple(foreign_files(settings)), tuple(unread_files(settings, store))
        done.run.problems = upkeep(settings).check(store)
    return done
