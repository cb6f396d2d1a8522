"""Pages whose text is easily lost, drawn from a seed.

They include scans under a header, text drawn as curves, fonts that do not say what they show, and text layers shifted
from their scan. All names and places are fictional.
"""

import random
import zlib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import reportlab
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

FONT = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
PROSE = (
    "The health visitor wrote to the surgery on two occasions",
    "and nobody there could say who had opened the letters.",
    "It was not until the school rang that anybody asked where",
    "the child was living and who was looking after him then.",
    "The panel heard that the worker had left in that month",
    "and that her cases had not been given to anybody else.",
    "Every agency that had known the family was asked about it.",
)
WIDTH, HEIGHT = 595, 842

Resources = dict[str, str]


@cache
def vera() -> TTFont:
    """Return the font from which the curves and the embedded fonts are made."""
    return TTFont(FONT)


class Book:
    """The objects of a PDF under construction."""

    def __init__(self) -> None:
        self.objects: list[bytes] = [b"", b""]
        self.catalogue = ""

    def add(self, entries: str, stream: bytes | None = None) -> str:
        """Add an object and return the reference to it."""
        if stream is None:
            self.objects.append(entries.encode())
        else:
            packed = zlib.compress(stream)
            head = f"<<{entries}/Filter/FlateDecode/Length {len(packed)}>>stream\n".encode()
            self.objects.append(head + packed + b"\nendstream")
        return f"{len(self.objects)} 0 R"

    def bytes(self, *pages: "Page") -> bytes:
        """Return the file with these pages."""
        kids = [page.put(self) for page in pages]
        self.objects[0] = f"<</Type/Catalog/Pages 2 0 R{self.catalogue}>>".encode()
        self.objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>".encode()
        out, places = b"%PDF-1.7\n", []
        for number, each in enumerate(self.objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n" % number + each + b"\nendobj\n"
        table = b"".join(b"%010d 00000 n \n" % place for place in places)
        end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, len(out))
        return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + table + end


class Page:
    """A page being drawn."""

    def __init__(self, book: Book) -> None:
        self.content = ""
        helvetica = book.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
        self.fonts: Resources = {"R": helvetica}
        self.things: Resources = {}
        self.notes: list[str] = []
        self.extra = self.resources = ""

    def line(self, text: str, x: float, y: float, size: float = 11, *, font: str = "R", mode: int = 0) -> None:
        """Add a line of text in a font of the page, as a PDF string or as hexadecimal digits in <…>."""
        shown = text if text.startswith("<") else f"({text})"
        self.content += f"BT {mode} Tr /{font} {size} Tf {x:.2f} {y:.2f} Td {shown} Tj ET\n"

    def put(self, book: Book) -> str:
        content = book.add("", self.content.encode("latin-1"))
        fonts = "".join(f"/{name} {held}" for name, held in self.fonts.items())
        things = "".join(f"/{name} {held}" for name, held in self.things.items())
        notes = f"/Annots[{' '.join(self.notes)}]" if self.notes else ""
        return book.add(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {WIDTH} {HEIGHT}]/Contents {content}{notes}{self.extra}"
            f"/Resources<</Font<<{fonts}>>/XObject<<{things}>>{self.resources}>>>>"
        )


def paragraph(rng: random.Random) -> tuple[float, float, float, list[str]]:
    """Return where a paragraph begins, its letter size, and its lines."""
    size = rng.choice((10, 11, 12))
    lines = [*PROSE]
    rng.shuffle(lines)
    return rng.randrange(60, 110), rng.randrange(560, 700), size, lines


def typed(page: Page, rng: random.Random) -> list[str]:
    """Type a paragraph. Returns its lines."""
    x, y, size, lines = paragraph(rng)
    for at, line in enumerate(lines):
        page.line(line, x, y - 1.5 * size * at, size)
    return lines


# ---------------------------------------------------------------- pictures of text

Draw = Callable[[bytes], tuple[int, int, bytes]]
"""Renders the first page of a PDF: width, height and one byte of grey per pixel."""


