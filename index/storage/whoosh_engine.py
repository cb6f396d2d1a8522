"""The Whoosh engine. The only module that imports Whoosh.

We use Whoosh at the level of its codec: its files and term dictionary are Whoosh's own; the postings of a term are one
block in our own format (`index.storage.postings`). Whoosh's query parser, matchers and scoring are not used.

Whoosh keeps its table of contents, its stored fields and the notes at the end of a term dictionary as pickles, and
unpickling can run planted code. They are written, so that Whoosh can open an index, but never read here: a file of
ours has the same data (`index.storage.segment_notes`).
"""

import shutil
import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

from whoosh import fields
from whoosh.codec import whoosh3
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filetables import HashWriter, OrderedHashReader, OrderedHashWriter
from whoosh.formats import Existence
from whoosh.index import TOC
from whoosh.matching import ListMatcher

from corpus.errors import Corrupt
from index.storage.engine import IndexedParagraph, Layout, SegmentSummary
from index.storage.merge import merged_terms
from index.storage.postings import Postings, PostingsBuilder, occurrences_in, unpack
from index.storage.segment_builder import COMPOUND, FORM, TERM, Inverted, in_order
from index.storage.segment_notes import NotesReader, SegmentNotes, write_notes
from index.storage.whoosh_snapshot import WhooshSnapshot

FORMAT = "3"
"""Part of the fingerprint: change it with any change of what is written."""

NOTES_EXT = ".notes"

_NAME = "reviews"
_ROW = struct.Struct("!ii")  # of Whoosh's table of terms: length of key, length of value
_INFO = struct.Struct("!BfIBBfIIqi")  # what it keeps of a term
_NONE = 0xFFFFFFFF
_ROWS = 4096  # rows of the table of terms, about 200 bytes each, that need not be looked up again
_HALVINGS = 2048  # places in the table of terms that are remembered
_PIECES = 10_000  # to write at once
_LENGTH = 4  # bytes at the end of its table of terms
_PLACES = {"H": "get_ushort", "i": "get_int", "I": "get_uint", "q": "get_long"}  # how its files read a number


class _Field(fields.FieldType):
    """A field whose postings are packed blocks."""

    def __init__(self) -> None:
        self.format = Existence()
        self.indexed = True
        self.stored = False


class _PackedMatcher(ListMatcher):
    """What Whoosh hands out for a term: its documents, and our postings."""

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
        if isinstance(length, tuple):  # Whoosh 2.7.4 forgets to take the number out of what struct gives
            (length,) = length
        kept = info.max_id()  # where we keep the checksum; Whoosh reads one value of it as None
        postings = _unpacked(file.get(offset, length), _NONE if kept is None else kept)
        return _PackedMatcher(postings, format_, term, scorer)


def _unpacked(packed: bytes, checksum: int) -> Postings:
    if checksum != _checksum(packed):
        raise Corrupt("The index is damaged: one of its words cannot be read. Run `reviews update` to rebuild it.")
    return unpack(packed)


def _checksum(packed: bytes) -> int:
    return crc32(packed)


class _Terms(whoosh3.W3TermsReader):
    """Whoosh's reader of terms, without anything that unpickles."""

    def __init__(self, storage: FileStorage, segment: Any, notes: SegmentNotes) -> None:
        name = segment.make_filename(PackedCodec.TERMS_EXT)
        self._tindex = _TermTableReader(storage.open_file(name), storage.file_length(name), notes)
        self._dbfile = self._tindex.dbfile
        self._fieldmap = {field: number for number, field in enumerate(notes.fields)}
        self._fieldunmap = list(notes.fields)
        self._postfile = segment.open_file(storage, PackedCodec.POSTS_EXT)
        self.row = lru_cache(_ROWS)(self._row)
        self._checked: set[int] = set()  # where postings begin whose checksum was right: the file never changes

    def postings_of(self, field: str, term: bytes) -> Postings | None:
        """The postings of a term; None when it does not occur."""
        row = self.row(field, term)
        if row is None:
            return None
        *_, checksum, offset, length = row
        packed = self._postfile.get(offset, length)
        if offset in self._checked:
            return unpack(packed)
        postings = _unpacked(packed, checksum)
        self._checked.add(offset)
        return postings

    def frequency_of(self, field: str, term: bytes) -> int:
        """How many documents hold a term, without reading its postings."""
        row = self.row(field, term)
        return row[2] if row else 0

    def occurrences_of(self, field: str, term: bytes) -> int:
        """How many positions a term has, without reading its postings."""
        row = self.row(field, term)
        return occurrences_in(row[-1], row[2]) if row else 0

    def _row(self, field: str, term: bytes) -> tuple[Any, ...] | None:
        try:
            info = self._tindex[self._keycoder(field, term)]
        except KeyError:
            return None
        if len(info) != _INFO.size or info[0]:  # Whoosh would take what follows for a pickle
            raise Corrupt("The index is damaged: one of its words cannot be read. Run `reviews update` to rebuild it.")
        return _INFO.unpack(info)


