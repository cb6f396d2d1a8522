"""Read a table from a text file in any form that people save it.

The file can have any encoding that Excel writes, commas, semicolons or tabs, and stray quotation marks. `_legacy`
decides between two old encodings by where letters and quotation marks make sense. A cell that a spreadsheet would run
as a formula is written with an apostrophe in front, which is dropped on reading.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Collection, Iterator

from corpus.disk.names import CONTROLS

DELIMITERS = ",;\t|"
_LONGEST_CELL = 200  # maximum lines in one quoted cell
_FORMULA = re.compile(r"[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_HIDDEN = re.compile(f"[{CONTROLS}]")
_SUSPECT = frozenset("=+-@\t\r'")


def decoded(data: bytes) -> list[str]:
    """Return the lines, at least one. In a file with mixed encodings, each line is decoded separately."""
    for bom, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(bom):
            return _lines(data[2:].decode(encoding, "replace"))
    for zero, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if data[zero : zero + 1] == b"\0":
            return _lines(data.decode(encoding, "replace"))
    try:
        return _lines(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        lines = data.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        old = _legacy([line for line in lines if not _is_utf8(line)], old_mac=b"\n" not in data)
        return [line.decode("utf-8" if _is_utf8(line) else old, "replace") for line in lines]


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _legacy(lines: list[bytes], *, old_mac: bool) -> str:
    """Decode as cp1252 or Mac Roman, whichever puts more letters and marks where English has them.

    `“voice”` in one is `ÒvoiceÓ` in the other. `old_mac` means that lines end as on old Macs, which decides if the
    letters do not.
    """
    windows, mac = (sum(_likely(line.decode(name, "replace")) for line in lines) for name in ("cp1252", "mac-roman"))
    return "mac-roman" if mac > 0 and (mac > windows or (old_mac and mac == windows)) else "cp1252"


def _likely(line: str) -> int:
    """Return how plausible the non-ASCII characters are, judged by their neighbours."""
    fits = 0
    for before, letter, after in zip(" " + line, line, line[1:] + " ", strict=False):
        beside_letter = any(each.isascii() and each.isalpha() for each in (before, after))
        if letter.isascii():
            continue
        if letter in "‘“":
            fits += 2 if not before.isalnum() and after.isalnum() else -1
        elif letter in "’”":
            fits += 2 if not before.isspace() and (letter == "’" or not after.isalnum()) else -1
        elif letter in "–—…":
            fits += 0 if before.isalpha() and after.isalpha() else 1
        elif letter.isalpha() and (letter.islower() or not before.isalpha()):
            fits += 1 if beside_letter else -1
        elif letter in "£€•½¼¾°\xa0":
            fits += 0 if before.isalpha() and after.isalpha() else 1
        else:
            fits -= 1
    return fits


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


_SEPARATOR = re.compile(r"""["']?sep=([^"])["']?[,;\t]*\s*""", re.IGNORECASE)


def separator(lines: list[str], names: Collection[str]) -> tuple[str, int]:
    """Return the delimiter that gives the most known names in the header, and the number of lines to skip (Excel's
    `sep=;`).
    """
    if declared := declared_separator(lines):
        return declared, 1
    header = next((line for line in lines if line.strip()), "")

    def known(delimiter: str) -> int:
        return len({folded(cell) for cell in header.split(delimiter)} & set(names))

    return max(DELIMITERS, key=known), 0


def declared_separator(lines: list[str]) -> str:
    """Return the delimiter that the first line declares, as in Excel (`sep=;`, also in quotes), or ""."""
    match = _SEPARATOR.fullmatch(lines[0])
    return match[1] if match else ""


def cells_of(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line, which may be cut off. A line with unbalanced quotation marks is one cell."""
    cells, _ = _record([line], delimiter)
    return [line] if isinstance(cells, str) else cells


def written(cell: str, delimiter: str) -> str:
    """Return the cell as CSV, in quotes if necessary."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="").writerow([cell])
    return line.getvalue()


def printable(text: str) -> str:
    """Return the text of a cell without the characters that could control a terminal (`corpus.disk.names`)."""
    return text if text.isprintable() else _HIDDEN.sub("", text)


def folded(cell: str) -> str:
    """Return the name of a column without case, quotes and surrounding spaces."""
    return cell.strip().strip('"').strip().casefold()


def records_of(
    lines: list[str], first: int, delimiter: str, bad: Callable[[int, str], None]
) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and cells of each record.

    `first` is the number of the first line. `bad` is called for a skipped line. A quoted cell may span several lines. A
    quotation mark without a partner would swallow all rows up to the next mark, so lines are only joined if the result
    is a record of the right width. Otherwise the bad line is skipped.
    """
    width, n = 0, 0
    while n < len(lines):
        if not lines[n].strip():
            n += 1
            continue
        cells, used = _record(lines[n : n + _LONGEST_CELL], delimiter)
        if isinstance(cells, str) or (used > 1 and width and _swallowed(cells, lines[n : n + used], delimiter, width)):
            message = 'has a quotation mark without a partner, so it is not used; write " inside a cell as ""'
            bad(first + n, message)
            used = 1
        elif any(cell.strip() for cell in cells):
            width = width or len(cells)
            yield first + n, cells
        n += used


def _swallowed(cells: list[str], lines: list[str], delimiter: str, width: int) -> bool:
    """Return whether joining these lines merged two rows: the width is wrong, or both ends are as wide as a row."""
    ends_are_rows = width > 2 and all(line.count(delimiter) >= width - 1 for line in (lines[0], lines[-1]))
    return len(cells) != width or ends_are_rows


def _record(lines: list[str], delimiter: str) -> tuple[list[str] | str, int]:
    """Return the cells of the first record, or what is wrong with its quotation marks, and the number of its lines.

    Each line is parsed once: a file of open quotation marks must not take the square of its length.
    """
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=True)
    try:
        cells: list[str] | str = next(reader)
    except csv.Error as error:
        cells = str(error)
    return cells, reader.line_num


def guarded(cell: str) -> str:
    """Put an apostrophe before text that looks like a formula, as Excel itself does. `unguarded` removes it."""
    if cell[:1] not in _SUSPECT:  # true of nearly every cell
        return cell
    return "'" + cell if _FORMULA.match(cell) or _GUARDED.match(cell) else cell


def unguarded(cell: str) -> str:
    """Return the cell without surrounding white space and without that apostrophe."""
    cell = cell.strip()
    return cell[1:] if _GUARDED.match(cell) else cell
