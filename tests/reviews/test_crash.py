"""`kill -9` loses nothing: afterwards the library is as before the update or as after it, and the next one completes.

`make torture` does it thirty times on the shared reports.
"""

import os
from pathlib import Path

import pytest

from benchmarks.crash import START, kills
from tests.command import DEMO

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no kill -9 on Windows")
PDFS = sorted(pdf for pdf in DEMO.glob("[2CF]*.pdf") if "redacted" not in pdf.name)  # no scan: OCR takes long


def test_a_kill_at_any_moment_of_an_update_loses_nothing(tmp_path: Path) -> None:
    done = list(kills(PDFS, tmp_path, times=10, seed=2))
    assert [(kill.moment, kill.found, kill.faults) for kill in done if kill.faults] == []
    assert {"reading", "building"} <= {kill.found for kill in done}, "the kills missed what they aim at"


def test_an_update_that_throws_the_old_index_away_first_is_found_out(tmp_path: Path) -> None:
    away = "import shutil, sys; shutil.rmtree(sys.argv[2] + '/index')"
    done = list(kills(PDFS, tmp_path, times=2, seed=3, start=f"{away}; {START}"))
    assert any("search fails" in fault for kill in done for fault in kill.faults)
