"""Kill `reviews update` at random moments: `python -m benchmarks.faults.crash [DIR]`.

The update takes a library from one state of its folder to another: some reports are new, changed or gone. `kill -9`
stops it part-way, alone or with all its processes. After each kill, `reviews check` must find no fault, every query
must be answered as before or after the update, and the next update must complete.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import reviews
from benchmarks.searching.queries import TYPICAL

ROOT = Path(__file__).parent.parent.parent
START = "from reviews.cli.main import main; main(prog_name='reviews')"
_QUESTIONS = TYPICAL[::2]
_PATIENCE = 600.0  # seconds for an update that is not killed

Answers = dict[str, Any]


@dataclass(slots=True)
class Kill:
    """One kill. `moment` is in seconds after the start or, with `late`, after the index began to be written.

    `found` is the state that the killed process left: "untouched", "reading" (the corpus has changed), "building" (an
    index is being written too) or "published". `faults` is empty if nothing was lost.
    """

    moment: float
    with_children: bool
    late: bool = False
    found: str = ""
    faults: list[str] = field(default_factory=list)


def command(library: Path, *words: str, start: str = START) -> subprocess.Popen[bytes]:
    """Start `reviews` as the leader of its own process group."""
    return subprocess.Popen(
        [sys.executable, "-c", start, "--library", str(library), *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def completes(library: Path, *words: str) -> str:
    """Run a command. Returns its output if it failed, otherwise ""."""
    process = command(library, *words)
    printed, _ = process.communicate(timeout=_PATIENCE)
    return (
        "" if process.returncode == 0 else f"`reviews {words[0]}` ended with {process.returncode}: {printed.decode()}"
    )


def answers(path: Path) -> Answers:
    """Return the answers of a library, without elapsed time and generation."""
    told: Answers = {}
    with reviews.open(path) as library:
        for query in _QUESTIONS:
            answer = library.search(query, limit=None).to_dict()
            told[query] = {key: value for key, value in answer.items() if key not in ("elapsed_ms", "generation")}
    return told


def two_states(pdfs: Sequence[Path], work: Path) -> tuple[Path, Path, Answers]:
    """Return a folder in its second state, a library of its first state, and the answers of that library."""
    folder, library = work / "folder", work / "before"
    folder.mkdir()
    names = {pdf: f"{number:03} {pdf.name}" for number, pdf in enumerate(pdfs)}
    for pdf in pdfs[::2]:
        shutil.copyfile(pdf, folder / names[pdf])
    if fault := completes(library, "update", str(folder)):
        raise SystemExit(fault)
    first = answers(library)
    for number, pdf in enumerate(pdfs):
        place = folder / names[pdf]
        if number % 2:
            shutil.copyfile(pdf, place)  # new
        elif number % 8 == 0:
            place.write_bytes(pdf.read_bytes() + b"\n% another edition\n")  # changed
        elif number % 8 == 2:
            place.unlink()  # gone
    return folder, library, first


@dataclass(frozen=True, slots=True)
class Scene:
    """What every kill starts from.

    A folder, a library of its earlier files, the answers before and after an update, and how many seconds the update
    and its index take.
    """

    folder: Path
    pristine: Path
    before: Answers
    after: Answers
    whole: float
    indexing: float

    @classmethod
    def make(cls, pdfs: Sequence[Path], work: Path) -> "Scene":
        folder, pristine, before = two_states(pdfs, work)
        library = Path(shutil.copytree(pristine, work / "library"))
        began = time.perf_counter()
        printed, _ = command(library, "update", str(folder), "--json").communicate(timeout=_PATIENCE)
        whole = time.perf_counter() - began
        after = answers(library)
        if before == after:
            raise SystemExit("Both states give the same answers, so a loss would go unseen. Use other reports.")
        return cls(folder, pristine, before, after, whole, float(json.loads(printed)["seconds"]["index"]))


def kills(scene: Scene, *, times: int, seed: int, first: int = 0, start: str = START) -> Iterator[Kill]:
    """Kill an update once for each number from `first` up to `times`, each time on a new copy of the same library.

    `start` is the code to run.
    """
    chance = random.Random(seed)
    folder, before, after = scene.folder, scene.before, scene.after
    library = scene.pristine.parent / "library"
    for number in range(first, times):
        shutil.rmtree(library)
        shutil.copytree(scene.pristine, library)
        # Reading takes most of the time. Every third kill aims at the short time in which the index is written.
        late = number % 3 == 2
        moment = scene.indexing * (number // 3) / (times // 3) if late else scene.whole * chance.uniform(0.1, 1.0)
        kill = Kill(round(moment, 3), chance.random() < 0.5, late)
        revision = _revision(library)
        process = command(library, "update", str(folder), start=start)
        while late and process.poll() is None and not any((library / "index").glob("building-*")):
            time.sleep(0.002)
        try:
            process.wait(kill.moment)
        except subprocess.TimeoutExpired:
            if kill.with_children:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()
        kill.found, kill.faults = _judged(library, before, after, revision)
        if fault := completes(library, "update", str(folder)):
            kill.faults.append(fault)
        elif answers(library) != after:
            kill.faults.append("the next update did not bring the answers of the second state")
        yield kill


def _judged(library: Path, before: Answers, after: Answers, revision: int) -> tuple[str, list[str]]:
    """Return the state that a killed update left, and its faults."""
    faults = []
    building = any((library / "index").glob("building-*"))
    if fault := completes(library, "check"):
        faults.append(fault)
    try:
        now = answers(library)
    except Exception as error:  # noqa: BLE001 - any failing search is a fault
        return "unsearchable", [*faults, f"search fails: {type(error).__name__}: {error}"]
    if now == after:
        return "published", faults
    if now != before:
        faults.append("search answers neither as before nor as after")
    return "building" if building else "reading" if _revision(library) != revision else "untouched", faults


def _revision(library: Path) -> int:
    with reviews.open(library) as opened, opened.store() as store:
        return store.revision


def main() -> None:
    """Print one JSON object. Exits with 1 if anything was lost."""
    shared = ROOT.parent / "shared" / "reports"
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults.crash", description=__doc__)
    parser.add_argument("dir", nargs="?", type=Path, default=shared if shared.is_dir() else ROOT / "corpus" / "demo")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crash-") as work:
        pdfs = sorted(asked.dir.rglob("*.pdf"))
        done = []
        for kill in kills(Scene.make(pdfs, Path(work)), times=asked.kills, seed=asked.seed):
            done.append(kill)
            print(f"{len(done)} of {asked.kills}: {kill.found}", *kill.faults, file=sys.stderr)
    lost = [asdict(kill) for kill in done if kill.faults]
    found = Counter(kill.found for kill in done)
    print(json.dumps({"files": len(pdfs), "kills": len(done), "found": found, "lost": lost}, indent=2))
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
