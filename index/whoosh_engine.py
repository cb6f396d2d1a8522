"""How Whoosh keeps our terms: the only module that imports it.

We use Whoosh at the level of its codec: its files, term dictionary, stored fields and table of contents are Whoosh's
own; the postings of a term are one packed block of ours (`index.postings`). Whoosh's query parser, matchers and
scoring are not used.
"""

import shutil
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from whoosh import fields
from whoosh.codec import whoosh3
from whoosh.filedb.filestore import FileStorage
from whoosh.formats import Existence
from whoosh.index import TOC
from whoosh.matching import ListMatcher

from corpus.model import SectionKind
from index import analysis
from index.engine import KINDS, IndexedParagraph, Layout, SegmentSummary
from index.postings import Postings, PostingsBuilder, unpack

FORMAT = "1"
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


class _Field(fields.FieldType):  # type: ignore[misc]
    """A field whose postings are packed blocks."""

    def __init__(self) -> None:
        self.format = Existence()
        self.indexed = True
        self.stored = False


class _PackedWriter:
    """Writes the packed block of a term where Whoosh would write its own blocks."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._info: Any = None

    def start_postings(self, format_: object, info: Any) -> None:
        self._info = info
        info.set_extent(self._file.tell(), 0)

    def add_posting(self, documents: int, weight: float, packed: bytes, length: int | None = None) -> None:
        self._file.write(packed)
        self._info._df = documents
        self._info._weight = weight
        self._info.set_extent(self._info.extent()[0], len(packed))

    def finish_postings(self) -> Any:
        return self._info

    def written(self) -> bool:
        return bool(self._info and self._info.extent()[1])


class _PackedMatcher(ListMatcher):  # type: ignore[misc]
    """What Whoosh hands out for a term: its documents, and our postings."""

    def __init__(self, postings: Postings, format_: object, term: object, scorer: object) -> None:
        super().__init__(list(postings.documents), list(postings.weights), format=format_, term=term, scorer=scorer)
        self.postings = postings


class PackedCodec(whoosh3.W3Codec):  # type: ignore[misc]
    """Whoosh's codec with packed postings."""

    def postings_writer(self, file: Any, byteids: bool = False) -> _PackedWriter:
        return _PackedWriter(file)

    def postings_reader(
        self, file: Any, info: Any, format_: object, term: object = None, scorer: object = None
    ) -> _PackedMatcher:
        offset, length = info.extent()
        if isinstance(length, tuple):  # Whoosh 2.7.4 forgets to take the number out of what struct gives
            (length,) = length
        return _PackedMatcher(unpack(file.get(offset, length)), format_, term, scorer)


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

    def finish(self, terms: Iterable[tuple[str, str, PostingsBuilder]]) -> SegmentSummary:
        """Write the terms, given as (field, term, postings) in the order of fields and terms, and close the segment."""
        self._segment.set_doc_count(len(self._summary))
        self._documents.close()
        writer = self._codec.field_writer(self._storage, self._segment)
        current = ""
        for field, term, postings in terms:
            if field != current:
                if current:
                    writer.finish_field()
                writer.start_field(field, self._schema[field])
                current = field
            writer.start_term(term.encode())
            writer.add(len(postings.documents), sum(postings.weights), postings.pack(), None)
            writer.finish_term()
        if current:
            writer.finish_field()
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

    def postings(self, field: str, term: str) -> Postings | None:
        key = term.encode()
        if (field, key) not in self._terms:
            return None
        postings: Postings = self._terms.matcher(field, key, self._schema[field].format).postings
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
        terms: dict[str, PostingsBuilder] = {}
        compounds: dict[str, PostingsBuilder] = {}
        for reading, paragraphs in texts:
            positions, weights, pairs, layout, length = _invert(paragraphs)
            number = writer.add_document(reading, length, layout)
            for term, places in positions.items():
                builder = terms.get(term)
                if builder is None:
                    builder = terms[term] = PostingsBuilder()
                builder.add(number, len(places) + weights.get(term, 0.0), places)
            for left, right in pairs:
                compounds.setdefault(f"{left}{right}{_SEPARATOR}{left}", PostingsBuilder()).add(number, 0.0, ())
        forms = {f"{analysis.stem(term)}{_SEPARATOR}{term}": PostingsBuilder() for term in terms if not term.isupper()}
        return writer.finish(_in_order({_COMPOUND: compounds, _FORM: forms, _TERM: terms}))

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

    def documents(self) -> Mapping[int, int]:
        return self._documents

    def lengths(self) -> Mapping[int, int]:
        return self._lengths

    def postings(self, term: str) -> list[tuple[int, Postings]]:
        found = ((base, segment.postings(_TERM, term)) for base, segment in self._segments)
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
        found = {term for _, segment in self._segments for term in segment.terms_from(_TERM, prefix)}
        return (term for term in sorted(found) if not term.isupper())

    def layout(self, document: int) -> Layout:
        base, segment = max((pair for pair in self._segments if pair[0] <= document), key=lambda pair: pair[0])
        return segment.document(document - base)[1]

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


def _invert(
    paragraphs: Sequence[IndexedParagraph],
) -> tuple[dict[str, list[int]], dict[str, float], set[tuple[str, str]], Layout, int]:
    """The terms of a document with their positions; the weight to add beside one each; its hyphened pairs; its
    layout.
    """
    positions: dict[str, list[int]] = {}
    weights: dict[str, float] = {}
    pairs: set[tuple[str, str]] = set()
    starts = array("I")
    position = length = 0
    for text, kind, heading in paragraphs:
        starts.append(position)
        found = analysis.terms(text)
        extra = _WEIGHT.get(kind, 1.0) * (_HEADING_WEIGHT if heading else 1.0) - 1.0
        for place, (term, capitals) in enumerate(found, position):
            if term in positions:
                positions[term].append(place)
            else:
                positions[term] = [place]
            if capitals:
                positions.setdefault(capitals, []).append(place)
        if extra:
            for term, _ in found:
                weights[term] = weights.get(term, 0.0) + extra
        pairs.update(analysis.compounds(text))
        length += len(found)
        position += len(found) + 1
    return positions, weights, pairs, Layout(starts, bytes(KINDS.index(p.kind) for p in paragraphs)), length


def _in_order(by_field: dict[str, dict[str, PostingsBuilder]]) -> Iterator[tuple[str, str, PostingsBuilder]]:
    for field, terms in by_field.items():
        for key in sorted(term.encode() for term in terms):  # Whoosh wants the order of bytes
            yield field, key.decode(), terms[key.decode()]


def _merged(readers: list[_Segment], moved: list[dict[int, int]]) -> Iterator[tuple[str, str, PostingsBuilder]]:
    """The terms of several segments as those of one."""
    for field in (_COMPOUND, _FORM, _TERM):
        everything = {term.encode() for reader in readers for term in reader.terms_from(field, "")}
        for key in sorted(everything):
            builder = PostingsBuilder()
            for reader, numbers in zip(readers, moved, strict=True):
                postings = reader.postings(field, key.decode())
                if postings is not None:
                    for place, old in enumerate(postings.documents):
                        if old in numbers:
                            builder.add(numbers[old], postings.weights[place], postings.at(place))
            # a form is kept while its word occurs: it has no documents of its own
            if builder.documents or field == _FORM:
                yield field, key.decode(), builder
