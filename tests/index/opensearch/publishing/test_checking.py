"""A check finds what a cluster has lost, has in addition, or writes to its logs."""

import json
from typing import Any

import pytest

from corpus.settings import Settings
from corpus.storage.store import Store
from index.opensearch.client import Action, Cluster
from index.opensearch.documents import document
from index.opensearch.publishing import build as publishing
from index.opensearch.publishing import checking
from index.opensearch.publishing.state import pointer
from tests.index.conftest import AddReport
from tests.opensearch.front import Front
from tests.patience import until


@pytest.fixture
def index(store: Store, settings: Settings, cluster: Cluster, add: AddReport) -> str:
    add("one", "Neglect was seen.", "And the second paragraph.")
    add("two", "Domestic abuse, then more of it.")
    published = publishing.build(store, settings, cluster)
    assert published is not None
    until(lambda: cluster.copies(published.index).missing == 0)
    return published.index


def test_an_index_that_says_what_the_corpus_says_has_no_problems(
    index: str, store: Store, settings: Settings, cluster: Cluster
) -> None:
    assert checking.problems(store, settings, cluster) == []
    assert checking.problems(store, settings, cluster, full=True) == []


def test_no_index_is_a_problem(store: Store, settings: Settings, cluster: Cluster) -> None:
    pointer(cluster, settings).prepare()
    assert checking.problems(store, settings, cluster) == [
        "There is no index in the cluster yet. Run `reviews update`."
    ]


def test_a_missing_document_is_noticed(index: str, store: Store, settings: Settings, cluster: Cluster) -> None:
    gone = next(publishing.listed(cluster, index)).id
    cluster.bulk([Action("delete", index, gone)])
    cluster.refresh(index)
    (found,) = checking.problems(store, settings, cluster)
    assert "holds 1 of the 2 reports" in found


def test_changed_text_is_found_by_a_full_check(index: str, store: Store, settings: Settings, cluster: Cluster) -> None:
    each = next(publishing.wanted(store, "main"))
    text = store.readings.text(each.reading)
    body = document("main", each.reading, each.report, text, each.copies).body
    cluster.bulk([Action("index", index, each.id, {**body, "v": ["another"], "from": 1})])
    cluster.refresh(index)
    assert checking.problems(store, settings, cluster) == []
    problems = checking.problems(store, settings, cluster, full=True)
    (found,) = (each for each in problems if "copies of" not in each)  # real nodes may be making one anew
    assert f"text differs from the corpus for reading {each.reading}." in found
    cluster.bulk([Action("index", index, each.id, {**body, "t": "¶ ¶0 other ¶", "from": 1})])
    cluster.refresh(index)
    assert any("is missing words of paragraph" in each for each in checking.problems(store, settings, cluster))


def test_a_slow_log_that_would_hold_queries_is_a_problem(
    index: str, store: Store, settings: Settings, cluster: Cluster, front: Front
) -> None:
    ask = front.backend

    def loud(method: str, target: str, body: bytes) -> tuple[int, Any]:
        status, told = ask(method, target, body)
        if "/_settings" in target:
            told[index]["settings"]["index.search.slowlog.threshold.query.warn"] = "1s"
        return status, json.loads(json.dumps(told))

    front.backend = loud
    (found,) = checking.problems(store, settings, cluster)
    assert "Set index.search.slowlog.threshold.query.warn to -1" in found


def test_a_missing_copy_is_a_problem(
    index: str, store: Store, settings: Settings, cluster: Cluster, front: Front
) -> None:
    ask = front.backend

    def away(method: str, target: str, body: bytes) -> tuple[int, Any]:
        status, told = ask(method, target, body)
        if "/_stats" in target:
            told["_shards"]["total"] += 1
        return status, told

    front.backend = away
    assert checking.problems(store, settings, cluster) == []
    (found,) = checking.problems(store, settings, cluster, full=True)
    assert "1 copies of" in found
