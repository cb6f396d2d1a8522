"""An exchange ends when the other side has answered, whatever was sent."""

import os
import subprocess
import sys
import tracemalloc

import pytest

from ingest.sandbox.pipes import Answer, exchange
from tests.patience import PATIENCE

COUNT = "import sys; print(len(sys.stdin.buffer.read()))"


@pytest.mark.parametrize("parts", [(), (b"",), (b"neglect", b""), (b"x" * 3_000_000,)], ids=len)
def test_the_other_side_sees_the_end_of_what_was_sent(parts: tuple[bytes, ...]) -> None:
    with subprocess.Popen([sys.executable, "-c", COUNT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        requests = os.dup(process.stdin.fileno())  # exchange closes it
        process.stdin.close()
        try:
            answer = exchange(requests, process.stdout.fileno(), parts, seconds=PATIENCE, most=100, whole=True)
        finally:
            process.kill()
        assert not answer.late
        assert int(answer.data) == sum(map(len, parts))


def test_an_answer_in_many_pieces_takes_no_more_memory_than_its_bytes() -> None:
    """A process that sent two bytes at a time took a hundred times their size in the parent."""
    answer = Answer(most=1_000_000)
    tracemalloc.start()
    for _ in range(200_000):
        answer.add(bytes(bytearray(b"ab")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(answer.data) == 400_000
    assert peak < 1_000_000
