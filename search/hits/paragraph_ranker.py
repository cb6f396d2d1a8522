"""Find the paragraphs that say most about plain words, and the report that is shown first because of them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from corpus.model import Paragraph
from index.matching.result_set import Answer
from index.ranking_policy import FIRST_OF, LATER_FACTOR, TOGETHER_FIRST_UP_TO
from search.answering.dense_paragraphs import Worth, best_value, by_worth, dense_paragraphs
from search.answering.listing import prose_factor
from search.answering.passages import SpansByPart, characters
from search.answering.ranking import idf
from search.session import Session


class ParagraphRanker:
    """Compares the paragraphs of an answer's reports by their words and their text. Each text is read once."""

    def __init__(self, session: Session, answer: Answer) -> None:
        self._session = session
        self._is_sentence = len(answer.matches) > TOGETHER_FIRST_UP_TO
        self._known: dict[int, dict[int, float]] = {}
        self._worth: dict[int, Worth] = {}
        self._texts: dict[int, dict[int, Paragraph]] = {}
        self._weighted = [(match, idf(match, len(session.reports))) for match in answer.wanted]

    def paragraphs(self, document: int, wanted: int) -> list[int]:
        """Return the ordinals of the best paragraphs of a report, best first."""
        worth = self._worth.pop(document, None) or self._worth_in(document)
        return dense_paragraphs(worth, wanted, partial(self._prose_factors, document))

    def promote_best(self, documents: Sequence[int]) -> list[int]:
        """Move the document with the best paragraph, among the first few, to the front.

        If the words form a sentence, the order does not change, because few paragraphs have every word.
        """
        few = documents[:FIRST_OF]
        if len(few) < 2 or self._is_sentence:
            return list(documents)
        self._session.expect(few)
        values = [self._best(document) for document in few]
        best = max(range(len(few)), key=lambda n: (values[n][0], values[n][1] * LATER_FACTOR**n, -n))
        return [few[best], *few[:best], *few[best + 1 :], *documents[FIRST_OF:]]

    def texts(self, document: int) -> Mapping[int, Paragraph]:
        """Return the paragraphs of a report that were read to compare them. They are forgotten."""
        return self._texts.pop(document, {})

    def _best(self, document: int) -> tuple[int, float]:
        """Return how many parts of the query the best paragraph has, and its value."""
        worth = self._worth[document] = self._worth_in(document)
        return best_value(worth, partial(self._prose_factors, document))

    def _worth_in(self, document: int) -> Worth:
        length = self._session.snapshot.lengths()[document]
        return by_worth(self._weighted, document, self._session.layout(document), length)

    def _prose_factors(self, document: int, spans: Mapping[int, SpansByPart]) -> Callable[[int], float]:
        """Return a function that returns how much a paragraph says about its matches, as a share.

        `spans` are the matches in each paragraph.
        """
        known = self._known.setdefault(document, {})
        texts = self._texts.setdefault(document, {})
        starts = self._session.layout(document).starts

        def factor(ordinal: int) -> float:
            if ordinal not in known:
                if ordinal not in texts:
                    reading = self._session.snapshot.documents()[document]
                    new = spans.keys() - known.keys() - texts.keys()
                    texts.update((each.ordinal, each) for each in self._session.texts.paragraphs(reading, new))
                paragraph = texts[ordinal]
                parts = characters(paragraph, spans[ordinal].values(), starts[ordinal])
                known[ordinal] = prose_factor(paragraph.text, parts)
            return known[ordinal]

        return factor
