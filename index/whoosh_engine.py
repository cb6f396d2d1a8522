"""How Whoosh keeps our terms: the only module that imports it.

We use Whoosh at the level of its codec: its files, term dictionary, stored fields and table of contents are Whoosh's
own; the postings of a term are one packed block of ours (`index.postings`). Whoosh's query parser, matchers and
scoring are not used.
"""

import shutil
import struct
from array import array
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from itertools import count, groupby, pairwise
from operator import call
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
from whoosh.reading import TermNotFound

from corpus.errors import Corrupt
from corpus.model import SectionKind
from index import analysis
from index.engine import KINDS, IndexedParagraph, Layout, SegmentSummary
from index.postings import Postings, PostingsBuilder, unpack

FORMAT = "2"
"""Part of the fingerprint: change it with any change of what is written."""

_NAME = "reviews"
_SEPARATOR = "\t"  # never part of a term; sorts before any character of one
_TERM, _FORM, _COMPOUND = "text", "form", "compound"
_WEIGHT = {
    # What a practitioner looks for first counts more; what repeats or supports counts less. See docs/adr/0010.
    SectionKind.RECOMMENDATIONS: 2.0,
    SectionKind.FINDINGS: 1.6,
    SectionKind.LEARNING: 1.6,
    SectionKind.SUMMARY: 1.3,
    SectionKind.CONCLUSIONS: 1.3,
    SectionKind.ACTION_PLAN: 0.8,
    SectionKind.TERMS_OF_REFERENCE: 0.5,
    SectionKind.APPENDIX: 0.4,
}
_HEADING_WEIGHT = 1.5
_CODES = {kind: code for code, kind in enumerate(KINDS)}

_ROW = struct.Struct("!ii")  # of Whoosh's table of terms: length of key, length of value
_INFO = struct.Struct("!BfIBBfIIqi")  # what it keeps of a term
_NONE = 0xFFFFFFFF
_PIECES = 10_000  # to write at once


class _Field(fields.FieldType):  # type: ignore[misc]
    """A field whose postings are packed blocks."""

    def __init__(self) -> None:
        self.format = Existence()
        self.indexed = True
        self.stored = False


class _PackedMatcher(ListMatcher):  # type: ignore[misc]
    """What Whoosh hands out for a term: its documents, and our postings."""

    def __init__(self, postings: Postings, format_: object, term: object, scorer: object) -> None:
        super().__init__(postings.documents, postings.weights, format=format_, term=term, scorer=scorer)
        self.postings = postings


class PackedCodec(whoosh3.W3Codec):  # type: ignore[misc]
    """Whoosh's codec with packed postings."""

    def field_writer(self, storage: Any, segment: Any) -> "_TermWriter":
        return _TermWriter(self, storage, segment)

    def postings_reader(
        self, file: Any, info: Any, format_: object, term: object = None, scorer: object = None
    ) -> _PackedMatcher:
        offset, length = info.extent()
        if isinstance(length, tuple):  # Whoosh 2.7.4 forgets to take the number out of what struct gives
            (length,) = length
        packed = file.get(offset, length)
        checksum = info.max_id()  # where we keep it; None in an index of before, and once in four thousand million
        if checksum is not None and checksum != _checksum(packed):
            raise Corrupt(
                "The index is damaged: one of its words cannot be read. Run `reviews update` to build it anew."
            )
        return _PackedMatcher(unpack(packed), format_, term, scorer)


def _checksum(packed: bytes) -> int:
    return crc32(packed)


class _TermTable(OrderedHashWriter):  # type: ignore[misc]
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


class _TermWriter(whoosh3.W3FieldWriter):  # type: ignore[misc]
    """Writes the packed block of a term where Whoosh would write its own blocks."""

    def __init__(self, codec: Any, storage: Any, segment: Any) -> None:
        super().__init__(codec, storage, segment)
        self._tindex.dbfile.close()
        self._tindex: Any = _TermTable(self._create_file(codec.TERMS_EXT))
        self._tindex.extras["fieldmap"] = self._fieldmap

    def add_terms(self, terms: Iterable[tuple[str, bytes, PostingsBuilder]]) -> None:
        """Add all terms, given as (field, term, postings) in the order of fields and terms."""
        self._tindex.add_all(self._rows(terms))

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
    return fields.Schema(
        **{name: _Field() for name in (_COMPOUND, _FORM, _TERM)}, reading=fields.STORED(), layout=fields.STORED()
    )


