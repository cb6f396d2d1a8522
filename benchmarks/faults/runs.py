"""Faults during a whole run: `python -m benchmarks.faults.runs` fails each file operation of `reviews update` once.

These are the operations on the corpus (SQLite's own), the index, the records and the caches. The folder of a small
library has new reports, a new edition, a moved file and a missing one. After each fault, every query must be answered
as before or after the run, `check` must find no fault, and the next run must complete without reading any file again.
Writes JSON to stdout.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import reviews
from benchmarks.faults.disk import FAULTS, Disk, Fault
from benchmarks.faults.torture import Outcome, in_a_child
from corpus.layout import create_library
from corpus.settings import load_settings
from corpus.storage.store import Store
from index import build
from index.storage import generations
from reviews.maintenance.update import run

DEMO = Path(__file__).parent.parent.parent / "corpus" / "demo"
_NEW = 8  # reports
_SPARE = 1_200_000  # bytes that an update needs temporarily, beyond what it leaves
_QUESTIONS = ("child*", "learning OR review", '"child protection"')

Answers = dict[str, Any]


def prepare(library: Path) -> None:
    """Make a library that has read its folder, then change the folder."""
    create_library(library)
    (library / "reviews.toml").write_text("ocr = false\njobs = 1\n")
    folder = library / "reports"
    brief, summary, response, newsletter = sorted(DEMO.glob("*.pdf"), key=lambda pdf: pdf.stat().st_size)[2:6]
    for pdf in (brief, summary, response):
        shutil.copyfile(pdf, folder / pdf.name)
    update(library)
    for number in range(_NEW):
        (folder / f"{number} {newsletter.name}").write_bytes(
            newsletter.read_bytes() + f"\n% edition {number}\n".encode()
        )
    (folder / response.name).write_bytes(response.read_bytes() + b"\n% another edition\n")
    (folder / brief.name).rename(folder / "moved.pdf")
    (folder / summary.name).unlink()


def update(library: Path) -> int:
    """Run an update. Returns the number of PDFs read."""
    done = run(load_settings(library), ())
    return done.ingested.read if done.ingested else 0


def answers(library: Path) -> Answers:
    """Return the answers of a library, without elapsed time and generation."""
    told: Answers = {}
    with reviews.open(library) as opened:
        for query in _QUESTIONS:
            answer = opened.search(query, limit=None, per_report=None).to_dict()
            told[query] = {key: value for key, value in answer.items() if key not in ("elapsed_ms", "generation")}
    return told


@dataclass(frozen=True, slots=True)
class Scene:
    """The starting point of every fault: a library, its answers, the answers after the run, and the number of
    operations.
    """

    library: Path
    before: Answers
    after: Answers
    operations: int

    @classmethod
    def make(cls, folder: Path) -> "Scene":
        library = folder / "scene"
        prepare(library)
        before = answers(library)
        copy = Path(shutil.copytree(library, folder / "copy"))
        said = in_a_child(lambda: update(copy), Disk(copy, "none", 0), sqlite=True).decode()
        scene = cls(library, before, answers(copy), int(said.removeprefix("done ")))
        shutil.rmtree(copy)
        return scene


def faults(scene: Scene, fault: Fault, points: Sequence[int]) -> Outcome:
    """Make the operations with these numbers fail, each in a new copy of the library."""
    outcome = Outcome()
    for at in points:
        # The same path each time, because the corpus identifies files by it.
        copy = Path(shutil.copytree(scene.library, scene.library.parent / "copy"))
        said = in_a_child(partial(update, copy), Disk(copy, fault, at), sqlite=True).decode()
        outcome.tried += 1
        wrong = list(_judge(copy, scene, outcome))
        if said.startswith("bug"):
            wrong.append(said)
        outcome.faults += [f"{fault} at {at}: {sentence}" for sentence in wrong]
        shutil.rmtree(copy)
    return outcome


def sizes(scene: Scene, number: int) -> Outcome:
    """Run an update on a real disk with room for part of what it writes, from nothing to everything, in `number` steps.

    Raises PermissionError if this process may not mount a disk.
    """
    outcome = Outcome()
    # The same path as in `faults`, because the corpus identifies files by it.
    with _disk(scene.library.parent / "copy", 64) as disk:
        held = _empty(disk)
        shutil.copytree(scene.library, disk, dirs_exist_ok=True)
        begun = shutil.disk_usage(disk).used - held
        in_a_child(lambda: update(disk), Disk(disk, "none", 0))
        most = shutil.disk_usage(disk).used - held - begun + _SPARE
        for step in range(number):
            free = most * step // (number - 1)
            _empty(disk)
            shutil.copytree(scene.library, disk, dirs_exist_ok=True)
            ballast = disk / ".ballast"
            ballast.write_bytes(bytes(shutil.disk_usage(disk).free - free))
            said = in_a_child(lambda: update(disk), Disk(disk, "none", 0)).decode()
            ballast.unlink()
            outcome.tried += 1
            wrong = list(_judge(disk, scene, outcome))
            if not said.startswith(("done", "failed")):
                wrong.append(said)
            outcome.faults += [f"{free:,} bytes free: {sentence}" for sentence in wrong]
    return outcome


@contextmanager
def _disk(place: Path, megabytes: int) -> Iterator[Path]:
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        place.rmdir()
        raise PermissionError("Mounting a small disk needs root. Run this as root, or pass --sizes 0.")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
        place.rmdir()


def _empty(disk: Path) -> int:
    """Delete everything. Returns how many bytes are still in use."""
    for path in disk.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return shutil.disk_usage(disk).used


def _judge(library: Path, scene: Scene, outcome: Outcome) -> Iterator[str]:
    index = library / "index"
    try:
        found = answers(library)
        outcome.old += found == scene.before
        outcome.new += found == scene.after
        if found not in (scene.before, scene.after):
            yield "search answers neither as before nor as after"
        with Store.open(library / "corpus.db") as store:
            if said := store.check():
                yield f"the corpus is not sound: {said}"
            if not generations.current(index, thorough=True).warnings and (said := build.check(store, index)):
                yield f"check reports a problem in a sound index: {said}"
            kept = {report for _, report in store.readings.current()}
        again = update(library)
        with Store.open(library / "corpus.db") as store:
            if said := [*store.check(), *build.check(store, index, full=True)]:
                yield f"after the next run: {said}"
            new = {report for _, report in store.readings.current()} - kept
        if again != len(new):
            yield f"the next run read {again} files for {len(new)} reports that were missing"
        if answers(library) != scene.after:
            yield "the next run does not complete"
    except Exception as error:  # noqa: BLE001 - any error here is a finding
        yield f"{type(error).__name__}: {error}"


def main() -> None:
    """Print one JSON object. Exits with 1 if there were faults."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults.runs", description=__doc__)
    parser.add_argument("--faults", nargs="*", choices=FAULTS, default=list(FAULTS))
    parser.add_argument("--step", type=int, default=1, help="fail only every Nth operation")
    parser.add_argument("--sizes", type=int, default=50, help="sizes of a full disk; 0 if mounting is not allowed")
    asked = parser.parse_args()
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="runs-") as work:
        scene = Scene.make(Path(work))
        told["operations"] = scene.operations
        for fault in asked.faults:
            told[fault] = faults(scene, fault, range(1, scene.operations + 2, asked.step)).to_dict()
            print(fault, told[fault], file=sys.stderr)
        if asked.sizes:
            told["disk full at so many sizes"] = sizes(scene, asked.sizes).to_dict()
    print(json.dumps(told, indent=1))
    sys.exit(1 if any(part["faults"] for part in told.values() if isinstance(part, dict)) else 0)


if __name__ == "__main__":
    main()
