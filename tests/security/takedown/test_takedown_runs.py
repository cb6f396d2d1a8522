"""A report is removed between the runs that publish every few minutes, and nothing of it is left."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults.disk import Disk
from benchmarks.faults.leftovers import leftovers
from benchmarks.faults.removal import NAME, WORDS, report, small_pdf
from benchmarks.faults.torture import in_a_child
from corpus.errors import Locked
from corpus.model import Scan, ScanLine
from corpus.settings import load_settings
from corpus.storage.store import Store
from index.storage import generations
from reviews.library import Library
from reviews.maintenance import publisher
from reviews.maintenance.publisher import EVERY
from reviews.maintenance.update import run
from reviews.web.views import exports
from tests import fake_model
from tests.patience import PATIENCE
from tests.security.takedown.desk import Desk, nothing_is_left

Cases = dict[str, Callable[[Desk], None]]
CASES: Cases = {}
SECOND = "Marwick two.pdf"


def case(act: Callable[[Desk], None]) -> Callable[[Desk], None]:
    CASES[act.__name__.replace("_", " ")] = act
    return act


def more_files(desk: Desk, count: int = 4) -> None:
    for number in range(count):
        (desk.folder / f"more-{number}.pdf").write_bytes(small_pdf(f"Another review of a child, number {number}."))


def published(desk: Desk) -> list[str]:
    return [each.directory.name for each in generations.kept(load_settings(desk.library).index)]


def long_run(desk: Desk, after: Callable[[int], None] = lambda count: None) -> None:
    """Run an update that publishes after every report that it has read.

    `after` is called with how many were published.
    """
    count = 0
    clock = iter(range(0, 10**9, int(EVERY) + 1))
    publish = publisher.Publisher.publish

    def counted(self: publisher.Publisher, **given: Any) -> None:
        nonlocal count
        publish(self, **given)
        count += 1
        after(count)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(publisher, "_SHARE", 1e9)
        patched.setattr(publisher.Publisher, "publish", counted)
        run(load_settings(desk.library), (), clock=lambda: float(next(clock)))
    assert count > 2, "nothing was published before the end"


@contextmanager
def stopped() -> Iterator[None]:
    with pytest.raises(KeyboardInterrupt):
        yield


def ctrl_c(at: int, count: int) -> None:
    if count == at:
        raise KeyboardInterrupt


def begun(desk: Desk) -> None:
    """Begin the removal and stop it before the index is built."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("index.build.build", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        desk.call("remove", desk.held, "--reason", "a child was named", "--yes")
    assert desk.found("brackenthwaite") == 0
    assert leftovers(desk.library, WORDS)


@case
def a_long_run_has_published_generations_on_its_way(desk: Desk) -> None:
    more_files(desk)
    long_run(desk)
    desk.remove()


@case
def a_long_run_was_stopped_after_an_interim_generation(desk: Desk) -> None:
    more_files(desk)
    before = published(desk)
    with stopped():
        long_run(desk, partial(ctrl_c, 1))
    assert published(desk) != before
    desk.remove()


@case
def a_long_run_was_killed_after_an_interim_generation(desk: Desk) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("a kill needs a fork, which Windows has not")
    more_files(desk)
    before = published(desk)
    killed = partial(long_run, desk, lambda count: os._exit(9) if count == 2 else None)
    in_a_child(killed, Disk(desk.library, "none", 0), sqlite=True)
    assert published(desk) != before
    desk.remove()


@case
def a_removal_is_finished_by_a_long_run(desk: Desk) -> None:
    begun(desk)
    more_files(desk)
    long_run(desk, lambda count: none_is_found(desk))


@case
def a_removal_is_finished_after_a_long_run_was_stopped(desk: Desk) -> None:
    begun(desk)
    more_files(desk)
    with stopped():
        long_run(desk, partial(ctrl_c, 1))
    none_is_found(desk)
    assert desk.call("status").output.count("removal"), "nobody is told that it is not finished"
    desk.update()


@case
def a_removal_is_done_again_by_a_long_run_after_a_backup_was_put_back(desk: Desk) -> None:
    desk.remove()
    desk.put_back("corpus.db", "index", "reports")
    more_files(desk)
    long_run(desk, lambda count: none_is_found(desk))


def none_is_found(desk: Desk) -> None:
    assert desk.found("brackenthwaite") == 0


@case
def a_corpus_that_never_knew_it_gives_its_numbers_to_no_other_report(desk: Desk) -> None:
    desk.remove()
    for path in desk.library.glob("corpus.db*"):
        path.unlink()
    shutil.rmtree(desk.library / "index")
    more_files(desk)
    desk.update()
    desk.printed = ""
    desk.update()
    desk.says("already up to date")


