"""The protocol between the worker process and its parent: one line of JSON, checked before it is used.

A file that takes over the worker can lie about its own text, but nothing else. It cannot pretend to be another report,
corrupt a table or fill the disk.
"""

import base64
import json
import re
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from corpus.disk.names import CONTROLS
from corpus.model import (
    ATTACHED_APART,
    Aside,
    AsideRole,
    Found,
    Hidden,
    Item,
    ItemKind,
    Page,
    Paragraph,
    Scan,
    ScanLine,
    Section,
    SectionKind,
    Text,
)
from corpus.reasons import TAKEN_DOWN, Reason
from ingest.structure.page import Pixels

FIELDS = ("title", "board", "area", "child", "kind", "type", "year", "published", "author", "language", "attachments")
PIXELS = 6_000_000
"""The maximum number of pixels in a picture of a page."""
SCAN_PIXELS = 12_000_000
"""The maximum number of pixels in a page rendered for OCR. A4 at 300 dots per inch has nine million."""
READERS = ("pdfium", "pypdf", "ocr", None)

LONGEST_TEXT = 32_000_000
"""The maximum size of a report in bytes: 5,000 pages with twice as many letters as a full page has."""
_MOST_VALUES = 2_000_000
"""The maximum number of values in an answer. Commas are counted before anything is parsed, including those in texts."""
_MOST_GROUPS = 500_000
"""The maximum number of lists and objects in an answer, which take the most memory. A paragraph takes two."""

_REPEATED = 3
"""The maximum length of all recommendations and findings, as a multiple of the text of the report."""
_SHORT, _LONG = 500, 1_000_000  # characters of a heading, label or value; of a paragraph
_NAMES, _FILES = 300_000, 2_001  # characters of the names of all files in a portfolio; their number
_CONTROLS = re.compile(f"[{CONTROLS}]")  # those that a catalogue may not have either
_HIGHEST = 1_000  # of a number that is not whole: JSON has some that no float can hold


def longest_picture(depth: int) -> int:
    """Return the maximum size in bytes of a picture answer: its pixels in base64, plus the JSON around them."""
    return 4 * depth * _most_pixels(depth) // 3 + 1_000


def longest_file(most: int) -> int:
    """Return the maximum size in bytes of the answer for an attached file of at most `most` bytes."""
    return 4 * most // 3 + 1_000


def _most_pixels(depth: int) -> int:
    return PIXELS if depth == 3 else SCAN_PIXELS


class Malformed(Exception):
    """Raised when the answer of a child process does not follow the protocol."""


def encode(text: Text) -> bytes:
    """Encode a report as one line."""
    return _line(
        {
            "pages": [[page.label, page.reader, page.unread, page.confidence, page.withheld] for page in text.pages],
            "sections": [[section.kind.value, section.heading] for section in text.sections],
            "paragraphs": [[p.page, p.number, p.section, p.text, p.heading, p.turns] for p in text.paragraphs],
            "asides": [[aside.page, aside.before, aside.role.value, aside.text] for aside in text.asides],
            "scans": text.scans,
            "items": [[item.kind.value, item.first, item.last, item.addressee] for item in text.items],
            "found": {name: [found.value, found.source, found.confidence] for name, found in text.found.items()},
        }
    )


def encode_failure(reason: Reason, detail: str) -> bytes:
    """Encode a refusal as one line."""
    return _line({"failure": reason.value, "detail": detail[:_SHORT]})


def encode_scans(scans: Mapping[int, Scan | Reason]) -> dict[str, Any]:
    """Encode OCR results for a request."""
    return {
        str(number): scan.value
        if isinstance(scan, Reason)
        else [scan.languages, scan.engine, scan.confidence, scan.width, scan.turned, scan.lines]
        for number, scan in scans.items()
    }


def decode_scans(scans: Mapping[str, Any]) -> dict[int, Scan | Reason]:
    """Decode OCR results in the child."""
    found: dict[int, Scan | Reason] = {}
    for number, scan in scans.items():
        if isinstance(scan, str):
            found[int(number)] = Reason(scan)
        else:
            asked, by, sure, width, turned, lines = scan
            found[int(number)] = Scan(int(number), asked, by, sure, width, turned, tuple(map(ScanLine.of, lines)))
    return found


def encode_picture(pixels: Pixels) -> bytes:
    """Encode a picture as one line.

    If every pixel is the same grey, a single byte is sent: a blank page for OCR has nine million.
    """
    data = base64.b64encode(pixels.data[:1] if pixels.even else pixels.data).decode()
    return _line({"width": pixels.width, "height": pixels.height, "depth": pixels.depth, "pixels": data})


def decode_picture(line: bytes, depth: int = 3) -> Pixels | tuple[Reason, str]:
    """Return the picture, or the reason why there is none.

    Raises Malformed if the line does not follow the protocol.
    """
    try:
        value = _parsed(line)
        if "failure" in value:
            return _failure(value)
        width, height = _whole(value["width"]), _whole(value["height"])
        fits = width > 0 and height > 0 and width * height <= _most_pixels(depth)
        _check(fits and value["depth"] == depth, "size")
        data = base64.b64decode(value["pixels"], validate=True)
        if len(data) == 1:
            data *= depth * width * height
        _check(len(data) == depth * width * height, "pixels")
        return Pixels(width, height, data, depth)
    except Malformed:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Malformed(type(error).__name__) from error


