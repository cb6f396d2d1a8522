"""Read the cells of an Excel workbook (.xlsx) as they appear on screen. docs/adr/0009 explains why openpyxl is not
used.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from xml.parsers.expat import ExpatError

from corpus.errors import UsageError
from search.sheets.cell import seen, too_large
from search.sheets.spreadsheet_xml import (
    Grid,
    Shared,
    SheetReader,
    StringsReader,
    elements,
    formats_of,
    is_true,
    parse,
    until_filled,
)

_UNPACKED = 25_000_000  # bytes of all parts: 16,000 queries take 2 million, and 25 million take four seconds
_TAGS = 2_500_000  # in all parts: a filled cell has four to eight, which cost more time than their bytes
_CHUNK = 65_536


class Workbook:
    """An open workbook. `sheets` has the name of each sheet, and whether it is hidden.

    Raises UsageError, also when a sheet is read, if the file is damaged, too large or not a workbook.
    """

    def __init__(self, data: bytes) -> None:
        with _damaged():
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            self._left, self._tags = _UNPACKED, _TAGS
            self._taken: Counter[str] = Counter()
            self._shared = Shared()
            self.sheets: list[tuple[str, bool]] = []
            self._parts: list[str] = []
            main = next((part for kind, part in self._relations("").values() if kind == "officeDocument"), "")
            related = self._relations(main)
            self._read_main(main, related)
            for kind, part in related.values():
                if kind == "styles":
                    self._shared.formats = formats_of(elements(self._part(part)))
                elif kind == "sharedStrings":
                    parse(self._part(part), strings := StringsReader())
                    self._shared.strings = strings.found

    def _read_main(self, main: str, related: Mapping[str, tuple[str, str]]) -> None:
        for name, values in elements(self._part(main)):
            if name == "sheet":
                part_id = next((value for key, value in values.items() if key.endswith("}id")), "")
                kind, part = related.get(part_id, ("", ""))
                if kind == "worksheet":  # not a chart sheet
                    self.sheets.append((seen(values["name"])[:31], values.get("state", "visible") != "visible"))
                    self._parts.append(part)
            elif name == "workbookPr":
                self._shared.from_1904 = is_true(values, "date1904")
            elif name == "calcPr":
                self._shared.calculated = not is_true(values, "fullCalcOnLoad")
            elif name == "definedName":
                self._shared.names.add(values["name"].casefold())

    def grid(self, sheet: int) -> Grid:
        """Return the cells of a sheet, given by its position in `sheets`."""
        with _damaged():
            parse(self._part(self._parts[sheet]), found := SheetReader(self._shared))
            return found.grid

    def is_empty(self, sheet: int) -> bool:
        """Return whether every cell of a sheet is empty. Stops reading at the first filled cell."""
        with _damaged():
            found = SheetReader(self._shared)
            parse(until_filled(self._part(self._parts[sheet]), found.grid), found, whole=False)
            return not found.grid.lines

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the parts that a part refers to, each id with the kind and the name."""
        folder, name = posixpath.split(part)
        found = {}
        for element, values in elements(self._part(posixpath.join(folder, "_rels", f"{name}.rels"))):
            if element == "Relationship":
                target = posixpath.normpath(posixpath.join("/", folder, values["Target"])).lstrip("/")
                found[values["Id"]] = (values["Type"].rpartition("/")[2], target)
        return found

    def _part(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a part. zipfile returns no more bytes than the directory declares."""
        self._taken[name] += 1
        if self._taken[name] != 2:  # a sheet may be read twice, but a thousand sheets may not be one part
            self._left -= self._zip.getinfo(name).file_size
        if self._left < 0:
            raise too_large()
        with self._zip.open(name) as part:
            while chunk := part.read(_CHUNK):
                self._tags -= chunk.count(b"<")
                if self._tags < 0:
                    raise too_large()
                yield chunk


@contextmanager
def _damaged() -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile, ExpatError, zlib.error, KeyError, ValueError, IndexError, OSError, EOFError,
        RuntimeError,
    ) as error:  # fmt: skip
        # RuntimeError: a part has a password, or (NotImplementedError) uses a compression that Python does not support.
        raise UsageError("The workbook is damaged, or not an .xlsx file. Save it again, or save it as CSV.") from error
