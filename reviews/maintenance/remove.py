"""Remove a report for good: from the corpus first, then from everything made from it."""

from dataclasses import dataclass, field
from typing import Any

from corpus.names import real_path
from corpus.settings import Settings
from corpus.storage.store import Store
from index import build
from reviews.maintenance.update import Run, finish_removals, recorded


@dataclass(slots=True)
class Removed:
    """What was removed. deleted: PDFs inside the library. elsewhere: PDFs outside it, which are left alone."""

    run: Run = field(default_factory=lambda: Run("remove"))
    report: str = ""
    reason: str = ""
    deleted: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            **self.run.to_dict(),
            "removed": {"report": self.report, "reason": self.reason},
            "deleted": len(self.deleted),
            "elsewhere": len(self.elsewhere),
        }


def remove(settings: Settings, prefix: str, reason: str) -> Removed:
    """Remove a report (by its id or the start of it), so that none of its text is left in the library.

    The next update finishes a removal that was interrupted. Raises NotFound when there is no such report.
    """
    done = Removed()
    with recorded(settings, done.run, done.to_dict), Store.open(settings.database) as store:
        report = store.known(prefix)
        files = [record.path for record in store.files().values() if record.report == report]
        done.report, done.reason = report, reason
        store.remove(report, reason)
        inside = settings.reports.resolve()
        for key in files:
            path = real_path(settings.library, key)
            if path.resolve().is_relative_to(inside):
                path.unlink(missing_ok=True)
                store.forget_file(key)
                done.deleted = (*done.deleted, key)
            else:
                done.elsewhere = (*done.elsewhere, key)
        done.run.generation = build.build(store, settings.index, jobs=settings.jobs, clean=True)
        finish_removals(settings, store, [removal.report for removal in store.removals() if not removal.done])
        done.run.problems = build.check(store, settings.index)
    return done
