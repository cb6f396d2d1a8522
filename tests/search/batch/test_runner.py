"""A batch finds what a single search finds, writes complete files or none, and resumes where it was stopped."""

import csv
import json
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import reviews
from corpus.errors import Locked, UsageError
from corpus.layout import create_library
from reviews.library import Library
from reviews.maintenance.update import run as update
from search.batch import runner
from search.batch.columns import COLUMNS
from search.batch.record import changes, load
from search.batch.runner import Source, Stopped
from search.diagnostics import Code
from search.filters import Filters
from search.sheets.query_sheet import Question, questions
from tests.command import START, argv, environment
from tests.demonstration import without_scans
from tests.patience import PATIENCE, paused_at_a_file, until

ROOT = Path(__file__).parents[3]
ASKED = """id,query,year,section,who
A,neglect,,,Ann
B,\"""voice of the child""\",,,
C,neglect OR school,2014..2020,,
D,in:recommendations training,,,
E,review,,findings;recommendations,
F,year:2014,,,
G,nosuchwordatall,,,
H,\"theme:""voice of the child""\",,,
I,child* NEAR/5 home,,,
J,=SUM(A1:A2),,,@who
"""


@pytest.fixture
def asked() -> list[Question]:
    return questions(ASKED.encode(), "sheet.csv")


