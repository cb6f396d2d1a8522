"""Decide which library publishes a report that several libraries have: the first to claim it, for as long as it has
it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from index.opensearch.client import Action, Cluster

_CHUNK = 1000


def claim(cluster: Cluster, owners: str, library: str, reports: Sequence[str]) -> set[str]:
    """Claim reports (full ids) for a library. Returns those that another library has already claimed."""
    taken: set[str] = set()
    for start in range(0, len(reports), _CHUNK):
        chunk = reports[start : start + _CHUNK]
        known = cluster.many(owners, chunk)
        new = [report for report in chunk if report not in known]
        body = {"library": library}
        existed = cluster.bulk(Action("create", owners, report, {**body, "report": report}) for report in new)
        known |= cluster.many(owners, existed)  # claimed just now, or by a request that was sent twice
        taken |= {report for report, said in known.items() if said["library"] != library}
    return taken


def release(cluster: Cluster, owners: str, library: str, keep: Collection[str]) -> None:
    """Release the claims on reports that a library no longer publishes, so that another can claim them."""
    cluster.refresh(owners)
    mine = {"term": {"library": library}}
    if cluster.count(owners, mine) == len(keep):
        return
    claimed = [
        hit["_id"] for hit in cluster.every(owners, {"query": mine, "sort": [{"report": "asc"}], "_source": False})
    ]
    cluster.bulk(Action("delete", owners, report) for report in claimed if report not in keep)
