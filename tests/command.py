"""Run the `reviews` command as a person does: as a separate process, with its output and exit code."""

import atexit
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from tests.patience import PATIENCE
from tests.warm import FORKS, Warm

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "corpus" / "demo"
SHARED = Path(os.environ.get("REVIEWS_SHARED", ROOT.parent / "shared"))
_ONE_AT_A_TIME = Lock()
START = "from reviews.cli.main import main; main(prog_name='reviews')"


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
    """Run the command until it ends. `env` has additional variables, and `options` are passed to subprocess.run.

    Without options, its process is forked from one that has loaded the program (tests/warm.py), where this is possible.
    """
    more = env or {}
    if FORKS and start == START and options.keys() <= {"cwd"} and all(map(_is_read_late, more)):
        folder = Path(options.get("cwd", Path.cwd()))
        if _ONE_AT_A_TIME.acquire(blocking=False):
            try:
                return _warm().run(argv(library, *words)[3:], environment(**more), folder, PATIENCE)
            finally:
                _ONE_AT_A_TIME.release()
    usual = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": PATIENCE}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        argv(library, *words, start=start), env=environment(**more), encoding="utf-8", **(usual | options)
    )
    return done


def _is_read_late(name: str) -> bool:
    """Return whether a variable is read by our program, and not by Python when it starts."""
    return name.startswith("REVIEWS_") or name in ("COLUMNS", "NO_COLOR")


@cache
def _warm() -> Warm:
    warm = Warm(environment())
    atexit.register(warm.close)
    return warm


def reviews_each(library: Path, *lines: str, **options: Any) -> list[subprocess.CompletedProcess[str]]:
    """Run commands one after the other, all with these options of subprocess.Popen."""
    if not FORKS:
        return [reviews(library, *line.split(), **options) for line in lines]
    with closing(Warm(environment(), **options)) as warm:
        return [warm.run(argv(library, *line.split())[3:], environment(), Path.cwd(), PATIENCE) for line in lines]
