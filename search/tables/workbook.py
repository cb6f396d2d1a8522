"""Write tables to an Excel workbook, row by row in constant memory. No cell can run as a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from search.tables.cell_text import height, is_formula, lines_in, readable
from search.tables.column_types import COUNTS, MAX_COLUMNS, NUMBERS, REALS, SHARES, WIDTHS, WRAPPED

MAX_LINKS = 65_000
"""The maximum number of links in a sheet; Excel allows 65,530. Further cells have the address as text."""
_MAX_ADDRESS = 2_000  # characters of a link: Excel allows 2,080
_HEADER, _UPRIGHT = 32, 190  # heights in points


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that opens a page of a report. `shown` is the text in the cell."""

    address: str
    shown: str


_RIGHT = NUMBERS | COUNTS | REALS | SHARES
_AS_IT_IS = (int, float, Link)


class Sheet:
    """One sheet, which is written from top to bottom."""

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
        self._links = 0
        self._numbers = [book.plain_number if column in NUMBERS else book.number for column in columns]
        self._widths = [widths.get(column, 0.0) if column in WRAPPED else 0.0 for column in columns]
        self._formats = [book.wrapped if column in WRAPPED else book.plain for column in columns]

    def header(self, names: Sequence[str] | None = None, *, upright: int = 0, keep: int = 0) -> None:
        """Write the names of the columns, and freeze them.

        `upright` is the first column whose name is rotated, if any. `keep` is how many columns on the left are frozen
        too.
        """
        names = names or self.columns
        self._sheet.set_row(self.row, _UPRIGHT if upright else _HEADER)
        for n, name in enumerate(names):
            right = n >= len(self.columns) or self.columns[n] in _RIGHT
            form = self._book.right if right else self._book.bold
            self._string(n, name, self._book.upright if upright and n >= upright else form)
        self._sheet.freeze_panes(self.row + 1, keep)
        self._sheet.repeat_rows(0, self.row)
        self._header = self.row
        self.row += 1

    def write(self, row: Mapping[str, Any]) -> None:
        """Write the next row, given by column name."""
        self.cells([row.get(column) for column in self.columns])

    def cells(self, cells: Sequence[Any], form: Any = None) -> None:
        """Write the next row. A float is shown as a percentage, unless its column is one of REALS. None stays empty."""
        shown = [value if value is None or type(value) in _AS_IT_IS else readable(value) for value in cells]
        wrapped = zip(shown, self._widths, strict=False)
        lines = max((lines_in(value, wide) for value, wide in wrapped if isinstance(value, str)), default=1)
        if lines > 1:
            self._sheet.set_row(self.row, height(lines))
        for n, value in enumerate(shown):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                self._string(n, value, form or self._formats[n])
            elif isinstance(value, Link):
                self._link(n, value)
            elif isinstance(value, float):
                real = n < len(self.columns) and self.columns[n] in REALS
                self._sheet.write_number(self.row, n, value, self._book.decimal if real else self._book.percent)
            else:
                self._sheet.write_number(self.row, n, value, form or self._numbers[n])
        self.row += 1

    def columns_like(self, widths: Sequence[float], after: int) -> None:
        """Set the widths of further columns of numbers. `after` is how many columns there are already."""
        for n, wide in enumerate(widths, after):
            self._sheet.set_column(n, n, wide)
        self._formats += [self._book.plain] * len(widths)
        self._numbers += [self._book.number] * len(widths)

    def narrow(self, columns: Iterable[str]) -> None:
        """Make empty columns narrow."""
        for column in columns:
            n = self.columns.index(column)
            self._sheet.set_column(n, n, len(column) + 3)

    @property
    def total(self) -> Any:
        """Return the format of a row of sums."""
        return self._book.total

    def marked(self, names: Sequence[str], numbers: Sequence[float | None], small: Sequence[bool]) -> None:
        """Write a row of names, then numbers.

        Numbers marked as small are in italics. A float is shown as a percentage. None stays empty.
        """
        row, book = self.row, self._book
        self.cells(names)
        for n, (number, mark) in enumerate(zip(numbers, small, strict=True), len(names)):
            if number is None:
                continue
            share = isinstance(number, float)
            form = (book.small_percent if mark else book.percent) if share else book.small if mark else book.number
            self._sheet.write_number(row, n, number, form)

    def finish(self, width: int | None = None) -> None:
        """Add filter buttons to the columns. `width` is how many columns have one; the default is all."""
        if self.row - 1 > self._header:
            self._sheet.autofilter(self._header, 0, self.row - 1, (width or len(self.columns)) - 1)

    def _string(self, column: int, text: str, form: Any) -> None:
        self._sheet.write_string(self.row, column, text, self._book.quoted(form) if is_formula(text) else form)

    def _link(self, column: int, link: Link) -> None:
        if self._links >= MAX_LINKS or len(link.address) > _MAX_ADDRESS:
            self._string(column, link.address, self._book.plain)
            return
        self._links += 1
        # XlsxWriter treats `file:///home/…` as a relative Windows path. A scheme may be in capitals (RFC 3986).
        address = re.sub(r"^file:", "FILE:", link.address)
        self._sheet.write_url(self.row, column, address, self._book.link, link.shown)


