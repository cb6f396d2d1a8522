"""The library of the demonstration reports. It is built once for all tests, by the first process that needs it."""

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.command import DEMO, reviews

_SCANNED = ("FINAL 14 March", "redacted", "P & Q Serious", "media statement")
"""Parts of the names of the reports with a scanned page, or with words in a picture."""


def without_scans() -> list[Path]:
    """Return the demonstration reports of which OCR reads no page. Each of the others takes many times as long."""
    return [pdf for pdf in sorted(DEMO.glob("*.pdf")) if not any(part in pdf.name for part in _SCANNED)]


def demonstration(factory: pytest.TempPathFactory, name: str, *, ocr: bool = True) -> Path:
    """A copy of it in a new folder of this name, with its catalogue. ocr: False to read no scanned page, so that the
    same pages are unread with Tesseract and without it.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # the folder of the whole run
    home = base / f"demonstration-{'with' if ocr else 'without'}-ocr"
    with FileLock(f"{home}.lock"):
        if not (home / "built").exists():
            shutil.rmtree(home, ignore_errors=True)
            _build(home / "library", ocr)
            (home / "built").touch()
    return Path(shutil.copytree(home / "library", factory.mktemp(name) / "library"))


def _build(library: Path, ocr: bool) -> None:
    assert reviews(library, "init").returncode == 0
    shutil.copy(DEMO / "catalogue.csv", library)
    if not ocr:
        (library / "reviews.toml").write_text("ocr = false\njobs = 1\n")
    done = reviews(library, "update", DEMO)
    assert done.returncode == 0, done.stderr
