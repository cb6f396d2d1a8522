"""One question, one answer: parse, evaluate, rank, choose passages, count."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any, Literal, Self

from corpus.errors import UsageError
from corpus.model import Coverage, SectionKind
from corpus.store import Store
from corpus.themes import Themes
from index import analysis, generations
from index.build import open_snapshot
from index.evaluate import Answer, Deadline, Evaluator
from index.matches import Match
from index.query import And, Field, In, Nothing, Or, Query
from search.parser import parse
from search.passages import best_paragraphs, passages
from search.ranking import Ranking, rarity
from search.results import Expansion, FacetValue, Hit, Results, facet

Sort = Literal["relevance", "newest", "oldest", "mentions"]
FACETS = ("year", "board", "kind", "type")
_MORE_TERMS = 40  # of an expansion that are shown


@dataclass(frozen=True, slots=True)
class Filters:
    """What a hit must be besides answering the query. Any value of one filter will do; all filters must hold.

    years: (first, last), both included, either may be None. sections: the words must stand in such a section.
    reports: full ids.
    """

    years: tuple[int | None, int | None] | None = None
    boards: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()

    def apply(self, query: Query) -> Query:
        """The query with the filters as parts of it."""
        if self.sections:
            query = _either(tuple(In(section_kind(section), query) for section in self.sections))
        parts = [query]
        for name, values in (
            ("board", self.boards),
            ("kind", self.kinds),
            ("type", self.types),
            ("id", self.reports),
        ):
            if values:
                parts.append(_either(tuple(Field(name, value) for value in values)))
        if self.years:
            first, last = ("" if year is None else str(year) for year in self.years)
            parts.append(Field("year", f"{first}..{last}"))
        return parts[0] if len(parts) == 1 else And(tuple(parts))


def section_kind(name: str) -> str:
    """A kind of section by its name, however it is written. Raises UsageError with the names there are."""
    wanted = " ".join(name.replace("-", " ").replace("_", " ").lower().split())
    if wanted not in tuple(SectionKind):
        raise UsageError(f"There is no kind of section called {name!r}. There are: {', '.join(SectionKind)}.")
    return wanted


class Searcher:
    """One generation of a library's index, open for questions. For one thread at a time; close it or use it in a
    `with`.
    """

    def __init__(self, database: Path, index: Path, themes: Themes) -> None:
        self._generation = generations.current(index)
        self._themes = themes
        self._store = Store.open(database, read_only=True)
        self._snapshot = open_snapshot(self._generation)
        described = self._generation.reports()
        self._reports: dict[int, dict[str, Any]] = {
            document: described[reading] for document, reading in self._snapshot.documents().items()
        }
        self._titles: dict[int, frozenset[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index and the corpus."""
        self._snapshot.close()
        self._store.close()

    @property
    def generation(self) -> str:
        """The id of the generation that answers."""
        return self._generation.manifest.id

    @property
    def coverage(self) -> Coverage:
        """What is searched and what is not."""
        return self._generation.manifest.coverage

    def search(
        self,
        text: str,
        filters: Filters = Filters(),
        *,
        sort: Sort = "relevance",
        limit: int | None = 10,
        offset: int = 0,
        per_report: int | None = 3,
    ) -> Results:
        """Answer a query. per_report: how many passages of each hit, None for every mention in order.

        Raises QueryRefused when the query is beyond a limit; odd text is read as well as can be, with warnings.
        """
        began = time.perf_counter()
        head, hits = self.stream(text, filters, sort=sort, limit=limit, offset=offset, per_report=per_report)
        found = tuple(hits)
        return replace(head, hits=found, elapsed_ms=(time.perf_counter() - began) * 1000)

    def stream(
        self,
        text: str,
        filters: Filters = Filters(),
        *,
        sort: Sort = "relevance",
        limit: int | None = None,
        offset: int = 0,
        per_report: int | None = None,
    ) -> tuple[Results, Iterator[Hit]]:
        """The same answer, with its hits apart, each made when it is asked for: a hundred thousand mentions do not sit
        in memory. `hits` of the Results is empty. Use the hits before the next question.
        """
        began = time.perf_counter()
        parsed = parse(text, self._theme, [theme.name for theme in self._themes.themes])
        evaluator = Evaluator(self._snapshot, self._matching, Deadline())
        asked = filters.apply(parsed.tree)
        answer = evaluator.evaluate(asked)
        ordered = self._order(answer, sort)
        shown = ordered[offset:] if limit is None else ordered[offset : offset + limit]
        total = len(self._snapshot.documents())
        weighted = [(match, rarity(match, total)) for match in answer.matches]
        hits = (self._hit(document, score, answer, weighted, per_report) for document, score in shown)
        head = Results(
            text=text,
            parsed=str(parsed.tree),
            expansions=_expansions(answer.matches),
            warnings=(*self._generation.warnings, *parsed.warnings, *_why_nothing(evaluator, asked, answer)),
            generation=self.generation,
            built_at=self._generation.manifest.built_at,
            coverage=self.coverage,
            total=len(ordered),
            elapsed_ms=(time.perf_counter() - began) * 1000,
            hits=(),
            facets={name: self._facet(name, [document for document, _ in ordered]) for name in FACETS},
        )
        return head, hits

    def reports(self, filters: Filters = Filters()) -> list[dict[str, Any]]:
        """The reports that can be searched and that the filters let through, in the order of their ids: the N of
        "n of N".
        """
        evaluator = Evaluator(self._snapshot, self._matching, Deadline())
        conditions = replace(filters, sections=()).apply(Nothing())
        documents: Iterable[int] = self._reports
        if isinstance(conditions, And):
            documents = evaluator.evaluate(And(conditions.parts[1:])).documents
        found = (self._reports[document] for document in documents)
        return sorted((r for r in found if r["unread_pages"] < r["pages"]), key=lambda report: str(report["id"]))

    def _theme(self, name: str) -> tuple[str, tuple[str, ...]] | None:
        theme = self._themes.find(name)
        return (theme.name, theme.queries) if theme else None

    def _hit(
        self,
        document: int,
        score: float,
        answer: Answer,
        weighted: Sequence[tuple[Match, float]],
        per_report: int | None,
    ) -> Hit:
        layout = self._snapshot.layout(document)
        reading = self._snapshot.documents()[document]
        spans = answer.mentions(document)
        ordinals = best_paragraphs(weighted, document, layout, self._snapshot.lengths()[document], per_report)
        return Hit(
            report=self._reports[document],
            score=score,
            mentions=len(spans),
            passages=tuple(passages(self._store, reading, ordinals, spans, layout, every=per_report is None)),
        )

    def _order(self, answer: Answer, sort: Sort) -> list[tuple[int, float]]:
        """The hits with their scores. Ties are broken by relevance and then by report id: always the same order."""
        titles = {document: self._title(document) for document in answer.documents}
        ranking = Ranking(answer.matches, self._snapshot.lengths(), titles)
        scored = [(document, ranking.score(document)) for document in answer.documents]
        scored.sort(key=lambda hit: (-round(hit[1], 9), self._reports[hit[0]]["id"]))
        match sort:
            case "newest":
                scored.sort(key=lambda hit: self._date(hit[0]) or "", reverse=True)
            case "oldest":
                scored.sort(key=lambda hit: self._date(hit[0]) or "9999")
            case "mentions":
                scored.sort(key=lambda hit: -len(answer.mentions(hit[0])))
        return scored

    def _date(self, document: int) -> str | None:
        report = self._reports[document]
        date = report["published"] or report["year"]
        return str(date) if date else None

    def _title(self, document: int) -> frozenset[str]:
        if document not in self._titles:
            self._titles[document] = frozenset(term for term, _ in analysis.terms(self._reports[document]["title"]))
        return self._titles[document]

    def _facet(self, name: str, documents: Iterable[int]) -> tuple[FacetValue, ...]:
        return facet([self._reports[document][name] for document in documents], by_count=name != "year")

    def _matching(self, condition: Field) -> set[int]:
        """The documents that a condition on the report is true of."""
        if condition.name == "year":
            first, last = _years(condition.value)
            years = ((document, report["year"]) for document, report in self._reports.items())
            return {document for document, year in years if year is not None and first <= year <= last}
        wanted = {term for term, _ in analysis.terms(condition.value)}
        return {document for document, report in self._reports.items() if wanted <= _words(report, condition.name)}


