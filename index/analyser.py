"""Turn text into terms. The index and the query use the same function, so that they always agree.

A token is a run of letters and digits without superscript digits; an apostrophe between two letters and a thousands
comma are part of it. Its term ignores case, accents, ligatures, the shape of the apostrophe and the comma ("1,000" is
1000). In a range of years the second one is written out: "2014-15" is 2014 and 2015. Hyphens separate tokens; the
analyser also reports which tokens a hyphen joined, so that `multi-agency`, `multiagency` and `multi agency` can find
each other. A token in capitals ("DNA") has its capitals as a second term at the same position. No word is left out:
"the voice of the child" is five terms. `index.spellings` handles words that are printed as several tokens ("C.S.E.",
"section 47").

VERSION is part of the index's fingerprint. Increase it with any change that produces different terms for the same text,
or different classes of words (`index.forms`).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from index.forms.lexicon import class_of

VERSION = "9"

# Not letters or digits of a word: the underscore, and superscript digits of footnote marks ("guidance¹").
LETTER = r"[^\W_\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089]"
"""A regular expression for a letter or digit of a token."""
_RUN = f"{LETTER}+"
_WORD = re.compile(f"{_RUN}|\uff07")  # starts with a character that only `_TOKEN` handles
_TOKEN = re.compile(
    rf"(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9])(?:{_RUN})?|{_RUN})"
    rf"(?:(?<=[^\W\d_])['\u2019\u02bc\uff07](?=[^\W\d_]){_RUN})*"
)
# The same commas, from the first one of a number on. It starts with the comma, so text without one costs nothing.
_THOUSANDS = re.compile(
    r",(?<=[0-9],)(?<![0-9]{4},)(?<![A-Za-z][0-9],)(?<![A-Za-z][0-9]{2},)(?<![A-Za-z][0-9]{3},)"
    r"[0-9]{3}(?:,[0-9]{3})*(?![0-9])"
)
HYPHENS = "-\u2010\u2011\u2212\u2013"
"""Characters that join two words with nothing else between them. Word processors replace a hyphen with any of them."""
_SPACE = "[ \u00a0]"
_MONTH = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    "Nov(?:ember)?|Dec(?:ember)?"
)
# A year, two digits that may be a later year, and a month if they are a day. Not "/2011/12", "2011-12-01".
# One expression for each century: a search for fixed characters takes a seventh of the time.
_YEARS = tuple(
    re.compile(
        rf"({century}[0-9]{{2}})(?<!{LETTER}[0-9]{{4}})(?<!/[0-9]{{4}})({_SPACE}?[{HYPHENS}/]{_SPACE}?)([0-9]{{2}})"
        rf"(?!{LETTER}|,[0-9]{{3}}(?![0-9])|[{HYPHENS}/][0-9]{{1,2}}(?![0-9]))({_SPACE}(?:{_MONTH})(?!{LETTER}))?"
    )
    for century in (20, 19)
)
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "\uff07": "'"})
_ASCII = bytes(code if code < 128 and (chr(code).isalnum() or chr(code) == "'") else 32 for code in range(256))
_EVERY_ASCII = bytes(range(128))
_LONE_APOSTROPHE = re.compile("'(?:(?<![A-Za-z]')|(?![A-Za-z]))")
SPELLED, NUMBERED = ".", "#"
"""The first characters of terms that are not tokens: words printed as several tokens, and printed paragraph numbers."""
GAP = "\x01"
"""Separates the tokens of two texts, and is never a token."""
# The apostrophe of a name (O'Brien), not that of a contraction (don't, we'll).
_NAME_APOSTROPHE = re.compile("'(?!(?:s|t|d|m|re|ve|ll)$)")
_GAP_KEPT = _ASCII[:1] + GAP.encode() + _ASCII[2:]
_BETWEEN = f" {GAP} "


def fold(token: str) -> str:
    """Return the term of one token: NFKC, without case, accents or commas, and with a straight apostrophe."""
    if "," in token:
        token = token.replace(",", "")
    if token.isascii():
        return token.lower()
    text = unicodedata.normalize("NFKC", token).translate(_APOSTROPHES).casefold()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return text


def capitals(token: str) -> str:
    """Return the token itself if it is in capitals with at least two letters ("DNA", "LSCB"), otherwise ""."""
    if not token.isupper() or sum(map(str.isalpha, token)) < 2:
        return ""
    return unicodedata.normalize("NFKC", token).translate(_APOSTROPHES)


class _Terms(dict[str, tuple[str, str]]):
    """A cache of (term, capitals) by token as written. The same few thousand words make up most of any report."""

    def __missing__(self, token: str) -> tuple[str, str]:
        if len(self) > 500_000:  # limits memory on malicious text; real collections stay far below
            self.clear()
        known = self[token] = (fold(token), capitals(token))
        return known


_terms = _Terms()


def offsets(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each token in the text, in order, in characters. The end is exclusive."""
    return [match.span() for match in _TOKEN.finditer(text)]


