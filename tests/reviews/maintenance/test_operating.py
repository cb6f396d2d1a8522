"""Problems around the program: a full disk, another user, a clock, closed streams, little memory, a hangup.

Searching continues, or the command ends with a message that gives the cause and the remedy.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from click.testing import CliRunner

import reviews as application
from corpus.disk.atomic import write_atomic
from corpus.disk.disk_errors import refused
from corpus.errors import UsageError
from corpus.settings import load_settings
from index import build
from index.storage import generations
from reviews.cli.main import main
from reviews.maintenance import lock, run_log, update
from tests.command import DEMO, argv, environment, heeds_signals, reviews, reviews_each, started
from tests.demonstration import without_scans
from tests.patience import PATIENCE, paused_after_a_report, until

posix = pytest.mark.skipif(os.name == "nt", reason="limits, signals, owners and mounts are those of POSIX")

ASKED = ("search child*", "reports", "status", "coverage", "check", "runs --last", "trends child*", "themes")


def call(library: Path, *words: str) -> Any:
    return CliRunner().invoke(main, ["--library", str(library), *words], catch_exceptions=False)


def sentence(done: "subprocess.CompletedProcess[str]", code: int) -> str:
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1, "a sentence, not a traceback"
    return done.stderr


# --- a full disk ----------------------------------------------------------------------------------------------------


def at_rest(library: Path) -> None:
    """Do nothing, because an update leaves a library in this state."""


def of_an_older_version(library: Path) -> None:
    """Make the corpus claim to have a log that it does not have."""
    with_sqlite(library, "")
    assert [path.name for path in library.glob("corpus.db*")] == ["corpus.db"]


def killed_while_writing(library: Path) -> None:
    """Leave a log with its index, as a killed process does."""
    with_sqlite(library, "corpus.execute('UPDATE state SET revision = revision'); os.kill(os.getpid(), 9)")
    assert len(list(library.glob("corpus.db-*"))) == 2


def with_sqlite(library: Path, then: str) -> None:
    begin = "import os, sqlite3, sys; corpus = sqlite3.connect(sys.argv[1], isolation_level=None); "
    mark = "corpus.execute('PRAGMA journal_mode = WAL'); "
    subprocess.run([sys.executable, "-c", begin + mark + then, str(library / "corpus.db")], check=False)


STATES = pytest.mark.parametrize("state", [at_rest, of_an_older_version, killed_while_writing])


@posix
@STATES
def test_every_search_works_on_a_full_disk(small: Path, state: Callable[[Path], None]) -> None:
    import resource

    state(small)
    asked = reviews_each(small, *ASKED, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
    for done in asked:
        assert (done.returncode, done.stderr) == (0, ""), done.args
    assert len(asked) == len(ASKED)


@pytest.fixture(params=["no bytes", "small blocks", "no inodes"])
def full_disk(request: pytest.FixtureRequest, two_reports: Path, tmp_path: Path) -> Iterator[Path]:
    """Yield a library on a real disk that something else has filled."""
    disk, image = tmp_path / "disk", tmp_path / "image"
    disk.mkdir()
    if request.param == "small blocks":  # of 1 KB: SQLite's index of the log, mapped, is not backed by them
        with image.open("wb") as file:
            file.truncate(16 << 20)
        steps = [
            ["mkfs.ext4", "-q", "-b", "1024", "-m", "0", str(image)],
            ["mount", "-o", "loop", str(image), str(disk)],
        ]
    else:
        size = "size=4m" if request.param == "no bytes" else "size=16m,nr_inodes=100"
        steps = [["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)]]
    for step in steps:
        if sys.platform != "linux" or not shutil.which(step[0]) or subprocess.run(step, capture_output=True).returncode:
            pytest.skip(f"`{step[0]}` does not work here; the limit on the size of files stands in for it")
    try:
        shutil.copytree(two_reports, disk / "library")
        yield disk / "library"
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(disk: Path) -> None:
    """Write until there is room for neither a byte nor a file."""
    for size in (1 << 16, 1024, 1):
        try:
            with (disk / f"ballast{size}").open("wb", buffering=0) as file:
                while file.write(b"\0" * size):
                    pass
        except OSError:
            continue
    try:
        for number in range(200):
            (disk / str(number)).touch()
    except OSError:
        return


@STATES
def test_searches_work_when_something_else_fills_the_disk(full_disk: Path, state: Callable[[Path], None]) -> None:
    state(full_disk)
    fill(full_disk.parent)
    asked = reviews_each(full_disk, *ASKED)
    for done in asked:
        assert (done.returncode, done.stderr) == (0, ""), done.args
    assert len(asked) == len(ASKED)
    said = sentence(reviews(full_disk, "update", DEMO), 8)
    assert "is full" in said or "no inodes" in said
    assert "rights" not in said
    last = json.loads(reviews(full_disk, "runs", "--last", "--json").stdout)["runs"][0]
    assert (last["ok"], last["command"]) == (False, "update")
    assert last["error"][:30] in said
    assert reviews(full_disk, "search", "child*").returncode == 0


def test_the_page_answers_and_the_log_of_who_opened_what_goes_to_the_system(
    small: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("flask")
    from reviews.web.app import Options, create_app

    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    app = create_app(small, Options(log_days=5, log_queries=True))
    monkeypatch.setattr(os, "write", full)
    assert app.test_client().get("/?q=birthday").status_code == 200
    monkeypatch.undo()
    app.extensions["pool"].close()
    assert '"what": "search"' in caplog.text
    assert "birthday" not in caplog.text, "a query can name a child"


def test_an_update_leaves_one_file_of_the_corpus_and_a_reader_adds_none(small: Path) -> None:
    assert call(small, "update").exit_code == 0
    with application.open(small) as opened:
        opened.search("child*")
        assert [path.name for path in small.glob("corpus.db*")] == ["corpus.db"]
        assert call(small, "update", str(DEMO)).exit_code == 0
        assert len(opened.reports()) == 10, "who reads meanwhile goes on"


# --- users ----------------------------------------------------------------------------------------------------------


def test_root_does_not_write_into_the_library_of_another_user(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(lock, "owner", lambda path: "nightly")
    known = sorted(small.rglob("*"))
    with pytest.raises(UsageError, match=re.escape("`sudo -u nightly reviews …` instead")) as raised:
        update.run(load_settings(small), ())
    assert f"`sudo chown -R nightly: {small}`" in str(raised.value)
    assert sorted(small.rglob("*")) == known


@posix
def test_a_file_left_by_another_user_is_named_with_the_command_that_fixes_it(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pwd

    mine = os.geteuid()
    name = pwd.getpwuid(mine).pw_name
    said = str(refused(small / ".lock", PermissionError(13, "Permission denied")))
    assert "belongs to" not in said, "the rights are wrong, and the owner is not"
    monkeypatch.setattr(os, "geteuid", lambda: mine + 12345)
    said = str(refused(small / ".lock", PermissionError(13, "Permission denied")))
    assert f"belongs to the user {name}" in said
    assert f"`sudo -u {name} reviews …`" in said, "the whole library is theirs"


@pytest.fixture
def nobodys(two_reports: Path) -> Iterator[Path]:
    """Yield a library of the user nobody, in a folder that nobody may enter."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can give files to another user")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    library = Path(shutil.copytree(two_reports, folder / "library"))
    give(library, 65534)
    yield library
    shutil.rmtree(folder)


