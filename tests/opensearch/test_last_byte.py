"""A removed report leaves no byte in any file of any node: data, transaction logs, logs."""

from base64 import b64decode

from corpus.files import FileRecord
from corpus.settings import Settings
from corpus.storage.store import Store
from index.opensearch.client import Cluster
from index.opensearch.documents import document
from index.opensearch.leaf import part_of
from index.opensearch.publishing import build as publishing
from index.opensearch.upkeep import Remote
from tests.index.conftest import report
from tests.opensearch.nodes import Nodes

WORD = "zyxwvutneedle"


def test_a_removed_report_leaves_no_byte_on_any_node(
    nodes: Nodes, cluster: Cluster, settings: Settings, store: Store
) -> None:
    for number in range(20):
        text = report(f"report {number}", [f"In case {number} neglect was seen, and it was not the first."])
        store.put(text, FileRecord(f"{number}.pdf", 1, 1, text.id))
    going = report("going", [f"The word is {WORD}, and {WORD.upper()} stands in capitals.", "And no other."])
    store.put(going, FileRecord("going.pdf", 1, 1, going.id))
    upkeep = Remote(settings)
    upkeep.build(store)
    upkeep.build(store, rebuild=True)
    traces = {*traces_of(store, settings, going.id), WORD.encode(), WORD.upper().encode()}
    assert {trace for trace in traces if found(nodes, trace)} == traces, "or the test would find nothing afterwards"

    store.remove(going.id, "a request")
    upkeep.build(store, clean=True)
    upkeep.keep_only_current()
    cluster.flush(f"{settings.opensearch_index}-*")
    left = {trace: found(nodes, trace) for trace in traces}
    assert not any(left.values()), left
    assert upkeep.check(store, full=True) == []


def traces_of(store: Store, settings: Settings, report_id: str) -> set[bytes]:
    """Return pieces of what the cluster stores of a report, both as sent and as stored."""
    each = next(wanted for wanted in publishing.wanted(store, "main") if wanted.report.id == report_id)
    text = store.readings.text(each.reading)
    body = document("main", each.reading, each.report, text, each.copies).body
    packed = [body[name] for name in ("about", part_of(WORD), "text")]
    return {*(each.encode()[20:60] for each in packed), *(b64decode(each)[12:40] for each in packed)}


def found(nodes: Nodes, trace: bytes) -> list[str]:
    """Return the files that contain a trace."""
    return [str(path.relative_to(nodes.folder)) for path in nodes.data() if trace in path.read_bytes()]
