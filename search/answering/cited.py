"""Which paragraphs does a query ask for by their printed number (`paragraph:4.3.2`)?"""

from collections.abc import Iterable, Iterator, Sequence

from index.matching.matches import Words
from index.query import And, Field, In, Or, Query, Theme
from index.storage.engine import Layout


def numbers_asked(tree: Query) -> Iterator[str]:
    """The numbers of the paragraphs to be shown: those that a hit must not have are left out."""
    match tree:
        case Field("paragraph", value):
            yield value
        case And(parts) | Or(parts) | Theme(_, parts):
            for part in parts:
                yield from numbers_asked(part)
        case In(_, part):
            yield from numbers_asked(part)


def with_cited(
    ordinals: Sequence[int], cited: Iterable[Words], document: int, layout: Layout, wanted: int | None
) -> list[int]:
    """The paragraphs of a document to show, those that were asked for by their number first. wanted: how many; None for
    all, in order.
    """
    asked = [layout.paragraph_at(place) for words in cited for place in words.positions(document)]
    every = list(dict.fromkeys([*asked, *ordinals]))
    return sorted(every) if wanted is None else every[:wanted]
