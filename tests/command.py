"""The `reviews` command as a person runs it: a process of its own, with what it prints and how it ends."""

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
    """The command line of `reviews --library LIBRARY WORDS…`. start: what the process does first of all."""
    named = [] if library is None else ["--library", str(library)]
    return [sys.executable, "-c", start, *named, *map(str, words)]


def mounted(*words: str | Path) -> bool:
    """Mount something, which Linux lets few people do. Whether that went well."""
    if sys.platform != "linux" or shutil.which("mount") is None:
        return False
    return subprocess.run(["mount", *words], capture_output=True).returncode == 0


def environment(**more: str) -> dict[str, str]:
    """An environment that no setting of the person who tests reaches."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("REVIEWS_") and k not in ("NO_COLOR", "COLUMNS")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **more}


def after_the_sheet(errors: str) -> str:
    """What follows the line in which a batch says what it read of its sheet: nothing, or why it ended."""
    first, _, rest = errors.partition("\n")
    assert re.search(r": .*\b(query|queries)\b", first), errors
    return rest


def reviews(
    library: Path | None, *words: object, env: dict[str, str] | None = None, start: str = START, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end. env: more variables; options: of subprocess.run."""
    usual = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": PATIENCE}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        argv(library, *words, start=start), env=environment(**(env or {})), encoding="utf-8", **(usual | options)
    )
    return done
