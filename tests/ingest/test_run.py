"""From a folder of files to the corpus: every file is accounted for, and nothing is read twice."""

import hashlib
import io
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.disk import regular_file
from corpus.errors import UsageError
from corpus.layout import create_library
from corpus.model import Text
from corpus.reasons import Reason
from corpus.settings import Settings
from corpus.storage.store import Store
from ingest import discover, reader_pool
from ingest.run import ingest
from ingest.sandbox.worker_client import Refusal, Sandbox
from ingest.summary import PARTS, IngestSummary
from tests.patience import until


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return create_library(tmp_path / "library")


def fill(settings: Settings, press: Any, **files: str) -> None:
    for name, text in files.items():
        (settings.reports / f"{name}.pdf").write_bytes(press.pdf(press.lines(text)))


def adds_up(summary: IngestSummary) -> bool:
    return summary.found == sum(int(getattr(summary, part)) for part in PARTS)


def test_every_file_becomes_a_report_or_a_failure(settings: Settings, press: Any) -> None:
    fill(
        settings,
        press,
        one="Child Wren was not seen.",
        two="Child Lark was not heard.",
        twin="Child Wren was not seen.",
    )
    (settings.reports / "page.pdf").write_bytes(b"<html>404")
    (settings.reports / "other page.pdf").write_bytes(b"<html>404")
    steps: list[tuple[int, int]] = []
    with Store.open(settings.database) as store:
        summary = ingest(store, settings, jobs=2, progress=lambda done, of: steps.append((done, of)))
        assert (summary.found, summary.read, summary.same, summary.failed) == (5, 2, 1, 2)
        assert adds_up(summary)
        assert {failure.reason for failure in summary.failures} == {Reason.NOT_PDF}
        assert sorted(len(report.files) for report in store.reports()) == [1, 2]
        assert [failure.file for failure in store.failures()] == ["reports/other page.pdf", "reports/page.pdf"]
    assert steps[0] == (0, 5)
    assert steps[-1] == (5, 5)


