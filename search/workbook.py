"""Tables as an Excel workbook, written row by row in constant memory; nothing in it can run as a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter
from xlsxwriter.url import Url, UrlTypes

MAX_ROWS = 1_048_576
"""Of a sheet, its header among them."""
MAX_COLUMNS = 16_384
MAX_CELL = 32_767
MAX_LINKS = 65_000
"""Of a sheet: Excel allows 65,530."""
_MAX_LINK = 2_000
_CUT = " … (cut: the cell holds no more; the rest is in the CSV)"
_LETTERS = 1.1  # of running text in one unit of a column's width
_LINE, _MOST_LINES, _HEADER, _UPRIGHT = 15, 12, 32, 190  # heights in points; the whole text is in the cell anyway
_COUNTS = frozenset(
    ("year", "page", "page_end", "ordinal", "line", "mentions", "reports", "of", "share", "cases", "passages", "score")
)
_UNWRITABLE = re.compile("[\ufffe\uffff\ud800-\udfff]")  # no XML may hold them
_FORMULA = re.compile(r"[=+\-@\t\r]")

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
_WRAPPED = frozenset(("text", "query", "parsed", "expansions", "warnings", "error", "title", "value"))


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
        self._links = 0
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
        self._widths = [widths.get(column, 0.0) if column in _WRAPPED else 0.0 for column in columns]
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
        lines = max((_lines(value, wide) for value, wide in zip(cells, self._widths, strict=False) if wide), default=1)
        if lines > 1:  # programs differ in whether they find the height themselves
            self._sheet.set_row(self.row, _LINE * min(lines, _MOST_LINES))
        for n, value in enumerate(cells):
            if value is None or value == "":
                continue
            if isinstance(value, bool):
                self._string(n, "yes" if value else "no", form or self._formats[n])
            elif isinstance(value, float):
                self._sheet.write_number(self.row, n, value, self._book.percent)
            elif isinstance(value, int):
                self._sheet.write_number(self.row, n, value, form or self._numbers[n])
            elif isinstance(value, Link):
                self._link(n, value)
            else:
                self._string(n, str(value), form or self._formats[n])
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

    def counts(self, names: Sequence[str], counts: Sequence[int], *, small: int) -> None:
        """A row of counts behind some names; those from 1 to below `small` are marked."""
        row = self.row
        self.cells(names)
        for n, count in enumerate(counts, len(names)):
            self._sheet.write_number(row, n, count, self._book.small if 0 < count < small else self._book.number)

    def finish(self, width: int | None = None) -> None:
        """Offer to filter by any column."""
        if self.row > self._header + 1:
            self._sheet.autofilter(self._header, 0, self.row - 1, (width or len(self.columns)) - 1)

    def _string(self, column: int, text: str, form: Any) -> None:
        if _UNWRITABLE.search(text):
            text = _UNWRITABLE.sub("\ufffd", text)
        if len(text) > MAX_CELL:
            text = text[: MAX_CELL - len(_CUT)] + _CUT
        if _FORMULA.match(text):
            form = self._book.quoted(form)
        self._sheet.write_string(self.row, column, text, form)

    def _link(self, column: int, link: Link) -> None:
        if self._links < MAX_LINKS and len(link.address) <= _MAX_LINK:
            self._links += 1
            self._sheet.write_url(self.row, column, _Address(link.address), self._book.link, link.shown)
        else:
            self._string(column, link.address, self._book.plain)


def _lines(value: Any, wide: float) -> int:
    return ceil(len(value) / (_LETTERS * wide)) if isinstance(value, str) else 1


class Link:
    """A cell that opens our own page or a PDF."""

    __slots__ = ("address", "shown")

    def __init__(self, address: str, shown: str) -> None:
        self.address = address
        self.shown = shown


class _Address(Url):  # type: ignore[misc]
    """An address as it is: XlsxWriter makes the path of Windows of what begins with file:, which leads nowhere else."""

    def _parse_url(self) -> None:
        self._link_type = UrlTypes.URL
        self._link, _, self._anchor = self._original_url.partition("#")
        self._relationship_link = self._link


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
        self.file = xlsxwriter.Workbook(str(path), options)
        self.file.set_properties({"comments": "Made with safeguarding-reviews"})
        top: dict[str, Any] = {"valign": "top"}
        self._tables: list[Pages] = []
        self._quoted: dict[int, Any] = {}
        self._properties: dict[int, dict[str, Any]] = {}
        self.plain = self._format({**top, "align": "left", "indent": 1})  # else text touches the number on its left
        self.wrapped = self._format({**top, "align": "left", "indent": 1, "text_wrap": True})
        self.number = self._format({**top, "num_format": "#,##0"})
        self.plain_number = self._format({**top, "num_format": "0"})
        self.percent = self._format({**top, "num_format": "0.0%"})
        self.small = self._format({**top, "num_format": "#,##0", "italic": True, "font_color": "#9C5700"})
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
        for table in self._tables:
            table.finish()
        self.file.close()

    def sheet(self, name: str, columns: Sequence[str], **options: Any) -> Sheet:
        """A new last sheet without a header yet."""
        return Sheet(self, name, columns, **options)

    def table(
        self,
        name: str,
        columns: Sequence[str],
        *,
        max_rows: int = MAX_ROWS,
        keep: int = 0,
        names: Mapping[str, str] | None = None,
    ) -> Pages:
        """A table that goes on in a further sheet where one is full. keep: columns on the left that stay in sight.

        names: what to call a column, where not by its own name.
        """
        shown = [(names or {}).get(column, column) for column in columns]
        self._tables.append(Pages(self, name, columns, shown, max_rows=max_rows, keep=keep))
        return self._tables[-1]

    def quoted(self, form: Any) -> Any:
        """The same format with the mark by which Excel keeps text from becoming a formula when it is edited."""
        if id(form) not in self._quoted:
            self._quoted[id(form)] = self.file.add_format({**self._properties[id(form)], "quote_prefix": True})
        return self._quoted[id(form)]

    def _format(self, properties: dict[str, Any]) -> Any:
        form = self.file.add_format(properties)
        self._properties[id(form)] = properties
        return form


class Pages:
    """A table over as many sheets as it needs: `Mentions`, `Mentions 2` …"""

    def __init__(
        self, book: Book, name: str, columns: Sequence[str], shown: Sequence[str], *, max_rows: int, keep: int
    ) -> None:
        self._book = book
        self._name = re.sub(r"[\[\]:*?/\\']", " ", name)[:25] or "Sheet"
        self._columns = columns
        self._max = max_rows
        self._keep = keep
        self._shown = shown
        self.sheets: list[Sheet] = []
        self.sheets.append(self._next())

    def write(self, row: Mapping[str, Any]) -> None:
        """The next row."""
        if self.sheets[-1].row >= self._max:
            self.sheets[-1].finish()
            self.sheets.append(self._next())
        self.sheets[-1].write(row)

    def finish(self) -> None:
        """Offer to filter the last sheet too."""
        self.sheets[-1].finish()

    def _next(self) -> Sheet:
        number = len(self.sheets) + 1
        sheet = self._book.sheet(self._name if number == 1 else f"{self._name} {number}", self._columns)
        sheet.header(self._shown, keep=self._keep)
        return sheet
