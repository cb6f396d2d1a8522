"""Run the `reviews` command as a person does: as a separate process, with its output and exit code."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "corpus" / "demo"
SHARED = Path(os.environ.get("REVIEWS_SHARED", ROOT.parent / "shared"))
START = "from reviews.cli.main import main; main(prog_name='reviews')"

_EACH = """
import json, os, select, sys
import reviews.library, reviews.terminal.collecting, reviews.terminal.coverage
from reviews.cli.main import main
from reviews.maintenance import collect, engine, run_log, update

first, lines, told = sys.argv[:3], sys.argv[3:], []
for line in lines:
    ends = [os.pipe(), os.pipe()]
    child = os.fork()
    if not child:
        for number, (reading, writing) in enumerate(ends, 1):
            os.dup2(writing, number)
            os.close(reading)
            os.close(writing)
        sys.argv = [*first, *line.split()]
        main(prog_name="reviews")
    said = {}
    for reading, writing in ends:
        os.close(writing)
        said[reading] = b""
    speaking = set(said)
    while speaking:
        for reading in select.select(list(speaking), [], [])[0]:
            piece = os.read(reading, 65536)
            said[reading] += piece
            if not piece:
                speaking.discard(reading)
                os.close(reading)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    told.append([line, code, *(part.decode() for part in said.values())])
print(json.dumps(told))
"""
"""A process that loads the program once, and forks a process of its own for each command. It opens no library."""


def argv(library: Path | None, *words: object, start: str = START) -> list[str]:
    """Return the command line of `reviews --library LIBRARY WORDS…`. `start` is code that the process runs first."""
    named = [] if library is None else ["--library", str(library)]
    return [sys.executable, "-c", start, *named, *map(str, words)]


def heeds_signals() -> None:
    """Reset SIGINT and SIGHUP, which the command would ignore if the tests run in the background or under `nohup`."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def started(library: Path, *words: object, pause: str = "") -> "subprocess.Popen[str]":
    """Start the command as the leader of its own process group, to which a terminal sends its signals.

    For `pause`, see tests/patience.py.
    """
    return subprocess.Popen(
        argv(library, *words, start=pause + START),
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        preexec_fn=heeds_signals,
    )


def mounted(*words: str | Path) -> bool:
    """Mount something, which Linux allows few users to do. Returns whether it worked."""
    if sys.platform != "linux" or shutil.which("mount") is None:
        return False
    return subprocess.run(["mount", *words], capture_output=True).returncode == 0


def environment(**more: str) -> dict[str, str]:
    """Return an environment without the settings of the person who runs the tests."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("REVIEWS_") and k not in ("NO_COLOR", "COLUMNS")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **more}


def after_the_sheet(errors: str) -> str:
    """Return what follows the line in which a batch says what it read of its sheet: nothing, or why it ended."""
    first, _, rest = errors.partition("\n")
    assert re.search(r": .*\b(query|queries)\b", first), errors
    return rest


def reviews(
    library: Path | None, *words: object, env: dict[str, str] | None = None, start: str = START, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run the command until it ends. `env` has additional variables, and `options` are passed to subprocess.run."""
    usual = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": PATIENCE}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        argv(library, *words, start=start), env=environment(**(env or {})), encoding="utf-8", **(usual | options)
    )
    return done


def reviews_each(library: Path, *lines: str, **options: Any) -> list[subprocess.CompletedProcess[str]]:
    """Run commands one after the other, each in a process of its own that is forked from one that has loaded the
    program: as `reviews` does it, many times faster, where processes can be forked. options: of subprocess.run.
    """
    done = reviews(library, *lines, start=_EACH, **options)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return [
        subprocess.CompletedProcess(line.split(), code, printed, errors)
        for line, code, printed, errors in json.loads(done.stdout)
    ]
