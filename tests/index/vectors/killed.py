"""Kill an update of the vectors, and a removal, before each call that changes the disk."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.files import FileRecord
from corpus.storage.store import Store
from index.vectors import nearest
from index.vectors.refresh import refresh
from index.vectors.store import keep_only, stored
from tests import fake_model
from tests.command import environment
from tests.index.conftest import report

_CALLS = ("replace", "unlink", "remove", "mkdir", "fsync", "write")
_KILLED = 137
REPORTS = {name: f"{name} was not brought to the clinic in that winter." for name in ("Robin", "Wren", "Kite", "Jay")}


def killed_at_every_moment(folder: Path) -> int:
    """Kill at every moment.

    Returns how many moments there were, counted by a single-threaded process, which can be forked.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.index.vectors.killed", str(folder)],
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def _dying(moment: int) -> Callable[[], None]:
    """Return a function that ends this process at call number `moment`."""
    left = [moment]

    def count() -> None:
        left[0] -= 1
        if not left[0]:
            os._exit(_KILLED)

    return count


def _died(moment: int, work: Callable[[], object]) -> bool:
    """Do some work in a process that is killed at a moment. Returns False if the work was already done."""
    child = os.fork()
    if not child:
        count = _dying(moment)
        for name in _CALLS:
            real = getattr(os, name)

            def before(*given: Any, _real: Callable[..., Any] = real, **more: Any) -> Any:
                count()
                return _real(*given, **more)

            setattr(os, name, before)
        real_write = Path.write_bytes

        def half(self: Path, data: bytes) -> int:
            real_write(self, data[: len(data) // 2])
            count()
            return real_write(self, data)

        Path.write_bytes = half  # type: ignore[assignment, method-assign]
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == _KILLED


def _main(folder: Path) -> int:
    database, model = folder / "corpus.db", fake_model.folder_of(folder / "model")
    with Store.open(database, create=True) as store:
        for name, said in REPORTS.items():
            text = report(name, [said])
            store.put(text, FileRecord(f"{name}.pdf", 1, 1, text.id))
    moments = 0
    kept: list[int] = []

    def update(vectors: Path) -> None:
        with Store.open(database, read_only=True) as store:
            refresh(store, vectors, [1, 2, 3, 4], model, threads=1, progress=lambda done, total: None)

    for number in range(1, 1000):
        vectors = folder / f"updated-{number}"
        died = _died(number, lambda vectors=vectors: update(vectors))  # type: ignore[misc]
        kept.append(_sound(vectors))
        update(vectors)
        _complete(vectors, model, {1, 2, 3, 4})
        if not died:
            break
        moments += 1
    assert kept == sorted(kept), "what was finished before is kept"
    assert set(kept) == {0, 1, 2, 3, 4}
    for number in range(1, 1000):
        vectors = folder / f"removed-{number}"
        update(vectors)
        died = _died(number, lambda vectors=vectors: keep_only(vectors, [1, 4]))  # type: ignore[misc]
        _sound(vectors)
        keep_only(vectors, [1, 4])
        _complete(vectors, model, {1, 4})
        if not died:
            break
        moments += 1
    return moments


def _sound(vectors: Path) -> int:
    """Check that the listed vectors are intact. Returns the number of readings that they cover."""
    counted = 0
    for folder in vectors.iterdir() if vectors.is_dir() else ():
        held = stored(vectors, folder.name)
        assert all(held.read(reading) is not None for reading in held.entries), folder
        counted += len(held.entries)
    return counted


def _complete(vectors: Path, model: Path, readings: set[int]) -> None:
    (folder,) = vectors.iterdir()
    assert {path.name for path in folder.iterdir()} == {"manifest.json", *(f"{each}.vectors" for each in readings)}
    assert nearest.matrix(vectors, model).read == readings


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patched:
        fake_model.use(patched)
        print(_main(Path(sys.argv[1])))