def test_new_readings_are_handed_out_while_others_are_read(
    settings: Settings, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(settings, press, **{f"number-{n}": f"Child Wren was seen {n} times." for n in range(12)})
    told: list[list[int]] = []
    asked = 0

    class Slow(Sandbox):
        """From the third file on, wait with reading until the readings of the first two have been passed on."""

        def read(self, *arguments: Any, **more: Any) -> Text | Refusal:
            nonlocal asked
            asked += 1
            if asked > 2:
                until(lambda: sum(map(len, told)) >= 2)
            return super().read(*arguments, **more)

    monkeypatch.setattr(reader_pool, "Sandbox", Slow)
    with Store.open(settings.database) as store:
        ingest(store, settings, jobs=1, meanwhile=lambda readings: told.append([*readings]))
        numbers = sorted(reading for reading, _ in store.readings.current())
        handed = [reading for readings in told for reading in readings]
        assert told[0] == [], "what is to be loaded can be loaded while the first process starts"
        assert len(handed) > 1
        assert handed == numbers[: len(handed)]
        told.clear()
        ingest(store, settings, jobs=1, meanwhile=lambda readings: told.append([*readings]))
        assert told == [], "there is nothing to wait for"


def test_a_second_run_starts_no_process(settings: Settings, press: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(settings, press, one="Child Wren", two="Child Lark")
    (settings.reports / "page.pdf").write_bytes(b"<html>404")
    with Store.open(settings.database) as store:
        ingest(store, settings, jobs=1)
        monkeypatch.setattr(reader_pool, "Sandbox", None)
        again = ingest(store, settings, jobs=1)
    assert (again.found, again.unchanged, again.failed, again.read) == (3, 2, 1, 0)
    assert adds_up(again)


def test_a_changed_file_is_read_again_and_a_touched_one_is_not(settings: Settings, press: Any) -> None:
    fill(settings, press, one="Child Wren", two="Child Lark")
    with Store.open(settings.database) as store:
        ingest(store, settings, jobs=1)
        fill(settings, press, one="Child Wren, second edition")
        os.utime(settings.reports / "two.pdf", (1, 1))
        summary = ingest(store, settings, jobs=1)
        assert (summary.changed, summary.unchanged) == (1, 1)
        assert adds_up(summary)
        assert len(store.reports()) == 2
        assert ingest(store, settings, jobs=1).unchanged == 2


def test_a_file_that_is_gone_takes_its_report_with_it_and_a_moved_one_does_not(settings: Settings, press: Any) -> None:
    fill(settings, press, one="Child Wren", two="Child Lark")
    with Store.open(settings.database) as store:
        ingest(store, settings, jobs=1)
        (settings.reports / "one.pdf").unlink()
        (settings.reports / "two.pdf").rename(settings.reports / "renamed.pdf")
        summary = ingest(store, settings, jobs=1)
        assert (summary.gone, summary.moved, summary.read) == (2, 1, 0)
        assert [withdrawal.file for withdrawal in summary.withdrawn] == ["reports/one.pdf"]
        assert adds_up(summary)
        assert [report.files for report in store.reports()] == [("reports/renamed.pdf",)]


def test_another_limit_tries_the_failures_again(settings: Settings, press: Any) -> None:
    (settings.reports / "long.pdf").write_bytes(press.pdf(*[press.lines("Wren")] * 3))
    with Store.open(settings.database) as store:
        tight = Settings(library=settings.library, max_pages=2)
        assert ingest(store, tight, jobs=1).failures[0].reason is Reason.TOO_LARGE
        assert ingest(store, tight, jobs=1).read == 0
        assert ingest(store, settings, jobs=1).read == 1


def test_a_file_over_the_size_limit_is_not_even_opened(settings: Settings, press: Any) -> None:
    fill(settings, press, one="Child Wren")
    with Store.open(settings.database) as store:
        summary = ingest(store, Settings(library=settings.library, max_bytes=100), jobs=1)
    assert summary.failures[0].reason is Reason.TOO_LARGE


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes among files")
def test_what_cannot_be_opened_or_is_not_a_file_is_unreadable_and_does_not_stop_the_run(settings: Settings) -> None:
    (settings.reports / "lost.pdf").symlink_to(settings.reports / "nowhere.pdf")
    os.mkfifo(settings.reports / "pipe.pdf")
    with Store.open(settings.database) as store:
        failures = ingest(store, settings, jobs=1).failures
    assert [(failure.file, failure.reason) for failure in failures] == [
        ("reports/lost.pdf", Reason.UNREADABLE),
        ("reports/pipe.pdf", Reason.UNREADABLE),
    ]


def test_a_file_that_vanishes_before_it_is_read_is_unreadable(
    settings: Settings, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(settings, press, one="Child Wren", two="Child Lark")
    look = discover.look

    def then_vanish(*arguments: Any) -> Any:
        seen = look(*arguments)
        (settings.reports / "one.pdf").unlink()
        return seen

    monkeypatch.setattr(discover, "look", then_vanish)
    with Store.open(settings.database) as store:
        summary = ingest(store, settings, jobs=2)
    assert (summary.read, summary.failed) == (1, 1)
    assert summary.failures[0].reason is Reason.UNREADABLE


def test_an_interrupted_run_keeps_what_it_had_and_leaves_no_thread(settings: Settings, press: Any) -> None:
    for number in range(30):
        fill(settings, press, **{f"r{number}": f"Child Wren {number}"})

    def stop(done: int, of: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    before = set(threading.enumerate())  # those of another test may still be ending
    with Store.open(settings.database) as store:
        with pytest.raises(KeyboardInterrupt):
            ingest(store, settings, jobs=2, progress=stop)
        assert set(threading.enumerate()) <= before
        assert len(store.reports()) == 4
        summary = ingest(store, settings, jobs=2)
        assert (summary.unchanged, summary.read) == (4, 26)


def test_a_stopped_run_reports_what_it_did_and_which_files_still_wait(settings: Settings, press: Any) -> None:
    fill(settings, press, **{f"r{number}": f"Child Wren {number}" for number in range(6)})
    told: list[IngestSummary] = []

    def stop(done: int, of: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with Store.open(settings.database) as store:
        with pytest.raises(KeyboardInterrupt):
            ingest(store, settings, jobs=1, progress=stop, stopped=told.append)
        assert [(summary.found, summary.new, summary.waiting) for summary in told] == [(6, 4, 2)]
        assert adds_up(told[0])
        assert store.coverage().waiting == 2
        ingest(store, settings, jobs=1)
        assert store.coverage().waiting == 0


def test_new_and_changed_files_wait_and_those_that_are_only_read_again_do_not(
    settings: Settings, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(settings, press, one="Child Wren", two="Child Lark")
    (settings.reports / "page.pdf").write_bytes(b"<html>404")
    with Store.open(settings.database) as store:
        ingest(store, settings, jobs=1)
        fill(settings, press, two="Child Lark was seen.", three="Child Rook")
        monkeypatch.setattr("ingest.run.reader_name", lambda *_: "a better reader")
        seen: list[list[str]] = []
        ingest(store, settings, jobs=1, progress=lambda done, of: seen.append(store.waiting_files()))
    assert seen[0] == ["reports/three.pdf", "reports/two.pdf"]
    assert seen[-1] == []


def test_a_folder_that_is_suddenly_empty_keeps_its_reports_until_withdrawals_are_allowed(
    settings: Settings, press: Any
) -> None:
    fill(settings, press, one="Child Wren")
    with Store.open(settings.database) as store:
        ingest(store, settings, jobs=1)
        (settings.reports / "one.pdf").unlink()
        summary = ingest(store, settings, jobs=1)
        assert (summary.gone, summary.held_back, summary.withdrawn) == (0, ("reports",), ())
        assert len(store.reports()) == 1
        summary = ingest(store, settings, jobs=1, allow_withdrawals=True)
        assert (summary.gone, len(summary.withdrawn)) == (1, 1)
        assert store.reports() == []


def test_a_folder_of_the_settings_that_never_existed_is_an_error_that_says_where_it_is_named(
    settings: Settings, tmp_path: Path
) -> None:
    with Store.open(settings.database) as store:
        with pytest.raises(UsageError, match=r"unplugged.*one of the `folders` in .*reviews\.toml"):
            ingest(store, replace(settings, folders=(tmp_path / "unplugged",)))
        with pytest.raises(UsageError, match=r"unplugged.*connected\.$"):
            ingest(store, settings, [tmp_path / "unplugged"])


def test_a_file_that_cannot_be_opened_today_keeps_its_report(
    settings: Settings, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(settings, press, one="Child Wren", two="Child Lark")
    with Store.open(settings.database) as store:
        ingest(store, settings, jobs=1)
        os.utime(settings.reports / "one.pdf", (1, 1))
        look = discover.look

        def then_vanish(*arguments: Any) -> Any:
            seen = look(*arguments)
            (settings.reports / "one.pdf").unlink()
            return seen

        with monkeypatch.context() as vanishing:
            vanishing.setattr(discover, "look", then_vanish)
            summary = ingest(store, settings, jobs=1)
        assert [(failure.file, failure.reason) for failure in summary.failures] == [("reports/one.pdf", "unreadable")]
        assert adds_up(summary)
        assert len(store.reports()) == 2


def test_a_permanently_removed_report_is_not_read_again_under_any_name(settings: Settings, press: Any) -> None:
    fill(settings, press, one="Child Wren", two="Child Lark")
    with Store.open(settings.database) as store:
        ingest(store, settings, jobs=1)
        (wren,) = [report.id for report in store.reports() if report.files == ("reports/one.pdf",)]
        store.remove(wren, "withdrawn by the board")
        fill(settings, press, three="Child Wren")
        summary = ingest(store, settings, jobs=1)
        assert {(failure.file, failure.reason) for failure in summary.failures} == {
            ("reports/one.pdf", Reason.REMOVED),
            ("reports/three.pdf", Reason.REMOVED),
        }
        assert adds_up(summary)
        assert len(store.reports()) == 1


def test_no_more_memory_is_asked_for_than_a_file_has_bytes(
    settings: Settings, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(settings, press, elm="Child Elm", oak="Child Oak")
    asked: list[int] = []

    class Counted(io.FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(size or -1)
            return super().read(size) or b""

    monkeypatch.setattr(regular_file, "open", lambda handle, _: Counted(handle), raising=False)
    with Store.open(settings.database) as store:
        assert ingest(store, settings).read == 2
    assert 0 < max(asked) <= 1_048_576


def test_a_file_that_grows_while_it_is_read_is_read_whole(
    settings: Settings, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(settings, press, elm="Child Elm")
    real = os.fstat

    class Shorter:
        def __init__(self, told: os.stat_result) -> None:
            self.st_mode = told.st_mode
            self.st_size = told.st_size // 2

    monkeypatch.setattr("corpus.disk.regular_file.os.fstat", lambda handle: Shorter(real(handle)))
    with Store.open(settings.database) as store:
        assert ingest(store, settings).read == 1
        (report,) = store.reports()
    monkeypatch.undo()
    assert report.id == hashlib.sha256(next(settings.reports.glob("*.pdf")).read_bytes()).hexdigest()


def test_a_file_for_which_there_is_no_memory_is_unreadable_today(
    settings: Settings, press: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(settings, press, elm="Child Elm", oak="Child Oak")

    def fail(_: int) -> os.stat_result:
        raise MemoryError

    monkeypatch.setattr("ingest.file_reader.os.fstat", fail)
    with Store.open(settings.database) as store:
        summary = ingest(store, settings)
        assert {failure.reason for failure in summary.failures} == {Reason.UNREADABLE}
        monkeypatch.undo()
        assert ingest(store, settings).read == 2