@case
def a_workbook_was_begun_and_ends_with_an_error(desk: Desk) -> None:
    client = desk.serve()
    batches = client.application.extensions["pool"].batches
    written, removed = threading.Event(), threading.Event()

    def half(self: Library, asked: object, out: Path, **more: object) -> None:
        written.set()
        removed.wait(PATIENCE)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.with_suffix(".part").write_bytes(report())  # while the removal deletes what it sees
        raise Locked("A report was removed.")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Library, "batch", half)
        others = threading.enumerate()
        batch = batches.begin(b"zelkova\n", "queries.txt", "", "")
        (thread,) = set(threading.enumerate()) - set(others)
        written.wait(PATIENCE)
        desk.remove()
        removed.set()
        thread.join(PATIENCE)
    assert batches.find(batch.id, "").error


@case
def a_server_was_killed_while_it_wrote_an_export(desk: Desk) -> None:
    client = desk.serve()
    seen: list[Path] = []

    def killed(out: Path, *given: object, **more: object) -> None:
        seen.append(out)
        shutil.copytree(out.parent, out.parent.with_name("left"))  # what is left when the process dies
        (out.parent.with_name("left") / out.name).write_bytes(report())
        raise Locked("The server dies here.")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(exports, "write_rows", killed)
        client.get("/search.xlsx?q=zelkova")
    (out,) = seen
    assert out.is_relative_to(desk.library / "cache")
    assert leftovers(out.parent.with_name("left"), WORDS)
    desk.remove()


# files that no run has read yet


def waiting(desk: Desk) -> list[str]:
    with Store.open(desk.library / "corpus.db", read_only=True) as store:
        return store.waiting_files()


def stop_before(desk: Desk, *folders: str) -> None:
    """Stop an update when it has found the files but read none."""

    def stop(step: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with stopped():
        run(load_settings(desk.library), [desk.library / each for each in folders], progress=stop)
    assert any(SECOND in path for path in waiting(desk))


@case
def a_copy_waits_to_be_read(desk: Desk) -> None:
    (desk.folder / SECOND).write_bytes(report())
    stop_before(desk)
    desk.remove()
    assert not (desk.folder / SECOND).exists()


@case
def a_copy_outside_waits_to_be_read(desk: Desk) -> None:
    (desk.outside / SECOND).write_bytes(report())
    stop_before(desk, str(desk.outside))
    desk.remove()
    desk.says(f"outside the library: {desk.outside / SECOND}")
    assert (desk.outside / SECOND).exists()


@case
def a_copy_that_waited_to_be_read_is_gone(desk: Desk) -> None:
    (desk.outside / SECOND).write_bytes(report())
    stop_before(desk, str(desk.outside))
    (desk.outside / SECOND).unlink()
    desk.remove()


@case
def ocr_of_an_earlier_file_was_stopped(desk: Desk) -> None:
    """A killed update had stored a page of a file that was then replaced. It belonged to no report, and stayed."""
    line = ScanLine("Zelkova Wynfrith", 0.0, 1.0, 0.0, 1.0)
    with Store.open(desk.library / "corpus.db") as store:
        store.readings.keep_scan("f" * 64, Scan(1, "eng", "tesseract 5", 90.0, 100, 0, (line,)))
    desk.remove()


# what a language model made of it


def with_model(desk: Desk) -> int:
    """Run a model on the library. Returns the number of the report's reading, which is the name of its vectors."""
    fake_model.folder_of(desk.library / "model")
    (desk.library / "reviews.toml").write_text('ocr = false\njobs = 1\n[meaning]\nmodel = "model"\n')
    desk.update()
    with Store.open(desk.library / "corpus.db", read_only=True) as store:
        (reading,) = (number for number, each in store.readings.current() if each == desk.held)
    assert vectors(desk, reading)
    return reading


def vectors(desk: Desk, reading: int) -> list[Any]:
    return list((desk.library / "vectors").rglob(f"{reading}.vectors"))


@case
def a_model_has_read_it(desk: Desk) -> None:
    reading = with_model(desk)
    desk.remove()
    assert not vectors(desk, reading)


@case
def older_vectors_put_back(desk: Desk) -> None:
    reading = with_model(desk)
    shutil.copytree(desk.library / "vectors", desk.outside / "vectors")
    desk.remove()
    (desk.library / "reviews.toml").write_text("ocr = false\njobs = 1\n")  # the model is no longer used
    shutil.copytree(desk.outside / "vectors", desk.library / "vectors", dirs_exist_ok=True)
    assert vectors(desk, reading)
    desk.update()
    assert not vectors(desk, reading)


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_left(desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_model.use(monkeypatch)
    assert leftovers(desk.library, (*WORDS, NAME)), "the scan looks for words that were never there"
    CASES[name](desk)
    nothing_is_left(desk)
