"""Find quotation marks: double marks of every style, and single marks, which may also be apostrophes.

Like the lexer, each function reads the text once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

QUOTES = '"“”„‟«»″＂‹›〝〞'
_SINGLE = "'‘’‚‛`´′＇"
_MARKS = re.compile(f"[{QUOTES}]{{1,8}}")
_OPENING = re.compile(rf"(?<![^\s()|:\-‐‑−–{QUOTES}])[{_SINGLE}]+(?=\w)")
# Words that start with an apostrophe: the end of "child's" after a stray space, 'n', 'em, '90s.
_SHORTENED = re.compile(r"(?:s|t|d|m|n|re|ve|ll|em|tis|twas|[0-9]0s)\b", re.IGNORECASE)
_CLOSING = re.compile(rf"(?<=[\w*?.,!…)])[{_SINGLE}]+(?=[.,;:!?…]*(?:[\s()|~]|$))")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation.

    `start` and `end` delimit the quoted text. `after` is where the text continues. `closed` is whether there was a
    closing mark.
    """

    start: int
    end: int
    after: int
    closed: bool


def quotation(text: str, at: int) -> Quotation:
    """Return the quotation that starts with the double mark at `at`. Doubled marks, as in CSV, count as one."""
    marks = _MARKS.match(text, at)
    start = marks.end() if marks else at + 1
    follows = text[start : start + 1]
    doubled = start - at > 1 and bool(follows) and not follows.isspace() and follows not in "()|~"
    if not doubled:
        start = at + 1
    closing = _MARKS.search(text, start)
    if closing is None:
        return Quotation(start, len(text), len(text), closed=False)
    return Quotation(start, closing.start(), closing.end() if doubled else closing.start() + 1, closed=True)


def singles(text: str) -> tuple[str, list[str], list[str]]:
    """Replace pairs of single marks with double marks.

    Returns the new text, the quotations that were replaced, and the start of each quotation without a closing mark.
    """
    pieces: list[str] = []
    read: list[str] = []
    alone: list[str] = []
    kept = at = 0
    barren = -1  # no single mark closes before this position
    double = _MARKS.search(text)
    while opening := _OPENING.search(text, at):
        if double and double.start() < at:
            double = _MARKS.search(text, at)
        if double and double.start() < opening.start():
            at = quotation(text, double.start()).after
            continue
        at = opening.end()
        if _SHORTENED.match(text, at):
            continue
        limit = double.start() if double else len(text)
        closing = _CLOSING.search(text, at, limit) if limit > barren else None
        if closing is None:
            barren = limit
            alone.append(text[opening.start() : opening.end() + 40].split(maxsplit=1)[0])
            continue
        pieces += [text[kept : opening.start()], '"', text[at : closing.start()], '"']
        read.append(text[opening.start() : closing.end()])
        kept = at = closing.end()
    return "".join((*pieces, text[kept:])), read, alone