def scanned(rng: random.Random, draw: Draw) -> tuple[Book, Page, list[tuple[str, float, float, float]]]:
    """Return a page with the image of a typed paragraph, and the text, x, y and size of each line."""
    book, paper = Book(), Page(inner := Book())
    x, y, size, lines = paragraph(rng)
    places = [(line, x, y - 1.5 * size * at, size) for at, line in enumerate(lines)]
    for line in places:
        paper.line(*line)
    wide, high, pixels = draw(inner.bytes(paper))
    page = Page(book)
    page.things["I"] = book.add(
        f"/Type/XObject/Subtype/Image/Width {wide}/Height {high}/ColorSpace/DeviceGray/BitsPerComponent 8", pixels
    )
    page.content += f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /I Do Q\n"
    return book, page, places


def running_header(page: Page, rng: random.Random) -> str:
    """Set a header, a stamp or a Bates number over the image. Returns it."""
    text, y = rng.choice(
        (
            ("Avonshire Safeguarding Children Partnership: Child Rowan, Overview Report, final version", 812),
            ("OFFICIAL-SENSITIVE when complete. Not to be copied without leave of the author.", 24),
            ("Avonshire Council, Records of the Case of Child Rowan, Bundle 3, AVN-000417 to AVN-000419", 18),
            ("Received 14 March 2022 by the Clerk of the Partnership in Elm Street, Avonshire", 800),
        )
    )
    page.line(text, rng.randrange(40, 80), y, rng.choice((8, 9, 10)))
    return text


# ---------------------------------------------------------------- text drawn as curves


class _Pen(BasePen):
    """Writes the outline of a glyph as drawing commands."""

    def __init__(self, glyphs: object, x: float, y: float, scale: float) -> None:
        super().__init__(glyphs)
        self.commands: list[str] = []
        self._x, self._y, self._scale = x, y, scale

    def _at(self, *points: tuple[float, float]) -> str:
        return " ".join(f"{self._x + self._scale * x:.2f} {self._y + self._scale * y:.2f}" for x, y in points)

    def _moveTo(self, point: tuple[float, float]) -> None:  # noqa: N802 - the names of the base class
        self.commands.append(self._at(point) + " m")

    def _lineTo(self, point: tuple[float, float]) -> None:  # noqa: N802
        self.commands.append(self._at(point) + " l")

    def _curveToOne(self, one: tuple[float, float], two: tuple[float, float], end: tuple[float, float]) -> None:  # noqa: N802
        self.commands.append(self._at(one, two, end) + " c")

    def _closePath(self) -> None:  # noqa: N802
        self.commands.append("h")


def curves(text: str, x: float, y: float, size: float) -> list[str]:
    """Return the drawing commands of each letter."""
    font = vera()
    glyphs, names, scale = font.getGlyphSet(), font.getBestCmap(), size / font["head"].unitsPerEm
    drawn = []
    for letter in text:
        glyph = glyphs[names[ord(letter)]]
        pen = _Pen(glyphs, x, y, scale)
        glyph.draw(pen)
        drawn.append(" ".join(pen.commands))
        x += scale * glyph.width
    return drawn


def drawn_as_curves(rng: random.Random) -> tuple[bytes, list[str]]:
    """Return a file with one paragraph that is drawn letter by letter, line by line, within a form or in a gradient."""
    book = Book()
    page = Page(book)
    x, y, size, lines = paragraph(rng)
    together = rng.choice(("letter", "line", "form", "shading"))
    content = ""
    for at, line in enumerate(lines):
        letters = [letter for letter in curves(line, x, y - 1.5 * size * at, size) if letter]
        whole = f"q {' '.join(letters)} W n /S sh Q\n" if together == "shading" else " ".join(letters) + " f\n"
        content += " f\n".join(letters) + " f\n" if together == "letter" else whole
    if together == "shading":
        dark = "<</FunctionType 2/Domain[0 1]/C0[0]/C1[0.2]/N 1>>"
        page.resources = f"/Shading<</S<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 600 0]/Function {dark}>>>>"
    if together == "form":
        page.things["F"] = book.add(f"/Type/XObject/Subtype/Form/BBox[0 0 {WIDTH} {HEIGHT}]", content.encode())
        content = "/F Do\n"
    page.content += "0 g " + content
    if rng.random() < 0.5:
        running_header(page, rng)
    return book.bytes(page), lines


