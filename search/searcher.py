"""Answer a search request: parse, evaluate, filter, rank, choose passages, count facets."""

from __future__ import annotations

import time
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack

from corpus.errors import NotFound
from corpus.model import Item, ItemKind, Paragraph, Text
from corpus.report import Coverage, Report
from corpus.themes import Theme, Themes
from index.deadline import MAX_SECONDS, Deadline
from index.function_words import is_function_word
from index.matching.evaluator import Evaluator
from index.matching.result_set import Answer
from index.matching.sections import EVERY_KIND
from index.query import Query
from index.ranking_policy import MOST_WORDS_FROM
from search.answering.cited import numbers_asked
from search.answering.theme_index import theme_lookup, theme_tree
from search.diagnostics import Code, Diagnostic, diagnostic, sentences
from search.filters import EVERYTHING, Filters
from search.hits.expansions import expansions
from search.hits.filtering import Chosen, chosen_by, facet_counts, filtered
from search.hits.ordering import ordered
from search.hits.passage_list import best_passages
from search.hits.reports import Hits
from search.hits.second_list import is_shown, most_words, second_list
from search.offers import suggestions
from search.offers.related import offers
from search.offers.themes import typed_words
from search.parsing.parser import Parsed, parse
from search.parsing.plain_words import as_meant
from search.report_conditions import section_mask
from search.request import SearchOptions, SearchRequest
from search.results import FacetValue, Hit, InOtherWords, Offer, Results
from search.session import Session

if TYPE_CHECKING:
    from corpus.storage.near_duplicates import Pair
    from search.answering.similar import Alike
    from search.offers.completions import Completion


@dataclass(frozen=True, slots=True)
class _Found:
    """What a query finds, before it is sorted.

    `whole` ignores the filters, and `counted` is the same for the reports that facets count. `near` are the reports of
    the answer that have plain words in one paragraph. `number` is how many reports match, before a restriction to
    these. `chosen` are the documents that pass each filter. `unfit` are the notes on the filters. `mask` is the section
    mask that words must be in.
    """

    parsed: Parsed
    evaluator: Evaluator
    whole: Answer
    counted: Answer
    answer: Answer
    near: set[int] | None
    number: int
    chosen: Chosen
    unfit: Sequence[Diagnostic]
    mask: int


