"""Which library publishes a report that several hold: the first that claims it, until it has it no longer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from index.opensearch.client import Action, Cluster

_CHUNK = 1000


def claim(cluster: Cluster, owners: str, library: str, reports: Sequence[str]) -> set[str]:
    """Claim reports (full ids) for a library. Gives those that another library has claimed before."""
    taken: set[str] = set()
    for start in range(0, len(reports), _CHUNK):
        chunk = reports[start : start + _CHUNK]
        known = cluster.many(owners, chunk)
        new = [report for report in chunk if report not in known]
        body = {"library": library}
        existed = cluster.bulk(Action("create", owners, report, {**body, "report": report}) for report in new)
        known |= cluster.many(owners, existed)  # claimed in this moment, or a request of ours that was sent twice
        taken |= {report for report, said in known.items() if said["library"] != library}
    return taken


def release(cluster: Cluster, owners: str, library: str, keep: Collection[str]) -> None:
    """Let go of what a library claimed and does not publish any more, so that another may."""
    cluster.refresh(owners)
    mine = {"term": {"library": library}}
    if cluster.count(owners, mine) == len(keep):
        return
    claimed = [
        hit["_id"] for hit in cluster.every(owners, {"query": mine, "sort": [{"report": "asc"}], "_source": False})
    ]
    cluster.bulk(Action("delete", owners, report) for report in claimed if report not in keep)
