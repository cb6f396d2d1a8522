"""Who is asking, and how much may they? Nobody else's page may ask for them, and nobody may take the whole machine."""

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
_OPEN = ("static.file", "telling.healthz", "access.sign_in", "access.signed_in")  # what needs no name
_VISITORS = 10_000  # that are remembered


@dataclass(frozen=True, slots=True)
class Access:
    """How people are known. Without any of it everybody who reaches the page may use it: this machine only.

    tokens: of the library. header: in which a proxy at one of `proxies` (addresses or networks) names the person.
    """

    tokens: Tokens | None = None
    header: str = ""
    proxies: tuple[str, ...] = ()

    def person(self) -> str | None:
        """Who is asking: a name, "" where names are not asked for, None for somebody who is not known."""
        if self.header:
            return self._named_by_proxy()
        if self.tokens is None:
            return ""
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        token = given.strip() if kind.lower() == "bearer" else request.cookies.get(COOKIE, "")
        return self.tokens.person(token) if token else None

    def _named_by_proxy(self) -> str | None:
        try:
            asking = ip_address(request.remote_addr or "")
        except ValueError:
            return None
        if not any(asking in ip_network(proxy, strict=False) for proxy in self.proxies):
            return None
        name = request.headers.get(self.header, "").strip()
        return name[:100] if name and "," not in name else None  # two names: one of them is not the proxy's


class Rate:
    """So many requests a minute for each visitor, half of them at once. a_minute 0: no limit."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def takes(self, visitor: str, now: float) -> bool:
        """Whether one more is allowed, and if so, count it."""
        if not self._a_minute:
            return True
        most = max(1.0, self._a_minute / 2)
        with self._lock:
            left, last = self._left.pop(visitor, (most, now))
            left = min(most, left + (now - last) * self._a_minute / 60)
            allowed = left >= 1
            self._left[visitor] = (left - 1 if allowed else left, now)
            while len(self._left) > _VISITORS:
                self._left.popitem(last=False)
        return allowed


def check() -> AnyResponse | None:
    """Before every request: the person is known, has not asked too much, and asks from a page of ours."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and not _from_ours():
        abort(403, "This was sent from another page. Go to the page itself and send it from there.")
    g.person = ""
    if request.endpoint in _OPEN:
        return None
    access: Access = current_app.extensions["access"]
    person = access.person()
    if person is None:
        if access.tokens is not None and request.method == "GET" and not request.path.endswith(".json"):
            return redirect("/sign-in", 303)
        abort(401, "You are not signed in. Ask the person who runs this page for a token.")
    g.person = person
    rate: Rate = current_app.extensions["rate"]
    if not rate.takes(person or request.remote_addr or "", time.monotonic()):
        abort(Response(render_template("error.html", status=429, sentence=TOO_MUCH), 429, {"Retry-After": "30"}))
    return None


TOO_MUCH = "That was more than one person may ask in so short a time. Wait half a minute, then go on."


def _from_ours() -> bool:
    """Whether a form was sent from a page of ours. A program sends neither header, and no cookie that could be used."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


@views.get("/sign-in")
def sign_in() -> str:
    """Where a token is given."""
    return render_template("sign_in.html", wrong=False)


@views.post("/sign-in")
def signed_in() -> AnyResponse | tuple[str, int]:
    """The token becomes a cookie that no script can read and no other page can send."""
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
    """The cookie goes; the token stays good until it is revoked."""
    answer = redirect("/sign-in", 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="Strict")
    return answer
