"""Text and the places to mark in it, as pieces for a template. Text stays text: nothing here writes markup."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.answering.snippet import opening_snippet
from search.results import Passage

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. number: of the mention that it is, from 1 in its report; 0 when it is marked without a number;
    None when it is not marked.
    """

    text: str
    number: int | None = None


def pieces(text: str, marks: Sequence[Span], start: int = 0, end: int | None = None, first: int = 0) -> list[Piece]:
    """`text[start:end]` cut where the marks begin and end. first: number of the first mark, 0 for no numbers.

    A mark that reaches over an end of the range is cut there.
    """
    end = len(text) if end is None else end
    found: list[Piece] = []
    at = start
    for place, (left, right) in enumerate(marks):
        left, right = max(left, at), min(right, end)
        if left < right:
            found.append(Piece(text[at:left]))
            found.append(Piece(text[left:right], first + place if first else 0))
            at = right
    found.append(Piece(text[at:end]))
    return [piece for piece in found if piece.text]


def quoted(passage: Passage) -> list[Piece]:
    """A passage as it is shown in a list of answers: the part with the matches, dots where it goes on."""
    start, end = opening_snippet(passage)
    found = pieces(passage.text, passage.highlights, start, end)
    if start or passage.more_before:
        found.insert(0, Piece("… "))
    if end < len(passage.text) or passage.more_after:
        found.append(Piece(" …"))
    return found
