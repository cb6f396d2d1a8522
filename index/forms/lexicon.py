"""The class of a word: its inflections, and the families of words that count as one.

`exceptions.txt` is made by `.ci/lexicon.py` and holds what `index.forms.rule` does not know: 8,500 words, read in a
few milliseconds on first use.
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
    """The name of the class that a folded word belongs to: `children` → child, `assessments` → assess."""
    return resolve(word, _exceptions())


def resolve(word: str, table: Mapping[str, str]) -> str:
    """The class of a word by a table of exceptions, and by the rule as long as the table does not have it."""
    while (found := table.get(word)) is None:
        base = regular(word)
        if base == word:
            return word
        word = base
    return found
