"""Puts first the paragraphs that a query names by their printed number (`paragraph:4.3.2`)."""

from collections.abc import Iterable, Iterator, Sequence

from index.matching.matches import Match
from index.query import And, Field, In, Or, Query, Theme
from index.storage.engine import Layout


def numbers_asked(tree: Query) -> Iterator[str]:
    """The paragraph numbers in the query, without those under NOT."""
    match tree:
        case Field("paragraph", value):
            yield value
        case And(parts) | Or(parts) | Theme(_, parts):
            for part in parts:
                yield from numbers_asked(part)
        case In(_, part):
            yield from numbers_asked(part)


def with_cited(
    ordinals: Sequence[int], cited: Iterable[Match], document: int, layout: Layout, wanted: int | None
) -> list[int]:
    """The paragraphs of a document to show, those named by number first. wanted: how many; None for all, in order."""
    held = [match.spans(document) for match in cited if document in match.documents]
    named = [layout.paragraph_at(first) for spans in held for first, _ in spans]
    every = list(dict.fromkeys([*named, *ordinals]))
    return sorted(every) if wanted is None else every[:wanted]
