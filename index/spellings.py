"""One word that is printed as several tokens: "C.S.E." and "C S E" are CSE, "s.47" and "section 47" are s47.

Each such place gets an additional term at the position of the first token, next to that token's own term, so that
everything that could be found before can still be found. The text decides, not the tokens, so "Child D. A plan" and
"Children C, S, E" are not abbreviations, and "section 4.7" is not section 4.

- Initials: letters A to Z separated by full stops ("C.S.E.", "e.g."), or capitals separated by single spaces ("C S E"),
  or capitals with a full stop after each and spaces in between ("C. S. E."). They do not count with an apostrophe or
  another letter at either end.
- Letters with "and": a query for A&E also finds "A and E". This needs no term of its own.
- Sections of an Act: s, ss, sec, sect or section, or a plural of these, followed by a full stop, a space or both, and a
  number with at most three digits and two letters ("s.47", "Section 17ZA"). A decimal ("section 4.7") is a paragraph
  number.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from index.analyser import LETTER, SPELLED, offsets, terms

SECTIONS = frozenset({"s", "ss", "sec", "secs", "sect", "sects", "section", "sections"})
"""The words that can precede the number of a section."""

_APOSTROPHE = "['\u2019\u02bc\uff07]"
_ALONE = rf"(?<!{LETTER})(?<!{_APOSTROPHE})"
_ENDED = rf"(?!{_APOSTROPHE}?{LETTER})"
_SPACE = "[ \u00a0]"
_INITIALS = (
    rf"{_ALONE}(?:[A-Za-z](?:\.[A-Za-z]{_ENDED})++(?!\.[A-Za-z]{_APOSTROPHE}{LETTER})"
    rf"|[A-Z](?:{_SPACE}[A-Z]{_ENDED})++(?!{_SPACE}[A-Z]{_APOSTROPHE}{LETTER})"
    rf"|[A-Z]\.(?:{_SPACE}[A-Z]\.)++)"
)
_NUMBER = "[0-9]{1,3}[A-Za-z]{0,2}"
_SECTION = (
    rf"{_ALONE}(?:ss?|sect?s?|sections?)(?:\.{_SPACE}?|{_SPACE})({_NUMBER}){_ENDED}(?!\.[0-9]|,[0-9]{{3}}(?![0-9]))"
)
_OF_A_SECTION = re.compile(f"s({_NUMBER})")
_NUMBERED = re.compile(_NUMBER)
_WITH_AND = re.compile("([A-Za-z])&([A-Za-z])")
_MOST = 20  # maximum letters of initials; a longer run is a heading with spaced letters


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of initials and of sections.

    They are compiled when a text is first read, because no search needs them.
    """
    return re.compile(_INITIALS), re.compile(_SECTION, re.IGNORECASE)


def spelled(text: str) -> list[tuple[int, int, str]]:
    """Yield each word that the text prints as several: the number of its first token, how many tokens it has, and the
    word.
    """
    initials, sections = _patterns()
    found = [(match.start(), match.end(), re.sub("[^A-Za-z]", "", match.group())) for match in initials.finditer(text)]
    found = [each for each in found if len(each[2]) <= _MOST]
    found += [(match.start(), match.end(), f"s{match[1]}") for match in sections.finditer(text)]
    if not found:
        return []
    starts = [start for start, _ in offsets(text)]
    words = [(bisect_left(starts, begins), bisect_left(starts, ends), word) for begins, ends, word in found]
    return sorted((first, end - first, word.lower()) for first, end, word in words)


def with_and(text: str) -> list[tuple[str, ...]]:
    """Return the sequence of terms to look for if a word is two letters with & between them. Empty if it is not."""
    letters = _WITH_AND.fullmatch(text)
    return [(letters[1].lower(),), ("and",), (letters[2].lower(),)] if letters else []


def slots_of(term: str) -> list[tuple[str, ...]]:
    """Return the sequence of terms to look for if a word can be printed as several. Empty if it never is."""
    if number := _OF_A_SECTION.fullmatch(term):
        return [(SPELLED + term,), (number[1],)]
    if 1 < len(term) <= _MOST and term.isascii() and term.isalpha():
        return [(SPELLED + term,), *((letter,) for letter in term[1:])]
    return []


def runs(plain: Sequence[str | None]) -> list[tuple[int, int, str]]:
    """Return which neighbouring words of a query can also be written as one: the first, how many, and the resulting
    word.

    `plain` has the term of each word, or None if the word stands for other terms too.
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
    """Return the text as one word if it is exactly one word printed as several ("C.S.E.", "s.47"), otherwise ""."""
    found = spelled(text)
    return found[0][2] if len(found) == 1 and found[0][:2] == (0, len(terms(text))) else ""


def shown(term: str) -> str:
    """Return a term as people would read it: the first part of the word that it stands for."""
    return term if not term.startswith(SPELLED) else "section" if _OF_A_SECTION.fullmatch(term[1:]) else term[1]


def _is_letter(term: str | None) -> bool:
    return term is not None and len(term) == 1 and term.isascii() and term.isalpha()
