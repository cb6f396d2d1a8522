"""Missing permissions, space or time: a message, its exit code, nothing lost, and the next update completes.

All of it is real: permissions that the process lacks, a full disk, a run that is still in progress, Ctrl-C.
"""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import reviews as application
from index.build import check
from tests.command import DEMO, after_the_sheet, mounted, reviews, reviews_each, started
from tests.patience import PATIENCE, paused_after_a_report, paused_at_a_file, until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals, mounts and modes are those of POSIX")

Copy = Callable[[], Path]


def answer(library: Path) -> dict[str, Any]:
    """Return the library's answer to a query, without its elapsed time."""
    with application.open(library) as opened:
        return opened.search("neglect OR child*", limit=None, per_report=None).to_dict() | {"elapsed_ms": 0}


def assert_refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    said = after_the_sheet(done.stderr) if "batch" in done.args else done.stderr
    assert said.startswith("Error: ")
    assert said.count("\n") == 1, "a sentence, not a traceback"
    for word in words:
        assert word in said


def assert_sound_and_goes_on(library: Path, before: dict[str, Any], folder: Path) -> None:
    """Assert that nothing was lost, and that the next update completes."""
    assert answer(library) == before
    with application.open(library) as opened, opened.store() as store:
        assert [*store.check(), *check(store, opened.settings.index, full=True)] == []
    done = reviews(library, "update", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert answer(library)["total"] >= before["total"]
    assert not [path.name for path in library.rglob("*") if path.name.startswith(("building-", ".catalogue"))]


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """Return a folder with some demonstration reports in an edition that no library has."""
    folder = tmp_path / "news"
    folder.mkdir()
    for pdf in DEMO.glob("[2CF]*.pdf"):
        if "redacted" in pdf.name:
            continue  # it has a scanned page, and reading that takes long
        (folder / pdf.name).write_bytes(pdf.read_bytes() + b"\n% a new edition\n")
    return folder


# --- rights ---------------------------------------------------------------------------------------------------------


def ordinary() -> dict[str, Any]:
    """Return options for a process that respects file modes, even if root runs the tests."""
    if os.geteuid() != 0:
        return {}
    if sys.platform != "linux":
        return {"user": "nobody"}
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def give_up() -> None:  # still root, and owner of its files, but bound by their modes
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            if prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
                os._exit(99)

    return {"preexec_fn": give_up}


@pytest.fixture
def closing() -> Iterator[Callable[[Path, int], None]]:
    """Yield a function that changes the mode of a file or folder until the test ends.

    It asserts that the process under test is bound by the mode.
    """
    changed: list[tuple[Path, int]] = []

    def close(path: Path, mode: int) -> None:
        changed.append((path, path.stat().st_mode))
        path.chmod(mode)
        action = "os.listdir(p)" if mode == 0 else "open(os.path.join(p, 'x'), 'w')"
        tried = subprocess.run(
            [sys.executable, "-c", f"import os, sys; p = sys.argv[1]; {action}", str(path)],
            stderr=subprocess.PIPE,
            text=True,
            **ordinary(),
        )
        assert "Error" in tried.stderr, "this machine lets the process in all the same: the test would show nothing"

    yield close
    for path, mode in reversed(changed):
        path.chmod(mode)


def test_a_library_can_be_searched_without_permission_to_write_to_it(
    copy: Copy, news: Path, closing: Callable[[Path, int], None]
) -> None:
    library = copy()
    before = answer(library)
    modes = {path: path.stat().st_mode for path in [library, *library.rglob("*")]}
    for path in modes:
        path.chmod(0o500 if path.is_dir() else 0o400)
    closing(library, 0o500)
    found = reviews(library, "search", "neglect OR child*", "--json", **ordinary())
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout)["total"] == before["total"]
    assert_refused(reviews(library, "update", news, **ordinary()), 8, str(library), "permissions")
    for path, mode in modes.items():
        path.chmod(mode)
    assert_sound_and_goes_on(library, before, news)