def source(library: Library) -> Source:
    settings = library.settings
    return Source(settings)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def objects(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def expected(library: Library, question: Question) -> list[tuple[object, ...]]:
    """Return what a search for the same query returns, passage by passage."""
    answer = library.search(question.query, question.filters, limit=None, per_report=None)
    return [
        (hit.report.id, passage.page, passage.ordinal, len(passage.highlights), passage.text)
        for hit in answer
        for passage in hit.passages
        if hit.mentions
    ]


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_query_has_the_same_mentions_as_a_single_search(
    demo: Library, asked: list[Question], tmp_path: Path, jobs: int
) -> None:
    asked = asked * 5 if jobs == 2 else asked  # a few are answered by one process whatever is allowed
    demo.batch(asked, tmp_path / "out.jsonl", jobs=jobs)
    rows = iter(objects(tmp_path / "out.jsonl"))
    sums = objects(tmp_path / "out.summary.jsonl")
    for question, told in zip(asked, sums, strict=True):
        if question.error:
            assert next(rows)["error"]
            continue
        answer = demo.search(question.query, question.filters, limit=None, per_report=None)
        assert (told["reports"], told["mentions"]) == (answer.total, sum(hit.mentions for hit in answer))
        wanted = expected(demo, question)
        found = [next(rows) for _ in range(len(wanted) or max(1, answer.total))]
        keys = ("report", "page", "ordinal", "mentions", "text")
        if wanted:
            assert [tuple(row[key] for key in keys) for row in found] == wanted
        else:
            assert sum(row["mentions"] for row in found) == 0
        assert told["mentions"] == sum(row["mentions"] for row in found)
    assert next(rows, None) is None


def test_mentions_matrix_and_summary_have_the_same_totals(demo: Library, asked: list[Question], tmp_path: Path) -> None:
    demo.batch(asked, tmp_path / "out.csv")
    mentions, matrix = table(tmp_path / "out.csv"), table(tmp_path / "out.matrix.csv")
    scope = table(tmp_path / "out.in_scope.csv")
    assert len(matrix) == len(scope) == len(demo.searcher().reports())
    assert [row["report"] for row in matrix] == [row["report"] for row in scope]
    for told in table(tmp_path / "out.summary.csv"):
        cells = [row[told["id"]] for row in matrix]
        column = [cell for cell in cells if cell != "NA"]
        assert [row[told["id"]] for row in scope] == ["0" if cell == "NA" else "1" for cell in cells]
        if told["error"]:
            assert column == []
            assert (told["reports"], told["of"], told["mentions"]) == ("", "", "")
            continue
        mine = [row for row in mentions if row["id"] == told["id"]]
        assert int(told["mentions"]) == sum(map(int, column)) == sum(int(row["mentions"]) for row in mine)
        assert int(told["of"]) == len(column)
        assert int(told["reports"]) == len({row["report"] for row in mine if row["report"]})
        with_mentions = {row["report"] for row in mine if row["mentions"] != "0"}
        assert len(with_mentions) == sum(cell != "0" for cell in column)
        assert int(told["cases"]) <= int(told["reports"]) <= int(told["of"])


def test_n_counts_the_reports_that_meet_the_filters(demo: Library, tmp_path: Path) -> None:
    sheet = questions(b"query,year\nneglect,\nneglect,2014\n", "sheet.csv")
    every, some = demo.batch(sheet, tmp_path / "out.csv").about.answers
    readable = [report for report in demo.reports() if report.searchable]
    assert every.of == len(readable)
    assert some.of == sum(report.year == 2014 for report in readable) < every.of


def test_the_reports_with_most_of_the_words_are_a_table_that_changes_no_count(demo: Library, tmp_path: Path) -> None:
    sheet = questions(b"id,query\nA,fathers neglect curiosity thresholds\nB,dental thresholds\n", "sheet.csv")
    demo.batch(sheet, tmp_path / "plain.csv")
    demo.batch(sheet, tmp_path / "most.csv", most=True)
    assert not (tmp_path / "plain.most.csv").exists()
    for part in ("", ".summary", ".matrix"):
        assert table(tmp_path / f"plain{part}.csv") == table(tmp_path / f"most{part}.csv")
    rows = table(tmp_path / "most.most.csv")
    for name, query in (("A", "fathers neglect curiosity thresholds"), ("B", "dental thresholds")):
        listed = [(row["report"], row["lacks"]) for row in rows if row["id"] == name]
        wanted = demo.search(query, most=True, limit=None).most or ()
        assert listed == [(hit.report.id, "; ".join(hit.lacks)) for hit in wanted]
        assert listed


def test_the_matrix_distinguishes_no_mention_from_not_searched(demo: Library, tmp_path: Path) -> None:
    sheet = questions(b"id,query,year\nall,school,\nsome,school,2014\nwrong,(school,\n", "sheet.csv")
    done = demo.batch(sheet, tmp_path / "out.csv")
    demo.batch(sheet, tmp_path / "out.jsonl")
    reports = {report.id: report for report in demo.searcher().reports()}
    found = {hit.report.id: hit.mentions for hit in demo.search("school", limit=None)}
    rows = zip(table(tmp_path / "out.matrix.csv"), objects(tmp_path / "out.matrix.jsonl"), strict=False)
    for row, same in sorted(rows, key=lambda pair: pair[0]["report"]):
        report = reports[row["report"]]
        mentions = found.get(report.id, 0) if report.searchable else None
        in_2014 = mentions if report.year == 2014 else None
        assert (same["all"], same["some"], same["wrong"]) == (mentions, in_2014, None)
        assert row["all"] == ("NA" if mentions is None else str(mentions))
        assert (row["some"], row["wrong"]) == ("NA" if in_2014 is None else str(in_2014), "NA")
    wrong = done.about.answers[2]
    assert (wrong.reports, wrong.mentions) == (None, None)
    recorded = json.loads((tmp_path / "out.about.json").read_text("utf-8"))["queries"][2]
    assert {recorded[name] for name in ("reports", "cases", "mentions", "passages", "of")} == {None}


def test_a_query_that_fails_when_repeated_has_lost_no_report(demo: Library, tmp_path: Path) -> None:
    before = demo.batch([Question("A", "school", 1)], tmp_path / "out.jsonl").about
    after = demo.batch([Question("A", "(school", 1)], tmp_path / "again.jsonl").about
    (change,) = changes(before, after).to_dict()["changes"]
    assert (change["came"], change["went"], change["after"]) == ([], [], {"reports": None, "mentions": None})


PICTURE = b"""%PDF-1.4
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R
/Resources <</XObject <</I 5 0 R>>>>>> endobj
4 0 obj <</Length 29>> stream
595 0 0 842 0 0 cm /I Do     \nendstream endobj
5 0 obj <</Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8
/Length 4>> stream
\x01\x80\x80\xf0
endstream endobj
trailer <</Root 1 0 R>>
"""


def test_the_matching_reports_never_exceed_those_searched(tmp_path: Path) -> None:
    """`year:2014` finds the report by its description, and `NOT neglect` because it has no text.

    Both give a warning.
    """
    settings = create_library(tmp_path / "library")
    (settings.library / "reviews.toml").write_text("ocr = false\n")
    shutil.copy(next((ROOT / "corpus" / "demo").glob("*.pdf")), settings.reports)
    for n in range(3):
        (settings.reports / f"Case {n} SCR 2014.pdf").write_bytes(PICTURE + b"%% %d" % n)
    with reviews.open(settings.library) as library:
        update(library.settings, [])
    with reviews.open(settings.library) as library:
        assert library.coverage().searchable == 1
        asked = [Question("A", "year:2014", 1), Question("B", "child", 2), Question("C", "NOT neglect", 3)]
        done = library.batch([*asked, Question("D", "NOT neglect year:2014", 4)], tmp_path / "out.xlsx")
        totals = [library.search(question.query).total for question in asked]
    by_year, child, without, both = done.about.answers
    assert [told.reports for told in (by_year, child, without)] == totals
    assert (by_year.reports, by_year.of) == (3, 4)
    assert (child.reports, child.of, child.warnings) == (1, 1, ())
    assert all("3 of them could not be read" in told.warnings[-1] for told in (by_year, without, both))
    sheet = [[cell.value for cell in row] for row in openpyxl.load_workbook(tmp_path / "out.xlsx")["By year (share)"]]
    assert all(float(str(share)) <= 1 for row in sheet[2:] for share in row[2:] if share is not None)


def test_other_columns_are_copied_to_the_output_and_are_harmless(
    demo: Library, asked: list[Question], tmp_path: Path
) -> None:
    demo.batch(asked, tmp_path / "out.csv")
    rows = table(tmp_path / "out.csv")
    assert list(rows[0]) == [*COLUMNS, "who"]
    assert {row["who"] for row in rows if row["id"] == "A"} == {"Ann"}
    (error,) = [row for row in rows if row["id"] == "J"]
    assert (error["query"], error["who"]) == ("'=SUM(A1:A2)", "'@who")
    assert error["error"].startswith("line 11: ")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ('"voice of the child', "was not closed"),
        ("(neglect", "was not closed"),
        ("nosuch:thing", "is not a field"),
        ("theme:nosuch", "there is no theme"),
        ("in:nosuch neglect", "is not a section"),
        ("year:soon neglect", "is not a valid year"),
        ("year:15 neglect", "is not a valid year"),
        ("year:2020..2015 neglect", "the years were the wrong way round"),
        ("neglect Or dental", "`Or` was read as an ordinary word"),
        ("neglect Not dental", "`Not` was read as an ordinary word"),
        ("WAS NOT BROUGHT", "the whole query is in capitals"),
        ("‘voice of the child’", "was read as a phrase: write phrases in double quotation marks"),
        ("'voice of the child'", "was read as a phrase: write phrases in double quotation marks"),
        ("neglect w/5 dental", "`w/5` was read as NEAR/5"),
        ("neglect adj5 dental", "`adj5` was read as NEAR/5"),
        ("neglect within 5 words of dental", "`within 5` was searched as ordinary words"),
        ("neglect BUT NOT dental", "`BUT NOT` was read as NOT"),
        ("neglect !dental", "`!` was read as NOT"),
        ("neglect OR", "the query ended after"),
        ("neglect NOT", "had nothing after it"),
        ("*neglect", "`*` cannot come first"),
        ("ne*", "`*` needs at least three letters"),
        ("neglect$", "write `neglect*`"),
        ("title: neglect (", "was not closed"),
        ("---", "the query is empty"),
        ("x" * 100_000, "longer than"),
    ],
)
def test_an_ambiguous_query_is_reported_with_an_error(demo: Library, tmp_path: Path, query: str, says: str) -> None:
    asked = [Question("A", "neglect", 1), Question("B", query, 2), Question("C", "school", 3)]
    done = demo.batch(asked, tmp_path / "out.jsonl")
    assert [bool(told.error) for told in done.about.answers] == [False, True, False]
    error = done.about.answers[1].error
    assert error.startswith("line 2: ")
    assert says in error


