"""`.ci/bare` simulates a computer with only Python, git and make, and `.ci/run` runs the tests in it too."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
RUN = (ROOT / ".ci" / "run").read_text("utf-8")
NEEDED = set(re.findall(r"^need (\S+)", RUN, re.MULTILINE))
ALWAYS = {"python3", "git", "make"}
NODES = {"javac", "mvn"}
"""Used only to start real nodes of a cluster, and `make test` starts none."""


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_no_optional_program_is_found_there() -> None:
    asked = f"import shutil; print(*sorted(filter(shutil.which, {sorted(NEEDED)!r})))"
    done = subprocess.run(
        [ROOT / ".ci" / "bare", "python3", "-c", asked], capture_output=True, encoding="utf-8", timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.split()) == ALWAYS
    assert {"tesseract", "pdftotext", "bwrap", "soffice", "chromium", "systemd-analyze"} | NODES <= NEEDED


def test_the_demonstration_and_the_tests_are_run_there_too() -> None:
    assert re.findall(r"^(?:\.ci/bare )?make [a-z0-9-]+", RUN, re.MULTILINE) == [
        ".ci/bare make demo",
        ".ci/bare make test",
        "make check",
        "make test",
        "make test-whoosh3",
        "make test-opensearch",
    ]


def test_every_test_that_can_differ_there_is_run_there() -> None:
    (given,) = re.findall(r"^\.ci/bare make test TESTS='([^']*)'$", RUN, re.MULTILINE)
    there = {
        path
        for part in given.replace("\\", "").split()
        for path in ROOT.glob(f"{part}/**/*.py" if "*" not in part else part)
    }
    program = re.compile(rf"[\"'](?:{'|'.join(map(re.escape, sorted(NEEDED - ALWAYS - NODES)))})[\"']")
    using = {path for path in ROOT.glob("tests/**/*.py") if program.search(path.read_text("utf-8"))}
    assert len(using) > 5
    assert using <= there
