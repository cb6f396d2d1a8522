"""Check a published generation with sample searches: look up words in the cluster that the corpus says must be
there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from corpus.storage.store import Store
from index import analyser
from index.opensearch.client import Cluster
from index.opensearch.documents import stored
from index.opensearch.publishing.state import Published

_CANARIES = 20
_WORDS = 60  # words of a paragraph: such a long sequence occurs nowhere else
_AT_ONCE = 100


def missing(
    store: Store, cluster: Cluster, published: Published, readings: Mapping[str, int], *, full: bool = False
) -> Iterator[str]:
    """Yield what is not found, as sentences.

    Looks up the words of one paragraph in the middle of a few reports or, with `full`, of every paragraph of all
    reports. `readings` has the reading of each document.
    """
    step = 1 if full else max(1, len(readings) // _CANARIES)
    asked: list[tuple[int, int, dict[str, Any]]] = []
    for name, reading in sorted(readings.items())[::step]:
        paragraphs = store.readings.indexable(reading)
        ordinals = range(len(paragraphs)) if full else range(len(paragraphs) // 2, len(paragraphs) // 2 + 1)
        for ordinal in ordinals if paragraphs else ():
            words = [stored(term) for term, _ in analyser.terms(paragraphs[ordinal][0])][:_WORDS]
            if words:
                asked.append((reading, ordinal, _phrase(published, name, words)))
    for start in range(0, len(asked), _AT_ONCE):
        chunk = asked[start : start + _AT_ONCE]
        answers = cluster.msearch(published.index, [body for _, _, body in chunk], seconds=60.0)
        for (reading, ordinal, _), answer in zip(chunk, answers, strict=True):
            if not answer["hits"]["total"]["value"]:
                yield f"The index is missing words of paragraph {ordinal} of reading {reading}."


def _phrase(published: Published, name: str, words: list[str]) -> dict[str, Any]:
    there = [{"ids": {"values": [name]}}, {"match_phrase": {"t": " ".join(words)}}]
    return {"query": {"bool": {"filter": [*there, published.query()]}}, "size": 0, "track_total_hits": True}
