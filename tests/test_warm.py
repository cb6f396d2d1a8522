"""A command whose process is forked from one that has loaded the program ends as any process of Python does."""

import subprocess
import sys

import pytest

from tests.command import environment

ENDING = "from tests.warm import end_as; end_as(lambda: exec({command!r}, {{}}))"


@pytest.mark.parametrize(
    "command",
    [
        "print('found', end='')",
        "import sys; print('found'); sys.exit(3)",
        "import sys; sys.exit('no library')",
        "raise SystemExit",
        "print('found'); raise ValueError('a bug')",
        "raise KeyboardInterrupt",
        "import threading, time; threading.Thread(target=lambda: (time.sleep(0.1), print('found'))).start()",
        "import atexit; atexit.register(print, 'found')",
        "import os; os._exit(4)",
    ],
)
def test_its_output_and_its_exit_code_are_the_same(command: str) -> None:
    usual, forked = (
        subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False)
        for code in (command, ENDING.format(command=command))
    )
    assert (forked.stdout, forked.stderr.splitlines()[-1:]) == (usual.stdout, usual.stderr.splitlines()[-1:])
    assert forked.returncode == usual.returncode
