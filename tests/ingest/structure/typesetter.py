"""Set a report as a word processor does, from lines of simple marks, so that a test shows what a reader sees.

- `# `, `## `, `### `: headings. `• ` and `o `: bullets, which Word sets in Symbol and in Courier. All else is text.
- `**bold**` and `//italic//` within a line, `^1` a raised mark.
- A tab after what a paragraph begins with, such as its number, sets the rest as a hanging paragraph.
- `|one|two|`: a row of a table, as wide as the last `|=` says in points: `|=40|300|100|`. `|!` begins a row that is
  repeated at the head of each further page, `|~` a row that may be broken over a page. A cell `<` is merged with the
  one on its left. `¶` in a cell begins a paragraph, also one with a bullet.
- `[middle]`: the cells of the rows that follow stand in the middle of their row. `[lines]`: such rows are drawn line by
  line and not cell by cell. `[ruled]`: such rows have a line below them and no other. `[plain]`: they have none.
- `[landscape]`: a new page on its side, as are those that follow, until `[portrait]`.
- `[box]`, `[shade]` … `[end]`: a frame or a ground around what is between. `[foot] …`: a footnote.
- `[page]`: a new page. `~~` within a line: the page ends after this word.
"""

import re
from dataclasses import dataclass, field
from typing import Any

_WIDTHS = """278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278
278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667
667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500
722 500 500 500 334 260 334 584"""
WIDTHS = [int(width) for width in _WIDTHS.split()]
"""How wide the characters of Helvetica are from the space on, in thousandths of the size."""
BOLD = {
    **dict.fromkeys("bdghknopqu", 611),
    **dict.fromkeys("ABCDHKNRU", 722),
    **dict.fromkeys("fjlti()", 310),
    "m": 889,
}

LEFT, TOP, BOTTOM, WIDE, HIGH, ACROSS = 72.0, 770.0, 80.0, 451.0, 842.0, 595.0
FONTS = {"R": "Helvetica", "B": "Helvetica-Bold", "I": "Helvetica-Oblique", "C": "Courier", "S": "Symbol"}
HEADINGS = {
    "sizes": {"#": (16.0, "B"), "##": (13.0, "B"), "###": (11.0, "B")},
    "bold": {"#": (11.0, "B"), "##": (11.0, "B"), "###": (11.0, "B")},
}
"""The looks of headings: in larger letters by level, or all bold in the size of the text."""


@dataclass(frozen=True)
class Run:
    """A word in one font. `raised` is a footnote mark, which follows the word before it without a space."""

    text: str
    font: str
    raised: bool = False
    ends_page: bool = False


@dataclass
class Sheet:
    """The pages so far, and the place of the next line."""

    size: float = 11.0
    pages: list[str] = field(default_factory=lambda: [""])
    y: float = TOP
    notes: list[list[str]] = field(default_factory=lambda: [[]])
    box: str = ""  # how the frame around the next lines is drawn
    box_top: float = TOP
    wide: list[bool] = field(default_factory=lambda: [False])  # whether each page is on its side
    landscape: bool = False
    ways: set[str] = field(default_factory=set)  # in which the next rows of a table are set
    head: list[str] = field(default_factory=list)  # the row that further pages repeat

    @property
    def top(self) -> float:
        return TOP - (HIGH - ACROSS) * self.wide[-1]

    def put(self, text: str, x: float, font: str, size: float, rise: float = 0.0) -> None:
        raw = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        code = raw.encode("cp1252").decode("latin-1") if font != "S" else "\\267"
        self.pages[-1] += f"BT /{font} {size:.1f} Tf {x:.2f} {self.y + rise:.2f} Td ({code}) Tj ET\n"

    def turn(self) -> None:
        """Begin a page. A frame is closed at the foot of the old page and goes on at the head of the new one."""
        self.close()
        self.pages.append("")
        self.notes.append([])
        self.wide.append(self.landscape)
        self.y = self.box_top = self.top

    def close(self) -> None:
        """Draw the frame around what was set since it began."""
        if self.box:
            low, high = self.y + 0.5 * self.size, self.box_top - self.y - 0.5 * self.size + 1.1 * self.size
            way = "0.85 0.9 1 rg" if self.box == "shade" else "0.75 w"
            paint = "f" if self.box == "shade" else "S"
            self.pages[-1] = f"q {way} {LEFT - 6} {low:.1f} {WIDE + 12} {high:.1f} re {paint} Q\n" + self.pages[-1]

    def text(self, words: list[Run], x: float, wide: float, size: float, step: float) -> None:
        """Set words from the current line on, and go on to the line below the last one."""
        line: list[Run] = []
        for word in words:
            if line and not word.raised and _width([*line, word], size) > wide:
                self._line(line, x, size, step)
                line = []
            line.append(word)
            if word.ends_page:
                self._line(line, x, size, step)
                line = []
                self.turn()
        if line:
            self._line(line, x, size, step)

    def _line(self, line: list[Run], x: float, size: float, step: float) -> None:
        if self.y < BOTTOM + 14 * len(self.notes[-1]):
            self.turn()
        at = x
        for word in line:
            if word.raised:
                at -= _wide(" ", "R", size)
                self.put(word.text, at, word.font, 0.6 * size, 0.35 * size)
                at += _wide(word.text + " ", word.font, 0.6 * size)
            else:
                self.put(word.text + " ", at, word.font, size)
                at += _wide(word.text + " ", word.font, size)
        self.y -= step


