"""A stand-in for a cluster in this process, with as much of it as publishing and checking use.

Nothing is stored on disk. `make test-opensearch` runs the publishing tests on real nodes too, which checks the answers
of this double.
"""

import fnmatch
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from index.opensearch.documents import BINARY

Doc = dict[str, Any]


class Refused(Exception):
    """An error response."""

    def __init__(self, status: int, kind: str, **more: object) -> None:
        super().__init__(kind)
        self.status, self.body = status, {"error": {"type": kind, "reason": "…"}, "status": status, **more}


@dataclass
class Index:
    """An index.

    `docs` is what a `get` sees, with its sequence number. `seen` is what a search sees. `deleted` is not yet expunged.
    """

    body: Doc
    docs: dict[str, tuple[int, Doc]] = field(default_factory=dict)
    seen: dict[str, Doc] = field(default_factory=dict)
    deleted: int = 0
    sequence: int = 0


class Double:
    """Answers requests. `deaf` is how many times `_forcemerge` does nothing, as happens while a copy lags behind."""

    def __init__(self, version: str = "3.9.0") -> None:
        self.version = version
        self.indices: dict[str, Index] = {}
        self.deaf = 0

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Any]:
        """Return the status and JSON for a request."""
        url = urlsplit(target)
        try:
            return self._route(method, url.path.strip("/").split("/"), dict(parse_qsl(url.query)), body.decode())
        except Refused as refused:
            return refused.status, refused.body

    def _route(self, method: str, path: list[str], params: dict[str, str], body: str) -> tuple[int, Any]:
        if path == [""]:
            return 200, {"version": {"number": self.version, "distribution": "opensearch"}}
        if path == ["_bulk"]:
            return 200, self._bulk(body)
        if path == ["_msearch"]:
            lines = [json.loads(line) for line in body.splitlines()]
            pairs = zip(lines[::2], lines[1::2], strict=True)
            return 200, {"responses": [self._search(head["index"], asked) for head, asked in pairs]}
        if len(path) == 1:
            return self._whole(method, path[0], body)
        if path[1] == "_doc":
            return self._document(method, path[0], path[2], params, body)
        return 200, self._part(path, body)

    def _part(self, path: list[str], body: str) -> Any:
        names = path[0].split(",")
        found = {name: self._index(name) for name in self._named(path[0])}
        match path[1]:
            case "_mapping":
                return {name: {"mappings": index.body.get("mappings", {})} for name, index in found.items()}
            case "_settings":
                return {name: {"settings": {}} for name in found}
            case "_stats":
                routing = {"state": "STARTED"}
                copies = {
                    name: [{"routing": routing, "docs": {"deleted": each.deleted}}] for name, each in found.items()
                }
                shards = {name: {"shards": {"0": copy}} for name, copy in copies.items()}
                return {"_shards": {"total": len(found)}, "indices": shards}
            case "_search":
                return self._search(names, json.loads(body))
            case "_mget":
                return {"docs": [self._got(names[0], each) for each in json.loads(body)["ids"]]}
            case "_refresh":
                for index in found.values():
                    index.seen = {name: doc for name, (_, doc) in index.docs.items()}
            case "_forcemerge":
                self.deaf -= 1
                for index in found.values() if self.deaf < 0 else ():
                    index.deleted = 0
        return {"_shards": {"total": 1, "successful": 1, "failed": 0}}

    def _named(self, pattern: str) -> list[str]:
        return [
            name for name in sorted(self.indices) if any(fnmatch.fnmatch(name, each) for each in pattern.split(","))
        ]

    def _index(self, name: str) -> Index:
        if name not in self.indices:
            raise Refused(404, "index_not_found_exception")
        return self.indices[name]

    def _whole(self, method: str, name: str, body: str) -> tuple[int, Any]:
        if method == "DELETE":
            self.indices.pop(name, None)
            return 200, {"acknowledged": True}
        if name in self.indices:
            raise Refused(400, "resource_already_exists_exception")
        self.indices[name] = Index(json.loads(body))
        return 200, {"acknowledged": True, "shards_acknowledged": True, "index": name}

    def _got(self, index: str, name: str) -> Doc:
        held = self._index(index).docs.get(name)
        if held is None:
            return {"_id": name, "found": False}
        return {"_id": name, "found": True, "_seq_no": held[0], "_primary_term": 1, "_source": held[1]}

    def _document(self, method: str, index: str, name: str, params: dict[str, str], body: str) -> tuple[int, Any]:
        got = self._got(index, name)
        if method == "GET":
            return (200 if got["found"] else 404), got
        if params.get("op_type") == "create" and got["found"]:
            raise Refused(409, "version_conflict_engine_exception")
        if "if_seq_no" in params and (not got["found"] or got["_seq_no"] != int(params["if_seq_no"])):
            raise Refused(409, "version_conflict_engine_exception")
        self._write(index, name, json.loads(body))
        self.indices[index].seen[name] = json.loads(body)
        return 201, {"result": "created"}

    def _write(self, index: str, name: str, doc: Doc) -> None:
        held = self._index(index)
        held.sequence += 1
        held.docs[name] = (held.sequence, doc)

    def _bulk(self, body: str) -> Any:
        items: list[Any] = []
        lines = iter(body.splitlines())
        for line in lines:
            ((kind, told),) = json.loads(line).items()
            index, name = told["_index"], told["_id"]
            doc = json.loads(next(lines)) if kind != "delete" else None
            items.append({kind: {"_id": name, **self._one(kind, index, name, doc)}})
        return {"items": items}

    def _one(self, kind: str, index: str, name: str, doc: Doc | None) -> Doc:
        if index not in self.indices:
            return {"status": 404, "error": {"type": "index_not_found_exception"}}
        held = self.indices[index]
        if kind == "create" and name in held.docs:
            return {"status": 409, "error": {"type": "version_conflict_engine_exception"}}
        if doc is not None:
            self._write(index, name, doc)
            return {"status": 201, "_shards": {"failed": 0}}
        if held.docs.pop(name, None) is None:
            return {"status": 404}
        held.deleted += 1
        return {"status": 200, "_shards": {"failed": 0}}

    def _search(self, names: list[str], asked: Doc) -> Any:
        matches = matcher(asked["query"])
        found: list[Doc] = [
            {"_index": index, "_id": name, "doc": doc}
            for index in names
            for name, doc in self._index(index).seen.items()
            if matches(index, name, doc)
        ]
        total = len(found)
        for order in asked.get("sort", ()):
            ((by, _),) = order.items()
            for hit in found:
                hit["sort"] = [hit["doc"][by]]
            found.sort(key=lambda hit: hit["sort"])
        if after := asked.get("search_after"):
            found = [hit for hit in found if hit["sort"] > after]
        hits = []
        for hit in found[: asked.get("size", 10)]:
            doc = hit.pop("doc")
            fields = {name: _values(name, doc[name]) for name in asked.get("docvalue_fields", ()) if doc.get(name)}
            hits.append({**hit, "fields": fields})
        shards = {"total": 1, "successful": 1, "failed": 0}
        return {"timed_out": False, "_shards": shards, "hits": {"total": {"value": total}, "hits": hits}, "status": 200}


