"""Recognise the printed numbers of paragraphs by their form and by their place in a sequence."""

import re
from collections.abc import Sequence

from ingest.structure.running_matter.page_numbers import roman

WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
KINDS_OF_NAMES = r"(?:(?:Key|Main|National|Local|Overview|Systems?|(?:Multi|Single)[- ]?agency|LSCP|LSCB) )?"
NAMES = (
    rf"{KINDS_OF_NAMES}Recommendation|Rec\.?|{KINDS_OF_NAMES}Finding"
    r"|(?:Key |Practice )?Learning(?: (?:Point|Theme|Opportunity))?"
    r"|(?:Key )?Practice Point|(?:Key )?Lesson|Question|Action|Key Practice Episode|Theme"
)
"""What a paragraph may be called in front of its number: "Recommendation 6", "Learning theme 2"."""
_NAMED = (
    # "Recommendations 2 and 3:" and "Recommendation One" only where no sentence goes on.
    rf"^((?:{NAMES})\s+(?:No\.?\s*|#)?(\d{{1,3}}(?:\.\d{{1,3}})*)(?: of \d{{1,3}}(?=[:.–-]|$)|(?=[\s:.)–-]|$))"
    rf"|(?:{NAMES})s\s+(\d{{1,3}}) (?:and|&|to) \d{{1,3}}(?=\s?[:.–-]|$)"
    rf"|(?:{NAMES})\s+({'|'.join(WORDS)})(?=\s?[:.)–-]|$))"
)
_STYLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("named", re.compile(_NAMED, re.IGNORECASE)),
    ("named briefly", re.compile(r"^((?:Rec\.|No\.|#)\s?(\d{1,3}))[.):]?(?=\s)", re.IGNORECASE)),
    ("decimal", re.compile(r"^((\d{1,3}(?:\.\d{1,3}){1,4}))(?:[.):]?(?=\s|$)|[.):](?=[A-Z‘“]))")),
    ("lettered", re.compile(r"^(([A-Z](?:\.\d{1,3}){1,4}))[.):]?(?=\s)")),
    ("coded", re.compile(r"^(([A-Z]\d{1,3}))[.):]?(?=\s)")),
    ("dashed letter", re.compile(r"^((\d{1,2}-[A-Z]))[.):]?(?=\s)")),
    ("dashed", re.compile(r"^((\d{1,2}-\d{1,3}))[.):]?(?=\s)")),
    ("dotted", re.compile(r"^((\d{1,3}))[.)](?=\s|$|[A-Z‘“])")),
    ("bracketed", re.compile(r"^(\((\d{1,3})\))(?=\s)")),
    ("roman", re.compile(r"^(([ivxlc]{1,7}))[.)](?=\s)")),
    ("roman bracketed", re.compile(r"^(\(([ivxlc]{1,7})\))(?=\s)")),
    ("plain", re.compile(r"^((\d{1,3}))(?=\s+[A-Z‘“'\"])")),
)  # fmt: skip
_BY_FIRST = {  # by the first sign of a number, so that fewer are tried
    "(": [style for style in _STYLES if style[0] in ("bracketed", "roman bracketed")],
    "digit": [style for style in _STYLES if style[0] in ("decimal", "dashed letter", "dashed", "dotted", "plain")],
    "letter": [style for style in _STYLES if style[0] in ("named", "named briefly", "lettered", "coded", "roman")],
    "#": [style for style in _STYLES if style[0] == "named briefly"],
}
_LOOK_AHEAD = 12  # candidates of the same style among which a successor must be


_ENDS_IN_PAGE = re.compile(r"^.{4,120}\s(\d{1,3})$")
_ENTRIES = 3  # consecutive paragraphs that end in rising page numbers form a contents list
_VERSION = re.compile(  # a row of a version table: "1.0 12/03/2019 first draft", "0.2 Draft"
    r"^\d{1,2}\.\d{1,2}\s+(?:\d{1,2}(?:st|nd|rd|th)?[\s/.-]+(?:\d{1,2}|[A-Z][a-z]{2,8})[\s/.-]+(?:\d{2}){1,2}\b"
    r"|(?:[A-Z]\w+\s+)?(?:draft|version)\b)",
    re.IGNORECASE,
)


class Candidate:
    """A number at the start of a paragraph: its style, its parts, and the text as printed."""

    __slots__ = ("parts", "printed", "style")

    def __init__(self, style: str, parts: tuple[int, ...], printed: str) -> None:
        self.style = style
        self.parts = parts
        self.printed = printed