def encode_file(data: bytes) -> bytes:
    """Encode a file that is inside another one as one line."""
    return _line({"file": base64.b64encode(data).decode()})


def decode_file(line: bytes, most: int) -> bytes | tuple[Reason, str]:
    """Return the file, or the reason why there is none. Raises Malformed if the line does not follow the protocol."""
    try:
        value = _parsed(line)
        if "failure" in value:
            return _failure(value)
        data = base64.b64decode(value["file"], validate=True)
        _check(0 < len(data) <= most, "size")
        return data
    except Malformed:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Malformed(type(error).__name__) from error


def _failure(value: Any) -> tuple[Reason, str]:
    reason = Reason(value["failure"])
    _check(reason not in TAKEN_DOWN, "a reason that only the parent knows")
    return reason, _string(value["detail"], _SHORT)


def _parsed(line: bytes) -> Any:
    """Parse the JSON in a line.

    The size is checked first, because a parsed value takes many times the memory of its text.
    """
    _check(line.count(b",") <= _MOST_VALUES, "too many values")
    _check(line.count(b"[") + line.count(b"{") <= _MOST_GROUPS, "too many lists")
    return json.loads(line)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def decode(line: bytes, *, id: str, reader: str, max_pages: int) -> Text | tuple[Reason, str]:
    """Return the report, or the reason why there is none. Raises Malformed if the line does not follow the protocol."""
    try:
        value = _parsed(line)
        if "failure" in value:
            return _failure(value)
        return _text(value, id, reader, max_pages)
    except Malformed:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise Malformed(type(error).__name__) from error


def _text(value: Any, id: str, reader: str, max_pages: int) -> Text:
    rows = value["pages"]
    _check(len(rows) in range(1, max_pages + 1), "pages")
    pages = []
    for number, (label, by, unread, confidence, withheld) in enumerate(rows, 1):
        _check(by in READERS, "reader")
        _check(confidence is None or 0 <= _number(confidence) <= 100, "confidence")
        hidden = tuple(Hidden(how) for how in withheld)
        why = None if unread is None else Reason(unread).value
        pages.append(Page(number, _string(label, 40), by, why, confidence, hidden))
    sections = [
        Section(ordinal, SectionKind(kind), _string(heading, _SHORT))
        for ordinal, (kind, heading) in enumerate(value["sections"])
    ]
    paragraphs = []
    for ordinal, (page, printed, section, text, heading, turns) in enumerate(value["paragraphs"]):
        _check(1 <= _whole(page) <= len(pages), "page")
        _check(0 <= _whole(section) < len(sections), "section")
        _check(isinstance(heading, bool), "heading")
        text = _string(text, _LONG)
        _check(bool(text), "empty paragraph")
        last = (0, page)
        for offset, turned in turns:
            _check(last[0] <= _whole(offset) <= len(text) and last[1] < _whole(turned) <= len(pages), "turns")
            last = (offset, turned)
        label = None if printed is None else _string(printed, 60)
        paragraphs.append(
            Paragraph(ordinal, page, label, section, text, heading, tuple((offset, turned) for offset, turned in turns))
        )
    asides = []
    for page, before, role, text in value["asides"]:
        _check(1 <= _whole(page) <= len(pages) and 0 <= _whole(before) <= len(paragraphs), "aside")
        asides.append(Aside(page, before, AsideRole(role), _string(text, _LONG)))
    lengths = [0, *accumulate(len(paragraph.text) for paragraph in paragraphs)]
    items, repeated = [], 0
    for kind, first, last, addressee in value["items"]:
        _check(0 <= _whole(first) <= _whole(last) < len(paragraphs), "item")
        repeated += lengths[last + 1] - lengths[first]  # an item copies the text of its paragraphs
        _check(repeated <= _REPEATED * lengths[-1], "items")
        section = sections[paragraphs[first].section]
        asked = None if addressee is None else _string(addressee, _SHORT)
        items.append(Item.of(ItemKind(kind), paragraphs[first : last + 1], section, asked))
    found = {}
    for name, (said, source, confidence) in value["found"].items():
        _check(name in FIELDS and 0 <= _number(confidence) <= 1, "found")
        _check(name != "attachments" or said.count(ATTACHED_APART) < _FILES, "attachments")
        found[name] = Found(
            _string(said, _NAMES if name == "attachments" else _SHORT), _string(source, 60), float(confidence)
        )
    scans = tuple(value["scans"])
    _check(all(1 <= _whole(page) <= len(pages) for page in scans) and len(set(scans)) == len(scans), "scans")
    return Text(id, tuple(pages), tuple(sections), tuple(paragraphs), tuple(asides), found, reader, tuple(items), scans)


def _check(good: bool, what: str) -> None:
    if not good:
        raise Malformed(what)


def _whole(value: Any) -> int:
    _check(type(value) is int, "not a whole number")
    return int(value)


def _number(value: Any) -> float:
    _check(type(value) in (int, float) and abs(value) <= _HIGHEST, "not a number")
    return float(value)


def _string(value: Any, longest: int) -> str:
    _check(isinstance(value, str) and len(value) <= longest, "not a text")
    if value.isprintable():
        return str(value)
    # A lone surrogate cannot be stored, and a control character would disrupt a terminal. The program sends neither.
    _check(not any("\ud800" <= c <= "\udfff" or c < " " for c in value), "control characters")
    return _CONTROLS.sub("", value)
