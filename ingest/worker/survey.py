"""Look through the bytes of a file for what PDFium does not report.

The slower checks then run only for files in which they may find something. Each answer may be true without need, but is
never false if the file has the thing.
"""

import base64
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_HEAD = 2_000  # bytes before a stream that describe it
_LARGEST, _ALL = 20_000_000, 500_000_000  # bytes of a stream, and of all, when unpacked
_NUMBER = re.compile(rb"#([0-9A-Fa-f]{2})")  # a letter of a name, written as a number
_FILTERS = re.compile(rb"/F(?:ilter)?\s*(\[[^\]]*\]|/\w+|\d+)")
_NAME = re.compile(rb"/(\w+)")
_SHORT = {b"Fl": b"FlateDecode", b"A85": b"ASCII85Decode", b"LZW": b"LZWDecode"}
_OTHER = re.compile(  # neither drawing commands nor dictionaries
    rb"/(?:Subtype\s*/Image|XRef|Length[123]|CIDFontType0C|Type1C|OpenType|Metadata|EmbeddedFile|FunctionType"
    rb"|ShadingType|N\s+[134])\b"
)
_PREDICTED = re.compile(rb"/Predictor\s*(?:[2-9]|1\d)")
_PAGE = re.compile(rb"/Type\s*/Page\b")
_COMMANDS = re.compile(rb"/Contents\s*(\[[^\]]*\]|\d+\s+\d+\s+R)")
_REFERENCE = re.compile(rb"(?<!\d)(\d+)\s+\d+\s+R")  # not tried again within a number
_NUMBERED = re.compile(rb"(?<!\d)(\d+)\s+\d+\s+\Z")  # how an object begins, before the word "obj"
_REACH = 80  # bytes before that word in which its numbers are
_NUMBERS = re.compile(rb"[\d\s]*")
_GLYPH = re.compile(rb"\s*(?:[-+]?[\d.]+\s+){2,6}d[01]\b")  # how the drawing of a letter begins (Type 3)
_WORDS = re.compile(rb"T[jJ]\b")
_FILES = re.compile(rb"/AF\s*[\[\d]|/FileAttachment\b")
_PAINTED = re.compile(
    rb"/BG\s*\[?\s*[\d.]|/BS\s*(?:\d|<<[^>]*?/W\s*(?:[3-9]|\d\d|\d\s+\d+\s+R))"
    rb"|/Border\s*(?:\d|\[\s*[\d.]+\s+[\d.]+\s+(?:[3-9]|\d\d))"
)
_LETTERS = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_CODE = re.compile(rb"<([^>]*)>")
_RANGE = re.compile(rb"<[^>]*>\s*<[^>]*>\s*(?:<([^>]*)>|\[([^\]]*)\])")
_BLANK = frozenset(
    [b"", b"20", b"a0", b"0009", b"0020", b"00a0", b"00ad", b"202f", b"205f", b"2060", b"3000", b"feff"]
    + [b"20%02x" % n for n in range(16)]
)  # fmt: skip
_BLANKS = 3  # letters of a font that one kind of space stands for; two are a space and one that does not break


@dataclass(slots=True)
class Survey:
    """What a file may have.

    `pages` is the number of pages in it, including those of earlier versions of the file, and `packed` whether they are
    in packed objects. `damaged` means that a stream may not be unpacked to its end, or that drawing commands may be
    missing. `layers` are parts of a page that can be switched off, and `type3` fonts whose letters are drawings;
    `inner` means that such drawings hold text, which PDFium does not read. `says` means that the file says what some
    letters are to be read as (ActualText), and `blanks` that a font names several letters as spaces. `files` are files
    associated with something or attached to a place, and `painted` are notes with a background or a thick border.
    """

    pages: int = 0
    packed: bool = False
    damaged: bool = False
    layers: bool = False
    type3: bool = False
    inner: bool = False
    says: bool = False
    blanks: bool = False
    files: bool = False
    painted: bool = False


def survey(data: bytes) -> Survey:
    """Return what a file may have. Takes a hundredth of the time of reading it."""
    found = Survey()
    outside: list[bytes] = []
    streams = list(_streams(data, outside))
    encrypted = any(b"/Encrypt" in part for part in outside)
    unknown, room = False, _ALL
    seen = _Dictionaries(found)
    for head, start, end in streams:
        dictionaries = b"ObjStm" in head
        if not dictionaries and _OTHER.search(head):
            continue
        text = None if encrypted or room < 0 else _unpacked(head, data, start, end, found)
        room -= len(text or b"")
        if text is None or (dictionaries and _PREDICTED.search(head)):
            found.says = found.blanks = True
            unknown |= dictionaries
        elif dictionaries:
            seen.look(text)
            if numbers := _NUMBERS.match(text):
                seen.packed.update(numbers.group().split()[::2])
            found.packed |= b"/Kids" in text
        else:
            found.says |= b"ActualText" in text or _NUMBER.search(text) is not None
            found.blanks |= b"beginbf" in text and _has_blanks(text)
            found.inner |= _GLYPH.match(text) is not None and _WORDS.search(text) is not None
    seen.look(b"\n".join(outside))
    seen.judge(outside)
    if unknown:
        found.packed = found.layers = found.type3 = found.files = found.painted = True
    return found


