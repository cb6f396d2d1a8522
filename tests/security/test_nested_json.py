"""A file of the library that is nested thousands of levels deep is damaged, and not a bug of the program."""

from pathlib import Path

import pytest

from corpus.errors import Corrupt, UsageError
from corpus.layout import create_library
from corpus.removals import Removals
from corpus.settings import Settings, load_settings
from corpus.themes import load_themes
from reviews.maintenance import run_log, running
from reviews.maintenance.soundness import _of_records
from reviews.terminal.sandbox import last_sandbox

_NESTED = b'{"ingest":' * 100_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return create_library(tmp_path)


def test_a_nested_list_of_removals_stops_the_run_with_a_sentence(settings: Settings) -> None:
    settings.removals.write_bytes(_NESTED)
    with pytest.raises(Corrupt, match="it is not known which reports were removed"):
        Removals.load(settings.removals)


def test_nested_settings_and_themes_are_mistakes_in_a_line(settings: Settings) -> None:
    settings.themes.write_text(f'[[theme]]\nname = {"[" * 9_000}\n\n[[theme]]\nname = "Wren"\nterms = ["wren"]\n')
    assert [str(each) for each in load_themes(settings.themes).problems if "is not used" in str(each)]
    settings.settings_file.write_text(f"jobs = {'[' * 9_000}")
    with pytest.raises(UsageError, match="has a mistake"):
        load_settings(settings.library)


def test_a_nested_record_of_a_run_stops_neither_the_list_of_runs_nor_a_removal(settings: Settings) -> None:
    record = settings.runs / "run-0000001-20260101T000000Z.json"
    record.write_bytes(_NESTED)
    (settings.library / "runs" / "begun").write_bytes(_NESTED)
    assert running.noted(settings.runs) is None
    assert ["is damaged" in each["error"] for each in run_log.latest(settings.runs, 1)] == [True]
    assert [str(record) in each for each in _of_records(settings)] == [True]
    assert last_sandbox(settings.runs) == ("", ())
    run_log.forget(settings.runs, ["a" * 64], [], "2026-01-02")
    assert not record.exists(), "it may name the report, and nobody can read it"
