"""A library that has been damaged or changed: a message, its exit code, nothing lost, and a way to continue."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from click.testing import CliRunner, Result

import reviews as application
from corpus.settings import load_settings
from index import build
from index.storage import generations
from ingest import discover
from reviews.cli.main import main
from reviews.maintenance import run_log, update
from tests.command import DEMO, mounted, reviews


def call(library: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--library", str(library), *words], catch_exceptions=False)


def assert_refused(result: Result, code: int, *words: str) -> None:
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1, "a sentence, not a traceback"
    for word in words:
        assert word in result.stderr


def answer(library: Path) -> dict[str, Any]:
    """Return the answer without its elapsed time, its generation, and warnings about older ones."""
    with application.open(library) as opened:
        told = opened.search("child* OR learning", limit=None, per_report=None).to_dict()
    return {key: value for key, value in told.items() if key not in ("elapsed_ms", "generation", "warnings")}


def assert_sound(library: Path, expected: dict[str, Any]) -> None:
    assert answer(library) == expected
    assert call(library, "check", "--full").output == "No problems found.\n"


@pytest.fixture
def night(small: Path) -> Path:
    """Return a library with two generations."""
    shutil.copy(DEMO / "FSCP Response to Child Robin LCSPR - June 2022.pdf", small / "reports")
    assert call(small, "update").exit_code == 0
    return small


# --- a disk that is read-only ---------------------------------------------------------------------------------------


@pytest.fixture
def read_only(small: Path) -> Iterator[Path]:
    """Yield the library on a disk that is mounted read-only."""
    if not mounted("--bind", small, small):
        pytest.skip("only who may mount can have a read-only disk; test_environment_faults does it with rights")
    assert mounted("-o", "remount,bind,ro", small)
    yield small
    subprocess.run(["umount", "-l", str(small)], check=True)


def test_a_library_on_a_read_only_disk_is_searched_and_not_updated(read_only: Path, two_reports: Path) -> None:
    with pytest.raises(OSError, match="Read-only"):
        (read_only / "x").touch()
    assert answer(read_only) == answer(two_reports)
    for line in ("update", "index", "ingest", "index --use 0000001", "remove abc --reason why --yes"):
        done = reviews(read_only, *line.split())
        assert (done.returncode, done.stdout) == (2 if "abc" in line else 8, ""), (line, done.stderr)
        assert done.stderr.startswith("Error: ")
        assert done.stderr.count("\n") == 1, "a sentence, not a traceback"
    assert call(read_only, "check", "--full").output == "No problems found.\n"
    assert call(read_only, "status").exit_code == 0


# --- copies ---------------------------------------------------------------------------------------------------------


def test_an_index_from_another_library_is_refused_and_left_alone(small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert call(other, "update", str(DEMO / "Child W LCSPR Executive Summary.pdf")).exit_code == 0
    theirs, ours = answer(other), answer(small)
    shutil.rmtree(other / "index")
    shutil.copytree(small / "index", other / "index")
    for line in ("search child", "update", "index"):
        assert_refused(call(other, *line.split()), 4, "another library", "reviews index --rebuild")
    assert_refused(call(other, "check"), 5, "another library")
    assert call(other, "index", "--rebuild").exit_code == 0
    assert_sound(other, theirs)
    assert_sound(small, ours)


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_two_libraries_that_share_one_index_do_not_take_it_from_each_other(small: Path, tmp_path: Path) -> None:
    other, ours = tmp_path / "other", answer(small)
    assert call(other, "update", str(DEMO / "Child W LCSPR Executive Summary.pdf")).exit_code == 0
    shutil.rmtree(other / "index")
    (other / "index").symlink_to(small / "index")
    assert_refused(call(other, "update"), 4, "another library", "nobody else uses")
    assert_refused(call(other, "search", "child"), 4, "another library")
    assert_sound(small, ours)
    assert call(small, "update").exit_code == 0


def without(library: Path, *patterns: str) -> None:
    for pattern in patterns:
        for path in library.glob(pattern):
            path.unlink()


def test_a_copy_without_the_end_of_its_corpus(night: Path) -> None:
    database, expected = night / "corpus.db", answer(night)
    database.write_bytes(database.read_bytes()[: database.stat().st_size // 2])
    assert_refused(call(night, "update"), 5, "corpus.db", "damaged", "backup")
    assert_refused(call(night, "check"), 5, "corpus.db")
    for path in night.glob("corpus.db*"):
        path.rename(night.parent / path.name)  # as the message says
    # One after the other, the largest first, so that the readings get different numbers.
    assert_refused(call(night, "update", "--jobs", "1"), 4, "another library", "reviews index --rebuild")
    assert call(night, "index", "--rebuild").exit_code == 0
    assert_sound(night, expected)


def test_a_copy_without_its_corpus_or_without_its_index(night: Path) -> None:
    expected = answer(night)
    shutil.rmtree(night / "index")
    assert_refused(call(night, "search", "child"), 4, "no index", "reviews update")
    assert call(night, "update").exit_code == 0
    assert_sound(night, expected)
    (night / "corpus.db").unlink()
    assert_refused(call(night, "search", "child"), 4, "corpus.db is missing", "from a backup")


@pytest.mark.parametrize("lost", ["*.pst", "*.trm", "*.col", "*.toc", "manifest.json", "reports.json"])
def test_a_copy_that_lacks_a_file_of_the_newest_generation_is_answered_from_the_one_before(
    night: Path, small: Path, two_reports: Path, lost: str
) -> None:
    expected, before = answer(night), answer(two_reports)
    without(night, f"index/0000002/{lost}")
    assert answer(night)["hits"] == before["hits"]
    assert "Using generation 0000001" in " ".join(call(night, "search", "child").output.split())
    assert call(night, "check").exit_code == 5
    assert call(night, "update").exit_code == 0
    assert_sound(night, expected)


def test_a_copy_whose_pointer_came_before_its_generation(night: Path) -> None:
    expected = answer(night)
    shutil.rmtree(night / "index" / "0000002")
    assert "Using generation 0000001" in " ".join(call(night, "search", "child").output.split())
    assert call(night, "update").exit_code == 0
    assert_sound(night, expected)


def test_a_flipped_bit_in_a_large_index_is_answered_from_the_generation_before(
    night: Path, two_reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (postings,) = (night / "index" / "0000002").glob("*0000002*.pst")
    times, data = postings.stat(), bytearray(postings.read_bytes())
    for place in range(100, len(data), 100):  # somewhere in every word of the queries
        data[place] ^= 1
    postings.write_bytes(data)
    os.utime(postings, ns=(times.st_atime_ns, times.st_mtime_ns))
    monkeypatch.setattr(generations, "_SMALL", 0)
    with application.open(night) as opened:
        told = opened.search("child* OR learning", limit=None, per_report=None)
    assert any("Using generation 0000001" in warning for warning in told.warnings)
    assert told.to_dict()["hits"] == answer(two_reports)["hits"]
    assert call(night, "update").exit_code == 0
    assert call(night, "check", "--full").exit_code == 0


# --- time and files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(hours=-2), timedelta(days=4000)])
def test_a_clock_that_jumps_changes_no_answer_and_loses_no_run(
    night: Path, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    class Jumped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Self:
            return super().now(tz) + jump

    before, known = answer(night), len(list(run_log.latest(night / "runs")))
    for module in (build, run_log, update):
        monkeypatch.setattr(module, "datetime", Jumped)
    (night / "reports" / "FSCP Response to Child Robin LCSPR - June 2022.pdf").unlink()
    assert call(night, "update").exit_code == 0
    assert generations.current(night / "index").manifest.id == "0000003"
    assert answer(night) != before
    monkeypatch.undo()
    shutil.copy(DEMO / "FSCP Response to Child Robin LCSPR - June 2022.pdf", night / "reports")
    assert call(night, "update").exit_code == 0
    assert_sound(night, before)
    assert len(list(run_log.latest(night / "runs"))) == known + 2
    assert call(night, "status", "--max-age", "26h").exit_code == 0, "the last update counts, whatever was dated when"


def vanishing(folder: Path, at: int) -> Callable[[str, int, int], None]:
    """Return a progress callback that deletes all other files once `at` files have been read."""

    def progress(step: str, done: int, total: int) -> None:
        if (step, done) == ("reading", at):
            for path in sorted(folder.glob("*.pdf"), key=lambda path: -path.stat().st_size)[at + 1 :]:
                path.unlink()

    return progress


def test_files_that_vanish_while_they_are_read_are_failures_and_the_next_run_knows(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(40):
        pdf = (DEMO / "Child Robin  7 Minute Learning Brief.pdf").read_bytes()
        (folder / f"{number}.pdf").write_bytes(pdf + b"\n%" + b"x" * 50 * (50 - number))
    settings = load_settings(small, jobs=1)
    done = update.run(settings, [folder], progress=vanishing(folder, 1)).ingested
    assert done is not None
    assert (done.found, done.read + done.failed) == (40, 40)
    assert done.read >= 2, "the two that are kept; a few more may have been read by then"
    assert done.failed > 0
    assert {failure.reason for failure in done.failures} == {"unreadable"}
    assert {failure.detail for failure in done.failures} == {"No such file or directory"}
    again = update.run(settings, [folder]).ingested
    assert again is not None
    assert (again.found, again.unchanged, again.failed, again.gone) == (2, 2, 0, 38)
    assert call(small, "check", "--full").exit_code == 0


def test_a_file_that_vanishes_before_it_is_looked_at_keeps_no_run_from_its_work(small: Path) -> None:
    seen = discover.look([small / "reports"], small)
    for path in (small / "reports").glob("*.pdf"):
        path.unlink()
    assert {each.problem for each in discover.look([each.path for each in seen], small, [e.key for e in seen])} == {
        "No such file or directory"
    }
