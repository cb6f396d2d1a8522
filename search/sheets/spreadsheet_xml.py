"""Parse the XML of an Excel workbook: its cells, shared strings and number formats.

The XML is untrusted. It is parsed in pieces, without a tree, and every count is limited, so that a malicious file costs
no more than a large one. Invalid XML raises ValueError; a valid file that is too large raises UsageError.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from corpus.errors import UsageError
from search.sheets.cell import BUILT_IN, RESULT_MISSING, TYPE_AGAIN, Cell, number, seen, too_large
from search.sheets.header import MOST_COLUMNS
from search.tables.column_types import MAX_CELL, MAX_COLUMNS, MAX_ROWS

_CELLS = 300_000  # 16,000 queries with 18 columns: five seconds
_LETTERS = 50_000_000  # letters in all cells together: one long text may be the value of many cells
_ELEMENTS = 100_000  # of styles, and of merged cells
_LONGEST_TAG = 1_000_000  # bytes; a cell has at most 32,767 characters, and most of those are not in a tag
_LONGEST_FORMAT = 255  # characters, as in Excel
_REF = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(slots=True)
class Line:
    """A row that is not empty. `cells` is keyed by column (0-based)."""

    number: int
    hidden: bool
    cells: dict[int, Cell]


@dataclass(slots=True)
class Grid:
    """The rows of a sheet.

    `hidden` are columns (0-based). `merged` has (first row, last row, column) of cells that span rows.
    """

    lines: list[Line] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int]] = field(default_factory=list)

    def fill(self, after: int) -> list[str]:
        """Copy the value of a merged cell to each row that it spans, as on screen. Returns the cells as `C2:C3`.

        `after` is the row of the header; a merged cell above it is a heading. Empty rows are not filled.
        """
        filled, numbers, cells, left = [], [line.number for line in self.lines], _CELLS, _LETTERS
        for first, last, column in self.merged:
            start, stop = bisect_right(numbers, first), bisect_right(numbers, last)
            if first <= after or not start or numbers[start - 1] != first or stop == start:
                continue
            if (cell := self.lines[start - 1].cells.get(column)) is None:
                continue
            cells -= stop - start
            left -= (stop - start) * len(cell.text)
            if cells < 0 or left < 0:
                raise too_large()
            filled.append(f"{letters(column)}{first}:{letters(column)}{last}")
            for line in self.lines[start:stop]:
                line.cells.setdefault(column, cell)
        return filled


def letters(column: int) -> str:
    """Return the name of a column (0-based): A, B … Z, AA."""
    name = ""
    while column >= 0:
        name = chr(65 + column % 26) + name
        column = column // 26 - 1
    return name


@dataclass(slots=True)
class Shared:
    """What the cells of all sheets share.

    `names` are defined names. `calculated` is whether stored results are up to date.
    """

    strings: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    from_1904: bool = False
    calculated: bool = True


class Reader:
    """Receives the events of the parser, and collects the text of the elements named in `holds`."""

    holds: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._text: list[str] | None = None

    def start(self, tag: str, values: Mapping[str, str]) -> None:
        name = tag.rpartition("}")[2]  # without its namespace, of which there are two
        if name in self.holds:
            self._text = []
        self.begins(name, values)

    def data(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:
        self.ends(tag.rpartition("}")[2], "".join(self._text or ()))
        self._text = None

    def begins(self, name: str, values: Mapping[str, str]) -> None:
        """Called at the start of an element. `values` are its attributes."""

    def ends(self, name: str, text: str) -> None:
        """Called at the end of an element. `text` is its text."""


class _Elements(Reader):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Mapping[str, str]]] = []

    def begins(self, name: str, values: Mapping[str, str]) -> None:
        if len(self.found) >= _ELEMENTS:
            raise too_large()
        self.found.append((name, values))


class StringsReader(Reader):
    """Reads the shared strings. Runs in several formats are joined; phonetic hints (rPh) are left out."""

    holds = ("t",)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._spoken = False

    def begins(self, name: str, values: Mapping[str, str]) -> None:
        if name == "si":
            self._pieces = []
        elif name == "rPh":
            self._spoken = True

    def ends(self, name: str, text: str) -> None:
        if name == "t" and not self._spoken:
            self._pieces.append(text)
        elif name == "rPh":
            self._spoken = False
        elif name == "si":
            self.found.append(seen(_unescaped("".join(self._pieces))))


class SheetReader(Reader):
    """Reads the cells of a sheet into `grid`."""

    holds = ("v", "f", "t")

    def __init__(self, shared: Shared) -> None:
        super().__init__()
        self.grid = Grid()
        self._shared = shared
        self._line = Line(0, False, {})
        self._column = -1
        self._cell: Mapping[str, str] = {}
        self._parts: dict[str, list[str]] = {}
        self._spoken = False
        self._cells, self._letters, self._columns = _CELLS, _LETTERS, MAX_COLUMNS  # the remaining allowance

    def begins(self, name: str, values: Mapping[str, str]) -> None:
        if name == "c":
            self._column = _place(values["r"])[1] if "r" in values else self._column + 1
            if self._column >= MAX_COLUMNS:
                raise ValueError("a column that Excel does not have")
            self._cell, self._parts = values, {}
        elif name == "row":
            hidden = is_true(values, "hidden") or values.get("ht") == "0"
            last, self._column = self._line.number, -1
            self._line = Line(int(values.get("r", last + 1)), hidden, {})
            if not last < self._line.number <= MAX_ROWS:
                raise ValueError("rows that are out of order, or that Excel does not have")
        elif name == "rPh":
            self._spoken = True
        elif name == "col" and is_true(values, "hidden"):
            columns = range(int(values["min"]) - 1, min(int(values["max"]), MAX_COLUMNS))
            self._columns -= len(columns)
            if self._columns < 0:
                raise ValueError("columns that are there twice")
            self.grid.hidden.update(columns)
        elif name == "mergeCell":
            self._merge(values["ref"])

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        (top, column), (bottom, _right) = _place(first), _place(last or first)
        if len(self.grid.merged) >= _ELEMENTS:
            raise too_large()
        if bottom > top:
            self.grid.merged.append((top, bottom, column))

    def ends(self, name: str, text: str) -> None:
        if name in self.holds and not self._spoken:
            self._parts.setdefault(name, []).append(text)
        elif name == "rPh":
            self._spoken = False
        elif name == "c":
            self._keep(self._read())
        elif name == "row" and self._line.cells:
            self.grid.lines.append(self._line)

    def _keep(self, cell: Cell) -> None:
        if cell.text or cell.doubt:
            if self._column >= MOST_COLUMNS:
                raise UsageError(
                    f"The workbook has a cell in column {letters(self._column)}. At most {MOST_COLUMNS:,} columns are "
                    "read. Delete what is there, or move it to the left."
                )
            self._cells -= 1
            self._letters -= len(cell.text)
            if self._cells < 0 or self._letters < 0:
                raise too_large()
            if len(cell.text) > MAX_CELL:
                raise ValueError("a text that is longer than a cell may be")
            self._line.cells[self._column] = cell

    def _read(self) -> Cell:
        kind, raw = self._cell.get("t", "n"), self._part("v") if "v" in self._parts else None
        if "f" not in self._parts:
            return self._value(kind, raw)
        # `=DNA`, typed without an apostrophe, is a formula to Excel and a query to this program. It is read as typed,
        # but is doubtful in lower case: LibreOffice saves `=DNA` as `=dna`, which means something else.
        word = seen(_unescaped(self._part("f")))
        named = word.casefold() in self._shared.names or _REF.fullmatch(word)
        has_result = self._has_result(kind, raw)
        if _WORD.fullmatch(word) and not word.islower() and not named and (kind == "e" or not has_result):
            return Cell("=" + word)
        return self._value(kind, raw) if has_result else Cell("=" + word, RESULT_MISSING)

    def _has_result(self, kind: str, raw: str | None) -> bool:
        """Return whether a formula has a result.

        Programs that cannot calculate store 0 and request a calculation on opening.
        """
        if raw is None or (not raw and kind != "str"):
            return False
        return self._shared.calculated or (kind, raw) != ("n", "0")

    def _part(self, name: str) -> str:
        return "".join(self._parts.get(name, ()))

    def _value(self, kind: str, raw: str | None) -> Cell:
        if kind == "inlineStr":
            return Cell(seen(_unescaped(self._part("t"))))
        if not raw:
            return Cell("")
        if kind == "s":
            return Cell(self._shared.strings[int(raw)])
        if kind == "str":
            return Cell(seen(_unescaped(raw)))
        if kind == "b":
            return Cell("TRUE" if raw.strip() in ("1", "true") else "FALSE")
        if kind == "e":
            error = seen(raw)[:20]
            return Cell(
                error, f"the cell holds the Excel error {error}: type the query again, with an apostrophe before it"
            )
        if kind == "d":
            return Cell(seen(raw), f"Excel turned what was typed into a date ({seen(raw)[:20]}): {TYPE_AGAIN}")
        style, formats = int(self._cell.get("s", "0")), self._shared.formats
        return number(raw, formats[style] if style < len(formats) else "", from_1904=self._shared.from_1904)


def parse(chunks: Iterable[bytes], reader: Reader, *, whole: bool = True) -> None:
    """Parse one XML file of the workbook with a reader.

    With `whole`, the file must be complete. Raises ExpatError or ValueError.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    parser.StartDoctypeDeclHandler = _no_doctype
    fed = 0
    for chunk in chunks:
        parser.Parse(chunk)
        fed += len(chunk)
        if fed - parser.CurrentByteIndex > _LONGEST_TAG:
            raise ValueError("a tag or a comment without end, which is read from its start with every chunk")
    if whole:
        parser.Parse(b"", True)


