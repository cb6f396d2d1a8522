"""A sheet of queries made to block the page is refused quickly, by a process that can be ended."""

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import LimitHit, NotFound, UsageError
from corpus.layout import create_library
from ingest.sandbox.pipes import Answer
from ingest.sandbox.program import Done
from reviews.web import batch_jobs
from reviews.web.repeating import Asked
from reviews.web.serving.turns import Turns
from search.sheets import untrusted
from search.sheets.query_sheet import questions, read
from search.sheets.spreadsheet_xml import formats_of
from search.sheets.untrusted import read_untrusted
from tests.patience import PATIENCE, steps
from tests.security import workbooks

_STEPS = 3_000_000  # lines of Python: about a second; each of these took many times as many, or had no end


@pytest.mark.parametrize("name", ["FAR_ROW", "FAR_COLUMNS", "FAR_QUERY", "FAR_UNNUMBERED"])
def test_distant_rows_and_columns_are_refused_while_reading(name: str) -> None:
    data: bytes = getattr(workbooks, name)

    def refused() -> None:
        with pytest.raises(UsageError):
            read(data, "sheet.xlsx")

    assert steps(refused) < _STEPS


@pytest.mark.parametrize("opened", ['<c r="A2" t="', "<!--", "<?x "], ids=lambda opened: opened[:3])
def test_a_tag_without_end_is_refused(opened: str) -> None:
    """A file of 24 kB took 25 seconds: what is not complete is read from its start with every chunk."""
    data = workbooks.workbook(workbooks.row(1, workbooks.text("A1", "query")) + opened + "x" * 3_000_000)
    looked: list[int] = []

    def profiled(_frame: object, event: str, function: object) -> None:
        if event == "c_call" and getattr(function, "__name__", "") == "Parse":
            looked.append(1)

    sys.setprofile(profiled)
    try:
        with pytest.raises(UsageError, match="is damaged"):
            read(data, "sheet.xlsx")
    finally:
        sys.setprofile(None)
    assert len(looked) < 30, "chunks of 64 kB of a part with 3 MB"


def test_many_sheets_in_one_file_are_too_large() -> None:
    """A file of 9 kB with a thousand sheets was read until the process was killed, half a minute later."""
    rows = f"<!--{'x' * 800_000}-->"
    with pytest.raises(UsageError, match="too large when unpacked"):
        read(workbooks.workbook(rows, sheets=40, parts=1), "sheet.xlsx")


def test_endless_tags_are_too_large() -> None:
    """A file of 30 kB with the shortest possible tags took 20 seconds."""
    with pytest.raises(UsageError, match="too large when unpacked"):
        read(workbooks.workbook(workbooks.row(1, workbooks.text("A1", "query")) + "<a/>" * 2_600_000), "sheet.xlsx")


def test_endless_empty_lines_take_few_steps() -> None:
    assert steps(lambda: questions(b"query\nneglect\n" + b"\n" * 50_000, "sheet.csv")) < 600_000


@pytest.mark.parametrize("depth", [300, 600, 900, 990])
def test_lists_inside_each_other_end_their_row_only(depth: int) -> None:
    """They ended `reviews batch` with a traceback: JSON allows deeper nesting than what reads its values."""
    _, plain = questions(
        b'{"query": "neglect", "note": ' + b"[" * depth + b"]" * depth + b'}\n{"query": "school"}\n', "a.jsonl"
    )
    assert (plain.line, plain.query) == (2, "school")


def test_a_quotation_mark_separates_no_cells() -> None:
    """Python 3.13 refuses to read a table whose separator is its quotation mark."""
    (asked,) = questions(b'sep="\nneglect\n', "sheet.csv")[1:]
    assert asked.query == "neglect"


def test_a_number_format_is_no_longer_than_in_excel() -> None:
    """One of 80,000 characters took half a minute."""
    styles = [
        ("numFmt", {"numFmtId": "200", "formatCode": "[$" * 40_000}),
        ("cellXfs", {}),
        ("xf", {"numFmtId": "200"}),
    ]
    assert [len(each) for each in formats_of(styles)] == [255]


def test_a_text_with_endless_columns_is_refused() -> None:
    """A sheet of 48 kB took half a minute, because each name of a column was compared with all others."""
    with pytest.raises(UsageError, match=r"has 2,000 columns\. At most 1,000 are read"):
        read(b"query" + b"," * 1_999 + b"\nneglect\n", "sheet.csv")
    (asked,) = questions(json.dumps({"query": "neglect"} | {f"key {n}": "" for n in range(1_999)}).encode(), "a.jsonl")
    assert "At most 1,000" in asked.error


