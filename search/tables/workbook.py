"""Tables as an Excel workbook, written row by row in constant memory; nothing in it can run as a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.utility import xl_col_to_name

from search.tables.sheet_rows import Column, Filling, Lines, filled, height, is_formula, lines_in, parted, readable

MAX_ROWS = 1_048_576
"""Of a sheet, its header among them."""
MAX_COLUMNS = 16_384
_HEADER, _UPRIGHT = 32, 190  # heights in points
_COUNTS = frozenset(
    ("year", "page", "page_end", "ordinal", "line", "mentions", "reports", "of", "share", "cases", "passages", "score")
)

WIDTHS = {
    "id": 9,
    "query": 44,
    "text": 90,
    "title": 44,
    "board": 34,
    "heading": 30,
    "section": 16,
    "match": 24,
    "parsed": 44,
    "expansions": 60,
    "warnings": 40,
    "error": 60,
    "case": 26,
    "kind": 18,
    "type": 18,
    "file": 30,
    "link": 14,
    "left": 60,
    "right": 60,
    "report": 14,
}
_NAMES = frozenset(("year", "page", "page_end", "ordinal", "line"))  # numbers that name a thing: 2015, not 2,015
_WRAPPED = frozenset(("text", "query", "parsed", "expansions", "warnings", "error", "title", "name", "value"))


class Sheet:
    """One sheet that is written from top to bottom."""

    def __init__(self, book: Book, name: str, columns: Sequence[str], *, widths: Mapping[str, float] = WIDTHS) -> None:
        if len(columns) > MAX_COLUMNS:
            raise ValueError(f"{len(columns)} columns do not fit into a sheet")
        self.name = name
        self.columns = columns
        self.row = 0
        self._header = 0
        self._book = book
        self._sheet = book.file.add_worksheet(name)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)  # A4
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_margins(0.4, 0.4, 0.5, 0.5)
        self._sheet.set_footer("&L&8&A&R&8Page &P of &N")
        for n, column in enumerate(columns):
            wide = widths.get(column, max(8, min(30, len(column) + 2)))
            self._sheet.set_column(n, n, wide)
        self._numbers = [book.plain_number if column in _NAMES else book.number for column in columns]
        self._widths = [_wrapped(column, widths) for column in columns]
        self._formats = [book.wrapped if column in _WRAPPED else book.plain for column in columns]

    def header(self, names: Sequence[str] | None = None, *, upright: int = 0, keep: int = 0) -> None:
        """The names of the columns, which stay in sight. upright: from which column on they stand upright, if any.

        keep: how many columns on the left stay in sight as well.
        """
        names = names or self.columns
        self._sheet.set_row(self.row, _UPRIGHT if upright else _HEADER)
        for n, name in enumerate(names):
            right = n >= len(self.columns) or self.columns[n] in _COUNTS
            form = self._book.right if right else self._book.bold
            self._string(n, name, self._book.upright if upright and n >= upright else form)
        self._sheet.freeze_panes(self.row + 1, keep)
        self._sheet.repeat_rows(0, self.row)
        self._header = self.row
        self.row += 1

    def write(self, row: Mapping[str, Any]) -> None:
        """The next row, by column."""
        self.cells([row.get(column) for column in self.columns])

    def cells(self, cells: Sequence[Any], form: Any = None) -> None:
        """The next row. A float is shown as per cent; what is None stays empty."""
        told = [value if value is None or type(value) in (int, float) else readable(value) for value in cells]
        wrapped = zip(told, self._widths, strict=False)
        lines = max((lines_in(value, wide) for value, wide in wrapped if isinstance(value, str)), default=1)
        if lines > 1:
            self._sheet.set_row(self.row, height(lines))
        for n, value in enumerate(told):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                self._string(n, value, form or self._formats[n])
            elif isinstance(value, float):
                self._sheet.write_number(self.row, n, value, self._book.percent)
            else:
                self._sheet.write_number(self.row, n, value, form or self._numbers[n])
        self.row += 1

    def columns_like(self, widths: Sequence[float], after: int) -> None:
        """Further columns on the right, for numbers. after: how many there are already."""
        for n, wide in enumerate(widths, after):
            self._sheet.set_column(n, n, wide)
        self._formats += [self._book.plain] * len(widths)
        self._numbers += [self._book.number] * len(widths)

    def narrow(self, columns: Iterable[str]) -> None:
        """Give columns in which nothing stands little room."""
        for column in columns:
            n = self.columns.index(column)
            self._sheet.set_column(n, n, len(column) + 3)

    @property
    def total(self) -> Any:
        """The format of a row of sums."""
        return self._book.total

    def marked(self, names: Sequence[str], numbers: Sequence[float], small: Sequence[bool]) -> None:
        """A row of numbers behind some names; those that are small are marked. A float is shown as per cent."""
        row, book = self.row, self._book
        self.cells(names)
        for n, (number, mark) in enumerate(zip(numbers, small, strict=True), len(names)):
            share = isinstance(number, float)
            form = (book.small_percent if mark else book.percent) if share else book.small if mark else book.number
            self._sheet.write_number(row, n, number, form)

    def finish(self, width: int | None = None, rows: int = 0) -> None:
        """Offer to filter by any column. rows: how many there will be that are not written yet."""
        last = self.row - 1 + rows
        if last > self._header:
            self._sheet.autofilter(self._header, 0, last, (width or len(self.columns)) - 1)

    def _string(self, column: int, text: str, form: Any) -> None:
        self._sheet.write_string(self.row, column, text, self._book.quoted(form) if is_formula(text) else form)


class Book:
    """A workbook at `path`, to be used in a `with` block. parts: a folder for its parts until then (private files)."""

    def __init__(self, path: Path, parts: Path | None = None) -> None:
        # Text stays text: nothing is taken for a formula, a link or a number.
        options = {
            "constant_memory": True,
            "strings_to_urls": False,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "tmpdir": str(parts) if parts else None,
        }
        self._path = path
        self._data = io.BytesIO()  # all but the rows of long tables
        self._fillings: dict[str, Filling] = {}
        self.file = xlsxwriter.Workbook(self._data, options)
        self.file.set_properties({"comments": "Made with safeguarding-reviews"})
        top: dict[str, Any] = {"valign": "top"}
        self._quoted: dict[int, Any] = {}
        self._properties: dict[int, dict[str, Any]] = {}
        self.plain = self._format({**top, "align": "left", "indent": 1})  # else text touches the number on its left
        self.wrapped = self._format({**top, "align": "left", "indent": 1, "text_wrap": True})
        self.number = self._format({**top, "num_format": "#,##0"})
        self.plain_number = self._format({**top, "num_format": "0"})
        self.percent = self._format({**top, "num_format": "0.0%"})
        small: dict[str, Any] = {**top, "italic": True, "font_color": "#9C5700"}
        self.small = self._format({**small, "num_format": "#,##0"})
        self.small_percent = self._format({**small, "num_format": "0.0%"})
        self.link = self._format({**top, "font_color": "#0563C1", "underline": 1})
        head: dict[str, Any] = {"bold": True, "bg_color": "#DDE6EE", "bottom": 1, "text_wrap": True}
        self.bold = self._format({**head, "valign": "bottom", "align": "left", "indent": 1})
        self.right = self._format({**head, "valign": "bottom", "align": "right"})
        self.total = self._format({**top, "bold": True, "num_format": "#,##0"})
        self.upright = self._format({**head, "rotation": 90, "valign": "bottom"})
        for form in (self.plain, self.wrapped):
            self.quoted(form)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.file.close()
        except FileCreateError as wrapped:  # what the disk said is inside
            if error is None:  # else that is the first error, and the one to tell
                raise wrapped.args[0] from wrapped
        if error is None:
            filled(self._data, self._path, self._fillings)

    def sheet(self, name: str, columns: Sequence[str], **options: Any) -> Sheet:
        """A new last sheet without a header yet."""
        return Sheet(self, name, columns, **options)

    def table(
        self,
        name: str,
        columns: Sequence[str],
        lines: Iterator[bytes],
        pieces: Iterable[tuple[int, int]],
        *,
        max_rows: int = MAX_ROWS,
        keep: int = 0,
        names: Mapping[str, str] | None = None,
        narrow: Iterable[str] = (),
    ) -> int:
        """A table that goes on in a further sheet where one is full: `Mentions`, `Mentions 2` … Returns how many.

        lines: all rows, as `lines_of` makes them, which are read when the book is closed. pieces: what `Kept` tells of
        them. keep: columns on the left that stay in sight. names: what to call a column, where not by its own name.
        narrow: columns in which nothing stands.
        """
        shown = [(names or {}).get(column, column) for column in columns]
        name = re.sub(r"[\[\]:*?/\\']", " ", name)[:25] or "Sheet"
        counts = parted(pieces, max_rows - 1)
        for number, count in enumerate(counts, 1):
            sheet = self.sheet(name if number == 1 else f"{name} {number}", columns)
            sheet.header(shown, keep=keep)
            sheet.narrow(narrow)
            sheet.finish(rows=count)
            letter = xl_col_to_name(columns.index("link")) if "link" in columns else ""
            link, plain = self.number_of(self.link), self.number_of(self.plain)
            part = f"xl/worksheets/sheet{len(self.file.worksheets())}.xml"
            self._fillings[part] = Filling(lines, count, len(columns), letter, link, plain)
        return len(counts)

    def quoted(self, form: Any) -> Any:
        """The same format with the mark by which Excel keeps text from becoming a formula when it is edited."""
        if id(form) not in self._quoted:
            self._quoted[id(form)] = self._format({**self._properties[id(form)], "quote_prefix": True})
        return self._quoted[id(form)]

    def number_of(self, form: Any) -> int:
        """The number of a format, by which a cell names it."""
        return int(form._get_xf_index())

    def _format(self, properties: dict[str, Any]) -> Any:
        form = self.file.add_format(properties)
        # Numbers are given at the first use; used in this order always, a format has the same number in every book, so
        # that another process can make lines for one that is not yet there.
        self.number_of(form)
        self._properties[id(form)] = properties
        return form


def lines_of(columns: Sequence[str]) -> Lines:
    """What makes the lines of a table with these columns."""
    book = Book(Path())  # never written: only its formats are of interest
    told = [
        Column(
            column,
            book.number_of(form),
            book.number_of(book.quoted(form)),
            book.number_of(book.plain_number if column in _NAMES else book.number),
            _wrapped(column, WIDTHS),
        )
        for column in columns
        for form in (book.wrapped if column in _WRAPPED else book.plain,)
    ]
    return Lines(told, book.number_of(book.percent))


def _wrapped(column: str, widths: Mapping[str, float]) -> float:
    """The width of a column whose text is wrapped, else 0."""
    return widths.get(column, 0.0) if column in _WRAPPED else 0.0
