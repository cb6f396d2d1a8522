"""Find the class of a word, which groups its inflections and the word families that count as one.

`exceptions.txt`, made by `.ci/lexicon.py`, has the words that `index.forms.rule` gets wrong: 8,500 words, read in a few
milliseconds on first use.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from index.forms.rule import regular

_TABLE = Path(__file__).with_name("exceptions.txt")


@cache
def _exceptions() -> dict[str, str]:
    values = _TABLE.read_text("ascii").split()
    return dict(zip(values[::2], values[1::2], strict=True))


def class_of(word: str) -> str:
    """Return the name of the class of a folded word: `children` → child, `assessments` → assess."""
    return resolve(word, _exceptions())


def resolve(word: str, table: Mapping[str, str]) -> str:
    """Return the class of a word by a table of exceptions, applying the rule to words that are not in the table."""
    while (found := table.get(word)) is None:
        base = regular(word)
        if base == word:
            return word
        word = base
    return found
