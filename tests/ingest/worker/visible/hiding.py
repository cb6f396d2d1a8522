"""Pages on which a name is hidden in one of many ways, and pages on which it is not.

They are drawn from a seed, with different fonts, sizes, positions and orders each time. All names and places are
fictional.
"""

# ruff: noqa: E501 - drawing commands are read best in one piece

import random
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from reportlab.pdfbase.pdfmetrics import stringWidth

NAMES = (
    "Keziah Thornbury",
    "Zebedee Quill",
    "Ottilie Marsh",
    "Ignatius Fennimore",
    "Philippa Gorse",
    "Tobiah Wexcombe",
)
FONTS = ("Helvetica", "Helvetica-Bold", "Times-Roman", "Times-Bold", "Courier", "Helvetica-Oblique")
BEFORE, AFTER = "The child, ", " of Elm Street, was seen."
_AROUND = (
    "Rowan was seven weeks old when the review began.",
    "Practitioners felt reassured by what they heard.",
    "Appointments were kept and questions were answered.",
    "Nobody asked who else was living there.",
)


@dataclass
class Sheet:
    """A page being drawn.

    `whole` means that the sentence is one text object, and `spelled` that each letter of the name is one. `drawn` is
    drawn in the place of the name. `under` and `over` are commands before and after all text; `before_name` and
    `after_name` are those around the name.
    """

    rng: random.Random
    width: float = 595
    height: float = 842
    font: int = 0
    size: float = 11
    x: float = 72
    y: float = 700
    name: str = "Zebedee Quill"
    drawn: str = ""
    whole: bool = False
    spelled: bool = False
    under: str = ""
    over: str = ""
    before_name: str = ""
    after_name: str = ""
    colour: str = "0 g"
    face: str = ""
    place: str = ""
    page: str = ""
    notes: list[str] = field(default_factory=list)
    forms: list[tuple[str, str]] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)
    tiles: list[tuple[float, str]] = field(default_factory=list)
    layers: list[bool] = field(default_factory=list)

    def wide(self, text: str) -> float:
        return float(stringWidth(text, FONTS[self.font], self.size))

    @property
    def left(self) -> float:
        """The left edge of the name."""
        return self.x + self.wide(BEFORE)

    def box(self, more: float = 0.0) -> tuple[float, float, float, float]:
        """Return the box around the name: left, bottom, width, height."""
        loose = 1 + more + self.rng.random()
        return (
            self.left - loose,
            self.y - 0.3 * self.size - more,
            self.wide(self.name) + 2 * loose,
            1.35 * self.size + 2 * more,
        )

    def rectangle(self, more: float = 0.0) -> str:
        return "{:.2f} {:.2f} {:.2f} {:.2f} re".format(*self.box(more))

    def middle(self) -> float:
        return self.y + 0.35 * self.size

    def state(self, entries: str) -> str:
        self.states.append(entries)
        return f"/G{len(self.states)} gs "

    def form(self, content: str, extra: str = "") -> str:
        self.forms.append((content, extra))
        return f"/F{len(self.forms)} Do "

    def note(self, subtype: str, content: str, extra: str = "", drawn: bool = True, more: float = 1) -> None:
        """Add an annotation over the name. `content` is its appearance, in the coordinates of the page."""
        left, bottom, wide, high = self.box(more)
        look = ""
        if drawn:
            self.forms.append((content, f"/BBox[{left} {bottom} {left + wide} {bottom + high}]"))
            look = f"/AP<</N #{len(self.forms)}#>>"
        self.notes.append(
            f"<</Type/Annot/Subtype/{subtype}/F 4/Rect[{left} {bottom} {left + wide} {bottom + high}]{look}{extra}>>"
        )

    def words(self, text: str, x: float, y: float) -> str:
        return f"BT /T{self.font} {self.size} Tf {x:.2f} {y:.2f} Td ({text}) Tj ET\n"

    def content(self) -> str:
        """Return all drawing commands."""
        step = 1.6 * self.size
        lines = [self.words(text, self.x, self.y + step * (n + 1)) for n, text in enumerate(_AROUND[:2])]
        lines += [self.words(text, self.x, self.y - step * (n + 1)) for n, text in enumerate(_AROUND[2:])]
        if self.whole and not (self.before_name or self.place or self.face) and self.colour == "0 g":
            lines.append(self.words(f"{BEFORE}{self.name}{AFTER}", self.x, self.y))
            self.rng.shuffle(lines)
            return f"q {self.under}Q 0 g\n{''.join(lines)}q {self.over}Q\n"
        place = self.place or f"{self.left:.2f} {self.y:.2f} Td"
        drawn = self.drawn or self.name
        letters = ") Tj (".join(drawn) if self.spelled else drawn
        named = f"BT /{self.face or f'T{self.font}'} {self.size} Tf {place} ({letters}) Tj ET\n"
        sentence = [
            self.words(BEFORE, self.x, self.y),
            f"q {self.colour} {self.before_name}{named}{self.after_name}Q\n",
            self.words(AFTER.strip(), self.left + self.wide(self.name + " "), self.y),
        ]
        self.rng.shuffle(lines)
        at = self.rng.randrange(len(lines) + 1)
        body = "".join([*lines[:at], *sentence, *lines[at:]])
        return f"q {self.under}Q 0 g\n{body}q {self.over}Q\n"