def test_an_index_that_may_not_be_written_stays_as_it_is(
    copy: Copy, news: Path, closing: Callable[[Path, int], None]
) -> None:
    library = copy()
    before = answer(library)
    closing(library / "index", 0o500)
    assert_refused(reviews(library, "update", news, **ordinary()), 8, "index", "permissions")
    (library / "index").chmod(0o700)
    assert_sound_and_goes_on(library, before, news)


def test_a_library_that_may_not_be_entered_is_reported(
    copy: Copy, news: Path, closing: Callable[[Path, int], None]
) -> None:
    library = copy()
    before = answer(library)
    closing(library, 0)
    lines = ("search neglect", "reports", "update", "check", "init", "themes", "catalogue check")
    asked = reviews_each(library, *lines, **ordinary())
    for done in asked:
        assert_refused(done, 8, str(library), "permissions")
    assert len(asked) == len(lines)
    library.chmod(0o700)
    assert_sound_and_goes_on(library, before, news)


def test_a_location_where_no_library_can_be_created_is_reported(
    tmp_path: Path, closing: Callable[[Path, int], None]
) -> None:
    (tmp_path / "place").mkdir()
    closing(tmp_path / "place", 0o500)
    for line in ("init", "update"):
        assert_refused(
            reviews(tmp_path / "place" / "library", *line.split(), **ordinary()), 8, "library", "permissions"
        )


def test_a_folder_and_a_file_that_may_not_be_read_are_failures_with_their_reason(
    copy: Copy, news: Path, closing: Callable[[Path, int], None]
) -> None:
    library = copy()
    (news / "closed").mkdir()
    shutil.copy(next(news.glob("*.pdf")), news / "closed")
    closing(news / "closed", 0)
    hidden = news / "FamilyM_SCR_final(1).pdf"
    hidden.chmod(0)
    done = json.loads(reviews(library, "update", news, "--json", **ordinary()).stdout)
    reasons = {Path(failure["file"]).name: failure["reason"] for failure in done["ingest"]["failures"]}
    assert reasons["closed"] == reasons[hidden.name] == "unreadable"
    assert done["ingest"]["read"] == 6, "the others are read all the same"
    hidden.chmod(0o600)


# --- space ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a real disk of four megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not mounted("-t", "tmpfs", "-o", "size=4m", "tmpfs", disk):
        pytest.skip("only who may mount can have a small disk; the limit on the size of files stands in for it")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.parametrize("free", [0, 100, 400])
def test_a_full_disk(free: int, demo: Path, small_disk: Path, news: Path) -> None:
    library = Path(shutil.copytree(demo, small_disk / "library"))
    before = answer(library)
    space = shutil.disk_usage(small_disk).free - free * 1024
    (small_disk / "ballast").write_bytes(b"\0" * max(0, space))
    done = reviews(library, "update", news)
    assert_refused(done, 8, "disk")
    (small_disk / "ballast").unlink()
    assert_sound_and_goes_on(library, before, news)


@pytest.mark.parametrize("most", [1, 100])
def test_files_that_may_not_grow(most: int, copy: Copy, news: Path) -> None:
    """Simulates a full disk or a quota, wherever the tests run: no file may exceed this number of kilobytes."""
    import resource

    def bind() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most * 1024, most * 1024))

    library = copy()
    before = answer(library)
    assert_refused(reviews(library, "update", news, preexec_fn=bind), 8, "disk")
    assert_sound_and_goes_on(library, before, news)


def test_an_answer_that_does_not_fit_on_the_disk_leaves_the_old_one(demo: Path, small_disk: Path) -> None:
    out = small_disk / "out.csv"
    out.write_text("yesterday's answers")
    (small_disk / "ballast").write_bytes(b"\0" * (shutil.disk_usage(small_disk).free - 8192))
    (small_disk.parent / "sheet.txt").write_text("child*\n" * 20)
    assert_refused(reviews(demo, "batch", small_disk.parent / "sheet.txt", "--out", out), 8, "out.csv", "disk")
    assert out.read_text() == "yesterday's answers"
    left = {path.name for path in small_disk.iterdir()} - {"ballast", "out.csv"}
    assert left <= {"out.csv.part"}, "what is answered may be kept for the next time, and nothing else"


