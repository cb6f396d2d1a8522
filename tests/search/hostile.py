"""Malicious and malformed queries: 400 fixed ones, and as many generated ones as requested."""

import random
from collections.abc import Iterator

_CONTROLS = [chr(n) for n in [*range(32), *range(127, 160)]]
_MARKS = ["\u200b", "\u200d", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", "\ufeff", "\u00ad", "\u2028"]
_WIDE = [
    "مرحبا",
    "שלום",
    "中文字",
    "日本語",
    "नमस्ते",
    "👨‍👩‍👧",
    "🇬🇧",
    "é" * 50,
    "e\u0301" * 50,
    "ﬁ",
    "İ",
    "ß",
    "ſ",
    "Ａ",
    "①",
    "\U0010ffff",
]
_SURROGATES = ["\ud800", "\udfff", "a\ud83dz", "\udc00neglect"]
_SQL = [
    "' OR 1=1 --",
    "'; DROP TABLE paragraph; --",
    '" UNION SELECT * FROM file --',
    "neglect'; VACUUM; --",
    "%",
    "_",
    "\\'",
]
_MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt;",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "]]>",
    "<!--",
]
_REGEX = ["(a+)+$", "[a-z]*", ".*", "^$", "(?:x", "\\d{9999}", "[[:alpha:]]", "(?P<a>x)", "*.*", "a{1,1000}", "\\"]
_PATHS = ["../../etc/passwd", "C:\\con", "file:///etc", "%00", "%s%s%n", "\\\\server\\share"]
_ENGINE = [
    "nosuch:thing",
    "-neglect",
    "a AND",
    "NOT NOT x",
    "?*",
    "term~9",
    "[2015 TO 2020]",
    "{a TO b}",
    "neglect^5",
    "_id:1",
    "*:*",
]
_OPERATORS = [
    "AND",
    "OR",
    "NOT",
    "NEAR",
    "NEAR/0",
    "NEAR/99999999999999999999",
    "-",
    "--",
    "|",
    "||",
    "=",
    "==",
    "~",
    "*",
    "?",
    ":",
    "in:",
    "theme:",
    "year:",
    '"',
    "“",
    "(",
    ")",
]
_LONG = [
    "x" * 1_000_000, "neglect " * 100_000, "(" * 100_000, ")" * 100_000, "(" * 5_000 + "x" + ")" * 5_000, '"' * 10_001,
    "-" * 50_000 + "x", "NOT " * 3_000 + "x", "NOT " * 2_000 + "x", "a OR " * 2_000 + "a", "x NEAR " * 1_000 + "x",
    "neglect*" * 1_000, "abc" + "*a" * 3_000, "abc" + "?" * 9_000, "a*" * 4_999, "theme:" * 1_500 + "x",
    "in:findings " * 800 + "x", "year:" + "9" * 9_000, "=" * 9_000, "~" * 9_000, "child~ " * 400, "the* " * 490,
    '"the of and"~1000', '"' + "the " * 480 + '"', '"' + "a-b" * 400 + '"', "-".join("ab" * 900), "'" * 9_000,
    "a'" * 4_000, "é" * 9_000, "\u0301" * 9_000, "e\u0301" * 4_000, "\u200f" * 9_000, " " * 1_000_000,
    "\x00" * 1_000_000, "the NEAR/1000 the", "the NEAR/1000 of NEAR/1000 and NEAR/1000 to",
    'theme:neglect NEAR/1000 theme:"voice of the child"', "(the OR of) NEAR/1000 (and OR to)", "chi* NEAR/1000 chi*",
    "aaa* OR bbb* OR ccc*", "c* OR d* OR e*", "?????", "???*",
]  # fmt: skip


def fixed() -> list[str]:
    """Return 400 queries, always the same."""
    small = [*_CONTROLS, *_MARKS, *_WIDE, *_SURROGATES, *_SQL, *_MARKUP, *_REGEX, *_PATHS, *_ENGINE, *_OPERATORS]
    found = [*_LONG, *small, *(f"neglect{piece}school" for piece in small), *(f'"{piece}' for piece in small)]
    found += [f"{a} {b} neglect" for a in _OPERATORS for b in _OPERATORS]
    return list(dict.fromkeys(found))[:400]


def generated(seed: int, n: int) -> Iterator[str]:
    """Yield random combinations of pieces of the fixed queries."""
    chance = random.Random(seed)
    words = ["neglect", "child", "the", "school*", "wom?n", "neglcet~", "=DNA", "multi-agency", "child’s", "4.3.2"]
    pieces = [*_CONTROLS, *_MARKS, *_WIDE, *_SURROGATES, *_SQL, *_MARKUP, *_REGEX, *_PATHS, *_ENGINE]
    for _ in range(n):
        parts = []
        for _ in range(chance.choice([1, 2, 3, 5, 8, 13, 40])):
            part = chance.choice([*_OPERATORS, *_OPERATORS, *words, *words, *words, chance.choice(pieces)])
            times = chance.choice([1] * 20 + [2, 3, 10, 100])
            parts.append(part * times)
        yield chance.choice([" ", " ", ""]).join(parts)
