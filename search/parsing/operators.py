"""Recognise operators, and words that only look like one.

`AND`, `OR`, `NOT` and `NEAR/5` are the operators of this query language. Other databases use `adj5` or `w/5`, people
type `Or`, and a whole query may be in capitals. In these cases the parser has to guess, and the answer says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.operator_words import NEARNESS, OPERATORS, is_in_capitals
from search.diagnostics import Code, Diagnostic, diagnostic
from search.parsing.lexer import Token

NEAR = re.compile(r"NEAR(?:/([0-9]*))?")

_PURPOSES = {
    "AND": "to find both",
    "OR": "to find either",
    "AND/OR": "to find either",
    "NOT": "to exclude a word",
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
class OperatorMatch:
    """An operator, or a word that looks like one.

    `name` is the operator, or "" for a word. `width` is its number of tokens. `digits` is the distance of NEAR, as
    typed. `note` is what to tell the person about this reading.
    """

    name: str
    width: int = 1
    digits: str | None = None
    note: Diagnostic | None = None


def all_in_capitals(tokens: Sequence[Token]) -> bool:
    """Return whether the query is a sentence in capitals, whose operators are words: `WAS NOT BROUGHT`."""
    texts = [token.text for token in tokens]
    signs = any(NEARNESS.fullmatch(text) or (text != "NEAR" and NEAR.fullmatch(text)) for text in texts)
    numbered = any(one == "NEAR" and _NUMBER.fullmatch(two) for one, two in pairwise(texts))
    return not signs and not numbered and all(token.kind == "run" for token in tokens) and is_in_capitals(texts)


def match_operator(tokens: Sequence[Token], at: int) -> OperatorMatch | None:
    """Return the operator at index `at`, or a word there that needs a note, or None for any other word."""
    text = tokens[at].text
    following = [token.text if token.kind == "run" else "" for token in tokens[at + 1 : at + 3]]
    if operator := _operator(tokens, at, text, following):
        return operator
    alone_in_brackets = 0 < at < len(tokens) - 1 and (tokens[at - 1].kind, tokens[at + 1].kind) == ("open", "close")
    if alone_in_brackets:
        return None
    if _NOTS.fullmatch(text):
        return _read_as("NOT", text)
    if 0 < at < len(tokens) - 1:
        return _lookalike(text, following)
    initial_not = at == 0 and text != "not" and text.upper() == "NOT" and following and following[0]
    return _half(text) if initial_not else None


def _operator(tokens: Sequence[Token], at: int, text: str, following: Sequence[str]) -> OperatorMatch | None:
    """Return an operator of the query language, including one with a space inside it."""
    next_text = following[0] if following else ""
    if text == "BUT" and next_text == "NOT":
        return _read_as("NOT", "BUT NOT", width=2)
    if text in ("AND", "OR", "NOT"):
        return OperatorMatch(text)
    if near := NEAR.fullmatch(text):
        if text == "NEAR" and _NUMBER.fullmatch(next_text) and at + 2 < len(tokens):
            return _read_as("NEAR", f"NEAR {next_text}", next_text, width=2)
        return OperatorMatch("NEAR", digits=near[1])
    if text in ("&", "&&"):
        return OperatorMatch("AND", note=diagnostic(Code.AMPERSAND, typed=text))
    return None


def _lookalike(text: str, following: Sequence[str]) -> OperatorMatch | None:
    """Return what other databases use, or people in a hurry type, for an operator between two words."""
    if text == "AND/OR":
        return _read_as("OR", text)
    if near := NEARNESS.fullmatch(text):
        return _read_as("NEAR", text, near[1] or near[2])
    return _nearness(text, following) or _half(text)


def _nearness(text: str, following: Sequence[str]) -> OperatorMatch | None:
    """Return words that mean nearness in other databases. `within 5 days` is not one of them."""
    if _NEARNESS_WORD.fullmatch(text) and _NUMBER.fullmatch(following[0]) and len(following) > 1:
        if text.lower() == "within" and _UNIT.fullmatch(following[1]):
            return None
        typed, operator = f"{text} {following[0]}", f"NEAR/{following[0]}"
    elif text in _ADJACENT or _UNSUPPORTED.fullmatch(text):
        typed, operator = text, "NEAR/5"
    else:
        return None
    return OperatorMatch("", note=diagnostic(Code.NEARNESS_WORDS, typed=typed, operator=operator))


def _half(text: str) -> OperatorMatch | None:
    """Return a word that may have been meant as an operator, with a note.

    In lower case it is read as a word, as in "was not brought". With an initial capital it could be either.
    """
    name = text.upper()
    if name not in _PURPOSES or text in ("and", "near"):
        return None
    operator = "OR" if name == "AND/OR" else name
    code = Code.SMALL_OPERATOR if text.islower() else Code.HALF_OPERATOR
    return OperatorMatch(
        "", note=diagnostic(code, typed=text, purpose=_PURPOSES[name], operator=operator, small=text.lower())
    )


def _read_as(name: str, typed: str, digits: str = "", width: int = 1) -> OperatorMatch:
    operator = f"{name}/{digits}" if digits else name
    return OperatorMatch(name, width, digits or None, diagnostic(Code.OPERATOR_READ_AS, typed=typed, operator=operator))


def without_operators(text: str) -> str:
    """Return the text. If it looks like an operator, it is put in lower case, so that it is parsed as a word again."""
    return (
        text.lower() if text in OPERATORS or text == "AND/OR" or NEAR.fullmatch(text) or _NOTS.fullmatch(text) else text
    )
