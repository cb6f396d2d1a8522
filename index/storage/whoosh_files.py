"""Write segments in Whoosh's file format. Only this module imports Whoosh.

It uses Whoosh at the level of its codec. The files and the term dictionary are Whoosh's own; the postings of a term are
one block in this program's format (`index.storage.postings`). Whoosh's query parser, matchers and scoring are not used.

Whoosh stores its table of contents, its stored fields and the notes at the end of a term dictionary as pickles, and
unpickling can run malicious code. The pickles are written, so that Whoosh can open an index, but never read: a separate
file has the same data (`index.storage.segment_notes`), and `index.storage.segment_reader` reads the rest.
"""

import shutil
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

from whoosh import fields
from whoosh.codec import whoosh3
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filetables import HashWriter, OrderedHashWriter
from whoosh.formats import Existence
from whoosh.index import TOC
from whoosh.matching import ListMatcher

from index.storage import postings as packed_postings
from index.storage.engine import IndexedParagraph, Layout, SegmentSummary
from index.storage.merge import merged_terms
from index.storage.postings import Postings, PostingsBuilder
from index.storage.segment_builder import COMPOUND, FORM, TERM, Inverted, in_order
from index.storage.segment_notes import SegmentNotes, write_notes
from index.storage.segment_reader import FIELD, INFO, NAME, NOTES_EXT, Segment, checked

_ROW = struct.Struct("!ii")  # of Whoosh's term table: length of key, length of value
_NONE = 0xFFFFFFFF
_PIECES = 10_000  # keys to write at once
_BYTES = 1 << 23  # bytes of postings to write at once


class _Field(fields.FieldType):
    """A field whose postings are packed blocks."""

    def __init__(self) -> None:
        self.format = Existence()
        self.indexed = True
        self.stored = False


class _PackedMatcher(ListMatcher):
    """The matcher that Whoosh returns for a term: its documents, and the packed postings."""

    def __init__(self, postings: Postings, format_: object, term: object, scorer: object) -> None:
        super().__init__(postings.documents, postings.weights, format=format_, term=term, scorer=scorer)
        self.postings = postings


class PackedCodec(whoosh3.W3Codec):
    """Whoosh's codec with packed postings."""

    def field_writer(self, storage: Any, segment: Any) -> "_TermWriter":
        return _TermWriter(self, storage, segment)

    def postings_reader(
        self, file: Any, info: Any, format_: object, term: object = None, scorer: object = None
    ) -> _PackedMatcher:
        offset, length = info.extent()
        if isinstance(length, tuple):  # Whoosh 2.7.4 does not unpack the tuple that struct returns
            (length,) = length
        kept = info.max_id()  # where the checksum is stored; Whoosh reads one value of it as None
        postings = checked(file.get(offset, length), _NONE if kept is None else kept)
        return _PackedMatcher(postings, format_, term, scorer)


