"""The postings of one term in one segment, packed so that a term can be read at once without parsing.

Layout, little-endian, each part an array: u32 count of documents; u32 document numbers, ascending; f32 weights; u32
ends (how many positions the documents up to and including this one have); u32 positions, ascending in each document;
u16 masks (the section mask of each document).
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Self, TypeVar
from zlib import crc32

_U32: Literal["I"] = "I"
_F32: Literal["f"] = "f"
_U16: Literal["H"] = "H"
if [array(width).itemsize for width in (_U32, _F32, _U16)] != [4, 4, 2]:  # pragma: no cover - no supported platform
    raise ImportError("this platform's integers are not as wide as the index format needs")

_Number = TypeVar("_Number", int, float)

_WIDE, _MASK = 4, 2  # bytes of a number and of a mask
_FEW = 256  # documents whose positions are read one by one, before those of all are


class Postings:
    """The documents that contain a term, and its positions in each.

    `documents` are numbers within the segment, ascending. `weights` has one value per document: its occurrences, each
    weighted by its section. `masks` has the section mask of each document's positions. `index` arguments are indexes of
    `documents`, not document numbers.
    """

    __slots__ = ("_held", "_left", "_read", "documents", "ends", "masks", "weights")
    _read: Callable[[int, int], bytes]  # set if the positions are not in memory
    _left: int

    def __init__(
        self,
        documents: Sequence[int],
        weights: Sequence[float],
        ends: Sequence[int],
        positions: Sequence[int],
        masks: Sequence[int],
    ) -> None:
        self.documents = documents
        self.weights = weights
        self.ends = ends
        self.masks = masks
        self._held: Sequence[int] | None = positions

    @classmethod
    def apart(cls, head: bytes, masks: bytes, read: Callable[[int, int], bytes]) -> Self:
        """Create postings whose positions are read on access.

        `head` is the packed data before the positions, and `masks` the data after them. `read(start, length)` returns
        bytes of the positions.
        """
        count, numbers = len(masks) // _MASK, _numbers(memoryview(head))
        weights = memoryview(numbers[1 + count : 1 + 2 * count]).cast("B").cast(_F32)
        found = cls(numbers[1 : 1 + count], weights, numbers[1 + 2 * count :], (), _masks(memoryview(masks)))
        found._held, found._read, found._left = None, read, _FEW
        return found

    @property
    def positions(self) -> Sequence[int]:
        """The positions of all documents, in sequence."""
        if self._held is None:
            self._held = _numbers(memoryview(self._read(0, _WIDE * self.size)))
        return self._held

    @property
    def size(self) -> int:
        """The number of positions."""
        return self.ends[-1] if len(self.ends) else 0

    def at(self, index: int) -> Sequence[int]:
        """Return the positions in one document."""
        begin, end = self.ends[index - 1] if index else 0, self.ends[index]
        if self._held is None:
            self._left -= 1
            if self._left >= 0:
                return _numbers(memoryview(self._read(_WIDE * begin, _WIDE * (end - begin))))
        return self.positions[begin:end]

    def between(self, first: int, end: int) -> Postings:
        """Return the postings of the documents from one index to another. Only their positions are read."""
        if not first and end == len(self.documents):
            return self
        begin, last = (self.ends[index - 1] if index else 0 for index in (first, end))
        if self._held is None:
            positions: Sequence[int] = _numbers(memoryview(self._read(_WIDE * begin, _WIDE * (last - begin))))
        else:
            positions = self._held[begin:last]
        ends = array(_U32, [each - begin for each in self.ends[first:end]]) if begin else self.ends[first:end]
        return Postings(self.documents[first:end], self.weights[first:end], ends, positions, self.masks[first:end])

    def count(self, index: int) -> int:
        """Return how often the term occurs in one document."""
        return self.ends[index] - (self.ends[index - 1] if index else 0)


class PostingsBuilder:
    """Collects the postings of one term. Documents must be added in ascending order."""

    __slots__ = ("documents", "ends", "masks", "positions", "weights")

    def __init__(self) -> None:
        self.documents = array(_U32)
        self.weights: array[float] = array(_F32)
        self.ends = array(_U32)
        self.positions = array(_U32)
        self.masks = array(_U16)

    def add(self, document: int, weight: float, positions: Iterable[int], mask: int) -> None:
        """Add a document with the positions of the term in it, ascending, and their section mask."""
        self.documents.append(document)
        self.weights.append(weight)
        self.masks.append(mask)
        self.positions.extend(positions)
        self.ends.append(len(self.positions))

    def extend(self, postings: Postings, shift: int) -> None:
        """Append other postings, with their document numbers increased by `shift`."""
        before = len(self.positions)
        documents, ends = postings.documents, postings.ends
        _append(self.documents, array(_U32, [document + shift for document in documents]) if shift else documents)
        _append(self.weights, postings.weights)
        _append(self.ends, array(_U32, [before + end for end in ends]) if before else ends)
        _append(self.positions, postings.positions)
        _append(self.masks, postings.masks)

    def postings(self) -> Postings:
        """Return everything that was added. Nothing more can be added."""
        return Postings(self.documents, self.weights, self.ends, self.positions, self.masks)

    def pack(self) -> bytes:
        """Return the postings as bytes, in the layout above."""
        count = array(_U32, [len(self.documents)])
        wide = (part.tobytes() for part in (count, self.documents, self.weights, self.ends, self.positions))
        return b"".join((_little_endian(b"".join(wide), _U32), _little_endian(self.masks.tobytes(), _U16)))


def checksum(packed: bytes) -> int:
    """Return the checksum of packed postings."""
    return crc32(packed)


def _append(to: array[_Number], more: Sequence[_Number]) -> None:
    """Append numbers to an array, all at once if they have its type."""
    if isinstance(more, memoryview):
        to.frombytes(more.cast("B"))
    else:
        to.extend(more)


def head_of(documents: int) -> int:
    """Return how many bytes precede the positions in packed postings."""
    return _WIDE + 3 * _WIDE * documents


def masks_of(documents: int) -> int:
    """Return how many bytes the section masks at the end of packed postings take."""
    return _MASK * documents


def occurrences_in(length: int, documents: int) -> int:
    """Return how many positions packed postings of this length contain."""
    return (length - 4 - 14 * documents) // 4


def unpack(data: bytes) -> Postings:
    """Unpack postings from bytes, without copying on a little-endian machine.

    Raises ValueError if the parts are inconsistent.
    """
    whole = memoryview(data)
    if len(data) < 4:
        raise ValueError("postings are cut short")
    count = _numbers(whole[:4])[0]
    if len(data) < 4 + 14 * count or (len(data) - 2 * count) % 4:
        raise ValueError("postings are cut short")
    numbers = _numbers(whole[: len(data) - 2 * count])
    ends = numbers[1 + 2 * count : 1 + 3 * count]
    positions = numbers[1 + 3 * count :]
    if (ends[-1] if count else 0) != len(positions):
        raise ValueError("postings are cut short")
    weights = memoryview(numbers[1 + count : 1 + 2 * count]).cast("B").cast(_F32)
    masks = _masks(whole[len(data) - 2 * count :])
    return Postings(numbers[1 : 1 + count], weights, ends, positions, masks)


def _numbers(data: memoryview) -> memoryview[int]:
    return memoryview(_little_endian(data, _U32)).cast(_U32)


def _masks(data: memoryview) -> memoryview[int]:
    return memoryview(_little_endian(data, _U16)).cast(_U16)


def _little_endian(data: bytes | memoryview, width: Literal["I", "H"]) -> bytes | memoryview:
    """Convert bytes from the machine's byte order to little-endian, or back."""
    if sys.byteorder == "little":
        return data
    swapped = array(width)
    swapped.frombytes(data)
    swapped.byteswap()
    return swapped.tobytes()
