"""The data needed to read a segment, and the layouts of its documents, in one file of JSON and packed arrays.

    u32 length and u32 CRC-32 of the header; the header, JSON; the layouts, one after the other, each compressed (zlib)

The header has [offset after the header, length, number of paragraphs] of each layout. A layout has the first position
of each paragraph (u32, little-endian), followed by the section kind code of each paragraph (one byte).
"""

import json
import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.disk.positioned_file import PositionedFile
from corpus.disk.typed_json import typed
from corpus.errors import Corrupt
from index.storage.engine import Layout

_HEAD = struct.Struct("<II")
_FORM = {"fields": [str], "terms": int, "places": str, "layouts": [[int]]}
_PLACES = ("H", "i", "I", "q")


@dataclass(frozen=True, slots=True)
class SegmentNotes:
    """The data needed to read a segment.

    `fields` are in the order of their numbers. `terms` is the number of terms. `places` is the type of a position in
    their table, as a `struct` format character.
    """

    fields: tuple[str, ...]
    terms: int
    places: str


def write_notes(path: Path, notes: SegmentNotes, layouts: Sequence[Layout]) -> None:
    """Write the file. Raises OSError."""
    listed, blocks, offset = [], [], 0
    for layout in layouts:
        packed = zlib.compress(_packed(layout), 1)
        listed.append((offset, len(packed), len(layout.kinds)))
        blocks.append(packed)
        offset += len(packed)
    said = {"fields": notes.fields, "terms": notes.terms, "places": notes.places, "layouts": listed}
    header = json.dumps(said).encode()
    with path.open("wb") as file:
        file.write(b"".join((_HEAD.pack(len(header), zlib.crc32(header)), header, *blocks)))


class NotesReader:
    """Reads the file. Raises Corrupt if it is not as it was written."""

    def __init__(self, path: Path) -> None:
        self._file = PositionedFile(path)
        try:
            length, checksum = _HEAD.unpack(self._file.read(0, _HEAD.size))
            header = self._file.read(_HEAD.size, length)
            if zlib.crc32(header) != checksum:
                raise ValueError("damaged")
            said = typed(header, _FORM)
            self.notes = SegmentNotes(tuple(said["fields"]), said["terms"], said["places"])
            self._layouts: list[list[int]] = said["layouts"]
            if self.notes.places not in _PLACES or self.notes.terms < 0:
                raise ValueError("not notes")
        except (ValueError, struct.error) as error:
            self._file.close()
            raise _damaged(path) from error
        self._behind = _HEAD.size + length

    def layout(self, number: int) -> Layout:
        """Return the layout of a document."""
        try:
            offset, length, paragraphs = self._layouts[number]
            size = array("I").itemsize * paragraphs
            packed = self._file.read(self._behind + offset, length)
            unpacked = zlib.decompressobj().decompress(packed, size + paragraphs + 1)
            if len(unpacked) != size + paragraphs:
                raise ValueError("of another length")
        except (ValueError, OverflowError, IndexError, zlib.error) as error:
            raise _damaged(self._file.path) from error
        starts = array("I", unpacked[:size])
        if sys.byteorder == "big":
            starts.byteswap()
        return Layout(starts, unpacked[size:])

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _packed(layout: Layout) -> bytes:
    starts = array("I", layout.starts)
    if sys.byteorder == "big":
        starts.byteswap()
    return starts.tobytes() + layout.kinds


def _damaged(path: Path) -> Corrupt:
    return Corrupt(f"The index is damaged: {path.name} cannot be read. Run `reviews update` to rebuild it.")
