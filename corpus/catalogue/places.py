"""Do two names of boards or areas speak of the same place?

Boards change their names ("Board" became "Partnership" in 2019) and are written as acronyms, so only the words that
name the place are compared.
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
"""Words of the names of boards and councils that name no place."""

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
"""Words that tell one place from its neighbour: Yorkshire is many, Somerset and North Somerset are two."""

_ACRONYM = re.compile(r"([A-Z]{1,4}?)L?S[CA]?[BP]")


def same_place(some: Iterable[str], others: Iterable[str]) -> bool | None:
    """Whether any of some names speaks of the place of any of the others; None where one side names no place."""
    compared = [_same(one, other) for one in some for other in others]
    told = [each for each in compared if each is not None]
    return any(told) if told else None


def _same(one: str, other: str) -> bool | None:
    words, others = _words(one), _words(other)
    if words and others:
        return (words <= others or others <= words) and words & _DIRECTIONS == others & _DIRECTIONS
    initials = [_initials(one) or _first_letters(words), _initials(other) or _first_letters(others)]
    return initials[0] == initials[1] if all(initials) else None


@lru_cache(4096)
def _words(name: str) -> frozenset[str]:
    """The words of a name that say where; an acronym has none."""
    if _ACRONYM.fullmatch(name.strip()):
        return frozenset()
    plain = unicodedata.normalize("NFKC", name).casefold().replace("’", "").replace("'", "")
    return frozenset(re.findall(r"[^\W_]+", plain)) - _COMMON


def _initials(name: str) -> list[str]:
    """Those of the place in the acronym of a board: K of KSCB, P and E of PELSCB; none of LSCB, which any board is."""
    found = _ACRONYM.fullmatch(name.strip())
    return sorted(found[1]) if found and found[1] != "L" else []


def _first_letters(words: frozenset[str]) -> list[str]:
    return sorted(word[0].upper() for word in words)
