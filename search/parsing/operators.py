"""Which runs of characters are operators, and which only look like one?

`AND`, `OR`, `NOT` and `NEAR/5` are ours. Other databases write `adj5` or `w/5`, people write `Or`, and a whole query
may be in capitals: what was meant is a guess then, and the answer says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.signs import NEARNESS, OPERATORS, shouted
from search.diagnostics import Code, Diagnostic, diagnostic
from search.parsing.lexer import Token

NEAR = re.compile(r"NEAR(?:/([0-9]*))?")

_PURPOSES = {
    "AND": "to find both",
    "OR": "to find either",
    "AND/OR": "to find either",
    "NOT": "to leave out a word",
    "NEAR": "to find words near each other",
}
_NUMBER = re.compile(r"[0-9]{1,9}")
_NOTS = re.compile(r"AND[-_/]?NOT|BUT[-_]NOT")
_NEARNESS_WORD = re.compile(r"NEAR|ADJ|WITHIN|W|N", re.IGNORECASE)  # a number follows
_UNIT = re.compile(
    r"(?:working|calendar|school|more|minute|hour|day|week|fortnight|month|term|year|mile|metre|km)s?\W?", re.IGNORECASE
)
_UNSUPPORTED = re.compile(r"(?:[wn][0-9]{1,2}|(?:w|near|pre)?/[sp])", re.IGNORECASE)  # `w/s`: in one sentence
_ADJACENT = frozenset(("ADJ", "NEXT", "SAME"))


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a place. name: of the operator, or "" for words. pieces: how many it takes. digits: of NEAR.

    note: what to say of it.
    """

    name: str
    pieces: int = 1
    digits: str | None = None
    note: Diagnostic | None = None


def loud(pieces: Sequence[Token]) -> bool:
    """Whether the query is a sentence in capitals, whose operators are words: `WAS NOT BROUGHT`."""
    texts = [piece.text for piece in pieces]
    signs = any(NEARNESS.fullmatch(text) or (text != "NEAR" and NEAR.fullmatch(text)) for text in texts)
    numbered = any(one == "NEAR" and _NUMBER.fullmatch(two) for one, two in pairwise(texts))
    return not signs and not numbered and all(piece.kind == "run" for piece in pieces) and shouted(texts)


def found(pieces: Sequence[Token], at: int) -> Found | None:
    """The operator at `at`, or the word there of which something is to be said; None for any other run."""
    text = pieces[at].text
    follows = [piece.text if piece.kind == "run" else "" for piece in pieces[at + 1 : at + 3]]
    following = follows[0] if follows else ""
    if text == "BUT" and following == "NOT":
        return _read_as("NOT", "BUT NOT", pieces=2)
    if text in ("AND", "OR", "NOT"):
        return Found(text)
    if near := NEAR.fullmatch(text):
        if text == "NEAR" and _NUMBER.fullmatch(following) and at + 2 < len(pieces):
            return _read_as("NEAR", f"NEAR {following}", following, pieces=2)
        return Found("NEAR", digits=near[1])
    if text in ("&", "&&"):
        return Found("AND", note=diagnostic(Code.AMPERSAND, typed=text))
    alone = 0 < at < len(pieces) - 1 and (pieces[at - 1].kind, pieces[at + 1].kind) == ("open", "close")
    if alone:
        return None
    if _NOTS.fullmatch(text):
        return _read_as("NOT", text)
    if not 0 < at < len(pieces) - 1:
        return _half(text) if at == 0 and text != "not" and text.upper() == "NOT" and following else None
    if text == "AND/OR":
        return _read_as("OR", text)
    if near := NEARNESS.fullmatch(text):
        return _read_as("NEAR", text, near[1] or near[2])
    return _nearness(text, follows) or _half(text)


def _nearness(text: str, follows: Sequence[str]) -> Found | None:
    """Words that ask for nearness elsewhere. `within 5 days` does not."""
    if _NEARNESS_WORD.fullmatch(text) and _NUMBER.fullmatch(follows[0]) and len(follows) > 1:
        if text.lower() == "within" and _UNIT.fullmatch(follows[1]):
            return None
        typed, operator = f"{text} {follows[0]}", f"NEAR/{follows[0]}"
    elif text in _ADJACENT or _UNSUPPORTED.fullmatch(text):
        typed, operator = text, "NEAR/5"
    else:
        return None
    return Found("", note=diagnostic(Code.NEARNESS_WORDS, typed=typed, operator=operator))


def _half(text: str) -> Found | None:
    """In small letters it is a word, as in "was not brought"; one that begins with a capital could be either."""
    name = text.upper()
    if name not in _PURPOSES or text in ("and", "near"):
        return None
    operator = "OR" if name == "AND/OR" else name
    code = Code.SMALL_OPERATOR if text.islower() else Code.HALF_OPERATOR
    return Found("", note=diagnostic(code, typed=text, purpose=_PURPOSES[name], operator=operator, small=text.lower()))


def _read_as(name: str, typed: str, digits: str = "", pieces: int = 1) -> Found:
    operator = f"{name}/{digits}" if digits else name
    return Found(name, pieces, digits or None, diagnostic(Code.OPERATOR_READ_AS, typed=typed, operator=operator))


def without_operators(text: str) -> str:
    """A word that looks like an operator of ours, in small letters: so it reads back as the word."""
    return (
        text.lower() if text in OPERATORS or text == "AND/OR" or NEAR.fullmatch(text) or _NOTS.fullmatch(text) else text
    )
