"""Store the collections of the current visitor, on the server or in their browser.

If people sign in, each has a file on the server. Otherwise cookies hold the references and notes in packed form, and
nothing is stored on the server.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from dataclasses import replace

from flask import Response, current_app, g, request

from corpus.errors import UsageError
from reviews.collecting import json_format
from reviews.collecting.collection import Collected, Collection
from reviews.collecting.person_files import PersonFile
from reviews.web.context import home, pool

_COOKIES = ("collected0", "collected1")
_SIZE = 3_500  # characters in each: browsers store 4,096 with the name, and proxies accept 8,192 for all together
_UNPACKED = 1_000_000  # bytes: anything larger is not a collection
_DAYS = 400  # browsers do not keep cookies longer


def collected() -> Collected:
    """Return the collections of the current visitor."""
    if "collected" not in g:
        kept = _kept()
        g.collected = kept.read() if kept else unpacked("".join(request.cookies.get(name, "") for name in _COOKIES))
    held: Collected = g.collected
    return held


def change(act: Callable[[Collected], Collected]) -> Collected:
    """Change the collections. Raises what `act` raises, and UsageError if the browser has no room for the result."""
    kept = _kept()
    if kept:
        g.collected = kept.change(act)
    else:
        changed = act(collected())
        g.collected_cookies = _parts(changed)
        g.collected = changed
    held: Collected = g.collected
    return held


def written(response: Response) -> Response:
    """Send the changed collections to a browser that stores them."""
    secure, path = current_app.extensions["access"].is_https(), home() or "/"
    for name, value in zip(_COOKIES, g.get("collected_cookies", ()), strict=False):
        if value:
            response.set_cookie(
                name, value, max_age=_DAYS * 86_400, path=path, httponly=True, samesite="Strict", secure=secure
            )
        elif name in request.cookies:
            response.delete_cookie(name, path=path, httponly=True, samesite="Strict", secure=secure)
    return response


def on_server() -> bool:
    """Return whether the server stores the collections, because it knows who the visitor is."""
    return bool(current_app.extensions["access"].signs_in)


def _kept() -> PersonFile | None:
    return PersonFile(pool().settings.library, g.person) if on_server() else None


def packed(value: Collected) -> str:
    """Return the collections in the shortest form, in characters that a cookie can hold."""
    short = replace(
        value,
        collections=tuple(
            replace(each, passages=tuple(replace(p, report=p.report[:16]) for p in each.passages))
            for each in value.collections
        ),
    )
    rows = [
        [c.key, c.name, [[p.report, p.first, p.last, p.page, p.number, p.generation, p.date, p.digest, p.note]
                         for p in c.passages]]
        for c in short.collections
    ]  # fmt: skip
    text = json.dumps([short.open_key, rows], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode("utf-8", "replace"), 9)).decode().rstrip("=")


def unpacked(text: str) -> Collected:
    """Return the collections from the cookies. Anything not made by `packed` gives an empty collection."""
    if not text:
        return Collected()
    try:
        data = zlib.decompressobj().decompress(
            base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), max_length=_UNPACKED
        )
        open_key, rows = json.loads(data)
        names = ("report", "first", "last", "page", "paragraph", "generation", "saved", "digest", "note")
        return json_format.from_dict(
            {
                "format": json_format.FORMAT,
                "version": json_format.VERSION,
                "open": open_key,
                "collections": [
                    {"key": key, "name": name, "passages": [dict(zip(names, row, strict=True)) for row in passages]}
                    for key, name, passages in rows
                ],
            }
        )
    except (ValueError, TypeError, zlib.error, RecursionError, UsageError):
        return Collected()


def _parts(value: Collected) -> list[str]:
    text = packed(value)
    if len(text) > _SIZE * len(_COOKIES):
        raise UsageError(
            "Your browser has no room for more. Download your collections as files, then delete some passages or "
            "shorten some notes."
        )
    return [text[n * _SIZE : (n + 1) * _SIZE] for n in range(len(_COOKIES))]


def open_collection() -> Collection:
    """Return the collection for newly saved passages."""
    return collected().open


def saved_here(report: str, first: int) -> bool:
    """Return whether the open collection has the passage that begins with a paragraph (ordinal) of a report."""
    return any(each.is_at(report, first) for each in open_collection().passages)
