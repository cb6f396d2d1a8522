"""Complete what a person is typing: with themes, boards, and words of the reports that begin like the last word
typed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from heapq import nlargest
from itertools import islice

from corpus.report import Report
from index import analyser
from index.function_words import is_function_word

_LONGEST = 100  # letters; longer queries need no completion
_LEAST = 2  # letters typed
_THEMES = 4
_BOARDS = 4
_WORDS = 6
_LOOKED_AT = 500  # words with the same beginning
_LETTERS = 3  # letters of a word that is worth offering
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Completion:
    """A completion.

    `kind` is "theme", "board" or "word". `query` is what to search for. `reports` is how many reports it finds, or None
    if not counted.
    """

    kind: str
    label: str
    query: str
    reports: int | None = None

    def to_dict(self) -> dict[str, object]:
        return {"kind": self.kind, "label": self.label, "query": self.query, "reports": self.reports}


def completions(
    typed: str,
    themed: Mapping[str, int],
    reports: Iterable[Report],
    vocabulary: Callable[[str], Iterable[str]],
    frequency: Callable[[str], int],
) -> list[Completion]:
    """Return the themes, boards and words that complete what has been typed.

    `themed` has the number of reports with each theme. `frequency` returns the number of reports with a word.
    """
    wanted = [word.casefold() for word in _WORD.findall(typed[:_LONGEST])]
    if not is_enough(typed) or len(typed) > _LONGEST:
        return []
    themes = [
        Completion("theme", name, f'theme:"{name}"', count) for name, count in themed.items() if _fits(wanted, name)
    ]
    boards = Counter(report.board for report in reports if report.board and _fits(wanted, report.board))
    named = [
        Completion("board", name, 'board:"{}"'.format(name.replace('"', "")), count)
        for name, count in boards.most_common(_BOARDS)
    ]
    return [*themes[:_THEMES], *named, *_words(typed, vocabulary, frequency)]


def is_enough(typed: str) -> bool:
    """Return whether there are enough letters to complete."""
    return len("".join(_WORD.findall(typed[:_LONGEST]))) >= _LEAST


def _fits(wanted: list[str], name: str) -> bool:
    """Return whether each typed word is a word of the name or the beginning of one."""
    words = [word.casefold() for word in _WORD.findall(name)]
    return all(any(word.startswith(each) for word in words) for each in wanted)


def _words(typed: str, vocabulary: Callable[[str], Iterable[str]], frequency: Callable[[str], int]) -> list[Completion]:
    """Return the most frequent words that begin like the last one typed, one per word class."""
    before, last = re.fullmatch(r"(.*?)([^\W\d_]*)", typed, re.DOTALL).groups()  # type: ignore[union-attr]
    start = analyser.fold(last)
    if len(start) < _LEAST or before.endswith((":", "=", "*", "?")):
        return []
    begun = (word for word in islice(vocabulary(start), _LOOKED_AT) if len(word) > _LETTERS and word.isalpha())
    found: dict[str, tuple[int, str]] = {}
    for word in begun:
        if word != start and not is_function_word(word):
            known = analyser.word_class(word)
            found[known] = max(found.get(known, (0, "")), (frequency(word), word))
    return [Completion("word", before + word, before + word) for _, word in nlargest(_WORDS, found.values())]
