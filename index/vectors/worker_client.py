"""Start the process that runs the language model, and request vectors from it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import IO

from corpus.errors import LimitHit
from corpus.signals import sigint_blocked
from index.vectors.model import Model, refused
from index.vectors.packed import READY, is_whole

Encode = Callable[[Sequence[str]], bytes]
"""Returns the packed vectors of texts."""


_PRIORITY = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # for Windows; elsewhere the process lowers its own


@contextmanager
def worker(model: Model, threads: int) -> Iterator[Encode]:
    """Yield a function that turns texts into packed vectors, in a process that is killed at the end of the block.

    Raises UsageError if the files are not a model, and LimitHit if the process dies.
    """
    program = [sys.executable, "-B", "-P", "-m", "index.vectors.worker"]
    command = [*program, str(model.onnx), str(model.tokenizer), str(int(model.is_that_of_the_extra)), str(threads)]
    with sigint_blocked():
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=_PRIORITY,
        )
    with process:
        try:
            if process.stdin is None or process.stdout is None:
                raise _died()
            if _answer(process.stdout) != READY:
                raise refused(model)
            yield partial(_ask, process.stdin, process.stdout)
        finally:
            process.kill()


def _ask(requests: IO[bytes], answers: IO[bytes], texts: Sequence[str]) -> bytes:
    try:
        requests.write(json.dumps(texts).encode() + b"\n")
        requests.flush()
    except OSError as error:
        raise _died() from error
    answered = _answer(answers)
    if not is_whole(answered):
        raise _died()
    return answered


def _answer(answers: IO[bytes]) -> bytes:
    size = answers.readline().strip()
    if not size.isdigit():
        raise _died()
    return answers.read(int(size))


def _died() -> LimitHit:
    return LimitHit(
        "The process that runs the language model ended before it was done, perhaps for lack of memory. What was "
        "finished is kept. Run `reviews update` again."
    )
