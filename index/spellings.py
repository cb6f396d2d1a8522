"""One word that is printed as several: "C.S.E." and "C S E" are CSE, "s.47" and "section 47" are s47.

Each place where a text prints a word so gets a term of its own, at the position of the first token, beside the term of
that token: nothing that could be found before is lost. The text decides, not the tokens, so that "Child D. A plan" and
"Children C, S, E" are no abbreviations, and "section 4.7" is not section 4.

- Initials: letters A to Z with a full stop between each two ("C.S.E.", "e.g."); capitals with one space between ("C S
  E"), or a full stop behind each and a space between ("C. S. E."). An apostrophe or another letter at either end makes
  them something else.
- Sections of an Act: s, ss, sec, sect or section, also of several, then a full stop, a space or both, then a number of
  at most three digits and two letters ("s.47", "Section 17ZA"). A decimal ("section 4.7") is a number of a paragraph.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from index.analyser import LETTER, SPELLED, offsets, terms

SECTIONS = frozenset({"s", "ss", "sec", "secs", "sect", "sects", "section", "sections"})
"""The words that can come before the number of a section."""

_APOSTROPHE = "['\u2019\u02bc\uff07]"
_ALONE = rf"(?<!{LETTER})(?<!{_APOSTROPHE})"
_ENDED = rf"(?!{_APOSTROPHE}?{LETTER})"
_SPACE = "[ \u00a0]"
_INITIALS = re.compile(
    rf"{_ALONE}(?:[A-Za-z](?:\.[A-Za-z]{_ENDED})++(?!\.[A-Za-z]{_APOSTROPHE}{LETTER})"
    rf"|[A-Z](?:{_SPACE}[A-Z]{_ENDED})++(?!{_SPACE}[A-Z]{_APOSTROPHE}{LETTER})"
    rf"|[A-Z]\.(?:{_SPACE}[A-Z]\.)++)"
)
_NUMBER = "[0-9]{1,3}[A-Za-z]{0,2}"
_SECTION = re.compile(
    rf"{_ALONE}(?:ss?|sect?s?|sections?)(?:\.{_SPACE}?|{_SPACE})({_NUMBER}){_ENDED}(?!\.[0-9]|,[0-9]{{3}}(?![0-9]))",
    re.IGNORECASE,
)
_OF_A_SECTION = re.compile(f"s({_NUMBER})")
_NUMBERED = re.compile(_NUMBER)
_MOST = 20  # letters of initials; a longer run is a heading with space between its letters


def spelled(text: str) -> list[tuple[int, int, str]]:
    """Where the text prints one word as several: the number of its first token, how many it has, and the word."""
    found = [(match.start(), match.end(), re.sub("[^A-Za-z]", "", match.group())) for match in _INITIALS.finditer(text)]
    found = [each for each in found if len(each[2]) <= _MOST]
    found += [(match.start(), match.end(), f"s{match[1]}") for match in _SECTION.finditer(text)]
    if not found:
        return []
    starts = [start for start, _ in offsets(text)]
    words = [(bisect_left(starts, begins), bisect_left(starts, ends), word) for begins, ends, word in found]
    return sorted((first, end - first, word.lower()) for first, end, word in words)


def slots_of(term: str) -> list[tuple[str, ...]]:
    """The terms to look for side by side, where a word is printed as several; none where it never is."""
    if number := _OF_A_SECTION.fullmatch(term):
        return [(SPELLED + term,), (number[1],)]
    if 1 < len(term) <= _MOST and term.isascii() and term.isalpha():
        return [(SPELLED + term,), *((letter,) for letter in term[1:])]
    return []


def runs(plain: Sequence[str | None]) -> list[tuple[int, int, str]]:
    """Which neighbouring words of a query can also be written as one: the first, how many, and that word. plain: the
    term of each word; None where it stands for others too.
    """
    found = []
    for at, (term, following) in enumerate(pairwise(plain)):
        if term in SECTIONS and following is not None and _NUMBERED.fullmatch(following):
            found.append((at, 2, f"s{following}"))
    at = 0
    while at < len(plain):
        width = 0
        while at + width < len(plain) and _is_letter(plain[at + width]):
            width += 1
        if 1 < width <= _MOST:
            found.append((at, width, "".join(term or "" for term in plain[at : at + width])))
        at += width or 1
    return sorted(found)


def whole(text: str) -> str:
    """The one word that the text prints as several, if it is nothing but that ("C.S.E.", "s.47"); else ""."""
    found = spelled(text)
    return found[0][2] if len(found) == 1 and found[0][:2] == (0, len(terms(text))) else ""


def shown(term: str) -> str:
    """A term as people read it: the first part of the word that it stands for."""
    return term if not term.startswith(SPELLED) else "section" if _OF_A_SECTION.fullmatch(term[1:]) else term[1]


def _is_letter(term: str | None) -> bool:
    return term is not None and len(term) == 1 and term.isascii() and term.isalpha()
