"""A query can name a child. It can be kept out of the process list and the shell history."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from benchmarks.faults.removal import small_pdf
from corpus.layout import create_library
from corpus.settings import load_settings
from reviews.cli.main import main
from reviews.maintenance.update import run


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("queries") / "library"
    create_library(library)
    (library / "reviews.toml").write_text("ocr = false\njobs = 1\n")
    (library / "reports" / "one.pdf").write_bytes(small_pdf("The school nurse was told of the injury."))
    run(load_settings(library), ())
    return library


def call(library: Path, typed: str | bytes, *words: str) -> Result:
    return CliRunner().invoke(main, ["--library", str(library), *words], input=typed, catch_exceptions=False)


@pytest.mark.parametrize("words", [("search", "-", "--json"), ("search", "--json", "--", "-")])
def test_a_query_is_read_from_standard_input(library: Path, words: tuple[str, ...]) -> None:
    told = json.loads(call(library, '"school\nnurse"\n', *words).stdout)
    assert told["query"]["text"] == '"school nurse"'
    assert told["total"] == 1


def test_concordance_reads_a_query_from_standard_input_too(library: Path) -> None:
    assert "nurse" in call(library, "nurse\n", "concordance", "-").stdout


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "is empty"), (" \n", "is empty"), (b"\xff\xfe", "not UTF-8"), ("a" * 100_001, "too long")],
)
def test_anything_that_is_not_a_query_is_refused_with_what_to_do(
    library: Path, typed: str | bytes, sentence: str
) -> None:
    done = call(library, typed, "search", "-")
    assert done.exit_code == 2
    assert sentence in " ".join(done.output.split())
