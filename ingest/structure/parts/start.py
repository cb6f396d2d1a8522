"""The start of an item, and the forms of the marks at it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.model import ItemKind, Paragraph, bullet_of

LETTERED = re.compile(r"^\(?(?:[a-z]|[ivx]{1,4})[.)]\s")
"""The letter or roman number of a list item: (a), ii."""

_ROMAN = re.compile("[ivx]+")


@dataclass(frozen=True, slots=True)
class Start:
    """The start of an item.

    `bullet` means that it is a bullet. `asks` means that it is prose that asks for something. `called` means that its
    name or the answer to it identifies it, so a box around it encloses all of it. `asked` is the body that the words
    above the list address, as in "The board should:".
    """

    at: int
    kind: ItemKind
    bullet: bool = False
    asks: bool = False
    called: bool = False
    asked: str | None = None


def is_lower_level(marks: Sequence[str]) -> bool:
    """Return whether the last mark of a list is below the one above it, like i. below a., or a. below i."""
    *above, mark = marks
    if not above or mark == above[0]:
        return False
    if above[0] == "a":
        return mark != chr(ord(above[-1]) + 1) and _ROMAN.fullmatch(mark) is not None
    return above[0] == "i" and _ROMAN.fullmatch(mark) is None


def shape(number: str | None) -> str:
    """Return the form of a number: "1.1" for 7.12, "(1)" for (3)."""
    return re.sub(r"\d+", "1", number or "")


def form(paragraph: Paragraph) -> str:
    """Return the form of the bullet, number or letter at the start of a list item, such as "•", "1.1" or "(a)", or
    "".
    """
    lettered = LETTERED.match(paragraph.text)
    return bullet_of(paragraph.text) or (re.sub(r"\w+", "a", lettered.group()) if lettered else shape(paragraph.number))
