"""The answer to a search, as plain values. `to_dict()` is the JSON API; results.schema.json describes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Self

from corpus.errors import UsageError
from corpus.model import SectionKind
from corpus.report import Coverage, Report
from search.diagnostics import Diagnostic, sentences

REPORT_COLUMNS = ("report", "title", "board", "area", "child", "kind", "type", "year", "case", "file")
COLUMNS = (
    *REPORT_COLUMNS,
    *("score", "page", "page_label", "paragraph", "ordinal", "section", "heading", "confidence", "mentions", "text"),
)
"""Of a table of passages. mentions: matches in the passage."""

VERSION = 1
"""Of the JSON. It grows when a key changes its meaning or goes; new keys may come without notice."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a part of the query stood for: `neglect` → neglect, neglected, neglectful. reports: how many have any of
    them.
    """

    text: str
    terms: tuple[str, ...]
    reports: int

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "terms": list(self.terms), "reports": self.reports}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Self:
        """The expansion that `to_dict` made a dictionary of."""
        return cls(told["text"], tuple(told["terms"]), told["reports"])


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, or the part of it that stands on one page, verbatim.

    page: 1-based, where `text` begins; page_end: where it ends, another page only when a match runs over the page
    break. page_label: as printed. paragraph: the printed number, if any. ordinal: of the paragraph in the report,
    0-based. offset: where in the paragraph `text` begins, in characters.
    highlights: (start, end) characters of `text`, end exclusive: each is one match, a phrase as a whole.
    more_before, more_after: whether the paragraph goes on outside `text`. ocr: whether the page was read by OCR.
    confidence: of that OCR, 0 to 100.
    """

    page: int
    page_end: int
    page_label: str
    paragraph: str | None
    ordinal: int
    section_kind: SectionKind
    section_heading: str
    offset: int
    text: str
    highlights: tuple[tuple[int, int], ...]
    more_before: bool = False
    more_after: bool = False
    ocr: bool = False
    confidence: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "page": self.page,
            "page_end": self.page_end,
            "page_label": self.page_label,
            "paragraph": self.paragraph,
            "ordinal": self.ordinal,
            "section": {"kind": self.section_kind.value, "heading": self.section_heading},
            "offset": self.offset,
            "text": self.text,
            "highlights": [list(pair) for pair in self.highlights],
            "more_before": self.more_before,
            "more_after": self.more_after,
            "ocr": self.ocr,
            "confidence": self.confidence,
        }


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one part of the query did for a hit. mentions: its matches in the report; reports: how many have any.

    points: of the score; in_title: whether some of them are for standing in the title; together: for standing in one
    paragraph with other parts, where this hit was among the best without that.
    """

    text: str
    mentions: int
    reports: int
    points: float
    in_title: bool
    together: bool = False

    def to_dict(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "mentions": self.mentions,
            "reports": self.reports,
            "points": round(self.points, 4),
            "in_title": self.in_title,
            "together": self.together,
        }


@dataclass(frozen=True, slots=True)
class Hit:
    """A report that answers. mentions: all matches in it.

    explanation: why it stands where it does, best reason first; None unless it was asked for.
    """

    report: Report
    score: float
    mentions: int
    passages: tuple[Passage, ...]
    explanation: tuple[Contribution, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        explained = None if self.explanation is None else [each.to_dict() for each in self.explanation]
        return {
            "report": self.report.to_dict(),
            "score": round(self.score, 4),
            "mentions": self.mentions,
            "passages": [passage.to_dict() for passage in self.passages],
            "explanation": explained,
        }


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many hits have a value. value None: those of which it is not known."""

    value: str | int | None
    count: int

    def to_dict(self) -> dict[str, Any]:
        return {"value": self.value, "count": self.count}


@dataclass(frozen=True, slots=True)
class Results:
    """One page of answers. total: hits on all pages. parsed: the query as it was understood, in the query language.

    cases: how many cases the hits belong to; a report of no known case is one of its own. suggestion: a query that may
    have been meant; never applied by itself.
    """

    text: str
    parsed: str
    expansions: tuple[Expansion, ...]
    diagnostics: tuple[Diagnostic, ...]
    generation: str
    built_at: str
    coverage: Coverage
    total: int
    elapsed_ms: float
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetValue, ...]] = field(default_factory=dict)
    suggestion: str | None = None
    cases: int = 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is to be told of the query and of what was searched, as sentences."""
        return sentences(self.diagnostics)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def to_pandas(self) -> Any:
        """The passages as a pandas DataFrame, one row each; a hit without passages is a row without a text.

        Raises UsageError where pandas is not installed. All mentions: search with limit=None and per_report=None.
        """
        try:
            pandas = import_module("pandas")
        except ImportError as error:
            raise UsageError("pandas is not installed. Run `pip install pandas`, or use to_dict().") from error
        return pandas.DataFrame(list(self.rows()), columns=list(COLUMNS))

    def rows(self) -> Iterator[dict[str, Any]]:
        """A flat row for each passage, as a table wants it. See COLUMNS."""
        for hit in self.hits:
            known = {name: getattr(hit.report, name) for name in REPORT_COLUMNS[1:]}
            for passage in hit.passages or (None,):
                row = {"report": hit.report.id, **known, "score": hit.score}
                if passage is not None:
                    row |= passage.to_dict() | {
                        "section": passage.section_kind.value,
                        "heading": passage.section_heading,
                        "mentions": len(passage.highlights),
                    }
                yield {name: row.get(name) for name in COLUMNS}

    def to_dict(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "query": {
                "text": self.text,
                "parsed": self.parsed,
                "expansions": [expansion.to_dict() for expansion in self.expansions],
                "warnings": list(self.warnings),
                "warning_codes": [each.code.key for each in self.diagnostics],
            },
            "generation": {"id": self.generation, "built_at": self.built_at},
            "coverage": self.coverage.to_dict(),
            "total": self.total,
            "cases": self.cases,
            "elapsed_ms": round(self.elapsed_ms, 1),
            "suggestion": self.suggestion,
            "hits": [hit.to_dict() for hit in self.hits],
            "facets": {name: [value.to_dict() for value in values] for name, values in self.facets.items()},
        }
