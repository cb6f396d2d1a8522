"""A cluster behind a server that makes requests fail: the double, or the real nodes in REVIEWS_OPENSEARCH."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from corpus.settings import Settings
from index.opensearch.access import Access
from index.opensearch.client import Cluster
from index.opensearch.publishing.state import pointer
from tests.opensearch.double import Double
from tests.opensearch.front import Front, node, standing_before

NODES = [url for url in os.environ.get("REVIEWS_OPENSEARCH", "").split(",") if url]

SettingsOf = Callable[..., Settings]


@pytest.fixture
def front() -> Iterator[Front]:
    with standing_before(node(NODES[0]) if NODES else Double().answer) as front:
        yield front


@pytest.fixture
def settings_of(front: Front, tmp_path: Path) -> Iterator[SettingsOf]:
    """Return the settings of a library that publishes in the cluster. Its indices are deleted afterwards."""
    prefix = f"test{token_hex(6)}"

    def made(apart: int = 0, **more: Any) -> Settings:
        values = {
            "engine": "opensearch",
            "opensearch_url": (front.url,),
            "opensearch_index": f"{prefix}x{apart}",
            **more,
        }
        return Settings(library=tmp_path, opensearch_shards=2, **values)

    yield made
    front.sound()
    front.backend("DELETE", f"/{prefix}x*", b"")


@pytest.fixture
def settings(settings_of: SettingsOf) -> Settings:
    return settings_of()


@pytest.fixture
def cluster(front: Front) -> Iterator[Cluster]:
    """Return a client that does not really wait: pauses end at once."""
    cluster = Cluster(Access((front.url,)), sleep=lambda seconds: None)
    yield cluster
    cluster.close()


def seen(cluster: Cluster, settings: Settings) -> list[str]:
    """Return the ids of the reports that a reader currently finds, of all libraries."""
    state = pointer(cluster, settings).read()
    body = {"query": state.query(), "size": 1000, "docvalue_fields": ["report"], "_source": False}
    hits = cluster.search(state.indices, body)["hits"]["hits"]
    return sorted(hit["fields"]["report"][0] for hit in hits)
