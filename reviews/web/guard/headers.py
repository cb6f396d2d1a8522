"""Security headers for every response, and the static files."""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request

STATIC = Path(__file__).parent.parent / "static"

_ALLOWED = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
POLICY = "; ".join(f"{what} {whence}" for what, whence in _ALLOWED.items())
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}
_TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

static = Blueprint("static", __name__)


def with_headers(response: Response) -> Response:
    """Add the security headers to every response, including errors and files."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    if current_app.extensions["access"].https:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def refused(hosts: tuple[str, ...]) -> None:
    """Refuse unknown host names, to protect against DNS rebinding."""
    name, port = _parts(request.host)
    if (hosts and name not in hosts) or not ("0" + port).isdecimal():
        abort(421, "This page is not served under that name. Use the address that `reviews serve` printed.")


def _parts(host: str) -> tuple[str, str]:
    """Return the host name, and the port or ""."""
    if host.startswith("["):
        name, _, rest = host[1:].partition("]")
        return name.lower(), rest.removeprefix(":")
    name, _, port = host.rpartition(":") if ":" in host else (host, "", "")
    return name.lower(), port


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    """Return all static files by name, each with a hash of its content. Nothing else is served."""
    found = {}
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found[path.relative_to(STATIC).as_posix()] = (data, hashlib.sha256(data).hexdigest()[:12])
    return found


def asset(name: str) -> str:
    """Return the address of a static file. It changes with the content, so a browser can cache the file for ever."""
    return f"{request.script_root}/static/{name}?v={_files()[name][1]}"


@static.get("/static/<path:name>")
def file(name: str) -> Response:
    """Serve a static file from the list made at the start, so that no path can lead elsewhere."""
    held = _files().get(name)
    if held is None:
        abort(404)
    kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = Response(held[0], mimetype=kind)
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if request.args.get("v") == held[1] else "public, max-age=3600"
    )
    response.set_etag(held[1])
    response.make_conditional(request)
    return response
