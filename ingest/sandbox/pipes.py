"""Exchange one request and one answer through pipes, with a deadline and a size limit that the other side cannot
extend.
"""

import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

_CHUNK = 1_048_576  # bytes


@dataclass(slots=True)
class Answer:
    """The answer that was received, at most `most` bytes: the first line, or everything if `whole`.

    `late` means that it was incomplete at the deadline. `more` means that other bytes followed the line.
    """

    most: int
    whole: bool = False
    late: bool = False
    more: bool = False
    done: bool = False
    _held: bytearray = field(default_factory=bytearray)  # not a list: the other side may send millions of pieces

    @property
    def data(self) -> bytes:
        return bytes(self._held)

    @property
    def line(self) -> bool:
        """Whether the answer is exactly one complete line."""
        return not (self.late or self.more or self.too_long) and self._held.endswith(b"\n")

    @property
    def too_long(self) -> bool:
        return len(self._held) > self.most

    def add(self, data: bytes) -> None:
        """Add bytes that were read; b"" marks the end."""
        end = -1 if self.whole else data.find(b"\n")
        if end >= 0:
            self.more = end + 1 < len(data)
            data = data[: end + 1]
        self._held += data
        self.done = not data or end >= 0 or self.too_long


def read_line(answers: int, *, seconds: float, most: int) -> Answer:
    """Read a line without sending a request first."""
    return exchange(-1, answers, (), seconds=seconds, most=most)


def exchange(
    requests: int, answers: int, parts: Sequence[bytes], *, seconds: float, most: int, whole: bool = False
) -> Answer:
    """Write the parts to one descriptor and read the answer from the other.

    Returns at the deadline whatever the other side does, even if it reads nothing, never ends its line, or has passed
    the pipe to another process. With `whole`, the answer is everything up to the end of the stream, and `requests` is
    closed so that the other side sees the end of the parts.
    """
    answer = Answer(most, whole)
    if sys.platform == "win32":
        _by_threads(requests, answers, parts, answer, seconds)
    else:
        _by_turns(requests, answers, parts, answer, seconds)
    return answer


def _by_turns(requests: int, answers: int, parts: Sequence[bytes], answer: Answer, seconds: float) -> None:
    import select

    waiting = [memoryview(part) for part in parts if part]
    ready = select.poll()
    os.set_blocking(answers, False)
    ready.register(answers, select.POLLIN)
    if waiting:
        os.set_blocking(requests, False)
        ready.register(requests, select.POLLOUT)
    elif answer.whole:
        os.close(requests)
    deadline = time.monotonic() + seconds
    while not (answer.done or answer.late):
        left = deadline - time.monotonic()
        found = [descriptor for descriptor, _ in ready.poll(left * 1000)] if left > 0 else []
        answer.late = not found
        if answers in found:
            answer.add(_read(answers))
        elif found and not (waiting := _write(requests, waiting)):
            ready.unregister(requests)
            if answer.whole:
                os.close(requests)
    if answer.whole and waiting:
        os.close(requests)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    except OSError:  # reset by a process that died
        return b""


def _write(descriptor: int, waiting: list[memoryview]) -> list[memoryview]:
    """Write one chunk and return what is left: nothing if the process has died, which its answer will show."""
    try:
        taken = os.write(descriptor, waiting[0][:_CHUNK])
    except OSError:
        return []
    rest = waiting[0][taken:]
    return [rest, *waiting[1:]] if len(rest) else waiting[1:]


def _by_threads(requests: int, answers: int, parts: Sequence[bytes], answer: Answer, seconds: float) -> None:
    """Exchange a request and an answer with threads, for Windows, where pipes cannot be polled.

    A late thread is abandoned, and ends when the pipe is closed.
    """
    over = threading.Event()

    def write() -> None:
        try:
            for part in parts:
                for at in range(0, len(part), _CHUNK):
                    os.write(requests, part[at : at + _CHUNK])
        except OSError:  # it is dead
            pass
        finally:
            if answer.whole:
                os.close(requests)

    def read() -> None:
        while not answer.done:
            data = _read(answers)
            if over.is_set():
                return
            answer.add(data)

    threads = [threading.Thread(target=each, daemon=True) for each in (write, read)]
    for thread in threads:
        thread.start()
    threads[1].join(seconds)
    over.set()
    answer.late = not answer.done
