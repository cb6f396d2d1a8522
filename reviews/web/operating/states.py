"""Why a library cannot be searched at the moment, and what the visitor and the operator can do."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from corpus.errors import Corrupt, FileCorrupt, NoIndex, OtherVersion, ReviewsError
from corpus.settings import Settings
from corpus.storage.store import Store
from reviews.maintenance.lock import held


class State(Enum):
    """A title, and what it means for the visitor. The steps for the operator are in `steps`."""

    EMPTY = (
        "There are no reports here yet",
        (
            "Nothing can be searched until somebody has added reports. Come back later, or ask the person who runs "
            "this page when they will be added."
        ),
    )
    BUILDING = (
        "The reports are being read",
        "This takes from a few minutes to a few hours, depending on how many there are. Reload this page in a while.",
    )
    NOT_BUILT = (
        "The reports are not ready to be searched",
        "They have been added, but not prepared for searching. Tell the person who runs this page.",
    )
    OTHER_VERSION = (
        "The reports have to be prepared again",
        (
            "The program was updated, and the reports have to be prepared for the new version before they can be "
            "searched. Nothing is lost. Reload this page in a while. If that does not help, tell the person who runs "
            "this page."
        ),
    )
    DAMAGED = (
        "Something is wrong with the stored reports",
        "The search is switched off, so that nobody gets an incomplete answer. Tell the person who runs this page.",
    )

    def __init__(self, title: str, meaning: str) -> None:
        self.title = title
        self.meaning = meaning


def state_of(error: ReviewsError, settings: Settings) -> State | None:
    """Return the state that an error indicates, or None if the error only concerns one request."""
    if isinstance(error, OtherVersion):
        return State.BUILDING if held(settings.library) else State.OTHER_VERSION
    if isinstance(error, NoIndex):
        if held(settings.library):
            return State.BUILDING
        return State.NOT_BUILT if _has_reports(settings.database) else State.EMPTY
    return State.DAMAGED if isinstance(error, Corrupt) and not isinstance(error, FileCorrupt) else None


def steps(state: State, settings: Settings) -> tuple[str, ...]:
    """Return what the operator can do, with the library's commands and paths."""
    place = f"The library is {settings.library}. If you work in another folder, add `--library`."
    return {
        State.EMPTY: (
            f"Put PDF files into the folder {settings.reports}.",
            f"Run `reviews update`, or `reviews update FOLDER` for files that are elsewhere. {place}",
            "Reload this page.",
        ),
        State.BUILDING: (f"Run `reviews status` to see how far the update is. {place}",),
        State.NOT_BUILT: (f"Run `reviews update`. {place}", "Reload this page."),
        State.OTHER_VERSION: (
            f"Run `reviews update` with the version of the program that serves this page. {place}",
            "If the library is newer than the program, update the program and start `reviews serve` again.",
        ),
        State.DAMAGED: (
            f"Run `reviews check --full` to see what is damaged. {place}",
            "If it is the index, run `reviews index --rebuild`. No PDF is read again for that.",
            "If it is the corpus, restore the last backup, then run `reviews update`.",
        ),
    }[state]


def _has_reports(database: Path) -> bool:
    try:
        with Store.open(database, read_only=True) as store:
            return bool(store.coverage().reports)
    except ReviewsError:
        return True
