"""`reviews serve` and `reviews token`: the web page from the command line."""

from __future__ import annotations

from pathlib import Path

import click

from corpus.errors import LimitHit, UsageError


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Where to listen.")
@click.pass_obj
def serve(path: Path, port: int) -> None:
    """Serve the web page to this machine: search, read, cite. Ctrl-C ends it."""
    try:
        from waitress.server import create_server

        from reviews.web.app import create_app
    except ImportError as error:
        raise UsageError(
            "The web page is not installed. Install it with `pip install 'safeguarding-reviews[web]'`."
        ) from error
    app = create_app(path)
    try:
        server = create_server(app, host="127.0.0.1", port=port, threads=8, ident="", channel_timeout=60)
    except OSError as error:
        raise LimitHit(f"Port {port} cannot be used ({error.strerror}). Choose another one with --port.") from error
    click.echo(f"Open http://127.0.0.1:{server.effective_port}/ in your browser. Ctrl-C ends it.")
    server.run()
