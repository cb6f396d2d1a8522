"""PDFs made by hand, so that each test shows everything in the file that it reads.

All children and places are fictional.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Word:
    """A piece of text on a page. `x` and `y` are in points from the lower left corner."""

    text: str
    x: float = 72
    y: float = 700
    size: float = 11
    bold: bool = False


def lines(
    *texts: str, x: float = 72, top: float = 760, step: float = 14, size: float = 11, bold: bool = False
) -> list[Word]:
    """Return lines below each other. "" leaves a gap as between paragraphs."""
    placed, y = [], top
    for text in texts:
        if text:
            placed.append(Word(text, x, y, size, bold))
            y -= step
        else:
            y -= 0.7 * step
    return placed


def pdf(*pages: Sequence[Word] | str, labels: str = "", extra: str = "", before: str = "", after: str = "") -> bytes:
    """Return a PDF of A4 pages, made of words or drawing commands.

    `labels` are the /Nums of /PageLabels. `before` and `after` are drawing commands below and above the text of every
    page. The fonts are R Helvetica, B Helvetica bold, T Times and C Courier.
    """
    objects = {
        1: f"<</Type/Catalog/Pages 2 0 R{f'/PageLabels<</Nums[{labels}]>>' if labels else ''}{extra}>>".encode(),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        4: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>",
        6: b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
    }
    kids = []
    for words in pages:
        content = before.encode()
        if isinstance(words, str):
            content, words = content + words.encode("latin-1"), ()
        for word in words:
            text = word.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            font = "B" if word.bold else "R"
            content += f"BT /{font} {word.size} Tf {word.x} {word.y} Td (".encode() + text + b") Tj ET\n"
        content += after.encode()
        number = len(objects) + 2
        objects[number] = b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream"
        objects[number + 1] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {number} 0 R"
            "/Resources<</Font<</R 3 0 R/B 4 0 R/T 5 0 R/C 6 0 R>>>>>>"
        ).encode()
        kids.append(f"{number + 1} 0 R")
    objects[2] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>".encode()
    return assemble(objects)


def assemble(objects: dict[int, bytes], trailer: str = "") -> bytes:
    """Return the bytes of a PDF with these numbered objects. Number 1 is the catalogue."""
    out = b"%PDF-1.7\n"
    places = {}
    for number in sorted(objects):
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + objects[number] + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number in sorted(objects):
        out += b"%d 1\n%010d 00000 n \n" % (number, places[number])
    return out + f"trailer<</Size {max(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()


class Press:
    """The functions that make PDFs, for tests, which cannot import from here."""

    word = Word
    lines = staticmethod(lines)
    pdf = staticmethod(pdf)
    assemble = staticmethod(assemble)


@pytest.fixture(scope="session")
def press() -> type[Press]:
    return Press
