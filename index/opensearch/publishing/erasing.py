"""Erase documents from a cluster completely, from every generation and every copy."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from corpus.errors import LimitHit, NoIndex
from index.opensearch.client import Cluster
from index.opensearch.publishing.build import prune
from index.opensearch.publishing.state import Pointer, Publication

_PAUSE = 5.0  # seconds
_TRIES = 60
"""A copy keeps deleted documents until the other copies confirm that they no longer need them.

That takes about half a minute, and the cluster has no way to request it at once.
"""


def holds_any(cluster: Cluster, point: Pointer, library: str, reports: Collection[str]) -> bool:
    """Return whether an index of the library contains a document of one of the reports (full ids), visible or not."""
    for index in point.indices(library):
        cluster.refresh(index)
        if cluster.count(index, {"terms": {"report": sorted(reports)}}):
            return True
    return False


def keep_only_current(cluster: Cluster, point: Pointer, library: str, sleep: Callable[[float], None]) -> None:
    """Delete everything outside the library's current generation, and wait until it is gone from every copy.

    Raises LimitHit if a copy still contains deleted data after some minutes; the next run continues.
    """

    def alone(publication: Publication) -> Publication:
        if publication.current is None:
            raise NoIndex("There is no index in the cluster yet. Run `reviews update`.")
        return replace(publication, kept=())

    publication = point.change(library, alone)
    prune(cluster, point, library, publication)
    for index in {each.index for each in publication.all()}:
        expunge(cluster, index, sleep)


def expunge(cluster: Cluster, index: str, sleep: Callable[[float], None]) -> None:
    """Wait until no copy of an index contains a deleted document, and start a new transaction log."""
    for attempt in range(_TRIES):
        cluster.flush(index)
        cluster.expunge(index)
        cluster.refresh(index)  # an open search keeps the files with which it started
        cluster.flush(index)
        if cluster.copies(index) == (0, 0):
            return
        if attempt + 1 < _TRIES:
            sleep(_PAUSE)
    raise LimitHit(
        f"Some copies of {index} still contain the removed report. Run `reviews update` when all nodes are running: it "
        "finishes the removal."
    )