def sheet(rng: random.Random) -> Sheet:
    """Return a page with a visible name."""
    made = Sheet(rng, name=rng.choice(NAMES), font=rng.randrange(len(FONTS)), size=rng.choice((8, 9.5, 11, 12, 14)))
    made.x, made.y = rng.uniform(40, 90), rng.uniform(200, 700)
    made.whole, made.spelled = rng.random() < 0.3, rng.random() < 0.3
    made.page = rng.choice(("", "", "", "/Rotate 90", "/Rotate 180", "/Rotate 270"))
    return made


def pdf(sheets: Sequence[Sheet]) -> bytes:
    """Return the file with these pages."""
    objects: dict[int, bytes] = {}
    fonts = " ".join(f"/T{n} {10 + n} 0 R" for n in range(len(FONTS))) + " /D 20 0 R/E 24 0 R/K 25 0 R"
    for n, font in enumerate(FONTS):
        objects[10 + n] = f"<</Type/Font/Subtype/Type1/BaseFont/{font}/Encoding/WinAnsiEncoding>>".encode()
    objects[20] = b"<</Type/Font/Subtype/Type1/BaseFont/ZapfDingbats>>"
    objects[21] = stream(
        bytes(rng for rng in (0, 0, 0)),
        "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceRGB/BitsPerComponent 8",
    )
    objects[22] = (
        b"<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 600 0]/Function<</FunctionType 2/Domain[0 1]/N 1/C0[0.2 0.2 0.3]/C1[0.1 0.1 0.1]>>/Extend[true true]>>"
    )
    grey = bytes(min(255, 200 + (7 * n) % 56) for n in range(64 * 64))
    objects[23] = stream(
        grey, "/Type/XObject/Subtype/Image/Width 64/Height 64/ColorSpace/DeviceGray/BitsPerComponent 8"
    )
    drawings = ((24, 380, b"380 0 0 -300 380 900 d1"), (25, 500, b"500 0 0 -300 550 900 d1 0 -300 550 1200 re f"))
    for number, wide, strokes in drawings:
        objects[number + 2] = stream(strokes, "")
        letters = " ".join(f"{code}/c{code}" for code in range(32, 127))
        drawn = " ".join(f"/c{code} {number + 2} 0 R" for code in range(32, 127))
        objects[number] = (
            f"<</Type/Font/Subtype/Type3/FontBBox[0 -300 550 900]/FontMatrix[0.001 0 0 0.001 0 0]/CharProcs<<{drawn}>>/FirstChar 32"
            f"/LastChar 126/Encoding<</Differences[{letters}]>>/Widths[{f'{wide} ' * 95}]/ToUnicode 28 0 R/Resources<<>>>>"
        ).encode()
    objects[28] = stream(
        b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CMapName/X def/CMapType 2 def\n"
        b"1 begincodespacerange<00><ff>endcodespacerange\n1 beginbfrange\n<20><7e><0020>\nendbfrange\nendcmap end end",
        "",
    )
    kids, layers, number = [], [], 30
    for page in sheets:
        content = page.content()
        numbers = {}
        for at in range(1, len(page.forms) + 1):
            numbers[at] = number = number + 1
        ocgs = {}
        for at, on in enumerate(page.layers, 1):
            ocgs[at] = number = number + 1
            objects[number] = b"<</Type/OCG/Name(Layer)>>"
            layers.append((number, on))
        states = " ".join(f"/G{n} <<{entries}>>" for n, entries in enumerate(page.states, 1))
        properties = " ".join(f"/L{n} {ref} 0 R" for n, ref in ocgs.items())
        patterns = []
        for at, drawing in enumerate(page.patterns, 1):
            number += 1
            objects[number] = stream(
                drawing.encode(), "/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 5 5]/XStep 5/YStep 5/Resources<<>>"
            )
            patterns.append(f"/P{at} {number} 0 R")
        for at, (step, drawing) in enumerate(page.tiles, 1):
            number += 1
            size = f"/BBox[0 0 {step} {step}]/XStep {step}/YStep {step}"
            objects[number] = stream(drawing.encode(), f"/PatternType 1/PaintType 1/TilingType 1{size}/Resources<<>>")
            patterns.append(f"/H{at} {number} 0 R")

        def refer(text: str, numbers: dict[int, int] = numbers, ocgs: dict[int, int] = ocgs) -> str:
            for at, ref in numbers.items():
                text = text.replace(f"#{at}#", f"{ref} 0 R")
            for at, ref in ocgs.items():
                text = text.replace(f"%{at}%", f"{ref} 0 R")
            return text

        shared = (
            f"/Font<<{fonts}>>/ExtGState<<{refer(states)}>>/Properties<<{properties}>>/Pattern<<{' '.join(patterns)}>>"
            "/Shading<</S 22 0 R>>"
        )
        for at, (drawing, extra) in enumerate(page.forms, 1):
            box = "" if "/BBox" in extra else "/BBox[0 0 2000 2000]"
            objects[numbers[at]] = stream(
                drawing.encode(),
                f"/Type/XObject/Subtype/Form{box}{refer(extra)}/Resources<<{shared}/XObject<</I 21 0 R/J 23 0 R>>>>",
            )
        named = " ".join(f"/F{at} {ref} 0 R" for at, ref in numbers.items())
        number += 1
        objects[number] = stream(content.encode("cp1252"), "")
        notes = f"/Annots[{' '.join(map(refer, page.notes))}]" if page.notes else ""
        objects[number + 1] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {page.width} {page.height}]{page.page}/Contents {number} 0 R{notes}"
            f"/Resources<<{shared}/XObject<</I 21 0 R/J 23 0 R {named}>>>>>>"
        ).encode()
        number += 1
        kids.append(f"{number} 0 R")
    off = " ".join(f"{ref} 0 R" for ref, on in layers if not on)
    all_layers = " ".join(f"{ref} 0 R" for ref, _ in layers)
    objects[1] = (
        f"<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[{all_layers}]/D<</Order[{all_layers}]/OFF[{off}]>>>>>>".encode()
    )
    objects[2] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>".encode()
    out, places = b"%PDF-1.7\n", {}
    for each in sorted(objects):
        places[each] = len(out)
        out += b"%d 0 obj\n" % each + objects[each] + b"\nendobj\n"
    table = b"".join(b"%d 1\n%010d 00000 n \n" % (each, places[each]) for each in sorted(places))
    end = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (max(places) + 1, len(out))
    return out + b"xref\n0 1\n0000000000 65535 f \n" + table + end


