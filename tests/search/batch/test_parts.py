"""The answers of a batch that was stopped are used again only if they are what this program writes."""

import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import UsageError
from reviews.library import Library
from search.batch import runner
from search.batch.runner import Source, Stopped
from search.sheets.query_sheet import Question, questions
from tests.forging import RAW, changed

SHEET = (
    "id,query,section,who\nA,neglect,,Ann\nB,school OR home,findings,\nC,(,,\nD,nosuchwordatall,,Bea\nE,year:2014,,\n"
)
FORMS = ("csv", "jsonl", "xlsx", "parquet")
MOST = 5


@pytest.fixture(scope="module")
def asked() -> list[Question]:
    return questions(SHEET.encode(), "sheet.csv")


def run(demo: Library, asked: list[Question], out: Path, stop: int = 0) -> int:
    """Run the batch, or all of its queries and no more. Returns the number of answers that were kept."""

    def progress(done: int, total: int) -> None:
        if stop and done == stop:
            raise KeyboardInterrupt

    return runner.run(asked, Source(demo.settings), out, most=True, each=True, progress=progress).kept


def stopped(demo: Library, asked: list[Question], out: Path) -> Path:
    with pytest.raises(Stopped) as found:
        run(demo, asked, out, stop=MOST)
    return found.value.folder


def written(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.parent.glob("out.*") if "about" not in path.name}


@pytest.mark.parametrize("form", FORMS)
def test_every_answer_is_kept_whatever_is_written(
    demo: Library, asked: list[Question], form: str, tmp_path: Path
) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    stopped(demo, asked, tmp_path / f"out.{form}")
    assert run(demo, asked, tmp_path / f"out.{form}") == MOST


BAD: tuple[Any, ...] = (None, -1, "x", [], {}, [5], [[]], [["a", 5]], {"a": 5}, 2**70, 2**40, float("inf"), True)


@pytest.fixture(scope="module")
def whole(demo: Library, asked: list[Question], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("whole") / "out.jsonl"
    run(demo, asked, out)
    return written(out)


@pytest.fixture
def folder(demo: Library, asked: list[Question], tmp_path: Path) -> Path:
    return stopped(demo, asked, tmp_path / "out.jsonl")


def test_a_forged_answer_ends_in_no_bug_and_is_found_again_if_it_has_another_form(
    demo: Library, asked: list[Question], folder: Path, whole: dict[str, bytes]
) -> None:
    """Before, most of these ended in a traceback. Other words and numbers of the right form are not noticed."""
    kept = Path(shutil.copytree(folder, folder.with_name("kept")))
    names = ("00001.json", "00002.json")
    forged = [(name, data, False) for name in names for data in RAW]
    for name in names:
        head = json.loads((folder / name).read_text("utf-8"))
        for number, bad in enumerate(BAD):
            forged += [(name, json.dumps(each).encode(), True) for each in list(changed(head, bad))[number % 5 :: 31]]
    for name in ("00000.rows", "00000.each"):
        first, *rest = (folder / name).read_bytes().splitlines(keepends=True)
        row = json.loads(first)
        for bad in (None, "x", 5, [], {"a": "b"}, {**row, "more": 1}, {**row, "page": "one"}, {**row, "text": [1]}):
            forged.append((name, json.dumps(bad).encode() + b"\n" + b"".join(rest), False))
    for name, data, may_fit in forged:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(kept, folder)
        (folder / name).write_bytes(data)
        if name.endswith(".rows"):  # the head has the size of the rows
            head = json.loads((folder / "00000.json").read_text("utf-8"))
            (folder / "00000.json").write_text(json.dumps({**head, "size": len(data)}))
        run(demo, asked, folder.with_suffix(""))
        found = written(folder.with_suffix(""))
        assert found.keys() == whole.keys() if may_fit else found == whole, (name, data[:300])


def test_an_answer_to_another_query_is_not_used(
    demo: Library, asked: list[Question], folder: Path, whole: dict[str, bytes]
) -> None:
    for ending in (".json", ".rows", ".each"):
        shutil.copy(folder / f"00000{ending}", folder / f"00003{ending}")
    assert run(demo, asked, folder.with_suffix("")) == MOST - 1
    assert written(folder.with_suffix("")) == whole


OTHERS: dict[str, Callable[[Path], object]] = {
    "a pipe in place of an answer": lambda folder: pipe(folder / "00000.json"),
    "a pipe in place of the signature": lambda folder: pipe(folder / "batch.json"),
    "a link to another file": lambda folder: link(folder / "00000.rows", folder.parent / "letter.txt"),
    "a link to a file in the place of the output": lambda folder: link(folder / "out-0", folder.parent / "letter.txt"),
    "a folder": lambda folder: (folder / "mine").mkdir(),
    "the batch.json of another program": lambda folder: (folder / "batch.json").write_text("{}"),
    "a nested batch.json": lambda folder: (folder / "batch.json").write_text("[" * 100_000),
    "a link to another folder": lambda folder: link(folder, Path(shutil.copytree(folder, folder.with_name("project")))),
}


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def link(path: Path, target: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    with suppress(FileNotFoundError):
        path.unlink()
    path.symlink_to(target)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS.keys())
def test_a_folder_with_something_else_in_it_is_left_alone(
    demo: Library, asked: list[Question], folder: Path, change: Callable[[Path], object]
) -> None:
    """A link in it was followed and its target overwritten, and a batch.json of another program let all be deleted."""
    (folder.parent / "letter.txt").write_text("precious")
    change(folder)
    before = sorted(each.name for each in folder.iterdir())
    with pytest.raises(UsageError, match="was not made by this program"):
        run(demo, asked, folder.with_suffix(""))
    assert (folder.parent / "letter.txt").read_text() == "precious"
    assert sorted(each.name for each in folder.iterdir()) == before


@pytest.mark.skipif(os.name != "posix", reason="Windows has no user numbers")
def test_the_folder_of_another_user_is_not_used(
    demo: Library, asked: list[Question], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In /tmp, anybody can make it, with answers of the right form."""
    if os.geteuid() == 0:
        os.chown(folder, 12345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(UsageError, match="was not made by this program"):
        run(demo, asked, folder.with_suffix(""))


@pytest.mark.skipif(not hasattr(os, "link"), reason="the disk has no hard links")
def test_a_file_that_has_another_name_elsewhere_is_not_overwritten(
    demo: Library, asked: list[Question], folder: Path
) -> None:
    (folder.parent / "letter.txt").write_text("precious")
    for name in ("00000.rows", "00000.new", "out-0", "head"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).hardlink_to(folder.parent / "letter.txt")
    assert run(demo, asked, folder.with_suffix("")) == MOST - 1
    assert (folder.parent / "letter.txt").read_text() == "precious"


def test_a_batch_that_was_killed_before_its_first_answer_can_run_again(
    demo: Library, asked: list[Question], tmp_path: Path
) -> None:
    folder = tmp_path / "out.jsonl.part"
    folder.mkdir()
    for name in (".lock", ".batch.json.x1"):
        (folder / name).touch()
    assert run(demo, asked, tmp_path / "out.jsonl") == 0
