"""Split what was typed into tokens: brackets, quotations, `|`, and runs of anything else between spaces.

Every function here reads the text once, so that no text takes longer than another of the same length.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from search.parsing.quotes import QUOTES, quotation

HYPHENS = "-‐‑−–"
"""Characters that mean NOT at the start of a word: word processors turn a typed hyphen into the others."""

_SPACE = re.compile(r"\s+")
_RUN = re.compile(rf"[^\s()|{QUOTES}]+")
_SLOP = re.compile(r"~([0-9]*)")


@dataclass(frozen=True, slots=True)
class Token:
    """A token. `kind` is "run", "quoted", "open", "close" or "or". `glued` means that no space follows it.

    For a quotation, `text` is what is between the marks, and `slop` has the digits after `"…"~`, or None without a `~`.
    """

    kind: str
    text: str
    glued: bool = False
    slop: str | None = None


def visible(text: str) -> tuple[str, bool]:
    """Return the text without invisible characters (controls, direction marks, lone surrogates), and whether it had
    any.

    Accents are composed, and all white space becomes spaces.
    """
    kept = [" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf", "Cs"}]
    return unicodedata.normalize("NFC", "".join(kept)), len(kept) < len(text)


def tokens(text: str) -> tuple[list[Token], bool]:
    """Return the tokens in order, and whether a quotation was still open at the end."""
    found: list[Token] = []
    at, unclosed = 0, False
    while at < len(text):
        char = text[at]
        if space := _SPACE.match(text, at):
            at = space.end()
            continue
        kind, inside, slop = "run", char, None
        if char in QUOTES:
            quoted = quotation(text, at)
            unclosed = not quoted.closed
            kind, inside, at = "quoted", text[quoted.start : quoted.end], quoted.after
            if suffix := _SLOP.match(text, at):
                slop, at = suffix[1], suffix.end()
        elif char in "()":
            kind, at = ("open" if char == "(" else "close"), at + 1
        elif char == "|":
            kind = "or"
            while at < len(text) and text[at] == "|":
                at += 1
        elif run := _RUN.match(text, at):
            inside, at = run[0], run.end()
        glued = at < len(text) and not text[at].isspace()
        found.append(Token(kind, inside, glued, slop))
    return found, unclosed


def words_of(text: str, also: str = "") -> list[str]:
    """Return the runs of letters and digits in a text.

    An apostrophe between two of them is part of a run; `also` are additional letters.
    """

    def inside(index: int) -> bool:
        char = text[index]
        return char.isalnum() or char in also or _mark(char)

    def kept(index: int) -> bool:
        apostrophe = text[index] in "'’" and 0 < index < len(text) - 1
        return inside(index) or (apostrophe and inside(index - 1) and inside(index + 1))

    runs = "".join(char if kept(index) else " " for index, char in enumerate(text)).split()
    return [trimmed(run, also, also) for run in runs if any(c.isalnum() for c in run)]


def trimmed(text: str, before: str = "", after: str = "") -> str:
    """Remove punctuation from both ends, except `before` at the start and `after` at the end.

    Returns "" if nothing is left.
    """
    start, end = 0, len(text)
    while start < end and not (text[start].isalnum() or text[start] in before):
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in after or _mark(text[end - 1])):
        end -= 1
    return text[start:end]


def _mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")