# ---------------------------------------------------------------- fonts that do not say what they show


def embedded(book: Book, mapping: str | None, stated: Callable[[str], float] = lambda name: 1.0) -> str:
    """Return a font whose codes are the numbers of its glyphs.

    `mapping` is its CMap, or None. `stated` is what the file says of the width of a glyph, as a share of it.
    """
    file = book.add("/Length1 1", FONT.read_bytes())
    font = vera()
    metrics, scale = font["hmtx"].metrics, 1000 / font["head"].unitsPerEm
    widths = " ".join(str(round(stated(name) * scale * metrics[name][0])) for name in font.getGlyphOrder())
    described = book.add(
        f"<</Type/FontDescriptor/FontName/ABCDEF+Vera/Flags 4/FontBBox[-200 -300 1300 1000]/ItalicAngle 0/Ascent 905"
        f"/Descent -212/CapHeight 729/StemV 80/FontFile2 {file}>>"
    )
    descendant = book.add(
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/ABCDEF+Vera/CIDToGIDMap/Identity/CIDSystemInfo<</Registry(Adobe)"
        f"/Ordering(Identity)/Supplement 0>>/FontDescriptor {described}/DW 600/W[0[{widths}]]>>"
    )
    told = f"/ToUnicode {book.add('', mapping.encode())}" if mapping else ""
    return book.add(
        f"<</Type/Font/Subtype/Type0/BaseFont/ABCDEF+Vera/Encoding/Identity-H/DescendantFonts[{descendant}]{told}>>"
    )


def glyphs(text: str) -> str:
    """Return a text as glyph numbers."""
    font = vera()
    names = font.getBestCmap()
    return "<" + "".join(f"{font.getGlyphID(names[ord(letter)]):04x}" for letter in text) + ">"


def width_of(text: str, size: float) -> float:
    """Return how wide a text is in this font."""
    font = vera()
    names, metrics = font.getBestCmap(), font["hmtx"].metrics
    wide: float = sum(metrics[names[ord(letter)]][0] for letter in text) * size / font["head"].unitsPerEm
    return wide


def cmap(letters: str, to: Callable[[str], str]) -> str:
    """Return a font's CMap. `to` returns the letter that the font claims for each actual letter."""
    rows = "".join(f"{glyphs(letter)}<{to(letter).encode('utf-16-be').hex()}>\n" for letter in letters)
    return (
        "/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CMapName/X def/CMapType 2 def\n"
        f"1 begincodespacerange<0000><ffff>endcodespacerange\n{len(letters)} beginbfchar\n{rows}endbfchar\n"
        "endcmap end end"
    )


def in_cipher(rng: random.Random) -> tuple[bytes, list[str]]:
    """Return a file with a paragraph in a font that does not identify its letters, or identifies each as another."""
    book = Book()
    page = Page(book)
    letters = sorted(set("".join(PROSE)))
    turned = letters[7:] + letters[:7]
    mapping = rng.choice((None, cmap("".join(letters), lambda each: turned[letters.index(each)])))
    page.fonts["E"] = embedded(book, mapping)
    x, y, size, lines = paragraph(rng)
    for at, line in enumerate(lines):
        page.line(glyphs(line), x, y - 1.5 * size * at, size, font="E")
    if rng.random() < 0.5:
        page.line("Child Rowan: what the panel was told of the year before he was born", x, y + 40, 12)
    return book.bytes(page), lines


DATED = "On 14 March 2021 the police attended 3 times in 24 hours."


