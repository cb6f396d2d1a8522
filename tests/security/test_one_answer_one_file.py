"""A worker process that has been taken over can only answer for its own file, once, within limits and in time."""

import json
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
from tests.command import START, reviews
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
def test_a_file_that_takes_over_one_process_never_sees_the_next_file(
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


@both
@pytest.mark.parametrize(
    "answer",
    ["b'[' + b'1,' * 2_100_000 + b'1]'", "b'[' + b'[],' * 600_000 + b'1]'", "b'\"' + b'x' * 33_000_000 + b'\"'"],
    ids=["values", "lists", "bytes"],
)
def test_an_answer_beyond_the_bounds_is_refused_before_it_is_parsed(
    answer: str, boxed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed = []
    loads = json.loads

    def watched(text: str | bytes, **more: Any) -> Any:
        parsed.append(len(text))
        return loads(text, **more)

    take_over(f"def taken_over(text, honest): return {answer} + b'\\n'", tmp_path / "first", monkeypatch, boxed=boxed)
    with Sandbox(Limits(seconds=PATIENCE)) as box:
        monkeypatch.setattr(json, "loads", watched)
        assert isinstance(box.read(page("Child Wren was not seen."), id="a" * 64, name="wren"), Refusal)
        monkeypatch.setattr(json, "loads", loads)
    assert max(parsed, default=0) < 10_000


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on core dumps")
@both
def test_a_process_that_reads_leaves_no_core_dump(boxed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = """
    import json, resource
    def taken_over(text, honest):
        value = json.loads(honest(text))
        value["found"] = {}
        value["paragraphs"][0][3] = str(resource.getrlimit(resource.RLIMIT_CORE))
        return json.dumps(value).encode() + b"\\n"
    """
    take_over(code, tmp_path / "first", monkeypatch, boxed=boxed)
    with Sandbox(Limits(seconds=PATIENCE)) as box:
        assert said(box.read(page("Child Wren was not seen."), id="a" * 64, name="wren")) == ["(0, 0)"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on core dumps")
def test_a_command_leaves_no_core_dump(tmp_path: Path) -> None:
    start = "import atexit, resource; atexit.register(lambda: print(resource.getrlimit(resource.RLIMIT_CORE)));" + START
    assert reviews(tmp_path / "none", "status", start=start).stdout.endswith("(0, 0)\n")
