"""Open what is published in a cluster: the metadata of every report, and the words of all reports."""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.errors import LimitHit
from corpus.report import Report
from corpus.storage.near_duplicates import Pair
from index.opensearch.asking.dsl import Json
from index.opensearch.asking.questions import Asking, Questions
from index.opensearch.asking.snapshot import ClusterSnapshot
from index.opensearch.asking.vocabulary import Vocabulary
from index.opensearch.documents import unpacked
from index.opensearch.texts import ClusterTexts

_REPORTS = 1_000  # reports in one answer
_TERMS = 20_000


@dataclass(frozen=True, slots=True)
class Opened:
    """The metadata of a generation. It never changes, so several readers can share it.

    `keys` has the key of each document. `reports`, `lengths`, `words` and `items` are indexed by document number;
    `words` counts words by kind of section, and `items` recommendations and findings by kind. `copies` are pairs of
    near-duplicates.
    """

    index: str
    keys: Mapping[int, int]
    reports: Mapping[int, Report]
    lengths: Mapping[int, int]
    words: Mapping[int, Mapping[int, int]]
    items: Mapping[int, Mapping[str, int]]
    copies: Sequence[Pair]
    vocabulary: Vocabulary

    def reader(self, cluster: Asking) -> tuple[ClusterSnapshot, ClusterTexts]:
        """Return the generation and its texts, for use by one thread at a time."""
        questions = Questions(cluster, self.index, self.keys)
        documents = {number: key for key, number in self.keys.items()}
        snapshot = ClusterSnapshot(questions, self.vocabulary, documents, self.lengths)
        return snapshot, ClusterTexts(
            lambda key: questions.text(self.keys[key]), lambda key: self.items[self.keys[key]]
        )


def opened(cluster: Asking, index: str, answering: Json) -> Opened:
    """Read the metadata of a generation.

    `index` has the names of the indices. `answering` is a query for exactly the documents to search. Documents are
    numbered by library and reading, so that they are in the same order as in an index of that library.
    """
    rows = sorted(_reports(cluster, index, answering))
    about = [told for *_, told in rows]
    return Opened(
        index,
        {key: number for number, (_, _, key, _) in enumerate(rows)},
        {number: Report.from_dict(told["report"]) for number, told in enumerate(about)},
        {number: int(told["length"]) for number, told in enumerate(about)},
        {number: {int(code): words for code, words in told["words"].items()} for number, told in enumerate(about)},
        {number: told["items"] for number, told in enumerate(about)},
        sorted({_pair(told["report"]["id"], other) for told in about for other in told["copies"]}),
        Vocabulary(
            dict(_terms(cluster, index, answering, "v")), (term for term, _ in _terms(cluster, index, answering, "h"))
        ),
    )


def _pair(one: str, other: str) -> Pair:
    return Pair(min(one, other), max(one, other))


def _reports(cluster: Asking, index: str, answering: Json) -> Iterator[tuple[str, int, int, dict[str, Any]]]:
    """Yield the library, the reading, the key and the description of each report."""
    body: Json = {
        "query": {"bool": {"filter": [answering]}},
        "size": _REPORTS,
        "sort": [{"key": "asc"}],
        "_source": False,
        "stored_fields": "_none_",
        "docvalue_fields": ["library", "reading", "key", "about"],
    }
    while True:
        (answer,) = cluster.msearch(index, [body])
        hits = answer["hits"]["hits"]
        for hit in hits:
            told = {name: values[0] for name, values in hit["fields"].items()}
            about = json.loads(zlib.decompress(unpacked(told["about"])))
            yield told["library"], told["reading"], told["key"], about
        if len(hits) < _REPORTS:
            return
        body = {**body, "search_after": hits[-1]["sort"]}


def _terms(cluster: Asking, index: str, answering: Json, field: str) -> Iterator[tuple[str, int]]:
    """Yield the distinct values of a field in order, each with the number of reports that have it."""
    listed: Json = {"size": _TERMS, "sources": [{"term": {"terms": {"field": field}}}]}
    while True:
        body = {"query": {"bool": {"filter": [answering]}}, "size": 0, "aggs": {"all": {"composite": listed}}}
        (answer,) = cluster.msearch(index, [body])
        found = answer["aggregations"]["all"]
        for bucket in found["buckets"]:
            yield bucket["key"]["term"], bucket["doc_count"]
        if len(found["buckets"]) < _TERMS:
            return
        if "after_key" not in found:
            raise LimitHit("The cluster did not list all its words. Try again.")
        listed = {**listed, "after": found["after_key"]}