def stream(data: bytes, entries: str) -> bytes:
    packed = zlib.compress(data)
    return f"<<{entries}/Filter/FlateDecode/Length {len(packed)}>>stream\n".encode() + packed + b"\nendstream"


# ---------------------------------------------------------------- how a name is hidden

Way = Callable[[Sheet], None]
DARK = ("0 g", "0 0 0 rg", "0.1 0.1 0.2 rg", "0 0 0.3 rg", "1 g", "0.5 g", "0 0 0 1 k")


def _paint(page: Sheet) -> str:
    return page.rng.choice(DARK)


def box(page: Sheet) -> None:
    page.over += f"{_paint(page)} {page.rectangle()} f "


def bordered_box(page: Sheet) -> None:
    page.over += f"{_paint(page)} 1 0 0 RG 0.8 w {page.rectangle()} B "


def label_on_box(page: Sheet) -> None:
    left, bottom, wide, high = page.box()
    small = 0.7 * page.size
    page.over += (
        f"0 g {left} {bottom} {wide} {high} re f 1 g BT /T0 {small} Tf {left + 3} {page.y} Td (s.40\\(2\\)) Tj ET "
    )


def cross_on_box(page: Sheet) -> None:
    left, bottom, wide, high = page.box()
    page.over += (
        f"0 g {left} {bottom} {wide} {high} re f 1 G 0.7 w {left} {bottom} m {left + wide} {bottom + high} l S "
    )
    page.over += f"{left} {bottom + high} m {left + wide} {bottom} l S "


