"""Sign-in, rate limit, and protection against forms sent from other sites."""

from __future__ import annotations

import time
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, abort, current_app, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from reviews.web.context import home, local
from reviews.web.guard.senders import network_of
from reviews.web.guard.tokens import Tokens
from reviews.web.serving.shared_state import SharedState

views = Blueprint("access", __name__)

COOKIE = "reviews"
_OPEN = ("static.file", "library.healthz", "access.sign_in", "access.signed_in")  # need no sign-in
_PREFIX = 6  # letters of a token by which wrong ones are counted
_LONGEST = 200  # letters of a token that are examined; real ones have 43
_LONGEST_FORM = 300_000  # bytes; only uploads are longer. Flask does not limit the memory for a form without parts
_FULL = 60.0  # seconds after which a visitor counts as new
_SWEPT = 10.0  # seconds between deletions of such visitors


@dataclass(frozen=True, slots=True)
class Access:
    """How people sign in. With neither tokens nor a header, everyone who can reach the page can use it.

    `tokens` are those of the library. `header` is set to the person's name by a proxy at one of `proxies` (addresses or
    networks). `https` means that browsers always reach the page over https.
    """

    tokens: Tokens | None = None
    header: str = ""
    proxies: tuple[str, ...] = ()
    https: bool = False

    def person(self) -> str | None:
        """Return the name of the person who sent the request, "" if nobody signs in, or None if the person is not
        signed in.
        """
        found = self.account()
        return found if found is None else found[0]

    def account(self) -> tuple[str, str] | None:
        """Return the person, as in `person`, and a name for their account, which changes after the token was
        revoked.
        """
        if self.header:
            named = self._named_by_proxy()
            return None if named is None else (named, named)
        if self.tokens is None:
            return "", ""
        token = given_token(self)
        found = self.tokens.find(token) if token else None
        return (found.person, found.hash) if found else None

    @property
    def signs_in(self) -> bool:
        """Whether people have to sign in."""
        return bool(self.tokens is not None or self.header)

    def client(self) -> str:
        """Return the address that a request came from: as stated by a listed proxy, otherwise that of the
        connection.
        """
        sender = request.remote_addr or ""
        if self._by_proxy():
            return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()[:60] or sender
        return sender

    def is_https(self) -> bool:
        """Return whether the browser has an encrypted connection: by the server's own setting, or as stated by a listed
        proxy.
        """
        forwarded = self._by_proxy() and request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
        return bool(self.https or request.is_secure or forwarded)

    def trusts(self, address: str) -> bool:
        """Return whether an address belongs to a listed proxy."""
        try:
            sender = ip_address(address)
        except ValueError:
            return False
        return any(sender in ip_network(proxy, strict=False) for proxy in self.proxies)

    def _by_proxy(self) -> bool:
        """Return whether a request came from a listed proxy."""
        return self.trusts(request.remote_addr or "")

    def _named_by_proxy(self) -> str | None:
        if not self._by_proxy():
            return None
        name = request.headers.get(self.header, "").strip()
        return name[:100] if name and "," not in name else None  # if there are two names, one was not set by the proxy


class Rate:
    """A limit on requests per minute for each visitor. Half of them can come at once.

    `per_minute` is 0 for no limit. `state` includes what other processes count. `kind` separates this limit from
    others.
    """

    def __init__(self, per_minute: int, state: SharedState | None = None, kind: str = "") -> None:
        self._per_minute = per_minute
        self._state = state or SharedState()
        self._kind = kind
        self._swept = 0.0

    def takes(self, visitor: str, now: float) -> bool:
        """Count one more request if it is allowed. Returns whether it is."""
        if not self._per_minute:
            return True
        most, who = max(1.0, self._per_minute / 2), self._state.hashed(f"{self._kind} {visitor}")
        with self._state.transaction() as rows:
            found = rows.execute("SELECT remaining, last FROM visitor WHERE who = ?", (who,)).fetchone()
            remaining, last = found or (most, now)
            remaining = min(most, remaining + max(0.0, now - last) * self._per_minute / 60)
            allowed = remaining >= 1
            row = (who, remaining - 1 if allowed else remaining, max(last, now))
            rows.execute("INSERT OR REPLACE INTO visitor VALUES (?, ?, ?)", row)
            if now - self._swept > _SWEPT:
                self._swept = now
                rows.execute("DELETE FROM visitor WHERE last < ?", (now - _FULL,))
        return allowed


