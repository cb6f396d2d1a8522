"""Sort the hits for display."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from index.matching.result_set import Answer
from index.ranking_policy import TOGETHER_FIRST_UP_TO
from search.hits.paragraph_ranker import ParagraphRanker
from search.request import Group, SearchRequest
from search.session import Session

_ROUNDING = 1e-9  # of a sum of floating-point numbers


def ordered(
    session: Session,
    answer: Answer,
    near: set[int] | None,
    scores: Mapping[int, float],
    request: SearchRequest,
    ranker: ParagraphRanker,
    check_deadline: Callable[[], None],
) -> tuple[list[int], int]:
    """Return the hits in the requested order, with those of one case next to each other, and the number of cases.

    `near` are the reports that have plain words in one paragraph. When sorting by relevance, these come first unless
    the words form a sentence, and reports with the exact text that was typed come before them. The best paragraphs of
    the first few reports decide which of these is first.
    """
    hits = _by_relevance(session, scores)
    if request.sort == "relevance":
        if near is not None and len(answer.matches) <= TOGETHER_FIRST_UP_TO:
            hits.sort(key=near.__contains__, reverse=True)
        if answer.verbatim:
            hits.sort(key=answer.verbatim.documents.__contains__, reverse=True)
        if near is not None:
            hits = ranker.promote_best(hits)
    elif request.sort == "mentions":
        session.expect(sorted(hits))
        counts = answer.counts(check_deadline)
        hits.sort(key=lambda document: -counts[document])
    else:
        unknown = "" if request.sort == "newest" else "9999"
        hits.sort(key=lambda document: _date(session, document) or unknown, reverse=request.sort == "newest")
    return _grouped(session, hits, request.group)


def _by_relevance(session: Session, scores: Mapping[int, float]) -> list[int]:
    """Sort by score. Ties are sorted by report id, so that the order is always the same."""
    rounded = {document: int(scores[document] / _ROUNDING + 0.5) for document in session.by_id if document in scores}
    return sorted(rounded, key=rounded.__getitem__, reverse=True)


def _date(session: Session, document: int) -> str | None:
    report = session.reports[document]
    date = report.published or report.year
    return str(date) if date else None


def _grouped(session: Session, hits: Sequence[int], group: Group) -> tuple[list[int], int]:
    """Return the hits with those of one case together, at the position of the best of them, and the number of cases."""
    different = len(set(map(session.cases.__getitem__, hits)))
    if group == "none" or different == len(hits):
        return list(hits), different
    cases: dict[str | int, list[int]] = {}
    for document in hits:
        cases.setdefault(session.cases[document], []).append(document)
    return list(chain.from_iterable(cases.values())), different
