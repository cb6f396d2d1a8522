"""Read the term table of a segment: a hash file as Whoosh writes it (`index.storage.whoosh_files`).

Whoosh itself is not used for reading: importing it takes longer than a search, and its reader unpickles data.

Layout, big-endian: "HSH3"; u8 kind of hash (1 is CRC-32); 8 bytes; for each key, ascending, i32 length of the key, i32
length of the value, key, value; 256 hash tables, one for each last byte of a hash, of slots (u32 hash, i64 place of the
key; an empty one has the place 0); i64 place and i32 slots of each table; a pickle, which is never read; the place of
each key, in order; i32 length of pickle and places.
"""

import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from zlib import crc32

from corpus.disk.positioned_file import PositionedFile
from corpus.errors import Corrupt
from index.storage.segment_notes import SegmentNotes

_MAGIC = b"HSH3\x01"
_LENGTH = struct.Struct("!i")
_ROW = struct.Struct("!ii")
_SLOT = struct.Struct("!Iq")
_TABLE = struct.Struct("!qi")
_TABLES = 256
_HALVINGS = 2048  # cached keys: every binary search starts at the same ones
_AT_ONCE = 32  # keys read at once


class TermTable:
    """A term table, open for reading. Raises Corrupt if the file is not one."""

    def __init__(self, path: Path, notes: SegmentNotes) -> None:
        self._notes = notes
        self._file = PositionedFile(path)
        try:
            if self._file.read(0, len(_MAGIC)) != _MAGIC:
                raise struct.error("another kind of file")
            self._end = self._file.size - _LENGTH.size  # of the places
            (behind,) = _LENGTH.unpack(self._file.read(self._end, _LENGTH.size))
            directory = self._file.read(self._end - behind - _TABLES * _TABLE.size, _TABLES * _TABLE.size)
            self._tables = list(_TABLE.iter_unpack(directory))
            self._behind, _ = self._tables[0]  # end of the keys
        except (ValueError, IndexError, OSError, struct.error) as error:
            self._file.close()
            raise Corrupt(
                f"The index is damaged: {path.name} cannot be read. Run `reviews update` to rebuild it."
            ) from error
        self._key_halfway = lru_cache(_HALVINGS)(self._key_at)

    def get(self, key: bytes) -> bytes | None:
        """Return the value of a key, or None if there is no such key."""
        hashed = crc32(key)
        table, slots = self._tables[hashed & 255]
        for turn in range(slots):
            slot = ((hashed >> 8) + turn) % slots
            found, place = _SLOT.unpack(self._file.read(table + slot * _SLOT.size, _SLOT.size))
            if not place:
                return None
            if found == hashed:
                length, size = _ROW.unpack(self._file.read(place, _ROW.size))
                row = self._file.read(place + _ROW.size, length + size)
                if row[:length] == key:
                    return row[length:]
        return None

    def keys_from(self, start: bytes) -> Iterator[bytes]:
        """Yield the keys from `start` on, in order."""
        places = self._places
        for first in range(bisect_left(places, start, key=self._key_halfway), len(places), _AT_ONCE):
            some = places[first : first + _AT_ONCE]
            end = places[first + _AT_ONCE] if first + _AT_ONCE < len(places) else self._behind
            rows = self._file.read(some[0], end - some[0])
            for place in some:
                at = place - some[0]
                length, _ = _ROW.unpack_from(rows, at)
                yield rows[at + _ROW.size : at + _ROW.size + length]

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @cached_property
    def _places(self) -> "array[int]":
        places = array(self._notes.places)
        size = self._notes.terms * places.itemsize
        places.frombytes(self._file.read(self._end - size, size))
        if sys.byteorder == "little":
            places.byteswap()
        return places

    def _key_at(self, place: int) -> bytes:
        length, _ = _ROW.unpack(self._file.read(place, _ROW.size))
        return self._file.read(place + _ROW.size, length)
