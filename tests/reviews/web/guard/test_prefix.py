"""The pages under a path of a reverse proxy: every link, form, file, script, feed and redirect."""

from __future__ import annotations

import html
import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.request  # noqa: TID251 - the tests ask our own server
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from click.testing import CliRunner
from flask import Flask

from reviews.cli.main import main
from reviews.web.app import Options, create_app
from reviews.web.guard.access import Access
from reviews.web.guard.tokens import Tokens
from tests.patience import PATIENCE, until

PREFIX = "/boards/reviews"
_LINKS = re.compile(r'(?:href|src|action|formaction|data-file|data-pdfjs|data-worker|data-suggestions)="([^"#][^"]*)"')
_STARTS = (
    "/",
    "/?q=neglect",
    "/?q=neglect&view=passages",
    "/?q=nosuchword",
    "/themes",
    "/recommendations?q=neglect",
    *("/collections", "/briefing?theme=neglect"),
    *("/concordance?q=neglect", "/terms?q=neglect", "/compare?q=neglect&q=school"),
)

Get = Callable[[str], tuple[int, str, str]]
"""Returns the status, type and text of an address."""


def links(text: str) -> set[str]:
    """Return the addresses that a page or a feed links to."""
    return {html.unescape(link) for link in _LINKS.findall(text) if not link.startswith("urn:")}


def posted(address: str) -> bool:
    """Return whether an address belongs to a form that changes something, and is not a page."""
    return address.rpartition("/")[2] in ("save", "new", "bring")


def crawled(get: Get, starts: tuple[str, ...], most: int = 60) -> dict[str, int]:
    """Return the status of each address on some pages, and of one address of every form on the pages that they lead
    to.
    """
    seen: dict[str, int] = {}
    forms: set[str] = set()
    waiting = [PREFIX + start for start in starts]
    while waiting:
        address = waiting.pop(0)
        status, kind, text = get(address)
        seen[address] = status
        if kind not in ("text/html", "application/atom+xml"):
            continue
        for link in sorted(links(text)):
            target = urljoin(address, link)
            if urlsplit(target).scheme:
                continue
            form = re.sub(r"\d+|[0-9a-f]{16}|=[^&]*", "", target)
            if target not in seen and form not in forms and len(seen) + len(waiting) < most:
                forms.add(form)
                waiting.append(target)
    return seen