def _words(report: Mapping[str, Any], name: str) -> set[str]:
    """The words of what is known of a report; of `file`, those of all its names, without folders."""
    values = [PurePath(path).name for path in report["files"]] if name == "file" else [report[name]]
    return {term for value in values if value is not None for term, _ in analysis.terms(str(value))}


def _years(value: str) -> tuple[int, int]:
    first, dots, last = value.partition("..")
    return int(first or 0), int(last or 9999) if dots else int(first)


def _either(parts: tuple[Query, ...]) -> Query:
    return parts[0] if len(parts) == 1 else Or(parts)


def _expansions(matches: Sequence[Match]) -> tuple[Expansion, ...]:
    found = {m.text: Expansion(m.text, m.terms[:_MORE_TERMS], len(m.documents)) for m in matches}
    return tuple(found.values())


def _why_nothing(evaluator: Evaluator, asked: Query, answer: Answer) -> Sequence[str]:
    """For an answer without hits: which parts of the query occur nowhere, or that they never occur together."""
    if answer.documents or isinstance(asked, Nothing):
        return ()
    parts = asked.parts if isinstance(asked, And) else (asked,)
    absent = [part for part in parts if not evaluator.evaluate(part).documents]
    if absent:
        return [f"`{part}` fits none of the reports that were searched." for part in absent]
    return ["Each part of the query fits some report, but no report has them all."]
