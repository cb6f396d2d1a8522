"""Faults while the index is built: `python -m benchmarks.faults.torture` fails each file operation of a build once.

The build takes the index from one state of its corpus to another. After each fault, a reader must answer exactly as
before or after the build, `check` must report the true state, and the next build must complete. Then bits are flipped,
and readers search while updates are published. Writes JSON to stdout.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.faults import sqlite_disk
from benchmarks.faults.disk import FAULTS, Disk, Fault
from corpus.errors import Corrupt, ReviewsError
from corpus.files import FileRecord
from corpus.model import Page, Paragraph, Section, SectionKind, Text
from corpus.storage.store import Store
from index import build
from index.storage import generations

WORDS = ("neglect", "was", "seen", "by", "the", "school", "nurse", "nobody", "asked", "child", "about", "visits")

Answers = dict[int, dict[str, tuple[int, ...]]]
"""The terms of each reading with their positions: everything that an index contains."""


@dataclass(slots=True)
class Outcome:
    """The results of several injected faults. `faults` is what the program did wrong; empty if nothing."""

    tried: int = 0
    old: int = 0
    new: int = 0
    faults: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return {"tried": self.tried, "as_before": self.old, "as_after": self.new, "faults": self.faults}


def add(store: Store, name: str, seed: int, words: int = 300) -> None:
    """Add a report of made-up sentences. The same name with another seed is a new edition."""
    chance = random.Random(seed)
    said = [f"{' '.join(chance.choices(WORDS, k=12))} word{chance.randrange(900)}." for _ in range(words // 13)]
    text = Text(
        id=sha256(f"{name} {seed}".encode()).hexdigest(),
        pages=(Page(1, "1"),),
        sections=(Section(0, SectionKind.BODY, ""),),
        paragraphs=tuple(Paragraph(n, 1, None, 0, sentence) for n, sentence in enumerate(said)),
    )
    store.put(text, FileRecord(f"{name}.pdf", 1, seed, text.id))


def prepare(folder: Path) -> None:
    """Make a corpus and an index of two generations, then change the corpus.

    This is the starting point of every fault.
    """
    folder.mkdir()
    with Store.open(folder / "corpus.db", create=True) as store:
        for number in range(6):
            add(store, f"report-{number}", number)
        build.build(store, folder / "index")
        add(store, "report-6", 6)
        build.build(store, folder / "index")
        add(store, "report-7", 7)
        add(store, "report-0", 100)
        store.forget_file("report-3.pdf")


def answers(index: Path) -> Answers:
    """Return everything that a reader currently finds.

    If the reader meets damage, it reads the newest generation that is completely intact, as `reviews.Library` does.
    """
    try:
        return _answers(generations.current(index))
    except Corrupt:
        return _answers(generations.current(index, thorough=True))


def _answers(generation: generations.Generation) -> Answers:
    snapshot = build.open_snapshot(generation)
    try:
        live = snapshot.documents()
        found: Answers = {reading: {} for reading in live.values()}
        for term in snapshot.terms():
            for base, postings in snapshot.postings(term):
                for place, document in enumerate(postings.documents):
                    if base + document in live:
                        found[live[base + document]][term] = tuple(postings.at(place))
        return found
    finally:
        snapshot.close()


def in_a_child(work: Callable[[], Any], disk: Disk, *, sqlite: bool = False) -> bytes:
    """Do the work in a child process with this disk. Returns what the child wrote to its pipe; empty if it died.

    With `sqlite`, SQLite's operations fail too.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            disk.install()
            if sqlite:
                sqlite_disk.install(disk)
            work()
            said = f"done {disk.operations}"
            disk.rest()
        except (OSError, ReviewsError) as error:
            said = f"failed {type(error).__name__}"
        except BaseException as error:  # noqa: BLE001 - reported to the parent
            said = f"bug {type(error).__name__}: {error}"
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said_by_child = pipe.read()
    os.waitpid(child, 0)
    return said_by_child


def update(folder: Path, *, rebuild: bool = False) -> None:
    with Store.open(folder / "corpus.db") as store:
        build.build(store, folder / "index", rebuild=rebuild)


@dataclass(frozen=True, slots=True)
class Scene:
    """The starting point of every fault: a folder, the answers of its index before and after, and the number of
    operations.
    """

    folder: Path
    before: Answers
    after: Answers
    operations: int

    @classmethod
    def make(cls, folder: Path) -> "Scene":
        prepare(folder / "scene")
        before = answers(folder / "scene" / "index")
        copy = Path(shutil.copytree(folder / "scene", folder / "whole"))
        said = in_a_child(lambda: update(copy), Disk(copy / "index", "none", 0)).decode()
        return cls(folder / "scene", before, answers(copy / "index"), int(said.removeprefix("done ")))


def faults(scene: Scene, fault: Fault, points: Sequence[int]) -> Outcome:
    """Make the operations with these numbers fail, each in a new copy of the scene.

    One more than the number of operations is the moment after the last one.
    """
    outcome = Outcome()
    for at in points:
        copy = scene.folder.parent / "copy"
        shutil.copytree(scene.folder, copy)
        said = in_a_child(partial(update, copy), Disk(copy / "index", fault, at)).decode()
        outcome.tried += 1
        finished = at > scene.operations
        wrong = [f"{fault} at {at}: {sentence}" for sentence in _judge(copy, scene, outcome, finished)]
        if said.startswith("bug"):
            wrong.append(f"{fault} at {at}: {said}")
        outcome.faults += wrong
        shutil.rmtree(copy)
    return outcome