def typeset(press: Any, source: str, look: str = "sizes") -> bytes:
    """Return the PDF of a report, with a cover, a page of introduction, and a running header and footer."""
    sheet = Sheet()
    columns: list[float] = []
    for mark in (COVER + source).splitlines():
        if not mark:
            continue
        if mark in ("[page]", "[box]", "[shade]", "[end]"):
            if mark == "[page]":
                sheet.turn()
            else:
                sheet.close() if mark == "[end]" else None
                sheet.box, sheet.box_top = mark.strip("[]").replace("end", ""), sheet.y
            sheet.y -= 6
        elif mark in ("[landscape]", "[portrait]"):
            sheet.landscape = mark == "[landscape]"
            sheet.turn()
        elif mark in ("[middle]", "[lines]", "[ruled]", "[plain]"):
            sheet.ways.add(mark.strip("[]"))
        elif mark.startswith("[foot] "):
            sheet.notes[-1].append(mark[7:])
        elif mark.startswith("|="):
            columns, sheet.head = [float(each) for each in mark[2:].strip("|").split("|")], []
        elif mark.startswith("|"):
            cells = mark.removeprefix("|").lstrip("!~").removesuffix("|").split("|")
            sheet.head = cells if mark[1] == "!" else sheet.head
            _row(sheet, cells, columns, breaks=mark[1] == "~")
        else:
            _paragraph(sheet, mark, look)
    return _pdf(press, sheet)


def _paragraph(sheet: Sheet, mark: str, look: str) -> None:
    size, step = sheet.size, 1.22 * sheet.size
    level = re.match(r"#{1,3}(?= )", mark)
    if level:
        size, font = HEADINGS[look][level.group()]
        sheet.y -= 8
        number, tab, words = mark[len(level.group()) + 1 :].rpartition("\t")
        if tab:
            sheet.put(number, LEFT, font, size)
        sheet.text(_runs(words, font), LEFT + 36 * bool(tab), WIDE - 36, size, 1.22 * size)
        sheet.y -= 4
        return
    if sheet.y < BOTTOM:
        sheet.turn()
    bullet = re.match(r"[•o] ", mark)
    hanging, tab, rest = mark.partition("\t")
    if bullet:
        inner = 18 if mark[0] == "•" else 36
        sheet.put("•" if mark[0] == "•" else "o", LEFT + inner, "S" if mark[0] == "•" else "C", size)
        sheet.text(_runs(mark[2:]), LEFT + inner + 18, WIDE - inner - 18, size, step)
        sheet.y -= 3
    elif tab:
        sheet.text(_runs(hanging), LEFT, 90, size, 0)
        indent = 36 if len(hanging.replace("*", "")) < 6 else 110
        sheet.text(_runs(rest), LEFT + indent, WIDE - indent, size, step)
        sheet.y -= 7
    else:
        sheet.text(_runs(mark), LEFT, WIDE, size, step)
        sheet.y -= 7


@dataclass(frozen=True)
class Set:
    """A line in a cell of a table: how far below the top of its row and from the left of the page it is."""

    below: float
    x: float
    runs: list[Run]