def test_twenty_broken_rows_are_explained_and_the_other_eighty_are_run(demo: Library, tmp_path: Path) -> None:
    words = ["neglect", '"""voice of the child"""', "school*", "child NEAR/5 home", "naïve OR neglect"]
    broken = [
        *(b'"neglect', b'"""neglect', b"(neglect", b"neglect)"),  # a cell, a phrase and brackets without an end
        *(b"", b"  ", b'""'),
        *(b"bad \x81\x8d", b"\x90", b"caf\x9d"),  # bytes that are invalid in UTF-8 and cp1252
        *(b"=SUM(A1:A9)", b"=1+1", b"@cmd", b"=cmd|' /C calc'!A0", b"#NAME?"),
        *(b"x" * 100_000, b"neglect " * 12_500),
        *(b"nosuch:thing", b"theme:nosuch", b"in:nosuch neglect"),
    ]
    assert len(broken) == 20
    rows = [b"%d,%s,mine" % (n, words[n % 5].encode()) for n in range(80)]
    for n, row in enumerate(broken):
        rows.insert(n * 5, b"broken %d,%s,mine" % (n, row))
    (tmp_path / "sheet.csv").write_bytes(b"\r\n".join([b"id,query,note", *rows]))
    asked = questions((tmp_path / "sheet.csv").read_bytes(), "sheet.csv")
    done = demo.batch(asked, tmp_path / "out.csv")
    assert (done.queries, done.errors) == (100, 20)
    told = table(tmp_path / "out.summary.csv")
    assert [row["id"] for row in told if not row["error"]] == [str(n) for n in range(80)]
    for wrong, line in zip((row for row in told if row["error"]), range(2, 102, 5), strict=True):
        assert wrong["error"].startswith(f"line {line}: ")
        assert len(wrong["error"]) > len("line 100: ") + 10
        assert not wrong["error"].endswith("..")
    assert sum(bool(row["reports"]) for row in told) == 80