class _TermTable(OrderedHashWriter):
    """Whoosh's term table, written in large blocks. Whoosh's own writer makes five file calls per term."""

    def __init__(self, file: Any) -> None:
        super().__init__(file)
        file.seek(0)
        # The same with CRC-32 as the hash, because it is faster than MD5, which some computers refuse to compute.
        HashWriter.__init__(self, file, hashtype=1)

    def add_all(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Add (key, value) pairs in key order."""
        place = self.dbfile.tell()
        pieces: list[bytes] = []
        for key, value in rows:
            hashed = crc32(key)
            self.buckets[hashed & 255].append((hashed, place))
            self.index.append(place)
            place += _ROW.size + len(key) + len(value)
            pieces += (_ROW.pack(len(key), len(value)), key, value)
            if len(pieces) > _PIECES:
                self.dbfile.write(b"".join(pieces))
                pieces.clear()
        self.dbfile.write(b"".join(pieces))

    def _write_hashes(self) -> None:
        for entries in self.buckets:
            slots = 2 * len(entries)
            self.directory.append((self.dbfile.tell(), slots))
            table: list[tuple[int, int] | None] = [None] * slots
            for entry in entries:
                slot = (entry[0] >> 8) % slots
                while table[slot]:
                    slot = (slot + 1) % slots
                table[slot] = entry
            numbers = [number for entry in table for number in entry or (0, 0)]
            self.dbfile.write(struct.pack("!" + "Iq" * slots, *numbers))


class _TermWriter(whoosh3.W3FieldWriter):
    """Writes the packed block of a term in the place of Whoosh's own blocks."""

    def __init__(self, codec: Any, storage: Any, segment: Any) -> None:
        super().__init__(codec, storage, segment)
        self._tindex.dbfile.close()
        self._tindex: Any = _TermTable(self._create_file(codec.TERMS_EXT))
        self._tindex.extras["fieldmap"] = self._fieldmap

    def add_terms(self, terms: Iterable[tuple[str, bytes, PostingsBuilder]]) -> None:
        """Add all terms, given as (field, term, postings), sorted by field and term."""
        self._tindex.add_all(self._rows(terms))

    def notes(self) -> SegmentNotes:
        """Return what is needed to read the terms that were added."""
        index = self._tindex.index
        return SegmentNotes(tuple(sorted(self._fieldmap, key=self._fieldmap.__getitem__)), len(index), index.typecode)

    def _rows(self, terms: Iterable[tuple[str, bytes, PostingsBuilder]]) -> Iterator[tuple[bytes, bytes]]:
        numbers, place = self._fieldmap, self._postfile.tell()
        pieces: list[bytes] = []
        written = place
        for field, term, postings in terms:
            number = numbers.setdefault(field, len(numbers))
            packed = postings.pack()
            # As W3TermInfo packs it: not inline, weight, documents, no lengths, no first document, our checksum in the
            # of the last document, then the position.
            weight, count, checksum = sum(postings.weights), len(postings.documents), packed_postings.checksum(packed)
            yield (
                FIELD.pack(number) + term,
                INFO.pack(0, weight, count, 0, 0, 0.0, _NONE, checksum, place, len(packed)),
            )
            place += len(packed)
            pieces.append(packed)
            if place - written > _BYTES:
                self._postfile.write(b"".join(pieces))
                pieces.clear()
                written = place
        self._postfile.write(b"".join(pieces))


def _schema() -> fields.Schema:
    return fields.Schema(**{name: _Field() for name in (COMPOUND, FORM, TERM)}, reading=fields.STORED())


class _SegmentWriter:
    """Writes one segment: first the documents, then their terms."""

    def __init__(self, directory: Path, name: str) -> None:
        self._notes = directory / f"{NAME}_{name}{NOTES_EXT}"
        self._layouts: list[Layout] = []
        self._storage = FileStorage(str(directory), supports_mmap=False)
        self._codec = PackedCodec()
        self._segment = whoosh3.W3Segment(self._codec, NAME, segid=name)
        self._schema = _schema()
        self._documents = self._codec.per_document_writer(self._storage, self._segment)
        self._summary: list[tuple[int, int]] = []

    def add_document(self, reading: int, length: int, layout: Layout) -> int:
        """Add a document and return its number."""
        number = len(self._summary)
        writer = self._documents
        writer.start_doc(number)
        writer.add_field("reading", self._schema["reading"], reading, 0)
        writer.finish_doc()
        self._layouts.append(layout)
        self._summary.append((reading, length))
        return number

    def finish(self, terms: Iterable[tuple[str, bytes, PostingsBuilder]]) -> SegmentSummary:
        """Write the terms, given as (field, term, postings), sorted by field and term, and close the segment."""
        self._segment.set_doc_count(len(self._summary))
        self._documents.close()
        writer = self._codec.field_writer(self._storage, self._segment)
        writer.add_terms(terms)
        write_notes(self._notes, writer.notes(), self._layouts)
        writer.close()
        return SegmentSummary(self._segment.segid, self._summary)


class SegmentDraft:
    """A segment in memory, as an `index.storage.engine.Draft`."""

    def __init__(self) -> None:
        self._inverted = Inverted()
        self._documents: list[tuple[int, int, Layout]] = []

    def add(self, reading: int, paragraphs: Sequence[IndexedParagraph]) -> None:
        layout, length = self._inverted.add(paragraphs)
        self._documents.append((reading, length, layout))

    def write(self, directory: Path, name: str) -> SegmentSummary:
        writer = _SegmentWriter(directory, name)
        for document in self._documents:
            writer.add_document(*document)
        return writer.finish(in_order(self._inverted.by_field()))


def write_merged(
    directory: Path,
    name: str,
    readers: Sequence[Segment],
    segments: Sequence[SegmentSummary],
    live: frozenset[int],
) -> SegmentSummary:
    """Merge the live readings of several segments, which are open in `readers`, into one new segment."""
    writer = _SegmentWriter(directory, name)
    moved: list[dict[int, int]] = []  # for each old segment: old document number → new one
    for reader, summary in zip(readers, segments, strict=True):
        numbers = {}
        for old, (reading, length) in enumerate(summary.documents):
            if reading in live:
                numbers[old] = writer.add_document(reading, length, reader.layout(old))
        moved.append(numbers)
    return writer.finish(merged_terms(readers, moved))


def write_contents(directory: Path, segments: Sequence[SegmentSummary]) -> None:
    """Write Whoosh's table of contents. Files that belong to none of the given segments are deleted."""
    wanted = tuple(f"{NAME}_{segment.name}." for segment in segments)
    for path in directory.iterdir():
        if path.is_dir():  # Whoosh's temporary folder for columns
            shutil.rmtree(path)
        elif path.name.startswith((f"{NAME}_", f"_{NAME}_")) and not path.name.startswith(wanted):
            path.unlink()
    storage = FileStorage(str(directory), supports_mmap=False)
    codec = PackedCodec()
    table = [whoosh3.W3Segment(codec, NAME, len(s.documents), segid=s.name) for s in segments]
    TOC(_schema(), table, 1).write(storage, NAME)