def without_digits(rng: random.Random) -> bytes:
    """Return a file with a sentence in a font that identifies its letters but not its digits."""
    book = Book()
    page = Page(book)
    known = "".join(sorted({letter for letter in DATED if not letter.isdigit()}))
    claim: Callable[[str], str] = rng.choice(
        (
            lambda each: chr(0xE000 + ord(each)),
            lambda each: "\ufffd",
            lambda each: "\0",
            lambda each: chr(ord(each) - 0x30 + 1),
        )
    )
    page.fonts["E"] = embedded(book, cmap(known + "0123456789", lambda each: claim(each) if each.isdigit() else each))
    size = rng.choice((10, 12, 14))
    page.line(glyphs(DATED), rng.randrange(60, 100), 740, size, font="E")
    typed(page, rng)
    return book.bytes(page)


def without_some_letters(rng: random.Random) -> bytes:
    """A file with a paragraph in a font that does not say what two of its letters are."""
    page = Page(book := Book())
    unknown = rng.sample("aeiost", 2)
    letters = "".join(sorted(set("".join(PROSE))))
    page.fonts["E"] = embedded(book, cmap("".join(each for each in letters if each not in unknown), lambda each: each))
    x, y, size, lines = paragraph(rng)
    for at, line in enumerate(lines):
        page.line(glyphs(line), x, y - 1.5 * size * at, size, font="E")
    return book.bytes(page)


def with_heading_in_cipher(rng: random.Random) -> bytes:
    """A file with a paragraph, and one short line in a font that says nothing of its letters."""
    page = Page(book := Book())
    page.fonts["E"] = embedded(book, None)
    page.line(glyphs("What the panel found"), rng.randrange(60, 100), 760, rng.choice((14, 18)), font="E")
    typed(page, rng)
    return book.bytes(page)


# ---------------------------------------------------------------- fields, notes and files in files


def typed_in(rng: random.Random, subtype: str, text: str, *, looks: bool = True) -> bytes:
    """Return a file with a field (Widget) or a note (FreeText) below a paragraph.

    `looks` means that the file defines its appearance.
    """
    book = Book()
    page = Page(book)
    typed(page, rng)
    left, bottom, size = rng.randrange(60, 160), rng.randrange(200, 420), rng.choice((9, 11, 12))
    wide = 0.6 * size * len(text) + 20
    look = ""
    if looks:
        shown = f"/Tx BMC q BT /R {size} Tf 0 g 2 6 Td ({text}) Tj ET Q EMC"
        form = book.add(
            f"/Type/XObject/Subtype/Form/BBox[0 0 {wide} {2 * size}]/Resources<</Font<</R {page.fonts['R']}>>>>",
            shown.encode(),
        )
        look = f"/AP<</N {form}>>"
    said = f"/FT/Tx/T(action)/V({text})" if subtype == "Widget" else f"/Contents({text})"
    rect = f"{left} {bottom} {left + wide} {bottom + 2 * size}"
    note = book.add(f"<</Type/Annot/Subtype/{subtype}/F 4/Rect[{rect}]/DA(/R {size} Tf 0 g){said}{look}>>")
    page.notes.append(note)
    if subtype == "Widget":
        fonts = f"/DA(/R {size} Tf 0 g)/DR<</Font<</R {page.fonts['R']}>>>>"
        book.catalogue = f"/AcroForm<</NeedAppearances true/Fields[{note}]{fonts}>>"
    return book.bytes(page)


def holding(files: Sequence[tuple[str, bytes]], *, portfolio: bool) -> bytes:
    """Return a file that contains other files."""
    book = Book()
    page = Page(book)
    page.line("For the best experience, open this portfolio in a newer program.", 72, 700)
    named = ""
    for name, data in files:
        held = book.add("/Type/EmbeddedFile", data)
        named += f"({name}){book.add(f'<</Type/Filespec/F({name})/UF({name})/EF<</F {held}>>>>')}"
    book.catalogue = f"/Names<</EmbeddedFiles<</Names[{named}]>>>>" + ("/Collection<</View/D>>" if portfolio else "")
    return book.bytes(page)