class _SegmentWriter:
    """Writes one segment: documents first, then the terms of all of them."""

    def __init__(self, directory: Path, name: str) -> None:
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
        writer.add_field("layout", self._schema["layout"], (layout.starts.tobytes(), layout.kinds), 0)
        writer.finish_doc()
        self._summary.append((reading, length))
        return number

    def finish(self, terms: Iterable[tuple[str, bytes, PostingsBuilder]]) -> SegmentSummary:
        """Write the terms, given as (field, term, postings) in the order of fields and terms, and close the segment."""
        self._segment.set_doc_count(len(self._summary))
        self._documents.close()
        writer = self._codec.field_writer(self._storage, self._segment)
        writer.add_terms(terms)
        writer.close()
        return SegmentSummary(self._segment.segid, self._summary)


class _Segment:
    """One segment, open for reading."""

    def __init__(self, storage: FileStorage, segment: Any) -> None:
        codec = segment.codec()
        self._terms = codec.terms_reader(storage, segment)
        self._documents = codec.per_document_reader(storage, segment)
        self._schema = _schema()
        self.size: int = segment.doc_count_all()

    def has(self, field: str, term: str) -> bool:
        return (field, term.encode()) in self._terms

    def postings(self, field: str, term: str) -> Postings | None:
        try:
            postings: Postings = self._terms.matcher(field, term.encode(), self._schema[field].format).postings
        except TermNotFound:
            return None
        return postings

    def terms_from(self, field: str, prefix: str) -> Iterator[str]:
        """Terms of a field that begin with a prefix, in order."""
        start = prefix.encode()
        for name, key in self._terms.terms_from(field, start):
            if name != field or not key.startswith(start):
                return
            yield key.decode()

    def document(self, number: int) -> tuple[int, Layout]:
        """The reading id and layout of a document."""
        stored = self._documents.stored_fields(number)
        starts, kinds = stored["layout"]
        return stored["reading"], Layout(array("I", starts), kinds)

    def close(self) -> None:
        self._terms.close()
        self._documents.close()


class WhooshEngine:
    """Whoosh as an `index.engine.Engine`."""

    name = "whoosh"

    def write(
        self, directory: Path, name: str, texts: Iterable[tuple[int, Sequence[IndexedParagraph]]]
    ) -> SegmentSummary:
        writer = _SegmentWriter(directory, name)
        inverted = _Inverted()
        for reading, paragraphs in texts:
            layout, length = inverted.add(paragraphs)
            writer.add_document(reading, length, layout)
        return writer.finish(_in_order(inverted.by_field()))

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
                    numbers[old] = writer.add_document(reading, length, reader.document(old)[1])
            moved.append(numbers)
        try:
            return writer.finish(_merged(readers, moved))
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

    def open(self, directory: Path, segments: Sequence[SegmentSummary], live: frozenset[int]) -> "WhooshSnapshot":
        return WhooshSnapshot(_open_segments(directory, segments), segments, live)