def boxes_in_one_path(page: Sheet) -> None:
    page.over += f"0 g 50 100 60 9 re {page.rectangle()} 300 60 30 9 re f "


def box_in_pieces(page: Sheet) -> None:
    left, bottom, wide, high = page.box()
    pieces = page.rng.randrange(2, 6)
    for n in range(pieces):
        page.over += f"0 g {left + n * wide / pieces} {bottom} {wide / pieces + 0.2} {high} re f "


def thick_line(page: Sheet) -> None:
    left, _, wide, _ = page.box()
    page.over += f"0 G {1.5 * page.size} w {left} {page.middle()} m {left + wide} {page.middle()} l S "


def hatching(page: Sheet) -> None:
    left, bottom, wide, high = page.box()
    page.over += "0 G 0.9 w "
    for n in range(int(high / 0.5) + 1):
        page.over += f"{left} {bottom + n / 2} m {left + wide} {bottom + n / 2} l S "


def cross_hatching(page: Sheet) -> None:
    wide = page.rng.choice((3, 4))
    lines = f"0 G {0.45 * wide} w 0 0 m {wide} {wide} l S 0 {wide} m {wide} 0 l S"
    page.tiles.append((wide, lines))
    page.over += f"/Pattern cs /H{len(page.tiles)} scn {page.rectangle()} f "


def black_highlight_under(page: Sheet) -> None:
    page.under += f"0 g {page.rectangle()} f "
    page.colour = page.rng.choice(("0 g", "0.02 g"))


def white_on_white(page: Sheet) -> None:
    page.colour = page.rng.choice(("1 g", "1 1 1 rg", "0 0 0 0 k", "0.98 g", "0.92 g", "1 1 0.92 rg"))


def colour_of_the_ground(page: Sheet) -> None:
    red, green, blue = (round(page.rng.random(), 2) for _ in range(3))
    page.under += f"{red} {green} {blue} rg 20 {page.y - 30} 560 60 re f "
    page.colour = f"{red} {green} {blue} rg"


def opacity_nought(page: Sheet) -> None:
    page.before_name += page.state(page.rng.choice(("/ca 0", "/ca 0/CA 0", "/ca 0.02")))


def soft_mask(page: Sheet) -> None:
    page.forms.append(("0 g 0 0 2000 2000 re f", "/Group<</S/Transparency/CS/DeviceGray>>"))
    page.before_name += page.state(f"/SMask<</S/Luminosity/G #{len(page.forms)}#>>")


def invisible(page: Sheet) -> None:
    page.before_name += "3 Tr "


def clipped_away(page: Sheet) -> None:
    left, bottom, wide, high = page.box()
    page.before_name += page.rng.choice(
        (
            f"{left} {bottom + 40} {wide} {high} re W n ",
            f"{left - 90} {bottom} 60 {high} re W* n ",
            f"{left} {bottom + 50} m {left + wide} {bottom + 50} l {left} {bottom + 90} l h W n ",
            "0 0 0 0 re W n ",
        )
    )


def clip_of_letters(page: Sheet) -> None:
    page.before_name += "7 Tr "


