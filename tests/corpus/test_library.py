"""A new library is private and complete, and creating it again deletes nothing."""

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from corpus.catalogue import rows as catalogue_rows
from corpus.disk.atomic import write_atomic
from corpus.errors import LimitHit, UsageError
from corpus.layout import CATALOGUES, create_library
from corpus.storage.store import Store
from index.build import build
from index.storage import generations


def test_a_new_library_has_everything(tmp_path: Path) -> None:
    settings = create_library(tmp_path / "new" / "library")
    names = {path.name for path in settings.library.iterdir()}
    assert names == {"reports", "catalogue.csv", "corpus.db", "index", "runs"}
    assert catalogue_rows.load(settings.catalogue) == catalogue_rows.Catalogue(catalogue_rows.COLUMNS, ())
    with Store.open(settings.database, read_only=True) as store:
        assert store.check() == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights; the user's folder is private there")
def test_it_is_private_even_where_the_folder_was_not(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir(mode=0o755)
    library = create_library(tmp_path / "library").library
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [library, *library.iterdir()]}
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


def test_creating_it_again_keeps_existing_files(tmp_path: Path) -> None:
    settings = create_library(tmp_path)
    settings.catalogue.write_text("title\nmine\n")
    (settings.reports / "elm.pdf").write_text("a report")
    create_library(tmp_path)
    assert settings.catalogue.read_text() == "title\nmine\n"
    assert (settings.reports / "elm.pdf").read_text() == "a report"


def test_an_example_catalogue_is_copied_on_request(tmp_path: Path) -> None:
    settings = create_library(tmp_path / "library", ["demonstration", "knowsley"])
    read = catalogue_rows.load(settings.catalogue)
    boards = [row.get("board") for row in read.rows]
    assert read.problems == ()
    assert len(read.rows) == sum(len(catalogue_rows.load(path).rows) for path in CATALOGUES.values())
    assert "Knowsley Safeguarding Children Board" in boards
    assert "Fernshire Safeguarding Children Partnership" in boards


def test_an_example_does_not_replace_existing_rows(tmp_path: Path) -> None:
    settings = create_library(tmp_path / "library")
    create_library(tmp_path / "library", ["knowsley"])
    assert len(catalogue_rows.load(settings.catalogue).rows) == 22
    settings.catalogue.write_text("title\nmine\n")
    with pytest.raises(UsageError, match="already has rows"):
        create_library(tmp_path / "library", ["knowsley"])
    assert settings.catalogue.read_text() == "title\nmine\n"


def test_a_folder_with_reports_already_in_place_becomes_a_library(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reviews.toml").write_text("jobs = 2")
    (tmp_path / ".hidden").touch()
    assert create_library(tmp_path).database.exists()


def test_a_folder_with_other_files_is_refused_and_not_changed(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    tmp_path.chmod(0o755)
    with pytest.raises(UsageError, match=r"thesis\.docx"):
        create_library(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
    if sys.platform != "win32":
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "library").touch()
    with pytest.raises(UsageError, match="is a file"):
        create_library(tmp_path / "library")


def test_an_impossible_location_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LimitHit, match="cannot be created"):
        create_library(tmp_path / "file" / "library")


class TestWritingWhole:
    def test_it_replaces_the_file(self, tmp_path: Path) -> None:
        write_atomic(tmp_path / "a", b"one")
        write_atomic(tmp_path / "a", b"two")
        assert (tmp_path / "a").read_bytes() == b"two"
        write_atomic(tmp_path / "a", b"three", replace=False)
        assert (tmp_path / "a").read_bytes() == b"two"

    def test_a_failure_leaves_the_old_file_and_nothing_else(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_atomic(tmp_path / "a", b"one")

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(LimitHit, match="No space left"):
            write_atomic(tmp_path / "a", b"two")
        assert [path.name for path in tmp_path.iterdir()] == ["a"]
        assert (tmp_path / "a").read_bytes() == b"one"

    def test_any_other_flush_error_is_raised(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        refuse_fsync(monkeypatch, errno.EIO)
        with pytest.raises(LimitHit, match="cannot be written"):
            write_atomic(tmp_path / "a", b"one")


def refuse_fsync(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Simulate a file system that answers `number` to fsync of a folder."""
    real = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not flush folders")
@pytest.mark.parametrize("name", ["ENOTSUP", "EOPNOTSUPP", "EINVAL", "ENOTTY"])
def test_a_file_system_without_fsync_for_folders_can_hold_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    refuse_fsync(monkeypatch, getattr(errno, name))
    settings = create_library(tmp_path / "library")
    with Store.open(settings.database) as store:
        build(store, settings.index)
    write_atomic(settings.catalogue, b"title\nElm\n")
    assert settings.catalogue.read_bytes() == b"title\nElm\n"
    assert generations.current(settings.index).manifest.id == "0000001"


def test_a_library_whose_corpus_was_moved_away_is_completed_again(tmp_path: Path) -> None:
    """A file next to the corpus that the program itself may have left behind does not count as foreign."""
    create_library(tmp_path / "library")
    for folder in ("cache", "access"):
        (tmp_path / "library" / folder).mkdir()
    (tmp_path / "library" / "tokens.json").write_text("{}")
    (tmp_path / "library" / "corpus.db").unlink()
    assert create_library(tmp_path / "library").database.exists()