def _row(sheet: Sheet, cells: list[str], columns: list[float], *, breaks: bool) -> None:
    """Set a row of a table. It is broken over a page only if `breaks`."""
    edges = [LEFT + sum(columns[:at]) for at in range(len(columns) + 1)]
    spans = [
        (at, next((to for to in range(at + 1, len(cells)) if cells[to] != "<"), len(cells))) for at in range(len(cells))
    ]
    spans = [(at, to) for at, to in spans if cells[at] != "<"]
    inside = [_cell(cells[at], edges[at], edges[to]) for at, to in spans]
    high = max(cell[-1].below if cell else 0.0 for cell in inside) + 12
    if "middle" in sheet.ways:
        inside = [
            [Set(each.below + (high - 12 - cell[-1].below) / 2, each.x, each.runs) for each in cell] for cell in inside
        ]
    if sheet.y - high < BOTTOM:
        fitting = [[each for each in cell if sheet.y - each.below > BOTTOM] for cell in inside]
        if breaks and any(fitting):
            left = [cell[len(upper) :] for cell, upper in zip(inside, fitting, strict=True)]
            _put_row(sheet, fitting, spans, edges, max(cell[-1].below for cell in fitting if cell) + 12)
            inside = [[Set(each.below - cell[0].below, each.x, each.runs) for each in cell] for cell in left]
            high = max(cell[-1].below if cell else 0.0 for cell in inside) + 12
        sheet.turn()
        if sheet.head:
            heads = [_cell(text, edges[at], edges[at + 1]) for at, text in enumerate(sheet.head)]
            _put_row(
                sheet,
                heads,
                [(at, at + 1) for at in range(len(heads))],
                edges,
                max(cell[-1].below for cell in heads if cell) + 12,
            )
    _put_row(sheet, inside, spans, edges, high)


def _cell(text: str, left: float, right: float) -> list[Set]:
    """Return the lines of a cell."""
    found: list[Set] = []
    below = 0.0
    for paragraph in text.split("¶"):
        hang = 12 if paragraph[:1] == "•" else 0
        line: list[Run] = [Run("•", "S")] if hang else []
        for word in _runs(paragraph.removeprefix("•")):
            room = right - left - 8 - hang
            if [run for run in line if run.text != "•"] and _width(
                [*line[bool(hang and line[0].text == "•") :], word], 10
            ) > room:
                found.append(Set(below, left + 4 + (0 if line[0].text == "•" else hang), line))
                line, below = [], below + 12
            line.append(word)
        if line:
            found.append(Set(below, left + 4 + (0 if line[0].text == "•" else hang), line))
            below += 15
    return found


def _put_row(
    sheet: Sheet, cells: list[list[Set]], spans: list[tuple[int, int]], edges: list[float], high: float
) -> None:
    """Draw a row, or the part of it that is on this page."""
    drawn = [each for cell in cells for each in cell]
    if "lines" in sheet.ways:
        drawn.sort(key=lambda each: (each.below, each.x))
    top = sheet.y
    for each in drawn:
        sheet.y, at = top - each.below, each.x
        for run in each.runs:
            if run.text == "•":
                sheet.put("•", at, "S", 10)
                at += 12
            else:
                sheet.put(run.text + " ", at, run.font, 10)
                at += _wide(run.text + " ", run.font, 10)
    bottom = top - high + 6
    for at, to in spans if not sheet.ways & {"ruled", "plain"} else ():
        sheet.pages[-1] += f"q 0.5 w {edges[at]:.1f} {bottom:.1f} {edges[to] - edges[at]:.1f} {high + 6:.1f} re S Q\n"
    if "ruled" in sheet.ways:
        sheet.pages[-1] += f"q 0.5 w {edges[0]:.1f} {bottom:.1f} m {edges[-1]:.1f} {bottom:.1f} l S Q\n"
    sheet.y = top - high - 6 + 6 * ("plain" in sheet.ways)


