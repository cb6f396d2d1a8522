"""A library begins private and complete, and beginning it again takes nothing away."""

import os
import stat
import sys
from pathlib import Path

import pytest

from corpus.atomic import write_whole
from corpus.errors import LimitHit, UsageError
from corpus.layout import SHIPPED_CATALOGUE, create_library
from corpus.storage.store import Store


def test_it_holds_what_a_library_holds(tmp_path: Path) -> None:
    settings = create_library(tmp_path / "new" / "library")
    names = {path.name for path in settings.library.iterdir()}
    assert names == {"reports", "catalogue.csv", "corpus.db", "index", "runs"}
    assert settings.catalogue.read_bytes() == SHIPPED_CATALOGUE.read_bytes()
    with Store.open(settings.database, read_only=True) as store:
        assert store.check() == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights; the user's folder is private there")
def test_it_is_private_even_where_the_folder_was_not(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir(mode=0o755)
    library = create_library(tmp_path / "library").library
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [library, *library.iterdir()]}
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


def test_beginning_again_keeps_what_is_there(tmp_path: Path) -> None:
    settings = create_library(tmp_path)
    settings.catalogue.write_text("title\nmine\n")
    (settings.reports / "elm.pdf").write_text("a report")
    create_library(tmp_path)
    assert settings.catalogue.read_text() == "title\nmine\n"
    assert (settings.reports / "elm.pdf").read_text() == "a report"


def test_a_folder_with_reports_already_in_place_becomes_a_library(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reviews.toml").write_text("jobs = 2")
    (tmp_path / ".hidden").touch()
    assert create_library(tmp_path).database.exists()


def test_a_folder_with_other_things_is_refused_and_not_touched(tmp_path: Path) -> None:
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


def test_a_place_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LimitHit, match="cannot be made"):
        create_library(tmp_path / "file" / "library")


class TestWritingWhole:
    def test_it_replaces(self, tmp_path: Path) -> None:
        write_whole(tmp_path / "a", b"one")
        write_whole(tmp_path / "a", b"two")
        assert (tmp_path / "a").read_bytes() == b"two"
        write_whole(tmp_path / "a", b"three", replace=False)
        assert (tmp_path / "a").read_bytes() == b"two"

    def test_a_failure_leaves_the_old_file_and_nothing_else(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_whole(tmp_path / "a", b"one")

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(LimitHit, match="No space left"):
            write_whole(tmp_path / "a", b"two")
        assert [path.name for path in tmp_path.iterdir()] == ["a"]
        assert (tmp_path / "a").read_bytes() == b"one"


def test_a_library_whose_corpus_was_moved_away_is_made_whole_again(tmp_path: Path) -> None:
    """All that the program itself may have left beside the corpus is no other thing."""
    create_library(tmp_path / "library")
    for folder in ("cache", "access"):
        (tmp_path / "library" / folder).mkdir()
    (tmp_path / "library" / "tokens.json").write_text("{}")
    (tmp_path / "library" / "corpus.db").unlink()
    assert create_library(tmp_path / "library").database.exists()
