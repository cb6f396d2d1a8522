"""What the dictionaries of a PDF say that PDFium does not report: what notes paint, associated files, cut streams.

The dictionaries come from pypdf. Broken ones raise any exception.
"""

import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from ingest.worker import survey

Box = tuple[float, float, float, float]

_NOT_SHOWN = 2 | 32  # flags of a note: hidden, no view
_FORMS = 1_000  # of a page that are examined
_USUAL = ("/FlateDecode", ["/FlateDecode"], ["/ASCII85Decode", "/FlateDecode"])
_TREE = 10_000  # parts of a name tree


def painted(page: Any) -> list[tuple[Box, Box]]:
    """Return what the fields and links of a page paint that have no appearance: the box of each with a background, and
    strips for a border. Each comes after the box of its note.
    """
    found: list[Any] = []
    for each in held(page, "/Annots") or ():
        note = each.get_object()
        (left, right), (bottom, top) = (sorted(map(float, held(note, "/Rect")[at::2])) for at in (0, 1))
        box = (left, bottom, right, top)
        found += [(box, part) for part in _painted(note, box)]
    return found


def _painted(note: Any, box: Box) -> list[Box]:
    kind = note.get("/Subtype")
    if kind not in ("/Link", "/Widget") or int(note.get("/F", 0)) & _NOT_SHOWN or "/N" in (held(note, "/AP") or {}):
        return []
    left, bottom, right, top = box
    look = held(note, "/MK") or {}
    if kind == "/Widget" and held(look, "/BG"):
        return [box]
    colour = held(look, "/BC") if kind == "/Widget" else held(note, "/C") if "/C" in note else [0]
    wide = _border(note) if colour else 0.0
    if not wide:
        return []
    if 2 * wide >= min(right - left, top - bottom):
        return [box]
    return [
        (left, bottom, right, bottom + wide),
        (left, top - wide, right, top),
        (left, bottom, left + wide, top),
        (right - wide, bottom, right, top),
    ]


def _border(note: Any) -> float:
    """Return the width of the border of a note in points, 0 if there is none or it does not go all around."""
    style = held(note, "/BS")
    if style is not None:
        return float(held(style, "/W") or 0) if style.get("/S", "/S") not in ("/D", "/U") else 0.0
    border = held(note, "/Border") or [0, 0, 1]
    return 0.0 if len(border) > 3 and border[3] else float(border[2])


def associated(catalogue: Any, pages: Iterable[Any], most: int) -> list[tuple[str, bytes]]:
    """Return the name and bytes of up to `most` associated files of a document or a page, and of files attached to a
    place on a page, that are not attached to the document as well.
    """
    names = held(held(catalogue, "/Names") or {}, "/EmbeddedFiles")
    known = {id(_file(described)) for described in (_leaves(names) if names is not None else ())}
    found: list[Any] = []
    for described in _described(catalogue, pages):
        file = _file(described)
        if file is not None and id(file) not in known and len(found) < most:
            known.add(id(file))
            found.append((str(held(described, "/UF") or held(described, "/F") or ""), bytes(file.get_data())))
    return found


def _described(catalogue: Any, pages: Iterable[Any]) -> Iterator[Any]:
    """Yield what describes each associated file, and each file attached to a place on a page."""
    yield from (each.get_object() for each in held(catalogue, "/AF") or ())
    for page in pages:
        yield from (each.get_object() for each in held(page, "/AF") or ())
        for each in held(page, "/Annots") or ():
            note = each.get_object()
            described = held(note, "/FS") if note.get("/Subtype") == "/FileAttachment" else None
            if hasattr(described, "get"):
                yield described


def lost_pages(catalogue: Any) -> int:
    """Return how many entries of the page tree refer to nothing."""
    lost = 0
    waiting, known = [held(catalogue, "/Pages")], set[int]()
    while waiting and len(known) < _TREE:
        node = waiting.pop()
        if id(node) in known:
            continue
        known.add(id(node))
        for kid in held(node, "/Kids") or ():
            below = kid.get_object()
            if hasattr(below, "get"):
                waiting.append(below)
            else:
                lost += 1
    return lost


def _leaves(tree: Any) -> Iterator[Any]:
    """Yield the values of a name tree."""
    waiting = [tree]
    for _ in range(_TREE):
        if not waiting:
            return
        node = waiting.pop()
        waiting += [kid.get_object() for kid in held(node, "/Kids") or ()]
        yield from (value.get_object() for value in (held(node, "/Names") or [])[1::2])


def _file(described: Any) -> Any:
    files = held(described, "/EF") or {}
    return held(files, "/UF") or held(files, "/F")


def is_cut(page: Any, known: dict[int, bool]) -> bool:
    """Return whether something that a page is drawn with is missing or cannot be unpacked to its end: its commands,
    those of its forms, or what its fonts say of their letters. `known` are the streams of earlier pages.
    """
    if any(not hasattr(part.get_object(), "_data") for part in _commands(page)):
        return True
    for stream in _streams(page):
        if id(stream) not in known:
            known[id(stream)] = _is_cut(stream)
        if known[id(stream)]:
            return True
    return False


def is_packed_otherwise(page: Any) -> bool:
    """Return whether the drawing commands of a page are packed in other ways than the usual ones."""
    return any(part.get_object().get("/Filter", _USUAL[0]) not in _USUAL for part in _commands(page))


def _commands(page: Any) -> list[Any]:
    """Return the references to the drawing commands of a page."""
    commands = page.get("/Contents")
    if commands is None or not hasattr(commands, "idnum"):  # none, or a list in its place
        return list(commands or ())
    parts = commands.get_object()
    return list(parts) if isinstance(parts, list) else [commands]


def _streams(page: Any) -> Iterator[Any]:
    yield from (part.get_object() for part in _commands(page))
    known: set[int] = set()
    waiting = [page]
    while waiting and len(known) < _FORMS:
        resources = held(waiting.pop(), "/Resources") or {}
        for font in (held(resources, "/Font") or {}).values():
            yield held(font.get_object(), "/ToUnicode")
        for thing in (held(resources, "/XObject") or {}).values():
            form = thing.get_object()
            if form.get("/Subtype") == "/Form" and id(form) not in known:
                known.add(id(form))
                yield form
                waiting.append(form)


def _is_cut(stream: Any) -> bool:
    filters = stream.get("/Filter") if stream is not None else None
    if isinstance(filters, list) and len(filters) == 1:
        filters = filters[0]
    if filters != "/FlateDecode":
        return False
    packed = bytes(stream._data)
    try:
        return bool(packed.strip()) and survey.unpacked(packed)[1] is False
    except zlib.error:
        return True


def held(dictionary: Any, key: str) -> Any:
    """Return the value of an entry, which may be in another place of the file, or None."""
    value = dictionary.get(key)
    return None if value is None else value.get_object()
