"""Files that lose text without a sign of it, drawn from a seed.

They include streams that break off, fonts that name their digits as spaces, letters that something is painted through,
pictures that cannot be decoded, pages that are not counted, and associated files. All names and places are fictional.
"""

import random
import zlib
from collections.abc import Sequence

from tests.ingest.worker.unread import (
    DATED,
    HEIGHT,
    WIDTH,
    Book,
    Page,
    cmap,
    embedded,
    glyphs,
    paragraph,
    running_header,
    typed,
)


def with_cut_commands(rng: random.Random) -> bytes:
    """A file whose second page has drawing commands, in one stream or several, or in a form, that break off."""
    first, second = Page(book := Book()), Page(book)
    typed(first, rng)
    for _ in range(rng.choice((1, 4, 20))):
        typed(second, rng)
    if rng.random() < 0.4:
        second.things["F"] = book.add(
            f"/Type/XObject/Subtype/Form/BBox[0 0 {WIDTH} {HEIGHT}]/Resources<</Font<</R {second.fonts['R']}>>>>",
            second.content.encode(),
        )
        data = damaged(book.objects.pop(), rng)
        book.objects.append(data)
        second.content = f"BT /R 9 Tf 72 {rng.randrange(760, 800)} Td (The report of the panel) Tj ET /F Do"
        return book.bytes(first, second)
    file = book.bytes(first, second)
    start = file.rindex(b"obj", 0, file.rindex(b"stream\n", 0, file.rindex(b"endstream")))
    end = file.rindex(b"endstream") + 9
    return file[:start] + damaged(file[start:end], rng) + file[end:]


def damaged(stream: bytes, rng: random.Random) -> bytes:
    """Return a packed stream that cannot be unpacked behind some place in the middle, and is as long as before."""
    start, end = stream.index(b"stream\n") + 7, stream.rindex(b"\nendstream")
    packed = stream[start:end]
    at = int(len(packed) * rng.uniform(0.4, 0.8))
    while True:
        rest = rng.choice((bytes(len(packed) - at), rng.randbytes(len(packed) - at), b"\n" * (len(packed) - at)))
        broken = packed[:at] + rest
        unpacking = zlib.decompressobj()
        try:
            unpacking.decompress(broken)
            cut = not unpacking.eof
        except zlib.error:
            cut = True
        if cut:
            return stream[:start] + broken + stream[end:]


def without_commands(rng: random.Random) -> bytes:
    """A file whose second page refers to drawing commands that are missing, all of them or one part."""
    first, second = Page(book := Book()), Page(book)
    typed(first, rng)
    typed(second, rng)
    file = book.bytes(first, second)
    there = b"%d 0 R" % (len(book.objects) - 1)
    gone = rng.choice((b"99 0 R", b"[99 0 R]", b"[99 0 R %b]" % there, b"[%b 98 0 R]" % there))
    at = file.rindex(b"/Contents ")
    return file[:at] + file[at:].replace(there, gone, 1)


def wrongly_packed(rng: random.Random) -> bytes:
    """A file whose second page has commands that are not packed in the way that it says."""
    first, second = Page(book := Book()), Page(book)
    typed(first, rng)
    typed(second, rng)
    file = book.bytes(first, second)
    at = file.rindex(b"/FlateDecode")
    way = rng.choice((b"/LZWDecode", b"/ASCIIHexDecode", b"/RunLengthDecode", b"[/LZWDecode/FlateDecode]"))
    return file[:at] + way + file[at + 12 :]


def cut_before_the_last_page(rng: random.Random, pages: int = 3) -> bytes:
    """A file that breaks off before the description of its last page."""
    book = Book()
    made = [Page(book) for _ in range(pages)]
    for page in made:
        typed(page, rng)
    file = book.bytes(*made)
    return file[: file.rindex(b"/Type/Page/") - rng.randrange(20, 100)]