def clipped_by_letters(page: Sheet) -> None:
    below = page.y - 40 - page.rng.random() * 100
    page.before_name += f"BT 7 Tr /T0 {page.size} Tf {page.left} {below} Td (i) Tj ET 0 Tr "


def layer_off(page: Sheet) -> None:
    page.layers.append(False)
    page.before_name += f"/OC /L{len(page.layers)} BDC "
    page.after_name = "EMC " + page.after_name


def layer_off_in_a_tag(page: Sheet) -> None:
    page.layers.append(False)
    page.before_name += f"/Span <</MCID 1>> BDC /OC /L{len(page.layers)} BDC "
    page.after_name = "EMC EMC " + page.after_name


def black_note(page: Sheet) -> None:
    page.note(page.rng.choice(("Square", "Stamp", "Polygon", "FreeText", "Redact")), f"0 g {page.rectangle(1)} f")


def line_note(page: Sheet) -> None:
    left, _, wide, _ = page.box()
    line = f"0 G {1.5 * page.size} w {left} {page.middle()} m {left + wide} {page.middle()} l S"
    page.note(page.rng.choice(("Line", "Ink", "Highlight", "StrikeOut")), line)


def picture_over(page: Sheet) -> None:
    left, bottom, wide, high = page.box()
    page.over += f"q {wide} 0 0 {high} {left} {bottom} cm /{page.rng.choice('IJ')} Do Q "


def form_over(page: Sheet) -> None:
    page.over += page.form(f"{_paint(page)} {page.rectangle()} f")


def shading_over(page: Sheet) -> None:
    page.over += f"q {page.rectangle()} W n /S sh Q "


def pattern_over(page: Sheet) -> None:
    page.patterns.append("0 g 0 0 5 5 re f")
    page.over += f"/Pattern cs /P{len(page.patterns)} scn {page.rectangle()} f "


def black_letters_over(page: Sheet) -> None:
    left, _, wide, _ = page.box()
    size = 1.6 * page.size
    squares = "n" * int(wide / (0.761 * size) + 2)
    page.over += f"0 g BT /D {size} Tf 75 Tz {left - 2} {page.y - 0.35 * page.size} Td ({squares}) Tj ET "
    page.over += f"BT /D {size} Tf 75 Tz {left - 2 + 0.3 * size} {page.y - 0.35 * page.size} Td ({squares}) Tj ET "


def long_dash_over(page: Sheet) -> None:
    left, _, wide, _ = page.box()
    size = page.rng.uniform(9, 12) * page.size
    stretched = 100 * wide / size
    page.over += f"0 g BT /T1 {size} Tf {stretched} Tz {left} {page.middle() - 0.276 * size} Td (\\227) Tj ET "


def drawn_letters_over(page: Sheet) -> None:
    left, _, wide, _ = page.box()
    page.over += f"0 g BT /K {page.size} Tf {left} {page.y} Td ({'x' * int(wide / (0.5 * page.size) + 1)}) Tj ET "


def letters_without_shape(page: Sheet) -> None:
    page.face = "E"


def nearly_opaque_box(page: Sheet) -> None:
    page.over += f"{page.state(page.rng.choice(('/ca 0.97', '/ca 0.92')))}0 g {page.rectangle()} f "


def triangular_clip(page: Sheet) -> None:
    page.before_name += f"0 0 m {page.width} 0 l {page.width} {0.2 * page.y} l h W n "


def off_the_page(page: Sheet) -> None:
    page.place = page.rng.choice(("900 400 Td", "100 -60 Td", "-400 300 Td", "80 900 Td"))


def outside_the_crop(page: Sheet) -> None:
    page.place = "100 20 Td"
    page.page += "/CropBox[0 60 595 842]"


def tiny(page: Sheet) -> None:
    page.place = f"{page.rng.choice((0.002, 0.01))} 0 0 {page.rng.choice((0.002, 0.01))} {page.left} {page.y} Tm"


def dust(page: Sheet) -> None:
    """Set the name as small as specks of dust."""
    small = page.rng.choice((0.3, 0.6, 0.9)) / page.size
    page.place = f"{small} 0 0 {small} {page.left} {page.y} Tm"


