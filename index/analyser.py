"""Text → terms: one function for the index and for the query, so that both always agree.

A token is a run of letters and digits, raised digits left out; an apostrophe between two letters stays inside it. Its
term is the token without regard to case, accents, ligatures or the shape of the apostrophe. Hyphens separate tokens;
which tokens a hyphen joined is reported, so that `multi-agency`, `multiagency` and `multi agency` can find each other.
A token in capitals ("DNA") has its capitals as a second term at the same position. No word is left out: "the voice of
the child" is five terms.

VERSION is part of the index's fingerprint: change it with any change that gives other terms for the same text.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

import snowballstemmer

VERSION = "2"

# Not a letter or digit of a word: the underscore, and the raised digits of footnote marks ("guidance¹").
_RUN = r"[^\W_\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089]+"
_WORD = re.compile(f"{_RUN}|\uff07")  # begins with what only `_TOKEN` understands
_TOKEN = re.compile(rf"{_RUN}(?:(?<=[^\W\d_])['\u2019\u02bc\uff07](?=[^\W\d_]){_RUN})*")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "\uff07": "'"})
_ASCII = bytes(code if code < 128 and (chr(code).isalnum() or chr(code) == "'") else 32 for code in range(256))
_ODD = re.compile(r"[^\x00-\x7f]")
_LONE_APOSTROPHE = re.compile("'(?:(?<![A-Za-z]')|(?![A-Za-z]))")
_COMMON = tuple(
    (mark, " ") for mark in "\u201c\u201d\u2018\u2013\u2014\u2022\u2026\u00a0\u00a3\u00b7\u2010\u2011\uf0b7"
)
GAP = "\x01"
"""Stands between the tokens of two texts, and is never one."""
_GAP_KEPT = _ASCII[:1] + GAP.encode() + _ASCII[2:]
_BETWEEN = f" {GAP} "


class _Stemmer(threading.local):
    """One for each thread: a Snowball stemmer in Python keeps the word that it works on in itself."""

    def __init__(self) -> None:
        # With PyStemmer installed this is the same algorithm in C, sixteen times as fast.
        self.word = snowballstemmer.stemmer("english").stemWord


_stem = _Stemmer()


def fold(token: str) -> str:
    """The term of one token: NFKC, no case, no accents, a straight apostrophe."""
    if token.isascii():
        return token.lower()
    text = unicodedata.normalize("NFKC", token).translate(_APOSTROPHES).casefold()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return text


def capitals(token: str) -> str:
    """The token itself if it is written in capitals with at least two letters ("DNA", "LSCB"), else ""."""
    if not token.isupper() or sum(map(str.isalpha, token)) < 2:
        return ""
    return unicodedata.normalize("NFKC", token).translate(_APOSTROPHES)


class _Terms(dict[str, tuple[str, str]]):
    """Remembers (term, capitals) of each token as written: the same few thousand words are most of any report."""

    def __missing__(self, token: str) -> tuple[str, str]:
        if len(self) > 500_000:  # bounds memory on hostile text; real collections stay far below
            self.clear()
        known = self[token] = (fold(token), capitals(token))
        return known


_terms = _Terms()


def offsets(text: str) -> list[tuple[int, int]]:
    """Where each token stands in the text, in order: (start, end) in characters, end exclusive."""
    return [match.span() for match in _TOKEN.finditer(text)]


def places(text: str, wanted: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where runs of tokens stand in the text, as offsets are given. wanted: the numbers of the first and last token of
    each, from 0. Raises IndexError when there are not so many. A third of the time that all offsets take.
    """
    pairs = list(wanted)
    blank = _blanked(text)
    if blank is None:
        every = offsets(text)
        return [(every[first][0], every[last][1]) for first, last in pairs]
    found: dict[int, tuple[int, int]] = {}
    size, before, rest = len(blank), 0, blank.lstrip()
    for number in sorted({number for pair in pairs for number in pair}):
        rest = rest.split(None, number - before)[number - before]  # it begins with the token now
        before, start = number, size - len(rest)
        found[number] = start, start + len(rest.split(None, 1)[0])
    return [(found[first][0], found[last][1]) for first, last in pairs]


def tokens(text: str) -> list[str]:
    """The tokens in order, as written but for the shape of apostrophes: as many as there are offsets."""
    blank = _blanked(text)
    return _TOKEN.findall(text.replace("\u2019", "'")) if blank is None else blank.split()


def _blanked(text: str) -> str | None:
    """The text, as long as before, with blanks for all that stands between tokens: a third of the expression's time.
    None where a word is not plain English.
    """
    if not text.isascii():  # what makes most texts so is a little punctuation
        text = text.replace("\u2019", "'")
        for mark, space in _COMMON:
            text = text.replace(mark, space)
        if not text.isascii():
            return None
    text = text.encode().translate(_ASCII).decode()
    return _LONE_APOSTROPHE.sub(" ", text) if "'" in text else text


def tokens_of(texts: Sequence[str]) -> list[str]:
    """The tokens of each text in order, a GAP between every two texts. Quicker than `tokens` of each."""
    text = _BETWEEN.join(texts).replace("\u2019", "'")
    if text.count(GAP) != len(texts) - 1:
        return _one_by_one(texts)
    if not text.isascii():
        for mark, space in _COMMON:
            text = text.replace(mark, space)
        while not text.isascii():
            odd = _ODD.search(text)
            if odd is None or _WORD.match(odd.group()):  # a word that is not plain English is somewhere
                return _one_by_one(texts)
            text = text.replace(odd.group(), " ")
    text = text.encode().translate(_GAP_KEPT).decode()
    if "'" in text:
        text = _LONE_APOSTROPHE.sub(" ", text)
    return text.split()


def _one_by_one(texts: Iterable[str]) -> list[str]:
    found: list[str] = []
    for text in texts:
        found += tokens(text)
        found.append(GAP)
    return found[:-1]


def term(token: str) -> tuple[str, str]:
    """The term of one token, and its term in capitals or ""."""
    return _terms[token]


def terms(text: str) -> list[tuple[str, str]]:
    """The term of each token in order, and its term in capitals or ""."""
    return [_terms[token] for token in tokens(text)]


def compounds(text: str) -> list[tuple[str, str]]:
    """Pairs of terms that stand with nothing but a hyphen between them; each different word gives its pairs once."""
    if not text.isascii():
        text = text.replace("\u2010", "-").replace("\u2011", "-")
    words: dict[str, None] = {}
    at = 0
    while (hyphen := text.find("-", at)) >= 0:  # rare, so looking around each costs less than an expression over all
        end = text.find(" ", hyphen)
        end = len(text) if end < 0 else end
        words[text[max(at, text.rfind(" ", at, hyphen) + 1) : end]] = None
        at = end
    return [
        (_terms[left.group()][0], _terms[right.group()][0])
        for word in words
        for left, right in pairwise(_TOKEN.finditer(word))
        if word[left.end() : right.start()] == "-"
    ]


def stem(term: str) -> str:
    """What the forms of a word share: the English Snowball stem of the term without a possessive ending."""
    bare = term[:-2] if term.endswith("'s") else term.removesuffix("'")
    stemmed: str = _stem.word(bare)
    return stemmed
