"""Several threads share one process that has all libraries loaded."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus.model import Text
from corpus.reasons import Reason
from ingest.sandbox import children
from ingest.sandbox.children import WarmProcess
from ingest.sandbox.worker_client import Limits, Refusal, Sandbox, warm_process
from tests.patience import PATIENCE
from tests.security.taken_over import take_over

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows cannot fork processes")
LIMITS = Limits(seconds=PATIENCE)


@pytest.fixture
def warm() -> Iterator[WarmProcess]:
    shared = warm_process(LIMITS)
    yield shared
    shared.close()


@pytest.fixture
def page(press: Any) -> bytes:
    data: bytes = press.pdf(press.lines("Child Wren was not seen."))
    return data


def read(box: Sandbox, data: bytes) -> Text | Refusal:
    return box.read(data, id="f" * 64, name="wren")


def test_two_sandboxes_share_one_process_and_one_ends_without_the_other(warm: WarmProcess, page: bytes) -> None:
    with Sandbox(LIMITS, warm=warm) as box:
        with Sandbox(LIMITS, warm=warm) as other:
            assert isinstance(read(box, page), Text)
            first = warm._process
            assert isinstance(read(other, page), Text)
        assert isinstance(read(box, page), Text)
    assert first is not None
    assert warm._process is first, "one was started for both"
    assert "rlimits" in warm.bound


def test_a_file_that_crashes_costs_the_other_sandbox_nothing(
    warm: WarmProcess, page: bytes, press: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """
        import signal
        def taken_over(text, honest):
            if "crashes" in text.paragraphs[0].text:
                signal.raise_signal(signal.SIGSEGV)
            return honest(text)
        """
    take_over(code, tmp_path / "first", monkeypatch)
    bad = press.pdf(press.lines("This file crashes."))
    with Sandbox(LIMITS, warm=warm) as box, Sandbox(LIMITS, warm=warm) as other:
        for _ in range(3):
            assert read(box, bad) == Refusal(Reason.CRASHED, "SIGSEGV")
            assert isinstance(read(other, page), Text)
        first = warm._process
        assert isinstance(read(box, page), Text)
    assert first is not None
    assert warm._process is first, "it never saw the file"


def test_a_shared_process_that_was_killed_is_started_again(warm: WarmProcess, page: bytes) -> None:
    with Sandbox(LIMITS, warm=warm) as box:
        assert isinstance(read(box, page), Text)
        assert warm._process is not None
        killed = warm._process
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait(PATIENCE)
        results = [read(box, page) for _ in range(3)]
    assert isinstance(results[-1], Text)
    assert warm._process is not killed


def test_the_shared_process_outlives_the_thread_that_started_it(warm: WarmProcess, page: bytes) -> None:
    def first() -> None:
        with Sandbox(LIMITS, warm=warm) as box:
            read(box, page)

    thread = threading.Thread(target=first)
    thread.start()
    thread.join()
    assert warm._process is not None
    with pytest.raises(subprocess.TimeoutExpired):
        warm._process.wait(0.5)


def test_a_system_that_cannot_fork_starts_a_process_for_each_file(
    page: bytes, press: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """
        import signal, socket
        del socket.send_fds
        def taken_over(text, honest):
            if "crashes" in text.paragraphs[0].text:
                signal.raise_signal(signal.SIGSEGV)
            return honest(text)
        """
    take_over(code, tmp_path / "first", monkeypatch)
    monkeypatch.setattr(children, "FORKS", False)
    with Sandbox(LIMITS) as box:
        assert isinstance(read(box, page), Text)
        assert read(box, press.pdf(press.lines("This file crashes."))) == Refusal(Reason.CRASHED, "SIGSEGV")
        assert isinstance(read(box, page), Text)
        assert "rlimits" in box.bound
