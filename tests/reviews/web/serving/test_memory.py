"""Memory is returned to the system."""

import subprocess
import sys
from pathlib import Path

import pytest

from reviews.web.serving import memory

_TAKEN = 100  # MB


def resident() -> float:
    """Return the resident memory of this process in MB."""
    words = Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()
    return int(words[0]) / 1000


@pytest.mark.skipif(sys.platform != "linux", reason="the allocator of other systems is left alone")
def test_freed_memory_is_returned_to_the_system() -> None:
    if memory._glibc() is None:
        pytest.skip("this system's C library is not glibc")
    small = [bytes(2_000) for _ in range(_TAKEN * 500)]  # too large for Python's allocator, too small for the system's
    keep = small[-1:]  # at the end of the memory, so that it does not shrink by itself
    full = resident()
    del small
    memory.give_back()
    assert keep
    assert resident() < full - _TAKEN / 2


def test_what_every_process_needs_is_there_before_they_are_forked_and_no_thread_is() -> None:
    program = (
        "import sys, threading\n"
        "from reviews.web.serving import memory\n"
        "memory.preload()\n"
        "from pathlib import Path\n"
        "tasks = Path('/proc/self/task')\n"
        "print('numpy' in sys.modules, len(list(tasks.iterdir())) if tasks.exists() else threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "1"]
