"""Introduce a report in a few lines taken only from its own text. No program summarises it."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.model import ItemKind, Paragraph, SectionKind, Text
from corpus.report import Report
from reviews import citation
from reviews.library import Library

_THEMES = 5
_LEAST = 60  # minimum characters of a meaningful paragraph


@dataclass(frozen=True, slots=True)
class Opening:
    """The introduction of a report.

    `summary` is the first paragraph of the report's own summary with its citation, or None if there is no summary.
    `recommendations` is how many were detected. `themes` are those that stand out in it compared with other reports.
    """

    summary: Paragraph | None
    place: str
    citation: str
    recommendations: int
    themes: tuple[tuple[str, int], ...]


def opening_of(report: Report, text: Text, library: Library) -> Opening:
    """Return the introduction of a report. Themes that have not been counted yet are left out."""
    summary = next((p for p in text.paragraphs if _opens_summary(text, p)), None)
    label = text.pages[summary.page - 1].label if summary else ""
    return Opening(
        summary,
        citation.place(summary.page, label, summary.number) if summary else "",
        citation.citation(report, summary.page, label, summary.number) if summary else "",
        sum(item.kind is ItemKind.RECOMMENDATION for item in text.items),
        tuple(library.searcher().strongest_themes(report.id, _THEMES)),
    )


def _opens_summary(text: Text, paragraph: Paragraph) -> bool:
    in_summary = text.sections[paragraph.section].kind is SectionKind.SUMMARY
    return in_summary and not paragraph.heading and len(paragraph.text) >= _LEAST
