"""Find passages that may express the query in other words, with a language model. They are not part of the answer."""

from corpus.errors import UsageError
from index.matching.sections import EVERY_KIND
from index.ranking_policy import OTHER_WORDS_FLOOR, OTHER_WORDS_PASSAGES
from index.vectors.nearest import Matrix, matrix, question
from search.answering.passages import passages
from search.hits.reports import Hits
from search.results import InOtherWords, Listed
from search.session import Session


def in_other_words(session: Session, text: str, documents: set[int], hits: Hits, mask: int) -> InOtherWords:
    """Return the nearest passages: one from each report, and none that the answer already has.

    `documents` are those that pass the filters. `hits` are the hits of the answer. `mask` is the section mask that
    passages must be in.
    """
    if session.vectors is None:
        return InOtherWords(
            (), 0, "Passages in other words are not available with an OpenSearch cluster. The answer is complete."
        )
    text = text.replace('"', " ").strip()
    try:
        known = matrix(session.vectors, session.model)
        chosen = _nearest(session, known, question(text, session.model), documents, hits, mask) if text else {}
    except UsageError as error:
        return InOtherWords((), 0, str(error))
    found = tuple(
        Listed(session.reports[document], passage)
        for document, ordinal in chosen.items()
        for passage in passages(
            session.texts,
            session.snapshot.documents()[document],
            [ordinal],
            (),
            session.layout(document),
            every=False,
        )
    )
    readings = session.snapshot.documents()
    unread = sum(len(session.layout(each).starts) for each in documents if readings[each] not in known.read)
    return InOtherWords(found, unread)


def _nearest(
    session: Session, known: Matrix, vector: object, documents: set[int], hits: Hits, mask: int
) -> dict[int, int]:
    """Return the paragraph to show from each report, nearest first."""
    held = session.snapshot.documents()
    document_of = {held[document]: document for document in documents}
    chosen: dict[int, int] = {}
    answered: dict[int, set[int]] = {}
    for cosine, reading, ordinal in known.nearest(vector, document_of):
        if cosine < OTHER_WORDS_FLOOR or len(chosen) == OTHER_WORDS_PASSAGES:
            break
        document = document_of[reading]
        if document in chosen:
            continue
        if mask != EVERY_KIND and not mask >> session.layout(document).kinds[ordinal] & 1:
            continue
        if document not in answered:
            answered[document] = hits.paragraphs(document)
        if ordinal not in answered[document]:
            chosen[document] = ordinal
    return chosen
