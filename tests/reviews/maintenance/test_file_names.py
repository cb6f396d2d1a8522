"""A file can have any name that its disk allows: the run continues, and messages about the file are clean text."""

import json
import os
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from corpus.disk.names import real_path
from reviews.cli.main import main
from reviews.web.app import Options
from tests.command import DEMO
from tests.reviews.web.client import client

LATIN_1, LINES, PLAIN = b"caf\xe9.pdf", b"two\nlines.pdf", b"plain.pdf"
SUMMARY, BRIEF = DEMO / "Child Robin LCSPR Executive Summary.pdf", DEMO / "Child Robin  7 Minute Learning Brief.pdf"


def named(folder: Path, name: bytes) -> Path:
    """Return the path of a file with that name, or skip the test if the disk does not allow the name."""
    path = folder / os.fsdecode(name)
    try:
        path.touch()
        path.unlink()
    except (OSError, UnicodeError):
        pytest.skip("this disk allows no such name")
    return path


def put(data: bytes, folder: Path, name: bytes) -> Path:
    path = named(folder, name)
    path.write_bytes(data)
    return path


def reviews(library: Path, *words: object) -> Result:
    return CliRunner().invoke(main, ["--library", str(library), *map(str, words)])


def told(library: Path, *words: object) -> Any:
    done = reviews(library, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "share").mkdir()
    return tmp_path / "share"


@pytest.mark.parametrize(("name", "shown"), [(LATIN_1, "caf<E9>.pdf"), (LINES, "two<0A>lines.pdf")])
def test_a_report_with_an_odd_name_is_searched_shown_served_and_taken_away(
    folder: Path, tmp_path: Path, name: bytes, shown: str
) -> None:
    library = tmp_path / "library"
    put(BRIEF.read_bytes(), folder, PLAIN)
    odd = put(SUMMARY.read_bytes(), folder, name)
    assert reviews(library, "update", str(folder)).exit_code == 0
    assert told(library, "update", str(folder))["ingest"]["unchanged"] == 2
    (report,) = [each for each in told(library, "reports")["reports"] if each["file"] == shown]
    assert report["files"] == [str(folder / shown)]
    for words in (
        ["reports"],
        ["coverage"],
        ["status"],
        ["runs", "--last"],
        ["show", report["id"]],
        ["search", "child"],
    ):
        assert reviews(library, *words).exit_code == 0
    (tmp_path / "queries.txt").write_text("child\n")
    assert reviews(library, "batch", tmp_path / "queries.txt", "--out", tmp_path / "out.xlsx").exit_code == 0
    with (
        client(library, Options()) as visitor,
        visitor.get(f"/reports/{report['id'][:16]}/file.pdf") as served,
    ):
        assert served.data == SUMMARY.read_bytes()
    odd.unlink()
    assert told(library, "update", str(folder))["ingest"]["gone"] == 1
    assert [each["file"] for each in told(library, "status")["withdrawn"]] == [str(folder / shown)]
    assert reviews(library, "status").exit_code == 0


@pytest.mark.parametrize("name", [LATIN_1, LINES])
def test_a_broken_file_with_an_odd_name_is_a_failure_like_any_other(folder: Path, tmp_path: Path, name: bytes) -> None:
    library = tmp_path / "library"
    put(BRIEF.read_bytes(), folder, PLAIN)
    odd = put(b"no pdf", folder, name)
    done = reviews(library, "update", str(folder))
    assert done.exit_code == 0, done.output
    (failure,) = told(library, "coverage")["failures"]
    assert real_path(library, failure["file"]) == odd
    for record in (library / "runs").glob("run-*"):
        assert all(line.isprintable() for line in record.read_text("utf-8").split("\n"))
        assert failure["file"] in record.read_text("utf-8")
    odd.unlink()
    assert reviews(library, "update", str(folder)).exit_code == 0
    assert told(library, "coverage")["failures"] == []


def test_an_odd_name_in_the_library_itself_is_removed_with_its_report(tmp_path: Path) -> None:
    library = tmp_path / "library"
    assert reviews(library, "init").exit_code == 0
    odd = put(SUMMARY.read_bytes(), library / "reports", LATIN_1)
    assert reviews(library, "update").exit_code == 0
    (report,) = told(library, "reports")["reports"]
    assert reviews(library, "remove", report["id"], "--reason", "asked", "--yes").exit_code == 0
    assert not odd.exists()


def test_an_unusual_folder_is_read_every_night_if_written_as_shown(folder: Path, tmp_path: Path) -> None:
    library, deep = tmp_path / "library", named(folder, b"caf\xe9")
    deep.mkdir()
    shutil.copy(BRIEF, deep)
    line = next(line for line in reviews(library, "update", deep).stdout.splitlines() if "folders = " in line)
    (library / "reviews.toml").write_text(line[line.index("folders = ") :] + "\n", "utf-8")
    assert told(library, "update")["ingest"]["unchanged"] == 1


def test_a_missing_path_is_reported_and_recorded_whatever_its_name(folder: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    absent = named(folder, b"caf\xe9")
    done = reviews(library, "update", absent)
    assert done.exit_code == 2
    assert "caf<E9>" in done.stderr
    assert "caf<E9>" in reviews(library, "runs", "--last").stdout


def test_an_odd_folder_is_walked_and_its_files_that_went_at_once_are_held_back(folder: Path, tmp_path: Path) -> None:
    library, deep = tmp_path / "library", named(folder, b"caf\xe9")
    put(BRIEF.read_bytes(), folder, PLAIN)
    deep.mkdir()
    for number in range(5):
        (deep / f"{number}.pdf").write_bytes(b"no pdf %d" % number)
    assert reviews(library, "update", str(folder)).exit_code == 0
    shutil.rmtree(deep)
    deep.mkdir()
    assert told(library, "update", str(folder))["ingest"]["held_back"] == [str(folder / "caf<E9>")]


def test_a_name_written_by_macos_finds_its_row_and_is_found(tmp_path: Path, folder: Path) -> None:
    library = tmp_path / "library"
    shutil.copy(SUMMARY, folder / unicodedata.normalize("NFD", "Siân review.pdf"))
    assert reviews(library, "init").exit_code == 0
    (library / "catalogue.csv").write_text("file,board\nSiân review.pdf,Dunmoor SCP\n", "utf-8")
    assert reviews(library, "update", str(folder)).exit_code == 0
    for query in ("board:dunmoor", "file:Siân", "file:Sian", "file:" + unicodedata.normalize("NFD", "Siân")):
        assert told(library, "search", query)["total"] == 1, query
