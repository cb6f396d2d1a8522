"""OCR of pages that are images, by Tesseract if it is installed.

Tesseract receives pixels, never a file, in a process with the same limits as the one that drew them.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus.model import Scan
from corpus.reasons import Reason
from ingest.sandbox.confinement import START_SECONDS, box, environment, works_in_bubblewrap
from ingest.sandbox.program import run
from ingest.sandbox.worker_client import Refusal
from ingest.structure import ocr_lines
from ingest.structure.page import Pixels

_LONGEST_TABLE = 16_000_000  # bytes; a full page takes a hundredth
_TURN = re.compile(r"^Rotate: (\d+)$", re.MULTILINE)
_SURE = re.compile(r"^Orientation confidence: ([\d.]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Engine:
    """An installed Tesseract.

    `name` includes the version, such as "tesseract 5.3.0". `languages` is "eng" or "eng+cym", for example.
    """

    command: str
    name: str
    languages: str


@cache
def engine(languages: str) -> Engine | None:
    """Return Tesseract with these languages, or None if it is not installed or lacks one of them."""
    command = shutil.which("tesseract")
    if command is None:
        return None
    try:
        version, known = (
            subprocess.run([command, asked], capture_output=True, timeout=START_SECONDS, stdin=subprocess.DEVNULL)
            for asked in ("--version", "--list-langs")
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = (version.stdout or version.stderr).decode("utf-8", "replace").split()
    have = (known.stdout + known.stderr).decode("utf-8", "replace").splitlines()
    if version.returncode or not set(languages.split("+")) <= set(have):
        return None
    return Engine(command, " ".join(said[:2]), languages)


def read_pages(
    pages: Sequence[int],
    draw: Callable[[int], Pixels | Refusal],
    by: Engine,
    pool: Executor,
    *,
    at_once: int,
    seconds: float,
    memory_mb: int,
) -> Iterator[tuple[int, Scan | Refusal]]:
    """Yield the text of each page.

    `draw` returns a page in grey; it is called in this thread, only a few pages ahead.
    """
    waiting: deque[tuple[int, Future[Scan | Refusal]]] = deque()
    for page in pages:
        pixels = draw(page)
        if isinstance(pixels, Refusal):
            yield page, pixels
            continue
        waiting.append((page, pool.submit(recognise, pixels, page, by, seconds=seconds, memory_mb=memory_mb)))
        while len(waiting) > at_once:
            first, future = waiting.popleft()
            yield first, future.result()
    for first, future in waiting:
        yield first, future.result()


def recognise(pixels: Pixels, page: int, by: Engine, *, seconds: float, memory_mb: int) -> Scan | Refusal:
    """Return the text of a page, upright or on its side, or why it could not be read.

    `pixels` has one byte per pixel.
    """
    if pixels.even:  # Tesseract would take a second to find that out
        return Scan(page, by.languages, by.name, 0.0, pixels.width, 0, ())
    arguments = ["--psm", "3", "-l", by.languages, "tsv"]
    said = _run(pixels, by, arguments, seconds, memory_mb)
    if isinstance(said, Refusal):
        return said
    confidence, lines = ocr_lines.from_table(said)
    turned = 0
    if not ocr_lines.empty(said) and (confidence < ocr_lines.SURE or ocr_lines.sideways(said)):
        turned = _turn(_run(pixels, by, ["--psm", "0", "-l", "osd"], seconds, memory_mb))
        if turned:
            pixels = _turned(pixels, turned)
            said = _run(pixels, by, arguments, seconds, memory_mb)
            if isinstance(said, Refusal):
                return said
            confidence, lines = ocr_lines.from_table(said)
    return Scan(page, by.languages, by.name, confidence, pixels.width, turned, lines)


def _turn(said: str | Refusal) -> int:
    """Return by how many degrees the page must be turned clockwise so that its letters are upright, or 0 if unknown."""
    if isinstance(said, Refusal):
        return 0
    degrees, sure = _TURN.search(said), _SURE.search(said)
    if degrees is None or sure is None or float(sure.group(1)) < 1.0:
        return 0
    return int(degrees.group(1)) % 360


def _turned(pixels: Pixels, degrees: int) -> Pixels:
    """Turn the picture clockwise by 90, 180 or 270 degrees."""
    if degrees == 180:
        return Pixels(pixels.width, pixels.height, pixels.data[::-1], 1)
    columns = [pixels.data[at :: pixels.width] for at in range(pixels.width)]
    rows = [column[::-1] for column in columns] if degrees == 90 else reversed(columns)
    return Pixels(pixels.height, pixels.width, b"".join(rows), 1)


def _run(pixels: Pixels, by: Engine, arguments: list[str], seconds: float, memory_mb: int) -> str | Refusal:
    command = [by.command, "stdin", "stdout", "--dpi", str(ocr_lines.DPI), *arguments]
    places = _places(by.command)
    if os.name == "posix":
        bound = [str(memory_mb), os.pathsep.join(("/usr", "/lib", "/lib64", "/bin", *places))]
        command = [sys.executable, "-B", "-P", "-m", "ingest.sandbox.confinement", *bound, *command]
    if works_in_bubblewrap():
        command = [*box(*places), *command]
    # Several pages are read at once. One thread for each is many times faster than all of them competing for the cores.
    own = {"OMP_THREAD_LIMIT": "1"}
    own |= {name: os.environ[name] for name in ("TESSDATA_PREFIX",) if name in os.environ}
    data = (b"P5 %d %d 255\n" % (pixels.width, pixels.height), pixels.data)
    try:
        done = run(command, data, seconds=seconds, most=_LONGEST_TABLE, environment={**environment(), **own})
    except OSError as error:
        return Refusal(Reason.CRASHED, f"OCR: {type(error).__name__}")
    if done.answer.late:
        return Refusal(Reason.TIMED_OUT, f"OCR: {seconds:g} s")
    if done.answer.too_long:
        return Refusal(Reason.TOO_LARGE, f"OCR: more than {_LONGEST_TABLE} bytes of text")
    if done.exit_code:
        memory = "bad_alloc" in done.words or "memory" in done.words
        return Refusal(Reason.OUT_OF_MEMORY if memory else Reason.CRASHED, f"OCR: exit code {done.exit_code}")
    return done.answer.data.decode("utf-8", "replace")


def _places(command: str) -> list[str]:
    """Return the folders that Tesseract needs if it is not installed with the system: its program and its languages."""
    home = Path(command).resolve().parent.parent
    return [
        str(home / "share"),
        str(home / "lib"),
        str(home / "bin"),
        os.environ.get("TESSDATA_PREFIX", str(home / "share")),
    ]
