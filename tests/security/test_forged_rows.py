"""A forged corpus whose rows do not fit what the program writes is answered with one sentence, and nothing is lost."""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.faults.removal import small_pdf
from corpus.settings import load_settings
from reviews.cli.main import main
from reviews.maintenance.remove import remove
from reviews.maintenance.update import run
from tests.forging import forged, library_of

DAMAGE = 5
"""The exit code of docs/cli.md for damage."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    reports = {"0": "The school saw Child Wren.", "gone": "A second report."}
    library = library_of(tmp_path_factory.mktemp("made") / "library", reports)
    (library / "catalogue.csv").write_text("file,title\n0.pdf,Child Wren\n")
    run(load_settings(library), ())
    return library


@pytest.fixture
def library(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "library"))


def rows(library: Path) -> set[str]:
    with closing(sqlite3.connect(library / "corpus.db")) as connection:
        return {line for line in connection.iterdump() if '"state"' not in line}


def said(library: Path, command: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["--library", str(library), *command.split()])
    return done.exit_code, done.output


STRAY = {  # rows of the reading that the next report gets
    "a page": "INSERT INTO page VALUES (3, 1, '', NULL, NULL, NULL, '')",
    "a section": "INSERT INTO section VALUES (3, 0, 'other', '')",
    "a paragraph": "INSERT INTO paragraph VALUES (3, 0, 1, 1, NULL, 0, 0, '', 'Child Wren')",
    "a title": "INSERT INTO found VALUES (3, 'title', 'Child Wren', '', 1)",
}


@pytest.mark.parametrize("statement", STRAY.values(), ids=STRAY.keys())
def test_rows_in_the_place_of_the_next_report_are_refused_in_a_sentence(statement: str, library: Path) -> None:
    forged(library, statement)
    (library / "reports" / "new.pdf").write_bytes(small_pdf("Child Robin was at home."))
    before = rows(library)
    code, output = said(library, "update")
    assert (code, "Restore it from a backup, or move it away and run `reviews update`." in output) == (DAMAGE, True)
    assert "has rows that do not fit together (UNIQUE constraint failed: " in output
    assert before <= rows(library)
    assert said(library, "search wren")[0] == 0


NUMBERS = {
    "the highest number": "UPDATE sqlite_sequence SET seq = 9223372036854775807",
    "a number that no list can hold": "UPDATE sqlite_sequence SET seq = 1099511627776",
    "a number without end": "UPDATE sqlite_sequence SET seq = 9e999",
    "a word": "UPDATE sqlite_sequence SET seq = 'many'",
    "a reading with the highest number": "INSERT INTO reading VALUES (9223372036854775807, 'a', '', 0, 0, 0)",
}


@pytest.mark.parametrize("statement", NUMBERS.values(), ids=NUMBERS.keys())
def test_a_forged_number_of_the_next_reading_is_damage_and_not_a_full_disk(statement: str, library: Path) -> None:
    """The next report would have got a number that no command reads afterwards."""
    forged(library, statement)
    (library / "reports" / "new.pdf").write_bytes(small_pdf("Child Robin was at home."))
    code, output = said(library, "update")
    assert (code, "is damaged or is not a corpus. Restore it from a backup" in output) == (DAMAGE, True)
    forged(library, "DELETE FROM reading WHERE report = 'a'", "UPDATE sqlite_sequence SET seq = 2")
    assert [said(library, command)[0] for command in ("update", "search wren")] == [0, 0]


def test_a_forged_number_in_the_list_of_removals_does_not_reach_the_corpus(library: Path) -> None:
    older = (library / "corpus.db").read_bytes()
    gone = hashlib.sha256((library / "reports" / "gone.pdf").read_bytes()).hexdigest()
    remove(load_settings(library), gone, "asked")
    (library / "corpus.db").write_bytes(older)
    listed = json.loads((library / "removals.json").read_bytes())
    for number in (2**63, 2**40, -1):
        listed["removals"][0]["readings"] = [number]
        (library / "removals.json").write_text(json.dumps(listed))
        code, output = said(library, "update")
        assert (code, "removals.json is damaged" in output) == (DAMAGE, True)


@pytest.mark.parametrize("words", ["''", "'Wren'", "'The school'", "9e999"])
def test_a_text_that_lost_words_of_the_index_is_damage(words: str, library: Path) -> None:
    forged(library, f"UPDATE paragraph SET text = {words}")
    code, output = said(library, "search wren")
    assert (code, "Run `reviews index --rebuild`." in output) == (DAMAGE, True)
    assert said(library, "index --rebuild")[0] == 0
    assert said(library, "search wren")[0] == 0
