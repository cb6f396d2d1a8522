"""Text → terms: one function for the index and for the query, so that both always agree.

A token is a run of letters and digits; an apostrophe between two letters stays inside it. Its term is the token
without regard to case, accents, ligatures or the shape of the apostrophe. Hyphens separate tokens; which tokens a
hyphen joined is reported, so that `multi-agency`, `multiagency` and `multi agency` can find each other. A token in
capitals ("DNA") has its capitals as a second term at the same position. No word is left out: "the voice of the child"
is five terms.

VERSION is part of the index's fingerprint: change it with any change that gives other terms for the same text.
"""

import re
import unicodedata

import snowballstemmer

VERSION = "1"

_TOKEN = re.compile(r"[^\W_]+(?:(?<=[^\W\d_])['\u2019\u02bc\uff07](?=[^\W\d_])[^\W_]+)*")
_APOSTROPHES = str.maketrans({"\u2019": "'", "\u02bc": "'", "\uff07": "'"})
_HYPHEN = re.compile("[-\u2010\u2011]")
_stemmer = snowballstemmer.stemmer("english")


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


def terms(text: str) -> list[tuple[str, str]]:
    """The term of each token in order, and its term in capitals or ""."""
    return [_terms[token] for token in _TOKEN.findall(text)]


def compounds(text: str) -> list[tuple[str, str]]:
    """Pairs of terms that stand with nothing but a hyphen between them."""
    pairs = []
    for hyphen in _HYPHEN.finditer(text):  # rare, so looking around each costs less than one expression over all
        middle = hyphen.start()
        right = _TOKEN.match(text, middle + 1)
        if right and middle and text[middle - 1].isalnum():
            left = _TOKEN.findall(text[text.rfind(" ", 0, middle) + 1 : middle])
            if left:
                pairs.append((_terms[left[-1]][0], _terms[right.group()][0]))
    return pairs


def stem(term: str) -> str:
    """What the forms of a word share: the English Snowball stem of the term without a possessive ending."""
    bare = term[:-2] if term.endswith("'s") else term.removesuffix("'")
    stemmed: str = _stemmer.stemWord(bare)
    return stemmed
