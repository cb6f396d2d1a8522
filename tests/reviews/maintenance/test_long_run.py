"""A long run: what has been read becomes searchable every few minutes, and when the run is stopped part-way."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corpus.layout import create_library
from corpus.report import Coverage
from corpus.settings import Settings, load_settings
from corpus.storage.store import Store
from index import build
from index.storage import generations
from reviews import Library
from reviews.maintenance import publisher, run_log, update
from reviews.maintenance.publisher import EVERY, Publisher
from tests.command import DEMO, START, argv, environment, reviews
from tests.patience import paused_after_a_report, until

PDFS = sorted([*DEMO.glob("Child Robin*.pdf"), *DEMO.glob("F*.pdf")])  # five reports, no scan among them
posix = pytest.mark.skipif(os.name == "nt", reason="Windows sends no such signals")


@dataclass
class Clock:
    """A clock that only moves when told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    library = tmp_path / "library"
    create_library(library)
    for pdf in PDFS:
        shutil.copy(pdf, library / "reports")
    (library / "reviews.toml").write_text("ocr = false\n")
    return load_settings(library, jobs=1)


def searched(settings: Settings) -> Coverage | None:
    """Return the coverage of a search, or None while there is nothing to search."""
    if not (settings.index / generations.POINTER).exists():
        return None
    with Library(settings.library) as library:
        return library.search("child*").coverage


def run(settings: Settings, progress: Callable[[str, int, int], None], clock: Clock) -> update.Run:
    return update.run(settings, (), progress=progress, clock=clock)


def test_what_is_read_can_be_searched_after_a_few_minutes(settings: Settings) -> None:
    clock, seen = Clock(), []

    def progress(step: str, done: int, total: int) -> None:
        if step == "reading":
            seen.append(searched(settings))
            if done == 2:
                clock.now += EVERY

    run(settings, progress, clock)
    assert seen[:3] == [None] * 3, "it is published after the second report, not before"
    assert [(each.searchable, each.waiting) for each in seen[3:] if each] == [(2, 3)] * 3
    final = searched(settings)
    assert final is not None
    assert (final.searchable, final.waiting) == (5, 0)


def stopped_after(two: int) -> Callable[[str, int, int], None]:
    def progress(step: str, done: int, total: int) -> None:
        if step == "reading" and done == two:
            raise KeyboardInterrupt

    return progress


def test_files_read_before_ctrl_c_are_searched_and_the_next_update_continues(settings: Settings) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(settings, stopped_after(2), Clock())
    held = searched(settings)
    assert held is not None
    assert (held.searchable, held.waiting) == (2, 3)
    for command in ("coverage", "status", "search child*"):
        assert "3 files not read yet" in said(settings, command) or "Not read yet: 3 files" in said(settings, command)
    done = update.run(settings, ())
    assert done.ingested is not None
    assert (done.ingested.unchanged, done.ingested.new, done.ingested.waiting) == (2, 3, 0)
    held = searched(settings)
    assert held is not None
    assert (held.searchable, held.waiting) == (5, 0)
    with Store.open(settings.database) as store:
        assert build.check(store, settings.index, full=True) == []


def said(settings: Settings, command: str) -> str:
    return " ".join(reviews(settings.library, *command.split()).stdout.split())


def test_the_record_of_a_stopped_run_says_what_it_did_and_what_is_left(settings: Settings) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(settings, stopped_after(2), Clock())
    record = next(run_log.latest(settings.runs))
    assert (record["ok"], record["error"]) == (False, "Interrupted (Ctrl-C).")
    files = record["ingest"]
    assert (files["found"], files["new"], files["waiting"]) == (5, 2, 3)
    assert record["index"] == {"changed": True, "generation": generations.current(settings.index).manifest.id}
    assert "3 not read yet" in " ".join("\n".join(run_log.lines(record)).split())
    assert run_log.age(settings.runs) is None, "it is no good update"


def test_ctrl_c_twice_ends_the_run_and_leaves_the_library_sound(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(generations, "publish", again)
        with pytest.raises(KeyboardInterrupt):
            run(settings, stopped_after(2), Clock())
    assert searched(settings) is None
    assert not list(settings.index.glob("building-*"))
    record = next(run_log.latest(settings.runs))
    assert (record["ingest"]["new"], record["index"]["changed"]) == (2, False)
    update.run(settings, ())
    held = searched(settings)
    assert held is not None
    assert held.searchable == 5


@posix
def test_a_first_run_stopped_by_the_system_leaves_something_to_search(settings: Settings, tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    process = subprocess.Popen(
        argv(settings.library, "update", "--jobs", "1", start=paused_after_a_report(sign) + START),
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    until(sign.exists, lambda: process.poll() is None)
    process.send_signal(signal.SIGTERM)
    sign.unlink()
    process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    held = searched(settings)
    assert held is not None
    assert (held.searchable, held.waiting) == (1, 4)


def test_a_run_that_only_reads_publishes_nothing(settings: Settings) -> None:
    clock = Clock()

    def progress(step: str, done: int, total: int) -> None:
        clock.now += EVERY

    update.run(settings, (), index=False, progress=progress, clock=clock)
    assert searched(settings) is None


def test_generations_for_going_back_survive_those_of_a_long_run(settings: Settings) -> None:
    extra = settings.library / "extra"
    extra.mkdir()
    before = []
    for pdf in PDFS[:3]:
        (settings.reports / pdf.name).rename(extra / pdf.name)
    for pdf in PDFS[:3]:
        (extra / pdf.name).rename(settings.reports / pdf.name)
        update.run(settings, ())
        before.append(generations.current(settings.index).manifest.id)
    for pdf in PDFS:
        os.utime(settings.reports / pdf.name)
        with (settings.reports / pdf.name).open("ab") as file:
            file.write(b"\n%")
    clock = Clock()

    def progress(step: str, done: int, total: int) -> None:
        clock.now += EVERY

    run(settings, progress, clock)
    names = [each.directory.name for each in generations.kept(settings.index)]
    assert len(names) == generations.KEEP + 1, "the newest interim generation may still be read by somebody"
    assert names[:2] == before[-2:]
    assert [each.manifest.interim for each in generations.kept(settings.index)] == [False, False, True, False]
    with Store.open(settings.database) as store:
        assert build.check(store, settings.index, full=True) == []


class TestPublisher:
    @pytest.fixture
    def built(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """Return when the index was built. Each build takes a minute."""
        times: list[float] = []

        def build_slowly(*_: Any, **__: Any) -> None:
            times.append(self.clock.now)
            self.clock.now += 60

        self.clock = Clock(0)
        monkeypatch.setattr(build, "build", build_slowly)
        return times

    def test_waits_longer_where_publishing_takes_long(self, settings: Settings, built: list[float]) -> None:
        with Store.open(settings.database) as store:
            slow = Publisher(store, settings, self.clock)
            for _ in range(200):
                self.clock.now += 10
                slow.stored()
        assert built[:3] == [180, 840, 1500], "a minute's work is done every eleven minutes"

    def test_has_no_setting(self) -> None:
        assert publisher.EVERY <= 300
