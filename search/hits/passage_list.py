"""List the best passages of all reports, at most two per report before others have had their turn, each paragraph once.

Reports are taken in the order of the answer, in blocks. Each block lists the two best paragraphs of each report, best
first; then the next block follows. After that come the third and fourth best of each, and so on. The order does not
depend on which part of the list is requested.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice

from index import analyser
from index.deadline import Deadline
from index.matching.result_set import Answer
from index.ranking_policy import PASSAGE_REPORTS, PASSAGES_AT_ONCE
from search.answering.dense_paragraphs import by_worth, in_order
from search.answering.ranking import idf
from search.hits.reports import Hits
from search.request import SearchRequest
from search.results import Listed, Place
from search.session import Session

_Ranked = Sequence[tuple[tuple[int, float], int]]
"""The matching paragraphs of a document, best first: the rank value of each, and its ordinal."""


@dataclass(slots=True)
class _Paragraph:
    """A paragraph. `also` has the places where the same text occurs again, each as document and ordinal."""

    document: int
    ordinal: int
    also: list[tuple[int, int]] = field(default_factory=list)


def best_passages(
    session: Session,
    answer: Answer,
    documents: Sequence[int],
    request: SearchRequest,
    hits: Hits,
    deadline: Deadline | None,
) -> tuple[tuple[Listed, ...], bool]:
    """Return the requested part of the list, and whether there is more.

    `documents` are those of the answer, in order.
    """
    every = _Lister(session, answer, deadline).paragraphs(documents)
    end = None if request.limit is None else request.offset + request.limit
    chosen = list(islice(every, request.offset, None if end is None else end + 1))
    more = end is not None and len(chosen) > end - request.offset
    shown = chosen[: request.limit]
    return tuple(listed for each in shown for listed in _listed(session, answer, hits, each)), more


def _listed(session: Session, answer: Answer, hits: Hits, each: _Paragraph) -> Iterator[Listed]:
    passages = hits.passages(each.document, [each.ordinal], answer.mentions(each.document))
    again = tuple(_place(session, document, ordinal) for document, ordinal in each.also)
    for passage in passages[:1]:
        yield Listed(session.reports[each.document], passage, again)


def _place(session: Session, document: int, ordinal: int) -> Place:
    (paragraph,) = session.texts.paragraphs(session.snapshot.documents()[document], [ordinal])
    return Place(session.reports[document], paragraph.page, paragraph.number, ordinal)


class _Lister:
    """Builds the list, only as far as it is consumed."""

    def __init__(self, session: Session, answer: Answer, deadline: Deadline | None) -> None:
        self._session = session
        self._deadline = deadline
        self._weighted = [(match, idf(match, len(session.reports))) for match in answer.wanted]
        self._ranked: dict[int, _Ranked] = {}

    def paragraphs(self, documents: Sequence[int]) -> Iterator[_Paragraph]:
        seen: set[str] = set()
        left = list(documents)
        for turn in count():
            some = PASSAGES_AT_ONCE * turn
            for at in range(0, len(left), PASSAGE_REPORTS):
                yield from self._different(list(self._round(left[at : at + PASSAGE_REPORTS], some)), seen)
            left = [document for document in left if len(self._ranked_of(document)) > some + PASSAGES_AT_ONCE]
            if not left:
                return

    def _round(self, block: Sequence[int], first: int) -> Iterator[_Paragraph]:
        """Yield the next two paragraphs of each document in a block, best first."""
        self._session.expect(block)
        candidates = [
            (-present, -score, place, ordinal)
            for place, document in enumerate(block)
            for (present, score), ordinal in self._ranked_of(document)[first : first + PASSAGES_AT_ONCE]
        ]
        for _, _, place, ordinal in sorted(candidates):
            yield _Paragraph(block[place], ordinal)

    def _ranked_of(self, document: int) -> _Ranked:
        if document not in self._ranked:
            if self._deadline:
                self._deadline.check()
            length = self._session.snapshot.lengths()[document]
            layout = self._session.layout(document)
            self._ranked[document] = in_order(by_worth(self._weighted, document, layout, length))
        return self._ranked[document]

    def _different(self, several: Sequence[_Paragraph], seen: set[str]) -> Iterator[_Paragraph]:
        """Yield paragraphs whose text has not been listed before.

        Repeats among them are recorded with the first one.
        """
        wanted: dict[int, list[int]] = {}
        for each in several:
            wanted.setdefault(each.document, []).append(each.ordinal)
        words = {
            (document, paragraph.ordinal): " ".join([term for term, _ in analyser.terms(paragraph.searched)])
            for document, ordinals in wanted.items()
            for paragraph in self._session.texts.paragraphs(self._session.snapshot.documents()[document], ordinals)
        }
        fresh: dict[str, _Paragraph] = {}
        for each in several:
            said = words[each.document, each.ordinal]
            if said in fresh:
                fresh[said].also.append((each.document, each.ordinal))
            elif said not in seen:
                fresh[said] = each
        seen |= fresh.keys()
        yield from fresh.values()
