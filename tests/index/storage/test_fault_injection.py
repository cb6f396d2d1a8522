"""Faults during an index build: readers get the old or the new answers, and the next build completes.

`make torture` does the same at every point; docs/reliability.md has the figures.
"""

import os
import threading
from pathlib import Path

import pytest

from benchmarks.faults import torture
from benchmarks.faults.disk import FAULTS, Fault
from benchmarks.faults.torture import Scene, answers, faults, flips, large, readers, update
from corpus.storage.store import Store
from index.storage import generations, postings
from tests.patience import until

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each fault needs a fork, which Windows has not")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene.make(tmp_path)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_build_that_fails_at_any_point_leaves_the_old_index_or_the_new_one(scene: Scene, fault: Fault) -> None:
    points = [*range(1, scene.operations - 8, 13), *range(scene.operations - 7, scene.operations + 2)]
    outcome = faults(scene, fault, points)
    assert outcome.faults == []
    assert outcome.old + outcome.new == len(points)


@pytest.mark.parametrize(("flush", "fault"), [("flush_file", "power"), ("flush_folder", "names")])
def test_a_power_cut_detects_code_that_does_not_flush(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flush: str, fault: Fault
) -> None:
    monkeypatch.setattr(generations, flush, lambda path: None)
    scene = Scene.make(tmp_path)
    assert faults(scene, fault, [scene.operations + 1]).faults


def test_a_flipped_bit_is_found_never_served_and_repaired(scene: Scene) -> None:
    outcome = flips(scene, 12, seed=5)
    assert outcome.faults == []


def test_a_flipped_bit_in_a_large_index_is_found_on_reading(scene: Scene) -> None:
    with large():
        assert flips(scene, 12, seed=6).faults == []


def test_a_flipped_bit_in_a_large_index_detects_code_that_does_not_check_on_reading(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postings, "checksum", lambda packed: 0)
    update(scene.folder, rebuild=True)
    with large():
        before = answers(scene.folder / "index")
        for path in generations.current(scene.folder / "index").directory.glob("*.pst"):
            status, data = path.stat(), bytearray(path.read_bytes())
            data[-4] ^= 1
            path.write_bytes(data)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert answers(scene.folder / "index") != before


def test_a_flipped_bit_detects_code_that_does_not_check(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "_check_files", lambda directory, listed, thorough: None)
    assert flips(scene, 6, seed=5).faults


def test_readers_never_fail_and_never_lag_while_updates_publish(tmp_path: Path) -> None:
    outcome = readers(tmp_path, 4, 6)
    assert outcome.faults == []
    assert outcome.tried


def test_a_reader_that_stays_with_its_first_state_is_detected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, add, first = torture.answers, torture.add, []

    def stays(index: Path) -> torture.Answers:
        if threading.current_thread() is threading.main_thread():
            return real(index)
        first.append(real(index))
        return first[0]

    def add_later(store: Store, name: str, seed: int) -> None:
        if seed:
            until(lambda: first)  # it has seen the data that is about to change
        add(store, name, seed)

    monkeypatch.setattr(torture, "answers", stays)
    monkeypatch.setattr(torture, "add", add_later)
    assert "a reader is behind what was published before it asked" in readers(tmp_path, 1, 3).faults
