"""Helpers shared by the views: the library pool, the library of this request, JSON responses."""

import json
import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from flask import Response, current_app, g, request

from reviews.library import Library
from reviews.web.library_pool import LibraryPool


def pool() -> LibraryPool:
    """The library pool of the application."""
    held: LibraryPool = current_app.extensions["pool"]
    return held


def opened() -> Library:
    """The library of this request, taken from the pool on first use."""
    if "library" not in g:
        g.library = pool().take()
    library: Library = g.library
    return library


def give_back(_: BaseException | None = None) -> None:
    """Return the library to the pool: after every request, or earlier when it is no longer needed."""
    library: Library | None = g.pop("library", None)
    if library is not None:
        pool().give_back(library)


def home() -> str:
    """The path under which the pages are served, without the last "/": "" unless a proxy serves them under a path."""
    return request.script_root


def root() -> str:
    """The address of the first page, for links in what is taken elsewhere. Without a list of host names the name in the
    request may be anybody's, so links are relative then."""
    if not current_app.extensions["hosts"]:
        return f"{home()}/"
    scheme = "https" if current_app.extensions["access"].is_https() else request.scheme
    return f"{scheme}://{request.host}{home()}/"


def public_link(path: str) -> str:
    """The full address of a page, for a citation; "" where these pages are served without a name that others know."""
    return root() + path if current_app.extensions["named"] else ""


def local(address: str) -> str:
    """An address on these pages, as a link or form carries it ("/?q=neglect"), or "" if it leads anywhere else."""
    safe = len(address) <= _LONGEST and _LOCAL.fullmatch(address)
    return address if safe else ""


_LONGEST = 4_000  # characters of an address that is carried along
_LOCAL = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*")


def without_paths(said: str) -> str:
    """A sentence without the places of files on this computer, unless its reader works on it."""
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
    """The same, with only the name of each file that was given with its whole path."""
    if isinstance(value, dict):
        return {key: _without_folders(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_folders(each) for each in value]
    if isinstance(value, str) and (PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute()):
        return _name(value)
    return value


def as_json(value: dict[str, Any], mimetype: str = "application/json") -> Response:
    """JSON response with one object, as `--json` prints it; for others without the folders of this computer."""
    if current_app.extensions["access"].signs_in:
        value = _without_folders(value)
    return Response(json.dumps(value, ensure_ascii=False), mimetype=mimetype)
