"""Split text into highlighted and other pieces for a template. Nothing here writes markup."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.answering.snippet import opening_snippet
from search.results import Passage

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text.

    `number` is the mention's number in its report (1-based), 0 for a highlight without a number, or None if it is not
    highlighted. `page` is the page that begins here, in a piece without text.
    """

    text: str
    number: int | None = None
    page: int | None = None


def pieces(
    text: str, marks: Sequence[Span], start: int = 0, end: int | None = None, numbers: Sequence[int] = ()
) -> list[Piece]:
    """Split `text[start:end]` at the edges of the marks. `numbers` has the number of each mention, 0 if it has none.

    A mark that crosses an end of the range is cut there.
    """
    end = len(text) if end is None else end
    found: list[Piece] = []
    at = start
    for place, (left, right) in enumerate(marks):
        left, right = max(left, at), min(right, end)
        if left < right:
            found.append(Piece(text[at:left]))
            found.append(Piece(text[left:right], numbers[place] if numbers else 0))
            at = right
    found.append(Piece(text[at:end]))
    return [piece for piece in found if piece.text]


def quoted(passage: Passage, *, whole: bool = False) -> list[Piece]:
    """Split a passage for a list: the part with the matches (or `whole`), and dots where text is left out."""
    start, end = (0, len(passage.text)) if whole else opening_snippet(passage)
    found = pieces(passage.text, passage.highlights, start, end)
    if start or passage.more_before:
        found.insert(0, Piece("… "))
    if end < len(passage.text) or passage.more_after:
        found.append(Piece(" …"))
    return found
