"""A worker process that was taken over answers for its own file, once, within bounds and in time."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from corpus.model import Text
from corpus.reasons import Reason
from ingest.sandbox import confinement
from ingest.sandbox.worker_client import Limits, Refusal, Sandbox
from tests.ingest.conftest import Press
from tests.patience import PATIENCE
from tests.security.taken_over import UNBOUND, take_over


@pytest.fixture
def boxed(request: pytest.FixtureRequest) -> bool:
    if request.param and not confinement.works_in_bubblewrap():
        pytest.skip("bubblewrap does not work here")
    return bool(request.param)


both = pytest.mark.parametrize("boxed", [False, True], ids=["alone", "bubblewrap"], indirect=True)


def page(words: str) -> bytes:
    return Press.pdf(Press.lines(words))


def said(answer: Text | Refusal) -> Any:
    return [p.text for p in answer.paragraphs] if isinstance(answer, Text) else answer.reason


@both
def test_a_second_line_is_not_the_text_of_the_next_report(
    boxed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "def taken_over(text, honest): return honest(text) + honest(text)"
    take_over(code, tmp_path / "first", monkeypatch, boxed=boxed)
    with Sandbox(Limits(seconds=PATIENCE)) as box:
        box.read(page("Child Wren was not seen."), id="a" * 64, name="wren")
        for words in ("Child Robin was seen.", "Child Finch was seen."):
            answer = said(box.read(page(words), id=words[6:7] * 64, name="robin"))
            assert answer in ([words], Reason.CRASHED)


@both
def test_what_took_over_one_process_never_sees_the_next_file(
    boxed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """
    first = []
    def taken_over(text, honest):
        first.append(honest(text))
        return first[0]
    """
    take_over(code, tmp_path / "first", monkeypatch, boxed=boxed)
    with Sandbox(Limits(seconds=PATIENCE)) as box:
        for words in ("Child Wren was not seen.", "Child Robin was seen.", "Child Finch was seen."):
            assert said(box.read(page(words), id=words[6:7] * 64, name="robin")) == [words]


GRANDCHILD = """
import os, time
def taken_over(text, honest):
    try:
        os.fork()  # the grandchild has the same pipes
    except OSError:
        pass
    time.sleep(100)
    os._exit(0)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups")
@pytest.mark.parametrize("bound", [False, True], ids=["unbound", "bound"])
def test_a_grandchild_that_keeps_the_pipe_does_not_hold_up_the_parent(
    bound: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_over((UNBOUND if not bound else "") + GRANDCHILD, tmp_path / "first", monkeypatch)
    with Sandbox(Limits(seconds=0.5)) as box:
        began = time.monotonic()
        answer = box.read(page("Child Wren was not seen."), id="a" * 64, name="wren")
        assert said(answer) is Reason.TIMED_OUT
        assert time.monotonic() - began < 60, "the grandchild sleeps for 100"
    if sys.platform == "linux":
        assert not [p for p in Path("/proc").glob("[0-9]*/environ") if str(tmp_path).encode() in known(p)]


def known(environ: Path) -> bytes:
    try:
        return environ.read_bytes()
    except OSError:
        return b""