@pytest.fixture(params=["option", "header"])
def under(demo: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """Yield the application under a path that is set by the command or by a trusted proxy."""
    by_option = request.param == "option"
    access = Access(proxies=() if by_option else ("127.0.0.1",))
    app = create_app(demo, Options(prefix=PREFIX if by_option else "", access=access))
    yield app
    app.extensions["pool"].close()


def test_every_address_on_every_page_is_under_the_path(under: Flask) -> None:
    client = under.test_client()

    def get(address: str) -> tuple[int, str, str]:
        assert address.startswith(PREFIX + "/"), address
        answer = client.get(address[len(PREFIX) :], headers={"X-Forwarded-Prefix": PREFIX})
        kind = answer.mimetype or ""
        text = answer.text if kind.startswith("text/") or kind.endswith("xml") else ""
        return answer.status_code, kind, text

    seen = crawled(get, _STARTS)
    assert len(seen) > 40
    assert {address: status for address, status in seen.items() if status != 200 and not posted(address)} == {}


def test_it_makes_no_difference_whether_the_proxy_removes_the_path(under: Flask) -> None:
    client = under.test_client()
    with_it, without = (
        client.get(path, headers={"X-Forwarded-Prefix": PREFIX}).text for path in (f"{PREFIX}/help", "/help")
    )
    assert with_it == without
    assert client.get(f"{PREFIX}", headers={"X-Forwarded-Prefix": PREFIX}).status_code == 200


def test_a_path_is_only_accepted_from_a_trusted_proxy_and_only_if_it_is_valid(demo: Path) -> None:
    for proxies, said, believed in (
        (("127.0.0.1",), "/reviews/", "/reviews"),
        (("10.0.0.5",), "/reviews", ""),
        (("127.0.0.1",), "//evil.example", ""),
        (("127.0.0.1",), '/"><script>', ""),
        (("127.0.0.1",), "https://evil.example", ""),
    ):
        app = create_app(demo, Options(access=Access(proxies=proxies)))
        text = app.test_client().get("/help", headers={"X-Forwarded-Prefix": said}).text
        assert f'href="{believed}/themes"' in text
        app.extensions["pool"].close()


def test_signing_in_and_out_stays_under_the_path(demo: Path, tmp_path: Path) -> None:
    library = Path(shutil.copytree(demo, tmp_path / "library"))
    token = Tokens(library).add("Jo Smith")
    app = create_app(library, Options(prefix=PREFIX, access=Access(Tokens(library))))
    client = app.test_client()
    assert client.get("/themes").headers["Location"] == f"{PREFIX}/sign-in?next=%2Fthemes"
    answer = client.post("/sign-in", data={"token": token, "next": "/themes"})
    assert answer.headers["Location"] == f"{PREFIX}/themes"
    assert f"Path={PREFIX}" in answer.headers["Set-Cookie"]
    assert client.post(f"{PREFIX}/sign-out").headers["Location"] == f"{PREFIX}/sign-in"
    app.extensions["pool"].close()


def test_an_invalid_path_is_refused(demo: Path) -> None:
    result = CliRunner().invoke(main, ["--library", str(demo), "serve", "--prefix", "/a b"])
    assert result.exit_code == 2
    assert "--prefix /a b is not a valid path" in result.output


# A real nginx

_CONFIGURATION = """
daemon off; pid {folder}/pid; error_log {folder}/errors; worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location {prefix}/ {{
            proxy_pass http://127.0.0.1:{upstream}{slash};
            proxy_set_header Host $host:$server_port;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            {header}
        }}
        location / {{ return 404; }}
    }}
}}
"""


@contextmanager
def behind_nginx(upstream: str, folder: Path, *, strips: bool) -> Iterator[str]:
    """Yield the address of nginx in front of a server. With `strips`, it removes the path and names it in a header."""
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        pytest.skip("no nginx here: `apt-get install nginx-light`")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    written = folder / "nginx.conf"
    written.write_text(
        _CONFIGURATION.format(
            folder=folder,
            port=port,
            prefix=PREFIX,
            upstream=urlsplit(upstream).port,
            slash="/" if strips else "",
            header=f"proxy_set_header X-Forwarded-Prefix {PREFIX};" if strips else "",
        )
    )
    process = subprocess.Popen([program, "-e", str(folder / "errors"), "-c", str(written), "-p", str(folder)])
    try:

        def answers() -> bool:
            assert process.poll() is None, (folder / "errors").read_text()
            with socket.socket() as tried:
                return tried.connect_ex(("127.0.0.1", port)) == 0

        until(answers)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


@pytest.mark.parametrize("strips", [True, False])
def test_everything_works_behind_a_real_nginx(demo: Path, tmp_path: Path, strips: bool) -> None:
    from tests.reviews.web.browser import served

    options = Options(access=Access(proxies=("127.0.0.1",))) if strips else Options(prefix=PREFIX)
    app = create_app(demo, options)
    with served(app) as upstream, behind_nginx(upstream, tmp_path, strips=strips) as at:

        def get(address: str) -> tuple[int, str, str]:
            try:
                with urllib.request.urlopen(at + address, timeout=PATIENCE) as answer:  # noqa: TID251
                    kind = answer.headers.get_content_type()
                    text = answer.read().decode() if kind.startswith("text/") or kind.endswith("xml") else ""
                    return answer.status, kind, text
            except urllib.error.HTTPError as error:
                return error.code, "", ""

        seen = crawled(get, _STARTS)
    app.extensions["pool"].close()
    assert len(seen) > 40
    assert {address: status for address, status in seen.items() if status != 200 and not posted(address)} == {}


def test_the_viewer_and_its_parts_load_behind_a_real_nginx(
    browser: object, demo: Path, robin: str, tmp_path: Path
) -> None:
    from tests.reviews.web.browser import Visitor, served

    app = create_app(demo, Options(access=Access(proxies=("127.0.0.1",))))
    with served(app) as upstream, behind_nginx(upstream, tmp_path, strips=True) as at:
        visitor = Visitor(browser, at + PREFIX)  # type: ignore[arg-type]
        page = visitor.go(f"/reports/{robin[:16]}/pages/6?q=neglect")
        page.wait_for_selector("#viewer[data-shown=pdf]")
        assert visitor.trouble == []
        visitor.close()
    app.extensions["pool"].close()