def test_a_filter_that_matches_nothing_or_is_invalid_is_reported_on_its_row(demo: Library, tmp_path: Path) -> None:
    given = (b"1900,,", b",Nowhere,", b"2020..2015,,", b",,nosuch")
    sheet = b"query,year,board,section\n" + b"\n".join(b"neglect," + cells for cells in given)
    nothing, nowhere, backwards, nosuch = demo.batch(questions(sheet, "sheet.csv"), tmp_path / "out.csv").about.answers
    for asked in (nothing, nowhere):
        assert (asked.reports, asked.of, asked.share, asked.error) == (0, 0, None, "")
        assert "Without the filters" in asked.warnings[-1]
    assert "the board “Nowhere”" in nowhere.warnings[0]
    assert backwards.error.endswith("Put the earlier year first: 2015..2020.")
    assert not backwards.error.endswith("2020..")
    assert nosuch.error.endswith("appendix.")
    rows = table(tmp_path / "out.csv")
    assert [(row["mentions"], bool(row["error"])) for row in rows] == [*[("0", False)] * 2, *[("", True)] * 2]


def test_a_query_read_as_written_is_run_despite_its_warnings(demo: Library, tmp_path: Path) -> None:
    rows = [
        "neglect or dental",
        "neglect & dental",
        '""voice of the child""',
        "O’Brien’s child",
        "DNA OR WNB",
        "-neglect",
    ]
    done = demo.batch([Question(row, row, n) for n, row in enumerate(rows)], tmp_path / "out.jsonl")
    assert [told.error for told in done.about.answers] == [""] * len(rows)
    assert done.about.answers[2].reports == demo.search('"voice of the child"').total > 0