class WhooshSnapshot:
    """A finished directory of Whoosh segments as an `index.engine.Snapshot`."""

    def __init__(self, readers: list[_Segment], segments: Sequence[SegmentSummary], live: frozenset[int]) -> None:
        self._segments: list[tuple[int, _Segment]] = []
        self._documents: dict[int, int] = {}
        self._lengths: dict[int, int] = {}
        base = 0
        for reader, summary in zip(readers, segments, strict=True):
            self._segments.append((base, reader))
            for number, (reading, length) in enumerate(summary.documents, base):
                if reading in live:
                    self._documents[number] = reading
                    self._lengths[number] = length
            base += reader.size
        self._asked = self._segments  # for postings

    def documents(self) -> Mapping[int, int]:
        return self._documents

    def lengths(self) -> Mapping[int, int]:
        return self._lengths

    def postings(self, term: str) -> list[tuple[int, Postings]]:
        found = ((base, segment.postings(_TERM, term)) for base, segment in self._asked)
        return [(base, postings) for base, postings in found if postings is not None]

    def forms(self, stem: str) -> list[str]:
        return self._after(_FORM, stem + _SEPARATOR)

    def compounds(self, joined: str) -> list[tuple[str, str]]:
        lefts = self._after(_COMPOUND, joined + _SEPARATOR)
        return [(left, joined.removeprefix(left)) for left in lefts]

    def _after(self, field: str, start: str) -> list[str]:
        found = {key.removeprefix(start) for _, segment in self._segments for key in segment.terms_from(field, start)}
        return sorted(found)

    def vocabulary(self, prefix: str) -> Iterator[str]:
        return (term for term in self._beginning(prefix) if not term.isupper())

    def terms(self) -> Iterator[str]:
        return iter(self._beginning(""))

    def _beginning(self, prefix: str) -> list[str]:
        return sorted({term for _, segment in self._segments for term in segment.terms_from(_TERM, prefix)})

    def layout(self, document: int) -> Layout:
        base, segment = self._segment_of(document)
        return segment.document(document - base)[1]

    def among(self, documents: Collection[int]) -> "WhooshSnapshot":
        some = copy(self)
        some._documents = {number: self._documents[number] for number in documents}
        some._lengths = {number: self._lengths[number] for number in documents}
        asked = {self._segment_of(number)[0] for number in documents}
        some._asked = [(base, segment) for base, segment in self._segments if base in asked]
        return some

    def _segment_of(self, document: int) -> tuple[int, _Segment]:
        return max((pair for pair in self._segments if pair[0] <= document), key=lambda pair: pair[0])

    def close(self) -> None:
        for _, segment in self._segments:
            segment.close()


def _open_segments(directory: Path, segments: Sequence[SegmentSummary]) -> list[_Segment]:
    storage = FileStorage(str(directory), supports_mmap=False)
    codec = PackedCodec()
    return [
        _Segment(storage, whoosh3.W3Segment(codec, _NAME, len(summary.documents), segid=summary.name))
        for summary in segments
    ]


class _Inverted:
    """Turns documents, one after the other, into the terms of all of them.

    Each token as written has a function that puts down its place, so that all words of a report are gone through
    without a loop in Python; afterwards each different one is told that the document is complete.
    """

    def __init__(self) -> None:
        self._terms: dict[str, PostingsBuilder] = {}
        self._compounds: dict[str, PostingsBuilder] = {}
        self._count = 0  # documents
        self._gaps = array("I")
        self._put = _Put(self._terms, self._gaps)

    def add(self, paragraphs: Sequence[IndexedParagraph]) -> tuple[Layout, int]:
        """Take in the next document; gives its layout and the number of its tokens."""
        texts = [paragraph.text for paragraph in paragraphs]
        tokens = analysis.tokens_of(texts)
        # A gap takes the one place that is free between two paragraphs.
        deque(map(call, map(self._put.__getitem__, tokens), count()), maxlen=0)
        starts = array("I", [0] * bool(texts))
        starts.extend(gap + 1 for gap in self._gaps)
        del self._gaps[:]
        extras = _extras(paragraphs, starts, tokens)
        document, builders_of = self._count, self._put.builders_of
        for token, kinds in _kinds(paragraphs, starts, tokens).items():
            for term, builder in builders_of[token]:
                places, ends = len(builder.positions), builder.ends
                before = ends[-1] if ends else 0
                if places > before:  # and no other way to write the term has come first
                    builder.documents.append(document)
                    builder.weights.append(places - before + extras.get(term, 0.0))
                    builder.kinds.append(kinds)
                    ends.append(places)
                else:
                    builder.kinds[-1] |= kinds
        for left, right in set(analysis.compounds(" ".join(texts))):
            key = f"{left}{right}{_SEPARATOR}{left}"
            self._compounds.setdefault(key, PostingsBuilder()).add(document, 0.0, (), 0)
        self._count += 1
        layout = Layout(starts, bytes(_CODES[paragraph.kind] for paragraph in paragraphs))
        return layout, len(tokens) - max(0, len(texts) - 1)

    def by_field(self) -> dict[str, dict[str, PostingsBuilder]]:
        """All terms of all documents."""
        terms, nowhere = self._terms, PostingsBuilder()
        forms = {f"{analysis.stem(term)}{_SEPARATOR}{term}": nowhere for term in terms if not term.isupper()}
        return {_COMPOUND: self._compounds, _FORM: forms, _TERM: terms}