def _no_doctype(*_: object) -> None:
    raise ValueError("a DOCTYPE, which no workbook has, and which allows entities that expand to a huge text")


def elements(chunks: Iterable[bytes]) -> list[tuple[str, Mapping[str, str]]]:
    """Return every element of a small part with its attributes, in order."""
    parse(chunks, met := _Elements())
    return met.found


def until_filled(chunks: Iterator[bytes], grid: Grid) -> Iterator[bytes]:
    """Yield the chunks of a sheet up to the first one with a filled cell."""
    for chunk in chunks:
        yield chunk
        if grid.lines:
            return


def formats_of(styles: Iterable[tuple[str, Mapping[str, str]]]) -> list[str]:
    """Return the number format of each style, in the order that cells refer to."""
    own, found, within = dict(BUILT_IN), [], ""
    for name, values in styles:
        if name == "numFmt":
            own[int(values["numFmtId"])] = values["formatCode"][:_LONGEST_FORMAT]
        elif name in ("cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
            within = name
        elif name == "xf" and within == "cellXfs":
            found.append(own.get(int(values.get("numFmtId", "0")), ""))
    return found


def _place(reference: str) -> tuple[int, int]:
    """Return the row (1-based) and column (0-based) of a reference such as `B2`."""
    match = _REF.fullmatch(reference)
    if not match or not 1 <= int(match[2]) <= MAX_ROWS:
        raise ValueError(reference)
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    if column > MAX_COLUMNS:
        raise ValueError(reference)
    return int(match[2]), column - 1


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def is_true(values: Mapping[str, str], name: str) -> bool:
    """Return whether an attribute is set."""
    return values.get(name) in ("1", "true", "on")
