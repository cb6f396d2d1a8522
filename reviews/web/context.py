"""Helpers shared by the views: the library pool, the library of the current request, JSON responses."""

import json
import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from flask import Response, current_app, g, request

from reviews.library import Library
from reviews.web.library_pool import LibraryPool


def pool() -> LibraryPool:
    """Return the library pool of the application."""
    held: LibraryPool = current_app.extensions["pool"]
    return held


def opened() -> Library:
    """Return the library of this request, which is taken from the pool on first use."""
    if "library" not in g:
        g.library = pool().take()
    library: Library = g.library
    return library


def give_back(_: BaseException | None = None) -> None:
    """Return the library to the pool: after every request, or earlier if it is no longer needed."""
    library: Library | None = g.pop("library", None)
    if library is not None:
        pool().give_back(library)


def withdrawn(report: str) -> str:
    """Return the day on which a report (full id) was found to be withdrawn by its publisher, or ""."""
    if "withdrawn" not in g:
        g.withdrawn = opened().corpus().publications.withdrawn()
    known: dict[str, str] = g.withdrawn
    return known.get(report, "")


def home() -> str:
    """Return the path under which the pages are served, without the final "/". It is "" unless a proxy uses a path."""
    return request.script_root


def root() -> str:
    """Return the address of the first page, for links in downloads.

    Without a list of host names, anyone could have put any name into the request, so links are relative.
    """
    if not current_app.extensions["hosts"]:
        return f"{home()}/"
    scheme = "https" if current_app.extensions["access"].is_https() else request.scheme
    return f"{scheme}://{request.host}{home()}/"


def public_link(path: str) -> str:
    """Return the full address of a page for a citation, or "" if these pages have no name that others know."""
    return root() + path if current_app.extensions["named"] else ""


def local(address: str) -> str:
    """Return an address on these pages as used in a link or form ("/?q=neglect"), or "" if it leads anywhere else."""
    safe = len(address) <= _LONGEST and _LOCAL.fullmatch(address)
    return address if safe else ""


_LONGEST = 4_000  # maximum characters of an address that is passed on
_LOCAL = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*")


def without_paths(said: str) -> str:
    """Return a sentence without the paths of files on this computer, unless the reader is working on it."""
    if not current_app.extensions["access"].signs_in:
        return said
    settings = pool().settings
    for folder in {str(settings.library), str(settings.library.resolve())}:
        said = said.replace(folder, "the library")
    return _PATH.sub(lambda found: _name(found[0]), said)


_PATH = re.compile(r"(?<![\w/:.<])(?:/|[A-Za-z]:\\)[^\s/\\]+(?:[/\\][^\s/\\]+)+")


def _name(path: str) -> str:
    return re.split(r"[/\\]", path)[-1]


def _without_folders(value: Any) -> Any:
    """Replace each file path in a value with the file name."""
    if isinstance(value, dict):
        return {key: _without_folders(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_folders(each) for each in value]
    if isinstance(value, str) and (PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute()):
        return _name(value)
    return value


def as_answer(value: dict[str, Any]) -> Response:
    """Like `as_json`, with what was searched and what was not."""
    return as_json(value | {"coverage": opened().searcher().coverage.to_dict()})


def as_json(value: dict[str, Any], mimetype: str = "application/json") -> Response:
    """Return a JSON response with one object, as `--json` prints it.

    For other people, folders of this computer are left out.
    """
    if current_app.extensions["access"].signs_in:
        value = _without_folders(value)
    return Response(json.dumps(value, ensure_ascii=False), mimetype=mimetype)
