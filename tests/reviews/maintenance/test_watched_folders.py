"""A night that could not look everywhere says so.

Cases: a share that is not mounted, a folder that was given by name once, and new files among those that could never be
read.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from corpus.files import MissingFolder
from corpus.storage.store import Store
from reviews.cli.main import main
from reviews.maintenance import run_log
from reviews.terminal import coverage
from reviews.web.app import Options
from tests.command import DEMO
from tests.reviews.web.client import client

SUMMARY, BRIEF = DEMO / "Child Robin LCSPR Executive Summary.pdf", DEMO / "Child Robin  7 Minute Learning Brief.pdf"


def call(library: Path, *words: object) -> Result:
    return CliRunner().invoke(main, ["--library", str(library), *map(str, words)])


def told(library: Path, *words: object) -> Any:
    result = call(library, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """Return a folder with a report, like a mounted share."""
    (tmp_path / "share").mkdir()
    shutil.copy(BRIEF, tmp_path / "share")
    return tmp_path / "share"


@pytest.fixture
def library(tmp_path: Path, share: Path) -> Path:
    """Return a library that reads the share every night, and has done so once."""
    library = tmp_path / "library"
    assert call(library, "init").exit_code == 0
    (library / "reviews.toml").write_text(f"folders = [{json.dumps(str(share))}]\nocr = false\njobs = 1\n", "utf-8")
    assert call(library, "update").exit_code == 0
    return library


def test_the_path_of_a_folder_is_shown_whole_on_a_narrow_screen() -> None:
    path = "/share/" + "reviews-" * 20
    lines = coverage._item(f"The folder {path} is missing.")
    assert any(path in line for line in lines)


@pytest.mark.parametrize("left", ["empty", "not there"])
class TestAShareThatIsNotMounted:
    @pytest.fixture(autouse=True)
    def unmounted(self, library: Path, share: Path, left: str) -> None:
        share.rename(share.with_name("elsewhere"))
        if left == "empty":
            share.mkdir()

    def mount(self, share: Path) -> None:
        if share.exists():
            share.rmdir()
        share.with_name("elsewhere").rename(share)

    def test_a_missing_folder_is_printed_to_stderr_and_fails_a_strict_run(self, library: Path, share: Path) -> None:
        done = call(library, "update")
        assert done.exit_code == 0
        assert str(share) in done.stderr
        assert "--allow-withdrawals" in done.stderr
        assert str(share) in call(library, "update", "--json").stderr
        strict = call(library, "update", "--strict")
        assert strict.exit_code == 3
        assert "1 folder empty or missing" in strict.stderr

    def test_a_missing_folder_is_remembered_until_it_is_back(self, library: Path, share: Path) -> None:
        assert call(library, "update").exit_code == 0
        assert call(library, "update", DEMO / "scans").exit_code in (0, 3), "another folder says nothing about this one"
        status = call(library, "status", "--max-age", "26h")
        assert status.exit_code == 9
        assert str(share) in status.stderr
        assert str(share) in call(library, "status").stdout
        assert str(share) in " ".join(call(library, "coverage").stdout.split())
        assert [each["folder"] for each in told(library, "status")["missing_folders"]] == [str(share)]
        assert [each["folder"] for each in told(library, "coverage")["missing_folders"]] == [str(share)]
        with client(library, Options()) as visitor:
            page = visitor.get("/coverage").text
        assert "Missing folders" in page
        assert "share: since 20" in page
        assert len(told(library, "reports")["reports"]) == 1, "what was read of it stays"
        self.mount(share)
        assert call(library, "update", "--strict").exit_code == 0
        assert call(library, "status", "--max-age", "26h").exit_code == 0
        assert told(library, "coverage")["missing_folders"] == []
        with client(library, Options()) as visitor:
            assert "Missing folders" not in visitor.get("/coverage").text

    def test_is_in_the_record_of_the_run_and_in_the_list_of_runs(self, library: Path, share: Path) -> None:
        assert call(library, "update").exit_code == 0
        assert next(run_log.latest(library / "runs"))["ingest"]["held_back"] == [str(share)]
        assert str(share) in call(library, "runs", "--last").stdout
        assert "1 folder missing" in call(library, "runs").stdout

    def test_a_missing_folder_is_forgotten_when_its_reports_may_be_withdrawn(self, library: Path, share: Path) -> None:
        assert call(library, "update").exit_code == 0
        assert call(library, "update", share, "--allow-withdrawals").exit_code == 0
        assert told(library, "reports")["reports"] == []
        assert call(library, "status", "--max-age", "26h").exit_code == 0


def test_the_first_day_on_which_a_folder_was_missing_is_kept(library: Path) -> None:
    with Store.open(library / "corpus.db") as store:
        store.note_missing(["/srv/share"], [])
        store._db.execute("UPDATE missing_folder SET since = '2026-03-14'")
        store.note_missing(["/srv/share", "/srv/other"], [])
        assert MissingFolder("/srv/share", "2026-03-14") in store.missing_folders()
        store.note_missing([], ["/srv/other"])
        assert [each.folder for each in store.missing_folders()] == ["/srv/share"]


def test_a_library_of_an_earlier_version_learns_to_keep_it(library: Path) -> None:
    with Store.open(library / "corpus.db") as store:
        store._db.execute("DROP TABLE missing_folder")
        store._db.execute("PRAGMA user_version = 1")
    with Store.open(library / "corpus.db", read_only=True) as store:
        assert store.missing_folders() == []
    assert call(library, "coverage").exit_code == 0
    assert call(library, "update").exit_code == 0
    with Store.open(library / "corpus.db") as store:
        store.note_missing(["/srv/share"], [])
        assert len(store.missing_folders()) == 1


class TestAFolderThatWasNamedOnce:
    def test_a_folder_is_reported_as_only_read_when_named(self, tmp_path: Path, share: Path) -> None:
        library = tmp_path / "library"
        done = call(library, "update", share)
        line = f"folders = [{json.dumps(str(share), ensure_ascii=False)}]"
        assert line in done.stdout
        assert str(library / "reviews.toml") in done.stdout
        night = call(library, "update")
        assert "0 files found" in night.stdout
        assert line in night.stdout
        assert "none of the folders that hold the reports was searched" in call(library, "status").stdout
        assert "none of the folders that hold the reports was searched" in call(library, "runs").stdout
        (library / "reviews.toml").write_text(line + "\n", "utf-8")
        shutil.copy(SUMMARY, share)
        night = call(library, "update")
        assert "2 files found: 1 unchanged, 1 new" in night.stdout
        assert "folders =" not in night.output

    def test_such_a_folder_is_reported_along_with_those_read_every_night(
        self, library: Path, share: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "other" / "deep").mkdir(parents=True)
        for folder in (tmp_path / "other", tmp_path / "other" / "deep"):
            shutil.copy(SUMMARY, folder)
        told_then = call(library, "update", tmp_path / "other")
        assert f"folders = {json.dumps([str(share), str(tmp_path / 'other')])}" in told_then.stdout
        night = call(library, "update")
        assert f"folders = {json.dumps([str(share), str(tmp_path / 'other')])}" in night.stdout
        assert night.stderr == ""
        assert told(library, "update")["ingest"]["unwatched"] == [str(tmp_path / "other")]

    def test_a_folder_that_is_read_anyway_is_not_reported(self, library: Path, share: Path) -> None:
        assert "folders =" not in call(library, "update", share).output
        assert "folders =" not in call(library, "update", library / "reports").output
        assert "folders =" not in call(library, "update", share / BRIEF.name).output


class TestFilesThatCannotBeRead:
    def test_failures_are_listed_when_they_are_new_and_counted_afterwards(self, library: Path, share: Path) -> None:
        (share / "old page.pdf").write_bytes(b"<html>404")
        assert "old page.pdf" in call(library, "update").stdout
        (share / "new page.pdf").write_bytes(b"<html>405")
        night = call(library, "update").stdout
        assert "new page.pdf" in night
        assert "old page.pdf" not in night
        assert "1 file still cannot be read" in night
        record = next(run_log.latest(library / "runs"))
        assert [Path(file).name for file in record["ingest"]["new_failures"]] == ["new page.pdf"]
        assert len(record["ingest"]["failures"]) == 2, "a program finds all of them"
        last = call(library, "runs", "--last").stdout
        assert "new page.pdf" in last
        assert "old page.pdf" not in last
        assert "old page.pdf" in call(library, "coverage").stdout

    def test_are_new_again_for_another_reason_and_after_they_could_be_read(self, library: Path, share: Path) -> None:
        page = share / "page.pdf"
        for data, new in ((b"<html>404", 1), (b"<html>", 0), (b"", 1), (SUMMARY.read_bytes(), 0), (b"<html>404", 1)):
            page.write_bytes(data)
            assert len(told(library, "update")["ingest"]["new_failures"]) == new, data[:10]

    def test_a_report_that_cannot_be_opened_any_more_is_new_once(
        self, library: Path, share: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (share / BRIEF.name).write_bytes(SUMMARY.read_bytes())
        real = os.open

        def refuse(path: Any, *rest: Any, **more: Any) -> int:
            if str(path).endswith(BRIEF.name):
                raise PermissionError(13, "Permission denied")
            return real(path, *rest, **more)

        with monkeypatch.context() as patch:
            patch.setattr(os, "open", refuse)
            assert [len(told(library, "update")["ingest"]["new_failures"]) for _ in range(2)] == [1, 0]
            assert told(library, "status")["runs"][0]["ingest"]["failed"] == 1
        assert told(library, "update")["ingest"]["changed"] == 1
