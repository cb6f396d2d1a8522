"""Render an answer for a notebook: HTML with highlights and citations, in which report text is always escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from search.citation import citation, place

Marked = tuple[str, str, Sequence[tuple[int, int]]]
"""A passage: its citation, its text, and the characters of the text to mark."""


def html(results: Any) -> str:
    """Render the `Results` of a search."""
    listed = [(each.report, (each.passage,)) for each in results.passages or ()]
    hits = [(hit.report, hit.passages) for hit in results.hits]
    shown = [
        (
            citation(report),
            [(place(p.page, p.page_label, p.paragraph, p.page_end), p.text, p.highlights) for p in passages],
        )
        for report, passages in (*listed, *hits)
    ]
    searched = f"searched {results.coverage.searchable} of {results.coverage.reports}"
    return page(f"{results.total:,} reports for {results.parsed}; {searched}", shown, results.warnings)


def page(heading: str, hits: Iterable[tuple[str, Sequence[Marked]]], notes: Sequence[str] = ()) -> str:
    """Render the answer as HTML. `hits` has the heading and the passages of each hit."""
    parts = [f"<p><strong>{escape(heading)}</strong></p>", *(f"<p>{escape(note)}</p>" for note in notes), "<ol>"]
    for title, passages in hits:
        quotes = "".join(
            f"<blockquote>{marked(text, spans)}<br><cite>{escape(citation)}</cite></blockquote>"
            for citation, text, spans in passages
        )
        parts.append(f"<li>{escape(title)}{quotes}</li>")
    return "".join([*parts, "</ol>"])


def marked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return the text with highlights, which may overlap."""
    parts, at = [], 0
    for start, end in sorted(spans):
        if end > at:
            parts.append(f"{escape(text[at : max(at, start)])}<mark>{escape(text[max(at, start) : end])}</mark>")
            at = end
    return "".join([*parts, escape(text[at:])])