def _streams(data: bytes, outside: list[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """Yield the dictionary of each stream, and where the stream begins and ends. Adds what is not in streams."""
    done = at = 0
    while (found := data.find(b"stream", at)) >= 0:
        at = found + 6
        if data[at : at + 1] not in (b"\r", b"\n"):
            continue
        start = at + (2 if data[at : at + 2] == b"\r\n" else 1)
        end = data.find(b"endstream", start)
        end = len(data) if end < 0 else end
        outside.append(data[done:found])
        head = outside[-1][-_HEAD:]
        yield head[head.rfind(b"obj") + 1 :], start, end
        done = at = end + 9
    outside.append(data[done:])


def _unpacked(head: bytes, data: bytes, start: int, end: int, found: Survey) -> bytes | None:
    """Return what is packed in a stream, or None if that is not known."""
    names = [_SHORT.get(name, name) for name in _NAME.findall(b"".join(_FILTERS.findall(head)))]
    if not names and not _FILTERS.search(head):
        return data[start:end]
    packed = data[start:end]
    if not packed.strip():
        return b""
    try:
        if names[:1] == [b"ASCII85Decode"]:
            names = names[1:]
            packed = base64.a85decode(packed.strip().removeprefix(b"<~").removesuffix(b"~>"))
        if names != [b"FlateDecode"]:
            found.damaged |= bool(names)  # not unpacked here, so whether it is whole is unknown
            return None if names else packed
        text, whole = unpacked(packed)
    except (ValueError, zlib.error):
        found.damaged = True
        return None
    found.damaged |= whole is False
    return None if whole is None else text


def unpacked(packed: bytes) -> tuple[bytes, bool | None]:
    """Unpack data, and return whether it was whole, or None if it is too large to tell. Raises zlib.error.

    Some programs leave out the checksum at the end or part of it, or set it to nought.
    """
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    text = unpacking.decompress(packed[2:], _LARGEST)
    if unpacking.unconsumed_tail:
        return text, None
    checksum = unpacking.unused_data.rstrip(b"\r\n")[:4]
    missing = len(checksum) < 4 or not any(checksum)
    return text, unpacking.eof and (missing or checksum == zlib.adler32(text).to_bytes(4, "big"))


class _Dictionaries:
    """What the dictionaries of a file have. They are looked at one after the other: all of them may take 100 MB.

    `packed` are the numbers of the packed objects.
    """

    def __init__(self, found: Survey) -> None:
        self._found = found
        self._commands: set[bytes] = set()  # the numbers of the objects that have drawing commands
        self._said = self._properties = False
        self.packed: set[bytes] = set()

    def look(self, text: bytes) -> None:
        """Record what some dictionaries have."""
        found = self._found
        if b"#" in text:
            text = _NUMBER.sub(lambda match: bytes.fromhex(match.group(1).decode()), text)
        found.pages += len(_PAGE.findall(text))
        for held in _COMMANDS.findall(text):
            self._commands.update(_REFERENCE.findall(held))
        found.layers |= b"OCProperties" in text
        found.type3 |= b"Type3" in text
        found.files |= _FILES.search(text) is not None
        found.painted |= _PAINTED.search(text) is not None
        self._said |= b"ActualText" in text
        self._properties |= b"Properties" in text  # of drawing commands; a structure may have ActualText as well

    def judge(self, outside: Sequence[bytes]) -> None:
        """Record what only all dictionaries together show. `outside` are the parts of the file outside streams."""
        self._found.says |= self._said and self._properties
        missing = self._commands - self.packed
        self._found.damaged |= bool(missing) and not missing.issubset(_numbers(b"\n".join(outside)))


def _numbers(text: bytes) -> Iterator[bytes]:
    """Yield the numbers of the objects. A pattern for all of it would try every number in the file."""
    for before, after in pairwise(text.split(b"obj")):
        if before[-1:].isspace() and not (after[:1].isalnum() or after[:1] == b"_"):
            found = _NUMBERED.search(before, max(0, len(before) - _REACH))
            if found is not None:
                yield found.group(1)


def _has_blanks(cmap: bytes) -> bool:
    """Return whether a font names several letters as the same kind of space, or as nothing."""
    named: Counter[bytes] = Counter()
    for part in _LETTERS.findall(cmap):
        named.update(_CODE.findall(part)[1::2])
    for part in _RANGES.findall(cmap):
        for one, several in _RANGE.findall(part):
            named.update(_CODE.findall(several) if several else [one])
    blank: Counter[bytes] = Counter()
    for name, count in named.items():
        blank[b"".join(name.split()).lower()] += count
    return any(blank[name] >= _BLANKS for name in _BLANK)
