"""Build the hits of one page: each with its best passages, its mentions, and the reasons for its position."""

from collections.abc import Iterator, Mapping, Sequence

from index.deadline import Deadline
from index.matching.matches import Match, all_mentions
from index.matching.result_set import Answer
from index.matching.spans import Span
from index.ranking_policy import SNIPPET_MIN_IDF_SHARE
from search.answering.cited import with_cited
from search.answering.dense_paragraphs import densest
from search.answering.most_words import MostWords
from search.answering.passages import best_paragraphs, passages
from search.answering.ranking import idf, title_terms
from search.hits.paragraph_ranker import ParagraphRanker
from search.request import SearchRequest
from search.results import Contribution, Hit, Passage
from search.session import Session

_ROUNDING = 1e-9  # of a sum of floating-point numbers


class Hits:
    """Builds the hits of one answer.

    `cited` are the positions of paragraphs that the query cites by number. `most` is what scored the hits, if not the
    session's ranking.
    """

    def __init__(
        self,
        session: Session,
        answer: Answer,
        request: SearchRequest,
        cited: Sequence[Match] = (),
        most: MostWords | None = None,
    ) -> None:
        self._session = session
        self._most = most
        self._answer = answer
        self._cited = cited
        self._request = request
        self._weighted = [(match, idf(match, len(session.reports))) for match in answer.matches]
        self.ranker = ParagraphRanker(session, answer)
        self._verbatim = [(match, idf(match, len(session.reports))) for match in answer.wanted[len(answer.matches) :]]
        highest = max((weight for _, weight in self._weighted), default=0.0)
        self._distinctive = [m for m, weight in self._weighted if weight >= SNIPPET_MIN_IDF_SHARE * highest]

    def of(self, shown: Sequence[tuple[int, float]], deadline: Deadline | None) -> Iterator[Hit]:
        """Yield the hits of documents with their scores.

        `deadline` is None for a list of all hits, which has no time limit.
        """
        plain = self._answer.together is not None
        self._session.expect([document for document, _ in shown])
        for document, score in shown:
            if deadline:
                deadline.check()
            mentions = self._answer.mentions(document)
            yield Hit(
                report=self._session.reports[document],
                score=score,
                mentions=len(mentions),
                passages=tuple(self._passages(document, mentions)),
                explanation=self._explained(document, score) if self._request.explain else None,
                together=bool(mentions) if plain else None,
                lacks=self._most.lacking(document) if self._most else (),
            )

    def paragraphs(self, document: int) -> set[int]:
        """Return the ordinals of all paragraphs of a document that the answer counts or shows."""
        if document not in self._answer.documents:
            return set()
        mentions = self._answer.mentions(document)
        layout = self._session.layout(document)
        counted = {layout.paragraph_at(first) for first, _ in mentions}
        return counted.union(self._ordinals(document, mentions, self._request.per_report))

    def _passages(self, document: int, mentions: Sequence[Span]) -> list[Passage]:
        wanted = self._request.per_report
        if wanted == 0:
            return []
        ordinals = self._ordinals(document, mentions, wanted)
        ordinals = with_cited(ordinals, self._cited, document, self._session.layout(document), wanted)
        return self.passages(document, ordinals, mentions)

    def passages(self, document: int, ordinals: Sequence[int], mentions: Sequence[Span]) -> list[Passage]:
        """Return paragraphs of a document as passages. `mentions` are all those of the document."""
        return passages(
            self._session.texts,
            self._session.snapshot.documents()[document],
            ordinals,
            self._answer.marks(document) if self._answer.together else mentions,
            self._session.layout(document),
            every=self._request.per_report is None,
            around=self._around(document, ordinals),
            mentions=mentions if self._answer.together else None,
            known=self.ranker.texts(document),
        )

    def _ordinals(self, document: int, mentions: Sequence[Span], wanted: int | None) -> list[int]:
        """Return the paragraphs to show.

        For plain words, these are the paragraphs with most of the words or with everything that was typed, and those
        that contain mentions.
        """
        layout = self._session.layout(document)
        length = self._session.snapshot.lengths()[document]
        if wanted is not None and (self._answer.together or self._answer.has_verbatim(document)):
            return self.ranker.paragraphs(document, wanted)
        if self._answer.together and mentions:
            return sorted({layout.paragraph_at(first) for first, _ in mentions})
        return best_paragraphs(self._weighted, document, layout, length, wanted)

    def _around(self, document: int, ordinals: Sequence[int]) -> list[Span] | None:
        """Return the mentions that decide where a passage is cut, or None for all of them.

        Also None if nothing is cut, because every mention is wanted.
        """
        if self._request.per_report is None:
            return None
        layout = self._session.layout(document)
        whole = all_mentions([match for match, _ in self._verbatim], document)
        if whole or self._answer.together:
            rest = set(ordinals).difference(layout.paragraph_at(first) for first, _ in whole)
            return sorted([*whole, *densest(self._answer.matches, document, layout, sorted(rest))])
        return all_mentions(self._distinctive, document) if len(self._distinctive) < len(self._weighted) else None

    def _explained(self, document: int, score: float) -> tuple[Contribution, ...]:
        matches, ranking = self._answer.matches, self._session.ranking
        held = [number for number, match in enumerate(matches) if document in match.documents]
        if self._most:
            points = {number: self._most.points(document)[number] for number in held}
        else:
            points = {number: ranking.points(matches[number], {document})[document] for number in held}
        whole = [(match, ranking.points(match, {document}).get(document)) for match, _ in self._verbatim]
        found = [self._contribution(match, document, each) for match, each in whole if each is not None]
        together: Mapping[int, float] = {}
        if not self._most and score > sum(points.values()) + sum(each.points for each in found) + _ROUNDING:
            together = ranking.proximity(self._answer, document, self._session.layout(document))
        found += [
            self._contribution(matches[number], document, each + together.get(number, 0.0), number in together)
            for number, each in points.items()
        ]
        return tuple(sorted(found, key=lambda each: -each.points))

    def _contribution(self, match: Match, document: int, points: float, together: bool = False) -> Contribution:
        return Contribution(
            text=match.text,
            mentions=len(all_mentions([match], document)),
            reports=len(match.documents),
            points=points,
            in_title=not self._most and document in self._session.titles.having(title_terms(match)),
            together=together,
        )