class Book:
    """A workbook at `path`, for use in a `with` block. `folder` is for temporary files, which are private."""

    def __init__(self, path: Path, folder: Path | None = None) -> None:
        # Text stays text: nothing becomes a formula, a link or a number.
        options = {
            "constant_memory": True,
            "strings_to_urls": False,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "use_zip64": True,  # only used for a sheet of more than 2 GB, which would otherwise be an error
            "tmpdir": str(folder) if folder else None,
        }
        self.file = xlsxwriter.Workbook(str(path), options)
        self.file.set_properties({"comments": "Made with safeguarding-reviews"})
        top: dict[str, Any] = {"valign": "top"}
        self._quoted: dict[int, Any] = {}
        self._properties: dict[int, dict[str, Any]] = {}
        # Indented, because otherwise the text touches the number to its left.
        self.plain = self._format({**top, "align": "left", "indent": 1})
        self.wrapped = self._format({**top, "align": "left", "indent": 1, "text_wrap": True})
        self.number = self._format({**top, "num_format": "#,##0"})
        self.plain_number = self._format({**top, "num_format": "0"})
        self.percent = self._format({**top, "num_format": "0.0%"})
        self.decimal = self._format({**top, "num_format": "#,##0.0#"})
        small: dict[str, Any] = {**top, "italic": True, "font_color": "#9C5700"}
        self.small = self._format({**small, "num_format": "#,##0"})
        self.small_percent = self._format({**small, "num_format": "0.0%"})
        self.link = self._format({**top, "font_color": "#0563C1", "underline": 1})
        head: dict[str, Any] = {"bold": True, "bg_color": "#DDE6EE", "bottom": 1, "text_wrap": True}
        self.bold = self._format({**head, "valign": "bottom", "align": "left", "indent": 1})
        self.right = self._format({**head, "valign": "bottom", "align": "right"})
        self.total = self._format({**top, "bold": True, "num_format": "#,##0"})
        self.upright = self._format({**head, "rotation": 90, "valign": "bottom"})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.file.close()
        except FileCreateError as wrapped:  # the operating system's error is inside
            if error is None:  # otherwise that is the first error, and the one to report
                raise wrapped.args[0] from wrapped
        finally:
            for sheet in self.file.worksheets():  # XlsxWriter leaves their temporary files open after an error
                for file in (sheet.row_data_fh, sheet.fh):
                    if file is not None:
                        file.close()

    def sheet(self, name: str, columns: Sequence[str], **options: Any) -> Sheet:
        """Add a sheet without a header."""
        return Sheet(self, name, columns, **options)

    def quoted(self, form: Any) -> Any:
        """Return a cell format with the quote prefix, which stops Excel from turning edited text into a formula."""
        if id(form) not in self._quoted:
            self._quoted[id(form)] = self._format({**self._properties[id(form)], "quote_prefix": True})
        return self._quoted[id(form)]

    def _format(self, properties: dict[str, Any]) -> Any:
        form = self.file.add_format(properties)
        self._properties[id(form)] = properties
        return form


def sheet_name(text: str) -> str:
    """Return a name that Excel allows for a sheet."""
    return re.sub(r"[\[\]:*?/\\']", " ", text)[:31] or "Sheet"