def _values(field: str, value: Any) -> list[Any]:
    if field in BINARY:  # as a cluster returns it: URL-safe and without padding
        return [value.rstrip("=").replace("+", "-").replace("/", "_")]
    return list(value) if isinstance(value, list) else [value]


Matches = Callable[[str, str, Doc], bool]


def matcher(query: Doc) -> Matches:
    """Return a function that checks whether a document (index, id, fields) matches a query."""
    ((kind, told),) = query.items()
    if kind == "bool":
        must = [matcher(each) for each in told.get("filter", ())]
        some = [matcher(each) for each in told.get("should", ())]
        none = [matcher(each) for each in told.get("must_not", ())]
        return lambda *doc: (
            all(each(*doc) for each in must)
            and (not some or any(each(*doc) for each in some))
            and not any(each(*doc) for each in none)
        )
    if kind == "match_all":
        return lambda *doc: True
    if kind == "ids":
        return lambda index, name, doc: name in told["values"]
    ((by, value),) = told.items()
    if kind == "match_phrase":
        return lambda index, name, doc: f" {value} " in f" {doc[by]} "
    if kind == "range":
        return lambda index, name, doc: bool(doc[by] <= value["lte"])
    wanted = value if kind == "terms" else [value]
    return lambda index, name, doc: (index if by == "_index" else doc[by]) in wanted


def documents(double: Double, index: str) -> Iterator[Doc]:
    """Yield the documents of an index."""
    yield from (doc for _, doc in double.indices[index].docs.values())
