"""Sign-in, rate limit, and protection against forms sent from other sites."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from reviews.web.guard.tokens import Tokens

views = Blueprint("access", __name__)

COOKIE = "reviews"
_OPEN = ("static.file", "library.healthz", "access.sign_in", "access.signed_in")  # need no sign-in
_VISITORS = 10_000  # visitors to remember for the rate limit


@dataclass(frozen=True, slots=True)
class Access:
    """How people sign in. With neither tokens nor a header, everyone who can reach the page can use it.

    tokens: those of the library. header: set by a proxy at one of `proxies` (addresses or networks) to name the person.
    """

    tokens: Tokens | None = None
    header: str = ""
    proxies: tuple[str, ...] = ()

    def person(self) -> str | None:
        """Name of the person who sent the request; "" when nobody signs in, None when not signed in."""
        if self.header:
            return self._named_by_proxy()
        if self.tokens is None:
            return ""
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        token = given.strip() if kind.lower() == "bearer" else request.cookies.get(COOKIE, "")
        return self.tokens.person(token) if token else None

    def _named_by_proxy(self) -> str | None:
        try:
            sender = ip_address(request.remote_addr or "")
        except ValueError:
            return None
        if not any(sender in ip_network(proxy, strict=False) for proxy in self.proxies):
            return None
        name = request.headers.get(self.header, "").strip()
        return name[:100] if name and "," not in name else None  # of two names, one was not set by the proxy


class Rate:
    """Limit on requests per minute for each visitor, half of which can come at once. per_minute: 0 for no limit."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def takes(self, visitor: str, now: float) -> bool:
        """Count one more request, if it is allowed. Returns whether it is."""
        if not self._per_minute:
            return True
        most = max(1.0, self._per_minute / 2)
        with self._lock:
            left, last = self._left.pop(visitor, (most, now))
            left = min(most, left + (now - last) * self._per_minute / 60)
            allowed = left >= 1
            self._left[visitor] = (left - 1 if allowed else left, now)
            while len(self._left) > _VISITORS:
                self._left.popitem(last=False)
        return allowed


def check() -> AnyResponse | None:
    """Check every request: the person is signed in, within the rate limit, and any form comes from this site."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and not _same_site():
        abort(403, "This form was sent from another site. Open the page here and send it again.")
    g.person = ""
    if request.endpoint in _OPEN:
        return None
    access: Access = current_app.extensions["access"]
    person = access.person()
    if person is None:
        if access.tokens is not None and request.method == "GET" and not request.path.endswith(".json"):
            return redirect("/sign-in", 303)
        abort(401, "You are not signed in. Ask the person who runs this page for an access code.")
    g.person = person
    rate: Rate = current_app.extensions["rate"]
    if not rate.takes(person or request.remote_addr or "", time.monotonic()):
        abort(Response(render_template("error.html", status=429, sentence=TOO_MUCH), 429, {"Retry-After": "30"}))
    return None


TOO_MUCH = "You have sent too many requests. Wait half a minute, then try again."


def _same_site() -> bool:
    """Whether a form was sent from this site. A program sends neither header, and no cookie that could be misused."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


@views.get("/sign-in")
def sign_in() -> str:
    """Form for the access code."""
    return render_template("sign_in.html", wrong=False)


@views.post("/sign-in")
def signed_in() -> AnyResponse | tuple[str, int]:
    """Set the token as a cookie that scripts cannot read and other sites cannot send."""
    access: Access = current_app.extensions["access"]
    rate: Rate = current_app.extensions["rate"]
    if not rate.takes(f"sign-in {request.remote_addr}", time.monotonic()):
        abort(429)
    token = request.form.get("token", "").strip()
    if access.tokens is None or access.tokens.person(token) is None:
        return render_template("sign_in.html", wrong=True), 401
    answer = redirect("/", 303)
    answer.set_cookie(COOKIE, token, max_age=30 * 86_400, httponly=True, samesite="Strict", secure=request.is_secure)
    return answer


@views.post("/sign-out")
def sign_out() -> AnyResponse:
    """Delete the cookie. The token stays valid until it is revoked."""
    answer = redirect("/sign-in", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="Strict")
    return answer
