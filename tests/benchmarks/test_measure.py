"""The cost of a command includes all its processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.measure import Cost, _Watch, measure

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what other processes use")

BUSY = """
import pathlib, time
data, end = bytearray(60_000_000), time.process_time() + 0.4
while time.process_time() < end:
    pass
pathlib.Path(f"{folder}/done-{number}").write_text(str(time.process_time()))
while not pathlib.Path(f"{folder}/seen").exists():
    time.sleep(0.01)
    sum(data[::4096])  # a system short of memory takes what nobody uses
"""
"""Uses time and memory, and does not end before that has been measured, because use after the last sample is not
counted.
"""


def measured(folder: Path, processes: int, monkeypatch: pytest.MonkeyPatch) -> tuple[Cost, float]:
    """Return the measured cost of `processes` busy processes of one parent, and the CPU seconds that they report
    themselves.
    """
    folder.mkdir()
    look = _Watch._look

    def seen(watch: _Watch, *, memory: bool) -> None:
        done = len(list(folder.glob("done-*"))) == processes
        look(watch, memory=memory or done)
        if done:
            (folder / "seen").touch()

    monkeypatch.setattr(_Watch, "_look", seen)
    scripts = [f"folder, number = {str(folder)!r}, {number}\n{BUSY}" for number in range(processes)]
    parent = f"import subprocess, sys\nc = [subprocess.Popen([sys.executable, '-c', each]) for each in {scripts!r}]\n"
    cost = measure([sys.executable, "-c", f"{parent}[each.wait() for each in c]"])
    monkeypatch.undo()
    return cost, sum(float(done.read_text()) for done in folder.glob("done-*"))


@linux
def test_children_count_in_time_and_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for processes in (1, 2):
        cost, spent = measured(tmp_path / str(processes), processes, monkeypatch)
        assert cost.cpu
        assert cost.peak_mb
        assert cost.cpu > spent - 0.02 * processes  # the system counts in hundredths, separately for user and system
        assert 57 * processes < cost.peak_mb < 57 * processes + 80


def test_a_failed_command_is_not_a_measurement() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measure([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_output_of_the_command_is_kept() -> None:
    assert measure([sys.executable, "-c", "print('said')"]).output == "said\n"