def test_open_quotation_marks_take_no_square_of_their_number() -> None:
    """Each line opens a cell, and every line below closes it and opens the next."""
    sheet = b"query,note\n" + b'x","y\n' * 500
    assert steps(lambda: read(sheet, "sheet.csv")) < 600_000


def test_endless_merged_cells_do_little_harm() -> None:
    assert steps(lambda: read(workbooks.MERGED, "sheet.xlsx")) < _STEPS


def test_an_untrusted_sheet_is_read_like_any_other() -> None:
    sheet = b"id;query;year;note\n1;neglect;2015;a\n2;=DNA;;b\n3;school;20155;c\n"
    assert read_untrusted(sheet, "Sheet.CSV").questions == questions(sheet, "sheet.csv")


def test_an_untrusted_sheet_is_refused_with_the_same_words() -> None:
    with pytest.raises(UsageError, match="has no queries"):
        read_untrusted(b"\n\n", "sheet.txt")


def test_a_sheet_that_takes_too_long_is_abandoned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untrusted, "_SECONDS", 0.0)
    with pytest.raises(UsageError, match="too much time"):
        read_untrusted(b"neglect\n", "sheet.txt")


@pytest.mark.parametrize("part", [b"[]", b"{}", b'{"a":1}', b"1"], ids=["lists", "objects", "names", "numbers"])
def test_an_answer_with_endless_values_is_not_parsed(part: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that a sheet took over could fill the memory of the server with 64 MB of empty lists."""
    data = b"[" + (part + b",") * (63_000_000 // (len(part) + 1)) + b"1]"
    answer = Answer(most=64_000_000, whole=True)
    answer.add(data)
    monkeypatch.setattr(untrusted, "run", lambda *_, **__: Done(answer, 0, ""))
    monkeypatch.setattr(json, "loads", lambda _: pytest.fail("it was parsed"))
    with pytest.raises(UsageError, match="too much time or memory"):
        read_untrusted(b"neglect\n", "sheet.txt")


def test_sheets_that_take_long_leave_threads_for_everybody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Uploads of 44 kB that took half a minute each held all threads, and nobody could search."""
    begun, ended = threading.Semaphore(0), threading.Event()

    def slow(data: bytes, name: str) -> Asked:
        begun.release()
        ended.wait(PATIENCE)
        return Asked(read(data, name))

    monkeypatch.setattr(batch_jobs, "asked", slow)
    create_library(tmp_path)
    batches = batch_jobs.Batches(tmp_path)
    with ThreadPoolExecutor(4) as threads:
        people = ("Ann", "Ann", "Bob", "Cleo")
        reading = [threads.submit(batches.take, b"neglect\n", "a.txt", person) for person in people]
        for _ in people:
            assert begun.acquire(timeout=PATIENCE)
        with pytest.raises(LimitHit, match="Too many sheets are being read"):
            batches.take(b"neglect\n", "a.txt", "Dan")
        ended.set()
        assert [each.result().total for each in reading] == [1, 1, 1, 1]
    assert batches.take(b"neglect\n", "a.txt", "Dan").total == 1


@pytest.mark.parametrize(
    "forged",
    [b"", b"[", b"[" * 100_000, b"5", b"{}", b'{"name": 5, "read": ""}', b'{"name": "a", "read": "", "rows": 5}'],
)
def test_a_note_of_a_sheet_that_was_changed_is_like_a_missing_one(forged: bytes, tmp_path: Path) -> None:
    create_library(tmp_path)
    batches = batch_jobs.Batches(tmp_path)
    taken = batches.take(b"neglect\n", "a.txt", "Ann")
    assert (taken.name, len(taken.rows)) == ("a.txt", 1)
    (taken.folder / "about.json").write_bytes(forged)
    assert batches.find(taken.id, "Ann").name == "your sheet"
    (taken.folder / "answers.about.json").write_bytes(forged)
    with suppress(NotFound):
        replace(taken, ready=True).record()


def test_nobody_can_take_all_turns() -> None:
    turns = Turns(4, 2, "no turn")
    with turns.turn("Ann"), turns.turn("Ann"), turns.turn("Bob"), pytest.raises(LimitHit), turns.turn("Ann"):
        pass