def no_width(page: Sheet) -> None:
    page.spelled = False
    page.place = f"0.001 0 0 1 {page.left} {page.y} Tm"


def white_outline(page: Sheet) -> None:
    page.before_name += page.rng.choice(("1 Tr 1 G ", "2 Tr 1 G 1 g "))


def white_pattern(page: Sheet) -> None:
    page.patterns.append("1 g 0 0 5 5 re f")
    page.colour = f"/Pattern cs /P{len(page.patterns)} scn"


def form_with_invisible_text(page: Sheet) -> None:
    page.over += page.form("q 3 Tr " + page.words(page.name, page.left, page.y) + "Q")
    box(page)


def form_in_a_layer_off(page: Sheet) -> None:
    page.layers.append(False)
    page.over += page.form("0 g " + page.words(page.name, page.left, page.y), f"/OC %{len(page.layers)}%")
    invisible(page)


def form_with_box(page: Sheet) -> None:
    page.over += page.form("0 g " + page.words(page.name, page.left, page.y) + f"{_paint(page)} {page.rectangle()} f")


def other_actual_text(page: Sheet) -> None:
    """Draw dashes, crosses or other words, and say in the file that they are the name."""
    page.drawn = page.rng.choice(("-" * len(page.name), "Xxxxxx Xxxxxxxx", "[name removed]", "A", "Child Rowan"))
    said = page.name if page.rng.random() < 0.5 else "\\376\\377" + "".join(f"\\000{each}" for each in page.name)
    page.before_name += f"/Span <</ActualText ({said})>> BDC "
    page.after_name = "EMC " + page.after_name


def field_with_a_ground(page: Sheet) -> None:
    ground = page.rng.choice(("0 0 0", "1 1 1", "0", "0 0 0 1"))
    page.note("Widget", "", f"/FT/{page.rng.choice(('Tx', 'Btn'))}/T(f)/MK<</BG[{ground}]>>", drawn=False, more=0)


def thick_border(page: Sheet) -> None:
    wide = page.rng.choice((0.7, 1.0, 1.5)) * page.size + 4
    style = page.rng.choice(("/Border[0 0 {}]", "/BS<</Type/Border/W {}/S/S>>", "/Border[0 0 0]/BS<</W {}>>"))
    page.note("Link", "", f"/C[0 0 0]{style.format(round(wide, 1))}", drawn=False, more=0)


def thick_border_of_a_field(page: Sheet) -> None:
    page.note("Widget", "", f"/FT/Tx/T(f)/MK<</BC[0 0 0]>>/BS<</W {page.size + 4}>>", drawn=False, more=0)


def dark_on_dark(page: Sheet) -> None:
    text, ground = page.rng.choice(
        (("0 g", "0.12 g"), ("0 g", "0.08 g"), ("0.11 g", "0 g"), ("0 g", "0 0 0.28 rg"), ("0.05 g", "0.14 0.1 0.1 rg"))
    )
    page.under += f"{ground} {page.rectangle()} f "
    page.colour = text


HIDING: tuple[Way, ...] = (
    box, bordered_box, label_on_box, cross_on_box, boxes_in_one_path, box_in_pieces, thick_line, hatching, cross_hatching,
    black_highlight_under, white_on_white, colour_of_the_ground, opacity_nought, soft_mask, invisible, clipped_away,
    clip_of_letters, clipped_by_letters, layer_off, layer_off_in_a_tag, black_note, line_note, picture_over, form_over, shading_over, pattern_over,
    black_letters_over, long_dash_over, drawn_letters_over, letters_without_shape, nearly_opaque_box, triangular_clip, off_the_page, outside_the_crop, tiny, dust, no_width, white_outline, white_pattern, form_with_invisible_text,
    form_in_a_layer_off, form_with_box, other_actual_text, field_with_a_ground, thick_border, thick_border_of_a_field, dark_on_dark,
)  # fmt: skip
"""Ways to hide a name."""


# ---------------------------------------------------------------- what hides nothing


def nothing(page: Sheet) -> None:
    """Leave the page as it is."""


