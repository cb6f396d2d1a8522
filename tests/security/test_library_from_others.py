"""A library in which files were replaced by pipes and links neither stops the program nor makes it write elsewhere."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.catalogue import rows
from corpus.errors import Corrupt, LimitHit
from corpus.layout import create_library
from corpus.removals import Removals
from corpus.settings import Settings, load_settings
from corpus.storage.store import Store
from corpus.themes import load_themes
from index.matching.phrase_cache import Phrases
from index.storage import generations
from index.vectors import store as vectors
from reviews.maintenance import copies, running
from reviews.maintenance.engine import upkeep
from reviews.maintenance.erase import catch_up, drop_leftovers, drop_vectors, forget_worked_out
from reviews.maintenance.follows import Follows
from reviews.web.guard.audit import Audit
from reviews.web.guard.tokens import Tokens
from reviews.web.sheet_folders import drop_abandoned

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


@pytest.mark.parametrize(
    ("what", "replace"),
    {
        "a folder": lambda path: path.mkdir(),
        "a named pipe": os.mkfifo,
        "a link to a device": lambda path: path.symlink_to("/dev/zero"),
        "a link to a folder": lambda path: path.symlink_to(path.parent),
    }.items(),
)
@pytest.mark.parametrize("name", READERS)
def test_the_sentence_says_what_the_file_has_become(
    name: str, what: str, replace: Callable[[Path], object], settings: Settings
) -> None:
    """A catalogue on a share that is not mounted was an empty catalogue: all titles went with the next update."""
    path = settings.library / name
    path.unlink(missing_ok=True)
    replace(path)
    with pytest.raises(
        LimitHit, match=f"{name} cannot be read: it is {what} and not a regular file. Somebody has replaced it"
    ):
        READERS[name](path)


@pytest.mark.parametrize("name", READERS)
def test_a_link_that_leads_nowhere_is_named_in_a_few_words(name: str, settings: Settings) -> None:
    """It is rather a share that is not mounted than somebody's doing."""
    path = settings.library / name
    path.unlink(missing_ok=True)
    path.symlink_to("nowhere")
    with pytest.raises(LimitHit) as found:
        READERS[name](path)
    assert str(found.value) == (
        f"{path} cannot be read: it is a link that leads nowhere. Connect the disk that it leads to, or put the file "
        "itself there."
    )


@pytest.mark.parametrize("name", ["cache", "collecting", "runs", "vectors"])
def test_nothing_is_deleted_in_a_folder_that_is_a_link(name: str, settings: Settings, tmp_path: Path) -> None:
    """A library whose cache was a link to a folder of photographs deleted them with the first removal."""
    photographs = tmp_path / "photographs"
    photographs.mkdir()
    for each in ("beach.jpg", ".hidden", "notes.json"):
        (photographs / each).write_text("precious")
    shutil.rmtree(settings.library / name, ignore_errors=True)
    (settings.library / name).symlink_to(photographs)
    with Store.open(settings.database) as store, pytest.raises(LimitHit, match="is a link"):
        catch_up(settings, store)
    assert len(list(photographs.iterdir())) == 3


@pytest.mark.parametrize("name", ["vectors/model", "index/0000007", "index/building-1", "cache/sheets-1", "cache/x"])
def test_nothing_is_deleted_in_a_link_inside_a_folder(name: str, settings: Settings, tmp_path: Path) -> None:
    """A link to a folder of photographs in vectors/ deleted them with the first removal, or a new model."""
    photographs = tmp_path / "photographs"
    photographs.mkdir()
    for each in ("beach.jpg", ".hidden", "notes.json"):
        (photographs / each).write_text("precious")
    link = settings.library / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(photographs)
    with Store.open(settings.database) as store:
        drop_vectors(settings, store)
        forget_worked_out(settings)
        drop_leftovers(settings)
        drop_abandoned(settings.cache)
        generations.prune(settings.index)
        generations.keep_only(settings.index, "0000001")
    assert len(list(photographs.iterdir())) == 3


def test_vectors_are_not_written_where_a_link_leads(settings: Settings, tmp_path: Path) -> None:
    settings.vectors.mkdir(exist_ok=True)
    (settings.vectors / "model").symlink_to(tmp_path)
    with pytest.raises(LimitHit, match="is a link"):
        vectors.stored(settings.vectors, "model")


