"""A library that somebody has forged is answered with a sentence and an exit code, and never ends in a bug or without
end.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from corpus.errors import Corrupt, ReviewsError
from corpus.settings import load_settings
from corpus.storage.store import Store
from reviews.cli.main import main
from reviews.collecting import json_format
from reviews.collecting.person_files import PersonFile
from reviews.maintenance.remove import remove
from reviews.maintenance.update import run
from reviews.web.app import create_app
from tests.forging import RAW, changed, forged, library_of

DOCUMENTED = {0, 2, 4, 5, 6, 7, 8, 9}
"""The exit codes of docs/cli.md, without the one for a bug."""

READING = ("search wren", "status", "check --full", "coverage", "reports", "runs --last", "recommendations", "show ID")
WRITING = ("update", "remove ID --reason asked --yes")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    reports = {
        "0": "The school saw Child Wren.",
        "1": "Recommendation 1: Nurses should ask Wren.",
        "gone": "A third report.",
    }
    library = library_of(tmp_path_factory.mktemp("made") / "library", reports)
    (library / "catalogue.csv").write_text("file,title\n0.pdf,Child Wren\n")
    gone = hashlib.sha256((library / "reports" / "gone.pdf").read_bytes()).hexdigest()
    run(load_settings(library), ())
    remove(load_settings(library), gone, "asked")
    for words in ("follow add news wren", "token add Ann"):
        assert CliRunner().invoke(main, ["--library", str(library), *words.split()]).exit_code == 0
    PersonFile(library, "Ann").change(lambda _: json_format.from_dict(COLLECTED))
    return library


@pytest.fixture
def library(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "library"))


COLLECTED = {
    "format": json_format.FORMAT,
    "version": json_format.VERSION,
    "collections": [
        {"key": "1", "name": "Wren", "passages": [{"report": "a" * 64, "page": 1, "first": 0, "last": 0, "note": "x"}]}
    ],
}


def answered(library: Path, *commands: str) -> Iterator[tuple[str, int]]:
    """Yield the exit code of each command, each on the same library."""
    for command in commands:
        words = [report_of(library) if word == "ID" else word for word in command.split()]
        done = CliRunner().invoke(main, ["--library", str(library), *words])
        assert "This is a bug" not in done.output, f"{command}\n{done.output}"
        assert done.exit_code in DOCUMENTED, f"{command}: {done.exit_code}\n{done.output}"
        yield command, done.exit_code


def report_of(library: Path) -> str:
    return hashlib.sha256((library / "reports" / "0.pdf").read_bytes()).hexdigest()


_ENDLESS = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x FROM r)"
OTHER_TABLES = {
    "a view without end in place of a table": (
        "ALTER TABLE found RENAME TO elsewhere",
        f"CREATE VIEW found AS {_ENDLESS} SELECT x AS reading, 'title' AS field, '' AS value, '' AS source FROM r",
    ),
    "a view of the revision": (
        "DROP TABLE state",
        f"CREATE VIEW state AS {_ENDLESS} SELECT 1 AS only, count(*) AS revision FROM r",
    ),
    "a trigger": ("CREATE TRIGGER t AFTER UPDATE ON state BEGIN DELETE FROM paragraph; END",),
    "a table of somebody else": ("CREATE TABLE notes (a)",),
    "another column": ("ALTER TABLE reading ADD COLUMN more",),
    "no items": ("DROP TABLE item",),
    "a renamed column": ("ALTER TABLE found RENAME COLUMN value TO worth",),
    "an index on an expression": ("CREATE INDEX i ON reading (abs(id))",),
    "a table without its rules": ("UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'page'",),
}


@pytest.mark.parametrize("statements", OTHER_TABLES.values(), ids=OTHER_TABLES.keys())
def test_other_tables_than_ours_are_refused_and_nothing_is_written(statements: tuple[str, ...], library: Path) -> None:
    forged(library, *statements)
    before = (library / "corpus.db").read_bytes()
    for command, code in answered(library, "search wren", "check", *WRITING):
        assert code == 5, command
    assert (library / "corpus.db").read_bytes() == before
    with pytest.raises(Corrupt, match="does not have the tables of a corpus"):
        Store.open(library / "corpus.db")


ODD_VALUES = {
    "words for an ordinal": "UPDATE OR IGNORE paragraph SET ordinal = 'first'",
    "words for a page": "UPDATE paragraph SET page = 'one'",
    "a page that no list can hold": "UPDATE OR IGNORE page SET number = 4611686018427387904",
    "a negative page": "UPDATE paragraph SET page = -1, last_page = -1",
    "bytes for a text": "UPDATE paragraph SET text = x'00ff'",
    "half a letter": "UPDATE found SET value = CAST(x'ff41' AS TEXT)",
    "bytes for a title": "UPDATE found SET value = x'00'",
    "bytes for a file": "UPDATE OR IGNORE file SET path = x'ff'",
    "a file name with a zero byte": "UPDATE OR IGNORE file SET path = 'a' || char(0) || '.pdf'",
    "no number of pages": "UPDATE reading SET pages = 'many'",
    "a confidence without end": "UPDATE page SET confidence = 9e999",
    "items without end": "UPDATE item SET first = 0, last = 2147483648 - 1",
    "no revision": "DELETE FROM state",
    "words for the revision": "UPDATE state SET revision = 'new'",
    "the highest revision": "UPDATE state SET revision = 9223372036854775807",
    "a row that is a list": "UPDATE catalogue SET cells = '[]'",
    "a row with a number": """UPDATE catalogue SET cells = '{"title": 5}'""",
    "a row that is nested": "UPDATE catalogue SET cells = replace(hex(zeroblob(50000)), '00', '[')",
    "a section of nobody": "UPDATE section SET kind = 'nonsense'",
    "a report without a file": "DELETE FROM file",
    "a paragraph of no section": "UPDATE paragraph SET section = 77",
}


@pytest.mark.parametrize("statement", ODD_VALUES.values(), ids=ODD_VALUES.keys())
def test_a_value_that_a_corpus_cannot_have_never_ends_in_a_bug(statement: str, library: Path, tmp_path: Path) -> None:
    forged(library, statement)
    written = Path(shutil.copytree(library, tmp_path / "written"))
    dict(answered(library, *READING, f"export --out {tmp_path}/out.jsonl"))
    for command in WRITING:
        dict(answered(Path(shutil.copytree(written, tmp_path / command.split()[0])), command))


def test_a_missing_value_is_damage(library: Path) -> None:
    """SQLite does not check on reading that a column is filled."""
    with closing(sqlite3.connect(library / "corpus.db")) as connection:
        ((sql,),) = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'reading'")
    forged(library, "UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'reading'")
    forged(
        library, "UPDATE reading SET reader = NULL", f"UPDATE sqlite_schema SET sql = '{sql}' WHERE name = 'reading'"
    )
    with Store.open(library / "corpus.db") as store, pytest.raises(Corrupt):
        store.readings.reader_of(report_of(library))


def test_pages_that_lead_back_to_each_other_have_an_end(library: Path) -> None:
    """Each inner page of this table has the same page below it, hundreds of times, twelve levels deep."""
    path = library / "corpus.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        ((size,),) = connection.execute("PRAGMA page_size")
        ((root,),) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'catalogue'")
        ((pages,),) = connection.execute("PRAGMA page_count")
    data = bytearray(path.read_bytes())
    leaf = data[(root - 1) * size : root * size]
    below, cells = pages + 13, 300
    data += bytes(12 * size) + leaf
    for level in range(13):
        here = root if level == 12 else pages + 1 + level
        child = below if level == 0 else pages + level
        cell = child.to_bytes(4) + b"\x01"
        starts = [size - 5 * (n + 1) for n in range(cells)]
        page = bytearray(size)
        page[:12] = bytes([5]) + bytes(2) + cells.to_bytes(2) + starts[-1].to_bytes(2) + bytes(1) + child.to_bytes(4)
        for n, start in enumerate(starts):
            page[12 + 2 * n : 14 + 2 * n] = start.to_bytes(2)
            page[start : start + 5] = cell
        data[(here - 1) * size : here * size] = page
    data[28:32] = (len(data) // size).to_bytes(4)
    path.write_bytes(data)
    with Store.open(path, read_only=True) as store, pytest.raises(Corrupt, match="is damaged"):
        store._db.rows("SELECT count(line) FROM catalogue")


JSON_FILES = (
    "follows.json",
    "removals.json",
    "tokens.json",
    "runs/*.json",
    "runs/begun",
    "collections/*.json",
    "index/0*/manifest.json",
    "index/0*/reports.json",
)
PAGES = ("/", "/?q=wren", "/coverage", "/status", "/recommendations", "/themes")
BAD: tuple[Any, ...] = (None, -1, "x", [], {}, [5], [[]], [{}], {"a": 5}, 2**70, float("inf"), True, "\ud800", "a\0b")


def put(library: Path, name: str, data: bytes) -> None:
    """Write a JSON file in the library, with the hashes that protect it."""
    path = at(library, name)
    if name == "runs/begun":
        data = data.ljust(1023) + b"\n"
    if path.name == "manifest.json":
        hashed = hashlib.sha256(data).hexdigest()
        path.write_bytes(hashed.encode() + b"\n" + data)
        (library / "index" / "CURRENT").write_text(f"{path.parent.name} {hashed}\n")
        return
    path.write_bytes(data)
    if path.name == "reports.json":
        manifest = json.loads((path.parent / "manifest.json").read_bytes().partition(b"\n")[2])
        manifest["files"]["reports.json"] |= {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        put(library, f"index/{path.parent.name}/manifest.json", json.dumps(manifest).encode())


def at(library: Path, name: str) -> Path:
    """Return the newest file with a name such as those of JSON_FILES."""
    return max(library.glob(name))


def of(library: Path, name: str) -> Any:
    path = at(library, name)
    data = path.read_bytes()
    return json.loads(data.partition(b"\n")[2] if path.name == "manifest.json" else data)


COMMANDS: dict[str, tuple[str, ...]] = {
    "follows.json": ("follow list",),
    "removals.json": ("search wren",),
    "tokens.json": ("token list",),
    "runs/*.json": ("status", "runs --last"),
    "runs/begun": ("status",),
    "index/0*/manifest.json": ("search wren", "status"),
    "index/0*/reports.json": ("search wren",),
}
"""The commands that read a file of the library. The page alone reads collections."""


def read(library: Path, name: str) -> None:
    if name == "collections/*.json":
        with suppress(ReviewsError):
            PersonFile(library, "Ann").read()
    else:
        dict(answered(library, *COMMANDS[name]))


@pytest.mark.parametrize("name", JSON_FILES)
def test_a_file_of_the_library_with_other_values_never_ends_in_a_bug(name: str, library: Path) -> None:
    whole = of(library, name)
    forms = [
        json.dumps(each).encode() for number, bad in enumerate(BAD) for each in list(changed(whole, bad))[number::11]
    ]
    for data in (*forms, *RAW):
        put(library, name, data)
        read(library, name)


@pytest.mark.parametrize("name", JSON_FILES)
def test_a_file_of_the_library_that_is_nested_stops_no_writer_with_a_bug(name: str, made: Path, tmp_path: Path) -> None:
    for number, data in enumerate((b'{"a":' * 50_000, b"[5]")):
        library = Path(shutil.copytree(made, tmp_path / str(number)))
        put(library, name, data)
        dict(answered(library, "update", "check --full", "remove ID --reason asked --yes"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
@pytest.mark.parametrize("name", ["CURRENT", "0*/manifest.json", "0*/reports.json", "0*/*.trm"])
def test_a_file_of_the_index_that_became_a_pipe_is_not_waited_for(name: str, library: Path) -> None:
    path = at(library / "index", name)
    if path.parent.name != "index" and path.name != "manifest.json":  # of the size that the manifest says
        manifest = of(library, "index/0*/manifest.json")
        manifest["files"][path.name]["size"] = 0
        put(library, "index/0*/manifest.json", json.dumps(manifest).encode())
    path.unlink()
    os.mkfifo(path)
    dict(answered(library, "search wren", "status", "check"))


@pytest.mark.parametrize("record", [{}, {"ok": True}, {"ingest": None}, {"command": "update", "index": None}])
def test_an_incomplete_record_of_a_run_is_shown(record: dict[str, Any], library: Path) -> None:
    put(library, "runs/*.json", json.dumps(record).encode())
    dict(answered(library, "status", "runs", "runs --last", "coverage"))
    client = create_app(library).test_client()
    found = [client.get(page).status_code for page in PAGES]
    client.application.extensions["pool"].close()
    assert found == [200] * len(PAGES)


def test_a_record_of_a_run_cannot_control_the_terminal(library: Path) -> None:
    record = of(library, "runs/*.json")
    put(
        library,
        "runs/*.json",
        json.dumps({**record, "ok": False, "error": "\x1b[2Jgone", "command": "\x1b]0;x"}).encode(),
    )
    done = [CliRunner().invoke(main, ["--library", str(library), *words]) for words in (["runs"], ["runs", "--last"])]
    assert not any("\x1b" in each.output for each in done)


def batch_of(library: Path) -> tuple[Path, Path]:
    """Run a batch and a logged search. Returns the record of the batch and the log."""
    (library.parent / "queries.csv").write_text("id,query\n1,wren\n2,(\n")
    record, log = library.parent / "answers.about.json", library.parent / "searches.jsonl"
    for words in (f"batch {library.parent}/queries.csv --out {library.parent}/answers.csv", f"search wren --log {log}"):
        assert CliRunner().invoke(main, ["--library", str(library), *words.split()]).exit_code == 0
    dict(answered(library, f"log {record} {log}"))
    return record, log


def test_a_forged_record_of_a_batch_and_a_forged_search_log_are_refused_with_a_sentence(library: Path) -> None:
    for path in batch_of(library):
        whole = json.loads(path.read_bytes())
        for number, bad in enumerate(BAD):
            for value in list(changed(whole, bad))[number::7]:
                path.write_text(json.dumps(value) + "\n")
                dict(answered(library, f"log {path}"))
