"""The demonstration reports in both engines.

The cluster is real if REVIEWS_OPENSEARCH has its addresses (`make test-opensearch`). Otherwise it runs in this process
(`tests.cluster`).
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from index.opensearch.asking.opening import opened
from index.opensearch.asking.questions import Asking
from index.opensearch.documents import Document, document, mapping
from reviews.library import Library
from search.cluster_session import ClusterSession
from search.searcher import Searcher
from tests.cluster import InProcessCluster

URLS = [url for url in os.environ.get("REVIEWS_OPENSEARCH", "").split(",") if url]


def documents(library: Library) -> Iterator[Document]:
    """Yield the reports of a library as documents of a cluster."""
    with library.store() as store:
        described = {report.id: report for report in store.reports()}
        for reading, report in store.readings.current():
            copies = store.near_duplicates.of(report)
            yield document("demo", reading, described[report], store.readings.text(reading), copies)


@contextmanager
def holding(several: Iterator[Document], urls: Sequence[str] = URLS) -> Iterator[tuple[Asking, str]]:
    """Yield a cluster with some documents, and the name of the index."""
    if not urls:
        yield InProcessCluster([*several]), "demo"
        return
    client = pytest.importorskip("index.opensearch.client", reason="needs the extra `opensearch`")
    cluster, name = client.Cluster(client.Access(tuple(urls))), f"conformance{token_hex(6)}"
    body = mapping()
    body["settings"]["index"] |= {"number_of_shards": 3, "number_of_replicas": min(1, len(urls) - 1)}
    cluster.create(name, body)
    try:
        cluster.bulk(client.Action("create", name, each.id, {**each.body, "from": 1}) for each in several)
        cluster.refresh(name)
        yield cluster, name
    finally:
        cluster.delete_index(name)
        cluster.close()


def searching(library: Library, cluster: Asking, index: str, folder: Path) -> Searcher:
    """Return a searcher over the cluster that describes itself in the same way as the library's own searcher."""
    here = library.searcher()
    session = ClusterSession(
        cluster,
        opened(cluster, index, {"match_all": {}}),
        folder,
        here.themes,
        generation=here.generation,
        built_at=here.built_at,
        fingerprint="conformance",
        coverage=here.coverage,
    )
    return Searcher.over(session)


@pytest.fixture(scope="session")
def cluster(demo: Library) -> Iterator[tuple[Asking, str]]:
    with holding(documents(demo)) as held:
        yield held


@pytest.fixture(scope="session")
def remote(demo: Library, cluster: tuple[Asking, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    with searching(demo, *cluster, tmp_path_factory.mktemp("web")) as searcher:
        yield searcher


@pytest.fixture(scope="session")
def here(demo: Library) -> Searcher:
    return demo.searcher()


def plain(value: object) -> Any:
    """Return an answer as in JSON, without its elapsed time."""
    told = json.loads(json.dumps(value))
    if isinstance(told, dict):
        told.pop("elapsed_ms", None)
    return told