def _judge(folder: Path, scene: Scene, outcome: Outcome, finished: bool) -> Iterator[str]:
    index = folder / "index"
    try:
        found = answers(index)
    except Exception as error:  # noqa: BLE001 - any error here is a finding
        yield f"a reader fails: {type(error).__name__}: {error}"
        found = scene.before
    outcome.old += found == scene.before
    outcome.new += found == scene.after
    if finished and found != scene.after:
        yield "what was finished is lost"
    if found not in (scene.before, scene.after):
        yield "a reader gets a wrong answer"
    try:
        with Store.open(folder / "corpus.db") as store:
            sound = generations.current(index, thorough=True).warnings == ()
            if sound and found == scene.after and (said := build.check(store, index)):
                yield f"check reports a problem in a sound index: {said}"
            build.build(store, index)
            if said := build.check(store, index, full=True):
                yield f"after the next update: {said}"
    except Exception as error:  # noqa: BLE001 - any error is a fault
        yield f"the next update fails: {type(error).__name__}: {error}"
        return
    if answers(index) != scene.after:
        yield "the next update does not complete"


@contextmanager
def large() -> Iterator[None]:
    """Treat every index as a large one, whose postings are not hashed on opening."""
    small, generations._SMALL = generations._SMALL, 0
    try:
        yield
    finally:
        generations._SMALL = small


def flips(scene: Scene, number: int, seed: int) -> Outcome:
    """Flip one bit of the newest generation or the pointer.

    The file keeps its modification time, as on a failing disk.
    """
    chance = random.Random(seed)
    outcome = Outcome()
    newest = generations.current(scene.folder / "index").directory
    files = [path for path in newest.iterdir() if path.is_file() and path.stat().st_size]
    files.append(newest.parent / generations.POINTER)
    for _ in range(number):
        copy = scene.folder.parent / "copy"
        shutil.copytree(scene.folder, copy)
        path = copy / chance.choice(files).relative_to(scene.folder)
        status, data = path.stat(), bytearray(path.read_bytes())
        place, bit = chance.randrange(len(data)), chance.randrange(8)
        data[place] ^= 1 << bit
        path.write_bytes(data)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        where = f"bit {bit} of byte {place} of {path.name}"
        outcome.tried += 1
        try:
            outcome.faults += [f"{where}: {sentence}" for sentence in _after_flip(copy, scene)]
        except Exception as error:  # noqa: BLE001 - any error here is a finding
            outcome.faults.append(f"{where}: {type(error).__name__}: {error}")
        outcome.old += 1
        shutil.rmtree(copy)
    return outcome


def _after_flip(folder: Path, scene: Scene) -> Iterator[str]:
    with Store.open(folder / "corpus.db") as store:
        if not build.check(store, folder / "index", full=not generations._SMALL):
            yield "check does not find it"
    found = answers(folder / "index")
    # The previous generation has one report less, and the others are the same.
    if len(found) < len(scene.before) - 1 or any(scene.before.get(reading) != found[reading] for reading in found):
        yield "a reader gets a wrong answer"
    update(folder)
    if answers(folder / "index") != scene.after:
        yield "the next update does not repair it"


def readers(folder: Path, readers: int, updates: int) -> Outcome:
    """Search from several readers while updates are published.

    Each answer must come from a single state, never older than the one published when the search began.
    """
    outcome = Outcome()
    states: list[Answers] = []
    got: list[tuple[int, Answers]] = []  # how many states were published before the search, and the answers
    with Store.open(folder / "corpus.db", create=True) as store:
        add(store, "report-0", 0)
        build.build(store, folder / "index")
        states.append(answers(folder / "index"))
        over = threading.Event()

        def read() -> None:
            last = False
            while not last:
                last, published = over.is_set(), len(states)
                try:
                    found = answers(folder / "index")
                except Exception as error:  # noqa: BLE001 - any error is a fault
                    outcome.faults.append(f"a reader fails: {type(error).__name__}: {error}")
                    continue
                outcome.tried += 1
                if found != states[-1]:  # the others are checked once all states are known
                    got.append((published, found))

        threads = [threading.Thread(target=read) for _ in range(readers)]
        for thread in threads:
            thread.start()
        try:
            for number in range(1, updates + 1):
                add(store, f"report-{number % 7}", number)
                build.build(store, folder / "index")
                states.append(answers(folder / "index"))
        finally:
            over.set()
            for thread in threads:
                thread.join()
    for published, found in got:
        if found not in states[published - 1 :]:
            behind = "is behind what was published before it asked" if found in states else "gets a wrong answer"
            outcome.faults.append(f"a reader {behind}")
    return outcome


def main() -> None:
    """Print one JSON object. Exits with 1 if there were faults."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults.torture", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flips", type=int, default=300)
    asked = parser.parse_args()
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="torture-") as work:
        scene = Scene.make(Path(work))
        told["operations"] = scene.operations
        for fault in FAULTS:
            told[fault] = faults(scene, fault, range(1, scene.operations + 2)).to_dict()
            print(fault, told[fault], file=sys.stderr)
        told["flips"] = flips(scene, asked.flips, asked.seed).to_dict()
        print("flips", told["flips"], file=sys.stderr)
        with large():
            told["flips in a large index"] = flips(scene, asked.flips, asked.seed + 1).to_dict()
        print("flips in a large index", told["flips in a large index"], file=sys.stderr)
        (Path(work) / "shared").mkdir()
        told["readers"] = readers(Path(work) / "shared", 20, 30).to_dict()
    print(json.dumps(told, indent=1))
    sys.exit(1 if any(part["faults"] for part in told.values() if isinstance(part, dict)) else 0)


if __name__ == "__main__":
    main()
