"""Lay out the pages of a demonstration report: headers, footers, footnotes and lines of text."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from corpus.demo.locked import aes
from corpus.demo.source import LANDSCAPE, PORTRAIT, Page, Source, Word, roman

FONTS = {
    "times": ("Times-Roman", "Times-Bold"),
    "helvetica": ("Helvetica", "Helvetica-Bold"),
    "vera": ("Vera", "VeraBd"),
}
PRIVATE_BULLET = "\uf0b7"
LIGATURES = {"fi": "\ufb01", "fl": "\ufb02"}
# Where a word may be divided. A word with a hyphen may also be divided at the hyphen.
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


def fonts() -> None:
    """Register Vera, which comes with reportlab, and add the private-use bullet that word processors write."""
    for name in ("Vera", "VeraBd"):
        font = TTFont(name, f"{name}.ttf")
        font.face.charToGlyph[ord(PRIVATE_BULLET)] = font.face.charToGlyph[0x2022]
        font.face.charWidths[ord(PRIVATE_BULLET)] = font.face.charWidths[0x2022]
        pdfmetrics.registerFont(font)


class Paper:
    """The pages of one report.

    `contents` and `total` come from the previous run, for the contents page and page totals. With `scan`, scanned pages
    are set as text.
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
        """Return the left, right, top and bottom of the text area, in points."""
        width, height = self.page_size
        return 64, width - 64, height - 78, 76

    def frame(self) -> tuple[float, float]:
        """Return the left edge and width of the current column."""
        left, right, _, _ = self.margins()
        if self.columns == 1:
            return left, right - left
        width = (right - left - 24) / 2
        return left + self.column * (width + 24), width

    def new_page(self) -> None:
        """Finish the page and start the next one."""
        self.finish_page()
        number = len(self.pages) + 1
        count = self.label_start + number - self.label_from
        label = roman(count) if self.label_style == "r" else str(count)
        self.pages.append(Page(number, label, self.page_size, self.rotation, self.columns, self.scanned))
        self.open = True
        self.canvas.setPageSize(self.page_size)  # as displayed: reportlab swaps the sides of a rotated page
        self.canvas.setPageRotation(self.rotation)
        if self.rotation:
            self.canvas.translate(self.page_size[1], 0)
            self.canvas.rotate(90)
        self.y = self.column_top = self.margins()[2]
        self.column = 0
        self.foot: list[tuple[str, list[str]]] = []
        self.running()

    def running(self) -> None:
        """Draw the running header and footer of the page, and split each into its left and right pieces."""
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
                    continue  # it is in the image
                draw = self.canvas.drawString if position == 0 else self.canvas.drawRightString
                draw(64 if position == 0 else width - 64, y, piece)
        self.canvas.setFillColor(HexColor("#000000"))

    def finish_page(self) -> None:
        """Draw the footnotes and finish the page."""
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
        """The current page."""
        return self.pages[-1]

    def bottom(self) -> float:
        """Return the lowest line that text may use on this page, above its footnotes."""
        lines = sum(len(note) for _, note in self.foot)
        return self.margins()[3] + (11 * lines + 14 if lines else 0)

    def room(self, height: float) -> None:
        """Move to the next column or page unless this much height is left."""
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
        """Return the characters as written to the file, with ligatures if the font has them."""
        if self.ligatures:
            for plain, glyph in LIGATURES.items():
                text = text.replace(plain, glyph)
        return text

    def width(self, text: str, font: str, size: float) -> float:
        """Return the width of a piece of text in points."""
        return float(pdfmetrics.stringWidth(self.glyphs(text), font, size))

    def lines(self, items: list[Word], width: float, font: str, size: float) -> Iterator[list[Word]]:
        """Yield lines filled with words. Words are divided where that is allowed."""
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
        """Return the offsets at which a word may be divided, last first, each with the hyphen to add."""
        if not self.source.get("hyphenate") or word.covered:
            return []
        places = [(m.end(), "") for m in re.finditer(r"(?<=\w\w)-(?=\w\w)", word.text)]
        core = re.search(r"[A-Za-z]+", word.text)
        if core and "-" not in word.text and core.group().lower() in DIVISIONS:
            places.append((core.start() + DIVISIONS[core.group().lower()].index("~"), self.hyphen))
        return sorted(places, reverse=True)

    def draw_line(self, line: list[Word], x: float, y: float, font: str, size: float, spread: float = 0.0) -> None:
        """Draw one line of text, with superscript footnote marks, and black boxes over covered words."""
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
        """Return a paragraph for the ground truth."""
        return {"role": role, "number": number, "text": text, "section": dict(self.section), "turns": [], "marks": []}

    def wrapped(self, text: str, width: float, size: float, font: str = "") -> list[str]:
        """Break text into lines without dividing words."""
        result, line = [], ""
        for word in text.split():
            if line and self.width(f"{line} {word}", font or self.regular, size) > width:
                result.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        return [*result, line]
