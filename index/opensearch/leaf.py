"""The packed index of one report, called a leaf.

The evaluator finds positions in it without the text. It is stored in several fields, so that a search fetches only what
it reads: one has the layout, and each of the others, called a part, has the words with a certain hash in all forms.

A part is little-endian: the three u32 of `_HEAD`; whether numbers are wide; the terms in order, one per line; section
masks, u16; how many positions each term has; and the positions of each term as differences. Numbers are u16 or, if
wide, u32. Compression would save a fifth of a part, and take longer than to fetch that fifth. The weights of terms are
not stored, because the cluster has them.
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
from index import analyser
from index.storage.engine import Layout
from index.storage.postings import PostingsBuilder

LAYOUT = "layout"
"""The field with the layout."""
_PARTS = 64
PARTS = tuple(f"leaf{number:02x}" for number in range(_PARTS))
"""The fields with the parts."""
FIELDS = (LAYOUT, *PARTS)

_HEAD = struct.Struct("<IIIB")
_COUNT = struct.Struct("<I")
_WIDE = 0xFFFF  # the largest number that is not wide


def part_of(term: str) -> str:
    """Return the field with the positions of a term. It is the same for all forms of a word."""
    return PARTS[zlib.crc32(analyser.word_class(term.lower()).encode()) % _PARTS]


def pack(built: Mapping[str, PostingsBuilder], layout: Layout) -> dict[str, bytes]:
    """Return the fields of a leaf. `built` has the postings of each term."""
    shared: dict[str, list[str]] = {name: [] for name in PARTS}
    for term in sorted(built):
        shared[part_of(term)].append(term)
    starts = _COUNT.pack(len(layout.starts)) + _bytes(layout.starts) + layout.kinds
    return {LAYOUT: zlib.compress(starts), **{name: _part(terms, built) for name, terms in shared.items()}}


def _part(terms: Sequence[str], built: Mapping[str, PostingsBuilder]) -> bytes:
    counts, steps = array("I"), array("I")
    masks = array("H", (built[term].masks[0] for term in terms))
    for term in terms:
        positions = built[term].positions
        counts.append(len(positions))
        steps.extend(map(sub, positions, chain((0,), positions)))
    wide = max(chain(counts, steps), default=0) > _WIDE
    numbers = (_bytes(each if wide else array("H", each)) for each in (counts, steps))
    words = "\n".join(terms).encode()
    return b"".join((_HEAD.pack(len(terms), len(steps), len(words), wide), words, _bytes(masks), *numbers))


def _bytes(numbers: "array[int]") -> bytes:
    if sys.byteorder == "little":
        return numbers.tobytes()
    swapped = numbers[:]
    swapped.byteswap()
    return swapped.tobytes()


def unpack_layout(packed: bytes) -> Layout:
    """Return the layout of a report. Raises Corrupt if it is damaged."""
    try:
        data = zlib.decompress(packed)
        (paragraphs,) = _COUNT.unpack_from(data)
        starts, at = _numbers(data, _COUNT.size, "I", paragraphs)
        if len(data) - at != paragraphs:
            raise ValueError("the parts do not fit together")
    except (zlib.error, struct.error, ValueError) as error:
        raise _damaged() from error
    return Layout(starts, data[at:])


class Part:
    """Some terms of one report. Raises Corrupt if it is damaged."""

    def __init__(self, packed: bytes) -> None:
        try:
            self._terms, places, words, self._wide = _HEAD.unpack_from(packed)
        except struct.error as error:
            raise _damaged() from error
        width = 4 if self._wide else 2
        self._masks_at = _HEAD.size + words
        self._counts_at = self._masks_at + 2 * self._terms
        self._steps_at = self._counts_at + width * self._terms
        if len(packed) != self._steps_at + width * places:
            raise _damaged()
        self._packed = packed

    @cached_property
    def _words(self) -> bytes:
        return b"\n%b\n" % self._packed[_HEAD.size : self._masks_at]

    def terms(self) -> Collection[str]:
        """Return the terms in order."""
        return self._words[1:-1].decode().split("\n") if self._terms else ()

    def places(self, term: str) -> "tuple[Sequence[int], int] | None":
        """Return the positions of a term and its section mask, or None if it does not occur."""
        at = self._words.find(b"\n%b\n" % term.encode()) if self._terms else -1
        if at < 0:
            return None
        number = self._words.count(b"\n", 0, at)
        code = "I" if self._wide else "H"
        try:
            counts, _ = _numbers(self._packed, self._counts_at, code, number + 1)
            first = self._steps_at + counts.itemsize * sum(counts[:-1])
            steps, _ = _numbers(self._packed, first, code, counts[-1])
            (mask,), _ = _numbers(self._packed, self._masks_at + 2 * number, "H", 1)
        except ValueError as error:
            raise _damaged() from error
        return array("I", accumulate(steps)), mask


def _numbers(data: bytes, at: int, code: str, count: int) -> "tuple[array[int], int]":
    numbers: array[int] = array(code)
    end = at + count * numbers.itemsize
    if end > len(data):
        raise ValueError("it is truncated")
    numbers.frombytes(data[at:end])
    if sys.byteorder != "little":
        numbers.byteswap()
    return numbers, end


def _damaged() -> Corrupt:
    return Corrupt(
        "The cluster returned a report with a damaged index. Run `reviews index --rebuild` on the machine that "
        "publishes."
    )
