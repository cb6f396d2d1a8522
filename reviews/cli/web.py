"""`reviews serve` and `reviews token`: the web page from the command line."""

from __future__ import annotations

import logging
import signal
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import LimitHit, NotFound, UsageError
from reviews.cli.startup import endings

if TYPE_CHECKING:
    from reviews.web.guard.tokens import Tokens


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Where to listen.")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to listen on; see --tokens, --user-header."
)
@click.option("--tokens", "by_token", is_flag=True, help="Only for people with a token of `reviews token add`.")
@click.option("--user-header", metavar="NAME", help="Header in which a reverse proxy names the person who asks.")
@click.option("--proxy", "proxies", multiple=True, metavar="ADDRESS", help="Address of that proxy; may be repeated.")
@click.option("--name", "names", multiple=True, help="Name under which the page may be called; may be repeated.")
@click.option(
    "--rate",
    type=click.IntRange(min=0),
    default=300,
    show_default=True,
    help="Requests a minute of one person; 0: any.",
)
@click.option(
    "--log-days",
    type=click.IntRange(min=0),
    help="Keep a log of who opened what for so many days. [default: 90 with --tokens or --user-header, else none]",
)
@click.option("--log-queries", is_flag=True, help="Write the text of queries into that log, too.")
@click.pass_obj
def serve(
    path: Path,
    port: int,
    host: str,
    by_token: bool,
    user_header: str | None,
    proxies: tuple[str, ...],
    names: tuple[str, ...],
    rate: int,
    log_days: int | None,
    log_queries: bool,
) -> None:
    """Serve the web page: search, read, cite. Without options to this machine only. Ctrl-C ends it."""
    _check(host, by_token, user_header, proxies)
    try:
        from waitress.server import create_server

        from reviews.web.app import HERE, Options, create_app
        from reviews.web.guard.access import Access
        from reviews.web.guard.tokens import Tokens
    except ImportError as error:
        raise UsageError(
            "The web page is not installed. Install it with `pip install 'safeguarding-reviews[web]'`."
        ) from error
    known = by_token or user_header is not None
    options = Options(
        hosts=names or (() if known else HERE),
        access=Access(Tokens(path) if by_token else None, user_header or "", proxies),
        rate=rate,
        log_days=log_days if log_days is not None else 90 if known else 0,
        log_queries=log_queries,
    )
    app = create_app(path, options)
    try:
        server = create_server(app, host=host, port=port, threads=8, ident="", channel_timeout=60)
    except OSError as error:
        raise LimitHit(f"{host}:{port} cannot be used ({error.strerror}). Choose another with --port.") from error
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Open http://{shown}:{getattr(server, 'effective_port', port)}/ in your browser. Ctrl-C ends it.")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that people wait for their turn is nothing to act on
    for ending in endings():  # so that what was begun is put away in the end
        if signal.getsignal(ending) != signal.SIG_IGN:
            signal.signal(ending, lambda *_: sys.exit(0))
    try:
        server.run()
    finally:
        app.extensions["shelf"].close()


def _check(host: str, by_token: bool, user_header: str | None, proxies: tuple[str, ...]) -> None:
    """Nobody serves a library to others by accident."""
    try:
        local = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        local = False
    if by_token and user_header:
        raise UsageError("Use --tokens or --user-header, not both: people are known in one way.")
    if bool(user_header) != bool(proxies):
        raise UsageError("--user-header and --proxy go together: only a listed proxy may say who asks.")
    for proxy in proxies:
        try:
            ip_network(proxy, strict=False)
        except ValueError as error:
            raise UsageError(f"--proxy {proxy} is no address: write 10.0.0.5 or 10.0.0.0/24.") from error
    if not local and not by_token and not user_header:
        raise UsageError(
            f"Others could reach the reports at {host}. Say who may: --tokens, or --user-header with --proxy."
        )


@click.group()
def token() -> None:
    """Tokens: who may open the page that `reviews serve --tokens` serves."""


@token.command("add")
@click.argument("person")
@click.pass_obj
def token_add(path: Path, person: str) -> None:
    """Make a token for PERSON and print it, once: only its hash is kept."""
    click.echo(_tokens(path).add(person))


@token.command("list")
@click.pass_obj
def token_list(path: Path) -> None:
    """List who has a token, and since when."""
    for each in _tokens(path).held():
        click.echo(f"{each.made_at[:10]}  {each.person}")


@token.command("revoke")
@click.argument("person")
@click.pass_obj
def token_revoke(path: Path, person: str) -> None:
    """Take the token of PERSON away; it is refused from the next request on."""
    _tokens(path).revoke(person)
    click.echo(f"{person} has no token any more.")


def _tokens(path: Path) -> Tokens:
    from corpus.settings import load_settings

    settings = load_settings(path)
    if not settings.database.exists():
        raise NotFound(f"There is no library at {settings.library}. Make one with `reviews init`.")
    from reviews.web.guard.tokens import Tokens

    return Tokens(settings.library)
