"""Typeset a demonstration report: each block of its source becomes paragraphs, headings or tables."""

import io
import re
from pathlib import Path

from reportlab.lib.colors import HexColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from corpus.demo.paper import PRIVATE_BULLET, Paper
from corpus.demo.source import LANDSCAPE, PORTRAIT, Page, words

HERE = Path(__file__).resolve().parent


class Setter(Paper):
    """Typesets one source and records the ground truth."""

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
        """Set a paragraph and record where it starts and where pages break in it."""
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
        """Set the list of headings with dot leaders."""
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
        """`|||` and the widths of columns in per cent; then rows, header first, with cells separated by ` || `."""
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
        """Set cover lines: `!` large, `!!` medium, the rest plain.

        A title in fake bold is drawn twice, slightly offset.
        """
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
        """Set the cover sheet that a repository of reviews adds to a report."""
        self.room(100)
        for line in block.splitlines()[1:]:
            for part in self.wrapped(line, self.frame()[1], self.size) if line.strip() != "." else [""]:
                self.y -= self.size * 1.5
                self.canvas.setFont(self.regular, self.size)
                self.canvas.drawString(self.frame()[0], self.y, self.glyphs(part))
            if line.strip() != ".":
                self.page.cover_sheet.append(line)

    def setting(self, block: str) -> None:
        """Process `@…`, a page setting."""
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
            return  # a footnote is set on the page of its mark
        else:
            self.words(block, text)

    def words(self, block: str, text: str) -> None:
        """Set bullets, a numbered paragraph, or a plain one. `text` is the block with single spaces."""
        if text.startswith("* "):
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
        """Return the bullet of this report. With Vera, it is the private-use character that word processors write."""
        return PRIVATE_BULLET if self.ligatures else "\u2022"

    def run(self) -> bytes:
        """Set the whole source and return the bytes of the PDF."""
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
        """Record a block of a scanned page in the ground truth without drawing it, because the page is an image."""
        kept = self.canvas
        self.canvas = Canvas(io.BytesIO(), invariant=1)
        page = len(self.pages)
        self.block(block)
        if len(self.pages) != page:
            raise ValueError(f"{self.source.path.name}: the scanned page {page} holds more than a page")
        self.canvas = kept
