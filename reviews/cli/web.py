"""`reviews serve` and `reviews token`: the web page from the command line."""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import LimitHit, NotFound, UsageError
from reviews.cli.console import say
from reviews.cli.startup import endings

_NAME = re.compile(r"[\w.-]+|[0-9A-Fa-f:]+")  # of a computer, or an IPv6 address

if TYPE_CHECKING:
    from reviews.web.guard.tokens import Tokens


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port to listen on.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on. Any other address needs --tokens or --user-header.",
)
@click.option("--tokens", "by_token", is_flag=True, help="Require a token from `reviews token add`.")
@click.option("--user-header", metavar="NAME", help="Header in which a reverse proxy names the signed-in person.")
@click.option(
    "--proxy", "proxies", multiple=True, metavar="ADDRESS", help="Address of a reverse proxy to trust; can be repeated."
)
@click.option("--name", "names", multiple=True, help="Host name to accept, and to use in links; can be repeated.")
@click.option(
    "--prefix",
    default="",
    metavar="PATH",
    help="Path under which a proxy serves the page, such as /reviews. Without it, the header X-Forwarded-Prefix of a "
    "proxy given with --proxy is used.",
)
@click.option(
    "--operator",
    "operators",
    multiple=True,
    metavar="PERSON",
    help="Person who may see /status and /metrics; can be repeated. If nobody has to sign in, everyone may.",
)
@click.option("--https", is_flag=True, help="Mark cookies as secure, for a page that is always reached over https.")
@click.option(
    "--rate",
    type=click.IntRange(min=0),
    default=300,
    show_default=True,
    help="Requests per minute allowed for each person; 0 for no limit.",
)
@click.option(
    "--log-days",
    type=click.IntRange(min=0),
    help="Days to keep the access log. [default: 90 with --tokens or --user-header, otherwise no log]",
)
@click.option("--log-queries", is_flag=True, help="Also write queries to the access log.")
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    help="Number of server processes. [default: one for each core, at most 4; always 1 on Windows]",
)
@click.pass_obj
def serve(
    path: Path,
    port: int,
    host: str,
    by_token: bool,
    user_header: str | None,
    proxies: tuple[str, ...],
    names: tuple[str, ...],
    prefix: str,
    operators: tuple[str, ...],
    https: bool,
    rate: int,
    log_days: int | None,
    log_queries: bool,
    processes: int | None,
) -> None:
    """Serve the web page. Only this computer can open it, unless you set --host. Press Ctrl-C to stop."""
    _check(host, by_token, user_header, proxies, names)
    try:
        from reviews.web.app import HERE, Options, create_app
        from reviews.web.guard.access import Access
        from reviews.web.guard.connections import listen, server_of
        from reviews.web.guard.tokens import Tokens
        from reviews.web.serving import memory
        from reviews.web.serving.processes import keep_running, usual
    except ImportError as error:
        raise UsageError(
            "The web page is not installed. Install it with `pip install 'safeguarding-reviews[web]'`."
        ) from error
    known = by_token or user_header is not None
    count = processes if processes and hasattr(os, "fork") else usual()
    options = Options(
        hosts=tuple(name.lower() for name in names) or (() if known else HERE),
        access=Access(Tokens(path) if by_token else None, user_header or "", proxies, https),
        prefix=_prefix(prefix),
        operators=operators,
        rate=rate,
        log_days=log_days if log_days is not None else 90 if known else 0,
        log_queries=log_queries,
        processes=count,
        searches=3 if count == 1 else 2,  # each needs memory, and a process runs only one at a time anyway
    )
    memory.share_arenas()
    app = create_app(path, options)
    memory.preload()
    pool = app.extensions["pool"]
    try:
        sockets = listen(host, port)
    except OSError as error:
        raise LimitHit(
            f"{host}:{port} cannot be used ({error.strerror}). Choose another port with --port, or another address "
            "with --host."
        ) from error
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # queued requests need no action
    shown = f"[{host}]" if ":" in host else host

    def answer() -> None:
        """Answer requests until a signal to stop arrives."""
        try:
            pool.watch()
            server_of(app, sockets, proxies).run()
        finally:
            pool.close()

    try:
        for ending in endings():  # before the address is shown, because from then on the page can be stopped
            if signal.getsignal(ending) != signal.SIG_IGN:
                signal.signal(ending, lambda *_: sys.exit(0))
        at = f"{shown}:{sockets[0].getsockname()[1]}{options.prefix}"
        click.echo(f"Open http://{at}/ in your browser. Press Ctrl-C to stop.")
        if count == 1:
            answer()
        else:
            keep_running(answer, count, pool.batches.lost)
    finally:
        pool.close()


def _check(
    host: str, by_token: bool, user_header: str | None, proxies: tuple[str, ...], names: tuple[str, ...]
) -> None:
    """Raise an error for an address that others can reach, unless people must sign in."""
    try:
        local = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        local = False
    if by_token and user_header:
        raise UsageError("Use either --tokens or --user-header, not both.")
    if (user_header and not proxies) or (proxies and not user_header and not by_token):
        raise UsageError(
            "--user-header and --proxy go together: names are accepted only from a listed proxy. Give both."
        )
    for name in names:
        if not _NAME.fullmatch(name):
            raise UsageError(f"--name {name} is not a host name. Write only the name: reviews.example.org.")
    for proxy in proxies:
        try:
            ip_network(proxy, strict=False)
        except ValueError as error:
            raise UsageError(f"--proxy {proxy} is not a valid address. Write 10.0.0.5 or 10.0.0.0/24.") from error
    if not local and not by_token and not user_header:
        raise UsageError(
            f"Other people could reach the reports at {host}. Say who may with --tokens, or --user-header and --proxy."
        )


def _prefix(typed: str) -> str:
    """Return the path in the form used in addresses: "/reviews"."""
    from reviews.web.guard.prefix import VALID

    prefix = "/" + typed.strip("/") if typed.strip("/") else ""
    if prefix and not VALID.fullmatch(prefix):
        raise UsageError(f"--prefix {typed} is not a valid path. Write a path such as /reviews.")
    return prefix


@click.group()
def token() -> None:
    """Manage the access tokens for `reviews serve --tokens`."""


@token.command("add")
@click.argument("person")
@click.pass_obj
def token_add(path: Path, person: str) -> None:
    """Create a token for PERSON and print it. It is shown only once; the library keeps only its hash."""
    code = _tokens(path).add(person)
    say(f"The access code of {person}. It is not shown again:")
    click.echo(code)


@token.command("list")
@click.pass_obj
def token_list(path: Path) -> None:
    """List the people who have a token, with the date it was created."""
    for each in _tokens(path).held():
        click.echo(f"{each.made_at[:10]}  {each.person}")


@token.command("revoke")
@click.argument("person")
@click.pass_obj
def token_revoke(path: Path, person: str) -> None:
    """Revoke the token of PERSON. It stops working at once."""
    _tokens(path).revoke(person)
    click.echo(f"Revoked the token of {person}.")


def _tokens(path: Path) -> Tokens:
    from corpus.settings import load_settings

    settings = load_settings(path)
    if not settings.has_library:
        raise NotFound(f"There is no library at {settings.library}. Create one with `reviews init`.")
    from reviews.web.guard.tokens import Tokens

    return Tokens(settings.library)
