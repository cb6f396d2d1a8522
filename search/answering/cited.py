"""Put the paragraphs first that a query cites by printed number (`paragraph:4.3.2`)."""

from collections.abc import Iterable, Iterator, Sequence

from index.matching.matches import Match
from index.query import And, Field, In, Or, Query, Theme
from index.storage.engine import Layout


def numbers_asked(tree: Query) -> Iterator[str]:
    """Yield the paragraph numbers in the query, except those under NOT."""
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
    """Return the paragraphs of a document to show, with those cited by number first.

    `wanted` is how many to return. With None, all are returned in order.
    """
    held = [match.spans(document) for match in cited if document in match.documents]
    named = [layout.paragraph_at(first) for spans in held for first, _ in spans]
    every = list(dict.fromkeys([*named, *ordinals]))
    return sorted(every) if wanted is None else every[:wanted]
