"""Answers a search request: parse, evaluate, filter, rank, choose passages, count facets."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import chain
from operator import or_
from pathlib import Path
from types import TracebackType
from typing import Self, Unpack

from corpus.errors import NotFound, UsageError
from corpus.model import Item, ItemKind, SectionKind, Text
from corpus.report import Coverage, Report
from corpus.themes import Themes
from index.matching.deadline import MAX_SECONDS, Deadline
from index.matching.evaluator import Evaluator
from index.matching.matches import EVERY_KIND, Match, Words, all_mentions
from index.matching.result_set import Answer, Kinds
from index.ranking_policy import SNIPPET_MIN_IDF_SHARE
from index.storage.engine import KINDS
from search.answering import facets, suggestions
from search.answering.cited import numbers_asked, with_cited
from search.answering.passages import best_paragraphs, passages
from search.answering.ranking import idf
from search.answering.similar import Alike, similar_passages, similar_reports
from search.answering.theme_index import theme_lookup
from search.diagnostics import Code, Diagnostic, diagnostic, sentences
from search.filters import EVERYTHING, Filters
from search.parsing.parser import parse
from search.request import Group, SearchOptions, SearchRequest, Sort
from search.results import Contribution, Expansion, FacetValue, Hit, Results
from search.session import Session

_MORE_TERMS = 40  # of an expansion that are shown
_ROUNDING = 1e-9  # of a sum of floating-point numbers


class Searcher:
    """Answers queries from one generation of a library's index. For one thread at a time; close it or use it in a
    `with`. thorough: hash every byte of the index first.
    """

    def __init__(self, database: Path, index: Path, themes: Themes, *, thorough: bool = False) -> None:
        self._session = Session(database, index, themes, thorough=thorough)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index and the corpus."""
        self._session.close()

    def lost(self) -> bool:
        """Whether a report was removed since it was opened: its text can no longer be shown."""
        return self._session.lost()

    @property
    def generation(self) -> str:
        """The id of the generation that answers."""
        return self._session.generation.manifest.id

    @property
    def built_at(self) -> str:
        """When that generation was built: UTC, ISO 8601."""
        return self._session.generation.manifest.built_at

    @property
    def themes(self) -> Themes:
        """The vocabulary that queries are read with."""
        return self._session.themes

    @property
    def coverage(self) -> Coverage:
        """What is searched and what is not."""
        return self._session.coverage

    def text(self, report: str) -> Text:
        """The whole text of a report (full id), as this generation knows it."""
        return self._session.text(report)

    def items(self, report: str, kind: ItemKind | None = None) -> list[Item]:
        """The recommendations and findings of a report (full id), or those of one kind."""
        return self._session.items(report, kind)

    def themed(self) -> dict[str, set[int]]:
        """The documents that have each theme, by its name in the order of the vocabulary."""
        return self._session.themed

    def search(
        self, query: str | SearchRequest, filters: Filters = EVERYTHING, **options: Unpack[SearchOptions]
    ) -> Results:
        """Answer a request, or a query with its filters and options.

        Raises QueryRefused when the query is beyond a limit. Odd text is read as well as possible, with warnings.
        """
        began = time.perf_counter()
        request = query if isinstance(query, SearchRequest) else SearchRequest(query, filters, **options)
        head, hits = self.stream(request)
        found = tuple(hits)
        return replace(head, hits=found, elapsed_ms=(time.perf_counter() - began) * 1000)

    def stream(self, request: SearchRequest, *, seconds: float = MAX_SECONDS) -> tuple[Results, Iterator[Hit]]:
        """The answer without its hits, and the hits, each made when it is taken, so that a hundred thousand mentions
        need not fit in memory. Take the hits before the next query. seconds: how long finding the reports may take.
        """
        began = time.perf_counter()
        if request.facets:
            _ = self._session.themed  # once for a generation, and not within the deadline of the query
        deadline = Deadline(seconds)
        parsed = parse(
            request.query, theme_lookup(self._session.themes), [theme.name for theme in self._session.themes.themes]
        )
        evaluator = self._session.evaluator(deadline)
        whole = evaluator.evaluate(parsed.tree)
        chosen, unfit = self._chosen(request.filters)
        mask = _section_mask(request.filters.sections)
        answer = self._filtered(whole, chosen, mask, evaluator)
        scores = self._session.ranking.scores(answer.matches, answer.documents, self._session.layout, deadline.check)
        ordered, cases = self._grouped(self._order(answer, request.sort, scores, deadline), request.group)
        end = None if request.limit is None else request.offset + request.limit
        page = ordered[request.offset : end]
        shown = [(document, scores[document]) for document in page]
        older = [diagnostic(Code.INDEX, sentence=sentence) for sentence in self._session.generation.warnings]
        said = [*older, *self._theme_problems(request.query), *parsed.diagnostics, *unfit]
        more, asked = suggestions.only_in_titles(parsed.tree, whole, evaluator, self._session.titles)
        suggestion = None
        if not whole.documents:
            said += suggestions.why_nothing(parsed.tree, evaluator)
            suggestion = str(asked) if asked else suggestions.suggestion(parsed.tree, evaluator)
        elif not answer.documents:
            said.append(diagnostic(Code.FILTERED_OUT, number=len(whole.documents)))
        if asked:
            said.append(diagnostic(Code.TITLE_ONLY, number=len(more), query=str(asked)))
        head = Results(
            text=request.query,
            parsed=str(parsed.tree),
            expansions=_expansions(answer.matches),
            diagnostics=tuple(said),
            generation=self.generation,
            built_at=self.built_at,
            coverage=self.coverage,
            total=len(ordered),
            elapsed_ms=(time.perf_counter() - began) * 1000,
            hits=(),
            facets=self._facets(whole, answer, chosen, mask) if request.facets else {},
            suggestion=suggestion,
            cases=cases,
        )
        cited = [evaluator.numbered(number) for number in numbers_asked(parsed.tree)]
        hits = self._hits(shown, answer, cited, request, None if request.limit is None else deadline)
        return head, hits

    def reports(self, filters: Filters = EVERYTHING) -> list[Report]:
        """The reports that pass the filters, in the order of their ids, including those without readable text."""
        chosen, _ = self._chosen(filters)
        documents = set(self._session.reports).intersection(*chosen.values())
        return sorted((self._session.reports[document] for document in documents), key=lambda report: report.id)

    def remarks(self, text: str, filters: Filters = EVERYTHING) -> tuple[str, ...]:
        """What an answer would say of how a query and its filters are read, for an analysis, whose rows do not say it.

        text: may be empty; then only the filters are looked at.
        """
        if not text:
            return sentences(self._chosen(filters)[1])
        head, _ = self.stream(SearchRequest(text, filters, limit=0, per_report=0, facets=False))
        return head.warnings

    def similar(self, report: str, paragraph: int | None, limit: int) -> list[Alike]:
        """The reports most like one (full id), or the passages most like the paragraph of it with that ordinal."""
        document = next((d for d, known in self._session.reports.items() if known.id == report), None)
        if document is None:
            raise NotFound("This report is not in the index yet. Run `reviews update`.")
        if paragraph is None:
            return similar_reports(self._session.snapshot, self._session.store, self._session.reports, document, limit)
        return similar_passages(
            self._session.snapshot, self._session.store, self._session.reports, document, paragraph, limit
        )

    # Filters and facets

    def _chosen(self, filters: Filters) -> tuple[dict[str, set[int]], list[Diagnostic]]:
        """The documents that meet each filter, by the name of its facet, and notes on values that no report has."""
        chosen: dict[str, set[int]] = {}
        said = []
        for name, values in filters.values().items():
            found = {value: self._session.conditions.with_value(name, value) for value in values}
            chosen[name] = set().union(*found.values())
            said += [diagnostic(Code.VALUE_UNKNOWN, name=name, wanted=value) for value in values if not found[value]]
        if filters.years:
            chosen["year"] = self._session.conditions.between(filters.years)
        if filters.themes:
            chosen["theme"] = set().union(*(self._having(name) for name in filters.themes))
        return chosen, said

    def _having(self, name: str) -> set[int]:
        theme = self._session.themes.find(name)
        if theme is None:
            near = " or ".join(f"“{each}”" for each in self._session.themes.close(name))
            raise UsageError(
                f"There is no theme “{name}”. " + (f"Did you mean {near}?" if near else "`reviews themes` lists them.")
            )
        return self._session.themed[theme.name]

    def _filtered(self, whole: Answer, chosen: Mapping[str, set[int]], mask: int, evaluator: Evaluator) -> Answer:
        """mask: the section mask in which the words must occur."""
        documents = whole.documents.intersection(*chosen.values())
        if mask == EVERY_KIND:
            return Answer(documents, whole.matches, whole.kinds)
        matches = [evaluator.within(match, mask) for match in whole.matches]
        return Answer(_in_sections(documents, whole.kinds, mask), matches, whole.kinds)

    def _facets(
        self, whole: Answer, answer: Answer, chosen: Mapping[str, set[int]], mask: int
    ) -> dict[str, tuple[FacetValue, ...]]:
        """The counts over all hits; those of a facet that is filtered by, as if its own filter were not there."""

        kinds = whole.kinds

        def without(name: str) -> set[int]:
            if name not in chosen and (name != "section" or mask == EVERY_KIND):
                return answer.documents
            found = whole.documents.intersection(*(having for other, having in chosen.items() if other != name))
            anywhere = name == "section" or mask == EVERY_KIND
            return found if anywhere else _in_sections(found, kinds, mask)

        counted = {name: self._session.counting.of_reports(name, without(name)) for name in facets.OF_A_REPORT}
        counted["section"] = facets.of_sections(without("section"), kinds)
        counted["theme"] = facets.of_themes(
            facets.mask(without("theme"), self._session.size), self._session.theme_masks
        )
        return counted

    # Hits

    def _hits(
        self,
        shown: Sequence[tuple[int, float]],
        answer: Answer,
        cited: Sequence[Words],
        request: SearchRequest,
        deadline: Deadline | None,
    ) -> Iterator[Hit]:
        """cited: the positions of the paragraphs that the query names by number. deadline: None for a list of all hits,
        which may take as long as it needs.
        """
        weighted = [(match, idf(match, len(self._session.reports))) for match in answer.matches]
        highest = max((weight for _, weight in weighted), default=0.0)
        distinctive = [match for match, weight in weighted if weight >= SNIPPET_MIN_IDF_SHARE * highest]
        lengths, documents = self._session.snapshot.lengths(), self._session.snapshot.documents()
        for document, score in shown:
            if deadline:
                deadline.check()
            layout = self._session.layout(document)
            spans = answer.mentions(document)
            ordinals = best_paragraphs(weighted, document, layout, lengths[document], request.per_report)
            ordinals = with_cited(ordinals, cited, document, layout, request.per_report)
            around = all_mentions(distinctive, document) if len(distinctive) < len(weighted) else None
            every = request.per_report is None
            found = passages(
                self._session.store, documents[document], ordinals, spans, layout, every=every, around=around
            )
            yield Hit(
                report=self._session.reports[document],
                score=score,
                mentions=len(spans),
                passages=tuple(found),
                explanation=self._explained(answer.matches, document, score) if request.explain else None,
            )

    def _explained(self, matches: Sequence[Match], document: int, score: float) -> tuple[Contribution, ...]:
        points = {
            number: self._session.ranking.points(match, {document})[document]
            for number, match in enumerate(matches)
            if document in match.documents
        }
        together: Mapping[int, float] = {}
        if score > sum(points.values()) + _ROUNDING:
            together = self._session.ranking.proximity(matches, document, self._session.layout(document))
        found = [
            Contribution(
                text=matches[number].text,
                mentions=len(all_mentions([matches[number]], document)),
                reports=len(matches[number].documents),
                points=each + together.get(number, 0.0),
                in_title=document in self._session.titles.having(matches[number].terms),
                together=number in together,
            )
            for number, each in points.items()
        ]
        return tuple(sorted(found, key=lambda each: -each.points))

    def _order(self, answer: Answer, sort: Sort, scores: Mapping[int, float], deadline: Deadline) -> list[int]:
        """The hits. Ties are broken by relevance and then by report id: always the same order."""
        rounded = {
            document: int(scores[document] / _ROUNDING + 0.5) for document in self._session.by_id if document in scores
        }
        ordered = sorted(rounded, key=rounded.__getitem__, reverse=True)
        if sort == "relevance":
            return ordered
        if sort == "mentions":
            counts = answer.counts(deadline.check)
            return sorted(ordered, key=lambda document: -counts[document])
        unknown = "" if sort == "newest" else "9999"
        return sorted(ordered, key=lambda document: self._date(document) or unknown, reverse=sort == "newest")

    def _date(self, document: int) -> str | None:
        report = self._session.reports[document]
        date = report.published or report.year
        return str(date) if date else None

    def _grouped(self, ordered: list[int], group: Group) -> tuple[list[int], int]:
        """The hits with those of one case moved up to the first of them, and the number of cases."""
        different = len(set(map(self._session.cases.__getitem__, ordered)))
        if group == "none" or different == len(ordered):
            return ordered, different
        cases: dict[str | int, list[int]] = {}
        for document in ordered:
            cases.setdefault(self._session.cases[document], []).append(document)
        return list(chain.from_iterable(cases.values())), different

    def _theme_problems(self, text: str) -> list[Diagnostic]:
        """The problems in the theme files, if the query may use a theme."""
        problems = self._session.themes.problems if "theme:" in text.lower() else ()
        return [diagnostic(Code.THEME_FILE, file=p.file, line=p.line, message=p.message) for p in problems]


def _section_mask(sections: Sequence[str]) -> int:
    """The section mask of some kinds of section, or of all if none is named."""
    return reduce(or_, (1 << KINDS.index(SectionKind(name)) for name in sections), 0) or EVERY_KIND


def _in_sections(documents: set[int], kinds: Kinds, mask: int) -> set[int]:
    """The documents in which the query is true within the sections of a mask."""
    asked = list(documents)
    return {document for document, held in zip(asked, kinds(asked), strict=True) if held & mask}


def _expansions(matches: Sequence[Match]) -> tuple[Expansion, ...]:
    found = {m.text: Expansion(m.text, m.terms[:_MORE_TERMS], len(m.documents)) for m in matches}
    return tuple(found.values())
