"""Pages with print that does not look like print to a program, drawn from a seed.

They include scans that are faint or not level, letters drawn as single strokes, dots or bars, text within the drawings
of letters, and fonts that name signs and foreign letters. All names and places are fictional.
"""

import math
import random
from collections.abc import Iterator

from tests.ingest.worker.unread import (
    HEIGHT,
    WIDTH,
    Book,
    Draw,
    Page,
    cmap,
    embedded,
    glyphs,
    paragraph,
    running_header,
    typed,
)


def poor_scan(rng: random.Random, draw: Draw, *, tilt: float = 0.0, ink: int = 255, print_: bool = True) -> bytes:
    """A scan of a paragraph under a running header. `tilt` is in degrees, and `ink` how dark it is, of 255."""
    paper = Page(inner := Book())
    x, y, size, lines = paragraph(rng)
    across, up = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
    paper.content += f"q {across:.5f} {up:.5f} {-up:.5f} {across:.5f} {100 * up:.1f} {-200 * up:.1f} cm\n"
    for at, line in enumerate(lines if print_ else ()):
        paper.line(line, x, y - 1.5 * size * at, size)
    paper.content += "Q\n"
    wide, high, pixels = draw(inner.bytes(paper))
    page = Page(book := Book())
    page.things["I"] = book.add(
        f"/Type/XObject/Subtype/Image/Width {wide}/Height {high}/ColorSpace/DeviceGray/BitsPerComponent 8",
        bytes(255 - (255 - pixel) * ink // 255 for pixel in pixels),
    )
    page.content += f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /I Do Q\n"
    running_header(page, rng)
    return book.bytes(page)


def _strokes(rng: random.Random, lines: list[str], x: float, y: float, size: float) -> Iterator[str]:
    """Yield letters as a plotter draws them: a few straight strokes each."""
    shapes: dict[str, list[tuple[float, float]]] = {}
    for at, line in enumerate(lines):
        for n, letter in enumerate(line):
            if letter not in shapes:
                points = [
                    (rng.choice((0, 0.25, 0.5)), rng.choice((0, 0.35, 0.7))) for _ in range(rng.choice((1, 2, 3)))
                ]
                shapes[letter] = [(0, 0), (0.4, 0.7), *points]
            left, low = x + 0.6 * size * n, y - 1.5 * size * at
            points = [(left + size * across, low + size * up) for across, up in shapes[letter]]
            if letter != " ":
                (a, b), *others = points
                yield f"{a:.1f} {b:.1f} m " + " ".join(f"{c:.1f} {d:.1f} l" for c, d in others) + " S\n"


def _bars(pixels: bytes, wide: int, scale: float, *, dots: bool) -> Iterator[str]:
    """Yield the dark pixels of a picture as little boxes, one for each dot or one for each run of dots in a row."""
    for top, start in enumerate(range(0, len(pixels), wide)):
        at = 0
        row = pixels[start : start + wide]
        while at < wide:
            end = at
            while end < wide and row[end] < 128 and (end == at or not dots):
                end += 1
            if end > at:
                box = (scale * at, HEIGHT - scale * (top + 1), scale * (end - at), scale)
                yield "{:.2f} {:.2f} {:.2f} {:.2f} re f\n".format(*box)
            at = max(end, at + 1)


def drawn_as_strokes(rng: random.Random) -> bytes:
    """A page whose letters are single strokes."""
    page = Page(book := Book())
    x, y, size, lines = paragraph(rng)
    page.content += f"{rng.uniform(0.5, 1):.1f} w\n" + "".join(_strokes(rng, lines, x, y, size))
    return book.bytes(page)


def drawn_as_boxes(rng: random.Random, draw: Draw) -> bytes:
    """A page whose print is many small boxes, under a header or not."""
    paper = Page(inner := Book())
    typed(paper, rng)
    wide, _, pixels = draw(inner.bytes(paper))
    page = Page(book := Book())
    page.content += "".join(_bars(pixels, wide, WIDTH / wide, dots=rng.random() < 0.5))
    if rng.random() < 0.5:
        running_header(page, rng)
    return book.bytes(page)


def within_a_letter(rng: random.Random, *, text: bool = True) -> tuple[bytes, list[str]]:
    """A page with a letter whose drawing is a paragraph, or a square; and the lines of the paragraph."""
    page = Page(book := Book())
    x, y, size, lines = paragraph(rng)
    shown = " ".join(f"({line}) Tj 0 {-1.5 * size} Td" for line in lines[:3])
    drawing = (
        f"500 0 d0 BT /R {size} Tf {shown} ET" if text else f"{size} 0 0 0 {size} {size} d1 0 0 {size} {size} re f"
    )
    letter = book.add("", drawing.encode())
    page.fonts["E"] = book.add(
        "<</Type/Font/Subtype/Type3/FontBBox[0 -300 600 20]/FontMatrix[1 0 0 1 0 0]/FirstChar 97/LastChar 97/Widths[10]"
        f"/CharProcs<</a {letter}>>/Encoding<</Differences[97/a]>>/Resources<</Font<</R {page.fonts['R']}>>>>>>"
    )
    page.line("a", x, y, 1, font="E")
    for at, line in enumerate(lines[3:]):
        page.line(line, x, y - 1.5 * size * (at + 4), size)
    return book.bytes(page), lines[:3]


LIGATURES = ("The first officer was offered five flats.", "The first o~cer was o~ered @ve flats.")
DATED = "The case was closed in 2018 and again in 2021."


def with_signs_for_ligatures(rng: random.Random) -> bytes:
    """A page with a sentence in a font that names its ligatures as signs."""
    page = Page(book := Book())
    signs = dict(zip("@~", rng.choice(("\u00ae\u02d9", "\u02dc\u02da", "\u00a4\u00ac", "\u2020\u00ae")), strict=True))
    text = LIGATURES[1]
    page.fonts["E"] = embedded(book, cmap("".join(sorted(set(text))), lambda each: signs.get(each, each)))
    page.line(glyphs(text), rng.randrange(60, 100), 760, rng.choice((9, 11, 14)), font="E")
    typed(page, rng)
    return book.bytes(page)


def with_numbers_for_digits(rng: random.Random) -> bytes:
    """A page with a sentence in a font whose digits pass for letters, because their numbers in the font are given."""
    page = Page(book := Book())
    page.fonts["E"] = embedded(
        book, cmap("".join(sorted(set(DATED))), lambda each: chr(0x3B2 + ord(each)) if each.isdigit() else each)
    )
    page.line(glyphs(DATED), rng.randrange(60, 100), 760, rng.choice((9, 11, 14)), font="E")
    typed(page, rng)
    return book.bytes(page)


def with_numbers_for_letters(rng: random.Random) -> tuple[bytes, list[str]]:
    """A page in a font whose letters pass for others, because their numbers in the font are given; and its lines."""
    page = Page(book := Book())
    x, y, size, lines = paragraph(rng)
    first = rng.choice((0x100, 0x11A, 0x140))
    letters = "".join(sorted(set("".join(lines))))
    page.fonts["E"] = embedded(
        book, cmap(letters, lambda each: chr(first + ord(each) - 65) if each.isalpha() else each)
    )
    for at, line in enumerate(lines):
        page.line(glyphs(line), x, y - 1.5 * size * at, size, font="E")
    if rng.random() < 0.5:
        page.line("Child Rowan: what the panel was told of the year before he was born", x, y + 40, 12)
    return book.bytes(page), lines