def check() -> AnyResponse | None:
    """Check every request: the person is signed in, within the rate limit, and any form was sent from this site."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and not _same_site():
        abort(403, "This form was sent from another site. Open the page here and send it again.")
    if request.endpoint == "access.signed_in" or request.mimetype != "multipart/form-data":
        request.max_content_length = _LONGEST_FORM
    access: Access = current_app.extensions["access"]
    found = access.account()
    g.person, g.account = found or ("", "")
    g.admitted = found is not None
    if not g.admitted and request.endpoint != "access.signed_in":
        _slow_down(access, given_token(access))
    if request.endpoint in _OPEN:
        return None
    if not g.admitted:
        if access.tokens is not None and request.method == "GET" and not request.path.endswith(".json"):
            return redirect(_sign_in(), 303)
        abort(401, "You are not signed in. Ask the person who runs this page for an access code.")
    rate: Rate = current_app.extensions["rate"]
    if not rate.takes(g.person or network_of(access.client()), time.monotonic()):
        _refuse()
    return None


def _sign_in() -> str:
    """Return the address of the sign-in page. It includes the page that the person wanted to open."""
    wanted = local(request.full_path.removesuffix("?"))
    return f"{home()}/sign-in" + (f"?{urlencode({'next': wanted})}" if wanted not in ("", "/") else "")


def _slow_down(access: Access, tried: str) -> None:
    """Limit requests without a valid token, by their origin and by the token that they try.

    Requests with a valid token never get here, so nobody is locked out by others behind the same proxy.
    """
    strangers: Rate = current_app.extensions["strangers"]
    now = time.monotonic()
    if not strangers.takes(f"from {network_of(access.client())}", now) or (
        tried and not strangers.takes(f"token {tried[:_PREFIX]}", now)
    ):
        _refuse()


def _refuse() -> None:
    abort(429, retry_after=30)  # the application turns it into a page or JSON


def cookie_name(access: Access) -> str:
    """Return the name of the cookie.

    Its prefix makes browsers accept the cookie only over https and, with `__Host-`, only from this host, so that nobody
    else can set it. `__Host-` requires a cookie for all paths.
    """
    return f"{'__Secure-' if home() else '__Host-'}{COOKIE}" if access.is_https() else COOKIE


def given_token(access: Access) -> str:
    """Return the token in a request's header or cookie, or ""."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    token = given.strip() if kind.lower() == "bearer" else request.cookies.get(cookie_name(access), "")
    return token[:_LONGEST]


def _same_site() -> bool:
    """Return whether a form was sent from this site.

    A program sends neither of the headers that are checked, and no cookie that could be misused.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.host
    except ValueError:  # not an address
        return False


@views.get("/sign-in")
def sign_in() -> str:
    """Show the form for the access code."""
    return render_template("sign_in.html", wrong=False, next=local(request.args.get("next", "")))


@views.post("/sign-in")
def signed_in() -> AnyResponse | tuple[str, int]:
    """Set the token as a cookie that scripts cannot read and other sites cannot send."""
    access: Access = current_app.extensions["access"]
    token, wanted = request.form.get("token", "").strip()[:_LONGEST], local(request.form.get("next", ""))
    if access.tokens is None or access.tokens.person(token) is None:
        _slow_down(access, token)
        return render_template("sign_in.html", wrong=True, next=wanted), 401
    answer = redirect(home() + (wanted or "/"), 303)
    name, secure = cookie_name(access), access.is_https()
    answer.set_cookie(name, token, max_age=30 * 86_400, path=_path(), httponly=True, samesite="Strict", secure=secure)
    return answer


@views.post("/sign-out")
def sign_out() -> AnyResponse:
    """Delete the cookie and what the browser has stored of the pages. The token stays valid until it is revoked."""
    access: Access = current_app.extensions["access"]
    answer = redirect(f"{home()}/sign-in", 303)
    answer.delete_cookie(cookie_name(access), path=_path(), httponly=True, samesite="Strict", secure=access.is_https())
    if not home():  # otherwise other services under the same host name would lose theirs
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _path() -> str:
    """Return the cookie's path, which keeps the cookie from other services under the same host name."""
    return home() or "/"