def white_on_dark(page: Sheet) -> None:
    page.under += f"0 0 0.4 rg {page.rectangle(4)} f "
    page.colour = "1 g"


def dark_on_pale(page: Sheet) -> None:
    page.under += f"0.9 0.95 1 rg 20 {page.y - 30} 560 60 re f "


def box_elsewhere(page: Sheet) -> None:
    page.over += f"0 g 40 {page.y + 60} 300 20 re f "


def frame(page: Sheet) -> None:
    page.over += f"0 G 0.5 w {page.rectangle(2)} S "


def frame_of_the_page(page: Sheet) -> None:
    page.over += "0 G 2 w 20 20 555 802 re S 0 g 10 10 m 580 10 l 580 830 l 10 830 l h 14 14 567 812 re f* "


def wide_hatching(page: Sheet) -> None:
    page.tiles.append((9, "0.3 G 0.5 w 0 0 m 9 9 l S"))
    page.over += f"/Pattern cs /H{len(page.tiles)} scn {page.rectangle(4)} f "


def small_print(page: Sheet) -> None:
    page.spelled = False
    page.place = f"{4 / page.size} 0 0 {4 / page.size} {page.left} {page.y} Tm"


def underline(page: Sheet) -> None:
    left, _, wide, _ = page.box()
    page.over += f"0 g {left} {page.y - 0.2 * page.size} {wide} 0.6 re f "


def struck_out(page: Sheet) -> None:
    left, _, wide, _ = page.box()
    page.over += f"0 G 0.6 w {left} {page.middle()} m {left + wide} {page.middle()} l S "


def marker(page: Sheet) -> None:
    page.over += f"q {page.state('/ca 0.4')}1 1 0 rg {page.rectangle()} f Q "


def multiplied(page: Sheet) -> None:
    page.over += f"q {page.state('/BM/Multiply')}1 1 0 rg {page.rectangle()} f Q "


def marker_note(page: Sheet) -> None:
    state = page.state("/BM/Multiply")
    page.note("Highlight", f"{state}1 1 0 rg {page.rectangle(1)} f")


def link(page: Sheet) -> None:
    page.note("Link", "", "/Border[0 0 1]/A<</S/URI/URI(https://example.org)>>", drawn=False)


def clipped_to_the_page(page: Sheet) -> None:
    page.before_name += f"0 0 595 842 re W n {page.rectangle(3)} W n "


def layer_on(page: Sheet) -> None:
    page.layers.append(True)
    page.before_name += f"/OC /L{len(page.layers)} BDC "
    page.after_name = "EMC " + page.after_name


def half_opaque(page: Sheet) -> None:
    page.before_name += page.state("/ca 0.5")


def grey(page: Sheet) -> None:
    page.colour = page.rng.choice(("0.6 g", "0.8 0.1 0.1 rg", "0 0.5 0 rg", "0.75 g"))


def outlined(page: Sheet) -> None:
    page.before_name += page.rng.choice(("1 Tr 0.4 w 0 G ", "2 Tr 0.3 w 0 G "))


def printed_twice(page: Sheet) -> None:
    page.spelled = False  # else PDFium cannot know that it is the same
    page.before_name += page.words(page.name, page.left, page.y)


def printed_twice_over_a_picture(page: Sheet) -> None:
    picture_under(page)
    printed_twice(page)


def printed_again_on_the_box(page: Sheet) -> None:
    page.whole = page.spelled = False
    again = page.words(page.name, page.left, page.y)
    page.over += f"1 1 0 rg {page.rectangle()} f 0 g {again}"


def picture_under(page: Sheet) -> None:
    page.under += "q 595 0 0 842 0 0 cm /J Do Q "


def shading_under(page: Sheet) -> None:
    page.under += f"q {page.rectangle(3)} W n /S sh Q "
    page.colour = "1 g"


def form_under(page: Sheet) -> None:
    page.under += page.form(f"0.8 g {page.rectangle(2)} f")


def box_clipped_away(page: Sheet) -> None:
    page.over += f"q 0 0 1 1 re W n 0 g {page.rectangle()} f Q "


