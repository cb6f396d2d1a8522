"""`kill -9` and a failing disk lose nothing.

Afterwards the library is as before or after the update, and the next update completes. `make torture` fails every
operation of a run, and kills updates at many more moments: docs/reliability.md.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.faults import crash, runs
from benchmarks.faults.crash import START
from benchmarks.faults.disk import FAULTS, Disk, Fault
from benchmarks.faults.runs import Scene
from tests.demonstration import without_scans
from tests.patience import paused_at_a_file

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there is no kill -9 and no fork on Windows")
PDFS = [pdf for pdf in without_scans() if pdf.name[0] in "CF"]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with pytest.MonkeyPatch.context() as fewer:
        fewer.setattr(runs, "_NEW", 1)
        yield Scene.make(tmp_path_factory.mktemp("scene"))


@pytest.mark.parametrize(("place", "fault"), [*enumerate(FAULTS)])
def test_a_run_whose_disk_fails_at_any_operation_leaves_the_old_answers_or_the_new_ones(
    scene: Scene, place: int, fault: Fault
) -> None:
    share = scene.operations // (2 * len(FAULTS))
    points = [1 + place * share, scene.operations - place * share]
    outcome = runs.faults(scene, fault, points)
    assert outcome.faults == []
    assert outcome.old + outcome.new == len(points)


def test_the_disk_simulation_loses_data_that_sqlite_did_not_flush(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that only claims to have flushed is detected, so a disk that really flushes is really tested."""
    monkeypatch.setattr(Disk, "flushed", lambda self, path: None)
    assert runs.faults(scene, "power", [scene.operations]).faults


@pytest.fixture(scope="module")
def two_states(tmp_path_factory: pytest.TempPathFactory) -> crash.Scene:
    return crash.Scene.make(PDFS, tmp_path_factory.mktemp("kills"))


def building(folder: Path) -> str:
    """Return code that makes an update wait at the start of an index build.

    The last of three kills aims at that moment, so it cannot come too late.
    """
    return paused_at_a_file(folder / "sign", "open", "building-")


def test_a_kill_at_any_moment_of_an_update_loses_nothing(two_states: crash.Scene, tmp_path: Path) -> None:
    done = list(crash.kills(two_states, times=3, seed=2, start=building(tmp_path) + START))
    assert [(kill.moment, kill.found, kill.faults) for kill in done if kill.faults] == []
    assert done[-1].found == "building", "the kill missed what it aims at"


def test_the_crash_test_detects_an_update_that_deletes_the_old_index_first(
    two_states: crash.Scene, tmp_path: Path
) -> None:
    away = "import shutil, sys; shutil.rmtree(sys.argv[2] + '/index')\n"
    (kill,) = crash.kills(two_states, times=3, seed=3, first=2, start=away + building(tmp_path) + START)
    assert any("search fails" in fault for fault in kill.faults)
