"""The rows of a long table as a workbook keeps them: XML, a row a line, made before it is known where it will stand.

XlsxWriter makes workbooks, but a large batch spent nine tenths of its time in making rows through it, in one process
(docs/performance.md). So the processes that answer make the rows themselves, and `filled` puts them into the sheets
that XlsxWriter has made. A line is: address and words of the link, if any, and the row, each ended by a tab; in the row
a NUL stands for the row's number and \\x01 for the cell with the link.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from math import ceil
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from xlsxwriter.utility import xl_col_to_name

MAX_CELL = 32_767
MAX_LINKS = 65_000
"""Of a sheet: Excel allows 65,530."""
MAX_PART = 2_000_000_000
"""Bytes of a sheet: beyond 2 GiB a zip file needs an extension that not every program reads."""
_MAX_LINK = 2_000
_LEVEL = 1  # of compression: a third of the time of the usual 6 for a fifth more bytes
_BLOCK = 2_000_000  # bytes that are compressed at once
_THREADS = 2  # that compress; who makes the rows ready needs as long as one of them
_DIGITS = 6  # more than the NUL for which it stands takes the number of a row
_PIECE = 1_000_000  # bytes between two places at which a sheet may end because it is full of them
_CUT = " … (cut: the cell holds no more; the rest is in the CSV)"
_UNWRITABLE = re.compile("[\ufffe\uffff\ud800-\udfff]")  # no XML may hold them
_ESCAPED = re.compile("[\x00-\x08\x0b-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")  # Excel writes them as _x001F_
_FORMULA = re.compile(r"[=+\-@\t\r]")
_LETTERS = 1.1  # of running text in one unit of a column's width
_LINE, _MOST_LINES = 15, 12  # height in points; the whole text is in the cell anyway
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that opens our own page or a PDF."""

    address: str
    shown: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a long table. text, quoted, number: numbers of its formats, quoted for what looks like a formula.

    wide: its width when long text is wrapped in it, else 0.
    """

    name: str
    text: int
    quoted: int
    number: int
    wide: float


class Lines:
    """Makes the lines of one table. percent: number of a format."""

    def __init__(self, columns: Sequence[Column], percent: int) -> None:
        self._cells = [_Cell(xl_col_to_name(n), column) for n, column in enumerate(columns)]
        self._percent = percent

    def line(self, row: Mapping[str, Any]) -> bytes:
        """The line of one row."""
        cells: list[str] = []
        address, shown, lines = "", "", 1
        for cell in self._cells:
            value = row.get(cell.name)
            if value is None or value == "":
                continue
            kind = type(value)
            if kind is int:
                cells.append(f"{cell.number}{value}</v></c>")
            elif kind is float:
                cells.append(f'<c r="{cell.letter}\0" s="{self._percent}"><v>{value!r}</v></c>')
            elif kind is Link:
                address, shown = value.address, value.shown
                cells.append("\x01")
            else:
                if value != cell.value:  # most cells are those of the row above
                    cell.make(value)
                cells.append(cell.made)
                lines = max(lines, cell.lines)
        high = f' ht="{height(lines)}" customHeight="1"' if lines > 1 else ""
        return f'{address}\t{shown}\t<row r="\0"{high}>{"".join(cells)}</row>\n'.encode()


class _Cell:
    """One column of a table that is being made, with the text cell that was made last."""

    def __init__(self, letter: str, column: Column) -> None:
        self.letter, self.name = letter, column.name
        self.number = f'<c r="{letter}\0" s="{column.number}"><v>'
        self._column = column
        self.value: object = ""
        self.made = ""
        self.lines = 1

    def make(self, value: object) -> None:
        """The cell of another text."""
        text = readable(value)
        form = self._column.quoted if is_formula(text) else self._column.text
        self.value, self.made = value, _cell(f"{self.letter}\0", form, text)
        self.lines = lines_in(text, self._column.wide)


def readable(value: object) -> str:
    """A value as the text of a cell."""
    text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    if not text.isprintable():
        text = _UNWRITABLE.sub("\ufffd", text)
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - len(_CUT)] + _CUT


def is_formula(text: str) -> bool:
    """Whether text would become a formula when somebody edits its cell."""
    return _FORMULA.match(text) is not None


def is_link(address: str, links: int) -> bool:
    """Whether a sheet with so many links takes another one, to this address."""
    return links < MAX_LINKS and len(address) <= _MAX_LINK


def lines_in(text: str, wide: float) -> int:
    """On how many lines a text stands in a column so wide; not every program finds the height of a row itself."""
    return ceil(len(text) / (_LETTERS * wide)) if wide else 1


def height(lines: int) -> int:
    """Of a row with so many lines, in points."""
    return _LINE * min(lines, _MOST_LINES)


def _cell(place: str, form: int, text: str) -> str:
    odd = not text.isprintable()  # a sixth of the time of the expression, which is for line breaks and the like
    if odd or "_x" in text:
        text = _ESCAPED.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    text = escape(text)
    if odd:
        text = text.replace("\n", "&#10;")
    space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f'<c r="{place}" s="{form}" t="inlineStr"><is><t{space}>{text}</t></is></c>'


@dataclass(slots=True)
class Filling:
    """The rows of one sheet below its header: the next `count` of the lines that all sheets of its table share.

    letter: of the column with the link. link, plain: numbers of formats.
    """

    lines: Iterator[bytes]
    count: int
    width: int
    letter: str
    link: int
    plain: int


class Kept:
    """Puts lines into a file, and tells what `parted` needs to know of them: (lines, their bytes in a sheet at most)
    of one piece after the other.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._rows = self._size = 0
        self._pieces: list[tuple[int, int]] = []

    def write(self, line: bytes) -> None:
        """The next line."""
        self._file.write(line)
        self._rows += 1
        self._size += len(line) + _DIGITS * line.count(b"\0")
        if self._size >= _PIECE:
            self._close()

    def pieces(self) -> list[tuple[int, int]]:
        """Of all lines until now."""
        self._close()
        return self._pieces

    def _close(self) -> None:
        if self._rows:
            self._pieces.append((self._rows, self._size))
        self._rows = self._size = 0


