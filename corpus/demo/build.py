"""Makes the demonstration reports, their catalogue and the truth about them: `python corpus/demo/build.py`.

Each file in `text/` is one fictional report in a small markup (see README.md). This script sets it in type and notes,
while it does so, what stands on which page: `tests/corpus/demo_truth.json` holds what was written, never what some
reader made of it. Nothing is compressed and nothing is random: the same texts give the same bytes on every machine.
Pictures of scanned pages are kept in `scans/`, because a picture may differ from one version of a library to the next;
`--scans` makes them anew.

Needs reportlab (tests only); `--scans` needs pypdfium2 as well, and a locked report needs cryptography.
"""

import argparse
import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFObject
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

HERE = Path(__file__).resolve().parent
TRUTH = HERE.parent.parent / "tests" / "corpus" / "demo_truth.json"
COLUMNS = (
    "file",
    "sha256",
    "title",
    "board",
    "area",
    "child",
    "kind",
    "type",
    "year",
    "published",
    "case",
    "author",
    "url",
    "notes",
)
TOLD = ("title", "board", "area", "child", "kind", "type", "year", "published", "case", "author")
MARK = "FICTIONAL DEMONSTRATION REPORT"

FONTS = {
    "times": ("Times-Roman", "Times-Bold"),
    "helvetica": ("Helvetica", "Helvetica-Bold"),
    "vera": ("Vera", "VeraBd"),
}
PRIVATE_BULLET = "\uf0b7"
LIGATURES = {"fi": "\ufb01", "fl": "\ufb02"}
# Where a typesetter may divide a word; a word that has its own hyphen may always be divided there.
DIVISIONS = {
    word.replace("~", ""): word
    for word in re.findall(
        r"\S+",
        """
        safe~guarding infor~mation profes~sional profes~sionals partner~ship agen~cies assess~ment assess~ments
        under~stood under~standing appoint~ment appoint~ments super~vision neigh~bour hospi~tal recom~mendation
        recom~mendations head~teacher how~ever with~out some~times child~hood grand~mother atten~dance practi~tioner
        practi~tioners be~haviour adoles~cents disa~bility organi~sation chron~ology chil~dren
        """,
    )
}
PORTRAIT, LANDSCAPE = (595, 842), (842, 595)


# --- what is set -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    """A word and where it begins in the text of its paragraph; `mark` is a footnote number printed after it, raised."""

    text: str
    start: int
    mark: str = ""
    covered: bool = False


@dataclass
class Page:
    """What stands on one page, as the truth tells it."""

    number: int
    label: str
    size: tuple[int, int] = PORTRAIT
    rotation: int = 0
    columns: int = 1
    scanned: bool = False
    header: list[str] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    cover_sheet: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    paragraphs: list[dict[str, Any]] = field(default_factory=list)

    def truth(self) -> dict[str, Any]:
        """The page for the truth file."""
        return {
            "number": self.number,
            "label": self.label,
            "rotation": self.rotation,
            "columns": self.columns,
            "scanned": self.scanned,
            "header": self.header,
            "footer": self.footer,
            "contents": self.contents,
            "cover_sheet": self.cover_sheet,
            "withheld": self.withheld,
            "paragraphs": self.paragraphs,
        }


class Source:
    """One text file: `key: value` lines, a line `---`, then blocks parted by empty lines."""

    def __init__(self, path: Path) -> None:
        head, body = path.read_text(encoding="utf-8").split("\n---\n", 1)
        self.path = path
        self.keys = dict(line.split(": ", 1) for line in head.splitlines() if line.strip())
        self.blocks = [block.strip("\n") for block in re.split(r"\n\s*\n", body) if block.strip()]

    def get(self, key: str, default: str = "") -> str:
        """The value of a key, or the default."""
        return self.keys.get(key, default)


