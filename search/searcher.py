"""One question, one answer: parse, evaluate, filter, rank, choose passages, count."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any, Literal

from corpus.errors import NotFound, UsageError
from corpus.model import SectionKind
from index.matching.deadline import MAX_SECONDS, Deadline
from index.matching.evaluator import Evaluator
from index.matching.matches import EVERY_KIND, Match, Words, all_mentions
from index.matching.result_set import Answer, Kinds
from index.storage.engine import KINDS
from search.answering import facets, suggestions
from search.answering.cited import numbers_asked, with_cited
from search.answering.passages import best_paragraphs, passages
from search.answering.ranking import rarity
from search.answering.similar import Alike, similar_passages, similar_reports
from search.answering.theme_index import theme_lookup
from search.diagnostics import Code, Diagnostic, diagnostic, sentences
from search.filters import EVERYTHING
from search.filters import Filters as Filters
from search.parsing.parser import parse
from search.results import Contribution, Expansion, FacetValue, Hit, Results
from search.session import Opened

Sort = Literal["relevance", "newest", "oldest", "mentions"]
Group = Literal["case", "none"]
_MORE_TERMS = 40  # of an expansion that are shown
_TELLING = 0.1  # of what the rarest part of the query tells: a part that tells less does not decide where text is cut
_ROUNDING = 1e-9  # of a sum of floating-point numbers


class Searcher(Opened):
    """One generation of a library's index, open for questions."""

    def search(
        self,
        text: str,
        filters: Filters = EVERYTHING,
        *,
        sort: Sort = "relevance",
        limit: int | None = 10,
        offset: int = 0,
        per_report: int | None = 3,
        group: Group = "case",
        explain: bool = False,
    ) -> Results:
        """Answer a query. per_report: how many passages of each hit, None for every mention in order.

        group: "case" puts the hits of one case side by side, where the best of them stands. explain: say of each hit
        why it stands where it does. Raises QueryRefused when the query is beyond a limit; odd text is read as well as
        can be, with warnings.
        """
        began = time.perf_counter()
        head, hits = self.stream(
            text,
            filters,
            sort=sort,
            limit=limit,
            offset=offset,
            per_report=per_report,
            group=group,
            explain=explain,
        )
        found = tuple(hits)
        return replace(head, hits=found, elapsed_ms=(time.perf_counter() - began) * 1000)

    def stream(
        self,
        text: str,
        filters: Filters = EVERYTHING,
        *,
        sort: Sort = "relevance",
        limit: int | None = None,
        offset: int = 0,
        per_report: int | None = None,
        group: Group = "case",
        explain: bool = False,
        count: bool = True,
        seconds: float = MAX_SECONDS,
    ) -> tuple[Results, Iterator[Hit]]:
        """The same answer, with its hits apart, each made when it is asked for: a hundred thousand mentions do not sit
        in memory. `hits` of the Results is empty. Use the hits before the next question. count: whether facets are
        wanted. seconds: that finding the reports may take.
        """
        began = time.perf_counter()
        if count:
            self.themed()  # once for a generation, and not on the time of the query
        deadline = Deadline(seconds)
        parsed = parse(text, theme_lookup(self._themes), [theme.name for theme in self._themes.themes])
        evaluator = self._evaluator(deadline)
        whole = evaluator.evaluate(parsed.tree)
        chosen, unfit = self._chosen(filters)
        bits = _bits(filters.sections)
        answer = self._filtered(whole, chosen, bits, evaluator)
        scores = self._ranking.scores(answer.matches, answer.documents, self._layout, deadline.check)
        ordered, cases = self._grouped(self._order(answer, sort, scores, deadline), group)
        page = ordered[offset:] if limit is None else ordered[offset : offset + limit]
        shown = [(document, scores[document]) for document in page]
        older = [diagnostic(Code.INDEX, sentence=sentence) for sentence in self._generation.warnings]
        said = [*older, *self._theme_problems(text), *parsed.diagnostics, *unfit]
        more, asked = suggestions.only_in_titles(parsed.tree, whole, evaluator, self._titles)
        suggestion = None
        if not whole.documents:
            said += suggestions.why_nothing(parsed.tree, evaluator)
            suggestion = str(asked) if asked else suggestions.suggestion(parsed.tree, evaluator)
        elif not answer.documents:
            said.append(diagnostic(Code.FILTERED_OUT, number=len(whole.documents)))
        if asked:
            said.append(diagnostic(Code.TITLE_ONLY, number=len(more), query=str(asked)))
        head = Results(
            text=text,
            parsed=str(parsed.tree),
            expansions=_expansions(answer.matches),
            diagnostics=tuple(said),
            generation=self.generation,
            built_at=self.built_at,
            coverage=self.coverage,
            total=len(ordered),
            elapsed_ms=(time.perf_counter() - began) * 1000,
            hits=(),
            facets=self._facets(whole, answer, chosen, bits) if count else {},
            suggestion=suggestion,
            cases=cases,
        )
        cited = [evaluator.numbered(number) for number in numbers_asked(parsed.tree)]
        hits = self._hits(shown, answer, cited, per_report, explain, None if limit is None else deadline)
        return head, hits

    def reports(self, filters: Filters = EVERYTHING) -> list[dict[str, Any]]:
        """The reports that the filters let through, in the order of their ids, those without readable text too."""
        chosen, _ = self._chosen(filters)
        documents = set(self._reports).intersection(*chosen.values())
        return sorted((self._reports[document] for document in documents), key=lambda report: str(report["id"]))

    def remarks(self, text: str, filters: Filters = EVERYTHING) -> tuple[str, ...]:
        """What an answer would say of how a query and its filters are read, for an analysis, whose rows do not say it.

        text: may be empty; then only the filters are looked at.
        """
        if not text:
            return sentences(self._chosen(filters)[1])
        head, _ = self.stream(text, filters, limit=0, per_report=0, count=False)
        return head.warnings

    def similar(self, report: str, paragraph: int | None, limit: int) -> list[Alike]:
        """The reports most like one (full id), or the passages most like the paragraph of it with that ordinal."""
        document = next((d for d, known in self._reports.items() if known["id"] == report), None)
        if document is None:
            raise NotFound("This report is not in the index yet. Run `reviews update`.")
        if paragraph is None:
            return similar_reports(self._snapshot, self._store, self._reports, document, limit)
        return similar_passages(self._snapshot, self._store, self._reports, document, paragraph, limit)

    # Filters and facets

    def _chosen(self, filters: Filters) -> tuple[dict[str, set[int]], list[Diagnostic]]:
        """The documents that each filter lets through, by the name of its facet; and what is said of values that no
        report has.
        """
        chosen: dict[str, set[int]] = {}
        said = []
        for name, values in filters.values().items():
            found = {value: self._conditions.with_value(name, value) for value in values}
            chosen[name] = set().union(*found.values())
            said += [diagnostic(Code.VALUE_UNKNOWN, name=name, wanted=value) for value in values if not found[value]]
        if filters.years:
            chosen["year"] = self._conditions.between(filters.years)
        if filters.themes:
            chosen["theme"] = set().union(*(self._having(name) for name in filters.themes))
        return chosen, said

    def _having(self, name: str) -> set[int]:
        theme = self._themes.find(name)
        if theme is None:
            near = " or ".join(f"“{each}”" for each in self._themes.close(name))
            raise UsageError(
                f"There is no theme “{name}”. " + (f"Did you mean {near}?" if near else "`reviews themes` lists them.")
            )
        return self.themed()[theme.name]

    def _filtered(self, whole: Answer, chosen: Mapping[str, set[int]], bits: int, evaluator: Evaluator) -> Answer:
        """bits: the kinds of section in which the words must stand."""
        documents = whole.documents.intersection(*chosen.values())
        if bits == EVERY_KIND:
            return Answer(documents, whole.matches, whole.kinds)
        matches = [evaluator.within(match, bits) for match in whole.matches]
        return Answer(_standing(documents, whole.kinds, bits), matches, whole.kinds)

    def _facets(
        self, whole: Answer, answer: Answer, chosen: Mapping[str, set[int]], bits: int
    ) -> dict[str, tuple[FacetValue, ...]]:
        """The counts over all hits; those of a facet that is filtered by, as if its own filter were not there."""

        kinds = whole.kinds

        def without(name: str) -> set[int]:
            if name not in chosen and (name != "section" or bits == EVERY_KIND):
                return answer.documents
            found = whole.documents.intersection(*(having for other, having in chosen.items() if other != name))
            anywhere = name == "section" or bits == EVERY_KIND
            return found if anywhere else _standing(found, kinds, bits)

        counted = {name: self._counting.of_reports(name, without(name)) for name in facets.OF_A_REPORT}
        counted["section"] = facets.of_sections(without("section"), kinds)
        counted["theme"] = facets.of_themes(facets.mask(without("theme"), self._size), self._theme_masks)
        return counted

    # Hits

    def _hits(
        self,
        shown: Sequence[tuple[int, float]],
        answer: Answer,
        cited: Sequence[Words],
        per_report: int | None,
        explain: bool,
        deadline: Deadline | None,
    ) -> Iterator[Hit]:
        """cited: where the paragraphs are that were asked for by number. deadline: None for a list of everything, which
        may take the time it takes.
        """
        weighted = [(match, rarity(match, len(self._reports))) for match in answer.matches]
        most = max((tells for _, tells in weighted), default=0.0)
        telling = [match for match, tells in weighted if tells >= _TELLING * most]
        lengths, documents = self._snapshot.lengths(), self._snapshot.documents()
        for document, score in shown:
            if deadline:
                deadline.check()
            layout = self._layout(document)
            spans = answer.mentions(document)
            ordinals = best_paragraphs(weighted, document, layout, lengths[document], per_report)
            ordinals = with_cited(ordinals, cited, document, layout, per_report)
            around = all_mentions(telling, document) if len(telling) < len(weighted) else None
            every = per_report is None
            found = passages(self._store, documents[document], ordinals, spans, layout, every=every, around=around)
            yield Hit(
                report=self._reports[document],
                score=score,
                mentions=len(spans),
                passages=tuple(found),
                explanation=self._explained(answer.matches, document, score) if explain else None,
            )

    def _explained(self, matches: Sequence[Match], document: int, score: float) -> tuple[Contribution, ...]:
        points = {
            number: self._ranking.points(match, {document})[document]
            for number, match in enumerate(matches)
            if document in match.documents
        }
        together: Mapping[int, float] = {}
        if score > sum(points.values()) + _ROUNDING:
            together = self._ranking.together(matches, document, self._layout(document))
        found = [
            Contribution(
                text=matches[number].text,
                mentions=len(all_mentions([matches[number]], document)),
                reports=len(matches[number].documents),
                points=each + together.get(number, 0.0),
                in_title=document in self._titles.having(matches[number].terms),
                together=number in together,
            )
            for number, each in points.items()
        ]
        return tuple(sorted(found, key=lambda each: -each.points))

    def _order(self, answer: Answer, sort: Sort, scores: Mapping[int, float], deadline: Deadline) -> list[int]:
        """The hits. Ties are broken by relevance and then by report id: always the same order."""
        rounded = {document: int(scores[document] / _ROUNDING + 0.5) for document in self._by_id if document in scores}
        ordered = sorted(rounded, key=rounded.__getitem__, reverse=True)
        if sort == "relevance":
            return ordered
        if sort == "mentions":
            counts = answer.counts(deadline.check)
            return sorted(ordered, key=lambda document: -counts[document])
        unknown = "" if sort == "newest" else "9999"
        return sorted(ordered, key=lambda document: self._date(document) or unknown, reverse=sort == "newest")

    def _date(self, document: int) -> str | None:
        report = self._reports[document]
        date = report["published"] or report["year"]
        return str(date) if date else None

    def _grouped(self, ordered: list[int], group: Group) -> tuple[list[int], int]:
        """The hits with those of one case side by side, where the first of them stands; and the number of cases."""
        different = len(set(map(self._cases.__getitem__, ordered)))
        if group == "none" or different == len(ordered):
            return ordered, different
        cases: dict[str | int, list[int]] = {}
        for document in ordered:
            cases.setdefault(self._cases[document], []).append(document)
        return list(chain.from_iterable(cases.values())), different

    def _theme_problems(self, text: str) -> list[Diagnostic]:
        """What is wrong with the theme files, for a query that may depend on it."""
        problems = self._themes.problems if "theme:" in text.lower() else ()
        return [diagnostic(Code.THEME_FILE, file=p.file, line=p.line, message=p.message) for p in problems]


def _bits(sections: Sequence[str]) -> int:
    """The kinds of section as bits; all of them when none is named."""
    return reduce(or_, (1 << KINDS.index(SectionKind(name)) for name in sections), 0) or EVERY_KIND


def _standing(documents: set[int], kinds: Kinds, bits: int) -> set[int]:
    """Those of the documents in which the query holds in a section of one of the kinds."""
    asked = list(documents)
    return {document for document, held in zip(asked, kinds(asked), strict=True) if held & bits}


def _expansions(matches: Sequence[Match]) -> tuple[Expansion, ...]:
    found = {m.text: Expansion(m.text, m.terms[:_MORE_TERMS], len(m.documents)) for m in matches}
    return tuple(found.values())