def as_user(number: int, library: Path, line: str, warm: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command as another user, who may not be able to read the program.

    The program is therefore loaded before the process changes to that user, by running the same command on a library of
    root's.
    """
    start = f"""if True:
        import contextlib, io, os, sys
        from reviews.cli.main import main
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            main(["--library", {str(warm)!r}, *sys.argv[3:]], standalone_mode=False)
        os.setgroups([])
        os.setresgid({number}, {number}, {number})
        os.setresuid({number}, {number}, {number})
        main(prog_name="reviews")"""
    return reviews(library, *line.split(), start=start)


def give(library: Path, number: int) -> None:
    for path in (library, *library.rglob("*")):
        os.chown(path, number, number)


def test_a_run_of_root_does_not_lock_the_nightly_user_out(nobodys: Path, small: Path) -> None:
    said = sentence(reviews(nobodys, "update"), 2)
    assert "belongs to the user nobody" in said
    assert f"sudo chown -R nobody: {nobodys}" in said
    assert {path.stat().st_uid for path in nobodys.rglob("*")} == {65534}
    done = as_user(65534, nobodys, "update", small)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("left", [".lock", "corpus.db", "runs", "index/0000001/manifest.json", "catalogue.csv"])
def test_files_left_by_root_in_an_earlier_version_are_reported_with_a_chown(
    nobodys: Path, small: Path, left: str
) -> None:
    os.chown(nobodys / left, 0, 0)
    done = as_user(65534, nobodys, "update", small)
    assert "belongs to the user root, who has used this library before" in done.stderr
    assert f"`sudo chown -R nobody: {nobodys}`" in sentence(done, 8)


def test_a_library_of_another_user_is_reported_as_theirs(nobodys: Path, small: Path) -> None:
    for line in ("search child", "update", "status"):
        said = sentence(as_user(65533, nobodys, line, small), 8)
        assert f"{nobodys} belongs to the user nobody" in said
        assert "`sudo -u nobody reviews …`" in said


# --- records --------------------------------------------------------------------------------------------------------


@posix
def test_a_run_without_room_for_its_record_is_shown_as_failed(small: Path) -> None:
    import resource

    assert call(small, "update").exit_code == 0
    done = reviews(small, "update", DEMO, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024)))
    assert done.returncode == 8
    told = call(small, "runs", "--last").stdout
    assert "Succeeded." not in told
    assert "FAILED: The disk" in told
    assert call(small, "runs").stdout.splitlines()[0].split()[1] == "FAILED"
    assert "The disk" in call(small, "runs").stdout.splitlines()[0]
    assert call(small, "update").exit_code == 0
    assert "Succeeded." in call(small, "runs", "--last").stdout


def test_a_run_whose_last_step_cannot_be_recorded_is_a_failure(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        if path.suffix == ".json":
            raise refused(path, OSError(28, "No space left on device"), doing="written")
        write_atomic(path, data)

    monkeypatch.setattr(run_log, "write_atomic", full)
    assert call(small, "update").exit_code == 8
    monkeypatch.undo()
    assert "FAILED" in call(small, "runs", "--last").stdout
    assert len(list((small / "runs").glob("*.txt"))) == 1, "no twin says that it ended well"


def test_a_failure_after_the_clock_was_set_back_is_the_last_run(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Jumped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Self:
            return super().now(tz) + timedelta(days=4000)

    for module in (build, run_log, update):
        monkeypatch.setattr(module, "datetime", Jumped)
    assert call(small, "update", str(DEMO)).exit_code == 0
    monkeypatch.undo()
    monkeypatch.setattr(build, "check", lambda *_, **__: ["a fault"])
    assert call(small, "update").exit_code == 5
    assert "FAILED: a fault" in call(small, "runs", "--last").stdout
    monkeypatch.undo()
    said = call(small, "status", "--max-age", "26h")
    assert "4000 days in the future" in said.stderr
    assert "has been set back" in said.stderr
    assert "-" not in next(line for line in said.stdout.splitlines() if "Last successful" in line)
    assert call(small, "update").exit_code == 0
    assert call(small, "status", "--max-age", "26h").exit_code == 0, "as the sentence says, an update mends it"


def test_records_of_older_versions_come_before_all_numbered_ones(small: Path) -> None:
    (record,) = (small / "runs").glob("*.json")
    old = json.loads(record.read_text("utf-8"))
    del old["sequence"]
    (small / "runs" / "20990101T000000.000000Z.json").write_text(json.dumps(old), "utf-8")
    assert [record.get("sequence") for record in run_log.latest(small / "runs")] == [1, None]


@pytest.mark.parametrize("damage", ["", "[]", '{"command": '])
def test_a_damaged_record_is_not_skipped(small: Path, damage: str) -> None:
    assert call(small, "update").exit_code == 0
    newest = max((small / "runs").glob("*.json"))
    newest.write_text(damage)
    told = call(small, "runs", "--last").stdout
    assert "Succeeded." not in told
    assert newest.name in told


def wait_until(happened: Callable[[], object], process: "subprocess.Popen[str]") -> None:
    """Wait until something has happened. Fails if the process ends first."""
    until(happened, lambda: process.poll() is None)


@posix
def test_a_run_is_shown_as_running_and_as_failed_when_killed(small: Path, tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    run = started(small, "update", DEMO, pause=paused_after_a_report(sign))
    wait_until(sign.exists, run)
    assert "Still running." in call(small, "runs", "--last").stdout
    assert json.loads(call(small, "status", "--json").stdout)["runs"][0]["ok"] is None
    os.killpg(run.pid, signal.SIGKILL)
    run.communicate()
    told = call(small, "runs", "--last").stdout
    assert "FAILED: It started but did not finish" in told


@posix
@pytest.mark.parametrize("ending", ["SIGTERM", "SIGHUP"])
def test_a_run_stopped_by_a_signal_says_so_and_leaves_its_record(small: Path, tmp_path: Path, ending: str) -> None:
    sign = tmp_path / "sign"
    run = started(small, "update", DEMO, pause=paused_after_a_report(sign))
    wait_until(sign.exists, run)
    run.send_signal(signal.Signals[ending])
    printed, errors = run.communicate(timeout=PATIENCE)
    assert (run.returncode, printed) == (128 + signal.Signals[ending], "")
    assert errors.startswith(f"Stopped by {ending}. Finished work is kept")
    assert errors.count("\n") == 1
    assert f"FAILED: Interrupted ({ending})." in call(small, "runs", "--last").stdout
    assert not list((small / "index").glob("building-*"))


# --- streams, encodings, memory, hangup -----------------------------------------------------------------------------


def shell(library: Path, line: str, how: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """Run a command with `sh`, followed by `how`."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {how}', "sh", *argv(library, *line.split())],
        env=environment(**env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@posix
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("line", ["search child*", "update", "status --json"])
def test_commands_work_with_closed_streams(small: Path, line: str, closed: str) -> None:
    done = shell(small, line, closed)
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(done.stdout) == (">&- 2" not in closed and closed != ">&-")
    assert call(small, "check").exit_code == 0


@posix
def test_a_sheet_from_a_closed_stdin_ends_with_a_message(small: Path, tmp_path: Path) -> None:
    assert "no queries" in sentence(shell(small, f"batch - --out {tmp_path / 'out.csv'}", "<&-"), 2)


@posix
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has UTF-8 for all names")
@pytest.mark.parametrize("line", ["search child*", "update", "reports"])
def test_a_process_without_utf8_says_what_to_set(small: Path, line: str) -> None:
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert "LC_ALL=C.UTF-8" in sentence(shell(small, line, "", **env), 2)
    assert shell(small, line, "", LC_ALL="C", PYTHONUTF8="").returncode == 0, "that Python mends by itself"


@posix
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no limit on addresses")
def test_with_little_memory_many_readers_read_no_more_than_there_is(small: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", 'ulimit -v 600000 && "$@"', "sh", *argv(small, "update", DEMO, "--jobs", "4", "--json")],
        env=environment(),
        capture_output=True,
        encoding="utf-8",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["ingest"]["new"] == 8


def test_too_little_memory_ends_with_a_message(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(build, "build", fail)
    done = call(small, "update")
    assert done.exit_code == 8
    assert "Not enough memory" in done.stderr
    assert "bug" not in done.stderr


@posix
def test_the_page_ends_in_order_when_its_terminal_is_closed(small: Path) -> None:
    pytest.importorskip("flask")
    page = started(small, "serve", "--port", "0")
    assert page.stdout is not None
    assert page.stdout.readline().startswith("Open http://")
    page.send_signal(signal.SIGHUP)
    _, errors = page.communicate(timeout=PATIENCE)
    assert (page.returncode, errors) == (0, "")


@posix
def test_the_page_ends_in_order_from_the_moment_its_address_is_shown(small: Path) -> None:
    pytest.importorskip("flask")
    program = (
        "import click, os, signal, sys\n"
        "from reviews.cli.main import main\n"
        "shown = click.echo\n"
        "def echo(*words):\n"
        "    shown(*words)\n"
        "    os.kill(os.getpid(), signal.SIGHUP)\n"
        "click.echo = echo\n"
        "main(sys.argv[1:])\n"
    )
    words = [sys.executable, "-c", program, "--library", str(small), "serve", "--port", "0"]
    page = subprocess.run(
        words,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
        preexec_fn=heeds_signals,
    )
    assert page.stdout.startswith("Open http://")
    assert (page.returncode, page.stderr) == (0, "")


# --- words and limits -----------------------------------------------------------------------------------------------


@posix
def test_every_file_that_an_update_makes_is_private(tmp_path: Path) -> None:
    library = tmp_path / "library"
    pdfs = [pdf for pdf in without_scans() if pdf.name.startswith("Child Robin")]
    assert reviews(library, "update", *pdfs, preexec_fn=lambda: os.umask(0o022)).returncode == 0
    assert reviews(library, "search", "child*", preexec_fn=lambda: os.umask(0o022)).returncode == 0
    assert [path for path in (library, *library.rglob("*")) if path.stat().st_mode & 0o077] == []


def test_many_withdrawn_reports_are_counted_and_not_listed(small: Path) -> None:
    record = json.loads(next((small / "runs").glob("*.json")).read_text("utf-8"))
    gone = [{"date": "2026-01-01", "file": f"{n}.pdf", "report": "0" * 64, "title": ""} for n in range(2500)]
    record["ingest"]["withdrawn"] = gone
    record["ingest"]["found"] = 1
    told = list(run_log.lines(record))
    assert len(told) < 50
    assert any("2,480 more" in line for line in told)
    assert any(line.strip() == "1 file found" for line in told)


def test_a_withdrawal_of_many_reports_is_counted_by_update_and_status(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(run_log.MANY + 5):
        pdf = (DEMO / "Child Robin  7 Minute Learning Brief.pdf").read_bytes()
        (folder / f"{number}.pdf").write_bytes(pdf + f"\n% edition {number}\n".encode())
    assert call(small, "update", str(folder)).exit_code == 0
    for path in folder.glob("*.pdf"):
        path.unlink()
    done = call(small, "update", str(folder), "--allow-withdrawals")
    assert done.stdout.count("withdrawn:") == run_log.MANY + 1
    assert "5 more" in done.stdout
    assert "5 more withdrawn" in call(small, "status").stdout
    assert len(json.loads(call(small, "status", "--json").stdout)["withdrawn"]) == run_log.MANY + 5


def test_one_file_is_one_file(small: Path) -> None:
    (small / "reports" / "page.pdf").write_bytes(b"<html>404")
    done = call(small, "update", "--strict")
    assert done.exit_code == 3
    assert "Error: 1 file could not be read" in done.stderr


def test_a_damaged_corpus_gives_one_message_instead_of_a_hundred(small: Path) -> None:
    data = bytearray((small / "corpus.db").read_bytes())
    leaves = [page for page in range(4096, len(data), 4096) if data[page] == 10]
    fullest = max(leaves, key=lambda page: int.from_bytes(data[page + 3 : page + 5]))
    cells = 2 * int.from_bytes(data[fullest + 3 : fullest + 5])
    data[fullest + 8 : fullest + 8 + cells] = b"\xff" * cells  # its cell offsets are now invalid
    (small / "corpus.db").write_bytes(data)
    done = call(small, "check")
    assert done.exit_code == 5
    assert "corpus.db is damaged" in done.stderr
    assert "backup" in done.stderr
    assert done.stderr.count("On tree page") == 1
    assert done.stderr.count("\n") == 1


def test_an_index_of_an_older_version_is_not_searched_and_one_of_a_newer_asks_for_the_newer(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = build.FINGERPRINT
    version = int(made.rpartition(" ")[2])
    older, newer = (made.replace(f"analysis {version}", f"analysis {version + by}") for by in (-1, 1))
    monkeypatch.setattr(build, "FINGERPRINT", newer)
    said = call(small, "search", "child*")
    assert (said.exit_code, said.stdout) == (4, "")
    assert "could miss mentions. Run `reviews update`" in said.stderr
    monkeypatch.setattr(build, "FINGERPRINT", older)
    said = call(small, "search", "child*")
    assert (said.exit_code, said.stdout) == (4, "")
    assert "newer program" in said.stderr
    assert "reviews update" not in said.stderr
    assert generations.current(small / "index").manifest.fingerprint == made