def words(text: str) -> tuple[str, list[Word]]:
    """The plain text of a paragraph and its words.

    `^1^` is a footnote mark; `[[…]]` is text under a black box, which is not in the plain text.
    """
    plain, found, covered = "", [], False
    for piece in text.split():
        covered = covered or piece.startswith("[[")
        ends = "]]" in piece
        mark = re.search(r"\^(\d+)\^", piece)
        bare = re.sub(r"\^\d+\^", "", piece.replace("[[", "").replace("]]", ""))
        start = len(plain) + (1 if plain else 0)
        found.append(Word(bare, start, mark.group(1) if mark else "", covered))
        if not covered:
            plain = f"{plain} {bare}" if plain else bare
        if ends:
            covered = False
    return plain, found


def roman(number: int) -> str:
    """1 to 12 in small roman numerals."""
    return ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"][number - 1]


# --- setting it ------------------------------------------------------------------------------------------


class Setter:
    """Sets one source in type on a canvas and keeps the truth.

    contents and total: what the run before found; a contents page needs them. scan: set scanned pages as text.
    """

    def __init__(self, source: Source, contents: list[list[str]] | None, total: int, scan: bool = False) -> None:
        self.source, self.old_contents, self.total, self.scan = source, contents or [], total, scan
        self.buffer = io.BytesIO()
        first = LANDSCAPE if source.get("landscape") else PORTRAIT
        lock = aes(source.get("password")) if source.get("password") else None
        self.canvas = Canvas(self.buffer, pagesize=first, invariant=1, pageCompression=0, encrypt=lock)
        self.canvas.setTitle(source.get("pdf title"))
        self.canvas.setAuthor(source.get("pdf author"))
        self.regular, self.bold = FONTS[source.get("font", "times")]
        self.size = float(source.get("size", "11.5"))
        self.colour = HexColor(source.get("colour", "#1f3a5f"))
        self.ligatures = self.regular == "Vera"
        self.hyphen = "\u00ad" if source.get("hyphen") == "soft" else "-"
        self.page_size, self.rotation, self.columns, self.scanned = first, 0, 1, False
        self.label_style, self.label_start, self.label_from = "D", 1, 1
        self.pages: list[Page] = []
        self.headings: list[dict[str, Any]] = []
        self.contents: list[list[str]] = []
        self.section: dict[str, str] = {"kind": "body", "heading": ""}
        found = (re.match(r"\[(\d+)\] (.*)", " ".join(block.split())) for block in source.blocks)
        self.notes = {note.group(1): note.group(2) for note in found if note}
        self.open = False
        self.y = 0.0
        self.column, self.column_top = 0, 0.0

    # pages

    def margins(self) -> tuple[float, float, float, float]:
        """Left, right, top and bottom of the text area, in points."""
        width, height = self.page_size
        return 64, width - 64, height - 78, 76

    def frame(self) -> tuple[float, float]:
        """Left edge and width of the column that is being filled."""
        left, right, _, _ = self.margins()
        if self.columns == 1:
            return left, right - left
        width = (right - left - 24) / 2
        return left + self.column * (width + 24), width

    def new_page(self) -> None:
        """Finish the page and begin the next one."""
        self.finish_page()
        number = len(self.pages) + 1
        count = self.label_start + number - self.label_from
        label = roman(count) if self.label_style == "r" else str(count)
        self.pages.append(Page(number, label, self.page_size, self.rotation, self.columns, self.scanned))
        self.open = True
        self.canvas.setPageSize(self.page_size)  # as it is seen: reportlab itself swaps the sides of a rotated page
        self.canvas.setPageRotation(self.rotation)
        if self.rotation:
            self.canvas.translate(self.page_size[1], 0)
            self.canvas.rotate(90)
        self.y = self.column_top = self.margins()[2]
        self.column = 0
        self.foot: list[tuple[str, list[str]]] = []
        self.running()

    def running(self) -> None:
        """The running header and footer of a page: pieces parted by ` || ` stand left and right."""
        page = self.page
        width, height = self.page_size
        values = {"n": str(page.number), "N": str(self.total), "label": page.label}
        plain = page.number == 1 and bool(self.source.get("cover footer"))
        for place, key in (("header", "header"), ("footer", "cover footer" if plain else "footer")):
            text = "" if plain and place == "header" else self.source.get(key)
            pieces = [
                re.sub(r"\{(\w+)\}", lambda m: values[m.group(1)], piece) for piece in text.split(" || ") if piece
            ]
            y = height - 44 if place == "header" else 40
            self.canvas.setFont(self.regular, 8.5)
            self.canvas.setFillColor(HexColor("#555555"))
            for position, piece in enumerate(pieces):
                getattr(page, place).append(piece)
                if page.scanned and not self.scan:
                    continue  # it is in the picture
                draw = self.canvas.drawString if position == 0 else self.canvas.drawRightString
                draw(64 if position == 0 else width - 64, y, piece)
        self.canvas.setFillColor(HexColor("#000000"))

    def finish_page(self) -> None:
        """Footnotes go to the foot of the page; then the page is done."""
        if not self.open:
            return
        left, _, _, bottom = self.margins()
        if self.foot:
            y = bottom + 11 * sum(len(lines) for _, lines in self.foot)
            self.canvas.setLineWidth(0.5)
            self.canvas.line(left, y + 4, left + 140, y + 4)
            for mark, lines in self.foot:
                self.canvas.setFont(self.regular, 6)
                self.canvas.drawString(left, y - 6, mark)
                self.canvas.setFont(self.regular, 8.5)
                for line in lines:
                    self.canvas.drawString(left + 8, y - 9, self.glyphs(line))
                    y -= 11
                self.page.paragraphs.append(self.entry("footnote", mark, self.notes[mark]))
        self.canvas.showPage()
        self.open = False

    @property
    def page(self) -> Page:
        """The page that is being filled."""
        return self.pages[-1]

    def bottom(self) -> float:
        """The lowest line that text may use on this page, above its footnotes."""
        lines = sum(len(note) for _, note in self.foot)
        return self.margins()[3] + (11 * lines + 14 if lines else 0)

    def room(self, height: float) -> None:
        """Make sure that so much height is left, in this column or on the next page."""
        if not self.open:
            self.new_page()
        if self.y - height >= self.bottom():
            return
        if self.columns == 2 and self.column == 0:
            self.column, self.y = 1, self.column_top
        else:
            self.new_page()

    # text

    def glyphs(self, text: str) -> str:
        """The characters as they go into the file: ligatures where the font has them."""
        if self.ligatures:
            for plain, glyph in LIGATURES.items():
                text = text.replace(plain, glyph)
        return text

    def width(self, text: str, font: str, size: float) -> float:
        """Width of a piece of text in points."""
        return float(pdfmetrics.stringWidth(self.glyphs(text), font, size))

    def lines(self, items: list[Word], width: float, font: str, size: float) -> Iterator[list[Word]]:
        """Fill lines with words, dividing words where allowed."""
        queue, line = list(items), list[Word]()
        while queue:
            word = queue.pop(0)
            used = " ".join(w.text for w in [*line, word])
            if self.width(used, font, size) <= width:
                line.append(word)
                continue
            before = " ".join(w.text for w in line) + (" " if line else "")
            for cut, hyphen in self.cuts(word):
                if self.width(before + word.text[:cut] + hyphen, font, size) <= width:
                    line.append(replace(word, text=word.text[:cut] + hyphen, mark=""))
                    queue.insert(0, replace(word, text=word.text[cut:], start=word.start + cut))
                    yield line
                    break
            else:
                queue.insert(0, word)
                yield line
            line = []
        if line:
            yield line

    def cuts(self, word: Word) -> list[tuple[int, str]]:
        """Places where a word may be divided, the last first, with the hyphen that dividing adds."""
        if not self.source.get("hyphenate") or word.covered:
            return []
        places = [(m.end(), "") for m in re.finditer(r"(?<=\w\w)-(?=\w\w)", word.text)]
        core = re.search(r"[A-Za-z]+", word.text)
        if core and "-" not in word.text and core.group().lower() in DIVISIONS:
            places.append((core.start() + DIVISIONS[core.group().lower()].index("~"), self.hyphen))
        return sorted(places, reverse=True)

    def draw_line(self, line: list[Word], x: float, y: float, font: str, size: float, spread: float = 0.0) -> None:
        """One line of text in one piece, with raised footnote marks; a black box goes over covered words."""
        self.canvas.setFont(font, size)
        text = self.canvas.beginText(x, y)
        text.setFont(font, size)
        if spread:
            text.setWordSpace(spread)
        position, boxes = x, []
        for index, word in enumerate(line):
            piece = word.text + ("" if word.mark or index == len(line) - 1 else " ")
            width = self.width(piece, font, size)
            if word.covered:
                joined = index + 1 < len(line) and line[index + 1].covered
                boxes.append((position, width if joined else self.width(word.text, font, size)))
            text.textOut(self.glyphs(piece))
            position += width
            if word.mark:
                text.setFont(font, size * 0.6)
                text.setRise(size * 0.35)
                text.textOut(word.mark)
                text.setRise(0)
                text.setFont(font, size)
                text.textOut(" ")
        if spread:
            text.setWordSpace(0)
        self.canvas.drawText(text)
        for start, width in boxes:
            self.canvas.setFillColor(HexColor("#000000"))
            self.canvas.rect(start - 1, y - 3, width + 2, size + 2, stroke=0, fill=1)

    def entry(self, role: str, number: str | None, text: str) -> dict[str, Any]:
        """A paragraph for the truth."""
        return {"role": role, "number": number, "text": text, "section": dict(self.section), "turns": [], "marks": []}

    def paragraph(
        self,
        text: str,
        *,
        role: str = "body",
        number: str | None = None,
        shown: str = "",
        indent: float = 0.0,
        font: str = "",
        size: float = 0.0,
    ) -> None:
        """Set a paragraph and note where it begins and where pages turn in it."""
        font, size = font or self.regular, size or self.size
        lead = size * 1.36
        plain, items = words(text)
        entry = self.entry(role, number, plain)
        entry["marks"] = [[w.start + len(w.text), w.mark] for w in items if w.mark]
        placed: Page | None = None
        fit = self.frame()[1] - indent - 1
        made = list(self.lines(items, fit, font, size))
        keep = lead * (3.2 if role == "heading" else min(2, len(made)))
        self.room(keep)
        for index, line in enumerate(made):
            for word in line:
                if word.mark:
                    self.foot.append(
                        (
                            word.mark,
                            self.wrapped(self.notes[word.mark], self.margins()[1] - self.margins()[0] - 10, 8.5),
                        )
                    )
            self.room(lead)
            left, _ = self.frame()
            self.y -= lead
            if placed is None:
                self.page.paragraphs.append(entry)
                if shown:
                    self.canvas.setFont(self.bold if len(shown) > 8 or role == "heading" else font, size)
                    self.canvas.drawString(left, self.y, shown)
            elif placed is not self.page:
                entry["turns"].append([line[0].start, self.page.number])
            placed = self.page
            spare = fit - self.width(" ".join(w.text for w in line), font, size)
            spread = (
                spare / (len(line) - 1)
                if self.source.get("justify") and index < len(made) - 1 and 0 < spare < 90 and len(line) > 2
                else 0.0
            )
            self.draw_line(line, left + indent, self.y, font, size, spread if not any(w.mark for w in line) else 0.0)
            self.page.withheld += [" ".join(w.text for w in line if w.covered)] if any(w.covered for w in line) else []
        self.y -= size * 0.55

    def wrapped(self, text: str, width: float, size: float, font: str = "") -> list[str]:
        """Text broken into lines without dividing words."""
        result, line = [], ""
        for word in text.split():
            if line and self.width(f"{line} {word}", font or self.regular, size) > width:
                result.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        return [*result, line]

    # blocks

    def heading(self, level: int, rest: str) -> None:
        """`# kind | [number |] text` opens a section; `## [kind |] [number |] text` may."""
        parts = [part.strip() for part in rest.split(" | ")]
        kind = parts.pop(0) if level == 1 or (len(parts) > 1 and not re.match(r"[\dA-Z]", parts[0])) else None
        shown = parts.pop(0) if len(parts) > 1 else ""
        text = parts[0]
        number = shown.rstrip(".:") or None
        if kind:
            self.section = {"kind": kind, "heading": text}
        size = self.size + (3.5 if level == 1 else 1)
        self.room(size * 6)
        if self.y < self.column_top - 1:
            self.y -= size * 0.5
        indent = self.width(shown, self.bold, size) + 10 if shown else 0
        self.canvas.setFillColor(self.colour)
        at_page, before = self.page, len(self.page.paragraphs)
        self.paragraph(text, role="heading", number=number, shown=shown, indent=indent, font=self.bold, size=size)
        self.canvas.setFillColor(HexColor("#000000"))
        if len(at_page.paragraphs) == before:
            at_page = self.page
        self.headings.append(
            {"page": at_page.number, "level": level, "number": number, "text": text, "section": dict(self.section)}
        )
        if level == 1:
            self.contents.append([shown, text, at_page.label, "", ""])
            if self.source.get("outline"):
                key = f"h{len(self.headings)}"
                self.canvas.bookmarkPage(key)
                self.canvas.addOutlineEntry(text, key, 0)

    def contents_page(self) -> None:
        """The list of headings with leaders of dots."""
        self.room(60)
        self.y -= self.size * 2
        self.canvas.setFont(self.bold, self.size + 3.5)
        left, width = self.frame()
        self.canvas.drawString(left, self.y, "Contents")
        self.page.contents.append("Contents")
        self.y -= 10
        for shown, text, label, first, last in self.old_contents:
            self.y -= self.size * 1.9
            start = f"{shown} {text}".strip()
            if self.source.get("contents") == "ranges" and first:
                start = f"{start} {first} – {last}"
            room = width - self.width(f"{start}  {label}", self.regular, self.size)
            line = f"{start} {'.' * max(3, int(room / self.width('.', self.regular, self.size)))} {label}"
            self.canvas.setFont(self.regular, self.size)
            self.canvas.drawString(left, self.y, self.glyphs(line))
            self.page.contents.append(f"{start} {label}")

    def table(self, block: str) -> None:
        """`|||` and the widths of columns in per cent; then rows, first the head, their cells parted by ` || `."""
        first, *rows = block.splitlines()
        left, full = self.frame()
        widths = [full * float(share) / 100 for share in first.split()[1:]]
        size = self.size - 2
        for index, row in enumerate(rows):
            cells = [cell.strip() for cell in row.split(" || ")]
            font = self.bold if index == 0 else self.regular
            made = [self.wrapped(cell, width - 10, size, font) for cell, width in zip(cells, widths, strict=True)]
            height = max(len(lines) for lines in made) * size * 1.3 + 10
            self.room(height)
            x = left
            for lines, width in zip(made, widths, strict=True):
                if index == 0:
                    self.canvas.setFillColor(HexColor("#e4e9ef"))
                self.canvas.rect(x, self.y - height, width, height, stroke=1, fill=int(index == 0))
                self.canvas.setFillColor(HexColor("#000000"))
                self.canvas.setFont(font, size)
                for step, line in enumerate(lines):
                    self.canvas.drawString(x + 5, self.y - 5 - size * (1 + 1.3 * step), self.glyphs(line))
                x += width
            self.y -= height
            role = "table head" if index == 0 else "table row"
            self.page.paragraphs.append({**self.entry(role, None, " ".join(cells)), "cells": cells})
        self.y -= self.size

    def cover(self, block: str) -> None:
        """Cover lines: `!` large, `!!` middling, the rest plain. A title in fake bold is drawn twice, a hair apart."""
        self.room(100)
        self.y -= 60
        for line in block.splitlines()[1:]:
            big = line.startswith("! ")
            middle = line.startswith("!! ")
            size = 24 if big else 15 if middle else self.size
            text = line.lstrip("! ")
            if big and self.source.get("fake bold"):
                self.canvas.setFont(self.regular, size)
                self.y -= size * 1.4
                for shift in (0.0, 0.4):
                    self.canvas.drawString(self.frame()[0] + shift, self.y, self.glyphs(text))
                self.page.paragraphs.append(self.entry("cover", None, text))
                self.y -= size * 0.5
            else:
                if big:
                    self.canvas.setFillColor(self.colour)
                self.paragraph(text, role="cover", font=self.bold if big or middle else self.regular, size=size)
                self.canvas.setFillColor(HexColor("#000000"))
            self.y -= 8

    def cover_sheet(self, block: str) -> None:
        """The sheet that a repository of reviews puts before a deposited report."""
        self.room(100)
        for line in block.splitlines()[1:]:
            for part in self.wrapped(line, self.frame()[1], self.size) if line.strip() != "." else [""]:
                self.y -= self.size * 1.5
                self.canvas.setFont(self.regular, self.size)
                self.canvas.drawString(self.frame()[0], self.y, self.glyphs(part))
            if line.strip() != ".":
                self.page.cover_sheet.append(line)

    def setting(self, block: str) -> None:
        """`@…`: what changes the page."""
        name, *rest = block.split()
        if name == "@page":
            self.finish_page()
            self.columns, self.scanned = 1, "scan" in rest
            if "landscape" in rest or "portrait" in rest:
                self.page_size = LANDSCAPE if "landscape" in rest else PORTRAIT
                self.rotation = 0
            if "rotated" in rest:
                self.page_size, self.rotation = LANDSCAPE, 90
        elif name == "@labels":
            style = "r" if rest[0] == "roman" else "D"
            self.label_style, self.label_start, self.label_from = style, int(rest[1]), len(self.pages) + 1
            named = "ROMAN_LOWER" if style == "r" else "ARABIC"
            self.canvas.addPageLabel(len(self.pages), style=named, start=int(rest[1]))
        elif name == "@columns":
            self.room(80)
            self.columns = self.page.columns = 2
            self.column, self.column_top = 0, self.y
        elif name == "@contents":
            self.contents_page()
        elif name == "@gap":
            self.y -= float(rest[0])
        else:
            raise ValueError(f"{self.source.path.name}: unknown setting {name}")

    def block(self, block: str) -> None:
        """Set one block of the source."""
        text = " ".join(block.split())
        if block.startswith("@cover sheet"):
            self.cover_sheet(block)
        elif block.startswith("@cover"):
            self.cover(block)
        elif block.startswith("@"):
            self.setting(block)
        elif block.startswith("|||"):
            self.table(block)
        elif found := re.match(r"(#+) (.*)", text):
            self.heading(len(found.group(1)), found.group(2))
        elif re.match(r"\[\d+\] ", text):
            return  # a footnote is set where its mark stands
        elif text.startswith("* "):
            for item in re.split(r"(?:^|\n)\* ", block)[1:]:
                self.paragraph(item, role="bullet", shown=self.bullet(), indent=16)
        elif found := re.match(r"(\S+|(?:Finding|Recommendation|Question) \d+:?) \| (.*)", text):
            shown = found.group(1)
            long = len(shown) > 8
            indent = self.width(shown, self.bold, self.size) + 8 if long else 38
            self.paragraph(found.group(2), number=shown.rstrip(".:"), shown=shown, indent=indent)
            if self.contents:
                self.contents[-1][3:] = [self.contents[-1][3] or shown, shown]
        else:
            self.paragraph(text)

    def bullet(self) -> str:
        """The bullet of this report; a private-use character where the font is Vera, as word processors write it."""
        return PRIVATE_BULLET if self.ligatures else "\u2022"

    def run(self) -> bytes:
        """Set the whole source; the PDF's bytes."""
        picture = 0
        for block in self.source.blocks:
            if not self.scan and self.scanned and self.open and not block.startswith("@page"):
                self.canvas_off(block)
                continue
            self.block(block)
            if not self.scan and block.startswith("@page") and self.scanned:
                picture += 1
                self.new_page()
                image = ImageReader(str(HERE / "scans" / f"{self.source.path.stem}-{picture}.jpg"))
                self.canvas.setFillColor(HexColor("#ffffff"))
                self.canvas.rect(0, 0, *self.page_size, stroke=0, fill=1)
                self.canvas.drawImage(image, 0, 0, *self.page_size)
        self.finish_page()
        self.canvas.save()
        return self.buffer.getvalue()

    def canvas_off(self, block: str) -> None:
        """Set a block of a scanned page for the truth only: its picture is already there."""
        kept = self.canvas
        self.canvas = Canvas(io.BytesIO(), invariant=1)
        page = len(self.pages)
        self.block(block)
        if len(self.pages) != page:
            raise ValueError(f"{self.source.path.name}: the scanned page {page} holds more than a page")
        self.canvas = kept