def _runs(text: str, font: str = "R") -> list[Run]:
    """Return the words of a line, each with its font."""
    found: list[Run] = []
    for piece in re.split(r"(\*\*|//)", text):
        if piece in ("**", "//"):
            other = "B" if piece == "**" else "I"
            font = "R" if font == other else other
            continue
        for word in piece.split():
            plain, _, raised = word.partition("^")
            found.append(Run(plain.replace("~~", ""), font, ends_page="~~" in word and not raised))
            if raised:
                found.append(Run(re.sub(r"\D", "", raised), font, raised=True))
                rest = re.sub(r"\d", "", raised)
                if rest:
                    found.append(Run(rest, font))
    return found


def _wide(text: str, font: str, size: float) -> float:
    if font == "C":
        return 0.6 * size * len(text)
    each = (
        BOLD.get(letter)
        if font == "B" and letter in BOLD
        else int(WIDTHS[min(ord(letter) - 32, 94)] if letter < "~" else 222)
        for letter in text
    )
    return sum(width or 0 for width in each) * size / 1000


def _width(line: list[Run], size: float) -> float:
    return sum(_wide(word.text + " ", word.font, size) for word in line)


def _pdf(press: Any, sheet: Sheet) -> bytes:
    sheet.close()
    objects: dict[int, bytes] = {1: b"<</Type/Catalog/Pages 2 0 R>>"}
    names = ""
    for at, (name, font) in enumerate(FONTS.items(), 3):
        more = "" if font == "Symbol" else "/Encoding/WinAnsiEncoding"
        if font == "Symbol":
            more = "/ToUnicode 9 0 R"
        objects[at] = f"<</Type/Font/Subtype/Type1/BaseFont/{font}{more}>>".encode()
        names += f"/{name} {at} 0 R"
    cmap = (  # Word gives its bullets no letter of Unicode
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
        b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <B7> <F0B7> endbfchar endcmap end end"
    )
    objects[9] = b"<</Length %d>>stream\n" % len(cmap) + cmap + b"\nendstream"
    kids = []
    for number, (content, notes) in enumerate(zip(sheet.pages, sheet.notes, strict=True), 1):
        sheet.pages, sheet.y = [content], 60 + 11 * len(notes)
        for note in notes:
            mark, _, words = note.partition(" ")
            sheet.put(mark, LEFT, "R", 5.5, 3)
            sheet.put(words, LEFT + 5, "R", 8)
            sheet.y -= 11
        on_its_side = sheet.wide[number - 1]
        if number > 1:
            sheet.y = 810 - (HIGH - ACROSS) * on_its_side
            sheet.put("Child Safeguarding Practice Review: Child Wren", LEFT, "R", 9)
            sheet.y = 40
            sheet.put(f"Page {number} of {len(sheet.notes)}", 280, "R", 9)
        raw = sheet.pages[0].encode("latin-1")
        at = 8 + 2 * number
        objects[at] = b"<</Length %d>>stream\n" % len(raw) + raw + b"\nendstream"
        across, high = (HIGH, ACROSS) if on_its_side else (ACROSS, HIGH)
        objects[at + 1] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {across:.0f} {high:.0f}]/Contents {at} 0 R"
            f"/Resources<</Font<<{names}>>>>>>"
        ).encode()
        kids.append(f"{at + 1} 0 R")
    objects[2] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>".encode()
    return bytes(press.assemble(objects))


COVER = """# Child Safeguarding Practice Review
# Child Wren
Fernshire Safeguarding Children Partnership
[page]
# Introduction
Child Wren was two years old and lived with a parent and an older brother. A neighbour found Wren alone on a cold
 evening. The partners agreed that there was something to learn from what had happened and asked an independent
 reviewer to look at it with the people who had worked with the family.
The reviewer read what each agency had written and met the health visitor, the social worker and the teachers of the
 brother. They said what it had been like to work with the family and what had made it hard to see the children. They
 spoke about full diaries, about records that could not be opened, and about visits to a flat where nobody came to the
 door. Most of them had known one part of the story only and read the rest of it in the draft of this report.
The family was asked to take part. The mother met the reviewer once and said that she had told the same story to many
 people. She wished that one of them had known all of it. The brother drew a picture of the kitchen and told the
 reviewer who had sat at the table, and the reviewer is grateful to both of them for their time and trust.
The names in this report are not the names of the people, and some details were left out so that the children cannot
 be recognised by those who read it. What is left is enough to show what was learned.
[page]
""".replace("\n ", " ")
"""A cover and an introduction that are long enough to show how the report is set."""
