"""A report as a document of the cluster (mapping.json): our own terms, so that the cluster analyses nothing but blanks.

t: the terms in the order of the text; a paragraph begins with two marks, and one more ends the last. c, s: at the same
places, what else stands there: words in capitals, and words that are printed as several (`index.spellings`). w: each
term with its weight. k: each term in each kind of section, with how often. v, h: the terms, and the words that have a
hyphen. about, leaf, text: the report as it is shown, its index (`index.opensearch.leaf`), and its text; all packed.
"""

import hashlib
import json
import zlib
from base64 import b64encode, urlsafe_b64decode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

from corpus.model import SectionKind, Text
from corpus.report import Report
from index import analyser
from index.opensearch.leaf import pack
from index.opensearch.texts import as_json
from index.storage.engine import IndexedParagraph, Layout
from index.storage.postings import PostingsBuilder
from index.storage.segment_builder import COMPOUND, TERM, Inverted

FORMAT = "1"
"""Part of the fingerprint: change it with any change of a document or of the mapping."""

MARK = "¶"
"""Begins a paragraph; the same with the code of its kind of section follows. No term has it."""
NOTHING = "_"
"""Stands where a sparse field has no term."""
WEIGHT_UNIT = 20
"""Weights of sections are multiples of 1/20, and the cluster counts in whole numbers."""
_LONGEST = 8_000  # bytes of a term: Lucene takes no more than 32,766


def field_of(term: str) -> str:
    """The field that has a term at its places."""
    return "s" if term.startswith(analyser.SPELLED) else "c" if term.isupper() else "t"


class Document(NamedTuple):
    """id: see `name`. body: its fields, without `from`."""

    id: str
    body: dict[str, Any]


def mapping() -> dict[str, Any]:
    """Settings and mapping of an index, without the numbers of shards and replicas."""
    found: dict[str, Any] = json.loads(files("index.opensearch").joinpath("mapping.json").read_text("utf-8"))
    return found


def stored(term: str) -> str:
    """A term as the cluster knows it: no white space, which NFKC can make, no sign of ours, and not too long."""
    if not term.isascii() or not term.isalnum():
        term = term.replace("|", NOTHING)
        term = NOTHING.join(term.split())
    if len(term) > _LONGEST // 4 and len(raw := term.encode()) > _LONGEST:
        return raw[: _LONGEST // 2].decode(errors="ignore") + hashlib.sha256(raw).hexdigest()
    return term


def in_kind(code: int, term: str) -> str:
    """A term in a kind of section, as `k` has it."""
    return f"{code:x}{stored(term)}"


def name(library: str, reading: int, report: Report, copies: Sequence[str]) -> str:
    """The id of a document, told without reading its text: made of all that the document says, since a reading never
    changes. So a document never changes either.
    """
    said = [FORMAT, analyser.VERSION, library, reading, report.to_dict(), sorted(copies)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:40]


def document(library: str, reading: int, report: Report, text: Text, copies: Sequence[str]) -> Document:
    """The document of a reading.

    library: the id of the library that publishes it. report: as the catalogue and the file describe it now. copies:
    the ids of the reports of the library that are near-duplicates of it.
    """
    kinds = {section.ordinal: section.kind for section in text.sections}
    paragraphs = [
        IndexedParagraph(each.searched, SectionKind(kinds[each.section]), each.heading, each.number or "")
        for each in text.paragraphs
    ]
    inverted = Inverted()
    layout, length = inverted.add(paragraphs)
    fields = inverted.by_field()
    built = fields[TERM]
    about = {"report": report.to_dict(), "length": length, "words": _words(layout, length), "copies": sorted(copies)}
    body = {
        **_in_order(layout, length, built),
        "w": " ".join(f"{stored(term)}|{max(1, round(each.weights[0] * WEIGHT_UNIT))}" for term, each in built.items()),
        "k": " ".join(_by_kind(layout, built)),
        "v": sorted(built),
        "h": sorted(fields[COMPOUND]),
        "library": library,
        "report": report.id,
        "reading": reading,
        "about": packed(about),
        "leaf": b64encode(pack(built, layout, length)).decode(),
        "text": packed(as_json(text)),
    }
    named = name(library, reading, report, copies)
    return Document(named, {**body, "key": int(named[:15], 16)})


def packed(value: object) -> str:
    """A value as a binary field takes it."""
    return b64encode(zlib.compress(json.dumps(value, ensure_ascii=False).encode())).decode()


def unpacked(value: str) -> bytes:
    """What a binary field holds, as a cluster gives it back: in the alphabet of addresses, and not padded."""
    return urlsafe_b64decode(f"{value}==")


def _in_order(layout: Layout, length: int, built: Mapping[str, PostingsBuilder]) -> dict[str, str]:
    size = length + max(0, len(layout.starts) - 1)
    rows = {name: [NOTHING] * size for name in ("t", "c", "s")}
    for term, postings in built.items():
        if term.startswith(analyser.NUMBERED):
            continue
        row, known = rows[field_of(term)], stored(term)
        for place in postings.positions:
            row[place] = known
    found: dict[str, list[str]] = {name: [] for name in rows}
    for start, end, code in _paragraphs(layout, length):
        for name, row in rows.items():
            found[name] += (MARK, f"{MARK}{code:x}") if name == "t" else (NOTHING, NOTHING)
            found[name] += row[start:end]
    found["t"].append(MARK)
    return {name: " ".join(pieces) for name, pieces in found.items()}


def _by_kind(layout: Layout, built: Mapping[str, PostingsBuilder]) -> list[str]:
    kinds = layout.kinds
    return [
        f"{in_kind(code, term)}|{often}"
        for term, postings in built.items()
        for code, often in Counter(kinds[layout.paragraph_at(place)] for place in postings.positions).items()
    ]


def _words(layout: Layout, length: int) -> dict[int, int]:
    """The number of words in each kind of section, by its code."""
    found: Counter[int] = Counter()
    for start, end, code in _paragraphs(layout, length):
        found[code] += end - start
    return dict(found)


def _paragraphs(layout: Layout, length: int) -> Iterator[tuple[int, int, int]]:
    """The first position of each paragraph, the one behind it, and the code of its kind of section."""
    ends = [*(start - 1 for start in layout.starts[1:]), length + len(layout.starts) - 1]  # one between two is free
    return zip(layout.starts, ends, layout.kinds, strict=False)
