"""What a viewer shows in fields and typed notes whose appearance the file does not define.

The dictionaries come from pypdf. Broken ones raise any exception.
"""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from html import unescape
from typing import Any

from ingest.worker.dictionaries import Box, held

_PASSWORD = 1 << 13  # flag of a field
_SAME = 0.1  # of 1: two colours that differ less are the same to the eye
_PARENTS = 20  # fields above a field
_TAG = re.compile(r"<[^>]*>")
_COLOUR = re.compile(r"((?:-?[\d.]+\s+){1,4})(g|rg|k)\b")


def of_page(page: Any, catalogue: Any) -> list[tuple[Box, str]]:
    """Return the box and the text of each field and typed note without an appearance. The text is "" if it cannot be
    seen: a password, letters in the colour of their ground, or a note in a layer that is off.
    """
    form = held(catalogue, "/AcroForm") or {}
    layers = _Layers(catalogue)
    found: list[Any] = []
    for each in held(page, "/Annots") or ():
        note = each.get_object()
        kind = note.get("/Subtype")
        if kind not in ("/Widget", "/FreeText") or "/N" in (held(note, "/AP") or {}):
            continue
        text = _value(note) if kind == "/Widget" else _text(held(note, "/Contents")) or _unmarked(held(note, "/RC"))
        ground = held(held(note, "/MK") or {}, "/BG") if kind == "/Widget" else held(note, "/C")
        if layers.are_off(note.get("/OC")) or _looks_blank(str(_inherited(note, "/DA", form) or ""), ground):
            text = ""
        found.append((_box(note), " ".join(text.split())))
    return found


def off(page: Any, catalogue: Any) -> list[Box]:
    """Return the boxes of the notes of a page that are in layers that are off."""
    layers = _Layers(catalogue)
    notes = [each.get_object() for each in held(page, "/Annots") or ()]
    return [_box(note) for note in notes if layers.are_off(note.get("/OC"))]


def _box(note: Any) -> Box:
    (left, right), (bottom, top) = (sorted(map(float, held(note, "/Rect")[at::2])) for at in (0, 1))
    return left, bottom, right, top


class _Layers:
    """Which layers of a document are on, as it is opened."""

    def __init__(self, catalogue: Any) -> None:
        settings = held(held(catalogue, "/OCProperties") or {}, "/D") or {}
        self._all_off = settings.get("/BaseState") == "/OFF"
        changed = held(settings, "/ON" if self._all_off else "/OFF") or ()
        self._changed = {layer.idnum for layer in changed if hasattr(layer, "idnum")}

    def are_off(self, reference: Any) -> bool:
        """Return whether a layer, or what several layers together show, is off. Expressions (VE) count as on."""
        group = None if reference is None else reference.get_object()
        if group is None or group.get("/Type") != "/OCMD":
            return group is not None and (getattr(reference, "idnum", None) in self._changed) != self._all_off
        members = group.get("/OCGs")
        listed = held(group, "/OCGs")
        each = [self.are_off(member) for member in (listed if isinstance(listed, list) else [members])]
        policy = group.get("/P", "/AnyOn")
        if not each or "/VE" in group:
            return False
        return {"/AllOn": any(each), "/AnyOff": not any(each), "/AllOff": not all(each)}.get(policy, all(each))


def _value(field: Any) -> str:
    value, kind = _inherited(field, "/V"), _inherited(field, "/FT")
    if kind == "/Tx":
        return "" if int(_inherited(field, "/Ff") or 0) & _PASSWORD else _text(value)
    if kind != "/Ch":
        return ""
    chosen = [str(each) for each in value] if isinstance(value, list) else [_text(value)]
    names = {}
    for option in _inherited(field, "/Opt") or ():
        pair = option.get_object()
        if isinstance(pair, list) and len(pair) > 1:
            names[str(pair[0])] = str(pair[1])
    return " ".join(names.get(each, each) for each in chosen)


def _text(value: Any) -> str:
    """Return a text, which a long one may have in a stream."""
    if hasattr(value, "get_data"):
        data = bytes(value.get_data())
        if data.startswith(BOM_UTF8):  # PDF 2.0
            return data.decode("utf-8-sig", "replace")
        return data.decode("utf-16" if data.startswith((BOM_UTF16_BE, BOM_UTF16_LE)) else "latin-1", "replace")
    return str(value or "")


def _unmarked(value: Any) -> str:
    """Return a formatted text without its tags."""
    return unescape(_TAG.sub(" ", _text(value)))


def _inherited(field: Any, key: str, form: Any = None) -> Any:
    """Return the value of an entry of a field, or of the first field above it that has it, or of the form."""
    for each in _above(field):
        if (value := held(each, key)) is not None:
            return value
    return held(form, key) if form else None


def _above(field: Any) -> Iterator[Any]:
    for _ in range(_PARENTS):
        if field is None:
            return
        yield field
        field = held(field, "/Parent")


def _looks_blank(look: str, ground: Any) -> bool:
    """Return whether letters have the colour of their ground, which is white if nothing is painted."""
    colours = _COLOUR.findall(look)
    letters = _light([float(part) for part in colours[-1][0].split()] if colours else [0.0])
    paper = _light([float(part) for part in ground or [1.0]])
    return all(abs(one - other) <= _SAME for one, other in zip(letters, paper, strict=True))


def _light(colour: list[float]) -> list[float]:
    """Return the red, green and blue of a grey or of a colour in one of the three ways to write it."""
    if len(colour) == 4:
        return [(1 - colour[at]) * (1 - colour[3]) for at in range(3)]
    return colour if len(colour) == 3 else 3 * colour[:1]