def test_no_decision_depends_on_the_wording_of_a_warning(
    demo: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = [
        Question(row, row, n) for n, row in enumerate(["(neglect", "nosuch:thing", "neglect or dental", "neglect"])
    ]
    before = demo.batch(asked, tmp_path / "before.jsonl")
    for code in Code:
        monkeypatch.setattr(code, "sentence", "was not closed" if not code.guess else "all is well")
    after = demo.batch(asked, tmp_path / "after.jsonl")
    assert [bool(told.error) for told in before.about.answers] == [True, True, False, False]
    assert [bool(told.error) for told in after.about.answers] == [True, True, False, False]


def test_the_words_of_a_warning_can_be_searched_for(demo: Library, tmp_path: Path) -> None:
    """A warning may contain the words that were searched for."""
    done = demo.batch([Question("A", '"was not closed" OR "is not a valid year" neglect', 1)], tmp_path / "out.jsonl")
    assert done.errors == 0


def test_the_output_is_the_same_for_any_number_of_processes(
    demo: Library, asked: list[Question], tmp_path: Path
) -> None:
    for form in ("csv", "jsonl"):
        demo.batch(asked * 5, tmp_path / f"one.{form}", jobs=1)
        demo.batch(asked * 5, tmp_path / f"two.{form}", jobs=2)
        for part in ("", ".summary", ".matrix"):
            one, two = (tmp_path / f"{name}{part}.{form}" for name in ("one", "two"))
            assert one.read_bytes() == two.read_bytes()


def test_links_open_the_pdf_or_the_web_page(demo: Library, tmp_path: Path) -> None:
    asked = [Question("A", "neglect", 1)]
    demo.batch(asked, tmp_path / "out.jsonl")
    for row in objects(tmp_path / "out.jsonl"):
        assert row["link"].startswith("file:///")
        assert row["link"].endswith(f".pdf#page={row['page']}")
    demo.batch(asked, tmp_path / "out.jsonl", web="http://127.0.0.1:8000/")
    assert all(row["link"].startswith("http://127.0.0.1:8000/rep") for row in objects(tmp_path / "out.jsonl"))


def test_a_record_can_be_repeated_and_shows_what_has_changed(tmp_path: Path) -> None:
    settings = create_library(tmp_path / "library")
    demo = without_scans()
    for file in demo[:-2]:
        shutil.copy(file, settings.reports)
    update(settings, [])
    asked = questions(b"query,year\nneglect,\nyear:2014,\n(odd,\nchild,..2030\n", "sheet.csv")
    with reviews.open(settings.library) as library:
        library.batch(asked, tmp_path / "out.csv", sheet="sheet.csv")
        before = load(tmp_path / "out.about.json")
        assert before.to_dict() == json.loads((tmp_path / "out.about.json").read_text("utf-8"))
        again = library.batch(before.questions(), tmp_path / "again.csv").about
        assert changes(before, again).to_dict()["changes"] == []
        assert [told.error for told in again.answers] == [told.error for told in before.answers]
    for file in demo[-2:]:
        shutil.copy(file, settings.reports)
    update(settings, [])
    with reviews.open(settings.library) as library:
        now = library.batch(before.questions(), tmp_path / "now.csv").about
        told = changes(before, now)
        assert len(told.new) == len(library.searcher().reports()) - len(before.reports) > 0
        answer = library.search("child", Filters(years=(None, 2030)), limit=None)
        change = next(change for change in told.changes if change.query == "child")
        assert set(change.came) == set(told.new) & {hit.report.id for hit in answer}
        assert change.after == (answer.total, sum(hit.mentions for hit in answer))


def test_the_first_line_and_the_record_say_what_was_read(demo: Library, tmp_path: Path) -> None:
    sheet = ROOT / "tests" / "search" / "sheets" / "hidden_sheet.xlsx"
    said = "sheet new, column B, 1 query; not read: hidden sheet old"
    out = tmp_path / "answers.xlsx"
    done = subprocess.run(
        argv(demo.settings.library, "batch", sheet, "--out", out), env=environment(), capture_output=True, text=True
    )
    assert done.stderr.splitlines()[0] == f"hidden_sheet.xlsx: {said}"
    assert said not in done.stdout
    assert load(tmp_path / "answers.about.json").read == said
    about = openpyxl.load_workbook(out)["About"]
    assert ("read from it", said) in [tuple(cell.value for cell in row[:2]) for row in about.iter_rows()]
    again = subprocess.run(
        argv(demo.settings.library, "batch", "--repeat", tmp_path / "answers.about.json"),
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert again.stderr.splitlines()[0] == f"hidden_sheet.xlsx: {said}"


def test_a_row_without_a_passage_is_explained_and_not_counted_as_a_mention(demo: Library, tmp_path: Path) -> None:
    sheet, out = tmp_path / "sheet.txt", tmp_path / "answers.xlsx"
    sheet.write_text("health appointments\n")
    done = subprocess.run(
        argv(demo.settings.library, "batch", sheet, "--out", out), env=environment(), capture_output=True, text=True
    )
    answer = demo.search("health appointments", limit=None)
    assert answer.apart
    assert done.stdout.splitlines()[0] == f"1 query run: {sum(hit.mentions for hit in answer)} mentions."
    (told,) = [row[1] for row in openpyxl.load_workbook(out)["About"].values if row[0] == "mentions"]
    assert "its words are never in one paragraph" in str(told)


def test_a_file_that_is_not_a_record_is_refused(tmp_path: Path) -> None:
    for text in ("", "[]", '{"version": 1}', '{"version": 99}'):
        (tmp_path / "x.about.json").write_text(text)
        with pytest.raises(UsageError):
            load(tmp_path / "x.about.json")


# --- stopped, killed, continued


def test_answers_found_before_a_stop_are_kept(demo: Library, asked: list[Question], tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    out = tmp_path / "out.csv"
    with pytest.raises(Stopped) as stopped:
        demo.batch(asked, out, progress=stop)
    assert (stopped.value.done, stopped.value.total) == (4, len(asked))
    assert not out.exists()
    seen: list[int] = []
    done = demo.batch(asked, out, progress=lambda n, total: seen.append(n))
    assert (done.kept, seen[0]) == (4, 4)
    demo.batch(asked, tmp_path / "whole.csv")
    assert out.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not stopped.value.folder.exists()


def test_answers_to_another_sheet_are_not_reused(demo: Library, asked: list[Question], tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(Stopped):
        demo.batch(asked, tmp_path / "out.csv", progress=stop)
    assert demo.batch(asked[::-1], tmp_path / "out.csv").kept == 0


def test_an_incomplete_answer_is_run_again(demo: Library, asked: list[Question], tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(Stopped) as stopped:
        demo.batch(asked, tmp_path / "out.csv", progress=stop)
    rows = sorted(stopped.value.folder.glob("*.rows"))
    rows[0].write_bytes(rows[0].read_bytes()[:-5])
    sorted(stopped.value.folder.glob("0*.json"))[1].write_text("{")
    assert demo.batch(asked, tmp_path / "out.csv").kept == 2


def test_a_folder_made_by_something_else_is_left_alone(demo: Library, asked: list[Question], tmp_path: Path) -> None:
    (tmp_path / "out.csv.part").mkdir()
    (tmp_path / "out.csv.part" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="exists and was not made by this program"):
        demo.batch(asked, tmp_path / "out.csv")
    assert (tmp_path / "out.csv.part" / "mine.txt").read_text() == "mine"


def test_two_batches_cannot_write_the_same_file(demo: Library, asked: list[Question], tmp_path: Path) -> None:
    def again(done: int, total: int) -> None:
        if done == 1:
            with pytest.raises(Locked):
                runner.run(asked, source(demo), tmp_path / "out.csv")

    demo.batch(asked, tmp_path / "out.csv", progress=again)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_killed_batch_leaves_no_partial_file_and_resumes(
    demo: Library, asked: list[Question], tmp_path: Path, form: str
) -> None:
    sheet, out = tmp_path / "sheet.csv", tmp_path / f"out.{form}"
    sheet.write_text("query\n" + "neglect\nchild*\nschool OR review\n" * 4, encoding="utf-8")
    asking = ("batch", sheet, "--out", out, "--jobs", 1)
    words = argv(demo.settings.library, *asking)
    subprocess.run(words, env=environment(), check=True, stdout=subprocess.DEVNULL)
    whole = {path.name: path.read_bytes() for path in tmp_path.glob("out*") if "about" not in path.name}
    for path in tmp_path.glob("out*"):
        path.unlink()

    def kill(part: str, at: int) -> None:
        sign = tmp_path / "sign"
        start = paused_at_a_file(sign, "os.rename", part, at) + START
        process = subprocess.Popen(
            argv(demo.settings.library, *asking, start=start),
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(sign.exists, lambda: process.poll() is None)
        process.kill()
        process.wait()
        sign.unlink()

    # Some answers are kept, more of them, and all files are written but have not got their names.
    for part, at in ((f"{out.name}.part", 3), (f"{out.name}.part", 6), ("out.about.json", 1)):
        kill(part, at)
        for path in tmp_path.glob("out*"):
            if path.is_file() and form == "csv" and path.name in whole:
                assert path.read_bytes() == whole[path.name]
            elif path.is_file() and path.suffix == ".xlsx":
                openpyxl.load_workbook(path, read_only=True).close()
    subprocess.run(words, env=environment(), check=True, stdout=subprocess.DEVNULL)
    if form == "csv":
        assert {p.name: p.read_bytes() for p in tmp_path.glob("out*") if "about" not in p.name} == whole
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit on the size of a file")
def test_when_the_disk_was_full_the_workbook_is_made_from_the_kept_answers(demo: Library, tmp_path: Path) -> None:
    import resource

    most = 40_000  # bytes of a file: enough for each answer and not for the workbook of all

    def bind() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    sheet, out = tmp_path / "sheet.txt", tmp_path / "out.xlsx"
    sheet.write_text("neglect year:2014\nhome visit\nschool nurse\nhospital\n" * 10, encoding="utf-8")
    words = argv(demo.settings.library, "batch", sheet, "--out", out, "--jobs", 1, "--json")
    full = subprocess.run(words, env=environment(), capture_output=True, encoding="utf-8", preexec_fn=bind)
    assert full.returncode == 8
    assert "out.xlsx cannot be written" in full.stderr
    assert "kept in out.xlsx.part: run the same command again" in full.stderr
    assert not out.exists()
    done = subprocess.run(words, env=environment(), check=True, capture_output=True, encoding="utf-8")
    assert json.loads(done.stdout)["kept"] == 40
    assert out.stat().st_size > most
    with zipfile.ZipFile(out) as book:
        assert book.testzip() is None


def test_ctrl_c_says_what_is_kept(demo: Library, tmp_path: Path) -> None:
    interrupt = getattr(signal, "CTRL_C_EVENT", signal.SIGINT)  # the first exists on Windows only
    # If the tests run in the background, Ctrl-C is ignored and the command would inherit that, so it is reset here.
    hears: dict[str, Any] = (
        {} if sys.platform == "win32" else {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    )
    sheet = tmp_path / "sheet.txt"
    sheet.write_text("child* school* review*\n" * 3_000, encoding="utf-8")
    words = argv(demo.settings.library, "batch", sheet, "--out", tmp_path / "out.csv", "--jobs", 1)
    process = subprocess.Popen(words, env=environment(), stderr=subprocess.PIPE, encoding="utf-8", **hears)
    folder = tmp_path / "out.csv.part"
    until(lambda: len(list(folder.glob("*.rows"))) >= 3, lambda: process.poll() is None)
    process.send_signal(interrupt)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert "of 3,000 queries were answered and are kept in" in said
    assert not (tmp_path / "out.csv").exists()
