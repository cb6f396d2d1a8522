"""Several server processes count together, and one that dies is replaced."""

import os
import shutil
import signal
import subprocess
import sys
import urllib.request  # noqa: TID251 - the tests ask our own server
from pathlib import Path

import pytest

from corpus.errors import NotFound
from reviews.web.batch_jobs import Batches
from reviews.web.guard.access import Rate
from reviews.web.serving.shared_state import SharedState
from reviews.web.sheet_folders import SheetFolder, drop_abandoned
from tests.patience import PATIENCE, until

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork a process")


def twin(state: SharedState) -> SharedState:
    """Return the shared state as another process would have it."""
    other = SharedState(state._path)
    other._key = state._key
    return other


def test_the_rate_limit_counts_the_requests_of_all_processes(tmp_path: Path) -> None:
    state = SharedState(lambda: tmp_path / "state.db")
    one, other = Rate(4, state, "visitor"), Rate(4, twin(state), "visitor")
    assert [one.takes("jo", 0.0), other.takes("jo", 0.0), one.takes("jo", 0.0), other.takes("jo", 0.0)] == [
        True,
        True,
        False,
        False,
    ]
    assert Rate(4, twin(state), "stranger").takes("jo", 0.0), "another limit"
    assert other.takes("jo", 15.0)


def test_shared_state_contains_no_names(tmp_path: Path) -> None:
    state = SharedState(lambda: tmp_path / "state.db")
    Rate(4, state).takes("zelkova", 0.0)
    assert any(path.stat().st_size for path in tmp_path.iterdir())
    assert not any(b"zelkova" in path.read_bytes() for path in tmp_path.iterdir())
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir()) or os.name == "nt"
    state.close()


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be deleted there, and there is only one process")
def test_processes_count_together_again_after_a_removal_deleted_the_cache(tmp_path: Path) -> None:
    folder = SheetFolder(tmp_path / "cache")
    state = SharedState(lambda: folder.path() / "state.db")
    one, other = Rate(2, state), Rate(2, twin(state))
    assert one.takes("jo", 0.0)
    shutil.rmtree(tmp_path / "cache")
    assert other.takes("jo", 0.0), "nobody knows of the first"
    assert not one.takes("jo", 0.0)
    folder.close()
    assert not list((tmp_path / "cache").iterdir())


def test_a_process_counts_alone_where_nothing_can_be_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rate = Rate(2, SharedState(lambda: tmp_path / "missing" / "state.db"))
    assert [rate.takes("jo", 0.0), rate.takes("jo", 0.0)] == [True, False]
    assert len(caplog.records) == 1


def test_a_sheet_is_found_by_every_process(demo: Path) -> None:
    folder = SheetFolder(demo / "cache")
    state = SharedState(lambda: folder.path() / "state.db")
    one, other = Batches(demo, folder, state), Batches(demo, folder, twin(state))
    try:
        begun = one.begin(b"neglect\n", "q.txt", "jo", "")
        assert other.find(begun.id, "jo").name == "q.txt"
        with pytest.raises(NotFound):
            other.find(begun.id, "sam")
        until(lambda: other.find(begun.id, "jo").ready)
        assert other.find(begun.id, "jo").book().startswith(b"PK")
    finally:
        other.close()
        one.close()


def test_a_sheet_of_a_process_that_died_is_not_waited_for(demo: Path, tmp_path: Path) -> None:
    batches = Batches(demo, state=SharedState(lambda: tmp_path / "state.db"))
    try:
        with batches._state.transaction() as rows:
            row = ("x" * 22, batches._state.hashed("jo"), 4711, 1e12, 3)
            rows.execute("INSERT INTO sheet (id, account, process, begun, total) VALUES (?, ?, ?, ?, ?)", row)
        assert not batches.find("x" * 22, "jo").error
        batches.lost(4712)
        assert not batches.find("x" * 22, "jo").error
        batches.lost(4711)
        assert "Upload the sheet again" in batches.find("x" * 22, "jo").error
    finally:
        batches.close()


def test_the_folder_of_a_running_server_is_kept(tmp_path: Path) -> None:
    folder = SheetFolder(tmp_path)
    folder.make("sheet")
    killed = tmp_path / "sheets-killed"
    killed.mkdir()
    (killed / ".in-use-1").touch()
    drop_abandoned(tmp_path)
    assert folder.of("sheet").is_dir()
    assert not killed.exists()
    folder.close()
    assert not folder.of("sheet").exists()


SCRIPT = """
import os, signal, sys, threading
from pathlib import Path
from reviews.web.serving.processes import keep_running

def work():
    Path(sys.argv[1], str(os.getpid())).touch()
    threading.Event().wait()

def ended(process):
    Path(sys.argv[1], f"ended-{process}").touch()

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
keep_running(work, 2, ended)
"""


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@needs_fork
@pytest.mark.parametrize("how", ["SIGTERM", "SIGKILL"])
def test_a_process_that_dies_is_replaced_and_all_end_with_the_first(tmp_path: Path, how: str) -> None:
    first = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)])
    try:

        def begun() -> list[int]:
            return [int(path.name) for path in tmp_path.iterdir() if path.name.isdigit()]

        until(lambda: len(begun()) == 2)
        victim = begun()[0]
        os.kill(victim, signal.SIGKILL)
        until(lambda: len(begun()) == 3)
        assert (tmp_path / f"ended-{victim}").exists()
        first.send_signal(signal.Signals[how])
        assert first.wait(PATIENCE) == (0 if how == "SIGTERM" else -signal.SIGKILL)
        until(lambda: not any(map(is_running, begun())))
    finally:
        first.kill()
        first.wait()


@needs_fork
def test_serve_answers_with_several_processes_and_leaves_nothing(demo: Path) -> None:
    others = set((demo / "cache").glob("sheets-*"))  # of an application that another test has open
    command = [sys.executable, "-c", "from reviews.cli.main import main; main()", "--library", str(demo)]
    process = subprocess.Popen(
        [*command, "serve", "--port", "0", "--processes", "2"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().split()[1]
        for _ in range(6):  # each on a connection of its own
            with urllib.request.urlopen(address + "?q=neglect", timeout=PATIENCE) as answer:  # noqa: TID251
                assert b"neglect" in answer.read()
        (own,) = set((demo / "cache").glob("sheets-*")) - others
        assert (own / "state.db").exists()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        process.stdout.close()
    assert not own.exists()
