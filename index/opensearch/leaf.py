"""The packed index of one report, called a leaf.

A hit includes it, so that the evaluator finds positions without the text. Little-endian: the five u32 of `_HEAD`;
whether positions are wide; the positions of each term as differences, u16 or, if wide, u32; and the rest, which is
compressed with zlib: the terms in order, one per line; u32 ends (how many positions the terms up to and including this
one have); f32 weights; u16 section masks; u32 starts of the paragraphs; and their kinds, one byte each. Compression
would save a fifth of the positions, and take as long as everything else.
"""

import struct
import sys
import zlib
from array import array
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, chain
from operator import sub

from corpus.errors import Corrupt
from index.storage.engine import Layout
from index.storage.postings import PostingsBuilder

_HEAD = struct.Struct("<IIIIIB")
_FEW = 50  # terms looked up one by one before the table is built
_WIDE = 0xFFFF  # the largest difference between two positions that is not wide


def pack(built: Mapping[str, PostingsBuilder], layout: Layout, length: int) -> bytes:
    """Pack the index of one document. `built` has the postings of each term, and `length` is the number of tokens."""
    terms = sorted(built)
    ends = array("I", accumulate(len(built[term].positions) for term in terms))
    weights = array("f", (built[term].weights[0] for term in terms))
    masks = array("H", (built[term].masks[0] for term in terms))
    steps = array("I")
    for term in terms:
        positions = built[term].positions
        steps.extend(map(sub, positions, chain((0,), positions)))
    wide = max(steps, default=0) > _WIDE
    words = "\n".join(terms).encode()
    head = _HEAD.pack(length, len(terms), len(steps), len(layout.starts), len(words), wide)
    numbers = (_bytes(each) for each in (ends, weights, masks, layout.starts))
    rest = zlib.compress(b"".join((words, *numbers, layout.kinds)))
    return b"".join((head, _bytes(steps if wide else array("H", steps)), rest))


def _bytes(numbers: "array[int] | array[float]") -> bytes:
    if sys.byteorder == "little":
        return numbers.tobytes()
    swapped = numbers[:]
    swapped.byteswap()
    return swapped.tobytes()


class Leaf:
    """An unpacked index of one report. `length` is its number of tokens. Raises Corrupt if it is damaged."""

    def __init__(self, packed: bytes) -> None:
        try:
            self.length, terms, places, paragraphs, words, wide = _HEAD.unpack_from(packed)
            self._steps, rest = _numbers(packed, _HEAD.size, "I" if wide else "H", places)
            data = zlib.decompress(packed[rest:])
            self._words = b"\n%b\n" % data[:words]
            self._looked_up = 0
            self._ends, at = _numbers(data, words, "I", terms)
            self._weights, at = _numbers(data, at, "f", terms)
            self._masks, at = _numbers(data, at, "H", terms)
            starts, at = _numbers(data, at, "I", paragraphs)
            self.layout = Layout(starts, data[at:])
            if len(self.layout.kinds) != paragraphs or (self._ends[-1] if terms else 0) != places:
                raise ValueError("the parts do not fit together")
        except (zlib.error, struct.error, ValueError) as error:
            raise Corrupt(
                "The cluster returned a report with a damaged index. Run `reviews index --rebuild` on the machine that "
                "publishes."
            ) from error

    @cached_property
    def _number(self) -> dict[str, int]:
        words = self._words[1:-1].decode().split("\n") if len(self._words) > 2 else []
        return dict(zip(words, range(len(words)), strict=True))

    def _find(self, term: str) -> int | None:
        """Return the number of a term, or None if it does not occur. A full table is only built for many lookups."""
        self._looked_up += 1
        if self._looked_up > _FEW:
            return self._number.get(term)
        at = self._words.find(b"\n%b\n" % term.encode())
        return None if at < 0 else self._words.count(b"\n", 0, at)

    def terms(self) -> Collection[str]:
        """Return all terms of the report in order."""
        return self._number.keys()

    def places(self, term: str) -> "tuple[Sequence[int], float, int] | None":
        """Return the positions of a term, its weight and its section mask, or None if it does not occur."""
        number = self._find(term)
        if number is None:
            return None
        first = self._ends[number - 1] if number else 0
        positions = array("I", accumulate(self._steps[first : self._ends[number]]))
        return positions, self._weights[number], self._masks[number]


def _numbers(data: bytes, at: int, code: str, count: int) -> "tuple[array[int], int]":
    numbers: array[int] = array(code)
    end = at + count * numbers.itemsize
    if end > len(data):
        raise ValueError("it is truncated")
    numbers.frombytes(data[at:end])
    if sys.byteorder != "little":
        numbers.byteswap()
    return numbers, end
