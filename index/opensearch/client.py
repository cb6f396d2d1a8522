"""A client for an OpenSearch cluster. Only this module imports the client library.

Every answer is either complete or an error: partial results are disabled in each request, and failed shards are checked
for anyway. A request is repeated, at most twice, only if no connection was made. Messages contain addresses and status
codes, but never a query, a text or a password. The log of the client library, which could contain them, is disabled.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

from corpus.errors import LimitHit, Locked, NoIndex, OtherVersion, QueryRefused, ReviewsError, UsageError
from index.opensearch.access import Access

try:
    from opensearchpy import OpenSearch
    from opensearchpy.exceptions import (
        AuthenticationException,
        AuthorizationException,
        ConflictError,
        ConnectionTimeout,
        NotFoundError,
        SSLError,
        TransportError,
    )
    from opensearchpy.exceptions import ConnectionError as NotConnected
except ModuleNotFoundError as missing:
    raise UsageError(
        'A cluster needs the extra `opensearch`. Run: pip install "safeguarding-reviews[opensearch]".'
    ) from missing

for _logger in ("opensearch", "opensearchpy.trace"):
    logging.getLogger(_logger).disabled = True  # at DEBUG level it writes every query

RETRIES = 2
SINCE, BEFORE = (2, 16), (4, 0)
"""The supported versions of OpenSearch: from the first, inclusive, to the second, exclusive."""
_GRACE = 5.0  # seconds that a request may take beyond the cluster's own limit
_WRITING = 120.0  # seconds for a request that writes
_BULK = 8_000_000  # approximate bytes of one bulk request; the cluster accepts 100 MB
_BUSY = (0.5, 1, 2, 4, 8, 16, 30, 30, 30)  # seconds to wait if the cluster is too busy to write
_WHOLE = {"allow_partial_search_results": "false"}

Body = Mapping[str, Any]


class Conflict(Locked):
    """Raised when a document has been written by another client since it was read."""


class _Busy(LimitHit):
    """Raised when the cluster did nothing because it is too busy, or short of memory for a moment."""


class Document(NamedTuple):
    """A stored document, with the version data that a later write can check."""

    source: dict[str, Any]
    seq_no: int
    primary_term: int


class Action(NamedTuple):
    """One write of a bulk request. `kind` is create, index or delete, and `where` is the index."""

    kind: str
    where: str
    id: str
    body: Body | None = None


class Copies(NamedTuple):
    """The state of an index's shard copies.

    `missing` counts copies that are on no node or not ready. `deleted` counts deleted documents that copies still
    contain.
    """

    missing: int
    deleted: int


class Cluster:
    """Client for an OpenSearch cluster.

    Safe to use from several threads. `sleep` is called with the seconds to wait.
    """

    def __init__(self, access: Access, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._urls = ", ".join(access.urls)
        self._sleep = sleep
        secure: dict[str, Any] = {"ca_certs": str(access.ca)} if access.ca else {}
        self._client = OpenSearch(
            hosts=list(access.urls),
            http_auth=(access.user, access.password) if access.user else None,
            verify_certs=True,
            max_retries=RETRIES,
            retry_on_status=(),
            retry_on_timeout=False,
            pool_maxsize=16,
            **secure,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    # Reading

    def search(self, index: str, body: Body, *, seconds: float = 5.0) -> dict[str, Any]:
        """Return the answer of all shards to one search. Raises QueryRefused if it takes longer than `seconds`."""
        asked = {"timeout": f"{round(seconds * 1000)}ms", **body}
        params = {**_WHOLE, "ignore_unavailable": "false"}
        path = f"/{index}/_search" if index else "/_search"  # a point in time has its own indices
        return self._whole(self._ask("POST", path, asked, params, seconds=seconds + _GRACE, query=True))

    def msearch(self, index: str, bodies: Sequence[Body], *, seconds: float = 5.0) -> list[dict[str, Any]]:
        """Return the complete answers to several searches, with one request."""
        if not bodies:
            return []
        head = json.dumps({"index": index.split(","), "allow_partial_search_results": False})
        lines = [line for body in bodies for line in (head, _json({"timeout": f"{round(seconds * 1000)}ms", **body}))]
        answer = self._ask("POST", "/_msearch", "\n".join([*lines, ""]), seconds=seconds + _GRACE, query=True)
        found: list[dict[str, Any]] = answer["responses"]
        for each in found:
            if "error" in each:
                self._refuse(int(each.get("status", 500)), each["error"], query=True)
            self._whole(each)
        return found

    def count(self, index: str, query: Body) -> int:
        """Return how many documents match."""
        answer = self.search(index, {"query": query, "size": 0, "track_total_hits": True}, seconds=30.0)
        return int(answer["hits"]["total"]["value"])

    def every(self, index: str, body: Body, *, size: int = 1000) -> Iterator[dict[str, Any]]:
        """Yield every hit of a search. Its `sort` must give every document a distinct key."""
        after: Body = {}
        while True:
            hits = self.search(index, {**body, **after, "size": size, "track_total_hits": False}, seconds=30.0)["hits"]
            yield from hits["hits"]
            if len(hits["hits"]) < size:
                return
            after = {"search_after": hits["hits"][-1]["sort"]}

    def get(self, index: str, id: str) -> Document | None:
        """Return the current version of a document, even before the next refresh, or None if it does not exist."""
        try:
            answer = self._ask("GET", f"/{index}/_doc/{id}")
        except _NotThere as missing:
            if missing.document:
                return None
            raise
        return Document(answer["_source"], answer["_seq_no"], answer["_primary_term"])

    def many(self, index: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the current sources of those documents that exist."""
        if not ids:
            return {}
        answer = self._ask("POST", f"/{index}/_mget", {"ids": list(ids)}, seconds=30.0)
        for each in answer["docs"]:
            if "error" in each:
                self._refuse(503, each["error"])
        return {each["_id"]: each["_source"] for each in answer["docs"] if each.get("found")}

    def version(self) -> str:
        """Return the version of the cluster. Raises OtherVersion if the program does not support it."""
        told = self._ask("GET", "/")["version"]
        number = str(told["number"])
        parts = tuple(int(part) for part in number.split(".")[:2])
        if told.get("distribution") != "opensearch" or not SINCE <= parts < BEFORE:
            raise OtherVersion(
                f"{self._urls} runs version {number} of {told.get('distribution', 'another engine')}. The program "
                f"works with OpenSearch from {'.'.join(map(str, SINCE))} to below {BEFORE[0]}: use such a cluster."
            )
        return number

    # Writing

    def put(self, index: str, id: str, body: Body, *, over: Document | None) -> None:
        """Write a document if it is still the one that was read.

        `over` is that document, or None if there was none. Raises Conflict.
        """
        state = (
            {"op_type": "create"} if over is None else {"if_seq_no": over.seq_no, "if_primary_term": over.primary_term}
        )
        self._ask("PUT", f"/{index}/_doc/{id}", body, {**state, "refresh": "true"}, seconds=_WRITING)

    def bulk(self, actions: Iterable[Action]) -> list[str]:
        """Write documents. Returns the ids of documents to be created that already existed.

        Raises an error for any other write that is refused. Writes that the cluster is too busy to accept are repeated
        for two minutes.
        """
        existed: list[str] = []
        batch: list[tuple[str, str]] = []
        size = 0
        for action in actions:
            lines = _lines(action)
            batch.append((action.id, lines))
            size += len(lines)
            if size >= _BULK:
                existed += self._send(batch)
                batch, size = [], 0
        return [*existed, *self._send(batch)]

    def _send(self, batch: list[tuple[str, str]]) -> list[str]:
        existed: list[str] = []
        for pause in (*_BUSY, None):
            if not batch:
                return existed
            with suppress(_Busy):  # of the whole request, nothing was written
                batch = self._send_once(batch, existed)
            if batch and pause is not None:
                self._sleep(pause)
        raise LimitHit(f"The cluster at {self._urls} is too busy to accept writes. Run the command again later.")

    def _send_once(self, batch: list[tuple[str, str]], existed: list[str]) -> list[tuple[str, str]]:
        """Return the writes that the cluster was too busy for. Adds the ids of those that already existed."""
        answer = self._ask("POST", "/_bulk", "".join(lines for _, lines in batch), seconds=_WRITING)
        again = []
        for sent, item in zip(batch, answer["items"], strict=True):
            ((kind, told),) = item.items()
            if told["status"] == 429:
                again.append(sent)
            elif told["status"] == 409 and kind == "create":
                existed.append(sent[0])
            elif told["status"] >= 300 and not (kind == "delete" and told["status"] == 404):
                self._refuse(told["status"], told["error"])
            elif told.get("_shards", {}).get("failed"):
                raise LimitHit(f"A copy of the index at {self._urls} did not store everything. Run the command again.")
        return again

    def create(self, index: str, body: Body) -> None:
        """Create an index, and wait until its primary shards are ready. An existing index is left as it is.

        Raises LimitHit if they are not ready in time.
        """
        params = {"wait_for_active_shards": "1", "timeout": f"{_WRITING - _GRACE:.0f}s"}  # otherwise 30 seconds
        try:
            answer = self._ask("PUT", f"/{index}", body, params, seconds=_WRITING)
        except Conflict:
            return
        if not answer["shards_acknowledged"]:
            raise LimitHit(f"The cluster at {self._urls} is too busy to make an index. Run the command again later.")

    def delete_index(self, index: str) -> None:
        """Delete an index if it exists."""
        self._ask("DELETE", f"/{index}", params={"ignore_unavailable": "true"}, seconds=_WRITING)

    def indices(self, pattern: str) -> dict[str, dict[str, Any]]:
        """Return the indices whose names match, with the `_meta` of their mappings."""
        answer = self._ask("GET", f"/{pattern}/_mapping", params={"ignore_unavailable": "true"})
        return {name: each["mappings"].get("_meta", {}) for name, each in answer.items()}

    def refresh(self, index: str) -> None:
        """Make all writes visible on every copy."""
        self._copies("POST", f"/{index}/_refresh")

    def flush(self, index: str) -> None:
        """Write everything to the segments and start a new transaction log, on every copy."""
        self._copies("POST", f"/{index}/_flush", {"force": "true", "wait_if_ongoing": "true"})

    def expunge(self, index: str) -> None:
        """Rewrite the segments that contain deleted documents, on every copy."""
        self._copies("POST", f"/{index}/_forcemerge", {"only_expunge_deletes": "true"}, seconds=3600.0)

    def copies(self, index: str) -> Copies:
        """Return the state of an index's copies."""
        answer = self._ask("GET", f"/{index}/_stats/docs", params={"level": "shards"})
        held = [copy for each in answer["indices"].values() for shard in each["shards"].values() for copy in shard]
        missing = answer["_shards"]["total"] - sum(copy["routing"]["state"] == "STARTED" for copy in held)
        return Copies(missing, sum(copy["docs"]["deleted"] for copy in held))

    def settings(self, index: str) -> dict[str, dict[str, Any]]:
        """Return the settings of indices as flat keys."""
        answer = self._ask("GET", f"/{index}/_settings", params={"flat_settings": "true"})
        return {name: each["settings"] for name, each in answer.items()}

    # What every request goes through

    def _copies(self, method: str, path: str, params: Body | None = None, *, seconds: float = _WRITING) -> None:
        answer = self._ask(method, path, params=params, seconds=seconds)
        if failed := answer["_shards"]["failed"]:
            raise LimitHit(f"{failed} copies of the index at {self._urls} failed. Run the command again.")

    def _ask(
        self,
        method: str,
        path: str,
        body: Body | str | None = None,
        params: Body | None = None,
        *,
        seconds: float = 30.0,
        query: bool = False,
    ) -> Any:
        sent = body if isinstance(body, str) or body is None else _json(body)
        try:
            return self._client.transport.perform_request(
                method, path, params=dict(params or {}), body=sent, timeout=seconds, headers=_headers(path)
            )
        except ConnectionTimeout as error:
            raise LimitHit(
                f"The cluster at {self._urls} did not answer in {seconds:.0f} seconds. Try again."
            ) from error.__cause__
        except SSLError:
            raise LimitHit(
                f"The certificate of {self._urls} was not signed by the authority in `opensearch.ca`, or is for "
                "another name. Nothing was sent."
            ) from None
        except NotConnected:
            raise LimitHit(
                f"The cluster at {self._urls} cannot be reached. Nothing was searched. Try again in a minute."
            ) from None
        except TransportError as error:
            told = error.info if isinstance(error.info, dict) else {}
            self._refuse(_status(error), told.get("error", told), document=told.get("found") is False, query=query)

    def _whole(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return the answer if all shards responded in time. Raises an error otherwise."""
        if answer["timed_out"]:
            raise QueryRefused("The query took too long. Narrow it: fewer words with *, or a filter.")
        shards = answer["_shards"]
        if shards["failed"] or shards["successful"] < shards["total"]:
            raise self._partial(shards["successful"], shards["total"])
        return answer

    def _partial(self, answered: int | str, of: int | str) -> LimitHit:
        return LimitHit(
            f"{answered} of {of} parts of the index at {self._urls} answer. Incomplete answers are never shown. Try "
            "again in a minute."
        )

    def _refuse(self, status: int, told: Any, *, document: bool = False, query: bool = False) -> NoReturn:
        kinds = set(_kinds(told))
        if status == 404:
            raise _NotThere(f"The index at {self._urls} is not there. Run `reviews update`.", document=document)
        if status == 409 or "resource_already_exists_exception" in kinds:
            raise Conflict(f"Another program is writing to the index at {self._urls}. Run the command again.")
        if status in (401, 403):
            what = "does not accept the user or the password" if status == 401 else "does not allow the user to do this"
            raise LimitHit(f"The cluster at {self._urls} {what}; see docs/opensearch.md on `user` and the password.")
        if kinds & {"too_many_clauses", "too_many_nested_clauses"}:
            raise QueryRefused("The query is too large for the index. Narrow it: use fewer * or a shorter NEAR.")
        if status == 429 or "circuit_breaking_exception" in kinds:  # short of memory, by any request
            then = " If this query is refused again, narrow it." if query else ""
            raise _Busy(f"The cluster at {self._urls} is too busy. Try again in a minute.{then}")
        if status >= 500:
            raise self._partial("Not all", "the")
        raise ReviewsError(
            f"The cluster at {self._urls} refused a request ({status} {', '.join(sorted(kinds))}). This is a bug."
        )


class _NotThere(NoIndex):
    """Raised when something does not exist. `document` means that the index exists but the document does not."""

    def __init__(self, message: str, *, document: bool) -> None:
        super().__init__(message)
        self.document = document


def _status(error: TransportError) -> int:
    known = {AuthenticationException: 401, AuthorizationException: 403, NotFoundError: 404, ConflictError: 409}
    for kind, code in known.items():
        if isinstance(error, kind):
            return code
    return int(error.status_code)


def _kinds(told: Any) -> Iterator[str]:
    """Yield the types of an error and its causes, but never the reason, which can quote the query."""
    if isinstance(told, dict):
        if isinstance(told.get("type"), str):
            yield told["type"]
        for part in ("caused_by", "root_cause", "reason", "failed_shards"):
            yield from _kinds(told.get(part))
    elif isinstance(told, list):
        for each in told:
            yield from _kinds(each)


def _headers(path: str) -> dict[str, str]:
    lines = path in ("/_bulk", "/_msearch")
    return {"content-type": "application/x-ndjson" if lines else "application/json"}


def _lines(action: Action) -> str:
    head = _json({action.kind: {"_index": action.where, "_id": action.id}})
    return f"{head}\n" if action.body is None else f"{head}\n{_json(action.body)}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
