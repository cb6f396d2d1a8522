"""Recommendations and findings, ready for a template."""

from __future__ import annotations

from dataclasses import dataclass

from reviews import citation
from reviews.web.reading.highlight import Piece, pieces
from search.analytics.recommendations import Recommended


@dataclass(frozen=True, slots=True)
class ItemView:
    """A recommendation or finding, ready for the template."""

    found: Recommended
    pieces: list[Piece]
    place: str
    citation: str


def item_view(found: Recommended) -> ItemView:
    """Return an item for the template."""
    item = found.item
    return ItemView(
        found,
        pieces(item.text, found.marks),
        citation.place(item.page, found.page_label, item.number),
        item_citation(found),
    )


def item_citation(found: Recommended) -> str:
    """Return the citation of an item, in words."""
    return citation.citation(found.report, found.item.page, found.page_label, found.item.number)