# --- time -----------------------------------------------------------------------------------------------------------


def wait_until(happened: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait until something has happened. Fails if the process ends first."""
    until(happened, lambda: process.poll() is None)


def test_a_second_update_while_one_runs(copy: Copy, news: Path, tmp_path: Path) -> None:
    library, sign = copy(), tmp_path / "sign"
    before = answer(library)
    one = started(library, "update", news, pause=paused_after_a_report(sign))
    wait_until(sign.exists, one)
    for line in ("update", "ingest", "index"):
        assert_refused(reviews(library, *line.split()), 6, "Another run", "again")
    assert answer(library) == before, "searches go on during the update"
    sign.unlink()
    _, errors = one.communicate(timeout=PATIENCE)
    assert (one.returncode, errors) == (0, "")
    assert reviews(library, "update").returncode == 0


def interrupted(process: subprocess.Popen[str]) -> None:
    assert isinstance(process.args, list)
    os.killpg(process.pid, signal.SIGINT)
    printed, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, printed) == (130, "")
    said = (after_the_sheet(errors) if "batch" in process.args else errors).strip()
    assert said.startswith("Interrupted. ")
    assert "kept" in said
    assert "the same command again to" in said
    assert "\n" not in said, "a sentence, not a traceback"


def test_ctrl_c_while_reading(copy: Copy, news: Path, tmp_path: Path) -> None:
    library, sign = copy(), tmp_path / "sign"
    before = answer(library)
    update = started(library, "update", news, "--jobs", "1", pause=paused_after_a_report(sign))
    wait_until(sign.exists, update)
    interrupted(update)
    after = answer(library)
    assert after["coverage"]["reports"] == before["coverage"]["reports"] + 1, "what was read can be searched"
    assert_sound_and_goes_on(library, after, news)


def test_ctrl_c_while_the_index_is_built(copy: Copy, news: Path, tmp_path: Path) -> None:
    library, sign = copy(), tmp_path / "sign"
    before = answer(library)
    update = started(library, "update", news, pause=paused_at_a_file(sign, "open", "building-"))
    wait_until(sign.exists, update)
    interrupted(update)
    assert_sound_and_goes_on(library, before, news)


def test_ctrl_c_in_a_batch_leaves_the_old_answers(demo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("yesterday's answers")
    (tmp_path / "sheet.txt").write_text("child* neglect\n" * 20)
    sign = tmp_path / "sign"
    pause = paused_at_a_file(sign, "os.rename", "out.csv.part", at=3)
    batch = started(demo, "batch", tmp_path / "sheet.txt", "--out", out, "--jobs", "1", pause=pause)
    wait_until(sign.exists, batch)
    interrupted(batch)
    sign.unlink()
    assert out.read_text() == "yesterday's answers"
    kept = {path.name for path in tmp_path.iterdir()} - {"out.csv", "sheet.txt"}
    assert kept == {"out.csv.part"}, "what is answered is kept for the next time"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which signals a process listens to")
def test_ctrl_c_while_the_processes_of_a_batch_start(demo: Path, tmp_path: Path) -> None:
    (tmp_path / "sheet.txt").write_text("child*\n" * 3000)  # so that it is still running when they are seen
    out = tmp_path / "out.csv"
    batch = started(demo, "batch", tmp_path / "sheet.txt", "--out", out, "--jobs", "2")
    wait_until(lambda: sum(map(listens, children(batch))) >= 2, batch)
    interrupted(batch)
    assert not out.exists()


def children(process: subprocess.Popen[str]) -> list[Path]:
    """Return the processes that it has started, according to /proc."""
    started = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [Path("/proc", child) for child in started.split()]


def listens(process: Path) -> bool:
    """Return whether Python is already running in a process, and would raise KeyboardInterrupt."""
    try:
        caught = next(line for line in (process / "status").read_text().splitlines() if line.startswith("SigCgt:"))
    except OSError:
        return False
    return bool(int(caught.split()[1], 16) >> (signal.SIGINT - 1) & 1)
