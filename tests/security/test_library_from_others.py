"""A library in which files were replaced by pipes and links neither stops the program nor makes it write elsewhere."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.catalogue import rows
from corpus.errors import LimitHit
from corpus.layout import create_library
from corpus.removals import Removals
from corpus.settings import Settings, load_settings
from corpus.themes import load_themes
from reviews.maintenance import running
from reviews.maintenance.follows import Follows
from reviews.web.guard.audit import Audit
from reviews.web.guard.tokens import Tokens

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")

READERS: dict[str, Callable[[Path], object]] = {
    "catalogue.csv": rows.load,
    "reviews.toml": lambda path: load_settings(path.parent),
    "themes.toml": load_themes,
    "removals.json": Removals.load,
    "follows.json": Follows.load,
    "tokens.json": lambda path: Tokens(path.parent).held(),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return create_library(tmp_path / "library")


@pytest.mark.parametrize("name", READERS)
def test_a_file_that_became_a_pipe_is_refused_and_not_waited_for(name: str, settings: Settings) -> None:
    path = settings.library / name
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    keep = os.open(path, os.O_RDWR)  # else a reader that opens it would wait for ever, and this test with it
    os.write(keep, b"x")
    os.set_blocking(keep, False)
    try:
        with pytest.raises(LimitHit, match="not a regular file"):
            READERS[name](path)
    finally:
        os.close(keep)


def test_the_note_of_a_run_does_not_overwrite_what_a_link_leads_to(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("precious")
    (settings.runs / "begun").symlink_to(tmp_path / "letter.txt")
    running.note(settings.runs, {"sequence": 1, "command": "update"})
    assert (tmp_path / "letter.txt").read_text() == "precious"


def test_the_access_log_is_not_written_where_a_link_leads(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("precious")
    link = settings.library / "2026-03-01.jsonl"
    link.symlink_to(tmp_path / "letter.txt")
    with pytest.raises(OSError, match="symbolic link"):
        Audit._append(link, b"a line\n")
    assert (tmp_path / "letter.txt").read_text() == "precious"
