"""Find the root of a word, which words of the same family share: `visitor`, `visiting` → visit."""

import re

LEAST = 4
"""The fewest letters of a root. Words with fewer in common do not count as one family."""
ENDINGS = (
    r"(?:al|ally|ation|ational|ative|ed|edly|er|ful|fully|fulness|ion|ive|ively|ing|ise|ised|ish|less|lessness|ly|ment|"
    r"ness|or|s|y)"
)
"""The endings that make another word of a root, as a pattern."""
_LAST = re.compile(f"{ENDINGS}$")


def root(word: str) -> str:
    """Return the root of a word that is given as its word class."""
    return _LAST.sub("", word).rstrip("ey") if len(_LAST.sub("", word)) >= LEAST else word.rstrip("ey")
