"""Settings come from the defaults, the library's file and the command, in that order.

An error lists the valid values.
"""

import os
from dataclasses import fields
from pathlib import Path

import pytest

from corpus.errors import LimitHit, UsageError
from corpus.settings import HELP, NAMES, Settings, load_settings


def with_file(library: Path, text: str) -> Path:
    (library / "reviews.toml").write_text(text, "utf-8")
    return library


def test_a_library_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == Settings(library=tmp_path)
    assert load_settings(tmp_path).jobs == os.cpu_count()


def test_the_file_is_read_and_the_command_takes_precedence(tmp_path: Path) -> None:
    with_file(tmp_path, 'max_pages = 10\nmax_seconds = 2\nextractor = "pypdf"\ntrust_hidden_text = true\njobs = 3\n')
    settings = load_settings(tmp_path, jobs=1, max_bytes=None)
    assert (settings.max_pages, settings.max_seconds, settings.jobs) == (10, 2.0, 1)
    assert (settings.extractor, settings.trust_hidden_text, settings.max_bytes) == ("pypdf", True, 200_000_000)


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    (tmp_path / "reviews.toml").write_bytes(b"\xef\xbb\xbfmax_pages = 10\r\n")
    assert load_settings(tmp_path).max_pages == 10


def test_folders_of_the_file_start_at_the_library_and_those_of_the_command_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    library = tmp_path / "library"
    library.mkdir()
    with_file(library, 'folders = ["../elsewhere", "here"]')
    assert load_settings(library).folders == (tmp_path / "elsewhere", library / "here")
    assert load_settings(library, folders=(Path("mine"),)).folders == (tmp_path / "mine",)


def test_everything_is_inside_the_library(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    paths = [settings.reports, settings.catalogue, settings.themes, settings.database, settings.index, settings.runs]
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "reports", "catalogue.csv", "themes.toml", "corpus.db", "index", "runs",
    ]  # fmt: skip


def test_a_relative_library_stays_where_it_is_when_the_folder_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(Path("library")).library == tmp_path / "library"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_page = 10", r"`max_page` .* is not a setting.*max_pages"),
        ("library = 'x'", "`library` .* is not a setting"),
        ("jobs = 0", "`jobs` .* whole number above 0"),
        ("jobs = true", "`jobs` .* whole number above 0"),
        ("max_pages = 1.5", "`max_pages` .* whole number above 0"),
        ("max_seconds = inf", "`max_seconds` .* number above 0"),
        ("max_seconds = 1e12", "`max_seconds` .* at most 1,000,000"),
        (f"max_seconds = 1{'0' * 400}", "`max_seconds` .* number above 0"),
        (f"max_bytes = 1{'0' * 20}", "`max_bytes` .* whole number above 0"),
        ('folders = ["~nobody-of-this-name/x"]', "`folders` .* list of folders"),
        ('[opensearch]\nurl = ["https://[::1"]', "`opensearch.url` .* list of addresses"),
        ('[opensearch]\nurl = ["https://os1:99999"]', "`opensearch.url` .* list of addresses"),
        ("max_seconds = 'long'", "`max_seconds` .* number above 0"),
        ("extractor = 'magic'", '`extractor` .* "pdfium" or "pypdf"'),
        ("trust_hidden_text = 1", "`trust_hidden_text` .* true or false"),
        ("folders = [1]", "`folders` .* list of folders"),
        ("jobs = 2\nmax_pages =\n", "line 2"),
        ("jobs = 2\njobs = 3", "has a mistake"),
    ],
)
def test_a_mistake_is_reported_with_the_valid_values(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        load_settings(with_file(tmp_path, text))
    assert "reviews.toml" in str(raised.value)


def test_bytes_that_are_not_text_are_reported(tmp_path: Path) -> None:
    (tmp_path / "reviews.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(UsageError, match="has a mistake"):
        load_settings(tmp_path)


def test_an_invalid_value_on_the_command_line_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`jobs` in the command is -1"):
        load_settings(tmp_path, jobs=-1)


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    (tmp_path / "reviews.toml").mkdir()
    with pytest.raises(LimitHit, match=r"reviews\.toml cannot be read"):
        load_settings(tmp_path)


def test_a_table_in_the_file_has_its_own_settings(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    with_file(library, 'jobs = 2\n[meaning]\nmodel = "../model"\n')
    assert load_settings(library).meaning_model == tmp_path / "model"
    assert load_settings(library, meaning_model=tmp_path / "other").meaning_model == tmp_path / "other"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[meaning]\nmodel = 3\n", "`meaning.model` in .* it must be a folder"),
        ('[meaning]\nmodle = "x"\n', "`meaning.modle` in .* is not a setting"),
        ("[jobs]\nmodel = 3\n", "`jobs.model` in .* is not a setting"),
        ('meaning_model = "x"\n', "`meaning_model` in .* is not a setting"),
    ],
)
def test_a_mistake_in_a_table_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    with_file(tmp_path, text)
    with pytest.raises(UsageError, match=said):
        load_settings(tmp_path)


def test_every_setting_has_a_description() -> None:
    assert NAMES.keys() == {field.name for field in fields(Settings)} - {"library"}
    assert set(HELP) == set(NAMES.values())
    assert all(HELP.values())
