"""Print what a removal did, and what the person still has to do."""

from collections.abc import Iterator, Sequence

from reviews.maintenance.erase import Files
from reviews.maintenance.remove import Removed

_MANY = 10


def removal_lines(done: Removed) -> Iterator[str]:
    """Yield the result of a removal."""
    yield f"Removed {done.report[:12]}. None of its text is left in the library{_but_files(done)}."
    for report in done.editions:
        yield f"Removed its older edition {report[:12]} as well."
    for key in done.files.deleted:
        yield f"Deleted: {key}"
    yield ""
    yield "What you still need to do:"
    yield from (f"- {sentence}" for sentence in left_to_you(done))


def left_to_you(done: Removed) -> Iterator[str]:
    """Yield everything that the program cannot reach or decide, one sentence each."""
    yield from _about_files(done.files)
    for report in done.kept:
        yield f"Its older edition {report[:12]} is kept, as you asked. `reviews remove {report[:12]}` removes it."
    if done.newer:
        yield f"A newer edition, {done.newer[:12]}, is still searched."
    for report in done.alike:
        yield f"Report {report[:12]} has almost the same text and is still here. `reviews show {report[:12]}` shows it."
    if done.foreign:
        yield (
            "The program did not make these files in the library. Check whether they contain text of the report: "
            f"{_some(done.foreign)}."
        )
    if done.unread:
        yield (
            "The program has not read these files, or not the files attached to them. Check whether they contain the "
            f"report: {_some(done.unread)}."
        )
    yield (
        "catalogue.csv, themes.toml and followed searches: delete the row, the words or the search that describe it, "
        "then run `reviews update`."
    )
    yield (
        "Backups: delete it there too. When you restore one, keep the newest removals.json: the next update then "
        "removes the report again."
    )
    yield "Exported tables, workbooks, search logs and citations, also those that others have made."
    yield "Downloads and caches of browsers that opened the page, and the access log, which may hold queries."
    yield "A running `reviews serve` drops it within seconds, but does not overwrite its memory. Restart it."
    yield "Swap space, hibernation files, and core dumps of other programs. This program writes no core dumps."
    yield "Free space and snapshots of the disk: deleted files can be recovered until they are overwritten."


def _some(files: Sequence[str]) -> str:
    more = f" and {len(files) - _MANY} more" if len(files) > _MANY else ""
    return ", ".join(files[:_MANY]) + more


def _about_files(files: Files) -> Iterator[str]:
    for key in files.elsewhere:
        yield f"Not deleted, because it is outside the library: {key}"
    for key in files.refused:
        yield f"Not deleted, because the system refused it: {key}"
    for key in files.inside:
        yield f"It is an attached file of {key}, which was not deleted because it contains other files too."
    for key in files.linked:
        yield f"{key} was deleted, but had a hard link: the same file has another name elsewhere on the disk."
    for key in files.changed:
        yield f"{key} was not deleted, because its contents have changed. Check whether it is a copy of the report."
    for report in files.attached:
        yield (
            f"Report {report[:12]} was an attached file of its PDF, and is no longer in the library. "
            f"`reviews remove {report[:12]}` makes sure that it is not read again."
        )


def _but_files(done: Removed) -> str:
    return ", but for the files named below" if done.files.refused else ""
