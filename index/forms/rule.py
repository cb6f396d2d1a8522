"""The regular rule of English inflection: `agencies` → agency, `missing` → miss. It knows no words.

What it gets wrong of the words that are known is in the table (`index.forms.lexicon`). It decides alone for names, new
words and slips of the pen.
"""

_VOWELS = frozenset("aeiouy")
_SHORT = 3  # letters: a shorter word has no ending
_DOUBLED = frozenset("bdgmnprt")
_SILENT_E = ("v", "c", "s", "u", "z", "dg", "at", "bl", "ur", "id")
"""Ends of a verb that nearly always has an e behind them: `deciding`, `judged`."""


def regular(word: str) -> str:
    """Return a folded word without the regular ending of a plural, a past tense or `-ing`."""
    if len(word) <= _SHORT or word[-1] not in "sdg":
        return word
    if word[-1] == "s":
        return _singular(word)
    if word.endswith("ied"):
        return f"{word[:-3]}y" if len(word) > _SHORT + 1 else word
    for ending in ("ed", "ing"):
        if word.endswith(ending):
            return _verb(word.removesuffix(ending)) or word
    return word


def _singular(word: str) -> str:
    if word.endswith(("ss", "us", "is", "'s")):
        return word
    if word.endswith("ies") and len(word) > _SHORT + 1:
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("sses", "shes", "ches", "xes", "zzes")) else word[:-1]


def _verb(base: str) -> str:
    """Return the verb that an ending was added to, or "" if that is not a word."""
    if len(base) < _SHORT or _VOWELS.isdisjoint(base):
        return ""
    if base[-1] == base[-2]:
        return base[:-1] if base[-1] in _DOUBLED else base
    return f"{base}e" if base.endswith(_SILENT_E) else base