def beside_text(rng: random.Random, draw: Draw) -> tuple[bytes, list[str]]:
    """A page of text with a picture of a paragraph, in one piece or a line each; and the lines of the picture."""
    page, paper = Page(book := Book()), Page(inner := Book())
    lines = [*PROSE]
    rng.shuffle(lines)
    size = rng.choice((9, 10, 11))
    for at, line in enumerate(lines):
        paper.line(line, 0.5 * size, HEIGHT - 1.5 * size * (at + 1), size)
    wide, high, pixels = draw(inner.bytes(paper))
    pieces = rng.choice((1, len(lines)))
    x, y, scale = rng.randrange(60, 110), rng.randrange(300, 420), HEIGHT / high
    rows = round(1.5 * size * len(lines) / scale) // pieces + 4
    for n in range(pieces):
        part = pixels[n * (rows - 4) * wide : (n * (rows - 4) + rows) * wide]
        page.things[f"I{n}"] = book.add(
            f"/Type/XObject/Subtype/Image/Width {wide}/Height {rows}/ColorSpace/DeviceGray/BitsPerComponent 8", part
        )
        low = y - n * (rows - 4) * scale
        page.content += f"q {scale * wide:.2f} 0 0 {scale * rows:.2f} {x - 20} {low:.2f} cm /I{n} Do Q\n"
    for at in range(14):
        page.line(f"Paragraph {at} of the report says what was asked of the agencies.", 60, 780 - 16 * at)
    return book.bytes(page), lines


def painted_through(rng: random.Random) -> bytes:
    """A page under a header whose text is a pattern or a mask that a rectangle is painted with."""
    page = Page(book := Book())
    x, y, size, lines = paragraph(rng)
    drawn = "".join(f"BT /R {size} Tf {x} {y - 1.5 * size * n} Td ({line}) Tj ET\n" for n, line in enumerate(lines))
    box = f"/BBox[0 0 {WIDTH} {HEIGHT}]/Resources<</Font<</R {page.fonts['R']}>>>>"
    sheet = f"0 0 {WIDTH} {HEIGHT} re f"
    page.line("Avonshire Safeguarding Children Partnership: Child Rowan, Overview Report", 60, 812, 9)
    if rng.random() < 0.5:
        tile = f"/PatternType 1/PaintType 1/TilingType 1/XStep {WIDTH}/YStep {HEIGHT}{box}"
        page.resources = f"/Pattern<</P {book.add(tile, drawn.encode())}>>"
        page.content += f"/Pattern cs /P scn {sheet}\n"
    else:
        mask = f"/Type/XObject/Subtype/Form/Group<</S/Transparency/CS/DeviceGray>>{box}"
        page.resources = f"/ExtGState<</G<</SMask<</S/Luminosity/G {book.add(mask, b'1 g ' + drawn.encode())}>>>>>>"
        page.content += f"/G gs 0 g {sheet}\n"
    return book.bytes(page)


def with_broken_page(rng: random.Random) -> bytes:
    """A file whose second page cannot be decoded, for one reason or another."""
    first, second = Page(book := Book()), Page(book)
    typed(first, rng)
    typed(second, rng)
    data = book.bytes(first, second)
    start = data.rindex(b"stream\n", 0, data.rindex(b"endstream")) + 7
    if rng.random() < 0.5:
        return data[:start] + bytes(30) + data[start + 30 :]
    at = data.rindex(b"/FlateDecode", 0, start)
    return data[:at] + b"/FlareDecode" + data[at + 12 :]


def notice_of_a_form(rng: random.Random) -> bytes:
    """The same as a dynamic form, but the file does not say that its page has to be made."""
    return dynamic_form(rng).replace(b"/NeedsRendering true", b"/NeedsRendering null")


def dynamic_form(rng: random.Random) -> bytes:
    """Return a file whose page is only a notice, because its text is generated by the program that displays it."""
    book = Book()
    page = Page(book)
    page.line("Please wait... If this message is not eventually replaced, your viewer cannot show it.", 60, 700, 9)
    form = book.add("", b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'>" + b" " * rng.randrange(99) + b"</xdp:xdp>")
    book.catalogue = f"/NeedsRendering true/AcroForm<</Fields[]/XFA {form}>>"
    return book.bytes(page)