class _TermTableReader(OrderedHashReader):
    """Whoosh's table of terms. Where the list of places begins comes from the notes, not the pickle before it."""

    def __init__(self, file: Any, length: int, notes: SegmentNotes) -> None:
        self._notes = notes
        self._end = length - _LENGTH
        super().__init__(file, length)

    def _read_extras(self) -> None:
        self.extras: dict[str, object] = {}
        self.indexlen = self._notes.terms
        self.indexsize = struct.calcsize(self._notes.places)
        self.indexbase = self._end - self.indexlen * self.indexsize
        self._get_pos: Any = getattr(self.dbfile, _PLACES[self._notes.places])


class _TermTable(OrderedHashWriter):
    """Whoosh's table of terms, written in large pieces: its own writer calls the file five times a term."""

    def __init__(self, file: Any) -> None:
        super().__init__(file)
        file.seek(0)
        # The same again with CRC-32 for the hash: quicker than MD5, which some machines refuse to compute.
        HashWriter.__init__(self, file, hashtype=1)

    def add_all(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        """Add (key, value) pairs in the order of keys."""
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
    """Writes the packed block of a term where Whoosh would write its own blocks."""

    def __init__(self, codec: Any, storage: Any, segment: Any) -> None:
        super().__init__(codec, storage, segment)
        self._tindex.dbfile.close()
        self._tindex: Any = _TermTable(self._create_file(codec.TERMS_EXT))
        self._tindex.extras["fieldmap"] = self._fieldmap

    def add_terms(self, terms: Iterable[tuple[str, bytes, PostingsBuilder]]) -> None:
        """Add all terms, given as (field, term, postings) in the order of fields and terms."""
        self._tindex.add_all(self._rows(terms))

    def notes(self) -> SegmentNotes:
        """What is needed to read the terms that were added."""
        index = self._tindex.index
        return SegmentNotes(tuple(sorted(self._fieldmap, key=self._fieldmap.__getitem__)), len(index), index.typecode)

    def _rows(self, terms: Iterable[tuple[str, bytes, PostingsBuilder]]) -> Iterator[tuple[bytes, bytes]]:
        numbers, place = self._fieldmap, self._postfile.tell()
        pieces: list[bytes] = []
        for field, term, postings in terms:
            number = numbers.setdefault(field, len(numbers))
            packed = postings.pack()
            # As W3TermInfo packs it: not inline, weight, documents, no lengths, no first document, our checksum in the
            # place of the last document, then where.
            weight, count, checksum = sum(postings.weights), len(postings.documents), _checksum(packed)
            yield (
                number.to_bytes(2, "big") + term,
                _INFO.pack(0, weight, count, 0, 0, 0.0, _NONE, checksum, place, len(packed)),
            )
            place += len(packed)
            pieces.append(packed)
            if len(pieces) > _PIECES:
                self._postfile.write(b"".join(pieces))
                pieces.clear()
        self._postfile.write(b"".join(pieces))


def _schema() -> fields.Schema:
    return fields.Schema(**{name: _Field() for name in (COMPOUND, FORM, TERM)}, reading=fields.STORED())


class _SegmentWriter:
    """Writes one segment: documents first, then the terms of all of them."""

    def __init__(self, directory: Path, name: str) -> None:
        self._notes = directory / f"{_NAME}_{name}{NOTES_EXT}"
        self._layouts: list[Layout] = []
        self._storage = FileStorage(str(directory), supports_mmap=False)
        self._codec = PackedCodec()
        self._segment = whoosh3.W3Segment(self._codec, _NAME, segid=name)
        self._schema = _schema()
        self._documents = self._codec.per_document_writer(self._storage, self._segment)
        self._summary: list[tuple[int, int]] = []

    def add_document(self, reading: int, length: int, layout: Layout) -> int:
        """Returns the number of the new document."""
        number = len(self._summary)
        writer = self._documents
        writer.start_doc(number)
        writer.add_field("reading", self._schema["reading"], reading, 0)
        writer.finish_doc()
        self._layouts.append(layout)
        self._summary.append((reading, length))
        return number

    def finish(self, terms: Iterable[tuple[str, bytes, PostingsBuilder]]) -> SegmentSummary:
        """Write the terms, given as (field, term, postings) in the order of fields and terms, and close the segment."""
        self._segment.set_doc_count(len(self._summary))
        self._documents.close()
        writer = self._codec.field_writer(self._storage, self._segment)
        writer.add_terms(terms)
        write_notes(self._notes, writer.notes(), self._layouts)
        writer.close()
        return SegmentSummary(self._segment.segid, self._summary)


class _Draft:
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


class _Segment:
    """One segment, open for reading."""

    def __init__(self, directory: Path, storage: FileStorage, segment: Any) -> None:
        self._notes = NotesReader(directory / segment.make_filename(NOTES_EXT))
        try:
            self._terms = _Terms(storage, segment, self._notes.notes)
        except BaseException:
            self._notes.close()
            raise
        table = self._terms._tindex  # a search halves it again and again, and begins at the same terms each time
        table.key_at = lru_cache(_HALVINGS)(table.key_at)
        table._get_pos = lru_cache(_HALVINGS)(table._get_pos)
        self.size: int = segment.doc_count_all()

    def has(self, field: str, term: str) -> bool:
        return (field, term.encode()) in self._terms

    def postings(self, field: str, term: str) -> Postings | None:
        return self._terms.postings_of(field, term.encode())

    def frequency(self, field: str, term: str) -> int:
        return self._terms.frequency_of(field, term.encode())

    def occurrences(self, field: str, term: str) -> int:
        return self._terms.occurrences_of(field, term.encode())

    def terms_from(self, field: str, prefix: str) -> Iterator[str]:
        """Terms of a field that begin with a prefix, in order."""
        start = prefix.encode()
        for name, key in self._terms.terms_from(field, start):
            if name != field or not key.startswith(start):
                return
            yield key.decode()

    def layout(self, number: int) -> Layout:
        """The layout of a document."""
        return self._notes.layout(number)

    def close(self) -> None:
        self._terms.close()
        self._notes.close()


class WhooshEngine:
    """Whoosh as an `index.storage.engine.Engine`."""

    name = "whoosh"

    def draft(self) -> _Draft:
        return _Draft()

    def write(
        self, directory: Path, name: str, texts: Iterable[tuple[int, Sequence[IndexedParagraph]]]
    ) -> SegmentSummary:
        draft = self.draft()
        for reading, paragraphs in texts:
            draft.add(reading, paragraphs)
        return draft.write(directory, name)

    def merge(
        self, directory: Path, name: str, segments: Sequence[SegmentSummary], live: frozenset[int]
    ) -> SegmentSummary:
        writer = _SegmentWriter(directory, name)
        readers = _open_segments(directory, segments)
        moved: list[dict[int, int]] = []  # for each old segment: old document number → new one
        for reader, summary in zip(readers, segments, strict=True):
            numbers = {}
            for old, (reading, length) in enumerate(summary.documents):
                if reading in live:
                    numbers[old] = writer.add_document(reading, length, reader.layout(old))
            moved.append(numbers)
        try:
            return writer.finish(merged_terms(readers, moved))
        finally:
            for reader in readers:
                reader.close()

    def finish(self, directory: Path, segments: Sequence[SegmentSummary]) -> None:
        wanted = tuple(f"{_NAME}_{segment.name}." for segment in segments)
        for path in directory.iterdir():
            if path.is_dir():  # Whoosh's scratch folder for columns
                shutil.rmtree(path)
            elif path.name.startswith((f"{_NAME}_", f"_{_NAME}_")) and not path.name.startswith(wanted):
                path.unlink()
        storage = FileStorage(str(directory), supports_mmap=False)
        codec = PackedCodec()
        table = [whoosh3.W3Segment(codec, _NAME, len(s.documents), segid=s.name) for s in segments]
        TOC(_schema(), table, 1).write(storage, _NAME)

    def open(self, directory: Path, segments: Sequence[SegmentSummary], live: frozenset[int]) -> WhooshSnapshot:
        return WhooshSnapshot(_open_segments(directory, segments), segments, live)


def _open_segments(directory: Path, segments: Sequence[SegmentSummary]) -> list[_Segment]:
    storage = FileStorage(str(directory), supports_mmap=False)
    codec = PackedCodec()
    opened: list[_Segment] = []
    try:
        for summary in segments:
            segment = whoosh3.W3Segment(codec, _NAME, len(summary.documents), segid=summary.name)
            opened.append(_Segment(directory, storage, segment))
    except BaseException:
        for each in opened:
            each.close()
        raise
    return opened
