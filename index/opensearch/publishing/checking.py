"""Check that every copy in the cluster agrees with the corpus, and that the cluster writes no queries into its logs."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corpus.settings import Settings
from corpus.storage.store import Store
from index.opensearch.client import Cluster
from index.opensearch.documents import BINARY, document, unpacked
from index.opensearch.publishing import canaries
from index.opensearch.publishing.build import Wanted, listed, visible, wanted
from index.opensearch.publishing.state import FINGERPRINT, Publication, Published, pointer

_AT_ONCE = 20
_REBUILD = "Run `reviews index --rebuild`."


def problems(store: Store, settings: Settings, cluster: Cluster, *, full: bool = False) -> list[str]:
    """Return the problems as sentences.

    With `full`, check every byte of every document, and the words of every paragraph.
    """
    cluster.version()
    publication = pointer(cluster, settings).read().publications.get(settings.opensearch_library, Publication())
    published = publication.current
    if published is None:
        return ["There is no index in the cluster yet. Run `reviews update`."]
    if published.fingerprint != FINGERPRINT:
        return [f"{published.index} was made by another version of the program. Run `reviews update`."]
    found = list(_logs(cluster, publication))
    shown = visible(published, listed(cluster, published.index))
    if len(shown) != published.reports:
        found.append(f"The cluster holds {len(shown):,} of the {published.reports:,} reports that it lists. {_REBUILD}")
    current = [each for each in wanted(store, settings.opensearch_library) if each.id in shown]
    if published.revision == store.revision and shown - {each.id for each in current}:
        found.append(f"The reports in the cluster differ from those in the corpus. {_REBUILD}")
    found += canaries.missing(store, cluster, published, {each.id: each.reading for each in current}, full=full)
    if full:
        found += [
            *_differences(store, settings, cluster, published, current),
            *copies_missing(cluster, publication.all()),
        ]
    return found


def _differences(
    store: Store, settings: Settings, cluster: Cluster, published: Published, current: Sequence[Wanted]
) -> Iterator[str]:
    """Compare what is stored for each report with what the corpus would produce now.

    Yields the differences as sentences.
    """
    for start in range(0, len(current), _AT_ONCE):
        chunk = {each.id: each for each in current[start : start + _AT_ONCE]}
        body: Mapping[str, Any] = {
            "query": {"ids": {"values": [*chunk]}},
            "docvalue_fields": [*BINARY, "v", "h"],
            "size": _AT_ONCE,
            "_source": False,
        }
        for hit in cluster.search(published.index, body, seconds=60.0)["hits"]["hits"]:
            each = chunk[hit["_id"]]
            text = store.readings.text(each.reading)
            made = document(settings.opensearch_library, each.reading, each.report, text, each.copies).body
            fields = hit["fields"]
            same = all(unpacked(fields[name][0]) == b64decode(made[name]) for name in BINARY)
            if not same or any(sorted(fields.get(name, [])) != made[name] for name in ("v", "h")):
                yield f"The cluster's text differs from the corpus for reading {each.reading}. {_REBUILD}"


def copies_missing(cluster: Cluster, generations: Sequence[Published]) -> Iterator[str]:
    """Yield the missing copies as sentences. Answers are still complete, but only until another node fails."""
    for index in sorted({each.index for each in generations}):
        if missing := cluster.copies(index).missing:
            yield (
                f"{missing} copies of {index} are missing or not ready: a node is away or has just come back, or there "
                "are fewer nodes than copies."
            )


def _logs(cluster: Cluster, publication: Publication) -> Iterator[str]:
    """Yield the log settings that could write queries or text into the cluster's logs, as sentences."""
    for index in sorted({each.index for each in publication.all()}):
        for name, settings in cluster.settings(index).items():
            loud = [key for key, value in settings.items() if ".slowlog.threshold." in key and value != "-1"]
            if loud:
                yield f"{name} writes slow queries or documents into the cluster's log. Set {loud[0]} to -1."
