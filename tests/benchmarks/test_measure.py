"""What a command costs is measured over all its processes."""

import subprocess
import sys

import pytest

from benchmarks.measure import measure

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what other processes use")

BUSY = (
    "import time; data = bytearray(60_000_000); end = time.process_time() + 0.4\nwhile time.process_time() < end: pass"
)


@linux
def test_children_count_in_time_and_memory() -> None:
    alone = measure([sys.executable, "-c", BUSY])
    twice = f"import subprocess, sys\nc = [subprocess.Popen([sys.executable, '-c', {BUSY!r}]) for _ in range(2)]\n"
    together = measure([sys.executable, "-c", f"{twice}[each.wait() for each in c]"])
    assert alone.cpu
    assert together.cpu
    assert alone.peak_mb
    assert together.peak_mb
    assert 0.3 < alone.cpu < 0.8 < together.cpu
    assert 57 < alone.peak_mb < 100 < together.peak_mb


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measure([sys.executable, "-c", "raise SystemExit(3)"])


def test_what_it_prints_is_kept() -> None:
    assert measure([sys.executable, "-c", "print('said')"]).output == "said\n"