def places(text: str, wanted: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the character offsets of runs of tokens, in the form that `offsets` uses.

    `wanted` has the number of the first and last token of each run, counted from 0. Raises IndexError if there are
    fewer tokens. Takes a third of the time of computing all offsets.
    """
    pairs = list(wanted)
    blank = _blanked(text)
    if blank is None:
        every = offsets(text)
        return [(every[first][0], every[last][1]) for first, last in pairs]
    found: dict[int, tuple[int, int]] = {}
    size, before, rest = len(blank), 0, blank.lstrip()
    for number in sorted({number for pair in pairs for number in pair}):
        rest = rest.split(None, number - before)[number - before]  # it now begins with the token
        before, start = number, size - len(rest)
        found[number] = start, start + len(rest.split(None, 1)[0])
    return [(found[first][0], found[last][1]) for first, last in pairs]


def tokens(text: str) -> list[str]:
    """Return the tokens in order, as written except for the shape of apostrophes and the short year of a range.

    `offsets` returns the same number of items.
    """
    text = _with_whole_years(text)
    blank = _blanked(text)
    return _TOKEN.findall(text.replace("\u2019", "'")) if blank is None else blank.split()


def _with_whole_years(text: str) -> str:
    """Return the text with the second year of each range in four digits."""
    for years in _YEARS:
        text = years.sub(_whole, text)
    return text


def with_years_as_words(text: str) -> str:
    """Return a query with each range of years as one word, and two dates as several ("4 July 2018-19 July").

    "2014 - 15" becomes one word, but in "2014 -15" the hyphen means NOT.
    """
    for years in _YEARS:
        text = years.sub(_as_words, text)
    return text


def _whole(found: re.Match[str]) -> str:
    first, between, _, _ = found.groups()
    last = _last_year(found)
    return f"{first}{between}{last}" if last else found[0]


def _as_words(found: re.Match[str]) -> str:
    first, between, last, month = found.groups()
    if month and between in HYPHENS:
        return f"{first}{between} {last}{month}"
    return f"{first}{between.strip()}{last}" if between[-1].isspace() and _last_year(found) else found[0]


def _last_year(found: re.Match[str]) -> str:
    """Return the second year in full, or "" if this is not a range.

    Years that do not follow each other are a range only with a hyphen and no spaces: "2005/12" is an Act or a month.
    """
    first, between, last, month = found.groups()
    following = str(int(first) + 1)
    if month:
        return ""
    if following.endswith(last):
        return following
    return first[:2] + last if between in HYPHENS and last > first[2:] else ""


def _blanked(text: str) -> str | None:
    """Return the text with blanks for everything between tokens, or None if a word is not plain English.

    The length stays the same. This takes a third of the time of the regular expression.
    """
    if not text.isascii():  # what makes most texts so is a little punctuation
        plain = _without_odd(text.replace("\u2019", "'"))
        if plain is None:
            return None
        text = plain
    blank = _with_thousands(text, _ASCII)
    return _LONE_APOSTROPHE.sub(" ", blank) if "'" in blank else blank


def _without_odd(text: str) -> str | None:
    """Return the text with a question mark for each character that is not ASCII; None if one of them is part of a word.

    The length stays the same.
    """
    odd = text.encode("utf-8", "surrogatepass").translate(None, _EVERY_ASCII).decode("utf-8", "surrogatepass")
    if any(map(_WORD.match, set(odd))):  # a word that is not plain English
        return None
    return text.encode("ascii", "replace").decode()


def _with_thousands(text: str, kept: bytes) -> str:
    """Return an ASCII text with blanks for all characters that are not in `kept`. Thousands commas stay."""
    blank = bytearray(text.encode().translate(kept))
    for number in _THOUSANDS.finditer(text):
        blank[number.start() : number.end()] = number.group().encode()
    return blank.decode()


def tokens_of(texts: Sequence[str]) -> list[str]:
    """Return the tokens of all texts in order, with a GAP between texts. Faster than calling `tokens` for each."""
    text = _with_whole_years(_BETWEEN.join(texts)).replace("\u2019", "'")
    if text.count(GAP) != len(texts) - 1:
        return _one_by_one(texts)
    if not text.isascii():
        plain = _without_odd(text)
        if plain is None:
            return _one_by_one(texts)
        text = plain
    text = _with_thousands(text, _GAP_KEPT)
    if "'" in text:
        text = _LONE_APOSTROPHE.sub(" ", text)
    return text.split()


def _one_by_one(texts: Iterable[str]) -> list[str]:
    found: list[str] = []
    for text in texts:
        found += tokens(text)
        found.append(GAP)
    return found[:-1]


def counts(texts: Sequence[str]) -> dict[str, int]:
    """Return how often each term occurs in some texts, without terms in capitals, in the order of the text."""
    found: dict[str, int] = {}
    for token, count in Counter(tokens_of(texts)).items():
        known = _terms[token][0]
        found[known] = found.get(known, 0) + count
    found.pop(GAP, None)
    return found


def term(token: str) -> tuple[str, str]:
    """Return the term of one token, and its term in capitals or ""."""
    return _terms[token]


def terms(text: str) -> list[tuple[str, str]]:
    """Return the term of each token in order, with its term in capitals or ""."""
    return [_terms[token] for token in tokens(text)]


def compounds(text: str) -> list[tuple[str, str]]:
    """Return pairs of terms with only a hyphen between them. Each distinct word yields its pairs once.

    Two numbers never form a pair: 2018-19 is not 201819.
    """
    if not text.isascii():
        for hyphen in HYPHENS[1:]:
            text = text.replace(hyphen, "-")
    words: dict[str, None] = {}
    at = 0
    while (place := text.find("-", at)) >= 0:  # rare, so examining each is faster than an expression
        end = text.find(" ", place)
        end = len(text) if end < 0 else end
        words[text[max(at, text.rfind(" ", at, place) + 1) : end]] = None
        at = end
    return [
        (_terms[left.group()][0], _terms[right.group()][0])
        for word in words
        for left, right in pairwise(_TOKEN.finditer(word))
        if may_join(left.group(), word[left.end() : right.start()], right.group()) and right.start() == left.end() + 1
    ]


def may_join(left: str, between: str, right: str) -> bool:
    """Return whether two tokens can also be written as one: only hyphens are between them, and no two digits would
    touch.
    """
    return bool(between) and not between.strip(HYPHENS) and not (left[-1:].isdigit() and right[:1].isdigit())


def is_word(term: str) -> bool:
    """Return whether a term is an ordinary word: not a term in capitals, and not a term that is not a token."""
    return not term.startswith((SPELLED, NUMBERED)) and not term.isupper()


def number_term(printed: str) -> str:
    """Return the term of a printed paragraph number: without brackets and full stops at its ends."""
    return NUMBERED + " ".join(fold(printed).split()).strip("()[].:")


def hyphened(text: str) -> list[int]:
    """Return the numbers of the tokens that a hyphen joins to the next one."""
    found = list(_TOKEN.finditer(text))
    return [
        number
        for number, (left, right) in enumerate(pairwise(found))
        if may_join(left.group(), text[left.end() : right.start()], right.group())
    ]


def joined(text: str) -> str:
    """Return the text as one word if it is several tokens that are all joined by hyphens, otherwise ""."""
    found = terms(text)
    return "".join(term for term, _ in found) if 0 < len(found) - 1 == len(hyphened(text)) else ""


def word_class(term: str) -> str:
    """Return what the forms of a word have in common.

    This is the class of the term without a possessive ending, and without the apostrophe of a name, since O'Brien is
    often typed OBrien.
    """
    bare = term[:-2] if term.endswith("'s") else term.removesuffix("'")
    if "'" in bare:
        bare = _NAME_APOSTROPHE.sub("", bare)
    return class_of(bare)
