"""Compare the names of boards and areas, to find out whether they mean the same place.

Boards change their names ("Board" became "Partnership" in 2019) and are often abbreviated, so only the words that name
the place are compared.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        safeguarding child children childrens adult adults board boards partnership partnerships partners local
        regional multi agency arrangements area authority authorities council county city borough metropolitan
        district unitary royal london services service trust the of and for in on upon with s mbc cc bc lb rb
        national england wales britain uk practice review panel scb scp lscb lscp sab lsab csp sp
        """,
    )
)
"""Words in the names of boards and councils that do not name a place."""

_DIRECTIONS = {
    "north",
    "south",
    "east",
    "west",
    "northern",
    "southern",
    "eastern",
    "western",
    "central",
    "mid",
    "greater",
}
"""Words that distinguish neighbouring places, such as Somerset and North Somerset."""

_ACRONYM = re.compile(r"([A-Z]{1,4}?)L?S[CA]?[BP]")


def same_place(some: Iterable[str], others: Iterable[str]) -> bool | None:
    """Return whether any name of one side means the same place as any name of the other, or None if a side names no
    place.
    """
    compared = [_same(one, other) for one in some for other in others]
    known = [each for each in compared if each is not None]
    return any(known) if known else None


def _same(one: str, other: str) -> bool | None:
    words, others = _words(one), _words(other)
    if words and others:
        return (words <= others or others <= words) and words & _DIRECTIONS == others & _DIRECTIONS
    initials = [_initials(one) or _first_letters(words), _initials(other) or _first_letters(others)]
    return initials[0] == initials[1] if all(initials) else None


@lru_cache(4096)
def _words(name: str) -> frozenset[str]:
    """Return the words of a name that identify a place. Empty for an acronym."""
    if _ACRONYM.fullmatch(name.strip()):
        return frozenset()
    plain = unicodedata.normalize("NFKC", name).casefold().replace("’", "").replace("'", "")
    return frozenset(re.findall(r"[^\W_]+", plain)) - _COMMON


def _initials(name: str) -> list[str]:
    """Return the initials of the place in an acronym: K in KSCB, P and E in PELSCB, none in LSCB."""
    found = _ACRONYM.fullmatch(name.strip())
    return sorted(found[1]) if found and found[1] != "L" else []


def _first_letters(words: frozenset[str]) -> list[str]:
    return sorted(word[0].upper() for word in words)
