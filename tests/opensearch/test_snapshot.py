"""After a snapshot is restored, the next update makes it complete, and repeats removals made since."""

import json
from typing import Any

from corpus.files import FileRecord
from corpus.settings import Settings
from corpus.storage.store import Store
from index.opensearch.client import Cluster
from index.opensearch.publishing.state import pointer
from index.opensearch.upkeep import Remote
from tests.index.conftest import report
from tests.index.opensearch.conftest import seen
from tests.opensearch.front import node
from tests.opensearch.nodes import Nodes


def test_a_restored_snapshot_is_brought_up_to_date(
    nodes: Nodes, cluster: Cluster, settings: Settings, store: Store
) -> None:
    ask = node(nodes.urls[0])

    def told(method: str, path: str, body: Any = None) -> None:
        status, answer = ask(method, path, json.dumps(body).encode() if body else b"")
        assert status == 200, answer

    prefix = settings.opensearch_index
    ids = [put(store, name) for name in ("stays", "removed later")]
    upkeep = Remote(settings)
    upkeep.build(store)
    location = {"type": "fs", "settings": {"location": prefix}}
    told("PUT", f"/_snapshot/{prefix}", location)
    told("PUT", f"/_snapshot/{prefix}/before?wait_for_completion=true", {"indices": f"{prefix}-*"})

    store.remove(ids[1], "a request")
    upkeep.build(store, clean=True)
    upkeep.keep_only_current()
    ids.append(put(store, "came later"))
    upkeep.build(store)
    told("DELETE", f"/{prefix}-*")
    told("POST", f"/_snapshot/{prefix}/before/_restore?wait_for_completion=true", {"indices": f"{prefix}-*"})
    assert seen(cluster, settings) == sorted(ids[:2])
    assert upkeep.holds_any([ids[1]], [])

    upkeep.build(store, clean=True)
    upkeep.keep_only_current()
    assert seen(cluster, settings) == sorted([ids[0], ids[2]])
    assert not upkeep.holds_any([ids[1]], [])
    assert upkeep.check(store, full=True) == []
    assert [each.id for each in pointer(cluster, settings).read().published] == ["0000002"]
    told("DELETE", f"/_snapshot/{prefix}/before")


def put(store: Store, name: str) -> str:
    text = report(name, [f"In the case that {name} neglect was seen."])
    store.put(text, FileRecord(f"{name}.pdf", 1, 1, text.id))
    return text.id