def with_blank_digits(rng: random.Random) -> bytes:
    """A file with a sentence in a font that names its digits as spaces, of one kind or another, or as nothing."""
    page = Page(book := Book())
    known = "".join(sorted({letter for letter in DATED if not letter.isdigit()}))
    blank = rng.choice(" \u00a0\u2009\u200b\u3000")
    page.fonts["E"] = embedded(book, cmap(known + "0123456789", lambda each: blank if each.isdigit() else each))
    page.line(glyphs(DATED), rng.randrange(60, 100), 740, rng.choice((9, 10, 12, 14)), font="E")
    typed(page, rng)
    return book.bytes(page)


def with_spaces_of_several_kinds(rng: random.Random) -> bytes:
    """A file with a sentence in a font that draws nothing for several letters, and names all of them as spaces."""
    page = Page(book := Book())
    known = "".join(sorted(set(DATED)))
    page.fonts["E"] = embedded(book, cmap(known + "{|}~", lambda each: " " if each in "{|}~" else each))
    page.line(glyphs(DATED), rng.randrange(60, 100), 740, rng.choice((9, 10, 12, 14)), font="E")
    typed(page, rng)
    return book.bytes(page)


def painted_letters(rng: random.Random, *, paint: bool = True) -> tuple[bytes, list[str]]:
    """A page with a paragraph that is the clip of a picture, a shading or a box, or of nothing; and its lines."""
    page = Page(book := Book())
    x, y, size, lines = paragraph(rng)
    size *= rng.choice((1, 1.5))
    grey = bytes(rng.randrange(0, 90) for _ in range(64 * 64))
    page.things["I"] = book.add(
        "/Type/XObject/Subtype/Image/Width 64/Height 64/ColorSpace/DeviceGray/BitsPerComponent 8", grey
    )
    page.resources = "/Shading<</S <</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 600 0]/Function<</FunctionType 2"
    page.resources += "/Domain[0 1]/N 1/C0[0.6 0 0]/C1[0 0 0.4]>>/Extend[true true]>>>>"
    through = rng.choice(("595 0 0 842 0 0 cm /I Do", "/S sh", f"0.2 0.2 0.6 rg 0 0 {WIDTH} {HEIGHT} re f"))
    shown = " ".join(f"1 0 0 1 {x} {y - 1.5 * size * at} Tm ({line[:40]}) Tj" for at, line in enumerate(lines))
    page.content += f"q BT /R {size} Tf 7 Tr {shown} ET {through if paint else ''} Q\n"
    page.line("Child Rowan: what the panel was told of the year before he was born", x, 780, 12)
    return book.bytes(page), [line[:40] for line in lines]


def undecodable_picture(rng: random.Random, *, header: bool) -> bytes:
    """A page, with no text or only a header, whose picture cannot be decoded."""
    page = Page(book := Book())
    name, data = rng.choice(
        (
            ("JPXDecode", b"\0\0\0\x0cjP  \r\n\x87\n" + rng.randbytes(rng.randrange(50, 5_000))),
            ("JPXDecode", rng.randbytes(rng.randrange(5_000))),
            ("DCTDecode", b"\xff\xd8\xff\xe0" + rng.randbytes(3_000)),
        )
    )
    size = "/Width 1240/Height 1754"
    if name == "DCTDecode" or rng.random() < 0.5:
        size += "/ColorSpace/DeviceGray/BitsPerComponent 8"
    book.objects.append(
        f"<</Type/XObject/Subtype/Image{size}/Filter/{name}/Length {len(data)}>>stream\n".encode()
        + data
        + b"\nendstream"
    )
    page.things["I"] = f"{len(book.objects)} 0 R"
    page.content = f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /I Do Q\n"
    if header:
        running_header(page, rng)
    return book.bytes(page)


