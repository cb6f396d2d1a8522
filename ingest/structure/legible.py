"""Detect text that differs from what a person would read on the page.

Some fonts do not say which letters they draw, and give wrong letters or none.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from itertools import islice, pairwise

_LONGEST_WORD = 30  # letters; longer ones are words without the spaces between them
_FILLED = bytes(ord(" ") if letter.isspace() else ord("x") for letter in map(chr, range(256)))
_GLUED = b"x" * (_LONGEST_WORD + 1)  # finding such a run is much faster than splitting the text into words
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())
_ODD = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff]")
_GLYPH_NAMES = re.compile(r"(?:/[A-Za-z]{0,4}\d{1,5}){3,}")
_GLYPH_NUMBERS = re.compile(r"(?:\(cid:\d+\)){2,}")
_BULLET = re.compile(
    "^[\ue000-\uf8ff\ufffd]\\s*|\\s*[\ue000-\uf8ff\ufffd]$"
)  # Word's own characters for bullets and ticks
_PRIVATE = "[\ue000-\uf01f\uf030-\uf8ff]"  # except the characters that a symbol font draws for ASCII
_HOLES = re.compile(f"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]|{_PRIVATE}{{2}}|\\w{_PRIVATE}")
# "a" for small letters, "A" for what should not stand between two of them.
_SHAPES = bytes(
    ord("a")
    if letter.islower()
    else ord("A")
    if letter.isupper() or letter in "?¡¢£¤¥¦§¨©ª«¬®¯°±²³´µ¶·¸¹º»¼½¾¿"
    else ord(" ")
    for letter in bytes(range(256)).decode("latin-1")
)
_SIGNS = "’‘“”–—…•"
# What fonts name instead of letters: signs in place of "fi" or "ff", and letters of no European language in place of
# digits and letters, as when the numbers of glyphs pass for Unicode.
_CAPITALS = "".join(filter(str.isupper, map(chr, range(0x100, 0x180))))
_FOREIGN = f"\u0180-\u0198\u019a-\u019f\u01a2-\u01ae\u01b1-\u01bf\u0370-\u052f{_CAPITALS}"  # not Vietnamese
_MAY_LIE = re.compile(
    "[®©¬¤¥§¶†‡˘˙˚˛˜˝ˇ◊∆\u0100-\u01bf\u0370-\u052f]"
)  # one set of letters is searched for much faster
_LIES = re.compile(
    "[®©¬¤¥§¶†‡˘˙˚˛˜˝ˇ◊∆](?<=[a-z].)(?=[a-z])|(?<!\\S)[®˘˙˚˛˜˝ˇ](?=[a-z]{2})"
    f"|[\u03e2-\u03ef]|[\u0180-\u019f\u01a2-\u01ae\u01b1-\u01bf]{{2}}|[\u0100-\u01bf]{{4}}|(?<=[a-z])[{_FOREIGN}](?=[a-z])"
)
_SIGN = re.compile(r"[?!|{}~#$+*=<>%¢∞□¿¡](?:(?<=[a-z]{2}.)(?=[a-z])|(?<=\s[?¢∞□])(?=[a-z]{2}))")
# A word with "ti" that is sure to be one, as in "organisa?on". The sign is before what is matched.
_ENDING = re.compile(r"(?<=[acipu].)(?:on(?:s|ed|ing|al|ally)?|ve(?:s|ly)?|vity)\b")
_ADDRESS = re.compile(r"[/@.]")
_SEVERAL = 2  # words with the same sign in them: one may be a mistake of the author
_MIXED = re.compile(rf"[^\x00-\xff{_SIGNS}](?<=[a-z].)[a-z]")

# The seven letters that most often follow each letter, as counted in reports. In English, eight in ten pairs of letters
# are among these, in Welsh or Polish five, and in enciphered words three.
_AFTER = """anrtlscd beloyuir cehoatiu deriusoa enrsdcal foefirau gehoruia heiaotrs instloce juoeaist keisnlfa lediaylo
    meaipomb ndgtseca ornfumvp preoalpt qucqaris reoisatk setisupo thieoasr unrtlspa veiaouty wihoeasn xptaeicu yoseimln
    zaeoimvl"""
_PAIRS = frozenset(row[0] + letter for row in _AFTER.split() for letter in row[1:])
_USUAL = frozenset(
    """the of and to in a was that for is it on with as be by were at from this not or had have are which an page child
    children y yr yn i ac ar o plant w z na nie do je la le de et der die und que el""".split()  # noqa: SIM905 - a list of words reads better so
)
_ABBREVIATION = 6  # letters, in capitals
_ENOUGH = 60  # pairs of letters; fewer are not enough to judge a font
_LEAST = 0.45  # share of common pairs in any European language written in Latin letters


def badness(text: str) -> float:
    """Return the share of a text that cannot be right: letters without Unicode, names of glyphs, words without
    spaces.
    """
    if not text:
        return 1.0
    clear = (text.isprintable() or text.replace("\xa0", " ").isprintable()) and "\ufffd" not in text
    odd = 0 if clear else len(_ODD.findall(text))
    glued = 0
    if has_glued_words(text):
        glued = sum(len(word) for word in text.split() if len(word) > _LONGEST_WORD and word.isalpha())
    named = sum(map(len, _names_of_glyphs(text)))
    sample = text[:2_000]
    few = 0.3 * len(sample)
    # English letters are counted first; the others only if those are not enough.
    plain = len(sample.encode("ascii", "ignore").translate(None, _NO_LETTERS))
    if plain < few:
        plain = sum(map(str.isalnum, sample))
    return (odd + glued + named) / len(text) + (0.5 if plain < few and len(sample) > 50 else 0.0)


def has_glued_words(text: str) -> bool:
    """Return whether a text has a run of letters that is longer than any word."""
    return _GLUED in text.encode("latin-1", "replace").translate(_FILLED)


def is_better(text: str, other: str) -> bool:
    """Return whether another reading of the same page has more of the printed text.

    Glyph names and single letters are never better.
    """
    words = text.split()
    if (
        2 * sum(len(word) == 1 for word in words) > len(words)
        or _names_of_glyphs(text)
        or lines_with_wrong_letters([text], [None])
    ):
        return False
    return badness(text) < badness(other) or bool(lines_with_wrong_letters([other], [None]))


def has_odd_letters(text: str) -> bool:
    """Return whether a text has control characters, private-use characters or U+FFFD."""
    return not text.isprintable() or "\ufffd" in text


def has_mixed_words(text: str) -> bool:
    """Return whether a word has a capital or a sign after a small letter, which suggests a wrong letter."""
    latin = text.encode("latin-1", "ignore")
    if b"aAa" in latin.translate(_SHAPES):
        return True
    rare = len(text) - len(latin) > sum(map(text.count, _SIGNS))  # the pattern takes long, and hardly any page needs it
    return rare and _MIXED.search(text) is not None


def has_holes(text: str) -> bool:
    """Return whether letters of a line have no Unicode, other than a bullet or a tick at its start or end."""
    return has_odd_letters(text) and _HOLES.search(_BULLET.sub("", text)) is not None


def has_lies(text: str) -> bool:
    """Return whether a text has a sign within a word or letters of no European language, which nobody prints."""
    return not text.isascii() and _MAY_LIE.search(text) is not None and _LIES.search(text) is not None


def signs_in_words(text: str, least: int = _SEVERAL) -> set[str]:
    """Return the signs that stand for letters in several words of a text, as in "organisa?on"."""
    found: Counter[str] = Counter()
    for match in _SIGN.finditer(text):
        start, end = text.rfind(" ", 0, match.start()) + 1, text.find(" ", match.end())
        if not _ADDRESS.search(text[start : end if end > 0 else None].rstrip(".")):
            found[match.group()] += _SEVERAL if _ENDING.match(text, match.end()) else 1
    return {sign for sign, count in found.items() if count >= least}


def _names_of_glyphs(text: str) -> list[str]:
    """Return the glyph names in a text, such as "/g6/g14/g3". They appear if a font only has names for its letters."""
    # Hardly any text has these characters, and searching for them is much faster than matching the patterns.
    found: list[str] = _GLYPH_NAMES.findall(text) if text.count("/") >= 3 else []
    return found + _GLYPH_NUMBERS.findall(text) if "(cid:" in text else found


def lines_with_wrong_letters(lines: Sequence[str], fonts: Sequence[Hashable]) -> set[int]:
    """Return the indexes of the lines whose font shows different letters from those in the text.

    `fonts` has the font of each line.
    """
    by_font: dict[Hashable, list[int]] = defaultdict(list)
    for at, font in enumerate(fonts):
        by_font[font].append(at)
    found: set[int] = set()
    for places in by_font.values():
        text = " ".join(lines[at] for at in places)
        if _names_of_glyphs(text) and badness(text) > 0.2:
            found.update(places)
        elif not is_usual(text):
            pairs, known = _pairs(text)
            if (pairs >= _ENOUGH and known < _LEAST * pairs) or _is_strange(text):
                found.update(places)
    return found


def _is_strange(text: str) -> bool:
    """Return whether most letters of a text are Latin ones with accents. No language has so many."""
    letters = [] if text.isascii() else list(filter(str.isalpha, text))
    return len(letters) >= _ENOUGH and 2 * sum("\u0100" <= letter <= "\u024f" for letter in letters) > len(letters)


def is_usual(text: str) -> bool:
    """Return whether at least one word in ten is among the commonest words.

    This test is fast, and settles nearly every line.
    """
    words = text.lower().split()
    needed = -(-len(words) // 10)
    return not needed or next(islice(filter(_USUAL.__contains__, words), needed - 1, None), None) is not None


def _pairs(text: str) -> tuple[int, int]:
    """Return how many letter pairs the words of a text have, and how many of them are common."""
    pairs = known = 0
    for word in text.split():
        if not word.isascii() or 2 * sum(map(str.isalpha, word)) <= len(word):  # a figure, a rule or an address
            continue
        if word.count("/") > 1 or (len(word) <= _ABBREVIATION and word.isupper()):
            continue
        for one, other in pairwise(word.lower()):
            # A symbol within a word counts, because in a cipher it stands for a letter.
            pairs += 1
            known += one + other in _PAIRS
    return pairs, known
