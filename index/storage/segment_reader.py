"""Read one segment: its terms, their postings, and the layout of its documents."""

import struct
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.disk.positioned_file import PositionedFile
from corpus.errors import Corrupt
from index.storage import postings as packed_postings
from index.storage.engine import Layout
from index.storage.postings import Postings, head_of, masks_of, occurrences_in, unpack
from index.storage.segment_notes import NotesReader
from index.storage.term_table import TermTable

NAME = "reviews"
"""The start of the name of every engine file."""
NOTES_EXT, TERMS_EXT, POSTINGS_EXT = ".notes", ".trm", ".pst"

FIELD = struct.Struct("!H")
"""The number of its field, before each term in the table."""
INFO = struct.Struct("!BfIBBfIIqi")
"""What the table stores about a term, as Whoosh packs it.

The values are: whether the postings are a pickle (never: 0), the weight, the number of documents, four unused values,
the program's own checksum, and the position and length of the postings.
"""

_ROWS = 4096  # cached rows of the term table, about 200 bytes each
_NO_FIELD = 65535
_LARGE = 1 << 16  # bytes: of larger postings, only the necessary part is read once their checksum has been verified


class Segment:
    """One segment, open for reading by several threads at once. Raises Corrupt if it is damaged.

    `size` is its number of documents. With `hashed`, no checksums are compared, because every byte was hashed just
    before.
    """

    def __init__(self, directory: Path, name: str, size: int, *, hashed: bool = False) -> None:
        stem = f"{NAME}_{name}"
        self._hashed = hashed
        self.size = size
        self._notes = NotesReader(directory / f"{stem}{NOTES_EXT}")
        try:
            self._table = TermTable(directory / f"{stem}{TERMS_EXT}", self._notes.notes)
            try:
                self._file = PositionedFile(directory / f"{stem}{POSTINGS_EXT}")
            except BaseException:
                self._table.close()
                raise
        except BaseException:
            self._notes.close()
            raise
        self._fields = {field: FIELD.pack(number) for number, field in enumerate(self._notes.notes.fields)}
        self._row = lru_cache(_ROWS)(self._look_up)
        self._checked: set[int] = set()  # offsets of postings whose checksum was right: the file never changes

    def has(self, field: str, term: str) -> bool:
        """Return whether a term occurs."""
        return self._row(field, term) is not None

    def postings(self, field: str, term: str) -> Postings | None:
        """Return the postings of a term, or None if it does not occur."""
        row = self._row(field, term)
        if row is None:
            return None
        *_, checksum, offset, length = row
        if not self._hashed and offset not in self._checked:
            postings = checked(self._file.read(offset, length), checksum)
            self._checked.add(offset)
            return postings
        if length < _LARGE:
            return unpack(self._file.read(offset, length))
        head, masks = head_of(row[2]), masks_of(row[2])
        return Postings.apart(
            self._file.read(offset, head),
            self._file.read(offset + length - masks, masks),
            lambda begin, size: self._file.read(offset + head + begin, size),
        )

    def frequency(self, field: str, term: str) -> int:
        """Return how many documents contain a term, without reading its postings."""
        row = self._row(field, term)
        return row[2] if row else 0

    def occurrences(self, field: str, term: str) -> int:
        """Return how many positions a term has, without reading its postings."""
        row = self._row(field, term)
        return occurrences_in(row[-1], row[2]) if row else 0

    def terms_from(self, field: str, prefix: str) -> Iterator[str]:
        """Yield the terms of a field that begin with a prefix, in order."""
        start = self._key(field, prefix)
        for key in self._table.keys_from(start):
            if not key.startswith(start):
                return
            yield key[FIELD.size :].decode()

    def layout(self, number: int) -> Layout:
        """Return the layout of a document."""
        return self._notes.layout(number)

    def close(self) -> None:
        """Close the files."""
        self._table.close()
        self._file.close()
        self._notes.close()

    def _key(self, field: str, term: str) -> bytes:
        return self._fields.get(field, FIELD.pack(_NO_FIELD)) + term.encode()

    def _look_up(self, field: str, term: str) -> tuple[Any, ...] | None:
        info = self._table.get(self._key(field, term))
        if info is None:
            return None
        if len(info) != INFO.size or info[0]:  # Whoosh would treat what follows as a pickle
            raise _damaged()
        return INFO.unpack(info)


def checked(packed: bytes, checksum: int) -> Postings:
    """Unpack postings from bytes. Raises Corrupt if their checksum differs."""
    if packed_postings.checksum(packed) != checksum:
        raise _damaged()
    return unpack(packed)


def _damaged() -> Corrupt:
    return Corrupt("The index is damaged: one of its words cannot be read. Run `reviews update` to rebuild it.")