def uncounted(rng: random.Random, pages: int = 5, claimed: int = 0) -> bytes:
    """A file whose tree of pages has more pages than the number that it claims."""
    made = []
    book = Book()
    for number in range(pages):
        page = Page(book)
        page.line(f"This is page {number} of what the panel was told.", 72, 700, rng.choice((9, 11, 14)))
        made.append(page)
    data = book.bytes(*made)
    return data.replace(b"/Count %d" % pages, b"/Count %d" % (claimed or rng.randrange(1, pages)))


def packed(pages: int, claimed: int) -> bytes:
    """A file that packs its tree of pages in a stream of objects, and says that it has `claimed` pages."""
    shown = [f"BT /R 9 Tf 72 700 Td (This is page {n}.) Tj ET" for n in range(pages)]
    texts = [f"{10 + n} 0 obj<</Length 60>>stream\n{text:60}\nendstream endobj\n" for n, text in enumerate(shown)]
    objects = {1: "<</Type/Catalog/Pages 2 0 R>>", 3: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"}
    kids = " ".join(f"{30 + n} 0 R" for n in range(pages))
    objects[2] = f"<</Type/Pages/Kids[{kids}]/Count {claimed}>>"
    for n in range(pages):
        page = f"/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {10 + n} 0 R/Resources<</Font<</R 3 0 R>>>>"
        objects[30 + n] = f"<</Type/Page{page}>>"
    bodies = list(objects.values())
    starts = [sum(len(body) + 1 for body in bodies[:at]) for at in range(len(bodies))]
    index = " ".join(f"{number} {start}" for number, start in zip(objects, starts, strict=True)) + " "
    held = zlib.compress((index + "\n".join(bodies) + "\n").encode())
    out = b"%PDF-1.7\n"
    rows = {0: (0, 0, 65535)}
    for n, text in enumerate(texts):
        rows[10 + n] = (1, len(out), 0)
        out += text.encode()
    rows[50] = (1, len(out), 0)
    head = f"50 0 obj<</Type/ObjStm/N {len(bodies)}/First {len(index)}/Filter/FlateDecode/Length {len(held)}>>stream\n"
    out += head.encode() + held + b"\nendstream endobj\n"
    rows |= {number: (2, 50, at) for at, number in enumerate(objects)}
    rows[51] = (1, len(out), 0)
    table = b"".join(
        bytes((kind,)) + place.to_bytes(4, "big") + more.to_bytes(2, "big")
        for kind, place, more in (rows.get(number, (0, 0, 0)) for number in range(52))
    )
    head = f"51 0 obj<</Type/XRef/Size 52/W[1 4 2]/Root 1 0 R/Length {len(table)}>>stream\n"
    return out + head.encode() + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % rows[51][1]


def associated(
    files: Sequence[tuple[str, bytes]], *, attached: int = 0, indirect: bool = False, to: str = "file"
) -> bytes:
    """A file with associated files, some of which are attached to it as well. They are associated with the file or a
    page, or attached to places on a page (`to`).
    """
    book = Book()
    page = Page(book)
    page.line("The panel made four recommendations.", 72, 700)
    described = []
    for name, data in files:
        held = book.add("/Type/EmbeddedFile", data)
        described.append(book.add(f"<</Type/Filespec/AFRelationship/Supplement/F({name})/UF({name})/EF<</F {held}>>>>"))
    names = "".join(f"({name}){place}" for (name, _), place in zip(files[:attached], described, strict=False))
    listed = f"[{' '.join(described)}]"
    listed = " " + book.add(listed) if indirect else listed
    if to == "place":
        page.notes = [f"<</Subtype/FileAttachment/Rect[9 9 29 29]/FS {place}>>" for place in described]
    page.extra = f"/AF{listed}" if to == "page" else ""
    book.catalogue = f"/AF{listed}" if to == "file" else ""
    book.catalogue += f"/Names<</EmbeddedFiles<</Names[{names}]>>>>" if attached else ""
    return book.bytes(page)