class Searcher:
    """Answers queries from one generation of a library's index.

    For use by one thread at a time; close it or use it in a `with` block. With `thorough`, every byte of the index is
    hashed first. `model` is the folder of the language model for passages in other words, unless it is the model of the
    extra `meaning`.
    """

    def __init__(
        self, database: Path, index: Path, themes: Themes, *, thorough: bool = False, model: Path | None = None
    ) -> None:
        self._session = Session(database, index, themes, thorough=thorough, model=model)

    @classmethod
    def over(cls, session: Session) -> Self:
        """Return a searcher over a generation that is already open, such as one in a cluster.

        The searcher closes the session.
        """
        searcher = cls.__new__(cls)
        searcher._session = session
        return searcher

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def for_another_thread(self) -> Self:
        """Return a searcher for another thread. Both share the open index. Not for a cluster."""
        return self.over(self._session.for_another_thread())

    def prepare(self) -> None:
        """Compute what all queries need, so that searchers for other threads share it."""
        self._session.prepare()

    def close(self) -> None:
        """Close the index and the corpus."""
        self._session.close()

    def lost(self) -> bool:
        """Return whether a report has been removed since this was opened, so that its text can no longer be shown."""
        return self._session.lost()

    @property
    def generation(self) -> str:
        """The id of the generation that is searched."""
        return self._session.generation.manifest.id

    @property
    def state_key(self) -> Hashable:
        """What the answers depend on. Two searchers with equal values give the same answers."""
        return self._session.state_key

    @property
    def built_at(self) -> str:
        """When that generation was built: UTC, ISO 8601."""
        return self._session.generation.manifest.built_at

    @property
    def themes(self) -> Themes:
        """The theme vocabulary used to parse queries."""
        return self._session.themes

    @property
    def coverage(self) -> Coverage:
        """What is searched and what is not."""
        return self._session.coverage

    def text(self, report: str) -> Text:
        """Return the whole text of a report (full id), as this generation has it."""
        return self._session.text(report)

    def items(self, report: str, kind: ItemKind | None = None) -> list[Item]:
        """Return the recommendations and findings of a report (full id), or those of one kind."""
        return self._session.items(report, kind)

    def number_of_items(self, reports: Collection[str], kind: ItemKind | None = None) -> int:
        """Return how many recommendations and findings some reports (full ids) have, or how many of one kind."""
        return self._session.number_of_items(reports, kind)

    def words(self, sections: Sequence[str] = ()) -> dict[str, int]:
        """Return the number of searched words of each report, by full id.

        With kinds of section, count only words in them.
        """
        return self._session.words(section_mask(sections))

    def paragraphs(self, report: str, ordinals: Collection[int]) -> list[Paragraph]:
        """Return some paragraphs of a report (full id) in order, as this generation has them."""
        return self._session.paragraphs(report, ordinals)

    def near_duplicates(self) -> list[Pair]:
        """Return the pairs of reports that are almost identical."""
        return sorted(self._session.near_duplicates())

    def page_labels(self, report: str, numbers: Collection[int]) -> dict[int, str]:
        """Return the printed numbers of some pages of a report (full id), by page number."""
        return self._session.page_labels(report, numbers)

    def cache_problems(self) -> list[str]:
        """Return what is wrong with the cached data of the themes, as sentences."""
        return self._session.cache_problems()

    def themed(self) -> Mapping[str, set[int]]:
        """Return the documents that have each theme, by name, in the order of the vocabulary."""
        return self._session.themed

    def search(
        self, query: str | SearchRequest, filters: Filters = EVERYTHING, **options: Unpack[SearchOptions]
    ) -> Results:
        """Answer a request, or a query with its filters and options.

        Raises QueryRefused if the query exceeds a limit. Unusual text is parsed as well as possible, with warnings.
        """
        began = time.perf_counter()
        request = query if isinstance(query, SearchRequest) else SearchRequest(query, filters, **options)
        head, hits = self.stream(request)
        return replace(head, hits=tuple(hits), elapsed_ms=(time.perf_counter() - began) * 1000)

    def stream(self, request: SearchRequest, *, seconds: float = MAX_SECONDS) -> tuple[Results, Iterator[Hit]]:
        """Return the answer without its hits, and an iterator that computes the hits on demand.

        A hundred thousand mentions then do not need to fit in memory. Consume the hits before the next query. `seconds`
        is the time limit for finding the reports.
        """
        began = time.perf_counter()
        if request.facets:
            _ = self._session.themed  # once per generation, and outside the deadline of the query
        deadline = Deadline(seconds)
        found = self._find(request, deadline)
        answer, near = found.answer, found.near
        most = None
        if near is not None and len(answer.matches) >= MOST_WORDS_FROM:
            most = most_words(self._session, answer, deadline)
            scores = most.scores(answer.documents, near, answer.together)
        else:
            session = self._session
            scores = session.ranking.scores(answer, near, session.layout, session.expect, deadline.check)
        if answer.verbatim:
            for document, points in self._session.ranking.points(answer.verbatim, answer.documents).items():
                scores[document] += points
        cited = [found.evaluator.numbered(number) for number in numbers_asked(found.parsed.tree)]
        hits = Hits(self._session, answer, request, cited, most)
        documents, cases = ordered(self._session, answer, near, scores, request, hits.ranker, deadline.check)
        said, suggestion = self._said(request, found)
        in_time = None if request.limit is None else deadline
        listed, more = None, False
        page = documents[request.offset : None if request.limit is None else request.offset + request.limit]
        if request.view == "passages":
            listed, more = best_passages(self._session, answer, documents, request, hits, in_time)
            page = []
        head = Results(
            text=request.query,
            parsed=str(found.parsed.tree),
            expansions=expansions(answer, count=in_time is None and request.per_report is None, tick=deadline.check),
            diagnostics=tuple(said),
            generation=self.generation,
            built_at=self.built_at,
            coverage=self.coverage,
            total=len(documents),
            elapsed_ms=(time.perf_counter() - began) * 1000,
            hits=(),
            facets=self._facets(request, found, answer),
            suggestion=suggestion,
            offers=self._offers(request, found, suggestion) if request.limit else (),
            cases=cases,
            together=None if near is None else len(near),
            apart=None if near is None else found.number - len(near),
            most=self._with_most(request, found, deadline),
            passages=listed,
            more_passages=more,
            meaning=self._in_other_words(request, found, hits) if request.meaning else None,
        )
        return head, hits.of([(document, scores[document]) for document in page], in_time)

    def _find(self, request: SearchRequest, deadline: Deadline) -> _Found:
        parsed = self.parsed(request.query)
        evaluator = self._session.evaluator(deadline)
        whole = evaluator.evaluate(parsed.tree)
        if parsed.verbatim:
            (verbatim,) = evaluator.evaluate(parsed.verbatim).matches
            whole = Answer(whole.documents, whole.matches, whole.kinds, whole.together, verbatim)
        chosen, unfit = chosen_by(self._session, request.filters)
        mask = section_mask(request.filters.sections)
        answer = filtered(whole, chosen, mask, evaluator)
        number = len(answer.documents)
        near = answer.together.documents(answer.documents, deadline.check) if answer.together else None
        counted = whole
        if request.together and whole.together and near is not None:
            narrowed = number < len(whole.documents) or mask != EVERY_KIND
            counted = whole.only(whole.together.documents(whole.documents, deadline.check) if narrowed else near)
            answer = answer.only(near)
        return _Found(parsed, evaluator, whole, counted, answer, near, number, chosen, unfit, mask)

    def _said(self, request: SearchRequest, found: _Found) -> tuple[list[Diagnostic], str | None]:
        """Return the diagnostics of the query and its answer, and the suggestion."""
        tree, whole, evaluator = found.parsed.tree, found.whole, found.evaluator
        older = [diagnostic(Code.INDEX, sentence=sentence) for sentence in self._session.generation.warnings]
        said = [*older, *self._theme_problems(request.query), *found.parsed.diagnostics, *found.unfit]
        more, asked = suggestions.only_in_titles(tree, whole, evaluator, self._session.titles)
        suggestion = None
        if not whole.documents:
            said += suggestions.why_nothing(tree, evaluator)
            suggestion = (
                str(asked) if asked else suggestions.suggestion(tree, evaluator, typed_words(parse(request.query).tree))
            )
        elif not found.number:
            said.append(diagnostic(Code.FILTERED_OUT, number=len(whole.documents)))
        said += suggestions.together_notes(request, found.number, found.near)
        if asked:
            said.append(diagnostic(Code.TITLE_ONLY, number=len(more), query=str(asked)))
        return said, suggestion

    def _offers(self, request: SearchRequest, found: _Found, suggestion: str | None) -> tuple[Offer, ...]:
        look_up = theme_lookup(self._session.themes)

        def count(query: Query) -> int:
            whole = found.evaluator.evaluate(query)
            return len(filtered(whole, found.chosen, found.mask, found.evaluator).documents)

        def having(theme: Theme) -> int:
            if found.mask == EVERY_KIND:  # already known
                return len(self._session.themed[theme.name].intersection(*found.chosen.values()))
            return count(theme_tree(self._session.themes, theme.name))

        return offers(
            found.parsed.tree,
            suggestion,
            parse(request.query, look_up).tree,
            lambda text: as_meant(parse(text, look_up)).tree,
            self._session.themes,
            having,
            count,
            found.evaluator,
            found=bool(found.whole.documents),
        )

    def _facets(self, request: SearchRequest, found: _Found, answer: Answer) -> dict[str, tuple[FacetValue, ...]]:
        if not request.facets:
            return {}
        return facet_counts(self._session, found.counted, answer, found.chosen, found.mask)

    def _with_most(self, request: SearchRequest, found: _Found, deadline: Deadline) -> tuple[Hit, ...] | None:
        """Return the reports that have most of some plain words, or None if they are not requested."""
        words = sum(not is_function_word(match.text) for match in found.answer.matches)
        if found.near is None or not is_shown(request, words, found.number, len(found.near)):
            return None
        return second_list(self._session, found.answer, found.chosen.values(), request, deadline)

    def _in_other_words(self, request: SearchRequest, found: _Found, hits: Hits) -> InOtherWords:
        from search.hits.other_words import in_other_words  # numpy and the model are only loaded on request

        documents = set(self._session.reports).intersection(*found.chosen.values())
        return in_other_words(self._session, request.query, documents, hits, found.mask)

    def parsed(self, text: str) -> Parsed:
        """Return a query as it is read, with notes. Raises QueryRefused if it exceeds a limit."""
        themes = self._session.themes
        return as_meant(parse(text, theme_lookup(themes), [theme.name for theme in themes.themes]))

    def reports(self, filters: Filters = EVERYTHING) -> list[Report]:
        """Return the reports that pass the filters, sorted by id, including those without readable text."""
        chosen, _ = chosen_by(self._session, filters)
        documents = set(self._session.reports).intersection(*chosen.values())
        return sorted((self._session.reports[document] for document in documents), key=lambda report: report.id)

    def completions(self, typed: str) -> list[Completion]:
        """Themes, boards and words for what was typed so far."""
        from search.offers.completions import completions

        themed = {name: len(having) for name, having in self._session.themed.items()}
        snapshot = self._session.snapshot
        return completions(typed, themed, self._session.reports.values(), snapshot.vocabulary, snapshot.frequency)

    def read_last(self) -> list[Report]:
        """Return all reports, the most recently read first."""
        return [self._session.reports[document] for document in self._session.read_last()]

    def strongest_themes(self, report: str, most: int) -> list[tuple[str, int]]:
        """Return the themes that stand out in a report (full id), each with its number of mentions.

        They are sorted by how often the report mentions them compared with how many reports have them.
        """
        document = self._session.document_of.get(report)
        return [] if document is None else self._session.strongest_themes(document)[:most]

    def remarks(self, text: str, filters: Filters = EVERYTHING) -> tuple[str, ...]:
        """Return the notes on how a query and its filters are read, for an analysis whose rows do not include them.

        If `text` is empty, only the filters are checked.
        """
        if not text:
            return sentences(chosen_by(self._session, filters)[1])
        head, _ = self.stream(SearchRequest(text, filters, limit=0, per_report=0, facets=False))
        return head.warnings

    def similar(self, report: str, paragraph: int | None, limit: int) -> list[Alike]:
        """Return the reports most like one (full id), or the passages most like its paragraph with that ordinal."""
        from search.answering.similar import similar_passages

        document = self._session.document_of.get(report)
        if document is None:
            raise NotFound("This report is not in the index yet. The next update will add it.")
        if paragraph is None:
            return list(self._session.similar(document, limit))
        session = self._session
        return similar_passages(
            session.snapshot, session.texts, session.reports, document, paragraph, limit, session.expect
        )

    def documents(self, filters: Filters = EVERYTHING) -> set[int]:
        """Return the documents with readable text that pass the filters, numbered as in `themed`."""
        chosen, _ = chosen_by(self._session, filters)
        searchable = {document for document, report in self._session.reports.items() if report.searchable}
        return searchable.intersection(*chosen.values())

    def _theme_problems(self, text: str) -> list[Diagnostic]:
        """Return the problems in the theme files, if the query may use a theme."""
        problems = self._session.themes.problems if "theme:" in text.lower() else ()
        return [diagnostic(Code.THEME_FILE, file=p.file, line=p.line, message=p.message) for p in problems]
