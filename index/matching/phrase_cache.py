"""Precomputed postings of frequent phrases, such as those of themes, for one generation of the index.

The file is written once, next to the index, and never changed: u32 length and u32 CRC-32 of the header; the header as
JSON; then the postings of each phrase (`index.storage.postings`). The header contains the reading of each document and,
for each phrase, [offset after the header, length, CRC-32]. It contains no words: a phrase is found by a hash.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from operator import eq, itemgetter
from pathlib import Path
from typing import Any
from zlib import crc32

from corpus.disk.atomic import write_atomic
from corpus.disk.regular_file import open_regular
from corpus.disk.typed_json import typed
from index.matching.expansion import Slots
from index.storage.postings import Postings, PostingsBuilder, unpack

_FORM = {"documents": [[int]], "phrases": {str: [int]}}
_HEAD = struct.Struct("<II")


def name_of(slots: Slots) -> str:
    """Return the hash that identifies a phrase. It reveals neither what was searched for nor what the reports say."""
    return hashlib.sha256("\n".join("\t".join(terms) for terms in slots).encode()).hexdigest()[:32]


class Phrases:
    """The precomputed phrases of one generation.

    If the file at `path` is missing or damaged, every phrase counts as not precomputed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def postings(self, slots: Slots) -> Postings | None:
        """Return the postings of a phrase, or None if it was not precomputed."""
        try:
            offset, length, checksum = self._header["phrases"][name_of(slots)]
            with open_regular(self.path) as file:
                file.seek(self._behind + offset)
                packed = file.read(length)
            return unpack(packed) if crc32(packed) == checksum else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @property
    def readings(self) -> dict[int, int]:
        """Return the reading of each document of the generation. Empty if there is no file."""
        try:
            return {int(document): int(reading) for document, reading in self._header["documents"]}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    @cached_property
    def _header(self) -> Mapping[str, Any]:
        with open_regular(self.path) as file:
            length, checksum = _HEAD.unpack(file.read(_HEAD.size).ljust(_HEAD.size, b"\0"))
            said = file.read(length)
        if crc32(said) != checksum:
            raise ValueError("the precomputed phrases are damaged")
        self._behind = _HEAD.size + length
        header: Mapping[str, Any] = typed(said, _FORM)
        return header


def with_more(
    postings: Postings | None, numbers: Mapping[int, int], more: Iterable[tuple[int, float, Iterable[int], int]]
) -> PostingsBuilder:
    """Return the postings of a phrase in a new generation.

    `postings` are those of another generation. `numbers` maps its documents that still exist to their new numbers.
    `more` has the phrase in all other documents, ascending, as arguments of PostingsBuilder.add.
    """
    builder = PostingsBuilder()
    held = postings.documents if postings else ()
    behind = sorted(more, key=itemgetter(0))
    unmoved = all(map(eq, held, map(numbers.get, held))) and not (len(held) and behind and behind[0][0] < held[-1])
    if postings and unmoved:  # usual after an update: copied as one block
        builder.extend(postings, 0)
    elif postings:
        behind = sorted([*_moved(postings, numbers), *behind], key=itemgetter(0))
    for found in behind:
        builder.add(*found)
    return builder


def _moved(postings: Postings, numbers: Mapping[int, int]) -> Iterator[tuple[int, float, Iterable[int], int]]:
    """Yield postings with the new document numbers, as arguments of PostingsBuilder.add."""
    for place, document in enumerate(postings.documents):
        if (number := numbers.get(document)) is not None:
            yield number, postings.weights[place], postings.at(place), postings.masks[place]


def write(path: Path, readings: Mapping[int, int], phrases: Iterable[tuple[Slots, PostingsBuilder]]) -> None:
    """Write the phrases of a generation. `readings` has the reading of each document. Raises LimitHit."""
    listed, blocks, offset = {}, [], 0
    for slots, builder in phrases:
        packed = builder.pack()
        listed[name_of(slots)] = (offset, len(packed), crc32(packed))
        blocks.append(packed)
        offset += len(packed)
    header = json.dumps({"documents": sorted(readings.items()), "phrases": listed}).encode()
    write_atomic(path, b"".join((_HEAD.pack(len(header), crc32(header)), header, *blocks)))
