"""The path under which a reverse proxy serves the pages, such as "/reviews"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

VALID = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


class Prefixed:
    """Tells the application its path: `prefix`, or otherwise what a trusted proxy sends in X-Forwarded-Prefix.

    It makes no difference whether the proxy removes the path from the requests that it passes on. `trusts` returns
    whether an address belongs to a trusted proxy.
    """

    def __init__(self, app: WSGIApplication, prefix: str, trusts: Callable[[str], bool]) -> None:
        self._app = app
        self._prefix = prefix.rstrip("/")
        self._trusts = trusts

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        prefix = self._prefix or self._forwarded(environ)
        if prefix:
            path = environ.get("PATH_INFO", "")
            if path == prefix or path.startswith(f"{prefix}/"):
                environ["PATH_INFO"] = path[len(prefix) :] or "/"
            environ["SCRIPT_NAME"] = prefix
        return self._app(environ, start_response)

    def _forwarded(self, environ: WSGIEnvironment) -> str:
        said = str(environ.get("HTTP_X_FORWARDED_PREFIX", "")).rstrip("/")
        return said if VALID.fullmatch(said) and self._trusts(str(environ.get("REMOTE_ADDR", ""))) else ""
