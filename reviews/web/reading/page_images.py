"""Images of pages, drawn one at a time in a sandboxed process, because PDFs are untrusted, and cached."""

import struct
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from corpus.errors import LimitHit, NotFound
from corpus.reasons import REASONS
from ingest.sandbox.worker_client import Limits, Refusal, Sandbox
from ingest.structure.page import Pixels

Mark = tuple[str, str, str]

_SECONDS = 10.0  # limit for one image; nearly all take a tenth of a second
_PATIENCE = 15.0  # seconds to wait while other images are drawn
_KEPT = 16  # images in the cache, 3 MB each


class Pictures:
    """The drawing process, shared by all threads, and its cache."""

    def __init__(self, memory_mb: int) -> None:
        self._box = Sandbox(Limits(seconds=_SECONDS, memory_mb=memory_mb))
        self._turn = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], Pixels] = OrderedDict()

    def draw(self, id: str, data: bytes, page: int, width: int, marks: Sequence[Mark]) -> Pixels:
        """Draw a page. Raises NotFound if it cannot be drawn, and LimitHit if too many requests are waiting."""
        key = (id, page, width, tuple(marks))
        with self._in_turn():
            if key not in self._kept:
                drawn = self._box.picture(data, page=page, width=width, marks=marks)
                if isinstance(drawn, Refusal):
                    raise NotFound(f"This page cannot be shown as a picture: {REASONS[drawn.reason]}.")
                self._kept[key] = drawn
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key]

    def attached(self, data: bytes, place: int, most: int) -> bytes | None:
        """Return a file of at most `most` bytes inside the PDF, or None if it cannot be read.

        Raises LimitHit like `draw`.
        """
        with self._in_turn():
            found = self._box.attachment(data, place, most)
        return None if isinstance(found, Refusal) else found

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=_PATIENCE):
            raise LimitHit("Too many page pictures are being made at the moment. Wait a minute, then reload the page.")
        try:
            yield
        finally:
            self._turn.release()

    def clear(self) -> None:
        """Drop every image, and the file that the drawing process holds. The next image starts a new process."""
        self.close()
        self._kept.clear()

    def close(self) -> None:
        """End the drawing process."""
        with self._turn, suppress(OSError):
            self._box.close()


def png(pixels: Pixels) -> bytes:
    """Encode pixels as PNG. The output of the untrusted process is never passed on unchanged."""
    row = 3 * pixels.width
    lines = b"".join(b"\0" + pixels.data[at : at + row] for at in range(0, len(pixels.data), row))
    header = struct.pack(">IIBBBBB", pixels.width, pixels.height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
