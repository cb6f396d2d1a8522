"""A removal is killed at 25 moments. Nobody finds the report any more, and the next update leaves nothing of it.

`make torture` does the same at every file operation; docs/reliability.md has the figures.
"""

import os
from pathlib import Path

import pytest

from benchmarks.faults.removal import Scene, kills

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each kill needs a fork, which Windows has not")

_MOMENTS = 25


def test_a_removal_that_is_killed_at_any_moment_is_finished_by_the_next_update(tmp_path: Path) -> None:
    scene = Scene.make(tmp_path)
    points = sorted({round(1 + n * scene.operations / (_MOMENTS - 1)) for n in range(_MOMENTS)})
    outcome = kills(scene, points)
    assert outcome.faults == []
    assert outcome.tried == _MOMENTS
    assert outcome.old > 0 < outcome.new, "some kills come before the removal has begun, and some after"