@pytest.mark.parametrize("made", ["a link", "a pipe", "a file"])
def test_what_is_in_the_place_of_an_index_that_is_built_is_replaced(
    made: str, settings: Settings, tmp_path: Path
) -> None:
    """The next update overwrote the file that the link led to, and waited for the pipe for ever."""
    (tmp_path / "letter.txt").write_text("precious")
    keep = []
    settings.index.mkdir(exist_ok=True)
    for path in (settings.index / "CURRENT.new", settings.index / "building-1"):
        if made == "a link":
            path.symlink_to(tmp_path / "letter.txt")
        elif made == "a file":
            path.write_text("x")
        else:
            os.mkfifo(path)
            keep.append(os.open(path, os.O_RDWR))  # else whoever opens it would wait for ever, and this test with it
    with Store.open(settings.database) as store:
        upkeep(settings).build(store)
    for each in keep:
        os.close(each)
    assert sorted(path.name for path in settings.index.iterdir()) == ["0000001", "CURRENT"]
    assert (tmp_path / "letter.txt").read_text() == "precious"


def test_a_pipe_in_place_of_the_folder_of_a_server_is_not_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.cache.mkdir(exist_ok=True)
    os.mkfifo(settings.cache / "sheets-1")
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: pytest.fail("it opens the pipe, and waits"))
    drop_abandoned(settings.cache)


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


def test_an_access_log_that_became_a_pipe_is_not_waited_for(settings: Settings) -> None:
    """Every request that is logged waited for somebody to read the pipe, and so did all after it."""
    pipe = settings.library / "2026-03-01.jsonl"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # else this test would wait, too
    with pytest.raises(OSError, match="not a regular file"):
        Audit._append(pipe, b"a line\n")
    os.close(reader)
    with pytest.raises(OSError, match=r"jsonl|device"):
        Audit._append(pipe, b"a line\n")


def test_tokens_that_are_a_link_to_themselves_are_refused(settings: Settings) -> None:
    """The page answered as if it had a bug."""
    (settings.library / "tokens.json").symlink_to("tokens.json")
    with pytest.raises(LimitHit, match=r"tokens\.json cannot be read"):
        Tokens(settings.library).held()


def test_a_journal_beside_the_corpus_deletes_no_file_elsewhere(settings: Settings, tmp_path: Path) -> None:
    """SQLite deletes the file that a journal names as the one above it. The next update of a library deleted it."""
    (tmp_path / "letter.txt").write_text("precious")
    name, magic = str(tmp_path / "letter.txt").encode(), bytes.fromhex("d9d505f920a163d7")
    pages = settings.database.stat().st_size // 4096
    head = magic + b"".join(number.to_bytes(4) for number in (0, 7, pages, 512, 4096))
    end = (2**30 // 4096 + 1).to_bytes(4) + name + len(name).to_bytes(4) + sum(name).to_bytes(4) + magic
    settings.database.with_name("corpus.db-journal").write_bytes(head.ljust(512, b"\0") + end)
    for read_only in (True, False):
        with pytest.raises(Corrupt, match=r"corpus\.db-journal is not a file of this program"):
            Store.open(settings.database, read_only=read_only)
    assert (tmp_path / "letter.txt").read_text() == "precious"


def test_links_to_themselves_are_refused(settings: Settings) -> None:
    """They ended commands in a traceback."""
    shutil.rmtree(settings.reports)
    settings.reports.symlink_to("reports")
    assert copies.find(settings, ["f" * 64]) == []
    settings.database.unlink()
    settings.database.symlink_to("corpus.db")
    for read_only in (True, False):
        with pytest.raises(LimitHit, match=r"corpus\.db cannot be read"):
            Store.open(settings.database, read_only=read_only)


@pytest.mark.parametrize("name", ["corpus.db", "corpus.db-wal", "corpus.db-shm"])
def test_a_corpus_that_became_a_pipe_is_not_waited_for(name: str, settings: Settings) -> None:
    (settings.library / name).unlink(missing_ok=True)
    os.mkfifo(settings.library / name)
    for read_only in (True, False):
        with pytest.raises(LimitHit, match=f"{name} cannot be read: it is a named pipe"):
            Store.open(settings.database, read_only=read_only)


def test_the_log_of_the_corpus_is_not_written_where_a_link_leads(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    settings.database.with_name("corpus.db-wal").symlink_to(tmp_path / "letter.txt")
    with pytest.raises(LimitHit, match=r"corpus\.db-wal cannot be read"):
        Store.open(settings.database)


def test_phrases_that_became_a_pipe_count_as_not_precomputed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "themes.phrases")
    assert Phrases(tmp_path / "themes.phrases").readings == {}
