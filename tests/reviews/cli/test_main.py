"""The contract of the `reviews` command: streams, formats and exit codes."""

import csv
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from reviews.cli.main import main
from reviews.maintenance.lock import writing
from reviews.maintenance.run_log import MANY
from tests.command import DEMO, START, after_the_sheet, argv, environment, reviews
from tests.patience import PATIENCE

CONTRACT = ("batch", "catalogue", "check", "coverage", "index", "ingest", "init", "reports", "search", "show", "themes")
POSIX = os.name == "posix"
Copy = Callable[[], Path]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every command and group."""
    for name, command in group.commands.items():
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


@pytest.fixture(scope="module")
def first(demo: Path) -> str:
    """Return the id of the first report in the list."""
    listed = json.loads(reviews(demo, "reports", "--json").stdout)["reports"]
    return str(listed[0]["id"])


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.csv"
    path.write_text('id,query\nA,neglect\nB,"""voice of the child"""\n', encoding="utf-8")
    return path


# --- what is printed, and where -------------------------------------------------------------------------------------

READING = [
    "search neglect",
    "search neglect --year 2014..2024 --section recommendations --sort newest --limit 2 --offset 1 --passages all",
    "reports",
    "show FIRST",
    "show FIRST --page 1",
    "coverage",
    "check",
    "check --full",
    "catalogue check",
    "themes",
    "themes neglect",
    "batch SHEET --out OUT.csv",
    "batch SHEET --out OUT.jsonl",
]


def filled(line: str, first: str, sheet: Path) -> list[str]:
    places = {"FIRST": first[:10], "SHEET": str(sheet)}
    words = [places.get(word, word) for word in line.split()]
    return [str(sheet.parent / word) if word.startswith("OUT.") else word for word in words]


def diagnostics(words: Sequence[object], errors: str) -> str:
    """Return what is on stderr, except for the line in which a batch says what it read of its sheet."""
    return after_the_sheet(errors) if words[0] == "batch" and "queries\n" in errors else errors


@pytest.mark.parametrize("line", READING)
def test_results_go_to_stdout_plain_and_nothing_to_stderr(line: str, demo: Path, first: str, sheet: Path) -> None:
    words = filled(line, first, sheet)
    told = reviews(demo, *words)
    assert (told.returncode, diagnostics(words, told.stderr)) == (0, "")
    assert told.stdout.endswith("\n")
    assert "\x1b" not in told.stdout, "colours and cursors are for terminals"
    machine = reviews(demo, *words, "--json")
    assert (machine.returncode, diagnostics(words, machine.stderr)) == (0, "")
    assert isinstance(json.loads(machine.stdout), dict)


@pytest.mark.parametrize("line", ["ingest", "index", "index --rebuild", "update", "update --jobs 1"])
@pytest.mark.parametrize("as_json", [False, True])
def test_a_run_prints_its_summary_to_stdout(line: str, as_json: bool, copy: Copy) -> None:
    done = reviews(copy(), *line.split(), *(["--json"] if as_json else []))
    assert (done.returncode, done.stderr) == (0, "")
    if as_json:
        assert json.loads(done.stdout)["problems"] == []
    else:
        assert "Done: " in done.stdout


def test_the_commands_of_the_contract_are_there() -> None:
    assert set(CONTRACT) <= set(main.commands)


@pytest.mark.parametrize("path", [(), *commands(main)], ids=" ".join)
def test_h_shows_the_help_of_every_command_whatever_else_is_wrong(path: tuple[str, ...], tmp_path: Path) -> None:
    library = tmp_path / "nowhere"
    helped = CliRunner().invoke(main, ["--library", str(library), *path, "-h"], prog_name="reviews")
    assert (helped.exit_code, helped.stderr) == (0, "")
    assert helped.stdout.startswith("Usage: reviews")
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    assert command.help
    assert command.help.splitlines()[0][:30] in helped.stdout
    assert not library.exists()


def test_the_library_comes_from_the_environment_or_the_current_folder(demo: Path) -> None:
    named = reviews(None, "reports", "--json", env={"REVIEWS_LIBRARY": str(demo)})
    here = reviews(None, "reports", "--json", cwd=demo.parent)
    assert demo.name == "library"
    assert json.loads(named.stdout) == json.loads(here.stdout) == json.loads(reviews(demo, "reports", "--json").stdout)


def test_the_table_csv_and_json_list_the_same_reports(demo: Path) -> None:
    as_json = json.loads(reviews(demo, "reports", "--json").stdout)
    assert json.loads(reviews(demo, "reports", "--format", "json").stdout) == as_json
    rows = list(csv.DictReader(io.StringIO(reviews(demo, "reports", "--format", "csv").stdout)))
    table = reviews(demo, "reports").stdout
    assert [row["id"] for row in rows] == [report["id"] for report in as_json["reports"]]
    assert len(rows) == 10
    for row, report in zip(rows, as_json["reports"], strict=True):
        assert (row["file"], row["title"]) == (report["file"], report["title"])
        assert row["id"][:12] in table
    twice = next(report for report in as_json["reports"] if len(report["files"]) == 2)
    assert {Path(file).name for file in twice["files"]} >= {"FamilyM_SCR_final(1).pdf"}


def test_show_gives_pages_and_paragraphs_that_the_text_shows_too(demo: Path) -> None:
    listed = json.loads(reviews(demo, "reports", "--json").stdout)["reports"]
    robin = next(report for report in listed if "Overview Report FINAL" in report["file"])
    shown = json.loads(reviews(demo, "show", robin["id"], "--json").stdout)
    assert shown["report"] == robin
    assert [page["number"] for page in shown["pages"]] == list(range(1, robin["pages"] + 1))
    assert [page["label"] for page in shown["pages"]][:4] == ["i", "ii", "iii", "1"]
    assert [paragraph["ordinal"] for paragraph in shown["paragraphs"]] == list(range(len(shown["paragraphs"])))
    page = json.loads(reviews(demo, "show", robin["id"][:8], "--page", "5", "--json").stdout)
    assert [each["number"] for each in page["pages"]] == [5]
    kept = [p for p in shown["paragraphs"] if p["page"] <= 5 <= p["page_end"]]
    assert page["paragraphs"] == kept
    seen = reviews(demo, "show", robin["id"][:8], "--page", "5").stdout
    for paragraph in kept:
        assert paragraph["paragraph"] is None or paragraph["paragraph"] in seen


def test_coverage_names_every_file_and_page_that_is_not_searched(demo: Path) -> None:
    told = json.loads(reviews(demo, "coverage", "--json").stdout)
    reasons = {Path(failure["file"]).name: failure["reason"] for failure in told["failures"]}
    assert reasons == {
        "Child W Practitioner Briefing (password).pdf": "encrypted",
        "Child W LCSPR Executive Summary.pdf": "not_pdf",
    }
    assert told["coverage"]["failures"] == 2
    assert told["coverage"]["unread_pages"] == sum(len(unread["pages"]) for unread in told["unread"])
    text = reviews(demo, "coverage").stdout
    for name in [*reasons, *(unread["file"] for unread in told["unread"])]:
        assert Path(name).name in text, "a name must not be divided between lines"


def test_a_mistake_in_the_catalogue_is_named_by_line_and_column(copy: Copy) -> None:
    library = copy()
    with (library / "catalogue.csv").open("a", encoding="utf-8") as file:
        file.write("nowhere.pdf" + "," * 20 + "\n")
    line = len((library / "catalogue.csv").read_text("utf-8").splitlines())
    header = (library / "catalogue.csv").read_text("utf-8-sig").splitlines()[0].split(",")
    cells = ["nowhere.pdf" if name == "file" else "twenty-twelve" if name == "year" else "" for name in header]
    text = (library / "catalogue.csv").read_text("utf-8").splitlines()
    text[-1] = ",".join(cells)
    (library / "catalogue.csv").write_text("\n".join(text) + "\n", encoding="utf-8")
    checked = reviews(library, "catalogue", "check")
    assert checked.returncode == 2
    assert f"line {line}" in checked.stdout
    assert "year" in checked.stdout
    problems = json.loads(reviews(library, "catalogue", "check", "--json").stdout)["problems"]
    assert [(problem["line"], problem["column"]) for problem in problems] == [(line, "year")]
    assert reviews(library, "update").returncode == 0, "one bad row must not stop the night"


def test_an_update_names_only_some_of_many_mistakes_in_the_catalogue(copy: Copy) -> None:
    library = copy()
    header = (library / "catalogue.csv").read_text("utf-8-sig").splitlines()[0].split(",")
    cells = ["nowhere.pdf" if name == "file" else "twenty-twelve" if name == "year" else "" for name in header]
    with (library / "catalogue.csv").open("a", encoding="utf-8") as file:
        file.write(f"{','.join(cells)}\n" * (MANY + 7))
    said = reviews(library, "update").stdout
    listed = [line for line in said.splitlines() if "catalogue.csv" in line]
    assert len(listed) == MANY + 1
    assert "`reviews catalogue check` lists them all" in " ".join(said.split())


def test_sources_that_name_different_years_are_listed_by_the_check(copy: Copy) -> None:
    library = copy()
    with (library / "catalogue.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    (row,) = [row for row in rows if row["file"].startswith("2014 - Family M")]
    row["year"] = "2013"
    with (library / "catalogue.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerows(rows)
    assert reviews(library, "update").returncode == 0
    checked = json.loads(reviews(library, "catalogue", "check", "--json").stdout)
    (years,) = [each["years"] for each in checked["year_conflicts"] if each["file"] == row["file"]]
    assert years[0] == {"source": "catalogue", "year": 2013}
    assert {"source": "file name", "year": 2014} in years
    said = reviews(library, "catalogue", "check").stdout
    assert f"{row['file']}: 2013 (catalogue) is used, but there is also 2014 " in " ".join(said.split())


def test_suggested_rows_are_a_valid_catalogue(copy: Copy) -> None:
    library = copy()
    suggested = reviews(library, "catalogue", "suggest").stdout
    assert len(list(csv.DictReader(io.StringIO(suggested)))) >= 3
    (library / "catalogue.csv").write_text(suggested, encoding="utf-8")
    checked = reviews(library, "catalogue", "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "no problems" in checked.stdout


def test_a_change_in_the_catalogue_reaches_the_answers_without_reading_a_file_again(copy: Copy) -> None:
    library = copy()
    robin = next(
        report
        for report in json.loads(reviews(library, "reports", "--json").stdout)["reports"]
        if report["file"].startswith("Child Robin  7")
    )
    (library / "catalogue.csv").write_text(f"sha256,board\n{robin['id']},Utterly New Board\n", encoding="utf-8")
    run = json.loads(reviews(library, "update", "--json").stdout)
    assert (run["ingest"]["read"], run["index"]["changed"]) == (0, True)
    found = json.loads(reviews(library, "search", 'board:"utterly new"', "--json").stdout)
    assert [hit["report"]["id"] for hit in found["hits"]] == [robin["id"]]


def test_a_theme_shows_its_terms(demo: Path) -> None:
    listed = json.loads(reviews(demo, "themes", "--json").stdout)["themes"]
    assert len(listed) > 40
    one = json.loads(reviews(demo, "themes", "VOICE of the child", "--json").stdout)["themes"]
    assert one == [theme for theme in listed if theme["name"] == "Voice of the child"]
    seen = reviews(demo, "themes", "voice of the child").stdout
    assert all(query in seen for query in one[0]["queries"])


def test_a_bad_row_in_a_sheet_does_not_affect_the_others(demo: Path, tmp_path: Path) -> None:
    asked = ["neglect", "x" * 20_000, "(odd AND", "nosuchwordatall", '"voice of the child"']
    (tmp_path / "sheet.txt").write_text("\n".join(asked), encoding="utf-8")
    with (tmp_path / "sheet.txt").open() as typed:
        done = reviews(demo, "batch", "-", "--out", tmp_path / "out.csv", "--json", stdin=typed)
    assert (done.returncode, done.stderr) == (0, "stdin: one query per line, 5 queries\n")
    told = json.loads(done.stdout)
    assert (told["queries"], told["errors"]) == (5, 2)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["query"] for row in rows if row["error"]] == asked[1:3], (
        "one beyond a limit, one that would be guessed at"
    )
    for query in (asked[0], asked[4]):
        answer = json.loads(reviews(demo, "search", query, "--limit", 99, "--passages", "all", "--json").stdout)
        mine = [row for row in rows if row["query"] == query]
        assert [(row["report"], int(row["page"]), row["text"]) for row in mine] == [
            (hit["report"]["id"], passage["page"], passage["text"])
            for hit in answer["hits"]
            for passage in hit["passages"]
        ]
    assert [row["report"] for row in rows if row["query"] == "nosuchwordatall"] == [""]


# --- terminals and pipes --------------------------------------------------------------------------------------------

if POSIX:
    import pty

    def on_a_terminal(library: Path, *words: object, env: dict[str, str] | None = None) -> tuple[str, str]:
        """Return what a person would see as (stdout, stderr), each on a separate terminal."""
        ours, theirs = zip(pty.openpty(), pty.openpty(), strict=True)
        process = subprocess.Popen(
            argv(library, *words),
            env=environment(TERM="xterm", **(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=theirs[0],
            stderr=theirs[1],
        )
        for end in theirs:
            os.close(end)
        said = [b"", b""]
        for number in (1, 0):  # stderr is short: it cannot fill while stdout is drained, nor the other way round here
            while True:
                try:
                    piece = os.read(ours[number], 65536)
                except OSError:  # how Linux reports the end of a terminal
                    break
                if not piece:
                    break
                said[number] += piece
            os.close(ours[number])
        assert process.wait(PATIENCE) == 0
        return said[0].decode(), said[1].decode()

    def test_colours_are_for_terminals_and_for_those_who_want_them(demo: Path) -> None:
        words = ("search", "neglect", "--limit", "1", "--passages", "1")
        coloured, errors = on_a_terminal(demo, *words)
        assert "\x1b[" in coloured
        assert errors == ""
        plain, _ = on_a_terminal(demo, *words, env={"NO_COLOR": "1"})
        assert "\x1b" not in plain
        assert click.unstyle(coloured) == plain

    def test_progress_is_shown_on_a_terminal_only_and_apart_from_the_results(copy: Copy) -> None:
        library = copy()
        (library / "reports" / "new.pdf").write_bytes(next(DEMO.glob("Child W Report*")).read_bytes() + b"\n% another")
        results, progress = on_a_terminal(library, "update")
        assert re.search(r"reading \d+ of 1", progress)
        assert "reading" not in results
        assert progress.endswith("\r\x1b[K"), "the line must be gone when the results come"

    @pytest.mark.parametrize("line", ["search neglect --json", "reports --format csv", "themes", "coverage", "-h"])
    def test_a_closed_pipe_is_not_an_error(line: str, demo: Path) -> None:
        reading, written = os.pipe()
        os.close(reading)
        told = reviews(demo, *line.split(), stdout=written)
        os.close(written)
        assert (told.returncode, told.stderr) in [(0, ""), (1, "")] if line == "-h" else (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("line", ["search neglect", "reports --json", "update"])
def test_results_that_cannot_be_written_are_an_error(line: str, demo: Path) -> None:
    with Path("/dev/full").open("w") as full:
        told = reviews(demo, *line.split(), stdout=full)
    assert told.returncode == 8
    assert_sentence(told.stderr)


# --- exit codes -----------------------------------------------------------------------------------------------------


def assert_sentence(stderr: str, *words: str) -> None:
    """Assert that an error is one line that says what is wrong and what to do, without a traceback."""
    assert stderr.startswith("Error: "), stderr
    assert stderr.count("\n") == 1, stderr
    assert stderr.rstrip().endswith((".", "?")), stderr
    for word in words:
        assert word in stderr


def refused(code: int, library: Path | None, *words: object, says: tuple[str, ...] = (), **options: Any) -> None:
    """Assert that the command exits with this code, explains why in a sentence, and prints no result."""
    told = reviews(library, *words, **options)
    assert (told.returncode, told.stdout) == (code, ""), told.stderr
    assert_sentence(diagnostics(words, told.stderr), *says)


def test_1_is_a_bug_and_says_how_to_report_it(demo: Path) -> None:
    broken = f"import search.searcher as s; s.Searcher.search = lambda *a, **k: 1 // 0; {START}"
    told = reviews(demo, "search", "neglect", start=broken)
    assert (told.returncode, told.stdout) == (1, "")
    assert "ZeroDivisionError" in told.stderr
    assert "bug" in told.stderr.splitlines()[-1]
    assert "neglect" not in told.stderr, "what was asked can name a child, and a report of a bug is public"


@pytest.mark.parametrize("line", ["nosuchcommand", "search", "search a --sort best", "search a --limit -1", "batch a"])
def test_2_for_a_command_that_is_called_wrongly(line: str, demo: Path) -> None:
    told = reviews(demo, *line.split())
    assert (told.returncode, told.stdout) == (2, "")
    assert "Usage: reviews" in told.stderr
    assert "-h" in told.stderr


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("show ffffffffffff", "reviews reports"),
        ("show ''", "reviews reports"),
        ("show FIRST --page 999", "page"),
        ("search neglect --year soon", "2015..2020"),
        ("search neglect --year 2020..2015", "backwards"),
        ("search neglect --passages some", "all"),
        ("search neglect --section nosuchsection", "recommendations"),
        ("themes nosuchtheme", "reviews themes"),
        ("batch /nowhere/sheet.csv --out out.csv", "/nowhere/sheet.csv"),
        ("batch SHEET --out answers.docx", ".csv"),
        ("update /nowhere/reports", "/nowhere/reports"),
    ],
)
def test_2_for_missing_or_invalid_arguments(line: str, says: str, demo: Path, first: str, sheet: Path) -> None:
    words = ["" if word == "''" else word for word in filled(line, first, sheet)]
    refused(2, demo, *words, says=(says,))


def test_2_when_the_beginning_of_an_id_fits_several_reports(demo: Path) -> None:
    ids = [report["id"] for report in json.loads(reviews(demo, "reports", "--json").stdout)["reports"]]
    shared = next((i[0] for n, i in enumerate(ids) if any(j[0] == i[0] for j in ids[n + 1 :])), None)
    assert shared is not None, "ten ids, and no two begin alike: choose another example"
    refused(2, demo, "show", shared, says=("more of the id",))


def test_3_when_files_failed_and_strictness_was_asked_for(copy: Copy) -> None:
    library = copy()
    assert reviews(library, "update", DEMO).returncode == 0
    strict = reviews(library, "update", DEMO, "--strict")
    assert strict.returncode == 3
    assert "Done: " in strict.stdout, "the run was done all the same"
    assert_sentence(strict.stderr, "reviews coverage")


def test_4_where_there_is_no_library_or_no_index_yet(tmp_path: Path) -> None:
    for line in ("search neglect", "reports", "coverage", "show abc", "check", "catalogue check", "index"):
        refused(4, tmp_path / "library", *line.split(), says=("reviews",))
    assert not (tmp_path / "library").exists()
    assert reviews(tmp_path / "library", "init").stdout.startswith("Created ")
    assert reviews(tmp_path / "library", "init").stdout.startswith("There is already a library at ")
    refused(4, tmp_path / "library", "search", "neglect", says=("reviews update",))


def test_4_for_an_index_from_another_version_until_the_next_update(copy: Copy) -> None:
    library = copy()
    named = (library / "index" / "CURRENT").read_text().split()[0]
    manifest = library / "index" / named / "manifest.json"
    _, _, body = manifest.read_text("utf-8").partition("\n")
    values = json.loads(body)
    values["fingerprint"] = "an older way"
    body = json.dumps(values)
    hashed = hashlib.sha256(body.encode()).hexdigest()
    manifest.write_text(f"{hashed}\n{body}", "utf-8")
    (library / "index" / "CURRENT").write_text(f"{named} {hashed}\n")
    refused(4, library, "search", "neglect", says=("reviews update",))
    run = json.loads(reviews(library, "update", "--json").stdout)
    assert run["ingest"]["read"] == 0
    assert reviews(library, "search", "neglect").returncode == 0


def test_4_when_a_newer_version_made_the_library_which_stays_as_it_is(copy: Copy) -> None:
    library = copy()
    with sqlite3.connect(library / "corpus.db") as database:
        newer = database.execute("PRAGMA user_version").fetchone()[0] + 1
        database.execute(f"PRAGMA user_version = {newer}")
    database.close()
    before = (library / "corpus.db").read_bytes()
    for line in ("search neglect", "update", "reports", "check", "init", "index --rebuild"):
        refused(4, library, *line.split(), says=("newer version", "Update the program"))
    assert (library / "corpus.db").read_bytes() == before


def test_5_for_a_damaged_index(copy: Copy) -> None:
    library = copy()
    named = (library / "index" / "CURRENT").read_text().split()[0]
    largest = max((library / "index" / named).iterdir(), key=lambda path: path.stat().st_size)
    data = bytearray(largest.read_bytes())
    data[len(data) // 2] ^= 0xFF
    largest.write_bytes(data)
    refused(5, library, "search", "neglect", says=("reviews index --rebuild",))
    refused(5, library, "check", says=("damaged",))
    told = reviews(library, "check", "--json")
    assert (told.returncode, json.loads(told.stdout)["ok"]) == (5, False)
    assert reviews(library, "update").returncode == 0
    assert reviews(library, "search", "neglect").returncode == 0


def test_5_for_a_damaged_corpus(copy: Copy) -> None:
    library = copy()
    (library / "corpus.db").write_bytes(b"a letter, saved here by mistake " * 400)
    for side in library.glob("corpus.db-*"):
        side.unlink()
    refused(5, library, "reports", says=("corpus.db",))
    refused(5, library, "update", says=("corpus.db",))


def test_a_library_without_reports_says_how_to_add_some(tmp_path: Path) -> None:
    library = tmp_path / "library"
    for words in (("update",), ("search", "neglect"), ("trends", "neglect")):
        assert "The library has no reports. Add some with `reviews update FOLDER`." in reviews(library, *words).stdout


def test_one_copy_is_not_called_copies(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    for name in ("one.pdf", "two.pdf"):
        shutil.copy(DEMO / "Child Robin  7 Minute Learning Brief.pdf", tmp_path / "reports" / name)
    library = tmp_path / "library"
    assert "1 new, 1 identical copy." in reviews(library, "update", tmp_path / "reports").stdout
    assert "1 identical copy\n" in reviews(library, "runs", "--last").stdout


def test_a_damaged_library_is_explained_once_and_says_what_to_do(copy: Copy) -> None:
    library = copy()
    largest = max((library / "index").glob("0*/*"), key=lambda path: path.stat().st_size)
    data = bytearray(largest.read_bytes())
    data[len(data) // 2] ^= 0xFF
    largest.write_bytes(data)
    told = reviews(library, "check", "--full").stderr
    assert told.count("is damaged") == told.count("reviews index --rebuild") == 1
    data[len(data) // 2] ^= 0xFF
    largest.write_bytes(data)
    whole = (library / "corpus.db").read_bytes()
    with (library / "corpus.db").open("r+b") as file:
        file.seek(10_000)
        file.write(b"saved here by mistake " * 400)
    told = reviews(library, "check").stderr
    assert told.count("from a backup") == 1
    assert told.endswith("Then run `reviews index --rebuild`.\n")
    (library / "corpus.db").write_bytes(whole)
    for path in (library / "index").glob("0*"):
        path.rename(library / f"{path.name}.away")
    told = reviews(library, "search", "neglect").stderr
    assert "is used" not in told
    assert "No undamaged generation is left. Run `reviews index --rebuild`." in told
    (library / "corpus.db").unlink()
    refused(4, library, "search", "neglect", says=("corpus.db is missing", "from a backup"))
    assert "There is no library" not in reviews(library, "search", "neglect").stderr


def test_6_while_another_run_is_writing_and_searching_goes_on(copy: Copy) -> None:
    library = copy()
    with writing(library):
        for line in ("update", "ingest", "index"):
            refused(6, library, *line.split(), says=("Wait", "again"))
        assert reviews(library, "search", "neglect").returncode == 0
    assert reviews(library, "update").returncode == 0


def test_7_for_a_query_beyond_a_limit(demo: Path, tmp_path: Path) -> None:
    refused(7, demo, "search", "child " * 5000, says=("quer",))
    (tmp_path / "sheet.txt").write_text("neglect\n" + "x" * 20_000 + "\n", encoding="utf-8")
    done = reviews(demo, "batch", tmp_path / "sheet.txt", "--out", tmp_path / "out.csv", "--strict")
    assert done.returncode == 7
    assert_sentence(after_the_sheet(done.stderr), "out.csv")
    assert "neglect" in (tmp_path / "out.csv").read_text("utf-8")


def test_8_when_the_output_cannot_be_written(demo: Path, sheet: Path) -> None:
    refused(8, demo, "batch", sheet, "--out", sheet.parent / "nowhere" / "out.csv", says=("nowhere", "Check"))


# 130 and what a full disk, missing rights and a dead process do: test_environment_faults.py


def test_every_command_has_the_name_that_its_module_is_found_by() -> None:
    for name, command in main.commands.items():
        assert command.name == name


def test_a_search_imports_what_it_needs_and_no_more(demo: Path) -> None:
    program = (
        "import sys\n"
        "from reviews.cli.main import main\n"
        "main(['--library', sys.argv[1], 'search', 'neglect'], standalone_mode=False)\n"
        "seen = {'whoosh', 'numpy', 'rapidfuzz', 'subprocess', 'logging', 'ctypes', 'urllib.request',"
        " 'reviews.cli.batch', 'reviews.cli.web', 'search.tables.frames', 'difflib', 'corpus.catalogue.rows',"
        " 'corpus.publications', 'search.answering.similar', 'search.offers.completions'} & set(sys.modules)\n"
        "print('imported:', *sorted(seen))"
    )
    done = subprocess.run([sys.executable, "-c", program, str(demo)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "imported:"