def of_paragraphs(texts: Sequence[str | None]) -> list[str | None]:
    """Return the printed number of each paragraph, or None.

    Pass None for a paragraph that cannot have one, such as a footnote. Rows of a version table, and entries of a
    contents list that was not recognised, have numbers that do not count as paragraph numbers.
    """
    entries = _contents(texts)
    candidates = [
        None if text is None or at in entries or _VERSION.match(text) else at_start(text)
        for at, text in enumerate(texts)
    ]
    return in_order(candidates)


def _contents(texts: Sequence[str | None]) -> set[int]:
    """Return the indexes of consecutive paragraphs that start with a number and end in rising page numbers."""
    found: set[int] = set()
    row: list[int] = []
    last = 0
    for at, text in enumerate([*texts, None]):
        ending = _ENDS_IN_PAGE.match(text) if text and text[0].isdecimal() else None
        if ending is not None and (not row or int(ending.group(1)) >= last):
            row.append(at)
            last = int(ending.group(1))
            continue
        if len(row) >= _ENTRIES:
            found.update(row)
        row, last = ([at], int(ending.group(1))) if ending is not None else ([], 0)
    return found


def at_start(text: str) -> Candidate | None:
    """Return the number at the start of a paragraph, judged by its form alone."""
    head = text[:60]
    if not head[:1].isalnum() and head[:1] not in ("(", "#"):
        return None
    first = head[0] if head[0] in "(#" else "digit" if head[0].isdecimal() else "letter"
    for style, pattern in _BY_FIRST[first]:
        found = pattern.match(head)
        if found is None:
            continue
        printed, body = found.group(1), next(filter(None, found.groups()[1:]))
        if style.startswith("roman"):
            value = roman(body)
            return None if value is None else Candidate(style, (value,), printed)
        if style == "named":
            return _named(printed, body)
        parts = tuple(int(part) if part.isdigit() else ord(part) for part in re.findall(r"\d+|[A-Z]", body))
        return Candidate(style, parts, " ".join(printed.split()))
    return None


def _named(printed: str, body: str) -> Candidate:
    """Return a number with a name. Each name is a style of its own, as "Finding 1" may follow "Recommendation 1"."""
    name = printed[: printed.index(body)].lower().rstrip("#. ").removesuffix(" no")
    parts = (1 + WORDS.index(body.lower()),) if body.isalpha() else tuple(map(int, body.split(".")))
    return Candidate(f"named {name.removesuffix('s')}", parts, " ".join(printed.split()))


def in_order(candidates: list[Candidate | None]) -> list[str | None]:
    """Return the number of each paragraph as printed if it fits into a sequence, or None.

    A number fits if it follows the last one of its style (4.3.1, 4.3.2, 4.4, 5.1), starts a new list (1, 1.1, i), or is
    soon followed by its own successor (an extract that begins with 4.1). So `2015` or `3.5 per cent` at the start of a
    line does not count.
    """
    by_style: dict[str, list[tuple[int, Candidate]]] = {}
    for at, candidate in enumerate(candidates):
        if candidate is not None:
            by_style.setdefault(candidate.style, []).append((at, candidate))
    accepted: list[str | None] = [None] * len(candidates)
    for row in by_style.values():
        last: tuple[int, ...] | None = None
        for rank, (at, candidate) in enumerate(row):
            parts = candidate.parts
            ahead = [other.parts for _, other in row[rank + 1 : rank + 1 + _LOOK_AHEAD]]
            if last is not None and _follows(last, parts):
                good = True
            elif parts[-1] == 0:  # "1.0", "2.0", or "3.0 per cent"
                good = any(_follows(parts, other) for other in ahead[:3])
            elif _starts(parts):
                # A lone "1." in running text is not a list, but "1 Introduction" may be the only heading of its style
                # so far.
                good = candidate.style not in ("plain", "roman", "coded", "named briefly") or any(
                    _follows(parts, other) for other in ahead
                )
            else:
                good = any(_follows(parts, other) for other in ahead[:3])
            if good:
                accepted[at] = candidate.printed
                last = parts
    return accepted


def _starts(parts: tuple[int, ...]) -> bool:
    return parts[-1] in (1, ord("A")) and all(part <= 40 or part >= ord("A") for part in parts)


def _follows(last: tuple[int, ...], parts: tuple[int, ...]) -> bool:
    """Return whether `parts` may be the next number after `last`. One number in between may have been lost."""
    common = 0
    while common < min(len(last), len(parts)) and last[common] == parts[common]:
        common += 1
    if common == len(parts):
        return False  # the same, or its own chapter
    rest = parts[common:]
    if common == len(last):
        return rest[0] in (1, 2) and all(part == 1 for part in rest[1:])
    step = rest[0] - last[common]
    return 1 <= step <= 2 and all(part in (0, 1) for part in rest[1:])
