"""A corpus from an earlier version is migrated to today's layout when it is opened for writing."""

import re
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import Corrupt, NoIndex
from corpus.storage import database, migrations
from corpus.storage.store import Store

LIBRARY = Path(__file__).parents[2] / "reviews" / "maintenance" / "library-0.1.0.tar.gz"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    with tarfile.open(LIBRARY) as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / "library" / "corpus.db"


def format_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def layout(path: Path) -> dict[str, str]:
    """Return every table and index, by name, without comments and line breaks."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> ?", ("sqlite_sequence",)
        )
        return {
            name: " ".join(re.sub(r"--.*", "", sql).replace("(", "( ").replace(")", " )").split()) for name, sql in rows
        }


def test_the_library_of_0_1_0_has_the_first_format(old: Path) -> None:
    assert format_of(old) == 1
    assert "missing_folder" not in layout(old)


def test_a_migrated_corpus_has_the_layout_of_a_new_one(old: Path, tmp_path: Path) -> None:
    Store.open(tmp_path / "new.db", create=True).close()
    with Store.open(old) as store:
        assert store.check() == []
    assert format_of(old) == format_of(tmp_path / "new.db") == migrations.FORMAT
    assert layout(old) == layout(tmp_path / "new.db")


def test_names_that_were_bytes_become_text_and_the_reports_stay(old: Path) -> None:
    with Store.open(old, read_only=True) as before:
        reports, revision = before.reports(), before.revision
        assert before.missing_folders() == []
    assert any("reports/caf<E9>.pdf" in report.files for report in reports)
    with Store.open(old) as store:
        assert store.reports() == reports
        assert store.revision > revision
        store.forget_file("reports/caf<E9>.pdf")
        assert not any("caf" in path for path in store.files())


def test_reading_an_old_corpus_does_not_change_it(old: Path) -> None:
    before = old.read_bytes()
    with Store.open(old, read_only=True) as store:
        assert len(store.reports()) == 2
        assert store.withdrawals() == []
    assert old.read_bytes() == before
    assert format_of(old) == 1


def test_a_corpus_is_migrated_once(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(old).close()
    monkeypatch.setattr(database, "STEPS", ())
    Store.open(old).close()


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def replace(*more: migrations.Step) -> None:
        monkeypatch.setattr(database, "STEPS", [*migrations.STEPS, *more])
        monkeypatch.setattr(database, "FORMAT", migrations.FORMAT + len(more))

    return replace


def test_a_failed_step_leaves_the_corpus_as_the_previous_step_left_it(old: Path, steps: Callable[..., None]) -> None:
    def half_done(execute: Any) -> None:
        execute("CREATE TABLE half (done TEXT)")
        execute("DELETE FROM file")
        raise Corrupt("the power went")

    steps(half_done)
    with pytest.raises(Corrupt, match="the power went"):
        Store.open(old)
    assert format_of(old) == migrations.FORMAT
    assert "half" not in layout(old)

    def whole(execute: Any) -> None:
        execute("CREATE TABLE whole (done TEXT)")

    steps(whole)
    with Store.open(old) as store:
        assert len(store.files()) == 4
    assert format_of(old) == migrations.FORMAT + 1
    assert "whole" in layout(old)


def test_a_step_that_another_process_has_already_applied_is_not_repeated(old: Path, steps: Callable[..., None]) -> None:
    taken = []

    def slow(execute: Any) -> None:
        taken.append(1)

    steps(slow)
    with Store.open(old) as first:
        numbers = iter([migrations.FORMAT, migrations.FORMAT + 1, migrations.FORMAT + 1])
        first._db.number = lambda select: next(numbers)  # type: ignore[method-assign]
        first._db._migrate()
    assert taken == [1]


@pytest.mark.parametrize("newer", [1, 50])
def test_a_newer_corpus_is_refused_with_a_message_and_not_changed(old: Path, newer: int) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute(f"PRAGMA user_version = {migrations.FORMAT + newer}")
        connection.commit()
    before = old.read_bytes()
    for how in ({}, {"create": True}, {"read_only": True}):
        with pytest.raises(NoIndex, match=r"made by a newer version of this program .* Update the program\."):
            Store.open(old, **how)
    assert old.read_bytes() == before