def parted(pieces: Iterable[tuple[int, int]], most: int) -> list[int]:
    """How many lines go into each sheet that holds `most` rows; one sheet at least. pieces: as `Kept` tells them."""
    counts, size = [0], 0
    for rows, held in pieces:
        if size + held > MAX_PART and counts[-1]:
            counts.append(0)
            size = 0
        while counts[-1] + rows > most:
            rows -= most - counts[-1]
            counts[-1] = most
            counts.append(0)
            size = 0
        counts[-1] += rows
        size += held
    return counts


def filled(book: IO[bytes], out: Path, fillings: Mapping[str, Filling]) -> None:
    """Write a finished workbook again with the rows of the long tables in it. fillings: by the name of the part."""
    with (
        zipfile.ZipFile(book) as small,
        out.open("w+b") as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as whole,
    ):
        for part in small.infolist():
            data = small.read(part)
            if part.filename not in fillings:
                whole.writestr(part, data, compresslevel=_LEVEL)
                continue
            targets: dict[str, int] = {}
            _deflated(whole, file, part.filename, _blocks(_filled(data, fillings[part.filename], targets)))
            if targets:
                folder, _, name = part.filename.rpartition("/")
                related = "".join(
                    f'<Relationship Id="rId{n}" Type="{_HYPERLINK}" Target={quoteattr(target)} TargetMode="External"/>'
                    for target, n in targets.items()
                )
                relations = f'<Relationships xmlns="{_RELATIONS}">{related}</Relationships>'
                whole.writestr(f"{folder}/_rels/{name}.rels", f"{_DECLARED}{relations}")


_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _filled(data: bytes, filling: Filling, targets: dict[str, int]) -> Iterator[bytes]:
    """One sheet with its rows, in pieces. targets: takes the files or pages that its links lead to, each with its
    number.
    """
    head, end, tail = data.partition(b"</sheetData>")
    last = f"{xl_col_to_name(filling.width - 1)}{filling.count + 1}"
    yield re.sub(rb'<dimension ref="[^"]*"/>', f'<dimension ref="A1:{last}"/>'.encode(), head)
    links: list[str] = []
    for number, line in enumerate(islice(filling.lines, filling.count), 2):
        address, shown, row = line[:-1].split(b"\t", 2)
        row = row.replace(b"\0", b"%d" % number)
        if address:
            place = f"{filling.letter}{number}"
            to = address.decode()
            if is_link(to, len(links)):
                target, _, where = to.partition("#")
                related = targets.setdefault(target, len(targets) + 1)
                location = f" location={quoteattr(where)}" if where else ""
                links.append(f'<hyperlink ref="{place}" r:id="rId{related}"{location}/>')
                cell = _cell(place, filling.link, shown.decode())
            else:
                cell = _cell(place, filling.plain, to)
            row = row.replace(b"\x01", cell.encode())
        yield row
    yield end
    if links:
        tail = tail.replace(b"<pageMargins", f"<hyperlinks>{''.join(links)}</hyperlinks><pageMargins".encode(), 1)
    yield tail


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            yield b"".join(held)
            held, size = [], 0
    yield b"".join(held)


def _deflated(whole: zipfile.ZipFile, file: IO[bytes], name: str, blocks: Iterable[bytes]) -> None:
    """Put a part into a zip file that is written to `file`. Its blocks are compressed side by side, each for itself, so
    that they can stand one behind the other.
    """
    part = zipfile.ZipInfo(name)  # for the module it is stored as it is, and is told below what it holds
    check = size = 0
    with ThreadPoolExecutor(_THREADS) as pool, whole.open(part, "w") as packed:
        waiting: deque[Future[bytes]] = deque()
        for block in blocks:
            check, size = zlib.crc32(block, check), size + len(block)
            waiting.append(pool.submit(_packed, block))
            if len(waiting) > _THREADS:
                packed.write(waiting.popleft().result())
        for future in waiting:
            packed.write(future.result())
        packed.write(_END)
    part.compress_type, part.CRC, part.file_size = zipfile.ZIP_DEFLATED, check, size
    for place, told in (
        (8, struct.pack("<H", part.compress_type)),
        (14, struct.pack("<III", check, part.compress_size, size)),
    ):
        file.seek(part.header_offset + place)
        file.write(told)


def _packed(block: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(block) + packer.flush(zlib.Z_SYNC_FLUSH)


_END = b"\x03\x00"  # the empty block by which a reader knows that no other follows
