"""Represent a report as a document of the cluster (mapping.json).

The terms are computed here, so the cluster only splits them at blanks.

t: the terms in the order of the text. A paragraph begins with two marks, and another mark ends the last paragraph. c
and s: other terms at the same positions, which are words in capitals, and words that are printed as several
(`index.spellings`). w: each term with its weight. k: each term in each kind of section, with its number of occurrences.
v and h: the distinct terms, and the words that have a hyphen. about and text: the description of the report and its
text, packed. Its index is packed in several more fields (`index.opensearch.leaf`).
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
from index.opensearch import leaf, texts
from index.storage.engine import IndexedParagraph, Layout
from index.storage.postings import PostingsBuilder
from index.storage.segment_builder import COMPOUND, TERM, Inverted

FORMAT = "3"
"""Part of the fingerprint. Change it with any change to a document or the mapping."""

BINARY = ("about", "text", *leaf.FIELDS)
"""The packed fields."""

MARK = "¶"
"""Marks the start of a paragraph. It is followed by the same mark with the code of its kind of section. No term
contains it.
"""
NOTHING = "_"
"""The placeholder where a sparse field has no term."""
WEIGHT_UNIT = 20
"""Section weights are multiples of 1/20, because the cluster counts in whole numbers."""
_LONGEST = 8_000  # bytes of a term; Lucene's limit is 32,766


def field_of(term: str) -> str:
    """Return the field that has the positions of a term."""
    return "s" if term.startswith(analyser.SPELLED) else "c" if term.isupper() else "t"


class Document(NamedTuple):
    """A document. `id` comes from `name`. `body` has all fields except `from`."""

    id: str
    body: dict[str, Any]


def mapping() -> dict[str, Any]:
    """Return the settings and mapping of an index, without the numbers of shards and replicas."""
    found: dict[str, Any] = json.loads(files("index.opensearch").joinpath("mapping.json").read_text("utf-8"))
    found["mappings"]["properties"] |= {name: {"type": "binary", "doc_values": True} for name in BINARY}
    return found


def stored(term: str) -> str:
    """Return a term in the form that the cluster stores.

    It has no white space (which NFKC can produce) and none of the program's marks, and its length is limited.
    """
    if not term.isascii() or not term.isalnum():
        term = term.replace("|", NOTHING)
        term = NOTHING.join(term.split())
    if len(term) > _LONGEST // 4 and len(raw := term.encode()) > _LONGEST:
        return raw[: _LONGEST // 2].decode(errors="ignore") + hashlib.sha256(raw).hexdigest()
    return term


def in_kind(code: int, term: str) -> str:
    """Return a term in a kind of section, in the form of field `k`."""
    return f"{code:x}{stored(term)}"


def name(library: str, reading: int, report: Report, copies: Sequence[str]) -> str:
    """Return the id of a document, without reading the text of the report.

    It is a hash of everything that the document is made from, so a document with a given id never changes.
    """
    said = [FORMAT, analyser.VERSION, library, reading, report.to_dict(), sorted(copies)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:40]


def document(library: str, reading: int, report: Report, text: Text, copies: Sequence[str]) -> Document:
    """Return the document of a reading.

    `library` is the id of the library that publishes it. `report` is the current description from the catalogue and the
    file. `copies` are the ids of near-duplicates in the library.
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
    about = {
        "report": report.to_dict(),
        "length": length,
        "words": _words(layout, length),
        "items": Counter(item.kind.value for item in text.items),
        "copies": sorted(copies),
    }
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
        "text": b64encode(texts.pack(text)).decode(),
        **{field: b64encode(data).decode() for field, data in leaf.pack(built, layout).items()},
    }
    named = name(library, reading, report, copies)
    return Document(named, {**body, "key": int(named[:15], 16)})


def packed(value: object) -> str:
    """Return a value in the encoding of a binary field."""
    return b64encode(zlib.compress(json.dumps(value, ensure_ascii=False).encode())).decode()


def unpacked(value: str) -> bytes:
    """Decode a binary field as returned by a cluster, which uses the URL-safe alphabet without padding."""
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
    """Return the number of words in each kind of section, by its code."""
    found: Counter[int] = Counter()
    for start, end, code in _paragraphs(layout, length):
        found[code] += end - start
    return dict(found)


def _paragraphs(layout: Layout, length: int) -> Iterator[tuple[int, int, int]]:
    """Yield the first position of each paragraph, the position after it, and the code of its kind of section."""
    ends = [*(start - 1 for start in layout.starts[1:]), length + len(layout.starts) - 1]  # one between two is free
    return zip(layout.starts, ends, layout.kinds, strict=False)
