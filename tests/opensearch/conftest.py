"""Real nodes, some of which are killed. Available only if `make test-opensearch` has started them."""

import os
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from corpus.settings import Settings
from corpus.storage.store import Store
from index.opensearch.access import Access
from index.opensearch.client import Cluster
from tests.opensearch.nodes import Nodes


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    """Yield the nodes. All of them are running before and after the test."""
    folder = os.environ.get("REVIEWS_OPENSEARCH_NODES")
    if not folder:
        pytest.skip("needs real nodes: make test-opensearch")
    nodes = Nodes(Path(folder))
    yield nodes
    for number in range(1, len(nodes.urls) + 1):
        if not nodes.answers(number):
            nodes.start(number)
    nodes.ready()


@pytest.fixture
def cluster(nodes: Nodes) -> Iterator[Cluster]:
    cluster = Cluster(Access(tuple(nodes.urls)))
    yield cluster
    cluster.close()


@pytest.fixture
def settings(nodes: Nodes, cluster: Cluster, tmp_path: Path) -> Iterator[Settings]:
    prefix = f"test{token_hex(6)}"
    yield Settings(library=tmp_path, engine="opensearch", opensearch_url=tuple(nodes.urls), opensearch_index=prefix)
    for name in cluster.indices(f"{prefix}-*"):
        cluster.delete_index(name)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "corpus.db", create=True) as store:
        yield store
