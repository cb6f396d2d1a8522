"""The second list: reports that have most of some plain words, but not all. They are never counted."""

from collections.abc import Iterable
from dataclasses import replace

from index.deadline import Deadline
from index.matching.result_set import Answer
from index.matching.together import Together
from index.ranking_policy import MOST_WORDS_FROM
from search.answering.most_words import MostWords, having_most
from search.hits.reports import Hits
from search.request import SearchRequest
from search.results import Hit
from search.session import Session


def is_shown(request: SearchRequest, words: int, found: int, together: int) -> bool:
    """Return whether the list is shown.

    For two words, it has the reports with one of them, if no report has both together. `words` is the number of words.
    `found` is how many reports have all of them, and `together` how many have them in one paragraph.
    """
    if words < MOST_WORDS_FROM and (together or words < 2):
        return False
    return (not found or words < MOST_WORDS_FROM) if request.most is None else request.most


def most_words(session: Session, answer: Answer, deadline: Deadline) -> MostWords:
    """Return an object that scores reports for the words of an answer."""
    return MostWords(answer.matches, session.snapshot.lengths(), session.layout, deadline.check, session.expect)


def second_list(
    session: Session, answer: Answer, chosen: Iterable[set[int]], request: SearchRequest, deadline: Deadline
) -> tuple[Hit, ...]:
    """Return the reports that have at least half of the words but not all.

    `chosen` are the reports that pass each filter.
    """
    most = most_words(session, answer, deadline)
    documents = having_most(answer.matches).intersection(*chosen)
    scores = most.scores(documents)
    best = sorted(scores, key=lambda document: (-scores[document], session.reports[document].id))
    listed = Answer(documents, answer.matches, answer.kinds, Together(answer.matches, session.layout))
    few = request if request.per_report is not None else replace(request, per_report=1)
    hits = Hits(session, listed, few, most=most)
    shown = hits.ranker.promote_best(best)[: request.limit]
    return tuple(hits.of([(each, scores[each]) for each in shown], deadline))
