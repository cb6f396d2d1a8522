"""Nodes for tests end with the program that started them."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.opensearch.nodes import Nodes
from tests.patience import until

_SAY = "import os, time; print(os.environ['REVIEWS_OPENSEARCH_NODES'], flush=True); time.sleep(3600)"


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_nodes_end_when_the_run_is_interrupted(nodes: Nodes, end: signal.Signals, tmp_path: Path) -> None:
    line = json.loads((nodes.folder / "nodes.json").read_text("utf-8"))["line"]
    command = [
        sys.executable,
        "-m",
        "tests.opensearch.nodes",
        "--line",
        line,
        "--nodes",
        "1",
        sys.executable,
        "-c",
        _SAY,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
        assert run.stdout is not None
        others = Nodes(Path(run.stdout.readline().strip()))
        assert others.answers(1)
        run.send_signal(end)
        run.wait()
    assert run.returncode != 0
    assert not others.answers(1)
    until(lambda: not others.folder.exists())
