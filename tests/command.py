"""Run the `reviews` command as a person does: as a separate process, with its output and exit code."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "corpus" / "demo"
SHARED = Path(os.environ.get("REVIEWS_SHARED", ROOT.parent / "shared"))
START = "from reviews.cli.main import main; main(prog_name='reviews')"


def argv(library: Path | None, *words: object, start: str = START) -> list[str]:
    """Return the command line of `reviews --library LIBRARY WORDS…`. `start` is code that the process runs first."""
    named = [] if library is None else ["--library", str(library)]
    return [sys.executable, "-c", start, *named, *map(str, words)]


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
