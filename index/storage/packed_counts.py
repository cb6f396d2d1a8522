"""Pack counts by name and key, such as how often each report mentions each theme. Each name can be read on its own.

    u32 CRC-32 of all that follows; u32 length of the header; the header, JSON; for each name its keys, ascending, and
    then their counts (all u64, little-endian)

The header has a value to store with the counts, and how many keys each name has.
"""

import json
import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from corpus.disk.typed_json import typed

_FORM = {"said": object, "sizes": {str: int}}
_CHECKSUM = _LENGTH = struct.Struct("<I")
_U64 = "Q"  # the documents of a cluster have long numbers


class PackedCounts:
    """Counts that `pack` wrote. `said` is the value stored with them. Raises ValueError if they are damaged."""

    def __init__(self, packed: bytes) -> None:
        rest = memoryview(packed)[_CHECKSUM.size :]
        if len(rest) < _LENGTH.size or _CHECKSUM.unpack_from(packed) != (crc32(rest),):
            raise ValueError("the counts are damaged")
        (length,) = _LENGTH.unpack_from(rest)
        rest = rest[_LENGTH.size :]
        header = typed(bytes(rest[:length]), _FORM)
        self.said: Any = header["said"]
        self._columns: dict[str, tuple[Sequence[int], Sequence[int]]] = {}
        numbers = array(_U64, bytes(rest[length:]))
        if sys.byteorder == "big":
            numbers.byteswap()
        left = memoryview(numbers)
        for name, size in header["sizes"].items():
            self._columns[name] = left[:size], left[size : 2 * size]
            left = left[2 * size :]

    def keys(self, name: str) -> Sequence[int]:
        """Return the keys of a name, ascending."""
        return self._columns[name][0]

    def counts(self, name: str) -> dict[int, int]:
        """Return the count of each key of a name."""
        return dict(zip(*self._columns[name], strict=True))

    def count(self, name: str, key: int) -> int:
        """Return the count of one key, or 0 if the name does not have it."""
        keys, counts = self._columns[name]
        at = bisect_left(keys, key)
        return counts[at] if at < len(keys) and keys[at] == key else 0


def pack(counts: Mapping[str, Mapping[int, int]], said: Any) -> bytes:
    """Return counts as bytes. `said` is a JSON value to store with them."""
    header = json.dumps(
        {"said": said, "sizes": {name: len(some) for name, some in counts.items()}}, ensure_ascii=False
    ).encode()
    numbers = array(_U64)
    for some in counts.values():
        keys = sorted(some)
        numbers.extend(array(_U64, keys))
        numbers.extend(array(_U64, [some[key] for key in keys]))
    if sys.byteorder == "big":
        numbers.byteswap()
    rest = b"".join((_LENGTH.pack(len(header)), header, numbers.tobytes()))
    return _CHECKSUM.pack(crc32(rest)) + rest