# --- the locked report -----------------------------------------------------------------------------------


def aes(password: str) -> Any:
    """AES-128 (revision 4); initial vectors are made from object numbers, so that the bytes are the same each time."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from reportlab.lib.pdfencrypt import StandardEncryption, hexText
    from reportlab.pdfbase.pdfdoc import DummyDoc

    class Dictionary(PDFObject):
        __RefOnly__ = 1

        def __init__(self, values: dict[str, Any]) -> None:
            self.values = values

        def format(self, document: Any) -> Any:
            return PDFDictionary(self.values).format(DummyDoc())

    class Encryption(StandardEncryption):
        def encode(self, data: Any) -> bytes:
            raw = data if isinstance(data, bytes) else data.encode("latin-1")
            name = self.objnum.to_bytes(4, "little")[:3] + self.version.to_bytes(2, "little")
            key = hashlib.md5(self.key + name + b"sAlT", usedforsecurity=False).digest()
            vector = hashlib.md5(b"demonstration" + name, usedforsecurity=False).digest()
            pad = 16 - len(raw) % 16
            cipher = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
            return vector + cipher.update(raw + bytes([pad]) * pad) + cipher.finalize()

        def info(self) -> Any:
            crypt = {"CFM": PDFName("AESV2"), "Length": 16, "AuthEvent": PDFName("DocOpen")}
            values = {
                "Filter": PDFName("Standard"),
                "V": 4,
                "R": 4,
                "Length": 128,
                "O": hexText(self.O),
                "U": hexText(self.U),
                "P": self.P,
            }
            names = {
                "CF": PDFDictionary({"StdCF": PDFDictionary(crypt)}),
                "StmF": PDFName("StdCF"),
                "StrF": PDFName("StdCF"),
            }
            return Dictionary({**values, **names})

    return Encryption(password, ownerPassword=f"{password} of the owner", strength=128)


# --- the whole set ---------------------------------------------------------------------------------------


def fonts() -> None:
    """Register Vera, which comes with reportlab, and teach it the private-use bullet that word processors write."""
    for name in ("Vera", "VeraBd"):
        font = TTFont(name, f"{name}.ttf")
        font.face.charToGlyph[ord(PRIVATE_BULLET)] = font.face.charToGlyph[0x2022]
        font.face.charWidths[ord(PRIVATE_BULLET)] = font.face.charWidths[0x2022]
        pdfmetrics.registerFont(font)


def compose(source: Source, *, scan: bool = False) -> tuple[bytes, Setter]:
    """Set a source as often as its contents page and its page total need."""
    contents: list[list[str]] = []
    total = 0
    for _ in range(4):
        setter = Setter(source, contents, total, scan=scan)
        data = setter.run()
        if setter.contents == contents and len(setter.pages) == total:
            return data, setter
        contents, total = setter.contents, len(setter.pages)
    raise ValueError(f"{source.path.name}: the pages do not settle")


def make_scans(source: Source) -> None:
    """Render the pages marked `scan` as a tired office scanner would: grey, a little askew, at 150 dots an inch."""
    import pypdfium2
    from PIL import ImageFilter

    data, setter = compose(source, scan=True)
    document = pypdfium2.PdfDocument(data)
    wanted = [page for page in setter.pages if page.scanned]
    for count, page in enumerate(wanted, 1):
        image = document[page.number - 1].render(scale=150 / 72, grayscale=True).to_pil().convert("L")
        image = (
            image.rotate(0.4, fillcolor=255, resample=3)
            .filter(ImageFilter.GaussianBlur(0.4))
            .point(lambda v: min(v, 247))
        )
        image.save(HERE / "scans" / f"{source.path.stem}-{count}.jpg", quality=45, dpi=(150, 150))


def truth(source: Source, setter: Setter, data: bytes) -> dict[str, Any]:
    """What a reader should find in one report."""
    metadata = {name: source.get(name) or None for name in TOLD}
    metadata["year"] = int(source.get("year")) if source.get("year") else None  # type: ignore[assignment]
    return {
        "outcome": "encrypted" if source.get("password") else "report",
        "sha256": hashlib.sha256(data).hexdigest(),
        "metadata": metadata,
        "catalogued": bool(source.get("catalogue")),
        "features": [piece.strip() for piece in source.get("shows").split(";")],
        "headings": setter.headings,
        "pages": [page.truth() for page in setter.pages],
    }


def build(folder: Path, truth_file: Path) -> None:
    """Write every demonstration file, the catalogue and the truth."""
    fonts()
    found: dict[str, dict[str, Any]] = {}
    rows: list[dict[str, str]] = []
    for path in sorted((HERE / "text").glob("*.txt")):
        source = Source(path)
        data, setter = compose(source)
        for name in source.get("file").split(" || "):
            (folder / name).write_bytes(data)
            found[name] = truth(source, setter, data)
        if source.get("catalogue"):
            row = {name: source.get(name) for name in COLUMNS}
            rows.append(
                {
                    **row,
                    "file": source.get("file").split(" || ")[0],
                    "sha256": hashlib.sha256(data).hexdigest() if source.get("catalogue") == "hash" else "",
                }
            )
    for path in sorted((HERE / "text").glob("*.html")):
        data = path.read_bytes()
        (folder / f"{path.stem}.pdf").write_bytes(data)
        shows = ["an error page of a web server, saved under the name of a report"]
        found[f"{path.stem}.pdf"] = {
            "outcome": "not_pdf",
            "sha256": hashlib.sha256(data).hexdigest(),
            "features": shows,
            "pages": [],
        }
    with (folder / "catalogue.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    text = json.dumps({"files": found}, ensure_ascii=False, indent=1, sort_keys=True)
    truth_file.write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description="Make the demonstration reports.")
    arguments.add_argument("--scans", action="store_true", help="render the pictures of scanned pages anew first")
    if arguments.parse_args().scans:
        fonts()
        for text in sorted((HERE / "text").glob("*.txt")):
            if "@page scan" in text.read_text(encoding="utf-8"):
                make_scans(Source(text))
    build(HERE, TRUTH)