def watermark(page: Sheet) -> None:
    page.over += f"q {page.state('/ca 0.2')}0.5 g BT /T1 120 Tf 0.7 0.7 -0.7 0.7 120 200 Tm (DRAFT) Tj ET Q "


def box_under_the_name(page: Sheet) -> None:
    page.under += f"0 g {page.rectangle()} f 1 g {page.rectangle(-1)} f "


def mark_never_applied(page: Sheet) -> None:
    page.note("Redact", "", "/IC[0 0 0]", drawn=False)


def same_actual_text(page: Sheet) -> None:
    """Say in the file what is drawn, as programs do for ligatures, small capitals and hyphens."""
    page.drawn = page.rng.choice((page.name, page.name.upper(), page.name.replace(" ", "-")))
    page.before_name += f"/Span <</ActualText ({page.name})>> BDC "
    page.after_name = "EMC " + page.after_name


def thin_border(page: Sheet) -> None:
    style = page.rng.choice(
        ("/Border[0 0 1]", "/Border[0 0 2]", "/BS<</W 1.5>>", "/BS<</W 14/S/D>>", "/Border[0 0 14]/C[]")
    )
    page.note("Link", "", f"/C[0 0 0]{style}" if "/C[]" not in style else style, drawn=False)


def field_without_a_ground(page: Sheet) -> None:
    page.note(
        "Widget",
        "",
        page.rng.choice(("/FT/Tx/T(f)/MK<</BG[]>>", "/FT/Tx/T(f)/MK<</BC[0]>>", "/FT/Btn/T(f)/MK<<>>")),
        drawn=False,
    )


def hidden_field(page: Sheet) -> None:
    page.note("Widget", "", "/FT/Tx/T(f)/MK<</BG[0 0 0]>>", drawn=False)
    page.notes[-1] = page.notes[-1].replace("/F 4", "/F 2")


def dark_on_grey(page: Sheet) -> None:
    text, ground = page.rng.choice(
        (("0 g", "0.3 g"), ("0 g", "0.85 g"), ("0.1 g", "0 0.4 0.6 rg"), ("0.25 g", "0 g"), ("0 g", "0.16 g"))
    )
    page.under += f"{ground} {page.rectangle()} f "
    page.colour = text


SHOWING: tuple[Way, ...] = (
    nothing, white_on_dark, dark_on_pale, box_elsewhere, frame, frame_of_the_page, wide_hatching, small_print, underline, struck_out, marker, multiplied,
    marker_note, link, clipped_to_the_page, layer_on, half_opaque, grey, outlined, printed_twice, printed_twice_over_a_picture,
    printed_again_on_the_box,
    picture_under, shading_under, form_under, box_clipped_away, watermark, box_under_the_name, mark_never_applied,
    same_actual_text, thin_border, field_without_a_ground, hidden_field, dark_on_grey,
)  # fmt: skip
"""Things on a page that hide nothing."""

_OVER = (
    box, bordered_box, label_on_box, cross_on_box, boxes_in_one_path, box_in_pieces, thick_line, hatching, black_note,
    line_note, picture_over, form_over, shading_over, pattern_over,
)  # fmt: skip
_ALONE = (
    printed_twice, printed_twice_over_a_picture, printed_again_on_the_box, mark_never_applied, same_actual_text,
)  # fmt: skip


def hidden(rng: random.Random) -> tuple[Sheet, str]:
    """Return a page on which a name is hidden in one or two ways, among things that hide nothing, and the names of the
    ways.
    """
    made, ways = sheet(rng), [rng.choice(HIDING)]
    if rng.random() < 0.4:  # nothing undoes what is drawn over the name
        ways.append(rng.choice(_OVER))
    if ways[0] in _OVER or ways[0] in (opacity_nought, soft_mask, invisible, clipped_away, layer_off, off_the_page):
        ways.insert(0, rng.choice([way for way in SHOWING if way not in _ALONE]))
    for way in ways:
        way(made)
    return made, " + ".join(way.__name__ for way in ways)


def shown(rng: random.Random) -> tuple[Sheet, str]:
    """Return a page on which nothing hides the name."""
    made, way = sheet(rng), rng.choice(SHOWING)
    way(made)
    return made, way.__name__