def _kinds(paragraphs: Sequence[IndexedParagraph], starts: Sequence[int], tokens: list[str]) -> dict[str, int]:
    """The kinds of section, as bits, that each token stands in; gaps between paragraphs may be among them."""
    ends = [*starts[1:], len(tokens)]
    by_kind: dict[SectionKind, set[str]] = {}
    for kind, run in groupby(range(len(paragraphs)), key=lambda ordinal: paragraphs[ordinal].kind):
        ordinals = list(run)
        by_kind.setdefault(kind, set()).update(tokens[starts[ordinals[0]] : ends[ordinals[-1]]])
    kinds: dict[str, int] = {}
    for kind, some in by_kind.items():
        bit = 1 << _CODES[kind]
        for token in some:
            kinds[token] = kinds.get(token, 0) | bit
    return kinds


def _extras(paragraphs: Sequence[IndexedParagraph], starts: Sequence[int], tokens: list[str]) -> dict[str, float]:
    """What terms weigh beside one for each place, because of the sections and headings they stand in."""
    weighted: dict[float, list[str]] = {}
    for (_, kind, heading), (start, next_start) in zip(paragraphs, pairwise([*starts, len(tokens) + 1]), strict=True):
        extra = _WEIGHT.get(kind, 1.0) * (_HEADING_WEIGHT if heading else 1.0) - 1.0
        if extra:
            weighted.setdefault(extra, []).extend(tokens[start : next_start - 1])
    extras: dict[str, float] = {}
    for extra, some in weighted.items():
        for token, often in Counter(some).items():
            term = analysis.term(token)[0]
            extras[term] = extras.get(term, 0.0) + extra * often
    return extras


class _Put(dict[str, Callable[[int], None]]):
    """For each token as written, what puts down a place of it under its term, and under its capitals.

    builders_of: of each token that was seen, its terms with their postings.
    """

    def __init__(self, terms: dict[str, PostingsBuilder], gaps: "array[int]") -> None:
        super().__init__({analysis.GAP: gaps.append})
        self._terms = terms
        self.builders_of: dict[str, list[tuple[str, PostingsBuilder]]] = {analysis.GAP: []}

    def __missing__(self, token: str) -> Callable[[int], None]:
        term, capitals = analysis.term(token)
        terms = [term, capitals] if capitals not in ("", term) else [term]
        builders = [(each, self._terms.setdefault(each, PostingsBuilder())) for each in terms]
        put = builders[0][1].positions.append
        if len(builders) == 2:
            first, second = (builder.positions.append for _, builder in builders)

            def put(place: int) -> None:
                first(place)
                second(place)

        self[token] = put
        self.builders_of[token] = builders
        return put


def _in_order(by_field: dict[str, dict[str, PostingsBuilder]]) -> Iterator[tuple[str, bytes, PostingsBuilder]]:
    for field, terms in by_field.items():
        for key in sorted(term.encode() for term in terms):  # Whoosh wants the order of bytes
            yield field, key, terms[key.decode()]


def _merged(readers: list[_Segment], moved: list[dict[int, int]]) -> Iterator[tuple[str, bytes, PostingsBuilder]]:
    """The terms of several segments as those of one."""
    whole = [len(numbers) == reader.size for reader, numbers in zip(readers, moved, strict=True)]
    sources = list(zip(readers, moved, whole, strict=True))
    for field in (_COMPOUND, _FORM, _TERM):
        everything = {term.encode() for reader in readers for term in reader.terms_from(field, "")}
        for key in sorted(everything):
            term = key.decode()
            if field == _FORM:  # it has no documents of its own, and is kept while its word occurs
                word = term.partition(_SEPARATOR)[2]
                if any(reader.has(_FORM, term) and (all_ or _lives(reader, word, to)) for reader, to, all_ in sources):
                    yield field, key, PostingsBuilder()
                continue
            builder = PostingsBuilder()
            for reader, numbers, all_ in sources:
                postings = reader.postings(field, term)
                if postings is None:
                    continue
                if all_:  # then they are numbered in a row
                    builder.extend(postings, numbers[0])
                    continue
                for place, old in enumerate(postings.documents):
                    if old in numbers:
                        builder.add(numbers[old], postings.weights[place], postings.at(place), postings.kinds[place])
            if builder.documents:
                yield field, key, builder


def _lives(reader: _Segment, word: str, numbers: Mapping[int, int]) -> bool:
    postings = reader.postings(_TERM, word)
    return postings is not None and any(document in numbers for document in postings.documents)
