"""Read the letters that are drawn, where the file says that they are others (ActualText).

Programs say so for ligatures, small capitals and hyphens. After a redaction, it may still be the name that was drawn.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from ingest.worker.pdfium import objects, textpage
from ingest.worker.pdfium.binding import all_prepared

_ENTRY = b"ActualText"
_LONGEST = 10_000  # bytes; longer texts are not compared
_TEXTS = 20_000  # text objects of a page and of its forms that are examined
_DEPTH = 20  # forms within forms
_UNNAMED = "\ufffd"  # stands for a letter that the font does not name
_HYPHEN = "\ufffe"  # PDFium's sign for one at the end of a line
_LIGATURE = "[^\\W_]{1,3}"  # what such a letter may be


def read_as_drawn(page: int) -> int:
    """Make PDFium read the letters that are drawn on a page wherever the file says something else.

    Returns the number of such pieces of text.
    """
    texts = _texts(page)
    marks = objects.marks_with(all_prepared(texts), _ENTRY)
    said = {mark: text for mark in marks if (text := _said(mark)) is None or _letters(text)}
    if not said:
        return 0
    with objects.kept(said):
        for mark in said:
            for place in marks[mark]:
                objects.remove_mark(texts[place], mark)
        wrong = _wrong(page, {mark: [texts[place] for place in marks[mark]] for mark in said}, said)
        for mark in said.keys() - wrong:
            for place in marks[mark]:
                objects.add_mark(texts[place], mark)
    return len(wrong)


def _wrong(page: int, things: dict[int, list[int]], said: dict[int, str | None]) -> set[int]:
    """Return the marks that say something else than their objects draw. The objects no longer have the marks."""
    text_page = textpage.load_text(page)
    if not text_page:
        return set(said)
    try:
        drawn = {mark: "".join([textpage.text_of(text_page, thing) for thing in held]) for mark, held in things.items()}
        wrong = {mark for mark, text in said.items() if text is None or _letters(text) != _letters(drawn[mark])}
        if wrong:
            named = _named(text_page)
            wrong = {
                mark
                for mark in wrong
                if (text := said[mark]) is None or not _may_be(text, "".join([named[each] for each in things[mark]]))
            }
    finally:
        textpage.close_text(text_page)
    return wrong


def _texts(page: int) -> list[int]:
    """Return the text objects of a page, including those in its forms."""
    found: list[int] = []

    def take(things: Sequence[int], depth: int) -> None:
        for thing in things:
            kind = objects.kind_of(thing) if thing else None
            if kind == objects.TEXT and len(found) < _TEXTS:
                found.append(thing)
            elif kind == objects.FORM and depth:
                count = min(objects.count_inside(thing), _TEXTS)
                take([objects.inside_at(thing, at) for at in range(count)], depth - 1)

    take(objects.objects_of(page, _TEXTS), _DEPTH)
    return found


def _said(mark: int) -> str | None:
    """Return what the file says is drawn, or None if that cannot be told."""
    data = objects.mark_bytes(mark, _ENTRY, _LONGEST)
    if data is None:
        return None
    for start, encoding in ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"), (b"\xef\xbb\xbf", "utf-8")):
        if data.startswith(start):
            return data[len(start) :].decode(encoding, "replace")
    return data.decode("latin-1")


def _named(text_page: textpage.TextPage) -> dict[int, str]:
    """Return the letters of each text object, as far as its font names them."""
    found: dict[int, str] = defaultdict(str)
    places = range(textpage.count_letters(text_page))
    things = textpage.text_objects(text_page, places)
    for place, thing, unnamed in zip(places, things, textpage.unmapped(text_page, places), strict=True):
        letter = chr(textpage.letter_at(text_page, place))
        odd = unnamed or not (letter.isprintable() or letter.isspace() or letter == _HYPHEN)
        found[thing] += _UNNAMED if odd else letter
    return found


def _may_be(said: str, drawn: str) -> bool:
    """Return whether letters that are drawn may be what the file says.

    The font may leave single letters without a name, but not most of a word.
    """
    letters = _letters(drawn)
    unnamed = letters.count(_UNNAMED)
    if not unnamed:
        return letters == _letters(said)
    if len(letters) > 1 and 2 * unnamed > len(letters):
        return False
    pattern = "".join(_LIGATURE if letter == _UNNAMED else re.escape(letter) for letter in letters)
    return re.fullmatch(pattern, _letters(said)) is not None


def _letters(text: str) -> str:
    """Return the letters and digits of a text, without accents and without the difference of small and capital."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum() or letter == _UNNAMED)
