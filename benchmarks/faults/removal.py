"""Kill a removal: `python -m benchmarks.faults.removal` stops `reviews remove` with `kill -9` at every file operation.

This includes SQLite's operations. After each kill, no search may return the report once it is refused, the next update
must finish the removal, and then no byte of the library may contain anything of the report. Writes JSON to stdout.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import reviews
from benchmarks.faults.disk import Disk
from benchmarks.faults.leftovers import leftovers
from benchmarks.faults.torture import Outcome, in_a_child
from benchmarks.pdf import page_of
from corpus.layout import create_library
from corpus.settings import load_settings
from corpus.storage.store import Store
from index import build
from reviews.maintenance.remove import remove
from reviews.maintenance.update import run

WORDS = ("zelkova", "wynfrith", "ulverdale-quince", "brackenthwaite", "marwick")
"""Words of the report and of its file name that occur nowhere else."""
EARLIER = ("pennyfarthingale", "gossamerbeck")
"""Words that only occur in its first edition."""
NAME = "Marwick.pdf"
_BEFORE = ("The child Pennyfarthingale was seen at school.", "A social worker visited Gossamerbeck twice.")
_TEXT = (
    "Learning review: Zelkova Wynfrith and the family at Ulverdale-Quince.",
    "Brackenthwaite school made a referral, and nobody answered it for three weeks.",
    "The school nurse, the police and the health visitor each knew a part of what happened.",
    "The partnership should make sure that every referral is answered within two days.",
)


def small_pdf(*lines: str) -> bytes:
    """Return a PDF of one page with these lines. The bytes are the same each time."""
    words = "".join(f"BT /F1 11 Tf 72 {760 - 28 * n} Td ({line}) Tj ET\n" for n, line in enumerate(lines)).encode()
    return page_of(words)


def report() -> bytes:
    """Return the report to be removed."""
    return small_pdf(*_TEXT)


def prepare(library: Path, *, editions: bool = True) -> str:
    """Make a library of three generations with the report, and optionally with an earlier edition.

    Returns the report's id.
    """
    create_library(library)
    (library / "reviews.toml").write_text("ocr = false\njobs = 1\n")
    folder = library / "reports"
    for number, words in enumerate(("A school nurse was told of the injury.", "The police visited the home.")):
        (folder / f"other-{number}.pdf").write_bytes(small_pdf(words, "The child was seen alone."))
    update(library)
    if editions:
        (folder / NAME).write_bytes(small_pdf(*_BEFORE))
    else:
        (folder / "other-2.pdf").write_bytes(small_pdf("A health visitor wrote to the family."))
    update(library)
    (folder / NAME).write_bytes(report())
    update(library)
    with Store.open(library / "corpus.db", read_only=True) as store:
        return next(each.id for each in store.reports() if NAME in each.files[0])


def update(library: Path) -> None:
    """Run an update."""
    run(load_settings(library), ())


@dataclass(frozen=True, slots=True)
class Scene:
    """The starting point of every kill: a library, the id of the report, and the number of operations in its
    removal.
    """

    library: Path
    report: str
    operations: int

    @classmethod
    def make(cls, folder: Path) -> "Scene":
        library = folder / "scene"
        held = prepare(library)
        copy = Path(shutil.copytree(library, folder / "copy"))
        said = in_a_child(partial(_remove, copy, held), Disk(copy, "none", 0), sqlite=True).decode()
        shutil.rmtree(copy)
        return cls(library, held, int(said.removeprefix("done ")))


def _remove(library: Path, held: str) -> None:
    remove(load_settings(library), held, "asked for")


def kills(scene: Scene, points: Sequence[int]) -> Outcome:
    """Kill the removal at these operations, each in a new copy of the library.

    In the outcome, `old` means that the removal had not begun, and `new` that it had.
    """
    outcome = Outcome()
    for at in points:
        copy = Path(shutil.copytree(scene.library, scene.library.parent / "copy"))
        said = in_a_child(partial(_remove, copy, scene.report), Disk(copy, "kill", at), sqlite=True).decode()
        outcome.tried += 1
        wrong = [said] if said.startswith("bug") else []
        outcome.faults += [f"kill at {at}: {sentence}" for sentence in (*wrong, *_judge(copy, scene.report, outcome))]
        shutil.rmtree(copy)
    return outcome


def _judge(library: Path, held: str, outcome: Outcome) -> Iterator[str]:
    try:
        begun = _begun(library, held)
        outcome.new += begun
        outcome.old += not begun
        if not begun:
            _remove(library, held)
        else:
            if any(_found(library, word) for word in WORDS):
                yield "search answers with a report whose removal has begun"
            update(library)
        yield from leftovers(library, (*WORDS, *EARLIER))
        with Store.open(library / "corpus.db") as store:
            yield from (*store.check(), *build.check(store, library / "index", full=True))
            if any(not removal.done for removal in store.removals()):
                yield "the removal is not finished"
    except Exception as error:  # noqa: BLE001 - any error here is a finding
        yield f"{type(error).__name__}: {error}"


def _begun(library: Path, held: str) -> bool:
    """Return whether the library knows that the report is to be removed."""
    with Store.open(library / "corpus.db") as store:  # a writer, so that a remaining log is read
        return any(removal.report == held for removal in store.removals())


def _found(library: Path, word: str) -> int:
    with reviews.open(library) as opened:
        return opened.search(word).total


def main() -> None:
    """Print one JSON object. Exits with 1 if there were faults."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults.removal", description=__doc__)
    parser.add_argument("--step", type=int, default=1, help="kill only at every Nth operation")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="removal-") as work:
        scene = Scene.make(Path(work))
        outcome = kills(scene, range(1, scene.operations + 2, asked.step))
    told: dict[str, Any] = {"operations": scene.operations, "kill": outcome.to_dict()}
    print(json.dumps(told, indent=1))
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
