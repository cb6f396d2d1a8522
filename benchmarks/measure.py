"""Measure a command: wall time, and the CPU time and peak memory of all its processes.

Memory is the sum over all processes that run at the same moment, with each shared page counted once (Pss). Only Linux
reports it; elsewhere it is None. If a process ends between two samples, what it has used since the last one is not
counted: 20 ms at most.
"""

import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPORTS = Path("../shared/reports")
DEMO = Path("corpus/demo")
_EVERY = 0.02  # seconds between two samples of the times
_MEMORY_EVERY = 5  # of these samples: adding up the pages of a process costs milliseconds


@dataclass(slots=True)
class Cost:
    """The cost of a command.

    `seconds` is wall time. `cpu` is user and system seconds of all processes. `peak_mb` is the peak memory of all
    together.
    """

    seconds: float
    cpu: float | None
    peak_mb: float | None
    output: str = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        return {
            "seconds": round(self.seconds, 3),
            "cpu_seconds": None if self.cpu is None else round(self.cpu, 2),
            "peak_mb": None if self.peak_mb is None else round(self.peak_mb, 1),
        }


def command(library: Path, *words: str | Path) -> list[str | Path]:
    """Return the words that run the `reviews` command of this environment."""
    program = shutil.which("reviews", path=str(Path(sys.executable).parent))
    if program is None:
        raise SystemExit("The `reviews` command is not installed in this environment. Run `make bench`.")
    return [program, "--library", library, *words]


def measure(words: Sequence[str | Path], *, env: dict[str, str] | None = None, check: bool = True) -> Cost:
    """Run a command until it ends. Raises CalledProcessError if it fails and `check` is set."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(env or {})},
        encoding="utf-8",
    )
    watch = _Watch(process.pid) if sys.platform == "linux" else None
    output, errors = process.communicate()
    seconds = time.perf_counter() - began
    if watch:
        watch.stop()
    if check and process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words, output, errors)
    return Cost(seconds, watch.cpu if watch else None, watch.peak_mb if watch else None, output)


class _Watch(threading.Thread):
    """Samples a tree of processes until it is stopped."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self._root = root
        self._over = threading.Event()
        self._times: dict[tuple[int, int], float] = {}  # (process, start time) → CPU seconds
        self._tree: set[int] = {root}
        self.peak_mb = 0.0
        self.start()

    @property
    def cpu(self) -> float:
        return sum(self._times.values())

    def stop(self) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        looks = 0
        while not self._over.wait(_EVERY):
            self._look(memory=looks % _MEMORY_EVERY == 0)
            looks += 1

    def _look(self, *, memory: bool) -> None:
        parents: dict[int, int] = {}
        times: dict[int, tuple[int, float]] = {}
        for entry in os.listdir("/proc"):  # noqa: PTH208 - only names are needed
            if entry.isdigit():
                try:
                    words = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
                except OSError:  # it has ended
                    continue
                parents[int(entry)] = int(words[1])
                ticks = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
                times[int(entry)] = (int(words[19]), ticks)
        # A process that outlives its parent still counts: once in the tree, always in the tree.
        tree = {self._root} | (self._tree & times.keys())
        grown = True
        while grown:
            more = {process for process, parent in parents.items() if parent in tree} - tree
            tree |= more
            grown = bool(more)
        self._tree = tree
        for process in tree & times.keys():
            born, ticks = times[process]
            self._times[process, born] = max(ticks, self._times.get((process, born), 0.0))
        if memory:
            self.peak_mb = max(self.peak_mb, sum(map(_pages_mb, tree)))


def _pages_mb(process: int) -> float:
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def cpu_seconds(process: int) -> float:
    """Return the user and system seconds of one running process, without its children."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def tree_cpu_seconds(process: int) -> float:
    """Return the user and system seconds of a running process and its current children."""
    found = 0.0
    for each in _tree(process):
        with suppress(OSError):  # it has ended
            found += cpu_seconds(each)
    return found


def tree_mb(process: int) -> float:
    """Return the memory of a running process and its children, with each shared page counted once."""
    return round(sum(_pages_mb(each) for each in _tree(process)), 1)


def _tree(process: int) -> set[int]:
    found, left = set[int](), [process]
    while left:
        found.add(one := left.pop())
        with suppress(OSError):  # it has ended
            for thread in Path(f"/proc/{one}/task").iterdir():
                left += map(int, (thread / "children").read_text().split())
    return found


def machine() -> dict[str, Any]:
    """Return a description of the computer on which the figures were measured."""
    return {
        "system": platform.system(),
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def size_mb(path: Path) -> float:
    """Return the size of a file, or of all files below a folder."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return round(sum(each.stat().st_size for each in files) / 1e6, 1)
