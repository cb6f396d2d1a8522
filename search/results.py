"""The answer to a search, as plain values. `to_dict()` is the JSON API; results.schema.json describes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from corpus.model import SectionKind
from corpus.report import Coverage, Report
from search.diagnostics import Diagnostic, sentences

if TYPE_CHECKING:
    from search.tables.frames import Table

REPORT_COLUMNS = ("report", "title", "board", "area", "child", "kind", "type", "year", "year_source", "case", "file")
COLUMNS = (
    *REPORT_COLUMNS, "score", "page", "page_label", "paragraph", "ordinal", "section", "heading", "confidence",
    "mentions", "mention_ids", "text",
)  # fmt: skip
"""The columns of a table of passages. `mentions` is how many are in the passage."""

VERSION = 1
"""The version of the JSON. It increases when a key is removed or changes its meaning. New keys can appear any time."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """The words that a clause was expanded to: `neglect` → neglect, neglected. `reports` is how many have any of them.

    `mentions` counts this clause alone in the reports of the answer. It is None unless all hits with every mention were
    requested. Clauses can overlap, so these add up to at least the mentions of the query.
    """

    text: str
    terms: tuple[str, ...]
    reports: int
    mentions: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "terms": list(self.terms), "reports": self.reports, "mentions": self.mentions}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the expansion that `to_dict` converted to a dictionary."""
        return cls(data["text"], tuple(data["terms"]), data["reports"], data.get("mentions"))


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, or the part of it that is on one page, verbatim.

    `page` (1-based) is where `text` begins. `page_end` is where it ends, which is another page only if a match runs
    over the page break. `page_label` is the label of the page in the PDF. `paragraph` is the printed number, if any.
    `ordinal` is the index of the paragraph in the report (0-based). `offset` is where in the paragraph `text` begins,
    in characters. `highlights` are (start, end) characters of `text`, end exclusive; each is one match, with a phrase
    as a whole. `mentions` are the spans that are counted, in the same form: the highlights or, for plain words, the
    places where they occur together. `more_before` and `more_after` are whether the paragraph continues outside `text`.
    `ocr` is whether the page was read by OCR, and `confidence` the confidence of that OCR, from 0 to 100.
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
    mentions: tuple[tuple[int, int], ...] = ()
    more_before: bool = False
    more_after: bool = False
    ocr: bool = False
    confidence: float | None = None

    def mention_ids(self, report: str) -> tuple[str, ...]:
        """Return the id of each mention: report (full id), ordinal of the paragraph, and first character in it."""
        return tuple(f"{report}:{self.ordinal}:{self.offset + start}" for start, _ in self.mentions)

    def to_dict(self, report: str) -> dict[str, Any]:
        """Convert to a dictionary. `report` is the full id, which the ids of mentions need."""
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
            "mentions": [list(pair) for pair in self.mentions],
            "mention_ids": list(self.mention_ids(report)),
            "more_before": self.more_before,
            "more_after": self.more_after,
            "ocr": self.ocr,
            "confidence": self.confidence,
        }


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one part of the query contributed to a hit.

    `mentions` are its matches in the report, and `reports` is how many have any. `points` is its share of the score.
    `in_title` means that some of the points are for a match in the title. `together` means that some are for being in
    one paragraph with other parts, which is only examined in the best hits.
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
    """A report that matches.

    `mentions` is the number of all mentions in it. `together` is whether it has plain words in one paragraph, or None
    for other queries. `lacks` are the words that a report with most of them does not have. `explanation` is what its
    score consists of, largest part first, or None unless requested.
    """

    report: Report
    score: float
    mentions: int
    passages: tuple[Passage, ...]
    explanation: tuple[Contribution, ...] | None = None
    together: bool | None = None
    lacks: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        explained = None if self.explanation is None else [each.to_dict() for each in self.explanation]
        return {
            "report": self.report.to_dict(),
            "score": round(self.score, 4),
            "mentions": self.mentions,
            "together": self.together,
            "lacks": list(self.lacks),
            "passages": [passage.to_dict(self.report.id) for passage in self.passages],
            "explanation": explained,
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Another place where a paragraph occurs: in another report, or again in the same one.

    `paragraph` is its printed number.
    """

    report: Report
    page: int
    paragraph: str | None
    ordinal: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "report": self.report.id,
            "title": self.report.title,
            "page": self.page,
            "paragraph": self.paragraph,
            "ordinal": self.ordinal,
        }


@dataclass(frozen=True, slots=True)
class Listed:
    """A passage in the list of the best passages of all reports. `also_in` is where else the same paragraph occurs."""

    report: Report
    passage: Passage
    also_in: tuple[Place, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "report": self.report.to_dict(),
            "passage": self.passage.to_dict(self.report.id),
            "also_in": [place.to_dict() for place in self.also_in],
        }


@dataclass(frozen=True, slots=True)
class InOtherWords:
    """Passages that a language model finds near a query. They are not part of the answer.

    `unread` is how many paragraphs the model has not read yet. `problem` says why there are none, as a sentence.
    """

    passages: tuple[Listed, ...]
    unread: int
    problem: str | None = None

    @property
    def note(self) -> str:
        """Return what a reader must know about them."""
        said = "Found by a language model on this machine; most will not fit; nothing here is counted."
        if self.unread:
            some = "1 paragraph" if self.unread == 1 else f"{self.unread:,} paragraphs"
            said += f" It has not read {some} yet: the next update reads them."
        return said

    def to_dict(self) -> dict[str, Any]:
        return {
            "note": self.note,
            "passages": [each.to_dict() for each in self.passages],
            "unread_paragraphs": self.unread,
            "problem": self.problem,
        }


@dataclass(frozen=True, slots=True)
class FacetValue:
    """How many hits have a value. A `value` of None counts the hits whose value is unknown."""

    value: str | int | None
    count: int

    def to_dict(self) -> dict[str, Any]:
        return {"value": self.value, "count": self.count}


@dataclass(frozen=True, slots=True)
class Offer:
    """A further query to offer with an answer. It finds something, and is never applied automatically.

    `kind` is "theme" (the theme covers what was typed), "part" (it covers a part), "spelling", "title" (the words are
    only in titles), "wider" (less strict, if there are no hits), "family" (words that begin like the one typed but are
    not its forms) or "also" (other names). `reports` is how many it finds, with the filters of the search. `name` is
    the theme, or what was typed. `words` are the theme's terms (of "part", after the one typed), or the other words.
    """

    kind: str
    query: str
    reports: int
    name: str = ""
    words: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "query": self.query,
            "reports": self.reports,
            "name": self.name or None,
            "words": list(self.words),
        }


@dataclass(frozen=True, slots=True)
class Results:
    """One page of answers.

    `total` is the number of hits on all pages. `parsed` is the query as it was understood, in the query language.
    `cases` is how many cases the hits belong to; a report without a known case counts as its own case. `suggestion` is
    a query that may have been meant; it is never applied automatically. `offers` are all further queries, including the
    suggestion, each with its count; there are none for a list of all hits.
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
    offers: tuple[Offer, ...] = ()
    cases: int = 0
    together: int | None = None
    apart: int | None = None
    most: tuple[Hit, ...] | None = None
    passages: tuple[Listed, ...] | None = None
    more_passages: bool = False
    meaning: InOtherWords | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return notes and warnings about the query and what was searched, as sentences."""
        return sentences(self.diagnostics)

    @property
    def split(self) -> str:
        """How many reports have plain words together, and how many apart. Empty for other queries and without hits."""
        words = "the words in one paragraph"
        if not self.together:
            return f"none has {words}" if self.apart else ""
        if self.together == self.total:  # if others have them apart, they were not requested
            more = (
                f"; {self.apart:,} more {'has' if self.apart == 1 else 'have'} them further apart" if self.apart else ""
            )
            return f"{'all have' if self.total > 1 else 'it has'} {words}{more}"
        return f"{self.together:,} {'has' if self.together == 1 else 'have'} {words}, {self.apart:,} further apart"

    @property
    def of_most(self) -> str:
        """Return what the reports in `most` have, for a heading."""
        return "one of these words" if len(self.expansions) == 2 else "most of these words"

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def to_pandas(self) -> Any:
        """Return the passages as a pandas DataFrame, one row each. A hit without passages is a row without a text.

        Raises UsageError if pandas is not installed. To get all mentions, search with limit=None and per_report=None.
        """
        return self.table().to_pandas()

    def to_polars(self) -> Any:
        """Return the passages as a polars DataFrame. See `to_pandas`."""
        return self.table().to_polars()

    def to_arrow(self) -> Any:
        """Return the passages as a pyarrow Table. See `to_pandas`."""
        return self.table().to_arrow()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Export the passages to a library with the Arrow PyCapsule interface, such as duckdb. Needs pyarrow."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def table(self) -> Table:
        """Return the passages as a table with typed columns."""
        from search.tables.frames import Table

        return Table(self.rows(), COLUMNS)

    def _repr_html_(self) -> str:
        from search import notebook

        return notebook.html(self)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a flat row for each passage, with the columns in COLUMNS. Those of a list have no score."""
        for listed in self.passages or ():
            yield _row(listed.report, None, listed.passage)
        for hit in self.hits:
            for passage in hit.passages or (None,):
                yield _row(hit.report, hit.score, passage)

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
            "together": self.together,
            "apart": self.apart,
            "elapsed_ms": round(self.elapsed_ms, 1),
            "suggestion": self.suggestion,
            "offers": [offer.to_dict() for offer in self.offers],
            "hits": [hit.to_dict() for hit in self.hits],
            "most": None if self.most is None else [hit.to_dict() for hit in self.most],
            "passages": None if self.passages is None else [each.to_dict() for each in self.passages],
            "more_passages": self.more_passages,
            "meaning": None if self.meaning is None else self.meaning.to_dict(),
            "facets": {name: [value.to_dict() for value in values] for name, values in self.facets.items()},
        }


def _row(report: Report, score: float | None, passage: Passage | None) -> dict[str, Any]:
    row = {"report": report.id, **{name: getattr(report, name) for name in REPORT_COLUMNS[1:]}, "score": score}
    if passage is not None:
        row |= passage.to_dict(report.id) | {
            "section": passage.section_kind.value,
            "heading": passage.section_heading,
            "mentions": len(passage.mentions),
            "mention_ids": "; ".join(passage.mention_ids(report.id)),
        }
    return {name: row.get(name) for name in COLUMNS}
